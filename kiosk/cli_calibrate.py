"""`nappage calibrate ...`: measuring, worksheets, certificates, history; each hands over to its room."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from kiosk import cli_measure
from kiosk.cli_options import NUMBER
from kiosk.shell import DATA, LEDGER, Commands, chosen_ledger, plainly, say


@click.group(cls=Commands)
def calibrate() -> None:
    """Measure against balance and gauge; what was measured: judged, certified, compared over time."""


calibrate.add_command(cli_measure.dose)
calibrate.add_command(cli_measure.depth)


@calibrate.command("worksheet")
@click.argument("file", type=click.Path(path_type=Path))
@plainly
def calibrate_worksheet(file: Path) -> int:
    """Judge a FILE of weights and gauge readings and propose corrections. Exit code 1: something does not pass."""
    from kiosk.calibration.worksheet import judge

    told, passes = judge(file)
    say(told)
    return 0 if passes else 1


@calibrate.command("certificates")
@DATA
@LEDGER
@plainly
def calibrate_certificates(data: Path | None, simulated: bool | None) -> int:
    """List the certificates of the record, newest first."""
    from kiosk.records.cli_calibration import list_certificates

    say(list_certificates(chosen_ledger(data, simulated)))
    return 0


@calibrate.command("certificate")
@click.argument("number", type=NUMBER)
@click.option("--format", "form", type=click.Choice(("pdf", "json")), default="pdf", help="What to write.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), help="Folder to write to.")
@DATA
@LEDGER
@plainly
def calibrate_certificate(
    number: int, form: Literal["pdf", "json"], out: Path, data: Path | None, simulated: bool | None
) -> int:
    """Export one certificate, by its NUMBER."""
    from kiosk.records.cli_calibration import certificate

    say(f"wrote {certificate(chosen_ledger(data, simulated), number, form, out)}")
    return 0


@calibrate.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@DATA
@LEDGER
@plainly
def calibrate_verify(file: Path, data: Path | None, simulated: bool | None) -> int:
    """Say whether the record holds exactly the certificate in FILE (JSON). Exit code 2: it does not."""
    from kiosk.records.cli_calibration import verify_certificate

    told, code = verify_certificate(chosen_ledger(data, simulated), file)
    say(told)
    return code


@calibrate.command("history")
@DATA
@LEDGER
@plainly
def calibrate_history(data: Path | None, simulated: bool | None) -> int:
    """How depth and doses drifted: as found and as left at every proof, with what is allowed."""
    from kiosk.records.cli_calibration import history

    say(history(chosen_ledger(data, simulated)))
    return 0
