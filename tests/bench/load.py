"""A treatment under load: the kiosk draws flat out, shots are recorded, pedal and stop are pressed at odd moments.

Control's lateness is set beside a bare loop that runs at the same time under the same load. An edge's way begins where
the device hands the level to the pins and ends where the device has the whole lease frame, or the enable output.
"""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from kiosk.channel import commands as ask
from kiosk.session.cycle import PERIOD_S
from tests.bench import watched
from tests.bench.drive import BenchFailed, arm, armed, do, make_ready, profiles_without_totals, setting, state
from tests.bench.found import Found, Line, Say
from tests.bench.rows import show
from tests.bench.stage import RealSeat, Stage
from tests.bench.statistics import Ratio, Spread, quantile, ratio, spread, within
from tests.bench.window import memory_mb

SIZE = 800, 480
LATE_MS, LATE_SHARE = 10.0, 1e-4
EDGE_MS = 10.0
OWN_MS = 2.0
"""The loop computes at most 2 ms (design, Processes); what it waits for the wire is not in it."""
MEMORY_MB = 80.0
RATE_MHZ, DOSE_NL = 5_000, 2_000
BLOCK_S = 15.0
"""Control and the bare loop are compared block by block: what disturbs one disturbs the other."""
REPORT_S = 15.0


def measure(folder: Path, profiles: Path, cycles: int, say: Say) -> Found:
    """Until control has begun so many cycles under load, on `folder`'s disk."""
    with TemporaryDirectory(prefix="load-", dir=folder) as name:
        place = Path(name)
        with Stage(place, profiles_without_totals(profiles, place / "profiles"), SIZE) as stage:
            run = Run(stage, say)
            run.prepare()
            run.load(cycles * PERIOD_S)
        return _found(place, run)


class Run:
    """One treatment with its presses; keeps what the device's wires showed."""

    def __init__(self, stage: Stage, say: Say) -> None:
        self._stage = stage
        self._say = say
        self._draws = random.Random(4)
        self._seat = RealSeat(stage)
        self._stamps: list[tuple[str, bool, float]] = []
        self.began = self.ended = 0.0
        self.frames_per_s = 0.0
        self.shots = 0
        self.armings = 0
        self.memory: dict[str, dict[str, float]] = {}
        self.disarmed: dict[str, int] = {}
        """Why the machine ended armings by itself, and how often."""

    @property
    def stamps(self) -> list[tuple[str, bool, float]]:
        """What passed the device's wires during the load."""
        return [stamp for stamp in self._stamps if self.began <= stamp[2] <= self.ended]

    def prepare(self) -> None:
        """Up to the treating screen."""
        self._say("load: setting up a treatment by the kiosk's channel")
        make_ready(self._seat)
        treat = self._seat.sees.treat
        assert treat is not None, "it is being treated"
        setting(self._seat, rate=RATE_MHZ, dose=DOSE_NL, shots=treat.shots.hard_high or 100)

    def load(self, seconds: float) -> None:
        """Presses until the time is over."""
        frames, shots = self._stage.frames(), self._count
        self.began, told = time.monotonic(), time.monotonic()
        while (now := time.monotonic()) < self.began + seconds:
            if now - told > REPORT_S:
                told = now
                self._tell(now - self.began, seconds)
            self._rearm()
            for _ in range(4):
                self._press()
            self._stop()
            self._take_stamps()
        self.ended = time.monotonic()
        self.frames_per_s = (self._stage.frames() - frames) / (self.ended - self.began)
        self.shots = self._count - shots
        self.memory = {name: memory_mb(self._stage.pid(name)) for name in ("control", "kiosk")}

    # -- what a person does ----------------------------------------------------------------------------------------
    def _odd(self, low: float, high: float) -> None:
        """A pause that has nothing to do with control's cycle."""
        self._seat.pause(self._draws.uniform(low, high))

    def _press(self) -> None:
        self._seat.tell("pedal down")
        self._odd(0.15, 0.35)
        self._seat.tell("pedal up")
        self._odd(0.08, 0.2)

    def _stop(self) -> None:
        """The red button, while a run is on or between two; then everything that leads back."""
        seat = self._seat
        if not state(seat)["enable"]:
            return
        pressed = self._draws.random() < 0.5
        if pressed:
            seat.tell("pedal down")
            self._odd(0.1, 0.3)
        seat.tell("stop press")
        self._odd(0.1, 0.2)
        if pressed:
            seat.tell("pedal up")
        seat.tell("stop release")
        seat.until(lambda: seat.sees.stop.state in ("released", "clear"), "the stop to be released")

    def _rearm(self) -> None:
        """From whatever ended the arming back to an armed device, as a person would do it."""
        seat = self._seat
        if armed(seat) and state(seat)["shots_left"]:
            return
        seat.tell("lift")
        if seat.sees.stop.state != "clear":
            do(seat, ask.AcknowledgeStop())
        for alarm in seat.sees.alarms:
            if not alarm.acknowledged:
                seat.ask(ask.AcknowledgeAlarm(alarm.number))
        if state(seat)["faults"]:
            seat.ask(ask.ClearFaults())
            seat.until(lambda: not state(seat)["faults"], "the faults to be cleared")
        if state(seat)["state"] == "UNHOMED":
            do(seat, ask.Rehome(True))
        if not armed(seat):
            self._note_notice()
            reply = arm(seat)
            if not reply.ok:
                raise BenchFailed(f"not armed: E{reply.error}: {reply.sentence}")
            self.armings += 1
        seat.tell("contact on")
        seat.until(lambda: bool(state(seat)["shots_left"]) or not armed(seat), "an authorisation")

    def _note_notice(self) -> None:
        notices = self._seat.sees.notices
        why = notices[-1].sentence if notices else "not yet armed"
        self.disarmed[why] = self.disarmed.get(why, 0) + 1

    # -- looking ---------------------------------------------------------------------------------------------------
    @property
    def _count(self) -> int:
        treat = self._seat.sees.treat
        return treat.shot_count if treat else 0

    def _take_stamps(self) -> None:
        self._stamps += [(what, on, at) for what, on, at in json.loads(self._seat.tell("stamps"))]

    def _tell(self, passed: float, seconds: float) -> None:
        loop, edges = self._seat.sees.loop, sum(what == "pedal edge" for what, _, _ in self._stamps)
        stops = sum(what == "stop edge" and on for what, on, _ in self._stamps)
        self._say(
            f"load: {passed:.0f} of {seconds:.0f} s, {self._count} shots, {edges} pedal edges, {stops} stops; "
            f"control says {loop.cycles} cycles, p99 {loop.p99_us / 1000:.1f} ms, {loop.over_10ms} over 10 ms"
        )


