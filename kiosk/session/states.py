"""When each command is possible: the states of a session as one table.

A session goes  starting -> home -> setup <-> treat <-> closing -> home; a calibration is
opened from starting or home and left to where it came from.  `armed_too` marks what may be asked while an
arming lives; everything else is refused then, except what ends it.
"""

from __future__ import annotations

import msgspec

from kiosk.channel import certificates, service
from kiosk.channel import checking_commands as check
from kiosk.channel import commands as ask
from kiosk.channel.presets import KeepPreset, RetirePreset
from kiosk.channel.snapshot import Phase

ALWAYS: frozenset[Phase] = frozenset({"starting", "home", "setup", "treat", "closing", "calibrate"})
AFTER_START: frozenset[Phase] = frozenset({"home", "setup", "treat", "closing", "calibrate"})
HOME: frozenset[Phase] = frozenset({"home"})
SETUP: frozenset[Phase] = frozenset({"setup", "treat"})
TREAT: frozenset[Phase] = frozenset({"treat"})
CLOSING: frozenset[Phase] = frozenset({"closing"})
CALIBRATING: frozenset[Phase] = frozenset({"calibrate"})
BETWEEN: frozenset[Phase] = frozenset({"starting", "home"})


class Rule(msgspec.Struct, frozen=True):
    """One line of the table."""

    phases: frozenset[Phase]
    armed_too: bool = False
    ends_arming: bool = False
    shell: bool = False
    """Whether a client without the seat may ask it."""


TABLE: dict[type, Rule] = {
    ask.Flip: Rule(ALWAYS, armed_too=True),
    ask.Touched: Rule(ALWAYS, armed_too=True),
    ask.CreateFirstAdministrator: Rule(ALWAYS),
    ask.CreateAccount: Rule(ALWAYS),
    ask.SetPin: Rule(ALWAYS),
    ask.SignIn: Rule(ALWAYS),
    ask.SignOut: Rule(ALWAYS, ends_arming=True),
    ask.Lock: Rule(ALWAYS, ends_arming=True),
    ask.Stop: Rule(ALWAYS, armed_too=True, shell=True),
    ask.AcknowledgeStop: Rule(ALWAYS),
    ask.AcknowledgeAlarm: Rule(ALWAYS, armed_too=True),
    ask.PauseSound: Rule(ALWAYS, armed_too=True),
    ask.RunSelfTest: Rule(frozenset({"starting", "home"})),
    ask.AnswerCheck: Rule(frozenset({"starting"})),
    ask.OpenSession: Rule(HOME),
    ask.AnswerScreening: Rule(frozenset({"setup"})),
    ask.UseProduct: Rule(SETUP),
    ask.FitNeedle: Rule(SETUP),
    ask.FitSyringe: Rule(SETUP),
    ask.Prepared: Rule(SETUP),
    ask.Prime: Rule(SETUP),
    ask.ConfirmDrop: Rule(SETUP),
    ask.ChooseZone: Rule(TREAT, ends_arming=True),
    ask.Edit: Rule(TREAT, ends_arming=True),
    ask.ChooseMode: Rule(TREAT, ends_arming=True),
    ask.ConfirmSoft: Rule(TREAT),
    ask.AskSoft: Rule(TREAT),
    ask.WithdrawSoft: Rule(TREAT),
    ask.Arm: Rule(TREAT),
    ask.Disarm: Rule(ALWAYS, ends_arming=True),
    ask.Rehome: Rule(AFTER_START),
    ask.ClearFaults: Rule(ALWAYS),
    ask.PairInjector: Rule(ALWAYS),
    ask.AcceptFinding: Rule(ALWAYS),
    ask.SetClock: Rule(ALWAYS),
    ask.ConfirmClock: Rule(ALWAYS),
    ask.Retract: Rule(ALWAYS, armed_too=True),
    ask.Finish: Rule(frozenset({"setup", "treat"}), ends_arming=True),
    ask.ResumeTreating: Rule(CLOSING),
    ask.Sign: Rule(CLOSING),
    ask.ListSessions: Rule(ALWAYS, armed_too=True, shell=True),
    ask.ReadSession: Rule(ALWAYS, armed_too=True, shell=True),
    ask.ExportSession: Rule(ALWAYS, shell=True),
    ask.FindPatient: Rule(ALWAYS, shell=True),
    ask.ListApprovals: Rule(ALWAYS, shell=True),
    ask.ReadApproval: Rule(ALWAYS, shell=True),
    ask.WriteAftercare: Rule(CLOSING),
    ask.NoteReaction: Rule(HOME),
    ask.ListDue: Rule(ALWAYS, shell=True),
    KeepPreset: Rule(TREAT),
    RetirePreset: Rule(HOME),
    ask.Approve: Rule(frozenset({"starting", "home"})),
    service.ReadWear: Rule(ALWAYS, shell=True),
    service.ReplacePart: Rule(frozenset({"starting", "home"})),
    service.ListFaults: Rule(ALWAYS, shell=True),
    service.DisableAccount: Rule(ALWAYS),
    service.EnableAccount: Rule(ALWAYS),
    service.ListBackups: Rule(ALWAYS, shell=True),
    service.BackUp: Rule(frozenset({"starting", "home"})),
    service.RestoreBackup: Rule(frozenset({"starting", "home"})),
    service.MakeBundle: Rule(ALWAYS, shell=True),
    ask.OpenCalibration: Rule(frozenset({"starting", "home"})),
    ask.CalibrateDose: Rule(CALIBRATING),
    ask.FlushBench: Rule(CALIBRATING),
    ask.DescribeRoom: Rule(CALIBRATING),
    ask.StartBlank: Rule(CALIBRATING),
    ask.StartRun: Rule(CALIBRATING),
    ask.PauseRun: Rule(CALIBRATING),
    ask.TypeWeight: Rule(CALIBRATING),
    ask.WriteCalibration: Rule(CALIBRATING),
    ask.CertifyCalibration: Rule(CALIBRATING),
    ask.RestoreCalibration: Rule(CALIBRATING),
    service.WriteFactory: Rule(CALIBRATING),
    ask.LeaveCalibration: Rule(CALIBRATING),
    ask.CalibrateDepth: Rule(CALIBRATING),
    ask.ZeroGauge: Rule(CALIBRATING),
    ask.MoveToGauge: Rule(CALIBRATING),
    ask.TypeGauge: Rule(CALIBRATING),
    certificates.NameInstrument: Rule(frozenset({"starting", "home", "calibrate"})),
    certificates.ListCertificates: Rule(ALWAYS, shell=True),
    certificates.ReadCertificate: Rule(ALWAYS, shell=True),
    certificates.ExportCertificate: Rule(ALWAYS, shell=True),
    certificates.ReadDrift: Rule(ALWAYS, shell=True),
    check.BeginCheck: Rule(BETWEEN),
    check.AnswerSeen: Rule(BETWEEN),
    check.LeaveCheck: Rule(BETWEEN),
    check.ReportTouches: Rule(BETWEEN),
    check.MeasureLapse: Rule(BETWEEN),
    check.ResetTimes: Rule(BETWEEN),
    check.RecordTimes: Rule(BETWEEN),
}
"""Every command but `Hello`, which the channel itself answers."""
