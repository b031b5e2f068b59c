"""The engine seen from outside: the snapshot, the catalogue, and the plan that the record shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from math import ceil
from typing import TYPE_CHECKING, TypedDict, cast

import msgspec

from drivers.registers import Input
from kiosk.channel.commands import ModeName, Side
from kiosk.channel.snapshot import (
    ArmingView,
    Catalogue,
    Choice,
    NextVisit,
    PressureState,
    ProductChoice,
    ProtocolCard,
    SessionView,
    SetupStep,
    Snapshot,
    SyringeChoice,
    Total,
    Treat,
    Value,
    Zone,
)
from kiosk.protocols import limits
from kiosk.protocols.envelope import Envelope
from kiosk.protocols.kept import kept
from kiosk.protocols.limits import Counted, Limit, Range, Setting, ZoneRanges
from kiosk.protocols.profile import Guide, Needle, Product, Protocol, Syringe
from kiosk.records.facts import Fact
from kiosk.records.rows import EventRow
from kiosk.session import guards, present_calibration, present_checking
from kiosk.session.date_time import in_words
from kiosk.session.facts import Facts
from kiosk.session.setup import OUTLIVED
from kiosk.session.tally import NOTHING
from kiosk.session.words import as_sentence, place
from kiosk.session.words import in_words as setting_in_words

if TYPE_CHECKING:
    from kiosk.session.engine import Engine

CONTACT, TRIGGER, HOME = int(Input.CONTACT), int(Input.TRIGGER), int(Input.HOME)
RESISTING_SHARE = 0.5
"""Share of the occlusion threshold from which the line counts as resisting."""
BLOCKED_SHARE = 0.9
NO_VISIT = NextVisit()


class PlanRow(TypedDict):
    sentence: str
    body: dict[str, str | int | float | bool | list[str] | None]


# -- clock ----------------------------------------------------------------------------------------------------------
def wall(engine: Engine) -> str:
    """Local date and time to the minute; "" when the clock is not trusted."""
    if not engine.desk.inputs.wall_trusted:
        return ""
    return in_words(engine.desk.inputs.wall_ms)


def busy(engine: Engine) -> str:
    """What runs outside an arming, in words; "" when nothing does."""
    if engine.retraction.busy:
        return "Retracting the needle"
    return engine.slot.words if engine.slot.current is not None and engine.treatment.arming is None else ""


# -- plan -----------------------------------------------------------------------------------------------------------
def armed(events: Iterable[EventRow]) -> Iterator[Setting]:
    """The setting of each arming among these events; a row that was damaged holds none, and offers nothing again."""
    for event in events:
        if event.kind == Fact.ARMING:
            with suppress(msgspec.ValidationError):
                yield msgspec.convert(event.body, Setting)


def plan(engine: Engine) -> Iterator[PlanRow]:
    """What the protocol plans for each zone and side, with the limits in force."""
    protocol = engine.setup.protocol
    if protocol is None or engine.treatment.envelope is None:
        return
    for zone in protocol.zones:
        ranges = engine.treatment.ranges(zone.key)
        for side in zone.sides:
            yield {
                "sentence": f"Planned: {place(zone.title, side)}",
                "body": {
                    "protocol_title": protocol.title,
                    "zone": zone.key,
                    "zone_title": zone.title,
                    "side": side,
                    "depth_um": ranges.depth.default,
                    "dose_nl": ranges.dose.default,
                    "technique": zone.technique,
                    "spacing_mm": span(zone.spacing_um, 1000),
                    "angle_deg": zone.angle_deg.high or 90,
                    "depth_low_um": ranges.depth.hard_low.value,
                    "depth_high_um": ranges.depth.hard_high.value,
                    "dose_low_nl": ranges.dose.hard_low.value,
                    "dose_high_nl": ranges.dose.hard_high.value,
                },
            }


def span(guide: Guide, divisor: int = 1) -> str:
    """A guide in its unit: "2 to 4", "10", "" where the clinic has to give it."""
    if guide.low is None:
        return ""
    low, high = guide.low / divisor, (guide.high or guide.low) / divisor
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


# -- snapshot -------------------------------------------------------------------------------------------------------
def snapshot(engine: Engine, number: int) -> Snapshot:
    """What the kiosk shows of this moment."""
    desk = engine.desk
    in_session, missing = engine.setup.facts is not None, engine.missing()
    return Snapshot(
        number=number,
        stamp=desk.now,
        simulated=engine.simulated,
        phase=engine.phase,
        stop=engine.stop.view(),
        link=engine.connection.view(),
        loop=engine.loop,
        accounts=engine.people.accounts(),
        first_start=engine.people.first_start,
        user=engine.people.view(),
        checks=engine.selftest.views(),
        ready=engine.selftest.passed,
        session=session(engine) if in_session else None,
        treat=treat(engine, missing) if in_session else None,
        missing=missing,
        question=engine.treatment.question,
        alarms=engine.signals.views(),
        sound_paused_s=engine.signals.paused_s,
        notices=tuple(desk.notices),
        busy=busy(engine),
        wall=wall(engine),
        last_session=engine.last_session,
        record=engine.record.view(),
        clock=engine.clock.view(),
        in_force=present_calibration.in_force(engine),
        calibrating=present_calibration.calibrating(engine),
        instruments=engine.instruments.views(),
        checking=present_checking.checking(engine),
        wire=engine.wire,
    )


def session(engine: Engine) -> SessionView:
    """The open session."""
    setup, library = engine.setup, engine.library
    facts = setup.facts
    assert facts is not None, "asked for while a session is open"
    envelope, setting, wall_ms = engine.treatment.envelope, engine.treatment.setting, setup.wall_ms
    return _session(
        facts,
        setup.protocol,
        envelope,
        (library.products.get(facts.product), library.needles.get(facts.needle), library.syringes.get(facts.syringe)),
        facts.step(wall_ms),
        facts.steps_done(wall_ms),
        engine.tally.of_needle(facts.needle_from),
        engine.path.asked_drop,
        not engine.device.barrel_sensed,
        () if setup.protocol is None else zones(setup.protocol, engine.tally.by_zone, engine.treatment.planned),
        () if envelope is None or setting is None else engine.counted(setting),
        engine.followup.next_visit() if facts.finished else NO_VISIT,
        as_sentence(OUTLIVED) if setup.outlived else "",
    )


@kept
def _session(  # noqa: PLR0913  each is one thing that the view is made of, and nothing else is
    facts: Facts,
    protocol: Protocol | None,
    envelope: Envelope | None,
    parts: tuple[Product | None, Needle | None, Syringe | None],
    step: SetupStep | None,
    done: tuple[SetupStep, ...],
    needle_shots: int,
    asked_drop: bool,
    reads_barrel: bool,
    given: tuple[Zone, ...],
    counted: tuple[limits.Total, ...],
    visit: NextVisit,
    over: str,
) -> SessionView:
    product, needle, syringe = parts
    return SessionView(
        number=facts.number,
        protocol=facts.protocol,
        protocol_title=protocol.title if protocol is not None else facts.protocol,
        patient=facts.patient,
        opened_by=facts.opened_by,
        step=step,
        done=done,
        product=facts.product,
        product_title=product.title if product is not None else "",
        lot=facts.lot,
        expiry=facts.expiry,
        needle=facts.needle,
        needle_title=needle.title if needle is not None else "",
        needle_shots=needle_shots,
        syringe=facts.syringe,
        syringe_title=syringe.title if syringe is not None else "",
        dead_volume_nl=envelope.dead_volume_nl if envelope is not None else 0,
        prime_nl=envelope.prime_nl(refill=facts.refill) if envelope is not None else 0,
        prime_asks_drop=asked_drop,
        reads_barrel=reads_barrel,
        zones=given,
        totals=tuple(Total(total.key, total.title, total.used, total.unit, *_bound(total.limit)) for total in counted),
        preparation=tuple(item.text for item in protocol.preparation) if protocol is not None else (),
        aftercare=tuple(item.text for item in protocol.aftercare) if protocol is not None else (),
        next_visit=visit,
        over=over,
    )


def _bound(limit: Limit | None) -> tuple[int | None, str]:
    return (None, "") if limit is None else (limit.value, str(limit.origin))


@kept
def zones(
    protocol: Protocol, by_zone: Mapping[tuple[str, str], Counted], planned: Mapping[tuple[str, str], int]
) -> tuple[Zone, ...]:
    """The protocol's zones, each side on its own, with what was given and planned."""
    return tuple(
        Zone(
            zone.key,
            zone.title,
            cast("Side", side),
            planned.get((zone.key, side), 0),
            given.shots,
            given.nl,
            zone.technique,
            span(zone.spacing_um, 1000),
            zone.angle_deg.high or 90,
        )
        for zone in protocol.zones
        for side in zone.sides
        for given in (by_zone.get((zone.key, side), NOTHING),)
    )


