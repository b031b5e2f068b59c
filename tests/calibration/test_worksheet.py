"""A worksheet typed in by hand: what it says, and what is wrong with it in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from drivers.errors import NappageError
from kiosk.calibration.worksheet import judge
from kiosk.cli import main


def shots(level: str, dose_ul: float, n: int, factor: float = 1.0) -> str:
    weights = ", ".join(
        f"{dose_ul * factor * (1 + 0.02 * (-1, 1)[place % 2] * (place < n - n % 2)) / 1.0029:.3f}" for place in range(n)
    )
    return f'[[weighed.run]]\nlevel = "{level}"\ndose_ul = {dose_ul}\nseconds_per_shot = 5\nweights_mg = [{weights}]\n'


def weighed(factor: float = 1.0, *, small: float = 1.0, n: int = 25) -> str:
    return (
        "[weighed]\nsyringe_ml = 2\npl_per_step = 20000\nroom = { temperature_c = 20.0 }\n"
        "blank = { lost_mg = 0.0, seconds = 60 }\n"
        + shots("smallest", 1.0, n, factor * small)
        + shots("middle", 20.0, 25, factor)
        + shots("largest", 200.0, 12, factor)
    )


def gauged(zero: float = 0.0, slope: float = 1.0, backlash: float = 0.01) -> str:
    text = "[gauged]\nzero_um = 0\nscale_ppm = 1000000\n"
    for at in (0.5, 1.5, 2.5, 4.0, 6.0):
        down = zero + slope * at
        text += f"[[gauged.point]]\ndepth_mm = {at}\ndown_mm = {down:.3f}\nup_mm = {down + backlash:.3f}\n"
    return text


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return tmp_path / "sheet.toml"


@pytest.mark.requirement("ACU-1", "ACU-2")
def test_a_whole_sheet_is_told_with_n_confidence_and_verdict(sheet: Path) -> None:
    sheet.write_text(weighed() + gauged())
    result = CliRunner().invoke(main, ["calibrate", "worksheet", str(sheet)])
    assert result.exit_code == 0
    assert "smallest dose 1 uL, n = 25" in result.output
    assert re.search(r"error [+-]0\.0\d %, at most 30\.0 %: passes", result.output)
    assert "smallest dose that may be used with this barrel: 1 uL" in result.output
    assert "backlash +0.010 mm, at most 0.05 mm: passes" in result.output
    assert result.output.endswith("\nPASSES\n")


@pytest.mark.requirement("ACU-1")
def test_a_plunger_that_gives_too_little_does_not_pass_and_its_correction_is_proposed(sheet: Path) -> None:
    sheet.write_text(weighed(0.92))
    result = CliRunner().invoke(main, ["calibrate", "worksheet", str(sheet)])
    assert result.exit_code == 1
    assert "error -8.00 %, at most 5.0 %: does not pass" in result.output
    assert "a step moves 18400 pL, believed are 20000 pL (-8.00 %)" in result.output
    assert "DOES NOT PASS" in result.output


@pytest.mark.requirement("ACU-2")
def test_a_depth_that_is_off_is_told_with_its_correction(sheet: Path) -> None:
    sheet.write_text(gauged(zero=0.25, slope=1.03, backlash=0.04))
    told, passes = judge(sheet)
    assert not passes
    assert "farthest off +0.430 mm, at most 0.10 mm: does not pass" in told
    assert "zero 0 to -243 um" in told
    assert "scale 1000000 to 970874 ppm" in told


def test_when_no_dose_passed_the_barrel_may_not_be_used(sheet: Path) -> None:
    sheet.write_text(weighed(1.2, small=1.1))
    told, _ = judge(sheet)
    assert "no dose passed: this barrel may not be used" in told


def test_a_weight_that_stands_apart_is_named(sheet: Path) -> None:
    sheet.write_text(weighed().replace("weights_mg = [0.977", "weights_mg = [1.877", 1))
    assert "shot 1: apart from the others, and counted" in judge(sheet)[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "E253"),
        (weighed(n=24), "E250: Shots of the smallest dose (1 uL): 24 were measured, 25 are needed"),
        (weighed().replace("20.0 }", "35 }"), "E251: A temperature of 35.0 degrees is outside 15.0 to 30.0 degrees"),
        (weighed().replace("seconds = 60", "seconds = 0"), "weighed.blank.seconds"),
        (weighed().replace("syringe_ml", "barrel_ml"), "barrel_ml"),
        (weighed().replace('"middle"', '"medium"'), "weighed.run.1.level"),
        (weighed().replace("weights_mg = [", 'weights_mg = ["x", ', 1), "weights_mg"),
        ("[gauged", "line 1"),
    ],
)
def test_what_is_wrong_is_one_numbered_sentence(sheet: Path, text: str, words: str) -> None:
    sheet.write_text(text)
    with pytest.raises(NappageError) as caught:
        judge(sheet)
    assert words in str(caught.value)
    result = CliRunner().invoke(main, ["calibrate", "worksheet", str(sheet)])
    assert result.exit_code == 2
    assert result.output.startswith("E2")
