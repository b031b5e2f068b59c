"""Only this file asks the kernel for real-time priority, and only it says how late a cycle was.

Control's three threads are all SCHED_FIFO, so that no holder of the interpreter lock can starve another. Priority
is set before gpiozero or lgpio is imported, because lgpio's own event thread inherits it, and it is read back (WDG-6).
"""

from __future__ import annotations

import math
import os
from bisect import bisect_left
from itertools import accumulate

import msgspec

from kiosk.system.errors import SchedulingNotTaken

PIN_EVENTS = 60
LOOP = 50
LEDGER = 40
"""SCHED_FIFO priorities of control's threads; nappage-control.service permits up to 70."""

_STEP_US = 10
_FINE_US = 50_000  # below, one bucket every 10 us; above, one every ms up to 2 s, then one for all later ones
_COARSE_US = 1_000
_LAST_US = 2_000_000
_FINE = _FINE_US // _STEP_US
_BUCKETS = _FINE + (_LAST_US - _FINE_US) // _COARSE_US + 1
_LATE_US = 10_000  # WDG-6
_STALL_US = 50_000  # WDG-6: one such cycle disarms


class RealTime(msgspec.Struct, frozen=True):
    """What the kernel answered: ``priority`` is 0 and ``why`` says the reason where it is not permitted."""

    permitted: bool
    priority: int
    why: str = ""


def take_priority(priority: int) -> RealTime:
    """Put the **calling thread** under SCHED_FIFO at ``priority`` (1 to 99), and read it back.

    Threads and processes that it starts later inherit it; a child process calls `drop_priority` first thing.

    Raises:
        SchedulingNotTaken: E901, the kernel said yes and does otherwise.
    """
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
    except PermissionError as problem:
        return RealTime(
            permitted=False, priority=0, why=f"no right to real-time priority {priority} ({problem.strerror})"
        )
    _read_back(os.SCHED_FIFO, priority)
    return RealTime(permitted=True, priority=priority)


def drop_priority() -> None:
    """Put the calling thread under ordinary scheduling and niceness 0: for children that hash, verify, export or print.

    Raises:
        SchedulingNotTaken: E901, the kernel said yes and does otherwise.
    """
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    _read_back(os.SCHED_OTHER, 0)
    if os.getpriority(os.PRIO_PROCESS, 0) < 0:
        os.setpriority(os.PRIO_PROCESS, 0, 0)


def _read_back(policy: int, priority: int) -> None:
    found = os.sched_getscheduler(0), os.sched_getparam(0).sched_priority
    if found != (policy, priority):
        raise SchedulingNotTaken(asked=f"{policy}/{priority}", found=f"{found[0]}/{found[1]}")


class Lateness(msgspec.Struct, frozen=True):
    """How late cycles began, in us. A percentile is the upper edge of its bucket: never smaller than the truth."""

    n: int
    p50_us: int
    p99_us: int
    p999_us: int
    max_us: int
    over_10_ms: int
    over_50_ms: int


class LatenessRecorder:
    """Counts latenesses into buckets: one addition per cycle, no list that grows."""

    def __init__(self) -> None:
        self._buckets = [0] * _BUCKETS
        self._n = 0
        self._max_us = 0
        self._over_10_ms = 0
        self._over_50_ms = 0

    def record(self, late_s: float) -> None:
        """Add one cycle that began ``late_s`` seconds after it was due; an early one counts as 0."""
        late_us = max(0, round(late_s * 1e6))
        if late_us < _FINE_US:
            self._buckets[late_us // _STEP_US] += 1
        else:
            self._buckets[min(_FINE + (late_us - _FINE_US) // _COARSE_US, _BUCKETS - 1)] += 1
        self._n += 1
        self._max_us = max(self._max_us, late_us)
        self._over_10_ms += late_us > _LATE_US
        self._over_50_ms += late_us > _STALL_US

    def summary(self) -> Lateness:
        """All that was recorded so far. It walks the buckets once: measured 0.2 ms, so control asks once a second."""
        counts = list(accumulate(self._buckets))
        return Lateness(
            n=self._n,
            p50_us=self._percentile(counts, 0.5),
            p99_us=self._percentile(counts, 0.99),
            p999_us=self._percentile(counts, 0.999),
            max_us=self._max_us,
            over_10_ms=self._over_10_ms,
            over_50_ms=self._over_50_ms,
        )

    def _percentile(self, counts: list[int], share: float) -> int:
        if self._n == 0:
            return 0
        return min(self._max_us, _upper_edge_us(bisect_left(counts, math.ceil(self._n * share))))


def _upper_edge_us(bucket: int) -> int:
    if bucket < _FINE:
        return (bucket + 1) * _STEP_US
    return _FINE_US + (bucket - _FINE + 1) * _COARSE_US if bucket < _BUCKETS - 1 else 2**63


class CycleClock:
    """When the next cycle is due, and how late each began. Time is given, in monotonic seconds.

    A cycle that starts over a whole period late leaves the missed ones out: they are counted, not run after another.
    One that an event begins at most `early_s` before the next is due is that next one, on time: run twice in a row, the
    second would be late by what the first one waits for the wire.
    """

    def __init__(self, period_s: float, now: float, early_s: float = 0.0) -> None:
        self.period_s = period_s
        self.early_s = early_s
        self.due = now + period_s
        self.missed = 0
        self.last_late_s = 0.0
        self.recorder = LatenessRecorder()

    def wait_s(self, now: float) -> float:
        """Seconds to wait for an event before the cycle is due; 0 when it is due."""
        return max(0.0, self.due - now)

    def is_due(self, now: float) -> bool:
        """Whether a cycle that begins now is the one that is due, and not one more that an event began."""
        return now >= self.due - self.early_s

    def began(self, now: float) -> float:
        """A due cycle begins; returns how late it is, in s, negative when early. Others are none of this clock's."""
        self.last_late_s = now - self.due
        self.recorder.record(self.last_late_s)
        periods = max(1, math.floor(self.last_late_s / self.period_s) + 1)
        self.missed += periods - 1
        self.due += periods * self.period_s
        return self.last_late_s


def upper_95(events: int, n: int) -> float:
    """One-sided upper 95 % bound of a share, exact (Clopper and Pearson 1934); 1.0 when nothing was counted.

    WDG-6 asks for 0.0001 of `Lateness.over_10_ms` in `Lateness.n`. Slow when many were late (200 ms for thousands): for
    reports, never for the control loop.
    """
    if events >= n:
        return 1.0
    low, high = events / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _binomial_at_most(events, n, middle) > 0.05:
            low = middle
        else:
            high = middle
    return high


def _binomial_at_most(k: int, n: int, p: float) -> float:
    if p >= 1.0:
        return 0.0
    log_p, log_q = math.log(p) if p > 0 else -math.inf, math.log1p(-p)
    total = 0.0
    for i in range(k + 1):
        ways = math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1)
        total += math.exp(ways + (i * log_p if i else 0.0) + (n - i) * log_q)
    return min(1.0, total)
