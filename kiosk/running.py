"""`nappage run`: which processes there are, in which order they start, and where they find each other."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

import msgspec

from kiosk.places import Places, bench_command, control_command, nappage
from kiosk.rehearsal.errors import NotOfAPlay, ResultsNotKept
from kiosk.shell import say
from kiosk.system.child import ChildPlan, Restart
from kiosk.system.storage import ledger_path, passing_folder
from kiosk.system.supervise import Supervisor


class Running(msgspec.Struct, frozen=True):
    """What `nappage run` was asked for."""

    simulated: bool
    data: Path
    own_data: bool
    """Whether nobody named that folder: a play-through then begins a record of its own in it."""
    profiles: Path
    port: str
    balance: str
    size: tuple[int, int]
    """Width and height of the kiosk's window, px."""
    screen: bool
    """False: no kiosk; control waits for a shell to take its place."""
    demo: str
    """Which play is played by touch; "" for a person at the screen."""
    out: Path


PLAYS = ("treatment", "calibration")
"""What can be played by touch: `kiosk.rehearsal.demo` knows how."""
LEFT = ("record.json", "record.pdf", "certificate.json", "certificate.pdf", "measured.json")
"""Files that a play leaves beside its pictures."""
PICTURES = "screens"
MARK = "made-by-a-play-through.txt"
"""Lies where a play-through left its results: only there the next one takes them away."""
BESIDE_PX = 12
"""Between the kiosk's window, which opens at the display's left, and the bench's."""
BUILT_WRONG = Path(__file__).parent / "rehearsal" / "built_wrong.toml"
"""The device that is calibrated: it needs it."""


def run_all(running: Running) -> int:
    """Start what is needed and supervise it until the end. Returns the exit code."""
    with ExitStack() as closing:
        places = Places(closing.enter_context(passing_folder("nappage-")))
        display = ""
        if running.demo:
            from kiosk.rehearsal.display import own_display

            clear(running)
            display = closing.enter_context(own_display(_said(running.size)))
        plans = [*_bench(running, places), _control(running, places), *_screen(running, places, display)]
        _say(running, places)
        return Supervisor(tuple(plans)).run()


def clear(running: Running) -> None:
    """Take away what the last play-through left, its own record included; a record that somebody named stays.

    Raises:
        NotOfAPlay: E875, something lies there that no play-through left; nothing is taken away.
        ResultsNotKept: E876, the folder cannot be written.
    """
    folders = [running.out / PICTURES, *([running.data] if running.own_data else [])]
    files = [running.out / name for name in LEFT]
    mark = running.out / MARK
    real = ledger_path(running.data, simulated=False)
    try:
        if running.own_data and real.exists():
            raise NotOfAPlay(path=real)
        for path in (*folders, *files):
            if not mark.is_file() and path.exists() and not (path.is_dir() and not any(path.iterdir())):
                raise NotOfAPlay(path=path)
        running.out.mkdir(parents=True, exist_ok=True)
        mark.write_text("The next 'nappage run --demo' into this folder takes away what this one left.\n", "utf-8")
        for path in files:
            path.unlink(missing_ok=True)
        for path in folders:
            shutil.rmtree(path, ignore_errors=True)
        running.data.mkdir(mode=0o750, parents=True, exist_ok=True)
    except NotOfAPlay:
        raise
    except OSError as error:
        raise ResultsNotKept(folder=running.out, why=error.strerror or str(error)) from error


def _say(running: Running, places: Places) -> None:
    kind = "SIMULATED" if running.simulated else "hardware"
    say(f"nappage: {kind}; records in {running.data}; Ctrl-C ends all")
    if not running.screen:
        say(f"nappage: no screen; in another shell: export NAPPAGE_CHANNEL={places.channel}")


def _said(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _bench(running: Running, places: Places) -> list[ChildPlan]:
    """The simulated injector; its memory lies beside the simulated record, as the two belong together."""
    if not running.simulated:
        return []
    build = BUILT_WRONG if running.demo == "calibration" else None
    words = list(bench_command(places, running.data / "injector-memory.bin", 2, balance=True, build=build))
    if not running.demo and os.environ.get("DISPLAY"):
        words += ["--window", "--window-left", str(running.size[0] + BESIDE_PX)]
    return [ChildPlan("bench", tuple(words), Restart.NEVER)]


def _control(running: Running, places: Places) -> ChildPlan:
    return ChildPlan(
        "control",
        control_command(
            places,
            running.data,
            running.profiles,
            None if running.simulated else running.port,
            str(places.balance) if running.simulated else running.balance,
        ),
        Restart.SOMETIMES,
        after="bench" if running.simulated else "",
    )


def _screen(running: Running, places: Places, display: str) -> list[ChildPlan]:
    if not running.screen:
        return []
    words: list[str | Path] = ["kiosk", "--channel", places.channel, "--size", _said(running.size)]
    words += ["--settings", running.data / "screen.json"]
    if not running.demo:
        return [ChildPlan("kiosk", nappage(*words), Restart.ALWAYS, after="control")]
    shown = {"DISPLAY": display, "SDL_VIDEODRIVER": "x11"}  # real touches need the real window, whatever is set here
    player = (
        sys.executable,
        "-m",
        "kiosk.rehearsal.demo",
        running.demo,
        "--outline",
        str(places.outline),
        "--console",
        str(places.console),
        "--data",
        str(running.data),
        "--out",
        str(running.out),
    )
    return [
        ChildPlan(
            "kiosk",
            nappage(*words, "--outline", places.outline),
            Restart.ALWAYS,
            after="control",
            environment=shown,
        ),
        ChildPlan("player", player, Restart.NEVER, after="kiosk", announces=False, environment=shown),
    ]
