"""A display of the bench's own: Xvfb on a number that it finds free itself."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Generator
from pathlib import Path

from kiosk.system.tether import tethered
from tests.bench.drive import BenchFailed

COMPILED = Path(__file__).parents[2] / "out" / "bytecode"
"""Where Python keeps what it has compiled of all that a window imports, ours and Kivy's, as an installation has it."""


@contextlib.contextmanager
def display(size: tuple[int, int]) -> Generator[dict[str, str]]:
    """The environment in which windows of this size can be opened."""
    reader, writer = os.pipe()
    words = ("Xvfb", "-displayfd", str(writer), "-screen", "0", f"{size[0]}x{size[1]}x24", "-nolisten", "tcp")
    server = subprocess.Popen(tethered(words), pass_fds=(writer,), stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        with os.fdopen(reader) as says:
            number = says.readline().strip()
        if not number:
            raise BenchFailed("Xvfb did not start; `make setup` installs it")
        left_out = ("SDL_VIDEODRIVER", "PYTHONDONTWRITEBYTECODE")
        environment = {name: value for name, value in os.environ.items() if name not in left_out}
        yield environment | {"DISPLAY": f":{number}", "PYTHONPYCACHEPREFIX": str(COMPILED)}
    finally:
        server.terminate()
        server.wait()
