"""Which recorded shot counts towards which course: by patient code, product, protocol and zone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from kiosk.protocols.budget import Course, Given, Today
from kiosk.protocols.limits import Counted
from kiosk.records.clerk import Asked, Clerk
from kiosk.records.connection import open_reader, run
from kiosk.records.course import course
from kiosk.records.facts import Fact
from kiosk.records.ledger import Ledger
from kiosk.records.rows import AuthorisationKind, Row
from kiosk.session.exchange import ReadCourse
from tests.records import sample

NL = 20_100
"""What one shot of the sample counts."""
NOTHING = Course(0, 0, 0)


def given(session: int, zones: dict[str, int], *, patient: str = "P", protocol: str = "mesolift", product: str = "ha",
          **changes: Any) -> list[Row]:  # fmt: skip
    """A session in which each zone got so many shots."""
    rows: list[Row] = [
        sample.session(session, patient, protocol),
        sample.event(Fact.PRODUCT, session=session, product=product),
    ]
    number = session * 1000
    for zone, shots in zones.items():
        rows += [sample.shot(number + i, 0, session=session, zone=zone, **changes) for i in range(shots)]
        number += shots
    return rows


@pytest.fixture
def db(subject: Ledger, path: Path) -> Iterator[Database]:
    reader = open_reader(path)
    yield reader
    reader.close()


def noon(year: int, month: int, day: int) -> int:
    """UTC ms; at noon it is the same day nearly everywhere."""
    return round(datetime(year, month, day, 12, tzinfo=UTC).timestamp() * 1000)


def of(db: Database, product: str = "ha", protocol: str = "mesolift", patient: str = "P", besides: int = 99,
       wall_ms: int = noon(2026, 10, 1)) -> Course:  # fmt: skip
    return course(db, ReadCourse(patient, product, protocol, besides, wall_ms))


SAME_DAY = noon(2026, 9, 21)
"""The day of the sample's clock."""


TEN = 10
"""Days from the sample's clock, 2026-09-21, to the day asked about."""


@pytest.mark.requirement("LIM-6")
def test_a_course_is_of_this_code_and_this_product_under_every_protocol(subject: Ledger, db: Database) -> None:
    for rows in (
        given(1, {"forehead": 3}),
        given(2, {"forehead": 2, "temple": 1}),
        given(3, {"forehead": 5}, product="vitamin"),
        given(4, {"crown": 5}, protocol="scalp"),
        given(5, {"nose": 5}, patient="Q"),
        given(6, {}),
    ):
        subject.append(rows)
    zones = tuple(Given(zone, TEN) for zone in ("crown", "forehead", "temple"))
    assert of(db) == Course(sessions=3, nl=11 * NL, planned=3, given=zones)
    assert of(db, protocol="scalp") == Course(sessions=3, nl=11 * NL, planned=1, given=zones)
    assert of(db, product="vitamin") == Course(sessions=1, nl=5 * NL, planned=3, given=(Given("forehead", TEN),))
    assert of(db, product="other", protocol="other") == NOTHING
    assert of(db, patient="nobody") == NOTHING


@pytest.mark.requirement("LIM-6")
def test_the_session_that_runs_is_counted_by_itself_and_not_as_an_earlier_one(subject: Ledger, db: Database) -> None:
    subject.append(given(1, {"forehead": 3}))
    assert of(db, besides=1) == NOTHING


@pytest.mark.requirement("LIM-6")
def test_primes_and_bench_shots_belong_to_no_course(subject: Ledger, db: Database) -> None:
    subject.append(given(1, {"": 1}, kind=AuthorisationKind.PRIME))
    subject.append(given(2, {"": 1}, kind=AuthorisationKind.BENCH))
    assert of(db) == NOTHING


@pytest.mark.requirement("LIM-6", "LED-4")
def test_a_shot_recovered_after_the_product_was_changed_counts_for_the_product_it_was_of(
    subject: Ledger, db: Database
) -> None:
    subject.append([sample.session(1, "P"), sample.event(Fact.PRODUCT, product="ha"), sample.authorisation(16)])
    subject.append([sample.event(Fact.PRODUCT, product="vitamin"), sample.shot(1, 16, recovered=True)])
    assert of(db).sessions == 1
    assert of(db, product="vitamin").sessions == 0


