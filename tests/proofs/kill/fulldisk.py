"""A disk that is really full: a small file system under the record, where this user may mount one.

Only this file fills a disk: to under what arming asks for, and to nothing while something is armed.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from kiosk.protocols.library import SHIPPED
from kiosk.session.desk import LEAST_MB
from tests.bench.drive import profiles_without_totals
from tests.proofs.kill import faults
from tests.proofs.kill.examine import examine
from tests.proofs.kill.invariants import Found
from tests.proofs.kill.lane import Lane, ProofFailed
from tests.proofs.kill.practitioner import Practitioner
from tests.proofs.kill.session import DOSE_NL, RATE_MHZ, SHOTS, ended_well, no_blow, short_session

SIZE = 96 << 20
LITTLE = LEAST_MB << 19
"""Half of what has to be free before anything arms."""
FREE = 16 << 10
"""What is left when somebody else fills the disk while something is armed: too little for a shot's rows."""
SESSIONS_MOST = 40
MNT_DETACH = 2


class NotPermitted(Exception):
    """Nothing can be mounted here; the text says why."""


@contextmanager
def small_disk(folder: Path) -> Generator[None]:
    """A file system of `SIZE` bytes at `folder`.

    Raises:
        NotPermitted: this user may not mount one.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, f"size={SIZE}".encode()) != 0:
        raise NotPermitted(os.strerror(ctypes.get_errno()))
    try:
        yield
    finally:
        libc.umount2(os.fsencode(folder), MNT_DETACH)


def fill(folder: Path) -> str:
    """With little room nothing arms; a disk that fills under an arming ends it; with room again it goes on.

    Gives what happened in a sentence.

    Raises:
        NotPermitted: this user may not mount one.
        ProofFailed: what must hold does not.
    """
    lane = Lane(folder, profiles_without_totals(SHIPPED, folder / "profiles"))
    with small_disk(lane.data), lane:
        lane.start_bench()
        person = Practitioner(lane, no_blow, "D")
        lane.start_control()
        person.meet()
        person.make_ready()
        ended_well(lane)
        ballast = lane.data / "ballast"
        take(ballast, LITTLE)
        lane.start_control()
        person.meet()
        person.until(
            lambda: any("torage is full" in said for said in person.sees.missing), "what stands against arming"
        )
        ended_well(lane)
        turn, how, sentence = 0, "went on", ""
        while how == "went on":
            turn += 1
            if turn > SESSIONS_MOST:
                raise ProofFailed(f"the disk did not fill in {SESSIONS_MOST} sessions")
            ballast.unlink()
            lane.start_control()
            how, sentence = faults.session_over_failing_storage(lane, person, lambda one: overtaken(one, ballast))
        ballast.unlink()
        lane.start_control()
        person.meet()
        examine(lane, person, Found(()))
        short_session_again(lane, person)
        return f"with little room nothing arms; session {turn}: {how}: {sentence.strip()[:160]}; with room it goes on"


def take(ballast: Path, left: int) -> None:
    """Somebody else takes all room of the disk but so many bytes."""
    ballast.touch()
    room = os.statvfs(ballast.parent)
    ballast.write_bytes(bytes(room.f_bavail * room.f_frsize - left))


def overtaken(person: Practitioner, ballast: Path) -> None:
    """A treatment whose disk is filled once it is armed; who was refused, or had it ended, comes again next time."""
    person.meet()
    person.make_ready()
    person.set("continuous", dose=DOSE_NL, rate=RATE_MHZ, shots=SHOTS)
    person.make_ready()
    if person.arm():
        take(ballast, FREE)
        person.fire(SHOTS)
    person.let_go()
    person.until(lambda: not person.armed(), "the arming to end")


def short_session_again(lane: Lane, person: Practitioner) -> None:
    """With room the treatment goes on."""
    lane.end_control()
    lane.start_control()
    short_session(person)
    ended_well(lane)
