"""Inputs as they are seen, one check after the other, and how long each took."""

from __future__ import annotations

from kiosk.channel import snapshot as s
from kiosk.channel.checking_views import CheckOutcome
from kiosk.session.timing import EDGE_SCALE, LAPSE_SCALE
from kiosk.view.local import Reached
from tests.view.samples.surroundings import TECHNICIAN, Scenes, at, replace, snap

PINS = s.PinsView(True, True, False, True, False, False, False, False, True)
SENSED = s.SensedView(False, False, True, True, False, False, 5, 0, 0, 0, "ready", 3_210_000)
PRESSED_IN_VAIN = (
    "it rose to 12 kPa and not to 300 kPa: the outlet is open, the line holds air, or the sensor reads too little. "
    "Open the outlet with care"
)
CHECKED: tuple[tuple[str, str, CheckOutcome, str, str], ...] = (
    ("stop", "Stop circuit", "passed", "", "2026-11-22"),
    ("pedal", "Foot pedal", "failed", "both contacts are closed, NO and NC", "2026-10-02"),
    ("trigger", "Trigger of the handpiece", "passed", "", "2026-11-22"),
    ("contact", "Skin contact", "not seen", "nothing was seen", ""),
    ("needle", "Needle sensor", "passed", "", "2026-11-22"),
    ("syringe", "Syringe clamp", "passed", "a barrel of 5 mL is sensed", "2026-11-22"),
    ("pressure", "Line pressure at rest", "passed", "it reads 0 kPa to 1 kPa", "2026-11-22"),
    ("load", "Line pressure, outlet closed", "failed", PRESSED_IN_VAIN, "2026-10-02"),
    ("home", "Home switch", "", "", ""),
    ("relay", "Enable relay and feedback", "passed", "feedback 6 ms, supply 24 ms, open 7 ms", "2026-11-22"),
    ("red", "Red lamp", "passed", "", "2026-11-22"),
    ("yellow", "Yellow lamp", "stopped", "an alarm flashes this lamp", "2026-11-22"),
    ("cyan", "Cyan lamp", "passed", "", "2026-11-22"),
    ("buzzer", "Alarm buzzer", "left", "", ""),
    ("touch", "Touch of the screen", "failed", "not reached: left bottom", ""),
)
EDGE_BARS = (0,) * 10 + (2, 9, 31, 24, 11, 6, 3, 0, 1, 0, 0, 1, 0, 0, 1) + (0,) * 7
TIMES = (
    s.TimeView("stop", 10_000, 89, 270, 12_100, 12_100, 1, 1, 4, EDGE_SCALE, EDGE_BARS),
    s.TimeView("pedal", 10_000, edges_us=EDGE_SCALE, counts=(0,) * 32),
    s.TimeView("lapse", 250_000, 20, 184_000, 188_000, 188_000, 0, 0, 0, LAPSE_SCALE, (0,) * 18 + (20,) + (0,) * 21),
)


def workshop(now: s.CheckNow | None = None, **changes: object) -> s.Snapshot:
    """A technician between sessions, with inputs, checks and times."""
    lines = tuple(
        s.CheckLine(key, title, outcome, detail, "2026-11-22 10:42" if outcome else "", TECHNICIAN.name, passed)
        for key, title, outcome, detail, passed in CHECKED
    )
    work = s.CheckingView(PINS, SENSED, lines, now, TIMES, "" if now else "pedal")
    return snap(user=TECHNICIAN, checking=replace(work, **changes))


SCENES: Scenes = {
    "inputs": (workshop(), at("inputs")),
    "inputs-lost": (
        replace(workshop(sensed=None), link=s.LinkView(False, "The injector on /dev/ttyACM0 was unplugged")),
        at("inputs"),
    ),
    "inputs-driven": (
        workshop(
            pins=replace(PINS, stop_b=False, feedback=True, enable=True, red=True, hertz=880),
            sensed=replace(SENSED, trigger=True, supply=True, supply_mv=24_100, pressure_kpa=118, needle_um=5_500),
        ),
        at("inputs"),
    ),
    "checks": (workshop(), at("checks")),
    "checks-busy": (workshop(measuring=True), at("checks")),
    "checks-watch": (
        workshop(s.CheckNow("stop", "Stop circuit", "Release the red button, then acknowledge the stop.", False, 14)),
        at("checks"),
    ),
    "checks-relay": (
        workshop(
            s.CheckNow("relay", "Enable relay and feedback", "The enable relay closes for a moment. No needle moves.")
        ),
        at("checks"),
    ),
    "checks-seen": (
        workshop(s.CheckNow("red", "Red lamp", "The red lamp is lit: look at the beacon.", True, 27)),
        at("checks"),
    ),
    "checks-heard": (
        workshop(s.CheckNow("buzzer", "Alarm buzzer", "The buzzer sounds once a second: listen.", True, 27)),
        at("checks"),
    ),
    "panel-away": (workshop(), at("checks", panel="away:relay")),
    "checks-failed": (workshop(ended="load"), at("checks")),
    "panel-away-load": (workshop(), at("checks", panel="away:load")),
    "timing": (workshop(), at("timing")),
    "timing-none": (workshop(), at("timing", picks={"time": "pedal"})),
    "timing-lapse": (workshop(), at("timing", picks={"time": "lapse"})),
    "panel-touch": (
        workshop(),
        at("inputs", panel="touch", reached=Reached(("left top", "middle", "right"), 1, "", 9e9)),
    ),
    "panel-recover-technician": (replace(workshop(), phase="starting"), at(panel="recover")),
}
