"""What touches do: local state and commands."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.channel import commands as c
from kiosk.channel.snapshot import NextVisit, PatientPage
from kiosk.view import actions as a
from kiosk.view.editing import limits, read, stepped, typed
from kiosk.view.local import Draft, Local
from kiosk.view.update import World, act, offered, same_offer
from tests.view.samples import CATALOGUE, at, replace, snap
from tests.view.samples.catalogue import PICKS
from tests.view.samples.preparing import SESSION, setup
from tests.view.samples.surroundings import ADMIN
from tests.view.samples.treating import OFFER, TREAT, TREATING

WORLD = World(TREATING, CATALOGUE)


def after(local: Local, *touches: a.Action, world: World = WORLD) -> tuple[Local, tuple[Any, ...]]:
    sent: tuple[Any, ...] = ()
    for touch in touches:
        outcome = act(local, touch, world)
        local, sent = outcome.local, sent + outcome.commands
    return local, sent


def keys(text: str) -> list[a.Action]:
    return [a.Type(letter) for letter in text]


def test_a_command_closes_the_panel() -> None:
    local, sent = after(at(panel="mode"), a.Send(c.ChooseMode("burst")))
    assert sent == (c.ChooseMode("burst"),)
    assert local.panel == ""


def test_a_command_may_lead_elsewhere_or_home() -> None:
    assert after(at("product"), a.Send(c.Finish(), then="/"))[0].place == ""
    assert after(at("product"), a.Send(c.Finish(), then="about"))[0].place == "about"


def test_going_and_coming_back() -> None:
    local, _ = after(at(), a.Go("protocols"), a.Go("patient"))
    assert local.place == "patient"
    assert local.trail == ("", "protocols")
    assert after(local, a.Back(), a.Back(), a.Back())[0].place == ""


def test_going_where_one_is_leaves_no_trail() -> None:
    assert after(at("about"), a.Go("about"))[0].trail == ("",)


def test_history_and_record_are_asked_for() -> None:
    assert after(at(), a.Go("history"))[1] == (c.ListSessions(0),)
    assert after(at(), a.Go("history:9"))[1] == (c.ListSessions(9),)
    assert after(at(), a.Go("record:17"))[1] == (c.ReadSession(17),)


def test_the_first_start_types_the_name_first() -> None:
    assert after(at(), a.Go("first"))[0].focus == "name"


def test_a_greyed_button_says_why() -> None:
    assert after(at(), a.Say("Prime first."))[0].notice == "Prime first."


def test_a_patient_code_is_typed_in_capitals_and_looked_up() -> None:
    local, sent = after(at(picks=PICKS), a.Go("patient"), *keys("mk-1"), a.Type("back"), *keys("2"), a.FindTyped())
    assert local.text("patient") == "MK-2"
    assert sent == (c.FindPatient("MK-2"),)


@pytest.mark.requirement("LIM-15")
@pytest.mark.parametrize(
    ("page", "ticks", "expected"),
    [
        (PatientPage("MK-2", False), set(), c.OpenSession("mesolift", "MK-2", True)),
        (PatientPage("MK-2", True), set(), c.OpenSession("mesolift", "MK-2", False)),
        (PatientPage("MK-2", False, similar=("MK-3",)), {"similar"}, c.OpenSession("mesolift", "MK-2", True, True)),
        (PatientPage("MK-2", False), {"similar"}, c.OpenSession("mesolift", "MK-2", True, False)),
    ],
)
def test_a_session_opens_with_what_the_person_answered(page: PatientPage, ticks: set[str], expected: Any) -> None:
    local = at("patient", picks=PICKS, texts={"patient": "MK-2"}, patient=page, ticks=frozenset(ticks))
    assert after(local, a.OpenTyped())[1] == (expected,)


@pytest.mark.requirement("LIM-15")
def test_a_code_changed_after_looking_up_has_to_be_looked_up_again() -> None:
    local = at("patient", focus="patient", texts={"patient": "MK-2"}, patient=PatientPage("MK-2", True))
    assert after(local, a.Type("3"))[0].patient is None
    local, sent = after(replace(local, texts={"patient": "MK-9"}), a.OpenTyped())
    assert sent == ()
    assert local.notice == "Look the code up first."


def test_picking_ticking_and_shifting() -> None:
    local, _ = after(at(texts={"pin": "12"}), a.Pick("account", "Jonas Weber"), a.Tick("adult"), a.Type("shift"))
    assert local.picks == {"account": "Jonas Weber"}
    assert local.text("pin") == ""
    assert local.ticks == {"adult"}
    assert local.shift
    assert after(local, a.Tick("adult"))[0].ticks == frozenset()
    assert after(local, a.Pick("focus", "pin"))[0].focus == "pin"
    assert after(replace(local, fill_nl=5), a.Pick("syringe", "s1"))[0].fill_nl is None
    assert after(local, a.Pick("needle", "n1"))[0].picks["needle"] == "n1"


def test_a_pin_takes_digits_only_and_is_forgotten_when_used() -> None:
    local, sent = after(at(picks=PICKS), *keys("4a8291555512345"), a.SubmitPin("signin"))
    assert sent == (c.SignIn("Dr. Amelie Laurent", "482915555123"),)
    assert local.text("pin") == ""


def test_unlocking_signs_in_again() -> None:
    sent = after(at(picks=PICKS), *keys("482915"), a.SubmitPin("unlock"))[1]
    assert sent == (c.SignIn("Dr. Amelie Laurent", "482915"),)


@pytest.mark.requirement("ACC-3")
def test_a_screen_that_never_saw_the_name_chosen_unlocks_for_who_is_signed_in() -> None:
    """After a first start, and after the kiosk's process began again in a session."""
    locked = World(snap(user=replace(ADMIN, locked=True)), CATALOGUE)
    for picks in ({}, PICKS):
        sent = after(at(picks=picks), *keys("915837"), a.SubmitPin("unlock"), world=locked)[1]
        assert sent == (c.SignIn(ADMIN.name, "915837"),)


