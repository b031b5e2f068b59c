"""A disk that is really full: a small file system under the record, where this user may mount one."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from kiosk.protocols.library import SHIPPED
from tests.bench.drive import profiles_without_totals
from tests.proofs.kill import faults
from tests.proofs.kill.examine import examine
from tests.proofs.kill.invariants import Found
from tests.proofs.kill.lane import Lane, ProofFailed
from tests.proofs.kill.practitioner import Practitioner
from tests.proofs.kill.session import ended_well, no_blow, short_session

SIZE = 3 << 20
FREE = 96 << 10
"""What is left when the filling ends: enough to start and too little for a treatment."""
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
    """Treat until the disk is full, make room, start again; gives what happened in a sentence.

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
        room = os.statvfs(lane.data)
        ballast.write_bytes(bytes(room.f_bavail * room.f_frsize - FREE))
        turn, how, sentence = 0, "went on", ""
        while how == "went on":
            turn += 1
            if turn > SESSIONS_MOST:
                raise ProofFailed(f"the disk did not fill in {SESSIONS_MOST} sessions")
            lane.start_control()
            how, sentence = faults.session_over_failing_storage(lane, person)
        ballast.unlink()
        lane.start_control()
        person.meet()
        examine(lane, person, Found(()))
        short_session_again(lane, person)
        return f"session {turn}: {how}: {sentence.strip()[:160]}; with room again it goes on"


def short_session_again(lane: Lane, person: Practitioner) -> None:
    """With room the treatment goes on."""
    lane.end_control()
    lane.start_control()
    short_session(person)
    ended_well(lane)
