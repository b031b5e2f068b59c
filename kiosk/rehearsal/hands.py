"""What every play by touch does with its hands: waits for pages, turns lists, takes pictures, and works the bench.

The one thing only this file knows is how a play stops: with the sentence on the strip and a picture of the screen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from drivers.registers import ControllerState
from kiosk.access.demo import DemoAccount
from kiosk.rehearsal.console import Console
from kiosk.rehearsal.errors import ScreenRefused
from kiosk.rehearsal.touch import Glass, Outline


class Hands:
    """A finger on the glass and a hand at the bench; `say` hears every step."""

    def __init__(self, glass: Glass, console: Console, say: Callable[[str], None]) -> None:
        self._glass = glass
        self._console = console
        self._say = say

    def _in_turn(self, steps: Iterable[tuple[str, Callable[[], None]]]) -> None:
        """Each step under its name, so that an error says where it was."""
        for words, act in steps:
            self._glass.step = words
            self._say(words)
            act()

    # -- the glass ---------------------------------------------------------------------------------------------------
    def _sign_in(self, account: DemoAccount) -> None:
        self._glass.tap(f"account:{account.name}")
        self._glass.type(account.pin)
        self._picture("sign-in")
        self._glass.tap("enter")
        self._on("home")
        self._picture("home")

    def _on(self, screen: str) -> Outline:
        return self._glass.until(lambda seen: seen.screen == screen and seen.panel == "", f"the screen '{screen}'")

    def _pick(self, key: str, later: str) -> None:
        """Choose from a list that has pages."""
        while (page := self._glass.settled()).find(key) is None:
            here = [widget.key for widget in page.widgets]
            self._glass.tap_to(later, lambda seen, was=here: [w.key for w in seen.widgets] != was, "the next page")
        self._glass.tap(key)

    def _tap_all(self, *keys: str) -> None:
        for key in keys:
            self._glass.tap(key)

    def _write(self, field: str, text: str) -> None:
        """Type a text into its panel and confirm it."""
        glass = self._glass
        glass.tap_to(f"field:{field}", lambda seen: seen.panel == "text", f"the panel for the {field}")
        glass.type(text)
        glass.tap_to("confirm", lambda seen: seen.panel == "", f"the {field} to be taken")

    def _picture(self, name: str, *, still: bool = True) -> None:
        self._glass.picture(name, still=still)

    def _refuse(self, why: str) -> None:
        message = self._glass.look().message or why
        raise ScreenRefused(step=self._glass.step, message=message, picture=self._glass.picture("refused"))

    def _recover(self) -> None:
        """Faults cleared and the needle homed, where the injector asks for it, through the panel for it."""
        for wanted, key in ((lambda: bool(self._state()["faults"]), "clear"), (self._unhomed, "rehome")):
            if wanted():
                self._glass.tap_to("recover", lambda seen: seen.panel == "choice", "the panel to recover")
                self._picture("recover")
                self._glass.tap(key)
                self._glass.until(lambda _, still=wanted: not still(), "the injector to recover", every_s=0.1)
                self._glass.until(lambda seen: seen.panel == "", "the panel to close")

    def _unhomed(self) -> bool:
        return self._state()["state"] == ControllerState.UNHOMED.name

    # -- the bench ---------------------------------------------------------------------------------------------------
    def _tell(self, line: str) -> None:
        self._console.tell(line, self._glass.step)

    def _state(self) -> dict[str, Any]:
        """What the device shows."""
        return json.loads(self._console.ask("state"))

    def _counted(self) -> int:
        """How many motions the injector has counted, ever."""
        return int(self._state()["lifetime_shots"])
