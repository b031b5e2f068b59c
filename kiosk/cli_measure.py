"""`nappage calibrate dose` and `depth`: a calibration from a shell, in the kiosk's seat, with the screen's checks."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kiosk.cli_options import CHANNEL
from kiosk.cli_seat import NAME, sit
from kiosk.shell import plainly, say

if TYPE_CHECKING:
    from kiosk.terminal.measuring import Depth, Dose

HALF_WAY = 1
MOST = 1_000_000
"""Nothing that is typed here is as large; what it may be, control says."""


class Exact(click.ParamType[int]):
    """A number with its decimals, in whole units of `one`."""

    name = "number"

    def __init__(self, one: int) -> None:
        self._one = one

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            found = Decimal(str(value))
        except InvalidOperation:
            self.fail(f"'{value}' is no number", param, ctx)
        if not (found.is_finite() and -MOST < found < MOST):
            self.fail(f"'{value}' is no number below {MOST:,}", param, ctx)
        found *= self._one
        if found != int(found):
            self.fail(f"'{value}' has too many decimals", param, ctx)
        return int(found)


@click.command("dose")
@click.option("--barrel", required=True, help="Key of the syringe: 1ml, 2ml, 5ml or 10ml.")
@click.option(
    "--smallest-nl", type=click.IntRange(1, 200_000), default=2_000, show_default=True, help="Smallest usable dose, nL."
)
@click.option(
    "--fill-nl",
    type=click.IntRange(0, 10_000_000),
    default=0,
    show_default=False,
    help="What is in the syringe, nL (default: it is full).",
)
@click.option(
    "--printed-ml",
    type=click.IntRange(0, 10),
    default=0,
    show_default=False,
    help="Volume printed on it, where none is sensed.",
)
@click.option("--temperature", type=Exact(100), help="Where it is weighed, degrees C; asked for without it.")
@click.option("--pressure-hpa", type=Exact(100), help="Air pressure, hPa.")
@click.option("--humidity", type=Exact(1), help="Humidity, %.")
@CHANNEL
@NAME
@plainly
def dose(  # noqa: PLR0913  one for each option
    barrel: str,
    smallest_nl: int,
    fill_nl: int,
    printed_ml: int,
    temperature: int | None,
    pressure_hpa: int | None,
    humidity: int | None,
    name: str,
    channel: Path,
) -> int:
    """Weigh a syringe's doses, correct them and prove them, step by step. Exit code 1: it was left half-way.

    It takes the screen's place at a running control: end the kiosk first, or start 'nappage run' with --no-screen. The
    PIN is asked for and never shown.
    """
    from kiosk.terminal.measuring import Dose

    room = None
    if temperature is not None and pressure_hpa is not None and humidity is not None:
        room = (temperature, pressure_hpa, humidity)
    elif (temperature, pressure_hpa, humidity) != (None, None, None):
        raise click.UsageError("name --temperature, --pressure-hpa and --humidity together, or none of them")
    return _measure(channel, name, Dose(barrel, smallest_nl, fill_nl, printed_ml * 1_000_000, room))


@click.command("depth")
@CHANNEL
@NAME
@plainly
def depth(name: str, channel: Path) -> int:
    """Read the needle's depth under a gauge, correct it and prove it. Exit code 1: it was left half-way.

    It takes the screen's place at a running control: end the kiosk first, or start 'nappage run' with --no-screen. The
    PIN is asked for and never shown.
    """
    from kiosk.terminal.measuring import Depth

    return _measure(channel, name, Depth())


def _measure(channel: Path, name: str, plan: Dose | Depth) -> int:
    from kiosk.terminal.measuring import Measuring

    measuring = sit(channel, name, lambda terminal: Measuring(terminal, plan))
    if not measuring.done:
        say("Left half-way: nothing that was measured counts.")
    return 0 if measuring.done else HALF_WAY
