"""What the settings screen shows: the settings of this glass, the time, the record, and the way to the versions."""

from __future__ import annotations

import msgspec

from kiosk.channel.snapshot import Snapshot
from kiosk.view.actions import Go, Prefer
from kiosk.view.language import LANGUAGES, decimal, mark, say
from kiosk.view.local import Local
from kiosk.view.settings import BRIGHT_LOW, SLEEPS_S, ThemeName
from kiosk.view.touch import NOTHING, Line, Tone, Touch, unless

THEMES: tuple[tuple[ThemeName, str], ...] = (("day", mark("Day")), ("night", mark("Night")))
HERE = mark("For this screen only.")
NO_LIGHT = mark("This screen has no light that can be set.")
UNTRUSTED = mark("Not trusted: nothing arms until it is set")


class Preferences(msgspec.Struct, frozen=True):
    brightness: str = ""
    darker: Touch = NOTHING
    brighter: Touch = NOTHING
    sleeps: tuple[Touch, ...] = ()
    themes: tuple[Touch, ...] = ()
    clicks: tuple[Touch, ...] = ()
    lines: tuple[Line, ...] = ()
    languages: tuple[Touch, ...] = ()
    about: Touch = NOTHING
    note: str = ""


def preferences(snapshot: Snapshot, local: Local) -> Preferences:
    """Brightness by steppers, the rest by choice; every touch counts at once and is kept."""
    now = local.settings
    dark = "" if local.has_light else say(NO_LIGHT)
    least = "" if now.brightness > BRIGHT_LOW else say("This is as dark as it may be set.")
    most = "" if now.brightness < 100 else say("This is as bright as it gets.")
    return Preferences(
        brightness=f"{now.brightness} %" if local.has_light else say("fixed"),
        darker=unless(Touch("darker", "", Prefer("brightness", "-1"), icon="minus", on_down=True), dark or least),
        brighter=unless(Touch("brighter", "", Prefer("brightness", "1"), icon="plus", on_down=True), dark or most),
        sleeps=tuple(
            Touch(f"sleep:{time}", f"{time // 60} min", Prefer("sleep_s", str(time)), selected=time == now.sleep_s)
            for time in SLEEPS_S
        ),
        themes=tuple(
            Touch(f"theme:{key}", say(title), Prefer("theme", key), selected=key == now.theme) for key, title in THEMES
        ),
        clicks=tuple(
            Touch(f"click:{key}", title, Prefer("click", key), selected=(key == "on") is now.click)
            for key, title in (("on", say("On")), ("off", say("Off")))
        ),
        lines=_lines(snapshot),
        languages=languages(local),
        note=say(HERE),
        about=Touch("about", say("About and versions"), Go("about"), icon="information"),
    )


def languages(local: Local) -> tuple[Touch, ...]:
    """Each language under its own name, for whoever cannot read the present one."""
    return tuple(
        Touch(f"language:{key}", name, Prefer("language", key), selected=key == local.settings.language)
        for key, name in LANGUAGES
    )


def _lines(snapshot: Snapshot) -> tuple[Line, ...]:
    trusted: Tone = "good" if snapshot.wall else "warn"
    ledger = next((check for check in snapshot.checks if check.key == "ledger"), None)
    sound = ledger is not None and ledger.state == "passed"
    told = say("Intact, can be written") if sound else say("not looked at yet")
    if ledger is not None and ledger.detail:
        told = ledger.detail
    free = snapshot.record.free_mb
    if free is not None and free >= 1000:
        told = say("{told}, {free} GB free", told=told, free=decimal(f"{free / 1000:.1f}"))
    elif free is not None:
        told = say("{told}, {free} MB free", told=told, free=free)
    kept: Tone = "good" if sound else "warn"
    return (
        Line(
            "time",
            say("Time"),
            say("Trusted: {time}", time=snapshot.wall) if snapshot.wall else say(UNTRUSTED),
            "",
            "timer",
            trusted,
        ),
        Line("record", say("Record"), told, "", "clipboard-text", kept),
    )
