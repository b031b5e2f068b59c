"""`python -m hal_sim`: the simulated injector alone on the bench, for anything that speaks Modbus.

Only this file knows the bench's command line.
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

from hal_sim.bench import Bench, Places, say_flushed, speaks
from hal_sim.build import read_build
from hal_sim.memory import Memory
from hal_sim.rig import Rig

REAL_TIME = 55
"""SCHED_FIFO priority: above the loop that asks, as a microcontroller answers however busy the asker's machine is."""


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
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
    with tempfile.TemporaryDirectory(prefix="nappage-bench-kivy-") as home:
        settings = {"KIVY_HOME": home, "KIVY_NO_ARGS": "1", "KIVY_NO_CONSOLELOG": "1"}
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


def _tell_ready() -> None:
    """READY=1 to the supervisor that started us, when there is one (systemd's NOTIFY_SOCKET)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
            notices.sendto(b"READY=1", address.replace("@", "\0", 1) if address.startswith("@") else address)


def main(words: list[str] | None = None) -> int:
    """Run the bench until SIGTERM, SIGINT or `quit`. Returns the exit status."""
    arguments = _arguments(words)
    spoken = False

    def say(text: str) -> None:
        nonlocal spoken
        if not (arguments.quiet and spoken):
            say_flushed(text)
        spoken = True

    asked = False
    running: list[Bench] = []

    def end(_number: int, _frame: object) -> None:
        nonlocal asked
        asked = True
        for bench in running:
            bench.end()

    for number in (signal.SIGTERM, signal.SIGINT):  # before the port is said: whoever reads it may end the bench
        signal.signal(number, end)
    with contextlib.ExitStack() as closing:
        console: Path | None = arguments.console
        if arguments.window and console is None:
            console = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="nappage-bench-"))) / "console"
        try:
            build = None if arguments.build is None else read_build(arguments.build)
            rig = Rig(memory=Memory(arguments.memory), seed=arguments.seed, build=build)
            places = Places(link=arguments.link, panel=arguments.panel, console=console, balance=arguments.balance)
            bench = Bench(rig, places, say=say)
        except (OSError, ValueError) as error:
            sys.stderr.write(f"The bench cannot start: {error}\n")
            return 2
        running.append(bench)
        _take_priority(arguments.real_time, say)
        if asked:
            bench.end()
        if arguments.barrel is not None:
            bench.command(f"barrel {arguments.barrel}")
        if speaks(sys.stdin.fileno()):
            bench.take_commands(sys.stdin.fileno())
        if arguments.window and console is not None:
            closing.enter_context(_window(console, arguments.window_left))
        _tell_ready()
        bench.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
