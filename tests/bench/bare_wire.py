"""A bare round trip over a pseudo-terminal under SCHED_FIFO: what the kernel alone takes for a lease's bytes.

One process holds both ends and does nothing else, at control's priority and period. The kernel carries the bytes of a
terminal by a worker at ordinary priority (that of a serial port on USB too), so this is no constant under load.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import sys
import time
import tty
from array import array
from pathlib import Path

from drivers.registers import EXCHANGE_REGISTERS, LEASE
from kiosk.session.cycle import PERIOD_S
from kiosk.system.scheduling import LOOP, take_priority

REQUEST, ANSWER = 13 + LEASE.size, 5 + 2 * EXCHANGE_REGISTERS
"""Bytes of function 23 with a lease, and of its answer."""
PATIENCE_MS = 1000


def main(words: list[str]) -> None:
    """`FILE-PREFIX`: writes .began and .wire, seconds, when it is ended."""
    (prefix,) = words
    began, wire = array("d"), array("d")
    ended = False

    def end(_number: int, _frame: object) -> None:
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, end)
    take_priority(LOOP)
    device, program = os.openpty()
    tty.setraw(program)
    tty.setraw(device)
    gc.collect()
    gc.freeze()
    at = time.monotonic() + PERIOD_S / 2  # between the bare loop's cycles
    while not ended:
        at += PERIOD_S
        time.sleep(max(0.0, at - time.monotonic()))
        now = time.monotonic()
        carry(program, device, REQUEST)
        carry(device, program, ANSWER)
        began.append(now)
        wire.append(time.monotonic() - now)
        at = max(at, now - (now - at) % PERIOD_S)
    Path(f"{prefix}.began").write_bytes(began.tobytes())
    Path(f"{prefix}.wire").write_bytes(wire.tobytes())


def carry(near: int, far: int, size: int) -> None:
    """So many bytes from one end to the other."""
    os.write(near, bytes(size))
    poll = select.poll()
    poll.register(far, select.POLLIN)
    while size:
        if not poll.poll(PATIENCE_MS):
            raise TimeoutError("the pseudo-terminal carries nothing")
        size -= len(os.read(far, size))


if __name__ == "__main__":
    main(sys.argv[1:])
