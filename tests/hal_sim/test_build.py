"""A device of other figures, from a file."""

from __future__ import annotations

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
