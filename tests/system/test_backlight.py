"""The screen's brightness, on a folder shaped like the kernel's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kiosk.system.backlight import Backlight
from kiosk.system.errors import BacklightUnwritable


@pytest.fixture
def screen(tmp_path: Path) -> Path:
    folder = tmp_path / "10-0045"
    folder.mkdir()
    (folder / "max_brightness").write_text("31\n")
    (folder / "brightness").write_text("31\n")
    return folder


@pytest.fixture
def subject(screen: Path) -> Backlight:
    found = Backlight.find(screen.parent)
    assert found is not None
    return found


def test_a_machine_without_one_has_none(tmp_path: Path) -> None:
    assert Backlight.find(tmp_path) is None


@pytest.mark.parametrize(("percent", "steps"), [(0, "0"), (1, "1"), (50, "16"), (100, "31")])
def test_percent_become_steps_and_only_zero_is_dark(subject: Backlight, screen: Path, percent: int, steps: str) -> None:
    subject.set_percent(percent)

    assert (screen / "brightness").read_text().strip() == steps


def test_the_present_brightness_is_read_in_percent(subject: Backlight) -> None:
    assert subject.percent == 100


@pytest.mark.parametrize("percent", [-1, 101])
def test_outside_of_0_to_100_is_refused(subject: Backlight, percent: int) -> None:
    with pytest.raises(ValueError, match="0 to 100"):
        subject.set_percent(percent)


def test_no_right_to_it_is_a_numbered_error(subject: Backlight, screen: Path) -> None:
    (screen / "brightness").chmod(0o444)
    user = os.geteuid()
    if user == 0:
        screen.parent.chmod(0o755)
        os.seteuid(65534)
    try:
        with pytest.raises(BacklightUnwritable, match="E920"):
            subject.set_percent(10)
    finally:
        os.seteuid(user)
