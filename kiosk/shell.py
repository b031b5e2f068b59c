"""What every command of a shell has in common: how it speaks, how an error is said, and which record is meant."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any, ParamSpec, cast

import click

from drivers.errors import NappageError
from kiosk.system.storage import data_place, ledger_path

P = ParamSpec("P")
REFUSED = 2
SENTENCE = 500
"""Characters that no first sentence of a help text has."""
DATA = click.option("--data", type=click.Path(path_type=Path), help="Data folder (default: where records belong here).")
LEDGER = click.option("--simulated/--real", "simulated", default=None, help="Which record; simulated off a Pi.")


class NotUnderstood(NappageError, ValueError):
    number = 960
    sentence = "'{command}' was not understood: {why}"
    remedy = "The same with --help tells what it takes."


class OutputLost(NappageError, OSError):
    number = 961
    sentence = "What this command says cannot be written ({why})"
    remedy = "Send it to a place with room; what it did is done."


class Commands(click.Group):
    """All commands: what was typed wrongly is an error like any other, and every letter can be written everywhere."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Do what was typed. A letter that the terminal's encoding does not have is written as its number."""
        _open_streams()
        out: object = sys.stdout
        if isinstance(out, io.TextIOWrapper):
            cast("io.TextIOWrapper[Any]", out).reconfigure(errors="backslashreplace")
        return super().main(*args, **extra)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The options before the command."""
        with _understood():
            return super().make_context(info_name, args, parent, **extra)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command with its whole first sentence; click would cut it where the line ends."""
        rows = [(name, self.commands[name].get_short_help_str(SENTENCE)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """The command with its own words."""
        with _understood():
            return super().invoke(ctx)


def _open_streams() -> None:
    """A standard stream that was closed (`>&-`) leads nowhere, and no file that is opened later takes its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115


@contextmanager
def _understood() -> Generator[None]:
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise  # no error: the help is asked for
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "nappage"
        why = " ".join(error.format_message().split()).rstrip(".?")
        click.echo(str(NotUnderstood(command=command, why=why[:1].lower() + why[1:])), err=True)
        sys.exit(REFUSED)


def say(text: str) -> None:
    """Write a line for the person at the shell, at once.

    Raises:
        OutputLost, BrokenPipeError: as `writing`.
    """
    with writing():
        click.echo(text)


@contextmanager
def writing() -> Generator[None]:
    """Something is written for the person at the shell.

    Raises:
        OutputLost: E961, the place where it goes takes nothing, such as a file on a full disk.
        BrokenPipeError: nobody reads any more; click ends the command without a word.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputLost(why=error.strerror or str(error)) from error


@contextmanager
def ended_in_order() -> Generator[None]:
    """SIGTERM and a terminal that is closed leave the block as Ctrl-C does: what was started ends, what was made goes.

    Whoever made SIGHUP mean nothing (nohup) keeps that.
    """
    numbers = [signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, _ended) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ended(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


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
