"""A session as a picture: the map of what was done, and depth and dose of every shot under the limits in force.

What was asked and what was measured are drawn apart (LED-7); a shot that did not complete stands out.
"""

from __future__ import annotations

from itertools import pairwise

import msgspec

from kiosk.channel.snapshot import PlanLimits, SessionPage
from kiosk.view.bodymap import Plate, plate, plates_of
from kiosk.view.language import say
from kiosk.view.numbers import TITLES, UNITS, FieldName, digits, volume, with_unit
from kiosk.view.touch import Line
from kiosk.view.zones import given_of, side_words

FIGURES = 3
"""So many figures stand side by side at most."""
STEPS = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000)
"""Distances between the marks of a scale, um or nL."""
TICKS = 4
"""Most marks above zero."""
COMPLETED = "completed"


class Bounds(msgspec.Struct, frozen=True):
    """The hard limits from one shot to another; places and heights from 0 to 1. `low` < 0 for none."""

    start: float = 0.0
    end: float = 1.0
    low: float = 0.0
    high: float = 1.0


class Curve(msgspec.Struct, frozen=True):
    """One value of every shot in order; heights from 0 (nothing) to 1 (the top of the scale)."""

    title: str = ""
    words: str = ""
    ticks: tuple[tuple[float, str], ...] = ()
    measured: tuple[float, ...] = ()
    asked: tuple[float, ...] = ()
    odd: tuple[int, ...] = ()
    """Shots that did not complete."""
    bounds: tuple[Bounds, ...] = ()
    changes: tuple[float, ...] = ()
    """Where another zone begins."""
    last: str = ""
    first: str = ""
    """What the first is called below the scale; "" for shot 1."""
    places: tuple[float, ...] = ()
    """Where each stands across; evenly where there are none."""


class After(msgspec.Struct, frozen=True):
    plates: tuple[Plate, ...] = ()
    curves: tuple[Curve, ...] = ()
    zones: tuple[Line, ...] = ()
    note: str = ""
    """Zones that no figure shows."""
    empty: str = ""
    hint: str = ""


def after(page: SessionPage) -> After:
    """The picture of one session."""
    shown = plates_of(page.zones)[:FIGURES]
    plates = tuple(plate(key, page.zones) for key in shown)
    drawn = {(spot.key, spot.side) for each in plates for spot in each.spots}
    absent = [side_words(zone.title, zone.side) for zone in page.zones if (zone.key, zone.side) not in drawn]
    note = say("Not on the map: {zones}", zones="; ".join(absent)) if absent else ""
    return After(
        plates=plates,
        curves=(_curve(page, "depth"), _curve(page, "dose")),
        zones=tuple(
            Line(
                f"zone:{zone.key}:{zone.side}",
                side_words(zone.title, zone.side),
                f"{given_of(zone)}, {volume(zone.given_nl)}",
            )
            for zone in page.zones
        ),
        note=note,
        empty="" if page.zones else say("Nothing was given in this session."),
        hint=""
        if page.zones
        else say("Zones and shots stand here once there are some. List says who, when and with what."),
    )


def _curve(page: SessionPage, field: FieldName) -> Curve:
    depth = field == "depth"
    measured = [shot.measured_depth_um if depth else shot.measured_dose_nl for shot in page.shots]
    asked = [shot.depth_um if depth else shot.dose_nl for shot in page.shots]
    limits = {(each.zone, each.side): each for each in page.limits}
    here = [_of(limits.get((shot.zone, shot.side)), depth) for shot in page.shots]
    known = [each for each in here if each is not None]
    top = max([1, *measured, *asked, *(high for _, high in known)]) * 21 // 20
    title = f"{say(TITLES[field])}, {say(UNITS[field].name)}"
    if not page.shots:
        return Curve(title=title, words=say("no shot"))
    least, most = digits(field, min(measured)), with_unit(field, max(measured))
    said = most if most.startswith(f"{least} ") else say("{low} to {high}", low=least, high=most)
    return Curve(
        title=title,
        words=said + _limit_words(field, known, len(here)),
        ticks=tuple((value / top, digits(field, value)) for value in range(0, top + 1, _step(top))),
        measured=tuple(value / top for value in measured),
        asked=tuple(value / top for value in asked),
        odd=tuple(at for at, shot in enumerate(page.shots) if shot.outcome != COMPLETED),
        bounds=_bounds(here, top),
        changes=_changes([(shot.zone, shot.side) for shot in page.shots]),
        last=str(len(page.shots)),
    )


def _step(top: int) -> int:
    return next((step for step in STEPS if top / step <= TICKS), top)


def _of(limits: PlanLimits | None, depth: bool) -> tuple[int, int] | None:
    if limits is None:
        return None
    low, high = (limits.depth_low_um, limits.depth_high_um) if depth else (limits.dose_low_nl, limits.dose_high_nl)
    return (low, high) if high else None


def _limit_words(field: FieldName, known: list[tuple[int, int]], shots: int) -> str:
    if len(known) < shots:
        return say(", limits not recorded") if not known else say(", limits in part")
    least, most = min(high for _, high in known), max(high for _, high in known)
    return (
        say(", limit {most}", most=with_unit(field, most))
        if least == most
        else say(", limits from {least}", least=with_unit(field, least))
    )


def _bounds(here: list[tuple[int, int] | None], top: int) -> tuple[Bounds, ...]:
    """Limits that stay the same are one piece."""
    found: list[Bounds] = []
    count = len(here)
    start = 0
    for at in range(1, count + 1):
        if at < count and here[at] == here[start]:
            continue
        piece = here[start]
        if piece is not None:
            low, high = piece
            found.append(Bounds(start / count, at / count, low / top if low else -1.0, high / top))
        start = at
    return tuple(found)


def _changes(places: list[tuple[str, str]]) -> tuple[float, ...]:
    return tuple((at + 1) / len(places) for at, (one, other) in enumerate(pairwise(places)) if one != other)
