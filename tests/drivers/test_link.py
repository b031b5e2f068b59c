"""The link against a far end that answers named bytes: each way a line can lie, and each way a port can fail."""

from __future__ import annotations

import contextlib
import os
import select
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from drivers.errors import (
    BadFrame,
    LinkTimeout,
    NappageError,
    NotAnInjector,
    PortBusy,
    PortForbidden,
    PortGone,
    PortMissing,
    Refused,
)
from drivers.link import SETTLE_S, ModbusLink
from tests.drivers.far_end import FarEnd, answering, crc, read_answer, silent

DATA = bytes(range(8))


@pytest.fixture
def far() -> Iterator[FarEnd]:
    end = FarEnd(answering(DATA))
    yield end
    end.close()


@pytest.fixture
def subject(far: FarEnd) -> Iterator[ModbusLink]:
    link = ModbusLink(far.port, parity="N", timeout_ms=250)  # a loaded machine answers later than a Pi
    yield link
    link.close()


def handles(port: str) -> int:
    """How many descriptors of this process stand for `port`."""
    count = 0
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            count += str(entry.readlink()).startswith(port)
    return count


def test_a_read_returns_the_bytes_in_wire_order(subject: ModbusLink, far: FarEnd) -> None:
    assert subject.read(0x0100, 4) == DATA
    assert far.requests == [crc(bytes([1, 3, 1, 0, 0, 4]))]
    assert (subject.statistics.good, subject.statistics.bad, subject.statistics.timeouts) == (1, 0, 0)
    assert subject.statistics.slowest_ms > 0


def test_a_write_carries_the_bytes_and_is_confirmed(subject: ModbusLink, far: FarEnd) -> None:
    far.answer = lambda end, request: end.send(crc(request[:6]))
    subject.write(0x1030, b"\x12\x34\x56\x78")
    assert far.requests == [crc(bytes([1, 16, 0x10, 0x30, 0, 2, 4, 0x12, 0x34, 0x56, 0x78]))]


def test_an_exchange_writes_and_reads_in_one_frame(subject: ModbusLink, far: FarEnd) -> None:
    assert subject.exchange(0x1000, b"\xab\xcd", 0x0100, 4) == DATA
    assert far.requests == [crc(bytes([1, 23, 1, 0, 0, 4, 0x10, 0, 0, 1, 2, 0xAB, 0xCD]))]


