"""What a technician's pages of instruments, certificates and history show, and what their touches send."""

from __future__ import annotations

import pytest

from kiosk.channel import certificates as c
from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view import validity
from kiosk.view.calibration import calibration, proposing
from kiosk.view.certificates import certificate, certificates, drift, part_words
from kiosk.view.editing import limits
from kiosk.view.instruments import instruments, naming
from kiosk.view.observe import hear, see
from kiosk.view.picture import draw
from kiosk.view.start import about, home
from kiosk.view.update import World, act
from tests.view.samples import CATALOGUE, SCENES, at, replace, snap
from tests.view.samples.calibrating import weighing
from tests.view.samples.certificates import BENCH, CERTIFICATE, CERTIFICATES, DRIFT, NAMED
from tests.view.samples.surroundings import TECHNICIAN, USER

WORLD = World(BENCH, CATALOGUE)


# -- the way there
@pytest.mark.requirement("ACC-1")
@pytest.mark.parametrize("place", ["instruments", "instrument", "certificates", "certificate", "drift"])
def test_the_pages_of_the_bench_are_a_technicians(place: str) -> None:
    assert draw(BENCH, at(place), CATALOGUE).screen == place
    assert draw(snap("starting", user=TECHNICIAN), at(place), CATALOGUE).screen == place
    assert draw(snap(user=USER), at(place), CATALOGUE).screen == "home"


def test_the_page_of_calibration_leads_to_all_of_them() -> None:
    assert [touch.effect for touch in calibration(BENCH).pages] == [
        a.Go("instruments"), a.Go("certificates"), a.Go("drift"),
    ]  # fmt: skip


def test_an_instrument_is_named_without_leaving_the_calibration_that_is_open() -> None:
    proposed, _ = SCENES["proposal"]
    assert proposed is not None
    assert proposing(proposed).instruments.effect == a.Go("instruments")
    moved = act(at(phase="calibrate"), a.Go("instruments"), World(proposed, CATALOGUE)).local
    assert draw(see(moved, proposed).local and proposed, moved, CATALOGUE).screen == "instruments"
    assert see(moved, proposed).local.place == "instruments"
    certs = replace(moved, place="certificates")
    assert see(certs, proposed).local.place == "", "the calibration is on the glass again"


def test_each_page_asks_control_for_what_it_shows() -> None:
    assert act(at(), a.Go("certificates"), WORLD).commands == (c.ListCertificates(),)
    assert act(at(), a.Go("certificates:3"), WORLD).commands == (c.ListCertificates(3),)
    assert act(at(), a.Go("certificate:3"), WORLD).commands == (c.ReadCertificate(3),)
    assert act(at(), a.Go("drift"), WORLD).commands == (c.ReadDrift(),)
    assert act(at(), a.Go("instruments"), WORLD).commands == ()


def test_what_control_answers_is_kept_for_its_page() -> None:
    local = at()
    for page in (CERTIFICATES, CERTIFICATE, DRIFT):
        local = hear(local, s.Reply(1, True, page=page))
    assert (local.certificates, local.certificate, local.drift) == (CERTIFICATES, CERTIFICATE, DRIFT)


# -- instruments
@pytest.mark.requirement("ACU-3")
def test_an_instrument_past_its_day_stands_out() -> None:
    rows = instruments(BENCH).rows
    assert [(row.trail, row.tone) for row in rows] == [
        ("due 2027-03-01", "plain"), ("due 2027-03-01", "plain"), ("was due 2026-11-01", "warn"),
        ("not named", "plain"),
    ]  # fmt: skip
    assert rows[1].effect == a.Go("instrument:gauge")


def test_a_new_instrument_is_typed_and_sent_whole() -> None:
    local = act(at("instruments"), a.Go("instrument:barometer"), WORLD).local
    assert naming(BENCH, local).keep.why == "The date on which it is due is needed."
    for field, text in (
        ("instrument_model", "P20"), ("instrument_serial", "P4"), ("instrument_certificate", "K-7"),
        ("instrument_due", "20270301"),
    ):  # fmt: skip
        local = act(local, a.Panel(f"text:{field}"), WORLD).local
        for key in text:
            local = act(local, a.Type(key), WORLD).local
        local = act(local, a.ConfirmText(), WORLD).local
    local = act(local, a.Panel("edit:barometer_u"), WORLD).local
    for key in "0.40":
        local = act(local, a.Type(key), WORLD).local
    local = act(local, a.ConfirmDraft(), WORLD).local
    keep = naming(BENCH, local).keep
    assert keep.effect == a.Send(c.NameInstrument("barometer", "P20", "P4", "K-7", "2027-03-01", 10, 40), "instruments")
    assert keep.effect is not None
    sent = act(local, keep.effect, WORLD)
    assert sent.local.place == "instruments"
    assert sent.commands[0] == c.NameInstrument("barometer", "P20", "P4", "K-7", "2027-03-01", 10, 40)


