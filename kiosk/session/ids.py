"""How ids are drawn, and how those for stop, void and retract are taken: always, and none twice (LED-3, LED-5).

What is urgent takes its id above the last one that is on disk, not above one whose commit is still on its way: after a
power loss the ledger would not hold that one, and the injector would seem to be ahead of it. A drawn id is a multiple
of 16 and an urgent one never is, so that what is drawn and committed late still has an id of its own.

The fifteen between two drawn ids may all be used up while nothing else is drawn. Before that another id is drawn and
committed, only to be there. That needs a record that can be written; without one stop and retract go on all the same
(LED-3), past what the record explains: a controller refuses an id that is not above its last one, and no needle may
wait for that. What it costs is a pairing: the next start finds the injector ahead and asks an administrator (LED-5).
"""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.records.ids import ID_STRIDE, held, next_drawn
from kiosk.records.rows import Row

RESERVED_AFTER = ID_STRIDE // 2
"""So many urgent ids above the last one on disk, and another is drawn for those that may follow."""


class Ids:
    """The ids of one run of control. `max_id` is the greatest that the ledger holds.

    Attributes:
        drawn: Greatest id that was drawn, committed or not.
        kept: Greatest id that is known to be on disk.
    """

    def __init__(self, max_id: int) -> None:
        self.drawn = self.kept = self._urgent = max_id
        self._submitted: dict[int, int] = {}

    def draw(self, accepted: int) -> int:
        """The next id for what is committed before it is sent; `accepted` is the controller's last one."""
        self.drawn = next_drawn(max(self.drawn, self._urgent, accepted))
        return self.drawn

    def take(self, accepted: int) -> int:
        """The next id for a command that waits for no disk; `accepted` is the controller's last one."""
        taken = max(self.kept, self._urgent, accepted) + 1
        self._urgent = taken if taken % ID_STRIDE else taken + 1
        return self._urgent

    @property
    def given(self) -> int:
        """Greatest id that was given out, drawn or taken."""
        return max(self.drawn, self._urgent)

    @property
    def low(self) -> bool:
        """Whether another one should be drawn and committed, for the urgent ones that may follow."""
        return self._urgent - self.kept > RESERVED_AFTER and self.drawn < self._urgent

    def submitted(self, unit: int, rows: Iterable[Row]) -> None:
        """A unit of work is on its way to the disk."""
        last = max(map(held, rows), default=0)
        if last:
            self._submitted[unit] = last

    def committed(self, unit: int) -> None:
        """It is on disk."""
        self.kept = max(self.kept, self._submitted.pop(unit, 0))
