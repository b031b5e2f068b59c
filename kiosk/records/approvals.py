"""Approvals in the record: who approved which content of a treatment and when, and what has changed since (LIM-9).

Only the last approval of a treatment counts: going back to an older content asks again.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlite_utils import Database

from kiosk.channel.approving import ApprovalLine, ApprovalList, ApprovalPage, ApprovalState, Change
from kiosk.protocols.difference import Difference, differences, everything
from kiosk.protocols.library import fingerprint
from kiosk.records.approved import Subject
from kiosk.records.connection import run
from kiosk.records.facts import Fact
from kiosk.records.history import local

_LAST = """
SELECT wall_ms, user, json_extract(body, '$.protocol'), json_extract(body, '$.sha256'),
    json_extract(body, '$.content')
FROM event WHERE kind = ? ORDER BY row
"""


class Approved(msgspec.Struct, frozen=True):
    """The last approval of a treatment. `content` is "" where it was not kept."""

    wall_ms: int
    user: str
    sha256: str
    content: str


def last_approvals(db: Database) -> dict[str, Approved]:
    """The last approval of every treatment that has one, by its key."""
    found: dict[str, Approved] = {}
    for wall_ms, user, protocol, sha256, content in run(db, _LAST, (Fact.APPROVED.value,)):
        if isinstance(protocol, str) and isinstance(sha256, str):
            found[protocol] = Approved(int(wall_ms), str(user), sha256, content if isinstance(content, str) else "")
    return found


def listed(db: Database, subjects: Iterable[Subject]) -> ApprovalList:
    """The state of every treatment."""
    approved = last_approvals(db)
    return ApprovalList(tuple(_line(asked, approved.get(asked.protocol)) for asked in subjects))


def page(db: Database, asked: Subject, content: str) -> ApprovalPage:
    """One treatment with every difference from what was approved last."""
    approved = last_approvals(db).get(asked.protocol)
    line = _line(asked, approved)
    if line.state == "approved":
        return ApprovalPage(line, ())
    if approved is None:
        return ApprovalPage(line, _changes(everything(content)), "nothing")
    if fingerprint(approved.content) != approved.sha256:
        return ApprovalPage(line, _changes(everything(content)), "lost")
    return ApprovalPage(line, _changes(differences(approved.content, content)))


def _changes(found: Iterable[Difference]) -> tuple[Change, ...]:
    return tuple(Change(one.key, one.old, one.new) for one in found)


def _line(asked: Subject, approved: Approved | None) -> ApprovalLine:
    state: ApprovalState = "never" if approved is None else "changed"
    if approved is not None and approved.sha256 == asked.sha256:
        state = "approved"
    by, at = ("", "") if approved is None else (approved.user, f"{local(approved.wall_ms):%Y-%m-%d %H:%M}")
    return ApprovalLine(asked.protocol, asked.title, asked.sha256, state, by, at, asked.needs)
