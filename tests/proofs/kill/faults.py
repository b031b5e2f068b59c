"""Errors of the storage in the unmodified product: the n-th call about the ledger's files fails, for every n.

strace answers that one call with EIO or ENOSPC. Whatever fails, it is told in a numbered sentence, nothing fires from
then on (LED-12), and the next start finds everything that was acknowledged (LED-10).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from kiosk.alarms.conditions import A
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import Snapshot
from tests.proofs.kill.examine import examine
from tests.proofs.kill.invariants import Found
from tests.proofs.kill.lane import ControlEnded, Lane, ProofFailed
from tests.proofs.kill.practitioner import MOVING, SERVICE, Practitioner
from tests.proofs.kill.recording import CALLS, call_counts, strace
from tests.proofs.kill.session import ended_well, short_session

ERRORS = ("EIO", "ENOSPC")
FAILED = ("openat", "pwrite64", "fdatasync", "fsync", "ftruncate", "unlink")
"""Calls through which the ledger is written, as a recording shows them."""
WATCHED_S = 0.3
"""How long a finger lies on the trigger after the failure: more than two shots at the highest rate."""
IN_TIME, BY_LEASE = 1, 2
"""Strokes at the highest rate, one in 111 ms, that may still begin once the failure was told.

A control that runs in time has its `void` confirmed, or drops its enable, within 101.4 ms: one. A machine that holds
control up may keep it from doing either; then only the injector's own 150 ms since the last lease are left (WDG-1):
two. That it was held up is believed only of a cycle over 10 ms late that control counted about the time of the failure.
"""
_NUMBERED = re.compile(r"E(\d{3}):")
NAMES = re.compile(r"\b(openat|unlink|unlinkat)\(")
"""Calls that SQLite may do without: a journal that is not removed is not used either, and the folder was synced."""
REFUSED = 2
"""Exit code of a control that could not start."""


Play = Callable[[Practitioner], None]


class Injection(msgspec.Struct, frozen=True):
    """The `nth` call `call` about the ledger's files fails with `error`."""

    call: str
    error: str
    nth: int

    def __str__(self) -> str:
        return f"{self.error} at {self.call} {self.nth}"


class Outcome(msgspec.Struct, frozen=True):
    """What became of it. `how`: not reached, did not start, alarm, told at the end, went on."""

    injection: Injection
    how: str
    sentence: str
    found: Found


class Told(Exception):
    """Control has told a person that the record cannot be written."""


def ledger_paths(lane: Lane) -> list[Path]:
    """Everything that the ledger is written through, its folder and its lock too."""
    names = (f"{lane.ledger.name}{suffix}" for suffix in ("", "-wal", "-shm", "-journal", ".lock"))
    return [*(lane.data / name for name in names), lane.data]


def counted(lane: Lane, person: Practitioner, play: Play = short_session) -> dict[str, int]:
    """How often each call is about the ledger's files in one session."""
    log = lane.folder / "counted.trace"
    lane.start_control(*strace(log))
    play(person)
    ended_well(lane)
    return call_counts(log, ledger_paths(lane))


def injections(counts: dict[str, int], *, errors: Iterable[str] = ERRORS) -> list[Injection]:
    """Every one there is."""
    return [
        Injection(call, error, nth) for call in FAILED for error in errors for nth in range(1, counts.get(call, 0) + 1)
    ]


