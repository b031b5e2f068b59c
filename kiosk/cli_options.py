"""What the commands of a shell choose: hardware or simulation, ports, and which folder of profiles is meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import click

from kiosk.shell import P
from kiosk.system.storage import data_place, ledger_path, on_raspberry_pi, profiles_folder

PX_MOST, DIGITS = 16_384, 5
"""Longest side of a window that graphics cards draw, px, and its digits."""
PROFILES = Path(__file__).resolve().parent.parent / "profiles"


def how(command: Callable[P, None]) -> Callable[P, None]:
    """The choice between hardware and simulation; there is no default."""
    simulated = click.option("--simulated", is_flag=True, help="Against the simulator.")
    hardware = click.option("--hardware", is_flag=True, help="Against a real injector.")
    return simulated(hardware(command))


def named(simulated: bool, hardware: bool) -> bool:
    """Whether simulation was named.

    Raises:
        click.UsageError: none was named, or both were.
    """
    if simulated == hardware:
        raise click.UsageError("name one: --simulated or --hardware; there is no default")
    return simulated


NUMBER = click.IntRange(1, 2**63 - 1)
"""Of a session, a row, an alarm or a certificate; the record can hold no larger one."""


class Pixels(click.ParamType[tuple[int, int]]):
    """A window's size, WIDTHxHEIGHT in pixels."""

    name = "WIDTHxHEIGHT"

    def convert(
        self, value: str | tuple[int, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Width and height.

        Raises:
            click.BadParameter: it is no size.
        """
        if isinstance(value, tuple):
            return value
        width, _, height = value.partition("x")
        if not all(side.isdecimal() and len(side) <= DIGITS and 0 < int(side) <= PX_MOST for side in (width, height)):
            self.fail(f"it must be WIDTHxHEIGHT, such as 800x480, each 1 to {PX_MOST}, not '{value[:20]}'", param, ctx)
        return int(width), int(height)


SIZE = click.option(
    "--size",
    type=Pixels(),
    metavar=Pixels.name,
    default="800x480",
    help="Window of the kiosk: 800x480, 1280x720, 720x1280 or another.",
)
PI_CHANNEL = Path("/run/nappage/control.sock")
"""Where the installed units have it."""


INSTALLED: dict[str, Any] = {"default": PI_CHANNEL} if on_raspberry_pi() else {}
"""Only a device has a default; elsewhere the socket has to be named."""
CHANNEL = click.option(
    "--channel",
    type=click.Path(path_type=Path),
    envvar="NAPPAGE_CHANNEL",
    required=True,
    show_envvar=True,
    **INSTALLED,
    help=f"Control's socket; on a Raspberry Pi {PI_CHANNEL}. 'nappage run --no-screen' says its own.",
)
PROFILES_OPTION = click.option(
    "--profiles",
    type=click.Path(path_type=Path),
    help="Folder of the treatment profiles (default: the clinic's own beside the record, else those shipped).",
)
PORT = click.option("--port", default="/dev/nappage-injector", help="The injector's serial port.")
BALANCE = click.option(
    "--balance", default="", show_default=False, help="Serial port of a laboratory balance, for calibrating."
)


def kind_of(path: Path) -> Literal["real", "simulated"]:
    """What the record at this path holds, by its name."""
    return "simulated" if path == ledger_path(path.parent, simulated=True) else "real"


def which_profiles(profiles: Path | None, data: Path | None) -> Path:
    """The folder of profiles that is meant."""
    return profiles_folder(profiles, data_place(data), PROFILES)
