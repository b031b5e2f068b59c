"""The body map: every shipped zone has its place, left and right are the patient's, and a finger finds each."""

from __future__ import annotations

from itertools import pairwise

import pytest

from kiosk.channel import commands as c
from kiosk.channel import snapshot as s
from kiosk.protocols.library import SHIPPED, load
from kiosk.view import actions as a
from kiosk.view.bodymap import (
    Plate,
    Spot,
    choosing_zone,
    fit,
    frame_of,
    home_of,
    lay_out,
    plate,
    plates_of,
    region,
    spread,
    state_of,
    touched,
)
from kiosk.view.figures import Points, curve, cut, figures, inside, mirrored, room
from tests.view.samples import at, replace, snap
from tests.view.samples.preparing import KNOWN
from tests.view.samples.treating import TREATING, treating_zones
from tests.view.samples.zones import ABSENT, MESOLIFT, PAIN, ZONES

SQUARE: Points = ((0, 0), (10, 0), (10, 10), (0, 10))
TARGET = 56.0


def shipped() -> list[tuple[str, str]]:
    zones = {(zone.key, side) for protocol in load(SHIPPED).protocols.values() for zone in protocol.zones
             for side in zone.sides}  # fmt: skip
    return sorted(zones)


@pytest.mark.parametrize(("key", "side"), shipped())
def test_every_zone_of_the_shipped_profiles_is_drawn_once(key: str, side: str) -> None:
    drawn = [each.key for each in figures() if any((at.key, at.side) == (key, side) for at in each.regions)]
    assert len(drawn) == 1


@pytest.mark.requirement("LIM-15")
@pytest.mark.parametrize("figure", figures(), ids=lambda each: each.key)
def test_left_and_right_are_the_patients(figure: object) -> None:
    shown = next(each for each in figures() if each is figure)
    for each in shown.regions:
        if each.side != "whole":
            at_pictures_right = room(each.points).x > 0
            assert at_pictures_right == (shown.patients_right == each.side), each.key
    said = plate(shown.key, ())
    assert said.at_left == ("Patient's RIGHT" if shown.patients_right == "left" else "Patient's LEFT")
    assert {said.at_left, said.at_right} == {"Patient's RIGHT", "Patient's LEFT"}


def test_from_the_front_the_patients_right_is_at_the_pictures_left_and_from_behind_it_is_not() -> None:
    sides = {each.key: each.patients_right for each in figures()}
    assert sides == {"scalp": "right", "face": "left", "neck": "left", "front": "left", "back": "right"}


def test_no_zone_covers_another_or_leaves_its_figure() -> None:
    for each in figures():
        bodies = [stroke.points for stroke in each.strokes if stroke.fill is not None]
        for region_ in each.regions:
            middle = room(region_.points)
            assert middle.half_height > 3, region_.key
            assert any(inside(points, middle.x, middle.y) for points in bodies), region_.key
            others = [other for other in each.regions if other is not region_]
            assert not any(inside(other.points, middle.x, middle.y) for other in others), region_.key
            assert all(abs(x) <= each.half_width and 0 <= y <= each.height for x, y in region_.points)


def test_a_zones_state_is_planned_left_or_done() -> None:
    zone = ZONES[1]
    assert state_of(zone) == "left"
    assert state_of(replace(zone, done=0)) == "planned"
    assert state_of(replace(zone, done=60)) == "done"
    assert state_of(replace(zone, planned=0, done=3)) == "done"


def test_the_map_shows_the_figure_of_the_chosen_zone_and_offers_the_others() -> None:
    shown = choosing_zone(treating_zones(PAIN), at(panel="zone"))
    assert shown.plate.figure == home_of("lower_back", "left") == "back"
    assert [(tab.label, tab.selected) for tab in shown.tabs] == [("Body, front", False), ("Body, back", True)]
    assert [spot.title for spot in shown.plate.spots] == [
        "Shoulder, left", "Shoulder, right", "Lower back, left", "Lower back, right"
    ]  # fmt: skip
    front = choosing_zone(treating_zones(PAIN), at(panel="zone", picks={"figure": "front"}))
    assert front.plate.figure == "front"
    assert choosing_zone(treating_zones(PAIN), at(picks={"figure": "face"})).plate.figure == "back"


def test_touching_a_zone_chooses_it_and_its_side() -> None:
    spots = choosing_zone(TREATING, at(panel="zone")).plate.spots
    chosen = {spot.touch.key: spot for spot in spots}
    assert chosen["zone:zygoma:right"].touch.effect == a.Send(c.ChooseZone("zygoma", "right"))
    assert [key for key, spot in chosen.items() if spot.selected] == ["zone:zygoma:left"]
    assert choosing_zone(TREATING, at()).words.effect == a.Panel("zones")


def test_what_is_not_drawn_is_named() -> None:
    shown = choosing_zone(treating_zones(ABSENT), at(panel="zone"))
    assert shown.note == "Not on the map, in the list: Ring finger, left; Ring finger, right"
    nothing = choosing_zone(treating_zones(ABSENT[1:]), at(panel="zone"))
    assert nothing.plate == Plate()
    assert frame_of(nothing.plate) is None
    assert plates_of(ABSENT[1:]) == ()


