"""The stop latch: the one lock that a stop, an enable and a send take in turn, and the epoch that a stop moves.

Only this file knows why a stop wins over every start that is not yet finished, whichever came first (STP-1): a start
carries the epoch it was decided in and acts under the lock; a stop moves the epoch under the same lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from drivers.errors import StaleEpoch


class StopLatch:
    """The latch of a process (`drivers.ports.StopLatch`). Safe to use from any thread.

    The lock is held over `drop` and over `act`, both of which only write (a pin, the bytes of one frame); nobody ever
    waits for an answer under it. It is reentrant because a stop must never wait for its own thread: a stop that comes
    up inside `act` moves the epoch at once, and the next start sees it.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._epoch = 0

    @property
    def epoch(self) -> int:
        """Number of stops since the process began."""
        return self._epoch

    def raise_epoch(self, drop: Callable[[], None]) -> int:
        """Under the lock: move the epoch, then call `drop`. Returns the new epoch.

        The epoch moves first, so that a `drop` that fails still refuses every start.
        """
        with self._lock:
            self._epoch += 1
            drop()
            return self._epoch

    def guarded(self, epoch: int, what: str, act: Callable[[], None]) -> None:
        """Under the lock: call `act` when the epoch is still `epoch`; `what` names it for the error.

        Raises:
            StaleEpoch: a stop moved it; `act` was not called.
        """
        with self._lock:
            if epoch != self._epoch:
                raise StaleEpoch(what=what)
            act()
