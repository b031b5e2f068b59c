"""What the settings screen shows: the settings of this glass, the time, the record, and the way to the versions."""

from __future__ import annotations

import msgspec

from kiosk.channel.snapshot import Snapshot
from kiosk.view.actions import Go, Prefer
from kiosk.view.local import Local
from kiosk.view.settings import BRIGHT_LOW, SLEEPS_S, ThemeName
from kiosk.view.touch import NOTHING, Line, Tone, Touch, unless

THEMES: tuple[tuple[ThemeName, str], ...] = (("day", "Day"), ("night", "Night"))
HERE = "For this screen only."
NO_LIGHT = "This screen has no light that can be set."
TRUSTED = "Trusted"
UNTRUSTED = "Not trusted: nothing arms until it is set"


class Preferences(msgspec.Struct, frozen=True):
    brightness: str = ""
    darker: Touch = NOTHING
    brighter: Touch = NOTHING
    sleeps: tuple[Touch, ...] = ()
    themes: tuple[Touch, ...] = ()
    clicks: tuple[Touch, ...] = ()
    lines: tuple[Line, ...] = ()
    about: Touch = NOTHING
    note: str = HERE


def preferences(snapshot: Snapshot, local: Local) -> Preferences:
    """Brightness by steppers, the rest by choice; every touch counts at once and is kept."""
    now = local.settings
    dark = "" if local.has_light else NO_LIGHT
    least = "" if now.brightness > BRIGHT_LOW else "This is as dark as it may be set."
    most = "" if now.brightness < 100 else "This is as bright as it gets."
    return Preferences(
        brightness=f"{now.brightness} %" if local.has_light else "fixed",
        darker=unless(Touch("darker", "", Prefer("brightness", "-1"), icon="minus", on_down=True), dark or least),
        brighter=unless(Touch("brighter", "", Prefer("brightness", "1"), icon="plus", on_down=True), dark or most),
        sleeps=tuple(
            Touch(f"sleep:{time}", f"{time // 60} min", Prefer("sleep_s", str(time)), selected=time == now.sleep_s)
            for time in SLEEPS_S
        ),
        themes=tuple(
            Touch(f"theme:{key}", title, Prefer("theme", key), selected=key == now.theme) for key, title in THEMES
        ),
        clicks=tuple(
            Touch(f"click:{key}", title, Prefer("click", key), selected=(key == "on") is now.click)
            for key, title in (("on", "On"), ("off", "Off"))
        ),
        lines=_lines(snapshot),
        about=Touch("about", "About and versions", Go("about"), icon="information"),
    )


def _lines(snapshot: Snapshot) -> tuple[Line, ...]:
    trusted: Tone = "good" if snapshot.wall else "warn"
    ledger = next((check for check in snapshot.checks if check.key == "ledger"), None)
    told = ledger.detail if ledger is not None and ledger.detail else "not looked at yet"
    kept: Tone = "warn" if ledger is None or ledger.state != "passed" else "good"
    return (
        Line("time", "Time", f"{TRUSTED}: {snapshot.wall}" if snapshot.wall else UNTRUSTED, "", "timer", trusted),
        Line("record", "Record", told, "", "clipboard-text", kept),
    )
