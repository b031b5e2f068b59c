"""The bench's window: hold, toggle and watch the simulated device. A process of its own, a client of the console.

Only this file draws. It knows no rule of the device: what it sends and shows stands in `hal_sim.controls`.
"""

# Kivy carries no types:
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUntypedBaseClass=false, reportAttributeAccessIssue=false, reportUnknownLambdaType=false

from __future__ import annotations

import contextlib
import json
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kivy.config import Config

from hal_sim.controls import BARRELS, CONTROLS, LINE_KEY, REFILL_KEY, RESET_KEY, Control, readings, summary
from hal_sim.faults import FAULTS

# One input provider: Kivy's defaults give each touch twice. It reads its settings when the imports below run.
for _provider in list(Config.options("input")):
    Config.remove_option("input", _provider)
Config.set("input", "mouse", "mouse,disable_multitouch")
for _option, _value in (("width", 900), ("height", 620), ("maxfps", 30), ("multisamples", 0)):
    Config.set("graphics", _option, _value)
Config.set("kivy", "exit_on_escape", 0)

# isort: split
# ruff: noqa: E402
from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.button import Button
from kivy.uix.gridlayout import GridLayout
from kivy.uix.label import Label
from kivy.uix.progressbar import ProgressBar
from kivy.uix.scrollview import ScrollView

REFRESH_S = 0.1
GROUND, PLATE, INK, QUIET = (0.09, 0.10, 0.12, 1), (0.17, 0.19, 0.22, 1), (0.92, 0.94, 0.96, 1), (0.60, 0.65, 0.70, 1)
ON, ALARM, BAR = (0.10, 0.45, 0.62, 1), (0.72, 0.16, 0.16, 1), (0.25, 0.65, 0.80, 1)
LAMPS = ((0.95, 0.25, 0.2, 1), (0.98, 0.8, 0.2, 1), (0.2, 0.85, 0.9, 1))


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


def plate(text: str) -> Button:
    """A flat button."""
    return Button(text=text, background_normal="", background_down="", background_color=PLATE, color=INK, font_size=15)


def words(text: str, color: tuple[float, ...] = INK, size: int = 15, **more: Any) -> Label:
    """Text that begins at the left of its area."""
    label = Label(text=text, color=color, font_size=size, halign="left", valign="middle", **more)
    label.bind(size=lambda it, area: setattr(it, "text_size", area))
    return label


