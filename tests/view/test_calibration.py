"""What a technician's pages show: what is in force, what is done now, every shot that was weighed, and the proposal."""

from __future__ import annotations

import pytest

from kiosk.channel import calibration_commands as c
from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view import panels
from kiosk.view.calibrating import Calibrating, calibrating, curve, gauge_curve
from kiosk.view.calibration import calibration, proposing
from kiosk.view.editing import limits
from kiosk.view.observe import see
from kiosk.view.picture import draw
from kiosk.view.start import selftest
from kiosk.view.update import World, act
from tests.view.samples import CATALOGUE, SCENES, at, replace, snap
from tests.view.samples.calibrating import RUNS, SUPPLY_LOST, under_gauge, weighing
from tests.view.samples.surroundings import IN_FORCE, TECHNICIAN, USER


def page(name: str) -> object:
    snapshot, local = SCENES[name]
    return draw(snapshot, local, CATALOGUE).page


def test_what_is_in_force_says_until_when_and_what_stands_against_it() -> None:
    shown = calibration(snap(user=TECHNICIAN, in_force=IN_FORCE))
    assert [line.detail for line in shown.lines] == ["Calibration 8", "2026-11-18", "2027-11-18, in 358 days"]
    assert shown.begin.effect == a.Send(c.OpenCalibration(True))
    assert shown.begin.hold_ms > 0
    never = calibration(snap(user=TECHNICIAN, busy="Homing the needle", in_force=s.InForceView(1)))
    assert [line.detail for line in never.lines][1:] == ["never proved on this device", "no date"]
    assert not never.begin.enabled
    soon = calibration(snap(user=TECHNICIAN, in_force=replace(IN_FORCE, days_left=12)))
    assert soon.lines[0].tone == "warn"
    away = snap(user=TECHNICIAN, link=replace(snap().link, connected=False))
    assert calibration(away).begin.why == "No injector is connected."


@pytest.mark.requirement("ACC-1")
def test_only_a_technician_comes_to_the_page_of_calibration() -> None:
    assert draw(snap(user=TECHNICIAN), at("calibration"), CATALOGUE).screen == "calibration"
    assert draw(snap(user=USER), at("calibration"), CATALOGUE).screen == "home"
    assert draw(snap("starting", user=USER), at("calibration"), CATALOGUE).screen == "selftest"


def test_a_failed_check_of_the_calibration_leads_a_technician_there_and_nobody_else() -> None:
    snapshot, _ = SCENES["calibration-expired"]
    assert snapshot is not None
    assert selftest(snapshot, at()).done.effect == a.Go("calibration")
    assert selftest(replace(snapshot, user=USER), at()).done.key == "recover"
    assert draw(snapshot, at("calibration"), CATALOGUE).screen == "calibration"


@pytest.mark.parametrize(
    ("phase", "user", "screen"),
    [("home", TECHNICIAN, "calibration"), ("starting", TECHNICIAN, "calibration"), ("home", USER, "home"),
     ("home", None, "signin")],
)  # fmt: skip
def test_a_calibration_that_is_left_ends_where_it_was_begun(phase: s.Phase, user: s.User | None, screen: str) -> None:
    """Not for whoever signs in next: a calibration also ends by signing out."""
    inside = see(at("instruments"), snap("calibrate", user=TECHNICIAN)).local
    left = snap(phase, user=user, in_force=IN_FORCE)
    assert draw(left, see(inside, left).local, CATALOGUE).screen == screen


def test_without_an_open_calibration_there_is_nothing_to_show() -> None:
    assert calibrating(snap(), at(), CATALOGUE).part == ""
    assert proposing(snap()).part == ""
    assert limits("weight", snap(), at(), CATALOGUE) is None


@pytest.mark.parametrize(
    ("scene", "command"),
    [
        ("calibrating-flush", c.FlushBench(96_000)),
        ("calibrating-room", c.DescribeRoom(2_000, 101_300, 50)),
        ("calibrating-restore", None),
        ("calibrating-runs", None),
        ("calibrating-shot", None),
    ],
)
def test_the_button_goes_with_the_step(scene: str, command: object) -> None:
    main = page(scene).main  # type: ignore[attr-defined]
    assert main.effect == a.Send(command) if command else not main.enabled or not main.key  # type: ignore[arg-type]


def test_a_blank_is_begun_by_its_button() -> None:
    assert calibrating(weighing("blank", blank=""), at(), CATALOGUE).main.effect == a.Send(c.StartBlank())