@pytest.mark.requirement("LNK-1")
def test_corruption_of_any_bit_is_never_taken_for_an_answer(subject: ModbusLink, far: FarEnd) -> None:
    size = len(read_answer(b"\x01\x03", DATA[:2]))
    for bit in range(8 * size):

        def flip(end: FarEnd, request: bytes, bit: int = bit) -> None:
            answer = bytearray(read_answer(request, DATA[:2]))
            answer[bit // 8] ^= 1 << bit % 8
            end.send(bytes(answer))

        far.answer = flip
        with pytest.raises((BadFrame, LinkTimeout)):
            subject.read(0, 1)
    assert len(far.requests) == 8 * size
    assert subject.statistics.bad + subject.statistics.timeouts == 8 * size


@pytest.mark.requirement("LNK-1", "LNK-2")
def test_loss_of_an_answer_is_a_timeout_and_the_request_is_sent_once(subject: ModbusLink, far: FarEnd) -> None:
    far.answer = silent
    with pytest.raises(LinkTimeout, match="250 ms"):
        subject.exchange(0x1010, DATA, 0x0100, 4)
    assert len(far.requests) == 1
    assert subject.statistics.timeouts == 1


@pytest.mark.requirement("LNK-1")
def test_loss_of_the_end_of_an_answer_is_a_timeout(subject: ModbusLink, far: FarEnd) -> None:
    far.answer = lambda end, request: end.send(read_answer(request, DATA)[:-1])
    with pytest.raises(LinkTimeout):
        subject.read(0, 4)


class Polled:
    """A poll that keeps how long each was asked to wait, ms."""

    def __init__(self, poll: select.poll) -> None:
        self._poll = poll
        self.asked: list[float] = []

    def poll(self, ms: float) -> list[tuple[int, int]]:
        self.asked.append(ms)
        return self._poll.poll(ms)


@pytest.mark.requirement("LNK-1")
@pytest.mark.parametrize("trouble", ["lost", "corrupt", "distrusted", "none"])
def test_after_any_trouble_the_next_request_waits_for_a_line_that_is_silent(
    subject: ModbusLink, far: FarEnd, trouble: str
) -> None:
    """A late answer comes into that silence, and is dropped there."""
    if trouble == "lost":
        far.answer = silent
    elif trouble == "corrupt":
        far.answer = lambda end, request: end.send(read_answer(request, DATA)[:-1] + b"?")
    with contextlib.suppress(LinkTimeout, BadFrame):
        subject.read(0, 4)
        if trouble == "distrusted":
            raise subject.distrust("it shows something else")
    far.answer = answering(DATA)
    polled = subject._poll = Polled(subject._poll)  # type: ignore[assignment]
    assert subject.read(0, 4) == DATA
    assert (polled.asked[0] == SETTLE_S * 1000) is (trouble != "none")


@pytest.mark.requirement("LNK-1", "LED-2")
def test_a_request_that_the_port_takes_only_half_of_is_a_bad_frame(
    subject: ModbusLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as halved:
        halved.setattr("drivers.link.os", SimpleNamespace(write=lambda port, frame: os.write(port, frame[:4])))
        with pytest.raises(BadFrame, match="could not be written whole"):
            subject.read(0, 4)
    assert (subject.statistics.bad, subject.statistics.timeouts) == (1, 0)


@pytest.mark.requirement("LNK-1")
def test_a_repeated_answer_is_not_taken_for_the_next_one(subject: ModbusLink, far: FarEnd) -> None:
    far.answer = lambda end, request: end.send(2 * read_answer(request, DATA))
    assert subject.exchange(0x1000, b"\0\1", 0, 4) == DATA
    far.answer = answering(DATA[::-1])
    assert subject.exchange(0x1000, b"\0\2", 0, 4) == DATA[::-1]
    assert subject.statistics.stray_bytes == len(read_answer(b"\1\x17", DATA))


@pytest.mark.requirement("LNK-1")
def test_bytes_that_lay_on_the_line_before_the_request_are_dropped_and_counted(
    subject: ModbusLink, far: FarEnd
) -> None:
    subject.read(0, 4)
    far.send(b"\x01\x04\x08")
    assert subject.read(0, 4) == DATA
    assert subject.statistics.stray_bytes == 3


@pytest.mark.requirement("LNK-1")
def test_bytes_inserted_before_the_answer_spoil_it(subject: ModbusLink, far: FarEnd) -> None:
    far.answer = lambda end, request: end.send(b"\x01" + read_answer(request, DATA))
    with pytest.raises(BadFrame):
        subject.read(0, 4)
    far.answer = answering(DATA)
    assert subject.read(0, 4) == DATA


@pytest.mark.requirement("LNK-1")
def test_the_answer_to_an_earlier_read_is_not_taken_for_the_present_one(subject: ModbusLink, far: FarEnd) -> None:
    """Delay and reordering: the first answer comes when the second request has been sent."""
    far.answer = silent
    with pytest.raises(LinkTimeout):
        subject.read(0, 4)
    first = far.next_request()
    far.answer = lambda end, request: end.send(read_answer(first, DATA) + read_answer(request, DATA[::-1]))
    with pytest.raises(BadFrame, match="function 3"):
        subject.read(0, 4)
    far.answer = answering(DATA)
    assert subject.read(0, 4) == DATA


@pytest.mark.requirement("LNK-1")
def test_an_answer_that_comes_after_the_timeout_is_waited_out(subject: ModbusLink, far: FarEnd) -> None:
    far.answer = silent
    with pytest.raises(LinkTimeout):
        subject.exchange(0x1000, b"\0\1", 0, 4)
    far.send(read_answer(far.next_request(), DATA))
    far.answer = answering(DATA[::-1])
    assert subject.exchange(0x1000, b"\0\2", 0, 4) == DATA[::-1]


@pytest.mark.requirement("LNK-1")
@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda request: crc(b"\x02" + read_answer(request, DATA)[1:-2]), "unit 2"),
        (lambda request: crc(b"\x01\x10" + request[2:5]), "function 16"),
        (lambda request: read_answer(request, DATA[:6]), "6 bytes instead of 8"),
        (lambda request: read_answer(request, DATA + DATA), "16 bytes instead of 8"),
        (lambda request: crc(bytes([1, (request[1] ^ 7) | 0x80, 2])), "function 4"),
    ],
)
def test_an_answer_of_another_unit_function_or_length_is_refused(
    subject: ModbusLink, far: FarEnd, spoil: object, why: str
) -> None:
    assert callable(spoil)
    far.answer = lambda end, request: end.send(spoil(request))
    with pytest.raises(BadFrame, match=why):
        subject.read(0, 4)


@pytest.mark.requirement("LNK-1")
def test_the_confirmation_of_another_write_is_refused(subject: ModbusLink, far: FarEnd) -> None:
    far.answer = lambda end, request: end.send(crc(b"\x01\x10\x10\x31\x00\x01"))
    with pytest.raises(BadFrame, match="another write"):
        subject.write(0x1030, b"\0\0")


