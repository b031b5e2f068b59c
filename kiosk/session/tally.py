"""What was given so far, folded from the session's shots: by point, zone, session, syringe and product (LIM-6).

Each shot counts max(commanded, measured), an uncertain one in full. A prime is waste: it empties the syringe and counts
for the product, not for the patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kiosk.protocols.limits import Counted, Totals
from kiosk.records.rows import AuthorisationKind, ShotRow

NOTHING = Counted(0, 0)
NOWHERE = ("", "")
"""Zone and side of a shot that no record can place."""
GIVEN = frozenset({AuthorisationKind.TREATMENT})
"""Kinds that go into a patient."""


class Tally:
    """Running sums over the shots of one session."""

    def __init__(self) -> None:
        self._summed: tuple[object, Totals] | None = None
        self.clear()

    def clear(self) -> None:
        """Nothing was given yet."""
        self.session = NOTHING
        self.product_nl = 0
        self.syringe_nl = 0
        self.by_zone: Mapping[tuple[str, str], Counted] = {}
        """By zone and side; another object when something was given, never changed in place: views of it are kept."""
        self.last_point = (0, 0)
        """Number of the newest point and what it got, nL. For the screen: a slice begins a new point, for the
        controller asks for a release before it; only in continuous mode it does not, and there each shot is one."""

    def add(self, shot: ShotRow) -> None:
        """Count one shot, or one amount that no record explains."""
        self.syringe_nl += shot.counted_nl
        self.product_nl += shot.counted_nl
        if shot.kind not in GIVEN:
            return
        zone = (shot.zone, shot.side)
        self.session = _plus(self.session, shot.counted_nl)
        self.by_zone = {**self.by_zone, zone: _plus(self.by_zone.get(zone, NOTHING), shot.counted_nl)}
        point, given = self.last_point
        self.last_point = (shot.point, shot.counted_nl + (given if point == shot.point else 0))

    def restart(self, shots: Iterable[ShotRow]) -> None:
        """Begin again from the rows of the session, in their order.

        A syringe begins when its piston is sought: what it gave since counts in full, for an encoder that slipped says
        that it holds more.
        """
        self.clear()
        for shot in shots:
            self.add(shot)
            if shot.kind is AuthorisationKind.SEEK:
                self.new_syringe()

    def new_syringe(self) -> None:
        """Another syringe: nothing was taken from it."""
        self.syringe_nl = 0

    def of_needle(self, before: int) -> int:
        """Shots of a needle that was fitted when the session had given so many."""
        return max(0, self.session.shots - before)

    def totals(
        self,
        zone: tuple[str, str],
        *,
        usable_nl: int,
        course: tuple[int, int],
        point_nl: int = 0,
        before_needle: int = 0,
    ) -> Totals:
        """The sums for the next check. `course` is sessions and nL of earlier sessions; this session is added here.

        What no record can place may have been given in any zone, and counts in each.
        """
        of_zone, lost = self.by_zone.get(zone, NOTHING), self.by_zone.get(NOWHERE)
        if lost is not None:
            of_zone = Counted(of_zone.shots + lost.shots, of_zone.nl + lost.nl)
        parts = (of_zone, self.session, self.product_nl, usable_nl, course, point_nl, before_needle)
        if self._summed is None or self._summed[0] != parts:  # checked when made; the same figures are the same sums
            sessions, earlier_nl = course
            summed = Totals(
                point_nl=point_nl,
                zone=of_zone,
                session=self.session,
                syringe_usable_nl=usable_nl,
                product_nl=self.product_nl,
                course_nl=earlier_nl + self.session.nl,
                course_sessions=sessions,
                needle_shots=self.of_needle(before_needle),
            )
            self._summed = (parts, summed)
        return self._summed[1]


def _plus(counted: Counted, nl: int) -> Counted:
    return Counted(counted.shots + 1, counted.nl + nl)
