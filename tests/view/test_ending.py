"""The end of a session: nothing is signed before it is answered; the code holds the sheet and nobody's code."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk import sheet
from kiosk.channel import commands as c
from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view import ending
from kiosk.view.ending import aftercare, cleanup, end
from kiosk.view.local import Local
from kiosk.view.noting import reactions
from kiosk.view.observe import see
from kiosk.view.panels import choosing, texting
from kiosk.view.picture import draw
from kiosk.view.records import record
from kiosk.view.touch import NOTHING
from kiosk.view.update import World, act
from tests.view.samples import CATALOGUE, at, replace, snap
from tests.view.samples.ending import CLOSING, ENDED
from tests.view.samples.preparing import SESSION
from tests.view.samples.records import LINE, RECORD
from tests.view.samples.surroundings import ADMIN

CLEAN = frozenset(key for key in ENDED if key.startswith("clean:"))


def after(local: Local, *touches: a.Action, world: World | None = None) -> tuple[Local, tuple[Any, ...]]:
    sent: tuple[Any, ...] = ()
    for touch in touches:
        outcome = act(local, touch, world or World(CLOSING, CATALOGUE))
        local, sent = outcome.local, sent + outcome.commands
    return local, sent


def dated(**visit: str) -> s.Snapshot:
    return snap("closing", session=replace(SESSION, next_visit=s.NextVisit(**visit)))


@pytest.mark.parametrize(
    ("ticks", "said"),
    [
        (frozenset[str](), "Confirm every line of the clean-up first."),
        (CLEAN - {"clean:rest"}, "Confirm every line of the clean-up first."),
        (CLEAN, "Give the patient the aftercare sheet first."),
        (CLEAN | {"aftercare"}, "Say first which reactions were seen, or that none was."),
    ],
)
def test_what_stands_before_the_signature_is_said(ticks: frozenset[str], said: str) -> None:
    assert end(CLOSING, at(ticks=ticks), CATALOGUE).sign.effect == a.Say(said)


@pytest.mark.parametrize("answer", [{"reaction:none"}, {"reaction:pain"}])
def test_with_everything_answered_it_is_signed(answer: set[str]) -> None:
    local = at(ticks=CLEAN | {"aftercare"} | answer)
    assert end(CLOSING, local, CATALOGUE).sign.effect == a.Panel("pin:sign")
    written = at(ticks=CLEAN | {"aftercare"}, texts={"reactions": "tired"})
    assert end(CLOSING, written, CATALOGUE).sign.effect == a.Panel("pin:sign")


def test_a_session_of_another_day_is_not_resumed_and_the_button_says_why() -> None:
    assert end(CLOSING, at(), CATALOGUE).resume.effect == a.Send(c.ResumeTreating())
    why = "The session was opened over 12 h ago: sign it, and open another for today."
    old = snap("closing", session=replace(SESSION, over=why))
    assert end(old, at(), CATALOGUE).resume.effect == a.Say(why)


def test_the_end_says_what_was_given_and_how_far_each_step_is() -> None:
    shown = end(CLOSING, at(ticks=CLEAN, texts={"review": "20261206"}), CATALOGUE)
    assert [line.trail for line in shown.totals][:3] == ["800.0 uL", "240.0 uL", "1.04 mL"]
    assert [(step.detail, step.selected) for step in shown.steps] == [
        ("5 of 5 done", True), ("Show it to the patient", False), ("To be answered", False),
    ]  # fmt: skip
    assert shown.fields[2].label == "2026-12-06"
    free = replace(SESSION, totals=(s.Total("x", "Given", 5_000, "nL"),))
    assert end(snap("closing", session=free), at(), CATALOGUE).totals[-1].detail == ""
    assert end(snap(), at(), CATALOGUE).sign == NOTHING


# -- the next date ------------------------------------------------------------------------------------------------
def test_the_next_date_is_proposed_changed_or_left_out() -> None:
    assert end(CLOSING, at(), CATALOGUE).fields[0].label == "2026-12-06"
    assert end(CLOSING, at(), CATALOGUE).fields[1].effect == a.Pick("next", "none")
    local, _ = after(at(), a.Pick("next", "none"))
    shown = end(CLOSING, local, CATALOGUE)
    assert (shown.fields[0].label, shown.fields[1].label) == ("none", "Propose")
    local, _ = after(local, a.Pick("next", ""))
    assert end(CLOSING, local, CATALOGUE).fields[0].label == "2026-12-06"
    typed, _ = after(local, a.Panel("text:next"), *map(a.Type, "20261220"), a.ConfirmText())
    assert end(CLOSING, typed, CATALOGUE).fields[0].label == "2026-12-20"
    assert typed.panel == ""
    none, _ = after(typed, a.Pick("next", "none"))
    assert end(CLOSING, none, CATALOGUE).fields[0].label == "none"
    assert ending.next_date(at(texts={"next": "2026"}), SESSION) == ""


def test_a_date_that_is_none_is_not_taken() -> None:
    local, _ = after(at(), a.Panel("text:next"), *map(a.Type, "20261340"), a.ConfirmText())
    assert local.notice.startswith("E8")
    assert local.panel == "text:next"
    assert texting(CLOSING, local).numeric


def test_where_nothing_is_proposed_the_reason_stands_there() -> None:
    shown = end(dated(why="The clinic decides the interval"), at(), CATALOGUE)
    assert (shown.fields[0].label, shown.fields[1], shown.why_next) == (
        "none", NOTHING, "The clinic decides the interval",
    )  # fmt: skip


def test_what_was_said_is_signed() -> None:
    local = at(ticks=CLEAN | {"aftercare", "reaction:bruising"}, focus="pin", panel="pin:sign")
    _, sent = after(local, *map(a.Type, "482915"), a.SubmitPin("sign"))
    assert sent == (c.Sign("482915", "", True, True, "", ("bruising",), "2026-12-06"),)
    assert after(at(panel="pin:sign", focus="pin"), a.SubmitPin("sign"), world=World(snap(), CATALOGUE))[1] == (
        c.Sign("", "", False, False, ""),
    )


# -- clean-up ----------------------------------------------------------------------------------------------------------
def test_each_line_of_the_clean_up_is_confirmed_by_itself() -> None:
    local = at("cleanup", trail=("",), ticks=CLEAN - {"clean:path"})
    shown = cleanup(local, CATALOGUE)
    assert [row.selected for row in shown.rows] == [True, False, True, True, True]
    assert not shown.done.enabled
    local, _ = after(local, a.Tick("clean:path"))
    done = cleanup(local, CATALOGUE).done
    assert done.effect == a.Back()
    assert after(local, a.Back())[0].place == ""


@pytest.mark.parametrize("place", ["cleanup", "aftercare", "reactions"])
def test_the_pages_of_the_end_belong_to_the_end(place: str) -> None:
    assert draw(CLOSING, at(place), CATALOGUE).screen == place
    assert see(at(place, phase="closing", session=18), CLOSING).local.place == place
    assert draw(snap("treat", session=SESSION), at(place), CATALOGUE).screen != place


# -- the sheet ---------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("UI-4")
def test_the_code_holds_the_lines_and_dates_and_no_patient_code(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[str] = []

    def keep(words: str) -> sheet.Code | None:
        held.append(words)
        return sheet.code(words)

    monkeypatch.setattr(ending, "code", keep)
    shown = aftercare(CLOSING, at("aftercare", texts={"review": "20261129"}))
    (words,) = held
    assert words.startswith("SIMULATED. After your treatment\n- Keep the area disinfected\n")
    assert words.endswith("Next session: 2026-12-06\nReview: 2026-11-29")
    assert SESSION.patient not in words
    assert shown.code is not None
    assert shown.pdf.effect == a.Send(c.WriteAftercare("2026-12-06", "2026-11-29"))
    assert [line.detail for line in shown.lines][-2:] == ["2026-12-06", "2026-11-29"]
    assert aftercare(replace(CLOSING, simulated=False), at("aftercare")).code is not None
    assert held[-1].startswith("After your treatment\n")


def test_what_is_too_long_for_a_code_says_so() -> None:
    long = snap("closing", session=replace(SESSION, aftercare=SESSION.aftercare * 4))
    shown = aftercare(long, at("aftercare"))
    assert shown.code is None
    assert "are more than the 858 that a telephone reads: give the PDF." in shown.hint
    assert aftercare(snap(), at("aftercare")).code is None


def test_that_it_was_given_is_said_by_a_person() -> None:
    assert not aftercare(CLOSING, at("aftercare")).given.selected
    assert aftercare(CLOSING, at("aftercare", ticks=frozenset({"aftercare"}))).given.selected


# -- reactions ---------------------------------------------------------------------------------------------------------
def test_none_and_some_exclude_each_other() -> None:
    some = reactions(CLOSING, at(ticks=frozenset({"reaction:pain"})), CATALOGUE)
    assert some.rows[0].why == "Untick the reactions first."
    none = reactions(CLOSING, at(ticks=frozenset({"reaction:none"})), CATALOGUE)
    assert {row.why for row in none.rows[1:]} == {"Untick 'None seen' first."}
    assert none.note.why
    assert some.done.effect == a.Back()


def test_a_reaction_is_noted_later_from_the_record() -> None:
    local = at("record", record=RECORD, ticks=frozenset({"reaction:pain"}), texts={"reactions": "old"})
    home = World(snap(), CATALOGUE)
    local, _ = after(local, a.Panel("more"), a.Go("reactions"), world=home)
    assert (local.place, local.panel, local.text("reactions"), local.ticks) == ("reactions", "", "", frozenset())
    assert draw(snap(), local, CATALOGUE).screen == "reactions"
    shown = reactions(snap(), local, CATALOGUE)
    assert "reaction:none" not in [row.key for row in shown.rows]
    assert shown.done.why == "Choose or write what was seen."
    local, _ = after(local, a.Tick("reaction:infection"), world=home)
    done = reactions(snap(), local, CATALOGUE).done
    assert done.hold_ms >= 500
    assert done.effect == a.Send(c.NoteReaction(17, ("infection",)), "record")
    assert done.effect is not None
    local, sent = after(local, done.effect, world=home)
    assert sent == (c.NoteReaction(17, ("infection",)),)
    assert local.place == "record"


def test_a_record_shows_what_was_noted_and_agreed_and_offers_more() -> None:
    page = replace(RECORD, reactions=(("2026-12-01", "Pain; left"),), next_date="2026-12-06", sheet=True)
    facts = {line.title: line.detail for line in record(at(record=page)).facts}
    assert facts["Reaction, 2026-12-01"] == "Pain; left"
    assert facts["Next session"] == "2026-12-06"
    assert "Review date" not in facts
    rows = {row.key: row for row in choosing(snap(), at("record", panel="more", record=page)).rows}
    assert rows["react"].effect == a.Go("reactions")
    assert rows["export:aftercare"].effect == a.Send(c.ExportSession(17, "aftercare"))
    assert rows["export:csv"].effect == a.Send(c.ExportSession(17, "csv"))


def test_who_may_not_note_and_what_there_is_not_says_so() -> None:
    rows = {row.key: row for row in choosing(snap(user=ADMIN), at(panel="more", record=RECORD)).rows}
    assert rows["react"].why == "A practitioner notes reactions."
    assert rows["export:aftercare"].why == "No sheet was given in this session."
    unsigned = replace(RECORD, line=replace(LINE, signed=False))
    assert choosing(snap(), at(panel="more", record=unsigned)).rows[0].why == "The session is not signed yet."
    assert choosing(snap(user=None), at(panel="more", record=RECORD)).rows[0].why
    assert choosing(snap(), at(panel="more")).rows == ()
