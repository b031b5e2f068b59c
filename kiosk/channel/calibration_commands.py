"""What a technician may ask of control while the device is calibrated; the other commands stand in `commands`.

Weights travel as integer ug as the balance shows them, lengths as um, volumes as nL, temperature as hundredths of a
degree, air pressure as Pa. What is written and what is certified repeats the key of the proposal that was shown.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from kiosk.channel.base import Command, Text

Nl = Annotated[int, msgspec.Meta(ge=0, le=100_000_000)]
Level = Literal["smallest", "middle", "largest"]


class OpenCalibration(Command, frozen=True):
    """Begins a calibration: no session is open, and the needle is homed. `away`: the handpiece touches nobody."""

    away: bool


class CalibrateDose(Command, frozen=True):
    """A syringe of test liquid in the clamp, to weigh out; the same barrel again is a refill that keeps its runs."""

    syringe: Text
    fill_nl: Nl
    smallest_nl: Nl
    """The smallest dose that shall be usable with this barrel, nL."""
    printed_nl: Nl = 0
    """The volume printed on the barrel where the clamp senses none (LIM-12)."""


class FlushBench(Command, frozen=True):
    """Push so much into a beaker, until the path is full of liquid and free of air."""

    volume_nl: Nl


class DescribeRoom(Command, frozen=True):
    """Air and liquid where it is weighed."""

    temperature_cdeg: Annotated[int, msgspec.Meta(ge=0, le=10_000)]
    """Hundredths of a degree Celsius."""
    pressure_pa: Annotated[int, msgspec.Meta(ge=0, le=200_000)] = 101_325
    humidity_percent: Annotated[int, msgspec.Meta(ge=0, le=100)] = 50


class StartBlank(Command, frozen=True):
    """Measure what evaporates: two weights at least 30 s apart, nothing delivered between them."""


class StartRun(Command, frozen=True):
    """Weigh shots of one dose; a run that was left goes on where it was left."""

    level: Level


class PauseRun(Command, frozen=True):
    """Leave the run or the blank; what was weighed stays."""


class TypeWeight(Command, frozen=True):
    """What the balance shows now, ug, when nothing else weighs."""

    ug: Annotated[int, msgspec.Meta(ge=-1_000_000_000, le=1_000_000_000)]


class WriteCalibration(Command, frozen=True):
    """Confirms the proposal that was shown: write it to the spare slot, read it back, put it in force."""

    key: Text


class CertifyCalibration(Command, frozen=True):
    """Confirms the figures that were shown: what is in force was measured and passes (ACU-1, ACU-2)."""

    key: Text


class RestoreCalibration(Command, frozen=True):
    """Put the figures that were last certified in force again, when something else is in force."""


class LeaveCalibration(Command, frozen=True):
    """Ends the calibration; what is in force stays in force."""


class CalibrateDepth(Command, frozen=True):
    """Measure the needle's depth under a gauge."""


class ZeroGauge(Command, frozen=True):
    """The gauge stands on the plate and shows zero on the block."""


class MoveToGauge(Command, frozen=True):
    """Send the needle under the gauge to the next depth; it rests there for 8 s. `away`: nobody is under the nozzle."""

    away: bool


class TypeGauge(Command, frozen=True):
    """What the gauge showed while the needle rested, um."""

    um: Annotated[int, msgspec.Meta(ge=-20_000, le=20_000)]
