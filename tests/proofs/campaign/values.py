"""What a practitioner sets on the glass: zone, mode, depth, dose, rate and how many, and the answers to what is asked.

Only this file knows which values people want, and what they do with one that is refused, withdrawn or used up.
"""

from __future__ import annotations

import random
from typing import Any

from kiosk.channel import commands as ask
from kiosk.channel.snapshot import Snapshot
from kiosk.session.treatment import TEN_TIMES
from tests.proofs.campaign.stage import Stage

RATES = tuple(range(500, 9001, 100))
WANTED = tuple(rate**1.5 for rate in RATES)
"""How often each rate is wanted: at a slow one most of the time is waiting, with nothing in it that others lack."""


class Values:
    """Sets values on one stage, with the dice of its person."""

    def __init__(self, stage: Stage, dice: random.Random) -> None:
        self.stage = stage
        self.dice = dice

    def choose(self, shots: int) -> None:
        """Zone, mode, depth, dose, rate and how many, most of them allowed."""
        dice, stage = self.dice, self.stage
        session = stage.snap.session
        if session is None or stage.snap.treat is None:
            return
        if dice.random() < 0.5:
            zone = dice.choice(session.zones)
            stage.say(ask.ChooseZone(zone.key, zone.side))
        protocol = stage.library.protocols[session.protocol]
        if dice.random() < 0.5:
            modes = [mode for mode in protocol.modes for _ in range(6 if mode == "continuous" else 1)]
            stage.say(ask.ChooseMode(dice.choice(modes)))  # type: ignore[arg-type]
        treat = stage.snap.treat
        if treat is None:
            return
        for field in ("depth", "dose", "rate"):
            if dice.random() < 0.5 or field == "rate":
                value = getattr(treat, field)
                wanted = self._wanted(field, value)
                if wanted != value.value:
                    self.edit(field, wanted)
                if field == "rate":
                    self._take_a_usual_rate(wanted)
        if min(shots, treat.shots.hard_high) != treat.shots.value:
            self.edit("shots", min(shots, treat.shots.hard_high))

    def _wanted(self, field: str, value: Any) -> int:
        dice = self.dice
        if dice.random() < 0.02:  # a mistake: outside, or off the step
            return dice.choice((value.hard_high + value.step, max(0, value.hard_low - value.step), value.hard_low + 1))
        if field == "rate":
            return self._rate(value)
        if field == "dose" and dice.random() < 0.8:
            return min(value.hard_high, value.hard_low + dice.randrange(0, 6) * value.step)
        return dice.randrange(value.hard_low, value.hard_high + 1, value.step)

    def _rate(self, value: Any) -> int:
        return max(value.hard_low, min(value.hard_high, self.dice.choices(RATES, WANTED)[0]))

    def _take_a_usual_rate(self, wanted: int) -> None:
        """A rate that was refused, or withdrawn when it was asked about, leaves the last one, often the slowest.

        Nobody treats at that: they take one that is allowed, as fast as is wanted and nobody asks about, so that slow
        rates get the time that they are drawn for and no more.
        """
        treat = self.stage.snap.treat
        if treat is None or self.stage.engine.treatment.question is not None:
            return
        rate = treat.rate
        if not rate.hard_low <= wanted <= rate.hard_high or wanted % rate.step:
            wanted = self._rate(rate)
        highest = rate.hard_high if rate.soft_high is None else rate.soft_high
        usual = min(wanted, highest, rate.value * (TEN_TIMES - 1))
        if usual > rate.value:
            self.edit("rate", usual)

    def edit(self, field: str, value: int) -> None:
        self.stage.say(ask.Edit(field, value))  # type: ignore[arg-type]
        self.confirm()

    def confirm(self) -> None:
        """Answer the questions that stand: mostly yes, with a reason."""
        for _ in range(4):
            question = self.stage.engine.treatment.question
            if question is None:
                return
            if self.dice.random() < 0.8:
                self.stage.say(ask.ConfirmSoft(question.key, "the physician wants it"))
            else:
                self.stage.say(ask.WithdrawSoft(question.key))

    def go_to_next_zone(self, snap: Snapshot) -> bool:
        """Where the present zone alone has had its fill, on to the one after it; whether there is one."""
        session, treat = snap.session, snap.treat
        assert session is not None, "treated in a session"
        assert treat is not None, "treated with values"
        here = [(zone.key, zone.side) for zone in session.zones].index((treat.zone, treat.side))
        title = session.zones[here].title
        counted = [sentence for sentence in snap.missing if "counted of" in sentence]
        alone = counted and all(sentence.startswith((f"{title}: ", f"Shots in {title}: ")) for sentence in counted)
        if not alone or here + 1 == len(session.zones):
            return False
        after = session.zones[here + 1]
        return self.stage.say(ask.ChooseZone(after.key, after.side))

    def slow_down(self, snap: Snapshot) -> bool:
        """A shot does not fit its interval: first a slower rate, then a smaller dose; else it needs other parts."""
        treat = snap.treat
        assert treat is not None, "values do not fit once there are values"
        if treat.rate.value > treat.rate.hard_low:
            self.edit("rate", max(treat.rate.hard_low, treat.rate.value // 200 * 100))
        elif treat.dose.value > treat.dose.hard_low:
            self.edit("dose", treat.dose.hard_low)
        else:
            return False
        return True
