"""The totals: what was counted, what limits it, and how many shots each still leaves (LIM-6).

The one thing only this file knows is which limit belongs to which total. What is about to be given counts at
commanded x 1.05; what was given counts as `Totals` says.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from drivers.registers import Mode
from kiosk.protocols.effective import Parts, fits_projected, most, projected
from kiosk.protocols.limits import (
    Counted,
    Limit,
    Origin,
    Refusal,
    Setting,
    SoftCrossing,
    Total,
    Totals,
    not_negative,
)
from kiosk.protocols.profile import Zone
from kiosk.protocols.words import ORIGIN_WORDS, amount

WARN_PERCENT = 95
"""LIM-6: from here on a total is warned about."""
NIGHT_MS = 12 * 3_600_000
"""Evening and night are one day for a limit; who was treated this long ago slept in between (ours)."""


class Given(msgspec.Struct, frozen=True):
    """Days since a zone was last given the product, on either side; zone "" is an amount that no record can place.

    Raises:
        LimitsInvalid: a negative number (LIM-2).
    """

    zone: str
    days: int

    def __post_init__(self) -> None:
        not_negative(self, "zone")


class Today(msgspec.Struct, frozen=True):
    """What other sessions of this day gave in one zone and side; zone "" is an amount that no record can place."""

    zone: str
    side: str
    given: Counted


class Course(msgspec.Struct, frozen=True):
    """What the ledger knows of this patient code before this session.

    A session that is closed and followed by another on the same day is no new one to a limit that is stated for a
    session: what was given today, or less than twelve hours ago, counts against it once more.

    Attributes:
        sessions: In which this product was given, under whatever protocol.
        nl: Of this product, in all of them.
        planned: Sessions under this protocol, with whatever product.
        given: For each zone, when this product was last given there.
        product_today: Of this product in other sessions of this day, under whatever protocol; what was primed as well.
        today: In other sessions of this day under this protocol, with whatever product.

    Raises:
        LimitsInvalid: a negative number (LIM-2).
    """

    sessions: int
    nl: int
    planned: int
    given: tuple[Given, ...] = ()
    product_today: Counted = Counted(0, 0)
    today: tuple[Today, ...] = ()

    def __post_init__(self) -> None:
        not_negative(self, "given", "product_today", "today")

    def days_since(self, zone: str) -> int | None:
        """Days since this product was last given in `zone`; None when it never was.

        What no record can place may have been given there, and counts as if it was.
        """
        return min((found.days for found in self.given if found.zone in {zone, ""}), default=None)

    def today_in(self, zone: str, side: str) -> Counted:
        """What other sessions of this day gave in a zone on a side, and what no record can place."""
        return _sum(found.given for found in self.today if (found.zone, found.side) == (zone, side) or not found.zone)

    @property
    def all_today(self) -> Counted:
        """What other sessions of this day gave under this protocol."""
        return _sum(found.given for found in self.today)


def _sum(counted: Iterable[Counted]) -> Counted:
    every = tuple(counted)
    return Counted(sum(one.shots for one in every), sum(one.nl for one in every))


def totals_of(parts: Parts, course: Course, zone: Zone, side: str, totals: Totals) -> tuple[Total, ...]:
    """Every total of `zone` with its tightest limit, from the point to the course.

    The syringe's total counts what the next shots may take from it: 0 used of what is left above the reserve.
    """
    product, protocol, nl = parts.product, parts.protocol, "nL"
    here, today = course.today_in(zone.key, side), course.all_today
    return (
        Total("point", "This point", totals.point_nl, nl, _stated(product and product.point_nl, Origin.PRODUCT)),
        Total("zone", zone.title, totals.zone.nl + here.nl, nl, most(zone.zone_nl, Origin.ZONE)),
        Total(
            "zone shots",
            f"Shots in {zone.title}",
            totals.zone.shots + here.shots,
            "shots",
            most(zone.zone_shots, Origin.ZONE),
        ),
        Total("session", _titled(course), totals.session.nl + today.nl, nl, most(protocol.session_nl, Origin.PROTOCOL)),
        _session_shots(parts, course, totals.session.shots),
        Total(
            "product",
            "This product today",
            totals.product_nl + course.product_today.nl,
            nl,
            _stated(product and product.session_nl, Origin.PRODUCT),
        ),
        Total(
            "syringe",
            "Left in the syringe above its reserve",
            0,
            nl,
            Limit(totals.syringe_usable_nl, Origin.SYRINGE),
        ),
        *_needle(parts, totals.needle_shots),
        Total(
            "course",
            "This course",
            max(totals.course_nl, course.nl + totals.session.nl),
            nl,
            _stated(product and product.course_nl, Origin.COURSE),
        ),
        Total(
            "course sessions",
            "Sessions of this course",
            max(totals.course_sessions, course.sessions + 1),
            "sessions",
            _stated(product and product.course_sessions, Origin.COURSE),
        ),
    )


def _stated(value: int | None, origin: Origin) -> Limit | None:
    return None if value is None else Limit(value, origin)


def _titled(course: Course) -> str:
    return "Today's sessions" if course.today else "This session"


def _needle(parts: Parts, shots: int) -> tuple[Total, ...]:
    """What the fitted needle has given, where a source says how much one may."""
    most = parts.needle.shots_max
    return (Total("needle", "Shots of this needle", shots, "shots", Limit(most, Origin.NEEDLE)),) if most else ()


def _session_shots(parts: Parts, course: Course, shots: int) -> Total:
    """Shots of the session against the limit that leaves fewer: the protocol's, or the product's."""
    product = parts.product
    under = Total(
        "session shots",
        "Shots in today's sessions" if course.today else "Shots in this session",
        shots + course.all_today.shots,
        "shots",
        most(parts.protocol.session_shots, Origin.PROTOCOL),
    )
    if product is None or product.session_shots is None:
        return under
    of_it = Total(
        "session shots",
        "Shots of this product today" if course.product_today.shots else "Shots in this session",
        shots + course.product_today.shots,
        "shots",
        Limit(product.session_shots, Origin.PRODUCT),
    )
    return of_it if under.limit is None else min(under, of_it, key=_left)


def _left(total: Total) -> int:
    assert total.limit is not None, "compared are limited totals"
    return total.limit.value - total.used


class Room(msgspec.Struct, frozen=True):
    """How many shots a total still leaves."""

    shots: int
    total: Total
    limit: Limit


def rooms(all_totals: Iterable[Total], setting: Setting) -> tuple[Room, ...]:
    """What each limited total leaves of shots at the set dose, fewest first.

    In continuous mode every shot is a point of its own; in the others the shots of a press add up.
    """
    found: list[Room] = []
    for total in all_totals:
        if total.limit is None or total.unit == "sessions":
            continue
        if total.unit == "shots":
            shots = max(0, total.limit.value - total.used)
        elif total.key == "point" and setting.mode == Mode.CONTINUOUS:
            shots = setting.shots if fits_projected(total.limit.value, setting.dose_nl) else 0
        else:
            shots = fits_projected(total.limit.value - total.used, setting.dose_nl)
        found.append(Room(shots, total, total.limit))
    return tuple(sorted(found, key=lambda room: room.shots))


def exhausted(all_totals: Iterable[Total], setting: Setting) -> list[Refusal]:
    """Every total that does not leave a single shot, or a session too many."""
    refusals: list[Refusal] = []
    for room in rooms(all_totals, setting):
        if room.shots < 1:
            unit = room.total.unit
            short = "none is left"
            if unit == "nL":
                short = f"too little is left for a shot of {amount(setting.dose_nl, 'nL')} and its 5 %"
            counted, limit = amount(room.total.used, unit), amount(room.limit.value, unit)
            sentence = f"{room.total.title}: {counted} counted of {limit}, {short} ({ORIGIN_WORDS[room.limit.origin]})"
            refusals.append(Refusal(room.total.key, sentence, room.limit.origin))
    return refusals


def _nears(total: Total, limit: Limit, setting: Setting) -> bool:
    """Whether the next shot brings it to 95 % or more; a session is counted from its beginning."""
    more = {"sessions": 0, "shots": 1, "nL": projected(setting.dose_nl)}[total.unit]
    return 100 * (total.used + more) >= WARN_PERCENT * limit.value


RENEWED = frozenset({"point", "syringe"})
"""Totals that begin anew in the middle of a treatment: with the next press, and with the next syringe."""


def near(all_totals: Iterable[Total], setting: Setting) -> tuple[Total, ...]:
    """Totals of patient and product that the next shot brings to 95 % or more (LIM-6)."""
    return tuple(
        total
        for total in all_totals
        if total.limit is not None and total.key not in RENEWED and _nears(total, total.limit, setting)
    )


def reached(all_totals: Iterable[Total], setting: Setting) -> tuple[Total, ...]:
    """Totals of patient and product that refuse the next shot, exactly as they are refused (LIM-6)."""
    listed = tuple(all_totals)
    none_left = {room.total.key for room in rooms(listed, setting) if room.shots < 1} - RENEWED
    return tuple(total for total in listed if total.key in none_left or _session_too_many(total))


def _session_too_many(total: Total) -> bool:
    return total.unit == "sessions" and total.limit is not None and total.used > total.limit.value


def course_refusals(parts: Parts, course: Course, zone: Zone, all_totals: Iterable[Total]) -> list[Refusal]:
    """Too many sessions, or too soon in this zone by the product's own interval: no override."""
    refusals = [
        Refusal(
            key=total.key,
            sentence=f"This is session {total.used}, and the product allows {total.limit.value} in a course",
            origin=total.limit.origin,
        )
        for total in all_totals
        if total.limit is not None and _session_too_many(total)
    ]
    fewest = None if parts.product is None else parts.product.interval_days
    days = course.days_since(zone.key)
    if fewest is not None and days is not None and days < fewest:
        refusals.append(
            Refusal(
                key="interval",
                sentence=(
                    f"{zone.title} was given this product {amount(days, 'days')} ago, and the product allows it again "
                    f"after {amount(fewest, 'days')}"
                ),
                origin=Origin.PRODUCT,
            )
        )
    return refusals


def course_crossings(parts: Parts, course: Course, zone: Zone) -> list[SoftCrossing]:
    """Sooner than the protocol's interval, or more sessions than it plans: a confirmation with a reason.

    The interval is of this zone, both sides of a paired one together, and of this product.
    """
    crossings: list[SoftCrossing] = []
    usual, days = parts.protocol.interval_days.low, course.days_since(zone.key)
    if usual is not None and days is not None and days < usual:
        crossings.append(
            SoftCrossing(
                key=f"interval:{zone.key}:{days}",
                sentence=(
                    f"{zone.title} was given this product {amount(days, 'days')} ago; the protocol leaves at least "
                    f"{amount(usual, 'days')} between two sessions"
                ),
                origin=Origin.COURSE,
            )
        )
    planned, session = parts.protocol.sessions.high, course.planned + 1
    if planned is not None and session > planned:
        crossings.append(
            SoftCrossing(
                key=f"sessions:{session}",
                sentence=f"This is session {session}; the protocol plans at most {planned}",
                origin=Origin.COURSE,
            )
        )
    return crossings