def ways(stamps: list[tuple[str, bool, float]], start: str, end: str) -> list[float]:
    """Milliseconds from each start to the first end with the same sense that follows it before the next start."""
    found: list[float] = []
    open_at: tuple[bool, float] | None = None
    for what, on, at in sorted(stamps, key=lambda stamp: stamp[2]):
        if what == start:
            open_at = on, at
        elif what == end and open_at is not None and on == open_at[0]:
            found.append((at - open_at[1]) * 1000)
            open_at = None
    return found


def stop_ways(stamps: list[tuple[str, bool, float]]) -> list[float]:
    """Milliseconds from each opening of the stop circuit to enable off; only where enable was on."""
    found: list[float] = []
    enabled, opened = False, None
    for what, on, at in sorted(stamps, key=lambda stamp: stamp[2]):
        if what == "enable":
            if not on and opened is not None:
                found.append((at - opened) * 1000)
            enabled, opened = on, None
        elif what == "stop edge":
            opened = at if on and enabled else None
    return found


def blocks(due: list[float], late: list[float], began: float, ended: float) -> list[list[float]]:
    """Latenesses, ms, of the cycles that were due in each whole block of the load."""
    found: list[list[float]] = [[] for _ in range(max(1, int((ended - began) / BLOCK_S)))]
    for at, by in zip(due, late, strict=True):
        if began <= at < ended:
            found[min(len(found) - 1, int((at - began) / BLOCK_S))].append(by * 1000)
    return found


