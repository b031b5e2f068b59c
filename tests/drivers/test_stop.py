"""The stop latch: a stop wins over every start that is not yet finished."""

from __future__ import annotations

import threading

import pytest

from drivers.errors import StaleEpoch
from drivers.stop import StopLatch


def nothing() -> None:
    """Drops nothing."""


@pytest.fixture
def subject() -> StopLatch:
    return StopLatch()


def test_a_start_in_its_own_epoch_acts(subject: StopLatch) -> None:
    acted: list[int] = []
    subject.guarded(subject.epoch, "send", lambda: acted.append(1))
    assert acted == [1]


@pytest.mark.requirement("STP-1")
def test_a_start_decided_before_a_stop_never_acts(subject: StopLatch) -> None:
    decided = subject.epoch
    assert subject.raise_epoch(nothing) == decided + 1
    acted: list[int] = []
    with pytest.raises(StaleEpoch, match="before the send was sent"):
        subject.guarded(decided, "send", lambda: acted.append(1))
    assert not acted


@pytest.mark.requirement("STP-1")
def test_a_stop_that_comes_while_a_start_acts_waits_for_its_bytes_and_then_drops(subject: StopLatch) -> None:
    order: list[str] = []
    acting, stopping = threading.Event(), threading.Event()

    def act() -> None:
        acting.set()
        assert stopping.wait(10)
        order.append("sent")

    def stop() -> None:
        assert acting.wait(10)
        stopping.set()
        subject.raise_epoch(lambda: order.append("dropped"))

    stopper = threading.Thread(target=stop)
    stopper.start()
    subject.guarded(0, "send", act)
    stopper.join()
    assert order == ["sent", "dropped"]
    with pytest.raises(StaleEpoch):
        subject.guarded(0, "send", act)


@pytest.mark.requirement("STP-1")
def test_no_start_can_act_while_a_stop_drops(subject: StopLatch) -> None:
    """Else one that was decided after the stop could switch on what the stop is about to switch off."""
    let_in: list[bool] = []
    starter = threading.Thread(target=lambda: let_in.append(subject._lock.acquire(blocking=False)))

    def drop() -> None:
        starter.start()
        starter.join()

    subject.raise_epoch(drop)
    assert let_in == [False]


@pytest.mark.requirement("STP-1")
def test_a_stop_out_of_the_very_thread_that_starts_does_not_wait_for_itself(subject: StopLatch) -> None:
    def act() -> None:
        subject.raise_epoch(nothing)

    subject.guarded(0, "send", act)
    assert subject.epoch == 1


def test_a_drop_that_fails_still_refuses_every_start(subject: StopLatch) -> None:
    def broken() -> None:
        raise OSError("the pin is gone")

    with pytest.raises(OSError, match="pin is gone"):
        subject.raise_epoch(broken)
    with pytest.raises(StaleEpoch):
        subject.guarded(0, "send", nothing)
