"""Our own number pad and keyboard: a system keyboard would cover half of the screen (and STOP)."""

from __future__ import annotations

from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.metrics import dp
from kivy.properties import BooleanProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout

from kiosk.screens import theme
from kiosk.screens.widgets.buttons import KeyButton
from kiosk.view.actions import Type
from kiosk.view.language import mark, point, say
from kiosk.view.touch import Touch

PAD = ("1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "0", "back")
DIGITS = "1234567890"
LETTERS = mark("qwertyuiop asdfghjkl- ^zxcvbnm.<")
"""Three rows of ten keys, as people who write the language know them; ^ is shift, < takes back."""
TALL = ("1234567", "890-.,/", "abcdefg", "hijklmn", "opqrstu", "^vwxyz<")
"""Portrait: letters in rows of seven, so that a key stays 10 mm wide (UI-1)."""
SPACE = 8
"""Width of the space bar, keys; beside it stand, where the rows above have none, comma and slash of a lot's print."""


def key_touch(key: str, shift: bool = False) -> Touch:
    """One key: its name is what it types."""
    if key == "back":
        return Touch("key:back", "", Type("back"), icon="backspace", on_down=True, tone="quiet")
    if key == "shift":
        return Touch("key:shift", "", Type("shift"), icon="shift", on_down=True, tone="quiet", selected=shift)
    label = say("space") if key == " " else key.upper() if shift else key
    return Touch("key:space" if key == " " else f"key:{key}", label, Type(key), on_down=True)


class NumberPad(GridLayout):
    """Ten digits, a decimal sign where it makes sense, and one back."""

    point = BooleanProperty(True)

    def __init__(self, **given: Any) -> None:
        super().__init__(cols=3, spacing=dp(theme.GAP), **given)
        for key in PAD:
            self.add_widget(KeyButton(model=key_touch(key), role="title"))
        self.fbind("point", self._dress)
        self._dress()

    def _dress(self, *_: object) -> None:
        self.children[2].model = Touch("key:.", point(), Type("."), on_down=True) if self.point else Touch()


class Keyboard(BoxLayout):
    """Letters, digits, hyphen, point and space; in portrait with seven keys in a row."""

    shift = BooleanProperty(False)

    def __init__(self, **given: Any) -> None:
        super().__init__(orientation="vertical", spacing=dp(theme.GAP / 2), **given)
        self._keys: list[tuple[KeyButton, str]] = []
        again = Clock.create_trigger(self._lay, -1)
        self._tall: bool | None = None
        self.fbind("size", again)
        self.fbind("shift", self._dress)
        self._lay()

    def _lay(self, *_: object) -> None:
        tall = Window.width < Window.height
        if tall is self._tall:
            return
        self._tall = tall
        self.clear_widgets()
        self._keys = []
        for letters in TALL if tall else (DIGITS, *say(LETTERS).split()):
            row = BoxLayout(spacing=dp(theme.GAP / 2))
            for letter in letters:
                self._add(row, {"^": "shift", "<": "back"}.get(letter, letter))
            self.add_widget(row)
        row = BoxLayout(spacing=dp(theme.GAP / 2))
        for key in " " if tall else ", /":
            self._add(row, key)
        self.add_widget(row)
        self._dress()

    def _add(self, row: BoxLayout, key: str) -> None:
        button = KeyButton(role="title", size_hint_x=SPACE if key == " " else 1)
        self._keys.append((button, key))
        row.add_widget(button)

    def _dress(self, *_: object) -> None:
        for button, key in self._keys:
            button.model = key_touch(key, self.shift)
