"""`nappage run --simulated --demo` from an empty folder: a whole treatment by real touches, and what it leaves.

In the middle of it, armed and with the pedal down, the kiosk is killed: control disarms, the kiosk comes back to the
same session, and the play-through goes on from there.
"""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PIL import Image

from kiosk.channel.snapshot import Snapshot
from kiosk.channel.socket import ChannelClient
from kiosk.records import chain
from tests.rehearsal.played import Started, await_end_of, processes, started

pytestmark = [
    pytest.mark.screen,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"),
]
PATIENCE_S = 600.0
"""A whole play-through with the coverage measured in all its processes, on a machine with others on it."""


class Played(NamedTuple):
    """What one play-through left."""

    code: int
    said: str
    out: Path
    family: list[int]
    disarmed: Snapshot
    session: int
    kiosks: tuple[int, int]

    @property
    def record(self) -> dict[str, Any]:
        return json.loads((self.out / "record.json").read_text())


def control_socket(subject: Started) -> Path:
    words = next(words for words in subject.family().values() if "cli control" in words).split()
    return Path(words[words.index("--channel") + 1])


def seen_that(client: ChannelClient, condition: Callable[[Snapshot], bool]) -> Snapshot:
    """The first snapshot that meets the condition."""
    by = time.monotonic() + PATIENCE_S
    with selectors.DefaultSelector() as selector:
        selector.register(client.fileno(), selectors.EVENT_READ)
        while selector.select(by - time.monotonic()):
            snapshot = client.drain().snapshot
            if snapshot is not None and condition(snapshot):
                return snapshot
    raise AssertionError("it did not come")


def fires_by_pedal(shown: Snapshot) -> bool:
    return shown.treat is not None and shown.treat.arming is not None and shown.treat.pedal


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    out = tmp_path_factory.mktemp("demo") / "out"
    with started("run", "--simulated", "--demo", "--out", out) as subject:
        subject.await_word("drawing")
        family = list(subject.family())
        client = ChannelClient(control_socket(subject), "shell")
        client.connect()
        armed = seen_that(client, fires_by_pedal)
        player, kiosk = subject.child("rehearsal.demo"), subject.child("cli kiosk")
        os.kill(player, signal.SIGSTOP)  # its hand stays where it is: the bench holds the pedal down
        os.kill(kiosk, signal.SIGKILL)
        disarmed = seen_that(client, lambda shown: shown.treat is not None and shown.treat.arming is None)
        client.close()
        os.kill(player, signal.SIGCONT)
        subject.await_word("drawing", times=2)
        again = subject.child("cli kiosk")
        family += list(subject.family())
        subject.await_word("; ending all")
        code = subject.process.wait(30)
        await_end_of(family)
    assert armed.session is not None
    return Played(code, subject.said, out, family, disarmed, armed.session.number, (kiosk, again))


@pytest.mark.requirement("UI-4", "LED-11")
def test_a_whole_treatment_is_played_by_touch_and_recorded(played: Played) -> None:
    assert played.code == 0, played.said
    record = played.record
    shots = [shot for shot in record["shots"] if shot["kind"] == "treatment"]
    assert record["simulated"] is True
    assert len(shots) == record["closing"]["shots"] >= 2 + 6 + 4 + 10
    assert len({row["mode"] for row in record["authorisations"] if row["kind"] == "treatment"}) == 3
    assert {(shot["zone"], shot["side"], shot["depth_um"], shot["dose_nl"]) for shot in shots} == {
        ("temple", "left", 600, 22_000)
    }
    assert {"stop", "stop acknowledged", "soft limit"} <= {event["kind"] for event in record["events"]}
    assert sum(event["kind"] == "syringe" for event in record["events"]) == 2
    assert not chain.verify(played.out / "data" / "ledger-simulated.sqlite").blocks


@pytest.mark.requirement("WDG-5")
def test_a_kiosk_killed_while_armed_is_disarmed_and_comes_back_to_the_same_session(played: Played) -> None:
    assert "the screen that it was armed from is not connected any more" in played.disarmed.notices[-1].sentence
    assert played.kiosks[0] != played.kiosks[1]
    assert played.record["session"]["session"] == played.session == 1
    assert played.code == 0, played.said


@pytest.mark.requirement("UI-4")
def test_the_pdf_says_simulated(played: Played) -> None:
    words = subprocess.run(
        ["pdftotext", str(played.out / "record.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "SIMULATED" in words
    assert "DEMO1" in words


@pytest.mark.requirement("UI-4")
def test_the_pictures_show_screens(played: Played) -> None:
    pictures = sorted((played.out / "screens").glob("*.png"))
    assert len(pictures) >= 25
    # The kiosk is killed while the pedal is down: what is on the display then is nobody's screen.
    assert [path.name for path in pictures if not is_drawn(path) and "pedal" not in path.name] == []


def is_drawn(path: Path) -> bool:
    """A screen of ours: of the right size, many colours, and the red of STOP at its place in the top right corner."""
    with Image.open(path) as image:
        shown = image.convert("RGB")
    red, green, blue = shown.getpixel((760, 20))  # type: ignore[misc]
    colours = shown.getcolors(1_000_000)
    return shown.size == (800, 480) and red > 150 > green + blue and colours is not None and len(colours) > 50


def test_a_blank_picture_is_found(tmp_path: Path) -> None:
    Image.new("RGB", (800, 480)).save(tmp_path / "blank.png")
    assert not is_drawn(tmp_path / "blank.png")


def test_nothing_is_left_running(played: Played) -> None:
    assert [words for _, _, words in processes() if str(played.out) in words] == []
