"""What the screens after the treating show: end of session, record, history."""

from __future__ import annotations

import msgspec

from kiosk.channel.commands import ExportSession, ResumeTreating
from kiosk.channel.snapshot import SessionLine, SessionPage, ShotLine, Snapshot, Total, Zone
from kiosk.view.actions import Go, Panel, Pick, Send
from kiosk.view.after import After, after
from kiosk.view.local import Local
from kiosk.view.numbers import amount, dashed, mm, ul, volume
from kiosk.view.steps import tick
from kiosk.view.touch import NOTHING, Line, Touch, unless
from kiosk.view.zones import given_of, side_words

CLEAN_UP = "Fluid path discarded, never rinsed with tap water"


class End(msgspec.Struct, frozen=True):
    totals: tuple[Line, ...] = ()
    aftercare: tuple[Line, ...] = ()
    ticks: tuple[Touch, ...] = ()
    fields: tuple[Touch, ...] = ()
    resume: Touch = NOTHING
    sign: Touch = NOTHING


def end(snapshot: Snapshot, local: Local) -> End:
    """What was given, clean-up, aftercare, reactions; then the signature."""
    session = snapshot.session
    if session is None:
        return End()
    review = local.text("review")
    shown = dashed(review) if review else "none"
    seen = local.text("reactions") or "none seen"
    why = "" if {"cleanup", "aftercare"} <= local.ticks else "Confirm clean-up and aftercare first."
    return End(
        totals=(
            *(zone_line(zone) for zone in session.zones if zone.done),
            *(total_line(total) for total in session.totals),
        ),
        aftercare=tuple(Line(f"after{at}", words, icon="chevron-right") for at, words in enumerate(session.aftercare)),
        ticks=(tick("cleanup", "Cleaned up", local, CLEAN_UP), tick("aftercare", "Aftercare given", local)),
        fields=(
            Touch("field:reactions", seen, Panel("text:reactions"), "Reactions", icon="pencil"),
            Touch("field:review", shown, Panel("text:review"), "Review date", icon="calendar"),
        ),
        resume=Touch("resume", "Treat on", Send(ResumeTreating()), icon="arrow-left"),
        sign=unless(Touch("sign", "Sign", Panel("pin:sign"), tone="primary", icon="pencil"), why),
    )  # fmt: skip


def zone_line(zone: Zone) -> Line:
    """What was given in one zone."""
    title = side_words(zone.title, zone.side)
    return Line(f"zone:{zone.key}:{zone.side}", title, given_of(zone), volume(zone.given_nl))


def total_line(total: Total) -> Line:
    """One running total against its limit."""
    limit = f"of {amount(total.limit, total.unit)}, {total.origin}" if total.limit else ""
    return Line(f"total:{total.key}", total.title, limit, amount(total.used, total.unit))


class Record(msgspec.Struct, frozen=True):
    heading: str = "Reading the record"
    facts: tuple[Line, ...] = ()
    zones: tuple[Line, ...] = ()
    shots: tuple[tuple[str, ...], ...] = ()
    columns: tuple[str, ...] = ("Shot", "Zone", "Depth", "Dose", "Outcome")
    flags: tuple[str, ...] = ()
    exports: tuple[Touch, ...] = ()
    exported: str = ""
    after: After = After()
    listed: bool = False
    """Facts and shots as lists instead of the picture."""
    toggle: Touch = NOTHING


def record(local: Local) -> Record:
    """One session: totals for each zone, every shot, what is uncertain."""
    page = local.record
    if page is None:
        return Record()
    line = page.line
    titles = {(zone.key, zone.side): side_words(zone.title, zone.side) for zone in page.zones}
    listed = local.picks.get("record", "") == "list"
    signed = "signed" if line.signed else "not signed"
    return Record(
        heading=f"Session {line.number}, {line.patient}, {signed}" + (", SIMULATED" if line.simulated else ""),
        facts=_facts(page),
        zones=tuple(zone_line(zone) for zone in page.zones),
        shots=tuple(shot_row(shot, titles.get((shot.zone, shot.side), "")) for shot in page.shots),
        flags=page.flags,
        exports=(
            Touch("export:pdf", "PDF", Send(ExportSession(line.number, "pdf")), icon="file-pdf", tone="primary"),
            Touch("export:csv", "CSV", Send(ExportSession(line.number, "csv")), icon="file-export"),
        ),
        exported=local.exported,
        after=after(page),
        listed=listed,
        toggle=Touch("record:picture", "Picture", Pick("record", "picture"), icon="pulse") if listed
        else Touch("record:list", "List", Pick("record", "list"), icon="clipboard-text"),
    )  # fmt: skip


def _facts(page: SessionPage) -> tuple[Line, ...]:
    line = page.line
    return (
        Line("opened", "Opened", line.opened),
        Line("protocol", "Treatment", line.protocol),
        Line("practitioner", "Practitioner", line.practitioner),
        Line("product", "Product", f"{page.product}, lot {page.lot}, expiry {page.expiry}"),
        Line("needle", "Needle", page.needle),
        Line("syringe", "Syringe", page.syringe),
        Line("given", "Given", f"{line.shots} shots, {volume(line.given_nl)}"),
    )


def shot_row(shot: ShotLine, place: str = "") -> tuple[str, ...]:
    """One shot: what was asked and what was measured are kept apart (LED-7); `place` is the zone in words."""
    side = "" if shot.side == "whole" else f" {shot.side}"
    return (
        str(shot.number),
        place or shot.zone + side,
        f"{mm(shot.measured_depth_um)} of {mm(shot.depth_um)}",
        f"{ul(shot.measured_dose_nl)} of {ul(shot.dose_nl)}",
        shot.outcome,
    )


class History(msgspec.Struct, frozen=True):
    rows: tuple[Touch, ...] = ()
    empty: str = "Reading the history"
    more: Touch = NOTHING


def history(local: Local) -> History:
    """Sessions, the newest first."""
    page = local.sessions
    if page is None:
        return History()
    more = (
        Touch("older", "Older", Go(f"history:{page.lines[-1].number}"), icon="chevron-right") if page.more else NOTHING
    )
    return History(tuple(_session(line) for line in page.lines), "" if page.lines else "No session yet", more)


def _session(line: SessionLine) -> Touch:
    state = ("" if line.signed else "not signed, ") + f"{line.shots} shots, {volume(line.given_nl)}"
    mark = " · SIMULATED" if line.simulated else ""
    return Touch(f"session:{line.number}", f"{line.number}  {line.patient}", Go(f"record:{line.number}"),
                 f"{line.opened} · {line.protocol} · {line.practitioner}{mark}", state)  # fmt: skip
