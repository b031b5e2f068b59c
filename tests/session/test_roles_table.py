"""Who may give which command, written out a second time: a table that is both rule and test proves nothing."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from kiosk.access.demo import DemoAccount
from kiosk.access.errors import NotAllowed
from kiosk.access.roles import Role, may
from kiosk.channel import commands as ask
from tests.session.bench import ADMINISTRATOR, PRACTITIONER, TECHNICIAN, Bench
from tests.session.test_clauses import sample

NOBODY_SIGNED_IN = """
    Hello Flip Touched CreateFirstAdministrator SignIn SignOut Lock Stop PauseSound RunSelfTest AnswerCheck Disarm
"""
"""What only takes power away, tells nothing, or is how one signs in."""

EVERY_ROLE = """
    AcknowledgeStop AcknowledgeAlarm SetClock ListCertificates ReadCertificate ExportCertificate ReadDrift
"""

PRACTITIONERS = """
    OpenSession AnswerScreening UseProduct FitNeedle FitSyringe Prepared Prime ConfirmDrop ChooseZone Edit ChooseMode
    ConfirmSoft AskSoft WithdrawSoft Arm Finish ResumeTreating Sign WriteAftercare NoteReaction KeepPreset RetirePreset
    FindPatient ListDue
    ListSessions ReadSession ExportSession
    Rehome ClearFaults Retract
"""
"""Treats, reads what was given, and brings the needle home."""

TECHNICIANS = """
    OpenCalibration CalibrateDose CalibrateDepth FlushBench DescribeRoom StartBlank StartRun PauseRun TypeWeight
    ZeroGauge MoveToGauge TypeGauge WriteCalibration CertifyCalibration RestoreCalibration WriteFactory LeaveCalibration
    NameInstrument ConfirmClock
    BeginCheck AnswerSeen LeaveCheck ReportTouches MeasureLapse ResetTimes RecordTimes
    ReadWear ReplacePart ListFaults MakeBundle
    Rehome ClearFaults Retract
"""
"""Calibrates, checks and services; touches no patient and reads none."""

ADMINISTRATORS = """
    CreateAccount SetPin DisableAccount EnableAccount PairInjector AcceptFinding
    ListApprovals ReadApproval Approve ListBackups BackUp RestoreBackup
    ListSessions ReadSession ExportSession
    ReadWear ListFaults MakeBundle
"""
"""Accounts, approvals, pairing, the record; no needle, no calibration."""

MAY: dict[Role | None, frozenset[str]] = {
    None: frozenset(NOBODY_SIGNED_IN.split()),
    Role.PRACTITIONER: frozenset((NOBODY_SIGNED_IN + EVERY_ROLE + PRACTITIONERS).split()),
    Role.TECHNICIAN: frozenset((NOBODY_SIGNED_IN + EVERY_ROLE + TECHNICIANS).split()),
    Role.ADMINISTRATOR: frozenset((NOBODY_SIGNED_IN + EVERY_ROLE + ADMINISTRATORS).split()),
}
COMMANDS: dict[str, type[msgspec.Struct]] = {kind.__name__: kind for kind in get_args(ask.AnyCommand)}


@pytest.mark.requirement("ACC-1", "ACC-5")
@pytest.mark.parametrize("role", MAY)
def test_the_table_gives_each_role_what_is_its_own_and_no_more(role: Role | None) -> None:
    assert {name for name, kind in COMMANDS.items() if may(role, kind)} == MAY[role]


@pytest.mark.requirement("ACC-1", "ACC-5")
@pytest.mark.parametrize("who", [None, PRACTITIONER, TECHNICIAN, ADMINISTRATOR], ids=lambda who: who and who.role)
def test_control_itself_refuses_each_role_what_is_not_its_own(subject: Bench, who: DemoAccount | None) -> None:
    subject.tell(ask.SignOut()) if who is None else subject.sign_in(who)
    subject.run(0.1)
    written = len(subject.rows(object))
    others = [kind for name, kind in COMMANDS.items() if name not in MAY[who and who.role]]
    errors = {kind.__name__: subject.ask(sample(kind)).error for kind in others}
    assert errors == dict.fromkeys(errors, NotAllowed.number)
    assert len(subject.rows(object)) == written, "something was done all the same"
    assert not subject.armed
