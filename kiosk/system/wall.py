"""The wall clock of control: the system's where something vouches for it, else what a person set in this boot (LED-8).

Control sets no system clock; it has no right to. What a person sets is kept as a pair of wall time and CLOCK_MONOTONIC,
so that a step of the system's clock changes nothing of it, and it ends with the boot. While the clock is not trusted,
rows are stamped with the last row's time: a wrong clock leaves no date behind that a right one could not follow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kiosk.session.exchange import ClockState
from kiosk.system.clock import ClockEvidence, ClockVerdict, Trust, judge

LOOKED_EVERY_S = 10.0
HOST = "in simulation the host's clock is taken as it is"


class Sources(NamedTuple):
    """Where evidence comes from: each is asked when it is needed."""

    monotonic_ms: Callable[[], int]
    system_ms: Callable[[], int]
    battery_ms: int | None
    """The battery clock, read once, before the loop that touches no file; since then both clocks ran on."""
    ntp: Callable[[], bool]


class WallClock:
    """UTC ms and whether to trust it. `stamp` may be called from the ledger's thread, all else from the loop's."""

    def __init__(self, sources: Sources, *, simulated: bool) -> None:
        self._sources = sources
        self._simulated = simulated
        self._read_at = sources.monotonic_ms()
        self._looked = -float("inf")
        self._last_row_ms = 0
        self._set: tuple[int, int] | None = None
        self._confirmed = False
        self._by_person = False
        self._verdict = ClockVerdict(Trust.TRUSTED if simulated else Trust.UNTRUSTED, HOST)

    def found(self, last_row_ms: int, clock_set: tuple[int, int] | None, *, confirmed: bool) -> None:
        """What the record says: when its last row was written, and what people said of the clock in this boot."""
        self._last_row_ms, self._set, self._confirmed = last_row_ms, clock_set, confirmed

    def __call__(self) -> tuple[int, bool]:
        """Wall time, UTC ms, and whether it is trusted."""
        mono = self._sources.monotonic_ms()
        if not self._simulated and mono - self._looked > LOOKED_EVERY_S * 1000:
            self._looked = mono
            self._look(mono)
        return self._now(mono), self._verdict.trust is Trust.TRUSTED

    def stamp(self) -> int:
        """Wall time for a row, UTC ms; 0, so that the last row's holds, while the clock is not trusted."""
        if self._verdict.trust is not Trust.TRUSTED:
            return 0
        self._last_row_ms = max(self._last_row_ms, self._now(self._sources.monotonic_ms()))
        return self._last_row_ms

    def state(self) -> ClockState:
        """What a person may do about it."""
        verdict = self._verdict
        if self._simulated:
            return ClockState(why=HOST)
        trusted, asks = verdict.trust is Trust.TRUSTED, verdict.trust is Trust.ASK_TECHNICIAN
        return ClockState(
            why="" if trusted and self._by_person else verdict.why,
            settable=self._by_person or verdict.trust is Trust.UNTRUSTED,
            asks_technician=asks,
            not_before_ms=self._last_row_ms,
        )

    def set(self, wall_ms: int, mono_ms: int) -> None:
        """A person set it: it was `wall_ms` at CLOCK_MONOTONIC `mono_ms`."""
        self._set = (wall_ms, mono_ms)
        self._looked = -float("inf")

    def confirm(self) -> None:
        """A technician confirmed it."""
        self._confirmed = True
        self._looked = -float("inf")

    def _now(self, mono: int) -> int:
        if self._by_person and self._set is not None:
            return self._set[0] + mono - self._set[1]
        return self._sources.system_ms()

    def _look(self, mono: int) -> None:
        """Judge the system's clock, and only when nothing vouches for it what a person set."""
        battery = self._sources.battery_ms
        ntp = self._sources.ntp()
        evidence = ClockEvidence(
            wall_ms=self._sources.system_ms(),
            battery_ms=None if battery is None else battery + mono - self._read_at,
            ntp_synchronised=ntp,
            set_by_person=False,
            last_row_ms=self._last_row_ms or None,
            technician_confirmed=self._confirmed,
        )
        verdict, by_person = judge(evidence), False
        if verdict.trust is Trust.UNTRUSTED and self._set is not None:
            given = self._set[0] + mono - self._set[1]
            by_person = True
            verdict = judge(ClockEvidence(given, None, False, True, self._last_row_ms or None, self._confirmed))
        self._by_person, self._verdict = by_person, verdict
