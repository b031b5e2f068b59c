"""Whether a file is a certificate of this record, byte for byte; where it is not, what differs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, cast

import msgspec
from sqlite_utils import Database

from kiosk.calibration import certificate as form
from kiosk.records.certificates import Held, held

Verdict = Literal["held", "rewritten", "changed", "unknown", "damaged"]
SHOWN = 8
"""So many differences are named; where there are more, it is another certificate altogether."""
LONG = 60


class Looked(msgspec.Struct, frozen=True):
    """What a file is to this record: in one word, and in sentences without their stops."""

    verdict: Verdict
    told: tuple[str, ...]


def look(db: Database, data: bytes, name: object) -> Looked:
    """Compare the bytes of a file, called `name`, with every certificate of the record.

    Raises:
        CertificateTooNew, CertificateInvalid: it is no certificate at all.
    """
    known, digest = held(db), form.digest(data)
    same = next((each for each in known if each.sha256 == digest), None)
    if same is not None:
        return _held(same, name) if same.whole else _damaged(same)
    found = form.read(data, name)
    nearest = next((each for each in known if each.made.number == found.number), None)
    if nearest is None or nearest.made.serial != found.serial:
        return Looked("unknown", (f"This record holds no certificate {found.number} of injector {found.serial}",))
    if not nearest.whole:
        return _damaged(nearest)
    differing = tuple(_differing(msgspec.json.decode(nearest.data), msgspec.json.decode(data), ""))
    if not differing:
        same_words = f"{name} says the same as certificate {found.number}, but its bytes are others: it was rewritten"
        return Looked("rewritten", (same_words, f"SHA-256 {nearest.sha256} in the record, {digest} of the file"))
    told = f"{name} is not certificate {found.number} as this record holds it: it was changed"
    return Looked("changed", (told, *differing[:SHOWN]))


def _held(same: Held, name: object) -> Looked:
    made = same.made
    state = "the last one of its injector" if same.newest else "an earlier one of its injector"
    about = f"serial {made.serial}, calibration {made.calibration}, made {made.made}, due again on {made.expires}"
    return Looked(
        "held",
        (
            f"This record holds certificate {made.number}, byte for byte as it is in {name}",
            f"It is {state}: {about}",
            f"Row {same.row}, SHA-256 {same.sha256}",
            "Whether the record itself is whole, 'nappage verify' says",
        ),
    )


def _damaged(found: Held) -> Looked:
    told = f"The record's own copy of certificate {found.made.number} (row {found.row}) does not agree with its hash"
    return Looked("damaged", (told, "Check the record with 'nappage verify'"))


def _differing(ours: Any, theirs: Any, where: str) -> Iterator[str]:
    """Each place where two certificates differ, with both values."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        one, other = cast("dict[str, Any]", ours), cast("dict[str, Any]", theirs)
        for key in {**one, **other}:
            yield from _differing(one.get(key), other.get(key), f"{where}.{key}" if where else key)
    elif isinstance(ours, list) and isinstance(theirs, list):
        rows, others = cast("list[Any]", ours), cast("list[Any]", theirs)
        if len(rows) != len(others):
            yield f"{where}: the record has {len(rows)}, the file has {len(others)}"
        for at, (row, counterpart) in enumerate(zip(rows, others, strict=False), 1):
            yield from _differing(row, counterpart, f"{where}[{at}]")
    elif ours != theirs:
        yield f"{where}: the record says {_short(ours)}, the file says {_short(theirs)}"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LONG else f"{text[:LONG]}..."
