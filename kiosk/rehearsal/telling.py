"""What a rehearsal tells the person at the shell: a bar on a terminal, plain lines elsewhere, and a summary."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

import click

from kiosk.rehearsal.audit import Found
from kiosk.shell import writing

BAR = 30
LINES = 10
"""Plain lines that a whole run of shots makes at most."""


class Progress:
    """Shots recorded of the shots planned. A context: leaving it ends the line.

    Args:
        planned: Shots that the scenario fires.
        out: Where it is shown; a bar when that is a terminal.
    """

    def __init__(self, planned: int, out: TextIO) -> None:
        self._planned = planned
        self._out = out
        self._bar = out.isatty()
        self._shown: tuple[int, str] = (-1, "")
        self._step = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._write("\n")

    def step(self, words: str) -> None:
        """What is being done now."""
        self._step = words
        if not self._bar:
            self._write(f"  {words}\n")
        self.at(max(0, self._shown[0]))

    def at(self, shots: int) -> None:
        """So many shots are recorded."""
        if (shots, self._step) == self._shown:
            return
        before = self._shown[0]
        self._shown = (shots, self._step)
        share = min(1.0, shots / self._planned) if self._planned else 1.0
        if self._bar:
            full = round(share * BAR)
            line = f"[{'#' * full}{'-' * (BAR - full)}] {shots}/{self._planned} shots  {self._step}"
            # One that is longer than the terminal is wide could not be written over: it would fill the screen.
            self._write(f"\r\033[K{line[: shutil.get_terminal_size().columns - 1]}")
        elif shots * LINES // max(1, self._planned) > before * LINES // max(1, self._planned):
            self._write(f"  {shots}/{self._planned} shots\n")

    def _write(self, text: str) -> None:
        with writing():
            self._out.write(text)
            self._out.flush()


def summary(title: str, found: Found, seconds: float, rearmed: list[str], say: Callable[[str], None]) -> None:
    """Tell what was played and what the audit found."""
    kind = "SIMULATED: " if found.simulated else ""
    say(f"{kind}{title}")
    say(f"  shots     {found.shots}")
    say(f"  volume    {found.given_nl / 1e6:.3f} mL counted, {found.measured_nl / 1e6:.3f} mL measured")
    for zone in found.zones:
        if zone.done:
            side = "" if zone.side == "whole" else f" {zone.side}"
            say(f"    {zone.title}{side}: {zone.done} shots, {zone.given_nl / 1000:.1f} uL")
    say(f"  duration  {seconds:.1f} s")
    ends = ", ".join(f"{count} {certainty}" for certainty, count in found.outcomes)
    say(f"  sent      {ends or 'nothing'}")
    say(f"  alarms    {'; '.join(found.alarms) or 'none'}")
    for why in rearmed:
        say(f"  armed again, because the machine had ended the arming: {why}")
    say(f"  record    {found.verified}")
    for failure in found.failures:
        say(click.style(f"  FAILED    {failure}", fg="red"))
    if not found.failures:
        say("  every limit was kept and no record is missing")
