"""The simulated device running in real time beside a test, reached as any program reaches it: port, panel, console."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hal_sim.bench import Bench, Places
from hal_sim.faults import Faults
from hal_sim.rig import Rig

_LOOKS = 2000


class OnBench:
    """A bench in a thread of its own. `port` is the symbolic link that follows the device."""

    def __init__(self, folder: Path, *faults: str, balance: bool = False) -> None:
        weighing = folder / "balance" if balance else None
        self.places = Places(folder / "injector", folder / "panel", folder / "console", weighing)
        self.port = str(self.places.link)
        self.panel = folder / "panel"
        self.said: list[str] = []
        self._bench = Bench(Rig(faults=Faults(*faults)), self.places, say=self.said.append)
        self._thread = threading.Thread(target=self._bench.run, daemon=True)
        self._thread.start()
        self._console = Console(folder / "console")

    def do(self, command: str) -> str:
        return self._console.do(command)

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self.do("state"))
        return state

    def until(self, happened: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Ask for the state until `happened`; each answer takes a turn of the bench."""
        state: dict[str, Any] = {}
        for _ in range(_LOOKS):
            state = self.state()
            if happened(state):
                return state
        raise AssertionError(f"it never happened: {state}")

    def frames(self) -> int:
        return int(self.do("frames").split()[1])

    def close(self) -> None:
        self._console.close()
        if self._thread.is_alive():
            self._bench.end()
        self._thread.join(10)
        assert not self._thread.is_alive()


class Console:
    """One connection to a console socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(10)
        self._socket.connect(str(path))
        self._answers = self._socket.makefile("r", encoding="utf-8")

    def do(self, command: str) -> str:
        self._socket.sendall(command.encode() + b"\n")
        return self._answers.readline().rstrip("\n")

    def close(self) -> None:
        self._answers.close()
        self._socket.close()
