"""Where `python -m hal_sim` begins: Ctrl-C ends it without a traceback, also while it is still read from the disk."""

from __future__ import annotations

import os
import signal
import sys


def main() -> int:
    """Read the bench in and run it; from there on it knows itself what Ctrl-C means."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else whoever started it wants it deaf
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:  # closed by whoever started it: it leads nowhere
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115
    from hal_sim.alone import main as bench

    return bench()


if __name__ == "__main__":
    sys.exit(main())
