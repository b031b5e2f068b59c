"""Stop pre-empts: in the cycle that finds a stop its command is the first frame, and the snapshot shows it at once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from drivers.registers import COMMAND, LEASE, CommandKind
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import Snapshot
from kiosk.session.dispatch import Stage
from kiosk.session.virtual import VirtualLink
from tests.session.bench import Bench

HOW: dict[str, Callable[[Bench], object]] = {
    "button": lambda bench: bench.do("stop press"),
    "one contact": lambda bench: bench.do("stop-a open"),
    "glass": lambda bench: bench.send(ask.Stop()),
}
stops = pytest.mark.parametrize("how", HOW)


@pytest.fixture
def frames(subject: Bench, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes out over the wire, in its order: the name of a command, or of the block."""
    seen: list[str] = []
    real = VirtualLink.exchange

    def watched(self: VirtualLink, address: int, data: bytes, *rest: Any, **gate: Any) -> bytes:
        kind = CommandKind(int.from_bytes(data[4:6], "big")).name if address == COMMAND.address else ""
        seen.append(kind or ("lease" if address == LEASE.address else "other"))
        return real(self, address, data, *rest, **gate)

    monkeypatch.setattr(VirtualLink, "exchange", watched)
    return seen


@pytest.mark.requirement("WDG-1", "STP-1", "STP-4")
@stops
@pytest.mark.parametrize("stage", [Stage.SENT, Stage.LIVE])
def test_the_stop_command_goes_ahead_of_the_lease(subject: Bench, frames: list[str], stage: Stage, how: str) -> None:
    subject.bring_to(stage)
    frames.clear()
    HOW[how](subject)
    subject.step()
    assert frames[0] == "STOP"
    assert "lease" not in frames


@pytest.mark.requirement("WDG-1")
@stops
def test_a_stop_keeps_back_one_lease_and_no_more(subject: Bench, frames: list[str], how: str) -> None:
    subject.live()
    HOW[how](subject)
    subject.step()
    for _ in range(4):
        frames.clear()
        HOW[how](subject)
        subject.step()
        found = frames.count("lease")
        subject.do("stop release")
        frames.clear()
        HOW[how](subject)
        subject.step()
        assert found + frames.count("lease") >= 1, "whatever bounces, every second cycle keeps the lease"
    assert subject.rig.controller.lease.live


@pytest.mark.requirement("STP-1", "STP-2", "STP-3")
@stops
@pytest.mark.parametrize("stage", list(Stage))
def test_the_very_next_snapshot_is_stopped_and_disarmed(subject: Bench, stage: Stage, how: str) -> None:
    subject.bring_to(stage)
    shown: list[Snapshot] = []
    subject.each_cycle.append(lambda: shown.append(subject.snap))
    before = subject.snap.number
    HOW[how](subject)
    subject.step()
    assert shown[0].number == before + 1, "one snapshot, in the cycle of the stop itself"
    assert shown[0].stop.state == {"glass": "released"}.get(how, "open")
    assert shown[0].treat is None or shown[0].treat.arming is None
    assert not subject.panel._enabled


@pytest.mark.requirement("WDG-1", "STP-1")
def test_a_silent_wire_does_not_delay_what_the_screen_says(subject: Bench) -> None:
    """The injector answers nothing: the output is off and the snapshot stopped in the same cycle all the same."""
    subject.live()
    subject.do("fault silent on")
    before = subject.snap.number
    subject.send(ask.Stop())
    subject.step()
    assert (subject.snap.number, subject.snap.stop.state) == (before + 1, "released")
    assert not subject.panel._enabled


@pytest.mark.requirement("WDG-1")
def test_the_lease_is_renewed_every_25_to_50_ms_whatever_else_is_sent(
    subject: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arming, firing, stopping, acknowledging and homing again: no gap grows, and a stop costs one cycle."""
    renewed: list[float] = []
    real = VirtualLink.exchange

    def watched(self: VirtualLink, address: int, data: bytes, *rest: Any, **gate: Any) -> bytes:
        if address == LEASE.address:
            renewed.append(subject.clock.now)
        return real(self, address, data, *rest, **gate)

    monkeypatch.setattr(VirtualLink, "exchange", watched)
    for how in HOW.values():
        subject.live().on_skin().press().run(0.4)
        how(subject)
        subject.run(0.5)
        subject.release().do("lift")
        subject.do("stop press")
        subject.run(0.3)
        subject.do("stop release")
        subject.run(0.3)
        subject.tell(ask.AcknowledgeStop())
        subject.tell(ask.ClearFaults())
        subject.quiet()
    gaps = {round((late - early) * 1000) for early, late in pairwise(renewed)}
    assert gaps == {25, 50}
