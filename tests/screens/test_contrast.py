"""Every text on the glass against the ground it is really drawn on, in every theme (WCAG 2.2, AA)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.screens import theme
from kiosk.view.settings import Settings
from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, SCENES, replace

pytestmark = pytest.mark.screen
LEAST, LEAST_LARGE = 4.5, 3.0
LOOKED_AT = (
    "selftest", "first", "signin", "home-missing", "people", "protocols-clinic", "patient-known", "screening",
    "syringe", "prime-drop", "treat-missing", "treat-armed", "end", "record", "alarms", "alarm", "settings",
    "panel-lock", "panel-stop-open", "panel-question", "panel-dose-fault", "panel-arm", "panel-cover",
)  # fmt: skip
"""One scene of each kind: a picture costs a quarter of a second."""
LARGE_DP = 24.0
"""From this size the standard calls a text large."""


@pytest.fixture(scope="module", params=sorted(theme.THEMES))
def dressed(request: pytest.FixtureRequest) -> Iterator[tuple[Stage, Settings]]:
    stage = Stage()
    yield stage, Settings(theme=request.param)
    theme.use("day")
    stage.close()


def ratio(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    def light(channels: tuple[float, ...]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels[:3]]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def seen(widget: Any) -> bool:
    while widget is not None and hasattr(widget, "opacity") and widget.parent is not widget:
        if widget.opacity == 0:
            return False
        widget = widget.parent
    return True


@pytest.mark.parametrize("scene", LOOKED_AT)
def test_every_text_can_be_read_on_its_ground(dressed: tuple[Stage, Settings], scene: str, tmp_path: Path) -> None:
    from kivy.metrics import dp
    from PIL import Image

    from kiosk.screens.widgets.text import Text

    stage, settings = dressed
    snapshot, local = SCENES[scene]
    stage.scene(snapshot, replace(local, settings=settings), CATALOGUE)
    stage.picture(tmp_path / "scene.png")
    image = Image.open(tmp_path / "scene.png").convert("RGB")
    glass: Any = stage.app.glass
    roots = [glass.ids.over, glass.ids.rail, glass.stop] if glass.panel else [glass]
    poor: list[str] = []
    for root in roots:
        for text in (w for w in root.walk(restrict=True) if isinstance(w, Text) and w.text.strip() and seen(w)):
            x, y = text.to_window(text.x, text.y)
            if text.width < 4 or text.height < 4:
                continue
            box = (
                max(0, int(x)),
                max(0, int(480 - y - text.height)),
                min(800, int(x + text.width)),
                min(480, int(480 - y)),
            )
            colours = Counter(zip(*[iter(image.crop(box).tobytes())] * 3, strict=True))
            ground = tuple(channel / 255 for channel in colours.most_common(1)[0][0])
            found = ratio(tuple(text.color), ground)
            if found < (LEAST_LARGE if text.font_size >= dp(LARGE_DP) else LEAST):
                poor.append(f"{found:.1f} {text.text[:40]!r}")
    assert poor == []
