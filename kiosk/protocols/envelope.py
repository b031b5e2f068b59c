"""The Envelope: everything that may be done with one set of parts, each limit with its origin.

The one thing only this file knows is how an authorisation is given: it holds the mint. It checks every value and every
projected total again each time (LIM-1, LIM-5, LIM-6); the controller checks once more on its own.
"""

from __future__ import annotations

import msgspec

from drivers.ports import claim_mint
from drivers.registers import Calibration, Identity
from kiosk.protocols.limits import Setting, Slice, Total, Totals, Verdict, ZoneRanges
from kiosk.protocols.profile import Device, Needle, Product, Protocol, Syringe

_mint = claim_mint("kiosk.protocols.envelope")


class Course(msgspec.Struct, frozen=True):
    """What the ledger knows of this patient code on this protocol, product and zone, before this session."""

    sessions: int
    nl: int
    days_since_last: int | None


class Envelope:
    """What may be done. Immutable; built by `envelope_for`."""

    def ranges(self, zone: str) -> ZoneRanges:
        """Depth, dose, rate and shots of a zone, the tightest of all origins (LIM-4)."""
        ...

    def check(self, setting: Setting, totals: Totals, confirmed: frozenset[str]) -> Verdict:
        """Whether `setting` may be armed now; `confirmed` are keys of crossings that a person confirmed with a reason."""
        ...

    def slice(
        self, setting: Setting, totals: Totals, *, planned_left: int, id: int, boot_count: int,  # noqa: A002
        confirmed: frozenset[str],
    ) -> Slice:
        """The next authorisation: fewest of 20 shots, 3 s at the set rate, `planned_left` and what every total leaves.

        Raises:
            EnvelopeRefusal: something stands against it; its `refusals` name all of it.
        """
        ...

    def totals(self, setting_zone: str, totals: Totals) -> tuple[Total, ...]:
        """Every total with its limit, for the screen."""
        ...

    def prime_nl(self, *, refill: bool) -> int:
        """What a prime pushes: the whole path and a margin, or the short prime of a refill (LIM-14)."""
        ...

    def check_prime(self, nl: int, totals: Totals) -> Verdict:
        """Whether a prime of `nl` in one command may be done: at most 500 uL, and the syringe must hold it."""
        ...

    @property
    def dead_volume_nl(self) -> int:
        """Volume between syringe and tip: tubing, hub and needle."""
        ...

    @property
    def reserve_nl(self) -> int:
        """Where the plunger stops: 2 % of the barrel."""
        ...


def envelope_for(
    *, device: Device, identity: Identity, calibration: Calibration, needle: Needle, syringe: Syringe,
    protocol: Protocol, product: Product | None, course: Course, simulated: bool,
) -> Envelope:
    """The envelope of these parts.

    Raises:
        ClinicFigureMissing: on hardware, the clinic has still to give a figure (LIM-9).
        CalibrationUnusable: none in force, another one, or none passed for this syringe (LIM-5, LIM-9).
        NothingAllowed: two origins leave no value between them.
    """
    ...
