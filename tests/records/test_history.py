"""Pages of history, totals and shell texts: what people read of the record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlite_utils import Database

from kiosk.channel.snapshot import Zone
from kiosk.records import cli, history
from kiosk.records.connection import open_reader
from kiosk.records.errors import LedgerDamaged
from kiosk.records.facts import Fact
from kiosk.records.history import one_slip
from kiosk.records.ledger import Ledger
from tests.records import sample
from tests.records.test_chain import tamper


@pytest.fixture
def db(subject: Ledger, path: Path) -> Iterator[Database]:
    subject.append(sample.treatment(100))
    for number in range(2, 6):
        subject.append([sample.session(number, f"Q-{number}", "scalp")])
    subject.append([sample.event(Fact.PRODUCT, session=5, product_title="Vitamin mix", lot="V1", product="vit")])
    subject.append([sample.shot(900, 999, session=5, zone="crown", side="whole")])
    reader = open_reader(path)
    yield reader
    reader.close()


def test_sessions_are_listed_newest_first_page_by_page(db: Database) -> None:
    first = history.sessions(db, limit=3)
    assert ([line.number for line in first.lines], first.more) == ([5, 4, 3], True)
    second = history.sessions(db, before=3, limit=3)
    assert ([line.number for line in second.lines], second.more) == ([2, 1], False)
    line = second.lines[-1]
    assert (line.protocol, line.patient, line.shots, line.signed) == (
        "Mesolift, facial rejuvenation",
        "P-1042",
        100,
        True,
    )
    assert (first.lines[0].protocol, first.lines[0].shots, first.lines[0].signed) == ("scalp", 1, False)


@pytest.mark.requirement("UI-4")
def test_simulated_sessions_say_so(db: Database) -> None:
    assert all(line.simulated for line in history.sessions(db).lines)


def test_the_page_of_a_session_agrees_with_its_line_and_its_shots(db: Database) -> None:
    page = history.session_page(db, 1)
    assert page.line == history.sessions(db, before=2).lines[0]
    assert page.line.given_nl == sum(max(s.dose_nl, s.measured_dose_nl) for s in page.shots)
    assert (page.product, page.lot, page.expiry) == ("Example hyaluronic acid 5 mg/mL", "L-2291", "2027-08-31")
    assert (page.needle, page.syringe) == ("30G x 4 mm", "5 mL, Luer lock")
    assert page.flags == ("Shot 73 is uncertain and counted at its commanded 20.0 uL",)
    assert len(page.shots) == 100


def test_zones_show_given_against_planned(db: Database) -> None:
    page = history.session_page(db, 1)
    assert [(zone.key, zone.side, zone.planned, zone.done) for zone in page.zones] == [
        ("cheek", "left", 50, 60),
        ("cheek", "right", 50, 40),
        ("forehead", "whole", 20, 0),
    ]
    assert sum(zone.given_nl for zone in page.zones) == page.line.given_nl
    assert page.zones[0].technique == "nappage"
    assert history.session_page(db, 5).zones == (
        Zone(key="crown", title="crown", side="whole", planned=0, done=1, given_nl=20_100),
    )


@pytest.mark.requirement("LIM-15")
def test_a_known_patient_shows_the_last_visit(db: Database) -> None:
    page = history.patient_page(db, "P-1042")
    assert page.known
    assert (page.last_zone, page.last_product) == ("Cheek", "Example hyaluronic acid 5 mg/mL")
    assert page.last_protocol == "Mesolift, facial rejuvenation"


@pytest.mark.requirement("LIM-15")
def test_an_unknown_patient_shows_codes_that_are_one_slip_away(db: Database) -> None:
    page = history.patient_page(db, "Q-6")
    assert (page.known, page.similar) == (False, ("Q-2", "Q-3", "Q-4", "Q-5"))


@pytest.mark.requirement("LIM-15")
@pytest.mark.parametrize(
    ("a", "b", "slip"),
    [
        ("AB12", "AB13", True), ("AB12", "AB1", True), ("AB12", "AB123", True), ("AB12", "BA12", True),
        ("AB12", "ab12", True), ("AB12", "AB21", True), ("AB12", "AB1234", False), ("AB12", "BA21", False),
        ("AB12", "XB1Y", False), ("AB12", "2B1A", False), ("AB12", "B12A", False), ("", "A", True),
    ],
)  # fmt: skip
def test_a_slip_is_one_character_changed_added_left_out_or_swapped(a: str, b: str, slip: bool) -> None:
    assert one_slip(a, b) is one_slip(b, a) is slip


def test_totals_are_by_day_practitioner_protocol_product_and_lot(db: Database, path: Path) -> None:
    lines = cli.report_totals(path).splitlines()
    assert lines[0] == "SIMULATED: no injector, no patient"
    assert lines[1].split()[:4] == ["day", "practitioner", "protocol", "product"]
    assert [line.split()[-4:] for line in lines[3:]] == [["1", "100", "1", "2004.9"], ["1", "1", "0", "20.1"]]


def test_totals_as_csv_can_be_limited_to_days(db: Database, path: Path) -> None:
    today = date(2026, 9, 21)
    assert len(cli.report_totals(path, "csv", today, today).splitlines()) == 3
    assert len(cli.report_totals(path, "csv", since=date(2027, 1, 1)).splitlines()) == 1
    assert len(cli.report_totals(path, "csv", until=date(2020, 1, 1)).splitlines()) == 1


def test_a_real_ledger_does_not_call_itself_simulated(tmp_path: Path) -> None:
    path = tmp_path / "real.db"
    Ledger.open(path, "real", clock_wall_ms=lambda: 5, boot_id="b").close()
    assert cli.report_totals(path).splitlines()[0].startswith("day")
    assert cli.list_sessions(path) == "No session is recorded."


def test_the_list_for_the_shell_marks_what_is_not_signed_and_says_how_to_go_on(db: Database, path: Path) -> None:
    lines = cli.list_sessions(path, limit=2).splitlines()
    assert lines[1].split()[0] == "5"
    assert "SIMULATED" in lines[1]
    assert lines[1].endswith("not signed")
    assert lines[-1] == "More: --before 4"


@pytest.mark.requirement("LED-11")
def test_verify_for_the_shell_tells_and_exits_by_what_it_found(db: Database, subject: Ledger, path: Path) -> None:
    text, code = cli.verify_ledger(path)
    assert code == 0
    assert text.splitlines()[-1].startswith("Row ")
    db.close()
    subject.close()
    tamper(path, "UPDATE shot SET dose_nl = 1 WHERE number = 5")
    text, code = cli.verify_ledger(path)
    assert code == cli.CHANGED
    assert "was changed" in text
    assert "an administrator gives a reason" in text


@pytest.mark.requirement("LED-11")
def test_sums_that_disagree_have_their_own_exit_code(subject: Ledger, path: Path) -> None:
    from kiosk.records.rows import Certainty, ResolutionRow

    subject.append([sample.authorisation(16), sample.shot(1, 16), ResolutionRow(16, 0, Certainty.DONE, 0, "none")])
    assert cli.verify_ledger(path)[1] == cli.DISAGREES


def test_a_damaged_ledger_is_one_sentence_for_every_shell_command(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"rubbish " * 1000)
    for act in (cli.verify_ledger, cli.list_sessions, cli.report_totals):
        with pytest.raises(LedgerDamaged, match="E400"):
            act(path)
