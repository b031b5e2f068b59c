"""From a measurement to the certificate and back: instruments, as found and as left, the row, the file, the check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.calibration import certificate as form
from kiosk.calibration.certificate import Certificate, canonical, digest
from kiosk.calibration.proof import Dose, Proof
from kiosk.channel import commands as ask
from kiosk.channel.certificates import (
    CertificateList,
    CertificatePage,
    DriftPage,
    ExportCertificate,
    ListCertificates,
    ReadCertificate,
    ReadDrift,
)
from kiosk.channel.snapshot import Exported
from kiosk.records import cli_calibration
from kiosk.records.rows import CalibrationRow, EventRow
from kiosk.session.exchange import BalanceTold
from tests.session.balance import INSTRUMENTS, Weighed
from tests.session.bench import ADMINISTRATOR, PRACTITIONER, TECHNICIAN, Bench

DAY_MS = 24 * 3600 * 1000
BALANCE, GAUGE = INSTRUMENTS[0], INSTRUMENTS[1]
DEPTHS = (500, 1_500, 2_500, 3_500, 4_500, 5_500)


@pytest.fixture
def subject(bench: Bench) -> Weighed:
    return Weighed(bench.start())


def gauged(subject: Weighed, off: int = 0) -> Weighed:
    """The depth as after twelve readings, each so much off: what follows a measurement needs no motion."""
    bench = subject.bench
    bench.tell(ask.CalibrateDepth())
    bench.tell(ask.ZeroGauge())
    work = bench.engine.calibrating.gauge
    assert work is not None
    for depth in DEPTHS:
        for below in (False, True):
            work.waits = True
            work.read(depth + off + 10 * below)
    bench.run(0.1)
    return subject


def certificates(subject: Weighed) -> list[Certificate]:
    texts = [row["certificate"] for row in subject.rows("certified")]
    return [form.read(text.encode(), "the ledger") for text in texts]


def proofs(subject: Weighed) -> list[Proof]:
    return [form.read_proof(row["proof"]) for row in subject.rows("proved")]


# -- instruments
@pytest.mark.requirement("ACU-3")
def test_nothing_is_certified_before_its_instruments_are_named(subject: Weighed) -> None:
    subject.loaded(1.0).write().as_weighed(1.0)
    assert "the balance is not named" in subject.proposal.why_not_certify
    assert "the balance is not named" in subject.bench.refused(ask.CertifyCalibration(subject.proposal.key))
    subject.bench.tell(BALANCE)
    assert "the thermometer is not named" in subject.proposal.why_not_certify
    subject.named()
    assert subject.proposal.why_not_certify == ""
    gauged(subject)
    assert subject.proposal.why_not_certify == "", "the gauge is named too"


@pytest.mark.requirement("ACU-3")
def test_an_instrument_past_its_due_date_proves_nothing(subject: Weighed) -> None:
    subject.open().named()
    subject.bench.tell(msgspec.structs.replace(GAUGE, due="2026-11-17"))
    gauged(subject)
    assert "the gauge was due on 2026-11-17 and proves nothing" in subject.proposal.why_not_certify
    assert "was due on 2026-11-17" in subject.bench.snap.instruments[1].sentence
    assert "proves nothing" in subject.bench.refused(ask.CertifyCalibration(subject.proposal.key))
    subject.bench.tell(msgspec.structs.replace(GAUGE, due="2026-11-18"))
    assert subject.proposal.why_not_certify == "", "its last day counts"
    subject.bench.wall_ms += DAY_MS
    assert "was due on 2026-11-18" in subject.proposal.why_not_certify


def test_instruments_are_kept_for_next_time(subject: Weighed) -> None:
    subject.open().named()
    subject.bench.restart()
    subject.bench.start()
    subject.bench.run(0.1)
    shown = subject.bench.snap.instruments
    assert [(each.kind, each.serial) for each in shown] == [
        ("balance", "B1"), ("gauge", "G7"), ("thermometer", "T3"), ("barometer", "P4"),
    ]  # fmt: skip
    assert not any(each.sentence for each in shown)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": "  "}, "its model is missing"),
        ({"serial": ""}, "its serial number is missing"),
        ({"certificate": ""}, "its certificate is missing"),
        ({"due": "2026-02-30"}, "is no date"),
        ({"resolution": 0}, "cannot be"),
        ({"uncertainty": 900_000}, "cannot be"),
    ],
)
def test_an_instrument_is_named_whole_or_not_at_all(subject: Weighed, changes: dict[str, Any], said: str) -> None:
    subject.bench.sign_in(TECHNICIAN)
    assert said in subject.bench.refused(msgspec.structs.replace(GAUGE, **changes))
    subject.bench.run(0.1)
    assert subject.bench.snap.instruments[1].model == ""


@pytest.mark.requirement("ACC-1")
@pytest.mark.parametrize("account", [PRACTITIONER, ADMINISTRATOR])
def test_only_a_technician_names_an_instrument(subject: Weighed, account: Any) -> None:
    subject.bench.sign_in(account)
    assert "may" in subject.bench.refused(GAUGE)


class Answering:
    """A balance that answers with its own name."""

    def __init__(self, subject: Weighed, number: str) -> None:
        self.told = BalanceTold(12_345_670, stable=False, model="NPB224", number=number)

    def follow(self, on: bool) -> None: ...

    def poll(self) -> BalanceTold:
        return self.told


@pytest.mark.requirement("ACU-1")
def test_a_balance_that_answers_says_itself_who_it_is(subject: Weighed) -> None:
    subject.bench.cycle.scales = Answering(subject, "B77")
    subject.open().bench.run(0.2)
    assert subject.bench.snap.instruments[0].answers == ("NPB224", "B77")
    subject.bench.tell(msgspec.structs.replace(BALANCE, model="typed", serial="typed"))
    subject.bench.run(0.1)
    named = subject.bench.snap.instruments[0]
    assert (named.model, named.serial, named.certificate) == ("NPB224", "B77", "K-2026-118")
    subject.bench.tell(GAUGE)
    subject.bench.run(0.1)
    assert subject.bench.snap.instruments[1].serial == "G7", "a gauge says nothing"


def test_a_proof_by_another_balance_than_the_one_named_is_refused(subject: Weighed) -> None:
    subject.loaded(1.0).write().as_weighed(1.0).named()
    work = subject.bench.engine.calibrating.dose
    assert work is not None
    work.weighed_by = {("NPB224", "B1")}
    assert subject.bench.engine.instruments.against("5", work.weighed_by) == ""
    work.weighed_by.add(("NPB224", "B9"))
    assert "weighed is NPB224, No. B9, not the one named" in subject.bench.refused(
        ask.CertifyCalibration(subject.proposal.key)
    )


# -- the certificate
@pytest.mark.requirement("ACU-3", "UI-4")
def test_a_certificate_holds_all_that_it_stands_on_and_its_hash_is_a_row(subject: Weighed) -> None:
    subject.loaded(0.96).write().as_weighed(1.0).certify()
    (made,), (row,) = certificates(subject), subject.bench.rows(CalibrationRow)
    held = subject.bench.rig.controller.journal.calibration
    assert held is not None
    assert (made.number, made.calibration, made.crc, made.serial) == (1, 2, held.crc, 1001)
    assert (made.firmware, made.map_version, made.program) == ("1.0", 1, "nappage test")
    assert (made.simulated, made.technician, made.made, made.expires) == (
        True, TECHNICIAN.name, "2026-11-18", "2027-11-18",
    )  # fmt: skip
    assert made.not_proved == ("depth", "1", "2", "10")
    assert row.sha256 == digest(canonical(made)) == digest(subject.rows("certified")[0]["certificate"].encode())
    assert "Certificate 1 is made" in subject.shown.note
    (proved,) = made.proofs
    assert [each.kind for each in proved.instruments] == ["balance", "thermometer", "barometer"]
    assert proved.as_found is not None
    assert isinstance(proved.as_left, Dose)
    assert isinstance(proved.as_found, Dose)
    assert (proved.as_found.calibration, proved.as_left.calibration) == (1, 2)
    assert proved.as_found.pl_per_step == 35_750
    assert proved.as_left.pl_per_step == held.pl_per_step_5
    assert proved.as_found.runs[1].error_ppm == pytest.approx(-40_000, abs=1_000)


@pytest.mark.requirement("ACU-3")
def test_what_was_found_first_stays_as_found_however_often_it_is_corrected(subject: Weighed) -> None:
    subject.loaded(0.96).write().as_weighed(0.98).write().as_weighed(1.0).certify()
    found = proofs(subject)[-1].as_found
    assert isinstance(found, Dose)
    assert found.runs[1].error_ppm == pytest.approx(-40_000, abs=1_000)
    subject.syringe().room().blank().as_weighed(1.0).certify()
    assert proofs(subject)[-1].as_found is None, "the next calibration begins anew"
    assert [made.number for made in certificates(subject)] == [1, 2]


@pytest.mark.requirement("ACU-3")
def test_figures_that_are_restored_keep_their_proofs_and_get_a_certificate_of_their_own(subject: Weighed) -> None:
    subject.loaded(0.96).write().as_weighed(1.0).certify()
    subject.syringe(smallest_nl=3_000).room().blank().as_weighed(0.97).write()
    assert subject.bench.engine.in_force.found, "how it was found is kept until it is proved"
    subject.bench.tell(ask.RestoreCalibration())
    subject.bench.run(0.2)
    first, again = certificates(subject)
    assert (again.calibration, again.proofs, again.expires) == (4, first.proofs, first.expires)
    assert subject.bench.engine.in_force.found == {}, "nothing was corrected in the end"
    assert subject.bench.snap.in_force.sentence == ""
    covered = subject.rows("certified")[-1]["proofs"]
    subject.bench.restart()
    subject.bench.start()
    subject.bench.run(0.2)
    assert subject.bench.engine.in_force.next_number == 3
    assert subject.bench.engine.in_force.covered == covered


def test_a_correction_of_a_dose_takes_over_the_depth_and_keeps_how_the_dose_was_found(subject: Weighed) -> None:
    gauged(subject.open()).certify()
    subject.syringe().room().blank().as_weighed(0.96).write()
    assert [made.proofs[0].part for made in certificates(subject)] == ["depth", "depth"]
    subject.as_weighed(1.0).certify()
    last = certificates(subject)[-1]
    assert [proof.part for proof in last.proofs] == ["depth", "5"]
    assert last.proofs[1].as_found is not None


def test_a_proof_without_its_points_belongs_on_no_certificate(subject: Weighed) -> None:
    body = {"what": "proved", "serial": 1001, "part": "depth", "first": 0, "second": 1_000_000}
    old = {"made": "2026-10-01", "expires": "2027-10-01", "sha256": "ab"}
    subject.bench.ledger.append([EventRow("calibration", 0, 0, "Tom", "proved", {**body, **old})])
    subject.bench.restart()
    subject.bench.start()
    subject.open().syringe(smallest_nl=1_000).room().blank().as_weighed(1.0).certify()
    (made,) = certificates(subject)
    assert [proof.part for proof in made.proofs] == ["5"]


@pytest.mark.requirement("ACU-2", "ACU-3")
def test_every_reading_and_its_direction_stand_on_the_certificate(subject: Weighed) -> None:
    gauged(subject.open(), off=20).certify()
    measured = certificates(subject)[0].proofs[0].as_left
    assert not isinstance(measured, Dose)
    assert [(each.depth_um, each.direction, each.gauge_um) for each in measured.readings[:2]] == [
        (500, "down", 520), (500, "up", 530),
    ]  # fmt: skip
    assert (measured.n, measured.worst_allowed_um, measured.backlash_allowed_um) == (12, 100, 50)


# -- through the channel
@pytest.mark.requirement("ACU-3", "UI-4")
def test_a_technician_calibrates_certifies_exports_and_the_file_is_known_again(subject: Weighed) -> None:
    bench = subject.loaded(0.96).write().as_weighed(1.0).certify().bench
    bench.tell(ask.LeaveCalibration())
    listed = bench.tell(ListCertificates()).page
    assert isinstance(listed, CertificateList)
    number = listed.lines[0].number
    page = bench.tell(ReadCertificate(number)).page
    assert isinstance(page, CertificatePage)
    assert page.line.simulated
    assert all(figure.passes is not False for figure in page.figures)
    drift = bench.tell(ReadDrift()).page
    assert isinstance(drift, DriftPage)
    assert drift.parts[0].series[1].points[0].found == pytest.approx(-40_000, abs=1_000)
    pdf = bench.tell(ExportCertificate(number, "pdf")).page
    assert isinstance(pdf, Exported)
    assert Path(pdf.path).read_bytes().startswith(b"%PDF")
    exported = bench.tell(ExportCertificate(number, "json")).page
    assert isinstance(exported, Exported)
    file, ledger = Path(exported.path), bench.folder / "ledger.db"
    assert "SIMULATED" in file.name
    assert json.loads(file.read_bytes())["simulated"] is True
    told, code = cli_calibration.verify_certificate(ledger, file)
    assert (code, "byte for byte" in told) == (0, True)
    data = file.read_bytes()
    file.write_bytes(data.replace(b'"due":"2027-03-01"', b'"due":"2028-03-01"', 1))
    told, code = cli_calibration.verify_certificate(ledger, file)
    assert code == cli_calibration.NOT_HELD
    assert "due: the record says 2027-03-01, the file says 2028-03-01" in told
    assert "no certificate 9" in bench.refused(ReadCertificate(9))


@pytest.mark.requirement("ACC-1")
def test_nobody_who_is_not_signed_in_reads_a_certificate(subject: Weighed) -> None:
    subject.bench.tell(ask.SignOut())
    assert "not signed in" in subject.bench.refused(ListCertificates())


# -- expiry, said beforehand
@pytest.mark.requirement("ACU-3", "PST-1")
@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "Number 2, due again on 2027-11-18"),
        (335, "Number 2, due again on 2027-11-18, in 30 days: calibrate it before"),
        (365, "Number 2, due again on 2027-11-18, in 0 days: calibrate it before"),
    ],
)
def test_the_self_test_says_until_when_the_calibration_may_be_used(subject: Weighed, days: int, said: str) -> None:
    bench = subject.loaded(0.96).write().as_weighed(1.0).certify().bench
    bench.tell(ask.LeaveCalibration())
    bench.wall_ms += days * DAY_MS
    bench.tell(ask.RunSelfTest())
    bench.until(lambda: bench.check("homing") == "asks", 5)
    check = next(check for check in bench.snap.checks if check.key == "calibration")
    assert (check.state, check.detail) == ("passed", said)


@pytest.mark.requirement("ACU-3", "UI-5")
def test_an_expired_calibration_is_missing_before_any_session_is_opened(subject: Weighed) -> None:
    bench = subject.loaded(0.96).write().as_weighed(1.0).certify().bench
    bench.tell(ask.LeaveCalibration())
    bench.wall_ms += 366 * DAY_MS
    bench.sign_in()
    bench.run(0.1)
    assert "The calibration expired on 2027-11-18." in bench.snap.missing
    assert 719 in bench.alarms()


def test_a_calibration_that_nobody_proved_says_so_in_the_self_test(subject: Weighed) -> None:
    check = next(check for check in subject.bench.snap.checks if check.key == "calibration")
    assert check.detail == "Number 1, never proved on this device"
