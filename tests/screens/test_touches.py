"""Fingers on the real application: what each touch sends, and what it must not."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.channel import commands as c
from kiosk.channel.certificates import ExportCertificate, NameInstrument
from kiosk.channel.snapshot import Exported, Reply
from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, SCENES, at, replace, snap
from tests.view.samples.preparing import KNOWN
from tests.view.samples.treating import TREATING

pytestmark = pytest.mark.screen


def show(stage: Stage, scene: str) -> None:
    stage.scene(*SCENES[scene], CATALOGUE)


@pytest.mark.requirement("UI-6", "LIM-8")
def test_arming_needs_the_hold(stage: Stage) -> None:
    show(stage, "treat")
    stage.tap("arm")
    assert stage.app.glass is not None
    assert stage.app.glass.panel == "arm"
    stage.wait(0.5)
    stage.hold("arm:confirm", 0.8)
    assert stage.heard == []
    stage.hold("arm:confirm", 1.2)
    [arm] = stage.heard
    assert isinstance(arm, c.Arm)
    assert (arm.zone, arm.side, arm.depth_um, arm.dose_nl) == ("zygoma", "left", 600, 20_000)


@pytest.mark.requirement("UI-6")
def test_a_hold_that_ends_too_early_says_that_it_wants_to_be_held(stage: Stage) -> None:
    show(stage, "treat")
    stage.tap("arm")
    stage.wait(0.5)
    stage.hold("arm:confirm", 0.8)
    assert stage.app.local.notice == "Hold the button until it is filled."
    show(stage, "home")
    stage.tap("settings")
    assert stage.app.local.notice == ""


@pytest.mark.requirement("UI-6")
def test_a_finger_that_slides_off_holds_nothing(stage: Stage) -> None:
    show(stage, "panel-arm")
    touch = stage.down(stage.find("arm:confirm"))
    touch.touch_move(5, 470)
    stage.frames()
    stage.wait(1.5)
    touch.touch_up()
    stage.frames()
    assert stage.heard == []


@pytest.mark.requirement("UI-6")
def test_what_appears_under_a_finger_ignores_that_touch_and_400_ms(stage: Stage) -> None:
    show(stage, "treat")
    stage.tap("tile:mode")
    stage.tap("mode:burst")
    assert stage.heard == []
    stage.wait(0.4)
    stage.tap("mode:burst")
    assert stage.heard == [c.ChooseMode("burst")]


@pytest.mark.requirement("UI-6")
def test_the_deafness_of_what_appeared_ends_after_400_ms_neither_before_nor_later(stage: Stage) -> None:
    show(stage, "treat")
    stage.tap("tile:mode")
    appeared = stage.time.now
    stage.wait(0.35)
    assert 0.38 < stage.time.now - appeared < 0.4
    stage.tap("mode:burst")
    assert stage.heard == []
    assert 0.4 < stage.time.now - appeared < 0.42
    stage.tap("mode:burst")
    assert stage.heard == [c.ChooseMode("burst")]


@pytest.mark.requirement("UI-6")
def test_steppers_act_at_touch_down(stage: Stage) -> None:
    show(stage, "panel-depth")
    touch = stage.down(stage.find("step:up"))
    assert stage.app.local.draft is not None
    assert stage.app.local.draft.value == 700
    touch.touch_up()
    stage.frames()
    assert stage.app.local.draft.value == 700


def test_a_finger_lifted_elsewhere_presses_nothing(stage: Stage) -> None:
    show(stage, "home")
    touch = stage.down(stage.find("new"))
    touch.touch_move(600, 300)
    touch.touch_up()
    stage.frames()
    assert stage.app.local.place == ""


def test_a_touch_outside_the_window_is_ignored(stage: Stage) -> None:
    from kivy.tests.common import UnitTestTouch

    show(stage, "home")
    touch = UnitTestTouch(-799, -479)
    touch.touch_down()
    stage.frames()
    touch.touch_up()
    stage.frames()
    assert stage.heard == []


def test_a_greyed_button_says_why(stage: Stage) -> None:
    show(stage, "treat-missing")
    stage.tap("arm")
    assert stage.heard == []
    assert stage.app.local.notice == "The needle's place is unknown: home it."


def test_a_list_turns_its_pages(stage: Stage) -> None:
    show(stage, "protocols")
    first = [w.model.key for w in stage.touchables()]
    stage.tap("protocols:later")
    second = [w.model.key for w in stage.touchables()]
    assert "protocol:scalp" in second
    assert "protocol:scalp" not in first
    stage.wait(0.5)
    stage.tap("protocols:earlier")
    assert [w.model.key for w in stage.touchables()] == first


def test_a_patient_is_typed_looked_up_and_opened(stage: Stage) -> None:
    stage.scene(snap(), at("protocols", picks={"protocol": "mesolift"}), CATALOGUE)
    stage.tap("continue")
    stage.wait(0.5)
    for letter in "mk-2291":
        stage.tap(f"key:{letter}")
    stage.tap("find")
    assert stage.heard == [c.FindPatient("MK-2291")]
    stage.server.reply(stage.clients[-1], Reply(99, True, page=replace(KNOWN, similar=())))
    stage.frames(3)
    stage.wait(0.5)
    stage.tap("patient:yes")
    assert stage.heard[-1] == c.OpenSession("mesolift", "MK-2291", False)


@pytest.mark.requirement("LIM-10")
def test_an_unconfirmed_value_is_gone_after_a_minute(stage: Stage) -> None:
    show(stage, "panel-depth")
    stage.wait(61)
    assert stage.app.glass is not None
    assert stage.app.glass.panel == ""
    assert "60 s" in stage.app.local.notice


def test_a_button_that_becomes_greyed_while_held_does_nothing(stage: Stage) -> None:
    show(stage, "prime")
    touch = stage.down(stage.find("prime"))
    scene: Any = SCENES["prime"][0]
    stage.publish(replace(scene, busy="Homing the needle"))
    stage.frames(2)
    stage.wait(1)
    touch.touch_up()
    stage.frames()
    assert stage.heard == []


def test_a_touch_that_comes_from_two_providers_counts_once_and_is_said(stage: Stage) -> None:
    from kivy.tests.common import UnitTestTouch

    class OtherProvider(UnitTestTouch):
        pass

    show(stage, "panel-depth")
    stage.tap("step:up")
    widget = stage.find("step:up")
    first = stage.app.local.draft
    one = UnitTestTouch(*widget.to_window(*widget.center))
    other = OtherProvider(*widget.to_window(*widget.center))
    other.device = "another"
    stage.wait(0.2)
    one.touch_down()
    other.touch_down()
    stage.frames()
    second = stage.app.local.draft
    assert first is not None
    assert second is not None
    assert second.value - first.value == 50
    assert stage.app.local.notice.startswith("E807")
    one.touch_up()
    other.touch_up()


@pytest.mark.requirement("ACC-1")
def test_an_administrator_makes_an_account_by_touch(stage: Stage) -> None:
    show(stage, "home-administrator")
    for key in ("people", "add", "field:person"):
        stage.tap(key)
        stage.wait(0.5)
    for key in ("key:a", "key:shift", "key:d", "key:a", "confirm"):
        stage.tap(key)
    stage.wait(0.5)
    for key in ("role:practitioner", "continue"):
        stage.tap(key)
    for _ in range(2):
        stage.wait(0.5)
        for digit in "482615":
            stage.tap(f"key:{digit}")
        stage.tap("confirm")
    assert stage.heard == [c.CreateAccount("Ada", "practitioner", "482615")]
    assert stage.app.glass is not None
    assert stage.app.glass.picture is not None
    assert stage.app.glass.picture.screen == "people"


def test_touching_keeps_the_screen_from_locking(stage: Stage) -> None:
    show(stage, "home")
    asked: list[Any] = []
    stage.server.poll()
    listen = stage.server.poll
    stage.server.poll = lambda: [asked.append(r.command) or (i, r) for i, r in listen()]
    stage.tap("new")
    assert c.Touched() in asked


def test_treating_is_found_again_after_a_restart_of_the_kiosk(stage: Stage) -> None:
    stage.publish(TREATING, CATALOGUE)
    stage.until(lambda: stage.app.glass is not None and stage.app.glass.picture is not None
                and stage.app.glass.picture.screen == "treat")  # fmt: skip


@pytest.mark.parametrize(("first", "then"), [("panel-expiry", "panel-lot"), ("patient-known", "patient")])
def test_the_keyboard_comes_back_after_it_was_hidden(stage: Stage, first: str, then: str) -> None:
    show(stage, first)
    show(stage, then)
    assert stage.find("key:1").height >= 56


@pytest.mark.parametrize("key", ["-", "/", ",", ".", "space"])
@pytest.mark.parametrize("size", [(800, 480), (720, 1280)])
def test_a_lot_is_typed_as_it_is_printed_at_every_size(stage: Stage, size: tuple[int, int], key: str) -> None:
    stage.window.size = size
    stage.frames(3)
    show(stage, "panel-lot")
    before = stage.app.local.text("lot")
    stage.wait(0.5)
    stage.tap(f"key:{key}")
    assert stage.app.local.text("lot") == before + (" " if key == "space" else key)


def test_the_number_pad_comes_back_after_the_keyboard(stage: Stage) -> None:
    show(stage, "panel-lot")
    show(stage, "panel-expiry")
    assert stage.find("key:1").height >= 56


@pytest.mark.requirement("ACU-3")
def test_an_instrument_is_named_by_touches_alone(stage: Stage) -> None:
    show(stage, "instruments")
    stage.tap("instrument:barometer")
    for field, text in (("model", "P20"), ("serial", "P4"), ("certificate", "K7"), ("due", "20270301")):
        stage.wait(0.5)
        stage.tap(f"field:instrument_{field}")
        stage.wait(0.5)
        for key in text:
            stage.tap(f"key:{key.lower()}")
        stage.tap("confirm")
    stage.wait(0.5)
    stage.tap("keep")
    assert stage.heard == [NameInstrument("barometer", "P20", "P4", "K7", "2027-03-01", 10, 0)]
    assert stage.app.local.place == "instruments"


@pytest.mark.requirement("ACU-3")
def test_a_certificate_is_written_by_a_touch_and_says_where_it_is(stage: Stage) -> None:
    show(stage, "certificate")
    stage.tap("export:json")
    assert stage.heard == [ExportCertificate(3, "json")]
    stage.server.reply(
        stage.clients[-1], Reply(1, True, page=Exported("/var/lib/nappage/exports/certificate-00003.json"))
    )
    stage.until(lambda: "certificate-00003.json" in stage.app.local.exported, "the file to be named")


def test_a_list_that_has_come_to_its_end_is_drawn_at_once_so_that_it_counts_as_shown(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.scene(*SCENES["screening-end"], CATALOGUE)
    app = stage.app
    assert app.glass is not None
    assert app.glass.lists_at_end() <= app.local.ends
    asked: list[float] = []
    monkeypatch.setattr(app, "ask_redraw", lambda: asked.append(stage.time.now))
    app.cycle(0)
    assert not asked, "nothing is new"
    app.local = replace(app.local, ends=frozenset())
    app.cycle(0)
    assert asked
