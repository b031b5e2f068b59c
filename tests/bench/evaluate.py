"""What a treatment under load showed: latenesses beside the bare loop's, edges paired with what they did.

An early or lost one is never left out in silence.
"""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path
from tempfile import TemporaryDirectory

from kiosk.session.cycle import PERIOD_S
from tests.bench import causes, watched
from tests.bench.drive import profiles_without_totals
from tests.bench.found import Found, Line, Say
from tests.bench.load import Run
from tests.bench.rows import show
from tests.bench.stage import Stage
from tests.bench.statistics import Ratio, Spread, quantile, ratio, spread, within

SIZE = 800, 480
LATE_MS, LATE_SHARE = 10.0, 1e-4
EDGE_MS = 10.0
STALL_MS = 1000 * PERIOD_S + LATE_MS
"""A wait for the wire that is longer makes the next cycle late by over 10 ms, whatever control does; set beside the
bare round trip, which has the same kernel worker and nothing of ours."""
OWN_MS = 2.0
"""The loop computes at most 2 ms; what it waits for the wire is not in it."""
MEMORY_MB = 80.0
MOMENT_S = 1e-4
"""A cycle's work begins so shortly after its lateness was taken."""
BLOCK_S = 15.0
"""Control and the bare loop are compared block by block: what disturbs one disturbs the other."""


def measure(folder: Path, profiles: Path, cycles: int, say: Say) -> Found:
    """Until control has begun so many cycles under load, on `folder`'s disk."""
    with TemporaryDirectory(prefix="load-", dir=folder) as name:
        place = Path(name)
        with Stage(place, profiles_without_totals(profiles, place / "profiles"), SIZE) as stage:
            run = Run(stage, say)
            run.prepare()
            run.load(cycles * PERIOD_S)
        return evaluate(place, run)


def ways(stamps: list[tuple[str, bool, float]], start: str, end: str) -> tuple[list[float], int]:
    """Milliseconds from each start to the first end with the same sense, and how many starts had none before the next.

    A start whose sense is that of the last end already has nothing to wait for and is left out.
    """
    found: list[float] = []
    lost, waits, now_is = 0, None, False
    for what, on, at in sorted(stamps, key=lambda stamp: stamp[2]):
        if what == start:
            lost += waits is not None
            waits = at if on != now_is else None
        elif what == end:
            if waits is not None and on != now_is:
                found.append((at - waits) * 1000)
                waits = None
            now_is = on
    return found, lost


def stop_ways(stamps: list[tuple[str, bool, float]]) -> tuple[list[float], int]:
    """Milliseconds from each opening of the stop circuit to enable off, where it was on, and how often it stayed on."""
    found: list[float] = []
    lost, enabled, opened = 0, False, None
    for what, on, at in sorted(stamps, key=lambda stamp: stamp[2]):
        if what == "enable":
            if not on and opened is not None:
                found.append((at - opened) * 1000)
            enabled, opened = on, None
        elif what == "stop edge":
            lost += opened is not None
            opened = at if on and enabled else None
    return found, lost


def blocks(due: list[float], late: list[float], began: float, ended: float) -> list[list[float]]:
    """Latenesses, ms, of the cycles that were due in each whole block of the load; one begun early is 0 late."""
    found: list[list[float]] = [[] for _ in range(max(1, int((ended - began) / BLOCK_S)))]
    for at, by in zip(due, late, strict=True):
        if began <= at < ended:
            found[min(len(found) - 1, int((at - began) / BLOCK_S))].append(max(0.0, by) * 1000)
    return found


