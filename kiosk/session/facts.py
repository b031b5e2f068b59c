"""What is known of the open session, folded from its rows: the same before and after a restart.

Every change is an event in the ledger first of all; `fold` is the only way a fact comes to be, so that a session found
after a power loss is the session that was left (LED-6: disarmed).
"""

from __future__ import annotations

from typing import Any

import msgspec

from kiosk.channel.snapshot import SetupStep
from kiosk.protocols.budget import NIGHT_MS, Course, Given, Today
from kiosk.protocols.limits import Counted
from kiosk.records.facts import Fact
from kiosk.records.rows import EventRow, SessionRow

PATH_LASTS_MS = 4 * 3600 * 1000
"""A fluid path is used for at most 4 h, and so is a needle (LIM-14)."""
PRIMED, NOT_PRIMED, FINISHED, RESUMED, COURSE = "primed", "not primed", "finished", "resumed", "course"
DATED = "dated"
"""When the session was opened, as soon as a trusted clock tells it."""
STEPS: tuple[SetupStep, ...] = ("screening", "product", "needle", "syringe", "preparation", "prime")
"""What is done before a treatment, in order."""
NEEDLE_GONE, SYRINGE_GONE, PATH_GONE = "needle removed", "syringe removed", "path left"


class Facts(msgspec.Struct, frozen=True):
    """One open session. Empty texts and False stand for "not yet"."""

    number: int
    protocol: str
    patient: str
    opened_by: str
    opened_ms: int = 0
    """Wall time at which it was opened, UTC ms; 0 as long as no trusted clock has told it."""
    screened: bool = False
    product: str = ""
    lot: str = ""
    expiry: str = ""
    needle: str = ""
    needle_ms: int = 0
    """Wall time at which this needle was confirmed, UTC ms; 0 in rows that are older than this field."""
    needle_from: int = 0
    """Shots that this session had given before this needle."""
    syringe: str = ""
    injector: int = 0
    """Serial number of the controller that counted the parts; 0 in rows that are older than these fields."""
    needle_changes: int = 0
    """What that controller had counted when the needle was confirmed."""
    syringe_changes: int = 0
    boot_count: int = 0
    """The start of the controller in which the piston was met: while it is off it sees no clamp."""
    fill_nl: int = 0
    refill: bool = False
    """The path was opened in this session before: a refill is primed briefly (LIM-14)."""
    prepared: bool = False
    primed: bool = False
    path_opened_ms: int = 0
    """Wall time, UTC ms; 0 when no path is open."""
    finished: bool = False
    products: tuple[str, ...] = ()
    """Every product that was chosen in this session."""
    course: Course = Course(0, 0, 0)
    preset: dict[str, Any] | None = None
    """What the session is to begin with; None once it was proposed."""
    unreadable: bool = False
    """A row of it was damaged, so that nobody knows what it said: it is finished and signed, and not gone on with."""

    def step(self, wall_ms: int) -> SetupStep | None:
        """What the set-up waits for, in order; None when it is complete."""
        done = self._done(wall_ms)
        return None if all(done) else STEPS[done.index(False)]

    def steps_done(self, wall_ms: int) -> tuple[SetupStep, ...]:
        """The steps that need not be done again."""
        return tuple(step for step, done in zip(STEPS, self._done(wall_ms), strict=True) if done)

    def _done(self, wall_ms: int) -> tuple[bool, ...]:
        """Whether each of `STEPS` is done; asked for several times in every cycle."""
        return (
            self.screened,
            self.product != "",
            self.needle != "" and not self.expired(wall_ms),
            self.syringe != "",
            self.prepared,
            self.primed,
        )

    def outlived(self, wall_ms: int) -> bool:
        """Whether it was opened over a night ago, or at a time that is still to come: it is not of this day any more.

        Answers at the screening, course and interval are of the day on which it was opened.
        """
        return not 0 <= wall_ms - self.opened_ms < NIGHT_MS

    def path_expired(self, wall_ms: int) -> bool:
        """Whether the fluid path has been open for more than 4 h."""
        return self.path_opened_ms > 0 and _too_old(self.path_opened_ms, wall_ms)

    def expired(self, wall_ms: int) -> bool:
        """Whether the path or the needle has been in use for more than 4 h: no new line makes a needle younger."""
        return self.path_expired(wall_ms) or (bool(self.needle) and _too_old(self.needle_ms, wall_ms))


def _too_old(since_ms: int, wall_ms: int) -> bool:
    """Used for more than 4 h, or since a time that is still to come: then nobody knows for how long."""
    return not 0 <= wall_ms - since_ms <= PATH_LASTS_MS


