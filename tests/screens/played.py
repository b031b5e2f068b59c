"""The play-through of a whole treatment in virtual time: its own script, at a glass of any size, drawn off screen.

The script is the one that `nappage run --demo` plays by real touches; it sees nothing but the outline, and each touch
comes down where the outline says that the widget stands. Application, channel, engine and ledger are the product's; the
device is the model. A few control cycles pass for each frame.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from kiosk.rehearsal.by_touch import Treatment
from kiosk.rehearsal.console import Console
from kiosk.rehearsal.errors import ScreenStuck
from kiosk.rehearsal.touch import PATIENCE_S, SETTLE_S, Glass, Outline, Widget
from tests.screens.monkey import Ear
from tests.screens.stage import Stage
from tests.view.pupil import Schoolroom

CYCLES = 4
"""Of control, for one frame: ten frames a second, well within the kiosk's lease."""
FRAME_S = CYCLES * 0.025


class Room:
    """The application at one size with a device and a control that only move together with it."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self.stage = Stage(size)
        self.bench = Schoolroom(folder)
        self.bench.cycle._seat = Ear(self.stage.server, lambda _: None)
        self.stage.away = True
        self.wait(FRAME_S)

    def wait(self, seconds: float) -> None:
        """Time passes, a frame for every few cycles."""
        for _ in range(max(1, round(seconds / FRAME_S))):
            for _ in range(CYCLES):
                self.bench.step()
            self.stage.time.now = self.bench.clock.now
            self.stage.app.cycle(0)
            self.stage.window.canvas.ask_update()
            self.stage.loop.idle()

    def close(self) -> None:
        self.stage.close()
        self.bench.close()


class StagedGlass(Glass):
    """The screen of that application, for the script. Pictures are taken only where a folder for them is given."""

    def __init__(self, room: Room, pictures: Path | None = None) -> None:
        self._room = room
        self._at = pictures
        self._number = 0
        self.step = "the start"
        self.seen: set[tuple[str, str]] = set()
        """Screens with their panels that the script has looked at."""

    def look(self) -> Outline:
        from kiosk.screens.outline import outline

        seen = msgspec.convert(outline(self._room.stage.app.glass), Outline)
        self.seen.add((seen.screen, seen.panel))
        return seen

    def until(
        self, condition: Callable[[Outline], bool], what: str, seconds: float = PATIENCE_S, every_s: float = 1.0
    ) -> Outline:
        for _ in range(round(seconds / FRAME_S)):
            seen = self.look()
            if condition(seen):
                return seen
            self._room.wait(FRAME_S)
        raise ScreenStuck(step=self.step, seconds=seconds, what=what, picture=self.picture("stuck"))

    def settled(self) -> Outline:
        seen, now = None, self.look()
        while now != seen:
            self._room.wait(SETTLE_S)
            seen, now = now, self.look()
        return now

    def picture(self, name: str, *, still: bool = False) -> Path:
        self._number += 1
        if self._at is None:
            return Path(name)
        if still:
            self._room.wait(SETTLE_S)
        path = self._at / f"{self._number:02d}-{name}.png"
        self._room.stage.picture(path)
        return path

    def _press(self, widget: Widget, seconds: float) -> None:
        from kivy.tests.common import UnitTestTouch

        x, y = widget.middle
        finger = UnitTestTouch(x, self._room.stage.window.height - y)
        finger.touch_down()
        self._room.wait(seconds)
        finger.touch_up()
        self._room.wait(FRAME_S)


class Words(Console):
    """The bench's console without a wire."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def ask(self, line: str) -> str:
        return self._room.bench.do(line)


def play(room: Room, pictures: Path | None = None) -> tuple[Treatment, StagedGlass]:
    """The whole treatment, from the self-test to the record's PDF.

    Raises:
        NappageError: the script could not go on, with its step.
    """
    glass = StagedGlass(room, pictures)
    treatment = Treatment(glass, Words(room), room.bench.folder, lambda _: None)
    treatment.play()
    return treatment, glass
