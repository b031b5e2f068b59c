"""What a person may set about the glass itself: light, sleep, look, click. Nothing here bears on what may be done.

These settings belong to this screen and stay with it; control does not know them. Whatever would bear on a treatment
is control's, with a row in the record for each change (ACC-4).
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

ThemeName = Literal["day", "night"]
LanguageName = Literal["en", "fr"]
"""Languages that are shipped: one folder each in ``assets/locale``, English in the sources."""
SLEEPS_S = (60, 120, 300, 600, 1800)
"""Times after which an untouched screen may sleep, s. None means for ever: a screen that nobody looks at wears."""
BRIGHT_LOW, BRIGHT_STEP = 10, 10
"""Percent; a person cannot set the screen so dark that it looks off."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of one screen.

    `brightness`: percent of the backlight. `sleep_s`: seconds without a touch until the screen sleeps (UI-3).
    `click`: whether each shot clicks, where there is a sound card. `language`: of all that is shown, not of the record.
    """

    theme: ThemeName = "day"
    brightness: Annotated[int, msgspec.Meta(ge=BRIGHT_LOW, le=100)] = 100
    sleep_s: Annotated[int, msgspec.Meta(ge=SLEEPS_S[0], le=SLEEPS_S[-1])] = 300
    click: bool = True
    language: LanguageName = "en"


def preferred(settings: Settings, field: str, value: str) -> Settings:
    """The settings with another value; one that is not offered changes nothing."""
    match field:
        case "brightness":
            return brighter(settings, 1 if value == "1" else -1)
        case "sleep_s" if int(value) in SLEEPS_S:
            return msgspec.structs.replace(settings, sleep_s=int(value))
        case "theme" if value in ("day", "night"):
            return msgspec.structs.replace(settings, theme=value)
        case "language" if value in ("en", "fr"):
            return msgspec.structs.replace(settings, language=value)
        case "click":
            return msgspec.structs.replace(settings, click=value == "on")
        case _:
            return settings


def restored(kept: str) -> Settings:
    """Settings from a backup, as this screen keeps them; the usual ones where they are of another version."""
    try:
        return msgspec.json.decode(kept, type=Settings)
    except msgspec.MsgspecError:
        return Settings()


def brighter(settings: Settings, steps: int) -> Settings:
    """One step brighter or darker, inside its limits."""
    wanted = settings.brightness + steps * BRIGHT_STEP
    return msgspec.structs.replace(settings, brightness=max(BRIGHT_LOW, min(100, wanted)))
