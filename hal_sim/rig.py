"""The whole device on the bench: controller, body and the panel's electricals, in one stream of time.

Only this file lets time pass. Between two instants everything is in closed form, so `advance` costs nothing while
nothing happens; the same calls with the same times give the same bytes again. Not thread-safe: callers that share a rig
hold a lock of their own. A time earlier than the last one is taken as the last one.
"""

from __future__ import annotations

import math

from hal_sim import console
from hal_sim.blocks import NoAnswer, Registers
from hal_sim.build import Build
from hal_sim.controller import Controller
from hal_sim.electrics import Electrics, Levels
from hal_sim.faults import Faults
from hal_sim.mechanics import Mechanics
from hal_sim.memory import Memory, PowerCut

NEVER = math.inf


class Rig:
    """A device that takes time as an argument (monotonic seconds). It starts up at the first time it is given."""

    def __init__(
        self, memory: Memory | None = None, faults: Faults | None = None, seed: int = 0, build: Build | None = None
    ) -> None:
        self.memory = memory or Memory()
        self.faults = faults or Faults()
        self.build = build or Build()
        self.seed = seed
        self.body = Mechanics(self.build, self.faults, seed)
        self.electrics = Electrics(self.build, self.faults)
        self.plugged = True
        """Whether the serial cable is plugged in."""
        self.beacon = (False, False, False)
        """Red, yellow and cyan as received from the panel's pins."""
        self.buzzer: int | None = None
        """Tone as received, Hz."""
        self.now = 0.0
        self._started = False
        self._due = NEVER
        self.controller: Controller
        self.registers: Registers

    # -- time

    def advance(self, now: float) -> None:
        """Let everything happen until `now`, each thing at its own instant."""
        if not self._started:
            self._start(now)
        while self._due <= now:
            self._happen(self._due)
        self.now = max(self.now, now)

    def next_event(self, now: float) -> float | None:
        """When something next happens by itself, if nobody does anything; None when nothing will."""
        self.advance(now)
        return None if self._due == NEVER else self._due

    # -- the wire

    def read(self, now: float, address: int, registers: int) -> bytes:
        """Function 3 or 4.

        Raises:
            ModbusException: what the controller answers instead.
        """
        self._look(now)
        return self.registers.read(address, registers)

    def write(self, now: float, address: int, data: bytes) -> None:
        """Function 16: one block.

        Raises:
            ModbusException: what the controller answers instead.
            NoAnswer: the device started again meanwhile.
        """
        self._look(now)
        self._take(address, data)

    def _take(self, address: int, data: bytes) -> None:
        """One block has arrived, at the present instant."""
        try:
            self.registers.write(self.now, address, data)
        except PowerCut:
            self.reset(self.now)
            raise NoAnswer from None
        finally:
            self._after()

    def exchange(self, now: float, address: int, data: bytes, read_address: int, read_registers: int) -> bytes:
        """Function 23: write one block, then read, in one transaction; with an exception neither was done.

        Raises:
            ModbusException: what the controller answers instead.
            NoAnswer: the device started again meanwhile.
        """
        self._look(now)
        self.registers.check_readable(read_address, read_registers)
        self._take(address, data)
        self.body.settle(self.now)
        return self.registers.read(read_address, read_registers)

    # -- the panel's wires

    def set_enable(self, now: float, on: bool) -> None:
        """The motor enable output."""
        self.advance(now)
        self.electrics.set_coil(self.now, on)
        self._happen(self.now)

    def set_beacon(self, now: float, red: bool, yellow: bool, cyan: bool) -> None:
        self.advance(now)
        self.beacon = (red, yellow, cyan)

    def set_buzzer(self, now: float, hertz: int | None) -> None:
        self.advance(now)
        self.buzzer = hertz

    def levels(self, now: float) -> Levels:
        """The panel's contacts, true when closed."""
        self.advance(now)
        return self.electrics.levels()

    # -- people

    def do(self, now: float, command: str) -> str:
        """One console command; see `hal_sim.console`. Unknown ones are answered with a sentence, never an error."""
        self.advance(now)
        self.body.settle(self.now)  # what has passed was under the old law
        answer = console.run(self, command)
        self.touch()
        return answer

    def touch(self) -> None:
        """Take into account what was changed from outside, at the present instant."""
        self.memory.dead = self.faults.memory_dead
        self.body.settle(self.now)
        self.body.refresh()
        self._happen(self.now)

    def reset(self, now: float) -> None:
        """Power cycle of the controller's logic; the body stays as it is."""
        self.now = max(self.now, now)
        self.body.settle(self.now)
        self.memory.cut_after = None
        self.controller = Controller(self.now, self.body, self.memory, self.build)
        self.registers = Registers(self.controller, self.build, self.faults)
        self._happen(self.now)

    def _start(self, now: float) -> None:
        self._started = True
        self.memory.dead = self.faults.memory_dead
        self.now = self.body.now = self.body.fluid.now = now
        self.electrics.update(now)
        self.reset(now)
        self.touch()

    def _look(self, now: float) -> None:
        """Advance, and bring the body's readings up to now."""
        self.advance(now)
        self.body.settle(self.now)
        self.controller.now = self.now
        self.controller.supply_mv = round(self.electrics.volts(self.now) * 1000)

    def _happen(self, instant: float) -> None:
        """Everything that is due at one instant, in a fixed order: electricals, body, controller."""
        self.now = instant
        body, electrics, controller = self.body, self.electrics, self.controller
        body.settle(instant)
        electrics.update(instant)
        if electrics.good != controller.supplied:
            body.power(electrics.good)
        controller.supply(electrics.good, round(electrics.volts(instant) * 1000))
        try:
            controller.step(instant)
        except PowerCut:
            self.reset(instant)
            return
        self._after()

    def _after(self) -> None:
        self._due = min(self.body.due, self.electrics.due, self.controller.due)
