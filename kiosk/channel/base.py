"""What every command and every page on the channel is made of: frozen structs, and texts of a bounded length."""

from __future__ import annotations

from typing import Annotated

import msgspec

Text = Annotated[str, msgspec.Meta(max_length=200)]


class Command(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """A command, tagged by its name on the wire."""


class View(msgspec.Struct, frozen=True):
    """Something that is shown and never changed."""
