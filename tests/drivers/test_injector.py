"""The injector driver against the simulated controller, and against a far end that answers what a test names."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drivers.errors import (
    BadFrame,
    CorruptBlock,
    LinkTimeout,
    MapMismatch,
    NotAnInjector,
    PortGone,
    PortMissing,
    Refused,
    StaleEpoch,
)
from drivers.injector import ModbusInjector, connect
from drivers.link import ModbusLink
from drivers.ports import Authorisation
from drivers.question import REFUSALS
from drivers.registers import (
    ANCHOR_PAIR,
    CALIBRATION,
    COMMAND,
    EXCHANGE_REGISTERS,
    IDENTITY,
    MAP_VERSION,
    RECORD,
    SERVICE_WORD,
    STATUS,
    Anchor,
    AnchorPair,
    Calibration,
    Command,
    CommandKind,
    ControllerState,
    Identity,
    Mode,
    Refusal,
    Status,
    SyringeType,
)
from drivers.registers import AUTHORISATION as AUTHORISATION_BLOCK
from drivers.stop import StopLatch
from kiosk.protocols import envelope
from tests.drivers.far_end import FarEnd, answering, crc, read_answer
from tests.drivers.on_bench import OnBench

VALUES: dict[str, Any] = {
    "id": 900,
    "depth_um": 600,
    "dose_nl": 20_000,
    "shots": 3,
    "interval_ms": 500,
    "mode": Mode.BURST,
    "valid_ms": 3_000,
    "syringe_type": SyringeType.ML_2,
    "calibration_id": 1,
    "boot_count": 1,
}
IDENTITY_VALUES = Identity(1, 256, 1001, 1, 6_000, 200_000, 9_000, 150, 20, 300, 250, 1, 0, 0, 0)
STATUS_VALUES = Status(2, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 24_000, 0, 0)
CALIBRATION_VALUES = Calibration(2, 0, 1_000_000, 5_422, 19_400, 35_750, 51_600, 1000, 1000, 1000, 2000, 0)


def fresh(**changed: Any) -> Authorisation:
    """One that was not sent yet; only the Envelope's own mint makes any."""
    return envelope._mint(**(VALUES | changed))


PATIENT_MS = 400
"""A machine that runs eight test suites at once may keep an answer waiting for longer than the 40 ms of a Pi."""


@pytest.fixture
def latch() -> StopLatch:
    return StopLatch()


@pytest.fixture
def subject(bench: OnBench, latch: StopLatch) -> Iterator[ModbusInjector]:
    injector = connect(bench.port, latch, parity="N", timeout_ms=PATIENT_MS)
    yield injector
    injector.close()


@pytest.fixture
def far() -> Iterator[FarEnd]:
    end = FarEnd()
    yield end
    end.close()


@pytest.fixture
def facing(far: FarEnd, latch: StopLatch) -> Iterator[ModbusInjector]:
    """An injector driver whose answers the test names."""
    injector = ModbusInjector(ModbusLink(far.port, parity="N", timeout_ms=PATIENT_MS), latch)
    yield injector
    injector.close()


def until(subject: ModbusInjector, happened: Callable[[Status], bool]) -> Status:
    """Renew the lease until `happened`, as control does."""
    status: Status | None = None
    for _ in range(20_000):
        status, _records = subject.exchange(pedal=False, cursor=1)
        if happened(status):
            return status
    raise AssertionError(f"it never happened: {status}")


def make_ready(bench: OnBench, subject: ModbusInjector) -> None:
    """Homed, needle and syringe in and confirmed, on skin: what an authorisation needs."""
    for command in ("barrel 2", "needle fit", "enable on"):
        bench.do(command)
    until(subject, lambda status: status.supply_mv > 20_000)
    for number, (kind, argument) in enumerate(
        [(CommandKind.HOME, 0), (CommandKind.NEEDLE_CHANGED, 0), (CommandKind.SYRINGE_CHANGED, 2_000_000)], start=1
    ):
        command = Command(number, kind, argument)
        insist(subject, lambda command=command: subject.command(command, 0))
        until(subject, lambda status: status.state == ControllerState.READY)
    bench.do("contact on")


