"""The console: every command is in the table with a help text, and nothing typed is an error."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.registers import Input
from hal_sim.console import VERBS
from hal_sim.faults import FAULTS
from hal_sim.panel import INPUTS as PANEL_INPUTS
from hal_sim.rig import Rig
from tests.hal_sim.host import Host


@pytest.fixture
def subject() -> Rig:
    return Rig()


@pytest.mark.parametrize(
    ("command", "key", "value"),
    [
        ("trigger down", "trigger", True),
        ("pedal down", "pedal_no", True),
        ("pedal down", "pedal_nc", False),
        ("pedal-no close", "pedal_no", True),
        ("pedal-nc open", "pedal_nc", False),
        ("contact on", "contact", True),
        ("stop press", "stop_a", False),
        ("stop press", "stop_b", False),
        ("stop-a open", "stop_a", False),
        ("stop-b open", "stop_b", False),
        ("unplug", "plugged", False),
        ("barrel 10", "barrel", "ML_10"),
        ("barrel none", "barrel", "NONE"),
        ("needle remove", "needle_fitted", False),
        ("reset", "boot_count", 2),
        ("enable on", "enable", True),
        ("fault occlusion on", "bench_faults", ["occlusion"]),
    ],
)
def test_a_command_changes_what_it_names(subject: Rig, command: str, key: str, value: object) -> None:
    before = json.loads(subject.do(1.0, "state"))
    subject.do(1.0, command)
    after = json.loads(subject.do(1.0, "state"))
    assert before[key] != after[key] == value


def test_every_switch_goes_back(subject: Rig) -> None:
    rest = json.loads(subject.do(1.0, "state"))
    for there, back in (
        ("trigger down", "trigger up"),
        ("pedal down", "pedal up"),
        ("contact on", "lift"),
        ("unplug", "replug"),
        ("enable on", "enable off"),
        ("stop press", "stop release"),
        ("contact on", "contact off"),
        ("fault occlusion on", "fault occlusion off"),
    ):
        subject.do(1.0, there)
        subject.do(1.0, back)
    assert json.loads(subject.do(1.0, "state")) == rest


def test_every_fault_can_be_turned_on_and_off(subject: Rig) -> None:
    for name, text in FAULTS.items():
        assert subject.do(1.0, f"fault {name} on") == text
        assert f"{name:20} ON " in subject.do(1.0, "fault")
        assert subject.do(1.0, f"fault {name} off") == "ok"
    assert " ON " not in subject.do(1.0, "fault")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("", "Type help for the list of commands."),
        ("triger down", "There is no command 'triger'; did you mean 'trigger'? Type help for the list."),
        ("trigger", "trigger takes down or up."),
        ("trigger sideways", "trigger takes down or up."),
        ("lift now", "lift takes nothing after it."),
        ("barrel 3", "barrel takes none, 1, 2, 5 or 10."),
        ("syringe full", "syringe takes fill and a volume in uL."),
        ("syringe fill 9000", "syringe takes a volume of 1 to 5000 uL with the barrel that is in the clamp."),
        ("needle fit 29 4", "needle takes fit, fit GAUGE MM (30 to 32, 4 to 13), or remove."),
        ("needle fit thin 4", "needle takes fit, fit GAUGE MM (30 to 32, 4 to 13), or remove."),
        ("needle fit 30 3", "needle takes fit, fit GAUGE MM (30 to 32, 4 to 13), or remove."),
        ("needle", "needle takes fit, fit GAUGE MM (30 to 32, 4 to 13), or remove."),
        ("fault oclusion on", "There is no fault 'oclusion'; did you mean 'occlusion'? Type fault for the list."),
        ("fault occlusion", "fault takes the name of a fault and on or off."),
        ("power-cut soon", "power-cut takes a number of bytes."),
        ("needle fit 31 6", "A 31G needle of 6 mm is fitted."),
        ("needle fit", "A 30G needle of 4 mm is fitted."),
        ("line new", "A new line full of air is fitted."),
        ("syringe fill 3000", "A new syringe with 3000 uL is in the clamp."),
        ("barrel 2", "A full 2 mL syringe is in the clamp."),
    ],
)
def test_every_answer_is_a_sentence(subject: Rig, command: str, answer: str) -> None:
    assert subject.do(1.0, command) == answer


def test_help_names_every_command_with_its_text(subject: Rig) -> None:
    lines = subject.do(1.0, "help").splitlines()
    assert len(lines) == len(VERBS)
    for line, (name, verb) in zip(lines, VERBS.items(), strict=True):
        assert line.startswith(name)
        assert line.endswith(verb.text)
        assert verb.text.endswith(".")


@given(st.text(max_size=40))
def test_nothing_typed_is_an_error(text: str) -> None:
    assert Rig().do(0.0, text)


def test_truth_knows_what_no_sensor_does(subject: Rig) -> None:
    truth = json.loads(subject.do(0.0, "truth"))
    assert truth["spring"] == "whole"
    assert truth["needle_um"] == -1000
    assert truth["air_nl"] == pytest.approx(80_400)


INPUTS = {
    Input.TRIGGER: ("trigger down", "trigger up"),
    Input.CONTACT: ("contact on", "lift"),
    Input.HOME: ("fault home-switch-dead on", "fault home-switch-dead off"),
    Input.NEEDLE_FITTED: ("needle remove", "needle fit"),
    Input.SUPPLY: ("enable on", "enable off"),
}
"""Every input but the pedal bit, which comes by wire, and what it latches: how a person moves it, there and back."""
CONTACTS = {
    "stop_a": ("stop-a open", "stop-a close"),
    "stop_b": ("stop-b open", "stop-b close"),
    "pedal_no": ("pedal-no close", "pedal-no open"),
    "pedal_nc": ("pedal-nc open", "pedal-nc close"),
    "feedback": ("enable on", "enable off"),
}


def test_every_input_of_the_controller_has_its_command() -> None:
    assert set(INPUTS) | {Input.PEDAL, Input.NEEDLE_KEPT} == set(Input) - {Input.NONE}
    for bit, (there, back) in INPUTS.items():
        host = Host()
        before = host.status().inputs & bit
        for command, changed in ((there, True), (back, False)):
            host.do(command)
            assert (host.wait(0.1).inputs & bit != before) == changed, command


def test_every_contact_of_the_panel_has_its_command() -> None:
    assert set(CONTACTS) == set(PANEL_INPUTS)
    for name, (there, back) in CONTACTS.items():
        host = Host()
        before = getattr(host.rig.levels(host.now), name)
        for command, changed in ((there, True), (back, False)):
            host.do(command)
            host.wait(0.1)
            assert (getattr(host.rig.levels(host.now), name) != before) == changed, command


def test_every_word_that_is_typed_anywhere_here_is_in_the_help(subject: Rig) -> None:
    told = {line.split()[0] for line in subject.do(1.0, "help").splitlines()}
    typed = {command.split()[0] for pair in (*INPUTS.values(), *CONTACTS.values()) for command in pair}
    assert typed <= told
    assert all(
        verb.takes in line for verb, line in zip(VERBS.values(), subject.do(1.0, "help").splitlines(), strict=True)
    )
