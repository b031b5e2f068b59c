"""Occurrences of conditions over time: what shows, what sounds, what was acknowledged, what is recorded.

Visual follows the condition; sound latches until somebody acknowledges, even when the condition has ended (ALM-1). An
acknowledgement covers the present occurrence only: the same condition, come again, alarms again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from kiosk.alarms.catalogue import CATALOGUE
from kiosk.alarms.conditions import A, Condition, Raised
from kiosk.alarms.signals import PRIORITIES, lit, tone
from kiosk.channel.snapshot import Alarm, Priority

PAUSE_MAX_S = 120
"""A pause of the sound lasts at most this long (ALM-3)."""


class BeaconLevels(msgspec.Struct, frozen=True):
    """The three lamps; each follows the conditions of its own priority."""

    red: bool = False
    yellow: bool = False
    cyan: bool = False


class Change(msgspec.Struct, frozen=True):
    """Something to record (ALM-5): `number` 0 stands for all alarms present."""

    kind: Literal["onset", "end", "pause", "acknowledgement"]
    number: int
    sentence: str
    detail: str = ""


class Signals(msgspec.Struct, frozen=True):
    """What the panel does now, and what has to be recorded."""

    beacon: BeaconLevels
    tone: int | None
    changes: tuple[Change, ...] = ()


QUIET = Signals(BeaconLevels(), None)


class _Occurrence:
    """One time that a condition was present."""

    def __init__(self, condition: Condition, detail: str, now_ms: int) -> None:
        self.condition = condition
        self.detail = detail
        self.since_ms = now_ms
        self.active = True
        self.acknowledged = False


class Annunciator:
    """Turns the conditions of each cycle into beacon, tone and records. Time comes from the caller."""

    def __init__(self) -> None:
        self._occurrences: dict[A, _Occurrence] = {}
        self._pause_ends_ms = 0
        self._sounds: tuple[Priority, int] | None = None
        """Priority that sounds and since when its timeline runs, ms."""
        self._lamps: dict[Priority, int] = {}
        self._changes: list[Change] = []

    def step(self, raised: Iterable[Raised], now: float) -> Signals:
        """One cycle.

        Args:
            raised: Conditions that are present now; any order, one of a number.
            now: CLOCK_MONOTONIC, seconds; never less than the last time.
        """
        now_ms = round(now * 1000)
        present = _unsuppressed(raised)
        if not (present or self._occurrences or self._changes):
            self._sounds, self._lamps = None, {}
            return QUIET
        begun = self._begin_and_end(present, now_ms)
        if begun and self._pause_ends_ms > now_ms:
            self._pause_ends_ms = now_ms
        changes, self._changes = tuple(self._changes), []
        return Signals(self._beacon(now_ms), self._tone(begun, now_ms), changes)

    def _begin_and_end(self, present: dict[A, Raised], now_ms: int) -> list[Priority]:
        begun: list[Priority] = []
        for number, occurrence in list(self._occurrences.items()):
            if occurrence.active and number not in present:
                occurrence.active = False
                self._tell("end", occurrence)
            if not occurrence.active and occurrence.acknowledged:
                del self._occurrences[number]
        for number, entry in present.items():
            occurrence = self._occurrences.get(number)
            if occurrence is not None and occurrence.active:
                occurrence.detail = entry.detail
                continue
            occurrence = self._occurrences[number] = _Occurrence(CATALOGUE[number], entry.detail, now_ms)
            begun.append(occurrence.condition.priority)
            self._tell("onset", occurrence)
        return begun

    def _tell(self, kind: Literal["onset", "end", "acknowledgement"], occurrence: _Occurrence) -> None:
        words = {"onset": "begins", "end": "ends", "acknowledgement": "acknowledged"}[kind]
        condition = occurrence.condition
        sentence = f"Alarm {condition.number:d} {words}: {condition.title}"
        self._changes.append(Change(kind, int(condition.number), sentence, occurrence.detail))

    def _beacon(self, now_ms: int) -> BeaconLevels:
        present: set[Priority] = {o.condition.priority for o in self._occurrences.values() if o.active}
        # A lamp keeps its beat while any condition of its priority stays.
        self._lamps = {priority: self._lamps.get(priority, now_ms) for priority in present}
        red, yellow, cyan = (p in self._lamps and lit(p, self._lamps[p], now_ms) for p in PRIORITIES)
        return BeaconLevels(red, yellow, cyan)

    def _tone(self, begun: list[Priority], now_ms: int) -> int | None:
        waiting: list[Priority] = [o.condition.priority for o in self._occurrences.values() if not o.acknowledged]
        if not waiting or now_ms < self._pause_ends_ms:
            self._sounds = None
            return None
        loudest: Priority = next(priority for priority in PRIORITIES if priority in waiting)
        if self._sounds is None or self._sounds[0] != loudest or loudest in begun:
            self._sounds = (loudest, now_ms)
        priority, since_ms = self._sounds
        return tone(priority, since_ms, now_ms)

    def acknowledge(self, number: int) -> bool:
        """Cover the present occurrence of this condition; False when there is none to cover."""
        occurrence = next((o for o in self._occurrences.values() if o.condition.number == number), None)
        if occurrence is None or occurrence.acknowledged:
            return False
        occurrence.acknowledged = True
        self._tell("acknowledgement", occurrence)
        return True

    def pause(self, now: float, seconds: int = PAUSE_MAX_S) -> int:
        """Silence the alarms present for `seconds`, at most 120; returns how many seconds it will be (ALM-3)."""
        if not any(not o.acknowledged for o in self._occurrences.values()):
            return 0
        seconds = min(seconds, PAUSE_MAX_S)
        self._pause_ends_ms = round(now * 1000) + seconds * 1000
        self._changes.append(Change("pause", 0, f"Alarm sound paused for {seconds} s"))
        return seconds

    def paused_s(self, now: float) -> int:
        """Seconds left of a pause, rounded up; 0 when none runs."""
        return max(0, -(-(self._pause_ends_ms - round(now * 1000)) // 1000))

    def shown(self) -> tuple[Alarm, ...]:
        """What the screen lists: present conditions and those nobody has acknowledged; highest and newest first."""
        if not self._occurrences:
            return ()
        order = sorted(self._occurrences.values(), key=lambda o: (PRIORITIES.index(o.condition.priority), -o.since_ms))
        return tuple(_view(occurrence) for occurrence in order)


def _unsuppressed(raised: Iterable[Raised]) -> dict[A, Raised]:
    """Conditions of which none present is only a consequence."""
    present = {entry.number: entry for entry in raised}
    if len(present) < 2:
        return present
    suppressed = frozenset[A]().union(*(CATALOGUE[number].suppresses for number in present))
    return {number: entry for number, entry in present.items() if number not in suppressed}


def _view(occurrence: _Occurrence) -> Alarm:
    condition = occurrence.condition
    return Alarm(
        number=int(condition.number),
        priority=condition.priority,
        title=condition.title,
        what=f"{condition.what} ({occurrence.detail})" if occurrence.detail else condition.what,
        patient=condition.patient,
        todo=condition.todo,
        inhibits=condition.inhibits,
        active=occurrence.active,
        acknowledged=occurrence.acknowledged,
    )
