"""Control in virtual time: the same engine and cycle, a model of the injector behind the same ports, in one process.

Every 25 ms cycle is executed; the same inputs give the same run, bit for bit. The model is handed in (only
`kiosk.control` may name the simulator), the ledger is a real one on a real file or none at all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Protocol

from drivers.counted import LinkStatistics
from drivers.errors import BadFrame, LinkTimeout, NappageError, PortGone, Refused
from drivers.link import Gate
from drivers.ports import PanelEdge, PanelInputs
from drivers.stop import StopLatch
from kiosk.channel.commands import AnyCommand, Flip, Request
from kiosk.channel.snapshot import Catalogue, Reply, Snapshot
from kiosk.records.rows import Committed, Restored, Row, Unit, WriteFailed
from kiosk.session import exchange as x

SEAT = 1
CONTACTS = ("stop_a", "stop_b", "pedal_no", "pedal_nc", "feedback")
_LEVELS = attrgetter(*CONTACTS)


class Levels(Protocol):
    """Levels of the panel's contacts."""

    @property
    def stop_a(self) -> bool: ...

    @property
    def stop_b(self) -> bool: ...

    @property
    def pedal_no(self) -> bool: ...

    @property
    def pedal_nc(self) -> bool: ...

    @property
    def feedback(self) -> bool: ...


class Model(Protocol):
    """The simulated device as the virtual wires see it. Every method takes the time first, seconds."""

    def read(self, now: float, address: int, registers: int) -> bytes: ...

    def write(self, now: float, address: int, data: bytes) -> None: ...

    def exchange(self, now: float, address: int, data: bytes, read_address: int, read_registers: int) -> bytes: ...

    def set_enable(self, now: float, on: bool) -> None: ...

    def levels(self, now: float) -> Levels: ...


class Clock:
    """Virtual time, seconds; only its owner moves it."""

    def __init__(self, start: float = 1000.0) -> None:
        self.now = start


TIMEOUT_S = 0.040


class VirtualAsked:
    """A request that the model has answered already (`drivers.ports.Begun`); the answer is seen from `due` on.

    Time stands still within a cycle: whoever waits is told what he would find at the end of his patience.
    """

    def __init__(self, clock: Clock, answer: bytes | NappageError, late_s: float) -> None:
        self._clock = clock
        self._answer = answer
        self._due = clock.now + late_s
        self.written = clock.now
        self.expires = clock.now + TIMEOUT_S

    def take(self, within_s: float) -> bytes | None:
        until = self._clock.now + within_s
        if self._due > self.expires and until >= self.expires:
            raise LinkTimeout(timeout_ms=40)
        if until < self._due:
            return None
        if isinstance(self._answer, NappageError):
            raise self._answer
        return self._answer


class VirtualLink:
    """Registers without a wire: bytes in, bytes out, exceptions as a controller answers them.

    An answer is there at once, or `late_s` seconds after its request; over 40 ms it is one that never comes. `refusal`
    and `silence` are the model's own exception classes: a Modbus exception in `code`, and no answer at all.
    """

    port = "virtual"
    statistics = LinkStatistics()

    def __init__(
        self,
        model: Model,
        clock: Clock,
        refusal: type[Exception],
        silence: type[Exception],
        plugged: Callable[[], bool],
    ) -> None:
        self._model = model
        self._clock = clock
        self._refusal = refusal
        self._silence = silence
        self._plugged = plugged
        self.late_s = 0.0

    def fileno(self) -> int:
        """There is nothing to wait for: time passes only when its owner moves it."""
        return -1

    def begin_read(self, address: int, registers: int) -> VirtualAsked:
        return self._begin(self.read, address, registers)

    def begin(
        self, address: int, data: bytes, read_address: int, read_registers: int, *, gate: Gate | None = None
    ) -> VirtualAsked:
        return self._begin(self.exchange, address, data, read_address, read_registers, gate=gate)

    def _begin(self, ask: Callable[..., bytes], *what: Any, **gate: Gate | None) -> VirtualAsked:
        try:
            return self._asked(ask(*what, **gate))
        except (LinkTimeout, BadFrame, Refused, PortGone) as error:  # of the answer; all others are of the sending
            return self._asked(error)

    def _asked(self, answer: bytes | NappageError) -> VirtualAsked:
        """What was begun just now, with what came of it."""
        return VirtualAsked(self._clock, answer, self.late_s)

    def read(self, address: int, registers: int) -> bytes:
        return self._do("read", self._model.read, address, registers)

    def write(self, address: int, data: bytes, *, gate: Gate | None = None) -> None:
        self._guarded("write", gate, self._model.write, address, data)

    def exchange(
        self, address: int, data: bytes, read_address: int, read_registers: int, *, gate: Gate | None = None
    ) -> bytes:
        return self._guarded("exchange", gate, self._model.exchange, address, data, read_address, read_registers)

    def distrust(self, why: str) -> BadFrame:
        return BadFrame(why=why)

    def close(self) -> None:
        """There is nothing to let go of."""

    def _guarded(self, what: str, gate: Gate | None, act: Callable[..., Any], *asked: Any) -> Any:
        if gate is None:
            return self._do(what, act, *asked)
        answers: list[Any] = []
        gate(lambda: answers.append(self._do(what, act, *asked)))
        return answers[0]

    def _do(self, what: str, act: Callable[..., Any], *asked: Any) -> Any:
        """One act of the model, now."""
        if not self._plugged():
            raise PortGone(port=self.port)
        try:
            return act(self._clock.now, *asked)
        except self._silence as error:
            raise LinkTimeout(timeout_ms=40) from error
        except self._refusal as error:
            raise Refused(what=what, exception=int(error.code), reason="refused") from error  # type: ignore[attr-defined]


