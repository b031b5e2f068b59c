"""The whole record is checked at every connect; lost or changed rows block until a reason is the next row (LED-11)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from drivers.errors import LinkTimeout
from drivers.registers import ANCHOR, Anchor
from kiosk.channel import commands as ask
from kiosk.records.facts import Fact
from kiosk.records.rows import Certainty
from kiosk.session.connection import State
from kiosk.session.record_check import AGAIN_S
from tests.records.test_chain import tamper
from tests.session.bench import ADMINISTRATOR, PRACTITIONER, Bench

pytestmark = pytest.mark.requirement("LED-11")
DAMAGED = 734


def ledger_of(bench: Bench) -> Path:
    return bench.folder / "ledger.db"


def missing(bench: Bench) -> str:
    return " ".join(bench.snap.missing)


def checked(bench: Bench) -> None:
    bench.until(lambda: bench.engine.connection.ready and bench.engine.record._checked, 5)


def changed(bench: Bench, *statements: str) -> None:
    """Control ends, somebody edits the file, control begins again."""
    bench.restart(meanwhile=lambda: tamper(ledger_of(bench), *statements))
    checked(bench)
    bench.run(0.1)


def give_reason(bench: Bench, reason: str = "the card was copied") -> str:
    """An administrator gives the reason for what stands; the key that it was given for."""
    key = bench.snap.record.key
    bench.sign_in(ADMINISTRATOR)
    bench.tell(ask.AcceptFinding(key, reason))
    checked(bench)
    bench.run(0.1)
    return key


def test_nothing_is_armed_before_the_whole_record_was_checked(subject: Bench) -> None:
    before = subject.verified
    subject.clerk_answers = False
    subject.do("unplug")
    subject.run(0.3)
    subject.do("replug")
    subject.until(lambda: subject.snap.link.connected, 5)
    subject.run(0.2)
    assert subject.snap.missing == ("The record is being checked.",)
    assert "being checked" in subject.refused(subject.arm_command())
    subject.clerk_answers = True
    subject.do("unplug")
    subject.run(0.3)
    subject.do("replug")
    subject.until(lambda: subject.snap.link.connected, 5)
    subject.run(0.2)
    assert not subject.snap.missing
    assert subject.verified == before + 1
    subject.live()


def test_the_self_test_waits_for_the_check(bench: Bench) -> None:
    bench.clerk_fails = True
    bench.run(1)
    assert bench.check("link") == "failed"
    assert "could not be checked" in next(check.detail for check in bench.snap.checks if check.key == "link")
    asked = bench.verified
    bench.run(AGAIN_S - 1)
    assert bench.verified == asked
    bench.clerk_fails = False
    bench.run(1.1)
    assert bench.verified == asked + 1
    assert bench.check("link") == "passed"


def test_an_answer_about_an_earlier_connection_says_nothing(subject: Bench) -> None:
    answers = subject.clerk.poll
    subject.clerk.poll = lambda now: []
    for _ in range(2):
        subject.do("unplug")
        subject.run(0.3)
        subject.do("replug")
        subject.until(lambda: subject.snap.link.connected, 5)
    first, second = answers(0.0)
    subject.clerk.poll = lambda now: [first]
    subject.run(0.1)
    assert "being checked" in missing(subject)
    subject.clerk.poll = lambda now: [second]
    subject.run(0.1)
    assert not subject.snap.missing


def anchored_further(subject: Bench) -> None:
    """The injector holds an anchor of a row that this record does not have."""
    injector = subject.cycle.injector
    assert injector is not None
    injector.write_anchor(Anchor(1_000_000, b"x" * 32))


def test_rows_lost_at_the_end_block_with_the_row_until_an_administrator_gives_a_reason(subject: Bench) -> None:
    anchored_further(subject)
    last, _ = subject.ledger.last
    subject.restart()
    checked(subject)
    subject.run(0.1)
    subject.sign_in()
    said = f"Rows were lost after row {last}: the injector has seen row 1000000"
    assert f"{said}: an administrator has to give a reason." in subject.snap.missing
    assert DAMAGED in subject.alarms()
    assert next(check.detail for check in subject.snap.checks if check.key == "ledger").startswith(said)
    key = subject.snap.record.key
    assert "may not do this" in subject.refused(ask.AcceptFinding(key, "I know"))
    subject.sign_in(ADMINISTRATOR)
    assert "a reason is needed" in subject.refused(ask.AcceptFinding(key, " "))
    assert "does not stand" in subject.refused(ask.AcceptFinding("anchor 7", "I know"))
    before = len([row for unit in subject.disk.units for row in unit.rows])
    subject.tell(ask.AcceptFinding(key, "the card was copied"))
    (row,) = subject.events(Fact.ACCEPTED)
    assert (row.user, row.body["reason"], row.body["finding"]) == (ADMINISTRATOR.name, "the card was copied", said)
    assert "the card was copied" in row.sentence
    assert [r for unit in subject.disk.units for r in unit.rows][before] == row, "the reason is the next row"
    checked(subject)
    subject.start()
    subject.until(lambda: not subject.snap.missing, 2)
    assert subject.anchored[0] > last
    subject.live()


def test_a_finding_keeps_its_row_whatever_is_written_before_the_reason(subject: Bench) -> None:
    anchored_further(subject)
    subject.restart()
    checked(subject)
    first = subject.snap.record
    for _ in range(2):
        subject.restart()
        checked(subject)
        assert subject.snap.record == first
    assert len(subject.ledger.restore().events) >= 1
    assert not subject.events(Fact.FINDING), "it was found once"


def test_a_changed_row_is_named_and_asked_about_once(subject: Bench) -> None:
    changed(subject, "UPDATE event SET user = 'Mallory' WHERE row = (SELECT min(row) FROM event)")
    assert subject.check("ledger") == "failed"
    finding = subject.snap.record.sentence
    assert finding.startswith("Row ")
    assert "was changed" in finding
    assert "Mallory" in finding
    key = give_reason(subject)
    assert subject.snap.record == ask_nothing(subject)
    subject.restart()
    checked(subject)
    assert not subject.snap.record.sentence, "a restart asks again"
    changed(subject, "UPDATE event SET user = 'Eve' WHERE row = (SELECT min(row) FROM event)")
    assert "Eve" in subject.snap.record.sentence
    assert subject.snap.record.key != key
    give_reason(subject)
    changed(subject, "UPDATE event SET user = 'x' WHERE row = (SELECT row FROM event ORDER BY row LIMIT 1 OFFSET 5)")
    assert "was changed" in subject.snap.record.sentence, "what stands after an accepted row is still checked"


def ask_nothing(bench: Bench) -> object:
    return type(bench.snap.record)()


def test_a_removed_row_is_named_and_asked_about_once(subject: Bench) -> None:
    changed(
        subject,
        "DELETE FROM event WHERE row = (SELECT row FROM event ORDER BY row LIMIT 1 OFFSET 1)",
        "DELETE FROM event WHERE row = (SELECT row FROM event ORDER BY row DESC LIMIT 1 OFFSET 3)",
    )
    first = subject.snap.record.sentence
    assert "removed" in first
    give_reason(subject)
    assert "removed" in subject.snap.record.sentence
    assert subject.snap.record.sentence != first
    give_reason(subject)
    assert not subject.snap.record.sentence
    subject.restart()
    checked(subject)
    assert not subject.snap.record.sentence
    assert subject.ledger.restore().verified == "good"


def test_a_reason_that_cannot_be_written_is_no_reason(subject: Bench) -> None:
    changed(subject, "UPDATE event SET user = 'Mallory' WHERE row = (SELECT min(row) FROM event)")
    subject.sign_in(ADMINISTRATOR)
    subject.disk.failing = True
    assert "cannot be written" in subject.refused(ask.AcceptFinding(subject.snap.record.key, "known"))
    assert subject.snap.record.key


def test_sums_that_do_not_agree_are_told(subject: Bench) -> None:
    subject.live().fire(1)
    subject.tell(ask.Disarm())
    subject.quiet()
    changed(subject, "UPDATE resolution SET shots = 9 WHERE row = (SELECT max(row) FROM resolution)")
    give_reason(subject)
    assert subject.events("record totals")
    assert "is closed with 9 shots" in " ".join(subject.notices)


# -- a restored copy -------------------------------------------------------------------------------------------------
def restored_copy(bench: Bench, shots: int = 3) -> int:
    """A copy of the record is kept, more shots are given, then the copy takes the record's place. How many are lost."""
    copy = bench.folder / "copy.db"
    bench.restart(meanwhile=lambda: shutil.copy(ledger_of(bench), copy))
    bench.until(lambda: bench.snap.link.connected, 5)
    bench.start()
    bench.until(lambda: not bench.snap.missing, 2)
    bench.set(shots=20, rate=2000).mode("continuous")
    before = bench.shots
    bench.live().fire(shots)
    bench.tell(ask.Disarm())
    bench.quiet()
    given = bench.shots - before
    bench.restart(meanwhile=lambda: shutil.copy(copy, ledger_of(bench)))
    return given


