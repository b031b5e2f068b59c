"""A wrong PIN is on disk before anybody hears that it was wrong: who pulls the plug has not won a try (ACC-2)."""

from __future__ import annotations

import pytest

from kiosk.channel import commands as ask
from kiosk.records.rows import AccountRow
from tests.session.bench import PRACTITIONER, TECHNICIAN, Bench

pytestmark = pytest.mark.requirement("ACC-2")
WRONG = "000000"


def unanswered(bench: Bench, command: ask.AnyCommand) -> int:
    """Give a command while the disk holds everything: it must not be answered; its number."""
    bench.disk.holding = True
    number = bench.send(command)
    bench.run(0.4)
    assert number not in bench.seat.replies
    return number


@pytest.mark.parametrize("signing", [False, True], ids=["sign-in", "signature"])
def test_a_wrong_pin_is_answered_only_once_its_failure_is_on_disk(subject: Bench, signing: bool) -> None:
    if signing:
        subject.tell(ask.Finish())
    command = ask.Sign(WRONG, cleaned_up=True) if signing else ask.SignIn(PRACTITIONER.name, WRONG)
    number = unanswered(subject, command)
    assert not subject.rows(AccountRow)
    subject.disk.release()
    assert "do not belong" in subject.reply(number).sentence
    assert [(row.name, row.failures) for row in subject.rows(AccountRow)] == [(PRACTITIONER.name, 1)]


def test_a_right_pin_after_a_wrong_one_signs_in_only_once_its_row_is_on_disk(bench: Bench) -> None:
    bench.start()
    assert "do not belong" in bench.refused(ask.SignIn(TECHNICIAN.name, WRONG))
    bench.run(31)
    number = unanswered(bench, ask.SignIn(TECHNICIAN.name, TECHNICIAN.pin))
    assert bench.snap.user is not None
    assert bench.snap.user.name == PRACTITIONER.name
    bench.disk.release()
    assert bench.reply(number).ok
    assert [row.failures for row in bench.rows(AccountRow)] == [1, 0]


def test_a_failure_that_was_answered_outlives_a_restart(bench: Bench) -> None:
    bench.start()
    bench.refused(ask.SignIn(TECHNICIAN.name, WRONG))
    bench.restart()
    bench.run(0.1)
    assert "wait" in bench.refused(ask.SignIn(TECHNICIAN.name, TECHNICIAN.pin)).lower()
