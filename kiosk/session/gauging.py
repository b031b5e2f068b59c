"""The needle's depth under a gauge: the gauge set to zero on a block, then six depths from above and from below.

    zero -> (needle goes out and rests -> what the gauge shows) x 12, each its own row -> line, backlash, verdict

The needle comes back by itself after 8 s; what the gauge showed meanwhile is typed. Nothing measured is ever dropped.
"""

from __future__ import annotations

from drivers.registers import Calibration
from kiosk.calibration import depth as law
from kiosk.calibration.depth import Reading
from kiosk.calibration.errors import NotACorrection
from kiosk.calibration.proof import Depth, depth_measured
from kiosk.calibration.uncertainty import Instruments
from kiosk.channel.calibration_views import GaugeView
from kiosk.protocols.profile import Device
from kiosk.records.facts import Fact
from kiosk.session.desk import Desk
from kiosk.session.errors import NotNow
from kiosk.session.in_force import DEPTH
from kiosk.session.in_force import figures as figures_of
from kiosk.session.measured import Measured
from kiosk.session.words import mm

DEPTHS_UM = (500, 1_500, 2_500, 3_500, 4_500, 5_500)
"""One more than ACU-2 asks for; from below the needle comes from 0.3 mm deeper, for which the cap leaves room."""
DOUBT_UM = 1_000
READING = "Taking a reading"


class Gauging:
    """Readings so far. `measured_with` is number and check of the calibration that they all belong to."""

    def __init__(self, desk: Desk, device: Device, with_key: tuple[int, int]) -> None:
        self._desk = desk
        step = device.depth.step
        depths = tuple(depth for depth in DEPTHS_UM if depth <= device.depth.high and depth % step == 0)
        self.wanted: tuple[tuple[int, bool], ...] = tuple((depth, below) for depth in depths for below in (False, True))
        """Depth, um, and whether the needle comes upon it from below."""
        self.part, self.title = DEPTH, "Depth under a gauge"
        self.measured_with = with_key
        self.zeroed = False
        self.moving = False
        self.waits = False
        """Whether what the gauge shows is waited for."""
        self.readings: list[Reading] = []
        self._doubted: int | None = None

    @property
    def complete(self) -> bool:
        return len(self.readings) == len(self.wanted)

    def next(self) -> tuple[int, bool]:
        """Depth and direction of the next reading.

        Raises:
            NotNow: the gauge is not at zero, a reading is waited for, or all are taken.
        """
        if not self.zeroed:
            raise NotNow(what="Moving the needle", why="the gauge is set to zero on the block first")
        if self.complete:
            raise NotNow(what="Moving the needle", why="all depths were read")
        return self.wanted[len(self.readings)]

    def zero(self) -> None:
        """The gauge stands on the plate and shows zero on the block."""
        self.zeroed = True
        self._desk.event(Fact.CALIBRATION_POINT, "Gauge set to zero on the block", what="zero")

    def rests(self) -> None:
        """The needle is on its way to rest under the gauge."""
        self.moving = self.waits = True

    def back(self, why: str) -> None:
        """The needle is back; a motion that was cut short showed nothing."""
        self.moving = False
        if why:
            self.waits = False

    def read(self, um: int) -> None:
        """What the gauge showed.

        Raises:
            NotNow: nothing waits for it, or it is doubted until it is given again.
        """
        if not self.waits:
            raise NotNow(what=READING, why="the needle was not moved under the gauge")
        depth, below = self.wanted[len(self.readings)]
        if abs(um - depth) > DOUBT_UM and self._doubted != um:
            self._doubted = um
            raise NotNow(what=READING, why=f"{mm(um)} at {mm(depth)}: if that is right, give it again")
        self._doubted, self.waits = None, False
        self.readings.append(Reading(depth, float(um), "up" if below else "down"))
        direction = "from below" if below else "from above"
        self._desk.event(
            Fact.CALIBRATION_POINT, f"Depth {mm(depth)} {direction}: the gauge showed {mm(um)}", what="gauge",
            depth_um=depth, gauge_um=um, direction=direction, calibration_id=self.measured_with[0],
        )  # fmt: skip

    def restart(self, with_key: tuple[int, int]) -> None:
        """Another calibration is in force: what was read says nothing of it."""
        self.measured_with, self.readings, self.waits = with_key, [], False

    @property
    def busy(self) -> bool:
        """Whether the needle is out."""
        return self.moving

    def measured(self, calibration: Calibration) -> Measured:
        """Verdict and correction; all depths were read (ACU-2)."""
        result = law.judge(self.readings)
        figures: dict[str, int] = {}
        why = ""
        try:
            found = law.correction(result, calibration.depth_zero_um, calibration.depth_scale_ppm)
        except NotACorrection as error:
            why = error.sentence.format(**error.facts)
        else:
            figures = {"depth_zero_um": found.zero_after_um, "depth_scale_ppm": found.scale_after_ppm}
        verdict = "Depth and backlash pass" if result.passes else "Depth or backlash does not pass"
        off, slack = mm(round(result.worst_um)), mm(round(result.backlash_um))
        said = f"{verdict} with calibration {calibration.id}; farthest off {off}, backlash {slack}."
        left = max(result.residuals_um, key=abs)
        told = (
            f"n {result.readings} at {result.points} depths, farthest off {result.worst_um:+.0f} um, backlash "
            f"{result.backlash_um:+.0f} +/- {result.backlash_half_um:.0f} um, line {result.zero_um:+.0f} +/- "
            f"{result.zero_half_um:.0f} um and {result.slope:.4f} +/- {result.slope_half:.4f}, farthest from it "
            f"{left:+.0f} um"
        )
        return Measured(result.passes, said, figures, why, "", told)

    def points(self) -> str:
        """All that was read, as one line of text: what a certificate's hash is taken over."""
        return repr(self.readings)

    def kept(self, calibration: Calibration, instruments: Instruments) -> Depth:
        """All of it as the record keeps it; all depths were read."""
        figures = figures_of(calibration, self.part)
        return depth_measured(self.measured_with, figures, law.judge(self.readings), self.readings, instruments)

    def views(self) -> tuple[GaugeView, ...]:
        """Every depth, read or not."""
        read = {(reading.depth_um, reading.direction == "up"): round(reading.gauge_um) for reading in self.readings}
        return tuple(GaugeView(depth, below, read.get((depth, below))) for depth, below in self.wanted)
