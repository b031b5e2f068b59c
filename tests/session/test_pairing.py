"""Ledger and injector contradict each other, and life goes on before an administrator pairs them."""

from __future__ import annotations

import pytest

from kiosk.channel import commands as ask
from kiosk.records.facts import Fact
from kiosk.records.rows import ResolutionRow
from kiosk.records.totals import disagreements
from kiosk.session.connection import State
from tests.session.bench import ADMINISTRATOR, PRACTITIONER, Bench

pytestmark = pytest.mark.requirement("LED-5")
PAIR = ask.PairInjector("the old one broke")


def another_injector(bench: Bench) -> Bench:
    """The old one is taken away with whatever it was doing, and a new one is plugged in."""
    bench.do("unplug")
    bench.do("fault wrong-serial on")
    bench.release().do("lift")
    bench.run(0.3)
    bench.do("replug")
    bench.until(lambda: bench.engine.connection.state is State.BLOCKED, 3)
    return bench


def signed(bench: Bench) -> Bench:
    bench.tell(ask.Finish())
    bench.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    bench.until(lambda: bench.snap.phase == "home", 2)
    return bench


def agrees(bench: Bench) -> None:
    """Connected, the record takes rows, and its sums agree."""
    bench.until(lambda: bench.snap.link.connected, 3)
    assert not bench.engine.desk.ledger_broken
    assert list(disagreements(bench.ledger._db)) == []


@pytest.mark.requirement("LED-4")
def test_what_a_signature_counted_in_full_is_not_counted_again_by_a_later_pairing(subject: Bench) -> None:
    subject.set(shots=20, rate=2000).mode("continuous").live().on_skin().press()
    subject.until(lambda: subject.shots == 2)
    signed(another_injector(subject))
    assert subject.ledger.restore().unresolved == ()
    counted = len(subject.shot_rows())
    subject.sign_in(ADMINISTRATOR).tell(PAIR)
    agrees(subject)
    assert len(subject.shot_rows()) == counted
    ended = [row.id for row in subject.rows(ResolutionRow)]
    assert len(ended) == len(set(ended)), "an authorisation was resolved twice"


@pytest.mark.requirement("LED-7")
def test_a_session_opened_before_the_pairing_begins_with_nothing_of_the_one_before_it(subject: Bench) -> None:
    subject.live().fire(1)
    subject.do("lift")
    subject.tell(ask.Disarm())
    subject.quiet()
    signed(another_injector(subject)).open(patient="P2")
    subject.sign_in(ADMINISTRATOR).tell(PAIR)
    agrees(subject)
    assert subject.engine.tally.session.shots == 0
    signed(subject.sign_in())
    agrees(subject)


def test_nothing_is_signed_while_the_record_is_read_back_for_a_pairing(subject: Bench) -> None:
    another_injector(subject).tell(ask.Finish())
    subject.sign_in(ADMINISTRATOR)
    subject.disk.holding = True
    number = subject.send(PAIR)
    subject.run(0.1)
    subject.sign_in()
    assert "the record is being read back" in subject.refused(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    subject.disk.release()
    assert subject.reply(number).ok
    assert subject.events(Fact.PAIRED)[-1].user == ADMINISTRATOR.name, "it names who asked, whoever signed in since"
    agrees(subject)


def test_a_pairing_whose_injector_is_lost_meanwhile_is_refused_and_pairs_nothing(subject: Bench) -> None:
    another_injector(subject).sign_in(ADMINISTRATOR)
    subject.disk.holding = True
    number = subject.send(PAIR)
    subject.run(0.1)
    subject.do("unplug")
    subject.run(0.3)
    subject.disk.release()
    assert "the link to the injector was lost" in subject.reply(number).sentence
    assert subject.events(Fact.PAIRED) == []


@pytest.mark.requirement("LED-12")
def test_a_pairing_that_cannot_be_written_is_refused(subject: Bench) -> None:
    another_injector(subject).sign_in(ADMINISTRATOR)
    subject.disk.failing = True
    assert "the record cannot be written" in subject.refused(PAIR)
    assert not subject.snap.link.connected
