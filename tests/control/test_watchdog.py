"""Who feeds control's watchdog: its loop, after a cycle that ended, and nothing else (WDG-3)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kiosk import control
from kiosk.channel.snapshot import LoopView
from kiosk.system.notify import Notifier

CYCLES = 4


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """What listens where systemd would."""
    end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    end.bind(str(tmp_path / "notify"))
    end.setblocking(False)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    yield end
    end.close()


def heard(manager: socket.socket) -> list[str]:
    """Every datagram so far, its first word."""
    found: list[str] = []
    while True:
        try:
            found.append(manager.recv(200).decode().split("=")[0])
        except BlockingIOError:
            return found


class Loop(control.Control):
    """Control's own loop around cycles that only look at what systemd has heard by then; the last one ends it."""

    def __init__(self, manager: socket.socket) -> None:
        self.heard: list[list[str]] = []
        self._manager = manager
        self._ended = False
        self._plan: Any = SimpleNamespace(channel="nowhere")
        self._engine: Any = SimpleNamespace(loop=LoopView(realtime=False))
        self._cycle: Any = SimpleNamespace(run=self._one)
        self.realtime: Any = SimpleNamespace(permitted=False)

    def _await(self, clock: object) -> None:
        """Nothing is waited for."""

    def _one(self, now: float, late_s: float) -> None:
        del now, late_s
        self.heard.append(heard(self._manager))
        self._ended = len(self.heard) == CYCLES


@pytest.mark.requirement("WDG-3")
def test_the_watchdog_is_fed_once_for_each_cycle_that_ended(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop that hangs in a cycle feeds nothing: no timer and no thread does it in its place."""
    monkeypatch.setattr(control, "TOLD_EVERY_S", 0.0)
    notifier = Notifier.from_environment()
    monkeypatch.setattr(Notifier, "from_environment", lambda: notifier)
    subject = Loop(manager)
    subject.run()
    notifier.close()
    assert subject.heard == [["READY"], *[["WATCHDOG"]] * (CYCLES - 1)]
    assert heard(manager) == ["WATCHDOG", "STOPPING"]


@pytest.mark.requirement("WDG-3")
def test_a_feed_comes_several_times_within_systemds_patience() -> None:
    assert control.TOLD_EVERY_S <= 5.0 / 2
