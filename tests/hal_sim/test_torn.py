"""Power cuts at every byte of every write, and spoiled bytes at every place: the memory always comes up whole.

A write of the memory goes byte by byte, so a cut leaves its first bytes over what was there. Each case begins with the
same image, cuts one write of one change after so many bytes, and starts again; some cut the recovery as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from drivers.registers import (
    ANCHOR,
    CALIBRATION,
    RECORD,
    Anchor,
    AnchorPair,
    Calibration,
    Outcome,
    ShotRecord,
)
from hal_sim.build import Build
from hal_sim.journal import Journal
from hal_sim.memory import Memory, PowerCut, TwoSlots

BUILD = Build()
MEASURED_NL, COMMANDED_NL = 9_990, 10_000


class Cutting(Memory):
    """A memory whose supply fails in its n-th write from now, after so many bytes."""

    def __init__(self, image: bytes = b"") -> None:
        super().__init__()
        self._bytes[: len(image)] = image
        self.sizes: list[int] = []
        self.cut: tuple[int, int] | None = None

    def write(self, offset: int, data: bytes) -> None:
        if self.cut is not None and self.cut[0] == len(self.sizes):
            self.cut_after = self.cut[1]
        self.sizes.append(len(data))
        super().write(offset, data)


class View(NamedTuple):
    """All that a start finds, but the number of starts."""

    shots: int
    nl: int
    ids: tuple[int, int]
    changes: tuple[int, int]
    piston_known: bool
    calibration: int
    anchors: AnchorPair
    outcomes: tuple[Outcome, ...]


def view(journal: Journal) -> View:
    assert not journal.damaged
    assert journal.calibration is not None
    records = [RECORD.decode(journal.record(number)) for number in range(1, journal.lifetime_shots + 1)]
    assert [record.number for record in records] == list(range(1, journal.lifetime_shots + 1))
    assert journal.lifetime_nl == sum(record.measured_dose_nl for record in records)
    assert not any(journal.record(journal.lifetime_shots + 1))
    return View(
        journal.lifetime_shots,
        journal.lifetime_nl,
        (journal.authorisation_id, journal.command_id),
        (journal.needle_changes, journal.syringe_changes),
        journal.piston_known,
        journal.calibration.id,
        journal.anchors(),
        tuple(Outcome(record.outcome) for record in records),
    )


def shot(journal: Journal) -> None:
    number = journal.begin(7, 2000, COMMANDED_NL)
    record = ShotRecord(number, 7, 2000, 1998, COMMANDED_NL, MEASURED_NL, 30, 120, Outcome.COMPLETED)
    journal.finish(record, 5)


def identity(journal: Journal) -> None:
    journal.authorisation_id += 1
    journal.save()


def needle(journal: Journal) -> None:
    journal.needle_changes += 1
    journal.save()


def anchor(journal: Journal) -> None:
    row = journal.anchors().newest_row + 1
    journal.write_anchor(ANCHOR.encode(Anchor(row, bytes([row]) * 32)))


def calibrate(journal: Journal) -> None:
    held: Any = journal.calibration
    fields = {name: getattr(held, name) for name in held.__struct_fields__} | {"id": held.id + 1}
    journal.write_calibration(CALIBRATION.encode(Calibration(**fields)))
    journal.select_calibration()


CHANGES: list[Callable[[Journal], None]] = [shot, identity, needle, anchor, calibrate]
EARLIER = [0, 1]
"""One more or one less write before: so that each change is written into either slot."""


def image(earlier: int) -> bytes:
    """A memory with a history: shots, two anchors, a calibration of its own."""
    memory = Cutting()
    journal = Journal(memory, BUILD)
    journal.piston_known = True
    for change in (shot, anchor, calibrate, shot, anchor):
        change(journal)
    for _ in range(earlier):
        identity(journal)
    return memory.image()


def sizes_of(start: bytes, change: Callable[[Journal], None]) -> list[int]:
    """How many bytes each write of a change has."""
    memory = Cutting(start)
    journal = Journal(memory, BUILD)
    memory.sizes.clear()
    change(journal)
    return memory.sizes


def cut_in(start: bytes, change: Callable[[Journal], None], write: int, cut: int) -> bytes:
    """What is left in the memory."""
    memory = Cutting(start)
    journal = Journal(memory, BUILD)
    memory.sizes.clear()
    memory.cut = (write, cut)
    with pytest.raises(PowerCut):
        change(journal)
    return memory.image()


@pytest.mark.requirement("LED-10", "LED-11", "LED-4")
@pytest.mark.parametrize("earlier", EARLIER, ids=["slot a", "slot b"])
@pytest.mark.parametrize("change", CHANGES)
def test_cut_at_any_byte_a_change_is_there_or_is_not(change: Callable[[Journal], None], earlier: int) -> None:
    start = image(earlier)
    before = view(Journal(Cutting(start), BUILD))
    done = Journal(Cutting(start), BUILD)
    change(done)
    allowed = {before, view(done)}
    if change is shot:  # once it was begun it is counted, in full, and where the plunger stands is not known
        allowed.add(
            before._replace(
                shots=before.shots + 1,
                nl=before.nl + COMMANDED_NL,
                piston_known=False,
                outcomes=(*before.outcomes, Outcome.INTERRUPTED),
            )
        )
    if change is anchor:  # the older of the two makes room for the new one; the newest is never lost
        newest, new = before.anchors, view(done).anchors
        for row, sha256 in ((0, bytes(32)), (new.newest_row, new.newest_sha256)):
            allowed.add(before._replace(anchors=AnchorPair(newest.newest_row, newest.newest_sha256, row, sha256)))
    seen: set[View] = set()
    for write, size in enumerate(sizes_of(start, change)):
        for cut in range(size + 1):
            left = cut_in(start, change, write, cut)
            found = Journal(Cutting(left), BUILD)
            assert view(found) in allowed, (write, cut)
            assert found.boot_count == done.boot_count + 1, "no start is ever counted twice"
            seen.add(view(found))
    assert seen == allowed, "and each of these does happen"


@pytest.mark.requirement("LED-10", "LED-4")
@pytest.mark.parametrize("earlier", EARLIER, ids=["slot a", "slot b"])
def test_cut_at_any_byte_of_the_recovery_an_interrupted_motion_is_counted_once(earlier: int) -> None:
    memory = Cutting(image(earlier))
    journal = Journal(memory, BUILD)
    before = view(journal)
    journal.begin(7, 2000, COMMANDED_NL)
    left = memory.image()
    recovery = Cutting(left)
    expected = view(Journal(recovery, BUILD))
    assert (expected.shots, expected.nl) == (before.shots + 1, before.nl + COMMANDED_NL)
    for write, size in enumerate(recovery.sizes):
        for cut in range(size + 1):
            again = Cutting(left)
            again.cut = (write, cut)
            with pytest.raises(PowerCut):
                Journal(again, BUILD)
            found = Journal(Cutting(again.image()), BUILD)
            assert view(found) == expected, (write, cut)


@pytest.mark.requirement("LED-10")
@pytest.mark.parametrize("first", [0, 1], ids=["slot a", "slot b"])
def test_torn_at_any_byte_either_slot_leaves_the_other(first: int) -> None:
    older, newer, torn = bytes(range(40)), bytes(range(100, 140)), bytes([0xA5]) * 40
    for cut in range(len(newer) + 8):
        memory = Memory()
        subject = TwoSlots(memory, 64, 40)
        for value in (*[b"\0" * 40] * first, older, newer):
            subject.store(value)
        memory.cut_after = cut
        with pytest.raises(PowerCut):
            subject.store(torn)
        again = TwoSlots(memory, 64, 40)
        assert again.load() == newer
        again.store(torn)
        assert TwoSlots(memory, 64, 40).load() == torn, "and the torn slot is the next to be written"


@pytest.mark.requirement("LED-10")
@pytest.mark.parametrize("spoil", [0x01, 0x80, 0xFF], ids=["lowest bit", "highest bit", "all bits"])
@pytest.mark.parametrize("first", [0, 1], ids=["slot a", "slot b"])
def test_any_spoiled_byte_of_either_slot_leaves_the_other(first: int, spoil: int) -> None:
    older, newer = bytes(range(40)), bytes(range(100, 140))
    memory = Memory()
    subject = TwoSlots(memory, 64, 40)
    for value in (*[b"\0" * 40] * first, older, newer):
        subject.store(value)
    held = memory.image()
    newest = 64 + (first + 1) % 2 * 48
    for place in range(64, 64 + 96):
        spoiled = Cutting(held)
        spoiled.write(place, bytes([held[place] ^ spoil]))
        expected = older if newest <= place < newest + 48 else newer
        assert TwoSlots(spoiled, 64, 40).load() == expected, place
    for place in range(48):
        spoiled = Cutting(held)
        for slot in (64, 112):
            spoiled.write(slot + place, bytes([held[slot + place] ^ spoil]))
        assert TwoSlots(spoiled, 64, 40).load() is None, "neither is whole, and neither is believed"
