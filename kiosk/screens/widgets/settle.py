"""Lays a new page out from the top down, at once: only this file knows how to spare the rounds that Kivy would take.

Kivy's boxes are laid out in the order in which they were made, the innermost first, in a box of 100 by 100; each then
again when what is around it has found its size. A deep page takes a dozen rounds, and every text is measured and drawn
in several of them.
"""

from __future__ import annotations

from typing import Any

from kivy.uix.layout import Layout


def settle(root: Any) -> None:
    """Gives everything under `root`, which has its size, the place that it has when Kivy's own rounds are over."""
    for widget in root.walk(restrict=True):
        if isinstance(widget, Layout):
            widget.do_layout()
            trigger: Any = widget._trigger_layout  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
            trigger.cancel()
