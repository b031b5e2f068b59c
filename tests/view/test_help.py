"""Help on every screen."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.frame import DISARM_FIRST
from kiosk.view.help import HELP, STOPPING, help_for
from kiosk.view.observe import see
from kiosk.view.picture import draw
from kiosk.view.route import ScreenKey
from tests.view.samples import CATALOGUE, SCENES, at, replace, snap
from tests.view.samples.surroundings import USER
from tests.view.samples.treating import ARMED, TREATING


def test_every_screen_says_what_it_is_and_what_to_do_next() -> None:
    assert set(HELP) == set(get_args(ScreenKey))
    for what, todo in HELP.values():
        assert what.endswith(".")
        assert todo.endswith(".")
        assert len(what) + len(todo) < 260


@pytest.mark.parametrize("scene", [name for name, (snapshot, _) in SCENES.items() if snapshot is not None])
def test_help_is_offered_wherever_nothing_lies_over_the_screen(scene: str) -> None:
    shown = draw(*SCENES[scene], CATALOGUE)
    assert bool(shown.frame.help.key) is not bool(shown.panel)


def test_help_is_of_the_screen_beneath() -> None:
    local = at("alarms", panel="help")
    shown: Any = draw(snap(), local, CATALOGUE)
    assert (shown.panel, shown.over.what) == ("help", HELP["alarms"][0])
    assert shown.over.close.effect == a.Cancel()


@pytest.mark.requirement("STP-2")
def test_help_says_which_button_is_the_stop() -> None:
    assert help_for("treat", TREATING, at()).stopping == STOPPING
    assert "red button is the stop" in STOPPING


def test_it_is_there_before_signing_in_and_goes_for_a_stop_an_arming_or_the_lock() -> None:
    local = at(panel="help")
    assert see(local, snap(user=None)).local.panel == "help"
    assert see(local, snap(stop=s.StopView("open"))).local.panel == ""
    assert see(local, snap(user=replace(USER, locked=True))).local.panel == ""
    armed = replace(local, phase="treat", session=18)
    assert see(armed, ARMED).local.panel == ""
    assert draw(ARMED, at(), CATALOGUE).frame.help.effect == a.Say(DISARM_FIRST)
