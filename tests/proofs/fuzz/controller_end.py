"""Mutated requests through framer and handlers of the device: nothing begins, nothing is taken, all is answered.

After every frame the device is looked at. What changed must be what a sound frame may change, by the reading of
`frames`, which shares no code with the device; and whatever is answered must be a frame. A frame that is in order by
chance, or on purpose, is taken, as it must be: then the device is taken out of its drawer again.
"""

from __future__ import annotations

import random
import struct
from typing import Any

from drivers.registers import BARREL_NL, Refusal
from tests.proofs.fuzz import frames, mutate
from tests.proofs.fuzz.corpus import recorded
from tests.proofs.fuzz.device import STATES, Station
from tests.proofs.fuzz.frames import Known, Write
from tests.proofs.fuzz.parts import Notes, Told

LEASE_EVERY = 8
"""Frames between two good leases: fewer than 150 ms hold."""
MOVING_FRAMES = 12
"""Frames into a device that moves; then its motion is looked at to its end."""
DEPTH_TOLERANCE_UM = 100
OFF_SKIN = frozenset({"unhomed", "ready", "fault", "full", "worn"})
"""States in which a sound service command may begin a motion: out of the skin, and nothing under way."""

Look = tuple[Any, ...]


def look(station: Station) -> Look:
    """What no frame may change that is not in order: motion, permission, counters, ids, memory."""
    controller = station.rig.controller
    journal, motion = controller.journal, controller.motion
    return (
        None if motion is None else (id(motion), motion.depth_um, motion.dose_nl, motion.aborted),
        journal.lifetime_shots,
        journal.lifetime_nl,
        controller.shots_left,
        id(controller._authorisation),
        journal.authorisation_id,
        journal.command_id,
        journal.needle_changes,
        journal.syringe_changes,
        journal.calibration_slot,
        journal.anchor_slot,
        journal.boot_count,
        int(controller.faults),
        int(controller.state),
        controller.homed,
        journal.piston_known,
        controller.lease.echo,
        controller.lease.live,
        controller.inputs.owner,
    )


MOTION, SHOTS, NL, LEFT, PERMISSION, AUTHORISED, COMMANDED, NEEDLES, SYRINGES, CALIBRATED, ANCHORED, BOOTS = range(12)
FAULTS, STATE, HOMED, PISTON, ECHO, LIVE, OWNER = range(12, 19)
_LEASE_MAY = frozenset({MOTION, LEFT, PERMISSION, FAULTS, STATE, ECHO, LIVE, OWNER})
"""A lease that is not fresh ends what lives; it begins nothing unless its pedal is down (see `_pressed`)."""


class ControllerEnd:
    """The part; `states` are those that its batches go through in turn."""

    name = "controller"
    title = "frames to the controller, in process"

    def __init__(self, size: int = 2000) -> None:
        self.size = size
        self._station: Station | None = None

    def batch(self, seed: int, number: int) -> Told:
        notes = Notes(self.name, seed, number)
        if self._station is None:
            self._station = Station()
        run = _Run(notes, self._station, STATES[number % len(STATES)])
        run.through(self.size)
        return notes.told()


