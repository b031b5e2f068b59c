"""The body map: which figure shows a session's zones, how far each zone is, and where each is touched.

Left and right are the patient's. A zone too small for a finger is touched by its name beside the picture (UI-1).
"""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

import msgspec

from kiosk.channel.commands import ChooseZone, Side
from kiosk.channel.snapshot import PatientPage, Snapshot, Zone
from kiosk.view.actions import Cancel, Panel, Pick, Send
from kiosk.view.figures import Figure, Region, away, cut, figure, figures, home_of, inside, room
from kiosk.view.language import say
from kiosk.view.local import Local
from kiosk.view.touch import NOTHING, Touch
from kiosk.view.zones import given_of, side_words

State = Literal["planned", "left", "done"]
"""Nothing given yet, some of what was armed for left, all given."""
NARROWEST = 1.65
"""Least width of a zone that holds its own name, in targets."""
BELOW = 0.06
"""So much of a figure's height is shown below its lowest zone."""


class Spot(msgspec.Struct, frozen=True):
    """One zone and side on a figure."""

    key: str = ""
    side: Side = "whole"
    title: str = ""
    note: str = ""
    state: State = "planned"
    selected: bool = False
    before: bool = False
    """Treated at the previous visit."""
    touch: Touch = NOTHING


class Plate(msgspec.Struct, frozen=True):
    """One figure with its zones. `at_left` and `at_right` say whose sides the picture's sides are."""

    figure: str = ""
    seen: str = ""
    at_left: str = ""
    at_right: str = ""
    spots: tuple[Spot, ...] = ()


class MapView(msgspec.Struct, frozen=True):
    """The panel on which a zone is chosen."""

    title: str = ""
    plate: Plate = Plate()
    tabs: tuple[Touch, ...] = ()
    note: str = ""
    before: str = ""
    words: Touch = NOTHING
    cancel: Touch = NOTHING


def region(shown: Figure, spot: Spot) -> Region:
    """Where a spot lies on its figure."""
    return next(each for each in shown.regions if (each.key, each.side) == (spot.key, spot.side))


@cache
def framed_figure(key: str, places: tuple[tuple[str, Side], ...]) -> Figure:
    """A figure down to a little below the lowest of these zones: what is treated is drawn larger."""
    shown = figure(key)
    assert shown is not None, "a plate names a figure that there is"
    lowest = [y for each in shown.regions if (each.key, each.side) in places for _, y in each.points]
    framed = cut(shown, max(shown.least, max(lowest) + BELOW * shown.height)) if lowest else shown
    widest = max(abs(x) for stroke in framed.strokes for x, _ in stroke.points)
    return msgspec.structs.replace(framed, half_width=widest + 2.0)


def frame_of(plate: Plate) -> Figure | None:
    """The figure of a plate as it is drawn, None when it has none."""
    return framed_figure(plate.figure, tuple((spot.key, spot.side) for spot in plate.spots)) if plate.figure else None


def state_of(zone: Zone) -> State:
    """How far a zone is."""
    if not zone.done:
        return "planned"
    return "left" if zone.done < zone.planned else "done"


def plate(
    key: str, zones: tuple[Zone, ...], chosen: tuple[str, str] = ("", ""), before: PatientPage | None = None
) -> Plate:
    """A figure with those of the zones that are drawn on it."""
    shown = figure(key)
    if shown is None:
        return Plate()
    last: frozenset[tuple[str, Side]] = frozenset()
    if before is not None:
        last = frozenset((zone.key, zone.side) for zone in before.last_zones)
    right, left = say("Patient's RIGHT"), say("Patient's LEFT")
    first, second = (right, left) if shown.patients_right == "left" else (left, right)
    return Plate(
        figure=key,
        seen=say(shown.seen),
        at_left=first,
        at_right=second,
        spots=tuple(_spot(zone, chosen, last) for zone in zones if home_of(zone.key, zone.side) == key),
    )


def _spot(zone: Zone, chosen: tuple[str, str], last: frozenset[tuple[str, Side]]) -> Spot:
    words, place = side_words(zone.title, zone.side), (zone.key, zone.side)
    touch = Touch(f"zone:{zone.key}:{zone.side}", words, Send(ChooseZone(zone.key, zone.side)), given_of(zone),
                  selected=place == chosen)  # fmt: skip
    return Spot(zone.key, zone.side, words, given_of(zone), state_of(zone), place == chosen, place in last, touch)


def plates_of(zones: tuple[Zone, ...]) -> tuple[str, ...]:
    """The figures that these zones need, in their order."""
    needed = {home_of(zone.key, zone.side) for zone in zones}
    return tuple(each.key for each in figures() if each.key in needed)


