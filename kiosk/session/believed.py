"""What an injector says of itself and cannot be: the one place where its word is weighed before anything follows it.

A half-dead controller answers too, with frames that are whole: all ones, all zeros, a bit that is stuck. What no
injector can say is no account of what was done, and nothing is drawn, counted or sent after it (LIM-9, LED-4).
"""

from __future__ import annotations

from collections.abc import Sequence

from drivers.registers import BARREL_NL, SHOTS_MAX, U32_MAX, ControllerState, ShotRecord, Status
from kiosk.records.ids import ID_STRIDE, LAST_DRAWN, LAST_FOLLOWED, last_accepted

NL_MAX = U32_MAX * max(BARREL_NL.values())
"""More than a largest barrel in each motion that can be counted, nL; all of the ledger's sums stay far below 2^63."""
_STATES = frozenset(ControllerState)


def against(status: Status | None, records: Sequence[ShotRecord], given: int) -> str:
    """Why what was read in one cycle cannot be believed, or "".

    Args:
        status: What the injector says of itself; None when this cycle brought nothing.
        records: The shot records that came with it.
        given: The greatest id that this record gave out, for what it committed and for what takes back (LED-5).
    """
    if status is None:
        return ""
    accepted = last_accepted(status)
    if given > LAST_DRAWN:
        return "this record has given out its last number, and nothing can be told to an injector any more"
    if accepted > max(LAST_FOLLOWED, given + ID_STRIDE - 1):
        return f"it took number {accepted}, and nobody gives out such numbers"
    if status.state not in _STATES:
        return f"its state is code {status.state}, and there is no such state"
    if status.shots_left > SHOTS_MAX:
        return f"it has {status.shots_left} shots left, and never gets more than {SHOTS_MAX}"
    if status.lifetime_nl > NL_MAX:
        return "its counter of what was given is over what all its motions could give"
    if not records:
        return ""
    ahead = next((record.number for record in records if record.number > status.lifetime_shots), 0)
    return f"it shows motion {ahead} and has counted {status.lifetime_shots}" if ahead else ""
