"""An injector that says what cannot be is not believed: it is let go, control goes on, and the screen says why."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.registers import RECORD, SHOTS_MAX, STATUS, U32_MAX, Block, ControllerState, Input, ShotRecord, Status
from kiosk.channel import commands as ask
from kiosk.records.ids import ID_STRIDE, LAST_DRAWN, LAST_FOLLOWED
from kiosk.records.rows import AuthorisationKind, AuthorisationRow, Certainty
from kiosk.records.totals import disagreements
from kiosk.session.believed import NL_MAX, against
from kiosk.session.connection import BELIEVED_AFTER_S
from kiosk.session.dispatch import Stage
from kiosk.session.exchange import Disable
from kiosk.session.link_state import State
from tests.records.test_chain import tamper
from tests.session.bench import ADMINISTRATOR, PERIOD, PRACTITIONER, Bench
from tests.session.extremes import instead

REST = Status(ControllerState.READY, 0, 0, 3, 5, 48, 49, 0, 9, 500_000, 0, 0, 0, 24_000, 9_000, 0)
DRAWN = 48
NOT_BELIEVED = 741


def changed(**values: int) -> Status:
    known = {name: getattr(REST, name) for name in Status.__struct_fields__}
    return Status(**(known | values))


def records(number: int) -> tuple[ShotRecord, ...]:
    return (ShotRecord(number, 48, 600, 600, 20_000, 20_000, 90, 200, 0),)


# -- what can be -----------------------------------------------------------------------------------------------------
@pytest.mark.requirement("LED-5")
@pytest.mark.parametrize(
    ("status", "drawn", "said"),
    [
        (REST, DRAWN, ""),
        (None, DRAWN, ""),
        (changed(authorisation_id=LAST_FOLLOWED), DRAWN, ""),
        (changed(authorisation_id=LAST_FOLLOWED + 1), DRAWN, "nobody gives out such numbers"),
        (changed(command_id=U32_MAX), DRAWN, "it took number 4294967295"),
        (changed(command_id=LAST_FOLLOWED + ID_STRIDE), LAST_FOLLOWED + 1, ""),
        (changed(command_id=LAST_FOLLOWED + ID_STRIDE + 1), LAST_FOLLOWED + 1, "nobody gives out such numbers"),
        (REST, LAST_DRAWN, ""),
        (REST, LAST_DRAWN + 1, "this record has given out its last number"),
        (changed(state=max(ControllerState)), DRAWN, ""),
        (changed(state=max(ControllerState) + 1), DRAWN, "its state is code 9"),
        (changed(shots_left=SHOTS_MAX), DRAWN, ""),
        (changed(shots_left=SHOTS_MAX + 1), DRAWN, "it has 21 shots left"),
        (changed(lifetime_nl=NL_MAX), DRAWN, ""),
        (changed(lifetime_nl=NL_MAX + 1), DRAWN, "its counter of what was given"),
        (changed(lifetime_shots=U32_MAX), DRAWN, ""),
    ],
)
def test_what_a_status_can_say_has_an_end(status: Status | None, drawn: int, said: str) -> None:
    found = against(status, (), drawn)
    assert said in found
    assert bool(said) == bool(found)


@pytest.mark.requirement("LED-4")
@pytest.mark.parametrize(("number", "said"), [(9, ""), (10, "it shows motion 10 and has counted 9")])
def test_a_record_is_of_a_motion_that_was_counted(number: int, said: str) -> None:
    assert against(REST, records(number), DRAWN) == said


@pytest.mark.requirement("LED-5")
def test_ids_for_what_takes_back_are_left_above_the_last_that_is_drawn() -> None:
    assert LAST_DRAWN + 2 * ID_STRIDE < U32_MAX


# -- in a treatment --------------------------------------------------------------------------------------------------
SAYS = [(STATUS, "authorisation_id", U32_MAX), (STATUS, "command_id", U32_MAX - 20), (STATUS, "state", 77),
        (STATUS, "lifetime_nl", 2**64 - 1), (RECORD, "number", U32_MAX)]  # fmt: skip


def refused(bench: Bench) -> Bench:
    bench.until(lambda: bench.engine.connection.state is State.REFUSED, 3)
    return bench


def treating(bench: Bench) -> Bench:
    bench.set(shots=100, rate=4000).mode("continuous").live().on_skin().press()
    bench.until(lambda: bench.shots == 2)
    return bench


@pytest.mark.requirement("LIM-9", "UI-5", "ALM-4", "STP-5")
@pytest.mark.parametrize(("block", "name", "value"), SAYS)
def test_it_is_let_go_and_the_screen_says_why(subject: Bench, block: Block[Any], name: str, value: int) -> None:
    treating(subject).says = instead(block, name, value)
    refused(subject)
    subject.run(0.3)
    assert not subject.armed
    assert not subject.panel._enabled
    assert subject.engine.slot.free
    assert subject.alarms() == {NOT_BELIEVED}
    assert not subject.snap.link.connected
    assert "the injector says what cannot be" in subject.snap.link.sentence
    assert subject.snap.missing[0].startswith("The injector says what cannot be")
    assert subject.rig.controller.motion is None
    moved = subject.rig.controller.journal.lifetime_shots
    subject.run(5)
    assert subject.rig.controller.journal.lifetime_shots == moved
    assert "the injector says what cannot be" in subject.refused(subject.arm_command()).lower()


@pytest.mark.requirement("STP-5", "WDG-1")
def test_no_lease_reaches_it_until_its_own_has_lapsed(subject: Bench) -> None:
    treating(subject).says = instead(STATUS, "authorisation_id", U32_MAX)
    refused(subject)
    lease = subject.rig.controller.lease
    before = lease.echo
    subject.run(0.35)
    assert lease.echo == before
    assert not lease.live


@pytest.mark.requirement("STP-1", "STP-5", "WDG-1")
@pytest.mark.parametrize("after", [1, 2, 4])
@pytest.mark.parametrize("how", ["glass", "button", "both"])
def test_a_stop_renews_no_lease_that_is_kept_back_to_lapse(subject: Bench, after: int, how: str) -> None:
    """The relay's contact is welded: only the lapse still ends the run of whoever holds the trigger."""
    treating(subject).do("fault relay-stuck on")
    subject.says = instead(STATUS, "authorisation_id", U32_MAX)
    refused(subject)
    lease = subject.rig.controller.lease
    before = lease.echo
    subject.run(after * PERIOD)
    if how != "button":
        subject.send(ask.Stop())
        subject.step()
    if how != "glass":
        subject.do("stop press")
    subject.run(0.25)
    assert lease.echo == before
    assert subject.rig.controller.motion is None
    moved = subject.rig.controller.journal.lifetime_shots
    subject.run(1.5)
    assert subject.rig.controller.journal.lifetime_shots == moved


