"""A bare loop under SCHED_FIFO at control's own priority and period: as late as anything is on this machine now."""

from __future__ import annotations

import gc
import signal
import sys
import time
from array import array
from pathlib import Path

from kiosk.session.cycle import PERIOD_S
from kiosk.system.scheduling import LOOP, take_priority


def main(words: list[str]) -> None:
    """`FILE-PREFIX`: writes .due and .late, as `tests.bench.watched` does, when it is ended."""
    (prefix,) = words
    due, late = array("d"), array("d")
    ended = False

    def end(_number: int, _frame: object) -> None:
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, end)
    take_priority(LOOP)
    gc.collect()
    gc.freeze()
    at = time.monotonic()
    while not ended:
        at += PERIOD_S
        time.sleep(max(0.0, at - time.monotonic()))
        now = time.monotonic()
        due.append(at)
        late.append(now - at)
        at = max(at, now - (now - at) % PERIOD_S)
    Path(f"{prefix}.due").write_bytes(due.tobytes())
    Path(f"{prefix}.late").write_bytes(late.tobytes())


if __name__ == "__main__":
    main(sys.argv[1:])
