"""A box that gives each text the room it needs: only this file knows how room is shared when the usual shares cut one.

Every language has its own long words. As long as all texts fit, this is Kivy's box with the shares that a kv file
names. Where one would be cut, it gets what it needs at the smallest type, from those beside it that can spare it; a
thing to touch never gets smaller than a finger (UI-1). What is not there, a child of no size, takes no gap either.
"""

from __future__ import annotations

from typing import Any

from kivy.properties import NumericProperty
from kivy.uix.boxlayout import BoxLayout


class Fair(BoxLayout):
    """A box layout whose children may say what they need: `least_width` and `least_height`, pixels; 0 is anything."""

    least_width = NumericProperty(0)
    least_height = NumericProperty(0)
    """What it needs itself, so that a box around it can give it."""

    def __init__(self, **given: Any) -> None:
        self._asked: dict[Any, tuple[float, float]] = {}
        super().__init__(**given)

    def add_widget(self, widget: Any, *more: Any, **named: Any) -> None:
        """Listens to what the child needs."""
        for name in ("least_width", "least_height"):
            if widget.property(name, quiet=True) is not None:
                widget.fbind(name, self._trigger_layout)
        super().add_widget(widget, *more, **named)

    def remove_widget(self, widget: Any, *more: Any, **named: Any) -> None:
        """Listens no longer."""
        for name in ("least_width", "least_height"):
            if widget.property(name, quiet=True) is not None:
                widget.funbind(name, self._trigger_layout)
        self._asked.pop(widget, None)
        super().remove_widget(widget, *more, **named)

    def do_layout(self, *more: Any) -> None:
        """Kivy's layout with the fixed children as large as they need."""
        along = 0 if self.orientation == "horizontal" else 1
        for child in self.children:
            if child.size_hint[along] is None:
                self._grow(child, along)
        super().do_layout(*more)
        self._say_needs(along)

    def _grow(self, child: Any, along: int) -> None:
        """A child of a fixed size that its text does not fit grows; it gets its own size back when the text does."""
        asked, left_at = self._asked.get(child, (child.size[along], child.size[along]))
        if child.size[along] != left_at:
            asked = child.size[along]  # its kv file has set it anew
        wanted = max(asked, _least(child)[along]) if asked > 1 else asked
        if wanted != child.size[along]:
            setattr(child, ("width", "height")[along], wanted)
        self._asked[child] = (asked, wanted)

    def _iterate_layout(self, sizes: list[Any]) -> Any:
        """Kivy's shares among those that are there, with what each needs as its least where the shares give it less."""
        along = 0 if self.orientation == "horizontal" else 1
        there = [at for at, (size, hint, *_) in enumerate(sizes) if hint[along] is not None or size[along] > 0]
        inner = self.width - self.padding[0] - self.padding[2], self.height - self.padding[1] - self.padding[3]
        for at, (size, hint, *_) in enumerate(sizes):
            if at not in there:  # its other side follows the box all the same
                across = max(0, inner[1 - along] * (hint[1 - along] or 0)) or size[1 - along]
                yield (at, self.x, self.y, *((size[0], across) if along == 0 else (across, size[1])))
        for at, *place in super()._iterate_layout(
            self._shared(along, [(sizes[at], self.children[at]) for at in there])
        ):
            yield there[at], *place

    def _shared(self, along: int, parts: list[tuple[Any, Any]]) -> list[Any]:
        """What Kivy is told of each part, which comes with its child."""
        sizes = [size for size, _ in parts]
        padding = (self.padding[0] + self.padding[2], self.padding[1] + self.padding[3])[along]
        fixed = sum(size[along] for size, hint, *_ in sizes if hint[along] is None)
        free = self.size[along] - padding - self.spacing * (len(sizes) - 1) - fixed
        hints = sum(hint[along] or 0 for _, hint, *_ in sizes)
        least = [_least(child)[along] if hint[along] else 0.0 for (_, hint, *_), child in parts]
        if free > 0 and any(need > free * (each[1][along] or 0) / hints + 0.05
                            for need, each in zip(least, sizes, strict=True) if need):  # fmt: skip
            scale = min(1.0, free / sum(least))
            sizes = [
                (size, hint, place, (need * scale, None) if along == 0 else (None, need * scale), most)
                for (size, hint, place, _, most), need in zip(sizes, least, strict=True)
            ]
        return sizes

    def _say_needs(self, along: int) -> None:
        needs = [0.0, 0.0]
        there = [child for child in self.children if child.size_hint[along] is not None or child.size[along] > 0]
        for child in there:
            least, asked = _least(child), self._asked.get(child, (0.0, 0.0))[0]
            needs[along] += max(least[along], asked) if child.size_hint[along] is None else least[along]
            needs[1 - along] = max(needs[1 - along], least[1 - along])
        if any(needs):
            needs[along] += self.spacing * (len(there) - 1)
            needs[0] += self.padding[0] + self.padding[2]
            needs[1] += self.padding[1] + self.padding[3]
        self.least_width, self.least_height = needs


def _least(child: Any) -> tuple[float, float]:
    return getattr(child, "least_width", 0.0), getattr(child, "least_height", 0.0)
