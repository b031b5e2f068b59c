"""What the pages before a treatment show, one by one."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.channel import commands as c
from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.local import Local
from kiosk.view.picture import draw
from kiosk.view.setup import preparation_command, product_command, screening_command, syringe_command
from kiosk.view.start import home, selftest, signin
from kiosk.view.steps import patient, prime, screening, stepper
from kiosk.view.touch import NOTHING
from kiosk.view.treatments import protocols
from kiosk.view.update import World, act
from tests.view.samples import CATALOGUE, at, replace, snap
from tests.view.samples.catalogue import PICKS
from tests.view.samples.preparing import KNOWN, setup
from tests.view.samples.surroundings import ACCOUNTS, CHECKS
from tests.view.samples.treating import TREATING


@pytest.mark.requirement("PST-1")
def test_the_self_test_asks_and_says_what_to_repair() -> None:
    shown = selftest(snap("starting", checks=CHECKS), at())
    assert shown.question == "Is the handpiece away from the patient? The needle moves home."
    assert shown.yes.effect == a.Send(c.AnswerCheck("homing", True))
    assert shown.no.effect == a.Send(c.AnswerCheck("homing", False))
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
    away = s.InForceView(sentence="No injector is connected.")
    bad = snap(link=s.LinkView(False, "No injector"), loop=s.LoopView(False), in_force=away)
    assert [line.tone for line in home(bad, at()).state][:3] == ["danger", "warn", "warn"]
    assert home(snap(), at()).last == NOTHING
    assert home(snap(last_session=4), at()).last.effect == a.Go("record:4")


def test_a_treatment_without_a_figure_says_so() -> None:
    shown = protocols(snap(), at(picks={"protocol": "cellulite"}), CATALOGUE)
    assert [card.trail for card in shown.cards][3:5] == ["needs the clinic's figure", "not approved"]
    assert shown.lines[-1].detail == "sessions, depth, dose"


@pytest.mark.requirement("LIM-9")
def test_an_unapproved_treatment_is_chosen_in_simulation_only() -> None:
    scalp = at(picks={"protocol": "scalp"})
    assert protocols(snap(), scalp, CATALOGUE).choose.enabled
    assert "approve" in protocols(replace(snap(), simulated=False), scalp, CATALOGUE).choose.why
    assert protocols(snap(), at(), CATALOGUE).choose.why == "Choose a treatment first."


@pytest.mark.requirement("LIM-15")
def test_a_known_code_shows_its_last_session_and_asks() -> None:
    shown = patient(at(texts={"patient": "MK-2291"}, patient=KNOWN), CATALOGUE)
    assert shown.question == "Same person?"
    assert [line.detail for line in shown.lines][:3] == ["2026-11-01", "Mesolift", "Cheekbone"]
    assert shown.no.effect == a.Say("A code is never given twice: choose another code.")


@pytest.mark.requirement("LIM-15")
def test_a_similar_code_is_named_and_confirmed_first() -> None:
    local = at(texts={"patient": "MK-2291"}, patient=KNOWN)
    assert "MK-2281" in patient(local, CATALOGUE).similar.label
    assert not patient(local, CATALOGUE).yes.enabled
    assert patient(replace(local, ticks=frozenset({"similar"})), CATALOGUE).yes.effect == a.OpenTyped()


@pytest.mark.requirement("LIM-15")
def test_a_new_code_asks_whether_the_patient_is_new() -> None:
    shown = patient(at(texts={"patient": "Z"}, patient=s.PatientPage("Z", False)), CATALOGUE)
    assert shown.question == "New patient?"
    assert shown.no.effect == a.Wipe("patient")
    assert patient(at(), CATALOGUE).find.why == "Type the patient's code."


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


@pytest.mark.requirement("UI-5")
def test_the_way_on_leads_through_all_questions_first() -> None:
    ready = frozenset({"adult", "consent"})
    first = screening(setup("screening"), at(ticks=ready), CATALOGUE)
    assert first.step.go_on.effect == a.Turn("screening", 1)
    assert first.earlier == NOTHING
    second = screening(setup("screening"), at(ticks=ready, turned={"screening": 1}), CATALOGUE)
    assert second.earlier.effect == a.Turn("screening", -1)
    seen = screening(setup("screening"), at(ticks=ready, ends=frozenset({"screening"})), CATALOGUE)
    assert isinstance(seen.step.go_on.effect, a.Send)


@pytest.mark.requirement("LIM-12")
def test_where_nothing_senses_the_barrel_its_printed_volume_is_read_back() -> None:
    def page(**local: Any) -> Any:
        return draw(setup("syringe", reads_barrel=True), at(**local), CATALOGUE).page

    assert page().printed.why == "Choose the syringe first."
    asks = page(picks=PICKS)
    assert (asks.printed.label, asks.printed.detail) == ("-", "Printed volume")
    assert asks.step.go_on.why == "Type the volume that is printed on the barrel."
    read = page(picks=PICKS, printed_nl=5_000_000)
    assert read.printed.label == "5.00 mL"
    assert read.step.go_on.effect == a.Send(c.FitSyringe("s2", 2_000_000, False, False, 5_000_000), then="/")
    sensed: Any = draw(setup("syringe"), at(picks=PICKS), CATALOGUE).page
    assert sensed.printed == NOTHING


@pytest.mark.requirement("LIM-12")
def test_the_printed_volume_is_typed_and_never_offered() -> None:
    world = World(setup("syringe", reads_barrel=True), CATALOGUE)

    def after(local: Local, *acts: Any) -> Local:
        for one in acts:
            local = act(local, one, world).local
        return local

    local = after(at(picks=PICKS), a.Panel("edit:printed"))
    assert local.draft is not None
    assert local.draft.value == 0
    assert after(local, a.ConfirmDraft()).printed_nl == 0
    typed = after(local, a.Type("2"), a.ConfirmDraft())
    assert typed.printed_nl == 2_000_000
    assert typed.panel == ""
    assert after(typed, a.Pick("syringe", "s1")).printed_nl == 0
    assert "Type" not in str(syringe_command(typed, CATALOGUE, reads=True))
