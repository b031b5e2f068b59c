"""The session as a picture: every shot under the limits that were in force, nothing invented where none is recorded."""

from __future__ import annotations

import pytest

from kiosk.channel.snapshot import PlanLimits
from kiosk.view import actions as a
from kiosk.view.after import Bounds, after
from kiosk.view.records import record
from tests.view.samples import SCENES, at, replace
from tests.view.samples.records import RECORD
from tests.view.samples.zones import ABSENT, NECK


def test_the_map_and_the_totals_show_every_zone() -> None:
    shown = after(RECORD)
    assert [plate.figure for plate in shown.plates] == ["face"]
    assert [plate.figure for plate in after(replace(RECORD, zones=(*RECORD.zones, *NECK))).plates] == ["face", "neck"]
    assert (shown.zones[1].title, shown.zones[1].detail) == ("Cheekbone, left", "12 of 60 shots, 240.0 uL")
    assert shown.note == ""
    far = after(replace(RECORD, zones=(*RECORD.zones, *ABSENT[1:])))
    assert far.note == "Not on the map: Ring finger, left; Ring finger, right"


@pytest.mark.requirement("LED-7")
def test_asked_and_measured_are_two_curves() -> None:
    depth, dose = after(RECORD).curves
    assert (depth.title, dose.title) == ("Depth, mm", "Dose, uL")
    assert len(depth.measured) == len(depth.asked) == len(dose.measured) == 40
    assert set(dose.asked) != set(dose.measured)
    assert dose.odd == (8,)
    assert dose.words == "9.2 to 20.2 uL, limit 25.0 uL"
    assert depth.changes == (0.7,)
    assert depth.last == "40"


@pytest.mark.requirement("LIM-1")
def test_the_limits_are_drawn_where_they_were_in_force() -> None:
    depth, dose = after(RECORD).curves
    top = 1_350 * 21 // 20
    assert depth.bounds == (
        Bounds(0.0, 0.7, 50 / top, 1_350 / top),
        Bounds(0.7, 1.0, 50 / top, 1_050 / top),
    )
    assert depth.words.endswith("limits from 1.05 mm")
    assert len(dose.bounds) == 1
    open_below = after(replace(RECORD, limits=(PlanLimits("zygoma", "left", 0, 1_050, 0, 0),)))
    assert [piece.low for piece in open_below.curves[0].bounds] == [-1.0]
    assert open_below.curves[0].words.endswith("limits in part")
    assert open_below.curves[1].bounds == ()
    assert after(replace(RECORD, limits=())).curves[0].words.endswith("limits not recorded")


def test_nothing_drawn_leaves_the_scale() -> None:
    over = replace(RECORD, shots=tuple(replace(shot, measured_dose_nl=60_000) for shot in RECORD.shots))
    for curve in (*after(RECORD).curves, *after(over).curves):
        assert all(0 <= value <= 1 for value in (*curve.measured, *curve.asked))
        assert all(piece.high <= 1 for piece in curve.bounds)
        assert 2 <= len(curve.ticks) <= 5
        assert curve.ticks[0][0] == 0
    assert after(over).curves[1].words.startswith("60.0 uL,")


def test_a_session_without_a_shot_says_so() -> None:
    shown = after(replace(RECORD, zones=(), shots=()))
    assert shown.empty == "Nothing was given in this session."
    assert [curve.words for curve in shown.curves] == ["no shot", "no shot"]


def test_picture_and_list_are_one_touch_apart() -> None:
    page = SCENES["record"][1].record
    picture, listed = record(at(record=page)), record(at(record=page, picks={"record": "list"}))
    assert (picture.listed, picture.toggle.effect) == (False, a.Pick("record", "list"))
    assert (listed.listed, listed.toggle.effect) == (True, a.Pick("record", "picture"))
