"""Certificates read back from a ledger: listed, shown, exported, compared with a file, and the history between them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from kiosk.calibration.certificate import canonical, digest
from kiosk.channel.certificates import CertificateList, CertificatePage, DriftPage
from kiosk.channel.snapshot import Exported
from kiosk.cli import main
from kiosk.records import chain, cli_calibration
from kiosk.records.certificate_check import look
from kiosk.records.clerk import Asked, Clerk
from kiosk.records.cli import reading
from kiosk.records.errors import CertificateUnknown, ExportFailed, FileUnreadable
from kiosk.records.ledger import Ledger
from kiosk.session.exchange import CertificatesBefore, Drift, MakeCertificate, OfCertificates, OneCertificate
from tests.calibration.kept import certificate, depth_as_kept, dose_as_kept, proof, rows
from tests.records.test_exports import text_of

FIRST = certificate(1, proof("depth", depth_as_kept(1), made="2025-11-20"), simulated=False)
SECOND = certificate(2, simulated=False)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.sqlite"
    kept = Ledger.open(path, "real", clock_wall_ms=lambda: 1_790_000_000_000, boot_id="b")
    kept.append([*rows(FIRST), *rows(SECOND)])
    kept.close()
    return path


@pytest.fixture
def ask(ledger: Path, tmp_path: Path) -> Callable[[OfCertificates], object]:
    clerk = Clerk(ledger, tmp_path / "out")

    def asked(question: OfCertificates) -> object:
        answer = clerk.answer(Asked(1, question))
        assert answer.ok, answer.sentence
        return answer.page

    return asked


def tampered(path: Path, statement: str, values: Sequence[object] = ()) -> None:
    """Change what no program changes: the file, behind the ledger's back."""
    with sqlite3.connect(path) as db:
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {trigger}")
        db.execute(statement, values)
    db.close()


# -- pages
@pytest.mark.requirement("ACU-3")
def test_certificates_are_listed_with_the_newest_first_and_say_which_one_counts(ask: Callable[..., object]) -> None:
    page = ask(CertificatesBefore(0))
    assert isinstance(page, CertificateList)
    assert [(line.number, line.in_force, line.parts) for line in page.lines] == [
        (2, True, ("depth", "5")),
        (1, False, ("depth",)),
    ]
    assert not page.more
    earlier = ask(CertificatesBefore(2))
    assert isinstance(earlier, CertificateList)
    assert [line.number for line in earlier.lines] == [1]


def test_a_certificate_shows_every_figure_against_its_limit_with_its_instruments(ask: Callable[..., object]) -> None:
    page = ask(OneCertificate(2))
    assert isinstance(page, CertificatePage)
    assert page.sha256 == digest(canonical(SECOND))
    assert {each.kind for each in page.instruments} == {"gauge", "balance", "thermometer"}
    assert page.not_proved == ("1", "2", "10")
    assert page.caps == (6_000, 200_000, 9_000)
    told = {figure.title: (figure.found, figure.passes) for figure in page.figures}
    assert told["5 mL, 20 uL: scatter"][0].startswith("CV 1.")
    assert "n 25, 1 apart and counted" in told["5 mL, 20 uL: scatter"][0]
    assert "n 25, U 0." in told["5 mL, 20 uL: mean"][0]
    assert told["Line through the depths"][1] is None
    assert all(passes is not False for _, passes in told.values())


@pytest.mark.requirement("ACU-3")
def test_the_history_shows_each_figure_as_found_and_as_left(ask: Callable[..., object]) -> None:
    page = ask(Drift())
    assert isinstance(page, DriftPage)
    depth, barrel = page.parts
    assert (depth.part, depth.serial, barrel.part) == ("depth", 1001, "5")
    zero = depth.series[0]
    assert [point.made for point in zero.points] == ["2025-11-20", "2026-11-18"]
    assert zero.points[0].found == zero.points[0].left
    assert zero.points[1].found - zero.points[1].left == pytest.approx(240, abs=2)
    assert [series.key for series in barrel.series] == ["smallest", "middle", "largest"]
    assert all(series.allowed == 50_000 for series in barrel.series[1:])


