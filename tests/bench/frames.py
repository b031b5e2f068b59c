"""First frame, frame rate and memory of the kiosk's treating screen against a bare Kivy window of the same size.

Rounds of processes, one after the other in an order drawn anew, all under the same X server. The kiosk's channel is fed
with a running treatment 10 times a second, as control feeds it. Frames are counted twice: under the limit of 60 a
second that the kiosk has while somebody treats, which says whether a machine holds that; and flat out, which says what
a page full of things costs beside an empty window. Where software fills every pixel on the processor, flat out is
mostly a count of filled pixels.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
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
from tests.bench.statistics import Ratio, at_least, at_most, quantile, ratio
from tests.view.samples import CATALOGUE
from tests.view.samples.treating import ARMED

SIZE = 800, 480
FIRST_GOAL, RATE_GOAL, MEMORY_GOAL = 1.5, 0.8, 1.4
ENDS_WITHIN_S = 60.0
Window = tuple[str, str]
"""Kind, and how it draws."""
KINDS = "kiosk", "bare"
WINDOWS: tuple[Window, ...] = (
    *((kind, draws) for kind in KINDS for draws in ("paced", "flat-out")),
    ("plain", "flat-out"),
)
ROWS: tuple[tuple[str, str, str, str, Callable[[Ratio, float], str], float], ...] = (
    ("flat-out", "first_frame_s", "first frame, s", "{:.2f}", at_most, FIRST_GOAL),
    ("flat-out", "first_frame_cpu_s", "first frame, s of CPU", "{:.2f}", at_most, 0.0),
    ("paced", "frames_per_s", "frames a second, of 60", "{:.1f}", at_least, RATE_GOAL),
    ("flat-out", "frames_per_s", "frames a second, flat out", "{:.0f}", at_least, RATE_GOAL),
    ("flat-out", "cpu_ms_per_frame", "CPU of a frame, ms", "{:.2f}", at_most, 0.0),
    ("flat-out", "rss_mb", "resident memory of the kiosk, MB", "{:.0f}", at_most, MEMORY_GOAL),
    ("flat-out", "uss_mb", "memory of the kiosk shared with nobody, MB", "{:.0f}", at_most, 0.0),
)  # fmt: skip
"""How the window draws, what it told, name and form of the line, how it is judged, and the goal; 0 for none."""


def measure(rounds: int, seconds: float, say: Say) -> Found:
    """`rounds` rounds of windows, each drawing for `seconds`."""
    draws = random.Random(2)
    took: list[dict[Window, dict[str, float]]] = []
    with display(SIZE) as environment:
        for index in range(rounds + 1):  # the first round fills the disk's cache and the bytecode's
            order = draws.sample(WINDOWS, len(WINDOWS))
            told = {(kind, how): window(kind, seconds, environment, draws=how) for kind, how in order}
            if index:
                took.append(told)
                say(f"frames: round {index} of {rounds}, " + " against ".join(_short(told, kind) for kind in KINDS))
    return _found(took, seconds)


def _short(told: dict[Window, dict[str, float]], kind: str) -> str:
    flat, paced = told[kind, "flat-out"], told[kind, "paced"]
    return f"{flat['first_frame_s']:.2f} s, {paced['frames_per_s']:.0f} and {flat['frames_per_s']:.0f} a second"


def _found(took: list[dict[Window, dict[str, float]]], seconds: float) -> Found:
    lines: list[Line] = []
    numbers: dict[str, object] = {}
    for draws, key, what, form, judge, goal in ROWS:
        pairs = [(told["kiosk", draws][key], told["bare", draws][key]) for told in took]
        found = ratio(pairs)
        ours, theirs = (form.format(quantile([pair[side] for pair in pairs], 0.5)) for side in (0, 1))
        verdict = judge(found, goal) if goal else ""
        shown = show(found.median, found.low, found.high)
        named = f"{'at least' if judge is at_least else 'at most'} {goal}" if goal else ""
        lines.append(Line(what, ours, theirs, shown, named, verdict))
        numbers[f"{key}, {draws}"] = {"ratio": found, "pairs": pairs}
    plain = {key: [told["plain", "flat-out"][key] for told in took] for key in took[0]["plain", "flat-out"]}
    first, rate, cost = (quantile(plain[key], 0.5) for key in ("first_frame_s", "frames_per_s", "cpu_ms_per_frame"))
    return Found(
        title="Window",
        how=f"{len(took)} rounds of processes of {SIZE[0]}x{SIZE[1]} under one Xvfb, order drawn anew for each, all "
        "from compiled files, as installed; the kiosk shows the treating screen with a running treatment, bare Kivy "
        f"one label; {seconds:.0f} s each, every frame a whole redraw. Bare Kivy has Kivy's own settings, with two "
        "samples to a pixel; the kiosk has one. CPU time is that of all threads, the software renderer's too.",
        lines=tuple(lines),
        numbers={**numbers, "bare with one sample to a pixel, flat out": plain},
        remarks=(_plain(first, rate, cost),),
    )


def _plain(first: float, rate: float, cost: float) -> str:
    return (
        f"Bare Kivy with one sample to a pixel, as the kiosk has it: first frame {first:.2f} s, {rate:.0f} frames a "
        f"second flat out, {cost:.2f} ms of CPU each. An empty window is cleared and hardly filled then."
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
