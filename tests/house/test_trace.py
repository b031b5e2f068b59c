"""The trace from requirements to tests notices what it is there to notice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import trace
from tests.house.rules import ROOT

pytest_plugins = ("pytester",)

FOUR = """
    import pytest

    @pytest.mark.requirement("LIM-1", "LIM-2")
    @pytest.mark.parametrize("n", [1, 2])
    def test_two(n): pass

    @pytest.mark.requirement("LIM-3")
    @pytest.mark.skip(reason="not today")
    def test_skipped(): pass

    @pytest.mark.requirement("LIM-4")
    @pytest.mark.xfail(reason="not yet")
    def test_expected_to_fail(): pass

    def test_none(): pass
"""


def test_a_word_that_is_no_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        trace.main(["--chekc"])
    assert "unrecognized arguments: --chekc" in capsys.readouterr().err


def items(pytester: pytest.Pytester, source: str) -> list[pytest.Item]:
    pytester.makeini("[pytest]\nmarkers = requirement: what it proves")  # a mark that is unknown is an error
    collected, _ = pytester.inline_genitems(pytester.makepyfile(source), "-p", "no:randomly")
    return collected


def test_parameters_fold_and_skipped_tests_prove_nothing(pytester: pytest.Pytester) -> None:
    proved = trace.proofs(items(pytester, FOUR))

    assert {number: [test.split("::")[1] for test in tests] for number, tests in proved.items()} == {
        "LIM-1": ["test_two"],
        "LIM-2": ["test_two"],
    }


def test_a_number_that_nobody_wrote_down_is_an_error(pytester: pytest.Pytester) -> None:
    with pytest.raises(pytest.UsageError, match="LIM-2"):
        trace.refuse_unknown(items(pytester, FOUR), {"LIM-1": "", "LIM-3": "", "LIM-4": ""})


def test_a_marker_without_a_number_is_an_error(pytester: pytest.Pytester) -> None:
    source = "import pytest\n@pytest.mark.requirement\ndef test_it(): pass\n"

    with pytest.raises(pytest.UsageError, match="write @pytest"):
        trace.proofs(items(pytester, source))


def test_a_number_that_lost_its_last_test_is_named() -> None:
    assert trace.lost(["LIM-10", "LIM-2", "LED-1"], {"LED-1": ["t"]}) == ["LIM-2", "LIM-10"]


def test_the_committed_list_comes_back_as_it_was_written(tmp_path: Path) -> None:
    trace.write_traced(["LIM-10", "LIM-2", "ACC-1", "LIM-2"], tmp_path / "traced.txt")

    assert trace.read_traced(tmp_path / "traced.txt") == ["ACC-1", "LIM-2", "LIM-10"]


def test_the_report_names_proofs_and_what_is_open() -> None:
    report = trace.report({"LIM-1": "Hard limits", "LIM-2": "x" * 200}, {"LIM-1": ["tests/a.py::test_b"]})

    assert "LIM-1   Hard limits\n        - tests/a.py::test_b" in report
    assert report.endswith("1 of 2 requirements have a test.\nOpen: LIM-2")


def test_every_requirement_has_its_text_and_no_number_is_left_out() -> None:
    known = trace.load_requirements()
    groups: dict[str, list[int]] = {}
    for number in known:
        letters, _, digits = number.partition("-")
        groups.setdefault(letters, []).append(int(digits))

    assert all(known.values())
    assert {letters: list(range(1, len(found) + 1)) for letters, found in groups.items()} == groups
    assert set(trace.read_traced()) <= set(known)


def test_no_requirement_has_lost_its_last_test(pytestconfig: pytest.Config) -> None:
    collected = pytestconfig.stash[trace.COLLECTED]
    if trace.is_whole(collected):  # what was collected for this run need not be collected again
        assert trace.judge(collected, ["--check"]) == 0
        return
    done = subprocess.run(
        [sys.executable, "-m", "tests.trace", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_who_looks_for_a_lost_number_is_told_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert trace.judge((), ["--check"]) == 1
    assert "these lost their last test: " + ", ".join(trace.read_traced()) in capsys.readouterr().err


def test_a_part_of_the_tests_is_not_the_whole() -> None:
    files: Any = [SimpleNamespace(path=path) for path in trace.HERE.rglob("test_*.py")]

    assert trace.is_whole(files)
    assert not trace.is_whole(files[1:])
