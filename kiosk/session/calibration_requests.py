"""What a technician asks while the device is calibrated, and the part that does it. Role and state were seen to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from drivers.errors import NappageError
from kiosk.channel import certificates
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import Page

if TYPE_CHECKING:
    from kiosk.session.engine import Engine

Answerer = Callable[[NappageError | None, Page | None], None]
Handler = Callable[[Any, Answerer], bool | None]


def handlers(engine: Engine) -> dict[type, Handler]:
    """The handler of each command; one that answers later gives True."""
    work = engine.calibrating

    def later(act: Callable[[Any, Answerer], None]) -> Handler:
        def handle(command: Any, answer: Answerer) -> bool:
            act(command, answer)
            return True

        return handle

    return {
        ask.OpenCalibration: later(work.begin),
        ask.CalibrateDose: later(work.weigh_out),
        ask.FlushBench: later(work.flush),
        ask.DescribeRoom: lambda command, _: work.describe(command),
        ask.StartBlank: lambda _, __: work.blank(),
        ask.StartRun: lambda command, _: work.run(command.level),
        ask.PauseRun: lambda _, __: work.pause(),
        ask.TypeWeight: lambda command, _: work.weigh(command.ug),
        ask.WriteCalibration: later(lambda command, answer: work.proving.write(command.key, answer)),
        ask.CertifyCalibration: later(lambda command, answer: work.proving.certify(command.key, answer)),
        ask.RestoreCalibration: later(lambda _, answer: work.proving.restore(answer)),
        ask.CalibrateDepth: lambda _, __: work.under_gauge.begin(),
        ask.ZeroGauge: lambda _, __: work.under_gauge.gauging("Setting the gauge").zero(),
        ask.MoveToGauge: later(work.under_gauge.move),
        ask.TypeGauge: lambda command, _: work.under_gauge.read(command.um),
        ask.LeaveCalibration: lambda _, __: work.end("asked"),
        certificates.NameInstrument: lambda command, _: engine.instruments.name(command),
    }