def test_what_was_named_stands_until_something_else_is_typed() -> None:
    local = act(at(), a.Go("instrument:gauge"), WORLD).local
    assert naming(BENCH, local).keep.effect == a.Send(
        c.NameInstrument("gauge", "Dial 12.5", "G7", "K-2026-119", "2027-03-01", 1_000, 1_500), "instruments"
    )
    typed = replace(local, texts={"instrument_serial": "G8"}, figures={"gauge_step": 2_000})
    sent = naming(BENCH, typed).keep.effect
    assert isinstance(sent, a.Send)
    assert (sent.command.serial, sent.command.resolution) == ("G8", 2_000)  # type: ignore[union-attr]
    again = act(typed, a.Go("instrument:balance"), WORLD).local
    assert "instrument_serial" not in again.texts
    assert again.figures == {}


def test_a_balance_that_answers_is_not_typed() -> None:
    answering = replace(BENCH, instruments=(replace(NAMED[0], answers=("XS", "9")), *NAMED[1:]))
    page = naming(answering, act(at(), a.Go("instrument:balance"), World(answering, CATALOGUE)).local)
    assert [field.enabled for field in page.fields] == [False, False, True, True, True, True]
    assert page.fields[1].label == "9"
    assert isinstance(page.keep.effect, a.Send)
    assert page.keep.effect.command.model == "XS"  # type: ignore[union-attr]


def test_what_is_missing_or_no_date_is_said() -> None:
    local = at(picks={"instrument": "barometer"}, texts={"instrument_due": "20271301"})
    assert naming(BENCH, local).keep.why == "The date on which it is due is needed."
    dated = replace(local, texts={"instrument_due": "20271201"})
    assert naming(BENCH, dated).keep.why == "Model, serial number and certificate are needed."
    assert naming(snap(), at()).heading == "Balance: weighs the doses"


def test_an_own_figure_of_an_instrument_has_its_limits() -> None:
    value = limits("gauge_u", BENCH, at(), CATALOGUE)
    assert value is not None
    assert (value.value, value.hard_low, value.hard_high) == (1_500, 0, 100_000)
    fresh = limits("barometer_step", BENCH, at(), CATALOGUE)
    assert fresh is not None
    assert fresh.value == 10, "offered until it is named"
    assert limits("weight", weighing("weight"), at(), CATALOGUE) is not None


# -- certificates
def test_certificates_are_listed_and_the_one_that_counts_is_marked() -> None:
    page = certificates(at(certificates=CERTIFICATES))
    assert [(row.label, row.trail) for row in page.rows] == [
        ("Certificate 3", "due 2027-11-18"), ("Certificate 2", "earlier"), ("Certificate 1", "earlier"),
    ]  # fmt: skip
    assert "SIMULATED" in page.rows[2].detail
    assert page.more.effect == a.Go("certificates:1")
    assert certificates(at()).empty == "Reading the certificates"
    assert certificates(at(certificates=s.CertificateList((), more=False))).empty == "No certificate yet"


@pytest.mark.requirement("ACU-3", "UI-4")
def test_a_certificate_says_its_verdict_its_figures_and_what_led_9_measures() -> None:
    page = certificate(at(certificate=CERTIFICATE))
    assert page.state == "Passes; made on 2026-11-18, due again on 2027-11-18"
    assert "A shot is checked at the encoder, not in the fluid" in page.encoder
    assert [line.tone for line in page.lines[:3]] == ["good", "good", "plain"]
    assert [touch.effect for touch in page.exports] == [
        a.Send(c.ExportCertificate(3, "pdf")), a.Send(c.ExportCertificate(3, "json")),
    ]  # fmt: skip
    told = {line.title: line.detail for line in page.lines}
    assert told["Gauge"] == "Dial 12.5, No. G7, certificate K-2026-119, due 2027-03-01"
    assert told["Not measured"] == "1 mL syringe, 10 mL syringe"
    assert told["Injector's caps"] == "6.00 mm, 200.0 uL, 9.0 shots/s"
    old = replace(CERTIFICATE, line=CERTIFICATES.lines[2], not_proved=(), caps=None)
    assert "not on this certificate" in {line.detail for line in certificate(at(certificate=old)).lines}
    assert certificate(at(certificate=old)).heading == "Certificate 1, SIMULATED"
    assert "a later one is in force" in certificate(at(certificate=old)).state
    assert certificate(at()).heading == "Reading the certificate"


