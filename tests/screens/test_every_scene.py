"""Every scene on one lasting application: STOP acts on each, and no button is dead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kiosk.channel import commands as c
from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, SCENES

pytestmark = pytest.mark.screen


@pytest.fixture(scope="module")
def lasting() -> Iterator[Stage]:
    """One application for all scenes: its pages are built once, as on a device."""
    stage = Stage()
    yield stage
    stage.close()


def show(stage: Stage, scene: str) -> None:
    stage.scene(*SCENES[scene], CATALOGUE)


@pytest.mark.requirement("STP-2", "ACC-3")
@pytest.mark.parametrize("scene", SCENES)
def test_stop_is_sent_at_touch_down_on_every_screen_and_under_every_panel(lasting: Stage, scene: str) -> None:
    stage = lasting
    show(stage, scene)
    assert stage.app.glass is not None
    touch = stage.down(stage.app.glass.stop)
    assert stage.heard == [c.Stop()]
    touch.touch_up()
    stage.frames()
    assert stage.heard == [c.Stop()]


@pytest.fixture(scope="module")
def pressed() -> set[tuple[str, str, str]]:
    """Screen, panel, and the whole of a thing to touch, with what it does."""
    return set()


@pytest.mark.requirement("UI-5")
@pytest.mark.parametrize("scene", SCENES)
def test_every_button_does_something(lasting: Stage, pressed: set[tuple[str, str, str]], scene: str) -> None:
    """What is to the last word the same on the same screen is pressed in one scene of it."""
    stage = lasting
    show(stage, scene)
    widgets = stage.touchables()
    letters = [widget.model.key for widget in widgets if widget.model.key.startswith("key:")]
    common = FRAME if scene not in ("home", "treat", "alarms") else {"stop"}
    shown: Any = stage.app.glass.picture  # type: ignore[union-attr]
    there = {widget.model.key: (shown.screen, shown.panel, repr(widget.model)) for widget in widgets}
    as_shown = True
    for key, whole in there.items():
        if key in common or key in letters[1:] or whole in pressed:
            continue
        if not as_shown:
            show(stage, scene)
        stage.heard.clear()
        before, pages = stage.app.glass.picture, turned(stage)  # type: ignore[union-attr]
        touch = stage.find(key).model
        if touch.hold_ms:
            stage.hold(key, touch.hold_ms / 1000 + 0.2)
        else:
            stage.tap(key)
        changed = stage.app.glass.picture != before or turned(stage) != pages  # type: ignore[union-attr]
        assert stage.heard or changed or touch.selected, key
        pressed.add(whole)
        as_shown = touch.selected and not stage.heard and not changed


FRAME = {"stop", "back", "alarms", "lock", "signout", "settings", "help", "strip:alarms"}
"""Keys around every screen: pressed on three of them."""


def turned(stage: Stage) -> list[tuple[float, bool]]:
    from kiosk.screens.widgets.rows import PagedRows

    glass: Any = stage.app.glass
    return [(w.page, w.page < w.pages - 1) for w in glass.walk(restrict=True) if isinstance(w, PagedRows)]
