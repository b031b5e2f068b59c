"""Instruments and certificates on the channel: what a technician names, and the pages of what was proved.

An instrument's resolution and uncertainty travel in the unit of its kind: ug for a balance, nm for a gauge, mK for a
thermometer, Pa for a barometer. Times are ISO dates; shares ppm.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from kiosk.channel.base import Command, Text, View

InstrumentKind = Literal["balance", "gauge", "thermometer", "barometer"]
Figure = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
CertificateFormat = Literal["pdf", "json"]


class NameInstrument(Command, frozen=True):
    """What measures from now on, with its own certificate; kept for next time."""

    kind: InstrumentKind
    model: Text
    serial: Text
    certificate: Text
    due: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    resolution: Figure
    uncertainty: Figure = 0
    """Expanded (k = 2), from its certificate; 0 when that gives none."""


class ListCertificates(Command, frozen=True):
    """The certificates of this device's record, newest first."""

    before: int = 0
    """Number to page back from; 0 for the newest."""


class ReadCertificate(Command, frozen=True):
    number: int


class ExportCertificate(Command, frozen=True):
    number: int
    format: CertificateFormat


class ReadDrift(Command, frozen=True):
    """How depth and doses drifted from one proof to the next."""


AnyCertificate = NameInstrument | ListCertificates | ReadCertificate | ExportCertificate | ReadDrift


class InstrumentView(View, frozen=True):
    """One kind of instrument, named or not; `model` is "" while it is not."""

    kind: InstrumentKind
    model: str = ""
    serial: str = ""
    certificate: str = ""
    due: str = ""
    resolution: int = 0
    uncertainty: int = 0
    sentence: str = ""
    """Why it proves nothing today, or ""."""
    answers: tuple[str, str] | None = None
    """Model and number of the balance that answers by itself now."""


class CertificateLine(View, frozen=True):
    number: int
    made: str
    expires: str
    calibration: int
    serial: int
    technician: str
    parts: tuple[str, ...]
    """What it proves: "depth", or a barrel's volume in mL."""
    simulated: bool
    in_force: bool
    """Whether it is the last word on its injector."""


class CertificateList(View, frozen=True, tag=True):
    lines: tuple[CertificateLine, ...]
    more: bool


class ProvedLine(View, frozen=True):
    """One figure of a certificate against its limit, in words; `passes` None where nothing limits it."""

    title: str
    found: str
    passes: bool | None = None


class CertificatePage(View, frozen=True, tag=True):
    """One certificate as its screen shows it."""

    line: CertificateLine
    sha256: str
    device: str
    figures: tuple[ProvedLine, ...]
    instruments: tuple[InstrumentView, ...]
    not_proved: tuple[str, ...]
    caps: tuple[int, int, int] | None = None
    """What the controller gives at most: depth um, dose nL, rate mHz; None where the certificate names none."""


class DriftPoint(View, frozen=True):
    """One proof in the history."""

    made: str
    calibration: int
    found: int
    """Before a correction; equal to `left` when none was written."""
    left: int


class DriftSeries(View, frozen=True):
    """One figure over time, oldest first. Lengths um, shares ppm; within plus and minus `allowed` it passes."""

    key: Literal["zero", "scale", "smallest", "middle", "largest"]
    dose_nl: int
    """0 for the depth."""
    unit: Literal["um", "ppm"]
    allowed: int
    points: tuple[DriftPoint, ...]


class DriftPart(View, frozen=True):
    """One part of one injector; `part` is "depth", or the barrel's volume in mL."""

    part: str
    serial: int
    series: tuple[DriftSeries, ...]


class DriftPage(View, frozen=True, tag=True):
    parts: tuple[DriftPart, ...]
