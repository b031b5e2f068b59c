"""Pages of certificates and of the history, as the glass shows them: figures in words, with n and interval."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from sqlite_utils import Database

from kiosk.calibration.drift import Figure, Key, Step
from kiosk.calibration.proof import Depth, Dose, Measurement, Run
from kiosk.channel.certificates import (
    CertificateLine,
    CertificateList,
    CertificatePage,
    DriftPage,
    DriftPart,
    DriftPoint,
    DriftSeries,
    InstrumentView,
    ProvedLine,
)
from kiosk.records.certificates import Held, drift, held, one


def listed(db: Database, before: int, limit: int) -> CertificateList:
    """The certificates, the newest first, with numbers below `before` (0: from the newest)."""
    found = held(db, before, limit + 1)
    return CertificateList(tuple(map(_line, found[:limit])), more=len(found) > limit)


def page(db: Database, number: int) -> CertificatePage:
    """One certificate.

    Raises:
        CertificateUnknown: there is none of this number.
    """
    found = one(db, number)
    made = found.made
    used = {each.kind: each for proof in made.proofs for each in proof.instruments}
    return CertificatePage(
        line=_line(found),
        sha256=found.sha256,
        device=made.device,
        figures=tuple(line for proof in made.proofs for line in told(proof.as_left)),
        instruments=tuple(InstrumentView(**msgspec.structs.asdict(each)) for each in used.values()),
        not_proved=made.not_proved,
        caps=None
        if isinstance(made.caps, msgspec.UnsetType)
        else (made.caps.depth_um, made.caps.dose_nl, made.caps.rate_mhz),
    )


def _line(found: Held) -> CertificateLine:
    made = found.made
    return CertificateLine(
        number=made.number,
        made=made.made,
        expires=made.expires,
        calibration=made.calibration,
        serial=made.serial,
        technician=made.technician,
        parts=tuple(proof.part for proof in made.proofs),
        simulated=made.simulated,
        in_force=found.newest,
    )


# -- figures in words -----------------------------------------------------------------------------------------------
def told(measured: Measurement) -> Iterator[ProvedLine]:
    """Every figure of a measurement against its limit."""
    if isinstance(measured, Dose):
        for run in measured.runs:
            yield from _of_run(f"{measured.barrel_ml} mL, {run.dose_nl / 1000:g} uL", run)
        return
    yield from _of_depth(measured)


def _of_run(title: str, run: Run) -> Iterator[ProvedLine]:
    apart = sum(shot.apart for shot in run.shots)
    yield ProvedLine(
        f"{title}: mean",
        f"{run.mean_pl / 1e6:.3f} +/- {run.half_pl / 1e6:.3f} uL, off {run.error_ppm / 1e4:+.2f} of "
        f"{run.allowed_ppm / 1e4:.1f} %, n {run.n}, U {run.uncertainty.expanded / 1e6:.3f} uL",
        abs(run.error_ppm) <= run.allowed_ppm,
    )
    yield ProvedLine(
        f"{title}: scatter",
        f"CV {run.cv_ppm / 1e4:.2f} of {run.cv_allowed_ppm / 1e4:.0f} %, n {run.n}, {apart} apart and counted, worst "
        f"{run.worst_pl / 1e6:.3f} uL",
        run.cv_ppm <= run.cv_allowed_ppm,
    )


def _of_depth(measured: Depth) -> Iterator[ProvedLine]:
    worst, slack = measured.worst_um, measured.backlash_nm / 1e3
    yield ProvedLine(
        "Depth, farthest off",
        f"{worst / 1e3:+.3f} of {measured.worst_allowed_um / 1e3:.2f} mm, n {measured.n}, "
        f"U {measured.uncertainty.expanded / 1e6:.3f} mm",
        abs(worst) <= measured.worst_allowed_um,
    )
    yield ProvedLine(
        "Backlash of the needle",
        f"{slack / 1e3:+.3f} +/- {measured.backlash_half_nm / 1e6:.3f} of "
        f"{measured.backlash_allowed_um / 1e3:.2f} mm, n {measured.points}",
        abs(slack) <= measured.backlash_allowed_um,
    )
    yield ProvedLine(
        "Line through the depths",
        f"zero {measured.line_zero_nm / 1e6:+.3f} +/- {measured.line_zero_half_nm / 1e6:.3f} mm, scale "
        f"{measured.line_slope_ppm / 1e6:.4f} +/- {measured.line_slope_half_ppm / 1e6:.4f}",
    )


# -- history --------------------------------------------------------------------------------------------------------
def history(db: Database) -> DriftPage:
    """How every part of every injector drifted, oldest first."""
    return DriftPage(tuple(part for serial, steps in drift(db).items() for part in _parts(serial, steps)))


def _parts(serial: int, steps: Iterable[Step]) -> Iterator[DriftPart]:
    by_part: dict[str, list[Step]] = {}
    for step in steps:
        by_part.setdefault(step.part, []).append(step)
    for part in sorted(by_part, key=lambda name: (name != "depth", name.zfill(3))):
        yield DriftPart(part, serial, tuple(_series(by_part[part])))


def _series(steps: list[Step]) -> Iterator[DriftSeries]:
    """One series for each followed figure; a smallest or middle dose that was chosen anew goes on in the same one."""
    newest = steps[-1].left
    for figure in newest:
        points = tuple(
            DriftPoint(step.made, step.calibration, _value(step.found, figure.key), _value(step.left, figure.key))
            for step in steps
        )
        unit = "ppm" if figure.dose_nl else "um"
        yield DriftSeries(figure.key, figure.dose_nl, unit, figure.allowed, points)


def _value(figures: Iterable[Figure], key: Key) -> int:
    return next(figure.value for figure in figures if figure.key == key)
