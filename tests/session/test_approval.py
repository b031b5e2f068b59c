"""Approval of profiles: only an administrator, only what was read, and on hardware nothing else is armed (LIM-9)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from kiosk.channel import commands as ask
from kiosk.channel.snapshot import ApprovalList, ApprovalPage
from kiosk.protocols.library import Library, fingerprint
from kiosk.records.approved import approval_row, subject
from kiosk.records.facts import Fact
from kiosk.records.rows import CalibrationRow, EventRow
from tests.session.bench import ADMINISTRATOR, PRACTITIONER, TECHNICIAN, Bench, library

MESOLIFT = library().sha256("mesolift")


def deeper() -> Library:
    """The shipped profiles with another depth offered first on the forehead."""
    protocol = library().protocols["mesolift"]
    first = protocol.zones[0]
    changed = replace(first, depth=replace(first.depth, default=1000))
    protocols = {**library().protocols, "mesolift": replace(protocol, zones=(changed, *protocol.zones[1:]))}
    return replace(library(), protocols=protocols)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Bench]:
    """A simulated device with an administrator signed in."""
    bench = Bench(tmp_path)
    yield bench.start().sign_in(ADMINISTRATOR)
    bench.close()


def approve(
    bench: Bench, sha256: str = MESOLIFT, protocol: str = "mesolift", pin: str = ADMINISTRATOR.pin
) -> ask.Approve:
    return ask.Approve(protocol, sha256, pin)


def page(bench: Bench, protocol: str = "mesolift") -> ApprovalPage:
    found = bench.tell(ask.ReadApproval(protocol)).page
    assert isinstance(found, ApprovalPage)
    return found


@pytest.mark.requirement("LIM-9", "ACC-4")
def test_an_approval_is_a_row_with_who_what_and_when_and_is_anchored(office: Bench) -> None:
    assert page(office).line.state == "never"
    office.tell(approve(office))
    (row,) = office.events(Fact.APPROVED)
    assert (row.user, row.session) == (ADMINISTRATOR.name, 0)
    assert (row.body["protocol"], row.body["sha256"]) == ("mesolift", MESOLIFT)
    assert fingerprint(str(row.body["content"])) == MESOLIFT
    office.run(0.2)
    assert office.anchored == office.ledger.last
    shown = page(office)
    assert (shown.line.state, shown.line.by, shown.line.at[:7]) == ("approved", ADMINISTRATOR.name, "2026-11")
    assert shown.changes == ()
    assert "exactly this content is approved" in office.refused(approve(office))
    assert "Mesolift is approved" in office.last_notice


def test_what_is_to_be_read_the_first_time_is_every_figure_of_the_treatment(office: Bench) -> None:
    shown = page(office)
    told = {change.key: (change.old, change.new) for change in shown.changes}
    assert told["zones.forehead.depth"] == (
        "",
        "0.50 mm first, usual 0.50 mm to 1.05 mm, hard 0.05 mm to 1.35 mm, grade A",
    )
    assert told["rate"] == ("", "hard 0.5 shots/s to 9.0 shots/s, grade B")
    assert "30g-4mm" in told["shared.needles"][1]


@pytest.mark.requirement("LIM-9")
def test_the_list_says_which_are_approved_which_never_and_what_is_missing(office: Bench) -> None:
    office.tell(approve(office))
    listed = office.tell(ask.ListApprovals()).page
    assert isinstance(listed, ApprovalList)
    states = {line.protocol: line for line in listed.lines}
    assert set(states) == set(library().protocols)
    assert states["mesolift"].state == "approved"
    assert states["scalp"].state == "never"
    assert "interval_days" in states["scalp"].needs


@pytest.mark.requirement("LIM-9")
def test_a_treatment_that_lacks_a_figure_is_not_approved(office: Bench) -> None:
    said = office.refused(approve(office, library().sha256("scalp"), "scalp"))
    assert "the clinic has to give a figure for" in said
    assert not office.events(Fact.APPROVED)


@pytest.mark.requirement("LIM-9")
def test_only_exactly_what_was_read_is_approved(office: Bench) -> None:
    assert "showed the content of Mesolift" in office.refused(approve(office, "0" * 64))
    assert "no protocol" in office.refused(approve(office, protocol="nothing"))
    assert "no protocol" in office.refused(ask.ReadApproval("nothing"))
    assert not office.events(Fact.APPROVED)


@pytest.mark.requirement("ACC-1", "ACC-5", "LIM-9")
@pytest.mark.parametrize("account", [PRACTITIONER, TECHNICIAN])
def test_nobody_but_an_administrator_approves_or_reads_approvals(office: Bench, account: object) -> None:
    office.sign_in(account)
    for command in (approve(office), ask.ListApprovals(), ask.ReadApproval("mesolift")):
        assert "may not do this" in office.refused(command)
    office.tell(ask.SignOut())
    assert "may not do this" in office.refused(approve(office))
    assert not office.events(Fact.APPROVED)


@pytest.mark.requirement("ACC-2", "LIM-9")
def test_a_wrong_pin_approves_nothing_and_counts(office: Bench) -> None:
    assert "do not belong together" in office.refused(approve(office, pin="000000"))
    assert "has to wait" in office.refused(approve(office))
    assert not office.events(Fact.APPROVED)


def test_who_leaves_while_the_pin_is_looked_at_has_not_approved(office: Bench) -> None:
    number = office.send(approve(office))
    office.send(ask.SignOut())
    assert "the person or the session changed" in office.reply(number).sentence
    assert not office.events(Fact.APPROVED)


@pytest.mark.requirement("LED-12", "LIM-9")
def test_an_approval_that_cannot_be_written_is_none(office: Bench) -> None:
    office.disk.failing = True
    assert "the record cannot be written" in office.refused(approve(office))
    assert not office.engine.approved("mesolift")


def test_what_can_be_chosen_is_told_anew_after_an_approval(office: Bench) -> None:
    told: list[object] = []
    office.seat.send_catalogue = told.append  # type: ignore[method-assign]
    office.tell(approve(office))
    office.run(0.1)
    assert len(told) == 1


def test_no_approval_while_a_session_is_open(office: Bench) -> None:
    office.sign_in(PRACTITIONER).open().sign_in(ADMINISTRATOR)
    assert "not possible now" in office.refused(approve(office))


# -- a change ---------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("LIM-9")
def test_a_profile_edited_after_its_approval_is_unapproved_again_and_says_what_changed(tmp_path: Path) -> None:
    bench = Bench(tmp_path, shelf=deeper())
    bench.ledger.append(
        [approval_row(subject(library(), "mesolift"), library().content("mesolift"), user="Ada", mono_ms=0)]
    )
    bench.restart()
    bench.start().sign_in(ADMINISTRATOR)
    assert not bench.engine.approved("mesolift")
    shown = page(bench)
    assert shown.line.state == "changed"
    assert [(c.key, c.old, c.new) for c in shown.changes] == [("zones.forehead.depth.default", "0.50 mm", "1.00 mm")]
    bench.tell(approve(bench, deeper().sha256("mesolift")))
    assert bench.engine.approved("mesolift")
    bench.shelf = library()
    bench.restart()
    assert not bench.engine.approved("mesolift"), "going back to what was approved before asks again"
    bench.close()


@pytest.mark.parametrize("content", ["", "damaged"])
def test_where_the_approved_content_was_not_kept_all_of_it_is_to_be_read(tmp_path: Path, content: str) -> None:
    bench = Bench(tmp_path)
    row = approval_row(subject(deeper(), "mesolift"), content, user="Ada", mono_ms=0)
    bench.ledger.append([row, EventRow(Fact.APPROVED, 0, 0, "Ada", "older", {"protocol": "scalp"})])
    bench.restart()
    bench.start().sign_in(ADMINISTRATOR)
    shown = page(bench)
    assert shown.against == "lost"
    assert len(shown.changes) > 60
    assert page(bench, "scalp").line.state == "never"
    bench.close()


# -- hardware ---------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("LIM-9", "LIM-5")
def test_a_real_injector_is_armed_with_an_approved_profile_and_a_valid_calibration(tmp_path: Path) -> None:
    bench = Bench(tmp_path, simulated=False)
    bench.until(lambda: bench.seat.snapshot is not None and bench.check("calibration") == "failed", 3)
    connected = bench.engine.connection.connected
    assert connected is not None
    assert connected.calibration is not None
    calibration = connected.calibration
    bench.ledger.append(
        [
            CalibrationRow(calibration.id, 0, "Tom", 1001, calibration.crc, "2026-01-01", "2027-01-01", "x"),
            EventRow("paired", 0, 0, "Ada", "paired", {"serial": 1001, "cursor": 1, "lifetime_nl": 0, "max_id": 0}),
        ]
    )
    bench.restart()
    bench.start()
    assert "has not approved" in bench.refused(ask.OpenSession("mesolift", "P1", True))
    bench.sign_in(ADMINISTRATOR)
    bench.tell(approve(bench))
    bench.sign_in(PRACTITIONER).open().screen().product().needle().syringe()
    bench.tell(ask.Prepared(True))
    bench.prime()
    bench.until(lambda: bench.snap.phase == "treat" and not bench.snap.missing, 2)
    bench.set(shots=3, rate=1000).mode("continuous").live()
    bench.fire(3)
    assert bench.shots == 3
    bench.quiet()
    bench.close()


def test_a_content_is_json_that_holds_the_whole_resolved_set() -> None:
    whole = json.loads(library().content("mesolift"))
    assert set(whole) == {"protocol", *library().resolved("mesolift")}
