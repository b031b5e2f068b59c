"""The guided checks at a terminal: what to do now, what is asked, and how each ended; in the order that was asked for.

What a check is and how it ends, control decides and records, as for the screen. This file only knows what to ask for.
"""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.channel.checking_commands import AnswerSeen, BeginCheck, CheckKey, LeaveCheck
from kiosk.channel.checking_views import CheckingView, CheckLine, CheckNow
from kiosk.channel.commands import SignOut
from kiosk.channel.snapshot import Snapshot
from kiosk.terminal.errors import ChecksNotBegun
from kiosk.terminal.guide import OTHER_WORD, TOLD, Terminal
from kiosk.view.checking import CAPPED, MOVING


class Checking:
    """One check after the other. `passed` holds those that passed."""

    def __init__(self, terminal: Terminal, keys: Sequence[CheckKey]) -> None:
        self._terminal = terminal
        self._keys = keys
        self._signed_in = False
        self.passed: list[CheckKey] = []

    def sign_in(self, name: str, pin: str) -> None:
        """As whom everything is done.

        Raises:
            ChecksNotBegun: E884, a session is open, the PIN is not right, or it is no technician's.
        """
        why = self._terminal.sign_in(name, pin)
        if why:
            raise ChecksNotBegun(why=why)
        self._signed_in = True

    def run(self) -> None:
        """Every check that was asked for.

        Raises:
            ChecksNotBegun: E884, who signed in is no technician.
            Left: the person gave up.
        """
        if self._terminal.sees.checking is None:
            raise ChecksNotBegun(why="whoever signed in is no technician")
        self._terminal.say(TOLD)
        for key in self._keys:
            self._one(key)

    def leave(self) -> None:
        """End the check that runs, and sign out; whatever it forced goes off."""
        if not self._signed_in:
            return
        if self._now(self._terminal.sees) is not None:
            self._terminal.do(LeaveCheck())
        self._terminal.do(SignOut())

    # -- one ---------------------------------------------------------------------------------------------------------
    def _one(self, key: CheckKey) -> None:
        terminal = self._terminal
        title = self._line(key).title
        terminal.say(f"{title}:")
        away = key in MOVING and self._is_away(key)
        if key in MOVING and not away:
            terminal.say("  not begun")
            return
        if not terminal.do(BeginCheck(key, away)):
            return
        told = ""
        while (now := self._now(terminal.sees)) is not None and now.key == key:
            if now.todo != told:
                terminal.say(f"  {now.todo}")
                told = now.todo
            if now.asks:
                self._ask(now)
            else:
                terminal.look()
                if terminal.line() is not None:
                    terminal.say(OTHER_WORD)
        ended = self._line(key)
        terminal.say(f"  {ended.outcome}{f': {ended.detail}' if ended.detail else ''}")
        if ended.outcome == "passed":
            self.passed.append(key)

    def _is_away(self, key: CheckKey) -> bool:
        before = f"{CAPPED} " if key == "load" else ""
        return self._terminal.ask(f"{before}Is the handpiece away from everybody? Type yes:") == "yes"

    def _ask(self, now: CheckNow) -> None:
        """Whether it is seen or heard, as long as that is asked."""

        def still(shown: Snapshot) -> bool:
            running = self._now(shown)
            return running is not None and running.key == now.key

        typed = self._terminal.ask(f"{'Heard' if now.key == 'buzzer' else 'Seen'}? Type yes or no:", still)
        if typed in ("yes", "no"):
            self._terminal.do(AnswerSeen(typed == "yes"))

    # -- what is shown -----------------------------------------------------------------------------------------------
    @staticmethod
    def _now(shown: Snapshot) -> CheckNow | None:
        return None if shown.checking is None else shown.checking.now

    def _line(self, key: CheckKey) -> CheckLine:
        work: CheckingView | None = self._terminal.sees.checking
        if work is None:
            raise ChecksNotBegun(why="whoever signed in has signed out")
        return next(line for line in work.lines if line.key == key)