# -- files
@pytest.mark.requirement("ACU-3", "UI-4")
@pytest.mark.parametrize("simulated", [False, True])
def test_a_certificate_on_paper_says_all_that_it_stands_on(tmp_path: Path, simulated: bool) -> None:
    path = tmp_path / "ledger.db"
    kept = Ledger.open(path, "simulated" if simulated else "real", clock_wall_ms=lambda: 1, boot_id="b")
    kept.append(rows(certificate(7, simulated=simulated)))
    kept.close()
    pages = text_of(cli_calibration.certificate(path, 7, "pdf", tmp_path))
    text = " ".join(" ".join(pages).split())
    assert all(("SIMULATED" in page) == simulated for page in pages)
    for said in (
        "Calibration certificate 7", "serial 1001, firmware 1.0, map 1",
        "depth 6.00 mm, dose 200 uL, 9 shots/s", "K-118", "due again on 2027-11-18",
        "measures the encoder, not the fluid", "density 998.207 kg/m3", "weights of 8000 kg/m3", "30 ug in 60.0 s",
        "Figures before", "As found", "As left", "Not measured for this certificate: dose, 1 mL syringe",
        "repeatability of the shots", "Not included:", "stands apart from the others", "Passes",
        digest(canonical(certificate(7, simulated=simulated))),
    ):  # fmt: skip
        assert said in text, said
    every = certificate().proofs[1].as_left.runs[1].shots  # type: ignore[union-attr]
    assert all(f"{shot.volume_pl / 1e6:.3f}" in text for shot in every), "no shot is left out"


