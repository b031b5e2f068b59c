"""What is drawn with less work looks the same to the pixel, and less is done before the first picture."""

from __future__ import annotations

import gc
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk import app as kiosk_app
from kiosk.channel.client import Drained
from kiosk.channel.socket import ChannelServer
from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, SCENES
from tests.view.samples.treating import TREATING

pytestmark = pytest.mark.screen
SIDE = 240, 120


def pixels(*drawn: Any) -> bytes:
    """What these instructions draw over a grey ground."""
    from kivy.graphics import Color, Fbo, Rectangle
    from kivy.graphics.opengl import GL_SCISSOR_TEST, glDisable, glEnable

    glDisable(GL_SCISSOR_TEST)
    page = Fbo(size=SIDE)
    for part in (Color(0.5, 0.5, 0.5, 1), Rectangle(size=SIDE), *drawn):
        page.add(part)
    page.draw()
    found = bytes(page.texture.pixels)
    glEnable(GL_SCISSOR_TEST)
    return found


@pytest.mark.parametrize("box", [(3, 5, 120, 56, 8), (0.4, 1.7, 90.3, 61.2, 7.5), (2, 2, 9, 40, 8), (1, 1, 50, 6, 8)])
def test_a_ground_with_its_rim_looks_like_kivys_rounded_rectangles(stage: Stage, box: Any) -> None:
    from kivy.graphics import Color, RoundedRectangle

    from kiosk.screens.widgets.plate import Ground, Rim

    x, y, width, height, radius = box
    inner = x + 1, y + 1, width - 2, height - 2, radius - 1
    ours = Rim(), Ground()
    ours[0].thick, ours[0].box, ours[1].box = 1, box, inner
    theirs = [RoundedRectangle(pos=each[:2], size=each[2:4], radius=[each[4]]) for each in (box, inner)]
    edge, fill = (1, 0, 0, 1), (0, 0, 1, 1)
    assert pixels(Color(*edge), ours[0], Color(*fill), ours[1]) == pixels(
        Color(*edge), theirs[0], Color(*fill), theirs[1]
    )


def test_a_ground_without_room_is_not_drawn(stage: Stage) -> None:
    from kivy.graphics import Color

    from kiosk.screens.widgets.plate import Ground, Rim

    ground, rim = Ground(), Rim()
    ground.box, rim.thick, rim.box = (5, 5, 0, 40, 8), 1, (5, 5, 2, 40, 8)
    assert (ground.box, rim.box, rim.thick) == ((5, 5, 0, 40, 8), (5, 5, 2, 40, 8), 1)
    assert pixels(Color(1, 0, 0, 1), ground, rim) == pixels()


@pytest.mark.parametrize("halign", ["left", "center", "right"])
@pytest.mark.parametrize("valign", ["top", "middle", "bottom"])
@pytest.mark.parametrize("text", ["Armed", "What is missing says always why, in a whole sentence, jagged"])
def test_a_text_looks_like_kivys_label_and_is_drawn_from_less(
    stage: Stage, text: str, halign: str, valign: str
) -> None:
    from kivy.factory import Factory
    from kivy.uix.label import Label

    given = {"text": text, "halign": halign, "valign": valign, "size": (201, 101), "pos": (7, 5)}
    ours: Any = Factory.Text(**given, color=(1, 1, 1, 1))
    stage.frames(2)
    theirs: Any = Label(**given, text_size=ours.size, font_size=ours.font_size, font_name=ours.font_name)
    stage.frames(2)
    assert pixels(ours.canvas) == pixels(theirs.canvas)
    assert ours.texture.width * ours.texture.height < theirs.texture.width * theirs.texture.height


@pytest.mark.parametrize("scene", ["treat-armed", "home", "settings", "panel-depth"])
def test_a_new_page_stands_at_once_where_kivys_own_rounds_leave_it(stage: Stage, scene: str) -> None:
    snapshot, local = SCENES[scene]
    stage.scene(snapshot, local, CATALOGUE)
    glass: Any = stage.app.glass
    rested = [(type(each).__name__, each.pos, each.size) for each in glass.walk(restrict=True)]

    from kiosk.screens.widgets.settle import settle

    settle(glass)

    assert [(type(each).__name__, each.pos, each.size) for each in glass.walk(restrict=True)] == rested


def test_what_control_said_while_the_window_was_made_is_the_first_picture() -> None:
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage()
        server = ChannelServer(Path(folder) / "control.sock", clock=stage.time)
        app = kiosk_app.build(server.path, stage.time)
        server.poll()
        server.publish(msgspec.structs.replace(TREATING, stamp=stage.time.now))
        glass: Any = app.build()
        shown, pages = glass.picture, list(glass._pages)
        app.on_stop()
        server.close()
        stage.close()
    assert (shown.screen, shown.panel, pages) == ("treat", "", ["treat"])


def test_garbage_is_looked_for_again_after_the_first_frame(stage: Stage) -> None:
    gc.disable()
    stage.frames(1)
    assert gc.isenabled()


def test_silence_is_looked_at_ten_times_a_second_and_a_touch_at_once(stage: Stage) -> None:
    stage.scene(*SCENES["treat"], CATALOGUE)
    stage.frames(8)
    looks: list[float] = []
    look = stage.app._look

    def looked(came: Drained) -> None:
        looks.append(stage.time.now)
        look(came)

    stage.app._look = looked
    stage.frames(12)
    assert 1 <= len(looks) <= 3
    looks.clear()
    stage.app.local = msgspec.structs.replace(stage.app.local, panel="mode")
    stage.frames(1)
    assert len(looks) == 1
