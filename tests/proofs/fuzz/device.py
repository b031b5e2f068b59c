"""The device's end in one process: the bench's wire and device, on a line of two buffers, in time that a case moves.

Only this file knows how a device is brought into a state, put away there and taken out again as it was.
"""

from __future__ import annotations

import pickle
from functools import cache

from drivers.registers import CommandKind, Mode
from hal_sim.blocks import Registers
from hal_sim.rig import Rig
from hal_sim.wire import SILENCE_S, Wire
from tests.hal_sim.host import Host

STATES = (
    "unhomed", "ready", "on skin", "held", "armed", "stroke", "homing", "fault", "lapsed", "dark", "full", "worn",
)  # fmt: skip
"""Where a device can be when rubbish arrives. In "held" the trigger is down and nothing is authorised; in "lapsed" no
lease lives, in "dark" there is no supply; "full" has records that nobody acknowledged, "worn" a counter at its end."""
RUN_SILENCE_S = SILENCE_S + 0.000_5


def _bring(state: str) -> Host:
    host = Host()
    if state == "unhomed":
        host.do("barrel 1")
        host.wait(0.05)
        host.enable()
        return host
    host.ready()
    match state:
        case "on skin" | "held":
            host.do("contact on", *(["trigger down"] if state == "held" else []))
        case "armed":
            host.armed(mode=Mode.CONTINUOUS, shots=20, valid_ms=65_000)
        case "stroke":
            host.stroke_at(600, depth_um=4000, dose_nl=100_000, interval_ms=2000, mode=Mode.SINGLE)
        case "homing":
            host.command(CommandKind.HOME)
        case "fault":
            host.stroke_at()
            host.do("contact off")
            host.wait(0.3)
        case "dark":
            host.rig.set_enable(host.now, False)
            host.wait(0.5)
        case "full":
            host.rig.controller.journal.lifetime_shots = 520
            host.rig.controller.acknowledged = 10
            host.cursor = 10
        case "worn":
            host.rig.controller.journal.lifetime_nl = (1 << 64) - 50_000
        case _:
            pass
    host.beat()
    if state == "lapsed":
        host.now += 0.5
        host.rig.advance(host.now)
    return host


@cache
def _put_away(state: str) -> tuple[bytes, int, float, int]:
    host = _bring(state)
    kept = {name: value for name, value in vars(host.rig).items() if name != "registers"}
    return pickle.dumps(kept, pickle.HIGHEST_PROTOCOL), host.counter, host.now, host.cursor


class Bytes:
    """The device's end of a line that is nothing but two buffers, in the place of a pseudo-terminal."""

    def __init__(self) -> None:
        self.to_device = b""
        self.from_device = b""

    def read(self) -> bytes:
        data, self.to_device = self.to_device[:4096], self.to_device[4096:]
        return data

    def write(self, data: bytes) -> bool:
        self.from_device += data
        return True


class Station:
    """One device and its wire. `now` moves with what is sent; `counter` is that of the last good lease."""

    def __init__(self) -> None:
        self._line = Bytes()
        self.rig = Rig()
        self.wire = Wire(self.rig)
        self.counter = 0
        self.cursor = 1
        self.now = 0.0
        self.rested = False
        """Whether nothing moved when the last bytes came."""

    def take_out(self, state: str) -> None:
        """Begin from `state` again, just as it was."""
        image, self.counter, self.now, self.cursor = _put_away(state)
        rig = Rig.__new__(Rig)
        vars(rig).update(pickle.loads(image))
        rig.registers = Registers(rig.controller, rig.build, rig.faults)
        self.rig = rig
        self.wire = Wire(rig)
        self._line = self.wire._line = Bytes()  # type: ignore[assignment]

    def send(self, data: bytes, gap_s: float) -> None:
        """Bytes on the line, `gap_s` after the last ones."""
        self.now += gap_s
        self._line.to_device += data
        self.rig.advance(self.now)
        self.rested = self.rig.controller.motion is None
        self.wire.readable(self.now)

    def silence(self) -> None:
        """Nothing comes for so long that what is there is a frame, or none."""
        if self.wire._buffer:
            self.now += RUN_SILENCE_S
            self.rig.advance(self.now)
            self.wire.run(self.now)

    def answered(self) -> bytes:
        data, self._line.from_device = self._line.from_device, b""
        return data

    def hear(self, frame: bytes, gap_s: float = 0.002) -> bytes:
        """What is answered to one frame, b"" for nothing."""
        self.send(frame, gap_s)
        self.silence()
        return self.answered()


def station(state: str) -> Station:
    """A device in `state`."""
    found = Station()
    found.take_out(state)
    return found
