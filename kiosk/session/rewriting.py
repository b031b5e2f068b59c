"""A new calibration on its way into the injector: the order that leaves the old or the new one, never a mixture.

    decided -> COMMIT -> WRITE (spare slot) -> READ BACK -> SELECT -> IDENTIFY -> in force

The row with both calibrations is on disk before the first byte leaves (LED-1). Nothing is sent twice (LNK-2): what does
not answer is found out at the reconnect that follows, where `in_force` compares.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

import msgspec

from drivers.registers import U32_MAX, Calibration
from kiosk.session.connection import Connection
from kiosk.session.desk import Desk
from kiosk.session.exchange import AskIdentity, Disconnect, ReadSpare, SelectCalibration, WriteSpare
from kiosk.session.in_force import IN_FORCE, KEPT, NONE, WRITING, InForce, as_body, key_of, sealed

Done = Callable[[str], None]
LOST = "the link to the injector was lost; which calibration is in force is looked at when it is back"

USED_UP = "no number above the one that the injector names fits its registers: it has to be serviced"


class Stage(Enum):
    COMMIT = auto()
    WRITE = auto()
    READ_BACK = auto()
    SELECT = auto()
    IDENTIFY = auto()


class Rewriting:
    """One writing on its way. `busy` keeps every motion away meanwhile."""

    def __init__(self, desk: Desk, connection: Connection, in_force: InForce) -> None:
        self._desk = desk
        self._connection = connection
        self._in_force = in_force
        self.stage: Stage | None = None
        self._new: Calibration | None = None
        self._done: Done = lambda _: None

    @property
    def busy(self) -> bool:
        return self.stage is not None

    def begin(self, old: Calibration | None, wanted: Calibration, why: str, done: Done, **because: str) -> None:
        """Put the figures of `wanted` in force under a new number; `done` hears "" or why it did not come to it.

        `old` is None where the injector has no valid one; a number that it names all the same is not used again.
        `because` goes into its row: what was measured that asks for it.
        """
        before, identity = NONE if old is None else key_of(old), self._desk.identity
        named = 0 if identity is None else identity.calibration_id
        number = max(before[0], named, wanted.id, self._in_force.highest) + 1
        if number > U32_MAX:
            done(USED_UP)
            return
        new = self._new = sealed(msgspec.structs.replace(wanted, id=number))
        self.stage, self._done = Stage.COMMIT, done
        row = self._in_force.write(
            WRITING, f"Calibration {new.id} is being written: {why}", **as_body(new), old_id=before[0],
            old_crc=before[1], **because,
        )  # fmt: skip
        self._desk.commit(row, then=self._committed, failed=lambda: self._end("the record cannot be written"))

    def step(self) -> None:
        """Hear what became of the last transaction."""
        if not self.busy:
            return
        if not self._connection.ready:
            self._end(LOST)
            return
        told = self._desk.inputs.calibration
        if told is not None and told.result == "refused":
            self._kept(told.sentence)
        elif told is not None and told.result != "done":
            self._give_up(told.sentence)
        elif told is not None:
            self._next(told.calibration)
        elif self.stage is Stage.IDENTIFY and self._desk.inputs.identity is not None:
            self._identified()

    # -- forward -----------------------------------------------------------------------------------------------------
    def _committed(self) -> None:
        if self.stage is Stage.COMMIT and self._new is not None:
            self.stage = Stage.WRITE
            self._desk.emit(WriteSpare(self._new))

    def _next(self, found: Calibration | None) -> None:
        new = self._new
        assert new is not None, "busy with one"
        if self.stage is Stage.WRITE:
            self.stage = Stage.READ_BACK
            self._desk.emit(ReadSpare())
        elif found is None or key_of(found) != key_of(new) or found != new:
            self._give_up("the injector does not hold what was written")
        elif self.stage is Stage.READ_BACK:
            self.stage = Stage.SELECT
            self._desk.emit(SelectCalibration(new.id))
        else:
            self.stage = Stage.IDENTIFY
            self._desk.emit(AskIdentity())

    def _identified(self) -> None:
        identity, new, connected = self._desk.inputs.identity, self._new, self._connection.connected
        assert identity is not None, "asked for"
        assert new is not None, "busy with one"
        assert connected is not None, "ready means connected"
        if (identity.calibration_id, identity.calibration_crc) != key_of(new):
            self._give_up("the injector names another calibration than the one selected")
            return
        self._connection.connected = msgspec.structs.replace(connected, identity=identity, calibration=new)
        said = f"Calibration {new.id} is in force, not proved yet"
        self._in_force.event(IN_FORCE, said, id=new.id, crc=new.crc)
        self._desk.notice(said)
        self._end("")

    # -- not so ------------------------------------------------------------------------------------------------------
    def _kept(self, why: str) -> None:
        """Refused whole: certainly not done."""
        connected = self._connection.connected
        assert connected is not None, "ready means connected"
        number, crc = NONE if connected.calibration is None else key_of(connected.calibration)
        said = f"Calibration {number} stays in force" if number else "No calibration is in force"
        self._in_force.event(KEPT, f"{said}: {why}", id=number, crc=crc)
        self._end(why)

    def _give_up(self, why: str) -> None:
        """Nothing is assumed: connect anew, and let the injector say which one is in force."""
        self._desk.emit(Disconnect(f"the calibration was not confirmed: {why}"))
        self._end(f"{why}; {LOST}")

    def _end(self, why: str) -> None:
        self.stage, self._new = None, None
        self._done(why)
