"""What a technician asks of inputs, outputs and times, and the part that does it. Role and state were seen to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.channel import checking_commands as check
from kiosk.session.calibration_requests import Answerer, Handler
from kiosk.session.errors import NotNow
from kiosk.session.lapse import WHAT

if TYPE_CHECKING:
    from kiosk.session.engine import Engine


def handlers(engine: Engine) -> dict[type, Handler]:
    """The handler of each command; one that answers later gives True."""
    work = engine.checking

    def lapse(command: check.MeasureLapse, answer: Answerer) -> bool:
        work.admit(WHAT)
        engine.lapse.begin(command.away, answer)
        return True

    def reset(command: check.ResetTimes, _: Answerer) -> None:
        engine.timing.reset(command.time)
        engine.desk.event("times reset", f"Times of {command.time} were forgotten", time=command.time)

    def record(*_: object) -> None:
        if not engine.timing.record():
            raise NotNow(what="Recording the times", why="nothing was measured yet")

    return {
        check.BeginCheck: lambda command, _: work.begin(command),
        check.AnswerSeen: lambda command, _: work.answer(command),
        check.LeaveCheck: lambda _, __: work.leave(""),
        check.ReportTouches: lambda command, _: work.touches(command),
        check.MeasureLapse: lapse,
        check.ResetTimes: reset,
        check.RecordTimes: record,
    }
