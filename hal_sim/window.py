"""The bench's window: hold, toggle and watch the simulated device. A process of its own, a client of the console.

Only this file draws. It knows no rule of the device: what it sends and shows stands in `hal_sim.controls`.
"""

# Kivy carries no types:
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUntypedBaseClass=false, reportAttributeAccessIssue=false, reportUnknownLambdaType=false
# pyright: reportOptionalContextManager=false

from __future__ import annotations

import contextlib
import json
import socket
import sys
from pathlib import Path
from typing import Any

from kivy.config import Config

from hal_sim.controls import (
    ACTS,
    BARREL_KEYS,
    BARRELS,
    COLUMN,
    CONTROLS,
    ENABLE,
    FAULT_KEYS,
    MOVES,
    all_off,
    last_motion,
    marked,
    pressed,
    readings,
    released,
    summary,
    switched,
)  # fmt: skip
from hal_sim.faults import FAULTS

# One input provider: Kivy's defaults give each touch twice. It reads its settings when the imports below run.
for _provider in list(Config.options("input")):
    Config.remove_option("input", _provider)
Config.set("input", "mouse", "mouse,disable_multitouch")
for _option, _value in (("width", 920), ("height", 640), ("maxfps", 30), ("multisamples", 0)):
    Config.set("graphics", _option, _value)
Config.set("kivy", "exit_on_escape", 0)

# isort: split
# ruff: noqa: E402
from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics import Color, Rectangle
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.button import Button
from kivy.uix.gridlayout import GridLayout
from kivy.uix.label import Label
from kivy.uix.widget import Widget

REFRESH_S = 0.1
GROUND, PLATE, INK, QUIET = (0.09, 0.10, 0.12, 1), (0.17, 0.19, 0.22, 1), (0.92, 0.94, 0.96, 1), (0.60, 0.65, 0.70, 1)
ON, ALARM, BAR = (0.10, 0.45, 0.62, 1), (0.72, 0.16, 0.16, 1), (0.25, 0.65, 0.80, 1)
MARK = (0.30, 0.34, 0.40, 1)
"""The fault that the keys have chosen."""
BAR_HIGH = 8
LAMPS = {
    "red": (0.95, 0.25, 0.2, 1), "yellow": (0.98, 0.8, 0.2, 1), "cyan": (0.2, 0.85, 0.9, 1), "enable": BAR,
    "buzzer": INK, "sounder": INK,
}  # fmt: skip
"""What is lit at the device, and its color then: the beacon, the motor enable, the panel's buzzer and the controller's
own sounder."""
KEYS = {13: "enter", 271: "enter", 8: "backspace", 273: "up", 274: "down", 275: "right", 276: "left"}
"""Kivy's numbers of the keys that write nothing."""


class BenchLine:
    """The connection to the bench's console.

    Raises:
        OSError: the bench has ended.
    """

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(2)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._answers = self._socket.makefile("r", encoding="utf-8")

    def do(self, command: str) -> str:
        """Send one command and wait for its line."""
        self._socket.sendall(command.encode() + b"\n")
        answer = self._answers.readline()
        if not answer:
            raise ConnectionResetError("the bench has ended")
        return answer.rstrip("\n")

    def ask(self, command: str) -> dict[str, Any]:
        """The answer of `state` or `truth`."""
        answer: dict[str, Any] = json.loads(self.do(command))
        return answer

    def close(self) -> None:
        """Hang up."""
        self._answers.close()
        self._socket.close()


def plate(text: str, size: int = 15) -> Button:
    """A flat button."""
    return Button(
        text=text, background_normal="", background_down="", background_color=PLATE, color=INK, font_size=size
    )


def words(text: str, color: tuple[float, ...] = INK, size: int = 15, **more: Any) -> Label:
    """Text that begins at the left of its area and ends within it."""
    label = Label(text=text, color=color, font_size=size, halign="left", valign="middle", shorten=True, **more)
    label.shorten_from = "right"
    label.bind(size=lambda it, area: setattr(it, "text_size", area))
    return label