class _Run:
    def __init__(self, notes: Notes, station: Station, state: str) -> None:
        self.notes = notes
        self.chance = notes.chance
        self.station = station
        self.state = state
        self.requests, _ = recorded()
        self.moving = state in ("stroke", "homing")
        self.since_lease = 0
        self.since_out = 0
        self.rested = False
        """Whether a motion had ended when the last piece of this case came."""

    def through(self, size: int) -> None:
        self._take_out()
        for case in range(size):
            self.notes.case = case + 1
            if self.moving and (self.since_out >= MOVING_FRAMES or self.station.rig.controller.motion is None):
                self._see_the_motion_end()
                self._take_out()
            elif not self.moving and self.state != "lapsed" and self.since_lease >= LEASE_EVERY:
                self._lease()
            self._one()
            self.since_lease += 1
            self.since_out += 1
        if self.moving:
            self._see_the_motion_end()

    # -- one case

    def _one(self) -> None:
        station, notes = self.station, self.notes
        pieces = self._pieces()
        before = look(station)
        known = self._known()
        answer = b""
        self.rested = False
        for data, gap in pieces:
            station.send(data, gap)
            self.rested = self.rested or station.rested
        station.silence()
        answer = station.answered()
        after = look(station)
        whole = b"".join(data for data, _ in pieces)
        notes.digest.update(whole)
        notes.digest.update(answer)
        self._judge_answer(answer, whole, len(pieces))
        if after != before:
            self._judge_change(pieces, known, before, after, answer)

    def _judge_answer(self, answer: bytes, whole: bytes, pieces: int) -> None:
        """An answer is one frame of ours: a reading of what was asked, a confirmation, or an exception 01 to 04."""
        counts = self.notes.counts
        if not answer:
            counts["dropped: no frame for this unit"] += 1
        elif not frames.sound(answer) and pieces == 1:
            self.notes.find(f"its answer is no frame: {answer.hex()}", whole)
        elif not answer[1] & 0x80:
            counts["answered"] += 1
            if pieces == 1 and not frames.sound(whole):
                self.notes.find("it answered what is no frame", whole)
        else:
            code = answer[2]
            counts[f"exception {code:02d}"] += 1
            if code not in (1, 2, 3):
                self.notes.find(f"it answers exception {code:02d}", whole)
            refusal = self.station.rig.registers.refusal
            if code == 3 and frames.written(whole) is not None and refusal != Refusal.NONE:
                counts[f"refused for {refusal.name.lower().replace('_', ' ')}"] += 1

    def _judge_change(
        self, pieces: list[tuple[bytes, float]], known: Known, before: Look, after: Look, answer: bytes
    ) -> None:
        changed = {place for place in range(len(before)) if before[place] != after[place]}
        writes = [write for frame in _frames_in(pieces) if (write := frames.written(frame)) is not None]
        allowed: set[int] = set()
        for write in writes:
            allowed |= self._may(write, known, before)
        if self.moving or self.state == "held":
            allowed |= _by_itself(before, after)
        whole = b"".join(data for data, _ in pieces)
        if answer[1:2] and answer[1] & 0x80 and len(pieces) == 1 and not self.moving:
            allowed -= {MOTION, SHOTS, LEFT, PERMISSION, AUTHORISED, COMMANDED, CALIBRATED, ANCHORED, NEEDLES, SYRINGES}
        if not changed <= allowed:
            names = ", ".join(sorted(_NAMES[place] for place in changed - allowed))
            self.notes.find(f"in state {self.state!r} it changed {names}: {before} became {after}", whole)
        for write in writes:
            self.notes.counts[f"taken: {frames.NAMES[write.address]}"] += 1
        self._take_out()

    def _may(self, write: Write, known: Known, before: Look) -> set[int]:
        """What this write may change, in the state before it."""
        match write.address:
            case frames.LEASE:
                return set(_LEASE_MAY) | (self._pressed(write.block) if before[LEFT] else set())
            case frames.AUTHORISATION if not frames.why_not_authorised(write.block, known):
                return {LEFT, PERMISSION, AUTHORISED, STATE, OWNER} if self._takes(write.block) else set()
            case frames.COMMAND if not frames.why_not_commanded(write.block, known):
                return self._commanded(int.from_bytes(write.block[4:6], "big"), before)
            case frames.CALIBRATION:
                return set()  # it goes into the spare slot, which moves nothing and is not in force
            case frames.SELECT:
                return {CALIBRATED, FAULTS, STATE}
            case frames.ANCHOR:
                return {ANCHORED} if write.block[:4] != bytes(4) else set()
            case _:
                return set()

    def _takes(self, block: bytes) -> bool:
        """Whether the device may take an authorisation that is in order: at rest, alive, with room for its records."""
        controller = self.station.rig.controller
        shots = frames.AUTHORISATION_FORM.unpack(block)[3]
        kept = controller.journal.lifetime_shots + 1 - controller.acknowledged + shots <= 512
        at_rest = self.state in ("ready", "on skin", "held", "dark", "full", "worn") or (self.moving and self.rested)
        return at_rest and kept

    def _pressed(self, block: bytes) -> set[int]:
        """A fresh lease with its pedal down is a foot on the pedal: an armed device on skin fires."""
        counter, pedal, _ = frames.LEASE_FORM.unpack(block)
        fresh = 1 <= (counter - self.station.counter) % 65536 <= 8 + LEASE_EVERY
        return {SHOTS} if fresh and pedal == 1 else set()

    def _commanded(self, kind: int, before: Look) -> set[int]:
        """What a command that is in order may change."""
        may = {COMMANDED}
        off_skin = self.state in OFF_SKIN or (self.state == "homing" and self.rested)
        if kind in (1, 2, 8) and off_skin and before[LIVE]:
            may |= {MOTION, SHOTS, NL, STATE, HOMED, PISTON, FAULTS} | ({SYRINGES} if kind == 8 else set())
        if kind in (3, 4, 5, 7):  # retract, stop, void, needle changed: they end
            may |= {LEFT, PERMISSION, STATE, OWNER} | ({MOTION} if kind in (3, 4) else set())
        if kind == 7:
            may.add(NEEDLES)
        if kind == 6:
            may |= {FAULTS, STATE}
        return may

    # -- the device

    def _take_out(self) -> None:
        self.station.take_out(self.state)
        self.since_lease = self.since_out = 0

    def _lease(self) -> None:
        """A good lease in between: it must be taken and answered, whatever came before it."""
        self.since_lease = 0
        station = self.station
        answer = b""
        for _ in range(2):  # one that a mutated lease made stale gives its place, the next is fresh
            station.counter = (station.counter + 1) % 65536
            block = frames.LEASE_FORM.pack(station.counter, 0, station.cursor)
            answer = station.hear(frames.exchange_frame(frames.LEASE, block, 0x0100, 50))
            if station.rig.controller.lease.live:
                break
        if len(answer) != 105 or not station.rig.controller.lease.live:
            self.notes.find(f"a good lease is not taken any more in state {self.state!r}", answer)
            self._take_out()

    def _see_the_motion_end(self) -> None:
        """Whatever came meanwhile, the motion under way ends within what it was begun with."""
        station = self.station
        controller = station.rig.controller
        motion = controller.motion
        for _ in range(60):
            if controller.motion is None:
                break
            station.now += 0.02
            station.rig.advance(station.now)
        if motion is None:
            return
        journal = controller.journal
        record = journal.record(journal.lifetime_shots)
        number, _, depth, measured, dose, measured_nl = struct.unpack_from(">IIHHII", record)
        deeper = measured > depth + DEPTH_TOLERANCE_UM and self.state == "stroke"
        if controller.motion is not None or number != journal.lifetime_shots or deeper or measured_nl > dose * 1.05:
            self.notes.find(f"a motion did not end as it was begun: {record.hex()}", b"")

    def _known(self) -> Known:
        controller = self.station.rig.controller
        journal = controller.journal
        barrel = controller.body.barrel
        return Known(
            max(journal.authorisation_id, journal.command_id),
            journal.boot_count,
            controller.gauges.calibration_id(),
            int(barrel),
            BARREL_NL[barrel],
        )

    # -- what is sent

    def _pieces(self) -> list[tuple[bytes, float]]:
        """The bytes of one case and when they come."""
        chance = self.chance
        kind = chance.random()
        gap = 0.0002 if self.moving else 0.002
        if kind < 0.62:
            return [(self._frame(), gap)]
        if kind < 0.80:
            frame = self.requests[int(chance.random() * len(self.requests))]
            spoiled = mutate.spoil(chance, frame, self.requests)
            if chance.random() < 0.4 and len(spoiled) > 2:
                spoiled = frames.closed(spoiled[:-2])
            return [(spoiled or b"\0", gap)]
        if kind < 0.92:
            return [(self._headed(), gap)]
        if kind < 0.95:
            data = chance.randbytes(1 + int(chance.random() ** 2 * 260))
            if chance.random() < 0.5:
                data = frames.closed(bytes([1, (3, 4, 16, 23)[int(chance.random() * 4)]]) + data)
            return [(data, gap)]
        return self._in_pieces(gap)

    def _in_pieces(self, gap: float) -> list[tuple[bytes, float]]:
        """A frame that comes in two parts, twice, after another, or with rubbish before it."""
        chance = self.chance
        frame, other = self._frame(), self._frame()
        place = 1 + int(chance.random() * (len(frame) - 1))
        pause = (0.0002, 0.001, 0.004, 0.007)[int(chance.random() * 4)]
        match int(chance.random() * 4):
            case 0:
                return [(frame[:place], gap), (frame[place:], pause)]
            case 1:
                return [(frame, gap), (frame, pause)]
            case 2:
                return [(frame + other, gap)]
            case _:
                return [(chance.randbytes(place), gap), (frame, pause)]

    def _frame(self) -> bytes:
        """A block with one to three fields that are wrong, mostly in a frame that is right."""
        chance = self.chance
        address = _ADDRESSES[int(chance.random() * len(_ADDRESSES))]
        block = self._block(address)
        if address in frames.SEALED:
            draw = chance.random()
            if draw < 0.85:
                block = frames.sealed(block)
            elif draw < 0.92:
                block = frames.sealed(block)
                block = block[:-1] + bytes([block[-1] ^ 1 << int(chance.random() * 8)])
        if chance.random() < 0.06:
            block = block[: 2 * int(chance.random() * (len(block) // 2))] or bytes(2)
        if chance.random() < 0.5:
            return frames.write_frame(address, block)
        reads = _READS[int(chance.random() * len(_READS))]
        return frames.exchange_frame(address, block, *reads)

    def _block(self, address: int) -> bytes:
        station, chance = self.station, self.chance
        controller = station.rig.controller
        journal = controller.journal
        newest = max(journal.authorisation_id, journal.command_id)
        fields: list[int]
        match address:
            case frames.AUTHORISATION:
                form = frames.AUTHORISATION_FORM
                barrel = int(controller.body.barrel)
                fields = [newest + 16, 2000, 10_000, 3, 500, 3, 30_000, barrel, 1, journal.boot_count, 0, 0]
                right = (newest, 6000, 200_000, 20, 111, 4, 65_000, barrel, 1, journal.boot_count, 0x5E1C, 0)
            case frames.COMMAND:
                form = frames.COMMAND_FORM
                kind = int(chance.random() * 9)
                fields = [newest + 16, kind, 100_000 if kind in (2, 8) else 0]
                right = (newest, 8, 500_000)
            case frames.LEASE:
                form = frames.LEASE_FORM
                fields = [(station.counter + 1) % 65536, 0, journal.lifetime_shots + 1]
                right = (station.counter, 1, journal.lifetime_shots + 600)
            case frames.CALIBRATION:
                form = _CALIBRATION_FORM
                fields = [2, 0, 1_000_000, *_NOMINAL, 1000, 1000, 1000, 2000, 0x5E1C, 0]
                right = (1, 500, 1_100_000, *_NOMINAL, 0, 0, 0, 0, 0, 0)
            case frames.SELECT:
                form = _SELECT_FORM
                fields = [2, 0x5E1C]
                right = (1, 0)
            case _:
                form = _ANCHOR_FORM
                return form.pack(int(chance.random() * 3), chance.randbytes(32))
        wrong = 0 if chance.random() < 0.02 else 1 + int(chance.random() ** 3 * 3)
        for _ in range(wrong):
            place = int(chance.random() * (len(fields) - (1 if address in frames.SEALED else 0)))
            fields[place] = self._off(fields[place], right[place], form.format[1 + place])
        return form.pack(*fields)

    def _off(self, value: int, edge: int, code: str) -> int:
        """Another value of the same width: beside this one, beside an edge that the rules name, or anything."""
        chance = self.chance
        bits = 16 if code in "Hh" else 32
        draw = chance.random()
        if draw < 0.3:
            found = value + (-2, -1, 1, 2, 8, 50, -50, 1000)[int(chance.random() * 8)]
        elif draw < 0.6:
            found = edge + (-1, 0, 1, 50, 1000)[int(chance.random() * 5)]
        elif draw < 0.8:
            edges = mutate.EDGES_16 if bits == 16 else mutate.EDGES_32
            found = edges[int(chance.random() * len(edges))]
        else:
            found = chance.getrandbits(bits)
        found %= 1 << bits
        return found - (1 << bits) if code == "h" and found >= 1 << (bits - 1) else found

    def _headed(self) -> bytes:
        """A real frame whose unit, function, address or counts are others, closed with its right CRC."""
        chance = self.chance
        frame = bytearray(self.requests[int(chance.random() * len(self.requests))][:-2])
        for _ in range(1 + int(chance.random() * 2)):
            place = int(chance.random() * min(12, len(frame)))
            frame[place] = _edge_8(chance)
        return frames.closed(bytes(frame))


def _edge_8(chance: random.Random) -> int:
    edges = mutate.EDGES_8
    return edges[int(chance.random() * len(edges))] if chance.random() < 0.6 else chance.getrandbits(8)


def _frames_in(pieces: list[tuple[bytes, float]]) -> list[bytes]:
    """Every run of pieces that could have been heard as one frame."""
    data = [piece for piece, _ in pieces]
    return [b"".join(data[begin:end]) for begin in range(len(data)) for end in range(begin + 1, len(data) + 1)]


def _by_itself(before: Look, after: Look) -> set[int]:
    """What a motion under way changes without being asked: it ends, and is counted; nothing new begins."""
    if before[MOTION] is None or after[SHOTS] != before[SHOTS]:
        return set()
    going_on = after[MOTION] is not None and after[MOTION][:3] == before[MOTION][:3]
    if after[MOTION] is not None and not going_on:
        return set()
    return {NL, FAULTS, STATE, HOMED} | ({MOTION} if after[MOTION] is None else set())


_NAMES = (
    "the motion", "lifetime shots", "lifetime nL", "shots left", "the permission", "the authorised id",
    "the commanded id", "needle changes", "syringe changes", "the calibration in force", "the anchor", "boot count",
    "faults", "state", "homed", "piston known", "the lease's echo", "the lease", "the owner of the run",
)  # fmt: skip
_ADDRESSES = (
    *[frames.AUTHORISATION] * 9, *[frames.COMMAND] * 6, *[frames.LEASE] * 3, frames.CALIBRATION, frames.SELECT,
    frames.ANCHOR,
)  # fmt: skip
_READS = ((0x0100, 24), (0x0100, 50), (0x0100, 24), (0x0000, 20), (0x0100, 51), (0x0110, 1), (0x4000, 1), (0x0100, 0))
_CALIBRATION_FORM = struct.Struct(">IhIIIIIIIIIHI")
_SELECT_FORM = struct.Struct(">IH")
_ANCHOR_FORM = struct.Struct(">I32s")
_NOMINAL = (5_422, 19_400, 35_750, 51_600)
