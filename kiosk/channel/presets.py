"""Presets on the channel: a treatment with the clinic's own usual values under a name. They only ever propose.

Depth um, dose nL, rate mHz, shots a count, as everywhere on the channel.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from kiosk.channel.base import Command, Text, View

Whole = Annotated[int, msgspec.Meta(ge=0, le=100_000_000)]


class KeepPreset(Command, frozen=True):
    """Keep the values that are set now under a name. Repeats what the person saw; refused on any difference."""

    name: Text
    zone: Text
    side: Literal["left", "right", "whole"]
    depth_um: Whole
    dose_nl: Whole
    mode: Literal["single", "burst", "continuous"]
    rate_mhz: Whole
    shots: Whole


class RetirePreset(Command, frozen=True):
    """Offer this preset no more. Its row stays in the record, and so do the sessions that began with it."""

    preset: Whole


PresetCommand = KeepPreset | RetirePreset


class Preset(View, frozen=True):
    """One preset that is offered, with who made it and when (local, to the minute)."""

    key: int
    name: str
    protocol: str
    zone: str
    zone_title: str
    side: str
    depth_um: int
    dose_nl: int
    mode: str
    rate_mhz: int
    shots: int
    by: str
    at: str