class Bar(Widget):
    """How far a figure is from its greatest."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._share = 0.0
        with self.canvas:
            Color(*PLATE)
            self._whole = Rectangle()
            Color(*BAR)
            self._filled = Rectangle()
        self.bind(pos=self._lay, size=self._lay)

    def show(self, share: float) -> None:
        """Fill it so far, 0 to 1."""
        if share != self._share:
            self._share = share
            self._lay()

    def _lay(self, *_: Any) -> None:
        at = self.x, self.center_y - BAR_HIGH / 2
        self._whole.pos, self._whole.size = at, (self.width, BAR_HIGH)
        self._filled.pos, self._filled.size = at, (self.width * self._share, BAR_HIGH)


class BenchWindow(App):
    """Controls on the left, figures and faults on the right."""

    title = "Nappage bench: SIMULATED injector"

    def __init__(self, line: BenchLine, left: int | None = None) -> None:
        """`left`: where its left edge opens on the display, px; None leaves it to the display."""
        super().__init__()
        self.line = line
        self.left = left
        self.state: dict[str, Any] = line.ask("state")
        self.wired = line.do("panel") == "wired"
        self.buttons: dict[str, Any] = {}
        self.barrels: dict[str, Any] = {}
        self.faults: dict[str, Any] = {}
        self.figures: dict[str, tuple[Any, Any, Any]] = {}
        self.lamps: dict[str, Any] = {}
        self.marked = next(iter(FAULTS))
        self.down: set[str] = set()
        """Keys that are down: a display repeats a held one."""
        self.held: set[str] = set()
        """What is held by key or finger, as the command that lets it go."""

    def build(self) -> Any:
        Window.clearcolor = GROUND
        if self.left is not None:
            Window.left, Window.top = self.left, 0
        root = BoxLayout(orientation="horizontal", padding=14, spacing=18)
        root.add_widget(self._controls())
        root.add_widget(self._sight())
        Window.bind(on_key_down=self._key_down, on_key_up=self._key_up)
        Clock.schedule_interval(self._refresh, REFRESH_S)
        self._refresh(0)
        return root

    def on_stop(self) -> None:
        """A window that goes lets go of what it held: nobody else would."""
        with contextlib.suppress(OSError):
            for command in sorted(self.held):
                self.line.do(command)

    # -- what stands where

    def _controls(self) -> Any:
        column = BoxLayout(orientation="vertical", spacing=6, size_hint_x=None, width=270)
        column.add_widget(_heading("Handpiece, pedal, circuits"))
        for control in (*CONTROLS, ENABLE):
            button = plate(f"{control.label}   [{control.key.upper()}]{'   hold' if control.held else ''}")
            if control.held:
                # The state and not the release: a finger that slid off the button before it lifted has let go too.
                button.bind(state=lambda _, now, c=control: self._hold(c.on, c.off, now == "down"))
            else:
                button.bind(on_press=lambda _, c=control: self._do(c.pressed(self.state)))
            self.buttons[control.key] = button
            column.add_widget(button)
        column.add_widget(_heading("Full new syringe in the clamp, mL"))
        row = BoxLayout(spacing=4)
        for key, name in BARREL_KEYS.items():
            button = plate(f"{BARRELS[name]}\n[{key.upper()}]", 13)
            button.halign = "center"
            button.bind(on_press=lambda _, n=name: self._do(f"barrel {BARRELS[n]}"))
            self.barrels[name] = button
            row.add_widget(button)
        column.add_widget(row)
        for act in ACTS:
            button = plate(f"{act.label}   [{act.key.upper()}]")
            button.bind(on_press=lambda _, a=act: self._do(a.command(self.state)))
            column.add_widget(button)
        return column

    def _sight(self) -> Any:
        column = BoxLayout(orientation="vertical", spacing=6)
        top = BoxLayout(size_hint_y=None, height=26, spacing=12)
        self.port = words("", QUIET)
        top.add_widget(self.port)
        for name in LAMPS:
            lamp = Label(text=name, font_size=13, color=QUIET, size_hint_x=None, width=46)
            self.lamps[name] = lamp
            top.add_widget(lamp)
        column.add_widget(top)
        grid = GridLayout(cols=4, size_hint_y=None, height=6 * 28, spacing=(10, 0))
        for reading in readings(self.state, self.line.ask("truth")):
            value, bar, note = words("", size=18, size_hint_x=1.0), Bar(size_hint_x=1.5), words("", QUIET, 14)
            note.size_hint_x = 1.9
            for widget in (words(reading.name, QUIET, size_hint_x=1.0), value, bar, note):
                grid.add_widget(widget)
            self.figures[reading.name] = (value, bar, note)
        column.add_widget(grid)
        self.summary, self.last = words("", size_hint_y=None, height=24), words("", QUIET, size_hint_y=None, height=24)
        column.add_widget(self.summary)
        column.add_widget(self.last)
        column.add_widget(_heading(f"Faults   {FAULT_KEYS}"))
        listing = GridLayout(rows=COLUMN, orientation="tb-lr", spacing=4)
        for name in FAULTS:
            button = plate(name, 14)
            button.bind(on_press=lambda _, n=name: self._fault(n))
            self.faults[name] = button
            listing.add_widget(button)
        column.add_widget(listing)
        self.meaning = words("", size=14, size_hint_y=None, height=24)
        self.answer = words("", QUIET, size=13, size_hint_y=None, height=20)
        column.add_widget(self.meaning)
        column.add_widget(self.answer)
        return column

    # -- what is done

    def send(self, command: str) -> None:
        """Send one command and show the answer; the window goes when the bench has gone."""
        try:
            answer = self.line.do(command)
        except OSError:
            self.stop()
            return
        self.answer.text = f"{command}: {answer}"

    def _do(self, *commands: str) -> None:
        for command in commands:
            self.send(command)
        self._refresh(0)

    def _hold(self, on: str, off: str, down: bool) -> None:
        if down:
            self.held.add(off)
            self._do(on)
        else:
            self.held.discard(off)
            self._do(off)

    def _fault(self, name: str) -> None:
        self.marked = name
        self._do(switched(name, self.state))

    def _key_down(self, _window: Any, code: int, *_rest: Any) -> bool:
        key = KEYS.get(code) or (chr(code) if code < 128 else "")
        if key in self.down:
            return True
        command = pressed(key, self.state)
        if key in MOVES:  # a held arrow goes on
            self.marked = marked(self.marked, key)
            self._refresh(0)
            return True
        self.down.add(key)
        if key == "enter":
            self._fault(self.marked)
        elif key == "backspace":
            self._do(*all_off(self.state))
        elif command is None:
            return False
        elif (off := released(key)) is not None:
            self._hold(command, off, True)
        else:
            self._do(command)
        return True

    def _key_up(self, _window: Any, code: int, *_rest: Any) -> bool:
        key = KEYS.get(code) or (chr(code) if code < 128 else "")
        self.down.discard(key)
        off = released(key)
        if off is not None:
            self._hold("", off, False)
        return False

    # -- what is shown

    def _refresh(self, _elapsed: float) -> None:
        try:
            self.state, truth, port = self.line.ask("state"), self.line.ask("truth"), self.line.do("port")
            self.wired = self.line.do("panel") == "wired"
        except OSError:
            self.stop()
            return
        for control in (*CONTROLS, ENABLE):
            alarming = ALARM if control.inverted else ON
            self._paint(self.buttons[control.key], alarming if control.is_on(self.state) else PLATE)
        self.buttons[ENABLE.key].color = QUIET if self.wired else INK
        for name, button in self.barrels.items():
            self._paint(button, ON if name == self.state["barrel"] else PLATE)
        for name, button in self.faults.items():
            off = MARK if name == self.marked else PLATE
            self._paint(button, ALARM if name in self.state["bench_faults"] else off)
            button.bold = name == self.marked
        for reading in readings(self.state, truth):
            value, bar, note = self.figures[reading.name]
            value.text, note.text = reading.text, reading.note
            bar.show(reading.share)
        red, yellow, cyan = self.state["beacon"]
        lit = {
            "red": red, "yellow": yellow, "cyan": cyan, "enable": self.state["enable"],
            "buzzer": self.state["buzzer"] is not None, "sounder": self.state["sounding"],
        }  # fmt: skip
        for name, lamp in self.lamps.items():
            lamp.color = LAMPS[name] if lit[name] else QUIET
            lamp.bold = bool(lit[name])
        self.port.text = f"SIMULATED   {port}"
        self.summary.text, self.last.text = summary(self.state), last_motion(self.state)
        self.meaning.text = f"{self.marked}: {FAULTS[self.marked]}"

    def _paint(self, button: Any, color: tuple[float, ...]) -> None:
        if tuple(button.background_color) != color:
            button.background_color = color


def _heading(text: str) -> Label:
    return words(text, QUIET, size=13, size_hint_y=None, height=22)


def _complain(text: str) -> int:
    """Say what is wrong, past Kivy, which takes the error stream for its log. Returns the exit status."""
    print(text, file=sys.__stderr__)
    return 2


def main(arguments: list[str]) -> int:
    """Open the window over the console socket that is named, at a left edge in px or anywhere. Returns the status."""
    if len(arguments) not in (1, 2) or not all(word.isdecimal() for word in arguments[1:]):
        return _complain("usage: python -m hal_sim.window CONSOLE [LEFT]")
    try:
        line = BenchLine(Path(arguments[0]))
    except OSError as error:
        return _complain(f"There is no bench at {arguments[0]}: {error}")
    with contextlib.closing(line):
        BenchWindow(line, *map(int, arguments[1:])).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
