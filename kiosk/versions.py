"""Names and versions of what this program is made of, for the about screen, the record and `nappage --version`."""

from __future__ import annotations

import platform
from importlib.metadata import version

NAMED = ("nappage", "kivy", "gpiozero", "pyserial", "pymodbus", "sqlite-utils", "msgspec")


def all_versions() -> tuple[tuple[str, str], ...]:
    """Pairs of name and version, ours first."""
    return (*((name, version(name)) for name in NAMED), ("python", platform.python_version()))