def test_the_last_visit_is_shown_for_this_patient_only() -> None:
    seen = choosing_zone(TREATING, at(panel="zone", patient=KNOWN))
    assert [spot.title for spot in seen.plate.spots if spot.before] == ["Forehead", "Cheekbone, left"]
    assert seen.before == "last visit, 2026-11-01"
    for patient in (None, s.PatientPage("ZT-0007", True, last_zones=ZONES[:2]), replace(KNOWN, last_zones=())):
        other = choosing_zone(TREATING, at(panel="zone", patient=patient))
        assert other.before == ""
        assert not any(spot.before for spot in other.plate.spots)


def test_without_a_session_the_map_is_empty_and_can_be_left() -> None:
    assert choosing_zone(snap(), at(panel="zone")).cancel.effect == a.Cancel()


@pytest.mark.requirement("UI-1")
@pytest.mark.parametrize(("width", "height"), [(656.0, 294.0), (709.0, 300.0), (460.0, 500.0)])
@pytest.mark.parametrize("figure", figures(), ids=lambda each: each.key)
def test_every_target_is_large_enough_and_none_lies_on_another(figure: object, width: float, height: float) -> None:
    shown = next(each for each in figures() if each is figure)
    names = {(each.key, each.side): Spot(each.key, each.side) for each in shown.regions}
    spots = tuple(spot for spot in names.values() if spot.key != "zygoma")[:9]
    layout = lay_out(shown, spots, width, height, TARGET, (104.0, TARGET))
    for place in layout.places:
        assert min(place.box.width, place.box.height) >= TARGET - 0.01
        assert place.box.x >= 0
        assert place.box.x + place.box.width <= width + 0.01
    beside = sorted((place.box for place in layout.places if place.beside), key=lambda box: (box.x, box.y))
    for one, other in pairwise(beside):
        assert one.x != other.x or other.y - one.y >= TARGET - 0.01


def test_a_touch_beside_the_targets_finds_its_zone_unless_another_is_close() -> None:
    zones = plate("face", MESOLIFT)
    shown = frame_of(zones)
    assert shown is not None
    layout = lay_out(shown, zones.spots, 656.0, 294.0, TARGET, (150.0, TARGET))
    found: dict[str, object] = {}
    for spot in zones.spots:
        middle = room(region(shown, spot).points)
        place = (layout.middle + middle.x * layout.scale, layout.top + middle.y * layout.scale)
        found[spot.touch.key] = touched(shown, zones.spots, layout, place, 4.0)
    assert [key for key, spot in found.items() if not isinstance(spot, Spot) or spot.touch.key != key] == []
    assert touched(shown, zones.spots, layout, (2.0, 2.0), 4.0) is None
    middle = room(region(shown, zones.spots[1]).points)
    place = (layout.middle + middle.x * layout.scale, layout.top + middle.y * layout.scale)
    assert touched(shown, zones.spots, layout, place, 60.0) == "unclear"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ([], []),
        ([5.0], [5.0]),
        ([-5.0], [0.0]),
        ([500.0], [100.0]),
        ([10.0, 11.0], [5.5, 15.5]),
        ([0.0, 0.0, 0.0], [0.0, 10.0, 20.0]),
        ([100.0, 100.0], [90.0, 100.0]),
        ([50.0] * 21, [5.0 * n for n in range(21)]),
    ],
)
def test_words_are_spread_without_touching(wanted: list[float], found: list[float]) -> None:
    assert spread(wanted, 10.0, 0.0, 100.0) == pytest.approx(found)


def test_a_figure_is_fitted_without_being_squeezed() -> None:
    shown = figures()[0]
    scale, middle, top = fit(shown, 600.0, shown.height)
    assert (scale, middle, top) == (1.0, 300.0, 0.0)


def test_a_curve_runs_through_its_points_and_is_straight_between_corners() -> None:
    assert curve("0 0!, 10 0!, 10 10!") == ((0, 0), (10, 0), (10, 10))
    bent = curve("0 0, 10 0, 10 10")
    assert {(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)} <= set(bent)
    assert len(bent) == 13
    assert len(curve("0 0, 10 0, 10 10", closed=True)) == 18
    assert mirrored(((1.0, 2.0),)) == ((-1.0, 2.0),)


def test_what_is_inside_an_outline_and_how_much_room_there_is() -> None:
    assert inside(SQUARE, 5, 5)
    assert not inside(SQUARE, 15, 5)
    wide: Points = ((0, 0), (40, 0), (40, 10), (0, 10))
    found = room(wide)
    assert found.half_width > found.half_height > 3
    assert inside(wide, found.x, found.y)


def test_a_figure_is_cut_at_a_line() -> None:
    front = next(each for each in figures() if each.key == "front")
    short = cut(front, 430.0)
    assert short.height == 430.0
    assert max(y for stroke in short.strokes for _, y in stroke.points) == pytest.approx(430.0)
    assert cut(front, 900.0) is front
    seen = frame_of(plate("front", PAIN))
    assert seen is not None
    assert seen.height > 544
