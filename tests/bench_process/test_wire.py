"""The simulated device's serial line, spoken to by pymodbus's own client and by raw bytes."""

from __future__ import annotations

import os
import select
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymodbus.client import ModbusSerialClient
from pymodbus.framer import FramerRTU

from drivers.registers import COMMAND, IDENTITY, LEASE, STATUS, Command, CommandKind, Lease
from tests.drivers.far_end import crc
from tests.drivers.on_bench import OnBench


@pytest.fixture
def subject(tmp_path: Path) -> Iterator[OnBench]:
    running = OnBench(tmp_path)
    yield running
    running.close()


class Raw:
    """A descriptor on the line, for frames that no proper client would send."""

    def __init__(self, port: str) -> None:
        self._port = os.open(port, os.O_RDWR | os.O_NOCTTY)

    def ask(self, *parts: bytes) -> bytes:
        """Send the parts as one frame; the answer, or nothing when the bench threw the frame away."""
        for part in parts:
            os.write(self._port, part)
        return self.hear()

    def hear(self, patience_ms: int = 2000) -> bytes:
        ready, _, _ = select.select([self._port], [], [], patience_ms / 1000)
        return os.read(self._port, 512) if ready else b""

    def send(self, part: bytes) -> None:
        os.write(self._port, part)

    def close(self) -> None:
        os.close(self._port)


@pytest.fixture
def raw(subject: OnBench) -> Iterator[Raw]:
    line = Raw(subject.port)
    yield line
    line.close()


def registers(data: bytes) -> list[int]:
    return [int.from_bytes(data[place : place + 2], "big") for place in range(0, len(data), 2)]


def test_anything_that_speaks_modbus_can_play(subject: OnBench) -> None:
    client = ModbusSerialClient(subject.port, baudrate=460_800, timeout=2, retries=0)
    assert client.connect()
    try:
        for read in (client.read_holding_registers, client.read_input_registers):
            answer = read(IDENTITY.address, count=IDENTITY.registers, device_id=1)
            assert answer.registers[0] == 1
        lease = registers(LEASE.encode(Lease(1, 0, 1)))
        answer = client.readwrite_registers(
            read_address=STATUS.address,
            read_count=STATUS.registers,
            write_address=LEASE.address,
            values=lease,
            device_id=1,
        )
        assert len(answer.registers) == STATUS.registers
        command = registers(COMMAND.encode(Command(1, CommandKind.VOID)))
        assert not client.write_registers(COMMAND.address, command, device_id=1).isError()
        refused = client.write_registers(COMMAND.address, command, device_id=1)
        assert refused.exception_code == 3
        nowhere = client.read_holding_registers(0x4000, count=1, device_id=1)
        assert nowhere.exception_code == 2
    finally:
        client.close()


def test_enable_can_be_played_from_the_console_while_no_program_is_wired(subject: OnBench) -> None:
    assert subject.do("panel") == "not wired"
    assert subject.do("enable on") == "enable on"
    assert subject.until(lambda state: state["feedback"])["supply_mv"] > 0
    assert subject.do("enable off") == "enable off"
    assert not subject.until(lambda state: not state["feedback"])["enable"]
    assert subject.do("enable maybe").startswith("error")


@pytest.mark.parametrize(
    ("request_", "exception"),
    [
        (bytes([1, 1, 0, 0, 0, 1]), 1),
        (bytes([1, 6, 0x10, 0, 0, 1]), 1),
        (bytes([1, 0x2B, 0x0E, 1, 0]), 1),
        (bytes([1, 3, 0x40, 0, 0, 1]), 2),
        (bytes([1, 3, 0, 0, 0, 0]), 3),
        (bytes([1, 4, 0, 0, 0, 126]), 3),
        (bytes([1, 16, 0x10, 0, 0, 2, 2, 0, 1]), 3),
        (bytes([1, 16, 0x10, 0, 0, 0, 0]), 3),
        (bytes([1, 16, 0x10, 0, 0, 1, 2, 0, 1]), 3),
        (bytes([1, 16, 0x40, 0, 0, 1, 2, 0, 1]), 2),
        (bytes([1, 16, 0x10, 0, 0, 3, 8, *bytes(8)]), 3),
        (bytes([1, 23, 1, 0, 0, 1, 0x10, 0, 0, 3, 8, *bytes(8)]), 3),
        (bytes([1, 23, 0, 0, 0, 1, 0x10, 0, 0, 2, 2, 0, 1]), 3),
        (bytes([1, 23, 0, 0, 0, 0, 0x10, 0, 0, 1, 2, 0, 1]), 3),
        (bytes([1, 23, 0, 0, 0, 126, 0x10, 0, 0, 1, 2, 0, 1]), 3),
    ],
)
def test_what_cannot_be_done_is_answered_with_its_exception(raw: Raw, request_: bytes, exception: int) -> None:
    assert raw.ask(crc(request_)) == crc(bytes([1, request_[1] | 0x80, exception]))


