"""Three ways to a controller: the model in virtual time, `python -m hal_sim` on a pseudo-terminal, a real board.

Each carries blocks and does to the device what a person does. Only a simulated one has faults to switch on.
"""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import NamedTuple, Protocol

from drivers.errors import NappageError, Refused
from drivers.link import ModbusLink
from drivers.registers import IDENTITY
from hal_sim.blocks import ModbusException
from hal_sim.rig import Rig

BY_HAND = {
    "trigger down": "Press the trigger and keep it down",
    "trigger up": "Let go of the trigger",
    "contact on": "Close the skin contact and keep it closed",
    "lift": "Let go of the skin contact",
    "stop press": "Press the red button",
    "stop release": "Pull the red button out again",
    "enable on": "Switch the motor supply on",
    "enable off": "Switch the motor supply off",
    "barrel 1": "Put a full 1 mL syringe of water into the clamp",
    "needle fit": "Put a needle on the nozzle; nothing moves it",
    "needle remove": "Take the needle off the nozzle",
    "reset": "Switch the controller off and on again",
}
"""What the console does to a model, in words for a person."""


class Rejected(Exception):
    """The controller answered with a Modbus exception."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception {code:02d}")
        self.code = code


class Line(NamedTuple):
    """A serial line that somebody else may use for a while."""

    port: str
    parity: str


class Wire(Protocol):
    """One way to a controller. `seconds` is its clock."""

    simulated: bool

    def seconds(self) -> float: ...

    def read(self, address: int, registers: int) -> bytes: ...

    def write(self, address: int, data: bytes) -> None: ...

    def exchange(self, address: int, data: bytes, read_address: int, read_registers: int) -> bytes: ...

    def do(self, command: str, meanwhile: Callable[[], object]) -> None: ...

    def close(self) -> None: ...


class InProcess:
    """The model in virtual time; a transaction takes 3 ms, as it does on a serial line."""

    simulated = True

    def __init__(self) -> None:
        self._rig = Rig()
        self._now = 0.0

    def seconds(self) -> float:
        return self._now

    def read(self, address: int, registers: int) -> bytes:
        self._now += 0.003
        with self._translated():
            return self._rig.read(self._now, address, registers)

    def write(self, address: int, data: bytes) -> None:
        self._now += 0.003
        with self._translated():
            self._rig.write(self._now, address, data)

    def exchange(self, address: int, data: bytes, read_address: int, read_registers: int) -> bytes:
        self._now += 0.003
        with self._translated():
            return self._rig.exchange(self._now, address, data, read_address, read_registers)

    def do(self, command: str, meanwhile: Callable[[], object]) -> None:
        del meanwhile
        assert " takes " not in self._rig.do(self._now, command)

    def close(self) -> None:
        """Nothing is open."""

    @contextlib.contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except ModbusException as refused:
            raise Rejected(refused.code) from None


class OnSerialLine:
    """Over the driver's own link."""

    simulated = False

    def seconds(self) -> float:
        return time.monotonic()

    def __init__(self, port: str, parity: str) -> None:
        self.line = Line(port, parity)
        self._link = self._open()

    def read(self, address: int, registers: int) -> bytes:
        with self._translated():
            return self._link.read(address, registers)

    def write(self, address: int, data: bytes) -> None:
        with self._translated():
            self._link.write(address, data)

    def exchange(self, address: int, data: bytes, read_address: int, read_registers: int) -> bytes:
        with self._translated():
            return self._link.exchange(address, data, read_address, read_registers)

    def close(self) -> None:
        self._link.close()

    @contextlib.contextmanager
    def lent(self) -> Generator[Line]:
        """Let go of the port meanwhile: the driver holds it for itself alone."""
        self._link.close()
        try:
            yield self.line
        finally:
            self._link = self._open()

    def _open(self) -> ModbusLink:
        return ModbusLink(self.line.port, parity=self.line.parity, timeout_ms=1000)

    @contextlib.contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except Refused as refused:
            code = refused.facts["exception"]
            assert isinstance(code, int)
            raise Rejected(code) from None


class OnBoard(OnSerialLine):
    """A real board: a person does what is asked, and the lease is kept meanwhile."""

    def __init__(self, port: str, parity: str, ask: Callable[[str], str]) -> None:
        """Have it switched off and on: what was done to it before the run, nobody here knows."""
        self._ask = ask
        ask(f"{BY_HAND['reset']}, then press Enter. ")
        super().__init__(port, parity)

    def do(self, command: str, meanwhile: Callable[[], object]) -> None:
        done = threading.Event()

        def ask() -> None:
            self._ask(f"{BY_HAND[command]}, then press Enter. ")
            done.set()

        threading.Thread(target=ask, daemon=True).start()
        try:
            while not done.wait(0.025):
                meanwhile()
        except NappageError:
            if command != "reset":  # a board that is switched off does not answer, and its port may go away
                raise
            done.wait()
        if command == "reset":
            self._link.close()
            self._link = self._found_again()

    def _found_again(self) -> ModbusLink:
        """The board after a start, once its port is there and it answers."""
        patience = threading.Event()
        for _ in range(100):
            try:
                link = self._open()
                link.read(IDENTITY.address, IDENTITY.registers)
            except NappageError:
                patience.wait(0.1)
            else:
                return link
        raise AssertionError("the board did not come back")


class OnBench(OnSerialLine):
    """`python -m hal_sim` as a process of its own, reached through its port and its console."""

    simulated = True

    def __init__(self, folder: Path, *words: str) -> None:
        places = ["--link", str(folder / "port"), "--console", str(folder / "console")]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hal_sim", *places, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline().startswith("port ")
        super().__init__(str(folder / "port"), "N")
        self._console = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._console.settimeout(10)
        self._console.connect(str(folder / "console"))
        self._answers = self._console.makefile("r", encoding="utf-8")

    def do(self, command: str, meanwhile: Callable[[], object]) -> None:
        del meanwhile
        self._console.sendall(command.encode() + b"\n")
        assert " takes " not in self._answers.readline()

    def state(self) -> dict[str, object]:
        self._console.sendall(b"state\n")
        state: dict[str, object] = json.loads(self._answers.readline())
        return state

    def close(self, how: signal.Signals = signal.SIGTERM) -> None:
        super().close()
        self._answers.close()
        self._console.close()
        self._process.send_signal(how)
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()
