"""From proofs to the certificate: what stands proved of the device, as one value, its hash and its rows.

The certificate is made at the moment of certifying, out of what the record holds, and is kept as the very bytes that
were hashed; whoever shows or exports it later makes nothing anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from drivers.registers import Calibration
from kiosk.calibration import certificate as form
from kiosk.calibration.certificate import Caps, Certificate, canonical, digest
from kiosk.calibration.proof import Proof
from kiosk.records.rows import CalibrationRow, EventRow
from kiosk.session.in_force import BARRELS, CERTIFIED, DEPTH, PARTS, caps_body

if TYPE_CHECKING:
    from kiosk.session.engine import Engine


class Certified:
    """A certificate with all that is written of it.

    Attributes:
        covers: Hash over the hashes of its proofs.
        text: The bytes that are hashed, as text.
        row: What ACU-3 judges, with that hash.
    """

    def __init__(self, made: Certificate, covers: str, row: CalibrationRow, text: str) -> None:
        self.made, self.covers, self.row, self.text = made, covers, row, text


def certified(engine: Engine, calibration: Calibration) -> Certified | None:
    """The certificate of what is in force; None while a part that has to be proved is not."""
    stand = {part: proof for part in PARTS if (proof := engine.in_force.proved(calibration, part)) is not None}
    whole = DEPTH in stand and any(part in stand for part in BARRELS)
    if not stand or not (whole or engine.simulated):
        return None
    identity, desk = engine.desk.identity, engine.desk
    assert identity is not None, "its calibration is in force"
    program = next((f"{name} {version}" for name, version in engine.versions), "")
    made = Certificate(
        number=engine.in_force.next_number,
        simulated=engine.simulated,
        device=engine.device.title,
        serial=identity.serial,
        firmware=f"{identity.firmware >> 8}.{identity.firmware & 0xFF}",
        map_version=identity.map_version,
        caps=Caps.of(identity),
        program=program,
        calibration=calibration.id,
        crc=calibration.crc,
        proofs=tuple(form.read_proof(proof.kept) for proof in stand.values()),
        not_proved=tuple(part for part in PARTS if part not in stand),
        technician=desk.user,
        made=max(proof.made for proof in stand.values()),
        expires=min(proof.expires for proof in stand.values()),
        statements=form.statements(simulated=engine.simulated),
    )
    data = canonical(made)
    row = CalibrationRow(
        made.calibration, desk.mono_ms, desk.user, made.serial, made.crc, made.made, made.expires, digest(data)
    )
    return Certified(made, covering(stand[part].sha256 for part in stand), row, data.decode())


def covering(hashes: Iterable[str]) -> str:
    """What tells whether two certificates stand on the same proofs."""
    return digest("".join(hashes).encode())


def write(engine: Engine, found: Certified, *, restored: bool = False) -> EventRow:
    """The event that holds the certificate; the calibration's row that goes with it is `found.row`.

    Args:
        engine: Whose record it goes into.
        found: The certificate.
        restored: The figures last certified were put in force again: nothing was proved anew.
    """
    made, identity = found.made, engine.desk.identity
    assert identity is not None, "its calibration is in force"
    engine.in_force.certify(found.row)
    return engine.in_force.write(
        CERTIFIED,
        f"Certificate {made.number}: calibration {made.calibration} is due again on {made.expires}",
        number=made.number,
        id=made.calibration,
        crc=made.crc,
        sha256=found.row.sha256,
        proofs=found.covers,
        restored=restored,
        certificate=found.text,
        **caps_body(Caps.of(identity)),
    )


def proof_of(engine: Engine, part: str, measured: form.Measurement, made: str, expires: str) -> Proof:
    """What stands proved of a part from now on, with how it was found before it was corrected."""
    found = engine.in_force.found.get(part)
    return Proof(
        part=part,
        made=made,
        expires=expires,
        technician=engine.desk.user,
        instruments=engine.instruments.for_part(part),
        as_found=None if found is None else form.read_measurement(found),
        as_left=measured,
    )
