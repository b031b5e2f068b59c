"""What fires, how often, how deep and how much."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.registers import (
    CALIBRATION,
    CALIBRATION_IN_FORCE,
    CALIBRATION_SELECT,
    SERVICE_WORD,
    CalibrationSelect,
    CommandKind,
    ControllerState,
    Fault,
    Mode,
    Outcome,
    Refusal,
)
from hal_sim.build import Build
from tests.hal_sim.host import Host, outcome

BENCH = {"mode": Mode.BENCH, "service_word": SERVICE_WORD}


def shots(host: Host) -> int:
    """Treatment and bench shots recorded so far."""
    return sum(1 for record in host.records if record.depth_um)


@pytest.mark.requirement("LED-7", "LED-9")
def test_a_shot_goes_as_deep_and_gives_as_much_as_commanded_and_is_recorded_so() -> None:
    subject = Host().ready(primed=True)
    before = subject.truth()["outflow_nl"]
    block = subject.armed(depth_um=1500, dose_nl=8_000).status().authorisation_id
    subject.do("trigger down")
    record = subject.last()
    assert (record.depth_um, record.dose_nl, record.authorisation_id) == (1500, 8_000, block)
    assert record.measured_depth_um == 1500
    assert 8_000 - 6 < record.measured_dose_nl <= 8_000, "whole steps, never more than asked"
    assert record.duration_ms in range(212, 216), "17.5 ms down, 160 of flow, 20 of dwell on skin, up to the switch"
    assert outcome(record) == Outcome.COMPLETED
    assert subject.truth()["outflow_nl"] - before == pytest.approx(record.measured_dose_nl, abs=6)


@pytest.mark.requirement("LIM-3")
@settings(max_examples=25)
@given(
    st.integers(0, 120).map(lambda n: n * 50),
    st.integers(1, 40).map(lambda n: n * 1000),
    st.sampled_from(["1", "2", "5"]),
)
def test_every_dose_and_depth_stays_within_its_tolerance_and_never_above(depth: int, dose: int, barrel: str) -> None:
    subject = Host()
    subject.do(f"barrel {barrel}")
    subject.wait(0.05)
    subject.enable()
    subject.home()
    subject.meet(int(barrel) * 1_000_000)
    subject.armed(depth_um=depth, dose_nl=dose, interval_ms=1000)
    subject.do("trigger down")
    record = subject.last()
    assert outcome(record) == Outcome.COMPLETED
    assert dose - max(300, dose // 20) <= record.measured_dose_nl <= dose
    assert abs(record.measured_depth_um - depth) <= 1


def test_the_first_dose_without_priming_falls_short_because_air_leaves_first() -> None:
    subject = Host().ready().armed(dose_nl=20_000, interval_ms=1000, shots=6)
    subject.do("trigger down")
    assert subject.last().measured_dose_nl == pytest.approx(20_000, abs=6)
    truth = subject.truth()
    assert truth["outflow_nl"] == 0.0
    assert truth["vented_nl"] == pytest.approx(20_000, abs=6)
    for _ in range(5):
        subject.do("trigger up")
        subject.wait(0.1)
        subject.do("trigger down")
        subject.wait(1)
    build = Build()
    dead = build.tubing_nl + build.hub_nl + build.syringe_air_nl
    assert subject.truth()["outflow_nl"] == pytest.approx(120_000 - dead, abs=40)


@pytest.mark.parametrize(("mode", "expected"), [(Mode.SINGLE, 1), (Mode.BURST, 3), (Mode.CONTINUOUS, 3), ("bench", 1)])
def test_one_press_gives_what_the_mode_says(mode: Mode | str, expected: int) -> None:
    subject = Host().ready().armed(**(BENCH if mode == "bench" else {"mode": mode}))
    subject.do("trigger down")
    subject.wait(3)
    assert shots(subject) == expected
    assert subject.status().shots_left == 3 - expected


def test_a_single_press_each_uses_the_authorisation_up() -> None:
    subject = Host().armed(shots=2)
    for left in (1, 0):
        subject.do("trigger down")
        subject.wait(0.6)
        assert subject.status().shots_left == left
        subject.do("trigger up")
        subject.wait(0.1)
    subject.do("trigger down")
    subject.wait(1)
    assert shots(subject) == 2
    assert subject.status().state == ControllerState.READY


def test_shots_keep_the_interval_from_begin_to_begin() -> None:
    subject = Host().armed(mode=Mode.CONTINUOUS, shots=20, interval_ms=130, dose_nl=2_000, depth_um=1000)
    subject.do("trigger down")
    subject.wait(0.131 * 9)
    assert subject.status().lifetime_shots - 2 == 10
    assert subject.status().shots_left == 10


def test_a_release_lets_the_stroke_end_and_begins_no_other() -> None:
    subject = Host().stroke_at(mode=Mode.CONTINUOUS)
    subject.do("trigger up")
    subject.wait(2)
    assert shots(subject) == 1
    assert outcome(subject.last()) == Outcome.COMPLETED
    assert subject.status().shots_left == 2
    assert subject.status().state == ControllerState.AUTHORISED


def test_the_pedal_fires_too_and_its_run_ends_when_its_frames_stop() -> None:
    subject = Host().armed(mode=Mode.CONTINUOUS, interval_ms=120, shots=20, dose_nl=1_000, depth_um=1000)
    subject.pedal = True
    subject.wait(0.5)
    begun = subject.status().lifetime_shots
    assert begun > 4
    subject.silence(0.08)
    begun = subject.status().lifetime_shots
    subject.beat()
    subject.wait(1)
    assert subject.status().lifetime_shots == begun


def test_nothing_fires_without_skin_contact_and_the_held_trigger_fires_when_it_comes() -> None:
    subject = Host().armed()
    subject.do("lift", "trigger down")
    subject.wait(1)
    assert shots(subject) == 0
    subject.do("contact on")
    subject.wait(1)
    assert shots(subject) == 1


def test_a_trigger_pressed_before_the_authorisation_fires_nothing() -> None:
    subject = Host().ready()
    subject.do("contact on", "trigger down")
    assert subject.refused(subject.authorise) == Refusal.INPUT
    subject.do("trigger up")
    subject.authorise()
    subject.do("trigger down", "trigger up")
    subject.wait(1)
    assert shots(subject) == 1, "the stroke that began goes to its end"


def test_trigger_and_pedal_together_fire_nothing() -> None:
    subject = Host().armed()
    subject.do("lift", "trigger down")
    subject.pedal = True
    subject.beat()
    subject.do("contact on")
    subject.wait(1)
    assert shots(subject) == 0


def test_a_held_trigger_runs_on_into_the_next_slice_in_continuous_mode_only() -> None:
    subject = Host().armed(mode=Mode.CONTINUOUS, shots=2)
    subject.do("trigger down")
    subject.until(lambda status: status.state == ControllerState.READY)
    subject.authorise(mode=Mode.CONTINUOUS, shots=2)
    subject.until(lambda status: status.state == ControllerState.READY)
    assert shots(subject) == 4
    assert subject.refused(lambda: subject.authorise(mode=Mode.SINGLE)) == Refusal.INPUT
    assert subject.refused(lambda: subject.authorise(mode=Mode.BURST)) == Refusal.INPUT


@pytest.mark.parametrize("why", ["depth", "late", "void"])
def test_a_held_trigger_does_not_run_on_into_another_arming(why: str) -> None:
    subject = Host().armed(mode=Mode.CONTINUOUS, shots=2)
    subject.do("trigger down")
    subject.until(lambda status: status.state == ControllerState.READY)
    changes: dict[str, int] = {"mode": Mode.CONTINUOUS}
    if why == "depth":
        changes["depth_um"] = 2_050
    elif why == "late":
        subject.wait(1.1)
    else:
        subject.command(CommandKind.VOID)
    assert subject.refused(lambda: subject.authorise(**changes)) == Refusal.INPUT


def test_the_interval_holds_across_slices() -> None:
    subject = Host().armed(mode=Mode.CONTINUOUS, shots=1, interval_ms=1000)
    subject.do("trigger down")
    subject.until(lambda status: status.state == ControllerState.READY)
    begun = subject.now
    subject.authorise(mode=Mode.CONTINUOUS, shots=1, interval_ms=1000)
    subject.until(lambda status: status.state == ControllerState.STROKE)
    assert subject.now - begun > 0.5


def test_valid_ms_gates_the_begin_of_a_stroke_only() -> None:
    subject = Host().armed(valid_ms=100)
    subject.do("trigger down")
    subject.wait(0.11)
    assert subject.status().state == ControllerState.STROKE
    assert subject.status().shots_left == 0
    assert outcome(subject.last()) == Outcome.COMPLETED
    assert subject.status().state == ControllerState.READY
    assert not subject.faults()


def test_after_valid_ms_nothing_begins() -> None:
    subject = Host().armed(valid_ms=100)
    subject.wait(0.2)
    subject.do("trigger down")
    subject.wait(1)
    assert shots(subject) == 0
    assert not subject.faults()


def test_the_needle_leaves_the_skin_at_zero_residual_pressure_or_after_the_dwell() -> None:
    subject = Host().ready(primed=True)
    subject.do("needle fit 32 13")
    subject.prime(20_000)
    subject.armed(depth_um=4000, dose_nl=10_000, interval_ms=1000)
    subject.do("trigger down")
    left = subject.creep(lambda status: status.state == ControllerState.STROKE and status.needle_um >= 3_990)
    left = subject.creep(lambda status: status.needle_um < 3_990)
    assert left.pressure_kpa <= 30
    still = subject.truth()
    assert still["stored_nl"] < 100
    subject.last()


def test_the_reserve_of_two_percent_is_never_pushed_out() -> None:
    subject = Host()
    subject.do("barrel 1", "syringe fill 25")
    subject.wait(0.05)
    subject.enable()
    subject.home()
    subject.meet(25_000)
    subject.armed(dose_nl=10_000)
    subject.do("trigger down")
    record = subject.last()
    assert outcome(record) == Outcome.RESERVE
    assert record.measured_dose_nl == pytest.approx(5_000, abs=12)
    assert subject.faults() == Fault.RESERVE
    assert subject.truth()["pusher_nl"] >= 20_000
    subject.do("lift")
    subject.command(CommandKind.CLEAR_FAULTS)
    assert subject.faults() == Fault.RESERVE, "only a new syringe ends it"
    subject.do("syringe fill 500")
    subject.meet(500_000)
    assert not subject.faults()


def test_an_empty_syringe_authorises_nothing() -> None:
    subject = Host()
    subject.do("barrel 1", "syringe fill 20")
    subject.wait(0.05)
    subject.enable()
    subject.home()
    subject.meet(20_000)
    assert subject.refused(subject.authorise) == Refusal.RESERVE
    assert subject.refused(lambda: subject.command(CommandKind.PRIME, 1_000)) == Refusal.RESERVE


def test_a_sensor_that_drifted_is_zeroed_with_the_needle_out() -> None:
    subject = Host(build=Build(pressure_offset_kpa=4.0)).ready(primed=True)
    assert subject.status().pressure_kpa == 0
    assert subject.records[-1].peak_kpa == pytest.approx(13, abs=2)


def test_the_pressure_is_zeroed_again_before_each_stroke() -> None:
    subject = Host().ready(primed=True).armed(mode=Mode.SINGLE, dose_nl=20_000, shots=4)
    peaks: list[int] = []
    for drift_kpa in (0.0, 2.0, 4.5, -3.0):
        subject.rig.body._build = msgspec.structs.replace(subject.rig.build, pressure_offset_kpa=drift_kpa)
        subject.do("trigger down")
        peaks.append(subject.last().peak_kpa)
        subject.do("trigger up")
        assert subject.wait(1).pressure_kpa == 0
    assert max(peaks) - min(peaks) <= 1, "what the sensor reads at rest is none of the stroke's"


@pytest.mark.parametrize(("drift_kpa", "zeroed"), [(9.9, True), (10.1, False), (-9.9, True)])
def test_up_to_10_kpa_at_rest_are_the_sensor_s_own_and_more_is_a_blocked_path(drift_kpa: float, zeroed: bool) -> None:
    subject = Host().ready(primed=True).armed(mode=Mode.SINGLE, dose_nl=20_000)
    subject.rig.body._build = msgspec.structs.replace(subject.rig.build, pressure_offset_kpa=drift_kpa)
    given = subject.status().lifetime_shots
    subject.do("trigger down")
    subject.wait(1)
    subject.do("trigger up", "lift")
    assert (subject.status().lifetime_shots == given + 1) is zeroed
    assert subject.faults() == (Fault.NONE if zeroed else Fault.OCCLUSION)
    if not zeroed:
        subject.command(CommandKind.CLEAR_FAULTS)
        assert subject.faults() == Fault.OCCLUSION, "its cause is still there"
        subject.rig.body._build = msgspec.structs.replace(subject.rig.build, pressure_offset_kpa=9.9)
        subject.command(CommandKind.CLEAR_FAULTS)
        assert not subject.faults()


def test_a_path_under_pressure_with_the_needle_out_is_no_sensor_error() -> None:
    subject = Host(build=Build(pressure_offset_kpa=11.0)).ready()
    subject.command(CommandKind.PRIME, 1_000)
    subject.beat()
    assert subject.faults() == Fault.OCCLUSION
    assert subject.status().lifetime_shots == 2, "nothing moved"


@pytest.mark.requirement("ACU-2")
def test_a_calibration_corrects_what_the_build_has_wrong() -> None:
    build = Build(depth_offset_um=80.0, depth_scale=1.02, dose_factor=(0.95, 1.0, 1.0, 1.0))
    subject = Host(build=build)
    held = CALIBRATION_IN_FORCE.decode(subject.rig.read(0.0, CALIBRATION_IN_FORCE.address, CALIBRATION.registers))
    better = msgspec.structs.replace(
        held, id=2, depth_zero_um=round(-80 / 1.02), depth_scale_ppm=round(1e6 / 1.02), pl_per_step_1=5_151
    )
    subject.rig.write(subject.now, CALIBRATION.address, CALIBRATION.encode(better))
    subject.rig.write(
        subject.now, CALIBRATION_SELECT.address, CALIBRATION_SELECT.encode(CalibrationSelect(2, SERVICE_WORD))
    )
    subject.ready(primed=True)
    before = subject.truth()["piston_nl"]
    subject.armed(depth_um=3000, dose_nl=50_000, interval_ms=2000)
    subject.do("trigger down")
    deepest = 0.0
    while subject.status().state == ControllerState.STROKE:
        subject.wait(0.025)
        deepest = max(deepest, subject.truth()["needle_um"])
    assert deepest == pytest.approx(3000, abs=2)
    assert before - subject.truth()["piston_nl"] == pytest.approx(50_000, rel=0.001)
    assert subject.last().measured_depth_um == pytest.approx(3000, abs=1)


def test_scatter_changes_the_fluid_and_not_the_encoder() -> None:
    subject = Host(build=Build(dose_scatter=0.05), seed=3).ready()
    left: list[float] = []
    subject.armed(mode=Mode.CONTINUOUS, shots=10)
    subject.do("trigger down")
    for number in range(10):
        before = subject.truth()["piston_nl"]
        subject.until(lambda status, number=number: len(subject.records) > number + 2)
        left.append(before - subject.truth()["piston_nl"])
    assert len(set(left)) > 5
    assert {record.measured_dose_nl for record in subject.records[2:]} == {subject.records[2].measured_dose_nl}