def evaluate(place: Path, run: Run) -> Found:
    series = {
        name: blocks(watched.read(place / name, "due"), watched.read(place / name, "late"), run.began, run.ended)
        for name in ("control", "bare")
    }
    control, bare = ([value for block in series[name] for value in block] for name in ("control", "bare"))
    pairs = [(a, b) for a, b in zip(series["control"], series["bare"], strict=True) if a and b]
    by_p99 = ratio([(quantile(a, 0.99), quantile(b, 0.99)) for a, b in pairs])
    by_p50 = ratio([(quantile(a, 0.5), quantile(b, 0.5)) for a, b in pairs])
    pedal, pedal_lost = ways(run.stamps, "pedal edge", "pedal bit")
    stop, stop_lost = stop_ways(run.stamps)
    ours, theirs = spread(control, LATE_MS), spread(bare, LATE_MS)
    cycle, wire, carried = _wires(place, run)
    inside = _inside(place, run)
    early = sum(by < 0 for _, by in inside)
    by_clock = spread([by * 1000 for _, by in inside if by >= 0], LATE_MS)
    lines = [
        Line("control cycle, p50 late, ms", f"{ours.p50:.2f}", f"{theirs.p50:.2f}", cell(by_p50)),
        Line("control cycle, p99 late, ms", bounded(ours.p99, ours.p99_upper), bounded(theirs.p99, theirs.p99_upper),
             cell(by_p99)),
        Line("control cycle, p99.9 late, ms", bounded(ours.p999, ours.p999_upper),
             bounded(theirs.p999, theirs.p999_upper), ""),
        Line(f"cycles over {LATE_MS:.0f} ms late, of {ours.n}", _share(ours), _share(theirs), "", "at most 1 of 10,000",
             within(ours.over_lower, ours.over_upper, LATE_SHARE)),
        Line(f"the same, of {by_clock.n} begun by the clock alone", _share(by_clock), "", "", "at most 1 of 10,000",
             within(by_clock.over_lower, by_clock.over_upper, LATE_SHARE)),
        Line("lease on the wire, p50, ms", f"{wire.p50:.2f}", f"{carried.p50:.2f}", f"{wire.p50 / carried.p50:.2f}"),
        Line("lease on the wire, p99, ms", bounded(wire.p99, wire.p99_upper), bounded(carried.p99, carried.p99_upper),
             f"{wire.p99 / carried.p99:.2f}"),
        Line(f"waits for the wire over {STALL_MS:.0f} ms", f"{wire.over} of {wire.n}",
             f"{carried.over} of {carried.n}", ""),
        Line(f"a cycle's own work, p99 of {cycle.n}, ms", bounded(cycle.p99, cycle.p99_upper), "", "",
             f"at most {OWN_MS:.0f} ms", within(cycle.p99_lower, cycle.p99_upper, OWN_MS)),
        *_edges("pedal edge to command on the wire", pedal),
        *_edges("stop edge to enable off", stop),
        Line("resident memory of control, MB", f"{run.memory['control']['rss_mb']:.0f}", "", "", f"{MEMORY_MB:.0f}",
             within(run.memory["control"]["rss_mb"], run.memory["control"]["rss_mb"], MEMORY_MB)),
    ]  # fmt: skip
    return Found(
        title="Under load",
        how=f"{run.ended - run.began:.0f} s: the kiosk drew {run.frames_per_s:.0f} frames a second flat out, "
        f"{run.shots} shots of {run.armings} armings were recorded; control and the bare loop of the same priority and "
        f"period ran side by side, and a bare round trip of as many bytes over a terminal; ratios are of "
        f"{len(pairs)} blocks of {BLOCK_S:.0f} s. A cycle that a command or an edge began up to 10 ms before it was "
        f"due is that cycle, 0 late: {early} of {ours.n} were. The simulated device runs above them, as a real one "
        "shares no core with them; its edges come at odd moments.",
        lines=tuple(lines),
        numbers={
            "control": ours, "bare": theirs, "ratio_p99": by_p99, "ratio_p50": by_p50, "memory_mb": run.memory,
            "pedal": spread(pedal, EDGE_MS) if pedal else None, "stop": spread(stop, EDGE_MS) if stop else None,
            "pedal_lost": pedal_lost, "stop_lost": stop_lost, "frames_per_s": run.frames_per_s,
            "shots": run.shots, "armings_ended_by": run.disarmed,
            "own_work": cycle, "wire": wire, "bare_wire": carried,
        },
        series={"control cycle": control, "bare loop": bare, "pedal edge to wire": pedal, "stop edge to enable": stop},
        remarks=(
            (
                f"{_behind_wire(place, run)} of the {ours.over} late cycles stood behind a wait for the wire of over "
                f"{LATE_MS:.0f} ms; a bare round trip took up to {carried.most:.1f} ms, control's {wire.most:.1f} ms"
            ),
            *causes.told(place, run.began, [(at, by) for at, by in inside if by * 1000 > LATE_MS]),
            f"{pedal_lost} pedal edges never reached the wire: over before a silent wire spoke again",
            f"{stop_lost} stop edges left enable on (none may)",
            *(f"an arming ended {times} times with: {why}" for why, times in run.disarmed.items()),
        ),
    )  # fmt: skip


