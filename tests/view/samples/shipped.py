"""What the shipped profiles say, for the samples: their titles and questions are those that every language has.

A sample that names a treatment or a zone takes its title from here; one in words of its own stands for what a clinic
wrote itself, which no language has.
"""

from __future__ import annotations

from typing import cast

from kiosk.channel import snapshot as s
from kiosk.channel.commands import Side
from kiosk.protocols.library import SHIPPED, load

LIBRARY = load(SHIPPED)


def treatment(protocol: str) -> str:
    """The title of a protocol."""
    return LIBRARY.protocols[protocol].title


def place(protocol: str, zone: str) -> str:
    """The title of a zone of a protocol."""
    return next(each.title for each in LIBRARY.protocols[protocol].zones if each.key == zone)


def card(
    protocol: str,
    techniques: tuple[str, ...] = (),
    sessions: str = "",
    interval: str = "",
    *,
    approved: bool = True,
    needs: tuple[str, ...] = (),
) -> s.ProtocolCard:
    """A protocol as it can be chosen; what its profile leaves to the clinic is as a clinic may have filled it in."""
    shipped = LIBRARY.protocols[protocol]
    zones = tuple(zone.title for zone in shipped.zones)
    return s.ProtocolCard(
        protocol, shipped.title, shipped.summary, techniques, zones, sessions, interval, approved, needs
    )


def zone(protocol: str, key: str, side: Side, planned: int, done: int) -> s.Zone:
    """A zone of a session, so many shots of 20 uL done."""
    return s.Zone(key, place(protocol, key), side, planned, done, done * 20_000, "nappage", "2 to 4", 90)


def zones_of(protocol: str, technique: str = "nappage") -> tuple[s.Zone, ...]:
    """All zones as the protocol lists them, side by side; the first is done, the second begun."""
    found: list[s.Zone] = []
    for each in LIBRARY.protocols[protocol].zones:
        for side in cast("tuple[Side, ...]", each.sides):
            planned, done = ((60, 60), (40, 12))[len(found)] if len(found) < 2 else (0, 0)
            found.append(s.Zone(each.key, each.title, side, planned, done, done * 20_000, technique, "2 to 4", 60))
    return tuple(found)
