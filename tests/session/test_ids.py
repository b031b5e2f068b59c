"""Stop and retract always have an id, none is used twice, and no record is called restored because of them."""

from __future__ import annotations

import pytest

from kiosk.channel import commands as ask
from kiosk.records.facts import Fact
from kiosk.records.ids import next_drawn
from kiosk.records.rows import AuthorisationRow, EventRow
from kiosk.session.connection import AHEAD, State
from kiosk.session.dispatch import Stage
from kiosk.session.ids import Ids
from tests.records import sample
from tests.session.bench import ADMINISTRATOR, Bench

pytestmark = pytest.mark.requirement("LED-3", "LED-5")
MANY = 40
"""More than lie between two drawn ids, twice over."""


def put_away(number: int) -> EventRow:
    return sample.event(Fact.RESERVED, max_id=number)


def test_an_urgent_id_follows_the_last_one_on_disk_and_not_one_that_is_still_to_be_committed() -> None:
    ids = Ids(48)
    assert ids.draw(0) == 64
    assert [ids.take(0), ids.take(0)] == [49, 50]
    ids.submitted(1, [sample.authorisation(64)])
    assert ids.take(0) == 51
    ids.committed(1)
    assert (ids.take(0), ids.draw(0)) == (65, 80)


@pytest.mark.parametrize("accepted", [0, 52, 63, 70])
def test_no_id_is_given_twice_whatever_is_committed_late(accepted: int) -> None:
    ids = Ids(48)
    given = [ids.draw(accepted), *(ids.take(accepted) for _ in range(MANY)), ids.draw(accepted)]
    ids.submitted(1, [sample.authorisation(given[0]), sample.event("note")])
    ids.committed(1)
    ids.committed(2)
    given += [ids.take(accepted), ids.draw(accepted), ids.take(accepted)]
    assert len(set(given)) == len(given)
    assert min(given) > max(48, accepted)
    drawn = [number for number in given if number % 16 == 0]
    assert drawn == [given[0], given[MANY + 1], given[MANY + 3]], "a drawn id is a multiple of 16, an urgent one never"


def test_another_id_is_wanted_before_they_run_out_and_only_once() -> None:
    ids = Ids(48)
    while not ids.low:
        assert ids.take(0) < next_drawn(48)
    number = ids.draw(0)
    assert not ids.low, "it is on its way"
    ids.submitted(1, [put_away(number)])
    ids.committed(1)
    assert (ids.kept, ids.take(0), ids.low) == (64, 65, False)


def retracts(bench: Bench, times: int) -> list[int]:
    """Retract so often; the ids under which the injector took them."""
    before = len(bench.sent)
    for _ in range(times):
        bench.tell(ask.Retract())
    return [number for what, number in bench.sent[before:] if what == "retract"]


def found_again(bench: Bench) -> None:
    """After a power loss nobody is accused of anything."""
    bench.restart()
    bench.until(lambda: bench.snap.link.connected, 5)
    assert bench.engine.connection.state is State.READY
    assert bench.events(Fact.BLOCKED) == []
    numbers = [number for _, number in bench.sent]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("ends", ["the power fails", "the commit fails", "the commit comes late"])
def test_a_retract_while_an_authorisation_is_being_committed_leaves_the_record_as_good_as_it_was(
    subject: Bench, ends: str
) -> None:
    subject.bring_to(Stage.COMMIT)
    (number,) = retracts(subject, 1)
    assert number < subject.engine.desk.max_id
    if ends != "the power fails":
        subject.disk.failing = ends == "the commit fails"
        subject.disk.release()
        subject.run(0.2)
    found_again(subject)


@pytest.mark.requirement("LED-1")
def test_many_retracts_with_nothing_between_them_are_taken_and_the_record_explains_each(subject: Bench) -> None:
    assert len(retracts(subject, MANY)) == MANY
    reserved = subject.events(Fact.RESERVED)
    assert 0 < len(reserved) <= MANY // 8
    found_again(subject)
    assert not [row for row in subject.rows(AuthorisationRow) if row.id <= int(str(reserved[-1].body["max_id"]))]


@pytest.mark.requirement("LED-12")
def test_retracts_without_end_are_taken_while_the_record_cannot_be_written_and_the_next_start_says_why(
    subject: Bench,
) -> None:
    subject.disk.failing = True
    subject.engine.desk.event("note", "a row that cannot be written")
    subject.until(lambda: subject.engine.desk.ledger_broken, 1)
    taken = retracts(subject, MANY)
    assert len(taken) == MANY
    assert subject.rig.controller.journal.command_id == taken[-1]
    assert subject.events(Fact.RESERVED) == []
    subject.restart()
    subject.until(lambda: subject.engine.connection.state is State.BLOCKED, 5)
    assert subject.engine.connection.sentence == AHEAD
    assert "or could not be written" in AHEAD
    subject.sign_in(ADMINISTRATOR).tell(ask.PairInjector("the storage was full"))
    subject.until(lambda: subject.snap.link.connected, 3)
    found_again(subject)


def test_a_void_goes_out_though_all_ids_up_to_the_next_drawn_one_are_used(subject: Bench) -> None:
    subject.live()
    last = subject.last_authorisation().id
    subject.engine.desk._ids._urgent = next_drawn(last) - 1
    subject.tell(ask.Disarm())
    assert subject.sent[-1] == ("void", next_drawn(last) + 1)
    assert subject.rig.controller.journal.command_id == next_drawn(last) + 1
    subject.quiet()
    found_again(subject)
