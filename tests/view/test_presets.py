"""Presets on the glass: found, read, opened with, kept under a name, retired by holding."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.channel import commands as c
from kiosk.channel.presets import KeepPreset, RetirePreset
from kiosk.view import actions as a
from kiosk.view.picture import draw
from kiosk.view.treatments import protocols
from kiosk.view.update import World, act
from tests.view.samples import CATALOGUE, at, replace, snap
from tests.view.samples.preparing import KNOWN, NEW
from tests.view.samples.treating import OFFER, TREAT, TREATING

WORLD = World(snap(), CATALOGUE)


def rows(searched: str) -> list[str]:
    shown = protocols(snap(), at("protocols", texts={"search": searched}), CATALOGUE)
    return [card.key for card in shown.cards if card.key.startswith("preset:")]


def picked(*keys: str, local: Any = None) -> Any:
    """The local state after these rows of the list were touched."""
    local = local or at("protocols")
    for key in keys:
        card = next(card for card in protocols(snap(), local, CATALOGUE).cards if card.key == key)
        local = act(local, card.effect, WORLD).local  # type: ignore[arg-type]
    return local


@pytest.mark.parametrize(
    ("searched", "found"),
    [("", ["preset:3", "preset:4"]), ("martin", ["preset:3"]), ("SCALP crown", ["preset:4"]),
     ("mesolift forehead", ["preset:3"]), ("laurent", ["preset:3", "preset:4"]), ("elbow", [])],
)  # fmt: skip
def test_search_finds_them_by_name_treatment_zone_and_who_made_them(searched: str, found: list[str]) -> None:
    assert rows(searched) == found


def test_a_search_that_finds_presets_alone_is_not_called_empty() -> None:
    assert not protocols(snap(), at(texts={"search": "martin"}), CATALOGUE).empty


def test_the_chosen_one_says_what_it_holds_who_made_it_and_when() -> None:
    shown = protocols(snap(), picked("preset:3"), CATALOGUE)
    told = {line.key: (line.title, line.detail) for line in shown.lines}
    assert shown.heading == "Dr. Martin, forehead"
    assert told["values"] == ("0.65 mm, 20.0 uL", "Continuous, 2.0 shots/s, 40 shots")
    assert told["treatment"] == ("Mesolift", "Forehead")
    assert told["made"] == ("Kept by Dr. Amelie Laurent", "2026-11-20 17:40")
    assert [card.key for card in shown.cards if card.selected] == ["preset:3"]


def test_a_treatment_touched_afterwards_lets_go_of_it() -> None:
    local = picked("preset:3", "protocol:scalp")
    shown = protocols(snap(), local, CATALOGUE)
    assert (shown.heading, [card.key for card in shown.cards if card.selected]) == ("Scalp", ["protocol:scalp"])


@pytest.mark.parametrize(("page", "new"), [(NEW, True), (replace(KNOWN, similar=()), False)])
def test_a_session_is_opened_with_the_preset_and_its_treatment(page: Any, new: bool) -> None:
    local = act(picked("preset:4"), a.Go("patient"), WORLD).local
    local = replace(local.with_text("patient", page.patient), patient=page)
    opened = act(local, a.OpenTyped(), WORLD)
    assert opened.commands == (c.OpenSession("scalp", page.patient, new, preset=4),)


def test_repeating_a_patients_last_treatment_uses_no_preset() -> None:
    local = act(picked("preset:4"), a.Go("patient:repeat"), WORLD).local
    local = replace(local.with_text("patient", "MK-2291"), patient=replace(KNOWN, similar=()))
    assert act(local, a.OpenTyped(), WORLD).commands == (c.OpenSession("mesolift", "MK-2291", False),)


@pytest.mark.requirement("LIM-9")
def test_a_preset_of_a_treatment_that_is_not_approved_goes_no_further_on_hardware() -> None:
    shown = protocols(replace(snap(), simulated=False), picked("preset:4"), CATALOGUE)
    assert "approve" in shown.choose.why


def test_it_is_retired_by_holding_and_only_where_one_is_chosen() -> None:
    retire = protocols(snap(), picked("preset:3"), CATALOGUE).retire
    assert retire.effect == a.Send(RetirePreset(3))
    assert retire.hold_ms
    assert not protocols(snap(), at(), CATALOGUE).retire.key
    assert not protocols(snap(), replace(picked("preset:3"), texts={"search": "martin"}), CATALOGUE).retire.key


def test_the_values_that_the_offer_shows_are_kept_under_a_name_that_is_typed() -> None:
    world = World(TREATING, CATALOGUE)
    offer: Any = draw(TREATING, at(panel="arm", offer=OFFER), CATALOGUE).over
    local = act(at(panel="arm", offer=OFFER, texts={"preset": "old"}), offer.keep.effect, world).local
    typing: Any = draw(TREATING, local, CATALOGUE).over
    assert (local.panel, typing.text) == ("text:preset", "")
    assert typing.confirm.why == "Type a name first."
    for key in "front":
        local = act(local, a.Type(key), world).local
    done: Any = draw(TREATING, local, CATALOGUE).over
    sent = act(local, done.confirm.effect, world)
    assert sent.commands == (KeepPreset("FRONT", TREAT.zone, TREAT.side, 600, 20_000, TREAT.mode, 2_000, 60),)
    assert sent.local.panel == ""


def test_nothing_is_kept_where_nothing_is_set() -> None:
    typing: Any = draw(snap(), at(panel="text:preset", focus="preset", texts={"preset": "x"}), CATALOGUE).over
    assert not typing.confirm.enabled
