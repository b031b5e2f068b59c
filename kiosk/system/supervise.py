"""Only this file starts and ends the processes of ``nappage run``; on a Pi systemd does the same from its units.

Every end is an event that is awaited: a pidfd, a pipe, a datagram or a signal. There is no loop that sleeps and looks.
"""

from __future__ import annotations

import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from types import FrameType

from kiosk.system.child import Child, ChildPlan, Restart
from kiosk.system.errors import ChildNotReady, UnknownChild

FIRST_WAIT_S = 0.25
LONGEST_WAIT_S = 15.0
PATIENCE_S = 60.0
"""A process that lived this long begins again with the shortest wait; SOMETIMES counts its deaths within it."""
DEATHS_FOR_GOOD = 3
_NO_RESTART = (0, 2, 126, 127)  # on purpose, refused to start, and the tether's two: cannot be started
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def growing_wait_s(deaths: int) -> float:
    """Seconds before start after the ``deaths``-th death in a row: 0.25, 0.5, 1, ... at most 15."""
    return min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(deaths - 1, 16))


def ends_all(restart: Restart, code: int, deaths: int) -> bool:
    """Whether this exit is the end of everything; ``deaths`` counts this one."""
    if code in _NO_RESTART or restart is Restart.NEVER:
        return True
    return restart is Restart.SOMETIMES and deaths >= DEATHS_FOR_GOOD


class _Place:
    """One plan's present life, and what is remembered from life to life."""

    def __init__(self, plan: ChildPlan) -> None:
        self.plan = plan
        self.child: Child | None = None
        self.started_s = 0.0
        self.ready_by_s: float | None = None
        self.start_at_s: float | None = 0.0
        self.kill_at_s: float | None = None
        self.deaths: list[float] = []

    @property
    def ready(self) -> bool:
        return self.child is not None and self.child.ready


