"""The lesson of a first session: derived from what is the case, led back from every detour, and only in simulation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.registers import Input
from kiosk.channel import commands as c
from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.help import help_for
from kiosk.view.lesson import (
    ALARM,
    ASKED,
    AWAY,
    BUSY,
    BUTTON,
    EARLY,
    ELSEWHERE,
    FINISHED,
    LOCKED,
    PANEL,
    ROLE,
    STOPPED,
    current,
    summary,
)
from kiosk.view.lesson_memory import HARDWARE, entry
from kiosk.view.lesson_scene import Scene
from kiosk.view.lesson_steps import STEPS
from kiosk.view.local import Lesson, Local
from kiosk.view.observe import see
from kiosk.view.picture import draw
from kiosk.view.update import World, act
from tests.view.pupil import PAGERS, Pupil, touches
from tests.view.samples import CATALOGUE, at, replace, snap
from tests.view.samples.ending import CLOSING
from tests.view.samples.lesson import RENEWED, TAUGHT
from tests.view.samples.lesson import SCENES as LESSON_SCENES
from tests.view.samples.lesson import STOPPED as STOPPED_ONCE
from tests.view.samples.preparing import setup
from tests.view.samples.records import RECORD
from tests.view.samples.surroundings import TECHNICIAN, USER
from tests.view.samples.treating import QUESTION, TREAT, TREATING


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pupil]:
    """Somebody who has followed the lesson to its end."""
    pupil = Pupil(tmp_path_factory.mktemp("lesson"))
    pupil.begin()
    pupil.follow(lambda: pupil.local.panel == "lesson")
    pupil.wait(0.5)
    yield pupil
    pupil.bench.close()


@pytest.fixture
def pupil(tmp_path: Path) -> Iterator[Pupil]:
    made = Pupil(tmp_path)
    made.begin()
    yield made
    made.bench.close()


def strip_of(snapshot: s.Snapshot, local: Local) -> Any:
    return draw(snapshot, local, CATALOGUE).lesson


# -- the whole of it ---------------------------------------------------------------------------------------------------
def test_who_does_only_what_is_said_and_ringed_comes_to_a_signed_record(taught: Pupil) -> None:
    assert taught.bench.snap.last_session == 1
    assert taught.bench.snap.session is None
    assert list(taught.bench.folder.glob("*.pdf"))
    assert taught.local.record is not None
    assert taught.local.record.line.shots == 1


def test_every_step_was_taught_in_its_order(taught: Pupil) -> None:
    order = [int(words.split()[1]) for words in taught.progress]
    assert order == sorted(order)
    assert set(order) == set(range(1, len(STEPS) + 1))


def test_each_step_says_in_one_sentence_what_to_do_and_why() -> None:
    for step in STEPS:
        assert step.words.endswith("."), step.key
        assert step.words.count(".") == 1, step.key
        assert any(joint in step.words for joint in (":", ", for ", ", so that ")), f"{step.key} says no reason"
        assert len(step.words) <= 125, step.key


def test_stop_and_its_acknowledgement_and_arming_in_two_steps_are_among_what_was_touched(taught: Pupil) -> None:
    touched = taught.touched
    assert touched.index("arm") < touched.index("arm:confirm") < touched.index("stop") < touched.index("acknowledge")
    assert {"prime", "drop:yes", "change:needle", "change:syringe", "finish", "sign", "export:pdf"} <= set(touched)


def test_it_is_never_at_a_step_before_one_that_is_not_done(taught: Pupil) -> None:
    for picture, local in taught.visited:
        assert picture.lesson.text or not local.lesson.on


def test_the_summary_tells_of_the_record(taught: Pupil) -> None:
    shown = summary(taught.local)
    told = {line.key: (line.detail, line.trail) for line in shown.lines}
    assert shown.title == "Your first session: number 1"
    assert told["given"][0] == "1 shot, 21.0 uL"
    assert told["stops"][0] == "1"
    assert told["zone:temple:left"] == ("1 of 3 shots", "21.0 uL")
    assert told["signed"][0] == "Demo practitioner"


# -- pointing ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("scene", LESSON_SCENES)
def test_it_points_at_something_on_the_screen(scene: str) -> None:
    picture = draw(*LESSON_SCENES[scene], CATALOGUE)
    offered = {touch.key for touch in touches(picture)}
    if picture.panel == "lesson":
        return
    ring = picture.lesson.ring
    assert picture.lesson.text
    assert not ring or offered & {*ring} or any(PAGERS.match(key) or key.startswith("key:") for key in ring), ring


def test_stop_is_never_anything_but_stop() -> None:
    for scene in LESSON_SCENES.values():
        assert draw(*scene, CATALOGUE).frame.stop.effect == a.Send(c.Stop())


# -- steps hold once the thing is done ---------------------------------------------------------------------------------
def at_step(snapshot: s.Snapshot, local: Local) -> str:
    step = current(Scene(snapshot, local, CATALOGUE))
    return "" if step is None else step.key


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        ((snap(user=None), at()), (snap(user=None), at(picks={"account": USER.name})), ("name", "pin")),
        ((snap(user=None), at(picks={"account": USER.name})), (snap(), at()), ("pin", "new")),
        ((snap(), at()), (snap(), at("protocols")), ("new", "treatment")),
        ((snap(), at("protocols")), (snap(), at("protocols", picks={"protocol": "mesolift"})),
         ("treatment", "onwards")),
        ((snap(), at("patient")), (setup("screening"), at()), ("code", "consent")),
        ((setup("screening"), at()), (setup("screening"), at(ticks=frozenset({"adult", "consent"}))),
         ("consent", "questions")),
        ((setup("screening"), at(ticks=frozenset({"adult", "consent"}))), (setup("product"), at()),
         ("questions", "product")),
        ((setup("product"), at(picks={"product": "hyaluron"})),
         (setup("product"), at(picks={"product": "hyaluron"}, texts={"lot": "A"})), ("lot", "expiry")),
        ((setup("product"), at(picks={"product": "hyaluron"}, texts={"lot": "A", "expiry": "20281231"})),
         (setup("needle"), at()), ("pack", "needle")),
        ((setup("needle"), at()), (setup("syringe"), at()), ("needle", "syringe")),
        ((setup("syringe"), at()), (setup("preparation"), at()), ("syringe", "prepare")),
        ((setup("preparation"), at()), (setup("prime"), at()), ("prepare", "prime")),
        ((setup("prime"), at()), (setup("prime", prime_asks_drop=True), at()), ("prime", "drop")),
    ],
    ids=lambda value: "-".join(value) if isinstance(value[0], str) else "",
)  # fmt: skip
def test_a_step_is_over_once_its_thing_is_done_and_not_before(
    before: tuple[s.Snapshot, Local], after: tuple[s.Snapshot, Local], steps: tuple[str, str]
) -> None:
    assert (at_step(*before), at_step(*after)) == steps


# -- detours -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("snapshot", "local", "words", "ring"),
    [
        (snap(user=replace(USER, locked=True)), at(), LOCKED, "key:4"),
        (replace(TREATING, stop=s.StopView("open")), at(), BUTTON, None),
        (replace(TREATING, stop=s.StopView("released"), treat=replace(TREAT, shot_count=0)), at(), STOPPED,
         "acknowledge"),
        (replace(TREATING, question=QUESTION), at(), ASKED, "soft:no"),
        (replace(TREATING, link=s.LinkView(False, "gone")), at(), AWAY, None),
        (replace(TREATING, busy="Priming"), at(), BUSY, None),
        (snap(user=TECHNICIAN), at(), ROLE, "signout"),
        (TREATING, at("settings"), ELSEWHERE, "back"),
        (snap(), at("history"), ELSEWHERE, "back"),
        (TREATING, at(panel="mode"), PANEL, "cancel"),
        (snap(), at(panel="help"), PANEL, "cancel"),
        (CLOSING, at(), EARLY, "resume"),
    ],
    ids=("locked", "button", "stop", "question", "cable", "busy", "role", "page", "history", "panel", "help", "early"),
)  # fmt: skip
def test_it_leads_back_from_a_detour(snapshot: s.Snapshot, local: Local, words: str, ring: str | None) -> None:
    local = replace(local, lesson=replace(TAUGHT, session=18))
    shown = strip_of(snapshot, local)
    assert shown.text == words.format(pin="482915", name=USER.name)
    assert (shown.ring[0] if shown.ring else None) == ring


def test_an_alarm_is_read_and_acknowledged_before_the_lesson_goes_on() -> None:
    alarm = s.Alarm(701, "high", "Stopped", "", "", "", "", True, False)
    shown = strip_of(replace(TREATING, alarms=(alarm,)), at(lesson=STOPPED_ONCE))
    assert shown.text == ALARM
    assert "alarms" in shown.ring


def test_a_needle_is_changed_once_the_session_has_more_shots_than_it() -> None:
    assert (at_step(TREATING, at(lesson=STOPPED_ONCE)), at_step(RENEWED, at(lesson=STOPPED_ONCE))) == (
        "renew",
        "refill",
    )
    assert strip_of(TREATING, at(lesson=STOPPED_ONCE)).ring == ("change:needle",)


def test_a_session_that_is_ended_early_is_resumed_and_taught_to_its_end(pupil: Pupil) -> None:
    pupil.until_step("zone")
    pupil.act(a.Send(c.Finish()))
    pupil.wait(0.3)
    assert pupil.picture.lesson.text == EARLY
    pupil.until_step("depth")
    assert pupil.bench.snap.phase == "treat"


def test_an_arming_that_ended_by_itself_is_armed_again(pupil: Pupil) -> None:
    pupil.until_step("contact")
    pupil.wait(31)
    assert pupil.bench.treat.arming is None
    assert pupil.is_at("offer")
    pupil.until_step("shot")


def test_a_needle_that_was_taken_away_is_fitted_again(pupil: Pupil) -> None:
    pupil.until_step("depth")
    pupil.bench.do("needle remove")
    pupil.wait(1)
    pupil.bench.do("needle fit")
    pupil.wait(0.5)
    assert pupil.is_at("needle")
    pupil.until_step("dose")


# -- coming and going --------------------------------------------------------------------------------------------------
def test_it_is_left_at_any_time_and_goes_on_where_it_was(pupil: Pupil) -> None:
    pupil.until_step("lot")
    pupil.act(pupil.picture.lesson.touch.effect)
    assert not pupil.picture.lesson.text
    pupil.act(a.Panel("help"))
    shown: Any = pupil.picture.over
    pupil.act(shown.training.effect)
    assert pupil.is_at("lot")
    assert pupil.picture.lesson.text


def test_it_begins_with_the_self_test_whoever_has_passed_it_before() -> None:
    began = act(at("history", panel="help"), a.Teach("begin"), World(snap(), CATALOGUE))
    assert began.commands == (c.RunSelfTest(),)
    assert (began.local.place, began.local.panel, began.local.lesson.on) == ("", "", True)
    inside = act(at(), a.Teach("begin"), World(TREATING, CATALOGUE))
    assert inside.commands == (), "never with a session open"


def test_on_hardware_the_way_in_says_why_there_is_none() -> None:
    real = snap(user=None, simulated=False)
    assert draw(real, at(), CATALOGUE).frame.strip.touch.effect == a.Say(HARDWARE)
    assert help_for("home", real, at()).training.effect == a.Say(HARDWARE)
    assert act(at(), a.Teach("begin"), World(real, CATALOGUE)).local.lesson == Lesson()
    assert not strip_of(real, at(lesson=TAUGHT)).text


def test_it_is_offered_before_signing_in_at_home_and_in_the_help_of_every_screen() -> None:
    for snapshot in (snap("starting", user=None), snap(user=None), snap()):
        assert draw(snapshot, at(), CATALOGUE).frame.strip.touch.key == "lesson:begin"
    assert not draw(snap(user=TECHNICIAN), at(), CATALOGUE).frame.strip.touch.key
    assert help_for("treat", TREATING, at()).training.key == "lesson:begin"
    assert not help_for("treat", TREATING, at(lesson=TAUGHT)).training.key
    assert entry(snap(), at(lesson=replace(TAUGHT, on=False))).label == "Go on"


def test_another_session_is_taught_anew_and_the_end_forgets_all() -> None:
    local = see(at(lesson=replace(STOPPED_ONCE, session=17)), TREATING).local
    assert (local.lesson.session, local.lesson.seen) == (18, frozenset())
    ended = act(at("record", panel="lesson", lesson=STOPPED_ONCE), a.Teach("end"), World(snap(), CATALOGUE)).local
    assert (ended.lesson, ended.panel) == (Lesson(), "")


def test_the_summary_is_read_anew_and_is_of_its_own_session_only() -> None:
    over = at("history", lesson=Lesson(on=True, begun="x", seen=frozenset({"signed", "exported"}), session=17))
    shown = strip_of(snap(last_session=17), over)
    assert shown.text == FINISHED
    asked = act(over, a.Panel("lesson"), World(snap(last_session=17), CATALOGUE))
    assert asked.commands == (c.ReadSession(17),)
    assert summary(replace(over, record=RECORD)).lines
    assert not summary(replace(over, record=replace(RECORD, line=replace(RECORD.line, number=3)))).lines


# -- the line at the foot ----------------------------------------------------------------------------------------------
def test_under_a_panel_an_alarm_or_a_notice_goes_before_the_lesson() -> None:
    alarm = s.Alarm(214, "medium", "Worn", "", "", "", "", True, False)
    lot = at(panel="text:lot", focus="lot", lesson=TAUGHT)
    assert strip_of(setup("product"), lot).rows == "lesson"
    assert strip_of(setup("product"), replace(lot, notice="Refused")).rows == "message"
    assert strip_of(replace(setup("product"), alarms=(alarm,)), lot).rows == "message"
    assert strip_of(replace(TREATING, alarms=(alarm,)), at(lesson=TAUGHT)).rows == "both"


def test_contact_is_what_the_model_calls_contact(pupil: Pupil) -> None:
    pupil.until_step("shot")
    assert pupil.bench.treat.contact
    status = pupil.bench.engine.desk.status
    assert status is not None
    assert status.inputs & Input.CONTACT
