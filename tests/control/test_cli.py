"""The command line as a person types it: what it prints, what it refuses, and with which exit code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drivers.injector import connect
from drivers.registers import Anchor
from drivers.stop import StopLatch
from kiosk.cli import PROFILES, main
from kiosk.records import chain
from kiosk.records.ledger import Ledger
from kiosk.records.rows import (
    AuthorisationKind,
    AuthorisationRow,
    Certainty,
    ClosingRow,
    ResolutionRow,
    SessionRow,
    ShotRow,
)
from kiosk.system.storage import ledger_path
from tests.drivers.on_bench import OnBench

Run = Callable[..., Result]


@pytest.fixture
def nappage() -> Run:
    runner = CliRunner()

    def run(*words: str | Path) -> Result:
        result = runner.invoke(main, [str(word) for word in words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one signed session of one shot."""
    folder = tmp_path / "data"
    folder.mkdir()
    ledger = Ledger.open(
        ledger_path(folder, simulated=True), "simulated", clock_wall_ms=lambda: 1_800_000_000_000, boot_id="boot"
    )
    ledger.append(
        (
            SessionRow(1, 1, "Demo practitioner", "P1", "mesolift", "0" * 64, "nappage 0.1.0"),
            AuthorisationRow(
                16,
                2,
                AuthorisationKind.TREATMENT,
                1,
                1001,
                1,
                1,
                zone="forehead",
                side="whole",
                depth_um=500,
                dose_nl=20_000,
                shots=1,
                interval_ms=500,
                mode=1,
                valid_ms=30_000,
                arming=1,
            ),
            ShotRow(
                1,
                3,
                1001,
                1,
                1,
                16,
                AuthorisationKind.TREATMENT,
                "forehead",
                "whole",
                1,
                500,
                500,
                20_000,
                20_010,
                40,
                120,
                0,
            ),
            ResolutionRow(16, 4, Certainty.DONE, 1, "as authorised"),
            ClosingRow(1, 5, "Demo practitioner", "", True, True, "", 1, 20_010),
        )
    )
    ledger.close()
    return folder


def test_every_command_has_a_sentence_of_help(nappage: Run) -> None:
    listed = re.findall(r"^  ([a-z]+)  +(\S.*)$", nappage("--help").output.split("Commands:")[1], re.MULTILINE)

    assert {name for name, _ in listed} == set(main.commands)
    for name, _ in listed:
        assert "Usage: main " + name in nappage(name, "--help").output


def test_hardware_or_simulation_has_no_default(nappage: Run) -> None:
    result = nappage("run")

    assert result.exit_code == 2
    assert "there is no default" in result.output


@pytest.mark.parametrize("words", [("calibrate", "depth"), ("service", "check", "home")], ids=" ".join)
def test_a_socket_that_nobody_named_is_asked_for_before_a_name(nappage: Run, words: tuple[str, ...]) -> None:
    result = nappage(*words)
    assert result.exit_code == 2
    assert "NAPPAGE_CHANNEL" in result.output
    assert "Name of the technician" not in result.output
    assert "/run/nappage/control.sock" in nappage(*words, "--help").output


def test_no_dose_below_nothing_is_asked_for(nappage: Run, tmp_path: Path) -> None:
    result = nappage("calibrate", "dose", "--barrel", "1ml", "--smallest-nl", "-4", "--channel", tmp_path / "none")
    assert result.exit_code == 2
    assert "'--smallest-nl'" in result.output


def test_check_explains_a_shipped_profile(nappage: Run) -> None:
    result = nappage("check", PROFILES / "protocols" / "mesolift.toml")

    assert result.exit_code == 0
    assert "mesolift.toml" in result.output


