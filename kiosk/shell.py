"""What every command of a shell has in common: how an error is said, and which record is meant."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click

from drivers.errors import NappageError
from kiosk.system.storage import data_place, ledger_path

P = ParamSpec("P")
REFUSED = 2
DATA = click.option("--data", type=click.Path(path_type=Path), help="Data folder (default: where records belong here).")
LEDGER = click.option("--simulated/--real", "simulated", default=None, help="Which record; simulated off a Pi.")


def plainly(command: Callable[P, int | None]) -> Callable[P, None]:
    """Say an error of ours in one sentence and leave with its exit code; a command's own number is its exit code."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except NappageError as error:
            click.echo(str(error), err=True)
            sys.exit(REFUSED)
        sys.exit(code or 0)

    return wrapped


def chosen_ledger(data: Path | None, simulated: bool | None) -> Path:
    """The record in a data folder; without a word the simulated one off a Pi, the real one on it.

    It may not be there; nothing is made.
    """
    from kiosk.system.storage import on_raspberry_pi

    return ledger_path(data_place(data), simulated=not on_raspberry_pi() if simulated is None else simulated)
