"""The themes as data: colours, type, spacing, and the tones of things to touch. No screen names a colour itself.

All lengths are in dp; one dp is a 480th of the screen's short side, so 5.2 dp are one millimetre on the 7 inch screen.
"""

from __future__ import annotations

from typing import NamedTuple

from kiosk.view.settings import ThemeName
from kiosk.view.touch import Tone

MM = 5.2
"""dp in one millimetre: 800 dp over 154 mm."""
SHORT_SIDE = 480
TARGET = 56
"""Least side of a touch target, dp: 10.7 mm (UI-1 asks 10)."""
FINGER = 10.1 * MM
"""No layout makes a touch target smaller, dp (UI-1)."""
LARGE = 112
"""Side of STOP and ARM, dp: 21.5 mm (UI-1 asks 20)."""
GAP = 8
RADIUS = 8
RAIL = 124
HEADER = 40
STRIP = 60
HEADER_TAUGHT, STRIP_TAUGHT, LESSON_LINE, LESSON_TALL = 24, 34, 58, 66
"""While a lesson runs, header and message are lower, and its own line stands below them."""

THEMES: dict[ThemeName, dict[str, str]] = {
    "day": {
        "night": "0f1f2b", "deep": "17303f", "slate": "26455a", "paper": "e9eef1", "card": "ffffff", "ink": "10222e",
        "soft": "4a5d69", "line": "c3ced5", "petrol": "0a6577", "petrol_deep": "074c5a", "petrol_pale": "d8ecf0",
        "mist": "b9cbd6", "green": "1b7046", "green_pale": "dcf1e5", "amber": "8a5200", "amber_pale": "fdeed3",
        "red": "bd1620", "red_pale": "fbe1e2", "armed": "b8430a", "armed_pale": "fde6d9", "grey": "d7dfe4",
        "grey_ink": "4c5b66", "body": "e3eaee", "body_shade": "c9d5dc", "body_line": "4a6272",
        "zone_planned": "bfe2ea", "zone_left": "fbdca6", "zone_done": "bde3cb", "epidermis": "d99c86",
        "dermis": "f0c8b6", "subcutis": "f8e8b9", "tissue": "f0e2d8", "white": "ffffff", "petrol_fill": "0a6577",
        "petrol_fill_deep": "074c5a", "red_fill": "bd1620", "red_fill_deep": "960e17", "armed_fill": "b8430a",
        "armed_fill_deep": "93350a", "lesson": "7d2ba8", "lesson_fill": "54207a", "off": "d7dfe4", "off_ink": "4c5b66",
    },
    "night": {
        "night": "0a131a", "deep": "13232f", "slate": "2b4759", "paper": "121e27", "card": "1c2d39", "ink": "eef3f6",
        "soft": "b6c5cf", "line": "3f5868", "petrol": "79cddd", "petrol_deep": "a5deea", "petrol_pale": "17404c",
        "mist": "b9cbd6", "green": "86d9ab", "green_pale": "173828", "amber": "ffc670", "amber_pale": "3b2d13",
        "red": "ffa29b", "red_pale": "4a1e21", "armed": "ffb592", "armed_pale": "38211a", "grey": "2b3d49",
        "grey_ink": "b3c1ca", "body": "2c414e", "body_shade": "223440", "body_line": "9db4c2",
        "zone_planned": "1e4f5c", "zone_left": "5a4216", "zone_done": "1f4d37", "epidermis": "7d4f3f",
        "dermis": "6a4a40", "subcutis": "5b4f2c", "tissue": "3f3531", "white": "ffffff", "petrol_fill": "0a6577",
        "petrol_fill_deep": "074c5a", "red_fill": "bd1620", "red_fill_deep": "960e17", "armed_fill": "b8430a",
        "armed_fill_deep": "93350a", "lesson": "d4a4f2", "lesson_fill": "54207a", "off": "16242e", "off_ink": "93a3ae",
    },
}  # fmt: skip
"""Named sRGB colours of each theme; a theme is data, and every theme has every name.

A strong ground has a name with ``_fill`` and text in white on it; the name without it is a text or an icon on paper.
STOP, the alarms and the arming keep their grounds in every theme. `PAIRS` is tested against WCAG AA for all of them.
"""
_chosen: list[ThemeName] = ["day"]


def header_height(lesson: str, rows: str) -> int:
    """Height of the header, dp."""
    return HEADER_TAUGHT if lesson and rows == "both" else HEADER


