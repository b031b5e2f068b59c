"""A wire that mistreats frames, between the virtual link and the model of the device (LNK-1).

Only this file knows what can happen to a frame on its way and how each end sees it. A damaged request is dropped by the
controller's CRC and a damaged answer by the driver's, so that a damaged frame is a lost one with another name. What is
lost is known to be so when its 40 ms are over, and an answer that takes its time is seen in the cycle that it wakes.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, NoReturn

from drivers.errors import BadFrame, NappageError
from drivers.registers import AUTHORISATION, COMMAND, LEASE
from hal_sim.blocks import ModbusException, NoAnswer
from hal_sim.electrics import Levels
from hal_sim.rig import Rig
from kiosk.session.virtual import TIMEOUT_S, Clock, VirtualAsked, VirtualLink

EVERY = 10
"""A named fault of single frames strikes each tenth, as on the simulated device's own line."""
TREATMENTS = (
    "lost request",
    "lost answer",
    "corrupt request",
    "corrupt answer",
    "repeated request",
    "repeated answer",
    "delayed request",
    "reordered request",
    "late answer",
    "slow answer",
)
SLOW_S = (0.004, 0.008, 0.015, 0.024, 0.027, 0.036, 0.039)
"""How long a slow answer takes: most of these are longer than a cycle waits for it."""
KINDS: dict[int, str] = {LEASE.address: "lease", AUTHORISATION.address: "authorisation", COMMAND.address: "command"}
Carry = Callable[[float], bytes]