def value(allowed: Range, now: int) -> Value:
    """A setting with all its limits."""
    return Value(
        value=now,
        step=allowed.step,
        hard_low=allowed.hard_low.value,
        hard_high=allowed.hard_high.value,
        hard_low_origin=str(allowed.hard_low.origin),
        hard_high_origin=str(allowed.hard_high.origin),
        default=allowed.default,
        soft_low=None if allowed.soft_low is None else allowed.soft_low.value,
        soft_high=None if allowed.soft_high is None else allowed.soft_high.value,
        source=allowed.source,
        grade=allowed.grade,
        needs_clinic=allowed.needs_clinic,
    )


@kept
def values(setting: Setting, ranges: ZoneRanges) -> tuple[Value, Value, Value, Value]:
    """Depth, dose, rate and shots as they are set, with their limits."""
    return (
        value(ranges.depth, setting.depth_um),
        value(ranges.dose, setting.dose_nl),
        value(ranges.rate, setting.rate_mhz),
        value(ranges.shots, setting.shots),
    )


offer = kept(setting_in_words)
"""What arming would begin, in words."""


def treat(engine: Engine, missing: tuple[str, ...]) -> Treat | None:
    """The treat screen's data once all parts are known."""
    setting, envelope, facts = engine.treatment.setting, engine.treatment.envelope, engine.setup.facts
    if setting is None or envelope is None or facts is None:
        return None
    ranges, status, arming = envelope.ranges(setting.zone), engine.desk.status, engine.treatment.arming
    totals = engine.totals(setting)
    inputs = 0 if status is None else status.inputs
    protocol = engine.setup.protocol
    zone = None if protocol is None else protocol.zone(setting.zone)
    depth, dose, rate, shots = values(setting, ranges)
    return Treat(
        zone=setting.zone,
        side=cast("Side", setting.side),
        mode=cast("ModeName", setting.mode.name.lower()),
        depth=depth,
        dose=dose,
        rate=rate,
        shots=shots,
        offer=offer(setting, zone.title if zone is not None else setting.zone),
        arming=None
        if arming is None
        else ArmingView(arming.words, arming.setting.shots, arming.done, arming.left, arming.note),
        asks=bool(missing) and missing == guards.sentences(engine.answerable(setting)),
        left=engine.treatment.left,
        shot_count=engine.tally.session.shots,
        syringe_left_nl=totals.syringe_usable_nl + envelope.reserve_nl,
        syringe_fill_nl=facts.fill_nl,
        usable_nl=totals.syringe_usable_nl,
        pressure_kpa=0 if status is None else status.pressure_kpa,
        pressure=pressure(engine),
        **_thresholds(engine),
        needle_um=0 if status is None else status.needle_um,
        angle_deg=zone.angle_deg.high or 90 if zone is not None else 90,
        contact=bool(inputs & CONTACT),
        trigger=bool(inputs & TRIGGER),
        pedal=engine.pedal.pressed,
        enabled=engine.desk.inputs.panel.enable,
        retracted=bool(inputs & HOME),
    )


