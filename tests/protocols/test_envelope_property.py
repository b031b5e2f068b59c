"""Over the whole input space: the envelope gives exactly what a second opinion allows, and a broken one is caught."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, settings
from hypothesis import strategies as st

from kiosk.protocols import budget, effective
from kiosk.protocols import envelope as envelope_module
from kiosk.protocols.envelope import Course, Envelope, envelope_for
from kiosk.protocols.errors import EnvelopeRefusal, NothingAllowed
from kiosk.protocols.limits import Counted, Setting, Total, Totals
from tests.protocols import oracle
from tests.protocols import parts as p

KEYS = st.frozensets(st.sampled_from(["interval", "sessions", "depth", "dose", "shots", "everything"]), max_size=5)


def confirmations(named: frozenset[str], subject: Envelope, setting: Setting, totals: Totals) -> frozenset[str]:
    """Keys of the crossings of the named fields, as a person would confirm them."""
    crossings = subject.check(setting, totals, frozenset()).crossings
    return frozenset(
        crossing.key for crossing in crossings if "everything" in named or crossing.key.split(":")[0] in named
    )


def agrees(case: oracle.Case, left: int, named: frozenset[str]) -> None:
    """The envelope and the second opinion allow the same, down to the number of shots."""
    parts, setting, totals = case
    try:
        subject = envelope_for(**parts)
    except NothingAllowed:
        assume(False)
        raise
    confirmed = confirmations(named, subject, setting, totals)

    def against(shots: int) -> set[str]:
        return oracle.against(shots, setting, totals, parts, confirmed)

    try:
        given_slice = subject.slice(setting, totals, planned_left=left, id=9, boot_count=4, confirmed=confirmed)
    except EnvelopeRefusal as refusal:
        event("refused")
        event(", ".join(sorted({found.key.split(":")[0] for found in refusal.refusals})))
        assert against(1) or not 1 <= left <= setting.shots
        return
    event("given")
    assert 1 <= left <= setting.shots
    authorisation = given_slice.authorisation
    assert (authorisation.depth_um, authorisation.dose_nl) == (setting.depth_um, setting.dose_nl)
    assert authorisation.mode == setting.mode
    assert 111 <= authorisation.interval_ms <= 2000
    assert authorisation.interval_ms * setting.rate_mhz >= 1_000_000
    assert (authorisation.id, authorisation.boot_count) == (9, 4)
    assert authorisation.syringe_type == parts["syringe"].type
    assert authorisation.calibration_id == parts["calibration"].id
    shots = authorisation.shots
    usual = 1 if setting.mode.name == "SINGLE" else min(20, left, max(1, 3000 // authorisation.interval_ms))
    assert not against(shots), "more than every limit leaves"
    assert 1 <= shots <= usual
    assert shots == usual or against(shots + 1), "fewer than every limit leaves"
    assert bool(given_slice.note) == (shots < usual)


CASE = given(oracle.cases(), st.just(1) | st.integers(0, 60), KEYS)


@pytest.mark.requirement("LIM-1", "LIM-4", "LIM-6", "LIM-12", "STP-6")
@settings(max_examples=1000, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@CASE
def test_the_envelope_gives_exactly_what_a_second_opinion_allows(
    case: oracle.Case, left: int, named: frozenset[str]
) -> None:
    agrees(case, left, named)


def _no_refusals(*_: Any) -> list[Any]:
    return []


def _nothing(*_: Any) -> None:
    return None


def _unlimited(*_: Any) -> Total:
    return Total("session shots", "", 0, "shots", None)


def _without(key: str) -> Callable[..., list[Any]]:
    whole: Any = Envelope.__dict__["_values"]
    usual = p.setting()

    def values(self: Envelope, setting: Setting) -> list[Any]:
        field = next(name for name in setting.__struct_fields__ if name.startswith(key))
        if getattr(setting, field) < 1:
            return whole(self, setting)
        return whole(self, p.msgspec.structs.replace(setting, **{field: getattr(usual, field)}))

    return values


MUTATIONS: dict[str, tuple[Any, str, Any]] = {
    "the loosest upper bound wins": (effective, "tightest_high", lambda limits: max(limits, key=lambda b: b.value)),
    "the loosest lower bound wins": (effective, "tightest_low", lambda limits: min(limits, key=lambda b: b.value)),
    "depth is not compared with its bounds": (Envelope, "_values", _without("depth")),
    "dose is not compared with its bounds": (Envelope, "_values", _without("dose")),
    "rate is not compared with its bounds": (Envelope, "_values", _without("rate")),
    "no soft limit is asked about": (Envelope, "_unusual", _no_refusals),
    "side and mode are not looked at": (Envelope, "_how", _no_refusals),
    "a shot that takes too long is let through": (envelope_module, "unfit", _nothing),
    "no total is ever exhausted": (budget, "exhausted", _no_refusals),
    "the course is not looked at": (budget, "course_refusals", _no_refusals),
    "too soon is not asked about": (budget, "course_crossings", _no_refusals),
    "a slice counts without its 5 %": (budget, "fits_projected", lambda room, dose: max(0, room) // dose),
    "a slice counts too much": (budget, "fits_projected", lambda room, dose: max(0, room) // (2 * dose)),
    "the stored volume is forgotten": (effective, "stored_nl", lambda identity: 0),
    "the smallest calibrated dose is forgotten": (effective, "smallest_dose_nl", lambda calibration, barrel: 1),
    "points of a session are not limited": (budget, "_session_shots", _unlimited),
    "what other sessions of the day gave a zone is forgotten": (Course, "today_in", lambda *_: Counted(0, 0)),
    "what other sessions of the day gave is forgotten": (Course, "all_today", Counted(0, 0)),
    "of two limits on shots the wrong one binds": (budget, "_left", lambda total: -total.used),
}


@pytest.mark.requirement("LIM-1", "LIM-6")
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_broken_limit_check_is_caught(mutation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, broken = MUTATIONS[mutation]
    monkeypatch.setattr(where, name, broken)
    search = settings(
        max_examples=6000,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )
    with pytest.raises(AssertionError):
        search(CASE(agrees))()
