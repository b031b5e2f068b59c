"""A display of our own where a play-through needs one: Xvfb on a number that it finds free itself, tethered to us."""

from __future__ import annotations

import os
import selectors
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from typing import IO

from kiosk.rehearsal.errors import NoDisplay
from kiosk.system.tether import tethered

STARTS_WITHIN_S = 30.0
ENDS_WITHIN_S = 5.0


@contextmanager
def own_display(size: str) -> Generator[str, None, None]:
    """The name of a fresh display of `size` (WIDTHxHEIGHT), such as ":3"; it ends with the block.

    Raises:
        NoDisplay: E874, Xvfb is missing or did not start.
    """
    reader, writer = os.pipe()
    with tempfile.TemporaryFile() as said, os.fdopen(reader, "rb") as number:
        command = ("Xvfb", "-displayfd", str(writer), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset")
        try:
            process = subprocess.Popen(
                tethered(command), stdin=subprocess.DEVNULL, stdout=said, stderr=said, pass_fds=(writer,),
                process_group=0,
            )  # fmt: skip
        except OSError as fault:
            raise NoDisplay(why=fault.strerror or str(fault)) from fault
        finally:
            os.close(writer)
        try:
            yield f":{_first_line(number, said)}"
        finally:
            process.terminate()
            try:
                process.wait(ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _first_line(number: IO[bytes], said: IO[bytes]) -> str:
    """The number that Xvfb writes once it accepts connections; its end of the pipe closes when it fails."""
    with selectors.DefaultSelector() as selector:
        selector.register(number, selectors.EVENT_READ)
        if not selector.select(STARTS_WITHIN_S):
            raise NoDisplay(why=f"Xvfb was not ready within {STARTS_WITHIN_S:g} s")
    line = number.readline().strip()
    if not line:
        said.seek(0)
        lines = said.read().decode("utf-8", "replace").strip().splitlines()
        raise NoDisplay(why=(lines[-1] if lines else "Xvfb ended without a word").rstrip("."))
    return line.decode()
