"""What an arming is, what it repeats, what ends it, and the limits it lives in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from drivers.registers import Outcome
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import PatientPage
from kiosk.protocols.budget import Course, Given
from kiosk.records.facts import Fact
from tests.session.bench import PRACTITIONER, Bench


@pytest.mark.requirement("LIM-8", "ACC-5")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zone", "glabella"),
        ("side", "left"),
        ("depth_um", 550),
        ("dose_nl", 21_000),
        ("mode", "burst"),
        ("rate_mhz", 600),
        ("shots", 21),
        ("product", "example-label"),
        ("syringe", "2ml"),
        ("needle", "31g-4mm"),
    ],
)
def test_arming_repeats_what_was_seen_and_is_refused_on_any_difference(subject: Bench, field: str, value: Any) -> None:
    assert "The screen showed" in subject.refused(subject.arm_command(**{field: value}))
    assert not subject.armed


@pytest.mark.requirement("LIM-8")
@pytest.mark.parametrize(("age_s", "too_old"), [(4.8, False), (5.2, True)])
def test_arming_from_a_snapshot_of_long_ago_is_refused(subject: Bench, age_s: float, too_old: bool) -> None:
    old = subject.snap.number
    subject.wait(age_s)
    reply = subject.ask(subject.arm_command(snapshot=old))
    assert ("too long ago" in reply.sentence) == too_old
    assert subject.armed != too_old


@pytest.mark.requirement("LIM-8")
def test_arming_says_its_values_in_words_with_units_and_side(subject: Bench) -> None:
    subject.tell(ask.ChooseZone("temple", "left"))
    subject.live()
    words = "Left temple: 20 shots of 20.0 uL at 0.50 mm, single shots, 0.5 shots/s"
    assert subject.treat.arming is not None
    assert subject.treat.arming.words == words
    assert subject.events(Fact.ARMING)[-1].sentence == f"Armed: {words}"


ENDS: dict[str, tuple[Callable[[Bench], object], str]] = {
    "disarm": (lambda bench: bench.tell(ask.Disarm()), "disarm was asked"),
    "edit": (lambda bench: bench.tell(ask.Edit("dose", 21_000)), "edit was asked"),
    "zone": (lambda bench: bench.tell(ask.ChooseZone("temple", "right")), "choose zone was asked"),
    "mode": (lambda bench: bench.tell(ask.ChooseMode("burst")), "choose mode was asked"),
    "lock": (lambda bench: bench.tell(ask.Lock()), "lock was asked"),
    "sign out": (lambda bench: bench.tell(ask.SignOut()), "sign out was asked"),
    "finish": (lambda bench: bench.tell(ask.Finish()), "finish was asked"),
    "needle off": (lambda bench: bench.do("needle remove"), "the handpiece holds no needle"),
    "syringe out": (lambda bench: bench.do("barrel 2"), "the clamp holds another syringe"),
    "late": (lambda bench: setattr(bench, "late_s", 0.051), "control was 51 ms late"),
    "clock": (lambda bench: setattr(bench, "wall_trusted", False), "the clock is not trusted"),
    "pins": (lambda bench: setattr(bench.panel, "alive", lambda: False), "the pins are silent"),
    "pedal": (lambda bench: bench.do("fault pedal-contradiction on"), "two contacts contradict"),
    "unplug": (lambda bench: bench.do("unplug"), "the link to the injector was lost"),
    "needle's age": (lambda bench: setattr(bench, "wall_ms", bench.wall_ms + 5 * 3_600_000), "waits for: needle"),
    "another day": (lambda bench: setattr(bench, "wall_ms", bench.wall_ms + 400 * 86_400_000), "over 12 h ago"),
}


@pytest.mark.requirement("WDG-6", "LED-8", "LIM-12", "LIM-11", "LNK-3")
@pytest.mark.parametrize("what", ENDS)
def test_an_arming_ends_with(subject: Bench, what: str) -> None:
    subject.live()
    act, said = ENDS[what]
    act(subject)
    subject.until(lambda: not subject.armed, 1)
    subject.run(0.3)
    assert said in " ".join(subject.notices)
    subject.until(lambda: not subject.panel._enabled, 1)
    assert what == "unplug" or subject.resolution(subject.last_authorisation().id)


@pytest.mark.parametrize(
    "command",
    [
        ask.SignIn(PRACTITIONER.name, PRACTITIONER.pin),
        ask.Prime(10_000),
        ask.FitNeedle("30g-4mm", True),
        ask.Rehome(True),
        ask.UseProduct("example-saline", "L2", "2027-12-01"),
        ask.ClearFaults(),
        ask.ConfirmDrop(True),
    ],
)
def test_while_armed_everything_else_is_refused_and_the_arming_lives(subject: Bench, command: ask.AnyCommand) -> None:
    subject.live()
    assert "disarm first" in subject.refused(command)
    assert subject.armed


def test_an_arming_ends_after_30_s_without_a_shot(subject: Bench) -> None:
    subject.live()
    subject.wait(29.5)
    assert subject.armed
    subject.run(1)
    assert not subject.armed
    assert subject.last_notice == "Disarmed: 30 s passed without a shot"


@pytest.mark.requirement("WDG-5")
@pytest.mark.parametrize("firing", [True, False])
def test_a_kiosk_that_stops_drawing_is_disarmed_within_a_second(subject: Bench, firing: bool) -> None:
    subject.set(rate=4000).mode("continuous").live()
    if firing:
        subject.on_skin().press()
        subject.until(lambda: subject.shots == 1)
    subject.seat.shows = False
    subject.run(1)
    assert not subject.armed
    subject.until(lambda: not subject.panel._enabled, 0.3)
    assert {shot.outcome for shot in subject.shot_rows()} <= {Outcome.COMPLETED}
    assert 716 in subject.alarms()
    assert subject.engine.setup.facts is not None
    subject.seat.shows = True
    subject.run(0.2)
    assert 716 not in subject.alarms()
    subject.quiet()


FAILURES = {
    "occlusion": ("fault occlusion on", Outcome.PARTIAL_OCCLUSION, 707),
    "contact lost": ("fault contact-lost on", Outcome.PARTIAL_CONTACT, 708),
    "supply": ("fault supply-dead on", Outcome.PARTIAL_SUPPLY, 711),
}


@pytest.mark.requirement("LED-7")
@pytest.mark.parametrize("what", FAILURES)
def test_a_stroke_that_fails_is_a_partial_shot_and_ends_the_arming(subject: Bench, what: str) -> None:
    line, outcome, alarm = FAILURES[what]
    subject.set(rate=1000).mode("continuous").live().on_skin().press()
    subject.until(lambda: subject.rig.body.carriage.travel(subject.rig.now) > 900, 5)
    subject.do(line)
    subject.until(lambda: not subject.armed, 3)
    subject.run(0.5)
    assert subject.shot_rows()[-1].outcome == outcome
    assert alarm in subject.alarms()
    assert subject.snap.missing
    subject.do(line.replace(" on", " off"))
    subject.quiet()
    subject.tell(ask.ClearFaults())
    subject.until(lambda: not subject.snap.missing, 3)


@pytest.mark.requirement("LED-9")
@pytest.mark.parametrize(("fault", "alarm"), [("encoder-slip", 710), ("overshoot", 709)])
def test_a_shot_that_is_not_as_set_blocks_until_the_fault_is_cleared(subject: Bench, fault: str, alarm: int) -> None:
    subject.live()
    subject.do(f"fault {fault} on")
    subject.fire(1)
    subject.run(0.3)
    assert not subject.armed
    assert alarm in subject.alarms()
    assert "differs from the set" in " ".join(subject.snap.missing)
    subject.do(f"fault {fault} off")
    subject.do("lift")
    subject.run(0.1)
    subject.tell(ask.ClearFaults())
    subject.until(lambda: not subject.snap.missing, 2)


@pytest.mark.requirement("LIM-1")
def test_outside_a_hard_limit_is_refused_with_the_reason_and_recorded(subject: Bench) -> None:
    said = subject.refused(ask.Edit("depth", 1400))
    assert said == (
        "Depth 1.40 mm is not allowed: from 0.05 mm (zone limit) to 1.35 mm (zone limit) in steps of 0.05 mm"
    )
    assert "in steps of" in subject.refused(ask.Edit("depth", 501))
    assert subject.treat.depth.value == 500
    subject.step()
    assert subject.events("refused")[-1].body["field"] == "depth"


@pytest.mark.requirement("LIM-1", "ALM-5")
def test_a_soft_limit_is_crossed_with_a_reason_only_and_both_are_recorded(subject: Bench) -> None:
    subject.tell(ask.Edit("depth", 1200))
    subject.run(0.1)
    question = subject.snap.question
    assert question is not None
    assert question.needs_reason
    assert subject.treat.depth.value == 500
    assert subject.snap.missing == ("A question waits for its answer.",)
    assert "reason is missing" in subject.refused(ask.ConfirmSoft(question.key, "  "))
    assert "does not stand" in subject.refused(ask.ConfirmSoft("another", "why"))
    subject.tell(ask.ConfirmSoft(question.key, "thick skin"))
    subject.run(0.1)
    assert subject.treat.depth.value == 1200
    (crossed,) = subject.events(Fact.SOFT_LIMIT)
    assert crossed.body["reason"] == "thick skin"
    assert "0.50 mm" in str(crossed.body["old"])
    assert "1.20 mm" in str(crossed.body["new"])
    subject.live()


@pytest.mark.requirement("LIM-1")
def test_no_to_a_soft_limit_leaves_the_value_what_it_was(subject: Bench) -> None:
    subject.tell(ask.Edit("dose", 2000))
    subject.tell(ask.WithdrawSoft("whatever"))
    subject.run(0.1)
    assert subject.treat.dose.value == 20_000
    subject.live()


@pytest.mark.requirement("LIM-1", "UI-5")
def test_what_is_crossed_without_an_edit_is_asked_from_where_it_is_armed(bench: Bench) -> None:
    """Nobody set anything: the last session was sooner than the protocol wants."""
    bench.courses["P1"] = Course(1, 0, 1, (Given("forehead", 2),))
    bench.start().open().screen().product().needle().syringe()
    bench.tell(ask.Prepared(True))
    bench.prime().run(0.1)
    (said,) = bench.snap.missing
    assert "was given this product 2 days ago" in said
    assert bench.treat.asks
    assert bench.snap.question is None
    bench.tell(ask.AskSoft())
    bench.run(0.1)
    question = bench.snap.question
    assert question is not None
    assert f"{question.sentence}." == said
    bench.tell(ask.WithdrawSoft(question.key))
    bench.run(0.1)
    assert bench.treat.asks, "a No leads nowhere, and the way stays open"
    bench.do("unplug")
    bench.run(0.3)
    assert not bench.treat.asks, "there is more that nobody can confirm"
    bench.do("replug")
    bench.until(lambda: bench.snap.link.connected and bench.snap.treat is not None and bench.treat.asks, 5)
    bench.tell(ask.AskSoft())
    bench.tell(ask.ConfirmSoft(question.key, "the physician wants it"))
    bench.run(0.1)
    assert not bench.treat.asks
    bench.live()


@pytest.mark.requirement("LIM-1", "LIM-10")
@pytest.mark.parametrize("asked", [ask.AskSoft, None])
def test_a_value_that_is_being_asked_about_is_not_thrown_away_by_arming(
    subject: Bench, asked: type[ask.AskSoft] | None
) -> None:
    subject.tell(ask.Edit("depth", 1200))
    subject.run(0.1)
    question = subject.snap.question
    assert question is not None
    if asked is None:
        assert "question waits" in subject.refused(subject.arm_command())
    else:
        subject.tell(asked())
    subject.run(0.1)
    assert subject.snap.question == question
    subject.tell(ask.ConfirmSoft(question.key, "thick skin"))
    subject.run(0.1)
    assert subject.treat.depth.value == 1200


@pytest.mark.requirement("LIM-1")
def test_another_mode_or_zone_throws_away_what_was_being_asked(subject: Bench) -> None:
    subject.tell(ask.Edit("dose", 2000))
    subject.mode("burst")
    assert subject.engine.treatment.question is None
    subject.tell(ask.Edit("dose", 2000))
    subject.tell(ask.ChooseZone("temple", "left"))
    assert subject.engine.treatment.question is None


@pytest.mark.requirement("LIM-8")
def test_ten_times_the_last_value_of_this_zone_asks_again(subject: Bench) -> None:
    subject.set(shots=2)
    subject.tell(ask.Edit("shots", 20))
    subject.run(0.1)
    assert subject.snap.question is not None
    assert subject.snap.question.sentence == "Shots would be 10 times the last value here."
    assert not subject.snap.question.needs_reason
    subject.tell(ask.ConfirmSoft(subject.snap.question.key, ""))
    subject.run(0.1)
    assert subject.treat.shots.value == 20


def smallest_dose_is(bench: Bench, nl: int) -> None:
    """The calibration proves no smaller dose with a 5 mL barrel; a syringe is fitted under it."""
    connected = bench.engine.connection.connected
    assert connected is not None
    assert connected.calibration is not None
    calibration = msgspec.structs.replace(connected.calibration, smallest_dose_5_nl=nl)
    bench.engine.connection.connected = msgspec.structs.replace(connected, calibration=calibration)
    bench.syringe(new_line=False).run(0.1)


@pytest.mark.requirement("LIM-8")
@pytest.mark.parametrize("armed", [True, False])
def test_parts_change_a_value_to_the_nearest_they_allow_and_ten_times_of_it_is_asked(
    subject: Bench, armed: bool
) -> None:
    subject.set(dose=1000)
    if armed:
        subject.live().tell(ask.Disarm())
        subject.run(0.2)
    smallest_dose_is(subject, 9000)
    assert (subject.treat.dose.value, subject.snap.question) == (9000, None)
    smallest_dose_is(subject, 10_000)
    assert subject.treat.dose.value == 10_000
    assert subject.snap.question is not None
    assert subject.snap.question.sentence == "Dose would be 10 times the last value here."
    subject.prime().tell(ask.WithdrawSoft(subject.snap.question.key))
    subject.run(0.1)
    assert "Dose would be 10 times the last value here." in subject.snap.missing
    subject.refused(subject.arm_command())
    subject.run(0.1)
    assert subject.snap.question is not None
    subject.tell(ask.ConfirmSoft(subject.snap.question.key, ""))
    subject.run(0.1)
    if subject.snap.question is not None:  # under what is usual as well
        subject.tell(ask.ConfirmSoft(subject.snap.question.key, "the physician wants it"))
    subject.live().fire(1)


@pytest.mark.requirement("LIM-8")
def test_a_zone_remembers_what_was_armed_there(subject: Bench) -> None:
    subject.set(depth=600, shots=3).live()
    subject.tell(ask.ChooseZone("temple", "left"))
    assert subject.treat is not None
    subject.run(0.1)
    assert subject.treat.depth.value == 500
    subject.tell(ask.ChooseZone("forehead", "whole"))
    subject.run(0.1)
    assert (subject.treat.depth.value, subject.treat.shots.value) == (600, 3)


@pytest.mark.requirement("UI-5")
def test_what_does_not_exist_cannot_be_chosen(subject: Bench) -> None:
    assert "no zone 'moon whole'" in subject.refused(ask.ChooseZone("moon", "whole"))
    assert "no zone 'forehead left'" in subject.refused(ask.ChooseZone("forehead", "left"))


@pytest.mark.requirement("LIM-6")
def test_a_slice_is_shortened_by_a_total_and_says_so(tmp_path: Any) -> None:
    bench = Bench(tmp_path).prepare(fill_ml=0.44)
    bench.set(shots=40, rate=6000, dose=20_000).mode("continuous")
    given = 0
    bench.live().on_skin().press()
    notes = set()
    while bench.armed:
        bench.run(0.1)
        if bench.engine.treatment.arming is not None:
            notes.add(bench.engine.treatment.arming.note)
    bench.quiet()
    given = bench.engine.tally.session.nl
    assert any("syringe limit" in note for note in notes)
    assert "syringe" in bench.last_notice.lower()
    assert 440_000 - 101_000 - 100_000 >= given > 190_000
    bench.close()


@pytest.mark.requirement("LIM-6")
def test_the_session_limit_ends_the_treatment(tmp_path: Any) -> None:
    bench = Bench(tmp_path).prepare(product="example-label")
    bench.set(shots=50, rate=6000).mode("continuous").live().fire(49)
    bench.press()
    bench.until(lambda: bench.shots == 50, 5)
    bench.release()
    bench.until(lambda: not bench.armed, 3)
    bench.run(0.2)
    assert bench.refused(bench.arm_command())
    assert "50" in " ".join(bench.snap.missing)
    assert bench.alarms() & {722, 723}
    bench.quiet()
    bench.close()


@pytest.mark.requirement("LIM-6")
def test_a_products_limit_of_a_session_is_not_got_anew_by_closing_it_and_opening_another(tmp_path: Any) -> None:
    bench = Bench(tmp_path).prepare(product="example-label")
    bench.set(shots=50, rate=6000).mode("continuous").live().fire(50)
    bench.until(lambda: not bench.armed, 3)
    bench.quiet()
    bench.tell(ask.Finish())
    bench.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True, aftercare_given=True))
    bench.patients["P1"] = PatientPage("P1", True, "2026-11-18")
    bench.open("mesolift", new=False).screen().product("example-label").needle().syringe()
    bench.tell(ask.Prepared(True))
    bench.prime()
    bench.tell(ask.ChooseZone("glabella", "whole"))
    assert "Shots of this product today: 50 shots counted of 50 shots" in " ".join(bench.snap.missing)
    assert not bench.ask(bench.arm_command()).ok
    bench.restart()
    bench.start()
    assert "Shots of this product today: 50 shots counted of 50 shots" in " ".join(bench.snap.missing)
    bench.close()


@pytest.mark.requirement("LIM-11")
def test_a_pedal_held_for_over_60_s_is_a_failed_input(subject: Bench) -> None:
    subject.do("pedal down")
    subject.wait(59)
    assert not subject.engine.pedal.failed
    subject.run(2)
    assert "held for over 60 s" in " ".join(subject.snap.missing)
    assert 712 in subject.alarms()
    assert not subject.engine.pedal.pressed
    subject.do("pedal up")
    subject.run(0.1)
    subject.tell(ask.ClearFaults())
    subject.until(lambda: not subject.snap.missing, 2)


def test_the_pedal_fires_like_the_trigger(subject: Bench) -> None:
    subject.set(shots=3, rate=4000).mode("burst").live().on_skin().do("pedal down")
    subject.until(lambda: subject.shots == 3, 5)
    subject.do("pedal up")
    subject.until(lambda: not subject.armed, 2)


@pytest.mark.requirement("ACC-3")
def test_the_screen_locks_after_five_minutes_but_never_while_something_is_armed(subject: Bench) -> None:
    subject.send(ask.Touched())
    subject.set(shots=20, rate=500).mode("continuous").live().on_skin().press()
    subject.until(lambda: not subject.armed, 60)
    subject.release().do("lift")
    subject.wait(299)
    assert subject.snap.user is not None
    assert not subject.snap.user.locked
    subject.run(2)
    assert subject.snap.user.locked
    assert "locked" in " ".join(subject.snap.missing)
    subject.sign_in()
    subject.run(0.1)
    assert not subject.snap.missing
