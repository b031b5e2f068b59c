"""Real-time priority is read back, and lateness is counted without a list that grows."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.system import scheduling
from kiosk.system.errors import SchedulingNotTaken
from kiosk.system.scheduling import CycleClock, LatenessRecorder, RealTime, drop_priority, take_priority, upper_95

PERIOD_S = 0.025
Result = TypeVar("Result")


def in_a_thread(work: Callable[[], Result]) -> Result:
    """Priorities belong to threads: what a test takes ends with its thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def without_the_right(work: Callable[[], Result]) -> Result:
    """Run ``work`` as a user who may not have real-time priority."""
    limits = resource.getrlimit(resource.RLIMIT_RTPRIO)
    user = os.geteuid()
    resource.setrlimit(resource.RLIMIT_RTPRIO, (0, limits[1]))
    if user == 0:
        os.seteuid(65534)
    try:
        return work()
    finally:
        os.seteuid(user)
        resource.setrlimit(resource.RLIMIT_RTPRIO, limits)


@pytest.mark.requirement("WDG-6")
def test_priority_taken_is_the_threads_own_and_read_back() -> None:
    def take() -> tuple[RealTime, int, int]:
        answer = take_priority(scheduling.LOOP)
        return answer, os.sched_getscheduler(0), os.sched_getparam(0).sched_priority

    answer, policy, priority = in_a_thread(take)

    if answer.permitted:
        assert (policy, priority) == (os.SCHED_FIFO, scheduling.LOOP)
    else:
        assert (policy, priority) == (os.SCHED_OTHER, 0)
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


@pytest.mark.requirement("WDG-6")
def test_without_the_right_the_answer_says_so_and_why() -> None:
    answer = without_the_right(lambda: in_a_thread(lambda: take_priority(scheduling.PIN_EVENTS)))

    assert answer == RealTime(
        permitted=False, priority=0, why="no right to real-time priority 60 (Operation not permitted)"
    )


def test_a_kernel_that_says_yes_and_does_otherwise_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_setscheduler", lambda *_: None)

    with pytest.raises(SchedulingNotTaken, match="E901"):
        in_a_thread(lambda: take_priority(scheduling.LEDGER))


def test_a_child_drops_to_ordinary_scheduling() -> None:
    def take_and_drop() -> int:
        take_priority(scheduling.LEDGER)
        drop_priority()
        return os.sched_getscheduler(0)

    assert in_a_thread(take_and_drop) == os.SCHED_OTHER


def test_a_child_loses_the_niceness_of_its_unit_too() -> None:
    # Niceness below 0 is a privilege: where the test may not take it, the drop has nothing to do and must leave 0.
    def take_and_drop() -> int:
        try:
            os.setpriority(os.PRIO_PROCESS, 0, -5)
        except PermissionError:
            assert os.getpriority(os.PRIO_PROCESS, 0) >= 0
        drop_priority()
        return os.getpriority(os.PRIO_PROCESS, 0)

    assert in_a_thread(take_and_drop) >= 0


@pytest.mark.requirement("WDG-6")
def test_the_pin_events_come_before_the_loop_and_the_loop_before_the_ledger() -> None:
    assert 70 >= scheduling.PIN_EVENTS > scheduling.LOOP > scheduling.LEDGER > 0


def test_nothing_recorded_is_all_zero_and_proves_nothing() -> None:
    summary = LatenessRecorder().summary()

    assert (summary.n, summary.p50_us, summary.max_us) == (0, 0, 0)
    assert upper_95(summary.over_10_ms, summary.n) == 1.0


@pytest.mark.requirement("WDG-6")
def test_late_cycles_are_counted_over_10_and_over_50_ms() -> None:
    subject = LatenessRecorder()
    for late_ms in (0, 10, 10.01, 50, 50.01, 5000):
        subject.record(late_ms / 1000)

    summary = subject.summary()

    assert (summary.over_10_ms, summary.over_50_ms, summary.max_us) == (4, 2, 5_000_000)


def test_an_early_cycle_counts_as_on_time() -> None:
    subject = LatenessRecorder()
    subject.record(-0.003)

    assert subject.summary().max_us == 0


@given(st.lists(st.integers(0, 3_000_000), min_size=1, max_size=300))
def test_a_percentile_is_never_below_the_truth_and_near_it(lateness_us: list[int]) -> None:
    subject = LatenessRecorder()
    for late_us in lateness_us:
        subject.record(late_us / 1e6)

    summary = subject.summary()
    ordered = sorted(lateness_us)
    truth = ordered[-(-len(ordered) * 99 // 100) - 1]

    assert truth <= summary.p99_us <= max(ordered)
    if truth < 50_000:
        assert summary.p99_us <= truth + 10
    assert summary.p50_us <= summary.p99_us <= summary.p999_us <= summary.max_us == max(ordered)


def test_a_cycle_on_time_is_due_again_one_period_later() -> None:
    subject = CycleClock(PERIOD_S, now=100.0)

    late_s = subject.began(100.026)

    assert late_s == pytest.approx(0.001)
    assert subject.due == pytest.approx(100.05)
    assert subject.wait_s(100.03) == pytest.approx(0.02)
    assert subject.wait_s(100.06) == 0


@pytest.mark.requirement("WDG-1")
def test_a_cycle_that_an_event_begins_just_before_the_next_is_due_is_that_one() -> None:
    subject = CycleClock(PERIOD_S, now=100.0, early_s=0.010)

    assert not subject.is_due(100.0149)
    assert subject.is_due(100.0151)
    assert subject.began(100.0151) == pytest.approx(-0.0099)
    assert subject.due == pytest.approx(100.05)  # the phase stays: never over 35 ms between two
    assert (subject.missed, subject.recorder.summary().max_us) == (0, 0)


@pytest.mark.requirement("WDG-6")
def test_missed_cycles_are_counted_and_not_run_one_after_another() -> None:
    subject = CycleClock(PERIOD_S, now=0.0)

    subject.began(0.110)

    assert subject.missed == 3
    assert subject.due == pytest.approx(0.125)
    assert subject.recorder.summary().over_50_ms == 1


@given(st.lists(st.floats(0, 0.2), max_size=50))
def test_the_next_cycle_is_always_due_after_the_present_one_began(pauses_s: list[float]) -> None:
    now = 0.0
    subject = CycleClock(PERIOD_S, now)
    for pause_s in pauses_s:
        now = max(now, subject.due) + pause_s
        subject.began(now)

        assert now - 1e-9 <= subject.due <= now + PERIOD_S + 1e-9


@pytest.mark.requirement("WDG-6")
@pytest.mark.parametrize(
    ("events", "n", "bound"),
    [(0, 30_000, 9.985e-5), (0, 29_000, 1.033e-4), (1, 100, 0.0466), (3, 30_000, 2.584e-4), (5, 5, 1.0)],
)
def test_the_upper_bound_of_a_share_is_the_exact_one(events: int, n: int, bound: float) -> None:
    assert upper_95(events, n) == pytest.approx(bound, rel=2e-3)
