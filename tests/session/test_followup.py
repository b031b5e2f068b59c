"""The end of a session: reactions, the next date, the patient's sheet; and what is noted later."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from msgspec.structs import replace

from kiosk.channel import commands as ask
from kiosk.channel.snapshot import DueLine, DueList, Exported, NextVisit, SessionPage
from kiosk.protocols.budget import Course
from kiosk.protocols.library import Library
from kiosk.records.facts import Fact
from kiosk.records.rows import ClosingRow
from tests.session.bench import PRACTITIONER, TECHNICIAN, Bench, library

DAY_MS = 86_400_000


def sign(**said: Any) -> ask.Sign:
    return ask.Sign(PRACTITIONER.pin, cleaned_up=True, **said)


def ending(bench: Bench) -> NextVisit:
    """Finish treating; what is proposed."""
    bench.tell(ask.Finish())
    bench.run(0.1)
    assert bench.snap.session is not None
    return bench.snap.session.next_visit


def given(subject: Bench, **said: Any) -> Bench:
    """One shot, finished and signed."""
    subject.set(shots=1).live()
    subject.fire(1)
    subject.quiet()
    subject.tell(ask.Finish())
    subject.tell(sign(**said))
    subject.run(0.2)
    return subject


# -- the next date -----------------------------------------------------------------------------------------------------
def test_the_next_date_is_proposed_from_the_protocols_interval(subject: Bench) -> None:
    assert ending(subject) == NextVisit("2026-12-02", "2026-11-18", "Mesolift: 14 days between two sessions", ""), (
        "nothing is proposed before, and 14 days after 18 November"
    )


def test_it_is_never_under_a_products_minimum(bench: Bench) -> None:
    bench.prepare(product="example-label")
    visit = ending(bench)
    assert (visit.date, visit.least) == ("2026-12-19", "2026-12-19")
    assert visit.why == "Example: product with a label's hard limits: at least 31 days between two sessions"
    assert "no session before 2026-12-19" in bench.refused(sign(next_date="2026-12-18"))
    bench.tell(sign(next_date="2026-12-19"))
    (row,) = bench.events(Fact.NEXT_DATE)
    assert row.body == {"date": "2026-12-19", "proposed": "2026-12-19", "least": "2026-12-19"}


def test_a_minimum_holds_for_every_product_of_the_session(bench: Bench) -> None:
    bench.prepare(product="example-label")
    bench.product("example-saline")
    assert ending(bench).least == "2026-12-19"


def test_after_the_last_session_of_a_course_nothing_is_proposed(bench: Bench) -> None:
    bench.courses["P1"] = Course(2, 0, 2)
    bench.prepare()
    visit = ending(bench)
    assert (visit.date, visit.why) == ("", "This was the last of 3 sessions")
    bench.tell(sign())
    (row,) = bench.events(Fact.NEXT_DATE)
    assert (row.sentence, row.body["date"]) == ("No next session was agreed", "")


def test_where_the_clinic_decides_nothing_is_proposed_and_any_later_day_taken(bench: Bench) -> None:
    bench.prepare("scalp")
    visit = ending(bench)
    assert (visit.date, visit.why) == ("", "The clinic decides the interval")
    assert "is past" in bench.refused(sign(next_date="2026-11-17"))
    assert "no date" in bench.refused(sign(next_date="2026-13-01"))
    bench.tell(sign(next_date="2026-11-18"))
    assert bench.events(Fact.NEXT_DATE)[0].sentence == "Next session on 2026-11-18"


# -- reactions -----------------------------------------------------------------------------------------------------
def test_reactions_are_a_row_and_stand_in_the_signature(subject: Bench) -> None:
    subject.tell(ask.Finish())
    assert "no reaction" in subject.refused(sign(seen=("nothing",)))
    subject.tell(sign(seen=("bruising", "pain"), reactions=" left cheek "))
    (row,) = subject.events(Fact.REACTION)
    assert (row.session, row.user) == (1, PRACTITIONER.name)
    assert row.body == {"reactions": ["Bruising", "Pain"], "note": "left cheek"}
    assert subject.rows(ClosingRow)[0].reactions == "Bruising; Pain; left cheek"


def test_none_is_noted_as_none(subject: Bench) -> None:
    subject.tell(ask.Finish())
    subject.tell(sign())
    assert subject.events(Fact.REACTION)[0].sentence == "No reaction was noted"
    assert not subject.events(Fact.AFTERCARE)


@pytest.mark.requirement("ACC-4")
def test_a_reaction_is_noted_later_and_the_page_shows_it(subject: Bench) -> None:
    given(subject)
    page = subject.tell(ask.NoteReaction(1, ("infection",), "after 3 weeks")).page
    assert isinstance(page, SessionPage)
    assert [told for _, told in page.reactions] == ["Lump, nodule or sign of an infection; after 3 weeks"]
    row = subject.events(Fact.REACTION)[-1]
    assert (row.session, row.user) == (1, PRACTITIONER.name)
    subject.run(0.2)
    assert subject.anchored == subject.ledger.last
    subject.restart()
    assert subject.engine.setup.facts is None


def test_only_a_practitioner_notes_and_only_of_a_signed_session(subject: Bench) -> None:
    assert "not possible now" in subject.refused(ask.NoteReaction(1, ("pain",)))
    given(subject)
    assert "nothing was chosen" in subject.refused(ask.NoteReaction(1, (), "  "))
    assert "no reaction" in subject.refused(ask.NoteReaction(1, ("x",)))
    assert "no session 7" in subject.refused(ask.NoteReaction(7, ("pain",)))
    subject.sign_in(TECHNICIAN)
    assert "may not do this" in subject.refused(ask.NoteReaction(1, ("pain",)))
    assert len(subject.events(Fact.REACTION)) == 1


def test_an_unsigned_session_waits_for_its_own_end(subject: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from kiosk.session import states

    monkeypatch.setitem(states.TABLE, ask.NoteReaction, states.Rule(states.ALWAYS))
    assert "the session is not signed" in subject.refused(ask.NoteReaction(1, ("pain",)))


def test_who_signs_out_meanwhile_has_noted_nothing(subject: Bench) -> None:
    given(subject)
    number = subject.send(ask.NoteReaction(1, ("pain",)))
    subject.send(ask.SignOut())
    assert "the person changed meanwhile" in subject.reply(number).sentence


@pytest.mark.requirement("LED-12")
def test_what_cannot_be_written_is_not_noted(subject: Bench) -> None:
    given(subject)
    subject.disk.failing = True
    assert "cannot be written" in subject.refused(ask.NoteReaction(1, ("pain",)))


# -- the sheet -----------------------------------------------------------------------------------------------------
def test_the_sheet_is_written_before_the_signature_and_its_lines_are_recorded_with_it(subject: Bench) -> None:
    subject.tell(ask.Finish())
    page = subject.tell(ask.WriteAftercare("2026-12-02", "2026-11-25")).page
    assert isinstance(page, Exported)
    assert Path(page.path).name == "SIMULATED-session-00001-aftercare.pdf"
    assert Path(page.path).read_bytes().startswith(b"%PDF")
    subject.tell(sign(aftercare_given=True, next_date="2026-12-02"))
    (row,) = subject.events(Fact.AFTERCARE)
    assert row.body["lines"] == [item.text for item in library().protocols["mesolift"].aftercare]


def without_mesolift() -> Library:
    left = {key: protocol for key, protocol in library().protocols.items() if key != "mesolift"}
    return replace(library(), protocols=MappingProxyType(left))


def test_without_its_protocol_a_session_is_signed_all_the_same(subject: Bench) -> None:
    subject.tell(ask.Finish())
    subject.shelf = without_mesolift()
    subject.restart()
    subject.start()
    subject.run(0.1)
    assert "is not among the profiles" in subject.refused(ask.WriteAftercare())
    subject.tell(sign(aftercare_given=True))
    assert not subject.events(Fact.AFTERCARE)


# -- who is due -----------------------------------------------------------------------------------------------------
def due(bench: Bench) -> tuple[DueLine, ...]:
    page = bench.tell(ask.ListDue()).page
    assert isinstance(page, DueList)
    return page.lines


def test_a_code_is_asked_for_by_practitioners_only(subject: Bench) -> None:
    assert due(subject) == ()
    subject.sign_in(TECHNICIAN)
    assert "may not do this" in subject.refused(ask.ListDue())
