"""What the treat screen shows: five tiles, the pictures beside them, chips of what is missing, lamps and ARM."""

from __future__ import annotations

import msgspec

from kiosk.channel.commands import AskSoft, Disarm, Finish, ModeName
from kiosk.channel.snapshot import SessionView, Snapshot, Treat, Value
from kiosk.view.actions import Go, Panel, Send
from kiosk.view.bodymap import Plate, plate
from kiosk.view.dosage import Barrel, Pressure, Ring, barrel, pressure, ring
from kiosk.view.figures import home_of
from kiosk.view.language import many, mark, say
from kiosk.view.numbers import TITLES, UNITS, FieldName, amount, digits, volume, with_unit
from kiosk.view.numbers import shots as shots_in_words
from kiosk.view.skin import Section, section
from kiosk.view.touch import NOTHING, Lamp, Line, Tile, Tone, Touch, unless
from kiosk.view.words import TOTALS
from kiosk.view.zones import given_of, side_words

MODES: dict[ModeName, tuple[str, str]] = {
    "single": (mark("Single"), mark("one shot a press")),
    "burst": (mark("Burst"), mark("a few shots a press")),
    "continuous": (mark("Continuous"), mark("runs while held")),
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
    shown = (
        missing if len(missing) <= 3 else (*missing[:2], many("and {count} more", "and {count} more", len(missing) - 2))
    )
    return tuple(Line(f"missing{at}", words, "", "", "alert-circle", "warn") for at, words in enumerate(shown))


def zone_title(session: SessionView, treat: Treat) -> str:
    """The chosen zone in words."""
    found = next((zone for zone in session.zones if (zone.key, zone.side) == (treat.zone, treat.side)), None)
    return side_words(found.title, found.side) if found else say("Choose")


def treating(snapshot: Snapshot) -> TreatView:
    """The whole screen."""
    treat, session = snapshot.treat, snapshot.session
    if treat is None or session is None:
        return TreatView(missing=chips((say("Control shows no treatment yet"),)))
    return TreatView(
        armed=treat.arming is not None,
        tiles=_tiles(treat),
        zone=_zone(treat, session),
        shots=_shots(treat, session),
        ring=ring(treat),
        section=section(treat),
        missing=() if treat.arming else chips(snapshot.missing),
        barrel=barrel(treat),
        pressure=pressure(treat),
        lamps=_lamps(treat),
        arm=_arm(snapshot, treat),
        buttons=_buttons(treat, session, snapshot.busy),
    )


def limit_note(field: FieldName, value: Value) -> str:
    """The limit that binds above; beyond the usual range it says so. Its panel names its origin (LIM-4)."""
    if value.needs_clinic:
        return say("clinic's figure needed")
    if value.soft_high is not None and value.value > value.soft_high:
        return say("over usual {most}", most=with_unit(field, value.soft_high))
    return say("max {most}", most=with_unit(field, value.hard_high))


def crossed(value: Value) -> bool:
    """Whether it lies outside the usual range."""
    low = value.soft_low is not None and value.value < value.soft_low
    return low or (value.soft_high is not None and value.value > value.soft_high)


def _why(treat: Treat) -> str:
    return say("Disarm before changing a value.") if treat.arming else ""


def _tile(treat: Treat, field: FieldName, value: Value) -> Tile:
    title, unit = say(TITLES[field]), say(UNITS[field].name)
    said = f"{title} {with_unit(field, value.value)}"
    touch = unless(Touch(f"tile:{field}", said, Panel(f"edit:{field}")), _why(treat))
    tone: Tone = "warn" if crossed(value) or value.needs_clinic else "plain"
    return Tile(touch, title, digits(field, value.value), unit, limit_note(field, value), tone)


def _tiles(treat: Treat) -> tuple[Tile, ...]:
    mode, meaning = MODES[treat.mode]
    touch = unless(Touch("tile:mode", say("Mode"), Panel("mode")), _why(treat))
    return (
        _tile(treat, "depth", treat.depth),
        _tile(treat, "dose", treat.dose),
        _tile(treat, "rate", treat.rate),
        Tile(touch, say("Mode"), say(mode), "", say(meaning)),
    )


def _zone(treat: Treat, session: SessionView) -> ZoneTile:
    zone = next((zone for zone in session.zones if (zone.key, zone.side) == (treat.zone, treat.side)), None)
    note = say("zone and side") if zone is None else given_of(zone)
    if zone is not None and zone.done:
        done = say("{done} of {planned}", done=zone.done, planned=zone.planned) if zone.planned else str(zone.done)
        note = f"{done}, {volume(zone.given_nl)}"
    touch = unless(Touch("tile:zone", say("Zone"), Panel("zone")), _why(treat))
    shown = plate(home_of(treat.zone, treat.side), session.zones, (treat.zone, treat.side))
    return ZoneTile(Tile(touch, say("Zone"), zone_title(session, treat), "", note), shown)


def _shots(treat: Treat, session: SessionView) -> Tile:
    """While armed the tightest total stands where the limit stood, and what a paused arming left if that is less."""
    shots = _tile(treat, "shots", treat.shots)
    if treat.arming is not None:
        return msgspec.structs.replace(shots, note=_total(session))
    if treat.left not in (0, treat.shots.value):
        told = many("{count} shot is left here", "{count} shots are left here", treat.left)
        return msgspec.structs.replace(shots, note=told, tone="warn")
    return shots


def _total(session: SessionView) -> str:
    """The tightest total in few words: its key, for a zone's title may be long."""
    tight = [total for total in session.totals if total.limit]
    if not tight:
        return ""
    most = max(tight, key=lambda total: total.used / (total.limit or 1))
    used = amount(most.used, most.unit) if most.unit == "nL" else str(most.used)
    title = say(TOTALS.get(most.key, most.key))
    return say("{title}: {used} of {most}", title=title, used=used, most=amount(most.limit or 0, most.unit))


def _lamps(treat: Treat) -> tuple[Lamp, ...]:
    return (
        Lamp(say("Skin"), treat.contact),
        Lamp(say("Trigger"), treat.trigger or treat.pedal, "primary"),
        Lamp(say("Enabled"), treat.enabled, "armed"),
        Lamp(say("Retracted"), True, "good") if treat.retracted else Lamp(say("Needle out"), True, "warn"),
    )


def _arm(snapshot: Snapshot, treat: Treat) -> Touch:
    if treat.arming is not None:
        return Touch("disarm", say("DISARM"), Send(Disarm()), tone="armed", on_down=True)
    if treat.asks and not snapshot.busy:  # what stands against it is asked, and answered with a reason
        return Touch("arm", say("ARM"), Send(AskSoft()), tone="warn")
    why = snapshot.missing[0] if snapshot.missing else snapshot.busy
    return unless(Touch("arm", say("ARM"), Panel("arm"), tone="primary"), why)


def _buttons(treat: Treat, session: SessionView, busy: str) -> tuple[Touch, ...]:
    """The needle's says how many shots it has made: a blunt one hurts."""
    made = session.needle_shots
    needle = say("Needle, {shots}", shots=shots_in_words(made)) if made else say("Needle")
    why = say("Disarm first.") if treat.arming else busy
    return tuple(
        unless(touch, why)
        for touch in (
            Touch("change:needle", needle, Go("needle"), icon="needle"),
            Touch("change:syringe", say("Syringe"), Go("syringe"), icon="water"),
            Touch("recover", say("Recover"), Panel("recover"), icon="refresh"),
            Touch("finish", say("Finish"), Send(Finish()), icon="check"),
        )
    )