@pytest.mark.requirement("LED-5", "LED-4")
def test_shots_that_a_restored_copy_lacks_are_rebuilt_from_the_injector_before_anybody_is_asked(subject: Bench) -> None:
    lost = restored_copy(subject)
    subject.until(lambda: subject.engine.connection.state is State.BLOCKED, 5)
    subject.run(0.2)
    journal = subject.rig.controller.journal
    rebuilt = [row for row in subject.ledger.restore().shots if row.recovered and row.dose_nl]
    assert len(rebuilt) == lost >= 3
    assert all(row.measured_dose_nl and row.certainty is Certainty.UNKNOWN for row in rebuilt)
    assert subject.shots == lost
    assert subject.ledger.restore().lifetime_nl == journal.lifetime_nl
    assert "record was restored or replaced" in missing(subject)
    subject.sign_in(ADMINISTRATOR)
    subject.tell(ask.PairInjector("the copy of Monday was put back"))
    checked(subject)
    assert not subject.snap.record.sentence, "the pairing was the reason for the anchor, too"
    rows = len(subject.ledger.restore().shots)
    subject.restart()
    checked(subject)
    assert not subject.snap.record.sentence
    assert len(subject.ledger.restore().shots) == rows, "none is doubled"
    subject.start()
    assert "uncertain and counted in full" in missing(subject)
    subject.see()
    assert not subject.snap.missing
    subject.live()


