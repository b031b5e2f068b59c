"""What can be chosen on this device: sent to the kiosk once after `Hello`, and again when it changes."""

from __future__ import annotations

from kiosk.channel.base import View
from kiosk.channel.presets import Preset


class ProtocolCard(View, frozen=True):
    key: str
    title: str
    summary: str
    techniques: tuple[str, ...]
    zones: tuple[str, ...]
    sessions: str
    interval: str
    approved: bool
    needs_clinic: tuple[str, ...] = ()
    """Names of the figures that the clinic has to give."""


class Choice(View, frozen=True):
    key: str
    title: str
    detail: str = ""


class SyringeChoice(View, frozen=True):
    key: str
    title: str
    barrel_nl: int
    reserve_nl: int


class ProductChoice(View, frozen=True):
    key: str
    title: str
    detail: str = ""
    example: bool = True
    gtin: str = ""
    """Number in the code of its pack, 14 digits."""


class Catalogue(View, frozen=True):
    """What can be chosen: sent once after `Hello`, and again when it changes."""

    protocols: tuple[ProtocolCard, ...]
    needles: tuple[Choice, ...]
    syringes: tuple[SyringeChoice, ...]
    products: tuple[ProductChoice, ...]
    screening: tuple[Choice, ...]
    versions: tuple[tuple[str, str], ...] = ()
    cleanup: tuple[Choice, ...] = ()
    reactions: tuple[Choice, ...] = ()
    presets: tuple[Preset, ...] = ()
    """Treatments with the clinic's own usual values."""
