"""Date and time where a person has to give or confirm them (LED-8): checked, recorded, then taken.

The rule that says what is trusted is in `system.clock`; it is an input here. What a person sets is an effect: the pair
of wall time and CLOCK_MONOTONIC at that moment, which holds for this boot, whatever the system's clock says.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

from drivers.errors import NappageError
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import ClockView, Page
from kiosk.records.facts import Fact
from kiosk.records.rows import EventRow
from kiosk.session.desk import Desk
from kiosk.session.errors import NotChoosable, NotNow
from kiosk.session.exchange import ConfirmWall, Effect, SetWall

SETTING, CONFIRMING = "Setting date and time", "Confirming date and time"
Respond = Callable[[NappageError | None, Page | None], None]


def in_words(wall_ms: int) -> str:
    """UTC ms as local date and time, to the minute."""
    return _minute_in_words(wall_ms // 60_000)


@lru_cache(maxsize=8)
def _minute_in_words(minutes: int) -> str:
    return datetime.fromtimestamp(minutes * 60, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


class DateAndTime:
    """The clock as people meet it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def sentence(self) -> str:
        """Why the clock is not trusted; "" when it is."""
        inputs = self._desk.inputs
        return "" if inputs.wall_trusted else inputs.clock.why or "Set the time."

    def view(self) -> ClockView:
        clock = self._desk.inputs.clock
        return ClockView(self.sentence(), clock.settable, clock.asks_technician, in_words(self._desk.inputs.wall_ms))

    def set(self, command: ask.SetClock, respond: Respond) -> None:
        """Record who set it from what to what (ACC-4), then take it.

        Raises:
            NotNow: something better tells the time, or it would be before the last row.
            NotChoosable: there is no such date or time.
        """
        clock = self._desk.inputs.clock
        if not clock.settable:
            raise NotNow(what=SETTING, why=clock.why.rstrip(".") or "it is trusted as it is")
        try:
            wall_ms = round(datetime.fromisoformat(command.local).astimezone(UTC).timestamp() * 1000)
        except (ValueError, OverflowError):
            raise NotChoosable(what="date and time", name=command.local) from None
        if wall_ms < clock.not_before_ms:
            raise NotNow(what=SETTING, why=f"the last record is of {in_words(clock.not_before_ms)}")
        old = in_words(self._desk.inputs.wall_ms)
        effect = SetWall(wall_ms, self._desk.mono_ms)
        said = f"Date and time set to {command.local}; it was {old}"
        self._record(Fact.CLOCK_SET, said, {"wall_ms": wall_ms, "old": old, "new": command.local}, effect, respond)

    def confirm(self, command: ask.ConfirmClock, respond: Respond) -> None:
        """Record a technician's word for what the screen showed, then take it.

        Raises:
            NotNow: nobody asks for it, or the screen showed another time.
        """
        now = in_words(self._desk.inputs.wall_ms)
        if not self._desk.inputs.clock.asks_technician:
            raise NotNow(what=CONFIRMING, why="nothing waits for it")
        if command.shown not in (now, in_words(self._desk.inputs.wall_ms - 60_000)):
            raise NotNow(what=CONFIRMING, why=f"it is {now} now, not {command.shown}")
        body: dict[str, int | str] = {"wall_ms": self._desk.inputs.wall_ms, "old": "", "new": command.shown}
        self._record(Fact.CLOCK_CONFIRMED, f"Date and time {command.shown} confirmed", body, ConfirmWall(), respond)

    def _record(self, kind: str, said: str, body: dict[str, int | str], effect: Effect, respond: Respond) -> None:
        desk = self._desk

        def taken() -> None:
            desk.emit(effect)
            respond(None, None)

        def failed() -> None:
            respond(NotNow(what=SETTING, why="the record cannot be written"), None)

        desk.commit(EventRow(kind, desk.mono_ms, desk.session, desk.user, said, {**body}), then=taken, failed=failed)