@pytest.mark.requirement("LED-5", "LED-10")
def test_a_kill_right_after_the_void_forgets_nothing_of_a_restored_copy(subject: Bench) -> None:
    restored_copy(subject)
    sent = len(subject.sent)
    subject.until(lambda: len(subject.sent) > sent, 3)
    assert subject.engine.connection.state is State.VOIDING
    subject.restart()
    subject.until(lambda: subject.engine.connection.state is State.BLOCKED, 5)
    subject.restart()
    subject.until(lambda: subject.engine.connection.state is State.BLOCKED, 5)


@pytest.mark.requirement("LED-5")
def test_a_session_signed_while_a_restored_copy_is_blocked_counts_what_was_rebuilt(subject: Bench) -> None:
    lost = restored_copy(subject, 1)
    subject.until(lambda: subject.engine.connection.state is State.BLOCKED, 5)
    subject.sign_in()
    subject.engine.selftest.passed = True
    subject.tell(ask.Finish())
    subject.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    assert subject.disk.units[-1].rows[-1].shots == lost  # type: ignore[union-attr]
    from kiosk.records.chain import verify

    assert verify(ledger_of(subject)).totals == ()


# -- the anchor ------------------------------------------------------------------------------------------------------
def test_the_anchor_is_written_after_the_commit_that_ends_an_arming(subject: Bench) -> None:
    subject.live()
    before = subject.anchored
    subject.disk.holding = True
    subject.tell(ask.Disarm())
    subject.run(0.2)
    assert subject.anchored == before
    subject.disk.release()
    subject.run(0.1)
    row = next(unit for unit in subject.disk.units if any(getattr(r, "kind", "") == "disarmed" for r in unit.rows))
    assert subject.anchored[0] > before[0]
    assert row in subject.disk.units


def test_the_anchor_is_written_after_the_commit_that_closes_a_session(subject: Bench) -> None:
    subject.tell(ask.Finish())
    before = subject.anchored
    subject.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    subject.run(0.1)
    assert subject.anchored[0] > before[0]
    subject.restart()
    checked(subject)
    assert not subject.snap.record.sentence


def test_no_anchor_is_written_into_an_injector_that_is_not_this_records(subject: Bench) -> None:
    """A session is signed while another one is plugged in: whose past its anchors tell is decided by the pairing."""
    subject.swap_injector()
    assert subject.engine.connection.state is State.BLOCKED
    before = subject.anchored
    subject.tell(ask.Finish())
    subject.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    subject.run(0.2)
    assert subject.anchored == before
    subject.pair()
    subject.run(0.2)
    assert subject.anchored[0] > before[0], "from here on it is this record's"


def test_a_finding_is_overwritten_by_no_anchor_before_its_reason(subject: Bench) -> None:
    anchored_further(subject)
    subject.restart()
    checked(subject)
    subject.engine.selftest.passed = True
    subject.sign_in()
    subject.tell(ask.Finish())
    subject.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    for note in ("a bruise", "another"):
        subject.tell(ask.NoteReaction(1, (), note))
    subject.restart()
    checked(subject)
    assert "seen row 1000000" in subject.snap.record.sentence
    give_reason(subject)
    assert subject.anchored[0] < 1_000_000


def test_no_shot_waits_for_an_anchor(subject: Bench) -> None:
    link = subject.cycle.injector._link  # type: ignore[union-attr]
    through = link.exchange

    def exchange(address: int, *rest: object, **gate: object) -> bytes:
        if address == ANCHOR.address:
            raise LinkTimeout(timeout_ms=40)
        return through(address, *rest, **gate)

    link.exchange = exchange
    subject.live().fire(1)
    subject.tell(ask.Disarm())
    subject.release().do("lift")
    subject.run(1.2)
    before = subject.anchored
    subject.live().fire(1)
    assert subject.anchored == before, "the anchor never got there"
    assert subject.shots == 2