def opened(row: SessionRow) -> Facts:
    """The facts of a session that was just opened."""
    return Facts(row.session, row.protocol, row.patient, row.user)


def fold(facts: Facts, event: EventRow) -> Facts:
    """The facts after `event`; a kind that carries none changes nothing, a damaged row only `unreadable` (LIM-9)."""
    try:
        change = PLAIN.get(event.kind) or _with_body(facts, event.kind, event.body)
        after = msgspec.structs.replace(facts, **change) if change else facts
        return after if after is facts else msgspec.convert(msgspec.to_builtins(after), Facts)
    except (KeyError, TypeError, ValueError):  # a key is missing, or holds what its fact cannot be
        return msgspec.structs.replace(facts, unreadable=True)


NO_PATH: dict[str, Any] = {"syringe": "", "path_opened_ms": 0, "refill": False}
PLAIN: dict[str, dict[str, Any]] = {
    Fact.SCREENING: {"screened": True},
    Fact.PREPARATION: {"prepared": True},
    NEEDLE_GONE: {"needle": "", "primed": False},
    SYRINGE_GONE: {"syringe": "", "primed": False},
    PATH_GONE: {"needle": "", "primed": False} | NO_PATH,
    PRIMED: {"primed": True},
    NOT_PRIMED: {"primed": False},
    FINISHED: {"finished": True},
    RESUMED: {"finished": False},
    Fact.PRESET_PROPOSED: {"preset": None},
}
"""Kinds that say all by themselves."""


def _with_body(facts: Facts, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    if kind == Fact.PRODUCT:
        return _product(facts, body)
    if kind == Fact.NEEDLE:  # it holds air, so it is primed; its path is as old as the rest of it
        change = {"needle": body["needle"], "needle_ms": body.get("wall_ms", 0), "primed": False}
        change |= {"needle_from": body.get("shots", 0)}
        change |= {"injector": body.get("injector", 0), "needle_changes": body.get("changes", 0)}
        return change | (NO_PATH if body.get("path_closed") else {})
    if kind == Fact.SYRINGE:
        new_line = bool(body["new_line"])
        change = {"syringe": body["syringe"], "fill_nl": body["fill_nl"], "primed": False, "refill": not new_line}
        change |= {"injector": body.get("injector", 0), "boot_count": body.get("boot_count", 0)}
        return change | {"syringe_changes": body.get("changes", 0)}
    if kind == Fact.PATH_OPENED:
        return {"path_opened_ms": body["wall_ms"]}
    if kind == Fact.PRESET_CHOSEN:
        return {"preset": dict(body)}
    if kind == DATED:
        return {"opened_ms": body["wall_ms"]}
    if kind == COURSE:
        return {"course": _course(body)}
    return {}


def course_body(course: Course) -> dict[str, int | list[str]]:
    """A course as its event holds it: zones and their days in lists of one order, and so what this day gave where."""
    return {
        "sessions": course.sessions,
        "nl": course.nl,
        "planned": course.planned,
        "zones": [given.zone for given in course.given],
        "days": [str(given.days) for given in course.given],
        "product_today_shots": course.product_today.shots,
        "product_today_nl": course.product_today.nl,
        "today_zones": [today.zone for today in course.today],
        "today_sides": [today.side for today in course.today],
        "today_shots": [str(today.given.shots) for today in course.today],
        "today_nl": [str(today.given.nl) for today in course.today],
    }


def _course(body: dict[str, Any]) -> Course:
    """The course again; where zones were not told apart, the days are of each, and nothing is known of that day."""
    if "zones" not in body:
        given = () if body["days"] < 0 else (Given("", body["days"]),)
        return Course(body["sessions"], body["nl"], body["sessions"], given)
    given = zip(body["zones"], body["days"], strict=True)
    places = zip(*(body.get(f"today_{what}", []) for what in ("zones", "sides", "shots", "nl")), strict=True)
    return Course(
        body["sessions"],
        body["nl"],
        body["planned"],
        tuple(Given(zone, int(days)) for zone, days in given),
        Counted(body.get("product_today_shots", 0), body.get("product_today_nl", 0)),
        tuple(Today(zone, side, Counted(int(shots), int(nl))) for zone, side, shots, nl in places),
    )


def _product(facts: Facts, body: dict[str, Any]) -> dict[str, Any]:
    """Another product leaves nothing of the path; another lot of the same needs another syringe."""
    change: dict[str, Any] = {key: body[key] for key in ("product", "lot", "expiry")} | {"primed": False}
    change["products"] = (*facts.products, body["product"])
    if body["product"] != facts.product:
        return change | NO_PATH
    return change if body["lot"] == facts.lot else change | {"syringe": ""}
