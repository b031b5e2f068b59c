"""One case: a treatment that goes on over many kills, with everything looked at after each recovery (LED-10)."""

from __future__ import annotations

import random
import select
import time
from collections import Counter
from pathlib import Path

import msgspec

from kiosk.protocols.library import SHIPPED
from tests.bench.drive import profiles_without_totals
from tests.proofs.kill.examine import examine
from tests.proofs.kill.invariants import Found
from tests.proofs.kill.lane import LOOK_S, Lane, ProofFailed
from tests.proofs.kill.plan import Blow, Round, Victim
from tests.proofs.kill.practitioner import MOVING, SERVICE, Fell, Practitioner

HELD_SHOTS = 60
"""More than are given before a held trigger is interrupted."""
WRITES_WITHIN_S = 0.4
"""How long a write of the injector's is waited for that a cut supply tears."""


class Tally(msgspec.Struct):
    """What one or many cases came to."""

    kills: int = 0
    """Of control, by SIGKILL."""
    in_recovery: int = 0
    injector_cuts: int = 0
    torn_writes: int = 0
    recoveries: int = 0
    """Times that everything was looked at."""
    sessions: int = 0
    motions: int = 0
    recovered: int = 0
    uncertain: int = 0
    unattributed_nl: int = 0
    rows: int = 0
    fell: dict[str, int] = {}
    """Where blows fell, and how many."""

    def add(self, other: Tally) -> None:
        """Take another one in."""
        for field in self.__struct_fields__:
            if field != "fell":
                setattr(self, field, getattr(self, field) + getattr(other, field))
        self.fell = dict(Counter(self.fell) + Counter(other.fell))


