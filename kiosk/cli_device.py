"""`nappage service checks` and `nappage service timing`: what the record holds of the device itself."""

from __future__ import annotations

from pathlib import Path

import click

from kiosk.shell import DATA, LEDGER, chosen_ledger, plainly


@click.command("checks")
@DATA
@LEDGER
@plainly
def checks(data: Path | None, simulated: bool | None) -> None:
    """List the checks of inputs and outputs: how each ended last, and when it passed last."""
    from kiosk.records import cli_checks

    click.echo(cli_checks.checks(chosen_ledger(data, simulated)))


@click.command("timing")
@DATA
@LEDGER
@plainly
def timing(data: Path | None, simulated: bool | None) -> None:
    """Print the times measured on this device, as a technician recorded them last."""
    from kiosk.records import cli_checks

    click.echo(cli_checks.times(chosen_ledger(data, simulated)))
