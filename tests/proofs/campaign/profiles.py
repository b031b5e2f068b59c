"""Profiles for the campaign: the shipped ones, and the same with figures drawn so that every limit binds somewhere.

Only this file draws figures; none of them means anything to a clinic.
"""

from __future__ import annotations

import random
from functools import cache
from typing import TypeVar

from msgspec.structs import replace

from kiosk.protocols.library import SHIPPED, Library, load
from kiosk.protocols.profile import Figure, Product, Protocol, Zone

T = TypeVar("T")


@cache
def shipped() -> Library:
    return load(SHIPPED)


def shelf(dice: random.Random) -> Library:
    """The shipped profiles, two of them with drawn figures in most sessions."""
    library = shipped()
    if dice.random() < 0.2:
        return library
    keys = dice.sample(sorted(library.protocols), 2)
    protocols = {key: _protocol(dice, library.protocols[key]) for key in keys}
    products = {f"drawn-{number}": _product(dice, f"drawn-{number}") for number in range(2)}
    return replace(library, protocols=protocols, products={**library.products, **products})


def _protocol(dice: random.Random, protocol: Protocol) -> Protocol:
    zones = tuple(_zone(dice, zone) for zone in protocol.zones[:4])
    most = dice.choice((60, 400, 1000, 1000))
    return replace(
        protocol,
        modes=("single", "burst", "continuous"),
        zones=zones,
        session_shots=_maybe(dice, _figure(dice, 1, most, 1)),
        session_nl=_maybe(dice, _figure(dice, 1000, dice.choice((300_000, 1_000_000, 4_000_000)), 1000)),
        rate=_figure(dice, 500, dice.choice((9000, 9000, 9000, 6000)), 100),
    )


def _zone(dice: random.Random, zone: Zone) -> Zone:
    return replace(
        zone,
        depth=_figure(dice, 50, dice.choice((500, 1350, 3000, 6000)), 50),
        dose=_figure(dice, 1000, dice.choice((2000, 10_000, 25_000, 100_000, 200_000)), 1000),
        zone_shots=_maybe(dice, _figure(dice, 1, dice.choice((30, 80, 300)), 1)),
        zone_nl=_maybe(dice, _figure(dice, 1000, dice.choice((200_000, 700_000, 2_000_000)), 1000)),
    )


def _product(dice: random.Random, key: str) -> Product:
    return Product(
        key=key,
        title=f"Drawn {key}",
        example=True,
        detail="",
        source="drawn",
        grade="A",
        point_nl=_maybe(dice, dice.choice((21_000, 60_000, 200_000))),
        session_nl=_maybe(dice, dice.choice((500_000, 2_000_000, 9_000_000))),
        session_shots=_maybe(dice, dice.choice((50, 500, 1000))),
        course_sessions=_maybe(dice, 6),
        course_nl=_maybe(dice, dice.choice((800_000, 5_000_000))),
    )


def _maybe(dice: random.Random, value: T) -> T | None:
    return value if dice.random() < 0.5 else None


def _figure(dice: random.Random, low: int, high: int, step: int) -> Figure:
    soft_low = low + dice.randrange(0, max(1, min(8, (high - low) // step // 4))) * step
    soft_high = high - dice.randrange(0, max(1, (high - low) // step // 3)) * step
    soft = (soft_low, soft_high) if dice.random() < 0.7 else None
    default = soft_low if soft else low
    return Figure(source="drawn", grade="A", default=default, soft=soft, hard=(low, high))