def behind_wire(due: list[float], late: list[float], began: list[float], wire: list[float]) -> int:
    """How many of the cycles over the limit (s) began after one that itself waited over the limit for the wire."""
    found = 0
    for at, by in zip(due, late, strict=True):
        before = bisect_left(began, at + by - MOMENT_S) - 1
        found += by * 1000 > LATE_MS and before >= 0 and wire[before] * 1000 > LATE_MS
    return found


def _behind_wire(place: Path, run: Run) -> int:
    began, wire = (watched.read(place / "control", name) for name in ("began", "wire"))
    inside = _inside(place, run)
    return behind_wire([at for at, _ in inside], [by for _, by in inside], began, wire)


def _inside(place: Path, run: Run) -> list[tuple[float, float]]:
    """When each cycle of the load was due, and how late it began (negative when early), s."""
    due, late = (watched.read(place / "control", name) for name in ("due", "late"))
    return [(at, by) for at, by in zip(due, late, strict=True) if run.began <= at < run.ended]


def _wires(place: Path, run: Run) -> tuple[Spread, Spread, Spread]:
    """What control computes in a cycle, what it waits for the wire, and what a bare round trip takes, ms."""
    rows = zip(*(watched.read(place / "control", name) for name in ("began", "took", "wire")), strict=True)
    kept = [(took * 1000, wire * 1000) for began, took, wire in rows if run.began <= began < run.ended]
    bare = zip(*(watched.read(place / "bare", name) for name in ("began", "wire")), strict=True)
    return (
        spread([took - wire for took, wire in kept], OWN_MS), spread([wire for _, wire in kept], STALL_MS),
        spread([wire * 1000 for began, wire in bare if run.began <= began < run.ended], STALL_MS),
    )  # fmt: skip


def _edges(what: str, found: list[float]) -> list[Line]:
    if not found:
        return [Line(f"{what}, none seen", "", "", "")]
    told = spread(found, EDGE_MS)
    return [
        Line(f"{what}, p50 of {told.n}, ms", f"{told.p50:.1f}", "", ""),
        Line(f"{what}, p99, ms", bounded(told.p99, told.p99_upper), "", "", f"under {EDGE_MS:.0f} ms",
             within(told.p99_lower, told.p99_upper, EDGE_MS)),
        Line(f"{what}, p99.9, ms", bounded(told.p999, told.p999_upper), "", "", f"under {EDGE_MS:.0f} ms",
             within(told.p999_lower, told.p999_upper, EDGE_MS)),
    ]  # fmt: skip


def bounded(value: float, upper: float | None) -> str:
    """A percentile with its upper 95 % bound, where there is one."""
    return f"{value:.2f}" + (f" (to {upper:.2f})" if upper is not None else " (n too small for a bound)")


def _share(told: Spread) -> str:
    return f"{told.over} (to {told.over_upper * 10_000:.1f} of 10,000)"


def cell(found: Ratio) -> str:
    """A ratio with its interval."""
    return show(found.median, found.low, found.high)
