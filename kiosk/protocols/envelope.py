"""The Envelope: everything that may be done with one set of parts, each limit with its origin.

The one thing only this file knows is how an authorisation is given: it holds the mint. It checks every value and every
projected total again each time (LIM-1, LIM-5, LIM-6); the controller checks once more on its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import final

from drivers.ports import Authorisation, claim_mint
from drivers.registers import (
    BARREL_NL,
    INTERVAL_MAX_MS,
    PRIME_MAX_NL,
    SHOTS_MAX,
    Calibration,
    Identity,
    Mode,
    SyringeType,
)
from kiosk.protocols import budget
from kiosk.protocols.budget import Course
from kiosk.protocols.effective import Parts, projected, smallest_dose_nl, zone_ranges
from kiosk.protocols.errors import CalibrationUnusable, ClinicFigureMissing, EnvelopeRefusal, WrongParts, ZoneUnknown
from kiosk.protocols.fit import Flow, flow, interval_ms, unfit
from kiosk.protocols.kept import kept
from kiosk.protocols.limits import (
    Limit,
    Origin,
    Range,
    Refusal,
    Setting,
    Slice,
    SoftCrossing,
    Total,
    Totals,
    Verdict,
    ZoneRanges,
)
from kiosk.protocols.profile import MODES, Device, Needle, Product, Protocol, Syringe, Zone
from kiosk.protocols.words import ORIGIN_WORDS, allowed, amount, bound

__all__ = ["SLICE_MS", "VALID_MS", "Course", "Envelope", "bench_authorisation", "envelope_for"]

_mint = claim_mint("kiosk.protocols.envelope")
_SEAL = object()
_NL = 1000

SLICE_MS = 3000
"""A slice is at most what the set rate gives in 3 s (DESIGN, Authorisation)."""
VALID_MS = 30_000
"""No stroke of a slice begins later than this: an arming ends after 30 s without a shot."""


@final
class Envelope:
    """What may be done. Immutable; built by `envelope_for` and by nothing else."""

    __slots__ = ("_course", "_flow", "_parts", "_ranges", "_totals", "_zones")
    _course: Course
    _flow: Flow
    _parts: Parts
    _ranges: dict[str, ZoneRanges]
    _totals: Callable[[Zone, str, Totals], tuple[Total, ...]]
    """The totals of these parts; alarms, screen and verdict ask for the same ones in a cycle."""
    _zones: dict[str, Zone]

    def __init__(self, seal: object, parts: Parts, course: Course) -> None:
        if seal is not _SEAL:
            raise TypeError("an Envelope is built by envelope_for and by nothing else")
        ranges = {zone.key: zone_ranges(parts, zone) for zone in parts.protocol.zones}
        for name, value in (
            ("_parts", parts),
            ("_course", course),
            ("_ranges", ranges),
            ("_totals", kept(partial(budget.totals_of, parts, course))),
            ("_zones", {zone.key: zone for zone in parts.protocol.zones}),
            ("_flow", flow(parts.device, parts.identity, parts.needle, parts.product)),
        ):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("an Envelope never changes; build another one")

    def ranges(self, zone: str) -> ZoneRanges:
        """Depth, dose, rate and shots of a zone, the tightest of all origins (LIM-4).

        Raises:
            ZoneUnknown: the protocol has no such zone.
        """
        return self._ranges[self._zone(zone).key]

    def check(self, setting: Setting, totals: Totals, confirmed: frozenset[str]) -> Verdict:
        """Whether `setting` may be armed now.

        `confirmed` are keys of crossings that a person confirmed with a reason; only others come back as crossings.
        Nothing is clamped: a value outside is refused (LIM-1), so is one off the hardware's step (LIM-3).
        """
        zone = self._zones.get(setting.zone)
        if zone is None:
            known = ", ".join(self._ranges)
            sentence = f"The protocol has no zone '{setting.zone}'; it has: {known}"
            return Verdict((Refusal("zone", sentence, Origin.PROTOCOL),), ())
        refusals = [*self._how(setting, zone), *self._values(setting)]
        if refusals:
            return Verdict(tuple(refusals), ())
        parts = self._parts
        late = unfit(setting.depth_um, setting.dose_nl, setting.rate_mhz, parts.device, parts.identity, self._flow)
        counted = self._totals(zone, setting.side, totals)
        refusals = [*([late] if late else []), *budget.exhausted(counted, setting)]
        refusals += budget.course_refusals(parts, self._course, zone, counted)
        crossings = [*self._unusual(setting), *budget.course_crossings(parts, self._course, zone)]
        return Verdict(
            tuple(refusals),
            tuple(crossing for crossing in crossings if crossing.key not in confirmed),
        )

    def slice(
        self,
        setting: Setting,
        totals: Totals,
        *,
        planned_left: int,
        id: int,
        boot_count: int,
        confirmed: frozenset[str],
    ) -> Slice:
        """The next authorisation: fewest of 20 shots, 3 s at the set rate, `planned_left` and what every total leaves.

        At least one shot is given when one is allowed, also where the rate is under one in 3 s. In single mode a press
        is one authorisation of one shot.

        Raises:
            EnvelopeRefusal: something stands against it, or a soft crossing is not confirmed; `refusals` name it all.
        """
        verdict = self.check(setting, totals, confirmed)
        refusals = [*verdict.refusals]
        refusals += [
            Refusal(crossing.key, f"Not confirmed: {crossing.sentence}", crossing.origin)
            for crossing in verdict.crossings
        ]
        if not 1 <= planned_left <= setting.shots:
            refusals.append(
                Refusal("shots", f"{planned_left} shots of {setting.shots} planned are left to give", Origin.PROTOCOL)
            )
        if refusals:
            raise EnvelopeRefusal(tuple(refusals))
        interval = interval_ms(setting.rate_mhz)
        usual = min(SHOTS_MAX, max(1, SLICE_MS // interval), planned_left)
        if setting.mode == Mode.SINGLE:
            usual = 1
        tightest = budget.rooms(self.totals(setting.zone, setting.side, totals), setting)[0]
        shots = min(usual, tightest.shots)
        return Slice(
            _mint(
                id=id,
                depth_um=setting.depth_um,
                dose_nl=setting.dose_nl,
                shots=shots,
                interval_ms=interval,
                mode=setting.mode,
                valid_ms=VALID_MS,
                syringe_type=self._parts.syringe.type,
                calibration_id=self._parts.calibration.id,
                boot_count=boot_count,
            ),
            f"{amount(shots, 'shots')} left: {ORIGIN_WORDS[tightest.limit.origin]}" if shots < usual else "",
        )

    def totals(self, zone: str, side: str, totals: Totals) -> tuple[Total, ...]:
        """Every total of a zone on a side with its limit, for the screen.

        Raises:
            ZoneUnknown: the protocol has no such zone.
        """
        return self._totals(self._zone(zone), side, totals)

    def prime_nl(self, *, refill: bool) -> int:
        """What a prime pushes, whole uL: the path and a margin, or the short prime of a refill (LIM-14)."""
        if refill:
            return self._parts.device.refill_prime_nl
        return -(-(self.dead_volume_nl + self._parts.device.prime_nl) // _NL) * _NL

    def check_prime(self, nl: int, totals: Totals) -> Verdict:
        """Whether one command may prime `nl`: 1 uL to 500 uL in whole uL, and the syringe must hold it."""
        refusals: list[Refusal] = []
        if type(nl) is not int or not _NL <= nl <= PRIME_MAX_NL or nl % _NL:
            most = amount(PRIME_MAX_NL, "nL")
            refusals.append(
                Refusal("prime", f"A prime is 1 uL to {most} in whole uL, not {_written(nl, 'nL')}", Origin.CONTROLLER)
            )
        elif projected(nl) > totals.syringe_usable_nl:
            held = amount(totals.syringe_usable_nl, "nL")
            refusals.append(
                Refusal(
                    "prime",
                    f"The syringe holds {held} above its reserve, too little to prime {amount(nl, 'nL')}",
                    Origin.SYRINGE,
                )
            )
        return Verdict(tuple(refusals), ())

    @property
    def dead_volume_nl(self) -> int:
        """Volume between syringe and tip, nL: tubing, hub and needle bore, rounded up."""
        needle = self._parts.needle
        bore = -(-(needle.bore_nm**2) * needle.length_um * 355 // (452 * 10**12))  # pi / 4 = 355 / 452
        return self._parts.device.tubing_nl + needle.hub_nl + bore

    @property
    def reserve_nl(self) -> int:
        """Where the plunger stops, nL: 2 % of the barrel."""
        return self._parts.syringe.reserve_nl

    def _zone(self, key: str) -> Zone:
        zone = self._zones.get(key)
        if zone is None:
            raise ZoneUnknown(zone=key, allowed=", ".join(self._ranges))
        return zone

    def _how(self, setting: Setting, zone: Zone) -> list[Refusal]:
        """What stands against side and mode."""
        refusals: list[Refusal] = []
        if setting.side not in zone.sides:
            sides = " or ".join(zone.sides)
            sentence = f"{zone.title} is given on the side {sides}, not '{setting.side}'"
            refusals.append(Refusal("side", sentence, Origin.ZONE))
        if setting.mode not in {MODES[name] for name in self._parts.protocol.modes}:
            names = ", ".join(self._parts.protocol.modes)
            refusals.append(Refusal("mode", f"The protocol allows the modes {names}", Origin.PROTOCOL))
        return refusals

    def _values(self, setting: Setting) -> list[Refusal]:
        """Every value outside its hard bounds or off its step."""
        refusals: list[Refusal] = []
        for key, value, span in _pairs(setting, self._ranges[setting.zone]):
            if type(value) is not int or value % span.step:
                asked, step = _written(value, span.unit), amount(span.step, span.unit)
                sentence = f"{key.capitalize()} {asked} is not on the step of {step}"
                refusals.append(Refusal(key, sentence, Origin.DEVICE))
            elif value < span.hard_low.value:
                refusals.append(_outside(key, value, span, span.hard_low, "below"))
            elif value > span.hard_high.value:
                refusals.append(_outside(key, value, span, span.hard_high, "above"))
        return refusals

    def _unusual(self, setting: Setting) -> list[SoftCrossing]:
        """Every value outside its soft bounds; the key says which value of which zone and side."""
        crossings: list[SoftCrossing] = []
        for key, value, span in _pairs(setting, self._ranges[setting.zone]):
            for limit, beyond in ((span.soft_low, "below"), (span.soft_high, "above")):
                if limit is not None and (value < limit.value if beyond == "below" else value > limit.value):
                    crossings.append(
                        SoftCrossing(
                            key=f"{key}:{setting.zone}:{setting.side}:{value}",
                            sentence=(
                                f"{key.capitalize()} {amount(value, span.unit)} is {beyond} the usual "
                                f"{bound(limit, span.unit)}"
                            ),
                            origin=limit.origin,
                        )
                    )
        return crossings


def _pairs(setting: Setting, ranges: ZoneRanges) -> tuple[tuple[str, int, Range], ...]:
    return (
        ("depth", setting.depth_um, ranges.depth),
        ("dose", setting.dose_nl, ranges.dose),
        ("rate", setting.rate_mhz, ranges.rate),
        ("shots", setting.shots, ranges.shots),
    )


def _written(value: object, unit: str) -> str:
    return amount(value, unit) if type(value) is int else repr(value)


def _outside(key: str, value: int, span: Range, limit: Limit, beyond: str) -> Refusal:
    asked, most = amount(value, span.unit), bound(limit, span.unit)
    return Refusal(key, f"{key.capitalize()} {asked} is {beyond} {most}; allowed: {allowed(span)}", limit.origin)


def envelope_for(  # noqa: PLR0913  each is one thing that a person fitted or chose
    *,
    device: Device,
    identity: Identity,
    calibration: Calibration,
    needle: Needle,
    syringe: Syringe,
    protocol: Protocol,
    product: Product | None,
    course: Course,
    simulated: bool,
) -> Envelope:
    """The envelope of these parts.

    Raises:
        ClinicFigureMissing: on hardware, the clinic has still to give a figure (LIM-9).
        CalibrationUnusable: none in force, another one, or none passed for this syringe (LIM-5, LIM-9).
        WrongParts: a syringe whose type and barrel disagree (LIM-12).
        NothingAllowed: two origins leave no value between them.
    """
    if syringe.type == SyringeType.NONE or BARREL_NL[syringe.type] != syringe.barrel_nl:
        raise WrongParts(why=f"The syringe '{syringe.title}' names a barrel that the clamp does not know")
    _in_force(identity, calibration, syringe)
    missing = protocol.clinic_keys
    if missing and not simulated:
        raise ClinicFigureMissing(protocol=protocol.title, keys=", ".join(missing))
    parts = Parts(device, identity, calibration, needle, syringe, protocol, product)
    return Envelope(_SEAL, parts, course)


def bench_authorisation(
    *,
    device: Device,
    identity: Identity,
    syringe: Syringe,
    depth_um: int,
    dose_nl: int,
    usable_nl: int,
    id: int,
) -> Authorisation:
    """One bench shot for a technician: no patient, no product, no protocol, and every cap of what is there.

    What a calibration has still to prove does not bind it: the smallest dose that passed, and what a path stores.
    `usable_nl` is what the syringe holds above its reserve; the shot must fit into it at commanded x 1.05 (LIM-6).

    Raises:
        EnvelopeRefusal: outside a cap, off a step, or more than the syringe holds; `refusals` name it all.
    """
    highest = min(device.dose.high, identity.cap_dose_nl, syringe.dose_nl)
    if not device.barrel_sensed:
        highest = min(highest, device.unsensed_dose_nl)
    deepest = min(device.depth.high, identity.cap_depth_um)
    refusals: list[Refusal] = []
    for key, value, cap, high, unit in (
        ("depth", depth_um, device.depth, deepest, "um"),
        ("dose", dose_nl, device.dose, highest, "nL"),
    ):
        if type(value) is not int or value % cap.step or not cap.low <= value <= high:
            sentence = f"{key.capitalize()} {_written(value, unit)} is no bench shot: {amount(cap.low, unit)} to "
            sentence += f"{amount(high, unit)} in steps of {amount(cap.step, unit)}"
            refusals.append(Refusal(key, sentence, Origin.DEVICE))
    if not refusals and projected(dose_nl) > usable_nl:
        held = amount(usable_nl, "nL")
        refusals.append(Refusal("syringe", f"The syringe holds {held} above its reserve", Origin.SYRINGE))
    if refusals:
        raise EnvelopeRefusal(tuple(refusals))
    return _mint(
        id=id,
        depth_um=depth_um,
        dose_nl=dose_nl,
        shots=1,
        interval_ms=INTERVAL_MAX_MS,
        mode=Mode.BENCH,
        valid_ms=VALID_MS,
        syringe_type=syringe.type,
        calibration_id=identity.calibration_id,
        boot_count=identity.boot_count,
    )


def _in_force(identity: Identity, calibration: Calibration, syringe: Syringe) -> None:
    if identity.calibration_id == 0:
        raise CalibrationUnusable(why="there is none in force")
    if (calibration.id, calibration.crc) != (identity.calibration_id, identity.calibration_crc):
        raise CalibrationUnusable(
            why=f"number {calibration.id} was read, but the injector says that number {identity.calibration_id} is in "
            "force, or their checks differ"
        )
    if smallest_dose_nl(calibration, syringe.type) < 1:
        raise CalibrationUnusable(why=f"no dose passed with {syringe.title}")
