"""Text that fits its box: it is drawn smaller, never over an edge, and says when even that does not do.

Kivy draws a text as a picture of its whole box, most of which is nothing. Only what is written is drawn here: a page of
texts costs a third of it in every frame.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.core.text import Label as CoreLabel
from kivy.core.text import LabelBase
from kivy.graphics.texture import Texture
from kivy.metrics import dp
from kivy.properties import AliasProperty, BooleanProperty, NumericProperty, StringProperty
from kivy.uix.label import Label

from kiosk.screens import theme
from kiosk.view.numbers import together

ASSETS = Path(__file__).resolve().parents[3] / "assets"
FONT, STRONG, ICONS = "NappageSans", "NappageSansStrong", "Icons"

GLYPHS: dict[str, int] = {
    "account": 0xF004, "alert": 0xF026, "alert-circle": 0xF028, "arrow-left": 0xF04D, "backspace": 0xF06E,
    "bell": 0xF09A, "calendar": 0xF0ED, "check": 0xF12C, "check-circle": 0xF5E0, "checkbox-blank-outline": 0xF131,
    "checkbox-marked": 0xF132, "chevron-left": 0xF141, "chevron-right": 0xF142, "clipboard-text": 0xF14E,
    "close": 0xF156, "close-circle": 0xF159, "cog": 0xF493,
    "file-document": 0xF219, "file-export": 0xF21D, "file-pdf": 0xF225,
    "gauge": 0xF29A, "help-circle": 0xF2D7, "history": 0xF2DA, "home": 0xF2DC, "information": 0xF2FC,
    "lan-disconnect": 0xF319, "lock": 0xF33E, "logout": 0xF343, "magnify": 0xF349, "minus": 0xF374, "needle": 0xF391,
    "pencil": 0xF3EB, "play": 0xF40A, "plus": 0xF415, "pulse": 0xF430, "refresh": 0xF450, "shift": 0xF636,
    "target": 0xF4FE, "timer": 0xF51B, "usb": 0xF553, "volume-off": 0xF581, "water": 0xF58C,
}  # fmt: skip
OVERHANG = 3
"""A glyph may reach so far out of its line, pixels."""


def register() -> None:
    """Makes the typeface and the icons known to Kivy; a missing file raises OSError at once."""
    LabelBase.register(FONT, str(ASSETS / "fonts/NappageSans-Regular.otf"), fn_bold=str(_strong()))
    LabelBase.register(STRONG, str(_strong()))
    LabelBase.register(ICONS, str(ASSETS / "icons/materialdesignicons-webfont.ttf"))


def _strong() -> Path:
    return ASSETS / "fonts/NappageSans-SemiBold.otf"


def glyph(name: str) -> str:
    """The character of an icon, '' for none."""
    return chr(GLYPHS[name]) if name else ""


class Written(CoreLabel):
    """Kivy's drawing of a text, cut to the lines that are written.

    `size` stays that of the whole box, in which Kivy places the lines; the texture is `cut` of it: left, top, width and
    height, pixels.
    """

    cut = 0, 0, 0, 0
    _size = 0, 0

    def refresh(self) -> None:
        """Lays the text out and asks for its texture, which is drawn when it is first needed."""
        self.resolve_font_name()
        self._size = self._size_texture = self.render()
        if min(self._size) <= 1:
            self.texture = self.texture_1px
            return
        self.cut = self._written()
        size = self.cut[2:]
        if self.texture is None or self.texture.size != size:
            self.texture = Texture.create(size=size, callback=self._texture_fill)
            self.texture.flip_vertical()
            self.texture.add_reload_observer(self._texture_refresh)
        else:
            self.texture.ask_update(self._texture_fill)

    def _written(self) -> tuple[int, int, int, int]:
        """The part of the box in which lines stand, with what a glyph may reach out of one."""
        (width, height), (broad, high) = self._size, self._internal_size
        align, upright = self.options["halign"], self.options["valign"]
        left = {"left": 0, "center": (width - broad) / 2, "right": width - broad}[align]
        top = {"top": 0, "middle": (height - high) / 2, "bottom": height - high}[upright]
        left, top = max(0, int(left) - OVERHANG), max(0, int(top) - OVERHANG)
        right = min(width, left + ceil(broad) + 2 * OVERHANG)
        bottom = min(height, top + ceil(high) + 2 * OVERHANG)
        return left, top, max(2, right - left), max(2, bottom - top)

    def _render_begin(self) -> None:
        whole, self._size = self._size, self.cut[2:]
        super()._render_begin()
        self._size = whole

    def _render_text(self, text: str, x: float, y: float) -> None:
        super()._render_text(text, x - self.cut[0], y - self.cut[1])


class Text(Label):
    """A label of a type role that shrinks to fit its box."""

    role = StringProperty("body")
    strong = BooleanProperty(False)
    single = BooleanProperty(False)
    """True for what must stay on one line."""
    ink_width = NumericProperty(0)
    """Width of the longest line that is written, pixels."""
    own_size = NumericProperty(0)
    """Size of type that its box leaves it, pixels."""
    even_size = NumericProperty(0)
    """It takes no larger one, to be like those beside it in a list (`even.Even`), pixels; 0 for no such."""
    full_height = NumericProperty(1)
    """Height that it needs at the full size of its role in the present width, pixels."""
    thin_height = NumericProperty(1)
    """The same where there is less room: a text that one line holds in smaller type is content with one, pixels."""
    least_width = NumericProperty(0)
    least_height = NumericProperty(0)
    """What it needs at the smallest type in the present width, pixels; 0 as long as it has never been cut."""
    overflows = BooleanProperty(False)
    """True when the text does not fit even at the smallest size; tests walk all screens for it."""

    _label: Any = None

    def _get_written_pos(self) -> tuple[int, int]:
        """Lower left corner of what is written, pixels: where Kivy's picture of the whole box has it."""
        if self._label is None:  # Kivy applies the rules before it makes it
            return 0, 0
        (width, height), (left, top, _, high) = self._label.size, self._label.cut
        return int(self.center_x - width / 2.0) + left, int(self.center_y - height / 2.0) + height - top - high

    written_pos = AliasProperty(_get_written_pos, bind=("pos", "size", "texture"))

    def __init__(self, **given: object) -> None:
        self._fitting = Clock.create_trigger(self._fit, -1)
        self._tight = False
        super().__init__(**given)
        for name in ("text", "size", "role", "strong", "single", "even_size"):
            self.fbind(name, self._fitting)
        self._fitting()

    def _create_label(self) -> None:
        if self._label is None:
            self._label = Written(**{name: getattr(self, name) for name in self._font_properties})
            self._label.usersize = self.text_size

    def texture_update(self, *given: object) -> None:
        """Draws the text with its numbers tied to their units; `text` stays as it was given."""
        label: Any = self._label
        label.text = together(self.text)
        super().texture_update(*given)

    def _fit(self, *_: object) -> None:
        font = STRONG if self.strong else FONT
        self.font_name = font
        self.text_size = self.size
        least = dp(theme.SMALLEST)
        size = dp(theme.TYPE[self.role])
        told = together(self.text)
        self._say_heights(told, font, size, least)
        while size > least and not self._fits(told, font, size):
            size = max(least, size * 0.94)
        self.overflows = bool(told) and not self._fits(told, font, size)
        self.own_size = size
        self.font_size = size = min(size, self.even_size or size)
        self.ink_width = _longest(told, font, size, max(1, int(self.width)))
        self.shorten = self.overflows
        self._tight = self._tight or (self.overflows and self.width > 1 and self.height > 1)
        if self._tight:
            self._say_needs(told, font, least)

    def _say_needs(self, told: str, font: str, least: float) -> None:
        """Room that a box around it has to find (`fair.Fair`); nothing for no text."""
        width = max(1, int(self.width))
        broad, high = _measure(told, font, least, width, self.line_height, self.single) if told else (0, 0)
        self.least_width = ceil(broad) + 1 if broad else 0
        self.least_height = ceil(high) + 0.1 if high else 0  # shares are rounded

    def _fits(self, told: str, font: str, size: float) -> bool:
        width = max(1, int(self.width))
        broad, high = _on_one_line(told, font, size)
        if "\n" in told or (broad > width and not self.single):
            broad, high = _measure(told, font, size, width, self.line_height, self.single)
        return broad <= width and high <= self.height

    def _say_heights(self, told: str, font: str, size: float, least: float) -> None:
        """What a row shares its height by; nothing for no text."""
        width = max(1, int(self.width))
        full = _measure(told, font, size, width, self.line_height, self.single)[1] if told else 0
        line = full and _measure("x", font, size, width, self.line_height, True)[1]
        self.full_height = full
        self.thin_height = (
            line if full > line and "\n" not in told and _on_one_line(told, font, least)[0] <= width else full
        )


