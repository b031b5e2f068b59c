"""Where `nappage` begins: Ctrl-C ends it without a traceback, also while the program is still read from the disk."""

from __future__ import annotations

import signal


def main() -> None:
    """Read the commands in, then do the one that was typed; from there on each knows what Ctrl-C means to it."""
    heard = signal.getsignal(signal.SIGINT)
    if heard is signal.default_int_handler:  # else whoever started it wants it deaf
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from kiosk.cli import main as command

    signal.signal(signal.SIGINT, heard)
    command()
