"""The non-volatile memory: torn at every byte, it never loses what was whole."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.registers import (
    ANCHOR,
    CALIBRATION,
    RECORDS_KEPT,
    U32_MAX,
    Anchor,
    AnchorPair,
    Fault,
    Outcome,
    ShotRecord,
)
from hal_sim.build import Build
from hal_sim.journal import Journal
from hal_sim.memory import SIZE, Memory, MemoryFailed, PowerCut, TwoSlots
from tests.hal_sim.host import Host
from tests.records.test_survival import file_size_limit

BUILD = Build()


def record(number: int, measured_nl: int = 9_990) -> ShotRecord:
    return ShotRecord(number, 7, 2000, 1998, 10_000, measured_nl, 30, 120, Outcome.COMPLETED)


def test_a_torn_write_leaves_the_older_value_whole_wherever_it_is_torn() -> None:
    value = bytes(range(40))
    for cut in range(len(value) + 8):
        memory = Memory()
        subject = TwoSlots(memory, 100, len(value))
        subject.store(value)
        memory.cut_after = cut
        with pytest.raises(PowerCut):
            subject.store(bytes(40))
        assert TwoSlots(memory, 100, len(value)).load() == value


def test_two_slots_give_the_newest_value() -> None:
    memory = Memory()
    subject = TwoSlots(memory, 0, 4)
    assert subject.load() is None
    for number in range(5):
        subject.store(number.to_bytes(4, "big"))
        assert TwoSlots(memory, 0, 4).load() == number.to_bytes(4, "big")


def test_a_memory_in_a_file_is_found_again(tmp_path: Path) -> None:
    place = tmp_path / "fram"
    first = Memory(place)
    assert first.blank
    first.write(5, b"nappage")
    first.close()
    first.close()
    again = Memory(place)
    assert again.read(5, 7) == b"nappage"
    assert again.image() == place.read_bytes()
    again.close()


def test_a_file_of_another_size_is_refused_and_kept(tmp_path: Path) -> None:
    place = tmp_path / "letter"
    place.write_bytes(b"dear patient")
    with pytest.raises(ValueError, match=str(SIZE)):
        Memory(place)
    assert place.read_bytes() == b"dear patient"


def test_a_memory_that_finds_no_room_is_refused_and_found_blank_once_there_is(tmp_path: Path) -> None:
    place = tmp_path / "fram"
    with file_size_limit(SIZE // 2), pytest.raises(OSError, match="fram"):
        Memory(place)
    assert place.read_bytes() == b""
    again = Memory(place)
    assert again.blank
    again.close()
    assert place.stat().st_size == SIZE


def test_a_memory_is_of_one_device_at_a_time(tmp_path: Path) -> None:
    """Two that write into it would forget each other's shots."""
    first = Memory(tmp_path / "fram")
    first.write(5, b"nappage")
    with pytest.raises(OSError, match="Another bench has this memory"):
        Memory(tmp_path / "fram")
    first.close()
    again = Memory(tmp_path / "fram")
    assert again.read(5, 7) == b"nappage"
    again.close()


def test_a_dead_memory_takes_nothing() -> None:
    memory = Memory()
    memory.dead = True
    with pytest.raises(MemoryFailed):
        memory.write(0, b"x")
    assert memory.blank


def test_a_new_controller_has_the_factorys_calibration_and_its_first_start() -> None:
    subject = Journal(Memory(), BUILD)
    assert subject.boot_count == 1
    assert subject.calibration is not None
    assert (subject.calibration.id, subject.calibration.pl_per_step_5) == (1, BUILD.pl_per_step[2])
    assert not subject.interrupted
    assert not subject.damaged


@pytest.mark.requirement("LED-4")
def test_a_motion_that_was_begun_and_never_ended_is_counted_at_its_commanded_dose() -> None:
    memory = Memory()
    Journal(memory, BUILD).begin(7, 2000, 10_000)
    subject = Journal(memory, BUILD)
    assert subject.interrupted
    assert (subject.lifetime_shots, subject.lifetime_nl) == (1, 10_000)
    assert subject.record(1)[-2:] == Outcome.INTERRUPTED.to_bytes(2, "big")
    assert not Journal(memory, BUILD).interrupted, "it is counted once"


@pytest.mark.requirement("LED-10")
def test_a_power_cut_at_any_byte_of_any_write_neither_loses_nor_doubles_a_motion() -> None:
    for write in range(3):  # the motion, its record, its completion
        for cut in range(90):
            memory = Memory()
            subject = Journal(memory, BUILD)
            subject.finish(record(subject.begin(7, 2000, 10_000)), 5)
            journal, began = Journal(memory, BUILD), False
            try:
                if write == 0:
                    memory.cut_after = cut
                number = journal.begin(8, 2000, 10_000)
                began = True
                if write == 1:
                    memory.cut_after = cut
                elif write == 2:
                    real = memory.write
                    calls = iter([None, cut])

                    def cutting(offset: int, data: bytes, real=real, memory=memory, calls=calls) -> None:
                        memory.cut_after = next(calls)
                        real(offset, data)

                    memory.write = cutting
                journal.finish(record(number), 5)
            except PowerCut:
                pass
            fresh = Memory()
            fresh._bytes[:] = memory.image()
            again = Journal(fresh, BUILD)
            assert again.lifetime_shots in ((2,) if began else (1, 2))
            counted = [again.record(kept) for kept in range(1, again.lifetime_shots + 1)]
            assert all(any(raw) for raw in counted)
            assert again.lifetime_nl == sum(int.from_bytes(raw[16:20], "big") for raw in counted)
            assert again.lifetime_nl >= 9_990 * again.lifetime_shots
            assert not any(again.record(again.lifetime_shots + 1))


