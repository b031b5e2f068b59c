"""What each screen and panel shows, as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from kiosk.channel import commands as c
from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.frame import STOP, frame
from kiosk.view.local import Local
from kiosk.view.picture import BEFORE, EMPTY, Picture, draw
from kiosk.view.route import panel, route
from kiosk.view.setup import PLACES
from kiosk.view.start import home
from kiosk.view.touch import NOTHING, Touch
from kiosk.view.treat import treating
from tests.view.samples import CATALOGUE, ROOMS, SCENES, at, replace, snap
from tests.view.samples.alarms import ALARMS
from tests.view.samples.preparing import SESSION, setup
from tests.view.samples.surroundings import LINK, USER
from tests.view.samples.treating import ARMED, TREATING, UNREADY


def picture(scene: str) -> Picture:
    return draw(*SCENES[scene], CATALOGUE)


def inside(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from inside(getattr(value, field))
    elif isinstance(value, tuple):
        for item in value:
            yield from inside(item)


def touches(value: Any) -> list[Touch]:
    return [item for item in inside(value) if isinstance(item, Touch) and item.key]


def test_no_two_rooms_name_a_scene_alike() -> None:
    assert sum(len(room) for room in ROOMS) == len(SCENES)


@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_is_drawn_and_equal_news_draws_the_same(scene: str) -> None:
    assert picture(scene) == picture(scene)


@pytest.mark.requirement("STP-2")
@pytest.mark.parametrize("scene", SCENES)
def test_stop_is_on_every_screen_and_sends_stop_at_touch_down(scene: str) -> None:
    stop = picture(scene).frame.stop
    assert stop == STOP
    assert stop.effect == a.Send(c.Stop())
    assert stop.on_down
    assert stop.hold_ms == 0


@pytest.mark.requirement("UI-5")
@pytest.mark.parametrize("scene", SCENES)
def test_there_is_no_dead_button(scene: str) -> None:
    for touch in touches(picture(scene)):
        assert touch.effect is not None, touch.key


@pytest.mark.parametrize("scene", SCENES)
def test_keys_are_unique_on_the_glass(scene: str) -> None:
    shown = picture(scene)
    keys = [touch.key for touch in (*touches(shown.frame), *touches(shown.over or shown.page))]
    assert len(keys) == len(set(keys))


@pytest.mark.requirement("UI-4")
@pytest.mark.parametrize("scene", SCENES)
def test_a_simulated_device_is_marked_everywhere(scene: str) -> None:
    assert picture(scene).frame.simulated or SCENES[scene][0] is None


@pytest.mark.parametrize(
    ("snapshot", "local", "expected"),
    [
        (None, Local(), "selftest"),
        (snap("starting"), at(), "selftest"),
        (snap(user=None), at(), "signin"),
        (snap(user=None, first_start=True), at(), "first"),
        (snap(), at(), "home"),
        (snap(), at("patient"), "patient"),
        (snap(user=None), at("alarms"), "alarms"),
        (snap("starting"), at("about"), "about"),
        (setup("needle"), at(), "needle"),
        (setup("needle"), at("screening"), "screening"),
        (replace(setup("needle"), session=replace(SESSION, step=None)), at(), "prime"),
        (TREATING, at(), "treat"),
        (TREATING, at("syringe"), "syringe"),
        (snap("closing", session=SESSION), at(), "end"),
    ],
)
def test_the_phase_leads_to_its_screen(snapshot: s.Snapshot | None, local: Local, expected: str) -> None:
    assert route(snapshot, local) == expected


@pytest.mark.parametrize("step", sorted(PLACES))
def test_each_step_has_its_screen(step: str) -> None:
    assert route(setup(step), at()) == step


def test_one_panel_at_a_time_and_the_gravest_wins() -> None:
    everything = replace(TREATING, question=s.Question("k", "?", True), stop=s.StopView("open"))
    locked_too = replace(everything, user=replace(USER, locked=True))
    assert panel(locked_too, at(age_ms=501, panel="zone")) == "cover"
    assert panel(locked_too, at(panel="zone")) == "lock"
    assert panel(everything, at(panel="zone")) == "stop"
    assert panel(replace(everything, user=None), at()) == "question"
    assert panel(replace(TREATING, question=everything.question), at(panel="zone")) == "question"
    assert panel(TREATING, at(panel="zone")) == "map"
    assert panel(TREATING, at(panel="zones")) == "choice"
    assert panel(TREATING, at()) == ""


@pytest.mark.parametrize(("age", "covered"), [(500, False), (501, True)])
def test_a_snapshot_older_than_500_ms_covers_everything(age: int, covered: bool) -> None:
    shown = draw(TREATING, at(age_ms=age), CATALOGUE)
    assert (shown.panel == "cover") is covered
    if covered:
        assert [touch.key for touch in (*touches(shown.frame), *touches(shown.over))] == ["stop"]


def test_before_control_speaks_there_is_only_the_cover() -> None:
    shown = draw(None, Local(), None)
    assert shown.panel == "cover"
    assert draw(BEFORE, at(), None).screen == "selftest"
    assert EMPTY.protocols == ()


def test_under_a_panel_only_the_panel_and_stop_can_be_touched() -> None:
    shown = picture("panel-stop-open")
    assert [touch.key for touch in touches(shown.frame)] == ["stop"]


# -- frame ------------------------------------------------------------------------------------------------------------
def message(snapshot: s.Snapshot, local: Local | None = None, screen: Any = "home") -> Any:
    return frame(snapshot, local or at(), screen).strip


@pytest.mark.requirement("UI-5")
def test_a_stop_while_nobody_is_signed_in_leads_to_who_can_acknowledge_it() -> None:
    stop = snap(stop=s.StopView("released", "", "Released, not acknowledged."), user=None, phase="starting")
    shown = message(stop, screen="selftest")
    assert (shown.text, shown.tone) == ("The stop was released. Sign in to acknowledge it.", "danger")
    assert (shown.touch.label, shown.touch.effect) == ("Sign in", a.Go("signin"))
    assert message(stop, screen="signin").touch == NOTHING
    assert message(stop, screen="first").touch == NOTHING
    wrong = message(stop, at(notice="This PIN is wrong."), "signin")
    assert (wrong.text, wrong.tone) == ("This PIN is wrong.", "danger")
    pressed = replace(stop, stop=s.StopView("open", "", "The stop button is pressed."))
    assert message(pressed, screen="selftest").text == "The stop button is pressed."
    assert message(replace(stop, stop=s.StopView("open"))).text == "Stopped"


def test_the_strip_says_what_matters_most() -> None:
    stop = snap(stop=s.StopView("released", "", "Released, not acknowledged."), alarms=ALARMS, busy="Priming")
    assert message(stop).text == "Released, not acknowledged."
    assert message(stop).touch.effect == a.Send(c.AcknowledgeStop())
    assert message(replace(stop, stop=s.StopView("open"))).text == "Stopped"
    assert message(stop, at(notice="Said")).text == "Said"  # over it lies the panel of the stop
    calm = replace(stop, stop=s.StopView("clear"))
    assert message(calm, at(notice="Said")).text == "Said"
    assert message(calm).text.startswith("Blocked. Lift off.")
    assert "(+2 more)" in message(calm).text
    assert message(replace(calm, alarms=ALARMS[:1])).text.endswith("again.")
    assert message(calm, at(), "alarms").text == "Priming"
    assert message(replace(calm, alarms=())).text == "Priming"
    assert message(snap(link=replace(LINK, connected=False, sentence="No injector"))).tone == "warn"
    assert message(snap(user=None), at(), "first").text.startswith("No account exists")


@pytest.mark.requirement("UI-5")
def test_not_ready_says_what_is_missing() -> None:
    assert message(UNREADY, at(), "treat").text == "Not ready: The needle's place is unknown: home it."
    assert message(TREATING, at(), "treat").text == "Ready to arm"
    assert [line.title for line in treating(UNREADY).missing][-1] == "and 2 more"
    assert treating(UNREADY).arm.effect == a.Say("The needle's place is unknown: home it.")
    assert [line.detail for line in home(snap(missing=("Clock",)), at()).state][-1] == "Clock"


def test_an_icon_never_stands_in_the_strip_without_its_sentence() -> None:
    assert message(snap(), screen="record").text == "Injector No. 1042 is connected"


def test_while_armed_the_strip_names_the_arming() -> None:
    assert message(ARMED, at(), "treat").text == "12 shots left: product limit"
    assert ARMED.treat is not None
    plain = replace(ARMED, treat=replace(ARMED.treat, arming=s.ArmingView("Armed: cheek", 5, 0, 5)))
    assert message(plain, at(), "treat").text == "Armed: cheek"


def test_the_rail_leads_back_to_alarms_and_out() -> None:
    shown = frame(snap(alarms=ALARMS), at("history"), "history")
    assert shown.back.effect == a.Back()
    assert shown.alarms.label == "Alarms 3"
    assert shown.lock.key == "signout"
    assert frame(snap(), at("alarms"), "alarms").alarms.effect == a.Back()
    assert frame(TREATING, at(), "treat").lock.effect == a.Send(c.Lock())
    assert frame(TREATING, at(), "treat").back == NOTHING
    assert frame(ARMED, at("alarms"), "alarms").back.effect == a.Back()
    assert frame(snap(wall=""), at(), "home").wall == "Clock not trusted"
    assert frame(TREATING, at(), "treat").where == "MK-2291 · Mesolift"


@pytest.mark.requirement("UI-5")
@pytest.mark.parametrize(
    ("scene", "words"),
    [
        ("product", "Type the expiry date printed on the pack."),
        ("patient-known", "Confirm first that the similar code is another patient."),
        ("signin", "Type all digits of the PIN."),
    ],
)
def test_the_strip_says_why_the_main_button_is_greyed(scene: str, words: str) -> None:
    assert picture(scene).frame.strip.text == words


@pytest.mark.requirement("UI-5")
def test_what_matters_more_stays_in_the_strip() -> None:
    snapshot, local = SCENES["product"]
    assert snapshot is not None
    away = replace(snapshot, link=replace(LINK, connected=False, sentence="Cable out"))
    assert draw(away, local, CATALOGUE).frame.strip.text == "Cable out"
    assert draw(snapshot, local.saying("Just said"), CATALOGUE).frame.strip.text == "Just said"


@pytest.mark.parametrize("scene", ["panel-depth", "panel-dose-fault", "panel-question", "panel-reason", "panel-arm"])
def test_beside_a_value_that_is_being_meant_stands_whom_it_is_for(scene: str) -> None:
    strip = picture(scene).frame.strip
    assert (strip.text, strip.tone) == ("MK-2291 · Mesolift", "quiet")


def test_under_the_lock_nothing_is_called_ready() -> None:
    assert picture("panel-lock").frame.strip.text == "Locked"
    snapshot, local = SCENES["panel-lock"]
    assert snapshot is not None
    ringing = replace(snapshot, alarms=ALARMS)
    assert draw(ringing, local, CATALOGUE).frame.strip.tone == "danger"