def insist(subject: ModbusInjector, act: Callable[[], None]) -> None:
    """Act while the lease is fresh: a loaded machine may let it lapse in between, and the controller then refuses."""
    for _ in range(50):
        subject.exchange(pedal=False, cursor=1)
        try:
            return act()
        except Refused as refused:
            if refused.facts["refusal"] != Refusal.LEASE:
                raise
    raise AssertionError("the lease was never fresh")


# -- who is there


def test_connecting_makes_sure_of_an_injector(subject: ModbusInjector) -> None:
    identity = subject.identity()
    assert (identity.map_version, identity.cap_depth_um, identity.cap_dose_nl) == (1, 6_000, 200_000)


@pytest.mark.requirement("LIM-5")
def test_the_calibration_in_force_is_read_and_its_crc_is_that_of_the_identity(subject: ModbusInjector) -> None:
    assert subject.calibration().crc == subject.identity().calibration_crc


@pytest.mark.requirement("LIM-9")
def test_a_damaged_calibration_is_an_error(facing: ModbusInjector, far: FarEnd) -> None:
    far.answer = answering(bytes(CALIBRATION.size - 1) + b"\x01")
    with pytest.raises(CorruptBlock, match="E113: The calibration in force read from the injector is damaged"):
        facing.calibration()
    with pytest.raises(CorruptBlock, match="CRC-32"):
        facing.spare_calibration()


def test_another_map_version_is_an_error_and_lets_go_of_the_port(bench: OnBench, latch: StopLatch) -> None:
    bench.do("fault wrong-map on")
    with pytest.raises(MapMismatch, match="E108: The injector speaks register map 2, this program speaks 1") as caught:
        connect(bench.port, latch, parity="N", timeout_ms=PATIENT_MS)
    bench.do("fault wrong-map off")
    connect(bench.port, latch, parity="N", timeout_ms=PATIENT_MS).close()
    assert caught.value.facts == {"theirs": 2, "ours": 1}  # the error, and all that its traceback holds, lived on


@pytest.mark.parametrize("version", [MAP_VERSION - 1, MAP_VERSION + 1])
def test_an_older_or_newer_map_is_not_spoken(facing: ModbusInjector, far: FarEnd, version: int) -> None:
    identity = IDENTITY.decode(bytes(IDENTITY.size))
    far.answer = answering(IDENTITY.encode(msgspec.structs.replace(identity, map_version=version)))
    with pytest.raises(MapMismatch):
        facing.identity()


def test_a_port_that_answers_rubbish_is_no_injector(bench: OnBench, latch: StopLatch) -> None:
    bench.do("fault rubbish on")
    with pytest.raises(NotAnInjector, match=r"E107: What answers on .* is not a Nappage injector"):
        connect(bench.port, latch, parity="N", timeout_ms=PATIENT_MS)


@pytest.mark.requirement("LNK-1")
def test_a_port_that_answers_for_another_unit_is_no_injector(bench: OnBench, latch: StopLatch) -> None:
    bench.do("fault wrong-unit on")
    with pytest.raises(NotAnInjector, match="unit 2"):
        connect(bench.port, latch, parity="N", timeout_ms=PATIENT_MS)


def test_a_port_where_nothing_answers_is_a_timeout(bench: OnBench, latch: StopLatch) -> None:
    bench.do("fault silent on")
    with pytest.raises(LinkTimeout, match="E105"):
        connect(bench.port, latch, parity="N")


def test_a_device_without_these_registers_is_no_injector(far: FarEnd, latch: StopLatch) -> None:
    far.answer = lambda end, request: end.send(crc(bytes([1, request[1] | 0x80, 2])))
    with pytest.raises(NotAnInjector, match="it has no such registers"):
        connect(far.port, latch, parity="N", timeout_ms=PATIENT_MS)


@pytest.mark.parametrize(
    ("name", "value"),
    [("cap_depth_um", 6_050), ("cap_dose_nl", 0), ("cap_rate_mhz", 9_001), ("lease_ms", 151), ("serial", 0)],
)
@pytest.mark.requirement("LIM-5")
def test_figures_that_no_injector_has_are_not_believed(far: FarEnd, latch: StopLatch, name: str, value: int) -> None:
    far.answer = answering(IDENTITY.encode(msgspec.structs.replace(IDENTITY_VALUES, **{name: value})))
    with pytest.raises(NotAnInjector, match=f"its {name} is {value}"):
        connect(far.port, latch, parity="N", timeout_ms=PATIENT_MS)


