"""What a technician's pages show before and after a measurement: what is in force, and what the figures propose."""

from __future__ import annotations

import msgspec

from kiosk.channel.calibration_commands import (
    CertifyCalibration,
    LeaveCalibration,
    OpenCalibration,
    WriteCalibration,
)
from kiosk.channel.calibration_views import ChangeView, RunView
from kiosk.channel.snapshot import Snapshot
from kiosk.view import validity
from kiosk.view.actions import Go, Send
from kiosk.view.calibrating import HOLD_MS, ICONS, figures, readings, small
from kiosk.view.language import decimal, say
from kiosk.view.numbers import ul
from kiosk.view.touch import NOTHING, Line, Tone, Touch, unless


class InForce(msgspec.Struct, frozen=True):
    """The calibration in force, as a page."""

    lines: tuple[Line, ...] = ()
    note: str = ""
    pages: tuple[Touch, ...] = ()
    begin: Touch = NOTHING


def calibration(snapshot: Snapshot) -> InForce:
    """What is in force and until when (ACU-3), and the way to measure it again."""
    shown = snapshot.in_force
    tone = validity.tone(snapshot) if shown.made or shown.sentence else "good"
    proved = say(validity.NEVER) if not shown.made else shown.made
    due = validity.due(snapshot) or say("no date")
    begin = Touch(
        "begin", say("Hold: handpiece away, begin"), Send(OpenCalibration(True)), icon="play", tone="primary",
        hold_ms=HOLD_MS,
    )  # fmt: skip
    why = snapshot.busy or (say("No injector is connected.") if not snapshot.link.connected else "")
    return InForce(
        lines=(
            Line("number", say("In force"), say("Calibration {number}", number=shown.id), "", "gauge", tone),
            Line("made", say("Proved"), proved, "", "check-circle", "good" if shown.made else "warn"),
            Line("due", say("Due again"), due, "", "calendar", tone),
        ),
        note=shown.sentence or say("The dose of each syringe is weighed; a balance that reads 0.01 mg and water."),
        pages=(
            Touch("instruments", say("Instruments"), Go("instruments"), icon="gauge"),
            Touch("certificates", say("Certificates"), Go("certificates"), icon="file-document"),
            Touch("drift", say("History"), Go("drift"), icon="history"),
        ),
        begin=unless(begin, why),
    )


# -- the proposal ---------------------------------------------------------------------------------------------------
class Proposing(msgspec.Struct, frozen=True):
    """The figures of three runs, before and after a correction."""

    part: str = ""
    verdict: str = ""
    fails: bool = False
    note: str = ""
    lines: tuple[Line, ...] = ()
    changes: tuple[Line, ...] = ()
    leave: Touch = NOTHING
    instruments: Touch = NOTHING
    write: Touch = NOTHING
    certify: Touch = NOTHING


def proposing(snapshot: Snapshot) -> Proposing:
    """What was measured, what would change, and the two ways on; each is held to confirm (UI-6)."""
    work = snapshot.calibrating
    if work is None:
        return Proposing()
    asked = work.proposal
    leave = Touch("leave", say("Leave"), Send(LeaveCalibration()), icon="close", tone="quiet", hold_ms=HOLD_MS)
    if asked is None:
        return Proposing(part=work.part, verdict=work.todo, note=work.note, leave=leave)
    write = Touch(
        "write", say("Hold: write the correction"), Send(WriteCalibration(asked.key)), icon="pencil",
        tone="plain" if asked.passes else "primary", hold_ms=HOLD_MS,
    )  # fmt: skip
    certify = Touch(
        "certify", say("Hold: certify what is in force"), Send(CertifyCalibration(asked.key)), icon="check",
        tone="primary" if asked.passes else "plain", hold_ms=HOLD_MS,
    )  # fmt: skip
    return Proposing(
        part=work.part,
        verdict=asked.sentence,
        fails=not asked.passes,
        note=work.note,
        lines=readings(work) if work.gauge else tuple(_verdict(run) for run in work.runs),
        changes=tuple(_change(change) for change in asked.changes),
        leave=leave,
        instruments=Touch("instruments", say("Instruments"), Go("instruments"), icon="gauge"),
        write=unless(write, _because(asked.why_not_write)),
        certify=unless(certify, _because(asked.why_not_certify)),
    )


def _because(why: str) -> str:
    return f"{why[:1].upper()}{why[1:].rstrip('.')}." if why else ""


def _verdict(run: RunView) -> Line:
    found = say(
        "{count} shots, mean {mean} +/- {half}, worst {worst}", count=len(run.volumes_nl), mean=small(run.mean_nl),
        half=small(run.half_nl), worst=small(run.worst_nl),
    )  # fmt: skip
    tone: Tone = "good" if run.passes else "danger"
    title = f"{ul(run.dose_nl)}: {figures(run)}"
    return Line(f"run:{run.level}", title, found, "", ICONS[bool(run.passes)], tone)


def _change(change: ChangeView) -> Line:
    before, after = (_figure(n, change.unit) for n in (change.before, change.after))
    return Line(f"change:{change.title}", change.title, f"{before} -> {after}", "", "pencil")


def _figure(n: int, unit: str) -> str:
    if unit == "ppm":
        return decimal(f"{n / 1_000_000:.4f}")
    return ul(n) if unit == "nL" else f"{n} {unit}"
