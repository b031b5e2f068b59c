"""Pages of the record: what control answers to whoever reads it. Amounts nL, depths um, times as texts for people."""

from __future__ import annotations

from kiosk.channel.approving import ApprovalList, ApprovalPage
from kiosk.channel.base import View
from kiosk.channel.certificates import CertificateList, CertificatePage, DriftPage
from kiosk.channel.commands import Side
from kiosk.channel.followup import DueList


class Zone(View, frozen=True):
    key: str
    title: str
    side: Side
    planned: int
    done: int
    given_nl: int
    technique: str = ""
    spacing_mm: str = ""
    angle_deg: int = 90


class SessionLine(View, frozen=True):
    number: int
    opened: str
    patient: str
    protocol: str
    practitioner: str
    shots: int
    given_nl: int
    signed: bool
    simulated: bool


class SessionList(View, frozen=True, tag=True):
    lines: tuple[SessionLine, ...]
    more: bool


class ShotLine(View, frozen=True):
    number: int
    zone: str
    side: str
    depth_um: int
    measured_depth_um: int
    dose_nl: int
    measured_dose_nl: int
    outcome: str
    at: str


class PlanLimits(View, frozen=True):
    """The hard limits of a zone and side that were in force in a session (LIM-1); 0 where none is recorded."""

    zone: str
    side: str
    depth_low_um: int
    depth_high_um: int
    dose_low_nl: int
    dose_high_nl: int


class SessionPage(View, frozen=True, tag=True):
    """One session as the record screen shows it."""

    line: SessionLine
    product: str
    lot: str
    expiry: str
    needle: str
    syringe: str
    zones: tuple[Zone, ...]
    shots: tuple[ShotLine, ...]
    events: tuple[tuple[str, str], ...]
    """Time and sentence."""
    flags: tuple[str, ...] = ()
    """What is uncertain or recovered."""
    limits: tuple[PlanLimits, ...] = ()
    reactions: tuple[tuple[str, str], ...] = ()
    """Day and text of every reaction that was noted, oldest first."""
    next_date: str = ""
    review_date: str = ""
    sheet: bool = False
    """Whether the patient was given the aftercare sheet, which can then be written again."""


class PatientPage(View, frozen=True, tag=True):
    patient: str
    known: bool
    last_date: str = ""
    last_zone: str = ""
    last_product: str = ""
    last_protocol: str = ""
    similar: tuple[str, ...] = ()
    last_zones: tuple[Zone, ...] = ()
    """The zones that were treated at the last visit."""


class Exported(View, frozen=True, tag=True):
    path: str


Page = (
    SessionList
    | SessionPage
    | PatientPage
    | Exported
    | ApprovalList
    | ApprovalPage
    | DueList
    | CertificateList
    | CertificatePage
    | DriftPage
)
