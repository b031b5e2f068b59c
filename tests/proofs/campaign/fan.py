"""Sessions dealt out to worker processes, and what all of them came to, in the order of their numbers.

Only this file knows of processes. What a session gives depends on the seed and its number alone, so neither the number
of workers nor who is done first changes a figure or the hash; the campaign ends after the same session whoever runs it.
"""

from __future__ import annotations

import ctypes
import gc
import hashlib
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import msgspec

from tests.proofs.campaign.session import Told, play

PR_SET_PDEATHSIG = 1
AHEAD = 4
"""Sessions that are dealt out ahead for each worker."""


TOO_MANY = 10
"""Violations after which a campaign ends early; the first one alone makes it fail."""


class Sum(msgspec.Struct):
    """A campaign so far. `digest` runs over the sessions' own, in their order."""

    seed: int
    sessions: int = 0
    treatments: int = 0
    shots: int = 0
    cycles: int = 0
    events: int = 0
    commits: int = 0
    integrated: int = 0
    """Sessions that were also stepped at 0.1 ms."""
    virtual_s: float = 0.0
    cpu_s: float = 0.0
    wall_s: float = 0.0
    workers: int = 1
    faults: Counter[str] = msgspec.field(default_factory=Counter)
    sets: set[int] = msgspec.field(default_factory=set)
    violations: list[tuple[int, str]] = msgspec.field(default_factory=list)
    digest: str = ""

    @property
    def made(self) -> int:
        """Faults of all kinds."""
        return sum(self.faults.values())

    def add(self, told: Told) -> None:
        self.sessions += 1
        self.treatments += told.treatments
        self.shots += told.shots
        self.cycles += told.cycles
        self.events += told.events
        self.commits += told.commits
        self.virtual_s += told.virtual_s
        self.cpu_s += told.cpu_s
        self.integrated += told.steps > 0
        self.faults.update(told.faults)
        self.sets.update(told.sets)
        if told.violation:
            self.violations.append((told.number, told.violation))
        self.digest = hashlib.sha256(f"{self.digest}/{told.number}/{told.digest}".encode()).hexdigest()


def campaign(
    seed: int,
    folder: Path,
    *,
    enough: Callable[[Sum], bool],
    session_shots: int,
    workers: int,
    shown: Callable[[Sum], None],
    violated: Callable[[int, str], None],
) -> Sum:
    """Sessions 0, 1, 2 ... of a seed until it is enough, or too much was violated to go on."""
    found = Sum(seed, workers=workers)
    began = time.monotonic()
    tellers = _alone(seed, folder, session_shots) if workers == 1 else _dealt(seed, folder, session_shots, workers)
    for told in tellers:
        found.add(told)
        found.wall_s = time.monotonic() - began
        if told.violation:
            violated(told.number, told.violation)
        shown(found)
        if enough(found) or len(found.violations) >= TOO_MANY:
            tellers.close()  # type: ignore[attr-defined]
            break
    return found


def _alone(seed: int, folder: Path, shots: int) -> Iterator[Told]:
    _begin()
    number = 0
    while True:
        yield _played(seed, number, shots, folder)
        number += 1


def _dealt(seed: int, folder: Path, shots: int, workers: int) -> Iterator[Told]:
    with ProcessPoolExecutor(workers, initializer=_worker) as pool:
        waiting: list[Future[Told]] = []
        number = 0
        try:
            while True:
                while len(waiting) < AHEAD * workers:
                    waiting.append(pool.submit(_played, seed, number, shots, folder))
                    number += 1
                yield waiting.pop(0).result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _worker() -> None:
    """A process that plays for another and ends with it, however that ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    _begin()


def _begin() -> None:
    """Whoever plays: what is imported stays for good, and a session leaves no rubbish that cannot wait for its end."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _played(seed: int, number: int, shots: int, folder: Path) -> Told:
    began = time.process_time()
    told = play(seed, number, shots, folder)
    told.cpu_s = time.process_time() - began
    return told


def usual_workers() -> int:
    """As many as there are cores to run on."""
    return max(1, len(os.sched_getaffinity(0)))
