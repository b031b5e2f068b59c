"""Only this file knows which keys a scanner presses: text, the group separator, Enter or Tab at the end.

It hands a whole code on and does nothing else. No key of any keyboard acts on a screen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk.view.scanner import Keys, ended, typed, waited
from kiosk.view.scanning import SEPARATOR

ENDS = frozenset({9, 13, 271})
"""Tab, Enter, and Enter of a number block."""
BRACKET, F8 = 93, 289
"""A keyboard has no key for 0x1D: scanners press Ctrl and ], or F8."""


class Scanner:
    """Listens to a window's keys; `scanned` hears each code."""

    def __init__(self, clock: Callable[[], float], scanned: Callable[[str], None]) -> None:
        self._clock = clock
        self._scanned = scanned
        self._keys = Keys()

    def listen(self, window: Any) -> None:
        """From now on."""
        window.bind(on_textinput=self._text, on_key_down=self._key)

    def leave(self, window: Any) -> None:
        """No more."""
        window.unbind(on_textinput=self._text, on_key_down=self._key)

    def wait(self) -> None:
        """Time has passed."""
        self._keys, code = waited(self._keys, self._clock())
        self._tell(code)

    def _text(self, _window: Any, text: str) -> bool:
        for character in text:
            self._keys = typed(self._keys, character, self._clock())
        return True

    def _key(self, _window: Any, key: int, _scancode: int, character: str | None, modifiers: list[str]) -> bool:
        if key in ENDS:
            self._keys, code = ended(self._keys, self._clock())
            self._tell(code)
        elif character == SEPARATOR or key == F8 or (key == BRACKET and "ctrl" in modifiers):
            self._keys = typed(self._keys, SEPARATOR, self._clock())
        return True

    def _tell(self, code: str) -> None:
        if code:
            self._scanned(code)
