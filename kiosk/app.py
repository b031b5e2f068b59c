"""Builds the Kivy process: our own settings before Kivy is imported, then the application on the channel."""

# Kivy carries no types; what it returns is Unknown to pyright here as in kiosk/screens.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import gc
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.channel.client import ChannelClient

if TYPE_CHECKING:
    from kiosk.screens.application import KioskApp, Machine

KIVY_HOME = Path(__file__).parent / "kivy-home"
"""Where Kivy looks for settings, icons and modules of a person: nothing lies there, and it writes nothing there. It is
no folder made for each start, which a killed kiosk would leave behind, and not the person's own."""
FRAMES = 60
"""Frames a second at most; 0 would cost a whole core while idle. The application asks for fewer while nobody treats."""


def prepare(size: tuple[int, int], fullscreen: bool = False) -> None:
    """Writes our own Kivy settings and points Kivy at them. Must run before anything imports Kivy.

    Exactly one provider of touches: the window's mouse under X, mtdev on a bare screen (both would give each tap
    twice). The default clock: the interrupted one looks for input some hundred times a second to save a thread a few
    milliseconds, and no thread hands anything to the screen. No multisampling: lines are smooth by themselves, and a
    frame drawn in software takes twice as long with it. Until the first frame nothing is looked through for what is no
    longer used: it is all still needed. A window opens at the display's upper left, so that the bench's has its place
    beside it. Args: size in pixels.
    """
    gc.disable()  # `KioskApp` enables it again
    os.environ["KIVY_HOME"] = str(KIVY_HOME)
    for switch in ("KIVY_NO_CONFIG", "KIVY_NO_ARGS", "KIVY_NO_FILELOG"):
        os.environ[switch] = "1"
    os.environ.setdefault("KCFG_KIVY_LOG_LEVEL", "warning")
    # Kivy builds its defaults by "upgrading" an empty configuration and tells of it before any level was read.
    logging.getLogger("kivy").setLevel(logging.WARNING)
    from kivy.config import Config

    for section, key, value in (
        ("kivy", "log_level", "warning"),
        ("kivy", "kivy_clock", "default"),
        ("kivy", "exit_on_escape", "0"),
        ("kivy", "pause_on_minimize", "0"),
        ("graphics", "width", str(size[0])),
        ("graphics", "height", str(size[1])),
        ("graphics", "fullscreen", "auto" if fullscreen else "0"),
        ("graphics", "position", "auto" if fullscreen else "custom"),
        ("graphics", "left", "0"),
        ("graphics", "top", "0"),
        ("graphics", "maxfps", str(FRAMES)),
        ("graphics", "multisamples", "0"),
        ("graphics", "resizable", "0"),
        ("graphics", "show_cursor", "0" if fullscreen else "1"),
        ("graphics", "allow_screensaver", "0"),
    ):
        Config.set(section, key, value)
    bare = not (os.environ.get("DISPLAY") or os.environ.get("SDL_VIDEODRIVER") == "offscreen")
    Config.remove_section("input")
    Config.add_section("input")
    if bare:
        Config.set("input", "mtdev_%(name)s", "probesysfs,provider=mtdev")
    else:
        Config.set("input", "mouse", "mouse,disable_multitouch")


def build(
    channel_path: Path,
    clock: Callable[[], float] = time.monotonic,
    outline: Path | None = None,
    on_flip_done: Callable[[], None] | None = None,
    kept: Path | None = None,
    machine: Machine | None = None,
) -> KioskApp:
    """The application on the channel at this path; `prepare` must have run.

    Args:
        channel_path: control's socket; the kiosk waits for it and connects again by itself.
        clock: monotonic seconds.
        outline: file for the outline of the screen, None for none.
        on_flip_done: called after each completed flip; feeds systemd's watchdog (WDG-3).
        kept: file in which the settings of this screen are kept; None to keep none.
        machine: light, frames and sound; None for what is found here, without a backlight.
    """
    client = ChannelClient(channel_path, "kiosk", clock)
    client.seek()  # control says what is while the window is being made
    from kiosk.screens.application import KioskApp

    return KioskApp(client, clock, outline, on_flip_done, kept, machine or found())


def found(light: Callable[[int], None] | None = None) -> Machine:
    """What this machine has: the light given, and a click where there is a sound card."""
    from kiosk.screens import click
    from kiosk.screens.application import Machine

    return Machine(finish=os.environ.get("SDL_VIDEODRIVER") == "offscreen", light=light, click=click.find())


def main(
    channel_path: Path,
    size: tuple[int, int] = (800, 480),
    fullscreen: bool = False,
    outline: Path | None = None,
    on_flip_done: Callable[[], None] | None = None,
    light: Callable[[int], None] | None = None,
    kept: Path | None = None,
) -> None:
    """Runs the kiosk until its window is closed or the process gets SIGTERM."""
    prepare(size, fullscreen)
    build(channel_path, time.monotonic, outline, on_flip_done, kept, found(light)).run()