def test_a_syringe_is_fitted_with_what_was_chosen_and_typed() -> None:
    local = at(picks={"syringe": "s2"}, figures={"smallest": 3_000})
    fitted = calibrating(weighing("syringe"), local, CATALOGUE).main
    assert fitted.effect == a.Send(c.CalibrateDose("s2", 2_000_000, 3_000))
    reads = weighing("syringe", reads_barrel=True)
    assert "printed" in calibrating(reads, local, CATALOGUE).main.why
    known = replace(local, printed_nl=2_000_000)
    assert calibrating(reads, known, CATALOGUE).main.effect == a.Send(
        c.CalibrateDose("s2", 2_000_000, 3_000, 2_000_000)
    )
    assert "Choose the syringe" in calibrating(weighing("syringe"), at(), CATALOGUE).main.why


@pytest.mark.parametrize("step", ["blank begin", "blank end", "base", "weight"])
def test_a_weight_is_typed_as_it_stands_on_the_balance(step: str) -> None:
    snapshot = weighing(step, running=None if "blank" in step else "middle")
    world, local = World(snapshot, CATALOGUE), at(phase="calibrate")
    main = calibrating(snapshot, local, CATALOGUE).main
    assert main.effect == a.Panel("edit:weight")
    opened = act(local, a.Panel("edit:weight"), world).local
    assert opened.draft is not None
    assert opened.draft.value == 12_987_650, "it begins at the last one"
    for key in "113.00000":
        opened = act(opened, a.Type(key), world).local
    assert act(opened, a.ConfirmDraft(), world).commands == (c.TypeWeight(113_000_000),)


def test_figures_of_the_room_are_kept_on_the_screen_until_they_are_sent() -> None:
    snapshot = weighing("room", room="", blank="")
    world, local = World(snapshot, CATALOGUE), act(at(), a.Panel("edit:warmth"), World(snapshot, CATALOGUE)).local
    for key in "21.5":
        local = act(local, a.Type(key), world).local
    local = act(local, a.ConfirmDraft(), world).local
    assert local.figures == {"warmth": 2_150}
    sent = calibrating(snapshot, local, CATALOGUE).main.effect
    assert sent == a.Send(c.DescribeRoom(2_150, 101_300, 50))


def test_every_shot_is_on_the_plot_and_one_that_stands_apart_is_marked() -> None:
    shown = curve(RUNS[1])
    assert len(shown.measured) == len(RUNS[1].volumes_nl) == 19
    assert shown.odd == (18,)
    assert "1 apart" in shown.words
    assert all(0 <= place <= 1 for place in shown.measured)
    assert curve(RUNS[2]).words == "no shot"
    few = replace(RUNS[1], volumes_nl=(19_000, 20_100), mean_nl=0, apart=())
    assert curve(few).words == "20.0 uL, n = 2"


def test_a_run_is_begun_or_looked_at_and_never_two_at_once() -> None:
    snapshot = weighing("runs")
    rows = calibrating(snapshot, at(), CATALOGUE).rows
    assert [row.effect for row in rows] == [
        a.Pick("level", "smallest"), a.Send(c.StartRun("middle")), a.Send(c.StartRun("largest")),
    ]  # fmt: skip
    assert calibrating(snapshot, at(), CATALOGUE).curves == (curve(RUNS[1]),)
    picked = calibrating(snapshot, at(picks={"level": "smallest"}), CATALOGUE)
    assert picked.curves == (curve(RUNS[0]),)
    running = calibrating(weighing("shot", running="middle"), at(picks={"level": "smallest"}), CATALOGUE)
    assert running.curves == (curve(RUNS[1]),)
    assert [row.enabled for row in running.rows] == [False, True, False]
    assert running.second.effect == a.Send(c.PauseRun())
    fresh = weighing("runs", runs=tuple(replace(run, volumes_nl=(), mean_nl=0) for run in RUNS))
    assert calibrating(fresh, at(), CATALOGUE).curves[0].words == "no shot"


def test_figures_that_were_certified_can_be_put_back_where_something_else_is_in_force() -> None:
    assert page("calibrating-restore").third.effect == a.Send(c.RestoreCalibration())  # type: ignore[attr-defined]
    assert page("calibrating-syringe").third.key == ""  # type: ignore[attr-defined]


