"""First frame, frame rate and memory of the kiosk's treating screen against a bare Kivy window of the same size.

Pairs of processes, one after the other in an order drawn anew, both under the same X server. The kiosk's channel is fed
with a running treatment 10 times a second, as control feeds it.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from kiosk.channel.server import ChannelServer
from kiosk.channel.snapshot import Snapshot
from kiosk.session.cycle import PUBLISH_EVERY_S
from kiosk.system.tether import tethered
from tests.bench.display import display
from tests.bench.drive import BenchFailed
from tests.bench.found import Found, Line, Say
from tests.bench.rows import show
from tests.bench.statistics import at_least, at_most, quantile, ratio
from tests.view.samples import ARMED, CATALOGUE

SIZE = 800, 480
FIRST_GOAL, RATE_GOAL, MEMORY_GOAL = 1.5, 0.8, 1.4
ENDS_WITHIN_S = 60.0


def measure(pairs: int, seconds: float, say: Say) -> Found:
    """`pairs` pairs of windows, each drawing flat out for `seconds`."""
    draws = random.Random(2)
    took: list[tuple[dict[str, float], dict[str, float]]] = []
    with display(SIZE) as environment:
        for index in range(pairs + 1):  # the first pair fills the disk's cache
            order = ("kiosk", "bare") if draws.random() < 0.5 else ("bare", "kiosk")
            told = {kind: window(kind, seconds, environment) for kind in order}
            if index:
                took.append((told["kiosk"], told["bare"]))
                say(f"frames: pair {index} of {pairs}, {_short(told['kiosk'])} against {_short(told['bare'])}")
    return _found(took, seconds)


def _short(told: dict[str, float]) -> str:
    return f"{told['first_frame_s']:.2f} s, {told['frames_per_s']:.0f} a second, {told['rss_mb']:.0f} MB"


def _found(took: list[tuple[dict[str, float], dict[str, float]]], seconds: float) -> Found:
    lines: list[Line] = []
    numbers: dict[str, object] = {}
    for key, what, form, judge, goal in (
        ("first_frame_s", "first frame, s", "{:.2f}", at_most, FIRST_GOAL),
        ("frames_per_s", "frames a second, flat out", "{:.0f}", at_least, RATE_GOAL),
        ("rss_mb", "resident memory of the kiosk, MB", "{:.0f}", at_most, MEMORY_GOAL),
        ("uss_mb", "memory of the kiosk shared with nobody, MB", "{:.0f}", at_most, 0.0),
    ):
        pairs = [(ours[key], theirs[key]) for ours, theirs in took]
        found = ratio(pairs)
        ours, theirs = (form.format(quantile([pair[side] for pair in pairs], 0.5)) for side in (0, 1))
        verdict = judge(found, goal) if goal else ""
        shown = show(found.median, found.low, found.high)
        named = f"{'at least' if judge is at_least else 'at most'} {goal}" if goal else ""
        lines.append(Line(what, ours, theirs, shown, named, verdict))
        numbers[key] = {"ratio": found, "pairs": pairs}
    return Found(
        title="Window",
        how=f"{len(took)} pairs of processes of {SIZE[0]}x{SIZE[1]} under one Xvfb, order drawn anew for each pair; "
        f"the kiosk shows the treating screen with a running treatment, bare Kivy one label; {seconds:.0f} s flat out.",
        lines=tuple(lines),
        numbers=numbers,
    )


def window(
    kind: str, seconds: float, environment: dict[str, str], *, draws: str = "flat-out", fed: Snapshot = ARMED
) -> dict[str, float]:
    """One process of `tests.bench.window` from its start to its end, its channel fed meanwhile; what it told."""
    with TemporaryDirectory(prefix="nappage-bench-") as folder:
        server = ChannelServer(Path(folder) / "control.sock")
        words = [sys.executable, "-m", "tests.bench.window", kind, draws, *map(str, SIZE), str(time.monotonic())]
        process = subprocess.Popen(
            tethered((*words, str(seconds), str(server.path))),
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            _feed(server, process, fed)
            said, wrong = process.communicate()
        finally:
            process.kill()
            process.wait()
            server.close()
    if not said:
        raise BenchFailed(f"the {kind} window said nothing but: {wrong[-400:]}")
    return json.loads(said.splitlines()[-1])


def _feed(server: ChannelServer, process: subprocess.Popen[str], fed: Snapshot) -> None:
    """Publish this scene until the window ends, as control does; a running treatment has a shot each second."""
    number, by, seated = 0, time.monotonic() + ENDS_WITHIN_S, None
    while process.poll() is None:
        if time.monotonic() > by:
            raise BenchFailed("the window did not end")
        number += 1
        server.poll()
        if server.seat != seated:
            seated = server.seat
            server.send_catalogue(CATALOGUE)
        treat = fed.treat
        if treat is not None and treat.arming is not None:
            treat = msgspec.structs.replace(treat, shot_count=number // 10, needle_um=number % 10 * 60)
        server.publish(msgspec.structs.replace(fed, number=number, stamp=time.monotonic(), treat=treat))
        time.sleep(PUBLISH_EVERY_S)
