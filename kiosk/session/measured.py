"""What a complete measurement says of one part of the device: the needle's depth, or the dose of one barrel."""

from __future__ import annotations

import msgspec


class Measured(msgspec.Struct, frozen=True):
    """Verdict and correction.

    Attributes:
        passes: Whether it meets ACU-1 or ACU-2 with the calibration that it was measured with.
        verdict: The same in words, with what the correction would change.
        figures: The figures of the calibration as the measurement asks for them; empty when it asks for none.
        why_not_write: Why they may not be written, or "".
        why_not_certify: Why what is in force is not what was measured, or "".
        told: The result in figures, each with its n.
    """

    passes: bool
    verdict: str
    figures: dict[str, int]
    why_not_write: str
    why_not_certify: str
    told: str
