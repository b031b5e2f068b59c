"""The chain finds every changed, removed or reordered row and names the first (LED-11)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.registers import AnchorPair
from kiosk.records import chain
from kiosk.records.chain import Verdict, verify
from kiosk.records.errors import LedgerDamaged
from kiosk.records.facts import Fact
from kiosk.records.ledger import Ledger
from tests.records import sample
from tests.records.conftest import Wall

pytestmark = pytest.mark.requirement("LED-11")
SHOT_12_AGAIN = (
    "INSERT INTO event SELECT 12, wall_ms, boot, kind, mono_ms, session, user, sentence, body, hash FROM event "
    "WHERE row = 2"
)
NONE = AnchorPair(0, bytes(32), 0, bytes(32))


@pytest.fixture
def written(subject: Ledger, path: Path) -> Path:
    """A closed ledger with a whole session."""
    subject.append(sample.treatment(40))
    subject.close()
    return path


def tamper(path: Path, *statements: str) -> None:
    """An offline edit: without the triggers, as somebody with a SQLite shell would."""
    with sqlite3.connect(path) as db:
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)
        for _, sql in triggers:
            db.execute(sql)
    db.close()


def hashes(path: Path) -> dict[int, bytes]:
    db = sqlite3.connect(path)
    found = {
        row: digest
        for table in ("session", "event", "shot", "authorisation", "resolution", "closing")
        for row, digest in db.execute(f"SELECT row, hash FROM {table}")
    }
    db.close()
    return found


def anchors(path: Path, newest: int, older: int = 0) -> AnchorPair:
    known = hashes(path)
    return AnchorPair(newest, known[newest], older, known.get(older, bytes(32)))


def test_what_was_written_is_good_and_not_yet_anchored(written: Path) -> None:
    verdict = verify(written)
    rows = len(hashes(written))
    assert (verdict.state, verdict.row, verdict.blocks, verdict.totals) == ("not anchored", rows, False, ())
    assert verdict.last_hash == hashes(written)[rows]
    assert verdict.sentence.endswith("the injector was not asked for its anchor")
    asked = verify(written, NONE)
    assert asked.sentence.endswith("none is anchored in the injector yet")
    assert msgspec.structs.replace(asked, sentence="") == msgspec.structs.replace(verdict, sentence="")


def test_with_the_last_row_anchored_it_is_good(written: Path) -> None:
    verdict = verify(written, anchors(written, len(hashes(written))))
    assert verdict.state == "good"
    assert verdict.sentence.endswith("and the injector's anchor agrees")


def test_rows_after_the_anchor_are_not_yet_anchored(written: Path) -> None:
    verdict = verify(written, anchors(written, 10))
    assert verdict.state == "not anchored"
    assert f"anchored up to row 10, {len(hashes(written)) - 10} since are not yet" in verdict.sentence


def test_a_changed_value_is_named_with_its_row_table_and_values(written: Path) -> None:
    tamper(written, "UPDATE shot SET dose_nl = 19999 WHERE number = 7")
    verdict = verify(written)
    assert verdict.state == "changed"
    assert verdict.sentence.startswith(f"Row {verdict.row} was changed (table shot: ")
    assert "number 7" in verdict.sentence
    assert "dose_nl 19999" in verdict.sentence
    assert verdict.blocks


@pytest.mark.parametrize(
    ("statement", "row", "words"),
    [
        ("DELETE FROM event WHERE row = 5", 5, "Row 5 was removed"),
        ("DELETE FROM session", 1, "Row 1 was removed"),
        ("UPDATE event SET row = 999 WHERE row = 5", 5, "Row 5 was removed"),
        ("UPDATE session SET wall_ms = wall_ms + 1", 1, "Row 1 was changed"),
        ("UPDATE session SET boot = 'other'", 1, "Row 1 was changed"),
        ("UPDATE session SET hash = zeroblob(32)", 1, "Row 1 was changed"),
        ("UPDATE ledger SET kind = 'real'", 1, "Row 1 was changed"),
        (SHOT_12_AGAIN, 12, "Row 12 stands twice (table event"),
    ],
)  # fmt: skip
def test_the_first_bad_row_is_named(written: Path, statement: str, row: int, words: str) -> None:
    tamper(written, statement)
    verdict = verify(written)
    assert (verdict.state, verdict.row) == ("changed", row)
    assert verdict.sentence.startswith(words)


def test_two_rows_that_changed_places_are_found(written: Path) -> None:
    tamper(
        written,
        "UPDATE event SET row = 10000 WHERE row = 3",
        "UPDATE event SET row = 3 WHERE row = 2",
        "UPDATE event SET row = 2 WHERE row = 10000",
    )
    assert (verify(written).state, verify(written).row) == ("changed", 2)


def test_rows_lost_at_the_end_are_found_by_the_anchor(written: Path) -> None:
    rows = len(hashes(written))
    known = anchors(written, rows)
    tamper(written, f"DELETE FROM closing WHERE row = {rows}")
    verdict = verify(written, known)
    assert (verdict.state, verdict.row, verdict.blocks) == ("lost", rows - 1, True)
    assert verdict.sentence == f"Rows were lost after row {rows - 1}: the injector has seen row {rows}"


def test_a_record_written_anew_from_the_start_is_found_by_the_anchor(written: Path, tmp_path: Path, wall: Wall) -> None:
    known = anchors(written, 12, 8)
    other = tmp_path / "other.db"
    ledger = Ledger.open(other, "simulated", clock_wall_ms=wall, boot_id="boot-1")
    rows = sample.treatment(40)
    ledger.append(rows[:9])
    ledger.append([sample.event("forged")])
    ledger.append(rows[10:])
    ledger.close()
    verdict = verify(other, known)
    assert (verdict.state, verdict.row) == ("changed", 9)
    assert "between row 9 and row 12" in verdict.sentence


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_single_changed_value_is_found(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.db"
    ledger = Ledger.open(path, "simulated", clock_wall_ms=lambda: 5, boot_id="b")
    ledger.append(sample.treatment(3))
    ledger.close()
    rows = hashes(path)
    table = data.draw(st.sampled_from(["session", "event", "shot", "authorisation", "closing"]))
    db = sqlite3.connect(path)
    columns = [line[1] for line in db.execute(f"PRAGMA table_info({table})") if line[1] not in ("row", "hash")]
    numbers = [line[0] for line in db.execute(f"SELECT row FROM {table}")]
    kinds = {line[1]: line[2] for line in db.execute(f"PRAGMA table_info({table})")}
    db.close()
    column, number = data.draw(st.sampled_from(columns)), data.draw(st.sampled_from(numbers))
    change = f"{column} || 'x'" if kinds[column] == "TEXT" else f"1 - {column}"
    try:
        tamper(path, f"UPDATE {table} SET {column} = {change} WHERE row = {number}")
    except sqlite3.IntegrityError:
        return  # the schema itself refuses such a value
    verdict = verify(path)
    assert (verdict.state, verdict.row) == ("changed", number), rows


def test_the_quick_check_at_opening_sees_a_change_near_the_end(written: Path, wall: Wall) -> None:
    tamper(written, "UPDATE shot SET dose_nl = 19999 WHERE number = 40")
    ledger = Ledger.open(written, "simulated", clock_wall_ms=wall, boot_id="b")
    assert ledger.restore().verified.startswith("Row ")
    ledger.close()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM event WHERE row = 5", "1 of "),
        ("DELETE FROM event WHERE row = (SELECT max(row) - 9 FROM closing)", "Row "),
    ],
)
def test_the_quick_check_misses_no_removed_row(written: Path, statement: str, words: str) -> None:
    tamper(written, statement)
    db = chain.open_reader(written)
    verdict = chain.check_tail(db, rows=9)
    db.close()
    assert verdict.state == "changed"
    assert words in verdict.sentence


def test_a_damaged_file_is_one_numbered_sentence(written: Path) -> None:
    data = bytearray(written.read_bytes())
    data[8192:16384] = b"\x5a" * 8192
    written.write_bytes(data)
    with pytest.raises(LedgerDamaged, match=r"E400: The ledger .+ is damaged"):
        verify(written)


@pytest.mark.requirement("LED-11")
def test_an_index_that_leads_past_its_rows_is_damage_though_every_row_is_as_it_was_written(written: Path) -> None:
    """What is found through it is counted: a shot that it does not lead to would be in no total."""
    tamper(
        written,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = 'CREATE INDEX shot_of_session ON shot (point)' WHERE name = 'shot_of_session'",
    )
    with pytest.raises(LedgerDamaged, match=r"E400.*shot_of_session"):
        verify(written)


def test_sums_that_do_not_agree_are_told(subject: Ledger, path: Path) -> None:
    from kiosk.records.rows import Certainty, ResolutionRow

    subject.append([sample.authorisation(16), sample.shot(1, 16), sample.shot(2, 16)])
    subject.append([ResolutionRow(16, 0, Certainty.DONE, 1, "as authorised")])
    subject.close()
    assert verify(path).totals == ("Authorisation 16 is closed with 1 shots, but 2 are recorded under it",)


def test_a_verdict_that_is_good_does_not_block() -> None:
    assert [Verdict(state, 1, "").blocks for state in ("good", "not anchored", "lost", "changed")] == [
        False, False, True, True,
    ]  # fmt: skip


def test_an_empty_ledger_is_good(reopen: Callable[[], Ledger], path: Path) -> None:
    reopen().close()
    assert verify(path).sentence.startswith("All 0 rows")


# -- what a reason was given for -----------------------------------------------------------------------------------
def give_reason(path: Path, wall: Wall, key: str, missing: int = 0) -> None:
    ledger = Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="b")
    ledger.append([sample.event(Fact.ACCEPTED, key=key, row=1, finding="x", missing=missing, reason="known")])
    ledger.close()


def test_an_accepted_change_is_passed_over_and_the_next_one_is_named(written: Path, wall: Wall) -> None:
    tamper(written, "UPDATE shot SET dose_nl = 1 WHERE number = 7", "UPDATE shot SET dose_nl = 1 WHERE number = 9")
    first = verify(written)
    give_reason(written, wall, first.key)
    second = verify(written)
    assert (second.state, second.row > first.row) == ("changed", True)
    give_reason(written, wall, second.key)
    assert verify(written).state == "not anchored"
    assert verify(written).sentence.startswith("But for what was given a reason")


def test_an_accepted_row_that_is_changed_again_is_another_finding(written: Path, wall: Wall) -> None:
    tamper(written, "UPDATE shot SET dose_nl = 1 WHERE number = 7")
    give_reason(written, wall, verify(written).key)
    tamper(written, "UPDATE shot SET dose_nl = 2 WHERE number = 7")
    assert "dose_nl 2" in verify(written).sentence


@pytest.mark.parametrize(
    "statements",
    [
        ("DELETE FROM event WHERE row IN (4, 5)",),
        (SHOT_12_AGAIN,),
        ("DELETE FROM event WHERE row = 4", "DELETE FROM event WHERE row = 7"),
    ],
)
def test_accepted_gaps_and_doubles_are_passed_over_here_and_at_opening(
    written: Path, wall: Wall, statements: tuple[str, ...]
) -> None:
    tamper(written, *statements)
    while (found := verify(written)).blocks:
        give_reason(written, wall, found.key, found.missing)
    ledger = Ledger.open(written, "simulated", clock_wall_ms=wall, boot_id="b")
    assert ledger.restore().verified == "good"
    ledger.close()


def test_the_quick_check_begins_behind_rows_that_are_known_to_be_missing(written: Path, wall: Wall) -> None:
    tamper(written, "DELETE FROM event WHERE row IN (4, 5)")
    found = verify(written)
    assert (found.sentence, found.missing) == ("Rows 4 to 5 were removed", 2)
    give_reason(written, wall, found.key, found.missing)
    db = chain.open_reader(written)
    last = chain.head(db)[0]
    assert chain.check_tail(db, rows=last - 4).state == "good"
    db.close()


def test_an_anchor_that_was_disowned_says_nothing_and_the_older_one_speaks(written: Path, wall: Wall) -> None:
    rows = len(hashes(written))
    known = anchors(written, rows, 8)
    forged = AnchorPair(rows + 50, b"x" * 32, known.older_row, known.older_sha256)
    lost = verify(written, forged)
    assert (lost.state, lost.row) == ("lost", rows)
    give_reason(written, wall, lost.key)
    after = verify(written, forged)
    assert (after.state, after.anchored) == ("not anchored", 8)
    assert verify(written, AnchorPair(rows + 51, b"x" * 32, 0, bytes(32))).state == "lost", (
        "another anchor, another finding"
    )


def test_rows_lost_before_the_writer_opened_are_called_lost_whatever_was_written_since(written: Path) -> None:
    rows = len(hashes(written))
    verdict = verify(written, AnchorPair(rows - 1, b"x" * 32, 0, bytes(32)), opened=rows - 3)
    assert (verdict.state, verdict.row) == ("lost", rows - 3)


@pytest.mark.parametrize("body", ["not json", "[1]", '{"key": 5}', '{"disowned": "x"}'])
def test_an_event_that_says_nothing_accepts_nothing(written: Path, body: str) -> None:
    for kind in (Fact.ACCEPTED, Fact.PAIRED):
        tamper(written, f"UPDATE event SET kind = '{kind.value}', body = '{body}' WHERE row = 2")
        assert (verify(written).state, verify(written).row) == ("changed", 2)


def test_a_signature_that_does_not_say_what_was_given_is_told(subject: Ledger, path: Path) -> None:
    subject.append([*sample.treatment(3)[:-1], sample.closing(1, 2, 40_000)])
    subject.close()
    (said,) = verify(path).totals
    assert said.startswith("Session 1 is signed with 2 shots and 40.0 uL, but 3 shots and 60.")


def test_a_row_that_cannot_be_read_is_a_damaged_ledger_and_not_a_crash(written: Path, wall: Wall) -> None:
    tamper(written, f"UPDATE event SET kind = '{Fact.BLOCKED.value}', body = '[1' WHERE row = 2")
    ledger = Ledger.open(written, "simulated", clock_wall_ms=wall, boot_id="b")
    with pytest.raises(LedgerDamaged, match="a row of 'event' holds"):
        ledger.restore()
    ledger.close()
