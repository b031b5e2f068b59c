"""What the treat screen shows: five tiles and shots, chips of what is missing, the arming, bars and lamps."""

from __future__ import annotations

import msgspec

from kiosk.channel.commands import Disarm, Finish, ModeName
from kiosk.channel.snapshot import PressureState, SessionView, Snapshot, Treat, Value
from kiosk.view.actions import Go, Panel, Send
from kiosk.view.numbers import TITLES, UNITS, FieldName, amount, digits, volume
from kiosk.view.touch import NOTHING, Bar, Lamp, Line, Tile, Tone, Touch, unless
from kiosk.view.zones import given_of, side_words

MODES: dict[ModeName, tuple[str, str]] = {
    "single": ("Single", "one shot a press"),
    "burst": ("Burst", "a few shots a press"),
    "continuous": ("Continuous", "runs while held"),
}
PRESSURES: dict[PressureState, tuple[str, Tone]] = {
    "free": ("free", "good"),
    "resisting": ("resisting", "warn"),
    "blocked": ("blocked", "danger"),
}
PRESSURE_FULL_KPA = 300
"""Where the pressure bar ends; the word beside it is what counts, the level only shows a trend."""
HOLD_MS = 1000
"""ARM is confirmed by holding so long (UI-6)."""


class TreatView(msgspec.Struct, frozen=True):
    armed: bool = False
    tiles: tuple[Tile, ...] = ()
    missing: tuple[Line, ...] = ()
    """Chips: at most three sentences of what is missing (UI-5)."""
    words: str = ""
    count: str = ""
    planned: str = ""
    progress: float = 0.0
    note: str = ""
    total: str = ""
    syringe: Bar = Bar()
    pressure: Bar = Bar()
    lamps: tuple[Lamp, ...] = ()
    arm: Touch = NOTHING
    buttons: tuple[Touch, ...] = ()


def chips(missing: tuple[str, ...]) -> tuple[Line, ...]:
    """What is missing, three lines at most; the last one counts the rest."""
    if not missing:
        return (Line("ready", "Nothing is missing", "Press ARM, read, hold to confirm", "", "check-circle", "good"),)
    shown = missing if len(missing) <= 3 else (*missing[:2], f"and {len(missing) - 2} more")
    return tuple(Line(f"missing{at}", words, "", "", "alert-circle", "warn") for at, words in enumerate(shown))


def zone_title(session: SessionView, treat: Treat) -> str:
    """The chosen zone in words."""
    found = next((zone for zone in session.zones if (zone.key, zone.side) == (treat.zone, treat.side)), None)
    return side_words(found.title, found.side) if found else "Choose"


def treating(snapshot: Snapshot) -> TreatView:
    """The whole screen."""
    treat, session = snapshot.treat, snapshot.session
    if treat is None or session is None:
        return TreatView(missing=chips(("Control shows no treatment yet",)))
    arming = treat.arming
    return TreatView(
        armed=arming is not None,
        tiles=_tiles(treat, session),
        missing=chips(snapshot.missing),
        words=arming.words if arming else "",
        count=str(arming.done) if arming else "",
        planned=f"of {arming.planned} shots" if arming else "",
        progress=min(1.0, arming.done / arming.planned) if arming and arming.planned else 0.0,
        note=arming.note if arming else "",
        total=_total(session),
        syringe=_syringe(treat),
        pressure=_pressure(treat),
        lamps=_lamps(treat),
        arm=_arm(snapshot, treat),
        buttons=_buttons(treat, snapshot.busy),
    )


def limit_note(field: FieldName, value: Value) -> str:
    """The limit that binds above, with its origin (LIM-4); beyond the usual range it says so."""
    if value.needs_clinic:
        return "clinic's figure needed"
    if value.soft_high is not None and value.value > value.soft_high:
        return f"over usual {digits(field, value.soft_high)}"
    return f"max {digits(field, value.hard_high)} {value.hard_high_origin}"


def _crossed(value: Value) -> bool:
    low = value.soft_low is not None and value.value < value.soft_low
    return low or (value.soft_high is not None and value.value > value.soft_high)


def _tiles(treat: Treat, session: SessionView) -> tuple[Tile, ...]:
    why = "Disarm before changing a value." if treat.arming else ""
    values: tuple[tuple[FieldName, Value], ...] = (
        ("depth", treat.depth),
        ("dose", treat.dose),
        ("rate", treat.rate),
        ("shots", treat.shots),
    )
    tiles = [
        Tile(
            unless(Touch(f"tile:{field}", TITLES[field], Panel(f"edit:{field}")), why),
            TITLES[field], digits(field, value.value), UNITS[field].name, limit_note(field, value),
            "warn" if _crossed(value) or value.needs_clinic else "plain",
        )
        for field, value in values
    ]  # fmt: skip
    mode, meaning = MODES[treat.mode]
    tiles.insert(3, Tile(unless(Touch("tile:mode", "Mode", Panel("mode")), why), "Mode", mode, "", meaning))
    zone = next((zone for zone in session.zones if (zone.key, zone.side) == (treat.zone, treat.side)), None)
    note = f"{given_of(zone).removesuffix(' shots')}, {volume(zone.given_nl)}" if zone else "zone and side"
    touch = unless(Touch("tile:zone", "Zone", Panel("zone")), why)
    tiles.insert(4, Tile(touch, "Zone", zone_title(session, treat), "", note))
    return tuple(tiles)


def _total(session: SessionView) -> str:
    tight = [total for total in session.totals if total.limit]
    if not tight:
        return ""
    most = max(tight, key=lambda total: total.used / (total.limit or 1))
    return f"{most.title}: {amount(most.used, most.unit)} of {amount(most.limit or 0, most.unit)}"


def _syringe(treat: Treat) -> Bar:
    level = treat.syringe_left_nl / treat.syringe_fill_nl if treat.syringe_fill_nl else 0.0
    text = f"{volume(treat.usable_nl)} usable"
    tone: Tone = "danger" if treat.usable_nl <= 0 else "warn" if level < 0.15 else "primary"
    return Bar("Syringe", text, max(0.0, min(1.0, level)), tone)


def _pressure(treat: Treat) -> Bar:
    word, tone = PRESSURES[treat.pressure]
    level = max(0.0, min(1.0, treat.pressure_kpa / PRESSURE_FULL_KPA))
    return Bar("Pressure", f"{word}, {treat.pressure_kpa} kPa", level, tone)


def _lamps(treat: Treat) -> tuple[Lamp, ...]:
    return (
        Lamp("Skin", treat.contact),
        Lamp("Trigger", treat.trigger or treat.pedal, "primary"),
        Lamp("Enabled", treat.enabled, "armed"),
        Lamp("Retracted", True, "good") if treat.retracted else Lamp("Needle out", True, "warn"),
    )


def _arm(snapshot: Snapshot, treat: Treat) -> Touch:
    if treat.arming is not None:
        return Touch("disarm", "DISARM", Send(Disarm()), tone="armed", on_down=True)
    why = snapshot.missing[0] if snapshot.missing else snapshot.busy
    return unless(Touch("arm", "ARM", Panel("arm"), tone="primary"), why)


def _buttons(treat: Treat, busy: str) -> tuple[Touch, ...]:
    why = "Disarm first." if treat.arming else busy
    return tuple(
        unless(touch, why)
        for touch in (
            Touch("change:needle", "Needle", Go("needle"), icon="needle"),
            Touch("change:syringe", "Syringe", Go("syringe"), icon="water"),
            Touch("recover", "Recover", Panel("recover"), icon="refresh"),
            Touch("finish", "Finish", Send(Finish()), icon="check"),
        )
    )
