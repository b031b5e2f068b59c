"""Which controller a ledger belongs to, which are blocked, and what was approved: as a restart finds it."""

from __future__ import annotations

import pytest

from kiosk.records.facts import Fact
from kiosk.records.known import LedgerView
from kiosk.records.ledger import Ledger
from kiosk.records.rows import AuthorisationKind, AuthorisationRow, EventRow


def authorisation(number: int, kind: AuthorisationKind, serial: int) -> AuthorisationRow:
    return AuthorisationRow(number, 0, kind, 0, serial, 1, 1)


def event(kind: str, sentence: str = "", **body: str | float | bool | list[str] | None) -> EventRow:
    return EventRow(kind, 0, 0, "Ada", sentence, body)


@pytest.mark.requirement("LED-5")
@pytest.mark.parametrize("kind", [AuthorisationKind.VOID, AuthorisationKind.CONTROL])
def test_a_message_to_a_stranger_does_not_make_it_ours(subject: Ledger, kind: AuthorisationKind) -> None:
    rows = [authorisation(16, AuthorisationKind.HOME, 1001), authorisation(32, kind, 2002)]
    subject.append(rows)
    assert subject.restore().serial == 1001
    assert subject.restore().max_id == 32
    assert LedgerView(0, 1, 0, 0).after(rows).serial == 1001


@pytest.mark.requirement("LED-5")
def test_a_motion_binds_the_ledger_to_its_controller(subject: Ledger) -> None:
    subject.append([authorisation(16, AuthorisationKind.HOME, 1001)])
    assert subject.restore().serial == 1001


@pytest.mark.requirement("LED-5")
def test_a_controller_that_contradicted_the_record_stays_blocked_until_it_is_paired(subject: Ledger) -> None:
    subject.append([event(Fact.BLOCKED, "It is ahead", serial=1001), event(Fact.BLOCKED, "A stranger", serial=2002)])
    assert subject.restore().blocked == ((1001, "It is ahead"), (2002, "A stranger"))
    subject.append([event(Fact.PAIRED, serial=1001, cursor=1, lifetime_nl=0, max_id=0, boot_count=1, reason="x")])
    assert subject.restore().blocked == ((2002, "A stranger"),)


def test_what_an_administrator_approved_is_found_again(subject: Ledger) -> None:
    subject.append([event(Fact.APPROVED, protocol="mesolift", sha256="a" * 64), event(Fact.APPROVED, protocol="old")])
    assert subject.restore().approvals == (("mesolift", "a" * 64),)
