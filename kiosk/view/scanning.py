"""Only this file knows what the code on a pack says: GS1 DataMatrix or GS1-128, as a scanner types it (biip reads it).

The group separator arrives as the character 0x1D, or the whole as people read it, in brackets: (01)...(17)...(10)...
A day of 00 is the last of its month. Codes of other applications than those used here are checked and left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from kiosk.channel.snapshot import Catalogue, ProductChoice
from kiosk.view.errors import PackUnknown, PackUnreadable

if TYPE_CHECKING:
    from biip.gs1_messages import GS1Message

GS1_SYMBOLS = ("]d2", "]C1", "]Q3", "]e0", "]J1")
"""What a scanner may send first: DataMatrix, GS1-128, QR, DataBar, DotCode that hold GS1 data."""
SEPARATOR = "\x1d"
GTIN, LOT, EXPIRY, SERIAL = "01", "10", "17", "21"
NAMES = {GTIN: "product number", LOT: "lot", EXPIRY: "expiry date", SERIAL: "serial number"}


class Pack(msgspec.Struct, frozen=True):
    """What a pack says of itself; `expiry` is an ISO date, "" for what it does not say."""

    gtin: str
    lot: str = ""
    expiry: str = ""
    serial: str = ""


def read_pack(scanned: str) -> Pack:
    """The code of a pack.

    Raises:
        PackUnreadable: it is no GS1 code, an application identifier or date is none, a check digit is wrong, one
            thing is said twice, or there is no product number.
    """
    text = scanned.strip(" \r\n\t")
    symbol = text[:3] if text.startswith("]") else ""
    if symbol and symbol not in GS1_SYMBOLS:
        raise PackUnreadable(why=f"it is no GS1 code ({symbol})")
    content = text[len(symbol) :].strip(SEPARATOR)
    if not content:
        raise PackUnreadable(why="it is empty")
    found: dict[str, str] = {}
    for element in _message(content).element_strings:
        ai, said = element.ai.ai, element.value
        if element.gtin_error is not None:
            raise PackUnreadable(why=f"the check digit of {said} is wrong")
        if ai == EXPIRY:
            said = "" if element.date is None else element.date.isoformat()
        if found.setdefault(ai, said) != said:
            raise PackUnreadable(why=f"it names two values for ({ai}) {NAMES.get(ai, '')}".rstrip())
    if GTIN not in found:
        raise PackUnreadable(why="it holds no product number (01)")
    return Pack(found[GTIN], found.get(LOT, ""), found.get(EXPIRY, ""), found.get(SERIAL, ""))


def _message(text: str) -> GS1Message:
    from biip import ParseError  # a third of a second: only who scans waits for it
    from biip.gs1_messages import GS1Message

    try:
        return GS1Message.parse_hri(text) if text.startswith("(") else GS1Message.parse(text)
    except (ParseError, ValueError) as error:
        raise PackUnreadable(why=_plainly(str(error))) from error


def _plainly(told: str) -> str:
    """What is wrong in the words of somebody with a pack in the hand."""
    if "Application Identifier" in told:
        return "it holds an application identifier that GS1 does not know"
    return "a value is not as its application identifier says"


def product_of(pack: Pack, catalogue: Catalogue) -> ProductChoice:
    """The clinic's product with this number.

    Raises:
        PackUnknown: there is none.
    """
    found = next((entry for entry in catalogue.products if entry.gtin and entry.gtin == pack.gtin), None)
    if found is None:
        raise PackUnknown(gtin=pack.gtin)
    return found