class Case:
    """One lane and its person through the rounds of a plan.

    Args:
        folder: An empty folder with a short path.
        name: Begins the patients' codes.
        seed: For the bytes after which a write into the injector's memory is cut.
    """

    def __init__(self, folder: Path, name: str, seed: int) -> None:
        self.lane = Lane(folder, profiles_without_totals(SHIPPED, folder / "profiles"))
        self.tally = Tally()
        self._person = Practitioner(self.lane, self._strike, name)
        self._chance = random.Random(f"torn {seed}")
        self._victim: Victim = "control"
        self._fell: list[str] = []
        self._last = Found(())

    def run(self, rounds: tuple[Round, ...]) -> Tally:
        """Everything that is planned.

        Raises:
            ProofFailed: with the finding.
        """
        with self.lane:
            self.lane.start_bench()
            self.lane.start_control()
            self._person.meet()
            for round_ in rounds:
                self._round(round_)
            self._person.make_ready()
            self._look()
            code = self.lane.end_control()
            if code != 0 or "Traceback" in self.lane.said():
                raise ProofFailed(f"control ended with {code}: {self.lane.said()[-2000:]}")
        return self.tally

    # -- one round -------------------------------------------------------------------------------------------------
    def _round(self, round_: Round) -> None:
        self._fell = []
        first, person = round_.blow, self._person
        if first.moment in ("start", "listening"):
            self._start_anew(first)
        else:
            self._await_blow(first, round_)
        self.lane.tell("replug")  # the blow may have fallen while the cable was out
        for blow in round_.recovery:
            self.tally.in_recovery += 1
            self._start_anew(blow)
        if not self.lane.runs:
            self.lane.start_control()
            person.meet()
        else:
            self._await_link_again()
        self._look()

    def _start_anew(self, blow: Blow) -> None:
        """A start of control that a blow falls into."""
        if self.lane.runs:  # a start to aim at: the one before ends as it would at a shutdown
            self._victim = "control"
            code = self.lane.end_control()
            if code:
                raise ProofFailed(f"control ended with {code}: {self.lane.said()[-2000:]}")
        person = self._person
        self._victim = blow.victim
        person.aim(blow.moment, blow.delay_ms / 1000)
        self.lane.start_control()
        person.reach("start")
        try:
            person.meet()
            person.fall_by_now()
        except Fell:
            return

    def _await_blow(self, blow: Blow, round_: Round) -> None:
        person = self._person
        self._victim = blow.victim
        try:
            if round_.act != "nothing":
                person.make_ready()
            person.aim(blow.moment, blow.delay_ms / 1000)
            person.make_ready()
            self._act(round_)
            person.fall_by_now()
        except Fell:
            return

    def _act(self, round_: Round) -> None:
        person = self._person
        if round_.act == "syringe":
            person.change_syringe()
            person.make_ready()
        if round_.act == "sign":
            person.sign()
            person.make_ready()
        if round_.act in ("nothing", "syringe", "sign"):
            return
        mode = "continuous" if round_.act in ("held", "stop", "cable") else round_.mode
        shots = HELD_SHOTS if round_.act in ("held", "stop", "cable") else round_.shots
        person.set(mode, dose=round_.dose_ul * 1000, rate=round_.rate_mhz, shots=shots)
        person.make_ready()
        if not person.arm():
            return
        if round_.act in ("shots", "held"):
            person.fire(round_.shots if round_.act == "shots" else shots)
            person.let_go()
            return
        person.tell("contact on")
        person.until(lambda: person.device()["shots_left"] > 0 or not person.armed(), "the injector's authorisation")
        person.tell("trigger down")
        began = person.device()["lifetime_shots"]
        person.until(lambda: person.device()["lifetime_shots"] > began or not person.armed(), "a stroke")
        if round_.act == "stop":
            person.tell("stop press")
            person.until(lambda: person.sees.stop.state != "clear", "the stop to be seen")
        else:
            person.tell("unplug")
            person.until(lambda: not person.sees.link.connected, "the link to be lost")
            person.tell("replug")
            person.settled()

    # -- the blow --------------------------------------------------------------------------------------------------
    def _strike(self) -> None:
        lane, victim = self.lane, self._victim
        if victim == "memory":
            self._tear()
            return
        state = lane.device()
        if victim in ("control", "both"):
            lane.kill_control()
            self.tally.kills += 1
        if victim in ("injector", "both"):
            lane.kill_bench()
            self.tally.injector_cuts += 1
            lane.start_bench()
        self._fell.append(("injector: " if victim == "injector" else "") + self._where(state))

    def _tear(self) -> None:
        """The injector's supply fails in its next write, or soon without one."""
        lane, boots = self.lane, self.lane.device()["boot_count"]
        lane.tell(f"power-cut {self._chance.randint(0, 60)}")
        by = time.monotonic() + WRITES_WITHIN_S
        while lane.device()["boot_count"] == boots and time.monotonic() < by:
            select.select([], [], [], LOOK_S)
        torn = lane.device()["boot_count"] != boots
        if not torn:
            lane.tell("reset")
        self.tally.torn_writes += torn
        self._fell.append("injector: a torn write" if torn else "injector: a reset")

    def _where(self, state: dict[str, object]) -> str:
        person = self._person
        seen = person.newest
        if seen is None:
            return "start-up"
        if not seen.link.connected:
            return "connect and reconcile"
        if state["state"] in MOVING:
            return "stroke"
        if state["state"] in SERVICE:
            return "home, prime or seek"
        if state["shots_left"]:
            return "authorised, between strokes"
        if person.signing:
            return "signing"
        if person.armed():
            return "armed, nothing authorised"
        return f"at rest, {seen.phase}"

    def _await_link_again(self) -> None:
        """Control lives; the injector was away."""
        person = self._person
        if person.newest is None:  # it was starting, and has nothing to lose yet
            person.meet()
            return
        person.until(lambda: not person.sees.link.connected, "the injector's restart to be seen")
        person.settled()

    # -- looking ---------------------------------------------------------------------------------------------------
    def _look(self) -> None:
        try:
            found = examine(self.lane, self._person, self._last)
        except ProofFailed as failed:
            raise ProofFailed(f"after {self.tally.kills} kills, the last in {self._fell}: {failed}") from failed
        self._count(found)

    def _count(self, found: Found) -> None:
        tally = self.tally
        recovered = found.recovered - self._last.recovered
        if self._fell and self._fell[0] in (
            "at rest, treat",
            "armed, nothing authorised",
        ):  # what was under way shows in what had to be settled
            if found.never_accepted > self._last.never_accepted:
                self._fell[0] = "commit or send"
            elif recovered:
                self._fell[0] = "settle"
        tally.fell = dict(Counter(tally.fell) + Counter(self._fell))
        self._fell = []
        tally.recoveries += 1
        tally.motions, tally.recovered, tally.uncertain = found.shots, found.recovered, found.uncertain
        tally.unattributed_nl, tally.rows, tally.sessions = found.unattributed_nl, found.last_row, found.sessions
        self._last = found
