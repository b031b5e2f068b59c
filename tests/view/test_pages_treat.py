"""What the treat page and the panels over it show, one by one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kiosk.channel import commands as c
from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.actions import Panel
from kiosk.view.frame import frame
from kiosk.view.local import Draft, Offer
from kiosk.view.panels import asked, choosing, editing, locked, offer, stopped, texting
from kiosk.view.touch import NOTHING, Tile
from kiosk.view.treat import limit_note, treating
from kiosk.view.zones import given_of, zone_detail
from tests.view.samples import CATALOGUE, SCENES, at, replace, snap
from tests.view.samples.preparing import SESSION
from tests.view.samples.surroundings import USER
from tests.view.samples.treating import ARMED, OFFER, TREAT, TREATING
from tests.view.samples.zones import ZONES


@pytest.mark.requirement("UI-2")
def test_the_tiles_show_values_units_and_the_limit_that_binds() -> None:
    view = treating(TREATING)
    tiles = (*view.tiles, view.zone.tile, view.shots)
    shown = [(tile.title, tile.number, tile.unit, tile.note) for tile in tiles]
    assert shown == [
        ("Depth", "0.60", "mm", "max 1.50 mm"),
        ("Dose", "20.0", "uL", "max 100.0 uL"),
        ("Rate", "2.0", "shots/s", "max 4.5 shots/s"),
        ("Mode", "Continuous", "", "runs while held"),
        ("Zone", "Cheekbone, left", "", "12 of 60, 240.0 uL"),
        ("Shots", "60", "shots", "max 88 shots"),
    ]


def test_a_value_over_the_usual_range_is_marked() -> None:
    high, low = replace(TREAT.depth, value=950), replace(TREAT.depth, value=350)
    for value, note in ((high, "over usual 0.90 mm"), (low, "max 1.50 mm")):
        tile = treating(replace(TREATING, treat=replace(TREAT, depth=value))).tiles[0]
        assert (tile.tone, tile.note) == ("warn", note)
    assert limit_note("dose", replace(TREAT.dose, needs_clinic=True)) == "clinic's figure needed"


def test_while_armed_values_are_fixed_and_the_count_runs() -> None:
    shown = treating(ARMED)
    assert shown.tiles[0].touch.effect == a.Say("Disarm before changing a value.")
    assert (shown.ring.number, shown.ring.words, shown.ring.share) == ("12", "of 60 shots", 0.2)
    assert shown.shots.note == "Syringe: 1.04 mL of 1.96 mL"
    assert shown.arm.effect == a.Send(c.Disarm())
    assert shown.arm.on_down
    assert {touch.why for touch in shown.buttons} == {"Disarm first."}
    assert [lamp.title for lamp in shown.lamps if lamp.on] == ["Skin", "Trigger", "Enabled", "Needle out"]


@pytest.mark.parametrize(
    ("left", "usable", "tone"), [(960_000, 920_000, "primary"), (100_000, 60_000, "warn"), (40_000, 0, "danger")]
)
def test_the_syringe_bar_warns(left: int, usable: int, tone: str) -> None:
    treat = replace(TREAT, syringe_left_nl=left, usable_nl=usable)
    assert treating(replace(TREATING, treat=treat)).barrel.tone == tone


@pytest.mark.parametrize(
    ("state", "word", "tone"),
    [("free", "free", "good"), ("resisting", "resisting", "warn"), ("blocked", "nearly blocked", "warn")],
)
def test_the_pressure_bar_says_its_state_in_a_word(state: Any, word: str, tone: str) -> None:
    bar = treating(replace(TREATING, treat=replace(TREAT, pressure=state, pressure_kpa=900))).pressure
    assert bar.text == f"{word}, 900 kPa"
    assert (bar.tone, bar.level) == (tone, 1.0)


def test_a_treat_screen_without_news_is_empty_and_not_ready() -> None:
    assert treating(snap()).missing[0].title == "Control shows no treatment yet"
    bare = replace(TREATING, session=replace(SESSION, totals=(), zones=()), treat=replace(TREAT, syringe_fill_nl=0))
    shown = treating(bare)
    assert (shown.zone.tile.number, shown.zone.tile.note, shown.barrel.left) == ("Choose", "zone and side", 0.0)
    zone = s.Total("zone shots", "Shots in Between the eyebrows", 12, "shots", 20, "zone")
    assert treating(replace(ARMED, session=replace(SESSION, totals=(zone,)))).shots.note == "Zone shots: 12 of 20 shots"
    armed = treating(replace(ARMED, missing=("Trigger is held",), session=replace(SESSION, totals=())))
    assert armed.missing == ()
    assert armed.shots.note == ""
    assert shown.missing == ()


def test_a_zone_without_a_shot_promises_no_volume() -> None:
    untouched = replace(TREATING, treat=replace(TREAT, side="right"))
    assert treating(untouched).zone.tile.note == "0 of 60 shots"


def test_a_zone_says_technique_and_spacing() -> None:
    assert zone_detail(ZONES[0]) == "nappage, every 2 to 4 mm"
    assert zone_detail(replace(ZONES[0], technique="")) == "every 2 to 4 mm"
    assert zone_detail(replace(ZONES[0], technique="", spacing_mm="")) == ""


@pytest.mark.requirement("LIM-4")
def test_an_edited_value_stands_between_its_limits_with_their_origin() -> None:
    shown = editing(TREATING, at(draft=Draft("depth", 750, 0.0)), CATALOGUE)
    assert (shown.title, shown.number, shown.unit) == ("Depth: Cheekbone, left", "0.75", "mm")
    assert shown.now == "now 0.60 mm"
    assert shown.scale.at == 0.5
    assert shown.scale.low == "0.00 mm\ndevice"
    assert shown.scale.high == "1.50 mm\nzone"
    assert shown.scale.soft == "usual 0.40 to 0.90 mm"
    assert shown.source.endswith("(grade A)")
    assert shown.confirm.hold_ms > 0


def test_a_value_that_cannot_be_is_not_confirmed() -> None:
    shown = editing(TREATING, at(draft=Draft("dose", 20_000, 0.0, "250")), CATALOGUE)
    assert shown.fault.startswith("E803")
    assert shown.scale.at == 1.0
    assert not shown.confirm.enabled
    small = editing(TREATING, at(draft=Draft("dose", 20_000, 0.0, "0.1")), CATALOGUE)
    assert small.scale.at == 0.0
    nothing = editing(TREATING, at(draft=Draft("dose", 20_000, 0.0, ".")), CATALOGUE)
    assert nothing.scale.at == editing(TREATING, at(draft=Draft("dose", 20_000, 0.0)), CATALOGUE).scale.at
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
        "MK-2291",
        "0.60 mm",
        "20.0 uL",
        "1.20 mL",
        "Cheekbone, left",
        "Continuous, 2.0 shots/s",
    ]
    assert shown.confirm.effect == a.ArmShown()
    assert shown.confirm.hold_ms == 1000
    assert offer(TREATING, at()).confirm == NOTHING


@pytest.mark.requirement("LIM-1")
def test_the_offer_marks_what_lies_outside_its_usual_range() -> None:
    assert {line.tone for line in offer(TREATING, at(panel="arm", offer=OFFER)).lines} == {"plain"}
    deep = replace(OFFER, treat=replace(TREAT, depth=replace(TREAT.depth, value=950)))
    marked = [line for line in offer(TREATING, at(panel="arm", offer=deep)).lines if line.tone == "warn"]
    assert [(line.title, line.detail) for line in marked] == [("Depth", "0.95 mm; usual 0.40 to 0.90 mm")]


def test_where_fewer_shots_are_left_than_would_be_armed_the_tile_says_so() -> None:
    def tile(left: int) -> Tile:
        return treating(replace(TREATING, treat=replace(TREAT, left=left))).shots

    assert (tile(48).note, tile(48).tone) == ("48 shots are left here", "warn")
    assert tile(60).note == tile(0).note == "max 88 shots"


@pytest.mark.requirement("STP-3")
@pytest.mark.parametrize(
    ("state", "acknowledged"), [("open", False), ("contradiction", False), ("released", True), ("clear", False)]
)
def test_a_stop_is_acknowledged_only_when_released(state: Any, acknowledged: bool) -> None:
    shown = stopped(replace(TREATING, stop=s.StopView(state)))
    assert shown.acknowledge.enabled is acknowledged
    assert shown.needle.title == "The needle is retracted: home switch seen"
    assert stopped(snap()).needle.title == ""


@pytest.mark.requirement("STP-5")
def test_without_the_home_switch_no_screen_says_safe() -> None:
    out = stopped(replace(TREATING, treat=replace(TREAT, retracted=False), stop=s.StopView("released")))
    assert out.needle.title == "Needle may be out: lift the handpiece away"
    home, away = (treating(replace(TREATING, treat=replace(TREAT, retracted=seen))).lamps[3] for seen in (True, False))
    assert (home.title, home.on, home.tone) == ("Retracted", True, "good")
    assert (away.title, away.on, away.tone) == ("Needle out", True, "warn")


def test_choices_send_their_command() -> None:
    zones = choosing(TREATING, at(panel="zones")).rows
    assert zones[2].effect == a.Send(c.ChooseZone("zygoma", "right"))
    assert zones[1].selected
    assert [row.effect for row in choosing(TREATING, at(panel="mode")).rows] == [
        a.Send(c.ChooseMode(mode)) for mode in ("single", "burst", "continuous")
    ]
    recover = {row.key: row for row in choosing(TREATING, at(panel="recover")).rows}
    assert recover["rehome"].hold_ms > 0


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


def test_a_zone_where_nothing_was_armed_promises_no_number() -> None:
    zone = s.Zone("nose", "Nose", "whole", 0, 0, 0)

    assert given_of(zone) == "0 shots"
    assert given_of(msgspec.structs.replace(zone, planned=20, done=3)) == "3 of 20 shots"


@pytest.mark.requirement("LIM-1", "UI-5")
def test_arm_leads_to_what_may_be_confirmed_and_to_nothing_while_more_is_missing() -> None:
    said = ("Depth 1.20 mm is above the usual 0.90 mm.",)
    crossed = replace(TREATING, missing=said, treat=replace(TREAT, asks=True))
    arm = treating(crossed).arm
    assert (arm.label, arm.effect, arm.tone) == ("ARM", a.Send(c.AskSoft()), "warn")
    assert [line.title for line in treating(crossed).missing] == list(said)
    for busy in (replace(crossed, busy="Priming"), replace(crossed, treat=replace(TREAT, asks=False))):
        assert treating(busy).arm.effect != a.Send(c.AskSoft())


# -- a pause -----------------------------------------------------------------------------------------------------------
def test_what_an_arming_left_is_offered_again_in_two_steps() -> None:
    paused = replace(TREATING, treat=replace(TREAT, left=48))
    strip = frame(paused, at(), "treat").strip
    assert strip.text == "Paused: 48 shots left here"
    assert strip.touch.effect == Panel("edit:shots:48")
    same = replace(TREATING, treat=replace(TREAT, left=48, shots=replace(TREAT.shots, value=48)))
    assert frame(same, at(), "treat").strip.touch.effect == Panel("arm")


def test_where_nothing_is_left_nothing_is_offered() -> None:
    assert frame(TREATING, at(), "treat").strip.text == "Ready to arm"
    assert frame(replace(TREATING, treat=None), at(), "treat").strip.text == "Ready to arm"
    waits = replace(TREATING, treat=replace(TREAT, left=48), missing=("The needle is not home",))
    assert frame(waits, at(), "treat").strip.tone == "warn"


def test_the_needles_button_says_how_many_shots_it_has_made() -> None:
    def label(shots: int) -> str:
        session = replace(SESSION, needle_shots=shots)
        return next(t.label for t in treating(replace(TREATING, session=session)).buttons if "needle" in t.key)

    assert (label(0), label(1), label(52)) == ("Needle", "Needle, 1 shot", "Needle, 52 shots")


def test_the_offer_tells_travel_from_depth_below_the_surface_where_the_needle_is_tilted() -> None:
    def depth(angle: int) -> str:
        tilted = replace(TREAT, angle_deg=angle)
        local = at(panel="arm", offer=Offer(tilted, SESSION.product, SESSION.syringe, SESSION.needle))
        return next(line.detail for line in offer(TREATING, local).lines if line.key == "depth")

    assert depth(90) == "0.60 mm"
    assert depth(30) == "0.60 mm; 30°: 0.30 mm"