class Supervisor:
    """Starts plans in their order, keeps them alive, and ends them in the opposite order.

    `run` belongs to the main thread: signals arrive there, and children are tethered to it.
    """

    def __init__(
        self,
        plans: tuple[ChildPlan, ...],
        write: Callable[[str], object] | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """Take the plans. ``write`` takes each line of output, with its newline.

        Raises:
            UnknownChild: E932, a plan waits for one that does not come before it.
        """
        for index, plan in enumerate(plans):
            if plan.after and plan.after not in {earlier.name for earlier in plans[:index]}:
                raise UnknownChild(name=plan.name, after=plan.after)
        self._places = [_Place(plan) for plan in plans]
        self._write = write if write is not None else _print
        self._environ = environ
        self._selector = selectors.DefaultSelector()
        self._code: int | None = None
        self._ctrl_c = 0
        self._unsaid = 0
        self._problem: ChildNotReady | None = None
        self._width = max((len(plan.name) for plan in plans), default=0)

    def run(self) -> int:
        """Supervise until a signal, an end on purpose, or a death for good; nothing is left when it returns.

        Returns:
            0 after one Ctrl-C or SIGTERM; else the exit code of the process that ended all.

        Raises:
            ChildNotStarted: E930. ChildNotReady: E931. In both cases all others have been ended first.
        """
        with self._signals():
            try:
                while self._code is None or any(place.child for place in self._places):
                    self._start_what_may()
                    self._end_in_turn()
                    for key, _ in self._selector.select(self._patience_s()):
                        key.data()
                    self._timers()
            finally:
                self._kill_all()
                self._selector.close()
        if self._problem is not None:
            raise self._problem
        return self._code

    def end(self, code: int) -> None:
        """Begin the end of all; the first code counts."""
        if self._code is None:
            self._code = code

    # ---- starting

    def _start_what_may(self) -> None:
        now = time.monotonic()
        for place in self._places:
            if self._code is None and place.start_at_s is not None and place.start_at_s <= now and self._may(place):
                self._start(place, now)

    def _may(self, place: _Place) -> bool:
        return not place.plan.after or any(other.ready for other in self._places if other.plan.name == place.plan.after)

    def _start(self, place: _Place, now: float) -> None:
        child = Child(place.plan)
        child.start(self._environ)
        place.child, place.start_at_s, place.started_s = child, None, now
        place.ready_by_s = None if child.ready else now + place.plan.ready_within_s
        self._selector.register(child.output, selectors.EVENT_READ, lambda: self._output(place))
        self._selector.register(child.notices, selectors.EVENT_READ, lambda: self._notice(place))
        self._selector.register(child.pidfd, selectors.EVENT_READ, lambda: self._ended(place))

    # ---- events

    def _output(self, place: _Place) -> None:
        if place.child is not None:
            self._say(place, place.child.read_lines())
            if place.child.silent:
                # It closed its output and may live on; a pipe at its end would wake us for ever.
                self._selector.unregister(place.child.output)

    def _notice(self, place: _Place) -> None:
        if place.child is None:
            return
        self._say(place, place.child.read_notices())
        if place.child.ready:
            place.ready_by_s = None

    def _ended(self, place: _Place) -> None:
        child = place.child
        if child is None:
            return
        for file in (child.notices, child.pidfd) if child.silent else (child.output, child.notices, child.pidfd):
            self._selector.unregister(file)
        code, lines = child.reap()
        place.child = place.ready_by_s = place.kill_at_s = None
        self._say(place, lines)
        if self._code is None:
            self._unasked(place, code)

    def _unasked(self, place: _Place, code: int) -> None:
        now = time.monotonic()
        if now - place.started_s >= PATIENCE_S:
            place.deaths.clear()
        place.deaths = [death for death in place.deaths if now - death < PATIENCE_S] + [now]
        if ends_all(place.plan.restart, code, len(place.deaths)):
            self._say(place, [f"ended with {code}; ending all"])
            self.end(code)
            return
        wait_s = growing_wait_s(len(place.deaths))
        place.start_at_s = now + wait_s
        self._say(place, [f"ended with {code}; starting again in {wait_s:g} s"])

    # ---- ending

    def _end_in_turn(self) -> None:
        """Ask the last started to end; the one before it when that has."""
        if self._code is None:
            return
        for place in reversed(self._places):
            if place.child is not None:
                if place.kill_at_s is None:
                    place.kill_at_s = time.monotonic() + place.plan.stop_within_s
                    place.child.ask_to_end()
                return

    def _kill_all(self) -> None:
        for place in reversed(self._places):
            if place.child is not None:
                place.child.kill()
                place.child.reap()
                place.child = None

    def _signalled(self, wake: int) -> None:
        self._ctrl_c += os.read(wake, 64).count(signal.SIGINT)
        if self._ctrl_c > 1:
            # A person pressed twice: no more patience. (A closing terminal may send SIGHUP twice; that means nothing.)
            for place in self._places:
                if place.child is not None:
                    place.child.kill()
        self.end(0)

    # ---- time

    def _patience_s(self) -> float | None:
        """Seconds until the next timer, None when only events can change anything."""
        due = [
            moment
            for place in self._places
            for moment in (place.ready_by_s, place.kill_at_s, place.start_at_s if self._waits(place) else None)
            if moment is not None
        ]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _waits(self, place: _Place) -> bool:
        return self._code is None and self._may(place)

    def _timers(self) -> None:
        now = time.monotonic()
        for place in self._places:
            if place.child is None:
                continue
            if place.kill_at_s is not None and place.kill_at_s <= now:
                self._say(place, [f"did not end within {place.plan.stop_within_s:g} s; killed"])
                place.kill_at_s = now + place.plan.stop_within_s
                place.child.kill()
            if self._code is None and place.ready_by_s is not None and place.ready_by_s <= now:
                self._problem = ChildNotReady(name=place.plan.name, seconds=place.plan.ready_within_s)
                self.end(1)

    # ---- output and signals

    def _say(self, place: _Place, lines: list[str]) -> None:
        for line in lines:
            try:
                if self._unsaid:
                    self._write(f"({self._unsaid} lines before this one came late or were lost: nothing took them)\n")
                    self._unsaid = 0
                self._write(f"{place.plan.name:{self._width}} | {line}\n")
            except BrokenPipeError:
                # Nobody reads any more (``nappage run | head``): that is a wish to end, said once.
                self._write = _drop
                self.end(0)
            except OSError:  # a log on a full disk, say: nobody's treatment ends for that
                self._unsaid += 1

    @contextmanager
    def _signals(self) -> Generator[None, None, None]:
        wake, waker = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(waker, False)
        previous = {number: signal.signal(number, _heard) for number in _SIGNALS}
        previous_waker = signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        self._selector.register(wake, selectors.EVENT_READ, lambda: self._signalled(wake))
        try:
            yield
        finally:
            signal.set_wakeup_fd(previous_waker)
            for number, handler in previous.items():
                signal.signal(number, handler)
            os.close(wake)
            os.close(waker)


def _heard(number: int, frame: FrameType | None) -> None:
    """The number has already gone through the wakeup pipe; there is nothing to do in here."""


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _drop(text: str) -> None:
    """Take a line that nobody reads."""
