"""The link goes and comes at any moment of an arming, for any while, and frames go bad: how often, and what ends."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from drivers.errors import BadFrame, LinkTimeout, NappageError
from drivers.registers import AUTHORISATION, ControllerState
from kiosk.channel import commands as ask
from kiosk.session.dispatch import Stage
from tests.session.bench import PERIOD, Bench

GONE, DISTURBED = 703, 731


@pytest.mark.requirement("ALM-1", "LED-6")
def test_a_restart_in_a_session_finds_its_injector_missing_and_says_so(subject: Bench) -> None:
    """The needle may be in somebody's skin: that control began anew does not make it known where it is."""
    subject.live().on_skin().press()
    subject.until(lambda: subject.rig.controller.motion is not None, 3)
    subject.do("unplug")
    subject.restart(after_s=1)
    assert subject.alarms() == {GONE}
    subject.run(1)
    subject.sign_in().tell(ask.AcknowledgeAlarm(GONE))
    subject.run(1)
    assert subject.alarms() == {GONE}
    subject.do("replug")
    subject.until(lambda: subject.snap.link.connected, 5)
    assert GONE not in subject.alarms()


def test_without_a_session_an_injector_that_was_not_there_yet_is_no_alarm(bench: Bench) -> None:
    bench.do("unplug")
    bench.run(3)
    assert not bench.alarms()
    bench.do("replug")
    bench.start()


def test_a_restart_in_a_session_whose_injector_is_there_alarms_nothing(subject: Bench) -> None:
    subject.restart()
    assert not subject.alarms()


def settled(bench: Bench) -> None:
    """The same control has found its injector again, ledger and device agree, and it can be armed once more."""
    bench.until(lambda: bench.snap.link.connected, 5)
    bench.quiet()
    assert not bench.armed
    assert bench.shots == len(bench.shot_rows())
    bench.see()
    bench.tell(ask.ClearFaults())
    status = bench.engine.desk.status
    if status is not None and status.state == ControllerState.UNHOMED:
        bench.tell(ask.Rehome(True))
    bench.until(lambda: not bench.snap.missing, 3)
    bench.live()


@pytest.mark.requirement("LNK-3", "LED-4", "LED-6")
@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("away_s", [0.05, 0.4, 3.0])
def test_unplugged_and_plugged_again_after_any_while_it_goes_on_without_a_restart(
    subject: Bench, stage: Stage, away_s: float
) -> None:
    subject.bring_to(stage)
    cycle, authorised = subject.cycle, sum(what == "authorisation" for what, _ in subject.sent)
    subject.do("unplug")
    subject.run(away_s)
    subject.do("replug")
    subject.run(0.1)
    assert not subject.armed
    assert not subject.panel._enabled
    subject.disk.release()
    subject.until(lambda: subject.snap.link.connected, 5)
    subject.quiet()
    assert sum(what == "authorisation" for what, _ in subject.sent) == authorised, "nothing resumed by itself"
    settled(subject)
    assert subject.cycle is cycle


@pytest.mark.requirement("LNK-3", "LED-4")
@pytest.mark.parametrize("stage", list(Stage))
def test_unplugged_again_while_it_reconnects_it_goes_on_without_a_restart(subject: Bench, stage: Stage) -> None:
    """At every cycle of the reconnection in turn: reading back, void, reading, settling."""
    for cycles in range(1, 8):
        subject.bring_to(stage)
        subject.do("unplug")
        subject.run(0.1)
        subject.disk.release()
        subject.do("replug")
        subject.until(lambda: subject.cycle.injector is not None, 3)
        subject.run(cycles * PERIOD)
        subject.do("unplug")
        subject.run(0.1)
        assert not subject.panel._enabled
        subject.do("replug")
        settled(subject)
        subject.tell(ask.Disarm())
        subject.quiet()


def bad_frames(bench: Bench, error: NappageError, times: int, every_s: float) -> None:
    """So many leases, one in so long, end like this; all others are answered."""
    injector: Any = bench.cycle.injector
    for _ in range(times):
        if bench.cycle.injector is not injector:
            return
        link = injector._link
        through = link.exchange

        def spoiled(*_: Any, link: Any = link, through: Any = through, **__: Any) -> bytes:
            link.exchange = through
            raise error

        link.exchange = spoiled
        bench.run(every_s)


@pytest.mark.requirement("LNK-3")
@pytest.mark.parametrize("error", [LinkTimeout(timeout_ms=40), BadFrame(why="its CRC does not fit")], ids=str)
@pytest.mark.parametrize(
    ("times", "every_s", "ends"),
    [(2, 0.1, False), (3, 0.1, True), (3, 0.475, True), (3, 0.525, False), (12, 0.525, False), (4, 0.3, True)],
)
def test_three_bad_frames_in_a_second_disarm_and_alarm_and_fewer_do_not(
    subject: Bench, error: NappageError, times: int, every_s: float, ends: bool
) -> None:
    subject.live()
    seen: set[int] = set()
    subject.each_cycle.append(lambda: seen.update(subject.alarms()))
    bad_frames(subject, error, times, every_s)
    assert subject.armed is not ends
    assert bool(seen & {GONE, DISTURBED}) is ends
    assert subject.panel._enabled is not ends
    if ends:
        settled(subject)


@pytest.mark.requirement("LNK-2", "WDG-1")
@pytest.mark.parametrize("error", [LinkTimeout(timeout_ms=40), BadFrame(why="its CRC does not fit")], ids=str)
def test_a_bad_lease_is_followed_by_the_next_one_and_never_by_itself(
    subject: Bench, monkeypatch: pytest.MonkeyPatch, error: NappageError
) -> None:
    from drivers.registers import LEASE
    from kiosk.session.virtual import VirtualLink

    counters: list[int] = []
    authorised: list[bytes] = []
    real = VirtualLink.exchange

    def watched(self: VirtualLink, address: int, data: bytes, *rest: Any, **gate: Any) -> bytes:
        if address == LEASE.address:
            counters.append(int.from_bytes(data[:2], "big"))
        if address == AUTHORISATION.address:
            authorised.append(data)
        return real(self, address, data, *rest, **gate)

    monkeypatch.setattr(VirtualLink, "exchange", watched)
    subject.live()
    bad_frames(subject, error, 4, 0.6)
    subject.on_skin().press().run(2.0)
    subject.release().run(0.5)
    assert all(1 <= after - before <= 2 for before, after in pairwise(counters))
    assert len(set(authorised)) == len(authorised)
