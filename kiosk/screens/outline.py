"""The outline of the screen as a file, for assistive tools and scripted play-throughs: what can be touched, where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kivy.core.window import Window

from kiosk.screens.glass import Glass
from kiosk.screens.reach import reached, ringed
from kiosk.screens.widgets.touchable import Touchable
from kiosk.view.lesson import LessonStrip


def outline(glass: Glass) -> dict[str, Any]:
    """Screen, panel, and each widget that a touch reaches, in window pixels from the top left corner.

    `enabled` is False while it is greyed, and for 400 ms after it has appeared (UI-6).
    """
    found = reached(glass)
    picture = glass.picture
    lesson = picture.lesson if picture else LessonStrip()
    pointed = ringed(lesson.ring, found)
    return {
        "screen": picture.screen if picture else "",
        "panel": glass.panel,
        "message": picture.frame.strip.text if picture else "",
        "lesson": lesson.text,
        "ring": pointed.model.key if pointed is not None else "",
        "widgets": [describe(widget) for widget in found],
    }


def describe(widget: Touchable) -> dict[str, Any]:
    """One widget."""
    x, y = widget.to_window(widget.x, widget.y)
    return {
        "key": widget.model.key,
        "label": widget.model.label,
        "trail": widget.model.trail,
        "x": round(x),
        "y": round(Window.height - y - widget.height),
        "w": round(widget.width),
        "h": round(widget.height),
        "enabled": bool(widget.model.enabled and not widget.deaf),
        "hold_ms": widget.model.hold_ms,
        "deaf": bool(widget.model.enabled and widget.deaf),
    }


class Outline:
    """Writes the outline when it changed, whole or not at all (a reader never sees half a file)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last: dict[str, Any] = {}

    def write(self, glass: Glass) -> bool:
        """After a completed frame. True while something waits to take touches, so that a frame is due soon (UI-6)."""
        now = outline(glass)
        waits = any(not widget["enabled"] and widget["deaf"] for widget in now["widgets"])
        if now == self._last:
            return waits
        self._last = now
        beside = self._path.with_suffix(".part")
        beside.write_text(json.dumps(now), encoding="utf-8")
        beside.replace(self._path)
        return waits
