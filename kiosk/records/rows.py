"""The rows of the ledger as values: what each one says, and nothing of how it is kept.

Every row is written once and never changed; what changes about a thing is a later row. The ledger adds to each its
row number, the wall time (UTC ms, never before the last row's), the boot id and the chain's hash. `mono_ms` is
CLOCK_MONOTONIC at the moment the row tells of. Depth um, dose nL. Requested, measured and certainty stay apart (LED-7).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from drivers.registers import SHOTS_MAX


class Certainty(StrEnum):
    """What is known of a thing that was sent (LED-2)."""

    DONE = "done"
    NOT_DONE = "certainly not done"
    UNKNOWN = "unknown"


class AuthorisationKind(StrEnum):
    """What an id was drawn for; all kinds share one growing sequence (LED-5)."""

    TREATMENT = "treatment"
    BENCH = "bench"
    HOME = "home"
    PRIME = "prime"
    SEEK = "seek"
    """After a syringe change: the plunger looks for the piston."""
    GAUGE = "gauge"
    """The needle rests at a depth under a technician's gauge, and gives nothing."""
    VOID = "void"
    CONTROL = "control"
    """Retract, stop, clear faults, needle changed: an id without a motion that gives anything."""


class _Row(msgspec.Struct, frozen=True, tag=True):
    pass


class SessionRow(_Row, frozen=True):
    """A session was opened. Later facts of it (screening, product, needle, ...) are events."""

    session: int
    mono_ms: int
    user: str
    patient: str
    protocol: str
    protocol_sha256: str
    versions: str


class AuthorisationRow(_Row, frozen=True):
    """An id was drawn and may be sent once this row is committed (LED-1)."""

    id: int
    mono_ms: int
    kind: AuthorisationKind
    session: int
    """0 outside a session."""
    serial: int
    boot_count: int
    calibration_id: int
    zone: str = ""
    side: str = ""
    depth_um: int = 0
    dose_nl: int = 0
    shots: int = 0
    interval_ms: int = 0
    mode: int = 0
    valid_ms: int = 0
    arming: int = 0
    """Number of the arming in its session it is a slice of; 0 for service motions."""

    @property
    def motions(self) -> int:
        """Motions that it can have begun: a command one, a slice its shots, and a damaged row no more than any."""
        return min(max(self.shots, 1), SHOTS_MAX)


class ResolutionRow(_Row, frozen=True):
    """What became of an authorisation (LED-2, LED-4). One for each authorisation, the last word on it."""

    id: int
    mono_ms: int
    certainty: Certainty
    shots: int
    """Shots recorded under it."""
    reason: str


class ShotRow(_Row, frozen=True):
    """One motion of the needle or the plunger, as the controller recorded it, or as it must be counted (LED-4).

    `number` is the controller's lifetime number, 0 for an amount that no record explains ("unattributed"), and for what
    a late record measured beyond what had been counted for it in full (`beyond`).
    """

    session: int
    mono_ms: int
    serial: int
    boot_count: int
    number: int
    authorisation: int
    kind: AuthorisationKind
    zone: str
    side: str
    point: int
    """Number of the trigger press in the session that it belongs to; 0 when none."""
    depth_um: int
    measured_depth_um: int
    dose_nl: int
    measured_dose_nl: int
    peak_kpa: int
    duration_ms: int
    outcome: int
    certainty: Certainty = Certainty.DONE
    recovered: bool = False

    @property
    def counted_nl(self) -> int:
        """What it counts in every total: the greater of commanded and measured (LIM-6)."""
        return max(self.dose_nl, self.measured_dose_nl)

    @property
    def beyond(self) -> bool:
        """Whether it is only what was measured beyond an amount that another row has counted already."""
        return self.authorisation > 0 and self.number == 0 and self.dose_nl == 0


class EventRow(_Row, frozen=True):
    """Anything else that happened: who, what, old, new, why (ACC-4). `body` holds plain JSON values."""

    kind: str
    mono_ms: int
    session: int
    user: str
    sentence: str
    body: dict[str, str | int | float | bool | list[str] | None] = {}


class ClosingRow(_Row, frozen=True):
    """A session was signed and closed."""

    session: int
    mono_ms: int
    user: str
    reactions: str
    aftercare_given: bool
    cleaned_up: bool
    review_date: str
    shots: int
    given_nl: int


class CalibrationRow(_Row, frozen=True):
    """A calibration that the controller was given, or that was found in it."""

    id: int
    mono_ms: int
    user: str
    serial: int
    crc: int
    made: str
    """ISO date."""
    expires: str
    sha256: str
    """Hash of its certificate."""


