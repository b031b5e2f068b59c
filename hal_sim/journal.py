"""What the controller remembers, and where in its memory: counters, the motion under way, records and more.

Only this file knows the layout. A motion is written before it begins and after it ended; what stands written and not
ended at a start was interrupted, and is counted at its commanded dose, in full.
"""

from __future__ import annotations

import struct
import zlib

from drivers.registers import (
    ANCHOR,
    CALIBRATION,
    RECORD,
    RECORDS_KEPT,
    SERVICE_WORD,
    U32_MAX,
    U64_MAX,
    Anchor,
    AnchorPair,
    Calibration,
    Outcome,
    ShotRecord,
)
from hal_sim.build import Build
from hal_sim.memory import Memory, MemoryFailed, TwoSlots

_HEAD = struct.Struct(">IQIIIHHBBBBiIIHI")
_HEAD_AT = 0
_RING_AT = 256
_ENTRY = RECORD.size + 4
_CALIBRATION_AT = _RING_AT + RECORDS_KEPT * _ENTRY
_ANCHOR_AT = _CALIBRATION_AT + 2 * CALIBRATION.size
_ANCHOR_SIZE = ANCHOR.size + 4
NO_SLOT = 0xFF
NO_RECORD = bytes(RECORD.size)


class Journal:
    """The controller's memory by name. Every change is in the memory before the method returns.

    Raises, from every method that writes: `MemoryFailed`, `PowerCut`.
    """

    def __init__(self, memory: Memory, build: Build) -> None:
        self.memory = memory
        self._build = build
        self._head = TwoSlots(memory, _HEAD_AT, _HEAD.size)
        self.lifetime_shots = 0
        self.lifetime_nl = 0
        self.boot_count = 0
        self.authorisation_id = 0
        self.command_id = 0
        self.needle_changes = 0
        self.syringe_changes = 0
        self.calibration_slot = NO_SLOT
        self.anchor_slot = NO_SLOT
        self.barrel = 0
        self.piston_known = False
        self.plunger_steps = 0
        self.pending: tuple[int, int, int, int] | None = None
        """Lifetime number, id, depth and dose of the motion under way."""
        self.damaged = False
        self.interrupted = False
        """Whether a motion was found interrupted at this start."""
        self.records: dict[int, bytes] = {}
        """The kept records by lifetime number, as on the wire."""
        try:
            if memory.blank:
                self._leave_factory(build)
            self._boot()
        except MemoryFailed:
            self.damaged = True
        self.calibration = self._calibration()

    @property
    def worn(self) -> bool:
        """Whether a counter is at its maximum, so that it can count no further."""
        return U32_MAX in (self.lifetime_shots, self.boot_count) or self.lifetime_nl == U64_MAX

    def begin(self, identity: int, depth_um: int, dose_nl: int) -> int:
        """Write a motion before it begins. Returns its lifetime number."""
        number = self.lifetime_shots + 1
        self.pending = (number, identity, depth_um, dose_nl)
        self.lifetime_shots = number
        try:
            self.save()
        except MemoryFailed:
            self.pending = None
            self.lifetime_shots = number - 1
            raise
        return number

    def finish(self, record: ShotRecord, plunger_steps: int) -> None:
        """Write what became of the motion under way; the record first, so that a cut in between counts in full."""
        self._keep(record)
        self.pending = None
        self.lifetime_nl = min(self.lifetime_nl + record.measured_dose_nl, U64_MAX)
        self.plunger_steps = plunger_steps
        self.save()

    def record(self, number: int) -> bytes:
        """A record as on the wire, all zero when there is none."""
        return self.records.get(number, NO_RECORD)

    def last(self) -> ShotRecord | None:
        """The newest motion that has ended; None when none has, or its record is not kept any more."""
        newest = self.lifetime_shots - (self.pending is not None)
        return RECORD.decode(self.records[newest]) if newest in self.records else None

    def oldest(self) -> int:
        """Lowest lifetime number that is still kept."""
        return max(1, self.lifetime_shots - RECORDS_KEPT + 1)

    def spare_calibration(self) -> bytes:
        """The spare slot as written."""
        return self.memory.read(_CALIBRATION_AT + self._spare() * CALIBRATION.size, CALIBRATION.size)

    def write_calibration(self, data: bytes) -> None:
        self.memory.write(_CALIBRATION_AT + self._spare() * CALIBRATION.size, data)

    def select_calibration(self) -> None:
        """Put the spare slot in force."""
        self.calibration_slot = self._spare()
        self.save()
        self.calibration = self._calibration()

    def write_anchor(self, data: bytes) -> None:
        """Write into the older of the two slots, then count it as the newest."""
        slot = 1 - self.anchor_slot if self.anchor_slot in (0, 1) else 0
        self.memory.write(_ANCHOR_AT + slot * _ANCHOR_SIZE, data + struct.pack(">I", zlib.crc32(data)))
        self.anchor_slot = slot
        self.save()

    def anchors(self) -> AnchorPair:
        """Newest and older anchor; a slot that is not whole reads as row 0."""
        newest, older = Anchor(0, bytes(32)), Anchor(0, bytes(32))
        if self.anchor_slot in (0, 1):
            newest, older = self._anchor(self.anchor_slot), self._anchor(1 - self.anchor_slot)
        return AnchorPair(newest.row, newest.sha256, older.row, older.sha256)

    def save(self) -> None:
        """Write counters and the motion under way into the older of their two slots."""
        number, identity, depth, dose = self.pending or (0, 0, 0, 0)
        self._head.store(
            _HEAD.pack(
                self.lifetime_shots,
                self.lifetime_nl,
                self.boot_count,
                self.authorisation_id,
                self.command_id,
                self.needle_changes,
                self.syringe_changes,
                self.calibration_slot,
                self.anchor_slot,
                self.barrel,
                self.piston_known,
                self.plunger_steps,
                number,
                identity,
                depth,
                dose,
            )
        )

    def _spare(self) -> int:
        return 1 - self.calibration_slot if self.calibration_slot in (0, 1) else 0

    def _boot(self) -> None:
        head = self._head.load()
        if head is None:
            self.damaged = True
            return
        (
            self.lifetime_shots,
            self.lifetime_nl,
            self.boot_count,
            self.authorisation_id,
            self.command_id,
            self.needle_changes,
            self.syringe_changes,
            self.calibration_slot,
            self.anchor_slot,
            self.barrel,
            piston_known,
            self.plunger_steps,
            number,
            identity,
            depth,
            dose,
        ) = _HEAD.unpack(head)
        self.piston_known = bool(piston_known)
        self.boot_count = min(self.boot_count + 1, U32_MAX)  # at its maximum it does not wrap: see `worn`
        for kept in range(self.oldest(), self.lifetime_shots + 1):
            raw = self.memory.read(_RING_AT + kept % RECORDS_KEPT * _ENTRY, _ENTRY)
            if zlib.crc32(raw[:-4]) == int.from_bytes(raw[-4:], "big") and int.from_bytes(raw[:4], "big") == kept:
                self.records[kept] = raw[:-4]
        if not number:
            self.save()
            return
        self.interrupted = True
        if dose:
            self.piston_known = False
        self.finish(
            ShotRecord(number, identity, depth, depth, dose, dose, 0, 0, Outcome.INTERRUPTED), self.plunger_steps
        )

    def _keep(self, record: ShotRecord) -> None:
        data = RECORD.encode(record)
        place = _RING_AT + record.number % RECORDS_KEPT * _ENTRY
        self.memory.write(place, data + struct.pack(">I", zlib.crc32(data)))
        self.records[record.number] = data
        self.records.pop(record.number - RECORDS_KEPT, None)

    def _calibration(self) -> Calibration | None:
        """The calibration in force, or None when there is none, or it is damaged, or it cannot be this device's."""
        if self.calibration_slot not in (0, 1):
            return None
        raw = self.memory.read(_CALIBRATION_AT + self.calibration_slot * CALIBRATION.size, CALIBRATION.size)
        if not CALIBRATION.intact(raw):
            return None
        calibration = CALIBRATION.decode(raw)
        return calibration if self._build.plausible(calibration) else None

    def _anchor(self, slot: int) -> Anchor:
        raw = self.memory.read(_ANCHOR_AT + slot * _ANCHOR_SIZE, _ANCHOR_SIZE)
        if zlib.crc32(raw[:-4]) != int.from_bytes(raw[-4:], "big"):
            return Anchor(0, bytes(32))
        return ANCHOR.decode(raw[:-4])

    def _leave_factory(self, build: Build) -> None:
        """The first write ever: counters at zero and the factory's calibration, id 1, with the nominal figures."""
        one, two, five, ten = build.pl_per_step
        self.memory.write(
            _CALIBRATION_AT,
            CALIBRATION.encode(
                Calibration(
                    1,
                    0,
                    1_000_000,
                    one,
                    two,
                    five,
                    ten,
                    1_000,
                    1_000,
                    1_000,
                    2_000,
                    SERVICE_WORD,
                )
            ),
        )
        self.calibration_slot = 0
        self.save()
