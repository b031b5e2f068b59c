"""A question that was begun and is answered later: over a pseudo-terminal whose far end answers when a test says so.

Nothing here asserts how long something took: the far end answers by an event, or so many ms after it was asked, and
what is looked at is what was taken for an answer, what was sent, and how often.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import msgspec
import pytest

from drivers.errors import BadFrame, LinkTimeout, NappageError, PortGone, Refused, StaleEpoch
from drivers.injector import ModbusInjector, connect
from drivers.link import ModbusLink
from drivers.ports import finished
from drivers.registers import RECORD, STATUS, Command, CommandKind, Status
from drivers.stop import StopLatch
from tests.drivers.far_end import FarEnd, answering, crc, read_answer, silent
from tests.drivers.on_bench import OnBench
from tests.drivers.test_injector import fresh

DATA = bytes(range(8))
LONG_MS = 5_000
"""For what must come in time on any machine."""
STATUS_VALUES = Status(2, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 24_000, 0, 0)


@pytest.fixture
def far() -> Iterator[FarEnd]:
    end = FarEnd(silent)
    yield end
    end.close()


@pytest.fixture
def subject(far: FarEnd) -> Iterator[ModbusLink]:
    link = ModbusLink(far.port, parity="N", timeout_ms=LONG_MS)
    yield link
    link.close()


@pytest.fixture
def injector(far: FarEnd) -> Iterator[ModbusInjector]:
    driver = ModbusInjector(ModbusLink(far.port, parity="N", timeout_ms=LONG_MS), StopLatch())
    yield driver
    driver.close()


def leased(request: bytes, echo: int | None = None, **shown: int) -> bytes:
    """The answer to a lease, or to anything that reads the status with it."""
    counter = int.from_bytes(request[11:13], "big") if echo is None else echo
    data = STATUS.encode(msgspec.structs.replace(STATUS_VALUES, lease_echo=counter, **shown)) + bytes(2 * RECORD.size)
    return read_answer(request, data[: 2 * int.from_bytes(request[4:6], "big")])


@pytest.mark.requirement("WDG-1", "LNK-2")
def test_an_answer_is_not_there_before_it_comes_and_is_taken_once_it_has_come(subject: ModbusLink, far: FarEnd) -> None:
    asked = subject.begin(0x1000, b"\0\1", 0, 4)
    request = far.next_request()
    assert asked.take(0.0) is None
    assert asked.take(0.005) is None
    far.send(read_answer(request, DATA))
    assert finished(asked) == DATA
    assert len(far.requests) == 1
    assert (subject.statistics.good, subject.statistics.timeouts, subject.statistics.stray_bytes) == (1, 0, 0)


@pytest.mark.requirement("WDG-1")
def test_without_another_word_a_request_has_40_ms_from_its_sending(far: FarEnd) -> None:
    with closing(ModbusLink(far.port, parity="N")) as link:
        asked = link.begin_read(0, 4)
        assert asked.expires - asked.sent == pytest.approx(0.040)


@pytest.mark.requirement("LNK-1")
def test_an_answer_that_comes_in_pieces_is_put_together_over_several_looks(subject: ModbusLink, far: FarEnd) -> None:
    asked = subject.begin_read(0, 4)
    answer = read_answer(far.next_request(), DATA)
    for byte in answer[:-1]:
        far.send(bytes([byte]))
        assert asked.take(0.001) is None
    far.send(answer[-1:])
    assert finished(asked) == DATA


@pytest.mark.requirement("WDG-1", "LNK-1")
@pytest.mark.parametrize("late_ms", [5, 15, 30, 39])
def test_an_answer_within_its_time_counts_however_often_it_was_looked_for(far: FarEnd, late_ms: int) -> None:
    """The driver's 40 ms are scaled by ten: a loaded machine is late by more than the one ms that 39 ms leave."""
    link = ModbusLink(far.port, parity="N", timeout_ms=400)
    ended = threading.Event()

    def later(end: FarEnd, request: bytes) -> None:
        ended.wait(late_ms / 100)
        end.send(read_answer(request, DATA))

    far.answer = later
    asked = link.begin(0x1000, b"\0\1", 0, 4)
    answer = None
    try:
        while answer is None:
            answer = asked.take(0.006)
    except LinkTimeout:
        assert late_ms == 39, "on a machine that lost 10 ms the last one may miss its time, and is one time-out then"
        assert link.statistics.timeouts == 1
    else:
        assert answer == DATA
    assert len(far.requests) == 1
    ended.set()
    link.close()


