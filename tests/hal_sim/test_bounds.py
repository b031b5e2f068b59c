"""STP-5 and WDG-2 in virtual time: whatever breaks a motion off, in whichever phase, the needle is home in time.

Time goes from event to event of the model, so the instants are exact; between two looks lies at most a millisecond.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drivers.registers import CommandKind, ControllerState, Fault, Input, Mode, Outcome
from hal_sim.motion import RETURNING, Motion, Phase
from tests.hal_sim.host import Host, outcome
from tests.hal_sim.test_stops import BREAKS

DEEP = {"depth_um": 6_000, "dose_nl": 60_000, "interval_ms": 2_000, "mode": Mode.CONTINUOUS}
"""The deepest stroke, through the tightest needle: the longest way home and the longest dwell."""
LOOK_S, BEAT_S = 0.001, 0.025
HOME_S = 0.1
SUPPLY_S = 0.0073
"""From an open contact to the comparator: 5 ms of relay travel at most, 1.4 ms of capacitor, rounded up."""
LEASE_S = 0.15


class Other(Host):
    """The other end of the wire, which may fall silent."""

    silent = False


Break = tuple[str, Callable[[Other], None], Outcome, Fault]


def _silence(host: Other) -> None:
    host.silent = True


def _unplug(host: Other) -> None:
    host.do("unplug")
    host.silent = True


SILENCES: list[Break] = [
    ("silence", _silence, Outcome.PARTIAL_LEASE, Fault.LEASE),
    ("cable out", _unplug, Outcome.PARTIAL_LEASE, Fault.LEASE),
]
EVERYTHING: list[Break] = [*BREAKS, *SILENCES]
PHASES = [Phase.DOWN, Phase.FLOW, Phase.DWELL, Phase.DRAW_BACK, Phase.UP]


def look(host: Other, seconds: float, seen: Callable[[], bool]) -> float:
    """Let time pass, the lease kept unless it is silenced, until something is seen. Returns when."""
    end, beats = host.now + seconds, host.now
    while not seen():
        assert host.now < end, f"it never happened: {host.status()}"
        if host.now >= beats and not host.silent:
            host.beat()
            beats = host.now + BEAT_S
        ahead = host.rig.next_event(host.now)
        host.now = min(host.now + LOOK_S, ahead if ahead is not None and ahead > host.now else host.now + LOOK_S)
        host.rig.advance(host.now)
        host.rig.body.settle(host.now)
    return host.now


def moving(host: Other) -> Motion:
    motion = host.rig.controller.motion
    assert motion is not None
    return motion


def in_phase(phase: Phase, share: float = 0.5) -> Other:
    """A stroke in a phase, some way into it."""
    host = Other()
    host.do("needle fit 32 13")
    host.ready(primed=True).armed(**DEEP)
    if phase == Phase.DRAW_BACK:
        host.do("fault occlusion on")
    host.do("trigger down")
    look(host, 5.0, lambda: host.rig.controller.motion is not None and moving(host).phase == phase)
    into = host.now + share * {Phase.DOWN: 0.03, Phase.FLOW: 0.5, Phase.DWELL: 0.01}.get(phase, 0.004)
    look(host, 1.0, lambda: host.now >= into)
    host.beat()
    assert moving(host).phase == phase
    return host


def at_home(host: Host) -> bool:
    return bool(host.status().inputs & Input.HOME)


@pytest.mark.requirement("STP-5", "STP-4", "WDG-1")
@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name.lower())
@pytest.mark.parametrize(("name", "act", "expected", "fault"), EVERYTHING, ids=[row[0] for row in EVERYTHING])
def test_whatever_ends_a_stroke_in_whichever_phase_the_needle_is_home_in_time(
    name: str, act: Callable[[Other], None], expected: Outcome, fault: Fault, phase: Phase
) -> None:
    host = in_phase(phase)
    body, motion, last_lease = host.rig.body, moving(host), host.now
    already = motion.phase in RETURNING
    act(host)
    decided = look(host, 0.2, lambda: motion.phase in RETURNING)
    late = {True: LEASE_S, False: SUPPLY_S}[name in ("silence", "cable out")]
    assert decided - last_lease <= late + LOOK_S
    pusher, deepest = body.pusher_nl, body.true_depth_um()
    while not at_home(host):
        assert host.now <= decided + HOME_S
        look(host, LOOK_S * 2, lambda now=host.now: host.now > now)
        deepest = max(deepest, body.true_depth_um())
        assert body.pusher_nl >= pusher - 1e-6, "the plunger pushes nothing more"
    assert host.now - decided <= HOME_S
    assert host.now - last_lease <= 0.25
    assert deepest <= 6_000 + 0.5, "and it never went deeper than it was told"
    look(host, 0.3, lambda: host.rig.controller.motion is None and host.now > last_lease + LEASE_S)
    assert host.rig.controller.shots_left == 0 or already
    host.silent = False
    host.wait(0.1)
    record = host.records[-1]
    if phase == Phase.DRAW_BACK:
        assert outcome(record) == Outcome.PARTIAL_OCCLUSION
        assert host.faults() & Fault.OCCLUSION
    elif phase == Phase.DWELL and name in ("silence", "cable out"):  # it ends by itself before the lease does
        assert (outcome(record), host.faults()) == (Outcome.COMPLETED, Fault.LEASE)
    elif not already:
        assert (outcome(record), host.faults()) == (expected, fault)
        assert record.measured_dose_nl <= 60_000


@pytest.mark.requirement("STP-5")
@pytest.mark.parametrize(("name", "act", "expected", "fault"), EVERYTHING, ids=[row[0] for row in EVERYTHING])
@pytest.mark.parametrize("kind", [CommandKind.HOME, CommandKind.PRIME, CommandKind.SYRINGE_CHANGED])
def test_whatever_ends_a_service_motion_nothing_moves_100_ms_later(
    name: str, act: Callable[[Other], None], expected: Outcome, fault: Fault, kind: CommandKind
) -> None:
    del expected
    if name in ("contact lost", "contact wire"):  # absent already; its opposite is what ends a service motion
        name, act, fault = "contact", lambda host: host.do("contact on"), Fault.CONTACT
    if kind == CommandKind.HOME and fault in (Fault.LEASE, Fault.PISTON):
        fault = Fault.NONE  # homing is over before a lease could lapse, and needs no syringe
    host = Other()
    host.ready(primed=True)
    if kind == CommandKind.SYRINGE_CHANGED:
        host.do("barrel 1")
        host.wait(0.05)
    host.command(kind, {CommandKind.HOME: 0, CommandKind.PRIME: 400_000}.get(kind, 1_000_000))
    host.now += 0.004
    host.beat()
    last_lease, body = host.now, host.rig.body
    motion = moving(host)
    act(host)
    if kind != CommandKind.HOME or not (fault == Fault.NONE and name in ("silence", "cable out", "clamp opened")):
        look(host, 0.2, lambda: motion.phase in RETURNING)
    decided = host.now
    assert decided - last_lease <= (LEASE_S if name in ("silence", "cable out") else SUPPLY_S) + LOOK_S
    place = body.encoder
    look(host, HOME_S + LOOK_S, lambda: host.rig.controller.motion is None)
    host.silent = False
    host.now += LOOK_S
    assert at_home(host)
    host.wait(0.2)
    assert body.encoder == place or name == "clamp opened", "the plunger stands where it was"
    if name != "stale lease" or kind != CommandKind.HOME:
        assert host.faults() == fault or (name == "clamp opened" and host.faults() == Fault.NONE)


@pytest.mark.requirement("STP-5")
def test_a_draw_back_that_does_not_help_is_given_up_in_time() -> None:
    """The piston does not follow the pusher: pressure stays, and the needle comes home all the same."""
    host = in_phase(Phase.DRAW_BACK, 0.0)
    host.do("fault piston-missing on")
    decided = host.now
    look(host, HOME_S, lambda: host.rig.controller.motion is None)
    assert host.now - decided <= HOME_S
    host.now += LOOK_S
    assert at_home(host)
    assert host.faults() == Fault.OCCLUSION


@pytest.mark.requirement("STP-5")
@pytest.mark.parametrize("phase", [Phase.DOWN, Phase.FLOW, Phase.DWELL])
@pytest.mark.parametrize("kept", ["spring-broken", "retract-jam", "home-switch-dead"])
@pytest.mark.parametrize("stop", ["stop press", "fault supply-dead on"])
def test_a_needle_that_may_be_out_is_said_within_100_ms_and_sounds(phase: Phase, kept: str, stop: str) -> None:
    host = in_phase(phase, 0.9)
    host.do(f"fault {kept} on")
    motion = moving(host)
    host.do(stop)
    decided = look(host, 0.2, lambda: motion.phase in RETURNING)
    said = look(host, HOME_S + LOOK_S, lambda: bool(host.rig.controller.faults & Fault.RETRACT))
    assert said - decided <= HOME_S + 1e-9
    assert host.rig.controller.sounding
    assert host.status().state == ControllerState.FAULT
    assert not at_home(host)
    if kept == "spring-broken":
        assert host.faults() & Fault.SPRING


@pytest.mark.requirement("WDG-2")
@settings(max_examples=60)
@example(depth=6_000, silent_from=0.3, overshoot=True, seed=0)
@given(
    depth=st.integers(0, 120).map(lambda steps: 50 * steps),
    silent_from=st.floats(0.0, 0.3),
    overshoot=st.booleans(),
    seed=st.integers(0, 999),
)
def test_depth_is_bounded_by_its_own_count_and_stop_whatever_the_lease_does(
    depth: int, silent_from: float, overshoot: bool, seed: int
) -> None:
    """A lease that lives, lapses at any instant or counts wildly changes nothing about how deep a stroke goes."""
    chance = random.Random(seed)
    host = Other().armed(depth_um=depth, dose_nl=5_000, interval_ms=1_000)
    if overshoot:
        host.do("fault overshoot on")
    host.do("trigger down")
    body, deepest, began = host.rig.body, -1e9, host.now
    for _ in range(1_000):
        host.now += LOOK_S
        if host.now - began < silent_from and chance.random() < 0.05:
            host.counter += chance.choice([0, 0, 7, 8, 60_000])
            host.beat()
        host.rig.advance(host.now)
        body.settle(host.now)
        deepest = max(deepest, body.true_depth_um())
    assert deepest <= min(depth + (300 if overshoot else 0), 6_100) + 0.5, "the count, and then the stop"
    host.wait(0.2)
    record = host.records[-1]
    if record.depth_um and record.measured_depth_um > depth + 100:
        assert overshoot
        assert host.faults() & Fault.DEPTH_MISMATCH
        assert record.measured_dose_nl == 0