class _Thresholds(TypedDict):
    resisting_kpa: int
    blocked_kpa: int
    occlusion_kpa: int


def _thresholds(engine: Engine) -> _Thresholds:
    """Where the words of the pressure bar change, kPa: as `pressure` compares."""
    full = 0 if engine.desk.identity is None else engine.desk.identity.occlusion_kpa
    return {
        "resisting_kpa": ceil(full * RESISTING_SHARE),
        "blocked_kpa": ceil(full * BLOCKED_SHARE),
        "occlusion_kpa": full,
    }


def pressure(engine: Engine) -> PressureState:
    """The line as the pressure bar shows it."""
    status, identity = engine.desk.status, engine.desk.identity
    if status is None or identity is None:
        return "free"
    share = status.pressure_kpa / max(1, identity.occlusion_kpa)
    return "blocked" if share >= BLOCKED_SHARE else "resisting" if share >= RESISTING_SHARE else "free"


# -- catalogue ------------------------------------------------------------------------------------------------------
def catalogue(engine: Engine) -> Catalogue:
    """What can be chosen on this device."""
    library = engine.library
    screening = {item.key: item for protocol in library.protocols.values() for item in protocol.screening}
    return Catalogue(
        protocols=tuple(_card(engine, protocol) for protocol in library.protocols.values()),
        needles=tuple(Choice(needle.key, needle.title, _needle(needle)) for needle in library.needles.values()),
        syringes=tuple(
            SyringeChoice(syringe.key, syringe.title, syringe.barrel_nl, syringe.reserve_nl)
            for syringe in library.syringes.values()
        ),
        products=tuple(
            ProductChoice(product.key, product.title, product.detail, product.example, product.gtin)
            for product in library.products.values()
        ),
        screening=tuple(Choice(item.key, item.text, f"grade {item.grade}") for item in screening.values()),
        versions=engine.versions,
        cleanup=tuple(Choice(item.key, item.text) for item in library.cleanup.values()),
        reactions=tuple(Choice(item.key, item.text) for item in library.reactions.values()),
        presets=engine.presets.views(),
    )


def _needle(needle: Needle) -> str:
    """What a needle's title leaves out: its size, and after how many shots it is called blunt."""
    size = f"{needle.gauge}G, {needle.length_um / 1000:g} mm"
    shots = f"at most {needle.shots_max} shots" if needle.shots_max else ""
    return ", ".join(words for words in (size, shots) if words and words not in needle.title)


def _card(engine: Engine, protocol: Protocol) -> ProtocolCard:
    sessions, interval = span(protocol.sessions), span(protocol.interval_days)
    return ProtocolCard(
        key=protocol.key,
        title=protocol.title,
        summary=protocol.summary,
        techniques=tuple(sorted({zone.technique for zone in protocol.zones})),
        zones=tuple(zone.title for zone in protocol.zones),
        sessions=f"{sessions} sessions" if sessions else "as the physician decides",
        interval=f"every {interval} days" if interval else "as the physician decides",
        approved=engine.simulated or engine.approved(protocol.key),
        needs_clinic=protocol.clinic_keys,
    )