@pytest.mark.requirement("WDG-1", "LNK-1")
def test_an_answer_after_its_time_is_a_time_out_even_when_it_is_there(far: FarEnd) -> None:
    link = ModbusLink(far.port, parity="N", timeout_ms=40)
    asked = link.begin(0x1000, b"\0\1", 0, 4)
    request = far.next_request()
    while time.monotonic() < asked.expires:
        threading.Event().wait(0.001)
    far.send(read_answer(request, DATA))
    with pytest.raises(LinkTimeout, match="40 ms"):
        asked.take(1.0)
    assert link.statistics.timeouts == 1
    far.answer = answering(DATA[::-1])
    link.timeout_ms = LONG_MS
    assert link.exchange(0x1000, b"\0\2", 0, 4) == DATA[::-1], "the late one is dropped before the next is sent"
    assert link.statistics.stray_bytes == len(read_answer(request, DATA))
    link.close()


@pytest.mark.requirement("LNK-2", "LED-2")
def test_beginning_another_one_waits_for_the_first_and_loses_no_answer(subject: ModbusLink, far: FarEnd) -> None:
    first = subject.begin(0x1000, b"\0\1", 0, 4)
    request = far.next_request()
    far.answer = answering(DATA[::-1])
    begun: list[object] = []
    beginning = threading.Thread(target=lambda: begun.append(subject.begin(0x1000, b"\0\2", 0, 4)))
    beginning.start()
    beginning.join(0.03)
    assert len(far.requests) == 1, "nothing is sent while an answer is on its way"
    far.send(read_answer(request, DATA))
    beginning.join(10)
    assert finished(begun[0]) == DATA[::-1]  # type: ignore[arg-type]
    assert first.take(0.0) == DATA
    assert first.take(0.0) == DATA
    assert len(far.requests) == 2


@pytest.mark.requirement("LNK-2", "LED-2")
@pytest.mark.parametrize("ends", ["silence", "garbage", "refusal"])
def test_what_the_first_one_came_to_is_kept_for_whoever_began_it(far: FarEnd, ends: str) -> None:
    subject = ModbusLink(far.port, parity="N", timeout_ms=300)
    first = subject.begin(0x1000, b"\0\1", 0, 4)
    request = far.next_request()
    far.answer = answering(DATA)
    match ends:
        case "garbage":
            far.send(b"\x01\x17\x08" + bytes(10))
        case "refusal":
            far.send(crc(bytes([1, request[1] | 0x80, 3])))
        case _:
            pass
    assert subject.read(0, 4) == DATA
    kind = {"silence": LinkTimeout, "garbage": BadFrame, "refusal": Refused}[ends]
    for _ in range(2):
        with pytest.raises(kind):
            first.take(0.0)
    assert len(far.requests) == 2
    statistics = subject.statistics
    assert (statistics.timeouts, statistics.bad, statistics.refused) == (
        ends == "silence",
        ends == "garbage",
        ends == "refusal",
    )
    subject.close()


@pytest.mark.requirement("LNK-3")
def test_unplugged_in_flight_it_is_gone_and_the_next_one_as_well(subject: ModbusLink, far: FarEnd) -> None:
    asked = subject.begin(0x1000, b"\0\1", 0, 4)
    far.next_request()
    assert asked.take(0.0) is None
    far.unplug()
    with pytest.raises(PortGone):
        asked.take(1.0)
    with pytest.raises(PortGone):
        subject.begin(0x1000, b"\0\2", 0, 4)


@pytest.mark.requirement("LNK-3")
def test_unplugged_while_another_one_is_begun_both_are_told(subject: ModbusLink, far: FarEnd) -> None:
    first = subject.begin(0x1000, b"\0\1", 0, 4)
    far.next_request()
    far.unplug()
    with pytest.raises(PortGone):
        subject.begin_read(0, 4)
    with pytest.raises(PortGone):
        first.take(0.0)


@pytest.mark.requirement("LNK-3")
def test_closed_in_flight_nobody_takes_an_answer_any_more(subject: ModbusLink, far: FarEnd) -> None:
    asked = subject.begin(0x1000, b"\0\1", 0, 4)
    request = far.next_request()
    subject.close()
    far.send(read_answer(request, DATA))
    with pytest.raises(PortGone):
        asked.take(1.0)