@pytest.mark.requirement("STP-5")
def test_the_enable_is_dropped_whoever_had_it(subject: Bench) -> None:
    subject.says = instead(STATUS, "state", 77)
    refused(subject)
    assert subject.engine.desk.effects.count(Disable()) == 1


@pytest.mark.requirement("STP-1", "LED-6")
def test_what_waits_to_be_sent_to_it_is_never_sent(subject: Bench) -> None:
    """Its answer comes a cycle late; meanwhile the slice was decided on, and waits for the line."""
    subject.bring_to(Stage.SUPPLY)
    injector: Any = subject.cycle.injector
    injector._link.late_s = 0.020
    supplied: list[float] = []

    def says(address: int, answer: bytes) -> bytes:
        if address == STATUS.address and STATUS.decode(answer[: STATUS.size]).inputs & Input.SUPPLY:
            supplied.append(subject.clock.now)
        return instead(STATUS, "state", 77)(address, answer) if len(supplied) > 1 else answer

    subject.says = says
    subject.until(lambda: subject.stage is Stage.SENT, 1)
    assert [asked.number for asked in subject.cycle.line._waiting] == [subject.rows(AuthorisationRow)[-1].id]
    refused(subject).run(1)
    assert "authorisation" not in [what for what, _ in subject.sent]
    assert not subject.armed


