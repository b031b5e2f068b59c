"""What an administrator's pages about approval show: every treatment's state, and one with all that changed (LIM-9).

The way to the PIN leads through all pages of the changes: nobody approves what was never on the glass.
"""

from __future__ import annotations

from textwrap import wrap

import msgspec

from kiosk.channel.snapshot import ApprovalLine, ApprovalList, ApprovalPage, Change
from kiosk.view.actions import Cancel, Go, Panel, SubmitPin, Turn
from kiosk.view.language import many, mark, say
from kiosk.view.local import Local
from kiosk.view.panels import PinAsked
from kiosk.view.start import PIN_LEAST, dots
from kiosk.view.touch import NOTHING, Line, Tone, Touch, unless

READ = "approval"
"""Name of the list of changes."""
HOLD_MS = 800
FITS = 74
"""Characters of a change that stand on two lines of a row on the narrowest screen."""
STATES: dict[str, tuple[str, str, Tone]] = {
    "approved": (mark("Approved"), "check-circle", "good"),
    "changed": (mark("Changed since it was approved"), "alert-circle", "warn"),
    "never": (mark("Never approved"), "help-circle", "warn"),
}
"""State in words, its icon and its tone."""
NOTES = {
    "last": mark("This has changed since it was approved; nothing else differs."),
    "nothing": mark("Never approved: all of it is to be read."),
    "lost": mark("What was approved then is not kept: all of it is to be read."),
}
"""What the changes are told against."""
SAME = mark("Nothing differs from what was approved.")


class Approvals(msgspec.Struct, frozen=True):
    rows: tuple[Touch, ...] = ()
    note: str = ""


def approvals(local: Local) -> Approvals:
    """Every treatment of this device with its state; what is not approved arms no real injector."""
    found = local.approvals
    if found is None:
        return Approvals(note=say("Reading the approvals"))
    approved = sum(line.state == "approved" for line in found.lines)
    note = many("{count} of {all} treatments is approved. A real injector is armed with no other.",
                "{count} of {all} treatments are approved. A real injector is armed with no other.",
                approved, all=len(found.lines))  # fmt: skip
    return Approvals(tuple(map(_row, found.lines)), note)


def _row(line: ApprovalLine) -> Touch:
    words, icon, _ = STATES[line.state]
    state = say("Needs the clinic's figures") if line.needs else say(words)
    by = say("{name}, {moment}", name=line.by, moment=line.at) if line.by else ""
    return Touch(
        f"approval:{line.protocol}", line.title, Go(f"approval:{line.protocol}"), ". ".join(filter(None, (state, by))),
        line.sha256[:8], icon=icon,
    )  # fmt: skip


class Approving(msgspec.Struct, frozen=True):
    heading: str = ""
    state: Line = Line()
    fingerprint: str = ""
    """All 64 digits in groups."""
    note: str = ""
    rows: tuple[Line, ...] = ()
    empty: str = ""
    hint: str = ""
    page: int = 0
    earlier: Touch = NOTHING
    go_on: Touch = NOTHING


def approving(local: Local) -> Approving:
    """One treatment with every difference from what was approved last; then the way to approve it."""
    shown = local.approval
    if shown is None:
        return Approving(heading=say("Reading what changed"))
    line, page = shown.line, local.turned.get(READ, 0)
    words, icon, tone = STATES[line.state]
    by = say("by {name}, {moment}", name=line.by, moment=line.at) if line.by else ""
    go_on = unless(Touch("approve", say("Approve"), Panel("pin:approve"), tone="primary", icon="check"), _why(line))
    if READ not in local.ends:
        go_on = Touch("more", say("Read on"), Turn(READ, 1), tone="primary", icon="chevron-right")
    return Approving(
        heading=line.title,
        state=Line("state", say(words), by, icon=icon, tone=tone),
        fingerprint=" ".join(wrap(line.sha256, 8)),
        note=say(NOTES[shown.against] if line.state != "approved" else SAME),
        rows=tuple(row for at, change in enumerate(shown.changes) for row in _rows(at, change)),
        empty="" if shown.changes else say("Nothing is left to read."),
        hint="" if shown.changes else say("A change of any of its figures asks for approval again, and stands here."),
        page=page,
        earlier=Touch("earlier", say("Back"), Turn(READ, -1), icon="chevron-left") if page else NOTHING,
        go_on=go_on,
    )


def _why(line: ApprovalLine) -> str:
    if line.needs:
        return say("The clinic has to give its figures first: {keys}.", keys=", ".join(line.needs))
    return say("Exactly this is approved.") if line.state == "approved" else ""


def _rows(at: int, change: Change) -> list[Line]:
    """One change as as many rows as it needs, so that none of it is cut; a long one as it was and as it is."""
    icon = "pencil" if change.old and change.new else "plus" if change.new else "close"
    now = change.new or say("is gone")
    told = [f"{change.old} -> {now}" if change.old else now]
    if change.old and len(told[0]) > FITS:
        told = [say("was: {value}", value=change.old), say("now: {value}", value=now)]
    parts = [part for words in told for part in wrap(words, FITS) or [""]]
    return [
        Line(f"change{at}:{part}", change.key if part == 0 else "", words, icon=icon if part == 0 else "chevron-right")
        for part, words in enumerate(parts)
    ]


def pin_to_approve(local: Local) -> PinAsked:
    """The administrator's PIN; holding approves exactly what was read."""
    shown = local.approval
    title = shown.line.title if shown is not None else ""
    why = "" if len(local.text("pin")) >= PIN_LEAST else say("Type all digits of your PIN.")
    hold = Touch("confirm", say("Hold: approve"), SubmitPin("approve"), tone="primary", icon="check", hold_ms=HOLD_MS)
    return PinAsked(
        title=say("Approve {title} with your PIN", title=title),
        detail=say("Your name, the time and this content go into the record."),
        dots=dots(local.text("pin")),
        cancel=Touch("cancel", say("Cancel"), Cancel(), icon="close"),
        confirm=unless(hold, why),
    )


def heard_page(local: Local, page: ApprovalPage) -> Local:
    """What was read has come: its pages are turned from the first on, and the list knows its state."""
    listed = local.approvals
    if listed is not None:
        lines = tuple(page.line if line.protocol == page.line.protocol else line for line in listed.lines)
        listed = ApprovalList(lines)
    turned = {name: at for name, at in local.turned.items() if name != READ}
    return msgspec.structs.replace(local, approval=page, approvals=listed, turned=turned, ends=local.ends - {READ})