def echoing(end: FarEnd, request: bytes) -> None:
    """Answers a lease as it must be answered."""
    status = msgspec.structs.replace(STATUS_VALUES, lease_echo=int.from_bytes(request[11:13], "big"))
    end.send(read_answer(request, STATUS.encode(status) + bytes(2 * RECORD.size)))


# -- the lease


def test_every_exchange_counts_the_lease_on_by_one(facing: ModbusInjector, far: FarEnd) -> None:
    far.answer = echoing
    facing.exchange(pedal=False, cursor=7)
    facing.exchange(pedal=True, cursor=0x10002)
    assert [request[11:19] for request in far.requests] == [
        b"\x00\x01\x00\x00\x00\x00\x00\x07",
        b"\x00\x02\x00\x01\x00\x01\x00\x02",
    ]
    assert all(len(request) == 21 and request[4:6] == bytes([0, EXCHANGE_REGISTERS]) for request in far.requests)


def test_the_lease_is_fresh_from_the_second_exchange_on(subject: ModbusInjector, bench: OnBench) -> None:
    subject.exchange(pedal=False, cursor=1)
    status, records = subject.exchange(pedal=False, cursor=1)
    assert status.lease_echo == 2
    assert records == ()
    assert bench.state()["lease"] is True


@pytest.mark.requirement("LNK-1")
@pytest.mark.parametrize("echo", [0, 1, 77])
def test_the_answer_to_an_earlier_lease_is_not_taken_for_the_present_one(
    facing: ModbusInjector, far: FarEnd, echo: int
) -> None:
    with pytest.raises(LinkTimeout):
        facing.exchange(pedal=False, cursor=1)
    late = STATUS.encode(msgspec.structs.replace(STATUS_VALUES, lease_echo=echo)) + bytes(2 * RECORD.size)
    far.answer = answering(late)
    with pytest.raises(BadFrame, match="an earlier lease"):
        facing.exchange(pedal=False, cursor=1)
    assert facing.statistics.bad == 1
    far.answer = answering(STATUS.encode(msgspec.structs.replace(STATUS_VALUES, lease_echo=3)) + bytes(2 * RECORD.size))
    assert facing.exchange(pedal=False, cursor=1)[0].lease_echo == 3


@pytest.mark.requirement("LNK-1")
def test_an_answer_that_the_line_repeats_late_is_not_taken_for_the_next(facing: ModbusInjector, far: FarEnd) -> None:
    """Nothing was lost before it: the answer to the second lease comes again when the third has been sent."""
    far.answer = echoing
    facing.exchange(pedal=False, cursor=1)
    facing.exchange(pedal=False, cursor=1)
    second = far.requests[-1]
    far.answer = lambda end, request: echoing(end, second)
    with pytest.raises(BadFrame, match="an earlier lease"):
        facing.exchange(pedal=False, cursor=1)
    far.answer = echoing
    assert facing.exchange(pedal=False, cursor=1)[0].lease_echo == 4


@pytest.mark.requirement("LNK-1")
def test_with_every_answer_late_none_is_ever_taken_for_another(bench: OnBench, latch: StopLatch) -> None:
    subject = connect(bench.port, latch, parity="N", timeout_ms=80)
    bench.do("fault slow-answer on")
    for _ in range(12):
        with pytest.raises((LinkTimeout, BadFrame)):
            subject.exchange(pedal=False, cursor=1)
    bench.do("fault slow-answer off")
    recovered = False
    for _ in range(10):  # what is still on its way spoils a few more
        with contextlib.suppress(LinkTimeout, BadFrame):
            subject.exchange(pedal=False, cursor=1)
            recovered = True
            break
    assert recovered
    subject.close()


@pytest.mark.requirement("LNK-1")
@pytest.mark.parametrize("fault", ["corrupt-frames", "lost-frames", "lost-requests", "repeated-frames"])
def test_a_line_that_spoils_every_tenth_frame_recovers_each_time(
    subject: ModbusInjector, bench: OnBench, fault: str
) -> None:
    bench.do(f"fault {fault} on")
    spoiled = 0
    for number in range(1, 41):
        try:
            status, _records = subject.exchange(pedal=False, cursor=1)
        except (BadFrame, LinkTimeout):
            spoiled += 1
        else:
            assert status.lease_echo == (number if number > 1 else 0)  # never the answer to another one
    if fault == "repeated-frames":
        assert subject.statistics.stray_bytes > 0
    else:
        assert 4 <= spoiled < 20


