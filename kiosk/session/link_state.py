"""How far an injector is from being trusted, and what each of these states says; `connection` goes through them."""

from __future__ import annotations

from enum import Enum, auto


class State(Enum):
    """Where a connection stands (LED-4)."""

    AWAY = auto()
    REREADING = auto()
    VOIDING = auto()
    READING = auto()
    SETTLING = auto()
    BLOCKED = auto()
    REFUSED = auto()
    READY = auto()


STATE_SENTENCES = {
    State.VOIDING: "the injector is being connected",
    State.REREADING: "the record is being read back",
    State.READING: "the injector's records are being read",
    State.SETTLING: "the record is being completed",
}
"""The others say why."""
