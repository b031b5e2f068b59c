"""`nappage service check`, `checks` and `timing`: the guided checks from a shell, and what the record holds of them."""

from __future__ import annotations

from pathlib import Path
from typing import cast, get_args

import click

from kiosk.channel.checking_commands import CheckKey
from kiosk.cli_options import CHANNEL
from kiosk.cli_seat import NAME, sit
from kiosk.shell import DATA, LEDGER, chosen_ledger, plainly, say

KEYS: tuple[CheckKey, ...] = get_args(CheckKey)


LISTED = """\b
CHECK is one or more of
  stop, pedal, trigger, contact, needle, syringe   an input that a person uses
  pressure, load                                   the line pressure: at rest, against a closed outlet
  home, relay                                      the home switch; the enable relay and its feedback
  red, yellow, cyan, buzzer                        a lamp that has to be seen, a tone that has to be heard
  all                                              every one of them, in this order"""


@click.command("check", epilog=LISTED)
@click.argument("keys", metavar="CHECK...", nargs=-1, required=True, type=click.Choice([*KEYS, "all"]))
@CHANNEL
@NAME
@plainly
def check(keys: tuple[str, ...], name: str, channel: Path) -> int:
    """Check inputs and outputs one by one: says what to do, sees it by itself, and records how each ended.

    It takes the screen's place at a running control: end the kiosk first, or start 'nappage run' with --no-screen. The
    PIN is asked for and never shown. The touch test needs the screen. Exit code 1: not all passed.
    """
    from kiosk.terminal.checking import Checking

    asked = KEYS if "all" in keys else cast("tuple[CheckKey, ...]", tuple(dict.fromkeys(keys)))
    done = sit(channel, name, lambda terminal: Checking(terminal, asked))
    say(f"{len(done.passed)} of {len(asked)} passed.")
    return 0 if len(done.passed) == len(asked) else 1


@click.command("checks")
@DATA
@LEDGER
@plainly
def checks(data: Path | None, simulated: bool | None) -> None:
    """List the checks of inputs and outputs: how each ended last, and when it passed last."""
    from kiosk.records import cli_checks

    say(cli_checks.checks(chosen_ledger(data, simulated)))


@click.command("timing")
@DATA
@LEDGER
@plainly
def timing(data: Path | None, simulated: bool | None) -> None:
    """Print the times measured on this device, as a technician recorded them last."""
    from kiosk.records import cli_checks

    say(cli_checks.times(chosen_ledger(data, simulated)))
