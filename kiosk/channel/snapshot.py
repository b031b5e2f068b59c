"""What control shows: one immutable snapshot for each cycle that changed something, and the replies to commands.

Texts for people are made where the knowledge is (engine, envelope, alarms); the view only lays them out. Volumes are
nL, depths um, rates mHz, times ms or seconds of CLOCK_MONOTONIC as named.
"""

from __future__ import annotations

from typing import Literal

from kiosk.channel.approving import ApprovalLine, ApprovalList, ApprovalPage, Change
from kiosk.channel.base import View
from kiosk.channel.calibration_views import CalibratingView, ChangeView, InForceView, ProposalView, RunView
from kiosk.channel.catalogue import Catalogue, Choice, ProductChoice, ProtocolCard, SyringeChoice
from kiosk.channel.certificates import (
    CertificateLine,
    CertificateList,
    CertificatePage,
    DriftPage,
    DriftPart,
    DriftPoint,
    DriftSeries,
    InstrumentView,
    ProvedLine,
)
from kiosk.channel.checking_views import CheckingView, CheckLine, CheckNow, PinsView, SensedView, TimeView
from kiosk.channel.commands import ModeName, Side
from kiosk.channel.followup import DueLine, DueList, NextVisit
from kiosk.channel.pages import (
    Exported,
    Page,
    PatientPage,
    PlanLimits,
    SessionLine,
    SessionList,
    SessionPage,
    ShotLine,
    Zone,
)
from kiosk.channel.presets import Preset
from kiosk.channel.service import WireView

__all__ = [
    "Account",
    "Alarm",
    "ApprovalLine",
    "ApprovalList",
    "ApprovalPage",
    "ArmingView",
    "CalibratingView",
    "Catalogue",
    "CertificateLine",
    "CertificateList",
    "CertificatePage",
    "Change",
    "ChangeView",
    "Check",
    "CheckLine",
    "CheckNow",
    "CheckState",
    "CheckingView",
    "Choice",
    "ClockView",
    "DriftPage",
    "DriftPart",
    "DriftPoint",
    "DriftSeries",
    "DueLine",
    "DueList",
    "Exported",
    "InForceView",
    "InstrumentView",
    "LinkView",
    "LoopView",
    "Message",
    "ModeName",
    "NextVisit",
    "Notice",
    "Page",
    "PatientPage",
    "Phase",
    "PinsView",
    "PlanLimits",
    "Preset",
    "PressureState",
    "Priority",
    "ProductChoice",
    "ProposalView",
    "ProtocolCard",
    "ProvedLine",
    "Question",
    "RecordView",
    "Reply",
    "RunView",
    "SensedView",
    "SessionLine",
    "SessionList",
    "SessionPage",
    "SessionView",
    "SetupStep",
    "ShotLine",
    "Side",
    "Snapshot",
    "StopState",
    "StopView",
    "SyringeChoice",
    "TimeView",
    "Total",
    "Treat",
    "User",
    "Value",
    "WireView",
    "Zone",
]  # fmt: skip
"""One door for whoever lays out a screen: what can be chosen and the pages of the record are found here too."""

Phase = Literal["starting", "home", "setup", "treat", "closing", "calibrate"]
CheckState = Literal["waiting", "running", "asks", "passed", "failed"]
StopState = Literal["open", "contradiction", "released", "clear"]
PressureState = Literal["free", "resisting", "blocked"]
Priority = Literal["high", "medium", "low"]
SetupStep = Literal["screening", "product", "needle", "syringe", "preparation", "prime"]


class Account(View, frozen=True):
    """One line of the sign-in screen. `wait_s` > 0 while wrong PINs make it wait; `demo_pin` in simulation only."""

    name: str
    role: str
    wait_s: int = 0
    disabled: bool = False
    demo_pin: str = ""


class User(View, frozen=True):
    name: str
    role: str
    locked: bool = False


class Check(View, frozen=True):
    """One line of the self-test (PST-1)."""

    key: str
    title: str
    state: CheckState
    detail: str = ""
    """What was found, or what to repair."""
    question: str = ""
    """What a person is asked while `state` is asks."""


class LinkView(View, frozen=True):
    connected: bool
    sentence: str
    serial: int = 0
    firmware: str = ""
    good: int = 0
    bad: int = 0
    calibration_id: int = 0


class RecordView(View, frozen=True):
    """What the check of the whole record found (LED-11); `key` names a finding that waits for a reason, else ""."""

    sentence: str = ""
    key: str = ""
    free_mb: int | None = None
    """Room that the storage has left, whole MB; None while nobody has looked."""


class ClockView(View, frozen=True):
    """What a person may do about date and time (LED-8)."""

    why: str = ""
    """Why it is not trusted, or ""."""
    settable: bool = False
    asks_technician: bool = False
    now: str = ""
    """Local date and time as it would be taken, to the minute, trusted or not."""


class LoopView(View, frozen=True):
    """Lateness of the control cycle, us (WDG-6)."""

    realtime: bool
    cycles: int = 0
    p50_us: int = 0
    p99_us: int = 0
    max_us: int = 0
    over_10ms: int = 0


class StopView(View, frozen=True):
    state: StopState
    cause: str = ""
    sentence: str = ""


class Value(View, frozen=True):
    """A setting with all its limits (LIM-4, UI-2); every number in the unit of its field."""

    value: int
    step: int
    hard_low: int
    hard_high: int
    hard_low_origin: str
    hard_high_origin: str
    default: int
    soft_low: int | None = None
    soft_high: int | None = None
    source: str = ""
    grade: str = ""
    needs_clinic: bool = False
    """True where no grade A or B figure exists and the clinic has to give its own."""


