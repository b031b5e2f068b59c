"""Clauses of the requirements that no other test here would miss: each test names the one that fails with it."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

import msgspec
import pytest

from drivers.registers import Fault
from kiosk.access.roles import WHO_MAY, Role
from kiosk.channel import commands as ask
from kiosk.protocols.library import Library
from kiosk.session.states import TABLE
from tests.session.bench import ADMINISTRATOR, PRACTITIONER, TECHNICIAN, Bench, library


# -- LIM-11: the trigger, as control sees it ------------------------------------------------------------------------
@pytest.mark.requirement("LIM-11")
def test_a_trigger_held_over_a_minute_is_ignored_alarmed_and_fires_only_after_a_release(subject: Bench) -> None:
    subject.press()
    subject.wait(59)
    subject.run(2)
    assert 712 in subject.alarms()
    assert "trigger or pedal is held" in " ".join(subject.snap.missing).lower()
    subject.on_skin()
    assert subject.refused(subject.arm_command())
    subject.release()
    subject.run(0.1)
    assert subject.engine.desk.status is not None
    if subject.engine.desk.status.faults & Fault.INPUT_STUCK:
        subject.tell(ask.ClearFaults())
        subject.run(0.1)
    assert subject.shots == 0
    subject.live().fire(1)


# -- LIM-12: no barrel sensor ----------------------------------------------------------------------------------------
def unsensed() -> Library:
    device = msgspec.structs.replace(library().devices["reference"], barrel_sensed=False, unsensed_dose_nl=22_000)
    return msgspec.structs.replace(library(), devices=MappingProxyType({"reference": device}))


@pytest.mark.requirement("LIM-12")
def test_without_a_barrel_sensor_the_printed_volume_is_read_back_and_the_smallest_barrels_dose_binds(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path, shelf=unsensed())
    bench.start().open().screen().product().needle()
    bench.do("barrel 5")
    bench.do("syringe fill 5000")
    bench.run(0.05)
    for printed in (0, 2_000_000):
        command = ask.FitSyringe("5ml", 5_000_000, True, True, printed)
        assert f"a syringe marked {printed / 1e6:.2f} mL, but one of 5.00 mL" in bench.refused(command)
    bench.tell(ask.FitSyringe("5ml", 5_000_000, True, True, 5_000_000))
    bench.tell(ask.Prepared(True))
    bench.prime()
    bench.until(lambda: bench.snap.phase == "treat", 2)
    assert bench.treat.dose.hard_high == 22_000
    assert "not allowed" in bench.refused(ask.Edit("dose", 23_000))
    bench.close()


# -- LIM-14: each part by itself ---------------------------------------------------------------------------------------
@pytest.mark.requirement("LIM-14")
@pytest.mark.parametrize("left_out", ["needle", "syringe", "line"])
def test_after_a_session_each_part_must_be_confirmed_new_by_itself(subject: Bench, left_out: str) -> None:
    subject.tell(ask.Finish())
    subject.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    subject.open(patient="P2").screen().product()
    if left_out == "needle":
        assert "The needle must be new" in subject.refused(ask.FitNeedle("30g-4mm", False))
    else:
        subject.needle()
        command = ask.FitSyringe("5ml", 5_000_000, left_out != "syringe", left_out != "line")
        assert f"The {left_out} must be new" in subject.refused(command)
    subject.run(0.1)
    assert "the set-up waits for" in " ".join(subject.snap.missing).lower()
    assert subject.snap.phase == "setup"


@pytest.mark.requirement("LIM-14")
@pytest.mark.parametrize("counter", ["needle_changes", "syringe_changes"])
def test_each_counter_of_the_controller_must_have_grown(subject: Bench, counter: str) -> None:
    subject.tell(ask.Finish())
    subject.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    subject.open(patient="P2").screen().product()
    if counter == "syringe_changes":
        subject.needle()
    journal = subject.rig.controller.journal
    subject.after_sending.append(lambda _: setattr(journal, counter, 1))
    identity = subject.engine.desk.identity
    assert identity is not None
    subject.engine.desk.identity = msgspec.structs.replace(identity, **{counter: 1})
    command = (
        ask.FitNeedle("30g-4mm", True) if counter == "needle_changes" else ask.FitSyringe("5ml", 5_000_000, True, True)
    )
    assert "did not count it" in subject.refused(command)
    assert subject.snap.phase == "setup"


# -- PST-1: every step blocks, with what to repair ---------------------------------------------------------------------
def damaged(bench: Bench) -> None:
    bench.engine.record._opened = "Row 3 was changed"


def no_profiles(bench: Bench) -> None:
    bench.engine.library = msgspec.structs.replace(bench.shelf, protocols=MappingProxyType({}))


def no_clock(bench: Bench) -> None:
    bench.wall_trusted = False


def uncalibrated(bench: Bench) -> None:
    connected = bench.engine.connection.connected
    assert connected is not None
    bench.engine.connection.connected = msgspec.structs.replace(connected, calibration=None)


BROKEN: dict[str, tuple[Any, str]] = {
    "ledger": (damaged, "reason"),
    "profiles": (no_profiles, "profiles"),
    "clock": (no_clock, "Set the time"),
    "stop": (lambda bench: bench.do("stop press"), "stop button is pressed"),
    "inputs": (lambda bench: bench.do("pedal-no close"), "release it"),
    "link": (lambda bench: bench.do("unplug"), "injector"),
    "calibration": (uncalibrated, "a technician calibrates it"),
}


@pytest.mark.requirement("PST-1")
@pytest.mark.parametrize("key", list(BROKEN))
def test_every_check_of_the_self_test_blocks_with_what_to_repair(bench: Bench, key: str) -> None:
    bench.until(lambda: bench.check("homing") == "asks", 5)
    breaks, said = BROKEN[key]
    breaks(bench)
    bench.run(1)
    check = next(check for check in bench.snap.checks if check.key == key)
    assert check.state == "failed"
    assert said in check.detail
    assert [c.state for c in bench.snap.checks if c.state == "failed"] == ["failed"], (
        "the first failure is the one told"
    )
    assert bench.snap.phase == "starting"
    bench.sign_in()
    assert "the self-test has not passed" in bench.refused(ask.OpenSession("mesolift", "P1", True))
    assert not any(what in ("home", "prime", "authorisation") for what, _ in bench.sent)


@pytest.mark.requirement("PST-1")
def test_a_fault_of_the_injector_blocks_the_self_test_until_it_is_cleared(bench: Bench) -> None:
    bench.until(lambda: bench.check("homing") == "asks", 5)
    bench.rig.controller.faults |= Fault.LEASE
    bench.run(0.2)
    check = next(check for check in bench.snap.checks if check.key == "faults")
    assert check.state == "failed"
    assert "Clear the fault once its cause is gone" in check.detail
    bench.sign_in()
    bench.tell(ask.ClearFaults())
    bench.run(0.1)
    assert bench.check("homing") == "asks"


@pytest.mark.requirement("PST-1", "ALM-3")
def test_without_both_answers_nothing_is_opened(bench: Bench) -> None:
    bench.until(lambda: bench.check("homing") == "asks", 5)
    bench.sign_in()
    assert bench.check("buzzer") == "waiting"
    assert bench.refused(ask.OpenSession("mesolift", "P1", True))
    bench.tell(ask.AnswerCheck("homing", True))
    bench.until(lambda: bench.check("buzzer") == "asks", 5)
    assert bench.refused(ask.OpenSession("mesolift", "P1", True))
    bench.tell(ask.AnswerCheck("buzzer", True))
    bench.tell(ask.OpenSession("mesolift", "P1", True))


# -- ACC-5: what the screen says is not believed -------------------------------------------------------------------
FIELDS: dict[str, Any] = {
    "expiry": "2027-12-01", "role": "technician", "side": "left", "mode": "single", "field": "dose", "format": "json",
    "local": "2026-11-22 10:00", "anaesthetic": "none", "client": "shell", "yes": (),
}  # fmt: skip


def sample(kind: type[msgspec.Struct]) -> Any:
    """A command of this kind, as a screen gone mad might send it."""
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        known = {int: 1, bool: True, str: "x"}
        plain = next((t for t in known if t.__name__ in str(field.type)), str)
        values[field.name] = FIELDS.get(field.name, known[plain])
    if kind is ask.AnswerCheck:
        values["yes"] = True
    return kind(**values)


COMMANDS: list[type[msgspec.Struct]] = [kind for kind in get_args(ask.AnyCommand) if WHO_MAY.get(kind) is not None]
PEOPLE = {Role.PRACTITIONER: PRACTITIONER, Role.TECHNICIAN: TECHNICIAN, Role.ADMINISTRATOR: ADMINISTRATOR}


@pytest.mark.requirement("ACC-5", "ACC-1")
def test_every_command_is_refused_from_whoever_may_not_give_it(subject: Bench) -> None:
    for who in (None, *Role):
        subject.tell(ask.SignOut()) if who is None else subject.sign_in(PEOPLE[who])
        written = len(subject.rows(object))
        for kind in COMMANDS:
            allowed = WHO_MAY[kind]
            if who is None or (allowed is not None and who not in allowed):
                assert "may not do this" in subject.refused(sample(kind)), kind.__name__
        assert len(subject.rows(object)) == written, "something was done all the same"
        assert not subject.armed


@pytest.mark.requirement("ACC-5")
def test_every_command_is_refused_in_a_phase_that_is_not_its_own(subject: Bench) -> None:
    assert subject.snap.phase == "treat"
    for kind in COMMANDS:
        allowed = WHO_MAY[kind]
        if "treat" not in TABLE[kind].phases and allowed is not None and Role.PRACTITIONER in allowed:
            assert "is not possible now" in subject.refused(sample(kind)), kind.__name__
