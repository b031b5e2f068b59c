"""A balance on a line of its own: what it says is taken once it rests, and a person may always type instead."""

from __future__ import annotations

import pytest

from kiosk.channel import commands as ask
from tests.session.balance import Scales, Weighed
from tests.session.bench import Bench


@pytest.fixture
def subject(bench: Bench) -> Weighed:
    return Weighed(bench.start())


@pytest.fixture
def scales(subject: Weighed) -> Scales:
    subject.bench.cycle.scales = made = Scales(subject)
    return made


def weighed(subject: Weighed) -> int:
    return len(subject.shown.runs[2].volumes_nl)


@pytest.mark.requirement("ACU-1")
def test_a_run_is_weighed_by_the_balance_and_the_person_only_pulls_the_trigger(
    subject: Weighed, scales: Scales
) -> None:
    subject.open().syringe().room()
    bench = subject.bench
    bench.tell(ask.StartBlank())
    bench.until(lambda: bench.engine.calibrating.dose.blank is not None, 120)  # type: ignore[union-attr]
    bench.run(0.2)
    assert subject.shown.balance == "NPB224, No. B1"
    assert subject.shown.balance_ug is not None
    bench.tell(ask.StartRun("largest"))
    for shot in range(3):
        bench.until(lambda: bench.engine.calibrating.shots.live, 20)
        subject.fire()
        bench.until(lambda shot=shot: weighed(subject) == shot + 1, 20)
    assert all(abs(nl - 200_000) < 2_000 for nl in subject.shown.runs[2].volumes_nl)
    bench.tell(ask.LeaveCalibration())
    bench.run(0.1)
    assert not scales.on


def test_a_shot_that_the_balance_doubts_is_left_to_a_person(subject: Weighed, scales: Scales) -> None:
    scales.silent = True
    subject.prepare().start("largest").fire()
    scales.silent, scales.offset = False, 5_000_000
    subject.bench.run(6)
    assert "give it again" in subject.shown.note
    assert weighed(subject) == 0
    scales.offset = 0
    subject.bench.tell(ask.TypeWeight(subject.settle()))
    subject.bench.run(0.1)
    assert weighed(subject) == 1


def test_a_balance_that_rested_before_the_shot_has_to_rest_anew(subject: Weighed, scales: Scales) -> None:
    subject.prepare()
    subject.bench.tell(ask.StartRun("largest"))
    subject.bench.run(1.5)
    assert subject.shown.step == "base", "two seconds have to pass"
    subject.bench.until(lambda: subject.bench.engine.calibrating.shots.live, 10)


@pytest.mark.parametrize(("silent", "sentence"), [(True, ""), (False, "The balance was unplugged")])
def test_without_a_word_from_the_balance_weights_are_typed(
    subject: Weighed, scales: Scales, silent: bool, sentence: str
) -> None:
    subject.prepare()
    scales.silent, scales.sentence = silent, sentence
    subject.bench.run(4)
    assert (subject.shown.balance, subject.shown.balance_ug) == ("", None)
    trouble = subject.bench.engine.calibrating.balance.trouble
    assert trouble == (sentence or "The balance says nothing any more.")
    subject.start("largest").fire()
    subject.bench.tell(ask.TypeWeight(subject.settle()))
    subject.bench.run(0.1)
    assert weighed(subject) == 1


def test_a_proof_names_the_balance_that_weighed(subject: Weighed, scales: Scales) -> None:
    subject.loaded(1.0).write().as_weighed(1.0).certify()
    assert subject.rows("proved")[-1]["instrument"] == "NPB224, No. B1, T100, No. T3, P20, No. P4"
    assert scales.on


def test_a_device_without_a_balance_says_that_weights_are_typed(subject: Weighed) -> None:
    subject.prepare()
    assert subject.bench.engine.calibrating.balance.trouble == "No balance answers: type what it shows."
