"""What the shell commands about calibrations do: plain functions that return text, for `kiosk/cli.py` to print.

Each opens the ledger read-only, so each may run beside a treatment. Errors are raised, numbered; none prints.
"""

from __future__ import annotations

from pathlib import Path

from kiosk.calibration.drift import Figure, Step
from kiosk.channel.certificates import CertificateFormat
from kiosk.records.certificate_check import look
from kiosk.records.certificate_files import export_certificate
from kiosk.records.certificates import Held, drift, held
from kiosk.records.cli import reading
from kiosk.records.files import bytes_of

NOT_HELD = 2
"""Exit code of `verify` for a file that this record does not hold byte for byte."""
TITLES = {"zero": "zero", "scale": "scale, at the deepest"}


def list_certificates(path: Path) -> str:
    """The certificates, the newest first, as a table."""
    with reading(path) as db:
        found = held(db)
    if not found:
        return "No certificate is recorded."
    head = f"{'no.':>5}  {'made':10}  {'due':10}  {'injector':>8}  {'calib.':>6}  proves, technician"
    return "\n".join([head, *map(_line, found)])


def _line(found: Held) -> str:
    made = found.made
    parts = ", ".join("depth" if proof.part == "depth" else f"{proof.part} mL" for proof in made.proofs)
    marks = "".join([" SIMULATED" if made.simulated else "", "" if found.newest else " (earlier)"])
    where = f"{made.serial:8}  {made.calibration:6}"
    return f"{made.number:5}  {made.made:10}  {made.expires:10}  {where}  {parts}, {made.technician}{marks}"


def certificate(path: Path, number: int, format: CertificateFormat, out: Path) -> Path:
    """Write one certificate as json or pdf into the folder `out`; returns the file's path.

    Raises:
        CertificateUnknown, ExportFailed: there is none of this number, or it could not be written.
    """
    with reading(path) as db:
        return export_certificate(db, number, format, out)


def verify_certificate(path: Path, file: Path) -> tuple[str, int]:
    """Whether the record holds exactly the certificate in `file`: a text and an exit code.

    Raises:
        FileUnreadable, CertificateInvalid, CertificateTooNew: it cannot be compared at all.
    """
    data = bytes_of(file)
    with reading(path) as db:
        found = look(db, data, file)
    return "\n".join(f"{sentence}." for sentence in found.told), 0 if found.verdict == "held" else NOT_HELD


def history(path: Path) -> str:
    """How depth and doses drifted from one proof to the next, part by part."""
    with reading(path) as db:
        found = drift(db)
    lines = [
        line
        for serial, steps in found.items()
        for part in dict.fromkeys(step.part for step in steps)
        for line in _part(serial, part, [step for step in steps if step.part == part])
    ]
    return "\n".join(lines) or "Nothing was proved yet."


def _part(serial: int, part: str, steps: list[Step]) -> list[str]:
    title = "Needle depth" if part == "depth" else f"Dose, {part} mL syringe"
    lines = [f"{title}, injector {serial}", f"  {'proved':10}  {'calib.':>6}  {'':24}  {'as found':>9}  {'as left':>9}"]
    for step in steps:
        for found, left in zip(step.found, step.left, strict=True):
            when = f"{step.made:10}  {step.calibration:6}" if left is step.left[0] else f"{'':10}  {'':6}"
            lines.append(f"  {when}  {_named(left):24}  {_off(found):>9}  {_off(left):>9}  of {_limit(left)}")
    return lines


def _named(figure: Figure) -> str:
    dose = f"{figure.key} dose, {figure.dose_nl / 1000:g} uL"
    return dose if figure.dose_nl else TITLES[figure.key]


def _off(figure: Figure) -> str:
    return f"{figure.value / 1e4:+.2f} %" if figure.dose_nl else f"{figure.value:+d} um"


def _limit(figure: Figure) -> str:
    return f"{figure.allowed / 1e4:.1f} %" if figure.dose_nl else f"{figure.allowed} um"
