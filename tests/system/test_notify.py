"""What systemd hears, read from a real datagram socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.system.errors import NotifyFailed
from kiosk.system.notify import Notifier


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    end.bind(str(tmp_path / "notify"))
    yield end
    end.close()


@pytest.fixture
def subject(manager: socket.socket, tmp_path: Path) -> Iterator[Notifier]:
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    yield notifier
    notifier.close()


def test_ready_is_one_datagram_with_its_status(subject: Notifier, manager: socket.socket) -> None:
    subject.ready("ledger open")

    assert manager.recv(100) == b"READY=1\nSTATUS=ledger open"


@pytest.mark.requirement("WDG-3")
def test_a_feed_of_the_watchdog_is_one_datagram(subject: Notifier, manager: socket.socket) -> None:
    subject.watchdog()

    assert manager.recv(100) == b"WATCHDOG=1"


def test_a_status_stays_on_one_line(subject: Notifier, manager: socket.socket) -> None:
    subject.status("armed\nREADY=1")

    assert manager.recv(100) == b"STATUS=armed READY=1"


def test_the_orderly_end_is_told(subject: Notifier, manager: socket.socket) -> None:
    subject.stopping()

    assert manager.recv(100) == b"STOPPING=1"


def test_an_abstract_address_begins_with_an_at_sign() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0nappage-test-notify")
        subject = Notifier("@nappage-test-notify")
        subject.ready()
        subject.close()

        assert manager.recv(100) == b"READY=1"


def test_without_a_manager_nothing_is_said_and_nothing_fails() -> None:
    subject = Notifier.from_environment({})

    subject.ready()

    assert not subject.listening


def test_a_named_manager_that_does_not_listen_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotifyFailed, match="E900"):
        Notifier(str(tmp_path / "nobody"))


def test_a_manager_that_goes_away_is_an_error(subject: Notifier, manager: socket.socket) -> None:
    manager.close()

    with pytest.raises(NotifyFailed, match="Connection refused"):
        subject.watchdog()


def test_a_manager_that_does_not_read_never_holds_the_loop_up(subject: Notifier, manager: socket.socket) -> None:
    for _ in range(10_000):
        subject.watchdog()

    assert manager.recv(100) == b"WATCHDOG=1"


def test_a_closed_notifier_is_silent(subject: Notifier, manager: socket.socket) -> None:
    subject.close()
    subject.watchdog()

    manager.setblocking(False)
    with pytest.raises(BlockingIOError):
        manager.recv(100)


@pytest.mark.parametrize(
    ("environ", "patience_s"),
    [
        ({"WATCHDOG_USEC": "5000000", "WATCHDOG_PID": "7"}, 5.0),
        ({"WATCHDOG_USEC": "5000000"}, 5.0),
        ({"WATCHDOG_USEC": "5000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "0", "WATCHDOG_PID": "7"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
@pytest.mark.requirement("WDG-3")
def test_the_watchdogs_patience_counts_for_the_process_it_names(
    environ: dict[str, str], patience_s: float | None
) -> None:
    assert Notifier.from_environment(environ, pid=7).watchdog_s == patience_s