@pytest.mark.requirement("LED-4", "LNK-3")
def test_it_is_not_connected_again_and_again(subject: Bench) -> None:
    treating(subject).says = instead(STATUS, "command_id", U32_MAX)
    refused(subject).run(10)
    assert len(subject.events("not believed")) == 1
    assert subject.engine.connection.state is State.REFUSED
    assert not subject.events("link lost")


@pytest.mark.requirement("LED-4", "LED-6")
def test_one_that_is_believed_again_is_connected_anew_and_settled(subject: Bench) -> None:
    treating(subject).says = instead(STATUS, "authorisation_id", U32_MAX)
    refused(subject)
    subject.says = lambda _, answer: answer
    subject.run(BELIEVED_AFTER_S - 0.5)
    assert subject.engine.connection.state is State.REFUSED
    subject.until(lambda: subject.snap.link.connected, 4)
    assert not subject.armed
    assert NOT_BELIEVED not in subject.alarms()
    assert subject.ledger.restore().unresolved == ()
    given = subject.rig.controller.journal.lifetime_shots
    assert max(row.number for row in subject.shot_rows()) == given
    assert list(disagreements(subject.ledger._db)) == []


@pytest.mark.requirement("LED-4")
def test_one_that_flickers_is_not_believed_in_between(subject: Bench) -> None:
    treating(subject)
    lies = instead(STATUS, "state", 77)
    subject.says = lambda address, answer: lies(address, answer) if subject.clock.now % 1 < 0.1 else answer
    refused(subject).run(6)
    assert subject.engine.connection.state is State.REFUSED
    assert subject.engine.desk.status is None
    assert len(subject.events("not believed")) == 1


@pytest.mark.requirement("LED-4")
def test_a_session_is_signed_meanwhile_with_all_that_was_open_in_full(subject: Bench) -> None:
    subject.set(shots=20, rate=4000).mode("continuous").live()
    slice_ = next(row for row in reversed(subject.rows(AuthorisationRow)) if row.kind is AuthorisationKind.TREATMENT)
    subject.says = instead(STATUS, "authorisation_id", U32_MAX)
    refused(subject)
    subject.tell(ask.Finish())
    subject.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    subject.until(lambda: subject.snap.phase == "home", 2)
    counted = [row for row in subject.shot_rows() if row.authorisation == slice_.id]
    assert len(counted) == slice_.shots
    assert {row.certainty for row in counted} == {Certainty.UNKNOWN}


# -- ids at their end ------------------------------------------------------------------------------------------------
@pytest.mark.requirement("LED-5")
def test_a_record_that_was_paired_with_the_last_id_that_is_followed_goes_on_treating(subject: Bench) -> None:
    subject.do("unplug")
    subject.run(0.3)
    subject.rig.controller.journal.authorisation_id = LAST_FOLLOWED
    subject.do("replug")
    subject.until(lambda: subject.engine.connection.state is State.BLOCKED, 3)
    subject.sign_in(ADMINISTRATOR).tell(ask.PairInjector("the record was restored"))
    subject.until(lambda: subject.snap.link.connected, 3)
    subject.run(1)
    assert subject.snap.link.connected
    subject.restart()
    subject.until(lambda: subject.snap.link.connected, 3)


@pytest.mark.requirement("LED-5")
@pytest.mark.parametrize("accepted", [LAST_FOLLOWED + 1, U32_MAX])
def test_one_that_took_ids_near_the_end_is_not_followed_there(bench: Bench, accepted: int) -> None:
    bench.step()
    bench.rig.controller.journal.authorisation_id = accepted
    refused(bench).run(1)
    assert bench.engine.desk.max_id < LAST_FOLLOWED
    assert f"it took number {accepted}" in bench.snap.link.sentence
    bench.restart()
    refused(bench)


@pytest.mark.requirement("LED-4")
def test_one_whose_counter_of_motions_is_at_its_end_is_still_listened_to(subject: Bench) -> None:
    subject.rig.controller.journal.lifetime_shots = U32_MAX
    subject.do("unplug")
    subject.run(0.3)
    subject.do("replug")
    subject.until(lambda: subject.engine.desk.cursor == U32_MAX + 1, 10)  # 512 records are looked for
    subject.until(lambda: subject.snap.link.connected, 1)
    subject.run(0.2)
    subject.tell(subject.arm_command())
    subject.run(0.5)
    assert not subject.armed
    assert "a lifetime counter is at its maximum" in subject.last_notice