def choosing_zone(snapshot: Snapshot, local: Local) -> MapView:
    """The map of the open session; the list of the same zones in words is one touch away."""
    session, treat = snapshot.session, snapshot.treat
    cancel = Touch("cancel", say("Cancel"), Cancel(), icon="close")
    if session is None or treat is None:
        return MapView(title=say("Zone and side"), cancel=cancel)
    needed = plates_of(session.zones)
    picked = local.picks.get("figure", "")
    now = picked if picked in needed else home_of(treat.zone, treat.side) or next(iter(needed), "")
    absent = [side_words(zone.title, zone.side) for zone in session.zones if not home_of(zone.key, zone.side)]
    before = local.patient if local.patient is not None and local.patient.patient == session.patient else None
    shown = plate(now, session.zones, (treat.zone, treat.side), before)
    return MapView(
        title=say("Zone and side"),
        plate=shown,
        tabs=tuple(
            Touch(f"figure:{each.key}", say(each.title), Pick("figure", each.key), selected=each.key == now)
            for each in figures()
            if each.key in needed and len(needed) > 1
        ),
        note=say("Not on the map, in the list: {zones}", zones="; ".join(absent)) if absent else "",
        before=say("last visit, {date}", date=before.last_date)
        if before and any(spot.before for spot in shown.spots)
        else "",
        words=Touch("zones:list", say("List"), Panel("zones"), icon="clipboard-text"),
        cancel=cancel,
    )


# -- where things stand ---------------------------------------------------------------------------------------------
class Box(NamedTuple):
    """A rectangle from the top left corner, y downwards."""

    x: float
    y: float
    width: float
    height: float


class Place(NamedTuple):
    """Where one spot is touched: on the zone itself, or on a name beside it with a line to the zone."""

    box: Box
    beside: bool
    start: tuple[float, float] = (0.0, 0.0)
    end: tuple[float, float] = (0.0, 0.0)


class Layout(NamedTuple):
    """`scale` pixels for each unit of the figure, whose middle is at `middle` and whose top at `top`."""

    scale: float
    middle: float
    top: float
    places: tuple[Place, ...]


def fit(shown: Figure, width: float, height: float) -> tuple[float, float, float]:
    """Scale, middle and top of a figure that fills a box without being squeezed."""
    scale = min(width / (2 * shown.half_width), height / shown.height)
    return scale, width / 2, (height - shown.height * scale) / 2


def lay_out(
    shown: Figure, spots: tuple[Spot, ...], width: float, height: float, target: float, name: tuple[float, float]
) -> Layout:
    """Figure in the middle, names at its sides; all lengths in the same unit.

    Args:
        shown: the figure.
        spots: its zones.
        width: of the whole box.
        height: of the whole box.
        target: least side of what is touched (UI-1).
        name: width and height of a name beside the picture, no less than the target.
    """
    name_width, name_height = name
    gap = target / 8
    scale, _, top = fit(shown, max(1.0, width - 2 * (name_width + 2 * gap)), height)
    middle = width / 2
    rooms = [room(region(shown, spot).points) for spot in spots]
    least = target / 2 / scale
    large = [each.half_height >= least and each.half_width * scale * 2 >= NARROWEST * target for each in rooms]
    sides: dict[bool, list[int]] = {False: [], True: []}
    for at, each in sorted(enumerate(rooms), key=lambda entry: entry[1].y):
        if not large[at]:
            right = each.x > 0 if abs(each.x) > 1 else len(sides[True]) < len(sides[False])
            sides[right].append(at)
    tops: dict[int, float] = {}
    for members in sides.values():
        wanted = [top + rooms[at].y * scale - name_height / 2 for at in members]
        tops.update(zip(members, spread(wanted, name_height + gap, 0.0, height - name_height), strict=True))
    places: list[Place] = []
    for at, each in enumerate(rooms):
        x, y = middle + each.x * scale, top + each.y * scale
        if large[at]:
            wide, high = each.half_width * scale, each.half_height * scale
            places.append(Place(Box(x - wide, y - high, 2 * wide, 2 * high), False))
            continue
        right = at in sides[True]
        left = width - name_width if right else 0.0
        start = (left if right else name_width, tops[at] + name_height / 2)
        places.append(Place(Box(left, tops[at], name_width, name_height), True, start, (x, y)))
    return Layout(scale, middle, top, tuple(places))


def touched(
    shown: Figure, spots: tuple[Spot, ...], layout: Layout, place: tuple[float, float], clear: float
) -> Spot | Literal["unclear"] | None:
    """The zone under a finger beside the targets; "unclear" while another one is nearer than `clear` (UI-1).

    `place` is measured from the top left corner of the layout.
    """
    x, y = (place[0] - layout.middle) / layout.scale, (place[1] - layout.top) / layout.scale
    met = next((spot for spot in spots if inside(region(shown, spot).points, x, y)), None)
    if met is None:
        return None
    others = [region(shown, spot).points for spot in spots if spot is not met]
    near = any(away(points, x, y) * layout.scale < clear for points in others)
    return "unclear" if near else met


def spread(wanted: list[float], pitch: float, low: float, high: float) -> list[float]:
    """Rising places as near to the wanted ones as a least pitch allows, from low to high; tighter when too many."""
    if not wanted:
        return []
    pitch = min(pitch, (high - low) / (len(wanted) - 1)) if len(wanted) > 1 else pitch
    up: list[float] = []
    for at, want in enumerate(wanted):
        up.append(min(max(want, low, up[-1] + pitch if up else low), high - (len(wanted) - 1 - at) * pitch))
    down: list[float] = []
    for at, want in reversed(list(enumerate(wanted))):
        down.append(max(min(want, high, down[-1] - pitch if down else high), low + at * pitch))
    return [(one + other) / 2 for one, other in zip(up, reversed(down), strict=True)]
