"""Measurements written by hand: a TOML worksheet, judged as the device judges its own, and told in words.

Only this file knows the worksheet's keys and the words of its verdicts.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec

from kiosk.calibration import depth, dose
from kiosk.calibration.errors import WorksheetInvalid
from kiosk.calibration.water import Air
from kiosk.protocols import reading


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Room(_Table, frozen=True):
    temperature_c: Decimal
    pressure_hpa: Decimal = Decimal("1013.25")
    humidity_percent: Decimal = Decimal(50)


class Evaporation(_Table, frozen=True):
    lost_mg: Decimal
    seconds: Decimal


class Shots(_Table, frozen=True):
    level: Literal["smallest", "middle", "largest"]
    dose_ul: Decimal
    seconds_per_shot: Decimal
    weights_mg: tuple[Decimal, ...]
    """What the balance gained with each shot."""


class Weighed(_Table, frozen=True):
    syringe_ml: int
    pl_per_step: int
    room: Room
    blank: Evaporation
    run: tuple[Shots, ...]


class GaugePoint(_Table, frozen=True):
    depth_mm: Decimal
    down_mm: Decimal
    up_mm: Decimal


class Gauged(_Table, frozen=True):
    zero_um: int
    scale_ppm: int
    point: tuple[GaugePoint, ...]


class Worksheet(_Table, frozen=True):
    """A worksheet holds weighed doses, a gauged depth, or both."""

    weighed: Weighed | None = None
    gauged: Gauged | None = None


def judge(path: Path) -> tuple[str, bool]:
    """Figures and verdicts of a worksheet, and whether everything in it passes (ACU-1, ACU-2).

    Raises:
        NappageError: the file is none, a key is wrong, or too little was measured.
    """
    sheet = reading.shaped(path, reading.read(path), Worksheet)
    lines: list[str] = []
    passes = True
    if sheet.weighed is not None:
        passes &= _weighed(path, sheet.weighed, lines)
    if sheet.gauged is not None:
        passes &= _gauged(sheet.gauged, lines)
    if not lines:
        raise WorksheetInvalid(file=path, why="it holds neither [weighed] nor [gauged]")
    lines.append("PASSES" if passes else "DOES NOT PASS")
    return "\n".join(lines), passes


def _weighed(path: Path, weighed: Weighed, lines: list[str]) -> bool:
    if weighed.blank.seconds <= 0:
        raise WorksheetInvalid(file=path, why="weighed.blank.seconds is 0 or less; a blank takes time")
    room = weighed.room
    air = Air(float(room.temperature_c), float(room.pressure_hpa), float(room.humidity_percent))
    blank = dose.Blank(float(weighed.blank.lost_mg) * 1000, float(weighed.blank.seconds))
    results = [dose.judge(_run(shots), blank, air) for shots in weighed.run]
    lines.append(
        f"Dose by weighing, {weighed.syringe_ml} mL barrel; water at {room.temperature_c} degrees: "
        f"1 mg on the balance is {air.z_nl_ug:.5f} uL (buoyancy in air of {air.air_kg_m3:.3f} kg/m3), "
        f"{blank.ug_s:.2f} ug/s evaporate"
    )
    for result in results:
        lines += _dose_lines(result)
    smallest = dose.smallest_that_passed(results)
    lines.append(
        f"  smallest dose that may be used with this barrel: {smallest / 1000:g} uL"
        if smallest
        else "  no dose passed: this barrel may not be used"
    )
    proposed = dose.correction(results, weighed.pl_per_step)
    change = _percent(proposed.ratio - 1)
    lines.append(f"  a step moves {proposed.after_pl} pL, believed are {proposed.before_pl} pL ({change})")
    return all(result.passes for result in results)


def _run(shots: Shots) -> dose.DoseRun:
    seconds = float(shots.seconds_per_shot)
    weighings = tuple(dose.Weighing(float(weight) * 1000, seconds) for weight in shots.weights_mg)
    return dose.DoseRun(shots.level, int(shots.dose_ul * 1000), weighings)


def _dose_lines(result: dose.DoseResult) -> list[str]:
    figures = result.sample
    mean, half, worst, low, high = (
        f"{nl / 1000:.3f}" for nl in (figures.mean, figures.half_width, figures.worst, figures.low, figures.high)
    )
    error, allowed = _percent(result.mean_error), f"{result.allowed * 100:.1f} %"
    cv, most, limit = (f"{share * 100:.2f} %" for share in (result.cv, result.cv_most, dose.CV_MOST))
    told = f"""\
  {result.level} dose {result.dose_nl / 1000:g} uL, n = {figures.n}
    mean {mean} +/- {half} uL (95 %); error {error}, at most {allowed}: {_word(result.mean_passes)}
    CV {cv}, with 95 % confidence under {most}; at most {limit}: {_word(result.cv_passes)}
    worst shot {worst} uL; 95 % of shots lie between {low} and {high} uL"""
    if figures.apart:
        shots = ", ".join(f"shot {place + 1}" for place in figures.apart)
        told += f"\n    {shots}: apart from the others, and counted"
    return told.split("\n")


def _gauged(gauged: Gauged, lines: list[str]) -> bool:
    readings: list[depth.Reading] = []
    for point in gauged.point:
        at_um = int(point.depth_mm * 1000)
        readings.append(depth.Reading(at_um, float(point.down_mm) * 1000, "down"))
        readings.append(depth.Reading(at_um, float(point.up_mm) * 1000, "up"))
    result = depth.judge(readings)
    proposed = depth.correction(result, gauged.zero_um, gauged.scale_ppm)
    off, zero, left, backlash = (
        f"{um / 1000:+.3f} mm"
        for um in (result.worst_um, result.zero_um, max(result.residuals_um, key=abs), result.backlash_um)
    )
    most, slack = (f"{um / 1000:.2f} mm" for um in (depth.ERROR_MOST_UM, depth.BACKLASH_MOST_UM))
    told = f"""\
Depth against a gauge, {result.points} points in both directions
  farthest off {off}, at most {most}: {_word(result.depth_passes)}
  backlash {backlash}, at most {slack}: {_word(result.backlash_passes)}
  line {zero} and {result.slope:.4f} x depth; farthest from it {left}
  zero {proposed.zero_before_um} to {proposed.zero_after_um} um
  scale {proposed.scale_before_ppm} to {proposed.scale_after_ppm} ppm"""
    lines += told.split("\n")
    return result.passes


def _percent(share: float) -> str:
    return f"{share * 100:+.2f} %"


def _word(passes: bool) -> str:
    return "passes" if passes else "does not pass"
