"""Commands of ours as processes, the way a person starts them, and what is left of them afterwards."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_S = 100.0


def a_shell_s() -> dict[str, str]:
    """The environment of a person's shell: without what the tests of screens set for their own window."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("SDL_", "KIVY_"))}


def nappage(*words: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    return subprocess.run(
        command(*words), cwd=ROOT, env=a_shell_s() | settings, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=PATIENCE_S, check=False,
    )  # fmt: skip


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "kiosk.cli", *(str(word) for word in words)]


class Started:
    """A command that runs; its output is awaited line by line."""

    def __init__(self, *words: str | Path, **settings: str) -> None:
        self.process = subprocess.Popen(
            command(*words), cwd=ROOT, env=a_shell_s() | settings, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, bufsize=0, process_group=0,
        )  # fmt: skip
        assert self.process.stdout is not None
        self._output = self.process.stdout
        os.set_blocking(self._output.fileno(), False)
        self.said = ""

    def await_word(self, word: str, times: int = 1) -> None:
        """Read until the output holds `word` so many times."""
        by = time.monotonic() + PATIENCE_S
        with selectors.DefaultSelector() as selector:
            selector.register(self._output, selectors.EVENT_READ)
            while self.said.count(word) < times:
                assert selector.select(by - time.monotonic()), f"'{word}' did not come; it said:\n{self.said}"
                came = os.read(self._output.fileno(), 65536)
                assert came, f"it ended before '{word}'; it said:\n{self.said}"
                self.said += came.decode("utf-8", "replace")

    def family(self) -> dict[int, str]:
        """Every process below it by number, with its command line."""
        found: dict[int, str] = {}
        parents = {self.process.pid}
        table = list(processes())
        grown = True
        while grown:
            new = {pid: words for pid, parent, words in table if parent in parents and pid not in found}
            found |= new
            parents |= set(new)
            grown = bool(new)
        return found

    def child(self, word: str) -> int:
        """The number of the one process below it whose command line holds `word`."""
        (pid,) = [pid for pid, words in self.family().items() if word in words]
        return pid

    def end(self, number: int = signal.SIGINT) -> int:
        """Signal it alone and await its end; gives its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        os.set_blocking(self._output.fileno(), True)
        return code


def processes() -> Iterator[tuple[int, int, str]]:
    """Number, parent and command line of every process that is alive."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                stat = (folder / "stat").read_text()
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except (FileNotFoundError, ProcessLookupError):
                continue
            state, parent = stat.rpartition(")")[2].split()[:2]
            if state != "Z":
                yield int(folder.name), int(parent), words


def await_end_of(pids: list[int]) -> None:
    """Wait until each of these processes is gone."""
    for pid in pids:
        try:
            watch = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(watch, selectors.EVENT_READ)
                assert selector.select(20), f"process {pid} is still there"
        finally:
            os.close(watch)


@contextmanager
def started(*words: str | Path, **settings: str) -> Generator[Started, None, None]:
    """A command that is ended with the block, whatever happened."""
    subject = Started(*words, **settings)
    try:
        yield subject
    finally:
        if subject.process.poll() is None:
            subject.process.kill()
            subject.process.wait()
        assert subject.process.stdout is not None
        subject.process.stdout.close()
