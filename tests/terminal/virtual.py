"""A shell in the kiosk's seat of the virtual bench, and a technician who reads what it writes and types answers."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable

from kiosk.channel.commands import AnyCommand, Flip, SignOut
from kiosk.channel.snapshot import Catalogue, Reply, Snapshot
from kiosk.terminal.guide import Terminal
from kiosk.terminal.measuring import Depth, Dose, Measuring
from tests.session.balance import Scales, Weighed
from tests.session.bench import TECHNICIAN, Bench

Answer = str | Callable[[], str]
LOOK_S = 0.1


class Seat:
    """As `kiosk.terminal.seat.Seat`, where time passes only when somebody looks."""

    def __init__(self, bench: Bench, hands: Callable[[], None]) -> None:
        self._bench = bench
        self._hands = hands
        self._number = 0
        bench.seat.shows = False  # nothing is shown but what the terminal says that it showed
        self.typed: deque[str] = deque()
        self.ended = False

    @property
    def sees(self) -> Snapshot:
        return self._bench.snap

    @property
    def catalogue(self) -> Catalogue:
        assert self._bench.seat.catalogue is not None
        return self._bench.seat.catalogue

    def look(self) -> Snapshot | None:
        self._hands()
        self._bench.run(LOOK_S)
        return self._bench.snap

    def shown(self, snapshot: Snapshot) -> None:
        self._bench.send(Flip(snapshot.number))

    def send(self, command: AnyCommand) -> int:
        return self._bench.send(command)

    def answer(self, number: int) -> Reply | None:
        return self._bench.seat.replies.pop(number, None)

    def line(self) -> str | None:
        return self.typed.popleft() if self.typed else None

    def drop(self) -> list[str]:
        lines = list(self.typed)
        self.typed.clear()
        return lines

    def took(self, word: str) -> bool:
        if word not in self.typed:
            return False
        self.typed.remove(word)
        return True


class Technician:
    """Reads what is written, and answers each question by the first pattern that it meets; Enter to all others."""

    def __init__(self, weighed: Weighed, plan: Dose | Depth, *, balance: bool = True) -> None:
        self.weighed, self.bench = weighed, weighed.bench
        self.scales = self.bench.cycle.scales = Scales(weighed)
        self.scales.silent = not balance
        self.pulls = True
        """Whether the trigger is pressed as soon as a shot may be fired."""
        self.enough = ""
        """Who has read this leaves."""
        self.types_weights = False
        self._since: tuple[str, float] = ("", 0.0)
        self.weights: list[str] = []
        """What is typed as weights before the balance is read."""
        self.said: list[str] = []
        self.pins = [TECHNICIAN.pin]
        self.answers: list[tuple[str, Answer]] = [
            (r"away from everybody", "yes"), (r"Clamp the", self._clamp), (r"Beaker", self._beaker),
            (r"Vessel on", self._vessel), (r"Nobody near", "yes"), (r"does the gauge show", self._reads_gauge),
            (r"Type .*certify \(", "certify"), (r"Type .*write \(", "write"), (r"Type .*leave:", "leave"),
            (r"model of the balance", "NPB224"), (r"model", "Dial 12.5"), (r"serial", "B1"),
            (r"own certificate", "K-119"), (r"ends on", "2027-03-01"),
        ]  # fmt: skip
        self.seat = Seat(self.bench, self._hands)
        self.terminal = Terminal(self.seat, self._hears, self.pins.pop)
        self.measuring = Measuring(self.terminal, plan)

    def sign_in(self) -> Technician:
        self.measuring.sign_in(TECHNICIAN.name, TECHNICIAN.pin)
        return self

    def answer(self, pattern: str, answer: Answer) -> Technician:
        """From now on to such a question."""
        self.answers.insert(0, (pattern, answer))
        return self

    def has_read(self, pattern: str) -> list[str]:
        """What was written that meets a pattern."""
        return [line for line in self.said if re.search(pattern, line)]

    # -- eyes and hands ----------------------------------------------------------------------------------------------
    def _hears(self, line: str) -> None:
        self.said.append(line)
        if self.enough and re.search(self.enough, line):
            self.seat.typed.append("leave")
        elif self.weights and self._weighs():
            self.seat.typed.append(self.weights.pop(0))
        elif line.startswith("? "):
            found = next((answer for pattern, answer in self.answers if re.search(pattern, line)), "")
            self.seat.typed.append(found if isinstance(found, str) else found())

    def _hands(self) -> None:
        now, step = self.bench.clock.now, self._step()
        if step != self._since[0]:
            self._since = step, now
        elif self.types_weights and self._weighs() and now - self._since[1] > (31 if step == "blank end" else 3):
            self._since = step, math.inf
            self.seat.typed.append(f"{self.weighed.pan.gross_ug / 1e6:.5f}")
        if self.pulls and self.bench.rig.controller.shots_left == 1:
            self.weighed.fire()

    def _step(self) -> str:
        work = self.bench.snap.calibrating
        return "" if work is None else work.step

    def _weighs(self) -> bool:
        return self._step() in ("blank begin", "blank end", "base", "weight")

    def types(self, *lines: str) -> str:
        """Several lines at once: the last is the answer."""
        self.seat.typed.extend(lines[:-1])
        return lines[-1]

    def signs_out(self) -> str:
        """Somebody signs out at another place."""
        self.bench.tell(SignOut())
        return ""

    def _clamp(self) -> str:
        self.bench.do("barrel 5")
        self.bench.run(0.2)
        return ""

    def _beaker(self) -> str:
        self.weighed.pan.put(vessel=False)
        return ""

    def _vessel(self) -> str:
        self.weighed.pan.put(vessel=True)
        return ""

    def _reads_gauge(self) -> str:
        self.bench.run(1)
        return f"{self.bench.rig.body.true_depth_um() / 1000:.3f}"
