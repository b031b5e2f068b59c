"""What became of everything that was sent (LED-2, LED-4, LED-5), rule by rule and for any history."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.registers import SHOTS_MAX, ControllerState, Identity, Outcome, ShotRecord, Status
from kiosk.records.facts import Fact
from kiosk.records.ids import ID_STRIDE
from kiosk.records.known import LedgerView
from kiosk.records.reconcile import MOVING, Reconciliation, next_id, pairing, reconcile
from kiosk.records.rows import AuthorisationKind, AuthorisationRow, Certainty, ShotRow
from tests.records.sample import SERIAL, authorisation, event, shot

AUTH = authorisation(48, shots=5)
"""Five shots of 20.0 uL; ids before it are resolved."""
DOSE = 20_000


def identity(**changes: Any) -> Identity:
    known = Identity(1, 260, SERIAL, 3, 6000, 200_000, 9000, 150, 500, 60, 400, 12, 0xABCD, 2, 2)
    return msgspec.structs.replace(known, **changes)


def status(**changes: Any) -> Status:
    known = Status(ControllerState.READY, 0, 0, 3, 5, 48, 49, 0, 9, 500_000, 0, 0, 0, 24_000, 9_000_000, 0)
    return msgspec.structs.replace(known, **changes)


def view(**changes: Any) -> LedgerView:
    known = LedgerView(SERIAL, 10, 500_000, 48, (AUTH,), {48: 0}, {}, 1)
    return msgspec.structs.replace(known, **changes)


def record(number: int, id: int = 48, **changes: Any) -> ShotRecord:
    known = ShotRecord(number, id, 1000, 1010, DOSE, DOSE, 20, 140, int(Outcome.COMPLETED))
    return msgspec.structs.replace(known, **changes)


def moved(shots: int, nl: int | None = None, **changes: Any) -> Status:
    """The controller after `shots` more motions."""
    return status(lifetime_shots=9 + shots, lifetime_nl=500_000 + (shots * DOSE if nl is None else nl), **changes)


def compare(status: Status, *records: ShotRecord, ledger: LedgerView | None = None, **more: Any) -> Reconciliation:
    return reconcile(ledger or view(), identity(), status, records, mono_ms=77, **more)


def outcome(found: Reconciliation) -> tuple[Certainty, int]:
    (resolution,) = found.resolutions
    return resolution.certainty, resolution.shots


# -- the rules, one by one ------------------------------------------------------------------------------------------
@pytest.mark.requirement("LED-2", "LED-4")
def test_an_accepted_id_below_ours_means_certainly_not_done() -> None:
    found = compare(status(authorisation_id=32))
    assert outcome(found) == (Certainty.NOT_DONE, 0)
    assert (found.shots, found.cursor, found.blocked) == ((), 10, "")
    assert found.resolutions[0].reason == "the injector never accepted it"


@pytest.mark.requirement("LED-4")
def test_accepted_and_nothing_begun_is_certainly_not_done() -> None:
    assert outcome(compare(status())) == (Certainty.NOT_DONE, 0)


@pytest.mark.requirement("LED-4", "LED-7")
def test_records_that_account_for_every_counted_shot_are_done_as_measured_and_the_rest_is_not() -> None:
    partial = record(11, measured_dose_nl=7_000, outcome=int(Outcome.PARTIAL_STOP))
    found = compare(moved(2, DOSE + 7_000), record(10), partial)
    assert outcome(found) == (Certainty.DONE, 2)
    assert [(s.number, s.measured_dose_nl, s.certainty, s.recovered) for s in found.shots] == [
        (10, DOSE, Certainty.DONE, True),
        (11, 7_000, Certainty.DONE, True),
    ]
    assert found.shots[1].dose_nl == DOSE
    assert {(s.zone, s.side, s.session, s.boot_count) for s in found.shots} == {("cheek", "left", 1, 3)}
    assert (found.cursor, found.lifetime_nl) == (12, 500_000 + DOSE + 7_000)
    assert found.resolutions[0].reason == "2 of 5 recorded, the rest certainly not done"


@pytest.mark.requirement("LED-4")
def test_shots_recorded_before_the_link_was_lost_count_once() -> None:
    ledger = view(cursor=12, lifetime_nl=540_000, recorded={48: 2})
    found = compare(moved(3, 60_000), record(11), record(12), ledger=ledger)
    assert [s.number for s in found.shots] == [12]
    assert outcome(found) == (Certainty.DONE, 3)


@pytest.mark.requirement("LED-4")
def test_a_shot_cut_off_by_a_reset_counts_at_its_commanded_dose_and_is_uncertain() -> None:
    cut = record(10, outcome=int(Outcome.INTERRUPTED))
    found = compare(moved(1), cut)
    assert [(s.certainty, s.counted_nl) for s in found.shots] == [(Certainty.UNKNOWN, DOSE)]
    assert outcome(found) == (Certainty.UNKNOWN, 1)
    assert found.sentences == ("Motion 10 was cut off by a reset: 20.0 uL count in full",)


@pytest.mark.requirement("LED-2", "LED-4")
def test_a_shot_that_ended_in_a_way_without_a_name_counts_in_full_and_is_uncertain() -> None:
    found = compare(moved(1, 7_000), record(10, measured_dose_nl=7_000, outcome=77))
    assert [(s.certainty, s.counted_nl, s.outcome) for s in found.shots] == [(Certainty.UNKNOWN, DOSE, 77)]
    assert outcome(found) == (Certainty.UNKNOWN, 1)
    assert found.sentences == ("Motion 10 ended in an unknown way (code 77): 20.0 uL count in full",)


@pytest.mark.requirement("LED-4")
def test_a_row_that_names_more_shots_than_any_slice_has_counts_as_one_slice() -> None:
    damaged = view(unresolved=(msgspec.structs.replace(AUTH, shots=1 << 40),))
    assert len(reconcile(damaged, None, None, (), mono_ms=77).shots) == SHOTS_MAX
    assert len(compare(moved(100), ledger=damaged).shots) == SHOTS_MAX + 1


@pytest.mark.requirement("LED-4")
def test_a_counted_shot_without_any_record_counts_at_its_commanded_dose() -> None:
    found = compare(moved(2), record(10))
    assert [(s.number, s.certainty, s.dose_nl) for s in found.shots] == [
        (10, Certainty.DONE, DOSE),
        (11, Certainty.UNKNOWN, DOSE),
    ]
    assert outcome(found) == (Certainty.UNKNOWN, 2)
    assert found.cursor == 12


@pytest.mark.requirement("LED-4")
def test_what_the_counter_moved_more_than_records_explain_is_unattributed_in_full() -> None:
    found = compare(moved(1, DOSE + 3_500), record(10))
    extra = found.shots[-1]
    assert (extra.number, extra.authorisation, extra.counted_nl, extra.certainty) == (0, 0, 3_500, Certainty.UNKNOWN)
    assert (extra.session, extra.kind) == (1, AuthorisationKind.TREATMENT)
    assert found.sentences == ("The injector's counter moved by 3.5 uL that no record explains; it counts in full",)


@pytest.mark.requirement("LED-4")
def test_a_motion_without_a_record_and_without_anything_open_is_unattributed() -> None:
    found = compare(moved(2, 2 * DOSE), ledger=view(unresolved=(), recorded={}))
    assert [(s.number, s.counted_nl) for s in found.shots] == [(0, 2 * DOSE)]
    assert found.cursor == 12


@pytest.mark.requirement("LED-4", "LED-5")
def test_another_serial_counts_everything_open_in_full_and_blocks() -> None:
    ledger = view(recorded={48: 2})
    found = reconcile(ledger, identity(serial=9), status(), (), mono_ms=77)
    assert [(s.number, s.authorisation, s.counted_nl, s.certainty) for s in found.shots] == [
        (0, 48, DOSE, Certainty.UNKNOWN)
    ] * 3
    assert {s.serial for s in found.shots} == {SERIAL}
    assert outcome(found) == (Certainty.UNKNOWN, 2)
    assert found.blocked.startswith("Injector 9 is connected, but the record belongs to injector 4711")
    assert found.cursor == 10


@pytest.mark.requirement("LED-4")
@pytest.mark.parametrize("reachable", [True, False])
def test_closed_by_a_practitioner_counts_everything_open_in_full(reachable: bool) -> None:
    device, state = (identity(), status()) if reachable else (None, None)
    found = reconcile(view(), device, state, (), mono_ms=77, practitioner_closed=True)
    assert len(found.shots) == 5
    assert (outcome(found), found.blocked) == ((Certainty.UNKNOWN, 0), "")


@pytest.mark.requirement("LED-4", "LED-10")
def test_a_record_that_arrives_after_its_shot_was_counted_in_full_is_kept_and_not_counted_again() -> None:
    closed = reconcile(view(), None, None, (), mono_ms=77, practitioner_closed=True)
    later = view().after(closed.rows)
    found = compare(moved(1), record(10), ledger=later)
    assert found.shots == ()
    assert [event.kind for event in found.events] == [Fact.LATE_RECORD, Fact.RECONCILED]
    assert found.events[0].body["measured_dose_nl"] == DOSE
    assert later.after(found.rows).cursor == 11


@pytest.mark.requirement("LIM-6", "LED-4", "LED-7")
@pytest.mark.parametrize(
    ("outcome", "certainty"), [(Outcome.COMPLETED, Certainty.DONE), (Outcome.INTERRUPTED, Certainty.UNKNOWN)]
)
def test_what_a_late_record_measured_beyond_what_was_counted_counts_where_that_was_counted(
    outcome: Outcome, certainty: Certainty
) -> None:
    closed = reconcile(view(), None, None, (), mono_ms=77, practitioner_closed=True)
    later = msgspec.structs.replace(view().after(closed.rows), session=2)
    found = compare(
        moved(2, 2 * DOSE + 4_000),
        record(10, measured_dose_nl=DOSE + 4_000, outcome=int(outcome)),
        record(11),
        ledger=later,
    )
    (more,), one = found.shots, closed.shots[0]
    assert (more.session, more.zone, more.side, more.kind) == (1, one.zone, one.side, AuthorisationKind.TREATMENT)
    assert (more.number, more.authorisation, more.dose_nl, more.counted_nl) == (0, 48, 0, 4_000)
    assert (more.certainty, more.recovered, more.beyond) == (certainty, True, True)
    assert "Motion 10 measured 4.0 uL more: they count too" in found.sentences
    after = later.after(found.rows)
    assert (after.cursor, after.lifetime_nl) == (12, later.lifetime_nl + 2 * DOSE + 4_000)
    assert after.counted_in_full == later.counted_in_full


@pytest.mark.requirement("LED-5")
@pytest.mark.parametrize(
    ("state", "records"),
    [
        (status(authorisation_id=48 + ID_STRIDE), ()),
        (status(command_id=99), ()),
        (moved(1), (record(10, id=80),)),
    ],
)
def test_a_controller_ahead_of_the_ledger_blocks_and_records_nothing(state: Status, records: tuple[Any, ...]) -> None:
    found = compare(state, *records)
    assert found.rows == ()
    assert "An administrator has to pair it" in found.blocked


@pytest.mark.requirement("LED-5")
def test_urgent_ids_above_the_last_committed_one_are_not_ahead() -> None:
    assert compare(status(command_id=48 + ID_STRIDE - 1)).blocked == ""


@pytest.mark.requirement("LED-5")
@pytest.mark.parametrize(
    "state", [status(lifetime_shots=8), status(lifetime_nl=499_999)], ids=["fewer motions", "less volume"]
)
def test_a_controller_that_counts_less_than_the_ledger_blocks(state: Status) -> None:
    found = compare(state)
    assert "its memory was replaced" in found.blocked
    assert len(found.shots) == 5


@pytest.mark.requirement("LED-4", "LED-5")
def test_a_boot_count_that_went_back_blocks() -> None:
    assert "its memory was replaced" in reconcile(view(), identity(boot_count=2), status(), (), mono_ms=7).blocked


@pytest.mark.requirement("LED-5")
def test_an_empty_ledger_takes_a_controller_that_never_moved_and_no_other() -> None:
    empty = LedgerView(0, 1, 0, 0)
    fresh = status(authorisation_id=0, command_id=1, lifetime_shots=0, lifetime_nl=0)
    assert reconcile(empty, identity(), fresh, (), mono_ms=7).blocked == ""
    assert reconcile(empty, identity(), msgspec.structs.replace(fresh, lifetime_shots=4), (), mono_ms=7).blocked


@pytest.mark.requirement("LED-5")
@pytest.mark.parametrize(
    ("max_id", "accepted", "expected"), [(0, 0, 16), (48, 0, 64), (48, 63, 64), (48, 64, 80), (16, 500, 512)]
)
def test_the_next_id_is_above_ledger_and_controller(max_id: int, accepted: int, expected: int) -> None:
    assert next_id(max_id, status(authorisation_id=accepted, command_id=0)) == expected
    assert next_id(max_id, status(authorisation_id=0, command_id=accepted)) == expected


def test_the_next_id_without_a_controller_is_above_the_ledger() -> None:
    assert next_id(48, None) == 64


@pytest.mark.requirement("LED-4")
@pytest.mark.parametrize("records", [(), (record(10),)])
@pytest.mark.parametrize("state", sorted(MOVING))
def test_while_the_controller_moves_nothing_is_decided(state: ControllerState, records: tuple[ShotRecord, ...]) -> None:
    found = compare(moved(1 + len(records), state=int(state)), *records)
    assert (found.wait, found.rows) == (True, ())


@pytest.mark.parametrize(
    ("kind", "accepted", "records", "expected"),
    [
        (AuthorisationKind.HOME, 50, 0, Certainty.NOT_DONE),
        (AuthorisationKind.HOME, 50, 1, Certainty.DONE),
        (AuthorisationKind.PRIME, 47, 0, Certainty.NOT_DONE),
        (AuthorisationKind.VOID, 48, 0, Certainty.DONE),
        (AuthorisationKind.VOID, 47, 0, Certainty.NOT_DONE),
        (AuthorisationKind.CONTROL, 50, 0, Certainty.UNKNOWN),
    ],
)
@pytest.mark.requirement("LED-2", "LED-4")
def test_commands_are_looked_up_by_the_last_accepted_command(
    kind: AuthorisationKind, accepted: int, records: int, expected: Certainty
) -> None:
    row = authorisation(48, kind=kind, shots=0, dose_nl=0, depth_um=0)
    known = [record(10 + n, dose_nl=0, measured_dose_nl=0, depth_um=0) for n in range(records)]
    state = moved(records, 0, authorisation_id=0, command_id=accepted)
    found = compare(state, *known, ledger=view(unresolved=(row,)))
    assert outcome(found)[0] is expected
    assert [s.kind for s in found.shots] == [kind] * records


def test_an_open_homing_gives_nothing_when_it_is_counted_in_full() -> None:
    row = authorisation(48, kind=AuthorisationKind.HOME, shots=0, dose_nl=0)
    found = reconcile(view(unresolved=(row,)), None, None, (), mono_ms=7, practitioner_closed=True)
    assert found.shots == ()
    assert outcome(found)[0] is Certainty.UNKNOWN


def test_an_open_prime_counts_once_when_it_is_counted_in_full() -> None:
    row = authorisation(48, kind=AuthorisationKind.PRIME, shots=0, dose_nl=250_000)
    found = reconcile(view(unresolved=(row,)), None, None, (), mono_ms=7, practitioner_closed=True)
    assert [s.counted_nl for s in found.shots] == [250_000]


@pytest.mark.requirement("LED-4")
@pytest.mark.parametrize(("dose", "kind"), [(DOSE, AuthorisationKind.TREATMENT), (0, AuthorisationKind.HOME)])
def test_a_record_that_nothing_open_explains_is_kept_as_uncertain(dose: int, kind: AuthorisationKind) -> None:
    found = compare(moved(1, dose), record(10, id=32, dose_nl=dose, measured_dose_nl=dose))
    (kept,) = found.shots
    assert (kept.certainty, kept.kind, kept.session, kept.zone) == (Certainty.UNKNOWN, kind, 1, "")
    assert found.sentences == ("Motion 10 belongs to nothing that this record had open",)


@pytest.mark.requirement("LED-9")
@pytest.mark.parametrize("of", ["what was open", "nothing", "what was counted in full", "no session"])
def test_every_stroke_that_is_recovered_is_compared_by_control_too(of: str) -> None:
    id, ledger = (32, view()) if of == "nothing" else (48, view())
    if of == "what was counted in full":
        closed = reconcile(view(), None, None, (), mono_ms=77, practitioner_closed=True)
        ledger = msgspec.structs.replace(ledger, unresolved=(), counted_in_full={48: closed.shots[0]})
    if of == "no session":
        ledger = msgspec.structs.replace(ledger, unresolved=(msgspec.structs.replace(AUTH, session=0),), session=0)
    deep = record(10, id=id, measured_depth_um=1101)
    found = compare(moved(2), deep, record(11, id=id), ledger=ledger)
    (told,) = (event for event in found.events if event.kind == Fact.NOT_AS_SET)
    assert told.body == {"motion": 10, "why": "depth 1.10 mm measured, 1.00 mm set"}
    said = f"Motion 10 was not as set: {told.body['why']}"
    assert (told.session, told.sentence) == (0 if of == "no session" else 1, said)


@pytest.mark.requirement("LED-9")
def test_a_stroke_that_nothing_measured_is_not_called_not_as_set() -> None:
    """Cut off by a reset, counted without a record, and an amount that no record explains: they count in full."""
    found = compare(moved(3, 3 * DOSE + 9_000), record(10), record(11, outcome=int(Outcome.INTERRUPTED)))
    assert len(found.shots) == 4
    assert [event.kind for event in found.events] == [Fact.RECONCILED]


def test_when_nothing_happened_nothing_is_written() -> None:
    found = compare(status(), ledger=view(unresolved=(), recorded={}))
    assert (found.rows, found.sentences, found.cursor) == ((), (), 10)


# -- pairing --------------------------------------------------------------------------------------------------------
def pair(ledger: LedgerView, device: Identity, state: Status, *records: ShotRecord) -> Reconciliation:
    return pairing(ledger, device, state, records, mono_ms=77, user="Root", reason="base unit exchanged")


@pytest.mark.requirement("LED-5")
def test_pairing_another_injector_takes_its_counters_and_closes_what_was_open() -> None:
    ledger = view()
    state = status(lifetime_shots=900, lifetime_nl=7_000_000, authorisation_id=333, command_id=340)
    found = pair(ledger, identity(serial=9), state)
    assert len(found.shots) == 5
    assert found.blocked == ""
    after = ledger.after(found.rows)
    assert (after.serial, after.cursor, after.lifetime_nl, after.max_id) == (9, 901, 7_000_000, 340)
    assert reconcile(after, identity(serial=9), state, (), mono_ms=78).rows == ()
    assert found.events[-1].sentence == "Injector 9 paired: base unit exchanged"
    assert found.events[-1].user == "Root"


@pytest.mark.requirement("LED-5")
def test_a_first_pairing_takes_a_used_injector() -> None:
    empty = LedgerView(0, 1, 0, 0)
    state = status(lifetime_shots=900, lifetime_nl=7_000_000)
    after = empty.after(pair(empty, identity(), state).rows)
    assert (after.serial, after.cursor, after.lifetime_nl) == (SERIAL, 901, 7_000_000)
    assert reconcile(after, identity(), state, (), mono_ms=78).blocked == ""


@pytest.mark.requirement("LED-5")
def test_a_restored_ledger_takes_over_what_the_injector_still_knows() -> None:
    state = moved(3, authorisation_id=200, command_id=201)
    found = pair(view(), identity(), state, record(10), record(11, id=200), record(12, id=200))
    assert [(s.number, s.certainty) for s in found.shots] == [
        (10, Certainty.DONE),
        (11, Certainty.UNKNOWN),
        (12, Certainty.UNKNOWN),
    ]
    after = view().after(found.rows)
    assert (after.cursor, after.max_id, after.unresolved) == (13, 201, ())
    assert reconcile(after, identity(), state, (), mono_ms=78).blocked == ""


# -- the view -------------------------------------------------------------------------------------------------------
def test_the_view_follows_every_committed_row() -> None:
    start = LedgerView(0, 1, 0, 0)
    after = start.after([AUTH, shot(1, 48), shot(2, 48)])
    assert (after.serial, after.max_id, after.cursor, after.lifetime_nl) == (SERIAL, 48, 3, 40_200)
    assert (after.unresolved, after.recorded) == ((AUTH,), {48: 2})
    assert after.after([event(Fact.RESERVED, max_id=64), event("note")]).max_id == 64


@pytest.mark.requirement("LED-2", "LED-4", "LED-10")
@given(
    authorised=st.integers(1, 20),
    before=st.integers(0, 20),
    fired=st.integers(0, 20),
    lost=st.sets(st.integers(0, 19), max_size=3),
    cut=st.booleans(),
    extra_nl=st.integers(0, 5_000),
)
def test_no_history_loses_a_shot_doubles_one_or_leaves_one_open(
    authorised: int, before: int, fired: int, lost: set[int], cut: bool, extra_nl: int
) -> None:
    fired = min(fired, authorised)
    before = min(before, fired)
    row = msgspec.structs.replace(AUTH, shots=authorised)
    ledger = view(unresolved=(row,), cursor=10 + before, lifetime_nl=500_000 + before * DOSE, recorded={48: before})
    fates = [int(Outcome.COMPLETED)] * fired
    if cut and fired:
        fates[-1] = int(Outcome.INTERRUPTED)
    known = [record(10 + n, outcome=fates[n]) for n in range(fired) if n not in lost]
    state = moved(fired, fired * DOSE + extra_nl)
    found = compare(state, *known, ledger=ledger)

    assert found.blocked == ""
    (resolution,) = found.resolutions
    numbers = [s.number for s in found.shots if s.number]
    assert sorted(numbers) == list(range(10 + before, 10 + fired))
    assert resolution.shots == fired
    counted = sum(s.counted_nl for s in found.shots)
    assert counted >= (fired - before) * DOSE + extra_nl
    unsure = {n for n in range(before, fired) if n in lost or fates[n] == Outcome.INTERRUPTED}
    assert {s.number - 10 for s in found.shots if s.number and s.certainty is Certainty.UNKNOWN} == unsure
    assert (resolution.certainty is Certainty.UNKNOWN) == bool(unsure)
    after = ledger.after(found.rows)
    assert (after.unresolved, after.cursor, after.lifetime_nl) == ((), 10 + fired, state.lifetime_nl)
    again = compare(state, *known, ledger=after)
    assert again.rows == ()


@given(st.lists(st.sampled_from([AUTH, shot(10, 48), shot(11, 48)]), unique_by=str, max_size=3))
def test_folding_rows_one_by_one_is_the_same_as_all_at_once(rows: list[AuthorisationRow | ShotRow]) -> None:
    one_by_one = LedgerView(0, 1, 0, 0)
    for row in rows:
        one_by_one = one_by_one.after([row])
    assert one_by_one == LedgerView(0, 1, 0, 0).after(rows)
