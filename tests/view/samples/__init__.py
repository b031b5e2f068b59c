"""One scene for each screen and panel, made by hand in the module of its room; the order of all of them stands here."""

from __future__ import annotations

from tests.view.samples import (
    alarms,
    calibrating,
    certificates,
    ending,
    home,
    in_force,
    lesson,
    panels,
    people,
    preparing,
    records,
    service,
    treating,
    workshop,
)
from tests.view.samples.catalogue import CATALOGUE
from tests.view.samples.surroundings import Scenes, at, replace, snap

__all__ = ["CATALOGUE", "ROOMS", "SCENES", "at", "replace", "snap"]

ROOMS: tuple[Scenes, ...] = (
    certificates.SCENES,
    workshop.SCENES,
    lesson.SCENES,
    in_force.SCENES,
    service.SCENES,
    calibrating.SCENES,
    home.SCENES,
    people.SCENES,
    preparing.SCENES,
    treating.SCENES,
    ending.SCENES,
    records.SCENES,
    alarms.SCENES,
    panels.SCENES,
)
SCENES: Scenes = {name: scene for room in ROOMS for name, scene in room.items()}
"""Every page and panel by its name: the gallery, the golden pictures and the tests of every scene draw these."""