class HostileWire:
    """The device as the virtual link sees it; `struck` counts what was done to which kind of frame.

    Attributes:
        stalled_s: Time that was lost in waiting for answers to the end; whoever moves the clock takes it.
        takes_s: How long the newest answer takes, 40 ms for one that never comes.
        late: Requests that are still on their way, soonest first.
    """

    def __init__(self, rig: Rig, tell: Callable[[float, str], None] | None = None) -> None:
        self._rig = rig
        self._tell = tell
        self._planned: dict[str, deque[tuple[str, float]]] = {kind: deque() for kind in (*KINDS.values(), "other")}
        self._stale: dict[int, bytes] = {}
        self._behind: list[Carry] = []
        self._order = 0
        self.late: list[tuple[float, int, Carry]] = []
        self.stalled_s = self.takes_s = 0.0
        self.requests = 0
        self.answers = 0
        self.struck: Counter[str] = Counter()

    def plan(self, kind: str, treatment: str, delay_s: float = 0.0) -> None:
        """Have the next frame of a kind treated so; `delay_s` is for delayed requests."""
        self._planned[kind].append((treatment, delay_s))

    def forget(self) -> None:
        """Plan nothing any more."""
        for planned in self._planned.values():
            planned.clear()

    @property
    def calm(self) -> bool:
        """Whether nothing is planned or on its way."""
        return not (self.late or self._behind or any(self._planned.values()))

    def next_late(self) -> float:
        """When the next late request arrives."""
        return self.late[0][0] if self.late else float("inf")

    def deliver_late(self) -> None:
        """Let the soonest late request arrive; whatever it is answered, nobody listens."""
        at, _, carry = heapq.heappop(self.late)
        self._unheard(carry, at)

    # -- the model's side of the virtual link --------------------------------------------------------------------
    def read(self, now: float, address: int, registers: int) -> bytes:
        return self._pass("other", now, registers, lambda at: self._rig.read(at, address, registers))

    def write(self, now: float, address: int, data: bytes) -> None:
        def carry(at: float) -> bytes:
            self._rig.write(at, address, data)
            return b""

        self._pass(KINDS.get(address, "other"), now, 0, carry)

    def exchange(self, now: float, address: int, data: bytes, read_address: int, read_registers: int) -> bytes:
        return self._pass(
            KINDS.get(address, "other"),
            now,
            read_registers,
            lambda at: self._rig.exchange(at, address, data, read_address, read_registers),
        )

    def set_enable(self, now: float, on: bool) -> None:
        self._rig.set_enable(now, on)

    def levels(self, now: float) -> Levels:
        return self._rig.levels(now)

    # -- what happens on the way ---------------------------------------------------------------------------------
    def _pass(self, kind: str, now: float, registers: int, carry: Carry) -> bytes:
        planned = self._planned[kind]
        treatment, delay_s = planned.popleft() if planned else ("", 0.0)
        if treatment:
            self.struck[f"{treatment} ({kind})"] += 1
            if self._tell is not None:
                self._tell(now, f"wire: {treatment} ({kind})")
        behind, self._behind = self._behind, []
        self.takes_s = 0.0
        try:
            return self._treat(treatment, delay_s, now, registers, carry)
        finally:
            for other in behind:  # overtaken by the frame that was just delivered
                self._unheard(other, now)

    def _treat(self, treatment: str, delay_s: float, now: float, registers: int, carry: Carry) -> bytes:
        faults = self._rig.faults
        self.requests += 1
        if treatment in ("lost request", "corrupt request") or (faults.lost_requests and self.requests % EVERY == 0):
            self._time_out()
        if treatment == "delayed request":
            self._order += 1
            heapq.heappush(self.late, (now + delay_s, self._order, carry))
            self._time_out()
        if treatment == "reordered request":
            self._behind.append(carry)
            self._time_out()
        if not (treatment or self._stale or faults.any()):
            self.answers += 1
            return carry(now)
        return self._answer(treatment, now, registers, carry)

    def _answer(self, treatment: str, now: float, registers: int, carry: Carry) -> bytes:
        """Deliver the request, then see what becomes of its answer."""
        faults = self._rig.faults
        silent = faults.silent or faults.slow_answer
        try:
            answer = carry(now)
            if treatment == "repeated request":
                self._unheard(carry, now)
        except NoAnswer:
            self._time_out()
        except ModbusException:
            if silent or treatment == "lost answer":
                self._time_out()
            raise
        self.answers += 1
        struck = self.answers % EVERY == 0
        if silent or treatment == "lost answer" or (faults.lost_frames and struck):
            self._time_out()
        if faults.rubbish or faults.wrong_unit or treatment == "corrupt answer" or (faults.corrupt_frames and struck):
            raise BadFrame(why="its CRC does not fit")
        if treatment == "slow answer":
            self.takes_s = SLOW_S[self.answers % len(SLOW_S)]
        if treatment == "late answer":  # it will be taken for the answer to the next request of its size
            self._stale[registers] = answer
            self._time_out()
        # A second copy of an answer waits in the line and is dropped before the next request is sent.
        return self._stale.pop(registers, answer)

    def _unheard(self, carry: Carry, at: float) -> None:
        """A request whose answer nobody waits for; an unplugged device does not even get it."""
        if not self._rig.plugged:
            return
        try:
            carry(at)
        except ModbusException:
            self.struck["refused unheard"] += 1

    def _time_out(self) -> NoReturn:
        self.takes_s = TIMEOUT_S
        raise NoAnswer


class HostileLink(VirtualLink):
    """Control's end of that wire: an answer is seen when it has arrived, and that none comes when its time is over."""

    def __init__(self, wire: HostileWire, *rest: Any) -> None:
        super().__init__(wire, *rest)
        self._wire = wire
        self.arrives = float("inf")
        """When the answer to what was asked last arrives, or its time is over."""

    def _asked(self, answer: bytes | NappageError) -> VirtualAsked:
        asked = WaitedFor(self._clock, answer, self._wire)
        self.arrives = asked._due
        return asked


class WaitedFor(VirtualAsked):
    """An answer, and what waiting for it to the end costs whoever does so."""

    def __init__(self, clock: Clock, answer: bytes | NappageError, wire: HostileWire) -> None:
        super().__init__(clock, answer, wire.takes_s)
        self._wire = wire

    def take(self, within_s: float) -> bytes | None:
        if within_s >= TIMEOUT_S:
            self._wire.stalled_s += max(0.0, self._due - self.written)
        return super().take(within_s)