def message_height(lesson: str, rows: str) -> int:
    """Height of the message at the foot, dp; 0 where the lesson has the only line there is."""
    if not lesson or rows == "message":
        return STRIP
    return 0 if rows == "lesson" else STRIP_TAUGHT


def lesson_height(lesson: str, rows: str, tall: bool) -> int:
    """Height of the lesson's line, dp; 0 while there is none, or an alarm has its line."""
    if not lesson or rows == "message":
        return 0
    return STRIP if rows == "lesson" else LESSON_TALL if tall else LESSON_LINE


def use(name: ThemeName) -> None:
    """Draw with another theme from now on; what is drawn already has to be made anew."""
    _chosen[0] = name


def chosen() -> ThemeName:
    """The theme drawn with."""
    return _chosen[0]


class Dress(NamedTuple):
    """Colours of a thing to touch: ground, text, edge, ground while pressed."""

    fill: str
    ink: str
    edge: str
    pressed: str


TONES: dict[Tone, Dress] = {
    "plain": Dress("card", "ink", "line", "petrol_pale"),
    "primary": Dress("petrol_fill", "white", "petrol_fill", "petrol_fill_deep"),
    "danger": Dress("red_fill", "white", "red_fill", "red_fill_deep"),
    "quiet": Dress("paper", "soft", "line", "grey"),
    "warn": Dress("amber_pale", "amber", "amber", "card"),
    "good": Dress("green_pale", "green", "green", "card"),
    "armed": Dress("armed_fill", "white", "armed_fill", "armed_fill_deep"),
    "dark": Dress("deep", "white", "slate", "slate"),
}
DISABLED = Dress("off", "off_ink", "grey", "off")
"""What cannot be touched now stands back behind what can, in either theme."""
TILE_OFF = Dress("armed_pale", "ink", "armed_pale", "armed_pale")
"""A tile that cannot be edited now still has to be read."""
SELECTED = Dress("petrol_pale", "petrol_deep", "petrol", "card")
RAIL_DRESS = Dress("deep", "mist", "deep", "slate")

PAIRS: tuple[tuple[str, str], ...] = (
    *((dress.ink, dress.fill) for dress in (*TONES.values(), DISABLED, SELECTED, RAIL_DRESS)),
    *((dress.ink, dress.pressed) for dress in (*TONES.values(), SELECTED)),
    ("ink", "paper"), ("soft", "paper"), ("soft", "card"), ("white", "night"), ("mist", "night"),
    ("white", "armed_fill"), ("white", "lesson_fill"), ("white", "red_fill_deep"),
    ("petrol_deep", "card"),
    ("amber", "card"), ("amber", "paper"), ("red", "card"), ("red", "paper"), ("green", "card"), ("green", "paper"),
    ("petrol", "card"), ("petrol", "paper"), ("soft", "petrol_pale"), ("armed", "card"), ("armed", "paper"),
    ("ink", "amber_pale"), ("soft", "armed_pale"), ("amber", "armed_pale"),
    ("ink", "zone_planned"), ("ink", "zone_left"), ("ink", "zone_done"), ("ink", "dermis"), ("ink", "subcutis"),
    ("ink", "tissue"), ("ink", "epidermis"),
)  # fmt: skip
"""Text on ground, as used."""

INKS: dict[Tone, str] = {
    "plain": "ink",
    "primary": "petrol",
    "danger": "red",
    "quiet": "soft",
    "warn": "amber",
    "good": "green",
    "armed": "armed",
    "dark": "ink",
}
"""Colour of a text or icon of a tone on paper or card."""

TYPE: dict[str, float] = {
    "giant": 76,
    "figure": 34,
    "display": 27,
    "title": 21,
    "body": 17,
    "label": 16,
    "small": 14,
}
SMALLEST = 12.5
"""No text is drawn smaller, dp (2.4 mm)."""


def rgb(name: str) -> tuple[float, float, float]:
    """A colour's channels, 0 to 1."""
    return channels(THEMES[chosen()][name])


def channels(value: str) -> tuple[float, float, float]:
    """The channels of six hexadecimal digits, 0 to 1."""
    return int(value[0:2], 16) / 255, int(value[2:4], 16) / 255, int(value[4:6], 16) / 255


def rgba(name: str, alpha: float = 1.0) -> tuple[float, float, float, float]:
    """A colour as Kivy takes it."""
    return (*rgb(name), alpha)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two named colours of the present theme, 1 to 21 (WCAG 2.2)."""
    lights = sorted((_luminance(one), _luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(name: str) -> float:
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(name)]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
