"""A display of the bench's own: Xvfb on a number that it finds free itself."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Generator

from kiosk.system.tether import tethered
from tests.bench.drive import BenchFailed


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
        environment = {name: value for name, value in os.environ.items() if name != "SDL_VIDEODRIVER"}
        yield environment | {"DISPLAY": f":{number}"}
    finally:
        server.terminate()
        server.wait()