# -- authorising


@pytest.mark.requirement("LIM-5")
def test_an_authorisation_is_accepted_and_shown(subject: ModbusInjector, bench: OnBench) -> None:
    make_ready(bench, subject)
    insist(subject, lambda: subject.authorise(fresh(), 0))
    status, _ = subject.exchange(pedal=False, cursor=1)
    assert (status.authorisation_id, status.shots_left) == (900, 3)


@pytest.mark.parametrize(("mode", "word"), [(Mode.BENCH, SERVICE_WORD), (Mode.SINGLE, 0), (Mode.CONTINUOUS, 0)])
def test_the_block_carries_every_value_and_the_service_word_in_bench_mode_only(
    facing: ModbusInjector, far: FarEnd, mode: Mode, word: int
) -> None:
    far.answer = answering(STATUS.encode(msgspec.structs.replace(STATUS_VALUES, authorisation_id=900)))
    facing.authorise(fresh(mode=mode), 0)
    block = AUTHORISATION_BLOCK.decode(far.requests[0][11:-2])
    assert AUTHORISATION_BLOCK.intact(far.requests[0][11:-2])
    assert (block.mode, block.service_word) == (mode, word)
    for name, value in VALUES.items():
        if name != "mode":
            assert getattr(block, name) == value


@pytest.mark.parametrize("impostor", [None, object(), {"id": 900}])
def test_only_an_authorisation_can_be_sent(facing: ModbusInjector, far: FarEnd, impostor: object) -> None:
    with pytest.raises(TypeError, match="only an Authorisation can be sent"):
        facing.authorise(impostor, 0)  # type: ignore[arg-type]
    assert not far.requests


@pytest.mark.requirement("STP-1")
def test_an_authorisation_decided_before_a_stop_sends_no_byte(
    facing: ModbusInjector, far: FarEnd, latch: StopLatch
) -> None:
    latch.raise_epoch(lambda: None)
    with pytest.raises(StaleEpoch, match="E110: A stop came before the authorisation was sent"):
        facing.authorise(fresh(), 0)
    far.answer = answering(ANCHOR_PAIR.encode(AnchorPair(0, bytes(32), 0, bytes(32))))
    facing.anchors()
    assert len(far.requests) == 1


@pytest.mark.requirement("STP-1")
def test_the_latch_is_free_again_while_the_answer_is_awaited(
    facing: ModbusInjector, far: FarEnd, latch: StopLatch
) -> None:
    """The far end raises the epoch, from its own thread, before it answers: it would wait for ever under the lock."""

    def stop_then_answer(end: FarEnd, request: bytes) -> None:
        latch.raise_epoch(lambda: None)
        status = msgspec.structs.replace(STATUS_VALUES, authorisation_id=900)
        end.send(read_answer(request, STATUS.encode(status)))

    far.answer = stop_then_answer
    facing.authorise(fresh(), 0)
    assert latch.epoch == 1


@pytest.mark.requirement("LIM-5")
@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"depth_um": 6_050}, Refusal.DEPTH),
        ({"dose_nl": 201_000}, Refusal.DOSE),
        ({"shots": 21}, Refusal.SHOTS),
        ({"interval_ms": 110}, Refusal.RATE),
        ({"syringe_type": SyringeType.ML_5}, Refusal.SYRINGE),
        ({"calibration_id": 7}, Refusal.CALIBRATION),
        ({"boot_count": 7}, Refusal.BOOT),
        ({"valid_ms": 0}, Refusal.VALID),
        ({"id": 1}, Refusal.OLD_ID),
    ],
)
def test_the_controller_checks_again_and_its_reason_is_given_in_words(
    subject: ModbusInjector, bench: OnBench, values: dict[str, object], refusal: Refusal
) -> None:
    make_ready(bench, subject)
    with pytest.raises(Refused) as caught:
        insist(subject, lambda: subject.authorise(fresh(**values), 0))
    assert caught.value.facts == {
        "what": "authorisation",
        "exception": 3,
        "reason": REFUSALS[refusal],
        "refusal": refusal,
    }
    status, _ = subject.exchange(pedal=False, cursor=1)
    assert status.shots_left == 0


