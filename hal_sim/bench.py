"""The bench: the simulated device as a process of its own, with its serial line, its panel and its console.

Only this file knows the loop that turns CLOCK_MONOTONIC into the device's time: one thread, which sleeps until bytes, a
command or the device's next event come.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from hal_sim.balance import WORDS, Balance
from hal_sim.panel import PanelOutputs, PanelSocket, listen
from hal_sim.rig import Rig
from hal_sim.weighing import Pan
from hal_sim.wire import Wire

TICK_S = 0.02
"""The device is looked at this often even when it announces nothing."""
LINE_MOST = 1024
"""Longest console line, bytes."""
HELP = (
    "bench: help, port, frames, panel, enable on|off (only while no program is wired to the panel), quit; "
    "every other word goes to the device"
)


class Places(msgspec.Struct, frozen=True):
    """Where the bench can be found; None where it shall not be."""

    link: Path | None = None
    """Symbolic link that follows the pseudo-terminal, like /dev/serial/by-id."""
    panel: Path | None = None
    """Unix socket of the panel's wires."""
    console: Path | None = None
    """Unix socket that takes a command per line and answers each with one line."""
    balance: Path | None = None
    """Symbolic link that follows the line of a laboratory balance under the nozzle."""


class Bench:
    """One device on the bench. `run` returns when `quit` is asked for or `end` is called.

    `end` may be called from a signal handler or another thread, everything else belongs to the thread that runs.
    """

    def __init__(
        self,
        rig: Rig,
        places: Places,
        *,
        clock: Callable[[], float] = time.monotonic,
        say: Callable[[str], None] = print,
    ) -> None:
        """Plug the device in and listen.

        Raises:
            OSError: a place cannot be had.
        """
        self._rig = rig
        self._clock = clock
        self._say = say
        self._ended = False
        self._wire = Wire(rig, link=places.link)
        self._watched: int | None = None
        self._outputs = PanelOutputs()
        self._panel: PanelSocket | None = None
        self._balance: Balance | None = None
        with contextlib.ExitStack() as closing:
            self._select = closing.enter_context(selectors.DefaultSelector())
            self._wakeup, self._waker = os.pipe()
            closing.callback(os.close, self._wakeup)
            closing.callback(os.close, self._waker)
            closing.callback(self._wire.unplug)
            closing.callback(self._hang_up)
            self._watch(self._wakeup, lambda _now: None)
            if places.panel is not None:
                self._panel = PanelSocket(places.panel)
                closing.callback(self._panel.close)
                self._watch(self._panel.listener, self._panel_connects)
            if places.console is not None:
                console = listen(places.console, socket.SOCK_STREAM)
                closing.callback(places.console.unlink, missing_ok=True)
                self._watch(console, lambda _now: self._console_connects(console))
            if places.balance is not None:
                pan = Pan(lambda: rig.body.fluid.outflow_nl, lambda: rig.body.contact_made, seed=rig.seed)
                self._balance = Balance(pan, places.balance)
                self._say(f"balance {self._balance.port}")
                closing.callback(self._balance.close)
            self._follow_cable()
            self._closing = closing.pop_all()

    @property
    def port(self) -> str | None:
        """Path of the pseudo-terminal, None while unplugged."""
        return self._wire.port

    @property
    def balance_port(self) -> str | None:
        """Path of the balance's pseudo-terminal, None while unplugged or when there is none."""
        return None if self._balance is None else self._balance.port

    def take_commands(self, descriptor: int) -> None:
        """Read console commands from `descriptor` too (a terminal or a pipe) and say the answers."""
        lines = _Lines()

        def readable(now: float) -> None:
            try:
                data = os.read(descriptor, LINE_MOST)
            except OSError:  # the terminal was closed
                data = b""
            if not data:
                self._select.unregister(descriptor)
                return
            for line in lines.add(data):
                self._say(self._command(now, line))

        self._watch(descriptor, readable)

    def run(self) -> None:
        """Keep the device going in real time until the end is asked for; then take everything away."""
        try:
            while not self._ended:
                self._turn()
        finally:
            self.close()

    def end(self) -> None:
        """Ask `run` to return. Asking again, or after the end, is no error."""
        if not self._ended:
            os.write(self._waker, b"x")  # first: once it is said, `run` may have closed the pipe already
            self._ended = True

    def close(self) -> None:
        """Unplug the cable, close the sockets and remove them from the file system."""
        self._ended = True
        self._closing.close()

    def _hang_up(self) -> None:
        for key in list(self._select.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()

    def _turn(self) -> None:
        now = self._clock()
        due = [now + TICK_S]
        due += [when for when in (self._rig.next_event(now), self._wire.due()) if when is not None]
        for key, _ in self._select.select(max(0.0, min(due) - now)):
            handle: Callable[[float], None] = key.data
            now = self._clock()
            self._rig.advance(now)
            handle(now)
        now = self._clock()
        self._rig.advance(now)
        self._wire.run(now)
        self._follow_cable()
        if self._balance is not None:
            self._rig.body.settle(self._rig.now)
            self._balance.run(now)
        if self._panel is not None:
            levels = self._rig.levels(now)
            self._panel.publish((levels.stop_a, levels.stop_b, levels.pedal_no, levels.pedal_nc, levels.feedback), now)

    def _watch(self, what: int | socket.socket, handle: Callable[[float], None]) -> None:
        self._select.register(what, selectors.EVENT_READ, handle)

    def _follow_cable(self) -> None:
        # The old descriptor leaves the selector before it is closed: its number may be given out again at once.
        if self._watched is not None and not self._rig.plugged:
            self._select.unregister(self._watched)
            self._watched = None
        if self._wire.follow():
            self._watched = self._wire.fileno
            if self._watched is not None:
                self._watch(self._watched, self._wire.readable)
            self._say("unplugged" if self.port is None else f"port {self.port}")

    def _panel_connects(self, _now: float) -> None:
        if self._panel is not None and self._panel.accept() and self._panel.client is not None:
            self._watch(self._panel.client, self._panel_says)

    def _panel_says(self, now: float) -> None:
        if self._panel is None or self._panel.client is None:
            return
        client = self._panel.client
        outputs = self._panel.receive()
        if outputs is None:
            self._select.unregister(client)
        self._drive(now, outputs or PanelOutputs())

    def _drive(self, now: float, outputs: PanelOutputs) -> None:
        """Pass on what the program drives; with the program gone everything is off."""
        was, self._outputs = self._outputs, outputs
        if outputs.enable != was.enable:
            self._rig.set_enable(now, outputs.enable)
        if (outputs.red, outputs.yellow, outputs.cyan) != (was.red, was.yellow, was.cyan):
            self._rig.set_beacon(now, red=outputs.red, yellow=outputs.yellow, cyan=outputs.cyan)
        if outputs.hertz != was.hertz:
            self._rig.set_buzzer(now, outputs.hertz or None)

    def _console_connects(self, console: socket.socket) -> None:
        client, _ = console.accept()
        client.setblocking(False)
        lines = _Lines()

        def readable(now: float) -> None:
            try:
                data = client.recv(LINE_MOST)
                for line in lines.add(data):
                    client.send(self._command(now, line).replace("\n", " | ").encode() + b"\n")
            except OSError:  # it went away, or does not read its answers
                data = b""
            if not data:
                self._select.unregister(client)
                client.close()

        self._watch(client, readable)

    def command(self, line: str) -> str:
        """One console command, before the bench runs; see `help`."""
        return self._command(self._clock(), line)

    def _command(self, now: float, line: str) -> str:
        """One console command; the lists among the answers have several lines."""
        words = line.split()
        weighed = None if self._balance is None else self._balance.do(words)
        match words:
            case []:
                answer = ""
            case _ if weighed is not None:
                answer = weighed
            case ["help"]:
                answer = f"{self._rig.do(now, 'help')}\n{HELP}" + ("" if self._balance is None else f"\n{WORDS}")
            case ["port"]:
                answer = "unplugged" if self.port is None else f"port {self.port}"
            case ["frames"]:
                answer = f"frames {self._wire.requests} dropped {self._wire.dropped}"
            case ["panel"]:
                answer = "wired" if self._wired else "not wired"
            case ["enable", ("on" | "off") as state] if not self._wired:
                self._drive(now, PanelOutputs(enable=state == "on"))
                answer = f"enable {state}"
            case ["enable", *_]:
                answer = "error: enable on|off, and only while no program is wired to the panel and drives it"
            case ["quit"]:
                self._ended = True
                answer = "bye"
            case _:
                answer = self._rig.do(now, line)
        return answer

    @property
    def _wired(self) -> bool:
        return self._panel is not None and self._panel.client is not None


class _Lines:
    """Cuts a stream into lines; a line over `LINE_MOST` bytes is cut there."""

    def __init__(self) -> None:
        self._rest = b""

    def add(self, data: bytes) -> list[str]:
        *whole, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LINE_MOST:
            whole, self._rest = [*whole, self._rest], b""
        return [line.decode(errors="replace").strip() for line in whole]


def speaks(descriptor: int) -> bool:
    """Whether commands can come from `descriptor`: a terminal or a pipe, not a file or /dev/null."""
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or (stat.S_ISCHR(mode) and os.isatty(descriptor))


def say_flushed(text: str) -> None:
    """Print a line at once: whoever started the bench waits for its port."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