def test_a_proposal_is_shown_before_and_after_and_held_to_confirm() -> None:
    snapshot, _ = SCENES["proposal"]
    assert snapshot is not None
    shown = proposing(snapshot)
    assert [(line.title, line.detail) for line in shown.changes] == [
        ("2 mL: one step of the plunger", "19400 pL -> 17867 pL"),
        ("2 mL: smallest dose", "1.0 uL -> 2.0 uL"),
    ]
    assert shown.fails
    assert (shown.write.effect, shown.write.hold_ms > 0) == (a.Send(c.WriteCalibration("1f")), True)
    assert shown.certify.why == "What is in force does not pass."
    passes, _ = SCENES["proposal-passes"]
    assert passes is not None
    good = proposing(passes)
    assert (good.certify.effect, good.certify.hold_ms > 0) == (a.Send(c.CertifyCalibration("1f")), True)
    writing, _ = SCENES["proposal-writing"]
    assert writing is not None
    assert (proposing(writing).write.key, proposing(writing).fails) == ("", False)


def test_what_the_balance_shows_is_said_and_taken_by_itself() -> None:
    assert "shows 13.00786 g" in page("calibrating-balance").note  # type: ignore[attr-defined]
    assert "The balance shows" in [line.title for line in page("calibrating-blank").lines]  # type: ignore[attr-defined]


@pytest.mark.requirement("ACU-2")
def test_the_depth_is_read_from_a_gauge_and_every_reading_is_on_the_plot() -> None:
    assert calibrating(weighing("syringe"), at(), CATALOGUE).second.effect == a.Send(c.CalibrateDepth())
    assert page("calibrating-zero").main.effect == a.Send(c.ZeroGauge())  # type: ignore[attr-defined]
    assert page("calibrating-zero").curves[0].words == "no reading"  # type: ignore[attr-defined]
    moved = page("calibrating-move").main  # type: ignore[attr-defined]
    assert (moved.label, moved.effect) == ("Hold: to 3.50 mm, from below", a.Send(c.MoveToGauge(True)))
    assert moved.hold_ms > 0
    shown = gauge_curve(under_gauge("gauge", 7).calibrating.gauge)  # type: ignore[union-attr]
    assert len(shown.measured) == 7
    assert shown.words == "+265 to +365 um"
    lines = page("calibrating-move").lines  # type: ignore[attr-defined]
    assert (lines[0].title, lines[0].detail) == ("3.50 mm, from above", "+355 um off")
    assert calibrating(under_gauge("proposal", 12), at(), CATALOGUE).main.key == ""
    depth = proposing(SCENES["proposal-depth"][0])  # type: ignore[arg-type]
    assert [line.detail for line in depth.changes] == ["0 um -> -243 um", "1.0000 -> 0.9709"]
    assert len(depth.lines) == 12


def test_a_reading_is_typed_in_thousandths_and_begins_at_its_depth() -> None:
    snapshot = under_gauge("gauge", 6)
    world = World(snapshot, CATALOGUE)
    assert calibrating(snapshot, at(), CATALOGUE).main.effect == a.Panel("edit:gauge")
    opened = act(at(phase="calibrate"), a.Panel("edit:gauge"), world).local
    assert opened.draft is not None
    assert opened.draft.value == 3_500
    for key in "3.855":
        opened = act(opened, a.Type(key), world).local
    assert act(opened, a.ConfirmDraft(), world).commands == (c.TypeGauge(3_855),)


@pytest.mark.parametrize("writing", ["commit", "write", "read_back", "select", "identify"])
def test_every_stage_of_new_figures_is_shown_done_going_on_or_to_come(writing: str) -> None:
    shown = proposing(weighing("writing", writing=writing))
    keys = [line.key for line in shown.lines]
    now = keys.index(f"way:{writing}")
    assert shown.writing
    assert [line.trail for line in shown.lines] == ["done"] * now + ["now"] + [""] * (4 - now)
    assert not shown.write.key


def test_after_a_refill_the_flush_is_shown_and_not_the_runs() -> None:
    shown: Calibrating = page("calibrating-refill")  # type: ignore[assignment]
    assert (shown.plotted, shown.rows) == (False, ())
    assert shown.main.key == "flush"


def test_a_fault_is_cleared_without_leaving_what_was_measured() -> None:
    shown: Calibrating = page("calibrating-fault")  # type: ignore[assignment]
    assert shown.third.effect == a.Panel("recover")
    assert shown.note == "Motor supply lost"
    fitted = calibrating(replace(weighing("syringe"), alarms=(SUPPLY_LOST,)), at(), CATALOGUE)
    assert (fitted.third.key, fitted.second.key) == ("recover", "depth")
    unproved = replace(weighing("runs"), alarms=(replace(SUPPLY_LOST, number=732),))
    assert calibrating(unproved, at(), CATALOGUE).third.key == "", "that is what is being done"
    assert page("calibrating-runs").third.key == ""  # type: ignore[attr-defined]
    rows = panels.choosing(weighing("runs"), at(panel="recover")).rows
    assert [row.key for row in rows] == ["retract", "clear", "rehome"], "no other page opens meanwhile"
