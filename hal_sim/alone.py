"""`python -m hal_sim`: the simulated injector alone on the bench, for anything that speaks Modbus.

Only this file knows the bench's command line, and the two numbered errors with which it ends: E970, it cannot start,
and E971, it was not understood. They have the form of the product's errors; the far end shares no code with it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import NoReturn

from hal_sim.bench import Bench, Places, say_flushed, speaks
from hal_sim.build import read_build
from hal_sim.memory import Memory
from hal_sim.rig import Rig

KIVY_HOME = Path(__file__).parent / "kivy-home"
"""Where the window's Kivy looks for settings of a person: nothing lies there, and by its switches it makes none."""
KIVY_SWITCHES = ("KIVY_NO_CONFIG", "KIVY_NO_ARGS", "KIVY_NO_FILELOG", "KIVY_NO_CONSOLELOG")
REFUSED = 2
STDIN = 0
REAL_TIME = 55
"""SCHED_FIFO priority: above the loop that asks, as a microcontroller answers however busy the asker's machine is."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """What was typed wrongly, in one sentence."""
        self.exit(REFUSED, f"E971: '{self.prog}' was not understood: {message}. See '{self.prog} --help'.\n")


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = _Parser(
        prog="python -m hal_sim",
        description="The simulated injector on a serial line of its own. Commands come from the terminal or a pipe, "
        "one per line; 'help' lists them.",
    )
    parser.add_argument("--link", type=Path, metavar="PATH", help="symbolic link that follows the serial port")
    parser.add_argument("--panel", type=Path, metavar="PATH", help="Unix socket for the wires of the panel")
    parser.add_argument("--console", type=Path, metavar="PATH", help="Unix socket for commands, one per line")
    parser.add_argument("--balance", type=Path, metavar="PATH", help="put a balance under the nozzle; link to its port")
    parser.add_argument("--memory", type=Path, metavar="FILE", help="file that keeps the controller's memory")
    parser.add_argument(
        "--build",
        type=Path,
        metavar="FILE",
        help="figures of another device of this kind, in TOML; see hal_sim/build.py",
    )
    parser.add_argument("--seed", type=int, default=0, help="begin of all that is random (default 0)")
    parser.add_argument(
        "--barrel", type=int, choices=(1, 2, 5, 10), metavar="ML", help="put a full syringe in: 1 to 10"
    )
    parser.add_argument("--window", action="store_true", help="open a small window to press and watch things")
    parser.add_argument("--window-left", type=int, metavar="PX", help="left edge of that window on the display")
    parser.add_argument(
        "--real-time", action="store_true", help="answer in time on a busy machine too, where that is permitted"
    )
    parser.add_argument("--quiet", action="store_true", help="say nothing but the first port")
    return parser.parse_args(words)


@contextlib.contextmanager
def _window(console: Path, left: int | None) -> Generator[None]:
    """The bench's window, as a process of its own: drawing must not slow the device down."""
    settings = {"KIVY_HOME": str(KIVY_HOME), **dict.fromkeys(KIVY_SWITCHES, "1")}
    words = [sys.executable, "-m", "hal_sim.window", str(console), *([] if left is None else [str(left)])]
    window = subprocess.Popen(words, env=os.environ | settings, stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        window.terminate()
        window.wait()


def _take_priority(wanted: bool, say: Callable[[str], None]) -> None:
    """Real-time priority for this process alone, where that is permitted; says so when not."""
    if wanted:
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(REAL_TIME))
        except PermissionError as refusal:
            say(f"no real-time priority: {refusal.strerror}")


def _why(error: OSError | ValueError) -> str:
    """What is wrong, with the place where."""
    if isinstance(error, OSError) and error.strerror:
        places = " -> ".join(f"'{place}'" for place in (error.filename, error.filename2) if place is not None)
        return f"{error.strerror}: {places}" if places else error.strerror
    return str(error)


class _Ending:
    """The wish to end, by a signal or because nobody reads any more; it may come before there is a bench."""

    def __init__(self) -> None:
        self._asked = False
        self._bench: Bench | None = None
        deaf = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN  # as nohup makes it: the terminal may close
        for number in (signal.SIGTERM, signal.SIGINT, *(() if deaf else (signal.SIGHUP,))):
            signal.signal(number, self)  # before the port is said: whoever reads it may end the bench

    def __call__(self, *_signal: object) -> None:
        self._asked = True
        if self._bench is not None:
            self._bench.end()

    def of(self, bench: Bench) -> None:
        """The bench that is to end."""
        self._bench = bench
        if self._asked:
            bench.end()


class _Voice:
    """Says lines on standard output; a quiet one only the first."""

    def __init__(self, ending: _Ending, *, quiet: bool) -> None:
        self._ending = ending
        self._quiet = quiet
        self._spoken = False

    def __call__(self, text: str) -> None:
        if not (self._quiet and self._spoken):
            try:
                say_flushed(text)
            except BrokenPipeError:  # nobody reads any more, as in `... | head`: that is a wish to end
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                self._ending()
        self._spoken = True


def _tell_ready() -> None:
    """READY=1 to the supervisor that started us, when there is one (systemd's NOTIFY_SOCKET).

    Raises:
        OSError: it does not take it.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
            try:
                notices.sendto(b"READY=1", address.replace("@", "\0", 1) if address.startswith("@") else address)
            except OSError as error:  # the system's own words do not name the place
                raise OSError(error.errno, error.strerror or str(error), address) from error


def _start(arguments: argparse.Namespace, ending: _Ending, say: _Voice, closing: contextlib.ExitStack) -> Bench:
    """The bench, ready to run; `closing` takes away what it needs beside it.

    Raises:
        OSError, ValueError: it cannot start.
    """
    console: Path | None = arguments.console
    if arguments.window and console is None:
        console = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="nappage-bench-"))) / "console"
    build = None if arguments.build is None else read_build(arguments.build)
    rig = Rig(memory=Memory(arguments.memory), seed=arguments.seed, build=build)
    places = Places(link=arguments.link, panel=arguments.panel, console=console, balance=arguments.balance)
    bench = Bench(rig, places, say=say)
    closing.callback(bench.close)
    ending.of(bench)
    _take_priority(arguments.real_time, say)
    if arguments.barrel is not None:
        bench.command(f"barrel {arguments.barrel}")
    if speaks(STDIN):
        bench.take_commands(STDIN)
    if arguments.window and console is not None:
        closing.enter_context(_window(console, arguments.window_left))
    _tell_ready()
    return bench


def main(words: list[str] | None = None) -> int:
    """Run the bench until SIGTERM, SIGINT, `quit`, or until nobody reads it any more. Returns the exit status."""
    arguments = _arguments(words)
    ending = _Ending()
    with contextlib.ExitStack() as closing:
        try:
            bench = _start(arguments, ending, _Voice(ending, quiet=arguments.quiet), closing)
        except (OSError, ValueError) as error:
            sys.stderr.write(f"E970: The bench cannot start: {_why(error)}. Mend that, or name another place.\n")
            return REFUSED
        bench.run()
    return 0
