"""The certificate as data: its bytes, its uncertainty by contributions, its outliers, and what it may lean on."""

from __future__ import annotations

import json
import math
import re

import msgspec
import pytest

from kiosk.calibration import certificate as form
from kiosk.calibration import depth, dose
from kiosk.calibration.certificate import ENCODER_ONLY, canonical, digest, read, statements
from kiosk.calibration.drift import followed, steps
from kiosk.calibration.errors import CertificateInvalid, CertificateTooNew
from kiosk.calibration.instrument import ALLOWED, KINDS, Instrument, Kind, against, wrong
from kiosk.calibration.uncertainty import Budget, Instruments, of_mean_dose, of_reading
from kiosk.calibration.water import Air
from tests.calibration.kept import INSTRUMENTS, certificate, depth_as_kept, dose_as_kept, proof
from tests.calibration.test_figures import STILL, run

TODAY = "2026-11-18"


# -- the bytes
@pytest.mark.requirement("ACU-3")
def test_a_certificate_is_the_same_bytes_each_time_and_comes_back_whole() -> None:
    made = certificate()
    assert canonical(made) == canonical(certificate())
    assert read(canonical(made), "a file") == made
    plain = json.loads(canonical(made))
    assert canonical(made).decode() == json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.requirement("ACU-3", "LIM-5")
def test_a_certificate_of_the_first_form_names_no_caps_and_keeps_its_bytes() -> None:
    first = canonical(certificate(version=1, caps=msgspec.UNSET))
    assert b"caps" not in first
    assert canonical(read(first, "a file")) == first
    assert json.loads(canonical(certificate()))["caps"] == {"depth_um": 6_000, "dose_nl": 200_000, "rate_mhz": 9_000}


def test_every_figure_is_a_whole_number() -> None:
    def numbers(value: object) -> list[object]:
        if isinstance(value, dict):
            return [n for each in value.values() for n in numbers(each)]
        if isinstance(value, list):
            return [n for each in value for n in numbers(each)]
        return [value]

    assert not [n for n in numbers(json.loads(canonical(certificate()))) if isinstance(n, float)]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        (b"", CertificateInvalid),
        (b"\xff\xfe", CertificateInvalid),
        (b'{"format": "nappage session", "version": 1}', CertificateInvalid),
        (b'{"format": "nappage calibration certificate", "version": 3}', CertificateTooNew),
        (canonical(certificate()).replace(b'"passes":true', b'"passes":false', 1), CertificateInvalid),
        (canonical(certificate())[:-1] + b',"more":1}', CertificateInvalid),
    ],
)
def test_what_is_no_certificate_of_this_form_is_refused(changed: bytes, error: type[Exception]) -> None:
    if b'"passes":false' in changed:
        changed = canonical(certificate()).replace(b'"passes":true,"program"', b'"passes":false,"program"')
    with pytest.raises(error, match="a file"):
        read(changed, "a file")


def test_what_the_ledger_holds_is_read_or_refused() -> None:
    one = proof("5", dose_as_kept())
    assert form.read_proof(canonical(one).decode()) == one
    for measured in (dose_as_kept(), depth_as_kept()):
        assert form.read_measurement(canonical(measured).decode()) == measured
    with pytest.raises(CertificateInvalid, match="the ledger"):
        form.read_proof("{}")


@pytest.mark.requirement("ACU-3", "UI-4")
def test_the_certificate_says_what_led_9_measures_and_whether_it_is_simulated() -> None:
    assert "measures the encoder, not the fluid" in ENCODER_ONLY
    assert ENCODER_ONLY in statements(simulated=False)
    assert any("SIMULATED" in said for said in statements(simulated=True))
    assert not any("SIMULATED" in said for said in statements(simulated=False))
    assert any("buoyancy" in said and "blank" in said and "density" in said for said in statements(simulated=False))


# -- every point
@pytest.mark.requirement("ACU-1")
def test_an_outlier_is_marked_and_counts() -> None:
    found = dose_as_kept(outlier=0.08).runs[0]
    assert [at for at, shot in enumerate(found.shots) if shot.apart] == [24]
    assert found.n == len(found.shots) == 25
    assert found.worst_pl == found.shots[24].volume_pl


@pytest.mark.requirement("ACU-1", "ACU-2")
def test_every_figure_has_its_n_and_its_interval() -> None:
    weighed, gauged = dose_as_kept(), depth_as_kept()
    assert all(each.n and each.half_pl > 0 and each.cv_most_ppm > each.cv_ppm for each in weighed.runs)
    assert (gauged.n, gauged.points) == (12, 6)
    assert gauged.line_zero_half_nm > 0
    assert gauged.line_slope_half_ppm > 0
    assert weighed.passes
    assert not dose_as_kept(ratio=0.9).passes


# -- uncertainty
def budget(instruments: Instruments) -> Budget:
    measured = dose.judge(run("middle", 20_000, spread=0.02), STILL, Air())
    return of_mean_dose(measured, dose.Blank(30.0, 60.0), Air(), 5.0, instruments)


def test_the_uncertainty_is_the_root_of_the_sum_of_its_contributions_times_students_t() -> None:
    found = budget(INSTRUMENTS)
    parts = {each.name: each.standard for each in found.contributions}
    assert len(parts) == 6
    assert found.combined == pytest.approx(math.sqrt(sum(value**2 for value in parts.values())), abs=2)
    assert found.expanded == pytest.approx(found.combined * found.coverage_milli / 1000, abs=20)
    measured = dose.judge(run("middle", 20_000, spread=0.02), STILL, Air())
    assert parts["repeatability of the shots"] == round(1000 * measured.sample.deviation / 5)
    z = Air().z_nl_ug
    assert parts["resolution of the balance, two readings a shot"] == round(1000 * math.sqrt(2) * 10 / 12**0.5 * z / 5)
    assert parts["certificate of the balance, in full for each gain"] == round(1000 * 20 * z)
    assert parts["temperature of the liquid, through its density"] == pytest.approx(0.025 * 0.000207 * 20e6, rel=0.03)


