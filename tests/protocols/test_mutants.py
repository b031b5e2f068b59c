"""A drawn sample of broken limit checks, each of which must be noticed; `make mutate` tries them all.

The draw is new in every run and printed; the run itself shows first that the tests pass on the source as it is.
"""

from __future__ import annotations

import ast
import os
import secrets
import subprocess
import sys

import pytest

from tests.protocols.mutation.__main__ import equivalent
from tests.protocols.mutation.mutants import FILES, ROOT, mutants

SAMPLE = 10


def tried(*words: str) -> subprocess.CompletedProcess[str]:
    """The run in a process of its own, without the coverage that this one may be measured with."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    command = [sys.executable, "-m", "tests.protocols.mutation", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=110, check=False)


@pytest.mark.requirement("LIM-1", "LIM-6")
def test_a_sample_of_broken_limit_checks_is_noticed() -> None:
    seed = secrets.randbits(31)
    print(f"seed {seed}")
    ran = tried("--sample", str(SAMPLE), "--seed", str(seed))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"{SAMPLE} mutants in" in ran.stdout


def test_every_mutant_has_a_name_of_its_own_and_differs_from_the_source() -> None:
    every = [mutant for file in FILES for mutant in mutants(file)]
    assert len({mutant.name for mutant in every}) == len(every)
    source = {file: ast.dump(ast.parse((ROOT / f"kiosk/protocols/{file}.py").read_text("utf-8"))) for file in FILES}
    assert all(ast.dump(mutant.tree()) != source[mutant.file] for mutant in every[::17])


def test_every_mutant_called_equivalent_exists_and_has_a_reason() -> None:
    names = {mutant.name for file in FILES for mutant in mutants(file)}
    assert set(equivalent()) <= names
    assert all(len(reason) > 20 for reason in equivalent().values())


def test_a_change_that_no_test_notices_is_told_as_survived() -> None:
    ran = tried("--only", "3000 -> 3001", "--unexplained")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "survived  kiosk/protocols/envelope.py:" in ran.stdout
