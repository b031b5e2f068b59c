"""A treatment under load: the kiosk draws flat out, shots are recorded, pedal and stop are pressed at odd moments.

Control's lateness is set beside a bare loop that runs at the same time under the same load. An edge's way begins where
the device hands the level to the pins and ends where the device has the whole lease frame, or the enable output.
"""

from __future__ import annotations

import json
import random
import time

from kiosk.channel import commands as ask
from tests.bench.drive import BenchFailed, arm, armed, do, make_ready, setting, state
from tests.bench.found import Say
from tests.bench.stage import RealSeat, Stage
from tests.bench.window import memory_mb

RATE_MHZ, DOSE_NL = 5_000, 2_000
REPORT_S = 15.0
REFUSALS = 10
"""Armings refused in a row after which the load has failed."""
LOOKS = 40
"""How often it is looked whether nothing is missing any more, every quarter of a second."""
PRESSES = 5
"""Presses of the pedal for each press of the red button. The upper bound of a p99.9 exists from 2,995 edges on, and
bears one that is too slow from 4,742 on; a pedal gives so many in a quarter of an hour, a stop with the way back from
it (release, acknowledge, arm) does not."""


class Run:
    """One treatment with its presses; keeps what the device's wires showed."""

    def __init__(self, stage: Stage, say: Say) -> None:
        self._stage = stage
        self._say = say
        self._draws = random.Random(4)
        self._seat = RealSeat(stage)
        self._stamps: list[tuple[str, bool, float]] = []
        self.began = self.ended = 0.0
        self.frames_per_s = 0.0
        self.shots = 0
        self.armings = 0
        self.memory: dict[str, dict[str, float]] = {}
        self._refusals = 0
        self.disarmed: dict[str, int] = {}
        """Why the machine ended armings by itself, and how often."""

    @property
    def stamps(self) -> list[tuple[str, bool, float]]:
        """What passed the device's wires during the load."""
        return [stamp for stamp in self._stamps if self.began <= stamp[2] <= self.ended]

    def prepare(self) -> None:
        """Up to the treating screen."""
        self._say("load: setting up a treatment by the kiosk's channel")
        make_ready(self._seat)
        treat = self._seat.sees.treat
        assert treat is not None, "it is being treated"
        setting(self._seat, rate=RATE_MHZ, dose=DOSE_NL, shots=treat.shots.hard_high or 100)

    def load(self, seconds: float) -> None:
        """Presses until the time is over."""
        frames, shots = self._stage.frames(), self._count
        self.began, told = time.monotonic(), time.monotonic()
        while (now := time.monotonic()) < self.began + seconds:
            if now - told > REPORT_S:
                told = now
                self._tell(now - self.began, seconds)
            self._seat.touch()
            self._rearm()
            if armed(self._seat):
                for _ in range(PRESSES):
                    self._press()
                self._stop()
            self._take_stamps()
        self.ended = time.monotonic()
        self.frames_per_s = (self._stage.frames() - frames) / (self.ended - self.began)
        self.shots = self._count - shots
        self.memory = {name: memory_mb(self._stage.pid(name)) for name in ("control", "kiosk")}

    # -- what a person does ----------------------------------------------------------------------------------------
    def _odd(self, low: float, high: float) -> None:
        """A pause that has nothing to do with control's cycle."""
        self._seat.pause(self._draws.uniform(low, high))

    def _press(self) -> None:
        self._seat.tell("pedal down")
        self._odd(0.04, 0.09)
        self._seat.tell("pedal up")
        self._odd(0.04, 0.09)

    def _stop(self) -> None:
        """The red button, while a run is on or between two; then everything that leads back."""
        seat = self._seat
        if not state(seat)["enable"]:
            return
        pressed = self._draws.random() < 0.5
        if pressed:
            seat.tell("pedal down")
            self._odd(0.05, 0.15)
        seat.tell("stop press")
        seat.until(lambda: seat.sees.stop.state == "open", "the stop to be seen")
        self._odd(0.06, 0.12)
        if pressed:
            seat.tell("pedal up")
        seat.tell("stop release")
        seat.until(lambda: seat.sees.stop.state == "released", "the stop to be released")

    def _rearm(self) -> None:
        """From whatever ended the arming back to an armed device, as a person would do it."""
        seat = self._seat
        if armed(seat) and state(seat)["shots_left"]:
            return
        seat.tell("lift")
        if seat.sees.stop.state != "clear":
            do(seat, ask.AcknowledgeStop())
        self._acknowledge()
        if state(seat)["faults"]:
            seat.ask(ask.ClearFaults())
            seat.until(lambda: not state(seat)["faults"], "the faults to be cleared")
        if state(seat)["state"] == "UNHOMED":
            do(seat, ask.Rehome(True))
        if not armed(seat):
            self._note_notice()
            for _ in range(LOOKS):  # a link that was lost just now is compared with the record first, and that is read
                if not seat.sees.missing:
                    break
                self._acknowledge()
                seat.pause(0.25)
            reply = arm(seat)
            if not reply.ok:
                self._refused(f"not armed: E{reply.error}: {reply.sentence}")
                return
            self.armings += 1
            self._refusals = 0
        seat.tell("contact on")
        seat.until(lambda: bool(state(seat)["shots_left"]) or not armed(seat), "an authorisation")

    def _acknowledge(self) -> None:
        for alarm in self._seat.sees.alarms:
            if not alarm.acknowledged:
                self._seat.ask(ask.AcknowledgeAlarm(alarm.number))

    def _refused(self, why: str) -> None:
        """Something came in between, as a wire that was silent for 40 ms: a person tries again, a few times.

        Raises:
            BenchFailed: it was refused again and again.
        """
        self.disarmed[why] = self.disarmed.get(why, 0) + 1
        self._refusals += 1
        if self._refusals > REFUSALS:
            raise BenchFailed(why)
        self._odd(0.5, 1.0)

    def _note_notice(self) -> None:
        notices = self._seat.sees.notices
        why = notices[-1].sentence if notices else "not yet armed"
        self.disarmed[why] = self.disarmed.get(why, 0) + 1

    # -- looking ---------------------------------------------------------------------------------------------------
    @property
    def _count(self) -> int:
        treat = self._seat.sees.treat
        return treat.shot_count if treat else 0

    def _take_stamps(self) -> None:
        self._stamps += [(what, on, at) for what, on, at in json.loads(self._seat.tell("stamps"))]

    def _tell(self, passed: float, seconds: float) -> None:
        loop, edges = self._seat.sees.loop, sum(what == "pedal edge" for what, _, _ in self._stamps)
        stops = sum(what == "stop edge" and on for what, on, _ in self._stamps)
        self._say(
            f"load: {passed:.0f} of {seconds:.0f} s, {self._count} shots, {edges} pedal edges, {stops} stops; "
            f"control says {loop.cycles} cycles, p99 {loop.p99_us / 1000:.1f} ms, {loop.over_10ms} over 10 ms"
        )