class VirtualPanel:
    """The panel's wires straight to the model; the stop latch is the real one."""

    def __init__(self, model: Model, clock: Clock, latch: StopLatch) -> None:
        self._model = model
        self._clock = clock
        self._latch = latch
        self._enabled = False
        self._stopped = False
        self._before: PanelInputs | None = None
        self._edges: list[PanelEdge] = []
        self.lamps = (False, False, False)
        self.tone: int | None = None

    def read(self) -> PanelInputs:
        """Levels now; an open stop contact raises the epoch, as its edge does on a real panel."""
        levels = self._model.levels(self._clock.now)
        closed = levels.stop_a and levels.stop_b
        was_on = self._enabled
        if not closed and not self._stopped:
            self.stop()
        self._stopped = not closed
        now = PanelInputs(
            levels.stop_a,
            levels.stop_b,
            levels.pedal_no,
            levels.pedal_nc,
            levels.feedback,
            self._enabled,
            self._clock.now,
        )
        if self._before is not None and _LEVELS(now) != _LEVELS(self._before):
            self._edges += self._between(self._before, now, was_on)
        self._before = now
        return now

    def _between(self, before: PanelInputs, now: PanelInputs, was_on: bool) -> Iterator[PanelEdge]:
        """What changed between two readings: as old as the second, for time stands still within a cycle."""
        for name in CONTACTS:
            level: bool = getattr(now, name)
            if level != getattr(before, name):
                stop = name in ("stop_a", "stop_b") and not level
                yield PanelEdge(name, level, now.stamp, now.stamp, stop and was_on, stop and not now.enable)

    def edges(self) -> list[PanelEdge]:
        edges, self._edges = self._edges, []
        return edges

    @property
    def epoch(self) -> int:
        return self._latch.epoch

    def enable(self, epoch: int) -> None:
        self._latch.guarded(epoch, "enable", lambda: self._set(True))

    def disable(self) -> None:
        self._set(False)

    def stop(self) -> int:
        return self._latch.raise_epoch(self.disable)

    def _set(self, on: bool) -> None:
        self._enabled = on
        self._model.set_enable(self._clock.now, on)

    def beacon(self, *, red: bool, yellow: bool, cyan: bool) -> None:
        self.lamps = (red, yellow, cyan)

    def buzzer(self, hertz: int | None) -> None:
        self.tone = hertz

    def alive(self) -> bool:
        return True

    def close(self) -> None:
        self.disable()


class Keeper(Protocol):
    """What is needed of a ledger."""

    @property
    def last(self) -> tuple[int, bytes]: ...

    def append(self, rows: Sequence[Row]) -> tuple[int, ...]: ...

    def restore(self) -> Restored: ...


class VirtualLedger:
    """A real ledger without its thread: each unit is committed at once and told in the next cycle."""

    def __init__(self, ledger: Keeper, post: Callable[[Committed | WriteFailed | Restored], None]) -> None:
        self._ledger = ledger
        self._post = post

    def submit(self, unit: Unit) -> bool:
        try:
            self._ledger.append(unit.rows)
        except NappageError as error:
            self._post(WriteFailed(unit.id, error.number, error.sentence.format(**error.facts)))
            return True
        row, digest = self._ledger.last
        self._post(Committed(unit.id, 0, row, digest))
        return True

    def reread(self) -> bool:
        self._post(self._ledger.restore())
        return True


class VirtualClerk:
    """Answers in the next cycle what `answer` says."""

    def __init__(self, answer: Callable[[int, x.Question], x.Answer]) -> None:
        self._answer = answer
        self._waiting: deque[x.Answer] = deque()

    def ask(self, question: x.Question, ticket: int) -> int:
        self._waiting.append(self._answer(ticket, question))
        return ticket

    def poll(self, now: float) -> list[x.Answer]:
        del now  # it takes no time
        answers = list(self._waiting)
        self._waiting.clear()
        return answers


class VirtualSeat:
    """A client in the same process that sees every snapshot and shows it at once."""

    def __init__(self) -> None:
        self.seat = SEAT
        """Its number as a client; with another number it is another screen that took the seat."""
        self.snapshot: Snapshot | None = None
        self.catalogue: Catalogue | None = None
        self.replies: dict[int, Reply] = {}
        self.shows = True
        """Whether it draws: false is a hung kiosk."""
        self._number = 0
        self._requests: deque[tuple[int, Request]] = deque()

    def send(self, command: AnyCommand) -> int:
        """Ask something; the number of the request, to look for in `replies`."""
        self._number += 1
        self._requests.append((self.seat, Request(self._number, command)))
        return self._number

    def poll(self) -> list[tuple[int, Request]]:
        requests = list(self._requests)
        self._requests.clear()
        return requests

    def publish(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        if self.shows:
            self._number += 1
            self._requests.append((self.seat, Request(self._number, Flip(snapshot.number))))

    def reply(self, client: int, reply: Reply) -> None:
        if client == self.seat:
            self.replies[reply.number] = reply

    def send_catalogue(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
