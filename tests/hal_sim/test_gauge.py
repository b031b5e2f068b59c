"""A needle that rests under a gauge: at a depth come upon from above or from below, and back by itself."""

from __future__ import annotations

import pytest

from drivers.registers import SERVICE_WORD, CommandKind, ControllerState, Fault, Outcome, Refusal
from hal_sim.blocks import ModbusException
from hal_sim.build import Build
from tests.hal_sim.host import Host

WRONG = Build(depth_offset_um=250.0, depth_scale=1.03, backlash_um=40.0)
BELOW = 0x8000


@pytest.fixture
def subject() -> Host:
    host = Host(build=WRONG)
    host.enable()
    host.home()
    return host


def asked(depth_um: int, *, below: bool = False, word: int = SERVICE_WORD) -> int:
    return word << 16 | (BELOW if below else 0) | depth_um


@pytest.mark.requirement("ACU-2")
@pytest.mark.parametrize(("below", "expected"), [(False, 250 + 2060), (True, 250 + 2060 + 40)])
def test_a_gauge_shows_where_the_tip_rests_and_its_backlash_from_below(
    subject: Host, below: bool, expected: int
) -> None:
    subject.command(CommandKind.GAUGE, asked(2_000, below=below))
    subject.wait(2)
    assert subject.status().state == ControllerState.STROKE
    assert subject.rig.body.true_depth_um() == pytest.approx(expected, abs=1)
    assert subject.rig.do(subject.now, "gauge") == f"gauge {expected} um"
    subject.wait(7)
    record = subject.last()
    assert subject.status().state == ControllerState.READY
    assert (record.outcome, record.dose_nl, record.measured_dose_nl) == (Outcome.COMPLETED, 0, 0)
    assert record.depth_um == record.measured_depth_um == (2_300 if below else 2_000)
    assert subject.rig.do(subject.now, "gauge nonsense") == "gauge takes nothing."


@pytest.mark.parametrize(
    ("argument", "why"),
    [
        (asked(2_000, word=1), Refusal.SERVICE),
        (asked(0), Refusal.DEPTH),
        (asked(6_050), Refusal.DEPTH),
        (asked(5_750, below=True), Refusal.DEPTH),
        (asked(2_010), Refusal.DEPTH),
    ],
)
def test_what_no_gauge_may_see_is_refused(subject: Host, argument: int, why: Refusal) -> None:
    with pytest.raises(ModbusException):
        subject.command(CommandKind.GAUGE, argument)
    assert subject.status().refusal == why


def test_contact_refuses_a_gauge_motion_and_ends_one(subject: Host) -> None:
    subject.do("contact on")
    with pytest.raises(ModbusException):
        subject.command(CommandKind.GAUGE, asked(2_000))
    assert subject.status().refusal == Refusal.CONTACT
    subject.do("lift")
    subject.command(CommandKind.GAUGE, asked(2_000))
    subject.wait(1)
    subject.do("contact on")
    subject.wait(0.2)
    assert subject.status().faults & Fault.CONTACT
    assert subject.rig.body.home


def test_a_stop_brings_it_back_at_once(subject: Host) -> None:
    subject.command(CommandKind.GAUGE, asked(2_000))
    subject.wait(1)
    subject.command(CommandKind.STOP)
    subject.wait(0.2)
    assert subject.rig.body.home
    assert subject.last().outcome == Outcome.PARTIAL_STOP
