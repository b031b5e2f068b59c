"""The body map on the glass: a figure drawn once, zones that change colour, and what a finger meets on them."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any

from kivy.app import App
from kivy.clock import Clock
from kivy.graphics import Color, Ellipse, InstructionGroup, Mesh, SmoothLine
from kivy.graphics.tesselator import TYPE_POLYGONS, WINDING_NONZERO, Tesselator
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

from kiosk.screens import theme
from kiosk.screens.widgets.touchable import Touchable
from kiosk.view.actions import Action, Say
from kiosk.view.bodymap import Layout, Place, Plate, Spot, fit, frame_of, lay_out, region, touched
from kiosk.view.figures import Figure, Points
from kiosk.view.language import say

FILLS = {"body": "body", "shade": "body_shade", "ink": "body_line"}
ZONES = {"planned": ("zone_planned", "petrol"), "left": ("zone_left", "amber"), "done": ("zone_done", "green")}
"""Ground and edge of a zone by its state."""
CLEAR = 2.0
"""A finger this near to another zone, mm, chooses neither."""
EMPTY = Layout(1.0, 0.0, 0.0, ())


class _Drawn:
    """The instructions of one zone that change."""

    def __init__(self, group: InstructionGroup, inside: Mesh, points: list[float], middle: tuple[float, float]) -> None:
        self.fill, self.edge = Color(), Color()
        self.line = SmoothLine(points=points, close=True, width=1)
        self.ring, self.hole = Color(0, 0, 0, 0), Color(0, 0, 0, 0)
        for part in (self.fill, inside, self.edge, self.line, self.ring, _disc(middle, dp(10)), self.hole,
                     _disc(middle, dp(6))):  # fmt: skip
            group.add(part)

    def show(self, spot: Spot, weight: float) -> None:
        """Colours and edge of the zone as it is now."""
        ground, edge = ZONES[spot.state]
        self.fill.rgba = theme.rgba(ground)
        self.edge.rgba = theme.rgba("petrol_deep" if spot.selected else edge)
        self.line.width = weight * (2.6 if spot.selected else 1.0)
        self.ring.rgba = theme.rgba("ink", 1.0 if spot.before else 0.0)
        self.hole.rgba = theme.rgba("card", 1.0 if spot.before else 0.0)


def _disc(middle: tuple[float, float], side: float) -> Ellipse:
    return Ellipse(pos=(middle[0] - side / 2, middle[1] - side / 2), size=(side, side))


@lru_cache(maxsize=256)
def _triangles(outline: Points) -> tuple[Points, list[int]]:
    """The inside of an outline as triangles: their corners, and which three make each. Found once, at any size."""
    maker = Tesselator()
    maker.add_contour([number for point in outline for number in point])
    maker.tesselate(WINDING_NONZERO, TYPE_POLYGONS)
    corners: list[tuple[float, float]] = []
    order: list[int] = []
    for some, fan in maker.meshes:
        first = len(corners)
        corners += zip(some[::4], some[1::4], strict=True)
        for one, other in pairwise(fan[1:]):
            order += [first + fan[0], first + one, first + other]
    return tuple(corners), order


class BodyPicture(Widget):
    """A figure with its zones. Lines are made when figure or size change; a new state only changes colours."""

    plate = ObjectProperty(Plate(), rebind=True)
    layout = ObjectProperty(None, allownone=True)
    """Where the figure stands; None to fill the widget."""
    fine = BooleanProperty(True)
    """False leaves out the thinnest lines, where the picture is small."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._zones: list[_Drawn] = []
        self._made: object = None
        self._again = Clock.create_trigger(self._draw, -1)
        for name in ("plate", "size", "pos", "layout", "fine"):
            self.fbind(name, self._again)
        self._again()

    def _draw(self, *_: object) -> None:
        plate: Plate = self.plate
        shown = frame_of(plate)
        places = tuple((spot.key, spot.side) for spot in plate.spots)
        now = (plate.figure, places, tuple(self.size), tuple(self.pos), self.layout, self.fine)
        if now != self._made:
            self._made = now
            canvas: Any = self.canvas
            canvas.clear()
            self._zones = []
            if shown is not None and min(self.size) > 1:
                self._make(shown, plate)
        for drawn, spot in zip(self._zones, plate.spots, strict=False):
            drawn.show(spot, self._weight)

    def _make(self, shown: Figure, plate: Plate) -> None:
        scale, middle, top = self.layout[:3] if self.layout else fit(shown, self.width, self.height)
        self._weight = max(0.9, min(1.6, dp(1.15) * (scale / dp(1)) ** 0.5))
        group = InstructionGroup()

        def flat(points: Points) -> list[float]:
            return [n for x, y in points for n in (self.x + middle + x * scale, self.top - top - y * scale)]

        def filled(points: Points) -> Mesh:
            corners, order = _triangles(points)
            spread = [
                n for x, y in corners for n in (self.x + middle + x * scale, self.top - top - y * scale, 0.0, 0.0)
            ]
            return Mesh(vertices=spread, indices=order, mode="triangles")

        def line(points: list[float], closed: bool, weight: float) -> None:
            group.add(Color(*theme.rgba("body_line")))
            group.add(SmoothLine(points=points, close=closed, width=max(0.6, self._weight * weight)))

        for stroke in shown.strokes:
            if stroke.fill is not None:
                group.add(Color(*theme.rgba(FILLS[stroke.fill])))
                group.add(filled(stroke.points))
                if stroke.weight:
                    line(flat(stroke.points), stroke.closed, stroke.weight)
        for spot in plate.spots:
            place = region(shown, spot).points
            xs, ys = [x for x, _ in place], [y for _, y in place]
            centre = flat((((min(xs) + max(xs)) / 2, max(ys) - (max(ys) - min(ys)) * 0.12),))
            self._zones.append(_Drawn(group, filled(place), flat(place), (centre[0], centre[1])))
        for stroke in shown.strokes:
            if stroke.fill is None and (self.fine or stroke.weight >= 0.8):
                line(flat(stroke.points), stroke.closed, stroke.weight)
        canvas: Any = self.canvas
        canvas.add(group)