@lru_cache(maxsize=4096)
def _on_one_line(text: str, font: str, size: float) -> tuple[float, float]:
    """Width and height of a text on one line, pixels."""
    core = CoreLabel(text=text, font_name=font, font_size=size)
    core.resolve_font_name()
    return core.get_extents(text)


@lru_cache(maxsize=4096)
def _measure(text: str, font: str, size: float, width: int, line_height: float, single: bool) -> tuple[float, float]:
    """The widest piece that cannot be broken, and the height of the text in that width, pixels."""
    core = CoreLabel(text=text, font_name=font, font_size=size, text_size=(width, None), line_height=line_height)
    core.resolve_font_name()
    pieces = [text] if single else re.split(r"[ \n]+", text)
    return max((core.get_extents(piece)[0] for piece in pieces), default=0), core.render()[1]


def _longest(text: str, font: str, size: float, width: int) -> float:
    """Width of the longest line of a text in that width, pixels."""
    broad = _on_one_line(text, font, size)[0]
    return broad if broad <= width else _lines(text, font, size, width)


@lru_cache(maxsize=1024)
def _lines(text: str, font: str, size: float, width: int) -> float:
    core = CoreLabel(text=text, font_name=font, font_size=size, text_size=(width, None))
    core.resolve_font_name()
    core.render()
    return min(width, max((line.w for line in core._cached_lines), default=width))  # noqa: SLF001


def line_width(text: str, *, strong: bool = False) -> float:
    """Width of a text on one line at the smallest type, pixels: with less it would be cut."""
    return ceil(_on_one_line(text, STRONG if strong else FONT, dp(theme.SMALLEST))[0]) + 1


class Icon(Label):
    """One glyph of the icon font."""

    name = StringProperty("")

    def __init__(self, **given: object) -> None:
        super().__init__(font_name=ICONS, **given)
        self.fbind("name", self._draw)
        self._draw()

    def _draw(self, *_: object) -> None:
        self.text = glyph(self.name)
