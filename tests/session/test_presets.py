"""Presets: kept by a practitioner, offered, proposed, retired; they never raise a limit (LIM-1, LIM-8)."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest
from msgspec.structs import replace

from kiosk.channel import commands as ask
from kiosk.channel.presets import KeepPreset, Preset, RetirePreset
from kiosk.protocols.library import Library
from kiosk.records.facts import Fact
from kiosk.records.rows import EventRow
from kiosk.session.presets import MOST, NAME_MAX
from tests.session.bench import ADMINISTRATOR, PRACTITIONER, TECHNICIAN, Bench, library

NAME = "Dr. Martin, temple"
BODY: dict[str, Any] = {
    "preset": 1, "name": NAME, "protocol": "mesolift", "zone": "temple", "side": "left", "depth_um": 700,
    "dose_nl": 22_000, "mode": "burst", "rate_mhz": 3000, "shots": 40,
}  # fmt: skip


def keep(bench: Bench, name: str = NAME, **other: Any) -> KeepPreset:
    treat = bench.treat
    shown = KeepPreset(
        name, treat.zone, treat.side, treat.depth.value, treat.dose.value, treat.mode, treat.rate.value,
        treat.shots.value,
    )  # fmt: skip
    return replace(shown, **other)


def offered(bench: Bench) -> tuple[Preset, ...]:
    return bench.engine.catalogue().presets


def kept_before(bench: Bench, **other: Any) -> Bench:
    """The record holds a preset from an earlier day."""
    body = BODY | other
    bench.ledger.append([EventRow(Fact.PRESET, 0, 1, "Dr. Martin", f"Preset {body['name']} kept", body)])
    bench.restart()
    return bench


def treated_with(bench: Bench, preset: int = 1) -> Bench:
    """A session with this preset, set up to its first arming."""
    bench.start()
    bench.tell(ask.OpenSession("mesolift", "P1", True, preset=preset))
    bench.screen().product().needle().syringe()
    bench.tell(ask.Prepared(True))
    bench.prime()
    bench.until(lambda: bench.snap.phase == "treat" and not bench.snap.busy, 3)
    bench.run(0.1)
    return bench


def values(bench: Bench) -> tuple[Any, ...]:
    treat = bench.treat
    return treat.zone, treat.side, treat.depth.value, treat.dose.value, treat.mode, treat.rate.value, treat.shots.value


# -- keeping ----------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("ACC-4")
def test_what_is_set_is_kept_as_a_row_with_who_and_when_and_offered_from_then_on(subject: Bench) -> None:
    subject.tell(keep(subject))
    (row,) = subject.events(Fact.PRESET)
    assert (row.user, row.body["preset"], row.body["name"]) == (PRACTITIONER.name, 1, NAME)
    (preset,) = offered(subject)
    assert (preset.key, preset.name, preset.protocol, preset.by) == (1, NAME, "mesolift", PRACTITIONER.name)
    assert preset.at.startswith("2026-11-18 ")
    assert (preset.zone, preset.side, preset.depth_um, preset.dose_nl) == values(subject)[:4]
    assert f"Preset {NAME} kept" in subject.last_notice


def test_it_is_there_after_a_restart_and_the_next_gets_another_number(subject: Bench) -> None:
    subject.tell(keep(subject))
    subject.restart()
    subject.until(lambda: subject.seat.snapshot is not None, 2)
    subject.start()
    assert [preset.name for preset in offered(subject)] == [NAME]
    subject.until(lambda: subject.snap.phase == "treat", 3)
    subject.tell(keep(subject, "Another"))
    assert [preset.key for preset in offered(subject)] == [2, 1], "by name"


def test_what_can_be_chosen_is_told_anew(subject: Bench) -> None:
    told: list[object] = []
    subject.seat.send_catalogue = told.append  # type: ignore[method-assign]
    subject.tell(keep(subject))
    subject.run(0.1)
    assert len(told) == 1


@pytest.mark.requirement("ACC-5")
@pytest.mark.parametrize(
    "other",
    [{"zone": "nose"}, {"depth_um": 550}, {"dose_nl": 21_000}, {"mode": "burst"}, {"rate_mhz": 2100}, {"shots": 7}],
    ids=lambda other: next(iter(other)),
)
def test_what_was_shown_is_what_is_kept(subject: Bench, other: dict[str, Any]) -> None:
    assert "showed" in subject.refused(keep(subject, **other))
    assert not offered(subject)


@pytest.mark.parametrize("name", ["", "   ", "a" * (NAME_MAX + 1), "bell\a"])
def test_a_name_is_needed_that_people_can_read(subject: Bench, name: str) -> None:
    assert "no name of a preset" in subject.refused(keep(subject, name))


def test_a_name_is_used_once_in_a_treatment_whatever_its_case(subject: Bench) -> None:
    subject.tell(keep(subject))
    assert "has a preset" in subject.refused(keep(subject, NAME.upper()))


def test_there_is_an_end_to_how_many_are_offered(subject: Bench) -> None:
    subject.tell(keep(subject))
    presets = subject.engine.presets
    presets._kept |= {100 + at: (replace(presets._kept[1][0], name=f"{at}"), "A", 0) for at in range(MOST)}
    assert "retire one first" in subject.refused(keep(subject, "One more"))


@pytest.mark.requirement("LED-12")
def test_what_cannot_be_written_is_neither_kept_nor_retired(subject: Bench) -> None:
    subject.disk.failing = True
    assert "cannot be written" in subject.refused(keep(subject))
    assert not offered(subject)


@pytest.mark.requirement("ACC-1", "ACC-5")
@pytest.mark.parametrize("account", [TECHNICIAN, ADMINISTRATOR])
def test_only_a_practitioner_keeps_and_retires(subject: Bench, account: object) -> None:
    command = keep(subject)
    subject.tell(ask.SignOut())
    subject.sign_in(account)
    assert "may not do this" in subject.refused(command)
    assert "may not do this" in subject.refused(RetirePreset(1))


def test_nothing_is_kept_while_armed_asked_or_before_anything_is_set(bench: Bench) -> None:
    bench.start().open().screen()
    command = KeepPreset(NAME, "temple", "left", 500, 20_000, "single", 2000, 10)
    assert "not possible now" in bench.refused(command)
    bench.product().needle().syringe()
    bench.tell(ask.Prepared(True))
    bench.prime()
    bench.until(lambda: bench.snap.phase == "treat" and not bench.snap.busy, 3)
    bench.tell(ask.Edit("depth", 1_200))
    bench.run(0.1)
    assert bench.snap.question is not None
    assert "a question waits" in bench.refused(keep(bench))


def test_without_an_injector_nothing_is_set_that_could_be_kept(subject: Bench) -> None:
    command = keep(subject)
    subject.engine.treatment.envelope = None
    assert "not all known" in subject.refused(command)


# -- retiring ---------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("ACC-4")
def test_a_retired_one_is_offered_no_more_and_stays_in_the_record(bench: Bench) -> None:
    kept_before(bench).start()
    bench.tell(RetirePreset(1))
    assert not offered(bench)
    (row,) = bench.events(Fact.PRESET_RETIRED)
    assert (row.user, row.body) == (PRACTITIONER.name, {"preset": 1, "name": NAME})
    bench.restart()
    assert not offered(bench)
    assert bench.ledger.restore().next_preset == 2, "its number is never used again"
    bench.start()
    assert "no preset" in bench.refused(RetirePreset(1))
    assert "no preset" in bench.refused(ask.OpenSession("mesolift", "P1", True, preset=1))


@pytest.mark.requirement("LED-12")
def test_one_whose_retirement_cannot_be_written_is_still_offered(bench: Bench) -> None:
    kept_before(bench).start()
    bench.disk.failing = True
    assert "cannot be written" in bench.refused(RetirePreset(1))
    assert offered(bench)


# -- proposing --------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("LIM-8")
def test_its_values_are_proposed_when_treating_begins_and_armed_in_two_steps_as_ever(bench: Bench) -> None:
    treated_with(kept_before(bench))
    assert values(bench) == ("temple", "left", 700, 22_000, "burst", 3000, 40)
    assert "proposes its values" in bench.last_notice
    assert bench.treat.arming is None
    bench.live()
    assert bench.treat.arming is not None


@pytest.mark.requirement("LIM-1")
def test_a_value_outside_of_what_is_possible_now_is_refused_with_the_reason(bench: Bench) -> None:
    treated_with(kept_before(bench, depth_um=3_000, shots=41))
    assert values(bench)[2] == bench.treat.depth.default
    assert values(bench)[6] == 41, "the others are taken"
    told = [notice.sentence for notice in bench.snap.notices]
    assert any("Depth 3.00 mm is not allowed: from" in words and "zone limit" in words for words in told)
    assert any("Depth 3.00 mm" in row.sentence for row in bench.events("refused"))


@pytest.mark.requirement("LIM-1")
def test_a_value_past_a_soft_limit_is_asked_about_and_waits_for_its_answer(bench: Bench) -> None:
    treated_with(kept_before(bench, dose_nl=15_000))
    question = bench.snap.question
    assert question is not None
    assert "15 uL" in question.sentence
    assert bench.treat.dose.value == bench.treat.dose.default
    bench.tell(ask.ConfirmSoft(question.key, "thin skin"))
    bench.run(0.1)
    assert bench.treat.dose.value == 15_000


@pytest.mark.requirement("LIM-1")
def test_who_takes_it_back_keeps_the_rest_of_the_proposal(bench: Bench) -> None:
    treated_with(kept_before(bench, dose_nl=15_000))
    assert bench.snap.question is not None
    bench.tell(ask.WithdrawSoft(bench.snap.question.key))
    bench.run(0.1)
    assert values(bench) == ("temple", "left", 700, 20_000, "burst", 3000, 40)


@pytest.mark.requirement("LIM-8")
def test_ten_times_the_usual_is_asked_about(bench: Bench) -> None:
    bench.shelf = _small_doses(library())
    treated_with(kept_before(bench, depth_um=500))
    assert bench.snap.question is not None
    assert "times the last value" in bench.snap.question.sentence


def _small_doses(whole: Library) -> Library:
    """Profiles that offer the smallest dose first."""
    protocol = whole.protocols["mesolift"]
    zones = tuple(replace(zone, dose=replace(zone.dose, default=1_000, soft=None)) for zone in protocol.zones)
    changed = replace(protocol, zones=zones)
    return replace(whole, protocols=MappingProxyType({**whole.protocols, "mesolift": changed}))


@pytest.mark.requirement("LED-6")
def test_a_session_found_after_a_power_loss_proposes_them_once_and_not_again(bench: Bench) -> None:
    kept_before(bench).start()
    bench.tell(ask.OpenSession("mesolift", "P1", True, preset=1))
    bench.screen().product().needle().syringe()
    bench.restart()
    bench.start()
    bench.tell(ask.Prepared(True))
    bench.prime()
    bench.until(lambda: bench.snap.phase == "treat" and not bench.snap.busy, 3)
    bench.run(0.1)
    assert values(bench)[:3] == ("temple", "left", 700)
    bench.tell(ask.Edit("depth", 600))
    bench.run(0.1)
    assert bench.treat.depth.value == 600
    assert len(bench.events(Fact.PRESET_PROPOSED)) == 1


def test_a_session_without_one_begins_with_the_protocols_own(bench: Bench) -> None:
    treated_with(kept_before(bench), preset=0)
    assert bench.treat.depth.value == bench.treat.depth.default
    assert not bench.events(Fact.PRESET_CHOSEN)


@pytest.mark.parametrize(
    ("other", "why"),
    [({"zone": "knee"}, "the zone of the preset"), ({"side": "whole"}, "the zone of the preset"),
     ({"mode": "bench"}, "the mode of the preset"), ({"protocol": "scalp"}, "no preset of this treatment")],
)  # fmt: skip
def test_one_that_does_not_fit_its_treatment_any_more_opens_no_session(
    bench: Bench, other: dict[str, Any], why: str
) -> None:
    kept_before(bench, **other).start()
    assert why in bench.refused(ask.OpenSession("mesolift", "P1", True, preset=1))
    assert offered(bench)[0].name == NAME


def test_one_for_a_treatment_that_is_gone_is_still_named(bench: Bench) -> None:
    kept_before(bench, protocol="gone", zone="somewhere").start()
    assert offered(bench)[0].zone_title == "somewhere"
    assert "no preset of this treatment" in bench.refused(ask.OpenSession("gone", "P1", True, preset=1))


def test_a_profile_that_changed_while_the_session_was_open_proposes_nothing_and_says_so(bench: Bench) -> None:
    kept_before(bench).start()
    bench.tell(ask.OpenSession("mesolift", "P1", True, preset=1))
    bench.screen().product().needle().syringe()
    protocol = library().protocols["mesolift"]
    zones = tuple(zone for zone in protocol.zones if zone.key != "temple")
    bench.shelf = replace(library(), protocols={**library().protocols, "mesolift": replace(protocol, zones=zones)})
    bench.restart()
    bench.start()
    bench.tell(ask.Prepared(True))
    bench.prime()
    bench.until(lambda: bench.snap.phase == "treat" and not bench.snap.busy, 3)
    bench.run(0.1)
    assert "is not in this treatment any more" in bench.last_notice
    assert bench.treat.zone == zones[0].key


@pytest.mark.parametrize("body", [{"name": "x"}, {"preset": 7, "name": "x"}], ids=("no number", "no values"))
def test_a_row_of_another_version_is_passed_over(bench: Bench, body: dict[str, Any]) -> None:
    bench.ledger.append([EventRow(Fact.PRESET, 0, 0, "A", "older", body)])
    bench.restart()
    assert not offered(bench)


def test_it_waits_for_the_injector_where_that_is_away(bench: Bench) -> None:
    kept_before(bench).start()
    bench.tell(ask.OpenSession("mesolift", "P1", True, preset=1))
    bench.screen().product().needle().syringe()
    bench.tell(ask.Prepared(True))
    away: Callable[[], None] = lambda: setattr(bench.engine.treatment, "envelope", None)  # noqa: E731
    bench.prime()
    assert bench.events(Fact.PRESET_CHOSEN)
    away()
    bench.engine.setup.facts = replace(bench.engine.setup.open_facts(), preset=dict(BODY))
    before = len(bench.events(Fact.PRESET_PROPOSED))
    bench.engine.presets.step()
    assert len(bench.events(Fact.PRESET_PROPOSED)) == before
