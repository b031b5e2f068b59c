"""A proof that somebody ends early: it says so in one line, leaves nothing behind, and counts for nothing."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable

STOPPED = 128 + signal.SIGINT


def in_order(main: Callable[[], int]) -> int:
    """What `main` returns; ended by Ctrl-C, SIGTERM or a closed terminal, 130. One that nohup made deaf stays so."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    try:
        return main()
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped: a part of a proof proves nothing\n")
        return STOPPED


def deaf() -> None:
    """For a worker process: Ctrl-C reaches it too, but whoever started it says when to end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