def test_a_frame_may_come_in_pieces(raw: Raw) -> None:
    frame = crc(bytes([1, 3, 0, 0, 0, 1]))
    assert raw.ask(frame[:3], frame[3:]) == crc(bytes([1, 3, 2, 0, 1]))


@pytest.mark.requirement("LNK-1")
@pytest.mark.parametrize(
    "frame",
    [
        crc(bytes([1, 3, 0, 0, 0, 1]))[:-1] + b"\x00",
        crc(bytes([2, 3, 0, 0, 0, 1])),
        crc(bytes([0, 16, 0x10, 0x30, 0, 5, 10, 0, 0, 0, 1, 0, 5, 0, 0, 0, 0])),
        b"\x01",
        crc(bytes([1, 3, 0, 0, 0, 1])) + b"\x00",
    ],
    ids=["damaged", "another unit's", "broadcast", "one byte", "followed by a byte"],
)
def test_what_is_no_frame_for_this_unit_is_neither_answered_nor_acted_on(
    subject: OnBench, raw: Raw, frame: bytes
) -> None:
    raw.send(frame)
    assert raw.hear(50) == b""
    assert raw.ask(crc(bytes([1, 3, 1, 8, 0, 1]))) == crc(bytes([1, 3, 2, 0, 0]))  # no command was taken
    assert subject.frames() == 1


def test_a_pseudo_terminal_has_no_parity(raw: Raw, subject: OnBench) -> None:
    attributes = termios.tcgetattr(os.open(subject.port, os.O_RDWR | os.O_NOCTTY))
    assert not attributes[2] & termios.PARENB


def test_nobody_reading_never_stops_the_device(subject: OnBench, raw: Raw) -> None:
    frame = crc(bytes([1, 3, 0, 0x40, 0, 24]))
    for _ in range(200):
        raw.send(frame)
        if "dropped 0" not in subject.do("frames"):
            break
    assert subject.state()["boot_count"] == 1


@pytest.mark.requirement("LNK-1")
def test_two_bytes_alone_are_thrown_away_whatever_function_they_name(subject: OnBench, raw: Raw) -> None:
    """The library looks at a third byte of some functions to find out what they are."""
    for dropped, function in enumerate((0, 3, 7, 8, 16, 23, 0x2B, 0x83, 0xFF), start=1):
        raw.send(bytes([1, function]))
        seen = ""
        while seen != f"frames 0 dropped {dropped}":  # a pseudo-terminal delivers in its own time
            seen = subject.do("frames")
            assert int(seen.split()[-1]) <= dropped, f"function {function}: {seen}"
    assert raw.ask(crc(bytes([1, 3, 0, 0, 0, 1]))) == crc(bytes([1, 3, 2, 0, 1]))


@pytest.mark.requirement("LNK-1")
def test_an_endless_noise_is_one_run_of_bytes_that_is_no_frame(subject: OnBench, raw: Raw) -> None:
    for _ in range(8):
        raw.send(b"\x55" * 512)
    assert raw.hear(50) == b""
    assert raw.ask(crc(bytes([1, 3, 0, 0, 0, 1]))) == crc(bytes([1, 3, 2, 0, 1]))


def test_a_reset_in_the_middle_of_a_write_answers_nothing(subject: OnBench, raw: Raw) -> None:
    subject.do("power-cut 3")
    command = COMMAND.encode(Command(1, CommandKind.VOID))
    raw.send(crc(bytes([1, 16, 0x10, 0x30, 0, 5, 10]) + command))
    assert raw.hear(50) == b""
    assert subject.state()["boot_count"] == 2


def test_unplugging_hangs_up_and_the_link_follows_to_the_next_terminal(subject: OnBench, raw: Raw) -> None:
    first = subject.do("port")
    assert subject.do("unplug") == "ok"
    assert subject.do("port") == "unplugged"
    with pytest.raises(OSError, match="Input/output"):
        raw.send(b"\x01")
    assert not Path(subject.port).is_symlink()
    subject.do("replug")
    again = subject.do("port")
    assert again.startswith("port /dev/")
    assert again == f"port {Path(subject.port).readlink()}"
    assert subject.said == [first, "unplugged", again]


def test_the_framer_of_the_library_agrees_with_the_known_crc() -> None:
    """The example of the Modbus over serial line specification: 02 07 has CRC 41 12."""
    assert FramerRTU.compute_CRC(b"\x02\x07") == 0x4112
