"""Whose next date is near or past: only what was agreed last in a course that has not gone on since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kiosk.channel.snapshot import DueLine
from kiosk.records.connection import open_reader
from kiosk.records.due import due
from kiosk.records.facts import Fact
from kiosk.records.ledger import Ledger
from kiosk.records.rows import AuthorisationKind, Row
from tests.records import sample

TODAY = date(2026, 11, 22)
Ask = Callable[..., tuple[DueLine, ...]]


@pytest.fixture
def subject(tmp_path: Path) -> Ask:
    def ask(*rows: Row) -> tuple[DueLine, ...]:
        ledger = Ledger.open(tmp_path / "due.db", "simulated", clock_wall_ms=lambda: 1_795_000_000_000, boot_id="boot")
        ledger.append(rows)
        ledger.close()
        db = open_reader(tmp_path / "due.db")
        try:
            return due(db, TODAY).lines
        finally:
            db.close()

    return ask


def agreed(session: int, day: str) -> Row:
    return sample.event(Fact.NEXT_DATE, session=session, date=day)


def treated(session: int, number: int, kind: AuthorisationKind = AuthorisationKind.TREATMENT) -> tuple[Row, ...]:
    id = 16 * number
    return sample.authorisation(id, session=session, kind=kind), sample.shot(number, id, session=session, kind=kind)


@pytest.mark.parametrize(("day", "days"), [("2026-11-29", 7), ("2026-11-22", 0), ("2026-10-01", -52)])
def test_a_date_within_a_week_or_past_is_due(subject: Ask, day: str, days: int) -> None:
    assert subject(sample.session(), agreed(1, day)) == (DueLine("P-1042", day, days),)


@pytest.mark.parametrize("day", ["2026-11-30", "", "2026-02-30"])
def test_a_later_date_none_and_no_date_are_not(subject: Ask, day: str) -> None:
    assert subject(sample.session(), agreed(1, day)) == ()


def test_a_later_session_of_that_course_is_what_was_waited_for(subject: Ask) -> None:
    first = (sample.session(), agreed(1, "2026-11-20"), sample.session(2))
    assert len(subject(*first)) == 1
    assert len(subject(*treated(2, 1, AuthorisationKind.PRIME))) == 1, "a prime goes into nobody"
    assert subject(*treated(2, 2)) == ()


def test_another_treatment_or_patient_does_not_count(subject: Ask) -> None:
    rows = (sample.session(), agreed(1, "2026-11-20"), sample.session(2, protocol="scalp"), *treated(2, 1),
            sample.session(3, "P-7"), *treated(3, 2))  # fmt: skip
    assert [line.patient for line in subject(*rows)] == ["P-1042"]


def test_the_last_word_of_a_course_holds_also_that_there_is_no_date(subject: Ask) -> None:
    assert subject(sample.session(), agreed(1, "2026-11-20"), sample.session(2), agreed(2, "")) == ()
    assert subject(agreed(2, "2026-11-25")) == (DueLine("P-1042", "2026-11-25", 3),)


def test_each_code_comes_once_with_its_first_date_the_oldest_first(subject: Ask) -> None:
    rows = (sample.session(), agreed(1, "2026-11-20"), sample.session(2, protocol="scalp"), agreed(2, "2026-11-10"),
            sample.session(3, "A-1"), agreed(3, "2026-11-11"))  # fmt: skip
    assert subject(*rows) == (DueLine("P-1042", "2026-11-10", -12), DueLine("A-1", "2026-11-11", -11))
