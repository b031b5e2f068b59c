"""The balance's child process (`python -m kiosk.system.scales`): it waits for a balance, so that control never does.

Only this file holds the balance's port. A line "on" or "off" comes in; while it is on, one JSON line goes out for each
weight, and one for each trouble, said once. It ends when control's end of the pipe is closed.
"""

from __future__ import annotations

import os
import select
import sys

import msgspec

from drivers.balance import SicsBalance
from drivers.errors import NappageError
from kiosk.session.exchange import BalanceTold

EVERY_S = 0.2
"""So often is the balance asked for the weight now, settled or not."""
AGAIN_S = 1.0
"""A port that cannot be opened is tried again so often."""


class Scales:
    """One balance, opened while somebody weighs and let go of afterwards."""

    def __init__(self, port: str) -> None:
        self._port = port
        self._balance: SicsBalance | None = None
        self._said = ""

    def look(self) -> BalanceTold | None:
        """One weight; None when the same trouble was told before."""
        try:
            if self._balance is None:
                self._balance = SicsBalance(self._port)
            weight, identity = self._balance.weigh(), self._balance.identity
        except NappageError as error:
            self.rest()
            sentence = error.sentence.format(**error.facts)
            told, self._said = self._said, sentence
            return None if told == sentence else BalanceTold(sentence=sentence)
        self._said = ""
        return BalanceTold(weight.ug, weight.stable, identity.model, identity.serial_number)

    def rest(self) -> None:
        """Let go of the port."""
        balance, self._balance = self._balance, None
        if balance is not None:
            balance.close()

    @property
    def there(self) -> bool:
        """Whether it answers."""
        return self._balance is not None


def serve(scales: Scales, words: int, out: int) -> None:
    """Weigh while it is on; return when the other end of `words` or of `out` is closed."""
    on, rest = False, b""
    while True:
        wait = None if not on else EVERY_S if scales.there else AGAIN_S
        readable, _, _ = select.select([words], [], [], wait)
        if readable:
            data = os.read(words, 256)
            if not data:
                scales.rest()
                return
            *lines, rest = (rest + data).split(b"\n")
            on = on if not lines else lines[-1] == b"on"
            if not on:
                scales.rest()
        found = scales.look() if on else None
        if found is not None:
            try:
                os.write(out, msgspec.json.encode(found) + b"\n")
            except BrokenPipeError:  # control ended while it was weighed: nobody hears it
                scales.rest()
                return


def main() -> int:
    """Serve the port that is named, from standard input to standard output."""
    serve(Scales(sys.argv[1]), sys.stdin.fileno(), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
