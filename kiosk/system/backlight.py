"""Only this file sets the screen's brightness, through the kernel's backlight class."""

from __future__ import annotations

from pathlib import Path

from kiosk.system.errors import BacklightUnwritable

CLASS = Path("/sys/class/backlight")


class Backlight:
    """One screen's light. Absent on a desktop and on HDMI screens: `find` returns None there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._most = int((folder / "max_brightness").read_text("ascii"))

    @classmethod
    def find(cls, folder: Path = CLASS) -> Backlight | None:
        """The first backlight of this machine, in the order of names; None where there is none."""
        found = sorted(folder.glob("*/brightness"))
        return cls(found[0].parent) if found else None

    @property
    def percent(self) -> int:
        """Present brightness, 0 to 100."""
        return round(100 * int((self._folder / "brightness").read_text("ascii")) / self._most)

    def set_percent(self, percent: int) -> None:
        """Set the brightness, 0 (dark) to 100; anything above 0 stays visible.

        Raises:
            ValueError: outside 0 to 100.
            BacklightUnwritable: E920, no right to it.
        """
        if not 0 <= percent <= 100:
            raise ValueError(f"brightness is 0 to 100 percent, not {percent}")
        steps = max(1, round(self._most * percent / 100)) if percent else 0
        path = self._folder / "brightness"
        try:
            path.write_text(f"{steps}\n", "ascii")
        except PermissionError as problem:
            raise BacklightUnwritable(path=path, why=problem.strerror) from problem