def test_the_first_administrator_has_name_and_pin() -> None:
    local = at(focus="name", shift=True)
    sent = after(local, *keys("a"), a.Type("shift"), *keys("n "), a.Pick("focus", "pin"), *keys("482915"),
                 a.SubmitPin("first"))[1]  # fmt: skip
    assert sent == (c.CreateFirstAdministrator("An", "482915"),)


def test_signing_carries_all_that_was_said() -> None:
    clean = {f"clean:{entry.key}" for entry in CATALOGUE.cleanup}
    ticks = frozenset({*clean, "aftercare", "reaction:pain"})
    local = at(ticks=ticks, texts={"reactions": " redness ", "review": "20261206"})
    local, sent = after(local, a.Panel("pin:sign"), *keys("482915"), a.SubmitPin("sign"))
    assert sent == (c.Sign("482915", "redness", True, True, "2026-12-06", ("pain",), "2026-12-06"),)
    assert (local.panel, local.text("pin")) == ("", "")


def test_a_session_may_be_signed_without_review_date() -> None:
    undated = replace(TREATING, session=replace(SESSION, next_visit=NextVisit()))
    sent = after(at(), a.Panel("pin:sign"), *keys("482915"), a.SubmitPin("sign"), world=World(undated, CATALOGUE))[1]
    assert sent == (c.Sign("482915"),)


@pytest.mark.requirement("LIM-8")
def test_a_value_is_opened_changed_and_confirmed() -> None:
    local, sent = after(at(), a.Panel("edit:depth"), a.StepBy(1), a.StepBy(1), a.StepBy(-1))
    assert sent == ()
    assert local.draft is not None
    assert local.draft.value == 650
    local, sent = after(local, a.ConfirmDraft())
    assert sent == (c.Edit("depth", 650),)
    assert (local.panel, local.draft) == ("", None)


@pytest.mark.parametrize(
    ("field", "text", "value"), [("dose", "25", 25_000), ("rate", "1.5", 1500), ("shots", "45", 45)]
)
def test_a_value_may_be_typed(field: str, text: str, value: int) -> None:
    sent = after(at(), a.Panel(f"edit:{field}"), *keys(text), a.ConfirmDraft())[1]
    assert sent == (c.Edit(field, value),)  # type: ignore[arg-type]


def test_a_wrong_value_stays_open_with_its_fault() -> None:
    local, sent = after(at(), a.Panel("edit:dose"), *keys("999"), a.ConfirmDraft())
    assert sent == ()
    assert local.draft is not None
    assert local.draft.fault.startswith("E803")
    assert after(local, a.Type("back"))[0].draft == Draft("dose", 20_000, 0.0, "99")


def test_cancelling_throws_the_draft_away() -> None:
    local, sent = after(at(), a.Panel("edit:dose"), *keys("25"), a.Cancel())
    assert (local.panel, local.draft, sent) == ("", None, ())


def test_nothing_is_edited_where_nothing_can_be() -> None:
    home = World(snap(), CATALOGUE)
    local, _ = after(at(), a.Panel("edit:depth"), world=home)
    assert local.notice == "This cannot be set now."
    assert after(at(panel="edit:fill"), a.Panel("edit:fill"), world=home)[0].panel == ""
    gone = at(panel="edit:depth", draft=Draft("depth", 600, 0.0))
    assert after(gone, a.ConfirmDraft(), world=home)[0].panel == ""
    assert after(gone, a.StepBy(1), world=home)[0].draft == gone.draft
    assert after(at(), a.StepBy(1))[0].draft is None
    assert after(at(), a.ConfirmDraft())[1] == ()


