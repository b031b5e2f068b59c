"""What the screens of the record show: one session, and the history."""

from __future__ import annotations

import msgspec

from kiosk.channel.commands import ExportSession
from kiosk.channel.snapshot import SessionLine, SessionPage, ShotLine, Total, Zone
from kiosk.view.actions import Go, Panel, Pick, Send
from kiosk.view.after import After, after
from kiosk.view.heard import heard
from kiosk.view.language import say
from kiosk.view.local import Local
from kiosk.view.numbers import amount, mm, shots, ul, volume
from kiosk.view.touch import NOTHING, Line, Touch
from kiosk.view.zones import given_of, side_words


def zone_line(zone: Zone) -> Line:
    """What was given in one zone."""
    title = side_words(zone.title, zone.side)
    return Line(f"zone:{zone.key}:{zone.side}", title, given_of(zone), volume(zone.given_nl))


def total_line(total: Total) -> Line:
    """One running total against its limit."""
    limit = (
        say("of {limit}, {origin}", limit=amount(total.limit, total.unit), origin=total.origin) if total.limit else ""
    )
    return Line(f"total:{total.key}", total.title, limit, amount(total.used, total.unit))


class Record(msgspec.Struct, frozen=True):
    heading: str = ""
    facts: tuple[Line, ...] = ()
    zones: tuple[Line, ...] = ()
    shots: tuple[tuple[str, ...], ...] = ()
    columns: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    exports: tuple[Touch, ...] = ()
    exported: str = ""
    """Name of the file that was written; the strip said its folder."""
    after: After = After()
    listed: bool = False
    """Facts and shots as lists instead of the picture."""
    toggle: Touch = NOTHING


def record(local: Local) -> Record:
    """One session: totals for each zone, every shot, what is uncertain."""
    page = local.record
    if page is None:
        return Record(heading=say("Reading the record"))
    line = page.line
    titles = {(zone.key, zone.side): side_words(zone.title, zone.side) for zone in page.zones}
    listed = local.picks.get("record", "") == "list"
    signed = say("signed") if line.signed else say("not signed")
    heading = say("Session {number}, {patient}, {signed}", number=line.number, patient=line.patient, signed=signed)
    return Record(
        heading=heading + (say(", SIMULATED") if line.simulated else ""),
        facts=_facts(page),
        zones=tuple(zone_line(zone) for zone in page.zones),
        columns=(say("Shot"), say("Zone"), say("Depth"), say("Dose"), say("Outcome")),
        shots=tuple(shot_row(shot, titles.get((shot.zone, shot.side), "")) for shot in page.shots),
        flags=page.flags,
        exports=(
            Touch("export:pdf", say("PDF"), Send(ExportSession(line.number, "pdf")), icon="file-pdf", tone="primary"),
            Touch("more", say("More"), Panel("more"), icon="plus"),
        ),
        exported=local.exported.rpartition("/")[2],
        after=after(page),
        listed=listed,
        toggle=Touch("record:picture", say("Picture"), Pick("record", "picture"), icon="pulse") if listed
        else Touch("record:list", say("List"), Pick("record", "list"), icon="clipboard-text"),
    )  # fmt: skip


def _facts(page: SessionPage) -> tuple[Line, ...]:
    line, noted = page.line, enumerate(page.reactions)
    return (
        Line("opened", say("Opened"), line.opened),
        Line("protocol", say("Treatment"), line.protocol),
        Line("practitioner", say("Practitioner"), line.practitioner),
        Line(
            "product",
            say("Product"),
            say("{product}, lot {lot}, expiry {expiry}", product=page.product, lot=page.lot, expiry=page.expiry),
        ),
        Line("needle", say("Needle"), page.needle),
        Line("syringe", say("Syringe"), page.syringe),
        Line("given", say("Given"), f"{shots(line.shots)}, {volume(line.given_nl)}"),
        *(Line(f"reaction{at}", say("Reaction, {day}", day=day), told) for at, (day, told) in noted),
        *(Line(key, words, day) for key, words, day in _dates(page) if day),
    )


def _dates(page: SessionPage) -> tuple[tuple[str, str, str], ...]:
    return ("next", say("Next session"), page.next_date), ("review", say("Review date"), page.review_date)


def shot_row(shot: ShotLine, place: str = "") -> tuple[str, ...]:
    """One shot: what was asked and what was measured are kept apart (LED-7); `place` is the zone in words."""
    side = "" if shot.side == "whole" else f" {say(shot.side)}"
    return (
        str(shot.number),
        place or shot.zone + side,
        say("{measured} of {asked}", measured=mm(shot.measured_depth_um), asked=mm(shot.depth_um)),
        say("{measured} of {asked}", measured=ul(shot.measured_dose_nl), asked=ul(shot.dose_nl)),
        heard(shot.outcome),
    )


class History(msgspec.Struct, frozen=True):
    rows: tuple[Touch, ...] = ()
    empty: str = ""
    hint: str = ""
    more: Touch = NOTHING


def history(local: Local) -> History:
    """Sessions, the newest first."""
    page = local.sessions
    if page is None:
        return History(empty=say("Reading the history"))
    more = (
        Touch("older", say("Older"), Go(f"history:{page.lines[-1].number}"), icon="chevron-right")
        if page.more
        else NOTHING
    )
    if not page.lines:
        return History(
            empty=say("No session yet"),
            hint=say(
                "Each session stands here with all its shots, from New session on the home page to its signature."
            ),
        )
    return History(tuple(_session(line) for line in page.lines), more=more)


def _session(line: SessionLine) -> Touch:
    state = ("" if line.signed else say("not signed, ")) + f"{shots(line.shots)}, {volume(line.given_nl)}"
    simulated = say(" · SIMULATED") if line.simulated else ""
    return Touch(f"session:{line.number}", f"{line.number}  {line.patient}", Go(f"record:{line.number}"),
                 f"{line.opened} · {line.protocol} · {line.practitioner}{simulated}", state)  # fmt: skip