@pytest.mark.requirement("LIM-6", "LED-4")
def test_what_no_record_can_place_is_given_without_a_zone(subject: Ledger, db: Database) -> None:
    subject.append(given(1, {"": 1}, side=""))
    assert of(db).given == (Given("", TEN),)
    assert of(db).days_since("anywhere") == TEN


def test_a_clock_set_back_gives_no_negative_days(subject: Ledger, db: Database) -> None:
    subject.append(given(1, {"forehead": 1}))
    assert of(db, besides=0, wall_ms=noon(2020, 1, 1)).given == (Given("forehead", 0),)


@pytest.mark.requirement("LIM-6")
def test_what_other_sessions_of_this_day_gave_is_told_by_product_and_by_zone_of_the_protocol(
    subject: Ledger, db: Database
) -> None:
    for rows in (
        given(1, {"forehead": 3}),
        given(2, {"forehead": 2, "temple": 1}, side="right"),
        given(3, {"forehead": 5}, product="vitamin"),
        given(4, {"crown": 4}, protocol="scalp"),
        given(5, {"": 1}, kind=AuthorisationKind.PRIME),
        given(6, {"nose": 5}, patient="Q"),
        given(7, {"forehead": 9}),
    ):
        subject.append(rows)
    found = of(db, besides=7, wall_ms=SAME_DAY)
    assert found.product_today == Counted(3 + 3 + 4, (3 + 3 + 4 + 1) * NL)
    assert found.today == (
        Today("forehead", "left", Counted(8, 8 * NL)),
        Today("forehead", "right", Counted(2, 2 * NL)),
        Today("temple", "right", Counted(1, NL)),
    )
    assert of(db, product="vitamin", protocol="scalp", besides=7, wall_ms=SAME_DAY).product_today == Counted(5, 5 * NL)


@pytest.mark.requirement("LIM-6")
@pytest.mark.parametrize("later", [noon(2026, 9, 22), noon(2026, 10, 1)])
def test_on_another_day_nothing_was_given_today(subject: Ledger, db: Database, later: int) -> None:
    subject.append(given(1, {"forehead": 3}))
    found = of(db, wall_ms=later)
    assert (found.product_today, found.today) == (Counted(0, 0), ())


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The device stands where dates change at midnight UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.requirement("LIM-6")
@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize(("after_ms", "counts"), [(12 * 3_600_000 - 1, 3), (12 * 3_600_000, 0)])
def test_midnight_gives_no_limit_anew(subject: Ledger, db: Database, after_ms: int, counts: int) -> None:
    """The sample was given in the afternoon: less than twelve hours later it is another date and the same day."""
    subject.append(given(1, {"forehead": 3}))
    (given_ms,) = next(iter(run(db, "SELECT min(wall_ms) FROM shot")))
    later = given_ms + after_ms
    assert datetime.fromtimestamp(later / 1000, UTC).date() > datetime.fromtimestamp(given_ms / 1000, UTC).date()
    found = of(db, wall_ms=later)
    assert found.product_today == found.all_today == Counted(counts, counts * NL)


@pytest.mark.requirement("LIM-6", "LED-8")
def test_a_clock_set_back_makes_what_was_given_later_of_this_day(subject: Ledger, db: Database) -> None:
    subject.append(given(1, {"forehead": 3}))
    assert of(db, wall_ms=noon(2020, 1, 1)).product_today == Counted(3, 3 * NL)


def test_the_clerk_answers_with_the_days_until_the_day_that_control_says(
    subject: Ledger, path: Path, tmp_path: Path
) -> None:
    subject.append(given(1, {"forehead": 1}))
    answer = Clerk(path, tmp_path).answer(Asked(3, ReadCourse("P", "ha", "mesolift", 2, noon(2026, 10, 1))))
    assert answer.course is not None
    assert (answer.ticket, answer.ok, answer.course.sessions) == (3, True, 1)
    assert answer.course.given[0].days == TEN
