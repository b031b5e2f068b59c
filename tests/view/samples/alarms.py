"""Alarms of each priority, and the pages of the device itself: about and settings."""

from __future__ import annotations

from kiosk.channel import snapshot as s
from tests.view.samples.surroundings import Scenes, at, snap

ALARMS = (
    s.Alarm(
        707,
        "high",
        "Blocked",
        "The pressure in the line says that nothing flows. (310 kPa)",
        "The shot was cut short and the plunger drawn back. The needle is drawn back; trust it only when the screen "
        "shows Retracted.",
        "Lift off. Check needle and line for a clot or kink, change the needle if in doubt, then arm again.",
        "arming and firing",
        True,
        False,
    ),
    s.Alarm(
        214,
        "medium",
        "Close to a limit",
        "A total has reached 95 % of its limit.",
        "No limit is crossed.",
        "Plan the last shots; at the limit the device stops by itself.",
        "",
        True,
        False,
    ),
    s.Alarm(
        120,
        "low",
        "Calibration expires soon",
        "The calibration expires within 30 days. (on 2026-12-04, in 12 days)",
        "No effect on this treatment.",
        "Have a technician calibrate in time.",
        "",
        True,
        True,
    ),
)

SCENES: Scenes = {
    "alarms": (snap(alarms=ALARMS), at("alarms")),
    "alarm": (snap(alarms=ALARMS), at("alarm", alarm=707)),
    "alarm-known": (snap(alarms=ALARMS), at("alarm", alarm=120)),
    "alarm-over": (snap(), at("alarm", alarm=707)),
    "alarms-none": (snap(), at("alarms")),
    "about": (snap(), at("about")),
    "settings": (snap(record=s.RecordView(free_mb=12_345)), at("settings", has_light=True)),
    "settings-fixed": (snap("starting", user=None, wall=""), at("settings")),
}
