"""Service on the channel: what wore, what failed, what the line lost, who may sign in, what a backup holds.

Volumes travel as nL, times as ms or s as named, answer times as us; dates are local and for people.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from kiosk.channel.base import Command, Text, View

PartName = Literal["needle carriage", "return spring", "tubing", "enable relay"]
"""Parts whose replacement is recorded, and starts their count anew."""
Unit = Literal["strokes", "nL", "cycles"]
FileName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$")]
"""A file's bare name: no folder can be named with it."""
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
ScreenText = Annotated[str, msgspec.Meta(max_length=400)]


# -- asked --------------------------------------------------------------------------------------------------------
class ReadWear(Command, frozen=True):
    """What the device has done, and what each part has since it was replaced."""


class ReplacePart(Command, frozen=True):
    """A technician has replaced a part: its count begins anew, as a row of the record."""

    part: PartName


class ListFaults(Command, frozen=True):
    """Alarms of the record, newest first; `number` 0 for all of them, `before` a row to page back from, 0 for none."""

    before: Annotated[int, msgspec.Meta(ge=0)] = 0
    number: Annotated[int, msgspec.Meta(ge=0, le=9999)] = 0


class DisableAccount(Command, frozen=True):
    """An administrator shuts an account; it is never deleted, and the last administrator's is never shut."""

    name: Text


class EnableAccount(Command, frozen=True):
    """An administrator opens an account again, with the PIN that it had."""

    name: Text


class ListBackups(Command, frozen=True):
    """The files of settings that lie in the device's folder of backups."""


class BackUp(Command, frozen=True):
    """Write profiles, accounts and the settings of this screen into one file."""

    screen: ScreenText = ""
    """Settings of the screen as it keeps them; control does not know them (ACC-5)."""


class RestoreBackup(Command, frozen=True):
    """Take over what the file holds; `sha256` is of what was shown, so that no other content is restored."""

    name: FileName
    sha256: Sha256


class MakeBundle(Command, frozen=True):
    """Write what support needs to see into one file, without a patient code."""


class WriteFactory(Command, frozen=True):
    """Confirms the figures of construction that were shown, where the injector has no valid calibration (LIM-9)."""

    key: Text


ServiceCommand = (
    ReadWear
    | ReplacePart
    | ListFaults
    | DisableAccount
    | EnableAccount
    | ListBackups
    | BackUp
    | RestoreBackup
    | MakeBundle
    | WriteFactory
)


# -- shown --------------------------------------------------------------------------------------------------------
class WireView(View, frozen=True):
    """The injector's line since control began. Times are those of good answers, us; percentiles in steps of 250."""

    good: int = 0
    refused: int = 0
    lost: int = 0
    """Answers that did not come within their time."""
    late: int = 0
    """Of those, the ones that came afterwards."""
    bad: int = 0
    stray_bytes: int = 0
    reconnects: int = 0
    """How often the port was opened again."""
    p50_us: int = 0
    p99_us: int = 0
    max_us: int = 0


class Counters(View, frozen=True):
    """What the injector itself counts; all 0 while none is connected."""

    serial: int = 0
    motions: int = 0
    """Motions of needle or plunger ever begun, of every kind."""
    lifetime_nl: int = 0
    starts: int = 0
    uptime_s: int = 0
    needle_changes: int = 0
    syringe_changes: int = 0


class PartLine(View, frozen=True):
    """One part: what it has done since it was replaced, or since this record began."""

    part: PartName
    count: int
    unit: Unit
    since: str = ""
    """Local date of its replacement, "" when none is recorded."""
    by: str = ""


class WearPage(View, frozen=True, tag=True):
    """Counts of the record, of the injector that it belongs to; `counters` are the injector's own."""

    treatment_shots: int
    bench_shots: int
    homings: int
    primes: int
    delivered_nl: int
    relay_cycles: int
    hours: int
    """Hours that control ran, as far as rows show: the sum of the last row's time of every start of the machine."""
    machine_starts: int
    parts: tuple[PartLine, ...]
    counters: Counters = Counters()


class FaultLine(View, frozen=True):
    """One time that an alarm stood."""

    row: int
    number: int
    title: str
    at: str
    lasted_s: int = -1
    """-1 where no end is recorded: it stands, or control ended first."""
    acknowledged_by: str = ""
    detail: str = ""
    """The values in force when it began."""
    session: int = 0


class FaultCount(View, frozen=True):
    number: int
    title: str
    count: int


class FaultList(View, frozen=True, tag=True):
    lines: tuple[FaultLine, ...]
    more: bool
    counts: tuple[FaultCount, ...]
    """How often each alarm stood, the most frequent first."""
    number: int = 0
    """The alarm that the lines are of, 0 for all."""


class BackupLine(View, frozen=True):
    """One file in the folder of backups; `why` says why it cannot be restored, "" when it can."""

    name: str
    sha256: str = ""
    made: str = ""
    by: str = ""
    accounts: int = 0
    profiles: int = 0
    why: str = ""


class BackupList(View, frozen=True, tag=True):
    folder: str
    lines: tuple[BackupLine, ...]
    done: str = ""
    """What was just done, in one sentence; "" when the list was only read."""
    screen: str = ""
    """Settings of the screen from the file that was just restored, "" for none."""
