"""How an approval stands in the record: an event with the fingerprint and the whole content that was approved.

The content is kept so that a later difference is told against what somebody really read (LIM-9).
"""

from __future__ import annotations

import msgspec

from kiosk.protocols.library import Library
from kiosk.records.facts import Fact
from kiosk.records.rows import EventRow


class Subject(msgspec.Struct, frozen=True):
    """A treatment as it is loaded now."""

    protocol: str
    title: str
    sha256: str
    needs: tuple[str, ...] = ()
    """Figures that the clinic has still to give."""


def subject(library: Library, protocol: str) -> Subject:
    """A treatment of these profiles.

    Raises:
        KeyError: there is none of that key.
    """
    found = library.protocols[protocol]
    return Subject(protocol, found.title, library.sha256(protocol), found.clinic_keys)


def approval_row(asked: Subject, content: str, *, user: str, mono_ms: int) -> EventRow:
    """The row that approves this content."""
    sentence = f"{asked.title} was approved, set {asked.sha256[:16]}"
    body = {"protocol": asked.protocol, "title": asked.title, "sha256": asked.sha256, "content": content}
    return EventRow(Fact.APPROVED, mono_ms, 0, user, sentence, {**body})