class BenchWindow(App):
    """Controls on the left, figures and faults on the right."""

    title = "Nappage bench: SIMULATED injector"

    def __init__(self, line: BenchLine) -> None:
        super().__init__()
        self.line = line
        self.state: dict[str, Any] = line.ask("state")
        self.buttons: dict[str, Any] = {}
        self.barrels: dict[str, Any] = {}
        self.faults: dict[str, Any] = {}
        self.figures: dict[str, tuple[Any, Any]] = {}
        self.lamps: list[Any] = []
        self.held: set[str] = set()

    def build(self) -> Any:
        Window.clearcolor = GROUND
        root = BoxLayout(orientation="horizontal", padding=12, spacing=12)
        root.add_widget(self._controls())
        root.add_widget(self._sight())
        Window.bind(on_key_down=self._key_down, on_key_up=self._key_up)
        Clock.schedule_interval(self._refresh, REFRESH_S)
        self._refresh(0)
        return root

    def _controls(self) -> Any:
        column = BoxLayout(orientation="vertical", spacing=8, size_hint_x=0.36)
        for control in CONTROLS:
            kind = "hold" if control.held else "toggle"
            button = plate(f"{control.label}   [{control.key.upper()}]  {kind}")
            if control.held:
                button.bind(on_press=lambda _, c=control: self.send(c.on))
                button.bind(on_release=lambda _, c=control: self.send(c.off))
            else:
                button.bind(on_press=lambda _, c=control: self._toggle(c))
            self.buttons[control.key] = button
            column.add_widget(button)
        column.add_widget(words("Full new syringe in the clamp, mL", QUIET, size_hint_y=0.5))
        row = BoxLayout(spacing=4)
        for name, word in BARRELS.items():
            button = plate(word)
            button.bind(on_press=lambda _, w=word: self.send(f"barrel {w}"))
            self.barrels[name] = button
            row.add_widget(button)
        column.add_widget(row)
        for key, label, act in self._acts():
            button = plate(f"{label}   [{key.upper()}]")
            button.bind(on_press=lambda _, a=act: a())
            column.add_widget(button)
        return column

    def _acts(self) -> list[tuple[str, str, Callable[[], None]]]:
        return [
            (REFILL_KEY, "New syringe, same size", self._refill),
            (LINE_KEY, "New line", lambda: self.send("line new")),
            (RESET_KEY, "Restart the controller", lambda: self.send("reset")),
        ]

    def _sight(self) -> Any:
        column = BoxLayout(orientation="vertical", spacing=8)
        top = BoxLayout(size_hint_y=None, height=28, spacing=6)
        self.port = words("", QUIET)
        top.add_widget(self.port)
        for name in ("red", "yellow", "cyan", "enable", "buzzer"):
            lamp = Label(text=name, font_size=13, color=QUIET, size_hint_x=None, width=62)
            self.lamps.append(lamp)
            top.add_widget(lamp)
        column.add_widget(top)
        grid = GridLayout(cols=3, size_hint_y=None, height=170, spacing=4)
        for reading in readings(self.state, self.line.ask("truth")):
            value, bar = words("", size=18, size_hint_x=0.5), ProgressBar(max=1.0)
            grid.add_widget(words(reading.name, QUIET, size_hint_x=0.5))
            grid.add_widget(value)
            grid.add_widget(bar)
            self.figures[reading.name] = (value, bar)
        column.add_widget(grid)
        self.summary = words("", size_hint_y=None, height=46)
        column.add_widget(self.summary)
        column.add_widget(words("Faults (touch to switch)", QUIET, size_hint_y=None, height=22))
        listing = GridLayout(cols=2, size_hint_y=None, spacing=4, row_default_height=34, row_force_default=True)
        listing.bind(minimum_height=listing.setter("height"))
        for name in FAULTS:
            button = plate(name)
            button.bind(on_press=lambda _, n=name: self._fault(n))
            self.faults[name] = button
            listing.add_widget(button)
        scroll = ScrollView(bar_width=8)
        scroll.add_widget(listing)
        column.add_widget(scroll)
        self.answer = words("", QUIET, size=13, size_hint_y=None, height=40)
        column.add_widget(self.answer)
        return column

    def send(self, command: str) -> None:
        """Send one command and show the answer; the window goes when the bench has gone."""
        try:
            answer = self.line.do(command)
        except OSError:
            self.stop()
            return
        self.answer.text = f"{command}: {answer}"

    def _toggle(self, control: Control) -> None:
        self.send(control.off if control.is_on(self.state) else control.on)
        self._refresh(0)

    def _fault(self, name: str) -> None:
        self.send(f"fault {name} {'off' if name in self.state['bench_faults'] else 'on'}")
        self._refresh(0)

    def _refill(self) -> None:
        self.send(f"barrel {BARRELS[self.state['barrel']]}")

    def _refresh(self, _elapsed: float) -> None:
        try:
            self.state, truth, port = self.line.ask("state"), self.line.ask("truth"), self.line.do("port")
        except OSError:
            self.stop()
            return
        for control in CONTROLS:
            alarming = ALARM if control.inverted else ON
            self._paint(self.buttons[control.key], alarming if control.is_on(self.state) else PLATE)
        for name, button in self.barrels.items():
            self._paint(button, ON if name == self.state["barrel"] else PLATE)
        for name, button in self.faults.items():
            self._paint(button, ALARM if name in self.state["bench_faults"] else PLATE)
        for reading in readings(self.state, truth):
            value, bar = self.figures[reading.name]
            value.text, bar.value = reading.text, reading.share
        lit = [*self.state["beacon"], self.state["enable"], self.state["buzzer"] is not None]
        for lamp, on, color in zip(self.lamps, lit, (*LAMPS, BAR, INK), strict=True):
            lamp.color = color if on else QUIET
            lamp.bold = on
        self.port.text = f"SIMULATED   {port}"
        self.summary.text = summary(self.state)

    def _paint(self, button: Any, color: tuple[float, ...]) -> None:
        if tuple(button.background_color) != color:
            button.background_color = color

    def _key_down(self, _window: Any, code: int, *_rest: Any) -> bool:
        key = chr(code) if code < 128 else ""
        if key in self.held:
            return True
        for control in CONTROLS:
            if control.key == key:
                self.held.add(key)
                if control.held:
                    self.send(control.on)
                else:
                    self._toggle(control)
                return True
        for named, _label, act in self._acts():
            if named == key:
                act()
                return True
        return False

    def _key_up(self, _window: Any, code: int, *_rest: Any) -> bool:
        key = chr(code) if code < 128 else ""
        self.held.discard(key)
        for control in CONTROLS:
            if control.held and control.key == key:
                self.send(control.off)
        return False


def _complain(text: str) -> int:
    """Say what is wrong, past Kivy, which takes the error stream for its log. Returns the exit status."""
    print(text, file=sys.__stderr__)
    return 2


def main(arguments: list[str]) -> int:
    """Open the window over the console socket that is named. Returns the exit status."""
    if len(arguments) != 1:
        return _complain("usage: python -m hal_sim.window CONSOLE")
    try:
        line = BenchLine(Path(arguments[0]))
    except OSError as error:
        return _complain(f"There is no bench at {arguments[0]}: {error}")
    with contextlib.closing(line):
        BenchWindow(line).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
