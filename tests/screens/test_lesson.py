"""A first session on the real glass, by a finger that touches nothing but what the lesson rings.

Application, channel, engine and ledger are the product's; the device is the model in virtual time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.screens.monkey import Ear
from tests.screens.stage import Stage
from tests.view.pupil import Hands, Schoolroom

pytestmark = [pytest.mark.screen, pytest.mark.timeout(240)]
STILL = 400
"""So many looks in a row without anything to follow, and the pupil gives up."""


class Finger:
    """The pupil at the glass. `told` are the sentences that stood there, `touched` the controls."""

    def __init__(self, folder: Path) -> None:
        self.stage = Stage()
        self.bench = Schoolroom(folder)
        self.bench.cycle._seat = Ear(self.stage.server, lambda _: None)
        self.stage.away = True
        self.hands = Hands(self.bench.do, lambda seconds: self.wait(round(seconds / 0.025)))
        self.told: list[str] = []
        self.touched: list[str] = []
        self.rings: list[tuple[str, float]] = []
        self.wait(20)

    @property
    def glass(self) -> Any:
        return self.stage.app.glass

    @property
    def picture(self) -> Any:
        return self.glass.picture

    def wait(self, frames: int) -> None:
        for _ in range(frames):
            self.bench.step()
            self.stage.time.now = self.bench.clock.now
            self.stage.app.cycle(0)
            self.stage.window.canvas.ask_update()
            self.stage.loop.idle()

    def touch(self, widget: Any) -> None:
        from kivy.tests.common import UnitTestTouch

        finger = UnitTestTouch(*widget.to_window(*widget.center))
        finger.touch_down()
        self.wait(round(widget.model.hold_ms / 25) + 3)
        finger.touch_up()
        self.wait(2)

    def reached(self) -> list[Any]:
        from kiosk.screens.reach import reached

        return list(reached(self.glass))

    def tap(self, key: str) -> None:
        self.wait(20)
        self.touch(next(widget for widget in self.reached() if widget.model.key == key))

    def look(self) -> bool:
        """Follows the strip once; whether there was anything to follow."""
        lesson = self.picture.lesson
        if lesson.text and (not self.told or self.told[-1] != lesson.text):
            self.told.append(lesson.text)
        pressed = self.hands.follow(lesson.text)
        self.wait(4)
        from kiosk.screens.reach import ringed

        found = ringed(self.picture.lesson.ring, self.reached())
        if found is None or found.deaf:
            return pressed
        ring = self.glass.ids.ring
        assert ring.on, "the ring is not drawn"
        assert tuple(ring.size) == tuple(found.size)
        self.touched.append(found.model.key)
        self.touch(found)
        return True

    def follow(self, panel: str) -> None:
        idle = 0
        while self.picture.panel != panel:
            idle = 0 if self.look() else idle + 1
            assert idle < STILL, f"nothing is ringed: {self.picture.lesson} on {self.picture.screen}"
            assert len(self.touched) < 400, self.touched[-20:]

    def close(self) -> None:
        self.stage.close()
        self.bench.close()


@pytest.fixture(scope="module")
def taught() -> Iterator[Finger]:
    with tempfile.TemporaryDirectory() as folder:
        finger = Finger(Path(folder))
        finger.tap("lesson:begin")
        finger.follow("lesson")
        yield finger
        finger.close()


def test_who_touches_only_what_is_ringed_comes_to_a_signed_record_and_its_summary(taught: Finger) -> None:
    snapshot = taught.stage.app.snapshot
    assert snapshot is not None
    assert snapshot.session is None
    assert snapshot.last_session == 1
    assert taught.picture.panel == "lesson"
    assert {"stop", "acknowledge", "arm", "arm:confirm", "export:pdf"} <= set(taught.touched)
    assert list(taught.bench.folder.glob("*.pdf"))
