"""What a finger reaches now: the things to touch that are drawn, and not covered by a panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kivy.core.window import Window

from kiosk.screens.widgets.touchable import Touchable

if TYPE_CHECKING:
    from kiosk.screens.glass import Glass


def reached(glass: Glass) -> list[Touchable]:
    """Every widget that takes a touch now, in the order of the page; STOP last."""
    surround = glass.ids.surround
    roots: list[Any] = [surround, glass.ids.rail]
    if glass.panel:
        roots = [glass.ids.over] if glass.covered else [glass.ids.over, surround.ids.lesson]
    walked = [widget for root in roots for widget in root.walk(restrict=True)]
    return [*(each for each in walked if isinstance(each, Touchable) and reachable(each)), glass.stop]


def reachable(widget: Any) -> bool:
    """True when it is drawn and nothing around it is hidden or disabled."""
    if not widget.there:
        return False
    while widget is not None and widget is not Window:
        if widget.opacity == 0 or widget.disabled:
            return False
        widget = widget.parent
    return True


def ringed(wanted: tuple[str, ...], found: list[Touchable]) -> Touchable | None:
    """The control that a lesson points at: the first of its names that is on the glass."""
    by_key = {widget.model.key: widget for widget in reversed(found)}
    return next((by_key[key] for key in wanted if key in by_key), None)
