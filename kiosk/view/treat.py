"""What the treat screen shows: five tiles, the pictures beside them, chips of what is missing, lamps and ARM."""

from __future__ import annotations

import msgspec

from kiosk.channel.commands import Disarm, Finish, ModeName
from kiosk.channel.snapshot import SessionView, Snapshot, Treat, Value
from kiosk.view.actions import Go, Panel, Send
from kiosk.view.bodymap import Plate, home_of, plate
from kiosk.view.dosage import Barrel, Pressure, Ring, barrel, pressure, ring
from kiosk.view.numbers import TITLES, UNITS, FieldName, amount, digits, volume, with_unit
from kiosk.view.skin import Section, section
from kiosk.view.touch import NOTHING, Lamp, Line, Tile, Tone, Touch, unless
from kiosk.view.zones import given_of, side_words

MODES: dict[ModeName, tuple[str, str]] = {
    "single": ("Single", "one shot a press"),
    "burst": ("Burst", "a few shots a press"),
    "continuous": ("Continuous", "runs while held"),
}
HOLD_MS = 1000
"""ARM is confirmed by holding so long (UI-6)."""


class ZoneTile(msgspec.Struct, frozen=True):
    """The tile of the zone: its name beside the small map."""

    tile: Tile = Tile()
    plate: Plate = Plate()


class TreatView(msgspec.Struct, frozen=True):
    armed: bool = False
    tiles: tuple[Tile, ...] = ()
    zone: ZoneTile = ZoneTile()
    shots: Tile = Tile()
    ring: Ring = Ring()
    section: Section = Section()
    missing: tuple[Line, ...] = ()
    """Chips: at most three sentences of what is missing (UI-5)."""
    barrel: Barrel = Barrel()
    pressure: Pressure = Pressure()
    lamps: tuple[Lamp, ...] = ()
    arm: Touch = NOTHING
    buttons: tuple[Touch, ...] = ()


def chips(missing: tuple[str, ...]) -> tuple[Line, ...]:
    """What is missing, three lines at most; the last one counts the rest."""
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
    return TreatView(
        armed=treat.arming is not None,
        tiles=_tiles(treat),
        zone=_zone(treat, session),
        shots=_shots(treat, session),
        ring=ring(treat),
        section=section(treat),
        missing=() if treat.arming else chips(snapshot.missing),
        barrel=barrel(treat, session),
        pressure=pressure(treat),
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


def _why(treat: Treat) -> str:
    return "Disarm before changing a value." if treat.arming else ""


def _tile(treat: Treat, field: FieldName, value: Value) -> Tile:
    said = f"{TITLES[field]} {with_unit(field, value.value)}"
    touch = unless(Touch(f"tile:{field}", said, Panel(f"edit:{field}")), _why(treat))
    tone: Tone = "warn" if _crossed(value) or value.needs_clinic else "plain"
    return Tile(touch, TITLES[field], digits(field, value.value), UNITS[field].name, limit_note(field, value), tone)


def _tiles(treat: Treat) -> tuple[Tile, ...]:
    mode, meaning = MODES[treat.mode]
    return (
        _tile(treat, "depth", treat.depth),
        _tile(treat, "dose", treat.dose),
        _tile(treat, "rate", treat.rate),
        Tile(unless(Touch("tile:mode", "Mode", Panel("mode")), _why(treat)), "Mode", mode, "", meaning),
    )


def _zone(treat: Treat, session: SessionView) -> ZoneTile:
    zone = next((zone for zone in session.zones if (zone.key, zone.side) == (treat.zone, treat.side)), None)
    note = "zone and side" if zone is None else given_of(zone)
    if zone is not None and zone.done:
        note = f"{note.removesuffix(' shots')}, {volume(zone.given_nl)}"
    touch = unless(Touch("tile:zone", "Zone", Panel("zone")), _why(treat))
    shown = plate(home_of(treat.zone, treat.side), session.zones, (treat.zone, treat.side))
    return ZoneTile(Tile(touch, "Zone", zone_title(session, treat), "", note), shown)


def _shots(treat: Treat, session: SessionView) -> Tile:
    """While armed the tightest total stands where the limit stood."""
    shots = _tile(treat, "shots", treat.shots)
    return msgspec.structs.replace(shots, note=_total(session)) if treat.arming else shots


def _total(session: SessionView) -> str:
    """The tightest total in few words: its key, for a zone's title may be long."""
    tight = [total for total in session.totals if total.limit]
    if not tight:
        return ""
    most = max(tight, key=lambda total: total.used / (total.limit or 1))
    used = amount(most.used, most.unit) if most.unit == "nL" else str(most.used)
    return f"{most.key.capitalize()}: {used} of {amount(most.limit or 0, most.unit)}"


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
