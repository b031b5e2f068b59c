"""The simulated balance's end of its serial line: the words of MT-SICS levels 0 and 1, on a pseudo-terminal.

Only this file speaks them here. Its owner calls `run` as time goes on, twenty times a second or more; nothing waits.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from hal_sim.terminal import Terminal
from hal_sim.weighing import Pan

GIVES_UP_S = 20.0
"""How long it waits for stability before it says that it could not."""
LOOKS_S = 0.3
"""A load put on just before the command has moved the reading by then."""
LINE_MOST = 64
ZERO_RANGE = 0.02
"""Zero can be set within 2 % of the capacity."""
MODEL, SOFTWARE = "NPB224 Simulated", "1.00 10.28.0.493.142"
IDENTIFIED = 'I4 A "B000000001"'
KNOWN = dict.fromkeys(("@", "I0", "I1", "I2", "I3", "I4", "S", "SI", "SIR", "Z", "ZI"), 0) | dict.fromkeys(
    ("D", "DW", "SR", "T", "TA", "TAC", "TI"), 1
)
"""Every command with its level."""
WORDS = (
    "balance: vessel on|off (under the nozzle; off empties it), doors open|close, balance unplug|replug, balance "
    "(what it shows)"
)


class _Waiting(msgspec.Struct, frozen=True):
    """A command that needs a stable weight."""

    name: str
    since: float


class Balance:
    """One balance on one line. Times are monotonic seconds."""

    def __init__(self, pan: Pan, link: Path | None = None) -> None:
        self._pan = pan
        self._line = Terminal(link)
        self._buffer = b""
        self._zero_ug = 0.0
        self._tare_ug = 0.0
        self._waiting: _Waiting | None = None
        self._repeating = False
        self._text = ""
        self._said = 0.0
        self._line.plug()

    @property
    def port(self) -> str | None:
        """Path of its pseudo-terminal, None while unplugged."""
        return self._line.port

    def close(self) -> None:
        self._line.unplug()

    def do(self, words: list[str]) -> str | None:
        """A console command for the balance, answered in words; None when it is none of these."""
        match words:
            case ["vessel", ("on" | "off") as state]:
                self._pan.put(state == "on")
            case ["doors", ("open" | "close") as state]:
                self._pan.doors_open = state == "open"
            case ["balance", "unplug"]:
                self._line.unplug()
            case ["balance", "replug"]:
                if self._line.port is None:
                    self._line.plug()
            case ["balance"]:
                return self._text or self._shown("stable" if self._pan.stable else "moving")
            case [("vessel" | "doors" | "balance"), *_]:
                return f"error: {WORDS}"
            case _:
                return None
        return "ok"

    # -- the line

    def run(self, now: float) -> None:
        """Weigh, take the commands that have come, and answer who waits for a stable weight."""
        self._pan.run(now)
        self._listen(now)
        waiting = self._waiting
        if waiting is not None:
            if self._pan.stable and now - waiting.since >= LOOKS_S:
                self._waiting = None
                self._settled(waiting.name)
            elif now - waiting.since >= GIVES_UP_S:
                self._waiting = None
                self._say(f"{waiting.name} I")
        elif self._repeating and now - self._said >= 0.1:
            self._said = now
            self._say(self._weight("S"))

    def _listen(self, now: float) -> None:
        self._buffer += self._line.read()
        *lines, self._buffer = self._buffer.split(b"\r\n")
        if len(self._buffer) > LINE_MOST:
            self._buffer = b""
            self._say("ET")
        for line in lines:
            self._command(now, line)

    def _command(self, now: float, line: bytes) -> None:
        self._repeating = False
        try:
            text = line.decode("ascii")
        except UnicodeDecodeError:
            self._say("ET")
            return
        if text in ("S", "Z", "T", "SR"):
            self._waiting = _Waiting(text, now)
            return
        if text == "SIR":
            self._repeating = True
            return
        answer = self._tells(text) or self._does(text)
        self._say(answer or ("EL" if text.split(" ")[0] in KNOWN else "ES"))

    def _tells(self, text: str) -> str | None:
        match text:
            case "I0":
                ends = ["B"] * (len(KNOWN) - 1) + ["A"]
                return "\r\n".join(f'I0 {end} {KNOWN[name]} "{name}"' for end, name in zip(ends, KNOWN, strict=True))
            case "I1":
                return 'I1 A "01" "2.30" "2.22" "" ""'
            case "I2":
                return f'I2 A "{MODEL} {self._pan.place.capacity_ug / 1e6:.4f} g"'
            case "I3":
                return f'I3 A "{SOFTWARE}"'
            case "I4":
                return IDENTIFIED
            case "SI":
                return self._weight("S")
            case "TA":
                return f"TA A {_grams(self._tare_ug)}"
            case _:
                return None

    def _does(self, text: str) -> str | None:
        match text:
            case "@":
                self._waiting, self._text = None, ""
                return IDENTIFIED
            case "ZI":
                answer = self._set_zero()
                return f"ZI {self._state()}" if answer == "Z A" else answer.replace("Z", "ZI")
            case "TI":
                return "TI +" if self._over() else self._set_tare("TI", self._state())
            case "TAC":
                self._tare_ug = 0.0
                return "TAC A"
            case "DW":
                self._text = ""
                return "DW A"
            case _ if text.startswith('D "') and text.endswith('"') and len(text) > 3:
                self._text = text[3:-1]
                return "D A"
            case _:
                return None

    def _settled(self, name: str) -> None:
        """What a command that waited does once the weight is stable."""
        if name == "Z":
            self._say(self._set_zero())
        elif name == "T":
            self._say("T +" if self._over() else self._set_tare("T", "S"))
        else:
            self._say(self._weight("S"))
            self._repeating = name == "SR"

    def _set_zero(self) -> str:
        if abs(self._pan.gross_ug) > ZERO_RANGE * self._pan.place.capacity_ug:
            return "Z +" if self._pan.gross_ug > 0 else "Z -"
        self._zero_ug, self._tare_ug = self._pan.gross_ug, 0.0
        return "Z A"

    def _set_tare(self, name: str, state: str) -> str:
        self._tare_ug = self._pan.gross_ug - self._zero_ug
        return f"{name} {state} {_grams(self._tare_ug)}"

    def _state(self) -> str:
        return "S" if self._pan.stable else "D"

    def _over(self) -> bool:
        return self._pan.gross_ug - self._zero_ug > self._pan.place.capacity_ug

    def _weight(self, name: str) -> str:
        return f"{name} +" if self._over() else self._shown(f"{name} {self._state()}")

    def _shown(self, before: str) -> str:
        return f"{before} {_grams(self._pan.gross_ug - self._zero_ug - self._tare_ug)}"

    def _say(self, answer: str) -> None:
        self._line.write(answer.encode("ascii") + b"\r\n")


def _grams(micrograms: float) -> str:
    """Ten characters with five decimals and the unit, as the display has them."""
    return f"{round(micrograms / 10) / 100_000:10.5f} g"
