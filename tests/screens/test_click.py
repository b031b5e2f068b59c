"""The click of a shot, through the application and on what a machine has."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from kiosk.screens import click
from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, SCENES, replace
from tests.view.samples.treating import TREAT, TREATING

pytestmark = pytest.mark.screen


def test_a_shot_that_was_recorded_clicks_once(stage: Stage) -> None:
    stage.scene(*SCENES["treat-armed"], CATALOGUE)
    stage.clicks.clear()
    for _ in range(3):
        stage.publish(replace(TREATING, treat=replace(TREAT, shot_count=TREAT.shot_count + 1)))
        stage.frames(2)
    assert len(stage.clicks) == 1


def test_without_a_sound_card_there_is_no_click_and_no_complaint(tmp_path: Path) -> None:
    assert click.find(tmp_path) is None
    (tmp_path / "pcmC0D0c").touch()  # a microphone only
    assert not click.has_card(tmp_path)
    (tmp_path / "pcmC0D0p").touch()
    assert click.has_card(tmp_path)


def test_the_click_is_short() -> None:
    with wave.open(str(click.SOUND)) as sound:
        assert 0 < sound.getnframes() / sound.getframerate() < 0.03
