"""The code of the patient's sheet on the glass: whole pixels, and enough of them for a telephone at arm's length."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk import sheet
from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, at
from tests.view.samples.ending import CLOSING

pytestmark = pytest.mark.screen
LEAST_PIXELS = 3


@pytest.mark.parametrize("size", [(800, 480), (1280, 720), (720, 1280)])
def test_the_largest_code_has_three_pixels_to_a_module_on_every_screen(size: tuple[int, int]) -> None:
    stage = Stage(size)
    from kiosk.screens.widgets.code import CodePicture

    try:
        stage.scene(CLOSING, at("aftercare"), CATALOGUE)
        stage.frames(2)
        glass: Any = stage.app.glass
        (subject,) = [widget for widget in glass.walk(restrict=True) if isinstance(widget, CodePicture)]
        assert subject.module >= LEAST_PIXELS
        subject.code = sheet.code("x" * sheet.BYTES_MAX)
        assert subject.code is not None
        assert subject.module >= LEAST_PIXELS
        subject.code = None
        assert subject.module == 0
    finally:
        stage.close()
