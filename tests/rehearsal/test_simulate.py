"""`nappage simulate`: each shipped scenario with bench and control as real processes over a real pseudo-terminal."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.rehearsal.played import ROOT, await_end_of, nappage, started

SCENARIOS = ROOT / "profiles" / "scenarios"
TWO_SHOTS = """
[[steps]]
arm = { zone = "forehead", mode = "single", rate_per_s = 6.0, shots = 2 }
[[steps]]
fire = { shots = 2 }
[[steps]]
finish = "treating"
[[steps]]
sign = {}
"""


def play(name: str, out: Path) -> tuple[dict[str, object], str]:
    ended = nappage("simulate", SCENARIOS / f"{name}.toml", "--out", out)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "every limit was kept and no record is missing" in ended.stdout
    assert "SIMULATED" in ended.stdout
    return json.loads((out / "SIMULATED-session-00001.json").read_text()), ended.stdout


def treatment(record: dict[str, object]) -> list[dict[str, object]]:
    shots: list[dict[str, object]] = record["shots"]  # type: ignore[assignment]
    return [shot for shot in shots if shot["kind"] == "treatment"]


@pytest.mark.requirement("LIM-5")
def test_a_clean_mesolift_records_its_hundred_shots(tmp_path: Path) -> None:
    record, said = play("clean-mesolift-100-shots", tmp_path)
    assert len(treatment(record)) == 100
    assert "100/100 shots" in said
    assert {shot["outcome"] for shot in treatment(record)} == {0}
    with (tmp_path / "SIMULATED-session-00001.csv").open(newline="") as file:
        assert sum(row["kind"] == "treatment" for row in csv.DictReader(file)) == 100
    assert (tmp_path / "SIMULATED-session-00001.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.requirement("LIM-14")
def test_a_changed_syringe_is_primed_briefly_and_used(tmp_path: Path) -> None:
    record, _ = play("syringe-change", tmp_path)
    events: list[dict[str, object]] = record["events"]  # type: ignore[assignment]
    assert sum(event["kind"] == "syringe" for event in events) == 2
    assert [event["body"]["volume_nl"] for event in events if event["kind"] == "prime"][-1] == 10_000  # type: ignore[index]
    assert len(treatment(record)) == 20


@pytest.mark.requirement("STP-1")
def test_a_stop_is_acknowledged_and_treating_goes_on(tmp_path: Path) -> None:
    record, said = play("stop-and-recovery", tmp_path)
    assert said.count("Alarm 701 begins") == 2
    assert len(treatment(record)) >= 12


@pytest.mark.requirement("LED-4", "LNK-3")
def test_a_lost_link_is_reconciled_and_treating_goes_on(tmp_path: Path) -> None:
    record, said = play("lost-link", tmp_path)
    assert "Alarm 703 begins" in said
    closing: dict[str, int] = record["closing"]  # type: ignore[assignment]
    assert closing["shots"] == len(treatment(record)) >= 12


@pytest.mark.requirement("LED-7")
def test_an_occlusion_is_a_partial_shot_and_treating_goes_on(tmp_path: Path) -> None:
    record, said = play("occlusion", tmp_path)
    assert "Alarm 707 begins" in said
    partial = [shot for shot in treatment(record) if shot["outcome"]]
    assert len(partial) == 1
    assert partial[0]["measured_dose_nl"] < partial[0]["dose_nl"]  # type: ignore[operator]


@pytest.fixture(scope="module")
def unkept(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """Two shots are given without a folder, and three are expected."""
    set_up, _, _ = (SCENARIOS / "syringe-change.toml").read_text().partition("[[steps]]")
    scenario = tmp_path_factory.mktemp("unkept") / "wrong.toml"
    scenario.write_text(f"{set_up}{TWO_SHOTS}[expect]\nshots = 3\n")
    return nappage("simulate", scenario)


def test_an_expectation_that_fails_is_an_exit_code(unkept: subprocess.CompletedProcess[str]) -> None:
    assert unkept.returncode == 1, unkept.stdout + unkept.stderr
    assert "FAILED    Expected 3 shots, recorded are 2" in unkept.stdout


def test_without_a_folder_it_says_that_nothing_is_kept(unkept: subprocess.CompletedProcess[str]) -> None:
    assert "wrote     nothing; --out FOLDER keeps the record" in unkept.stdout
    assert "SIMULATED-session" not in unkept.stdout


def test_a_command_that_control_refuses_ends_the_rehearsal_with_its_sentence(tmp_path: Path) -> None:
    text = (SCENARIOS / "occlusion.toml").read_text().replace("rate_per_s = 4.0", "rate_per_s = 4.0, depth_mm = 5.0")
    scenario = tmp_path / "deep.toml"
    scenario.write_text(text)
    ended = nappage("simulate", scenario, "--out", tmp_path / "out")
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert "E862" in ended.stderr
    assert "zone" in ended.stderr
    assert "Traceback" not in ended.stderr


class Broken(NamedTuple):
    """What a run left that was ended by a signal."""

    code: int
    out: Path
    family: dict[int, str]


def broken_off(out: Path, number: signal.Signals, **settings: str) -> Broken:
    """A run that is ended by a signal while it treats."""
    with started("simulate", SCENARIOS / "clean-mesolift-100-shots.toml", "--out", out, **settings) as subject:
        subject.await_word("step 2 of")
        family = subject.family()
        return Broken(subject.end(number), out, family)


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Broken:
    return broken_off(tmp_path_factory.mktemp("interrupted"), signal.SIGINT)


def left_nothing(run: Broken) -> None:
    assert any("hal_sim" in words for words in run.family.values())
    assert any("control" in words for words in run.family.values())
    assert run.code != 0
    await_end_of(list(run.family))


def test_nothing_is_left_behind_when_it_is_interrupted(interrupted: Broken) -> None:
    left_nothing(interrupted)


def test_a_session_of_a_run_that_was_broken_off_is_named_by_the_next(interrupted: Broken) -> None:
    ended = nappage("simulate", SCENARIOS / "syringe-change.toml", "--out", interrupted.out)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert f"E866: The record in {interrupted.out / 'data'} still holds session 1" in ended.stderr
    assert "0/20 shots" in ended.stdout, "those of another session are none of this run"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_nothing_is_left_behind_when_it_is_ended(tmp_path: Path, number: signal.Signals) -> None:
    """A killed one leaves a folder with its sockets, and no process."""
    with tempfile.TemporaryDirectory(prefix="nk-") as folder:  # with a path that is short enough for sockets
        left_nothing(broken_off(tmp_path, number, TMPDIR=folder))
        assert number == signal.SIGKILL or not list(Path(folder).iterdir())
