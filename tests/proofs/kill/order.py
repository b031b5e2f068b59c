"""LED-1 from the system calls: at the instant a frame leaves that may move the needle, its row is on the disk.

Not that some sync came before it: the disk as it is for certain at that instant is rebuilt, and the row is looked for.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from pathlib import Path

from tests.proofs.kill.invariants import Known, look
from tests.proofs.kill.lane import Lane
from tests.proofs.kill.power import Disk, Recording
from tests.proofs.kill.practitioner import Practitioner
from tests.proofs.kill.recording import SUFFIXES, acts, memory_writes, moving_ids, strace
from tests.proofs.kill.session import ended_well, first_session, no_blow, short_session

PRODUCT = (sys.executable, "-m", "kiosk.cli")
UNSYNCED = (
    sys.executable,
    "-c",
    """
import sys
from kiosk.records import connection
connection.WRITER_PRAGMAS = tuple(
    ("synchronous", "OFF", 0) if name == "synchronous" else (name, value, found)
    for name, value, found in connection.WRITER_PRAGMAS
)
from kiosk.cli import main
main(sys.argv[1:])
""",
)
"""The negative control: the same product with the one setting broken that the proof is about."""


def recorded(lane: Lane, person: Practitioner, program: tuple[str, ...] = PRODUCT) -> Recording:
    """One short session of `program` in a treatment that is set up."""
    log = lane.folder / "control.trace"
    files = {str(path): path.read_bytes() for path in ledger_files(lane.ledger)}
    memory, known = lane.memory.read_bytes(), at_rest(lane.ledger)
    done = len(memory_writes(lane.bench_trace, lane.memory))
    lane.start_control(*strace(log), program=program)
    short_session(person)
    ended_well(lane)
    wrote = memory_writes(lane.bench_trace, lane.memory)[done:]
    return Recording(lane.ledger, files, acts(log, lane.ledger, existing=map(Path, files)), memory, wrote, known)


def first_start(folder: Path) -> Recording:
    """The very first start: the making of a ledger, and the needle's first way home."""
    log = folder / "control.trace"
    with Lane(folder) as lane:
        lane.start_bench(*strace(lane.bench_trace, calls="pwrite64"))
        person = Practitioner(lane, no_blow, "F")
        lane.start_control(*strace(log))
        first_session(person)
        ended_well(lane)
        wrote = memory_writes(lane.bench_trace, lane.memory)
        return Recording(lane.ledger, {}, acts(log, lane.ledger), b"", wrote, Known())


def ledger_files(ledger: Path) -> list[Path]:
    """The files of a ledger that must survive, as far as they are there."""
    return [path for path in (ledger.with_name(ledger.name + suffix) for suffix in SUFFIXES) if path.exists()]


def at_rest(ledger: Path) -> Known:
    """What a ledger that nobody writes acknowledges."""
    found = look(ledger, None, None, Known())
    return Known(found.last_row, found.last_hash)


def sends(recording: Recording) -> list[int]:
    """Ids of what may move and went out, in their order."""
    return [id_ for _, id_ in moving_ids(act for act in recording.acts if act.kind == "send")]


def unsafe_sends(recording: Recording) -> list[int]:
    """Ids that went out while the disk did not yet hold their rows for certain."""
    disk, unsafe = Disk(recording.files), list[int]()
    for act in recording.acts:
        disk.play(act)
        if act.kind == "send":
            unsafe += [id_ for _, id_ in moving_ids([act]) if not _holds(disk.cut(None), recording.ledger, id_)]
    return unsafe


def _holds(files: dict[str, bytes], ledger: Path, id_: int) -> bool:
    """Whether a ledger of these files, opened after a power cut, knows this authorisation."""
    with tempfile.TemporaryDirectory() as folder:
        for path, content in files.items():
            (Path(folder) / Path(path).name).write_bytes(content)
        db = sqlite3.connect(Path(folder) / ledger.name)
        try:
            return db.execute("SELECT count(*) FROM authorisation WHERE id = ?", (id_,)).fetchone()[0] == 1
        except sqlite3.OperationalError:  # not even its table
            return False
        finally:
            db.close()
