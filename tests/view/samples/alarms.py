"""Alarms of each priority, and the pages of the device itself: about and settings."""

from __future__ import annotations

from kiosk.channel import snapshot as s
from tests.view.samples.surroundings import Scenes, at, snap

ALARMS = (
    s.Alarm(
        301,
        "high",
        "Occlusion",
        "The pressure in the line says that nothing flows. (310 kPa)",
        "The shot was cut short and the plunger drawn back.",
        "Take the needle out, change it, prime, and arm again.",
        "arming",
        True,
        False,
    ),
    s.Alarm(
        214,
        "medium",
        "Needle is worn",
        "The needle has made 104 shots.",
        "Nothing has happened to the patient.",
        "Change the needle.",
        "",
        True,
        False,
    ),
    s.Alarm(
        120,
        "low",
        "Storage is slow",
        "A commit took 430 ms.",
        "The patient is safe.",
        "Check the storage.",
        "",
        True,
        True,
    ),
)

SCENES: Scenes = {
    "alarms": (snap(alarms=ALARMS), at("alarms")),
    "alarm": (snap(alarms=ALARMS), at("alarm", alarm=301)),
    "alarm-known": (snap(alarms=ALARMS), at("alarm", alarm=120)),
    "alarm-over": (snap(), at("alarm", alarm=301)),
    "alarms-none": (snap(), at("alarms")),
    "about": (snap(), at("about")),
    "settings": (snap(), at("settings", has_light=True)),
    "settings-fixed": (snap("starting", user=None, wall=""), at("settings")),
}
