"""A zone in words: with its side, what was given in it, how it is treated."""

from __future__ import annotations

from kiosk.channel.commands import Side
from kiosk.channel.snapshot import Zone

SIDES: dict[Side, str] = {"left": "left", "right": "right", "whole": ""}


def given_of(zone: Zone) -> str:
    """Shots given of those a person armed for; "12 shots" where nothing was planned yet."""
    return f"{zone.done} of {zone.planned} shots" if zone.planned else f"{zone.done} shots"


def side_words(title: str, side: Side) -> str:
    """A zone with its side: ``cheek, left``."""
    return f"{title}, {SIDES[side]}" if SIDES[side] else title


def zone_detail(zone: Zone) -> str:
    """What is planned and done in a zone."""
    spacing = f", every {zone.spacing_mm} mm" if zone.spacing_mm else ""
    return f"{zone.technique}{spacing}" if zone.technique else spacing.lstrip(", ")
