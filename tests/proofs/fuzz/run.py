"""The fuzz from its plan to its verdict: batches on two processes, progress, figures, findings kept as files.

Only this file runs batches side by side. The digest of a run is taken over the batches in their order, whoever ran
them, so that the same seed gives the same line again.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from tests.proofs.fuzz.parts import Finding, Notes, Part, Told, resident_kb
from tests.proofs.interrupted import deaf

PATIENCE_S = 120
"""Processor seconds: a batch takes a few; one that takes so many is an input that does not end. A starved one waits."""
STUCK_S = 1800
"""Seconds after which a batch waits for what does not come."""
GROWTH_KB = 120_000
"""What a worker may grow by after its first batches of every part: caches, not a leak."""
WARM = 4
"""Batches of each part after which a worker has loaded all that it loads."""


class Amount(msgspec.Struct, frozen=True):
    """One part and how many mutated inputs it gets at least."""

    part: Part
    cases: int

    @property
    def batches(self) -> int:
        return -(-self.cases // self.part.size)


class Summary(msgspec.Struct):
    """What one part did in the whole run."""

    title: str
    cases: int = 0
    counts: dict[str, int] = {}


class Result(msgspec.Struct):
    seed: int
    seconds: float
    digest: str
    parts: dict[str, Summary]
    findings: list[Finding]
    grown_kb: int


def quick_folder() -> str | None:
    """Databases of a fuzz are opened by the ten thousand; a disk in memory, where there is one, spares the real one."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


class TooSlow(Exception):
    """A batch did not end."""


_parts: dict[str, Part] = {}


def _begin(parts: tuple[Part, ...]) -> None:
    _parts.update({part.name: part for part in parts})
    deaf()


def _late(number: int, _frame: object) -> None:
    took = f"{PATIENCE_S} s of processor time" if number == signal.SIGPROF else f"{STUCK_S} s"
    raise TooSlow(f"it did not end within {took}")


def one_batch(part: Part, seed: int, number: int) -> Told:
    """One batch; whatever breaks it is a finding, and so is one that does not end."""
    for over in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(over, _late)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE_S)
    signal.setitimer(signal.ITIMER_REAL, STUCK_S)
    try:
        return part.batch(seed, number)
    except Exception as error:  # noqa: BLE001  a batch that breaks has found something
        notes = Notes(part.name, seed, number)
        where = _where(error)
        notes.find(f"the batch was broken off by {type(error).__name__}: {error} ({where})", b"")
        return notes.told()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    places: list[str] = []
    while trace is not None:
        places.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(places[-5:])


def _work(job: tuple[str, int, int]) -> Told:
    name, seed, number = job
    return one_batch(_parts[name], seed, number)


def _told(parts: tuple[Part, ...], jobs: list[tuple[str, int, int]], workers: int) -> Iterator[Told]:
    if workers == 1:
        _parts.update({part.name: part for part in parts})
        yield from map(_work, jobs)
        return
    with multiprocessing.get_context("fork").Pool(workers, _begin, (parts,)) as pool:
        yield from pool.imap(_work, jobs, chunksize=1)


def run(
    amounts: tuple[Amount, ...], seed: int, *, workers: int = 2, say: Callable[[str], None] = lambda _: None
) -> Result:
    """All batches of all parts; `say` hears of the progress."""
    began = told_at = time.monotonic()
    parts = tuple(amount.part for amount in amounts)
    jobs = [(amount.part.name, seed, number) for amount in amounts for number in range(amount.batches)]
    result = Result(seed, 0.0, "", {a.part.name: Summary(a.part.title) for a in amounts}, [], 0)
    counts: dict[str, Counter[str]] = {name: Counter() for name in result.parts}
    digest = hashlib.sha256()
    first_kb: dict[str, int] = {}
    for done, told in enumerate(_told(parts, jobs, workers), 1):
        summary = result.parts[told.part]
        summary.cases += told.cases
        counts[told.part].update(told.counts)
        digest.update(told.digest)
        result.findings += told.findings
        if told.batch == WARM * workers:
            first_kb[told.part] = told.resident_kb
        if told.part in first_kb:
            result.grown_kb = max(result.grown_kb, told.resident_kb - first_kb[told.part])
        if time.monotonic() - told_at > 5:
            told_at = time.monotonic()
            found = f", {len(result.findings)} findings" if result.findings else ""
            say(f"  {done} of {len(jobs)} batches, {summary.title}: {summary.cases:,}{found}")
    for name, summary in result.parts.items():
        summary.counts = dict(sorted(counts[name].items()))
    result.seconds = time.monotonic() - began
    result.digest = digest.hexdigest()
    if result.grown_kb > GROWTH_KB:
        what = f"a worker grew by {result.grown_kb // 1000} MB: something is kept for ever"
        result.findings.append(Finding("run", 0, 0, what, b""))
    return result


def report(result: Result, *, command: str) -> str:
    """The figures of a run as text."""
    lines = [f"fuzz: seed {result.seed}, {result.seconds:.0f} s, digest {result.digest[:16]}"]
    for summary in result.parts.values():
        lines += ["", f"{summary.cases:,} {summary.title}"]
        lines += [f"  {count:>12,}  {what}" for what, count in summary.counts.items()]
    cases = sum(summary.cases for summary in result.parts.values())
    verdict = f"{len(result.findings)} FINDINGS" if result.findings else "no crash, no motion, a clear error each"
    lines += ["", f"{cases:,} mutated inputs, memory grew by {result.grown_kb:,} kB: {verdict}"]
    for finding in result.findings:
        lines += ["", f"{finding.part}, batch {finding.batch}, case {finding.case}: {finding.what}"]
        if finding.data:
            lines.append(f"  input: {finding.data[:400].hex()}")
        lines.append(f"  again: {command} --seed {result.seed} --replay {finding.part}:{finding.batch}")
    return "\n".join(lines)


def keep(result: Result, text: str, folder: Path) -> None:
    """The report, the figures as JSON, and every input that found something."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.txt").write_text(text + "\n", encoding="utf-8")
    figures = {
        "seed": result.seed,
        "seconds": round(result.seconds, 1),
        "digest": result.digest,
        "grown_kb": result.grown_kb,
        "findings": len(result.findings),
        "parts": {name: msgspec.to_builtins(summary) for name, summary in result.parts.items()},
    }
    (folder / "figures.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    for finding in result.findings:
        name = f"{finding.part}-{result.seed}-{finding.batch}-{finding.case}.bin"
        (folder / name).write_bytes(finding.data)


def replay(part: Part, seed: int, number: int) -> int:
    """One batch again, its findings in full. Returns the exit code."""
    told = one_batch(part, seed, number)
    for what, count in sorted(told.counts.items()):
        sys.stdout.write(f"{count:>12,}  {what}\n")
    for finding in told.findings:
        sys.stdout.write(f"\ncase {finding.case}: {finding.what}\n  input: {finding.data.hex()}\n")
    sys.stdout.write(f"\n{told.cases:,} cases, {len(told.findings)} findings, {resident_kb():,} kB\n")
    return 1 if told.findings else 0
