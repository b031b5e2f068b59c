"""The short session that is recorded and disturbed: a start, homing, signing in, an arming, a few shots, an end.

It goes on in a treatment that is already set up, so that it is short: `prepared` makes that once for a lane.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from kiosk.channel.commands import AnswerCheck
from kiosk.protocols.library import SHIPPED
from tests.bench.drive import profiles_without_totals
from tests.proofs.kill.lane import Lane, ProofFailed
from tests.proofs.kill.practitioner import Practitioner
from tests.proofs.kill.recording import strace

HOMING = "homing"
ARMINGS_MOST = 10
SHOTS, DOSE_NL, RATE_MHZ = 4, 2000, 9000


def no_blow() -> None:
    """Nobody strikes in these sessions."""


@contextmanager
def prepared(folder: Path) -> Generator[tuple[Lane, Practitioner]]:
    """A lane whose treatment is set up and whose control has ended; the bench goes on, its memory recorded."""
    with Lane(folder, profiles_without_totals(SHIPPED, folder / "profiles")) as lane:
        lane.start_bench(*strace(lane.bench_trace, calls="pwrite64"))
        person = Practitioner(lane, no_blow, "S")
        lane.start_control()
        person.meet()
        person.make_ready()
        ended_well(lane)
        yield lane, person


def short_session(person: Practitioner) -> None:
    """From the first snapshot to disarmed; a person whom a busy machine refuses arms again."""
    person.meet()
    for _ in range(ARMINGS_MOST):
        person.make_ready()
        person.set("continuous", dose=DOSE_NL, rate=RATE_MHZ, shots=SHOTS)
        person.make_ready()
        if person.arm() and person.fire(SHOTS):
            break
    else:
        raise ProofFailed(f"it cannot be armed: {person.sees.missing}")
    person.let_go()
    person.until(lambda: not person.armed(), "the arming to end")


def first_session(person: Practitioner) -> None:
    """The very first start, to the needle's first way home; a busy machine may ask twice."""
    person.meet()
    for _ in range(ARMINGS_MOST):
        person.until(lambda: _homing(person) in ("asks", "failed", "passed"), "the question before homing")
        if _homing(person) == "passed":
            return
        person.ask(AnswerCheck(HOMING, True))
        person.until(lambda: _homing(person) != "running", "the needle home")
    raise ProofFailed(f"the needle does not come home: {person.sees.checks}")


def _homing(person: Practitioner) -> str:
    return next((check.state for check in person.sees.checks if check.key == HOMING), "")


def ended_well(lane: Lane) -> None:
    """End control; it must end by itself, without a word of Python's."""
    code = lane.end_control()
    if code != 0 or "Traceback" in lane.said():
        raise ProofFailed(f"control ended with {code}: {lane.said()[-2000:]}")