def test_what_no_certificate_tells_is_named_as_left_out_and_no_figure_is_invented() -> None:
    bare = budget({})
    assert [each.name for each in bare.contributions] == ["repeatability of the shots"]
    assert len([name for name in bare.left_out if name.endswith(": not known")]) == 5
    unsaid: dict[Kind, Instrument] = {
        kind: msgspec.structs.replace(each, uncertainty=0) for kind, each in INSTRUMENTS.items()
    }
    assert {name for name in budget(unsaid).left_out if "certificate" in name} == {
        "certificate of the balance, in full for each gain: not known"
    }
    assert of_reading_of({}).contributions[0].name == "scatter of the readings about their line"


def of_reading_of(instruments: Instruments, scatter: int = 7) -> Budget:
    readings = [
        depth.Reading(at, at + at % scatter + 5 * below, "up" if below else "down")
        for at in (500, 1_500, 2_500, 3_500, 4_500)
        for below in (False, True)
    ]
    return of_reading(depth.judge(readings), instruments)


def test_few_readings_have_a_wider_factor_than_many() -> None:
    assert of_reading_of({}).coverage_milli == 3182, "three degrees of freedom"
    assert of_reading_of(INSTRUMENTS, scatter=2).coverage_milli < 3182
    still = depth_as_kept()
    assert still.uncertainty.expanded > 0


def test_shots_without_any_scatter_have_the_uncertainty_of_their_instruments() -> None:
    measured = dose.judge(run("middle", 20_000), STILL, Air())
    found = of_mean_dose(measured, dose.Blank(30.0, 60.0), Air(), 5.0, INSTRUMENTS)
    assert found.contributions[0].standard == 0
    assert found.coverage_milli == 2042


@pytest.mark.parametrize(("name", "at"), [("temperature_c", 15.0), ("temperature_c", 30.0), ("pressure_hpa", 1100.0)])
def test_what_a_degree_changes_is_known_up_to_the_edge_of_the_table(name: str, at: float) -> None:
    assert Air(**{name: at}).change_of_z(name) != 0


# -- instruments
@pytest.mark.requirement("ACU-3")
@pytest.mark.parametrize(
    ("part", "named", "said"),
    [
        ("5", ("balance", "thermometer", "barometer"), []),
        ("depth", ("gauge",), []),
        ("depth", ("balance",), ["the gauge is not named: touch Instruments"]),
        ("5", ("balance",), ["the thermometer is not named: touch Instruments", "the barometer is not named"]),
    ],
)
def test_a_part_is_proved_with_the_instruments_that_it_needs(
    part: str, named: tuple[str, ...], said: list[str]
) -> None:
    found = list(against([INSTRUMENTS[kind] for kind in named], part, TODAY))  # type: ignore[index]
    assert len(found) == len(said)
    assert all(one.startswith(other) for one, other in zip(found, said, strict=True))


@pytest.mark.requirement("ACU-3")
def test_an_instrument_proves_on_its_last_day_and_not_after_it() -> None:
    gauge = msgspec.structs.replace(INSTRUMENTS["gauge"], due=TODAY)
    assert list(against([gauge], "depth", TODAY)) == []
    assert list(against([gauge], "depth", "2026-11-19")) == [
        "the gauge was due on 2026-11-18 and proves nothing until it is calibrated itself"
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": ""}, "its model is missing"),
        ({"serial": ""}, "its serial number is missing"),
        ({"certificate": ""}, "certificate is missing"),
        ({"resolution": 0}, "cannot be"),
        ({"resolution": ALLOWED["gauge"][0] + 1}, "cannot be"),
        ({"uncertainty": ALLOWED["gauge"][1] + 1}, "cannot be"),
        ({"due": "2026-13-01"}, "'2026-13-01' is no date"),
        ({}, ""),
    ],
)
def test_an_instrument_that_cannot_be_is_refused(changes: dict[str, object], said: str) -> None:
    found = wrong(msgspec.structs.replace(INSTRUMENTS["gauge"], **changes))
    assert re.search(re.escape(said), found)
    assert bool(found) == bool(said)
    assert set(KINDS) == set(ALLOWED) == set(INSTRUMENTS)


# -- history
@pytest.mark.requirement("ACU-3")
def test_the_history_follows_zero_scale_and_the_mean_of_each_dose_as_found_and_as_left() -> None:
    corrected, kept = proof("5", dose_as_kept(3), dose_as_kept(2, ratio=1.04)), proof("depth", depth_as_kept(3))
    first, second = steps((corrected, kept))
    assert [(each.key, each.value, each.allowed) for each in first.found] == [
        ("smallest", pytest.approx(40_000, abs=1_500), 150_000),
        ("middle", pytest.approx(40_000, abs=1_500), 50_000),
        ("largest", pytest.approx(40_000, abs=1_500), 50_000),
    ]
    assert abs(first.left[2].value) < 1_500
    assert second.found == second.left, "nothing was corrected"
    assert [each.key for each in second.left] == ["zero", "scale"]


def test_the_scale_is_followed_by_what_it_does_at_the_deepest_reading() -> None:
    long = msgspec.structs.replace(depth_as_kept(), line_slope_ppm=1_010_000)
    assert followed(long)[1].value == 55


def test_another_byte_is_another_hash() -> None:
    data = canonical(certificate())
    assert digest(data) != digest(data.replace(b"NPB224", b"NPB225"))
