"""A zone in words: with its side, what was given in it, how it is treated."""

from __future__ import annotations

from kiosk.channel.commands import Side
from kiosk.channel.snapshot import Zone
from kiosk.view.heard import heard
from kiosk.view.language import many, mark, say
from kiosk.view.numbers import shots

SIDES: dict[Side, str] = {"left": mark("left"), "right": mark("right"), "whole": ""}


def given_of(zone: Zone) -> str:
    """Shots given of those a person armed for; "12 shots" where nothing was planned yet."""
    if not zone.planned:
        return shots(zone.done)
    return many("{done} of {count} shot", "{done} of {count} shots", zone.planned, done=zone.done)


def side_words(title: str, side: Side) -> str:
    """A zone with its side: ``cheek, left``."""
    return f"{title}, {say(SIDES[side])}" if SIDES[side] else title


def zone_detail(zone: Zone) -> str:
    """What is planned and done in a zone."""
    spacing = say(", every {spacing} mm", spacing=heard(zone.spacing_mm)) if zone.spacing_mm else ""
    return f"{zone.technique}{spacing}" if zone.technique else spacing.lstrip(", ")
