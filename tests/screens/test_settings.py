"""Settings by touch: a second theme is data, and what was chosen is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kiosk.screens import keeping, theme
from kiosk.view.errors import SettingsNotKept, SettingsUnreadable
from kiosk.view.settings import Settings
from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, SCENES, replace, snap

pytestmark = pytest.mark.screen


def test_the_night_theme_is_put_on_by_touch_at_once(stage: Stage, tmp_path: Path) -> None:
    from PIL import Image

    stage.scene(*SCENES["settings"], CATALOGUE)
    stage.tap("theme:night")
    stage.publish(snap())
    stage.frames(2)
    stage.wait(0.5)
    assert stage.find("theme:night").model.selected
    stage.picture(tmp_path / "night.png")
    shown: Any = Image.open(tmp_path / "night.png")
    ground = tuple(int(theme.THEMES["night"]["paper"][at : at + 2], 16) for at in (0, 2, 4))
    assert shown.getpixel((4, 400)) == ground
    stage.tap("theme:day")
    stage.frames(2)
    assert theme.chosen() == "day"


def test_what_was_chosen_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state/screen.json"
    first = Stage(kept=path)
    first.scene(*SCENES["settings"], CATALOGUE)
    first.tap("sleep:60")
    first.tap("click:off")
    first.close()
    second = Stage(kept=path)
    assert second.app.local.settings == Settings(sleep_s=60, click=False)
    second.close()


def test_damaged_settings_are_said_and_the_usual_ones_count(tmp_path: Path) -> None:
    path = tmp_path / "screen.json"
    path.write_text('{"sleep_s": 5}')
    stage = Stage(kept=path)
    assert stage.app.local.settings == Settings()
    assert stage.app.local.notice.startswith("E808")
    stage.close()


def test_settings_that_cannot_be_kept_are_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    stage = Stage(kept=tmp_path / "file/screen.json")
    stage.app.local = replace(stage.app.local, notice="")
    stage.scene(*SCENES["settings"], CATALOGUE)
    stage.tap("sleep:60")
    stage.close()
    assert stage.app.local.notice.startswith("E809")


@pytest.mark.parametrize(
    "text", ["", "[]", '{"theme": "pink"}', '{"brightness": 0}', '{"sleep_s": 100000}', '{"x": 1}']
)
def test_only_whole_and_sound_settings_are_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "screen.json"
    path.write_text(text)
    with pytest.raises(SettingsUnreadable):
        keeping.read(path)


def test_settings_that_are_no_text_are_said_and_the_screen_starts(tmp_path: Path) -> None:
    """One changed byte in a text is no error of the decoder's own kind."""
    path = tmp_path / "screen.json"
    path.write_bytes(b'{"theme":"\xff"}')
    with pytest.raises(SettingsUnreadable, match="utf-8"):
        keeping.read(path)


def test_settings_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "screen.json"
    keeping.keep(path, Settings(theme="night"))
    (tmp_path / "screen.part").mkdir()
    with pytest.raises(SettingsNotKept):
        keeping.keep(path, Settings())
    assert keeping.read(path) == Settings(theme="night")
