"""Who may give which command (ACC-1, ACC-5)."""

from __future__ import annotations

import msgspec
import pytest

from kiosk.access.errors import NotAllowed
from kiosk.access.roles import COMMANDS, WHO_MAY, Role, may, require
from kiosk.channel import commands as ask

TREATING = [
    ask.OpenSession,
    ask.AnswerScreening,
    ask.UseProduct,
    ask.Prime,
    ask.Edit,
    ask.Arm,
    ask.ConfirmSoft,
    ask.Sign,
]


@pytest.mark.requirement("ACC-5")
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_line_in_the_table(command: type) -> None:
    assert command in WHO_MAY


@pytest.mark.requirement("ACC-1")
@pytest.mark.parametrize("command", TREATING)
@pytest.mark.parametrize("role", [None, Role.TECHNICIAN, Role.ADMINISTRATOR])
def test_only_a_practitioner_treats(command: type, role: Role | None) -> None:
    assert not may(role, command)
    with pytest.raises(NotAllowed, match="practitioner"):
        require(role, command)


@pytest.mark.requirement("ACC-1")
@pytest.mark.parametrize("command", TREATING)
def test_a_practitioner_treats(command: type) -> None:
    require(Role.PRACTITIONER, command)


@pytest.mark.requirement("STP-2")
@pytest.mark.parametrize("role", [None, *Role])
def test_anybody_may_stop_disarm_and_silence(role: Role | None) -> None:
    assert may(role, ask.Stop)
    assert may(role, ask.Disarm)
    assert may(role, ask.PauseSound)


@pytest.mark.parametrize("command", [ask.AcknowledgeStop, ask.AcknowledgeAlarm, ask.ClearFaults, ask.Rehome])
def test_nobody_leaves_a_stop_or_fault_without_signing_in(command: type) -> None:
    assert not may(None, command)
    assert may(Role.PRACTITIONER, command)


def test_a_technician_reads_no_patient() -> None:
    assert not any(may(Role.TECHNICIAN, command) for command in (ask.ReadSession, ask.FindPatient, ask.ExportSession))
    assert may(Role.ADMINISTRATOR, ask.ReadSession)


@pytest.mark.requirement("ACC-5")
@pytest.mark.parametrize("role", [None, *Role])
def test_a_command_that_is_not_in_the_table_may_be_given_by_nobody(role: Role | None) -> None:
    class Unheard(msgspec.Struct):
        pass

    assert not may(role, Unheard)
    with pytest.raises(NotAllowed, match="a command that is known"):
        require(role, Unheard)


def test_the_refusal_of_somebody_not_signed_in_says_so() -> None:
    with pytest.raises(NotAllowed, match="E606: Nobody who is not signed in may not do this"):
        require(None, ask.Arm)


def test_the_refusal_names_the_role_and_who_may_instead() -> None:
    with pytest.raises(NotAllowed, match=r"An administrator may not do this \(Arm\); it takes a practitioner"):
        require(Role.ADMINISTRATOR, ask.Arm)