def _found(place: Path, run: Run) -> Found:
    series = {
        name: blocks(watched.read(place / name, "due"), watched.read(place / name, "late"), run.began, run.ended)
        for name in ("control", "bare")
    }
    control, bare = ([value for block in series[name] for value in block] for name in ("control", "bare"))
    pairs = [(a, b) for a, b in zip(series["control"], series["bare"], strict=True) if a and b]
    by_p99 = ratio([(quantile(a, 0.99), quantile(b, 0.99)) for a, b in pairs])
    by_p50 = ratio([(quantile(a, 0.5), quantile(b, 0.5)) for a, b in pairs])
    pedal, stop = ways(run.stamps, "pedal edge", "pedal bit"), stop_ways(run.stamps)
    ours, theirs = spread(control, LATE_MS), spread(bare, LATE_MS)
    cycle, wire, bare_wire = _wires(place, run)
    lines = [
        Line("control cycle, p50 late, ms", f"{ours.p50:.2f}", f"{theirs.p50:.2f}", _cell(by_p50)),
        Line("control cycle, p99 late, ms", bounded(ours.p99, ours.p99_upper), bounded(theirs.p99, theirs.p99_upper),
             _cell(by_p99)),
        Line("control cycle, p99.9 late, ms", bounded(ours.p999, ours.p999_upper),
             bounded(theirs.p999, theirs.p999_upper), ""),
        Line(f"cycles over {LATE_MS:.0f} ms late, of {ours.n}", _share(ours), _share(theirs), "", "at most 1 of 10,000",
             within(ours.over / ours.n, ours.over_upper, LATE_SHARE)),
        Line("lease on the wire, p50, ms", f"{wire.p50:.2f}", f"{bare_wire.p50:.2f}", f"{wire.p50 / bare_wire.p50:.2f}"),
        Line("lease on the wire, p99, ms", bounded(wire.p99, wire.p99_upper), bounded(bare_wire.p99, bare_wire.p99_upper),
             f"{wire.p99 / bare_wire.p99:.2f}"),
        Line(f"a cycle's own work, p99 of {cycle.n}, ms", bounded(cycle.p99, cycle.p99_upper), "", "",
             f"at most {OWN_MS:.0f} ms", within(cycle.p99, cycle.p99_upper, OWN_MS)),
        *_edges("pedal edge to command on the wire", pedal),
        *_edges("stop edge to enable off", stop),
        Line("resident memory of control, MB", f"{run.memory['control']['rss_mb']:.0f}", "", "", f"{MEMORY_MB:.0f}",
             within(run.memory["control"]["rss_mb"], run.memory["control"]["rss_mb"], MEMORY_MB)),
    ]  # fmt: skip
    return Found(
        title="Under load",
        how=f"{run.ended - run.began:.0f} s: the kiosk drew {run.frames_per_s:.0f} frames a second flat out, "
        f"{run.shots} shots of {run.armings} armings were recorded; control and the bare loop of the same priority and "
        f"period ran side by side, and a bare round trip of as many bytes over a terminal; ratios are of {len(pairs)} blocks of {BLOCK_S:.0f} s. The simulated device runs "
        "above both, as a real one shares no core with them; its edges come at odd moments.",
        lines=tuple(lines),
        numbers={
            "control": ours, "bare": theirs, "ratio_p99": by_p99, "ratio_p50": by_p50, "memory_mb": run.memory,
            "pedal": spread(pedal, EDGE_MS) if pedal else None, "stop": spread(stop, EDGE_MS) if stop else None,
            "frames_per_s": run.frames_per_s, "shots": run.shots, "armings_ended_by": run.disarmed,
            "own_work": cycle, "wire": wire, "bare_wire": bare_wire,
        },
        series={"control cycle": control, "bare loop": bare, "pedal edge to wire": pedal, "stop edge to enable": stop},
        remarks=tuple(f"an arming ended {times} times with: {why}" for why, times in run.disarmed.items()),
    )  # fmt: skip


def _wires(place: Path, run: Run) -> tuple[Spread, Spread, Spread]:
    """What control computes in a cycle, what it waits for the wire, and what a bare round trip takes, ms."""
    rows = zip(*(watched.read(place / "control", name) for name in ("began", "took", "wire")), strict=True)
    kept = [(took * 1000, wire * 1000) for began, took, wire in rows if run.began <= began < run.ended]
    bare = zip(*(watched.read(place / "bare", name) for name in ("began", "wire")), strict=True)
    return (
        spread([took - wire for took, wire in kept], OWN_MS), spread([wire for _, wire in kept], LATE_MS),
        spread([wire * 1000 for began, wire in bare if run.began <= began < run.ended], LATE_MS),
    )  # fmt: skip


def _edges(what: str, found: list[float]) -> list[Line]:
    if not found:
        return [Line(f"{what}, none seen", "", "", "")]
    told = spread(found, EDGE_MS)
    return [
        Line(f"{what}, p50 of {told.n}, ms", f"{told.p50:.1f}", "", ""),
        Line("  p99, ms", bounded(told.p99, told.p99_upper), "", "", f"under {EDGE_MS:.0f} ms",
             within(told.p99, told.p99_upper, EDGE_MS)),
        Line("  p99.9, ms", bounded(told.p999, told.p999_upper), "", "", f"under {EDGE_MS:.0f} ms",
             within(told.p999, told.p999_upper, EDGE_MS)),
    ]  # fmt: skip


def bounded(value: float, upper: float | None) -> str:
    """A percentile with its upper 95 % bound, where there is one."""
    return f"{value:.2f}" + (f" (to {upper:.2f})" if upper is not None else " (n too small for a bound)")


def _share(told: Spread) -> str:
    return f"{told.over} (to {told.over_upper * 10_000:.1f} of 10,000)"


def _cell(found: Ratio) -> str:
    return show(found.median, found.low, found.high)
