"""A technician by touch on the real window: PIN pad, holds, the line checked against a closed outlet, a depth reading.

`make rehearse-calibration` plays a whole calibration, which takes 25 minutes; here it goes as far as the first reading.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.places import nappage
from kiosk.protocols.library import SHIPPED
from kiosk.records.connection import open_reader, run
from kiosk.rehearsal.calibration import TECHNICIAN, Calibration
from kiosk.rehearsal.console import Console
from kiosk.rehearsal.display import own_display
from kiosk.rehearsal.stage import Stage
from kiosk.rehearsal.touch import Glass
from kiosk.running import BUILT_WRONG
from kiosk.system.storage import ledger_path
from tests.rehearsal.played import a_shell_s

pytestmark = [
    pytest.mark.screen,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"),
]


class Played(Calibration):
    """A check, then as far as the first reading, and away."""

    shown_um: int | None = None
    checked = ""

    def play(self) -> None:
        self._self_test()
        self._sign_in(TECHNICIAN)
        self._check_the_line()
        self._open()
        self._glass.tap("depth")
        self._offered("zero")
        self._glass.tap("zero")
        self._offered("move")
        self._glass.tap("move")
        self.shown_um = self._read(pictured=False)
        self._offered("move")
        self._leave()

    def _check_the_line(self) -> None:
        glass = self._glass
        glass.tap("inputs")
        self._on("inputs")
        glass.tap("checks")
        self._on("checks")
        self._tell("needle remove")
        self._tell("fault occlusion on")
        self._pick("check:load", "checks:later")
        glass.until(lambda seen: seen.panel == "choice", "the question whether anybody is near")
        self._picture("check-load")
        glass.tap("away:load")
        self.checked = glass.until(lambda seen: "outlet closed" in seen.message, "how the check ended").message
        self._picture("checked-load")
        self._tell("fault occlusion off")
        self._tell("needle fit")
        glass.tap("back")
        self._on("inputs")
        glass.tap("back")
        self._on("home")


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    outline = tmp_path / "outline.json"
    with (
        own_display("800x480") as display,
        Stage(tmp_path, SHIPPED, 5, balance=True, build=BUILT_WRONG) as stage,
        Console(stage.console) as console,
    ):
        monkeypatch.setenv("DISPLAY", display)
        words = nappage(
            "kiosk", "--channel", stage.channel, "--outline", outline, "--settings", tmp_path / "screen.json"
        )
        kiosk = subprocess.Popen(words, env=a_shell_s() | {"SDL_VIDEODRIVER": "x11"}, stdout=subprocess.DEVNULL)
        try:
            with Glass(outline, tmp_path / "screens") as glass:
                yield Played(glass, console, tmp_path / "exports", lambda _: None)
        finally:
            kiosk.terminate()
            kiosk.wait(20)
            stage.end_control()


@pytest.mark.requirement("ACU-2", "ACU-3")
def test_the_line_is_checked_a_depth_is_read_and_leaving_keeps_the_old_calibration(
    played: Played, tmp_path: Path
) -> None:
    played.play()
    assert played.checked.startswith("Line pressure, outlet closed: passed. The plunger stopped at ")
    assert played.shown_um is not None
    assert 700 < played.shown_um < 800, "0.50 mm, a quarter of a millimetre too deep and 3 % more: by physics"
    db = open_reader(ledger_path(tmp_path, simulated=True))
    points = [json.loads(body) for (body,) in run(db, "SELECT body FROM event WHERE kind = 'calibration point'")]
    left = [text for (text,) in run(db, "SELECT sentence FROM event WHERE kind = 'calibration' ORDER BY row")][-1]
    db.close()
    assert [point["gauge_um"] for point in points if point["what"] == "gauge"] == [played.shown_um]
    assert left == "Calibration left (asked): number 1 is in force"
