"""The whole device: the same again bit for bit, at any pace, and register by register."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.registers import (
    ANCHOR,
    ANCHOR_PAIR,
    AUTHORISATION,
    BLOCKS,
    CALIBRATION,
    CALIBRATION_IN_FORCE,
    CALIBRATION_SELECT,
    COMMAND,
    EXCHANGE_REGISTERS,
    LEASE,
    MAP_VERSION,
    SERVICE_WORD,
    STATUS,
    Access,
    Anchor,
    CalibrationSelect,
    CommandKind,
    ControllerState,
    ExceptionCode,
    Fault,
    Lease,
    Mode,
    Refusal,
    decode_exchange,
)
from hal_sim.blocks import ModbusException, NoAnswer
from hal_sim.build import Build
from hal_sim.faults import FAULTS, Faults
from hal_sim.memory import Memory
from hal_sim.rig import Rig
from hal_sim.states import REFUSED_IN, TABLE, Event
from tests.hal_sim.host import Host


def treatment(seed: int, start: float = 0.0) -> Host:
    """A session with a bit of everything, drawn from a seed."""
    chance = random.Random(seed)
    subject = Host(build=Build(dose_scatter=0.03), seed=seed, start=start).ready(primed=True)
    for _ in range(12):
        subject.do("contact on", "trigger up")
        subject.wait(0.05)
        subject.authorise(
            mode=chance.choice([Mode.SINGLE, Mode.BURST, Mode.CONTINUOUS]),
            depth_um=50 * chance.randint(0, 60),
            dose_nl=1000 * chance.randint(1, 20),
            shots=chance.randint(1, 5),
        )
        subject.do("trigger down")
        subject.wait(chance.random() * 3)
        subject.do(chance.choice(["trigger up", "lift", "stop press", "fault occlusion on"]))
        subject.wait(0.6)
        subject.do("fault occlusion off", "stop release", "trigger up", "lift")
        subject.wait(0.1)
        subject.command(CommandKind.CLEAR_FAULTS)
        subject.command(CommandKind.VOID)
    return subject


@pytest.mark.requirement("LED-2", "LNK-1")
@pytest.mark.parametrize(("address", "registers"), [(0x0FF0, 1), (STATUS.address, 0)])
def test_a_transaction_that_is_answered_with_an_exception_has_written_nothing(address: int, registers: int) -> None:
    subject = Host().ready()
    block = subject.block()
    with pytest.raises(ModbusException):
        subject.rig.exchange(subject.now, AUTHORISATION.address, AUTHORISATION.encode(block), address, registers)
    assert (subject.status().state, subject.status().authorisation_id) == (ControllerState.READY, 0)
    subject.send(block)
    assert subject.status().authorisation_id == block.id


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_seed_and_inputs_give_the_same_bytes_again(seed: int) -> None:
    first, again = treatment(seed), treatment(seed)
    assert first.rig.memory.image() == again.rig.memory.image()
    assert first.records == again.records
    assert first.truth() == again.truth()
    assert len(first.records) > 15
    assert first.rig.memory.image() != treatment(seed + 1).rig.memory.image()


def test_skipping_from_event_to_event_gives_what_small_steps_give() -> None:
    def story(advance: Callable[[Rig, float, float], None]) -> tuple[bytes, str]:
        host = Host().armed(mode=Mode.CONTINUOUS, interval_ms=200, dose_nl=3_000)
        host.do("trigger down")
        for _ in range(40):
            advance(host.rig, host.now, host.now + 0.05)
            host.now += 0.05
            host.beat()
        return host.rig.memory.image(), host.rig.do(host.now, "truth")

    def in_small_steps(rig: Rig, now: float, end: float) -> None:
        for part in range(1, 101):
            rig.advance(now + (end - now) * part / 100)

    def by_events(rig: Rig, now: float, end: float) -> None:
        while (event := rig.next_event(now)) is not None and event < end:
            now = event
            rig.advance(now)

    assert story(in_small_steps) == story(by_events) == story(lambda rig, now, end: rig.advance(end))


def test_an_idle_device_has_nothing_to_wait_for() -> None:
    assert Rig().next_event(5.0) is None
    subject = Host(start=100.0)
    subject.beat()
    subject.beat()
    assert subject.rig.next_event(100.0) == pytest.approx(100.150)


def test_a_time_earlier_than_the_last_is_taken_as_the_last() -> None:
    subject = Host(start=10.0)
    subject.rig.advance(11.0)
    subject.rig.read(10.5, STATUS.address, STATUS.registers)
    assert subject.rig.now == 11.0


@settings(max_examples=10)
@given(st.integers(0, 2**32))
def test_whatever_happens_counters_and_records_agree_with_the_fluid(seed: int) -> None:
    subject = treatment(seed)
    journal = subject.rig.controller.journal
    assert [record.number for record in subject.records] == list(range(1, journal.lifetime_shots + 1))
    assert journal.lifetime_nl == sum(record.measured_dose_nl for record in subject.records)
    truth = subject.truth()
    pushed = 1_000_000 - truth["piston_nl"]
    assert truth["outflow_nl"] + truth["vented_nl"] == pytest.approx(pushed - truth["stored_nl"], abs=0.01)
    assert truth["needle_um"] <= 0
    assert all(record.measured_depth_um <= 3_100 for record in subject.records)


# -- registers


def test_identity_says_who_it_is_and_what_it_caps() -> None:
    identity = Host().identity()
    assert (identity.map_version, identity.cap_depth_um, identity.cap_dose_nl) == (MAP_VERSION, 6000, 200_000)
    assert (identity.cap_rate_mhz, identity.lease_ms, identity.boot_count) == (9000, 150, 1)
    assert identity.compliance_nl_per_100kpa * identity.occlusion_kpa / 100 <= 1000
    assert identity.calibration_crc != 0
    assert Host("wrong-map").identity().map_version == MAP_VERSION + 1
    assert Host("wrong-serial").identity().serial == identity.serial + 1


@pytest.mark.parametrize("block", [block for block in BLOCKS if Access.READ in block.access], ids=lambda b: b.name)
def test_every_readable_block_is_read_whole_and_in_part(block: object) -> None:
    subject = Host().ready()
    address, registers = block.address, block.registers  # type: ignore[attr-defined]
    whole = subject.rig.read(subject.now, address, registers)
    assert len(whole) == 2 * registers
    if registers > 1:
        assert subject.rig.read(subject.now, address + 1, registers - 1) == whole[2:]


@pytest.mark.parametrize(
    ("address", "registers", "code"),
    [
        (0x0F00, 1, ExceptionCode.ILLEGAL_ADDRESS),
        (STATUS.address, EXCHANGE_REGISTERS + 1, ExceptionCode.ILLEGAL_ADDRESS),
        (STATUS.address, 0, ExceptionCode.ILLEGAL_VALUE),
        (ANCHOR.address, 1, ExceptionCode.ILLEGAL_ADDRESS),
    ],
)
def test_reading_where_nothing_stands_is_an_exception(address: int, registers: int, code: ExceptionCode) -> None:
    with pytest.raises(ModbusException) as caught:
        Host().rig.read(0.0, address, registers)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("address", "size", "code"),
    [
        (0x0F00, 4, ExceptionCode.ILLEGAL_ADDRESS),
        (STATUS.address, STATUS.size, ExceptionCode.ILLEGAL_ADDRESS),
        (AUTHORISATION.address + 1, AUTHORISATION.size, ExceptionCode.ILLEGAL_ADDRESS),
        (AUTHORISATION.address, AUTHORISATION.size - 2, ExceptionCode.ILLEGAL_VALUE),
        (LEASE.address, LEASE.size + 2, ExceptionCode.ILLEGAL_VALUE),
    ],
)
def test_a_block_is_written_whole_or_not_at_all(address: int, size: int, code: ExceptionCode) -> None:
    with pytest.raises(ModbusException) as caught:
        Host().rig.write(0.0, address, bytes(size))
    assert caught.value.code == code


def test_what_was_written_last_is_read_back() -> None:
    subject = Host().ready()
    block = subject.authorise()
    read = AUTHORISATION.decode(subject.rig.read(subject.now, AUTHORISATION.address, AUTHORISATION.registers))
    assert msgspec.structs.replace(read, crc=0) == block
    subject.command(CommandKind.VOID)
    assert COMMAND.decode(subject.rig.read(subject.now, COMMAND.address, COMMAND.registers)).kind == CommandKind.VOID
    assert LEASE.decode(subject.rig.read(subject.now, LEASE.address, LEASE.registers)).counter == subject.counter


def test_records_are_read_from_the_cursor_and_from_the_oldest_kept_when_it_is_too_old() -> None:
    subject = Host()
    subject.acknowledges = False
    subject.ready()
    assert subject.rig.controller.journal.lifetime_shots == 2

    def records(cursor: int) -> list[int]:
        subject.counter += 1
        data = subject.rig.exchange(
            subject.now,
            LEASE.address,
            LEASE.encode(Lease(subject.counter, 0, cursor)),
            STATUS.address,
            EXCHANGE_REGISTERS,
        )
        return [record.number for record in decode_exchange(data)[1]]

    assert (records(1), records(2), records(3), records(0)) == ([1, 2], [2], [], [1, 2])
    journal = subject.rig.controller.journal
    journal.lifetime_shots = 513
    journal.records = {number: number.to_bytes(4, "big") + bytes(22) for number in range(2, 514)}
    assert records(1) == [2, 3]


def test_a_motion_under_way_has_no_record_yet() -> None:
    subject = Host().stroke_at(500)
    assert subject.beat().lifetime_shots == 3
    assert len(subject.records) == 2


# -- calibration


def calibration(subject: Host, **changes: int) -> bytes:
    held = CALIBRATION_IN_FORCE.decode(
        subject.rig.read(subject.now, CALIBRATION_IN_FORCE.address, CALIBRATION.registers)
    )
    return CALIBRATION.encode(msgspec.structs.replace(held, **({"id": 2} | changes)))


def select(subject: Host, identity: int = 2, word: int = SERVICE_WORD) -> None:
    data = CALIBRATION_SELECT.encode(CalibrationSelect(identity, word))
    subject.rig.write(subject.now, CALIBRATION_SELECT.address, data)


@pytest.mark.requirement("ACU-3", "LIM-5")
def test_a_calibration_is_written_whole_read_back_and_then_selected() -> None:
    subject = Host().ready()
    data = calibration(subject, depth_zero_um=40)
    subject.rig.write(subject.now, CALIBRATION.address, data)
    assert subject.rig.read(subject.now, CALIBRATION.address, CALIBRATION.registers) == data
    assert subject.identity().calibration_id == 1, "not in force before it is selected"
    select(subject)
    identity = subject.identity()
    assert identity.calibration_id == 2
    assert identity.calibration_crc == int.from_bytes(data[-4:], "big")
    subject.do("reset")
    assert subject.identity().calibration_id == 2
    assert subject.rig.read(subject.now, CALIBRATION.address, 2) == (1).to_bytes(4, "big"), "the old one is the spare"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"service_word": 1}, Refusal.SERVICE),
        ({"id": 1}, Refusal.OLD_ID),
        ({"depth_scale_ppm": 0}, Refusal.VALUE),
        ({"depth_zero_um": 501}, Refusal.VALUE),
        ({"pl_per_step_5": 1}, Refusal.VALUE),
    ],
)
def test_a_calibration_that_cannot_be_is_refused(changes: dict[str, int], refusal: Refusal) -> None:
    subject = Host()
    data = calibration(subject, **changes)
    assert subject.refused(lambda: subject.rig.write(0.0, CALIBRATION.address, data)) == refusal


def test_a_calibration_is_taken_by_a_device_at_rest_only() -> None:
    subject = Host().armed()
    data = calibration(subject)
    assert subject.refused(lambda: subject.rig.write(subject.now, CALIBRATION.address, data)) == Refusal.BUSY
    assert subject.refused(lambda: subject.rig.write(subject.now, CALIBRATION.address, data[:-1] + b"x")) == Refusal.CRC


def test_only_what_was_written_whole_can_be_selected() -> None:
    subject = Host()
    assert subject.refused(lambda: select(subject)) == Refusal.CALIBRATION
    data = calibration(subject)
    subject.do("power-cut 20")
    with pytest.raises(NoAnswer):
        subject.rig.write(subject.now, CALIBRATION.address, data)
    assert subject.identity().boot_count == 2
    assert subject.refused(lambda: select(subject)) == Refusal.CALIBRATION
    subject.rig.write(subject.now, CALIBRATION.address, data)
    assert subject.refused(lambda: select(subject, word=0)) == Refusal.SERVICE
    select(subject)
    assert subject.refused(lambda: select(subject, identity=1)) == Refusal.OLD_ID


@pytest.mark.requirement("LED-11")
def test_an_anchor_is_kept_and_row_0_is_none() -> None:
    subject = Host()
    subject.rig.write(0.0, ANCHOR.address, ANCHOR.encode(Anchor(9, b"h" * 32)))
    subject.do("reset")
    pair = ANCHOR_PAIR.decode(subject.rig.read(0.0, ANCHOR_PAIR.address, ANCHOR_PAIR.registers))
    assert (pair.newest_row, pair.newest_sha256, pair.older_row) == (9, b"h" * 32, 0)
    nothing = ANCHOR.encode(Anchor(0, bytes(32)))
    assert subject.refused(lambda: subject.rig.write(0.0, ANCHOR.address, nothing)) == Refusal.VALUE


# -- starts


@pytest.mark.requirement("LED-10")
@pytest.mark.parametrize("cut", [0, 10, 30, 60, 80])
def test_a_power_cut_in_a_write_before_a_stroke_is_a_start_with_every_shot_accounted_for(cut: int) -> None:
    subject = Host().armed()
    subject.do(f"power-cut {cut}", "trigger down")
    subject.wait(0.2)
    assert subject.identity().boot_count == 2
    status = subject.status()
    assert status.shots_left == 0
    assert status.lifetime_shots in (2, 3)
    assert status.lifetime_nl == (status.lifetime_shots - 2) * 10_000


def test_a_memory_in_a_file_outlives_the_rig(tmp_path: Path) -> None:
    first = Host(memory=Memory(tmp_path / "fram")).ready()
    first.rig.memory.close()
    again = Host(memory=Memory(tmp_path / "fram"))
    assert again.identity().boot_count == 2
    assert again.status().lifetime_shots == 2
    again.wait(0.1)
    assert len(again.records) == 2
    again.rig.memory.close()


def test_uptime_counts_from_the_start() -> None:
    subject = Host(start=5000.0)
    assert subject.wait(2.0).uptime_ms == pytest.approx(2000, abs=1)
    subject.do("reset")
    assert subject.status().uptime_ms == 0


def test_every_fault_switch_has_an_attribute_and_a_sentence() -> None:
    subject = Faults(*FAULTS)
    assert subject.active() == tuple(FAULTS)
    assert all(text.endswith(".") for text in FAULTS.values())
    subject.set("occlusion", False)
    assert not subject.occlusion
    with pytest.raises(KeyError):
        subject.set("gremlins", True)
    assert not Faults().any()
    assert all(Faults(name).any() for name in FAULTS)


def test_what_the_panel_drives_is_kept_and_shown() -> None:
    subject = Rig()
    subject.set_beacon(1.0, True, False, True)
    subject.set_buzzer(1.0, 880)
    subject.set_enable(1.0, True)
    assert (subject.beacon, subject.buzzer) == ((True, False, True), 880)
    assert subject.levels(1.1).feedback
    subject.do(1.2, "stop-a open")
    levels = subject.levels(1.2)
    assert (levels.stop_a, levels.stop_b) == (False, True)


def test_the_state_table_has_a_row_for_every_state() -> None:
    assert set(TABLE) == set(REFUSED_IN) == set(ControllerState)
    assert all(Event.SETTLE in row for row in TABLE.values())
    assert Fault.NONE == 0
