"""When a balance's word counts: it has rested, twice in a row, and since what was to be weighed had happened."""

from __future__ import annotations

from kiosk.session.desk import Desk
from kiosk.session.exchange import BalanceTold

RESTS_S = 2.0
"""A shot that has just fallen may not have moved the reading yet: what a balance says earlier is not asked."""
APART_S = 0.5
SAME_UG = 20
"""Two weights so far apart in time and so near in value are one (twice the readability of 10 ug)."""
SILENT_S = 3.0
"""A balance that said nothing for so long is not there."""


class BalanceReader:
    """What the balance said newest, and what it may be believed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._told: BalanceTold | None = None
        self._at = float("-inf")
        self._first: tuple[int, float] | None = None

    @property
    def name(self) -> str:
        """Model and number of the balance that answers; "" when none does."""
        return self._told.name if self._told is not None and not self.trouble else ""

    @property
    def identity(self) -> tuple[str, str] | None:
        """Model and number of the balance that answers, apart; None when none does."""
        return (self._told.model, self._told.number) if self._told is not None and not self.trouble else None

    @property
    def trouble(self) -> str:
        """Why there is no weight; "" while there is one."""
        if self._told is None:
            return "No balance answers: type what it shows."
        if self._told.sentence:
            return self._told.sentence
        return "" if self._desk.now - self._at <= SILENT_S else "The balance says nothing any more."

    @property
    def ug(self) -> int | None:
        """What it shows now, settled or not."""
        return None if self._told is None or self.trouble else self._told.ug

    def step(self) -> None:
        """Hear what it said."""
        told = self._desk.inputs.balance
        if told is None:
            return
        self._told, self._at = told, self._desk.now
        if told.sentence or not told.stable:
            self._first = None
        elif self._first is None or abs(told.ug - self._first[0]) > SAME_UG:
            self._first = told.ug, self._at

    def steady(self, since: float) -> int | None:
        """A weight that rests, ug, begun to rest `RESTS_S` after `since` or later; None while there is none."""
        if self._first is None or self._told is None or self.trouble:
            return None
        if self._first[1] - since < RESTS_S:
            if self._at - since >= RESTS_S:
                self._first = self._told.ug, self._at  # it rested before already: it has to be seen resting anew
            return None
        return self._told.ug if self._at - self._first[1] >= APART_S else None

    def forget(self) -> None:
        """Nobody weighs any more."""
        self._told, self._first = None, None
