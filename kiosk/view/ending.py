"""What the end of a session shows: what was given, the clean-up, the patient's sheet with its code, the next date.

Nothing is signed before each has been answered. The code holds the sheet's own text (see `kiosk.sheet`), never a code
of the patient.
"""

from __future__ import annotations

import msgspec

from kiosk.channel.commands import ResumeTreating, WriteAftercare
from kiosk.channel.snapshot import Catalogue, SessionView, Snapshot
from kiosk.sheet import BYTES_MAX, Code, code, text
from kiosk.view.actions import Back, Go, Panel, Pick, Send
from kiosk.view.errors import NotADate
from kiosk.view.language import say
from kiosk.view.local import Local
from kiosk.view.noting import answered, words
from kiosk.view.numbers import dashed, iso_date
from kiosk.view.records import total_line, zone_line
from kiosk.view.steps import tick
from kiosk.view.touch import NOTHING, Line, Touch, unless

CLEAN = "clean:"
GIVEN = "aftercare"
NEXT_NONE = "none"


class End(msgspec.Struct, frozen=True):
    totals: tuple[Line, ...] = ()
    steps: tuple[Touch, ...] = ()
    fields: tuple[Touch, ...] = ()
    why_next: str = ""
    resume: Touch = NOTHING
    sign: Touch = NOTHING


def end(snapshot: Snapshot, local: Local, catalogue: Catalogue) -> End:
    """What was given, and what is still to be answered before the signature."""
    session = snapshot.session
    if session is None:
        return End()
    review, visit = local.text("review"), session.next_visit
    agreed = next_date(local, session)
    none = (
        Touch("next:none", say("No date"), Pick("next", NEXT_NONE))
        if agreed
        else Touch("next:again", say("Propose"), Pick("next", "")) if visit.date else NOTHING
    )  # fmt: skip
    return End(
        totals=(
            *(zone_line(zone) for zone in session.zones if zone.done),
            *(total_line(total) for total in session.totals),
        ),
        steps=(
            _step("cleanup", say("Clean-up"), cleaned_words(local, catalogue), done=cleaned(local, catalogue)),
            _step("aftercare", say("Aftercare sheet"),
                  say("Given to the patient") if GIVEN in local.ticks else say("Show it to the patient"),
                  done=GIVEN in local.ticks),
            _step("reactions", say("Reactions"), words(local, catalogue), done=answered(local, catalogue)),
        ),
        fields=(
            Touch("field:next", agreed or say("none"), Panel("text:next"), say("Next session")),
            none,
            Touch("field:review", dashed(review) if review else say("none"), Panel("text:review"), say("Review date")),
        ),
        why_next=visit.why,
        resume=unless(
            Touch("resume", say("Back to treating"), Send(ResumeTreating()), icon="arrow-left"), session.over
        ),
        sign=unless(
            Touch("sign", say("Sign"), Panel("pin:sign"), tone="primary", icon="pencil"), missing(local, catalogue)
        ),
    )  # fmt: skip


def _step(place: str, label: str, detail: str, *, done: bool) -> Touch:
    icon = "check-circle" if done else "alert-circle"
    return Touch(place, label, Go(place), detail, icon=icon, selected=done)


def missing(local: Local, catalogue: Catalogue) -> str:
    """What still stands before the signature; "" for nothing."""
    if not cleaned(local, catalogue):
        return say("Confirm every line of the clean-up first.")
    if GIVEN not in local.ticks:
        return say("Give the patient the aftercare sheet first.")
    return "" if answered(local, catalogue) else say("Say first which reactions were seen, or that none was.")


def next_date(local: Local, session: SessionView) -> str:
    """The next date as it would be signed, ISO; "" for none. What is typed wins over what is proposed."""
    typed = local.text("next")
    if typed:
        try:
            return iso_date(typed)
        except NotADate:
            return ""
    return "" if local.picks.get("next") == NEXT_NONE else session.next_visit.date


class CleanUp(msgspec.Struct, frozen=True):
    rows: tuple[Touch, ...] = ()
    done: Touch = NOTHING


def cleaned(local: Local, catalogue: Catalogue) -> bool:
    """Whether every line of the clean-up is confirmed."""
    return all(CLEAN + entry.key in local.ticks for entry in catalogue.cleanup)


def cleaned_words(local: Local, catalogue: Catalogue) -> str:
    """How far it is."""
    count = sum(CLEAN + entry.key in local.ticks for entry in catalogue.cleanup)
    return say("{done} of {all} done", done=count, all=len(catalogue.cleanup))


def cleanup(local: Local, catalogue: Catalogue) -> CleanUp:
    """The clean-up, line by line."""
    why = "" if cleaned(local, catalogue) else say("Confirm every line first; Back keeps what is ticked.")
    return CleanUp(
        tuple(tick(CLEAN + entry.key, entry.title, local) for entry in catalogue.cleanup),
        unless(Touch("done", say("Done"), Back(), tone="primary", icon="check"), why),
    )


class Aftercare(msgspec.Struct, frozen=True):
    code: Code | None = None
    no_code: str = ""
    hint: str = ""
    """Why there is no code, and what to do."""
    lines: tuple[Line, ...] = ()
    pdf: Touch = NOTHING
    given: Touch = NOTHING


def aftercare(snapshot: Snapshot, local: Local) -> Aftercare:
    """The sheet in the language of the glass: its lines, and the code that holds them, to be read by a telephone."""
    session = snapshot.session
    if session is None:
        return Aftercare()
    agreed = next_date(local, session)
    review = local.text("review")
    day = dashed(review) if review else ""
    dates = ((say("Next session"), agreed), (say("Review"), day))
    heading = say("SIMULATED. After your treatment") if snapshot.simulated else say("After your treatment")
    held = text(heading, session.aftercare, dates)
    made = code(held)
    return Aftercare(
        code=made,
        no_code=""
        if made is not None
        else say("Too long for a code"),
        hint=""
        if made is not None
        else say("Its {size} bytes are more than the {most} that a telephone reads: give the PDF.",
                 size=len(held.encode()), most=BYTES_MAX),
        lines=(
            *(Line(f"after{at}", told, icon="chevron-right") for at, told in enumerate(session.aftercare)),
            *(Line(f"date:{what}", what, when, icon="calendar") for what, when in dates if when),
        ),
        pdf=Touch("export:aftercare", say("PDF"), Send(WriteAftercare(agreed, day)), icon="file-pdf"),
        given=tick(GIVEN, say("Given to the patient"), local),
    )  # fmt: skip
