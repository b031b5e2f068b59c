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
        room.Window.dispatch("on_key_down" if down else "on_key_up", ord(letter), 0, letter, [])
        frames()

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
    key("s", down=True)
    key("s", down=False)
    told["stopped"] = not line.ask("state")["stop_a"]
    key("f", down=True)
    key("z", down=True)
    app._refresh(0)
    told["answer"], told["figure"], told["summary"] = app.answer.text, app.figures["Plunger"][0].text, app.summary.text
    frames()
    room.Window.screenshot(name=picture)
    line.do("quit")
    app._refresh(0)
    frames()
    told["ended"] = EventLoop.status
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
