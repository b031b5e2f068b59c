"""Where the processes of one run find each other, and the command lines of injector and control that say so."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec


class Places(msgspec.Struct, frozen=True):
    """Sockets and links in a folder that goes when the run ends."""

    folder: Path

    @property
    def channel(self) -> Path:
        """Control's socket."""
        return self.folder / "control.sock"

    @property
    def panel(self) -> Path:
        """The simulated pins."""
        return self.folder / "panel.sock"

    @property
    def console(self) -> Path:
        """The bench's console."""
        return self.folder / "bench.sock"

    @property
    def port(self) -> Path:
        """Link to the simulated injector's serial port."""
        return self.folder / "injector"

    @property
    def balance(self) -> Path:
        """Link to the simulated balance's serial port."""
        return self.folder / "balance"

    @property
    def outline(self) -> Path:
        """Where the kiosk says what stands where, for a play-through."""
        return self.folder / "outline.json"


def nappage(*words: str | Path) -> tuple[str, ...]:
    """The command line of one of our own commands, under the interpreter that runs now."""
    return (sys.executable, "-m", "kiosk.cli", *map(str, words))


def bench_command(
    places: Places, memory: Path, barrel_ml: int, *, balance: bool = False, build: Path | None = None
) -> tuple[str, ...]:
    """The command line of a simulated injector with a syringe of `barrel_ml` in its clamp, over a balance or not.

    `build`: a file with the figures of another device of its kind.
    """
    at: tuple[str | Path, ...] = ("--link", places.port, "--panel", places.panel, "--console", places.console)
    words: tuple[object, ...] = (*at, "--memory", memory, "--barrel", barrel_ml, "--real-time", "--quiet")
    words += ("--balance", places.balance) if balance else ()
    words += ("--build", build) if build is not None else ()
    return (sys.executable, "-m", "hal_sim", *map(str, words))


def control_command(
    places: Places, data: Path, profiles: Path, port: str | None = None, balance: str = ""
) -> tuple[str, ...]:
    """The command line of a control process for the injector at `port`; None is the simulated one.

    An empty text is a port that nobody named, never a wish for the simulator: control refuses it.
    """
    chosen: tuple[str | Path, ...] = ("--simulated", "--port", places.port, "--panel", places.panel)
    if port is not None:
        chosen = ("--hardware", "--port", port)
    chosen += ("--balance", balance) if balance else ()
    return nappage("control", *chosen, "--channel", places.channel, "--data", data, "--profiles", profiles)
