"""A device of other figures, from a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hal_sim.alone import main
from hal_sim.build import Build, read_build
from kiosk.running import BUILT_WRONG


def written(folder: Path, text: str) -> Path:
    file = folder / "device.toml"
    file.write_text(text)
    return file


def test_a_file_names_what_is_different_and_the_rest_stays(tmp_path: Path) -> None:
    subject = read_build(written(tmp_path, "backlash_um = 40.0\ndose_factor = [1.0, 0.92, 1.04, 1.0]\n"))
    assert subject == Build(backlash_um=40.0, dose_factor=(1.0, 0.92, 1.04, 1.0))


@pytest.mark.parametrize(
    ("text", "said"),
    [("backlash = 40.0", "`backlash`"), ('backlash_um = "much"', "$.backlash_um"), ("backlash_um = ", "Invalid value")],
)
def test_what_no_device_has_is_refused_by_its_name(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ValueError, match="device") as refusal:
        read_build(written(tmp_path, text))
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mass_kg = 0.0", "'mass_kg' is 0; allowed: more than 0"),
        ("speed_um_s = -5.0", "'speed_um_s' is -5; allowed: more than 0"),
        ("supply_v = inf", "'supply_v' is inf; allowed: a finite number"),
        ("dose_factor = [1.0, nan, 1.0, 1.0]", "'dose_factor' is nan; allowed: a finite number"),
        ("backlash_um = -1.0", "'backlash_um' is -1; allowed: 0 or more"),
        ("serial = 4294967296", "'serial' is 4294967296; allowed: 1 to 4294967295"),
        ("mass_kg = " + "9" * 6000, "4300 digits"),
        ("mass_kg = " + "[" * 3000, "nested too deeply"),
        ("# " + "x" * 100_000, "over 100000 bytes"),
    ],
    ids=lambda text: text[:20],
)
def test_a_figure_with_which_no_device_can_be_built_is_named_with_what_is_allowed(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(ValueError, match=r"device\.toml: ") as refusal:
        read_build(written(tmp_path, text))
    assert said in str(refusal.value)


def test_figures_that_are_no_text_or_no_file_are_refused_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "device.toml").write_bytes(b"\xff")
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "device.toml", tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(ValueError, match=str(place)):
            read_build(place)


def test_the_bench_says_in_one_sentence_why_it_does_not_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--build", str(tmp_path / "none.toml")]) == 2
    assert capsys.readouterr().err.startswith("E970: The bench cannot start: No such file or directory: ")


@pytest.mark.requirement("ACU-1", "ACU-2")
def test_what_the_rehearsed_calibration_begins_with_is_wrong_everywhere() -> None:
    subject = read_build(BUILT_WRONG)
    assert (subject.depth_offset_um, subject.depth_scale, subject.backlash_um) == (250.0, 1.03, 40.0)
    assert subject.dose_factor == (1.0, 0.92, 1.04, 1.0)
