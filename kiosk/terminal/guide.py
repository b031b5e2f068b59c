"""A terminal as a screen: what changed is written, what is typed is asked for, and a few words act at any time.

The one thing only this file knows is which words these are: `stop` stops at once, `leave` gives up, and whatever a
question asks is answered on a line of its own, while the device is shown all the time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kiosk.channel import commands as ask
from kiosk.channel.snapshot import Catalogue, Reply, Snapshot

WORDS: dict[str, ask.AnyCommand] = {
    "stop": ask.Stop(),
    "acknowledge": ask.AcknowledgeStop(),
    "clear": ask.ClearFaults(),
    "home away": ask.Rehome(True),
}
"""What may be typed at any time, beside `leave`."""
OTHER_WORD = "! Type what is asked for, stop or leave."
TOLD = (
    "At any time: stop (stops at once), leave (gives up; what is in force stays), acknowledge (after a stop), clear "
    "(the injector's faults), home away (home the needle; the handpiece touches nobody). Ctrl-C leaves too."
)


class Left(Exception):
    """The person gave up."""


class Seat(Protocol):
    """Who operates the device; `terminal.seat.Seat` is the real one."""

    @property
    def sees(self) -> Snapshot: ...
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def ended(self) -> bool: ...
    def look(self) -> Snapshot | None: ...
    def shown(self, snapshot: Snapshot) -> None: ...
    def send(self, command: ask.AnyCommand) -> int: ...
    def answer(self, number: int) -> Reply | None: ...
    def line(self) -> str | None: ...
    def drop(self) -> list[str]: ...
    def took(self, word: str) -> bool: ...


class Terminal:
    """Shows, asks and commands. `say` writes one line."""

    def __init__(self, seat: Seat, say: Callable[[str], None], pin: Callable[[], str]) -> None:
        self._seat = seat
        self._pin = pin
        self.say = say
        self._told: Snapshot | None = None

    @property
    def sees(self) -> Snapshot:
        """The newest snapshot."""
        return self._seat.sees

    @property
    def catalogue(self) -> Catalogue:
        """What can be chosen on this device."""
        return self._seat.catalogue

    # -- showing -----------------------------------------------------------------------------------------------------
    def look(self) -> None:
        """Let time pass, and show what comes."""
        came = self._seat.look()
        if came is None:
            return
        for line in news(self._told, came):
            self.say(line)
        self._told = came
        self._seat.shown(came)
        if came.user is not None and came.user.locked:
            self._unlock(came.user.name)

    def _unlock(self, name: str) -> None:
        self.say(f"Locked: {name}")
        self.do(ask.SignIn(name, self._pin()))
        self.until(lambda shown: shown.user is None or not shown.user.locked)

    def until(self, condition: Callable[[Snapshot], bool]) -> Snapshot:
        """Show what comes until a snapshot meets `condition`; gives it."""
        while not condition(self.sees):
            self.look()
        return self.sees

    # -- typed -------------------------------------------------------------------------------------------------------
    def line(self) -> str | None:
        """The next line that is no word of ours; None when there is none.

        Raises:
            Left: `leave` was typed, or nobody can type any more.
        """
        typed = self._seat.line()
        if typed is None and self._seat.ended:
            raise Left
        return None if typed is None else self._meant(typed)

    def drop(self) -> None:
        """Leave out what was typed before something was asked; only our words count at any time."""
        for typed in self._seat.drop():
            if self._meant(typed) is not None:
                self.say(f"(left out, as it was typed before it was asked: {typed})")

    def _meant(self, typed: str) -> str | None:
        if typed == "leave":
            raise Left
        if typed in WORDS:
            self.do(WORDS[typed])
            return None
        return typed

    def ask(self, question: str, still: Callable[[Snapshot], bool] = lambda _: True) -> str | None:
        """What is typed to a question; None once `still` does not hold any more: then it is not asked."""
        self.drop()
        self.say(f"? {question}")
        while still(self.sees):
            self.look()
            typed = self.line()
            if typed is not None:
                return typed
        return None

    # -- commands ----------------------------------------------------------------------------------------------------
    def sign_in(self, name: str, pin: str) -> str:
        """As whom everything is done from now on; why not, or ""."""
        if self.sees.session is not None:
            return "a session is open"
        return "" if self.do(ask.SignIn(name, pin)) else f"{name} is not signed in"

    def do(self, command: ask.AnyCommand) -> bool:
        """Give a command and await its answer; a refusal is said."""
        return self.hear(self._await(self._seat.send(command)))

    def begin(self, command: ask.AnyCommand) -> int:
        """Give a command that is answered later; `answered` tells."""
        return self._seat.send(command)

    def answered(self, number: int) -> Reply | None:
        """The answer to a command, once."""
        return self._seat.answer(number)

    def hear(self, reply: Reply) -> bool:
        """Say a refusal; whether it was none."""
        if not reply.ok:
            self.say(f"! E{reply.error}: {reply.sentence.rstrip('.')}. {reply.remedy}")
        return reply.ok

    def _await(self, number: int) -> Reply:
        while (reply := self._seat.answer(number)) is None:
            self.look()
            if self._seat.took("stop"):
                self._seat.send(ask.Stop())
        seen = self.sees.number
        while self.sees.number <= seen:  # what it did is shown by the next snapshot
            self.look()
        return reply


def news(before: Snapshot | None, now: Snapshot) -> list[str]:
    """What a person has to hear of a snapshot: who is here, stops, alarms, the link, and what control reports."""
    lines: list[str] = []
    if before is None:
        kind = "SIMULATED injector" if now.simulated else "injector"
        lines.append(f"{kind}: {now.link.sentence or 'connected'}")
    elif now.link.connected != before.link.connected:
        lines.append(f"! {now.link.sentence or 'The injector is connected.'}")
    if now.stop.state != ("clear" if before is None else before.stop.state):
        after = "type acknowledge to go on" if now.stop.state == "released" else now.stop.state
        lines.append(f"! STOP: {now.stop.sentence or after} ({after})")
    known: set[int] = set() if before is None else {alarm.number for alarm in before.alarms if alarm.active}
    lines += [f"! E{alarm.number} {alarm.title}: {alarm.what} {alarm.todo}" for alarm in now.alarms
              if alarm.active and alarm.number not in known]  # fmt: skip
    heard = now.notices[-1].number if before is None and now.notices else 0
    if before is not None and before.notices:
        heard = before.notices[-1].number
    lines += [f"- {notice.sentence}" for notice in now.notices if notice.number > heard]
    return lines
