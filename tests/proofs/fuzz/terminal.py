"""Mutated frames over real pseudo-terminals: against `python -m hal_sim`, and against the real driver.

The same frames as in process, through the kernel, in real time. The bench process must answer the next good frame and
its needle and plunger must not have moved; the driver must end every call with a value or a numbered error.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

from drivers.injector import ModbusInjector
from drivers.link import ModbusLink
from drivers.stop import StopLatch
from tests.drivers.far_end import FarEnd
from tests.proofs.fuzz import frames, mutate
from tests.proofs.fuzz.corpus import recorded
from tests.proofs.fuzz.driver_end import EXPECTED, Truth
from tests.proofs.fuzz.parts import Notes, Told

TOGETHER = 20
"""Mutated frames between two good ones."""
AGAIN_MS = 1000
"""A bench that was kept waiting takes a good frame for the tail of what came before it: then it is sent once more."""
PATIENCE_MS = 10_000


class BenchProcess:
    """`python -m hal_sim` with its port and its console."""

    def __init__(self, folder: Path) -> None:
        self._console_at = folder / "console"
        words = ["--link", str(folder / "port"), "--console", str(self._console_at), "--barrel", "1"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hal_sim", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline().startswith("port ")
        self._console = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._console.settimeout(30)
        self._console.connect(str(self._console_at))
        self._answers = self._console.makefile("r", encoding="utf-8")
        self.port = os.open(folder / "port", os.O_RDWR | os.O_NOCTTY)

    def do(self, line: str) -> str:
        self._console.sendall(line.encode() + b"\n")
        return self._answers.readline()

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.do("state"))
        return found

    def hear(self, patience_ms: int) -> bytes:
        ready, _, _ = select.select([self.port], [], [], patience_ms / 1000)
        return os.read(self.port, 4096) if ready else b""

    def close(self) -> None:
        os.close(self.port)
        self._answers.close()
        self._console.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()


class ToBench:
    """The part: requests into the bench process, on skin, with the supply on and the trigger held."""

    name = "bench"
    title = "frames to the bench process, over a pseudo-terminal"

    def __init__(self, folder: Path, size: int = 1000) -> None:
        self.size = size
        self._folder = folder

    def batch(self, seed: int, number: int) -> Told:
        notes = Notes(self.name, seed, number)
        place = self._folder / f"bench-{number}"
        place.mkdir(exist_ok=True)
        bench = BenchProcess(place)
        try:
            for line in ("enable on", "contact on", "trigger down"):
                bench.do(line)
            began = bench.state()
            while notes.case < self.size:
                _some_to_bench(notes, bench, min(TOGETHER, self.size - notes.case), began)
        finally:
            bench.close()
            for left in place.iterdir():
                left.unlink(missing_ok=True)
            place.rmdir()
        if bench.process.returncode != 0:
            notes.find(f"the bench ended with {bench.process.returncode}", b"")
        return notes.told()


def _some_to_bench(notes: Notes, bench: BenchProcess, many: int, began: dict[str, Any]) -> None:
    """Frames one after another, each after the silence that ends the one before; then a good one is answered."""
    requests, _ = recorded()
    sent: list[bytes] = []
    for _ in range(many):
        notes.case += 1
        data = _request(notes, requests)
        notes.digest.update(data)
        sent.append(data)
        os.write(bench.port, data)
        answer = bench.hear(8)
        notes.counts["answered" if answer else "dropped: no frame for this unit"] += 1
    while bench.hear(12):
        pass
    good = frames.closed(bytes((1, 3, 0, 0, 0, 1)))
    for patience_ms in (AGAIN_MS, PATIENCE_MS):
        os.write(bench.port, good)
        if bench.hear(patience_ms).endswith(frames.closed(b"\x01\x03\x02\x00\x01")):
            break
    else:
        notes.find("a good frame is not answered any more", b"\n".join(sent))
    state = bench.state()
    for what in ("lifetime_shots", "lifetime_nl", "boot_count"):
        if state[what] != began[what]:
            notes.find(f"{what} was {began[what]} and is {state[what]}", b"\n".join(sent))


def _request(notes: Notes, requests: tuple[bytes, ...]) -> bytes:
    chance = notes.chance
    frame = requests[int(chance.random() * len(requests))]
    spoiled = mutate.spoil(chance, frame, requests)
    if chance.random() < 0.5 and len(spoiled) > 4:
        spoiled = frames.closed(spoiled[:-2])
    return spoiled[:1000] or b"\0"


class ToDriver:
    """The part: answers into the real driver's link, from a far end on a pseudo-terminal."""

    name = "port"
    title = "frames to the driver, over a pseudo-terminal"

    def __init__(self, folder: Path, size: int = 500) -> None:
        self.size = size
        del folder

    def batch(self, seed: int, number: int) -> Told:
        notes = Notes(self.name, seed, number)
        truth = Truth()
        _, answers = recorded()
        heard: list[bytes] = []
        chance = random.Random(f"far end {seed} {number}")  # the far end is another thread

        def answer(end: FarEnd, request: bytes) -> None:
            if len(request) < 8:
                return
            honest = truth.answer(request)
            spoiled = mutate.spoil(chance, honest, answers)
            if chance.random() < 0.5 and len(spoiled) > 4:
                spoiled = frames.closed(spoiled[:-2])
            heard.append(spoiled)
            end.send(spoiled)

        far = FarEnd(answer)
        injector = ModbusInjector(ModbusLink(far.port, parity="N"), StopLatch())
        try:
            for case in range(self.size):
                notes.case = case + 1
                heard.clear()
                calls = (lambda: injector.exchange(pedal=False, cursor=1), injector.identity, injector.calibration)
                what = (0, 0, 0, 1, 2)[int(notes.chance.random() * 5)]
                try:
                    calls[what]()
                except EXPECTED as error:
                    notes.counts[type(error).__name__] += 1
                except Exception:  # noqa: BLE001  whatever else is raised is what is looked for
                    notes.find(traceback.format_exc(limit=-4), b"".join(heard))
                else:
                    notes.counts["done"] += 1
                    answer_ = heard[-1] if heard else b""
                    if not frames.sound(answer_[: answer_[2] + 5] if len(answer_) > 4 else b""):
                        notes.find("what is no frame was believed", answer_)
        finally:
            injector.close()
            far.close()
        return notes.told()