# -- history
@pytest.mark.requirement("ACU-3")
def test_the_history_is_drawn_over_time_under_its_limits() -> None:
    page = drift(at(drift=DRIFT))
    zero, scale = page.curves
    assert (zero.title, scale.title) == ("Zero, um", "Scale, um")
    assert zero.words == "found +38 um, left +38 um"
    assert zero.odd == (0,), "what was found outside of the limit stands out"
    assert (zero.first, zero.last) == ("2023-12-04", "2026-11-18")
    assert zero.places[0] < zero.places[1] < zero.places[3]
    assert zero.bounds[0].low < 0.5 < zero.bounds[0].high
    assert [row.selected for row in page.rows] == [True, False]
    dose = drift(at(drift=DRIFT, picks={"drift": "1042:2"}))
    assert [curve.title for curve in dose.curves] == ["2.0 uL, %", "20.0 uL, %", "200.0 uL, %"]
    assert dose.curves[1].words == "found +1.4 %, left +1.4 %"
    assert dose.curves[1].ticks[1][1] == "0"


def test_one_proof_stands_in_the_middle_and_proofs_of_one_day_side_by_side() -> None:
    def places(*days: str) -> tuple[float, ...]:
        points = tuple(s.DriftPoint(day, 1, 0, 0) for day in days)
        series = s.DriftSeries("zero", 0, "um", 100, points)
        return drift(at(drift=s.DriftPage((s.DriftPart("depth", 1, (series,)),)))).curves[0].places

    assert places("2026-11-18") == (0.5,)
    assert places("2026-11-18", "2026-11-18") == pytest.approx((0.04, 0.96))


def test_two_injectors_are_told_apart_in_the_history() -> None:
    two = s.DriftPage((DRIFT.parts[0], replace(DRIFT.parts[0], serial=77)))
    assert [row.trail for row in drift(at(drift=two)).rows] == ["No. 1042", "No. 77"]
    assert drift(at()).empty == "Reading the history"
    assert drift(at(drift=s.DriftPage(()))).empty == "Nothing was proved yet."
    assert (part_words("depth"), part_words("5")) == ("Depth", "5 mL syringe")


# -- until when
@pytest.mark.requirement("ACU-3")
@pytest.mark.parametrize(
    ("shown", "detail", "tone"),
    [
        (s.InForceView(8, "2026-01-01", "2027-01-01", 200), "due 2027-01-01", "good"),
        (s.InForceView(8, "2026-01-01", "2027-01-01", 30), "due 2027-01-01, in 30 days", "warn"),
        (s.InForceView(8, "2026-01-01", "2027-01-01", 1), "due 2027-01-01, in 1 day", "warn"),
        (s.InForceView(8, "2026-01-01", "2027-01-01", 0), "due 2027-01-01, today for the last time", "warn"),
        (s.InForceView(8, "2026-01-01", "2027-01-01", -1, "It expired."), "It expired.", "danger"),
        (s.InForceView(8), "never proved on this device", "warn"),
    ],
)
@pytest.mark.parametrize("user", [USER, TECHNICIAN])
def test_home_says_to_everybody_until_when_the_calibration_may_be_used(
    shown: s.InForceView, detail: str, tone: str, user: s.User
) -> None:
    state = home(snap(user=user, in_force=shown), at()).state
    line = next(line for line in state if line.key == "calibration")
    assert (line.detail, line.tone) == (detail, tone)
    listed = about(snap(user=user, in_force=shown), CATALOGUE).lines
    assert any((each.title, each.detail) == ("Calibration 8", detail) for each in listed)


def test_a_date_that_is_past_is_a_date_alone() -> None:
    assert validity.due(snap(in_force=s.InForceView(8, "2025-11-01", "2026-11-01", -21, "Expired."))) == "2026-11-01"