@pytest.mark.requirement("LNK-3", "LED-4")
def test_plugged_in_again_the_question_of_before_is_not_answered_on_the_new_line(
    bench: OnBench,
) -> None:
    latch = StopLatch()
    before = connect(bench.port, latch, parity="N", timeout_ms=LONG_MS)
    before.exchange(pedal=False, cursor=1)
    bench.do("fault silent on")
    asked = before.begin_exchange(pedal=False, cursor=1)
    assert asked.take(0.0) is None
    bench.do("unplug")
    bench.do("fault silent off")
    with pytest.raises(PortGone):
        asked.take(10.0)
    bench.do("replug")
    bench.do("port")
    again = connect(bench.port, latch, parity="N", timeout_ms=LONG_MS)
    with pytest.raises(PortGone):
        before.begin_exchange(pedal=False, cursor=1)
    again.exchange(pedal=False, cursor=1)
    assert again.exchange(pedal=False, cursor=1)[0].lease_echo == 2
    again.close()


@pytest.mark.requirement("LNK-1")
def test_a_lease_is_held_against_its_own_counter_when_it_is_taken_late(injector: ModbusInjector, far: FarEnd) -> None:
    far.answer = lambda end, request: end.send(leased(request))
    injector.exchange(pedal=False, cursor=1)
    far.answer = silent
    far.next_request()  # the first's own: it may be noted only after it was answered
    second = injector.begin_exchange(pedal=False, cursor=1)
    request = far.next_request()
    assert second.take(0.0) is None
    far.send(leased(request))
    status, records = finished(second)
    assert (status.lease_echo, records) == (2, ())
    third = injector.begin_exchange(pedal=False, cursor=1)
    far.send(leased(far.next_request(), echo=2))
    with pytest.raises(BadFrame, match="an earlier lease"):
        finished(third)


@pytest.mark.requirement("STP-1", "LNK-2")
def test_a_stop_while_the_first_is_waited_out_keeps_the_second_back(far: FarEnd) -> None:
    latch = StopLatch()
    injector = ModbusInjector(ModbusLink(far.port, parity="N", timeout_ms=LONG_MS), latch)
    lease = injector.begin_exchange(pedal=False, cursor=1)
    request = far.next_request()
    found: list[NappageError] = []

    def authorise() -> None:
        try:
            injector.begin_authorise(fresh(), 0)
        except StaleEpoch as error:
            found.append(error)

    beginning = threading.Thread(target=authorise)
    beginning.start()
    beginning.join(0.03)
    latch.raise_epoch(lambda: None)
    far.send(leased(request))
    beginning.join(10)
    assert len(found) == 1
    assert finished(lease)[0].lease_echo == 1
    assert len(far.requests) == 1, "not a byte of it"
    injector.close()


@pytest.mark.requirement("LED-2")
def test_a_late_refusal_is_explained_by_a_reading_that_may_be_late_as_well(
    injector: ModbusInjector, far: FarEnd
) -> None:
    command = injector.begin_command(Command(7, CommandKind.VOID), None)
    request = far.next_request()
    assert command.take(0.0) is None
    far.send(crc(bytes([1, request[1] | 0x80, 3])))
    reading = None
    while reading is None:
        assert command.take(0.01) is None
        reading = far.requests[1] if len(far.requests) > 1 else None
    assert reading[1] in (3, 4)
    far.send(read_answer(reading, STATUS.encode(msgspec.structs.replace(STATUS_VALUES, refusal=2))))
    with pytest.raises(Refused, match="not higher than the last one"):
        finished(command)
    assert len(far.requests) == 2


@pytest.mark.requirement("LED-2", "LNK-2")
def test_a_refusal_whose_reading_is_refused_too_is_told_and_asked_no_further(
    injector: ModbusInjector, far: FarEnd
) -> None:
    far.answer = lambda end, request: end.send(crc(bytes([1, request[1] | 0x80, 3])))
    with pytest.raises(Refused):
        finished(injector.begin_command(Command(7, CommandKind.VOID), None))
    assert len(far.requests) == 2


def test_what_is_in_flight_tells_when_its_time_is_over_and_where_its_answer_comes(
    injector: ModbusInjector, far: FarEnd
) -> None:
    asked = injector.begin_identity()
    request = far.next_request()
    assert asked.expires > time.monotonic()
    assert not select.select([injector.fileno()], [], [], 0)[0]
    far.send(crc(bytes([1, request[1] | 0x80, 2])))
    assert select.select([injector.fileno()], [], [], 10)[0]
    with pytest.raises(Refused):
        finished(asked)
