"""What any injector controller says of itself and keeps: identity, records, calibration, anchors."""

from __future__ import annotations

import zlib

import msgspec
import pytest

from drivers.registers import (
    ANCHOR,
    ANCHOR_PAIR,
    AUTHORISATION,
    CALIBRATION,
    CALIBRATION_IN_FORCE,
    CALIBRATION_SELECT,
    COMMAND,
    EXCHANGE_REGISTERS,
    LEASE,
    LEASE_MS,
    MAP_VERSION,
    RECORDS_KEPT,
    SERVICE_WORD,
    STATUS,
    Anchor,
    AnchorPair,
    Calibration,
    CalibrationSelect,
    Command,
    CommandKind,
    ControllerState,
    Lease,
    Refusal,
    ShotRecord,
    Status,
    decode_exchange,
)
from tests.conformance.subject import Subject

pytestmark = pytest.mark.conformance


def looked(subject: Subject, cursor: int) -> tuple[Status, tuple[ShotRecord, ...]]:
    """One lease transaction with a cursor of one's own choice."""
    subject.counter = (subject.counter + 1) % 65536
    lease = LEASE.encode(Lease(subject.counter, 0, cursor))
    return decode_exchange(subject.wire.exchange(LEASE.address, lease, STATUS.address, EXCHANGE_REGISTERS))


def kept(subject: Subject, first: int) -> list[ShotRecord]:
    """Every record from `first` on, two at a time."""
    found: list[ShotRecord] = []
    while records := looked(subject, first + len(found))[1]:
        found += records
    return found


def in_force(subject: Subject) -> bytes:
    return subject.wire.read(CALIBRATION_IN_FORCE.address, CALIBRATION.registers)


def fresh(subject: Subject, **changes: int) -> bytes:
    """The calibration in force again, under the next id."""
    held: Calibration = CALIBRATION_IN_FORCE.decode(in_force(subject))
    return CALIBRATION.encode(
        msgspec.structs.replace(held, **({"id": held.id + 1, "service_word": SERVICE_WORD} | changes))
    )


def select(subject: Subject, identity: int, word: int = SERVICE_WORD) -> None:
    subject.wire.write(CALIBRATION_SELECT.address, CALIBRATION_SELECT.encode(CalibrationSelect(identity, word)))


def anchors(subject: Subject) -> AnchorPair:
    return ANCHOR_PAIR.decode(subject.wire.read(ANCHOR_PAIR.address, ANCHOR_PAIR.registers))


@pytest.mark.requirement("LIM-5")
def test_it_says_who_it_is_and_what_it_caps(subject: Subject) -> None:
    identity = subject.identity()
    assert (identity.map_version, identity.lease_ms) == (MAP_VERSION, LEASE_MS)
    assert identity.serial != 0
    assert identity.cap_depth_um in range(50, 6_001)
    assert identity.cap_dose_nl in range(1_000, 200_001)
    assert identity.cap_rate_mhz in range(500, 9_001)
    calibration = in_force(subject)
    assert CALIBRATION.decode(calibration).id == identity.calibration_id
    assert zlib.crc32(calibration[:-4]) == identity.calibration_crc == int.from_bytes(calibration[-4:], "big")


@pytest.mark.requirement("STP-6")
def test_what_its_path_stores_at_an_occlusion_is_inside_a_microlitre(subject: Subject) -> None:
    identity = subject.identity()
    assert identity.occlusion_kpa * identity.compliance_nl_per_100kpa / 100 <= 1000


def test_two_records_from_the_cursor_come_with_the_status(subject: Subject) -> None:
    subject.ready()
    for _ in range(2):
        subject.command(CommandKind.HOME)
        subject.rest()
    last = subject.status().lifetime_shots
    for cursor, numbers in ((last - 1, [last - 1, last]), (last, [last]), (last + 1, [])):
        status, records = looked(subject, cursor)
        assert [record.number for record in records] == numbers
        assert status.lifetime_shots == last
    assert looked(subject, last - 1)[1] == looked(subject, last - 1)[1], "looking takes nothing away"


@pytest.mark.requirement("LED-4")
def test_counters_records_ids_and_calibration_outlive_a_start(subject: Subject) -> None:
    subject.ready()
    subject.command(CommandKind.PRIME, 20_000)
    status, calibration, pair = subject.rest(), in_force(subject), anchors(subject)
    first = max(1, status.lifetime_shots - 5)
    records, identity = kept(subject, first), subject.identity()
    assert len(records) == status.lifetime_shots - first + 1
    subject.do("reset")
    assert kept(subject, first) == records
    after, again = subject.status(), subject.identity()
    assert (after.lifetime_shots, after.lifetime_nl) == (status.lifetime_shots, status.lifetime_nl)
    assert (after.authorisation_id, after.command_id) == (status.authorisation_id, status.command_id)
    assert msgspec.structs.replace(again, boot_count=identity.boot_count) == identity
    assert again.boot_count == identity.boot_count + 1
    assert (in_force(subject), anchors(subject)) == (calibration, pair)
    assert after.state == ControllerState.UNHOMED


