"""Only this file decides whether the wall clock may be believed (LED-8); durations never come from it.

The decision is a pure function of evidence. The small readers below gather that evidence from the kernel.
"""

from __future__ import annotations

import ctypes
import enum
import errno
import os
from pathlib import Path

import msgspec

from kiosk.system.errors import NoKernelFact

DAY_MS = 86_400_000
ASK_AFTER_MS = 30 * DAY_MS
"""A device that slept longer asks a technician before it believes its clock (LED-8)."""

FIRST_RELEASE_MS = 1_793_491_200_000
"""2026-11-01. A battery clock that lost its battery starts in 1970 or 2000 and cannot be after this."""

BATTERY_AGREES_MS = 60_000
"""Battery and system clock further apart than this: one of them was set by hand, so the battery proves nothing."""


class Trust(enum.Enum):
    """What arming may make of the wall clock; anything but TRUSTED blocks arming, never reading."""

    TRUSTED = "trusted"
    ASK_TECHNICIAN = "ask a technician"
    UNTRUSTED = "untrusted"


class ClockEvidence(msgspec.Struct, frozen=True):
    """All that the decision looks at. Times are ms since 1970 UTC."""

    wall_ms: int
    battery_ms: int | None
    """What the battery clock says, None where there is none or it cannot be read."""
    ntp_synchronised: bool
    set_by_person: bool
    """A signed-in person set or confirmed the clock since this boot."""
    last_row_ms: int | None
    """Wall time of the ledger's last row, None in an empty ledger."""
    technician_confirmed: bool
    """A technician confirmed date and time since this boot."""


class ClockVerdict(msgspec.Struct, frozen=True):
    """Trust, the sentence that says why, and the source that was believed."""

    trust: Trust
    why: str
    source: str = ""


def judge(evidence: ClockEvidence) -> ClockVerdict:
    """Whether the wall clock is trusted (LED-8). The last row binds every source, people included."""
    if evidence.last_row_ms is not None and evidence.wall_ms < evidence.last_row_ms:
        return ClockVerdict(Trust.UNTRUSTED, "The clock is earlier than the last record. Set date and time.")
    source = _source(evidence)
    if not source:
        return ClockVerdict(
            Trust.UNTRUSTED,
            "No battery clock, no network time, and nobody set the clock since the start. Set date and time.",
        )
    slept_ms = 0 if evidence.last_row_ms is None else evidence.wall_ms - evidence.last_row_ms
    if slept_ms > ASK_AFTER_MS and not evidence.technician_confirmed:
        days = slept_ms // DAY_MS
        return ClockVerdict(
            Trust.ASK_TECHNICIAN,
            f"The last record is {days} days old. A technician confirms date and time first.",
            source,
        )
    return ClockVerdict(Trust.TRUSTED, f"Date and time come from {source}.", source)


def battery_valid(battery_ms: int | None, wall_ms: int) -> bool:
    """The battery clock kept running and the system runs by it: both after the first release, within 60 s."""
    if battery_ms is None or battery_ms < FIRST_RELEASE_MS:
        return False
    return abs(battery_ms - wall_ms) <= BATTERY_AGREES_MS


def _source(evidence: ClockEvidence) -> str:
    if evidence.ntp_synchronised:
        return "network time"
    if battery_valid(evidence.battery_ms, evidence.wall_ms):
        return "the battery clock"
    return "a signed-in person" if evidence.set_by_person else ""


# ---- readers


def read_boot_id(path: Path = Path("/proc/sys/kernel/random/boot_id")) -> str:
    """This boot's id: who confirmed the clock confirmed it for this id only.

    Raises:
        NoKernelFact: E902.
    """
    try:
        return path.read_text("ascii").strip()
    except OSError as problem:
        raise NoKernelFact(fact="boot id", why=problem.strerror) from problem


def read_battery_ms(folder: Path = Path("/sys/class/rtc/rtc0")) -> int | None:
    """The battery clock in ms since 1970 UTC; None where there is none, or its chip says that it had stopped."""
    try:
        return int((folder / "since_epoch").read_text("ascii")) * 1000
    except FileNotFoundError:
        return None
    except OSError as problem:
        # A chip that noticed its oscillator stop (DS3231 and kin) answers EINVAL; the others are no evidence either.
        if problem.errno in (errno.EINVAL, errno.EIO, errno.ENODEV, errno.EACCES):
            return None
        raise NoKernelFact(fact="battery clock", why=problem.strerror) from problem


class _Timex(ctypes.Structure):
    """The beginning of the kernel's struct timex; the rest is room that the kernel fills."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


_STA_UNSYNC = 0x0040


def read_ntp_synchronised() -> bool:
    """Whether the kernel's clock is disciplined by network time; true for any NTP client, needs no bus and no right.

    Raises:
        NoKernelFact: E902.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    timex = _Timex()
    if libc.adjtimex(ctypes.byref(timex)) < 0:
        raise NoKernelFact(fact="clock state", why=os.strerror(ctypes.get_errno()))
    return not int(timex.status) & _STA_UNSYNC
