"""What the kiosk itself remembers: where the person is and what is typed but not confirmed. Nothing that counts."""

from __future__ import annotations

import msgspec

from kiosk.channel.service import BackupList, FaultList, WearPage
from kiosk.channel.snapshot import (
    ApprovalList,
    ApprovalPage,
    CertificateList,
    CertificatePage,
    DriftPage,
    DueList,
    PatientPage,
    SessionList,
    SessionPage,
    Treat,
)
from kiosk.view.numbers import FieldName
from kiosk.view.settings import Settings

DRAFT_S = 60.0
"""A value typed and not confirmed is thrown away after this, s (LIM-10)."""
NOTICE_S = 8.0
"""A notice stays this long, s."""
STALE_MS = 500
"""A snapshot older than this covers every value (DESIGN, Processes)."""


class Draft(msgspec.Struct, frozen=True):
    """A value being edited: what is typed, or the value stepped to while nothing is typed."""

    field: FieldName
    value: int
    since: float
    typed: str = ""
    fault: str = ""


class Change(msgspec.Struct, frozen=True):
    """The last value that a person changed: what it was, and until when it is offered to be taken back."""

    field: FieldName
    before: int
    now: int
    until: float


class Offer(msgspec.Struct, frozen=True):
    """The offer that the arm panel shows, kept still while it is read."""

    treat: Treat
    product: str
    syringe: str
    needle: str


class Reached(msgspec.Struct, frozen=True):
    """How far a touch test has got: every touch of a target in order, `last` at `at`."""

    targets: tuple[str, ...] = ()
    doubled: int = 0
    last: str = ""
    at: float = 0.0


class Lesson(msgspec.Struct, frozen=True):
    """The guided first session: only what cannot be read off control's state is kept."""

    on: bool = False
    begun: str = ""
    """Local date and time when it began, "" while it never did."""
    seen: frozenset[str] = frozenset()
    """What has happened since: "stopped", "filling", "refilled", "signed", "exported"."""
    session: int = 0
    """Number of the session that is or was treated in it."""


class Local(msgspec.Struct, frozen=True):
    """The kiosk's own state. `texts`, `picks` are replaced, never changed in place."""

    now: float = 0.0
    age_ms: int = 1_000_000
    """Age of the newest snapshot."""
    reason: str = ""
    """Why there is no connection."""
    phase: str = ""
    session: int = 0
    place: str = ""
    trail: tuple[str, ...] = ()
    panel: str = ""
    draft: Draft | None = None
    offer: Offer | None = None
    changed: Change | None = None
    focus: str = ""
    shift: bool = False
    touched: float = 0.0
    """When a key was last typed, for LIM-10."""
    texts: dict[str, str] = {}
    picks: dict[str, str] = {}
    ticks: frozenset[str] = frozenset()
    fill_nl: int | None = None
    printed_nl: int = 0
    """The volume read on the barrel and typed, 0 before (LIM-12)."""
    figures: dict[str, int] = {}
    """What was typed for a calibration, by its field."""
    patient: PatientPage | None = None
    sessions: SessionList | None = None
    record: SessionPage | None = None
    due: DueList | None = None
    due_for: str = ""
    """For whom, on which day and after which session it was asked who is due."""
    approvals: ApprovalList | None = None
    approval: ApprovalPage | None = None
    """The treatment whose changes are read."""
    certificates: CertificateList | None = None
    certificate: CertificatePage | None = None
    drift: DriftPage | None = None
    wear: WearPage | None = None
    faults: FaultList | None = None
    backups: BackupList | None = None
    alarm: int = 0
    """Number of the alarm whose page is open."""
    exported: str = ""
    notice: str = ""
    notice_until: float = 0.0
    heard_notice: int = 0
    """Number of control's notice shown last."""
    cream_since: float | None = None
    """When the anaesthetic cream was put on in this session; None before."""
    turned: dict[str, int] = {}
    """Page of each list that the view leads."""
    ends: frozenset[str] = frozenset()
    """Names of the lists whose last page has been on the glass in this session."""
    reached: Reached = Reached()
    lesson: Lesson = Lesson()
    settings: Settings = Settings()
    has_light: bool = False
    """Whether this screen has a backlight that can be set."""
    asleep: bool = False
    rested: float = 0.0
    """Since when nobody has touched and nothing has kept the screen awake (UI-3)."""
    calls: frozenset[str] = frozenset()
    """What called for somebody when last looked."""
    last_session: int = -1
    """Last signed session known, to open the record of a new one."""

    def text(self, field: str) -> str:
        """What is typed in a field."""
        return self.texts.get(field, "")

    def with_text(self, field: str, text: str) -> Local:
        """The same with another text."""
        return msgspec.structs.replace(self, texts={**self.texts, field: text})

    def saying(self, sentence: str, seconds: float = NOTICE_S) -> Local:
        """The same with a notice."""
        return msgspec.structs.replace(self, notice=sentence, notice_until=self.now + seconds)