@pytest.mark.requirement("LED-4")
@pytest.mark.usefixtures("not_on_bench")
def test_512_records_are_kept_and_none_is_overwritten_before_it_is_acknowledged(subject: Subject) -> None:
    subject.ready()
    first = subject.status().lifetime_shots + 1

    def home() -> None:
        looked(subject, first)
        identity = subject.draw()
        subject.wire.write(COMMAND.address, COMMAND.encode(Command(identity, CommandKind.HOME, 0)))

    for number in range(first, first + RECORDS_KEPT):
        home()
        while (status := looked(subject, first)[0]).state == ControllerState.HOMING:
            pass
        assert (status.lifetime_shots, status.state) == (number, ControllerState.READY)
    assert subject.refusal(home) == Refusal.RECORDS
    block = AUTHORISATION.encode(subject.block(shots=1))
    assert subject.refusal(lambda: subject.wire.write(AUTHORISATION.address, block)) == Refusal.RECORDS
    subject.do("reset")
    assert [record.number for record in kept(subject, first)] == list(range(first, first + RECORDS_KEPT))
    looked(subject, first)
    assert subject.refusal(home) == Refusal.RECORDS, "what was not acknowledged is not forgotten by a start"
    looked(subject, first + 1)
    looked(subject, first + 1)
    subject.wire.write(COMMAND.address, COMMAND.encode(Command(subject.draw(), CommandKind.HOME, 0)))
    while (status := looked(subject, first + 1)[0]).state == ControllerState.HOMING:
        pass
    assert status.lifetime_shots == first + RECORDS_KEPT
    assert [record.number for record in looked(subject, first)[1]] == [first + 1, first + 2], "the oldest made room"


@pytest.mark.requirement("ACU-3")
def test_a_calibration_is_refused_unless_it_is_whole_newer_and_meant(subject: Subject) -> None:
    held = CALIBRATION_IN_FORCE.decode(in_force(subject)).id
    spoiled = bytearray(fresh(subject))
    spoiled[9] ^= 0x10
    for data, reason in (
        (bytes(spoiled), Refusal.CRC),
        (fresh(subject, service_word=0), Refusal.SERVICE),
        (fresh(subject, id=held), Refusal.OLD_ID),
        (fresh(subject, depth_scale_ppm=0), Refusal.VALUE),
    ):
        assert subject.refusal(lambda data=data: subject.wire.write(CALIBRATION.address, data)) == reason
    assert subject.identity().calibration_id == held


@pytest.mark.requirement("ACU-3")
def test_a_calibration_is_read_back_from_the_spare_slot_and_not_yet_in_force(subject: Subject) -> None:
    before, data = in_force(subject), fresh(subject)
    identity = CALIBRATION.decode(data).id
    subject.wire.write(CALIBRATION.address, data)
    assert subject.wire.read(CALIBRATION.address, CALIBRATION.registers) == data
    assert in_force(subject) == before
    assert subject.refusal(lambda: select(subject, identity, word=0)) == Refusal.SERVICE
    assert subject.refusal(lambda: select(subject, identity + 1)) == Refusal.CALIBRATION
    assert in_force(subject) == before


@pytest.mark.requirement("ACU-3", "LIM-5")
@pytest.mark.usefixtures("simulated")  # nobody could take it back in a real board
def test_a_calibration_is_in_force_once_selected_and_for_good(subject: Subject) -> None:
    subject.ready()
    data = fresh(subject)
    old = subject.block()
    subject.wire.write(CALIBRATION.address, data)
    select(subject, CALIBRATION.decode(data).id)
    assert in_force(subject) == data
    assert subject.refusal(lambda: subject.authorise(calibration_id=old.calibration_id)) == Refusal.CALIBRATION
    subject.do("reset")
    assert in_force(subject) == data


def test_nothing_is_calibrated_while_an_authorisation_lives(subject: Subject) -> None:
    subject.armed()
    data = fresh(subject)
    subject.beat()
    assert subject.refusal(lambda: subject.wire.write(CALIBRATION.address, data)) == Refusal.BUSY


@pytest.mark.requirement("LED-11")
def test_two_anchors_are_kept_whole_through_a_start(subject: Subject) -> None:
    held = anchors(subject)
    row = max(held.newest_row, held.older_row) + 1
    try:
        for more, letter in ((0, b"a"), (1, b"b"), (2, b"c")):
            subject.wire.write(ANCHOR.address, ANCHOR.encode(Anchor(row + more, letter * 32)))
        assert anchors(subject) == AnchorPair(row + 2, b"c" * 32, row + 1, b"b" * 32)
        nothing = ANCHOR.encode(Anchor(0, bytes(32)))
        assert subject.refusal(lambda: subject.wire.write(ANCHOR.address, nothing)) == Refusal.VALUE
        subject.do("reset")
        assert anchors(subject) == AnchorPair(row + 2, b"c" * 32, row + 1, b"b" * 32)
    finally:
        for anchor in (Anchor(held.older_row, held.older_sha256), Anchor(held.newest_row, held.newest_sha256)):
            if anchor.row:  # a real board gets back what its ledger had written
                subject.wire.write(ANCHOR.address, ANCHOR.encode(anchor))