# -- codes without a name --------------------------------------------------------------------------------------------
@pytest.mark.requirement("LED-2", "LED-4", "LED-7")
@pytest.mark.parametrize("code", [9, 0xFFFF])
def test_a_shot_that_ended_in_a_way_without_a_name_ends_the_arming_uncertain(subject: Bench, code: int) -> None:
    subject.says = instead(RECORD, "outcome", code)
    subject.live().on_skin().press()
    subject.until(lambda: subject.shots == 1)
    subject.run(1)
    assert not subject.armed
    assert f"a shot ended early (code {code})" in subject.last_notice
    (shot,) = subject.shot_rows()
    assert (shot.outcome, shot.certainty, shot.counted_nl) == (code, Certainty.UNKNOWN, shot.dose_nl)
    assert subject.resolution(shot.authorisation).certainty is Certainty.UNKNOWN
    assert subject.snap.link.connected


@pytest.mark.requirement("LIM-12", "UI-5")
def test_a_barrel_without_a_name_is_told_by_its_code_and_fits_nothing(bench: Bench) -> None:
    bench.start().open().screen().product().needle()
    bench.do("barrel 5")
    bench.do("syringe fill 5000")
    bench.says = instead(STATUS, "syringe_type", 9)
    bench.run(0.1)
    said = bench.refused(ask.FitSyringe("5ml", 5_000_000, True, True))
    assert said.startswith("The clamp holds something unknown (code 9), but a 5 mL syringe was chosen")


# -- a record that was damaged ---------------------------------------------------------------------------------------
AUTHORISED = "UPDATE authorisation SET {} WHERE row = (SELECT max(row) FROM authorisation)"
SHOT = "UPDATE shot SET {} WHERE row = (SELECT max(row) FROM shot)"


@pytest.mark.requirement("LED-5", "LED-11")
@pytest.mark.parametrize(
    "statement",
    [
        AUTHORISED.format(f"id = {1 << 32}"),
        AUTHORISED.format(f"id = {(1 << 63) - 1}"),
        AUTHORISED.format(f"id = {LAST_DRAWN + 1}"),
        AUTHORISED.format("id = -1"),
        AUTHORISED.format(f"shots = {1 << 40}"),
        AUTHORISED.format(f"dose_nl = {1 << 62}"),
        SHOT.format(f"number = {1 << 40}"),
        SHOT.format(f"authorisation = {1 << 40}"),
        SHOT.format(f"measured_dose_nl = {(1 << 63) - 1}"),
        SHOT.format(f"measured_dose_nl = {-(1 << 63)}"),
        SHOT.format("outcome = 77"),
        SHOT.format(f"row = {1 << 40}"),
    ],
)
def test_a_damaged_row_ends_no_start_and_is_named(subject: Bench, statement: str) -> None:
    treating(subject)
    subject.release().do("lift")
    subject.run(1)
    subject.restart(meanwhile=lambda: tamper(subject.folder / "ledger.db", "PRAGMA foreign_keys = OFF", statement))
    subject.run(3)
    subject.sign_in(ADMINISTRATOR)
    assert any("Row" in why or "was removed" in why for why in subject.snap.missing), subject.snap.missing
    if subject.engine.connection.state is State.BLOCKED:
        subject.tell(ask.PairInjector("the record was damaged"))
        subject.run(2)
    subject.tell(ask.AcceptFinding(subject.snap.record.key, "the card was damaged"))
    subject.run(2)
    assert subject.snap.link.connected
    subject.restart()
    subject.run(3)
    assert subject.snap.link.connected
    assert not subject.engine.desk.ledger_broken


