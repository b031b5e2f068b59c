"""What the alarm screens show: the list, and the page of each alarm."""

from __future__ import annotations

import pytest

from kiosk.alarms.catalogue import CATALOGUE as CONDITIONS
from kiosk.alarms.catalogue import Condition
from kiosk.channel import commands as c
from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.alarms import FREE, OVER, SIGN_IN, alarm, alarms
from kiosk.view.frame import ALARM_TONES, frame
from kiosk.view.observe import see
from kiosk.view.touch import NOTHING
from kiosk.view.update import World, act
from tests.view.samples import CATALOGUE, at, replace, snap
from tests.view.samples.alarms import ALARMS
from tests.view.samples.preparing import SESSION, setup
from tests.view.samples.treating import ARMED, TREATING

STANDING = snap(alarms=ALARMS)


def titles(number: int, snapshot: s.Snapshot = STANDING) -> dict[str, str]:
    return {line.title: line.detail for line in alarm(snapshot, at("alarm", alarm=number)).lines}


@pytest.mark.requirement("ALM-4")
def test_a_page_tells_number_title_what_happened_the_patient_what_to_do_and_what_it_inhibits() -> None:
    page = alarm(STANDING, at("alarm", alarm=707))
    assert (page.title, page.state) == ("A707  Blocked", "high, still present")
    assert titles(707) == {
        "What happened": ALARMS[0].what,
        "The patient": ALARMS[0].patient,
        "What to do": ALARMS[0].todo,
        "What it inhibits": "Arming and firing",
    }
    assert titles(720)["What it inhibits"] == FREE


@pytest.mark.requirement("ALM-4")
@pytest.mark.parametrize("known", CONDITIONS.values(), ids=str)
def test_every_alarm_there_is_has_a_whole_page(known: Condition) -> None:
    number = int(known.number)
    told = s.Alarm(number, known.priority, known.title, known.what, known.patient, known.todo, known.inhibits,
                   True, False)  # fmt: skip
    page = alarm(snap(alarms=(told,)), at("alarm", alarm=number))
    assert str(number) in page.title
    assert known.title in page.title
    assert all(line.detail for line in page.lines)
    assert page.acknowledge.key == f"acknowledge:{number}"


@pytest.mark.requirement("ALM-1")
def test_an_alarm_is_acknowledged_on_its_page_by_somebody_who_is_signed_in() -> None:
    waiting = alarm(STANDING, at("alarm", alarm=707)).acknowledge
    assert waiting.effect == a.Send(c.AcknowledgeAlarm(707), "alarms")
    assert alarm(STANDING, at("alarm", alarm=720)).acknowledge == NOTHING
    assert alarm(replace(STANDING, user=None), at("alarm", alarm=707)).acknowledge.effect == a.Say(SIGN_IN)


def test_an_alarm_that_is_over_and_known_says_just_that() -> None:
    page = alarm(STANDING, at("alarm", alarm=999))
    assert (page.title, page.lines, page.acknowledge) == (OVER, (), NOTHING)
    assert page.others.effect == a.Go("alarms")
    assert alarm(snap(), at("alarm", alarm=707)).others == NOTHING


@pytest.mark.requirement("ALM-1", "ALM-2")
def test_the_list_has_the_highest_first_and_says_state_and_priority_in_words() -> None:
    rows = alarms(STANDING).rows
    assert [row.key for row in rows] == ["alarm:707", "alarm:723", "alarm:720:known"]
    assert [row.trail for row in rows] == [
        "high, still present",
        "medium, still present",
        "low, still present, acknowledged",
    ]
    assert [row.tone for row in rows] == ["danger", "warn", "plain"]
    assert rows[0].effect == a.Go("alarm:707")
    over = alarms(snap(alarms=(replace(ALARMS[0], active=False),))).rows[0]
    assert over.trail == "high, is over"
    assert ALARM_TONES == {"high": "danger", "medium": "warn", "low": "primary"}


@pytest.mark.requirement("ALM-3")
def test_the_sound_is_paused_from_list_and_page_and_the_rest_of_the_pause_is_shown() -> None:
    paused = replace(STANDING, sound_paused_s=90, user=None)
    assert alarms(paused).pause.label == "Sound paused 90 s"
    assert alarms(paused).recover == NOTHING
    assert alarm(STANDING, at("alarm", alarm=707)).pause.effect == a.Send(c.PauseSound())
    assert alarms(snap()).pause == NOTHING
    assert alarms(snap()).empty == "No alarm stands."


@pytest.mark.requirement("ALM-4")
@pytest.mark.parametrize("snapshot", [STANDING, setup("needle"), TREATING, ARMED, snap("closing", session=SESSION)])
def test_the_bar_opens_the_page_of_the_highest_alarm_in_every_phase(snapshot: s.Snapshot) -> None:
    loud = replace(snapshot, alarms=ALARMS)
    bar = frame(loud, at(), "home").strip
    assert bar.text.startswith("Blocked. Lift off.")
    assert bar.tone == "danger"
    assert bar.touch.action is not None
    opened = act(at(), bar.touch.action, World(loud, CATALOGUE)).local
    assert (opened.place, opened.alarm) == ("alarm", 707)
    known = replace(opened, phase=loud.phase, session=loud.session.number if loud.session else 0)
    assert see(known, loud).local.place == "alarm"


def test_the_way_back_from_an_alarm_does_not_go_round_in_circles() -> None:
    world = World(STANDING, CATALOGUE)
    local = at("history", trail=("",))
    for step in (a.Go("alarms"), a.Go("alarm:707"), a.Send(c.AcknowledgeAlarm(707), "alarms"), a.Go("alarm:723")):
        local = act(local, step, world).local
    assert (local.place, local.trail) == ("alarm", ("", "history", "alarms"))
    local = act(local, a.Go("alarms"), world).local
    assert (local.place, local.trail) == ("alarms", ("", "history"))
    assert act(local, a.Back(), world).local.place == "history"