class Total(View, frozen=True):
    """A running total against its limit; `limit` None when nothing limits it."""

    key: str
    title: str
    used: int
    unit: Literal["nL", "shots", "sessions"]
    limit: int | None = None
    origin: str = ""


class Question(View, frozen=True):
    """Something a person must confirm before it counts: a soft limit, or ten times the last value (LIM-1, LIM-8)."""

    key: str
    sentence: str
    needs_reason: bool


class ArmingView(View, frozen=True):
    words: str
    planned: int
    done: int
    left: int
    note: str = ""
    """Why a slice was shortened: "12 shots left: product limit"."""


class Treat(View, frozen=True):
    zone: str
    side: Side
    mode: ModeName
    depth: Value
    dose: Value
    rate: Value
    shots: Value
    offer: str
    """The arming in words, with units and side (LIM-8)."""
    arming: ArmingView | None = None
    shot_count: int = 0
    """Shots recorded in this session; the kiosk clicks when it grows."""
    syringe_left_nl: int = 0
    syringe_fill_nl: int = 0
    usable_nl: int = 0
    """What is left above reserve and dead volume."""
    pressure_kpa: int = 0
    pressure: PressureState = "free"
    needle_um: int = 0
    angle_deg: int = 90
    contact: bool = False
    trigger: bool = False
    pedal: bool = False
    enabled: bool = False
    retracted: bool = False
    """Home switch seen; nothing else may be called safe."""
    resisting_kpa: int = 0
    """Line pressure from which the line is called resisting; 0 while no controller has said its threshold."""
    blocked_kpa: int = 0
    occlusion_kpa: int = 0
    """Pressure at which the controller stops the stroke."""
    asks: bool = False
    """Nothing stands against arming but what a person may confirm: a soft limit that is crossed, or a leap."""
    left: int = 0
    """Shots that the last arming has left in this zone and side, also once it has ended."""


class SessionView(View, frozen=True):
    number: int
    protocol: str
    protocol_title: str
    patient: str
    opened_by: str
    step: SetupStep | None
    """What the set-up waits for; None when it is complete."""
    done: tuple[SetupStep, ...] = ()
    product: str = ""
    product_title: str = ""
    lot: str = ""
    expiry: str = ""
    needle: str = ""
    needle_title: str = ""
    needle_shots: int = 0
    syringe: str = ""
    syringe_title: str = ""
    dead_volume_nl: int = 0
    prime_nl: int = 0
    """What a prime has to push now: full path, or the short prime of a refill (LIM-14)."""
    prime_asks_drop: bool = False
    zones: tuple[Zone, ...] = ()
    totals: tuple[Total, ...] = ()
    preparation: tuple[str, ...] = ()
    aftercare: tuple[str, ...] = ()
    next_visit: NextVisit = NextVisit()
    """Proposed once treating is finished."""
    reads_barrel: bool = False
    """Nothing senses the barrel: the person reads back what is printed on it (LIM-12)."""
    over: str = ""
    """Why treating cannot be resumed; "" where it can."""


class Alarm(View, frozen=True):
    number: int
    priority: Priority
    title: str
    what: str
    patient: str
    """Whether the patient is safe."""
    todo: str
    inhibits: str
    """Empty where it inhibits nothing."""
    active: bool
    acknowledged: bool


class Notice(View, frozen=True):
    """One sentence for the person; `number` grows."""

    number: int
    sentence: str


class Snapshot(View, frozen=True):
    number: int
    stamp: float
    """CLOCK_MONOTONIC seconds when control made it."""
    simulated: bool
    phase: Phase
    stop: StopView
    link: LinkView
    loop: LoopView
    accounts: tuple[Account, ...] = ()
    first_start: bool = False
    """No account exists: an administrator's PIN is asked."""
    user: User | None = None
    checks: tuple[Check, ...] = ()
    ready: bool = False
    """Self-test passed."""
    session: SessionView | None = None
    treat: Treat | None = None
    missing: tuple[str, ...] = ()
    """What stands between now and arming, one sentence each (UI-5); empty means it can be armed.
    While no session is open: what stands against treating in the next one."""
    question: Question | None = None
    alarms: tuple[Alarm, ...] = ()
    sound_paused_s: int = 0
    notices: tuple[Notice, ...] = ()
    busy: str = ""
    """A service motion that runs now, in words ("Priming 250 uL"); empty when none."""
    wall: str = ""
    """Local date and time, minutes; empty when the clock is not trusted."""
    last_session: int = 0
    """Number of the session signed last in this run, 0 for none."""
    record: RecordView = RecordView()
    clock: ClockView = ClockView()
    in_force: InForceView = InForceView()
    calibrating: CalibratingView | None = None
    """The calibration that is open; None when none is."""
    instruments: tuple[InstrumentView, ...] = ()
    """What measures when the device is calibrated, named or not."""
    checking: CheckingView | None = None
    """Inputs, outputs, checks and times; for a technician between sessions only."""
    wire: WireView = WireView()


class Reply(View, frozen=True):
    """The answer to one request, by its number. A refusal has an error number, a sentence and what to do."""

    number: int
    ok: bool
    error: int = 0
    sentence: str = ""
    remedy: str = ""
    page: Page | None = None


class Message(View, frozen=True):
    """One packet from control: exactly one of the three."""

    snapshot: Snapshot | None = None
    catalogue: Catalogue | None = None
    reply: Reply | None = None
