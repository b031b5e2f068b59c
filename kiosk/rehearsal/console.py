"""The bench's console as a rehearsal uses it: one line out, one line back, never waiting for ever."""

from __future__ import annotations

import socket
from pathlib import Path
from types import TracebackType
from typing import Self

from kiosk.rehearsal.errors import ConsoleRefused, ConsoleSilent

PATIENCE_S = 10.0
_REFUSED = ("There is no ", "error:", " takes ")


class Console:
    """A connection to the console socket of `python -m hal_sim`."""

    def __init__(self, path: Path, patience_s: float = PATIENCE_S) -> None:
        """Connect.

        Raises:
            ConsoleSilent: E863, nobody listens there.
        """
        self._path = path
        self._rest = b""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(patience_s)
        try:
            self._socket.connect(str(path))
        except OSError as fault:
            self._socket.close()
            raise ConsoleSilent(path=path, why=fault.strerror or "time-out") from fault

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def ask(self, line: str) -> str:
        """Send one line and give its answer, whatever it says.

        Raises:
            ConsoleSilent: E863, no answer in time, or the bench is gone.
        """
        try:
            self._socket.sendall(line.encode() + b"\n")
            while b"\n" not in self._rest:
                came = self._socket.recv(65536)
                if not came:
                    raise ConsoleSilent(path=self._path, why="it hung up")
                self._rest += came
        except OSError as fault:
            if isinstance(fault, ConsoleSilent):
                raise
            raise ConsoleSilent(path=self._path, why=fault.strerror or "time-out") from fault
        answer, _, self._rest = self._rest.partition(b"\n")
        return answer.decode("utf-8", "replace")

    def tell(self, line: str, step: str) -> str:
        """`ask`, and an answer that refuses is an error.

        Raises:
            ConsoleRefused: E864, the bench does not know the word.
        """
        answer = self.ask(line)
        if any(word in answer for word in _REFUSED):
            raise ConsoleRefused(step=step, line=line, answer=answer)
        return answer
