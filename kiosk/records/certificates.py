"""The certificates of a ledger: which there are, one of them, and how the device drifted from one to the next.

Only this file reads them back. A certificate is the bytes that were hashed when it was made; the calibration's row
holds their SHA-256 and the chain holds the row, so nothing here is worked out anew.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlite_utils import Database

from kiosk.calibration import certificate as form
from kiosk.calibration.certificate import Certificate
from kiosk.calibration.drift import Step, steps
from kiosk.calibration.proof import Proof
from kiosk.records.connection import run
from kiosk.records.errors import CertificateUnknown
from kiosk.records.facts import Fact

_KEPT = """
SELECT e.row, json_extract(e.body, '$.certificate'), json_extract(e.body, '$.sha256'),
    e.row = (SELECT max(n.row) FROM event n WHERE n.kind = e.kind AND json_extract(n.body, '$.what') = 'certified'
        AND json_extract(n.body, '$.serial') = json_extract(e.body, '$.serial')),
    (SELECT count(*) FROM calibration c WHERE c.sha256 = json_extract(e.body, '$.sha256'))
FROM event e WHERE e.kind = ? AND json_extract(e.body, '$.what') = 'certified'
"""
_PROOFS = """
SELECT json_extract(body, '$.serial'), json_extract(body, '$.proof') FROM event
WHERE kind = ? AND json_extract(body, '$.what') = 'proved' AND json_extract(body, '$.proof') IS NOT NULL ORDER BY row
"""


class Held(msgspec.Struct, frozen=True):
    """A certificate as the ledger holds it.

    Attributes:
        row: Number of its row in the ledger.
        data: The bytes that were hashed.
        sha256: Their hash, which the calibration's row holds too.
        newest: Whether it is the last of its injector.
        whole: Whether bytes, hash and the calibration's row still agree.
        made: The same as a value.
    """

    row: int
    data: bytes
    sha256: str
    newest: bool
    whole: bool
    made: Certificate


def held(db: Database, before: int = 0, limit: int = 1 << 30) -> list[Held]:
    """The certificates, the newest first, with numbers below `before` (0: from the newest).

    Raises:
        CertificateInvalid: what the ledger holds is none.
    """
    below = " AND json_extract(e.body, '$.number') < ?" if before else ""
    query = f"{_KEPT}{below} ORDER BY e.row DESC LIMIT ?"
    given = (Fact.CALIBRATION.value, *((before,) if before else ()), limit)
    return [_held(line) for line in run(db, query, given)]


def one(db: Database, number: int) -> Held:
    """The certificate of this number, the newest when a ledger that was put back holds two.

    Raises:
        CertificateUnknown: there is none.
    """
    query = f"{_KEPT} AND json_extract(e.body, '$.number') = ? ORDER BY e.row DESC LIMIT 1"
    line = run(db, query, (Fact.CALIBRATION.value, number)).fetchone()
    if line is None:
        raise CertificateUnknown(number=number)
    return _held(line)


def _held(line: tuple[Any, ...]) -> Held:
    row, text, sha256, newest, rows = line
    data = str(text).encode()
    whole = form.digest(data) == sha256 and rows > 0
    return Held(int(row), data, str(sha256), bool(newest), whole, form.read(data, f"row {row} of the ledger"))


def proofs(db: Database) -> dict[int, tuple[Proof, ...]]:
    """Every proof of every injector, by its serial number, oldest first.

    Raises:
        CertificateInvalid: what the ledger holds is none.
    """
    found: dict[int, list[Proof]] = {}
    for serial, text in run(db, _PROOFS, (Fact.CALIBRATION.value,)):
        found.setdefault(int(serial), []).append(form.read_proof(str(text)))
    return {serial: tuple(each) for serial, each in found.items()}


def drift(db: Database) -> dict[int, tuple[Step, ...]]:
    """The history of every injector, oldest first."""
    return {serial: steps(found) for serial, found in proofs(db).items()}
