"""What is known of the open session, folded from its rows: the same before and after a restart.

Every change is an event in the ledger first of all; `fold` is the only way a fact comes to be, so that a session found
after a power loss is the session that was left (LED-6: disarmed).
"""

from __future__ import annotations

from typing import cast

import msgspec

from kiosk.channel.snapshot import SetupStep
from kiosk.records.facts import Fact
from kiosk.records.rows import EventRow, SessionRow

PATH_LASTS_MS = 4 * 3600 * 1000
"""A fluid path is used for at most 4 h (LIM-14)."""
PRIMED, NOT_PRIMED, FINISHED, RESUMED, COURSE = "primed", "not primed", "finished", "resumed", "course"


class Facts(msgspec.Struct, frozen=True):
    """One open session. Empty texts and False stand for "not yet"."""

    number: int
    protocol: str
    patient: str
    opened_by: str
    screened: bool = False
    product: str = ""
    lot: str = ""
    expiry: str = ""
    needle: str = ""
    syringe: str = ""
    fill_nl: int = 0
    refill: bool = False
    """The path was opened in this session before: a refill is primed briefly (LIM-14)."""
    prepared: bool = False
    primed: bool = False
    path_opened_ms: int = 0
    """Wall time, UTC ms; 0 when no path is open."""
    finished: bool = False
    course_sessions: int = 0
    course_nl: int = 0
    course_days: int | None = None

    def step(self, wall_ms: int) -> SetupStep | None:
        """What the set-up waits for, in order; None when it is complete."""
        if not self.screened:
            return "screening"
        if not self.product:
            return "product"
        if not self.needle or self.path_expired(wall_ms):
            return "needle"
        if not self.syringe:
            return "syringe"
        if not self.prepared:
            return "preparation"
        return None if self.primed else "prime"

    def steps_done(self, wall_ms: int) -> tuple[SetupStep, ...]:
        known: tuple[tuple[SetupStep, bool], ...] = (
            ("screening", self.screened), ("product", bool(self.product)),
            ("needle", bool(self.needle) and not self.path_expired(wall_ms)), ("syringe", bool(self.syringe)),
            ("preparation", self.prepared), ("prime", self.primed),
        )
        return tuple(step for step, done in known if done)

    def path_expired(self, wall_ms: int) -> bool:
        return self.path_opened_ms > 0 and wall_ms - self.path_opened_ms > PATH_LASTS_MS


def opened(row: SessionRow) -> Facts:
    return Facts(row.session, row.protocol, row.patient, row.user)


def fold(facts: Facts, event: EventRow) -> Facts:
    """The facts after `event`; a kind that carries none changes nothing."""
    body = event.body
    match event.kind:
        case Fact.SCREENING:
            change: dict[str, object] = {"screened": True}
        case Fact.PRODUCT:
            change = {key: body[key] for key in ("product", "lot", "expiry")} | {"primed": False}
        case Fact.NEEDLE:
            # A new needle holds air: it is primed, and its path is as old as the rest of it.
            change = {"needle": body["needle"], "primed": False}
            if facts.syringe == "" or body.get("path_closed"):
                change |= {"syringe": "", "path_opened_ms": 0, "refill": False}
        case Fact.SYRINGE:
            new_line = bool(body["new_line"])
            change = {"syringe": body["syringe"], "fill_nl": body["fill_nl"], "primed": False, "refill": not new_line}
        case Fact.PATH_OPENED:
            change = {"path_opened_ms": body["wall_ms"]}
        case Fact.PREPARATION:
            change = {"prepared": True}
        case kind if kind in (PRIMED, NOT_PRIMED):
            change = {"primed": kind == PRIMED}
        case kind if kind in (FINISHED, RESUMED):
            change = {"finished": kind == FINISHED}
        case kind if kind == COURSE:
            days = cast("int", body["days"])
            change = {"course_sessions": body["sessions"], "course_nl": body["nl"],
                      "course_days": None if days < 0 else days}
        case _:
            return facts
    return msgspec.structs.replace(facts, **change)
