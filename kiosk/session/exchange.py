"""What goes into one step of the engine and what comes out: inputs and effects, as values.

The engine reads nothing and does nothing by itself; whoever runs it (the loop in real time, a rig in virtual time)
fills `Inputs`, calls `step` and performs the effects in their order.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from drivers.ports import Authorisation, PanelEdge, PanelInputs
from drivers.registers import AnchorPair, Calibration, Command, Identity, ShotRecord, Status
from kiosk.channel.certificates import CertificateFormat
from kiosk.channel.commands import Request
from kiosk.channel.snapshot import Page, Reply
from kiosk.protocols.budget import Course
from kiosk.records.approved import Subject
from kiosk.records.rows import AccountRow, Committed, Restored, Room, Unit, WriteFailed
from kiosk.records.verdict import Verdict
from kiosk.session.service_questions import ServiceReading, SettingsQuestion

Client = int
"""Number of a channel client; 0 is nobody."""
SendResult = Literal["done", "refused", "stale", "unknown"]


class _Value(msgspec.Struct, frozen=True):
    pass


class Connected(_Value, frozen=True):
    """The port is open and an injector answered; it is not trusted before it is reconciled (LED-4)."""

    identity: Identity
    calibration: Calibration | None
    """The one in force; None when it is damaged or there is none."""
    anchors: AnchorPair


class Disconnected(_Value, frozen=True):
    """No injector: a sentence says why, `error` is its number."""

    sentence: str
    error: int = 0


class Sent(_Value, frozen=True):
    """What became of a send effect, by its id (LED-2)."""

    id: int
    result: SendResult
    sentence: str = ""
    uptime_ms: int = 0
    """The controller's clock when it accepted it; 0 where it did not."""


class CalibrationTold(_Value, frozen=True):
    """What became of `WriteSpare`, `ReadSpare` or `SelectCalibration`; `calibration` is what was then read."""

    result: SendResult
    sentence: str = ""
    calibration: Calibration | None = None


class BalanceTold(_Value, frozen=True):
    """What the balance says: a weight, or a sentence that says why there is none."""

    ug: int = 0
    stable: bool = False
    model: str = ""
    number: str = ""
    """Its own serial number."""
    sentence: str = ""

    @property
    def name(self) -> str:
        """Both in one text."""
        return f"{self.model}, No. {self.number}"


class Answer(_Value, frozen=True):
    """What the clerk found out, by the ticket of its question."""

    ticket: int
    ok: bool
    sentence: str = ""
    remedy: str = ""
    error: int = 0
    text: str = ""
    page: Page | None = None
    course: Course | None = None
    verdict: Verdict | None = None
    accounts: tuple[AccountRow, ...] = ()
    """Of a file of settings, as rows that its administrator adds now."""


class ClockState(_Value, frozen=True):
    """What a person may do about date and time (LED-8)."""

    why: str = ""
    """Why it is not trusted, or ""."""
    settable: bool = False
    """Whether it is taken from a person: nothing better tells the time."""
    asks_technician: bool = False
    """Whether it waits for a technician's word after a long rest."""
    not_before_ms: int = 0
    """Wall time of the last row, UTC ms."""


class Inputs(_Value, frozen=True):
    """All that is read in one cycle."""

    panel: PanelInputs
    epoch: int
    wall_ms: int
    """UTC, ms; what is shown and compared with expiry dates."""
    wall_trusted: bool = True
    clock: ClockState = ClockState()
    panel_alive: bool = True
    edges: tuple[PanelEdge, ...] = ()
    """Edges of the pins since the last cycle, oldest first."""
    leased: tuple[float, bool] | None = None
    """When the lease of this cycle was on the wire, CLOCK_MONOTONIC seconds, and its pedal bit."""
    status: Status | None = None
    """None when this cycle's exchange brought nothing."""
    records: tuple[ShotRecord, ...] = ()
    link: Connected | Disconnected | None = None
    """Set in the cycle in which it changed."""
    identity: Identity | None = None
    """Set in the cycle after it was asked for."""
    sent: tuple[Sent, ...] = ()
    calibration: CalibrationTold | None = None
    """Set in the cycle after a calibration was written, read back or selected."""
    balance: BalanceTold | None = None
    """Set in a cycle in which the balance said something."""
    ledger: tuple[Committed | WriteFailed | Room, ...] = ()
    restored: Restored | None = None
    """Set in a cycle after `Reread`."""
    answers: tuple[Answer, ...] = ()
    requests: tuple[tuple[Client, Request], ...] = ()
    seat: Client = 0
    """The client that holds the seat; others may read and ask, and stop."""
    bad_frames: int = 0
    """Bad frames and time-outs of the last second (LNK-3)."""
    late_ms: float = 0.0
    """How late this cycle began (WDG-6)."""
    realtime: bool = True


class Commit(_Value, frozen=True):
    """Have the ledger thread commit a unit; its `Committed` or `WriteFailed` is a later input."""

    unit: Unit


class Enable(_Value, frozen=True):
    """Close the motor enable relay, unless a stop came since `epoch`."""

    epoch: int


class Disable(_Value, frozen=True):
    pass


class TripStop(_Value, frozen=True):
    """Do what a stop edge does, for a stop on glass or by software."""