@pytest.mark.requirement("LNK-1")
def test_nothing_is_sent_into_a_line_that_does_not_fall_silent(far: FarEnd) -> None:
    subject = ModbusLink(far.port, parity="N", timeout_ms=30)
    far.answer = silent
    with pytest.raises(LinkTimeout):
        subject.read(0, 4)
    ended = threading.Event()

    def babble() -> None:
        while not ended.wait(0.001):
            far.send(b"\x55")

    noise = threading.Thread(target=babble)
    noise.start()
    try:
        refused = ""
        for _ in range(200):  # a loaded machine may starve the noise for the 10 ms that count as silence
            asked = len(far.requests)
            with pytest.raises((BadFrame, LinkTimeout)) as caught:
                subject.read(0, 4)
            refused = str(caught.value)
            if "the line does not fall silent" in refused:
                assert len(far.requests) == asked
                break
        assert "the line does not fall silent" in refused
    finally:
        ended.set()
        noise.join()
        subject.close()


def test_an_exception_names_its_number_and_what_was_refused(subject: ModbusLink, far: FarEnd) -> None:
    far.answer = lambda end, request: end.send(crc(bytes([1, request[1] | 0x80, 2])))
    with pytest.raises(Refused, match="refused the read \\(exception 02, it has no such registers") as caught:
        subject.read(0x4000, 4)
    assert caught.value.facts["exception"] == 2
    assert subject.statistics.refused == 1


@pytest.mark.requirement("LNK-2")
def test_a_device_that_takes_no_bytes_ends_in_a_write_timeout(subject: ModbusLink, far: FarEnd) -> None:
    far.deafen()
    stuffing = os.open(far.port, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        room = select.poll()
        room.register(stuffing, select.POLLOUT)
        while room.poll(50):  # the kernel makes room a few times before the line is full
            with contextlib.suppress(BlockingIOError):
                os.write(stuffing, bytes(4096))
        with pytest.raises(LinkTimeout, match="8 ms"):
            subject.read(0, 4)
    finally:
        os.close(stuffing)


@pytest.mark.requirement("LNK-3")
def test_a_device_unplugged_while_it_is_asked_is_gone_and_its_handle_is_closed(
    subject: ModbusLink, far: FarEnd
) -> None:
    far.answer = lambda end, request: end.unplug()
    assert handles(far.port) == 2  # the far end's and the link's
    with pytest.raises(PortGone, match="unplugged"):
        subject.read(0, 4)
    assert handles(far.port) == 0
    with pytest.raises(PortGone):
        subject.read(0, 4)


@pytest.mark.requirement("LNK-3")
def test_a_device_unplugged_between_two_requests_is_gone(subject: ModbusLink, far: FarEnd) -> None:
    subject.read(0, 4)
    far.unplug()
    with pytest.raises(PortGone):
        subject.exchange(0, b"\0\0", 0, 4)
    subject.close()


def test_a_port_that_is_not_there_is_named() -> None:
    with pytest.raises(PortMissing, match=r"E101: The injector's port /dev/no-such-port does not exist"):
        ModbusLink("/dev/no-such-port", parity="N")


def test_a_port_without_permission_is_named(far: FarEnd) -> None:
    Path(far.port).chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        with pytest.raises(PortForbidden, match="E102: There is no permission to open"):
            ModbusLink(far.port, parity="N")
    finally:
        if root:
            os.seteuid(0)
        Path(far.port).chmod(0o600)


def test_a_port_that_another_program_holds_is_named(subject: ModbusLink, far: FarEnd) -> None:
    with pytest.raises(PortBusy, match="E103"):
        ModbusLink(far.port, parity="N")


@pytest.mark.parametrize("port", ["/dev/null", "/tmp"])
def test_what_is_no_serial_port_is_no_injector(port: str) -> None:
    with pytest.raises(NotAnInjector, match="E107"):
        ModbusLink(port, parity="N")


def test_a_port_that_refuses_the_parity_is_no_injector(far: FarEnd) -> None:
    with pytest.raises(NotAnInjector, match="E107"):
        ModbusLink(far.port, parity="E")


def test_the_gate_decides_the_moment_of_sending(subject: ModbusLink, far: FarEnd) -> None:
    seen: list[int] = []

    def gate(send: object) -> None:
        assert callable(send)
        seen.append(len(far.requests))
        send()

    subject.exchange(0x1010, DATA, 0, 4, gate=gate)
    assert seen == [0]
    assert len(far.requests) == 1


def test_a_gate_that_refuses_keeps_every_byte_back(subject: ModbusLink, far: FarEnd) -> None:
    class Shut(NappageError):
        pass

    def gate(send: object) -> None:
        raise Shut

    with pytest.raises(Shut):
        subject.exchange(0x1010, DATA, 0, 4, gate=gate)
    assert subject.read(0, 4) == DATA
    assert len(far.requests) == 1
