"""Ids of what is sent: which are committed first, which wait for no disk, and which a ledger explains (LED-5).

One growing sequence of 32 bits. Every 16th id is drawn for something that is committed before its first byte leaves
(LED-1). The fifteen after it are for what takes back and waits for no disk (stop, void, retract), so that a ledger
explains every id up to the next one that would be drawn. A controller that has accepted that one, or a later one, is
ahead of it.
"""

from __future__ import annotations

from drivers.registers import Status
from kiosk.records.facts import Fact
from kiosk.records.rows import AuthorisationRow, EventRow, Row

ID_STRIDE = 16
LAST_DRAWN = 0xFEFF_FFFF
"""No id above it is drawn, so that the urgent ones above the last still fit the registers; a row that names a greater
one was damaged. That is an id in every other second for 17 years."""
LAST_FOLLOWED = 0xEFFF_FFFF
"""An injector that took ids of somebody else is followed up to here (LED-5), so that 15 million are left to be drawn.
Further up only those count that this record gave out."""


def next_drawn(above: int) -> int:
    """The next id to draw above this one; it is also the first that a ledger with no greater one does not explain."""
    return above // ID_STRIDE * ID_STRIDE + ID_STRIDE


def last_accepted(status: Status | None) -> int:
    """The greatest id that a controller says it took, in either of its blocks; 0 when it says nothing."""
    return max(status.authorisation_id, status.command_id) if status else 0


def held(row: Row) -> int:
    """The id that a ledger with this row is known to hold, 0 for a row that holds none."""
    if isinstance(row, AuthorisationRow):
        return row.id
    if isinstance(row, EventRow) and row.kind == Fact.RESERVED:
        reserved = row.body["max_id"]
        assert isinstance(reserved, int), "made by the desk"
        return reserved
    return 0