def damage(bench: Bench, statement: str) -> Bench:
    """Control ends, somebody spoils a row, control begins again and an administrator gives the reason for it."""
    bench.restart(meanwhile=lambda: tamper(bench.folder / "ledger.db", statement))
    bench.run(3)
    bench.sign_in(ADMINISTRATOR).tell(ask.AcceptFinding(bench.snap.record.key, "the card was damaged"))
    bench.run(1)
    return bench.sign_in()


BODY = "UPDATE event SET body = {} WHERE kind = '{}'"
UNREADABLE = "A row of this session was damaged and cannot be read: finish the session."


@pytest.mark.requirement("LIM-9", "LED-11")
@pytest.mark.parametrize(
    "statement",
    [
        *(BODY.format("'{}'", kind) for kind in ("product", "needle", "syringe", "path opened", "course")),
        BODY.format("json_set(body, '$.fill_nl', 'much')", "syringe"),
        BODY.format("json_set(body, '$.sessions', -1)", "course"),
        BODY.format("json_set(body, '$.nl', json_array('1'))", "course"),
    ],
)
def test_a_session_of_which_a_row_cannot_be_read_is_found_again_to_be_finished(subject: Bench, statement: str) -> None:
    subject.live().fire(1)
    subject.do("lift")
    damage(subject, statement)
    assert UNREADABLE in subject.snap.missing
    subject.start().tell(ask.Finish())
    subject.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    subject.until(lambda: subject.snap.phase == "home", 2)
    assert UNREADABLE not in subject.snap.missing


@pytest.mark.requirement("LIM-9")
@pytest.mark.parametrize("body", ["'{}'", "json_set(body, '$.mode', 77)", "json_set(body, '$.depth_um', 'deep')"])
def test_an_arming_that_cannot_be_read_offers_nothing_again(subject: Bench, body: str) -> None:
    subject.live().fire(1)
    subject.release().do("lift")
    subject.run(0.5)
    damage(subject, BODY.format(body, "arming"))
    assert UNREADABLE not in subject.snap.missing
    assert not subject.engine.treatment.planned


@pytest.mark.requirement("LED-5", "LIM-9")
@pytest.mark.parametrize("key", ["serial", "cursor", "lifetime_nl"])
@pytest.mark.parametrize("value", ["'x'", "null", "-1", f"{1 << 63}"])
def test_a_damaged_agreement_is_passed_over_for_the_one_before(subject: Bench, key: str, value: str) -> None:
    subject.live().fire(1)
    subject.do("lift")
    subject.restart()
    subject.until(lambda: subject.events("reconciled"), 3)
    damage(subject, BODY.format(f"json_set(body, '$.{key}', {value})", "reconciled"))
    subject.until(lambda: subject.snap.link.connected, 3)
    assert not subject.engine.desk.ledger_broken
    assert subject.engine.desk.cursor == subject.rig.controller.journal.lifetime_shots + 1


@pytest.mark.requirement("LED-5", "LED-10")
def test_a_motion_that_is_recorded_is_not_read_again_whatever_an_agreement_says(subject: Bench) -> None:
    subject.live().fire(1)
    subject.do("lift")
    subject.restart()
    subject.until(lambda: subject.events("reconciled"), 3)
    damage(subject, BODY.format("json_set(body, '$.cursor', 2)", "reconciled"))
    subject.until(lambda: subject.snap.link.connected, 3)
    assert not subject.engine.desk.ledger_broken


ACCOUNT = f"UPDATE account SET {{}} WHERE name = '{PRACTITIONER.name}'"


@pytest.mark.requirement("ACC-1", "LIM-9")
@pytest.mark.parametrize("role", ["", "x"])
def test_whoever_has_a_role_that_there_is_not_may_do_nothing_and_ends_no_control(subject: Bench, role: str) -> None:
    damage(subject, ACCOUNT.format(f"role = '{role}'"))
    assert subject.snap.user is not None
    assert "may" in subject.refused(ask.Finish())
    subject.sign_in(ADMINISTRATOR)


@pytest.mark.requirement("ACC-2", "LIM-9")
def test_a_damaged_count_of_wrong_pins_ends_no_start(subject: Bench) -> None:
    damage(subject, ACCOUNT.format(f"failures = {1 << 62}"))
    assert subject.snap.user is not None
