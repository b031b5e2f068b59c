"""The instruments that a proof leans on: which ones each part needs, and until when each may prove anything.

Only this file knows the unit in which an instrument's own figures travel, and that one past its date proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

import msgspec

Kind = Literal["balance", "gauge", "thermometer", "barometer"]
KINDS: dict[Kind, str] = {
    "balance": "ug",
    "gauge": "nm",
    "thermometer": "mK",
    "barometer": "Pa",
}
"""Every kind, and the unit of its resolution and of its uncertainty."""
ALLOWED: dict[Kind, tuple[int, int]] = {
    "balance": (1_000, 10_000),
    "gauge": (100_000, 100_000),
    "thermometer": (1_000, 5_000),
    "barometer": (2_000, 5_000),
}
"""Coarsest resolution and greatest uncertainty taken, in that unit; beyond is a slip (ours)."""
CALLED: dict[Kind, str] = {
    "balance": "the balance",
    "gauge": "the gauge",
    "thermometer": "the thermometer",
    "barometer": "the barometer",
}
FOR_DOSE: tuple[Kind, ...] = ("balance", "thermometer", "barometer")
FOR_DEPTH: tuple[Kind, ...] = ("gauge",)
"""What has to be named before a part is proved."""


class Instrument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One instrument, with what its own certificate says.

    Attributes:
        kind: What it measures.
        model: Maker and type.
        serial: Its serial number.
        certificate: Number of its own calibration certificate.
        due: ISO date of the last day on which it may prove anything.
        resolution: Smallest step that it shows, in the unit of its kind.
        uncertainty: Expanded uncertainty (k = 2) from its certificate, in that unit; 0 when it was not given.
    """

    kind: Kind
    model: str
    serial: str
    certificate: str
    due: str
    resolution: int
    uncertainty: int = 0


def needed(part: str) -> tuple[Kind, ...]:
    """The instruments that a proof of this part leans on."""
    return FOR_DEPTH if part == "depth" else FOR_DOSE


def against(instruments: Iterable[Instrument], part: str, today: str) -> Iterator[str]:
    """Why these instruments may not prove this part on the ISO date `today`: one sentence without its stop each."""
    named = {instrument.kind: instrument for instrument in instruments}
    for kind in needed(part):
        which = CALLED[kind]
        if kind not in named:
            yield f"{which} is not named: touch Instruments"
        elif named[kind].due < today:
            yield f"{which} was due on {named[kind].due} and proves nothing until it is calibrated itself"


def wrong(instrument: Instrument) -> str:
    """What is missing in an instrument or cannot be, or ""."""
    for text, missing in (
        (instrument.model, "its model is missing"),
        (instrument.serial, "its serial number is missing"),
        (instrument.certificate, "the number of its certificate is missing"),
    ):
        if not text:
            return missing
    coarsest, greatest = ALLOWED[instrument.kind]
    if not 0 < instrument.resolution <= coarsest or not 0 <= instrument.uncertainty <= greatest:
        return "its resolution or its uncertainty cannot be"
    try:
        date.fromisoformat(instrument.due)
    except ValueError:
        return f"'{instrument.due}' is no date"
    return ""