def test_a_depth_without_a_correction_has_one_plot_and_one_table(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    kept = Ledger.open(path, "real", clock_wall_ms=lambda: 1, boot_id="b")
    stands = (proof("depth", depth_as_kept()), proof("5", dose_as_kept()))
    kept.append(rows(certificate(1, *stands, simulated=False, version=1, caps=msgspec.UNSET)))
    kept.close()
    text = " ".join(" ".join(text_of(cli_calibration.certificate(path, 1, "pdf", tmp_path))).split())
    assert "no correction was written" in text
    assert "not on this certificate" in text, "one of the first form names no caps"
    assert "as found" not in text


def test_the_json_is_the_bytes_whose_hash_the_ledger_holds(ask: Callable[..., object], ledger: Path) -> None:
    exported = ask(MakeCertificate(2, "json"))
    assert isinstance(exported, Exported)
    data = Path(exported.path).read_bytes()
    assert data == canonical(SECOND)
    with sqlite3.connect(ledger) as db:
        (kept,) = db.execute("SELECT sha256 FROM calibration ORDER BY row DESC LIMIT 1").fetchone()
    db.close()
    assert digest(data) == kept


def test_what_cannot_be_written_or_is_not_there_is_said(ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    with pytest.raises(ExportFailed):
        cli_calibration.certificate(ledger, 1, "json", tmp_path / "taken")
    with pytest.raises(CertificateUnknown, match="no certificate 9"):
        cli_calibration.certificate(ledger, 9, "json", tmp_path)
    with pytest.raises(FileUnreadable):
        cli_calibration.verify_certificate(ledger, tmp_path / "nothing.json")


# -- verify
def looked(ledger: Path, data: bytes) -> tuple[str, str]:
    with reading(ledger) as db:
        found = look(db, data, "it.json")
    return found.verdict, " ".join(found.told)


@pytest.mark.requirement("ACU-3")
def test_a_file_is_known_again_byte_for_byte(ledger: Path) -> None:
    verdict, told = looked(ledger, canonical(SECOND))
    assert verdict == "held"
    assert "the last one of its injector" in told
    assert "an earlier one" in looked(ledger, canonical(FIRST))[1]


@pytest.mark.requirement("ACU-3")
def test_any_changed_byte_is_told(ledger: Path) -> None:
    data = canonical(SECOND)
    for place in range(0, len(data), max(1, len(data) // 40)):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        result = CliRunner().invoke(main, _verify(ledger, changed))
        assert result.exit_code == 2, place
        assert result.output.strip()


def _verify(ledger: Path, data: bytes) -> list[str]:
    file = ledger.parent / "file.json"
    file.write_bytes(data)
    return ["calibrate", "verify", str(file), "--real", "--data", str(ledger.parent)]


def test_what_was_changed_is_named_with_both_values(ledger: Path) -> None:
    data = canonical(SECOND)
    verdict, told = looked(ledger, data.replace(b'"expires":"2027-11-18"', b'"expires":"2029-11-18"'))
    assert verdict == "changed"
    assert "expires: the record says 2027-11-18, the file says 2029-11-18" in told
    fewer = canonical(certificate(2, proof("depth", depth_as_kept()), simulated=False))
    assert "proofs: the record has 2, the file has 1" in looked(ledger, fewer)[1]


def test_the_same_content_written_anew_is_no_original(ledger: Path) -> None:
    import json

    again = json.dumps(json.loads(canonical(SECOND)), indent=2).encode()
    verdict, told = looked(ledger, again)
    assert verdict == "rewritten"
    assert "its bytes are others" in told


@pytest.mark.parametrize("changes", [{"number": 9}, {"serial": 77}])
def test_a_certificate_of_another_record_is_not_known(ledger: Path, changes: dict[str, int]) -> None:
    known = {"number": 2, **changes}
    assert looked(ledger, canonical(certificate(known.pop("number"), simulated=False, **known)))[0] == "unknown"


@pytest.mark.requirement("ACU-3", "LED-11")
def test_a_copy_that_was_changed_inside_the_record_is_told_by_both_checks(ledger: Path) -> None:
    tampered(ledger, "UPDATE event SET body = replace(body, '2027-11-18', '2029-11-18') WHERE body LIKE '%certified%'")
    for data in (canonical(SECOND), canonical(SECOND).replace(b"2027-11-18", b"2029-11-18")):
        verdict, told = looked(ledger, data)
        assert verdict == "damaged", told
    assert chain.verify(ledger).state == "changed"


def test_a_hash_without_its_row_is_no_certificate(ledger: Path) -> None:
    tampered(ledger, "UPDATE calibration SET sha256 = 'ab'")
    assert looked(ledger, canonical(SECOND))[0] == "damaged"


# -- shell
def test_a_shell_lists_exports_checks_and_compares(ledger: Path, tmp_path: Path) -> None:
    assert "2026-11-18  2027-11-18      1001       3  depth, 5 mL, Tom" in cli_calibration.list_certificates(ledger)
    assert "(earlier)" in cli_calibration.list_certificates(ledger)
    told, code = cli_calibration.verify_certificate(
        ledger, cli_calibration.certificate(ledger, 2, "json", tmp_path / "out")
    )
    assert code == 0
    assert "byte for byte" in told
    history = cli_calibration.history(ledger)
    assert "Needle depth, injector 1001" in history
    assert "middle dose, 20 uL" in history
    assert "of 5.0 %" in history
    assert "of 100 um" in history


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("certificates",), 0, "(earlier)"),
        (("certificate", "2", "--format", "json"), 0, "certificate-00002.json"),
        (("certificate", "9"), 2, "E422: There is no certificate 9 in the record"),
        (("history",), 0, "Dose, 5 mL syringe, injector 1001"),
        (("verify", "nothing.json"), 2, "E423: The file nothing.json cannot be read"),
    ],
)
def test_each_command_of_a_shell_says_what_it_found(
    ledger: Path, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    out = ("--out", str(tmp_path)) if words[0] == "certificate" else ()
    result = CliRunner().invoke(main, ["calibrate", *words, *out, "--real", "--data", str(ledger.parent)])
    assert result.exit_code == code
    assert said in result.output


def test_an_empty_record_says_so(tmp_path: Path) -> None:
    path = tmp_path / "real.db"
    Ledger.open(path, "real", clock_wall_ms=lambda: 1, boot_id="b").close()
    assert cli_calibration.list_certificates(path) == "No certificate is recorded."
    assert cli_calibration.history(path) == "Nothing was proved yet."
