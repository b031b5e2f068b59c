"""What surrounds every page: people, link, stop and start-up checks, and a snapshot and a local state with them."""

from __future__ import annotations

import msgspec

from kiosk.channel import snapshot as s
from kiosk.view.local import Local

replace = msgspec.structs.replace
Scenes = dict[str, tuple[s.Snapshot | None, Local]]
"""Each page and panel by a name: what control last said, and what the kiosk itself holds."""

LINK = s.LinkView(True, "", 1042, "1.3", 48211, 0, 7)
IN_FORCE = s.InForceView(8, "2026-11-18", "2027-11-18", 358)
LOOP = s.LoopView(True, 48211, 310, 1420, 3100, 0)
CLOCK = "The last record is 45 days old. A technician confirms date and time first."
NO_ANSWER = "The injector did not answer within 40 ms"
CLEAR = s.StopView("clear")
RELEASED = s.StopView(
    "released", "STOP on the screen", "The stop was released. Nothing moves until you acknowledge it."
)
ACCOUNTS = (
    s.Account("Dr. Amelie Laurent", "practitioner", demo_pin="482915"),
    s.Account("Jonas Weber", "technician", demo_pin="730264"),
    s.Account("Clinic administrator", "administrator", demo_pin="915837"),
)
USER = s.User("Dr. Amelie Laurent", "practitioner")
ADMIN = s.User("Clinic administrator", "administrator")
TECHNICIAN = s.User("Jonas Weber", "technician")
CHECKS = (
    s.Check("ledger", "Record", "passed", ""),
    s.Check("profiles", "Treatment profiles", "passed", "11 protocols"),
    s.Check("clock", "Clock", "passed", "2026-11-22 10:42"),
    s.Check("stop", "Stop circuit", "passed", ""),
    s.Check("inputs", "Pedal, trigger and pins", "passed", ""),
    s.Check("link", "Injector link", "passed", "No. 1042, firmware 1.3"),
    s.Check("faults", "Injector without faults", "passed", ""),
    s.Check("calibration", "Calibration", "passed", "Number 8, due again on 2027-11-18"),
    s.Check(
        "homing", "Needle homes, relay and feedback", "asks", "",
        "Is the handpiece away from the patient? The needle moves home.",
    ),
    s.Check("buzzer", "Alarm tone", "waiting", ""),
)  # fmt: skip


def snap(phase: str = "home", **changes: object) -> s.Snapshot:
    """A snapshot with the usual surroundings."""
    base = s.Snapshot(
        1, 0.0, True, "home", CLEAR, LINK, LOOP, ACCOUNTS, user=USER, checks=CHECKS, ready=True,
        wall="2026-11-22 10:42", in_force=IN_FORCE,
    )  # fmt: skip
    return replace(base, phase=phase, **changes)


def at(place: str = "", **changes: object) -> Local:
    """A local state with a live connection."""
    base = Local(age_ms=20, place=place, trail=("",) if place else (), phase="home", last_session=0)
    return replace(base, **changes)
