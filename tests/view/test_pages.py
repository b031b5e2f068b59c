"""What the pages and panels show, one by one."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.channel import commands as c
from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.local import Draft
from kiosk.view.panels import asked, choosing, editing, locked, offer, stopped, texting
from kiosk.view.picture import draw
from kiosk.view.records import end, record
from kiosk.view.setup import preparation_command, product_command, screening_command, syringe_command
from kiosk.view.start import home, selftest, signin
from kiosk.view.steps import patient, prime, protocols, stepper
from kiosk.view.touch import NOTHING
from kiosk.view.treat import limit_note, treating, zone_detail
from tests.view.samples import (
    ACCOUNTS,
    ALARMS,
    ARMED,
    CATALOGUE,
    CHECKS,
    KNOWN,
    LINK,
    OFFER,
    PICKS,
    SCENES,
    SESSION,
    TREAT,
    TREATING,
    USER,
    ZONES,
    at,
    replace,
    setup,
    snap,
)


# -- start ------------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("PST-1")
def test_the_self_test_asks_and_says_what_to_repair() -> None:
    shown = selftest(snap("starting", checks=CHECKS), at())
    assert shown.question == "Is the handpiece away from the patient?"
    assert shown.yes.effect == a.Send(c.AnswerCheck("home", True))
    assert shown.no.effect == a.Send(c.AnswerCheck("home", False))
    assert shown.again == NOTHING
    failed = selftest(snap("starting", checks=(s.Check("link", "Link", "failed", "Plug it in."),)), at("selftest"))
    assert failed.summary == "Link: Plug it in."
    assert failed.again.effect == a.Send(c.RunSelfTest())
    assert failed.done.effect == a.Back()
    assert selftest(snap("starting", checks=()), at()).summary == "0 of 0 checks passed"


@pytest.mark.requirement("ACC-2")
@pytest.mark.parametrize(
    ("account", "pin", "why"),
    [
        (None, "482915", "Choose your name first."),
        (replace(ACCOUNTS[0], disabled=True), "482915", "disabled"),
        (replace(ACCOUNTS[0], wait_s=30), "482915", "Wait 30 s"),
        (ACCOUNTS[0], "48291", "Type all digits"),
        (ACCOUNTS[0], "482915", ""),
    ],
)
def test_signing_in_says_what_stands_in_the_way(account: s.Account | None, pin: str, why: str) -> None:
    snapshot = snap(user=None, accounts=(account,) if account else ACCOUNTS)
    shown = signin(snapshot, at(picks={"account": account.name} if account else {}, texts={"pin": pin}))
    assert why in shown.enter.why
    assert shown.enter.enabled == (not why)


def test_demo_pins_are_shown_where_control_gives_them() -> None:
    shown = signin(snap(user=None), at(picks=PICKS))
    assert shown.hint == "Demo PIN 482915"
    assert shown.accounts[0].trail == "PIN 482915"
    hardware = signin(snap(user=None, accounts=(s.Account("A", "practitioner"),)), at(picks={"account": "A"}))
    assert (hardware.hint, hardware.accounts[0].trail) == ("", "")


def test_home_shows_a_device_that_is_not_well() -> None:
    bad = snap(link=s.LinkView(False, "No injector"), loop=s.LoopView(False))
    assert [line.tone for line in home(bad).state][:3] == ["danger", "warn", "warn"]
    assert home(snap()).last == NOTHING
    assert home(snap(last_session=4)).last.effect == a.Go("record:4")


# -- set-up -----------------------------------------------------------------------------------------------------------
def test_a_treatment_without_a_figure_says_so() -> None:
    shown = protocols(snap(), at(picks={"protocol": "cellulite"}), CATALOGUE)
    assert [card.trail for card in shown.cards][1:3] == ["needs the clinic's figure", "not approved"]
    assert shown.lines[-1].detail == "depth, dose"


@pytest.mark.requirement("LIM-9")
def test_an_unapproved_treatment_is_chosen_in_simulation_only() -> None:
    scalp = at(picks={"protocol": "scalp"})
    assert protocols(snap(), scalp, CATALOGUE).choose.enabled
    assert "approve" in protocols(replace(snap(), simulated=False), scalp, CATALOGUE).choose.why
    assert protocols(snap(), at(), CATALOGUE).choose.why == "Choose a treatment first."


@pytest.mark.requirement("LIM-15")
def test_a_known_code_shows_its_last_session_and_asks() -> None:
    shown = patient(at(texts={"patient": "MK-2291"}, patient=replace(KNOWN, course_days=21, course_sessions=2)))
    assert shown.question == "Same person?"
    assert [line.detail for line in shown.lines][:3] == ["2026-11-01", "Facial mesolift", "Cheek, left"]
    assert shown.lines[-1].detail == "2 sessions, 0.0 uL, 21 days ago"
    assert shown.no.effect == a.Say("A code is never given twice: choose another code.")


@pytest.mark.requirement("LIM-15")
def test_a_similar_code_is_named_and_confirmed_first() -> None:
    local = at(texts={"patient": "MK-2291"}, patient=KNOWN)
    assert "MK-2281" in patient(local).similar.detail
    assert not patient(local).yes.enabled
    assert patient(replace(local, ticks=frozenset({"similar"}))).yes.effect == a.OpenTyped()


@pytest.mark.requirement("LIM-15")
def test_a_new_code_asks_whether_the_patient_is_new() -> None:
    shown = patient(at(texts={"patient": "Z"}, patient=s.PatientPage("Z", False)))
    assert shown.question == "New patient?"
    assert shown.no.effect == a.Wipe("patient")
    assert patient(at()).find.why == "Type the patient's code."


def test_screening_says_what_is_missing_and_carries_all_answers() -> None:
    def of(*ticks: str, reason: str = "") -> Any:
        return screening_command(at(ticks=frozenset(ticks), texts={"physician": reason}), CATALOGUE)

    assert "18" in of()
    assert "consent" in of("adult")
    assert "physician" in of("adult", "consent", "screen:c3")
    assert of("adult", "consent", reason="x") == c.AnswerScreening(True, True, (), "")
    both = of("adult", "consent", "screen:c3", "screen:c1", reason="under care")
    assert both == c.AnswerScreening(True, True, ("c1", "c3"), "under care")


def test_product_needs_lot_and_a_real_date() -> None:
    def of(**texts: str) -> Any:
        return product_command(at(picks=PICKS, texts=texts))

    assert product_command(at()) == "Choose the product."
    assert "lot" in of()
    assert "expiry" in of(lot="L", expiry="2027")
    assert of(lot="L", expiry="20270430") == c.UseProduct("hyaluron", "L", "2027-04-30")


def test_needle_syringe_and_preparation_carry_what_was_ticked() -> None:
    local = at(picks={**PICKS, "anaesthetic": "cream"}, ticks=frozenset({"syringe:new", "disinfected"}))
    assert syringe_command(local, CATALOGUE) == c.FitSyringe("s2", 2_000_000, True, False)
    assert "picture" in str(syringe_command(at(), CATALOGUE))
    assert syringe_command(replace(local, fill_nl=9_000_000), CATALOGUE) == c.FitSyringe("s2", 2_000_000, True, False)
    assert preparation_command(local) == c.Prepared(True, "cream")
    assert preparation_command(replace(local, picks={"anaesthetic": "cold spray"})) == c.Prepared(True, "cold spray")
    assert preparation_command(replace(local, picks={})) == c.Prepared(True, "none")
    assert "Disinfect" in str(preparation_command(at()))
    assert draw(setup("needle"), at(), CATALOGUE).page.step.go_on.why == "Choose the needle that is fitted."  # type: ignore[attr-defined]
    plain = draw(setup("needle", needle_shots=0), at(picks=PICKS), CATALOGUE).page
    assert plain.note == "Handpiece away from the patient."  # type: ignore[attr-defined]
    assert plain.step.go_on.effect == a.Send(c.FitNeedle("n30g4", False), then="/")  # type: ignore[attr-defined]


def test_steps_are_reached_in_order() -> None:
    shown = stepper(setup("needle"), "needle", "why")
    assert [touch.enabled for touch in shown.steps] == [True, True, True, False, False, False]
    assert stepper(snap(), "needle", None).steps == ()
    assert stepper(TREATING, "needle", None).steps == ()


@pytest.mark.requirement("LIM-14")
def test_priming_pushes_what_control_says_and_asks_for_the_drop() -> None:
    shown = prime(setup("prime"))
    assert shown.prime.effect == a.Send(c.Prime(250_000))
    assert shown.prime.hold_ms > 0
    assert prime(replace(setup("prime"), busy="Priming")).prime.why == "Priming"
    assert prime(setup("prime", prime_nl=0)).prime.why == "Nothing is left to prime."
    drop = prime(setup("prime", prime_asks_drop=True))
    assert drop.yes.effect == a.Send(c.ConfirmDrop(True))
    assert drop.no.effect == a.Send(c.ConfirmDrop(False))
    assert prime(snap()).prime == NOTHING


# -- treat ------------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("UI-2")
def test_the_tiles_show_values_units_and_the_limit_that_binds() -> None:
    shown = [(tile.title, tile.number, tile.unit, tile.note) for tile in treating(TREATING).tiles]
    assert shown == [
        ("Depth", "0.60", "mm", "max 1.50 zone"),
        ("Dose", "20.0", "uL", "max 100.0 protocol"),
        ("Rate", "2.0", "shots/s", "max 4.5 needle"),
        ("Mode", "Continuous", "", "runs while held"),
        ("Zone", "Cheek, left", "", "12 of 60, 240.0 uL"),
        ("Shots", "60", "shots", "max 88 syringe"),
    ]


def test_a_value_over_the_usual_range_is_marked() -> None:
    high, low = replace(TREAT.depth, value=950), replace(TREAT.depth, value=350)
    for value, note in ((high, "over usual 0.90"), (low, "max 1.50 zone")):
        tile = treating(replace(TREATING, treat=replace(TREAT, depth=value))).tiles[0]
        assert (tile.tone, tile.note) == ("warn", note)
    assert limit_note("dose", replace(TREAT.dose, needs_clinic=True)) == "clinic's figure needed"


def test_while_armed_values_are_fixed_and_the_count_runs() -> None:
    shown = treating(ARMED)
    assert shown.tiles[0].touch.effect == a.Say("Disarm before changing a value.")
    assert (shown.count, shown.planned, shown.progress) == ("12", "of 60 shots", 0.2)
    assert shown.arm.effect == a.Send(c.Disarm())
    assert shown.arm.on_down
    assert {touch.why for touch in shown.buttons} == {"Disarm first."}
    assert [lamp.on for lamp in shown.lamps] == [True, True, True, False]


@pytest.mark.parametrize(
    ("left", "usable", "tone"), [(960_000, 920_000, "primary"), (100_000, 60_000, "warn"), (40_000, 0, "danger")]
)
def test_the_syringe_bar_warns(left: int, usable: int, tone: str) -> None:
    treat = replace(TREAT, syringe_left_nl=left, usable_nl=usable)
    assert treating(replace(TREATING, treat=treat)).syringe.tone == tone


@pytest.mark.parametrize(("state", "tone"), [("free", "good"), ("resisting", "warn"), ("blocked", "danger")])
def test_the_pressure_bar_says_its_state_in_a_word(state: Any, tone: str) -> None:
    bar = treating(replace(TREATING, treat=replace(TREAT, pressure=state, pressure_kpa=900))).pressure
    assert bar.text == f"{state}, 900 kPa"
    assert (bar.tone, bar.level) == (tone, 1.0)


def test_a_treat_screen_without_news_is_empty_and_not_ready() -> None:
    assert treating(snap()).missing[0].title == "Control shows no treatment yet"
    bare = replace(TREATING, session=replace(SESSION, totals=(), zones=()), treat=replace(TREAT, syringe_fill_nl=0))
    shown = treating(bare)
    assert (shown.total, shown.tiles[4].number, shown.syringe.level) == ("", "Choose", 0.0)


def test_a_zone_says_technique_and_spacing() -> None:
    assert zone_detail(ZONES[0]) == "nappage, every 2 to 4 mm"
    assert zone_detail(replace(ZONES[0], technique="")) == "every 2 to 4 mm"
    assert zone_detail(replace(ZONES[0], technique="", spacing_mm="")) == ""


# -- panels -----------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("LIM-4")
def test_an_edited_value_stands_between_its_limits_with_their_origin() -> None:
    shown = editing(TREATING, at(draft=Draft("depth", 750, 0.0)), CATALOGUE)
    assert (shown.number, shown.unit) == ("0.75", "mm")
    assert shown.scale.at == 0.5
    assert shown.scale.low == "0.00 mm\ndevice"
    assert shown.scale.high == "1.50 mm\nzone"
    assert shown.scale.soft == "usual 0.40 to 0.90 mm"
    assert shown.source.endswith("(grade A)")
    assert shown.confirm.hold_ms > 0


def test_a_value_that_cannot_be_is_not_confirmed() -> None:
    shown = editing(TREATING, at(draft=Draft("dose", 20_000, 0.0, "250")), CATALOGUE)
    assert shown.fault.startswith("E803")
    assert not shown.confirm.enabled
    half = editing(TREATING, at(draft=Draft("dose", 20_000, 0.0, "2.")), CATALOGUE)
    assert half.fault == ""
    assert not half.confirm.enabled
    assert editing(snap(), at(draft=Draft("dose", 20_000, 0.0)), CATALOGUE).title == "This value cannot be set now"
    clinic = replace(TREATING, treat=replace(TREAT, dose=replace(TREAT.dose, needs_clinic=True)))
    assert "clinic" in editing(clinic, at(draft=Draft("dose", 20_000, 0.0)), CATALOGUE).source
    assert editing(TREATING, at(draft=Draft("rate", 2_000, 0.0)), CATALOGUE).source == ""
    assert editing(TREATING, at(draft=Draft("shots", 60, 0.0)), CATALOGUE).point is False


@pytest.mark.requirement("LIM-1")
def test_a_soft_limit_is_crossed_with_a_reason_only() -> None:
    snapshot = SCENES["panel-question"][0]
    assert snapshot is not None
    shown = asked(snapshot)
    assert shown.yes.effect == a.Panel("text:soft")
    assert shown.no.effect == a.Send(c.WithdrawSoft("depth"))
    empty = texting(snapshot, at(panel="text:soft"))
    assert empty.confirm.why == "A reason is needed."
    told = texting(snapshot, at(panel="text:soft", texts={"soft": " thick skin "}))
    assert told.confirm.effect == a.Send(c.ConfirmSoft("depth", "thick skin"))
    plain = SCENES["panel-question-plain"][0]
    assert plain is not None
    assert asked(plain).yes.effect == a.Send(c.ConfirmSoft("depth", ""))
    assert asked(plain).yes.hold_ms > 0
    assert asked(TREATING).yes == NOTHING


@pytest.mark.requirement("LIM-8", "UI-6")
def test_the_offer_says_the_values_in_words_and_is_held() -> None:
    shown = offer(TREATING, at(panel="arm", offer=OFFER))
    assert shown.words == TREAT.offer
    assert [line.detail for line in shown.lines][:6] == [
        "Cheek, left",
        "0.60 mm",
        "20.0 uL",
        "Continuous",
        "2.0 shots/s",
        "60",
    ]
    assert shown.confirm.effect == a.ArmShown()
    assert shown.confirm.hold_ms == 1000
    assert offer(TREATING, at()).confirm == NOTHING


@pytest.mark.requirement("STP-3")
@pytest.mark.parametrize(
    ("state", "acknowledged"), [("open", False), ("contradiction", False), ("released", True), ("clear", False)]
)
def test_a_stop_is_acknowledged_only_when_released(state: Any, acknowledged: bool) -> None:
    shown = stopped(replace(TREATING, stop=s.StopView(state)))
    assert shown.acknowledge.enabled is acknowledged
    assert shown.needle.title.startswith("The needle is in")
    assert stopped(snap()).needle.title == ""


@pytest.mark.requirement("STP-5")
def test_without_the_home_switch_no_screen_says_safe() -> None:
    out = stopped(replace(TREATING, treat=replace(TREAT, retracted=False), stop=s.StopView("released")))
    assert out.needle.title == "Needle may be out: lift the handpiece away"


def test_choices_send_their_command() -> None:
    zones = choosing(TREATING, at(panel="zone")).rows
    assert zones[2].effect == a.Send(c.ChooseZone("cheek", "right"))
    assert zones[1].selected
    assert [row.effect for row in choosing(TREATING, at(panel="mode")).rows] == [
        a.Send(c.ChooseMode(mode)) for mode in ("single", "burst", "continuous")
    ]
    assert choosing(TREATING, at(panel="recover")).rows[0].hold_ms > 0


@pytest.mark.requirement("LED-5")
def test_an_administrator_pairs_an_injector_with_a_reason() -> None:
    admin = replace(TREATING, user=s.User("Clinic administrator", "administrator"))
    assert choosing(admin, at(panel="recover")).rows[-1].effect == a.Panel("text:pair")
    assert texting(admin, at(panel="text:pair")).confirm.why == "A reason is needed."
    told = texting(admin, at(panel="text:pair", texts={"pair": "new base"}))
    assert told.confirm.effect == a.Send(c.PairInjector("new base"))


def test_the_lock_shows_a_stop_and_offers_signing_out_between_sessions() -> None:
    user = replace(USER, locked=True)
    assert locked(snap(user=user), at()).cancel.key == "signout"
    held = locked(replace(TREATING, user=user, stop=s.StopView("open", "", "Pressed.")), at(texts={"pin": "482915"}))
    assert (held.detail, held.cancel) == ("Pressed.", NOTHING)
    assert held.confirm.effect == a.SubmitPin("unlock")
    assert locked(snap(user=user, accounts=()), at()).detail == "Type the PIN to go on."
    assert locked(snap(user=None), at()).title == "Locked: "


# -- after ------------------------------------------------------------------------------------------------------------
def test_the_end_is_signed_after_clean_up_and_aftercare() -> None:
    closing = snap("closing", session=SESSION)
    assert not end(closing, at()).sign.enabled
    assert end(closing, at(ticks=frozenset({"cleanup", "aftercare"}))).sign.effect == a.Panel("pin:sign")
    shown = end(closing, at(texts={"review": "20261206"}))
    assert shown.fields[1].label == "2026-12-06"
    assert [line.trail for line in shown.totals][:3] == ["800.0 uL", "240.0 uL", "1.04 mL"]
    assert end(snap(), at()).sign == NOTHING
    free = replace(SESSION, totals=(s.Total("x", "Given", 5_000, "nL"),))
    assert end(snap("closing", session=free), at()).totals[-1].detail == ""


@pytest.mark.requirement("LED-7")
def test_a_record_keeps_asked_and_measured_apart() -> None:
    shown = record(SCENES["record"][1])
    assert shown.shots[8] == ("9", "Cheek left", "0.60 mm of 0.60 mm", "19.9 uL of 20.0 uL", "partial, occlusion")
    assert "SIMULATED" in shown.heading
    page = SCENES["record"][1].record
    assert page is not None
    open_page = replace(page, line=replace(page.line, signed=False, simulated=False))
    assert record(at(record=open_page)).heading == "Session 17, MK-2291, not signed"
    whole = replace(page, shots=(replace(page.shots[0], side="whole"),))
    assert record(at(record=whole)).shots[0][1] == "Cheek"
    assert record(at()).heading == "Reading the record"


def test_history_pages_back() -> None:
    page = draw(*SCENES["history"], CATALOGUE).page
    assert page.more.effect == a.Go("history:9")  # type: ignore[attr-defined]
    lines = s.SessionList((replace(s.SessionLine(1, "", "A", "p", "d", 1, 1, False, False)),), False)
    shown = draw(snap(), at("history", sessions=lines), CATALOGUE).page
    assert shown.rows[0].trail == "not signed, 1 shots, 0.0 uL"  # type: ignore[attr-defined]
    assert draw(snap(), at("history"), CATALOGUE).page.empty == "Reading the history"  # type: ignore[attr-defined]


@pytest.mark.requirement("ALM-4")
def test_an_alarm_is_told_in_full() -> None:
    page: Any = draw(*SCENES["alarms"], CATALOGUE).page
    assert page.cards[0].title == "A301  Occlusion"
    assert page.cards[0].patient.startswith("The needle is in")
    assert page.cards[0].acknowledge.effect == a.Send(c.AcknowledgeAlarm(301))
    assert page.cards[2].acknowledge == NOTHING
    paused: Any = draw(snap(alarms=ALARMS, sound_paused_s=90, user=None), at("alarms"), CATALOGUE).page
    assert paused.pause.label == "Sound paused 90 s"
    assert paused.recover == NOTHING
    over: Any = draw(snap(alarms=(replace(ALARMS[0], active=False),)), at("alarms"), CATALOGUE).page
    assert over.cards[0].state == "high, is over"


def test_about_says_the_plain_sentence() -> None:
    page: Any = draw(snap(link=replace(LINK, serial=0)), at("about"), CATALOGUE).page
    assert page.disclaimer == "Nappage is a reference design, not a certified medical device."
    assert page.lines[5].detail == LINK.sentence
