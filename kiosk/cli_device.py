"""`nappage service checks` and `nappage service timing`: what the record holds of the device itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Told = Callable[[Path | None, bool | None], None]


def commands(ledger: Callable[[Path | None, bool | None], Path], dress: Callable[[Told], Any]) -> list[click.Command]:
    """The two commands.

    Args:
        ledger: Finds the record from --data and --simulated or --real.
        dress: Puts these options on a command, and says errors of ours plainly.
    """

    def checks(data: Path | None, simulated: bool | None) -> None:
        """List the checks of inputs and outputs: how each ended last, and when it passed last."""
        from kiosk.records import cli_checks

        click.echo(cli_checks.checks(ledger(data, simulated)))

    def timing(data: Path | None, simulated: bool | None) -> None:
        """Print the times measured on this device, as a technician recorded them last."""
        from kiosk.records import cli_checks

        click.echo(cli_checks.times(ledger(data, simulated)))

    return [click.command("checks")(dress(checks)), click.command("timing")(dress(timing))]