def test_the_last_512_records_are_kept_through_a_start() -> None:
    memory = Memory()
    subject = Journal(memory, BUILD)
    for _ in range(RECORDS_KEPT + 20):
        subject.finish(record(subject.begin(7, 2000, 10_000)), 5)
    again = Journal(memory, BUILD)
    assert again.oldest() == 21
    assert list(again.records) == list(range(21, RECORDS_KEPT + 21))
    assert again.records == subject.records
    assert not any(again.record(20))


def test_a_place_in_the_ring_that_still_holds_an_older_record_shows_none() -> None:
    memory = Memory()
    subject = Journal(memory, BUILD)
    subject.finish(record(subject.begin(7, 2000, 10_000)), 5)
    subject.lifetime_shots += RECORDS_KEPT
    subject.save()
    assert not any(Journal(memory, BUILD).record(RECORDS_KEPT + 1))


@pytest.mark.parametrize("byte", range(30))
def test_a_record_that_is_not_whole_is_not_shown(byte: int) -> None:
    """Whichever byte is another one: of its number, of its figures or of its CRC."""
    memory = Memory()
    subject = Journal(memory, BUILD)
    subject.finish(record(subject.begin(7, 2000, 10_000)), 5)
    place = 256 + 30 + byte
    memory.write(place, bytes([memory.read(place, 1)[0] ^ 0x10]))
    assert not any(Journal(memory, BUILD).record(1))


@pytest.mark.requirement("LED-11")
@given(st.integers(0, 39))
def test_a_torn_anchor_leaves_the_last_one(cut: int) -> None:
    memory = Memory()
    subject = Journal(memory, BUILD)
    assert subject.anchors() == AnchorPair(0, bytes(32), 0, bytes(32))
    subject.write_anchor(ANCHOR.encode(Anchor(5, b"a" * 32)))
    memory.cut_after = cut
    with pytest.raises(PowerCut):
        subject.write_anchor(ANCHOR.encode(Anchor(6, b"b" * 32)))
    found = Journal(memory, BUILD).anchors()
    assert (found.newest_row, found.newest_sha256) == (5, b"a" * 32)
    assert found.older_row == 0


@pytest.mark.requirement("LED-11")
def test_the_two_last_anchors_are_kept() -> None:
    memory = Memory()
    subject = Journal(memory, BUILD)
    for row in (5, 6, 7):
        subject.write_anchor(ANCHOR.encode(Anchor(row, bytes([row]) * 32)))
    assert Journal(memory, BUILD).anchors() == AnchorPair(7, b"\7" * 32, 6, b"\6" * 32)


def test_counters_that_cannot_be_read_are_damage() -> None:
    memory = Memory()
    Journal(memory, BUILD)
    memory.write(0, b"\xff" * 256)
    subject = Journal(memory, BUILD)
    assert subject.damaged
    assert subject.calibration is None, "which of its slots is in force nobody knows"


def test_a_memory_that_dies_before_a_motion_leaves_the_motion_uncounted() -> None:
    memory = Memory()
    subject = Journal(memory, BUILD)
    memory.dead = True
    with pytest.raises(MemoryFailed):
        subject.begin(7, 2000, 10_000)
    assert (subject.lifetime_shots, subject.pending) == (0, None)
    assert Journal(memory, BUILD).damaged, "a start that cannot be written down is damage too"


def test_a_damaged_calibration_is_none() -> None:
    memory = Memory()
    Journal(memory, BUILD)
    memory.write(256 + 512 * 30 + 4, b"\xff\xff")
    assert Journal(memory, BUILD).calibration is None


@pytest.mark.requirement("LIM-9")
@pytest.mark.parametrize("changes", [{"pl_per_step_1": 0}, {"depth_scale_ppm": 0xFFFF_FFFF}, {"depth_zero_um": 6000}])
def test_a_whole_calibration_that_cannot_be_this_devices_is_none(changes: dict[str, int]) -> None:
    """Its CRC is right: it was written by something else, and nobody may divide by it."""
    memory = Memory()
    factory = Journal(memory, Build()).calibration
    assert factory is not None
    place = memory.image().find(CALIBRATION.encode(factory))
    memory.write(place, CALIBRATION.encode(msgspec.structs.replace(factory, **changes)))
    assert Journal(memory, Build()).calibration is None


def test_the_count_of_starts_does_not_wrap_and_at_its_maximum_nothing_is_taken() -> None:
    host = Host()
    host.rig.controller.journal.boot_count = U32_MAX - 1
    host.rig.controller.journal.save()
    for _ in range(2):
        host.do("reset")
        assert host.identity().boot_count == U32_MAX
    assert host.faults() & Fault.COUNTER
