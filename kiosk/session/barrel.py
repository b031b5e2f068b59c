"""Which syringe is in the clamp: what every syringe has to pass, whether it treats a person or is weighed out.

Only this file knows what the clamp's code stands for, compares the barrel that was chosen with the one that is there
(LIM-12), bounds its fill, and judges the piston that the plunger met (LIM-13).
"""

from __future__ import annotations

from drivers.registers import BARREL_NL, Status, SyringeType
from kiosk.protocols.profile import Syringe
from kiosk.session.errors import BarrelMismatch, NotNow
from kiosk.session.words import ml

IN_THE_CLAMP = {
    SyringeType.NONE: "no syringe",
    SyringeType.ML_1: "a 1 mL syringe",
    SyringeType.ML_2: "a 2 mL syringe",
    SyringeType.ML_5: "a 5 mL syringe",
    SyringeType.ML_10: "a 10 mL syringe",
}
PISTON_TOLERANCE_PERCENT = 10


def in_the_clamp(code: int) -> str:
    """What the clamp says that it holds; a code that the register map does not name is no barrel of ours."""
    return next((words for kind, words in IN_THE_CLAMP.items() if kind == code), f"something unknown (code {code})")


def sensed_nl(status: Status) -> int:
    """Volume of the barrel that the clamp senses, nL; 0 for none and for what is no barrel of ours."""
    return next((volume for kind, volume in BARREL_NL.items() if kind == status.syringe_type), 0)


def check_barrel(syringe: Syringe, status: Status | None, printed_nl: int, *, senses: bool) -> None:
    """Compare the chosen syringe with the clamp's word, or, where it senses nothing, with the volume read back.

    Raises:
        BarrelMismatch: it is another one than the one chosen (LIM-12).
    """
    if not senses:
        if printed_nl != syringe.barrel_nl:
            raise BarrelMismatch(sensed=f"a syringe marked {ml(printed_nl)}", chosen=f"one of {ml(syringe.barrel_nl)}")
        return
    sensed = SyringeType.NONE if status is None else status.syringe_type
    if sensed != syringe.type:
        raise BarrelMismatch(sensed=in_the_clamp(sensed), chosen=in_the_clamp(syringe.type))


def check_fill(syringe: Syringe, fill_nl: int) -> None:
    """Compare a fill (nL) with what the barrel takes above its reserve.

    Raises:
        NotNow: it takes less, or needs more.
    """
    if not syringe.reserve_nl < fill_nl <= syringe.barrel_nl:
        raise NotNow(
            what=f"A fill of {ml(fill_nl)}",
            why=f"this barrel takes more than {ml(syringe.reserve_nl)} and at most {ml(syringe.barrel_nl)}",
        )


def piston_missed(status: Status | None, fill_nl: int) -> str:
    """Why the plunger does not stand where a piston of that fill must be, or "" (LIM-13)."""
    met_nl = 0 if status is None else status.plunger_nl
    if abs(met_nl - fill_nl) * 100 <= fill_nl * PISTON_TOLERANCE_PERCENT:
        return ""
    return f"the piston was met at {ml(met_nl)}, not at {ml(fill_nl)}"