def test_every_refusal_has_its_words() -> None:
    assert set(REFUSALS) == set(Refusal)


def test_a_refusal_without_a_reason_keeps_that_of_the_exception(facing: ModbusInjector, far: FarEnd) -> None:
    def refuse(end: FarEnd, request: bytes) -> None:
        sound = read_answer(request, STATUS.encode(STATUS_VALUES))
        end.send(crc(bytes([1, 0x97, 4])) if request[1] == 23 else sound)

    far.answer = refuse
    with pytest.raises(Refused, match=r"E109: The injector refused the command home \(exception 04, it cannot do this"):
        facing.command(Command(5, CommandKind.HOME), 0)


@pytest.mark.requirement("LNK-1", "LED-2")
def test_a_late_exception_is_not_taken_for_a_refusal(facing: ModbusInjector, far: FarEnd) -> None:
    """The status shows the authorisation, so the exception belonged to something else: unknown, not refused."""

    def contradict(end: FarEnd, request: bytes) -> None:
        status = STATUS.encode(msgspec.structs.replace(STATUS_VALUES, authorisation_id=900))
        end.send(crc(bytes([1, 0x97, 3])) if request[1] == 23 else read_answer(request, status))

    far.answer = contradict
    with pytest.raises(BadFrame, match="refuses the authorisation and yet shows it"):
        facing.authorise(fresh(), 0)


@pytest.mark.requirement("LNK-1", "LED-2")
def test_an_acceptance_that_shows_another_authorisation_is_not_believed(facing: ModbusInjector, far: FarEnd) -> None:
    far.answer = answering(STATUS.encode(msgspec.structs.replace(STATUS_VALUES, authorisation_id=899)))
    with pytest.raises(BadFrame, match="does not show this authorisation"):
        facing.authorise(fresh(), 0)
    with pytest.raises(BadFrame, match="does not show this command"):
        facing.command(Command(900, CommandKind.STOP), None)


@pytest.mark.requirement("LNK-2", "WDG-1")
def test_nothing_is_ever_sent_twice(subject: ModbusInjector, bench: OnBench) -> None:
    make_ready(bench, subject)
    bench.do("fault silent on")
    before = bench.frames()
    with pytest.raises(LinkTimeout):
        subject.authorise(fresh(), 0)
    with pytest.raises(LinkTimeout):
        subject.exchange(pedal=False, cursor=1)
    with pytest.raises(LinkTimeout):
        subject.command(Command(950, CommandKind.STOP), None)
    assert bench.frames() == before + 3


# -- commands


@pytest.mark.requirement("STP-1", "LED-3")
@pytest.mark.parametrize("kind", [CommandKind.STOP, CommandKind.VOID, CommandKind.RETRACT])
def test_stop_void_and_retract_go_whatever_the_latch_says(
    subject: ModbusInjector, latch: StopLatch, kind: CommandKind
) -> None:
    latch.raise_epoch(lambda: None)
    subject.command(Command(1, kind), None)
    assert subject.exchange(pedal=False, cursor=1)[0].command_id == 1


@pytest.mark.requirement("STP-1")
@pytest.mark.parametrize("kind", [CommandKind.HOME, CommandKind.PRIME, CommandKind.SYRINGE_CHANGED, CommandKind.GAUGE])
def test_what_moves_needs_the_epoch_it_was_decided_in(
    facing: ModbusInjector, far: FarEnd, latch: StopLatch, kind: CommandKind
) -> None:
    with pytest.raises(ValueError, match="needs the epoch"):
        facing.command(Command(1, kind, 1000), None)
    latch.raise_epoch(lambda: None)
    with pytest.raises(StaleEpoch, match="command"):
        facing.command(Command(1, kind, 1000), 0)
    assert not far.requests


def test_a_command_is_refused_with_its_reason(subject: ModbusInjector, bench: OnBench) -> None:
    make_ready(bench, subject)
    with pytest.raises(Refused, match="command prime") as caught:
        insist(subject, lambda: subject.command(Command(10, CommandKind.PRIME, 500_001), 0))
    assert caught.value.facts["refusal"] in (Refusal.VALUE, Refusal.CONTACT)


