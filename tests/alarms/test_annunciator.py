"""Occurrences over virtual time: what shows, what sounds, what is recorded (ALM-1, ALM-3, ALM-5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.alarms.annunciator import Annunciator, BeaconLevels, Change
from kiosk.alarms.catalogue import CATALOGUE
from kiosk.alarms.conditions import A, Raised

HIGH, MEDIUM, LOW = Raised(A.OCCLUSION), Raised(A.LEDGER_SLOW), Raised(A.TOTAL_NEAR)
DARK = BeaconLevels()
RED = BeaconLevels(red=True)


@pytest.fixture
def subject() -> Annunciator:
    return Annunciator()


def sounds(subject: Annunciator, *raised: Raised, start: float, until: float) -> list[float]:
    """Instants (s) at which a pulse begins, over the 25 ms cycles from `start` until `until`."""
    before = subject.step(raised, start).tone
    begun = [start] if before else []
    for cycle in range(1, round((until - start) / 0.025)):
        heard = subject.step(raised, start + cycle * 0.025).tone
        if heard and not before:
            begun.append(round(start + cycle * 0.025, 3))
        before = heard
    return begun


def kinds(changes: tuple[Change, ...]) -> list[tuple[str, int]]:
    return [(change.kind, change.number) for change in changes]


def test_without_conditions_it_is_dark_and_silent(subject: Annunciator) -> None:
    signals = subject.step((), 5.0)
    assert (signals.beacon, signals.tone, signals.changes, subject.shown()) == (DARK, None, (), ())


@pytest.mark.requirement("ALM-1", "ALM-5")
def test_a_condition_shows_sounds_and_is_recorded_in_the_cycle_it_begins(subject: Annunciator) -> None:
    signals = subject.step([Raised(A.OCCLUSION, "62 kPa")], 5.0)
    assert (signals.beacon, signals.tone) == (RED, 880)
    assert signals.changes == (Change("onset", 707, "Alarm 707 begins: Blocked", "62 kPa"),)


@pytest.mark.requirement("ALM-1")
def test_the_light_follows_the_condition_and_the_sound_latches(subject: Annunciator) -> None:
    subject.step([HIGH], 5.0)
    ended = subject.step([], 5.2)
    assert (ended.beacon, ended.tone) == (DARK, 880)
    assert kinds(ended.changes) == [("end", 707)]
    assert [(alarm.active, alarm.acknowledged) for alarm in subject.shown()] == [(False, False)]


@pytest.mark.requirement("ALM-1", "ALM-5")
def test_an_acknowledgement_silences_and_the_light_stays_while_the_condition_does(subject: Annunciator) -> None:
    subject.step([HIGH], 5.0)
    assert subject.acknowledge(707)
    signals = subject.step([HIGH], 5.2)
    assert (signals.tone, kinds(signals.changes)) == (None, [("acknowledgement", 707)])
    assert subject.step([HIGH], 5.5).beacon == RED
    assert subject.shown()[0].acknowledged


@pytest.mark.requirement("ALM-1")
def test_an_acknowledgement_covers_the_present_occurrence_only(subject: Annunciator) -> None:
    subject.step([HIGH], 5.0)
    subject.acknowledge(707)
    subject.step([], 6.0)
    assert subject.shown() == ()
    assert subject.step([HIGH], 7.0).tone == 880
    assert not subject.shown()[0].acknowledged


def test_what_ended_unacknowledged_leaves_the_list_when_it_is_acknowledged(subject: Annunciator) -> None:
    subject.step([HIGH], 5.0)
    subject.step([], 5.1)
    assert subject.acknowledge(707)
    assert subject.step([], 5.2).tone is None
    assert subject.shown() == ()


def test_there_is_nothing_to_acknowledge_twice_or_that_never_was(subject: Annunciator) -> None:
    subject.step([HIGH], 5.0)
    assert subject.acknowledge(707)
    assert not subject.acknowledge(707)
    assert not subject.acknowledge(708)


@pytest.mark.requirement("ALM-3")
def test_the_first_ten_seconds_of_a_high_alarm_are_heard_exactly_like_this(subject: Annunciator) -> None:
    first = [3.0, 3.2, 3.4, 3.8, 4.0, 4.6, 4.8, 5.0, 5.4, 5.6]
    second = [10.5, 10.7, 10.9, 11.3, 11.5, 12.1, 12.3, 12.5, 12.9]
    assert sounds(subject, HIGH, start=3.0, until=13.0) == [*first, *second]


@pytest.mark.requirement("ALM-3")
def test_the_loudest_sounds_and_the_next_follows_its_acknowledgement(subject: Annunciator) -> None:
    assert subject.step([LOW, MEDIUM, HIGH], 0.0).tone == 880
    subject.acknowledge(707)
    assert subject.step([LOW, MEDIUM, HIGH], 0.025).tone == 660
    subject.acknowledge(715)
    assert sounds(subject, LOW, MEDIUM, HIGH, start=0.05, until=60.0) == [0.05]


@pytest.mark.requirement("ALM-3")
def test_another_alarm_of_the_same_priority_begins_its_burst_at_once(subject: Annunciator) -> None:
    sounds(subject, HIGH, start=0.0, until=4.0)
    assert subject.step([HIGH, Raised(A.DOSE_MISMATCH)], 4.0).tone == 880


@pytest.mark.requirement("ALM-3", "ALM-5")
def test_a_pause_lasts_120_seconds_and_not_longer(subject: Annunciator) -> None:
    subject.step([HIGH], 0.0)
    assert subject.pause(0.0, 9999) == 120
    assert kinds(subject.step([HIGH], 0.025).changes) == [("pause", 0)]
    assert sounds(subject, HIGH, start=0.05, until=120.0) == []
    assert subject.paused_s(119.5) == 1
    assert subject.step([HIGH], 120.0).tone == 880
    assert subject.paused_s(120.0) == 0


@pytest.mark.requirement("ALM-3")
def test_a_new_alarm_breaks_the_pause(subject: Annunciator) -> None:
    subject.step([HIGH], 0.0)
    subject.pause(0.0)
    assert subject.step([HIGH], 1.0).tone is None
    assert subject.step([HIGH, LOW], 2.0).tone == 880
    assert subject.paused_s(2.0) == 0


def test_a_pause_needs_something_to_silence(subject: Annunciator) -> None:
    assert subject.pause(0.0) == 0
    assert subject.step([], 0.0).changes == ()


@pytest.mark.requirement("ALM-1")
def test_a_consequence_is_suppressed_while_its_cause_is_present(subject: Annunciator) -> None:
    stop, supply = Raised(A.STOP_CIRCUIT), Raised(A.SUPPLY_LOST)
    subject.step([stop, supply], 0.0)
    assert [alarm.number for alarm in subject.shown()] == [701]
    subject.acknowledge(701)
    signals = subject.step([supply], 1.0)
    assert ("onset", 711) in kinds(signals.changes)


@pytest.mark.requirement("ALM-2")
def test_each_lamp_follows_its_own_priority_and_keeps_its_beat(subject: Annunciator) -> None:
    assert subject.step([HIGH, MEDIUM, LOW], 0.0).beacon == BeaconLevels(red=True, yellow=True, cyan=True)
    assert subject.step([HIGH, MEDIUM, LOW], 0.25).beacon == BeaconLevels(red=False, yellow=True, cyan=True)
    other = [Raised(A.DOSE_MISMATCH), MEDIUM, LOW]
    assert subject.step([*other, HIGH], 1.1).beacon == BeaconLevels(red=True, yellow=False, cyan=True)
    assert subject.step(other, 1.3).beacon == BeaconLevels(red=False, yellow=False, cyan=True)


@pytest.mark.requirement("ALM-4")
def test_the_list_shows_the_highest_first_the_newest_first_within_and_the_values_in_force(subject: Annunciator) -> None:
    subject.step([LOW, Raised(A.DEPTH_MISMATCH)], 0.0)
    subject.step([LOW, Raised(A.DEPTH_MISMATCH, "0.82 mm measured"), HIGH], 1.0)
    shown = subject.shown()
    assert [alarm.number for alarm in shown] == [707, 709, 722]
    assert shown[1].what.endswith("(0.82 mm measured)")
    assert (shown[0].inhibits, shown[2].inhibits) == ("Arming and firing", "")


@given(st.lists(st.tuples(st.sets(st.sampled_from(list(A)), max_size=4), st.booleans()), max_size=30))
@pytest.mark.requirement("ALM-5")
def test_every_occurrence_is_recorded_once_at_its_begin_and_once_at_its_end(
    history: list[tuple[set[A], bool]],
) -> None:
    subject = Annunciator()
    open_now: set[int] = set()
    for cycle, (numbers, acknowledge) in enumerate([*history, (set[A](), False)]):
        signals = subject.step([Raised(number) for number in numbers], cycle * 0.025)
        for change in signals.changes:
            if change.kind == "onset":
                assert change.number not in open_now
                open_now.add(change.number)
            elif change.kind == "end":
                open_now.remove(change.number)
        suppressed = {other for number in numbers for other in CATALOGUE[number].suppresses}
        assert open_now == {int(number) for number in numbers - suppressed}
        if acknowledge:
            for alarm in subject.shown():
                subject.acknowledge(alarm.number)
            assert subject.step([Raised(number) for number in numbers], cycle * 0.025).tone is None
    assert open_now == set()
