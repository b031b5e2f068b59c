"""Alarms of each priority, and the pages of the device itself: about and settings."""

from __future__ import annotations

from kiosk.alarms.annunciator import Annunciator
from kiosk.alarms.conditions import A, Raised
from kiosk.channel import snapshot as s
from tests.view.samples.shipped import place
from tests.view.samples.surroundings import Scenes, at, snap


def _told(*raised: Raised) -> tuple[s.Alarm, ...]:
    """What the kiosk is told of them, by the product's own table."""
    annunciator = Annunciator()
    annunciator.step(raised, 0.0)
    annunciator.acknowledge(A.CALIBRATION_SOON)
    return annunciator.shown()


ALARMS = _told(
    Raised(A.OCCLUSION, "310 kPa"),
    Raised(A.TOTAL_REACHED, f"{place('mesolift', 'nose')}: 2.00 mL"),
    Raised(A.CALIBRATION_SOON, "on 2026-12-04, in 12 days"),
)
"""One of each priority; the last one acknowledged."""

SCENES: Scenes = {
    "alarms": (snap(alarms=ALARMS), at("alarms")),
    "alarm": (snap(alarms=ALARMS), at("alarm", alarm=A.OCCLUSION)),
    "alarm-known": (snap(alarms=ALARMS), at("alarm", alarm=A.CALIBRATION_SOON)),
    "alarm-over": (snap(), at("alarm", alarm=A.OCCLUSION)),
    "alarms-none": (snap(), at("alarms")),
    "about": (snap(), at("about")),
    "settings": (snap(record=s.RecordView(free_mb=12_345)), at("settings", has_light=True)),
    "settings-fixed": (snap("starting", user=None, wall=""), at("settings")),
}