def test_a_command_is_one_block_of_its_own(facing: ModbusInjector, far: FarEnd) -> None:
    far.answer = answering(STATUS.encode(msgspec.structs.replace(STATUS_VALUES, command_id=5)))
    command = Command(5, CommandKind.PRIME, 300_000)
    facing.command(command, 0)
    assert far.requests[0][11:-2] == COMMAND.encode(command)


# -- anchors and calibration


@pytest.mark.requirement("LED-11")
def test_an_anchor_is_kept_and_read_back(subject: ModbusInjector) -> None:
    subject.write_anchor(Anchor(5, b"a" * 32))
    subject.write_anchor(Anchor(9, b"b" * 32))
    assert subject.anchors() == AnchorPair(9, b"b" * 32, 5, b"a" * 32)


@pytest.mark.parametrize("shown", [(4, b"a" * 32), (5, b"b" * 32)])
def test_an_anchor_that_does_not_come_back_is_not_believed(
    facing: ModbusInjector, far: FarEnd, shown: tuple[int, bytes]
) -> None:
    far.answer = answering(ANCHOR_PAIR.encode(AnchorPair(*shown, 0, bytes(32))))
    with pytest.raises(BadFrame, match="does not show this anchor"):
        facing.write_anchor(Anchor(5, b"a" * 32))


@pytest.mark.requirement("LIM-5")
def test_a_calibration_is_written_whole_read_back_and_then_selected(subject: ModbusInjector) -> None:
    subject.write_calibration(CALIBRATION_VALUES)
    assert subject.calibration().id == 1
    assert subject.spare_calibration().id == 2
    assert subject.select_calibration(2).id == 2
    assert subject.identity().calibration_id == 2


def test_a_calibration_that_is_none_is_refused(subject: ModbusInjector) -> None:
    with pytest.raises(Refused, match="refused the calibration"):
        subject.write_calibration(msgspec.structs.replace(CALIBRATION_VALUES, depth_scale_ppm=1))
    with pytest.raises(Refused, match="another calibration is in force"):
        subject.select_calibration(3)


def test_a_calibration_that_does_not_come_back_is_not_believed(facing: ModbusInjector, far: FarEnd) -> None:
    far.answer = answering(CALIBRATION.encode(CALIBRATION_VALUES))
    with pytest.raises(BadFrame, match="does not hold this calibration"):
        facing.write_calibration(msgspec.structs.replace(CALIBRATION_VALUES, id=3))
    with pytest.raises(BadFrame, match="another calibration in force"):
        facing.select_calibration(3)


# -- the cable


@pytest.mark.requirement("LNK-3")
def test_unplugged_and_plugged_in_again_it_is_found_by_the_same_name(
    subject: ModbusInjector, bench: OnBench, latch: StopLatch
) -> None:
    subject.exchange(pedal=False, cursor=1)
    bench.do("unplug")
    with pytest.raises(PortGone):
        until(subject, lambda status: False)
    with pytest.raises(PortMissing):
        connect(bench.port, latch, parity="N")
    bench.do("replug")
    bench.do("port")
    assert Path(bench.port).resolve().is_char_device()
    again = connect(bench.port, latch, parity="N", timeout_ms=PATIENT_MS)
    until(again, lambda status: status.lease_echo > 0)
    again.close()


@pytest.mark.requirement("LNK-3")
def test_the_cable_may_come_out_at_any_moment(bench: OnBench, latch: StopLatch) -> None:
    """Another thread pulls the cable while exchanges run: each run ends in a named error, and each replug heals."""
    for cycle in range(8):
        subject = connect(bench.port, latch, parity="N", timeout_ms=PATIENT_MS)
        for _ in range(cycle):
            subject.exchange(pedal=False, cursor=1)
        pulling = threading.Thread(target=bench.do, args=("unplug",))
        pulling.start()
        with pytest.raises((PortGone, LinkTimeout, BadFrame)):
            until(subject, lambda status: False)
        pulling.join()
        with pytest.raises(PortGone):
            until(subject, lambda status: False)
        subject.close()
        bench.do("replug")
        bench.do("port")  # one turn of the bench later the port is there
    assert bench.state()["boot_count"] == 1
