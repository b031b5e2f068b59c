"""Finding a treatment by a word, and repeating the last one of a patient."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.channel import commands as c
from kiosk.view import actions as a
from kiosk.view.start import home
from kiosk.view.steps import NOTHING_TO_REPEAT, patient
from kiosk.view.touch import NOTHING
from kiosk.view.treatments import matches, protocols
from kiosk.view.update import World, act
from tests.view.samples import CATALOGUE, at, replace, snap
from tests.view.samples.preparing import KNOWN, NEW
from tests.view.samples.surroundings import ADMIN, TECHNICIAN

WORLD = World(snap(), CATALOGUE)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", [card.key for card in CATALOGUE.protocols]),
        ("PAPULE", ["mesolift", "lower-eyelid", "scars"]),
        ("neck nappage", ["neck-and-decollete"]),
        (" scalp ", ["scalp"]),
        ("elbow", []),
    ],
)
def test_a_treatment_is_found_by_words_of_its_title_techniques_and_zones(typed: str, found: list[str]) -> None:
    assert [card.key for card in CATALOGUE.protocols if matches(card, typed)] == found
    page = protocols(snap(), at(texts={"search": typed}), replace(CATALOGUE, presets=()))
    assert [card.key for card in page.cards] == [f"protocol:{key}" for key in found]
    assert bool(page.empty) is not bool(found)


def test_a_search_is_typed_and_taken_back() -> None:
    local = act(at("protocols"), a.Panel("text:search"), WORLD).local
    for key in "scalp":
        local = act(local, a.Type(key), WORLD).local
    local = act(local, a.ConfirmText(), WORLD).local
    page = protocols(snap(), local, CATALOGUE)
    assert page.search.label == "scalp"
    assert page.everything.effect == a.Wipe("search")
    assert protocols(snap(), at(), CATALOGUE).everything == NOTHING


@pytest.mark.requirement("LIM-10")
def test_cancelling_throws_away_what_was_typed_and_gives_back_what_was_there() -> None:
    local = at(texts={"lot": "LX-1"})
    for action in (a.Panel("text:lot"), a.Type("9"), a.Type("9"), a.Cancel()):
        local = act(local, action, WORLD).local
    assert local.text("lot") == "LX-1"
    for action in (a.Panel("text:lot"), a.Type("9"), a.ConfirmText()):
        local = act(local, action, WORLD).local
    assert local.text("lot") == "LX-19"


@pytest.mark.requirement("LIM-15")
def test_the_last_treatment_of_a_known_patient_is_repeated() -> None:
    wanted = home(snap(), at()).repeat.action
    assert wanted is not None
    local = act(at(picks={"protocol": "scars"}), wanted, WORLD).local
    local = replace(local.with_text("patient", "MK-2291"), patient=replace(KNOWN, similar=()))
    assert patient(local, CATALOGUE).yes.label == "Same person: Mesolift"
    opened = act(local, a.OpenTyped(), WORLD)
    assert opened.commands == (c.OpenSession("mesolift", "MK-2291", False),)


@pytest.mark.parametrize("page", [NEW, replace(KNOWN, similar=(), last_protocol="Withdrawn")])
def test_what_has_no_earlier_treatment_is_not_repeated(page: Any) -> None:
    local = at("patient", texts={"patient": page.patient}, patient=page, picks={"repeat": "repeat"})
    assert patient(local, CATALOGUE).yes.effect == a.Say(NOTHING_TO_REPEAT)


def test_a_new_session_repeats_nothing() -> None:
    local = act(at(picks={"protocol": "scars", "repeat": "repeat"}), a.Go("patient"), WORLD).local
    local = replace(local.with_text("patient", "MK-2291"), patient=replace(KNOWN, similar=()))
    assert act(local, a.OpenTyped(), WORLD).commands == (c.OpenSession("scars", "MK-2291", False),)


def test_only_a_practitioner_repeats() -> None:
    assert home(snap(user=ADMIN), at()).repeat.key == "service"
    assert home(snap(user=TECHNICIAN), at()).repeat.key == "calibration"
