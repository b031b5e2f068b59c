"""The certificate: one value with all that was proved of a device, the bytes that are hashed, and how they are read.

Only this file knows the certificate's form. The bytes are JSON in one fixed way (keys in order, no white space, whole
numbers, UTF-8); their SHA-256 stands in the ledger, and an exported file is those bytes and nothing else, so that
`sha256sum` and the ledger name the same thing.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Literal

import msgspec

from drivers.errors import complaint
from drivers.registers import Identity
from kiosk.calibration.errors import CertificateInvalid, CertificateTooNew
from kiosk.calibration.proof import Depth, Dose, Measurement, Proof

FORMAT: Literal["nappage calibration certificate"] = "nappage calibration certificate"
VERSION = 2
"""Of the certificate's form; a reader refuses a later one. The first form held no caps."""
PARTS = ("depth", "1", "2", "5", "10")
"""The needle's depth and each barrel, mL, as proofs name them."""
ENCODER_ONLY = (
    "While treating, the device compares every dose with its plunger's encoder (LED-9). That measures the encoder, not "
    "the fluid: what leaves the needle was measured here, by weighing, and nowhere else."
)
LIQUID = (
    "Test liquid: water, taken as pure and free of air. Its density follows from the temperature that was typed "
    "(Tanaka 2001), buoyancy in air is corrected for (ISO 8655-6:2022), evaporation is taken from a blank."
)
STATEMENTS = (
    ENCODER_ONLY,
    LIQUID,
    "Every shot and every reading stands here. One that stands apart is marked and counts like all others.",
    "Verdicts compare the measured figures with their limits; the uncertainty stands beside them and is not added.",
    "Expanded uncertainties are for 95 %; each names what it includes and what it leaves out.",
)
SIMULATED = "SIMULATED: measured on a simulated injector; it says nothing of any device."
_encoder = msgspec.json.Encoder(order="sorted")


class Caps(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the injector's controller gives at most, by its own word: depth um, dose nL, rate in shots per 1000 s."""

    depth_um: int
    dose_nl: int
    rate_mhz: int

    @classmethod
    def of(cls, identity: Identity) -> Caps:
        """As it says them at connect."""
        return cls(identity.cap_depth_um, identity.cap_dose_nl, identity.cap_rate_mhz)


class Certificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What was proved of one device, on one day.

    Attributes:
        number: Counts the certificates of one ledger from 1.
        device: The device profile's title.
        serial, firmware, map_version: As the injector's controller says them.
        caps: What that controller gives at most; a certificate of the first form names none.
        calibration, crc: Number and CRC-32 of the calibration in force.
        proofs: The parts that stand proved with it.
        not_proved: The other parts.
        technician: Who certified.
        made, expires: ISO dates: of the newest proof, and of the first that is due again.
        passes: The verdict; nothing that fails is certified.
    """

    format: Literal["nappage calibration certificate"] = FORMAT
    version: int = VERSION
    number: int
    simulated: bool
    device: str
    serial: int
    firmware: str
    map_version: int
    caps: Caps | msgspec.UnsetType = msgspec.UNSET
    program: str
    calibration: int
    crc: int
    proofs: tuple[Proof, ...]
    not_proved: tuple[str, ...]
    technician: str
    made: str
    expires: str
    passes: Literal[True] = True
    statements: tuple[str, ...]


def statements(*, simulated: bool) -> tuple[str, ...]:
    """What every certificate says in words."""
    return (SIMULATED, *STATEMENTS) if simulated else STATEMENTS


def canonical(value: msgspec.Struct) -> bytes:
    """The bytes that are hashed."""
    return _encoder.encode(value)


def digest(data: bytes) -> str:
    """SHA-256, hexadecimal."""
    return sha256(data).hexdigest()


def read(data: bytes, name: object) -> Certificate:
    """A certificate from its bytes; `name` is what an error calls it.

    Raises:
        CertificateTooNew: a later program wrote it.
        CertificateInvalid: it is none, or a field of it cannot be.
    """
    try:
        form = msgspec.json.decode(data, type=_Form)
        if form.version > VERSION:
            raise CertificateTooNew(file=name, version=form.version, known=VERSION)
        return msgspec.json.decode(data, type=Certificate)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:  # the last: brackets, a thousand deep
        raise CertificateInvalid(file=name, why=complaint(error)) from error


class _Form(msgspec.Struct):
    """What tells a certificate from any other JSON."""

    format: Literal["nappage calibration certificate"]
    version: int


def read_proof(text: str) -> Proof:
    """A proof as the ledger holds it.

    Raises:
        CertificateInvalid: it is not what this program wrote.
    """
    return _kept(text, Proof)


def read_measurement(text: str) -> Measurement:
    """A measurement as the ledger holds it.

    Raises:
        CertificateInvalid: it is not what this program wrote.
    """
    return _kept(text, Dose | Depth)


def _kept(text: str, type: Any) -> Any:
    try:
        return msgspec.json.decode(text, type=type)
    except msgspec.DecodeError as error:
        raise CertificateInvalid(file="the ledger", why=str(error)) from error
