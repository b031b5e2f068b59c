"""After any interruption a practitioner sees one sentence on what was given before anything is armed (LED-4)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from drivers.registers import RECORD
from kiosk.channel import commands as ask
from kiosk.records.course import course
from kiosk.records.facts import Fact
from kiosk.records.rows import AuthorisationKind, ClosingRow, EventRow, ShotRow
from kiosk.records.session_record import read_session
from kiosk.records.totals import disagreements
from kiosk.session.dispatch import Stage
from kiosk.session.exchange import ReadCourse
from kiosk.session.link_state import State
from kiosk.session.recovery import BEGINS
from tests.session.bench import ADMINISTRATOR, PRACTITIONER, RECOVERED, TECHNICIAN, UNATTRIBUTED, Bench
from tests.session.extremes import instead
from tests.session.test_dispatch import lost

pytestmark = pytest.mark.requirement("LED-4")


def replugged(bench: Bench) -> None:
    bench.do("replug")
    bench.until(lambda: bench.snap.link.connected, 5)
    bench.release().do("lift")
    bench.run(0.2)


def cut_off_in_a_motion(bench: Bench) -> None:
    bench.until(lambda: bench.rig.controller.motion is not None, 3)
    bench.do("unplug")
    bench.run(1)


def lost_while_it_is_written(bench: Bench) -> None:
    """Plugged in again, and out while what was found is on its way to the disk, which holds it back."""
    bench.do("replug")
    bench.until(lambda: bench.engine.connection.state is State.READING, 5)
    bench.disk.holding = True
    bench.until(lambda: bench.engine.connection.state is State.SETTLING, 5)
    bench.do("unplug")
    bench.run(0.3)


def never_accepted(bench: Bench) -> str:
    """The link is lost after the commit and before the first byte."""
    bench.bring_to(Stage.SUPPLY)
    bench.do("unplug")  # it is sent into nothing
    bench.engine.slot.current._send()  # type: ignore[union-attr]
    bench.run(0.3)
    replugged(bench)
    return "certainly not given"


def given_as_measured(bench: Bench) -> str:
    bench.set(shots=20, rate=2000).mode("continuous").live().on_skin().press()
    bench.until(lambda: bench.shots == 1)
    cut_off_in_a_motion(bench)
    replugged(bench)
    return "1 shot given as measured ("


def cut_off_by_a_reset(bench: Bench) -> str:
    bench.live().on_skin().press()
    bench.until(lambda: bench.rig.body.carriage.travel(bench.rig.now) > 1200, 5)
    bench.do("reset")
    bench.until(lambda: not bench.snap.link.connected, 1)
    replugged(bench)
    return "1 shot uncertain and counted in full (20.0 uL)"


def unattributed(bench: Bench) -> str:
    replugged(unexplained(bench, 15_000))
    return "15.0 uL were given that no record explains, and count in full"


def unexplained(bench: Bench, nl: int) -> Bench:
    """So much is given that no record explains, while the cable is out, which is in again."""
    bench.do("unplug")
    bench.run(0.3)
    bench.rig.controller.journal.lifetime_nl += nl
    bench.rig.controller.journal.save()
    bench.do("replug")
    return bench


def another_serial(bench: Bench) -> str:
    bench.live()
    bench.swap_injector().pair()
    bench.run(0.2)
    return "1 shot uncertain and counted in full"


Outcome = Callable[[Bench], str]
OUTCOMES: list[Outcome] = [never_accepted, given_as_measured, cut_off_by_a_reset, unattributed, another_serial]


@pytest.mark.parametrize("happens", OUTCOMES)
@pytest.mark.requirement("LED-6", "LED-5")
def test_nothing_is_armed_before_a_practitioner_has_seen_what_was_found(subject: Bench, happens: Outcome) -> None:
    said = happens(subject)
    alarm = UNATTRIBUTED if happens is unattributed else RECOVERED
    asked = [sentence for sentence in subject.snap.missing if said in sentence]
    assert len(asked) == 1, subject.why()
    assert not subject.armed
    assert asked[0].startswith(BEGINS) or happens is unattributed
    assert alarm in subject.alarms()
    assert said in next(shown.what for shown in subject.snap.alarms if shown.number == alarm)
    for other in (TECHNICIAN, ADMINISTRATOR):
        subject.sign_in(other)
        assert "a practitioner looks" in subject.refused(ask.AcknowledgeAlarm(alarm))
    subject.restart()
    subject.until(lambda: subject.snap.link.connected, 5)
    subject.run(0.2)
    assert said in " ".join(subject.snap.missing), "a restart forgot it"
    subject.sign_in()
    subject.tell(ask.AcknowledgeAlarm(alarm))
    subject.run(0.1)
    assert said not in " ".join(subject.snap.missing)
    assert said in subject.events(Fact.SEEN)[-1].sentence
    assert subject.events(Fact.SEEN)[-1].user == PRACTITIONER.name
    subject.restart()
    subject.until(lambda: subject.snap.link.connected, 5)
    assert said not in " ".join(subject.snap.missing)


def test_a_session_closed_while_the_injector_is_away_leaves_its_sentence(subject: Bench) -> None:
    subject.live()
    subject.do("unplug")
    subject.run(0.3)
    subject.tell(ask.Finish())
    subject.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    subject.run(0.1)
    assert "1 shot uncertain and counted in full" in " ".join(subject.snap.missing)
    subject.see()
    assert BEGINS not in " ".join(subject.snap.missing)


def test_a_sentence_whose_link_is_lost_while_it_is_written_is_not_lost(subject: Bench) -> None:
    subject.live()
    subject.do("unplug")
    subject.run(0.3)
    lost_while_it_is_written(subject)
    subject.disk.release()
    subject.run(0.1)
    assert BEGINS in " ".join(subject.snap.missing)
    replugged(subject)
    assert sum(BEGINS in sentence for sentence in subject.snap.missing) == 1


def test_a_prime_that_was_cut_off_is_told_too(subject: Bench) -> None:
    subject.send(ask.Prime(300_000))
    subject.until(lambda: subject.rig.controller.motion is not None, 3)
    subject.run(0.5)
    subject.do("unplug")
    subject.run(1)
    replugged(subject)
    row = [shot for shot in subject.rows(ShotRow) if shot.kind is AuthorisationKind.PRIME][-1]
    assert 0 < row.measured_dose_nl < 300_000
    assert f"{row.measured_dose_nl / 1000:.1f} uL were moved by priming or service" in " ".join(subject.snap.missing)


def test_a_prime_in_the_middle_of_which_the_injector_was_reset_counts_in_full(subject: Bench) -> None:
    subject.send(ask.Prime(300_000))
    subject.until(lambda: subject.rig.controller.motion is not None, 3)
    subject.run(0.5)
    subject.do("unplug")
    subject.do("reset")
    subject.run(1)
    replugged(subject)
    said = " ".join(subject.snap.missing)
    assert "up to 300.0 uL more by priming or service, uncertain and counted in full" in said


@pytest.mark.requirement("LED-6")
def test_without_anything_under_way_a_reconnect_asks_nothing(subject: Bench) -> None:
    subject.do("unplug")
    subject.run(0.3)
    replugged(subject)
    assert not subject.snap.missing


@pytest.mark.requirement("LED-6")
@pytest.mark.parametrize("stage", list(Stage))
def test_after_a_power_loss_at_any_stage_nothing_goes_on_by_itself(subject: Bench, stage: Stage) -> None:
    subject.bring_to(stage).on_skin().press()
    subject.restart(after_s=2.0)
    sent = len(subject.sent)
    before = subject.rig.controller.journal.lifetime_shots
    subject.until(lambda: subject.snap.link.connected, 5)
    subject.run(5)
    assert [what for what, _ in subject.sent[sent:]] == ["void"]
    assert subject.rig.controller.journal.lifetime_shots == before
    assert not subject.panel._enabled
    assert not subject.armed


def strokes_too_deep(bench: Bench) -> None:
    """One stroke runs 0.3 mm past its target, in a cycle like any other."""
    bench.live().do("fault overshoot on")
    bench.fire(1)
    bench.run(0.3)


def strokes_too_deep_with_the_link_lost(bench: Bench) -> None:
    """The same with nobody there to read its record."""
    bench.live().do("fault overshoot on")
    bench.on_skin().press()
    bench.until(lambda: bench.rig.controller.motion is not None, 3)
    bench.do("unplug")
    bench.run(1)
    replugged(bench)


@pytest.mark.requirement("LED-9", "LED-6")
@pytest.mark.parametrize("happens", [strokes_too_deep, strokes_too_deep_with_the_link_lost])
def test_a_shot_that_was_not_as_set_is_told_by_every_restart_until_the_fault_is_cleared(
    subject: Bench, happens: Callable[[Bench], None]
) -> None:
    said = "The last shot was not as set (depth 0.80 mm measured, 0.50 mm set): look, then clear the fault."
    happens(subject)
    subject.do("fault overshoot off")
    subject.release().do("lift")
    assert said in subject.snap.missing
    unit = next(
        unit for unit in subject.disk.units if any(getattr(row, "kind", "") == Fact.NOT_AS_SET for row in unit.rows)
    )
    assert any(isinstance(row, ShotRow) for row in unit.rows), "a restart may know the shot and not what it was"
    subject.restart()
    subject.do("reset")  # the controller has forgotten its own fault
    subject.until(lambda: not subject.snap.link.connected, 5)
    subject.until(lambda: subject.snap.link.connected, 5)
    subject.sign_in().run(0.1)
    assert said in subject.snap.missing, "a restart forgot it"
    assert 709 in subject.alarms()
    lost(subject, request=True)
    assert not subject.ask(ask.ClearFaults()).ok
    assert said in subject.snap.missing, "a clear that did not get there clears nothing"
    subject.tell(ask.ClearFaults())
    subject.run(0.1)
    assert said not in subject.snap.missing
    assert subject.events(Fact.CLEARED)[-1].user == PRACTITIONER.name
    subject.restart()
    subject.run(0.1)
    assert said not in subject.snap.missing


def test_what_was_found_counts_and_is_signed_also_when_the_link_is_lost_before_it_is_on_disk(subject: Bench) -> None:
    subject.set(shots=20, rate=2000).mode("continuous").live().on_skin().press()
    cut_off_in_a_motion(subject)
    lost_while_it_is_written(subject)
    assert subject.shots == 0
    subject.disk.release()
    subject.run(0.1)
    assert subject.engine.connection.state is State.AWAY
    assert subject.shots == len(subject.shot_rows()) == 1
    subject.tell(ask.Finish())
    subject.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    (signed,) = subject.rows(ClosingRow)
    assert (signed.shots, signed.given_nl) == (1, subject.shot_rows()[0].counted_nl)


def test_what_was_found_is_counted_once_however_the_link_goes_and_comes(subject: Bench) -> None:
    subject.set(shots=20, rate=2000).mode("continuous").live().on_skin().press()
    cut_off_in_a_motion(subject)
    subject.do("replug")
    subject.until(lambda: subject.engine.connection.state is State.SETTLING, 5)
    subject.until(lambda: subject.snap.link.connected, 5)
    assert subject.shots == 1
    subject.do("unplug")
    subject.run(1)
    replugged(subject)
    assert subject.shots == len(subject.shot_rows()) == 1


def test_what_was_moved_before_a_session_and_is_found_in_it_counts_for_nobody(bench: Bench) -> None:
    bench.start()
    bench.send(ask.Rehome(True))
    bench.until(lambda: bench.rig.controller.motion is not None, 3)
    bench.do("unplug")
    bench.run(0.5)
    bench.open()
    replugged(bench)
    assert {row.session for row in bench.rows(ShotRow)} == {0}
    assert bench.engine.tally.session.shots == bench.engine.tally.product_nl == 0


# -- several at once -------------------------------------------------------------------------------------------------
@pytest.mark.requirement("ALM-1", "UI-6")
@pytest.mark.parametrize("late", [False, True], ids=["it stands", "it comes in this very cycle"])
def test_an_acknowledgement_covers_nothing_that_came_while_the_finger_was_on_its_way(
    subject: Bench, late: bool
) -> None:
    first, second = "15.0 uL were given", "5.0 uL were given"
    unattributed(subject)
    subject.run(1)
    unexplained(subject, 5_000)
    subject.until(lambda: subject.engine.connection.state is State.READING, 5)
    subject.disk.holding = True
    subject.until(lambda: subject.engine.connection.state is State.SETTLING, 5)
    subject.run(0.1)
    subject.disk.release()
    if not late:
        subject.step()
    said = subject.refused if not late else subject.tell
    said(ask.AcknowledgeAlarm(UNATTRIBUTED))
    assert any(second in sentence for sentence in subject.snap.missing)
    assert any(first in sentence for sentence in subject.snap.missing) is not late
    subject.run(1)
    shown = next(alarm for alarm in subject.snap.alarms if alarm.number == UNATTRIBUTED)
    assert (shown.active, shown.acknowledged) == (True, False)
    assert second in shown.what
    subject.tell(ask.AcknowledgeAlarm(UNATTRIBUTED))
    subject.run(0.1)
    assert not subject.snap.missing
    assert second in subject.events(Fact.SEEN)[-1].sentence


@pytest.mark.requirement("UI-6", "WDG-5")
def test_what_a_screen_that_hangs_never_showed_is_not_acknowledged_on_it(subject: Bench) -> None:
    subject.seat.shows = False
    replugged(unexplained(subject, 15_000))
    subject.run(3)
    assert "read it first" in subject.refused(ask.AcknowledgeAlarm(UNATTRIBUTED))
    subject.seat.shows = True
    subject.run(0.2)
    subject.tell(ask.AcknowledgeAlarm(UNATTRIBUTED))


# -- a record that comes after its session was signed ----------------------------------------------------------------
@pytest.mark.requirement("LIM-6", "LED-7")
def test_what_a_shot_gave_beyond_what_its_signature_counted_counts_for_its_patient(subject: Bench) -> None:
    subject.live().on_skin().press()
    cut_off_in_a_motion(subject)
    subject.tell(ask.Finish())
    subject.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    subject.run(0.1)
    subject.see()

    def given() -> int:
        asked = ReadCourse("P1", "example-saline", "mesolift", 0, subject.wall_ms + round(subject.clock.now * 1000))
        return course(subject.ledger._db, asked).nl

    assert given() == 20_000
    subject.says = instead(RECORD, "measured_dose_nl", 26_000)
    replugged(subject)
    assert given() == 26_000
    assert "6.0 uL more than had been counted in full before, and count too" in " ".join(subject.snap.missing)
    assert list(disagreements(subject.ledger._db)) == []
    page = read_session(subject.ledger._db, 1)
    assert any("6.0 uL more than had been counted" in flag for flag in page.flags())
    subject.see()
    assert BEGINS not in " ".join(subject.snap.missing)
    subject.restart()
    subject.run(2)
    assert given() == 26_000


@pytest.mark.requirement("LED-4", "ALM-1")
@pytest.mark.parametrize(("seen", "other"), [(RECOVERED, UNATTRIBUTED), (UNATTRIBUTED, RECOVERED)])
def test_who_has_seen_one_thing_that_was_found_has_not_seen_the_other(subject: Bench, seen: int, other: int) -> None:
    for number in (seen, other):
        row = EventRow(Fact.RECOVERED, 0, 0, "", f"Found {number}", {"alarm": number})
        subject.engine.recovery.stand([row])
    subject.run(1)
    subject.tell(ask.AcknowledgeAlarm(seen))
    subject.run(0.1)
    assert not any(f"Found {seen}" in sentence for sentence in subject.snap.missing)
    assert any(f"Found {other}" in sentence for sentence in subject.snap.missing)


@pytest.mark.requirement("LED-4", "LIM-6")
def test_a_shot_of_another_session_that_is_found_counts_for_nobody_here(subject: Bench) -> None:
    subject.live().fire(1)
    shot, counted = subject.shot_rows()[-1], subject.shots
    subject.engine.intake.count([msgspec.structs.replace(shot, session=shot.session + 1)])
    assert subject.shots == counted
    subject.engine.intake.count([shot])
    assert subject.shots == counted + 1