class SendAuthorisation(_Value, frozen=True):
    authorisation: Authorisation
    epoch: int


class SendCommand(_Value, frozen=True):
    """`epoch` None for what is sent whatever the latch says: stop, void, retract, clear faults."""

    command: Command
    epoch: int | None


class AskIdentity(_Value, frozen=True):
    """Read the identity block again; it is the next cycle's `identity`."""


class WriteSpare(_Value, frozen=True):
    """Write a calibration whole into the spare slot; it is not in force by that."""

    calibration: Calibration


class ReadSpare(_Value, frozen=True):
    """Read the spare slot back."""


class SelectCalibration(_Value, frozen=True):
    """Put what the spare slot holds in force, and read what is in force then."""

    id: int


class FollowBalance(_Value, frozen=True):
    """Weigh from now on, or let go of the balance."""

    on: bool


class SetCursor(_Value, frozen=True):
    """Lowest lifetime number not yet committed; goes with every lease from now on."""

    cursor: int


class Reread(_Value, frozen=True):
    """Have the ledger thread read back what a restart would find, after all that was handed to it; see `restored`."""


class PauseLease(_Value, frozen=True):
    """Send nothing, renew no lease for so long: the controller brings the needle back. Anything taken back ends it."""

    seconds: float


class WriteAnchor(_Value, frozen=True):
    row: int
    sha256: bytes


class SetWall(_Value, frozen=True):
    """A person set date and time: `wall_ms` (UTC) was so when CLOCK_MONOTONIC was `mono_ms`."""

    wall_ms: int
    mono_ms: int


class ConfirmWall(_Value, frozen=True):
    """A technician confirmed date and time."""


class Respond(_Value, frozen=True):
    client: Client
    reply: Reply


class Ask(_Value, frozen=True):
    """A question for the clerk: what takes long and is never done in the loop."""

    ticket: int
    question: Question


class HashPin(_Value, frozen=True, tag=True):
    pin: str


class CheckPin(_Value, frozen=True, tag=True):
    pin: str
    hashed: str


class Listing(_Value, frozen=True, tag=True):
    before: int


class ReadPage(_Value, frozen=True, tag=True):
    session: int


class ReadPatient(_Value, frozen=True, tag=True):
    """What is known of a code."""

    patient: str


class ReadCourse(_Value, frozen=True, tag=True):
    """What sessions other than `besides` count towards the course of a code with a product and a protocol.

    Days are counted to `wall_ms`, UTC ms: what day it is control says, whose clock is the one that is trusted.
    """

    patient: str
    product: str
    protocol: str
    besides: int
    wall_ms: int


class MakeExport(_Value, frozen=True, tag=True):
    session: int
    format: str


class ReadApprovals(_Value, frozen=True, tag=True):
    """Who approved these treatments, and whether they changed since (LIM-9)."""

    subjects: tuple[Subject, ...]


class CompareApproval(_Value, frozen=True, tag=True):
    """What differs between a treatment's content now and what was approved last."""

    subject: Subject
    content: str


class MakeSheet(_Value, frozen=True, tag=True):
    """Write the patient's sheet; days are ISO dates, "" for none."""

    session: int
    title: str
    day: str
    lines: tuple[str, ...]
    next_date: str
    review_date: str
    simulated: bool


class ReadDue(_Value, frozen=True, tag=True):
    """Whose next date is near or past."""


class CertificatesBefore(_Value, frozen=True, tag=True):
    """The certificates with numbers below this one, the newest first; 0 for all."""

    before: int


class OneCertificate(_Value, frozen=True, tag=True):
    number: int


class MakeCertificate(_Value, frozen=True, tag=True):
    """Write a certificate as a file."""

    number: int
    format: CertificateFormat


class Drift(_Value, frozen=True, tag=True):
    """How the device drifted from one proof to the next."""


class VerifyLedger(_Value, frozen=True, tag=True):
    """Check the whole ledger, against the injector's anchors when there are any (LED-11)."""

    anchors: AnchorPair | None = None
    opened: int | None = None
    """Last row when control opened the ledger."""


RecordReading = Listing | ReadPage | ReadPatient | ReadDue | MakeExport | MakeSheet | ReadApprovals | CompareApproval
Reading = RecordReading | ServiceReading
"""Questions that are answered with a page."""
OfCertificates = CertificatesBefore | OneCertificate | MakeCertificate | Drift
"""The same about calibrations."""
Question = HashPin | CheckPin | ReadCourse | VerifyLedger | SettingsQuestion | Reading | OfCertificates


class Beacon(_Value, frozen=True):
    red: bool
    yellow: bool
    cyan: bool


class Buzzer(_Value, frozen=True):
    hertz: int | None


class Disconnect(_Value, frozen=True):
    """Close the port and open it again, through reconciliation (LED-4); the sentence says why."""

    sentence: str


Effect = (
    Commit
    | Enable
    | Disable
    | TripStop
    | SendAuthorisation
    | SendCommand
    | AskIdentity
    | WriteSpare
    | ReadSpare
    | SelectCalibration
    | FollowBalance
    | SetCursor
    | Reread
    | PauseLease
    | WriteAnchor
    | SetWall
    | ConfirmWall
    | Respond
    | Ask
    | Beacon
    | Buzzer
    | Disconnect
)
