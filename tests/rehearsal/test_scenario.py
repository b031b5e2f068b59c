"""Scenario files: what they may say, and what is said about a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.errors import NappageError
from kiosk.protocols.library import load
from kiosk.rehearsal import errors
from kiosk.rehearsal.scenario import load_scenario

ROOT = Path(__file__).parents[2]
LIBRARY = load(ROOT / "profiles")
SHIPPED = sorted((ROOT / "profiles" / "scenarios").glob("*.toml"))
PATIENT = """
title = "A test"
protocol = "mesolift"
patient = "T"
product = "example-saline"
lot = "L"
expiry = "2099-12-31"
needle = "30g-4mm"
syringe = "5ml"
fill_ul = 2000
"""
STEP = "[[steps]]\nfinish = 'treating'\n"
EXPECT = "[expect]\nshots = 0\n"


def refused(tmp_path: Path, text: str) -> NappageError:
    path = tmp_path / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NappageError) as caught:
        load_scenario(path, LIBRARY)
    assert str(path) in str(caught.value)
    return caught.value


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_scenario_can_be_read(path: Path) -> None:
    subject = load_scenario(path, LIBRARY)
    assert subject.planned <= subject.expect.shots
    assert subject.steps[-1].verb == "sign"


def test_five_scenarios_ship() -> None:
    assert {path.stem for path in SHIPPED} == {
        "clean-mesolift-100-shots", "syringe-change", "stop-and-recovery", "lost-link", "occlusion",
    }  # fmt: skip


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(errors.ScenarioMissing, match=r"nowhere\.toml"):
        load_scenario(tmp_path / "nowhere.toml", LIBRARY)


def test_bytes_that_are_no_text_are_said(tmp_path: Path) -> None:
    path = tmp_path / "scenario.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(errors.ScenarioUnreadable, match="UTF-8"):
        load_scenario(path, LIBRARY)


def test_a_line_that_is_no_toml_is_named(tmp_path: Path) -> None:
    assert isinstance(fault := refused(tmp_path, "title = \n"), errors.ScenarioSyntax)
    assert fault.facts["line"] == 1


def test_an_unknown_key_is_refused_by_name(tmp_path: Path) -> None:
    fault = refused(tmp_path, PATIENT + "pressure = 3\n" + STEP + EXPECT)
    assert isinstance(fault, errors.ScenarioKeyUnknown)
    assert fault.facts["key"] == "pressure"


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    fault = refused(tmp_path, PATIENT + STEP)
    assert isinstance(fault, errors.ScenarioKeyMissing)
    assert fault.facts["key"] == "expect"


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        (PATIENT.replace('"mesolift"', '"masolift"') + STEP + EXPECT, "protocol", "mesolift"),
        (PATIENT.replace('"5ml"', '"6ml"') + STEP + EXPECT, "syringe", "5ml"),
        (PATIENT.replace("2000", "0") + STEP + EXPECT, "fill_ul", "at least 1"),
        (PATIENT + "steps = []\n" + EXPECT, "steps", "at least one"),
        (PATIENT + "[[steps]]\n" + EXPECT, "steps.0", "exactly one of"),
        (PATIENT + "[[steps]]\nfinish = 'treating'\nsign = {}\n" + EXPECT, "steps.0", "exactly one of"),
        (PATIENT + "[[steps]]\nstop = 'whistle'\n" + EXPECT, "steps.0.stop", "'button', 'glass'"),
        (PATIENT + "[[steps]]\narm = { zone = 'knee', shots = 1 }\n" + EXPECT, "steps.0.arm.zone", "forehead"),
        (PATIENT + "[[steps]]\narm = { zone = 'temple', shots = 1 }\n" + EXPECT, "steps.0.arm.side", "left, right"),
        (
            PATIENT + "[[steps]]\narm = { zone = 'forehead', shots = 1, depth_mm = 0.00005 }\n" + EXPECT,
            "steps.0.arm.depth_mm", "whole thousandths",
        ),
        *[
            (
                PATIENT + f"[[steps]]\narm = {{ zone = 'forehead', shots = 1, rate_per_s = {rate} }}\n" + EXPECT,
                "steps.0.arm.rate_per_s", "more than 0",
            )
            for rate in ("nan", "inf", "-1.5")
        ],
        (PATIENT + STEP + EXPECT + "[expect.zones]\n'temple whole' = 1\n", "expect.zones", "temple left"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_said_with_its_key_and_what_is_allowed(
    tmp_path: Path, text: str, key: str, allowed: str
) -> None:
    fault = refused(tmp_path, text)
    assert isinstance(fault, errors.ScenarioValue)
    assert fault.facts["key"] == key
    assert allowed in str(fault.facts["allowed"])
