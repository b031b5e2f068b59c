"""A certificate as a file: the very bytes that were hashed, or the same on paper."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from kiosk.channel.certificates import CertificateFormat
from kiosk.records.certificate_pdf import write_pdf
from kiosk.records.certificates import Held, one
from kiosk.records.files import whole


def _write_json(held: Held, path: Path) -> None:
    path.write_bytes(held.data)


_WRITERS = {"json": _write_json, "pdf": write_pdf}


def export_certificate(db: Database, number: int, format: CertificateFormat, out: Path) -> Path:
    """Write one certificate into the folder `out` (made when missing); returns the file's path.

    Raises:
        CertificateUnknown: there is none of this number.
        ExportFailed: the file could not be written.
    """
    held = one(db, number)
    path = out / f"{'SIMULATED-' if held.made.simulated else ''}certificate-{number:05d}.{format}"
    with whole(path) as beside:
        _WRITERS[format](held, beside)
    return path
