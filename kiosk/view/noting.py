"""Reactions that a person notes, at the end of a session or later from its record, and what else a record offers."""

from __future__ import annotations

import msgspec

from kiosk.channel.commands import ExportSession, NoteReaction
from kiosk.channel.snapshot import Catalogue, Snapshot
from kiosk.view.actions import Back, Go, Panel, Send
from kiosk.view.language import say
from kiosk.view.local import Local
from kiosk.view.steps import tick
from kiosk.view.touch import NOTHING, Touch, unless

NONE = "reaction:none"
PREFIX = "reaction:"


class Reactions(msgspec.Struct, frozen=True):
    heading: str = ""
    rows: tuple[Touch, ...] = ()
    note: Touch = NOTHING
    done: Touch = NOTHING


def seen(local: Local, catalogue: Catalogue) -> tuple[str, ...]:
    """Keys of the reactions ticked, in the catalogue's order."""
    return tuple(entry.key for entry in catalogue.reactions if PREFIX + entry.key in local.ticks)


def answered(local: Local, catalogue: Catalogue) -> bool:
    """Whether a person has said what was seen, or that nothing was."""
    return NONE in local.ticks or bool(seen(local, catalogue) or local.text("reactions").strip())


def words(local: Local, catalogue: Catalogue) -> str:
    """What is noted so far, in one line."""
    titles = [entry.title for entry in catalogue.reactions if PREFIX + entry.key in local.ticks]
    told = ", ".join((*titles, *filter(None, (local.text("reactions").strip(),))))
    return told or (say("None seen") if NONE in local.ticks else say("To be answered"))


def reactions(snapshot: Snapshot, local: Local, catalogue: Catalogue) -> Reactions:
    """The list with a box each, and a note for what it does not name."""
    ending, noted = snapshot.phase == "closing", local.text("reactions")
    some = bool(seen(local, catalogue) or noted.strip())
    none = unless(tick(NONE, say("None seen"), local), say("Untick the reactions first.") if some else "")
    why = say("Untick 'None seen' first.") if NONE in local.ticks else ""
    rows = tuple(unless(tick(PREFIX + entry.key, entry.title, local), why) for entry in catalogue.reactions)
    note = unless(Touch("field:reactions", noted or say("to be typed"), Panel("text:reactions"),
                        say("Anything else"), icon="pencil"), why)  # fmt: skip
    page = local.record
    if ending or page is None:
        done = Touch("done", say("Done"), Back(), tone="primary", icon="check")
        return Reactions(say("What was seen until now?"), (none, *rows), note, done)
    command = NoteReaction(page.line.number, seen(local, catalogue), noted.strip())
    add = Touch("note", say("Hold: record it"), Send(command, "record"), tone="primary", icon="check", hold_ms=500)
    heading = say("Session {number}, {patient}: noted today", number=page.line.number, patient=page.line.patient)
    return Reactions(heading, rows, note, unless(add, "" if some else say("Choose or write what was seen.")))


def offered(snapshot: Snapshot, local: Local) -> tuple[Touch, ...]:
    """What else can be done with the record that is open."""
    page = local.record
    if page is None:
        return ()
    number = page.line.number
    csv = Touch("export:csv", say("CSV"), Send(ExportSession(number, "csv")), say("Every shot as a table"),
                icon="file-export")  # fmt: skip
    sheet = Touch("export:aftercare", say("Aftercare sheet"), Send(ExportSession(number, "aftercare")),
                  say("For the patient, as PDF"), icon="file-pdf")  # fmt: skip
    note = Touch("react", say("Note a reaction"), Go("reactions"), say("Seen after the session"), icon="pencil")
    role = snapshot.user.role if snapshot.user else ""
    why = say("The session is not signed yet.") if not page.line.signed else ""
    return (
        unless(note, say("A practitioner notes reactions.") if role != "practitioner" else why),
        unless(sheet, "" if page.sheet else say("No sheet was given in this session.")),
        csv,
    )
