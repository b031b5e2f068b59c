"""What a technician's pages show before and after a measurement: what is in force, and what the figures propose."""

from __future__ import annotations

import msgspec

from kiosk.channel.calibration_commands import (
    CertifyCalibration,
    LeaveCalibration,
    OpenCalibration,
    WriteCalibration,
)
from kiosk.channel.calibration_views import CalibratingView, ChangeView, ProposalView, RunView, WritingStage
from kiosk.channel.service import WriteFactory
from kiosk.channel.snapshot import Snapshot
from kiosk.view import validity
from kiosk.view.actions import Go, Send
from kiosk.view.calibrating import HOLD_MS, ICONS, figures, readings, restore, small
from kiosk.view.language import decimal, mark, say
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
            Line("number", say("In force"), _number(shown.id), "", "gauge", tone),
            Line(
                "made",
                say("Proved"),
                proved,
                "",
                "check-circle" if shown.made else "alert-circle",
                "good" if shown.made else "warn",
            ),
            Line("due", say("Due again"), due, "", "calendar", tone),
        ),
        note=shown.sentence or say("Have at hand a balance that reads 0.01 mg, water, and a depth gauge."),
        pages=(
            Touch("instruments", say("Instruments"), Go("instruments"), icon="gauge"),
            Touch("certificates", say("Certificates"), Go("certificates"), icon="file-document"),
            Touch("drift", say("History"), Go("drift"), icon="history"),
        ),
        begin=unless(begin, why),
    )


def _number(number: int) -> str:
    return say("Calibration {number}", number=number) if number else say("None")


# -- the proposal ---------------------------------------------------------------------------------------------------
class Proposing(msgspec.Struct, frozen=True):
    """The figures of three runs, before and after a correction."""

    part: str = ""
    verdict: str = ""
    fails: bool = False
    writing: bool = False
    """Whether `lines` tell how far new figures have come."""
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
    leave = Touch("leave", say("Hold: leave"), Send(LeaveCalibration()), icon="close", hold_ms=HOLD_MS)
    writing = work.step == "writing"
    if asked is None or writing:
        way = _on_its_way(work) if writing else ()
        return Proposing(work.part, work.todo, writing=writing, note=work.note, lines=way, leave=leave)
    if work.step == "factory":
        return _factory(snapshot, work, asked, leave)
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


WAY: tuple[tuple[WritingStage, str, str], ...] = (
    ("commit", mark("Recorded"), mark("old and new figures, before a byte leaves")),
    ("write", mark("Written"), mark("into the spare place; the other stays in force")),
    ("read_back", mark("Read back"), mark("every figure is compared")),
    ("select", mark("Put in force"), mark("by its number, in one go")),
    ("identify", mark("Confirmed"), mark("the injector names what is in force")),
)
"""The way of new figures into the injector, in its order: what is done at each stage, and how."""


def _on_its_way(work: CalibratingView) -> tuple[Line, ...]:
    """Every stage of the way: done, going on, or still to come."""
    stages = [stage for stage, _, _ in WAY]
    now = stages.index(work.writing) if work.writing else 0
    looks: tuple[tuple[str, str, Tone], ...] = (
        ("check-circle", say("done"), "good"), ("timer", say("now"), "primary"), ("minus", "", "quiet"),
    )  # fmt: skip
    return tuple(
        Line(f"way:{stage}", say(title), say(how), trail, icon, tone)
        for at, (stage, title, how) in enumerate(WAY)
        for icon, trail, tone in (looks[(at >= now) + (at > now)],)
    )


def _factory(snapshot: Snapshot, work: CalibratingView, asked: ProposalView, leave: Touch) -> Proposing:
    """An injector without a calibration: what it would be given, held to confirm, or what was certified last."""
    write = Touch(
        "factory", say("Hold: write these figures"), Send(WriteFactory(asked.key)), icon="pencil", tone="warn",
        hold_ms=HOLD_MS,
    )  # fmt: skip
    return Proposing(
        part=work.part,
        verdict=work.todo,
        fails=True,
        note=work.note or asked.sentence,
        lines=_built(asked) if asked.changes else (),
        changes=_begins(asked) if asked.changes else (),
        leave=leave,
        write=unless(write, _because(asked.why_not_write)),
        certify=restore(snapshot),
    )


def _built(asked: ProposalView) -> tuple[Line, ...]:
    """What a plunger step moves by construction, two barrels on a line: 1 and 2 mL, 5 and 10 mL."""
    one, two, five, ten = (change.after for change in asked.changes if change.unit == "pL")
    pairs = (("1 mL", one, "2 mL", two), ("5 mL", five, "10 mL", ten))
    return tuple(
        Line(
            f"built:{barrel}", say("{one} and {other}", one=barrel, other=other),
            say("{first} and {second} pL a step", first=first, second=second), "", "water",
        )
        for barrel, first, other, second in pairs
    )  # fmt: skip


def _begins(asked: ProposalView) -> tuple[Line, ...]:
    """Where the needle's depth begins, and that no barrel treats anybody yet."""
    zero, scale = (one.after for one in asked.changes if one.unit in ("um", "ppm"))
    depth = say("zero {zero}, scale {scale}", zero=_figure(zero, "um"), scale=_figure(scale, "ppm"))
    return (
        Line("depth", say("Depth"), depth, "", "target"),
        Line("smallest", say("Smallest dose"), say("none: nobody is treated yet"), "", "minus"),
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
