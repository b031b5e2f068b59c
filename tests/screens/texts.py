"""What of the words on the glass cannot be read whole: cut in its own box, or drawn over the edge of one around it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from kiosk.view.language import LANGUAGES
from kiosk.view.local import Local

PSEUDO = "xx"
"""A language that nobody speaks, 40 % longer than English (tests/words/pseudo.py): no real one is as long."""
TONGUES: tuple[str, ...] = (*(code for code, _ in LANGUAGES), PSEUDO)
SLACK = 1.5
"""Pixels by which a box may stand over another: rounding."""


def in_language(local: Local, language: str) -> Local:
    """A scene's state in another language."""
    return msgspec.structs.replace(local, settings=msgspec.structs.replace(local.settings, language=language))


@contextmanager
def tongue(code: str) -> Generator[str]:
    """The kiosk speaks this language, which is one of `TONGUES`."""
    from tests.words.pseudo import spoken

    with TemporaryDirectory() as words, spoken(Path(words)) if code == PSEUDO else nullcontext(code) as said:
        yield said


def unreadable(stage: Any, names: tuple[str, ...], language: str) -> list[str]:
    """One line for each text of these scenes that cannot be read whole in a language of `TONGUES`."""
    from tests.view.samples import CATALOGUE, SCENES

    found: list[str] = []
    with tongue(language) as code:
        for name in names:
            snapshot, local = SCENES[name]
            stage.scene(snapshot, in_language(local, code), CATALOGUE)
            found += [f"{name}: {text}" for text in cut_texts(stage)]
    return found


def cut_texts(stage: Any) -> list[str]:
    """Texts of the present screen that do not fit their boxes, and those whose boxes do not fit theirs."""
    from kiosk.screens.widgets.text import Text

    glass = stage.app.glass
    roots = [glass.ids.over, glass.ids.rail] if glass.panel else [glass.ids.surround, glass.ids.rail]
    found = [w for root in roots for w in root.walk(restrict=True) if isinstance(w, Text) and w.text and seen(w)]
    return [text.text for text in found if text.overflows or outside(text, stage.window)]


def seen(widget: Any) -> bool:
    """True when it and all around it are drawn."""
    while widget is not None and hasattr(widget, "opacity") and widget.parent is not widget:
        if widget.opacity == 0:
            return False
        widget = widget.parent
    return True


def outside(text: Any, window: Any) -> bool:
    """True when a box around a text is left by it. A drawing may have the words of its scale at its edge."""
    from kivy.uix.floatlayout import FloatLayout

    x, y = text.to_window(text.x, text.y)
    box = text.parent
    while box is not None and box is not window:
        left, foot = box.to_window(box.x, box.y)
        over = max(left - x, foot - y, x + text.width - left - box.width, y + text.height - foot - box.height)
        if over > SLACK and not isinstance(box, FloatLayout):
            return True
        box = box.parent
    return False
