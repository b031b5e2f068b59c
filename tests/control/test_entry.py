"""The first moments of `nappage`, before any command is known."""

from __future__ import annotations

import signal
import subprocess
import sys

PRESSED_WHILE_READ = """
import signal, sys
class Finder:
    def find_spec(self, name, path, target=None):
        if name == "kiosk.cli":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Finder())
from kiosk.entry import main
sys.argv = ["nappage", "--version"]
main()
"""


def begun(prelude: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", prelude + PRESSED_WHILE_READ], capture_output=True, text=True, check=False
    )


def test_ctrl_c_while_the_program_is_read_ends_it_without_a_word() -> None:
    ended = begun()
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, "", "")


def test_one_that_was_started_deaf_stays_so() -> None:
    ended = begun("import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)")
    assert ended.returncode == 0
    assert "version" in ended.stdout
