"""Only this file ties a process's life to its parent's: the kernel kills it the moment the parent dies, in any way.

``python kiosk/system/tether.py PARENT COMMAND...`` asks for that and becomes COMMAND. The wish survives the exec, needs
no code between fork and exec in the parent, and holds for a parent that was killed without a word. Nothing that moves
a needle outlives who supervises it: the ledger (LED-10) and the controller's lease (WDG-1) stand an end at any instant.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def tethered(command: tuple[str, ...]) -> tuple[str, ...]:
    """The command line that runs ``command`` tied to the calling process. Start it from a thread that stays alive."""
    # Isolated and without site-packages: this file needs the standard library only, and starts in half the time.
    return (sys.executable, "-IS", __file__, str(os.getpid()), *command)


def main(arguments: list[str]) -> int:
    """Tie this process to the parent named first, and become the command that follows."""
    parent, *command = arguments
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        print(f"tether: {os.strerror(ctypes.get_errno())}", file=sys.stderr)
        return 126
    # The parent may have died before the wish was heard.
    if os.getppid() != int(parent):
        return 125
    try:
        os.execvp(command[0], command)  # noqa: S606  # no shell is wanted
    except OSError as problem:
        print(f"{command[0]}: {problem.strerror}", file=sys.stderr)
        return 127


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