def test_the_fill_is_kept_for_its_syringe() -> None:
    world = World(setup("syringe"), CATALOGUE)
    local, sent = after(at(picks=PICKS), a.Panel("edit:fill"), *keys("1.8"), a.ConfirmDraft(), world=world)
    assert sent == ()
    assert local.fill_nl == 1_800_000


def test_steps_stay_on_the_grid_and_inside_the_hard_limits() -> None:
    value = replace(TREAT.depth, value=620)
    draft = Draft("depth", 620, 0.0)
    assert stepped(draft, value, 1, 1.0).value == 650
    assert stepped(draft, value, -1, 1.0).value == 600
    assert stepped(Draft("depth", 1500, 0.0), value, 1, 1.0).value == 1500
    assert stepped(Draft("depth", 0, 0.0), value, -1, 1.0).value == 0
    assert stepped(Draft("depth", 600, 0.0, "rubbish"), value, 1, 1.0).value == 650
    assert stepped(Draft("depth", 600, 0.0, "0.9"), value, 1, 1.0).value == 950


def test_typing_is_bounded() -> None:
    draft = Draft("depth", 600, 0.0)
    for key in "1234567890":
        draft = typed(draft, key, 2.0)
    assert draft.typed == "12345678"
    assert draft.since == 2.0
    assert not isinstance(read(Draft("depth", 600, 0.0, "x"), TREAT.depth), int)
    assert limits("depth", snap(), at(), CATALOGUE) is None


def test_text_is_typed_and_wiped() -> None:
    local, _ = after(at(), a.Panel("text:lot"), *keys("lx 1"), a.ConfirmText())
    assert local.text("lot") == "LX 1"
    assert local.panel == ""
    assert after(local, a.Wipe("lot"))[0].text("lot") == ""
    long, _ = after(at(), a.Panel("text:reactions"), *keys("x" * 80))
    assert len(long.text("reactions")) == 60


def test_a_date_that_is_none_stays_open() -> None:
    local, _ = after(at(), a.Panel("text:expiry"), *keys("2027139z9"), a.ConfirmText())
    assert local.panel == "text:expiry"
    assert local.notice.startswith("E804")
    assert after(at(), a.Panel("text:expiry"), a.ConfirmText())[0].panel == ""
    assert after(at(), a.Panel("text:review"), *keys("20271231"), a.ConfirmText())[0].text("review") == "20271231"


@pytest.mark.requirement("LIM-8")
def test_arming_takes_two_steps_and_repeats_what_was_shown() -> None:
    local, sent = after(at(), a.Panel("arm"))
    assert sent == ()
    assert local.offer == OFFER
    newer = World(replace(TREATING, number=77), CATALOGUE)
    local, sent = after(local, a.ArmShown(), world=newer)
    assert sent == (
        c.Arm(77, "zygoma", "left", 600, 20_000, "continuous", 2_000, 60, "hyaluron", "s2", "n30g4"),
    )  # fmt: skip
    assert (local.panel, local.offer) == ("", None)


@pytest.mark.requirement("LIM-8")
@pytest.mark.parametrize(
    "change",
    [
        {"treat": replace(TREAT, side="right")},
        {"treat": replace(TREAT, zone="nose")},
        {"treat": replace(TREAT, mode="burst")},
        {"treat": replace(TREAT, depth=replace(TREAT.depth, value=650))},
        {"treat": replace(TREAT, dose=replace(TREAT.dose, value=21_000))},
        {"treat": replace(TREAT, rate=replace(TREAT.rate, value=2_100))},
        {"treat": replace(TREAT, shots=replace(TREAT.shots, value=61))},
        {"treat": replace(TREAT, offer="other words")},
        {"session": replace(SESSION, product="saline")},
        {"session": replace(SESSION, syringe="s1")},
        {"session": replace(SESSION, needle="n32g4")},
        {"session": None},
        {"treat": None},
    ],
)
def test_any_change_behind_an_open_offer_arms_nothing(change: dict[str, Any]) -> None:
    local, _ = after(at(), a.Panel("arm"))
    local, sent = after(local, a.ArmShown(), world=World(replace(TREATING, **change), CATALOGUE))
    assert sent == ()
    assert local.notice.startswith("E805")


def test_without_an_offer_nothing_is_armed() -> None:
    assert after(at(), a.ArmShown())[1] == ()
    assert after(at(), a.Panel("arm"), world=World(snap(), CATALOGUE))[0].offer is None
    assert not same_offer(OFFER, None)
    assert offered(snap()) is None


@pytest.mark.requirement("LIM-14")
def test_the_word_that_a_part_is_new_counts_for_one_change_only() -> None:
    ticked = at(ticks=frozenset({"needle:new", "syringe:new", "syringe:line", "adult"}))
    fitted, _ = after(ticked, a.Send(c.FitSyringe("2ml", 2_000_000, True, True)), a.Send(c.FitNeedle("30g-4mm", True)))
    assert fitted.ticks == {"adult"}