def spread(planned: list[Injection], most: int) -> list[Injection]:
    """At most so many of them, spread over all."""
    return planned if len(planned) <= most else [planned[place * len(planned) // most] for place in range(most)]


def inject(
    lane: Lane,
    person: Practitioner,
    injection: Injection,
    last: Found,
    *,
    program: tuple[str, ...] = (),
    play: Play = short_session,
) -> Outcome:
    """One session of `program` with one failing call, then a start of the product without.

    Raises:
        ProofFailed: something that must hold does not.
    """
    log = lane.folder / "injected.trace"
    paths = [word for path in ledger_paths(lane) for word in ("-P", str(path))]
    how = f"inject={injection.call}:error={injection.error}:when={injection.nth}"
    tracing = (
        "strace", "-f", "--seccomp-bpf", "-qq", "-y", "-e", f"trace={CALLS}", "-e", how, *paths, "-o", str(log),
    )  # fmt: skip
    lane.start_control(*tracing, program=program)
    try:
        how, sentence = session_over_failing_storage(lane, person, play)
        if how == "went on":
            how = _why_silent(lane, log)
        lane.start_control()
        person.meet()
        found = examine(lane, person, last)
        ended_well(lane)
    except ProofFailed as failed:
        raise ProofFailed(f"{injection}: {failed}") from failed
    return Outcome(injection, how, sentence, found)


def session_over_failing_storage(lane: Lane, person: Practitioner, play: Play = short_session) -> tuple[str, str]:
    """How a session over a failing storage went, and what was told."""
    heed = person.heed = Heed()
    try:
        play(person)
    except Told as told:
        person.heed = lambda _: None
        _nothing_fires(lane, person, heed.late)
        lane.end_control()
        _no_python(lane)
        return "alarm", str(told)
    except ControlEnded:
        code = lane.await_end()
        _no_python(lane)
        if code != REFUSED or not _NUMBERED.search(lane.said()):
            raise
        return "did not start", lane.said().strip()
    finally:
        person.heed = lambda _: None
    code = lane.end_control()
    _no_python(lane)
    said = [line for line in lane.said().splitlines() if _NUMBERED.search(line)]
    if code != 0:
        raise ProofFailed(f"control ended with {code}: {lane.said()}")
    return ("told at the end", said[-1]) if said else ("went on", "")


def _why_silent(lane: Lane, log: Path) -> str:
    """What became of a call that nobody told of.

    Raises:
        ProofFailed: it wrote or synced the record, and its failure was passed over.
    """
    failed = [line for line in log.read_text("utf-8", "replace").splitlines() if "(INJECTED)" in line]
    if not failed:
        return "not reached"
    loud = [line for line in failed if not (f"<{lane.data}>)" in line or NAMES.search(line))]
    if loud:
        raise ProofFailed(f"it was passed over in silence: {loud[0]}")
    return "went on"


def codes(sentence: str) -> list[str]:
    """The numbers of the errors that a sentence names."""
    return [f"E{number}" for number in _NUMBERED.findall(sentence)]


class Heed:
    """Looks at every snapshot until one tells that the record cannot be written.

    Attributes:
        late: Cycles over 10 ms late, as the last snapshot before that counted them.
    """

    def __init__(self) -> None:
        self.late = 0

    def __call__(self, seen: Snapshot) -> None:
        """Take one snapshot.

        Raises:
            Told: it is told in this one.
        """
        for alarm in seen.alarms:
            if alarm.number == A.LEDGER_FAILED:
                raise Told(alarm.what)
        self.late = seen.loop.over_10ms


def _late_since(person: Practitioner, before: int) -> bool:
    """Whether control counts more cycles over 10 ms late than before; it adds them up once a second."""
    counted = person.sees.loop.cycles
    person.until(lambda: person.sees.loop.cycles > counted, "the next count of late cycles")
    return person.sees.loop.over_10ms > before


def _no_python(lane: Lane) -> None:
    if "Traceback" in lane.said():
        raise ProofFailed(f"control said: {lane.said()[-3000:]}")


def _nothing_fires(lane: Lane, person: Practitioner, late_before: int) -> None:
    """What was under way ends; then neither an arming nor a finger on the trigger does anything (LED-12)."""
    told_at = lane.device()["lifetime_shots"]
    person.until(lambda: _at_rest(lane), "the motion under way to end, and the rest to be taken back")
    at_rest = lane.device()["lifetime_shots"]
    began = at_rest - told_at
    if began > BY_LEASE or (began > IN_TIME and not _late_since(person, late_before)):
        raise ProofFailed(f"{began} motions began after the failure was told; control was not late meanwhile")
    if person.sees.phase == "treat" and person.arm():
        raise ProofFailed("it could be armed after the failure")
    if person.sees.phase == "starting" and person.sees.link.connected:
        person.ask(ask.AnswerCheck("homing", True))
    person.tell("contact on")
    person.tell("trigger down")
    by = time.monotonic() + WATCHED_S
    while time.monotonic() < by:
        person.look(WATCHED_S)
    person.tell("trigger up")
    person.tell("lift")
    given = lane.device()["lifetime_shots"] - at_rest
    if given:
        raise ProofFailed(f"{given} motions after the failure was told")


def _at_rest(lane: Lane) -> bool:
    """Nothing moves, and nothing is left of what was authorised."""
    device = lane.device()
    return device["state"] not in MOVING | SERVICE and not device["shots_left"]
