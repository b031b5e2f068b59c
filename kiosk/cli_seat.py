"""A shell in the kiosk's seat: a technician signs in with a PIN, does something step by step, and leaves.

Only this file knows how a shell leaves the seat: Ctrl-C, a closed terminal and SIGTERM all leave what is open half-way,
with what is in force as it is, and sign out.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Protocol, TypeVar

import click

from kiosk.shell import say

if TYPE_CHECKING:
    from kiosk.terminal.guide import Terminal

NAME = click.option("--name", prompt="Name of the technician", help="Name of the account that does it.")


class Visit(Protocol):
    """What is done in the seat."""

    def sign_in(self, name: str, pin: str) -> None: ...
    def run(self) -> None: ...
    def leave(self) -> None: ...


Sat = TypeVar("Sat", bound=Visit)


def sit(channel: Path, name: str, begin: Callable[[Terminal], Sat]) -> Sat:
    """Do it, as `name`; the PIN is asked for and never shown.

    Raises:
        NappageError: nobody is there, the seat is held, or it was not begun.
    """
    from kiosk.terminal.guide import Left, Terminal
    from kiosk.terminal.seat import Seat

    given = _pin()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _as_ctrl_c)
    seat = Seat(channel)
    try:
        visit = begin(Terminal(seat, say, _pin))
        try:
            visit.sign_in(name, given)
            with suppress(Left, KeyboardInterrupt):
                visit.run()
        finally:
            visit.leave()
    finally:
        seat.close()
    return visit


def _pin() -> str:
    """The PIN of whoever does it, typed and not shown."""
    return click.prompt("PIN", hide_input=True)


def _as_ctrl_c(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