def test_check_names_file_key_value_and_what_is_allowed(nappage: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "mesolift.toml"
    text = (PROFILES / "protocols" / "mesolift.toml").read_text()
    wrong.write_text(text.replace('technique = "nappage"', 'technique = "stamping"', 1))

    result = nappage("check", wrong)

    assert result.exit_code == 1
    for word in ("mesolift.toml", "technique", "stamping", "allowed"):
        assert word in result.output


def test_schemas_where_none_can_lie_are_one_numbered_sentence(nappage: Run, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for out in (file, file / "below", Path("/proc/none")):
        result = nappage("schema", "--out", out)
        assert result.exit_code == 2
        assert "E414" in result.output


def test_schemas_are_json_schemas(nappage: Run, tmp_path: Path) -> None:
    result = nappage("schema", "--out", tmp_path)

    assert result.exit_code == 0
    schema = json.loads((tmp_path / "protocol.schema.json").read_text())
    assert "$defs" in schema or "properties" in schema


def test_the_register_map_is_printed_from_its_table(nappage: Run) -> None:
    output = nappage("registers").output

    assert "0x0100" in output
    assert "lifetime_nl" in output


def test_sessions_lists_what_was_done(nappage: Run, data: Path) -> None:
    output = nappage("sessions", "--data", data).output

    assert "P1" in output
    assert "SIMULATED" in output


def test_verify_says_good(nappage: Run, data: Path) -> None:
    result = nappage("verify", "--data", data)

    assert result.exit_code == 0
    assert "5 rows" in result.output


@pytest.mark.requirement("LED-11")
def test_verify_names_the_row_that_was_changed(nappage: Run, data: Path) -> None:
    path = ledger_path(data, simulated=True)
    content = path.read_bytes()
    assert content.count(b"Demo practitioner") >= 2
    path.write_bytes(content.replace(b"Demo practitioner", b"Demo practitionar", 1))

    result = nappage("verify", "--data", data)

    assert result.exit_code == 2
    assert re.search(r"[Rr]ow \d+", result.output)


def keep_an_anchor(port: str, anchor: Anchor) -> None:
    with closing(connect(port, StopLatch(), parity="N")) as injector:
        injector.write_anchor(anchor)


@pytest.mark.requirement("LED-11")
def test_verify_asks_the_injector_for_its_anchor(nappage: Run, data: Path, tmp_path: Path) -> None:
    last = chain.verify(ledger_path(data, simulated=True))
    with closing(OnBench(tmp_path)) as bench:
        unanchored = nappage("verify", "--data", data, "--port", bench.port)
        keep_an_anchor(bench.port, Anchor(last.row, last.last_hash))
        good = nappage("verify", "--data", data, "--port", bench.port)
        keep_an_anchor(bench.port, Anchor(last.row + 1, b"x" * 32))
        lost = nappage("verify", "--data", data, "--port", bench.port)

    assert (unanchored.exit_code, good.exit_code, lost.exit_code) == (0, 0, 2)
    assert "none is anchored in the injector yet" in unanchored.output
    assert "and the injector's anchor agrees" in good.output
    assert lost.output.startswith(f"Rows were lost after row {last.row}")


@pytest.mark.requirement("LED-11")
def test_the_anchors_of_another_injector_are_no_word_about_this_record(
    nappage: Run, data: Path, tmp_path: Path
) -> None:
    with closing(OnBench(tmp_path, "wrong-serial")) as bench:
        result = nappage("verify", "--data", data, "--port", bench.port)

    assert result.exit_code == 2
    assert result.output.startswith("E419: Injector 1002 is connected, but the record belongs to injector 1001")


def test_a_port_that_is_missing_is_one_numbered_sentence(nappage: Run, data: Path, tmp_path: Path) -> None:
    result = nappage("verify", "--data", data, "--port", tmp_path / "none")

    assert result.exit_code == 2
    assert re.match(r"E1\d\d: .*\n\Z", result.output)


@pytest.mark.parametrize("form", ["json", "csv", "pdf"])
def test_a_session_is_exported(nappage: Run, data: Path, tmp_path: Path, form: str) -> None:
    result = nappage("export", "1", "--format", form, "--out", tmp_path / "out", "--data", data)

    assert result.exit_code == 0
    written = Path(result.output.removeprefix("wrote ").strip())
    assert written.suffix == f".{form}"
    assert written.stat().st_size > 100


def test_report_adds_up(nappage: Run, data: Path) -> None:
    assert "mesolift" in nappage("report", "--data", data).output
    assert "," in nappage("report", "--csv", "--data", data).output


@pytest.mark.parametrize(
    "command",
    [
        "sessions", "verify", "report", "export 1", "service wear", "service approvals", "service people",
        "service bundle support.zip", "service disable x --name y", "calibrate history",
    ],
)  # fmt: skip
def test_a_missing_record_is_one_numbered_sentence_and_nothing_is_made(
    nappage: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("kiosk.cli_service.pin", lambda: "123456")
    result = nappage(*command.split(), "--data", tmp_path / "nobody/was/here")

    assert result.exit_code == 2
    assert re.match(r"E409: There is no ledger at .*\n\Z", result.output)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_record_is_one_numbered_sentence(nappage: Run, data: Path) -> None:
    path = ledger_path(data, simulated=True)
    path.write_bytes(path.read_bytes()[:100] + b"rubbish" * 2000)

    result = nappage("verify", "--data", data)

    assert result.exit_code == 2
    assert re.match(r"E4\d\d: .*\n\Z", result.output)


def test_a_session_that_does_not_exist_is_one_numbered_sentence(nappage: Run, data: Path, tmp_path: Path) -> None:
    result = nappage("export", "7", "--data", data, "--out", tmp_path)

    assert result.exit_code == 2
    assert "7" in result.output


@pytest.mark.parametrize("size", ["800", "axb", "800x"])
def test_a_window_size_that_is_none_is_explained(nappage: Run, tmp_path: Path, size: str) -> None:
    result = nappage("kiosk", "--channel", tmp_path / "socket", "--size", size)

    assert result.exit_code == 2
    assert "WIDTHxHEIGHT" in result.output


def test_a_balance_says_who_it_is_and_what_lies_on_it(nappage: Run, tmp_path: Path) -> None:
    bench = OnBench(tmp_path, balance=True)
    try:
        result = nappage("service", "balance", bench.places.balance)
    finally:
        bench.close()
    assert result.exit_code == 0
    assert "NPB224 Simulated 220.0000 g, serial number B000000001" in result.output
    assert re.search(r"^-?0\.0\d\d mg, stable$", result.output, re.MULTILINE)


def test_a_missing_balance_is_one_numbered_sentence(nappage: Run, tmp_path: Path) -> None:
    result = nappage("service", "balance", tmp_path / "none")
    assert result.exit_code == 2
    assert result.output.startswith("E121: The balance's port")


@pytest.mark.parametrize(("word", "said"), [("checks", "No check of this device"), ("timing", "No times are recorded")])
def test_service_tells_of_checks_and_times(nappage: Run, data: Path, word: str, said: str) -> None:
    result = nappage("service", word, "--data", data, "--simulated")
    assert result.exit_code == 0
    assert said in result.output
