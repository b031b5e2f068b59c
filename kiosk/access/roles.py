"""Which role may give which command: one table, and no rule outside it (ACC-1, ACC-5).

A command that is missing from the table may be given by nobody. STOP may be given by anybody, always (STP-2).
"""

from __future__ import annotations

from enum import StrEnum
from typing import get_args

from kiosk.access.errors import NotAllowed
from kiosk.channel import certificates, service
from kiosk.channel import checking_commands as check
from kiosk.channel import commands as ask
from kiosk.channel.presets import KeepPreset, RetirePreset


class Role(StrEnum):
    """What a person is here for."""

    PRACTITIONER = "practitioner"
    """Treats."""
    TECHNICIAN = "technician"
    """Calibrates and services."""
    ADMINISTRATOR = "administrator"
    """Accounts, approvals, pairing."""


Roles = frozenset[Role]
TREATS: Roles = frozenset({Role.PRACTITIONER})
SERVICES: Roles = frozenset({Role.PRACTITIONER, Role.TECHNICIAN})
TECHNICAL: Roles = frozenset({Role.TECHNICIAN})
LOOKS_AFTER: Roles = frozenset({Role.TECHNICIAN, Role.ADMINISTRATOR})
READS: Roles = frozenset({Role.PRACTITIONER, Role.ADMINISTRATOR})
ADMINISTERS: Roles = frozenset({Role.ADMINISTRATOR})
SIGNED_IN: Roles = frozenset(Role)
ANYBODY: Roles | None = None
"""No sign-in needed: what only takes power away, tells nothing, or is how one signs in."""

WHO_MAY: dict[type, Roles | None] = {
    ask.Hello: ANYBODY,
    ask.Flip: ANYBODY,
    ask.Touched: ANYBODY,
    ask.CreateFirstAdministrator: ANYBODY,
    ask.CreateAccount: ADMINISTERS,
    ask.SetPin: ADMINISTERS,
    ask.SignIn: ANYBODY,
    ask.SignOut: ANYBODY,
    ask.Lock: ANYBODY,
    ask.Stop: ANYBODY,
    ask.PauseSound: ANYBODY,
    ask.AcknowledgeStop: SIGNED_IN,
    ask.AcknowledgeAlarm: SIGNED_IN,
    ask.RunSelfTest: ANYBODY,
    ask.AnswerCheck: ANYBODY,
    ask.OpenSession: TREATS,
    ask.AnswerScreening: TREATS,
    ask.UseProduct: TREATS,
    ask.FitNeedle: TREATS,
    ask.FitSyringe: TREATS,
    ask.Prepared: TREATS,
    ask.Prime: TREATS,
    ask.ConfirmDrop: TREATS,
    ask.ChooseZone: TREATS,
    ask.Edit: TREATS,
    ask.ChooseMode: TREATS,
    ask.ConfirmSoft: TREATS,
    ask.AskSoft: TREATS,
    ask.WithdrawSoft: TREATS,
    ask.Arm: TREATS,
    ask.Disarm: ANYBODY,
    ask.Rehome: SERVICES,
    ask.ClearFaults: SERVICES,
    ask.Finish: TREATS,
    ask.ResumeTreating: TREATS,
    ask.Sign: TREATS,
    ask.ListSessions: READS,
    ask.ReadSession: READS,
    ask.ExportSession: READS,
    ask.FindPatient: TREATS,
    ask.PairInjector: ADMINISTERS,
    ask.AcceptFinding: ADMINISTERS,
    ask.SetClock: SIGNED_IN,
    ask.ConfirmClock: TECHNICAL,
    ask.Retract: SERVICES,
    ask.OpenCalibration: TECHNICAL,
    ask.CalibrateDose: TECHNICAL,
    ask.FlushBench: TECHNICAL,
    ask.DescribeRoom: TECHNICAL,
    ask.StartBlank: TECHNICAL,
    ask.StartRun: TECHNICAL,
    ask.PauseRun: TECHNICAL,
    ask.TypeWeight: TECHNICAL,
    ask.WriteCalibration: TECHNICAL,
    ask.CertifyCalibration: TECHNICAL,
    ask.RestoreCalibration: TECHNICAL,
    service.WriteFactory: TECHNICAL,
    ask.LeaveCalibration: TECHNICAL,
    ask.CalibrateDepth: TECHNICAL,
    ask.ZeroGauge: TECHNICAL,
    ask.MoveToGauge: TECHNICAL,
    ask.TypeGauge: TECHNICAL,
    certificates.NameInstrument: TECHNICAL,
    certificates.ListCertificates: SIGNED_IN,
    certificates.ReadCertificate: SIGNED_IN,
    certificates.ExportCertificate: SIGNED_IN,
    certificates.ReadDrift: SIGNED_IN,
    check.BeginCheck: TECHNICAL,
    check.AnswerSeen: TECHNICAL,
    check.LeaveCheck: TECHNICAL,
    check.ReportTouches: TECHNICAL,
    check.MeasureLapse: TECHNICAL,
    check.ResetTimes: TECHNICAL,
    check.RecordTimes: TECHNICAL,
    ask.WriteAftercare: TREATS,
    ask.NoteReaction: TREATS,
    ask.ListDue: TREATS,
    KeepPreset: TREATS,
    RetirePreset: TREATS,
    service.ReadWear: LOOKS_AFTER,
    service.ReplacePart: TECHNICAL,
    service.ListFaults: LOOKS_AFTER,
    service.DisableAccount: ADMINISTERS,
    service.EnableAccount: ADMINISTERS,
    service.ListBackups: ADMINISTERS,
    service.BackUp: ADMINISTERS,
    service.RestoreBackup: ADMINISTERS,
    service.MakeBundle: LOOKS_AFTER,
    ask.ListApprovals: ADMINISTERS,
    ask.ReadApproval: ADMINISTERS,
    ask.Approve: ADMINISTERS,
}
COMMANDS: tuple[type, ...] = get_args(ask.AnyCommand)


def named(role: str) -> Role | None:
    """The role of this name; None for one that a damaged row holds: whoever has it may what anybody may."""
    return next((known for known in Role if known == role), None)


def may(role: Role | None, command: type) -> bool:
    """Whether somebody with `role` (None: nobody is signed in, or the screen is locked) may give `command`."""
    if command not in WHO_MAY:
        return False
    roles = WHO_MAY[command]
    return roles is None or role in roles


def with_article(role: str) -> str:
    """The role with its article, "a practitioner" or "an administrator"."""
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"


def require(role: Role | None, command: type) -> None:
    """Refuse what `may` refuses.

    Raises:
        NotAllowed: names who may.
    """
    if may(role, command):
        return
    roles = WHO_MAY.get(command) or frozenset[Role]()
    raise NotAllowed(
        who=with_article(role).capitalize() if role else "Nobody who is not signed in",
        what=command.__name__,
        roles=" or ".join(map(with_article, sorted(roles))) or "a command that is known",
    )