class AccountRow(_Row, frozen=True):
    """An account was made or changed; the last row of a name holds. `pin` is a salted hash, '' when disabled."""

    name: str
    mono_ms: int
    by: str
    role: str
    pin: str
    failures: int = 0
    wait_until_ms: int = 0
    """Wall time, UTC ms; survives power-off (ACC-2)."""
    disabled: bool = False
    reason: str = ""


Row = SessionRow | AuthorisationRow | ResolutionRow | ShotRow | EventRow | ClosingRow | CalibrationRow | AccountRow


class Unit(msgspec.Struct, frozen=True):
    """One unit of work: rows that are committed together or not at all, and the id that is posted when they are."""

    id: int
    rows: tuple[Row, ...]


class Committed(msgspec.Struct, frozen=True):
    """A unit is on disk: fsync has returned. `took_ms` is what LED-12 looks at."""

    unit: int
    took_ms: int
    last_row: int
    last_hash: bytes


class WriteFailed(msgspec.Struct, frozen=True):
    """A unit could not be written; nothing may fire (LED-12)."""

    unit: int
    error: int
    sentence: str


class Room(msgspec.Struct, frozen=True):
    """What the storage has left, whole MB, looked at by the ledger thread; told when it changes."""

    free_mb: int


class Checked(msgspec.Struct, frozen=True):
    """How one check of the device ended last. Wall times UTC ms, 0 for never."""

    check: str
    outcome: str
    detail: str
    user: str
    wall_ms: int
    passed_ms: int


class Restored(msgspec.Struct, frozen=True):
    """What a restart finds: enough to go on where the ledger ends, disarmed (LED-6)."""

    last_row: int
    last_hash: bytes
    next_session: int
    max_id: int
    """Greatest id ever drawn."""
    serial: int
    """Serial number of the controller that the last authorisation went to; 0 when none."""
    accounts: tuple[AccountRow, ...]
    cursor: int
    """Lowest lifetime number not yet committed for that serial; 1 on an empty ledger."""
    lifetime_nl: int
    """Sum of measured doses over all motions of that serial, as the ledger knows it."""
    unresolved: tuple[AuthorisationRow, ...]
    open_session: SessionRow | None = None
    events: tuple[EventRow, ...] = ()
    """Events of the open session, oldest first."""
    shots: tuple[ShotRow, ...] = ()
    """Shots of the open session, oldest first."""
    armings: int = 0
    """Highest arming number of the open session."""
    calibration: CalibrationRow | None = None
    last_wall_ms: int = 0
    verified: str = "good"
    """Outcome of the quick check at opening (LED-11): "good", or a sentence that blocks arming."""
    path_opened_ms: int = 0
    """Wall time the present fluid path was opened, 0 when none is (LIM-14)."""
    approvals: tuple[tuple[str, str], ...] = ()
    """Each treatment that an administrator approved on this device, with the SHA-256 (hexadecimal) approved last."""
    presets: tuple[tuple[int, EventRow], ...] = ()
    """Every preset that is not retired: its wall time (UTC ms) and its row."""
    next_preset: int = 1
    recorded: tuple[tuple[int, int], ...] = ()
    """For each unresolved authorisation its id and how many shots are recorded under it."""
    blocked: tuple[tuple[int, str], ...] = ()
    """Serial numbers of controllers that nobody has paired since they contradicted the record, and the sentence that
    blocks each of them (LED-5)."""
    unseen: tuple[tuple[int, str], ...] = ()
    """Alarm and sentence of every comparison that no practitioner has seen yet (LED-4)."""
    alarms: tuple[int, ...] = ()
    """Numbers of the alarms that began and have not ended since."""
    mismatch: str = ""
    """Why the last shot that was not as set was not, "" once the fault was cleared (LED-9)."""
    clock_set: tuple[int, int] | None = None
    """Wall time a person set in this boot, UTC ms, and CLOCK_MONOTONIC ms at that moment; None when nobody did."""
    clock_confirmed: bool = False
    """Whether a technician confirmed date and time in this boot (LED-8)."""
    counted_in_full: tuple[ShotRow, ...] = ()
    """A shot of each authorisation whose shots were counted in full without their records, which may still arrive
    (LED-4): all of them were counted alike."""
    certificates: tuple[CalibrationRow, ...] = ()
    """The last calibration row of each injector."""
    calibrations: tuple[EventRow, ...] = ()
    """Every event that put a calibration in force or proved one, of every injector, oldest first (ACU-3)."""
    instruments: tuple[EventRow, ...] = ()
    """The last event of each kind of instrument."""
    checks: tuple[Checked, ...] = ()
    """How each check of the device ended last."""
