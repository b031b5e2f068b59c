"""Wear from rows alone, and the history of alarms put together from onset, end and acknowledgement."""

from __future__ import annotations

from pathlib import Path

from kiosk.channel.service import FaultList, WearPage
from kiosk.records.cli import reading
from kiosk.records.facts import Fact
from kiosk.records.faults import faults
from kiosk.records.ledger import Ledger
from kiosk.records.rows import AuthorisationKind, Certainty, EventRow, ResolutionRow
from kiosk.records.wear import wear
from kiosk.session.dispatch import SWITCHED, WITHDRAWN
from tests.records import sample
from tests.records.conftest import Wall


def worn(path: Path, serial: int = 0) -> WearPage:
    with reading(path) as db:
        return wear(db, serial)


def history(path: Path, **wanted: int) -> FaultList:
    with reading(path) as db:
        return faults(db, **wanted)


def alarm(number: int, what: str, mono_ms: int = 0, user: str = "Tom", detail: str | None = "310 kPa") -> EventRow:
    return EventRow(Fact.ALARM, mono_ms, 0, user, "Alarm", {"number": number, "what": what, "detail": detail})


def test_a_treatment_wears_carriage_spring_tubing_and_relay(subject: Ledger, path: Path) -> None:
    subject.append(sample.treatment())
    page = worn(path)
    assert (page.treatment_shots, page.primes, page.homings, page.bench_shots) == (100, 1, 0, 0)
    counts = {part.part: part.count for part in page.parts}
    assert counts["needle carriage"] == counts["return spring"] == 100, "a prime moves no needle"
    assert counts["tubing"] == page.delivered_nl
    assert counts["enable relay"] == page.relay_cycles == 2, "one prime, and one arming over all its slices"
    assert all(part.since == "" for part in page.parts)


def test_what_was_withdrawn_and_what_moves_nothing_closed_no_relay(subject: Ledger, path: Path) -> None:
    subject.append(
        [
            sample.authorisation(16, kind=AuthorisationKind.HOME, arming=0),
            ResolutionRow(16, 0, Certainty.NOT_DONE, 0, "withdrawn: stopped"),
            sample.authorisation(32, kind=AuthorisationKind.VOID, arming=0),
            sample.authorisation(48, kind=AuthorisationKind.HOME, arming=0),
            EventRow("retract", 0, 0, "Tom", "A retract was asked", {}),
            EventRow("retract", 0, 0, "Tom", "The needle is back: home switch seen", {}),
        ]
    )
    assert worn(path).relay_cycles == 2


def test_what_was_withdrawn_after_the_relay_had_closed_wore_it(subject: Ledger, path: Path) -> None:
    subject.append(
        [
            sample.authorisation(16, kind=AuthorisationKind.HOME, arming=0),
            ResolutionRow(16, 0, Certainty.NOT_DONE, 0, f"{SWITCHED}: stopped"),
            sample.authorisation(32, kind=AuthorisationKind.HOME, arming=0),
            ResolutionRow(32, 0, Certainty.NOT_DONE, 0, f"{WITHDRAWN}: stopped"),
        ]
    )
    assert worn(path).relay_cycles == 1


def test_another_injectors_shots_wear_its_own_parts_but_the_same_relay(subject: Ledger, path: Path) -> None:
    subject.append([sample.session(), sample.authorisation(), sample.shot(), sample.shot(2)])
    assert worn(path, serial=9).treatment_shots == 0
    assert worn(path, serial=9).relay_cycles == 1
    assert worn(path, serial=sample.SERIAL).treatment_shots == 2


def test_hours_are_the_last_rows_time_of_every_start(subject: Ledger, path: Path) -> None:
    subject.append([EventRow("note", 7_300_000, 0, "Tom", "late", {}), EventRow("note", 100, 0, "Tom", "early", {})])
    assert (worn(path).hours, worn(path).machine_starts) == (2, 1)


def test_an_occurrence_has_its_end_and_who_acknowledged_it_first(subject: Ledger, path: Path, wall: Wall) -> None:
    subject.append([alarm(708, "onset", 1_000)])
    wall.ms += 5_000
    subject.append([alarm(708, "acknowledgement", 3_000, "Ana"), alarm(708, "acknowledgement", 3_500, "Tom")])
    subject.append([alarm(708, "end", 43_900), alarm(0, "pause"), alarm(708, "onset", 50_000, detail=None)])
    page = history(path)
    second, first = page.lines
    assert (first.lasted_s, first.acknowledged_by, first.detail, first.title) == (
        42, "Ana", "310 kPa", "Skin contact lost",
    )  # fmt: skip
    assert (second.lasted_s, second.acknowledged_by, second.detail) == (-1, "", "")
    assert [(count.number, count.count) for count in page.counts] == [(708, 2)]


def test_an_end_after_another_start_of_the_machine_says_nothing_of_its_length(path: Path, wall: Wall) -> None:
    ledger = Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="boot-1")
    ledger.append([alarm(717, "onset", 9_000)])
    ledger.close()
    ledger = Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="boot-2")
    ledger.append([alarm(717, "end", 10)])
    ledger.close()
    assert history(path).lines[0].lasted_s == -1


def test_the_history_is_paged_and_filtered(subject: Ledger, path: Path) -> None:
    subject.append([alarm(700 + at % 3, "onset", at) for at in range(30)])
    first = history(path, limit=20)
    assert (len(first.lines), first.more) == (20, True)
    rest = history(path, before=first.lines[-1].row, limit=20)
    assert (len(rest.lines), rest.more) == (10, False)
    assert first.lines[-1].row > rest.lines[0].row
    only = history(path, number=701)
    assert {line.number for line in only.lines} == {701}
    assert (only.number, len(only.counts)) == (701, 3)
    assert history(path, number=999).lines == ()


def test_an_acknowledgement_alone_is_an_occurrence_of_its_own(subject: Ledger, path: Path) -> None:
    subject.append([alarm(999, "acknowledgement", user="Ana")])
    [line] = history(path).lines
    assert (line.number, line.title, line.acknowledged_by) == (999, "", "Ana")
