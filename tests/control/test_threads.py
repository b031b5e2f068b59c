"""WDG-6: each of control's threads asks for its own priority, in itself, before it does anything else."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from kiosk import control
from kiosk.records.ledger import Ledger
from kiosk.system.scheduling import LEDGER, PIN_EVENTS, RealTime


@pytest.mark.requirement("WDG-6")
def test_the_ledgers_thread_takes_its_priority_before_it_opens_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    did: list[tuple[str, str, int]] = []

    def take(priority: int) -> RealTime:
        did.append(("priority", threading.current_thread().name, priority))
        return RealTime(permitted=True, priority=priority)

    def opens() -> Ledger:
        did.append(("opened", threading.current_thread().name, 0))
        return Ledger.open(tmp_path / "ledger.db", "simulated", clock_wall_ms=lambda: 5, boot_id="b")

    monkeypatch.setattr(control, "take_priority", take)
    subject = control.LedgerDesk(opens, lambda: None, lambda: 900)
    subject.open()
    subject.deliver_to(lambda _told: None)
    subject.stop()
    assert did == [("priority", "ledger", LEDGER), ("opened", "ledger", 0)]


@pytest.mark.requirement("WDG-6")
def test_the_thread_of_pin_events_is_given_the_highest_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[int, int, int]] = []

    def give(thread: int, policy: int, parameter: os.sched_param) -> None:
        given.append((thread, policy, parameter.sched_priority))

    monkeypatch.setattr(os, "sched_setscheduler", give)
    control._pin_thread(4711)
    assert given == [(4711, os.SCHED_FIFO, PIN_EVENTS)]


@pytest.mark.requirement("WDG-6")
def test_without_the_right_to_it_the_thread_of_pin_events_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    control._pin_thread(4711)