class ZoneTouch(Touchable):
    """A zone that is large enough to be touched on the figure; the figure below draws it."""

    spot = ObjectProperty(Spot(), rebind=True)

    def on_spot(self, *_: object) -> None:
        """The touch travels inside its spot."""
        self.model = self.spot.touch

    def _dress(self, *_: object) -> None:
        super()._dress()
        self.fill = theme.rgba("petrol", 0.18 if self.pressed else 0.0)
        self.edge = theme.rgba("petrol", 0.0)
        self.ink = theme.rgba("ink")


class ZoneName(Touchable):
    """A zone too small for a finger: its name beside the figure."""

    spot = ObjectProperty(Spot(), rebind=True)
    tint = StringProperty("petrol")

    def on_spot(self, *_: object) -> None:
        """The touch travels inside its spot."""
        self.model = self.spot.touch
        self.tint = ZONES[self.spot.state][1]


class MapBoard(FloatLayout):
    """A figure in the middle, names at its sides with lines to their zones."""

    plate = ObjectProperty(Plate(), rebind=True)
    name_width = NumericProperty(150)
    name_height = NumericProperty(theme.TARGET)
    """dp"""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.picture = BodyPicture(size_hint=(None, None))
        self.add_widget(self.picture)
        self.leaders = InstructionGroup()
        canvas: Any = self.canvas
        canvas.after.add(self.leaders)
        self.layout: Layout = EMPTY
        self._parts: list[Any] = []
        self._names: tuple[float, float] = (0.0, 0.0)
        self._again = Clock.create_trigger(self._lay, -1)
        self._look = Clock.create_trigger(self._make_room, 0)
        for name in ("plate", "size", "pos", "name_width", "name_height"):
            self.fbind(name, self._again)
        self._again()

    def _lay(self, *_: object) -> None:
        plate: Plate = self.plate
        shown = frame_of(plate)
        if shown is None or min(self.size) <= 1:
            return
        named = max(dp(self.name_width), self._names[0]), max(dp(self.name_height), self._names[1])
        self.layout = lay_out(shown, plate.spots, self.width, self.height, dp(theme.TARGET), named)
        self.picture.pos, self.picture.size = self.pos, self.size
        self.picture.layout = self.layout
        self.picture.plate = plate
        wanted = [ZoneName if place.beside else ZoneTouch for place in self.layout.places]
        if [type(part) for part in self._parts] != wanted:
            for part in self._parts:
                self.remove_widget(part)
            self._parts = [kind(size_hint=(None, None)) for kind in wanted]
            for part in self._parts:
                self.add_widget(part)
                if isinstance(part, ZoneName):
                    part.fbind("least_width", self._look)
                    part.fbind("least_height", self._look)
        self.leaders.clear()
        for part, place, spot in zip(self._parts, self.layout.places, plate.spots, strict=True):
            part.size = place.box.width, place.box.height
            part.pos = self.x + place.box.x, self.top - place.box.y - place.box.height
            part.spot = spot
            if place.beside:
                self._lead(place, spot)

    def _make_room(self, *_: object) -> None:
        """A name that does not fit makes all names larger; the figure between them gives way."""
        names = [part for part in self._parts if isinstance(part, ZoneName)]
        if any(part.least_width > part.width + 0.5 or part.least_height > part.height + 0.5 for part in names):
            self._names = max(part.least_width for part in names), max(part.least_height for part in names)
            self._again()

    def _lead(self, place: Place, spot: Spot) -> None:
        (x, y), (x2, y2) = place.start, place.end
        x, y, x2, y2 = self.x + x, self.top - y, self.x + x2, self.top - y2
        bend = x + (dp(10) if x2 > x else -dp(10))
        self.leaders.add(Color(*theme.rgba("petrol_deep" if spot.selected else "body_line")))
        self.leaders.add(SmoothLine(points=[x, y, bend, y, x2, y2], width=dp(1.3 if spot.selected else 0.8)))
        self.leaders.add(_disc((x2, y2), dp(5)))

    def on_touch_down(self, touch: Any) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]
        """A touch on a zone beside its name chooses it too, but not where another zone is close."""
        if super().on_touch_down(touch):
            return True
        shown = frame_of(self.plate)
        if shown is None or not self.collide_point(*touch.pos):
            return False
        place = (touch.x - self.x, self.top - touch.y)
        met = touched(shown, self.plate.spots, self.layout, place, dp(CLEAR * theme.MM))
        if met == "unclear":
            self._act(Say(say("Two zones are close there: touch the name beside the picture.")))
        elif met is not None and self._parts[self.plate.spots.index(met)].deaf is False:
            touch.grab(self)
            touch.ud[self] = met
        return met is not None

    def on_touch_up(self, touch: Any) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]
        """It acts when the finger lifts on the same zone."""
        if touch.grab_current is not self:
            return bool(super().on_touch_up(touch))
        touch.ungrab(self)
        shown, place = frame_of(self.plate), (touch.x - self.x, self.top - touch.y)
        began: Spot = touch.ud[self]
        if shown is not None:
            met = touched(shown, self.plate.spots, self.layout, place, dp(CLEAR * theme.MM))
            if isinstance(met, Spot) and met.touch.key == began.touch.key and met.touch.effect is not None:
                self._act(met.touch.effect)
        return True

    @staticmethod
    def _act(action: Action) -> None:
        app: Any = App.get_running_app()
        app.act(action)


class ZoneKey(Widget):
    """A patch of colour as on the map, or the dot of the last visit."""

    state = StringProperty("planned")
    ground = ColorProperty(theme.rgba("zone_planned"))
    edge = ColorProperty(theme.rgba("petrol"))

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.on_state()

    def on_state(self, *_: object) -> None:
        """The colours of that state."""
        ground, edge = ZONES.get(self.state, ("card", "card"))
        self.ground, self.edge = theme.rgba(ground), theme.rgba(edge)
