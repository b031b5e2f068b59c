"""What a client may read of the record on the channel: sessions, one of them, its export, what a code stands for."""

from __future__ import annotations

from typing import Literal

from kiosk.channel.base import Command, Text


class ListSessions(Command, frozen=True):
    before: int = 0
    """Session number to page back from; 0 for the newest."""


class ReadSession(Command, frozen=True):
    session: int


class ExportSession(Command, frozen=True):
    session: int
    format: Literal["json", "csv", "pdf", "aftercare"]


class FindPatient(Command, frozen=True):
    """What the ledger knows of a code: last date, zone, product, and codes one character away (LIM-15)."""

    patient: Text
