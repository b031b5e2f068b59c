"""A process that opens the bench's window without a screen, presses what it is told, and says what it then shows."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from kivy.base import EventLoop, runTouchApp
from kivy.tests.common import UnitTestTouch


def main(console: str, picture: str) -> None:
    import hal_sim.window as room

    line = room.BenchLine(Path(console))
    app: Any = room.BenchWindow(line)
    root = app.build()
    runTouchApp(root, embedded=True)

    def frames(count: int = 3) -> None:
        for _ in range(count):
            EventLoop.idle()

    def press(button: Any) -> None:
        touch = UnitTestTouch(*button.to_window(*button.center))
        touch.touch_down()
        frames()
        touch.touch_up()
        frames()

    def key(letter: str, down: bool) -> None:
        code(ord(letter), down)

    def code(number: int, down: bool = True) -> None:
        room.Window.dispatch("on_key_down" if down else "on_key_up", number, 0, "", [])
        frames()

    def slide_off(button: Any) -> bool:
        """Whether what is held was down while the finger was on it, and is up after it lifted beside it."""
        x, y = button.to_window(*button.center)
        touch = UnitTestTouch(x, y)
        touch.touch_down()
        frames()
        down = line.ask("state")["trigger"]
        touch.touch_move(x + 600, y)
        touch.touch_up()
        frames()
        return down and not line.ask("state")["trigger"]

    frames(5)
    told: dict[str, Any] = {"start": line.ask("state")}
    press(app.buttons["c"])
    told["contact"] = line.ask("state")["contact"]
    press(app.faults["occlusion"])
    told["faults"] = line.ask("state")["bench_faults"]
    press(app.barrels["ML_5"])
    told["barrel"] = line.ask("state")["barrel"]
    key("t", down=True)
    key("t", down=True)
    told["held"] = line.ask("state")["trigger"]
    key("t", down=False)
    told["released"] = line.ask("state")["trigger"]
    told["slid_off"] = slide_off(app.buttons["t"])
    code(275)
    for _ in range(2):
        code(274)
    code(13)
    code(13, down=False)
    told["by_keys"], told["meaning"] = line.ask("state")["bench_faults"], app.meaning.text
    code(8)
    told["all_off"] = line.ask("state")["bench_faults"]
    press(app.faults["occlusion"])
    key("s", down=True)
    key("s", down=False)
    told["stopped"] = not line.ask("state")["stop_a"]
    key("f", down=True)
    key("z", down=True)
    app._refresh(0)
    told["answer"], told["summary"] = app.answer.text, app.summary.text
    told["figures"] = {name: value.text for name, (value, _, _) in app.figures.items()}
    frames()
    room.Window.screenshot(name=picture)
    key("p", down=True)
    told["pedal"] = line.ask("state")["pedal_no"]
    app.dispatch("on_stop")
    told["let_go"] = not line.ask("state")["pedal_no"]
    line.do("quit")
    app._refresh(0)
    frames()
    told["ended"] = EventLoop.status
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
