"""A code to be read by a telephone: square modules of whole pixels, dark on white in every theme."""

from __future__ import annotations

from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.properties import ObjectProperty
from kivy.uix.widget import Widget


class CodePicture(Widget):
    """Draws a `kiosk.sheet.Code`, as large as whole pixels allow, in the middle; nothing while there is none."""

    code = ObjectProperty(None, allownone=True)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.fbind("code", self._draw)
        self.fbind("pos", self._draw)
        self.fbind("size", self._draw)

    @property
    def module(self) -> int:
        """Pixels to a module; 0 while there is no code, or no room for it."""
        return int(min(self.size)) // self.code.size if self.code is not None else 0

    def _draw(self, *_: object) -> None:
        canvas: Any = self.canvas
        canvas.clear()
        if self.module == 0:
            return
        size = self.code.size
        texture = Texture.create(size=(size, size), colorfmt="luminance")
        rows = [self.code.modules[at : at + size] for at in range(0, size * size, size)]
        white = bytes(0 if dark else 255 for row in reversed(rows) for dark in row)
        texture.blit_buffer(white, colorfmt="luminance", bufferfmt="ubyte")
        texture.mag_filter = texture.min_filter = "nearest"
        side = size * self.module
        with canvas:
            Color(1, 1, 1, 1)
            Rectangle(texture=texture, size=(side, side),
                      pos=(round(self.center_x - side / 2), round(self.center_y - side / 2)))  # fmt: skip
