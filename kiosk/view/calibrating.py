"""What a technician's pages show while something is measured: the barrel that is weighed out, the depth under a gauge.

The engine decides what comes next and says it (`todo`); here it only gets the buttons and fields that go with it.
"""

from __future__ import annotations

import msgspec

from kiosk.channel.calibration_commands import (
    CalibrateDepth,
    CalibrateDose,
    DescribeRoom,
    FlushBench,
    LeaveCalibration,
    MoveToGauge,
    PauseRun,
    RestoreCalibration,
    StartBlank,
    StartRun,
    ZeroGauge,
)
from kiosk.channel.calibration_views import CalibratingView, GaugeView, RunView
from kiosk.channel.snapshot import Catalogue, Snapshot
from kiosk.view.actions import Panel, Pick, Send
from kiosk.view.after import Bounds, Curve
from kiosk.view.editing import figure
from kiosk.view.language import decimal, mark, say
from kiosk.view.local import Local
from kiosk.view.numbers import FieldName, digits, ml, mm, ul, with_unit
from kiosk.view.setup import chosen_syringe, fill_of
from kiosk.view.steps import Barrel, barrels
from kiosk.view.touch import NOTHING, Line, Touch, unless

HOLD_MS = 1_200
FLUSH_MOST_NL, FLUSH_STEP_NL = 150_000, 1_000
OFF_MOST_UM, OFF_REACH_UM = 100, 150
"""What a depth may be off (ACU-2), and what the plot shows at least, um."""
LEVELS: dict[str, str] = {
    "smallest": mark("Smallest dose"),
    "middle": mark("Middle dose"),
    "largest": mark("Largest dose"),
}
ROOM: tuple[FieldName, ...] = ("warmth", "air", "damp")
DECIDED = frozenset({"syringe", "flush", "room", "blank", "runs", "zero", "gauge begin"})
"""Steps at which the next thing is begun: where the injector holds a fault, it is cleared first."""
UNPROVED = 732
"""The alarm that says so; proving it is what is being done."""
WEIGHED = frozenset({"blank begin", "blank end", "base", "weight"})
"""Steps that wait for what the balance shows."""


class Calibrating(msgspec.Struct, frozen=True):
    """The barrel that is weighed out."""

    part: str = ""
    todo: str = ""
    note: str = ""
    plotted: bool = False
    curves: tuple[Curve, ...] = ()
    rows: tuple[Touch, ...] = ()
    barrels: tuple[Barrel, ...] = ()
    fields: tuple[Touch, ...] = ()
    lines: tuple[Line, ...] = ()
    empty: str = ""
    hint: str = ""
    leave: Touch = NOTHING
    third: Touch = NOTHING
    second: Touch = NOTHING
    main: Touch = NOTHING


def calibrating(snapshot: Snapshot, local: Local, catalogue: Catalogue) -> Calibrating:
    """What is done now, with the plot of the dose that is weighed and every outlier on it."""
    work = snapshot.calibrating
    if work is None:
        return Calibrating()
    page = Calibrating(
        part=work.part or say("Dose by weighing"),
        todo=work.todo,
        note=work.note or _shows(work),
        leave=Touch("leave", say("Hold: leave"), Send(LeaveCalibration()), icon="close", hold_ms=HOLD_MS),
        main=_main(work, local),
    )
    replace = msgspec.structs.replace
    fault = _fault(snapshot) if work.step in DECIDED else ""
    if fault:
        recover = Touch("recover", say("Recover"), Panel("recover"), icon="refresh")
        page = replace(page, note=work.note or fault, third=recover)
    if work.step == "syringe":
        fit = _fit(work, local, catalogue)
        return replace(
            page,
            barrels=barrels(local, catalogue),
            fields=_fill(work, local, catalogue),
            main=fit,
            second=_depth(),
            third=page.third if fault else restore(snapshot),
        )
    if work.gauge:
        read = readings(work)
        return replace(
            page,
            plotted=True,
            curves=(gauge_curve(work.gauge),),
            lines=read,
            empty="" if read else say("No reading yet"),
            hint="" if read else say("Each depth comes to stand here with what the gauge showed."),
        )
    if work.step == "room":
        return replace(page, fields=tuple(_field(name, local) for name in ROOM))
    if work.step == "flush" or not work.room or not work.blank or work.step.startswith("blank"):
        return replace(page, lines=_facts(work), second=_pause(work))
    shown = _plotted(work, local)
    return replace(
        page,
        plotted=True,
        curves=(curve(shown),),
        rows=tuple(_row(run, work, shown) for run in work.runs),
        second=_pause(work),
    )


def _fault(snapshot: Snapshot) -> str:
    """The alarm that stands, beside that what is in force waits for its proof; "" when none does."""
    return next((alarm.title for alarm in snapshot.alarms if alarm.active and alarm.number != UNPROVED), "")


def _shows(work: CalibratingView) -> str:
    """What the balance shows, which is taken by itself once it rests."""
    if work.balance_ug is None or not (work.running or work.step in WEIGHED):
        return ""
    shown = with_unit("weight", max(0, work.balance_ug))
    return say("The balance shows {weight}; it is taken by itself once it rests.", weight=shown)


def _main(work: CalibratingView, local: Local) -> Touch:
    """The button that goes with the step; none where the trigger or the injector acts."""
    if work.step in WEIGHED:
        return Touch("weight", say("Give the weight"), Panel("edit:weight"), icon="pencil", tone="primary")
    if work.gauge:
        return _gauge_main(work)
    if work.step == "flush":
        nl = min(FLUSH_MOST_NL, -(-work.flush_nl // FLUSH_STEP_NL) * FLUSH_STEP_NL)
        return Touch(
            "flush", say("Hold to push {volume}", volume=ul(nl)), Send(FlushBench(nl)), icon="water", tone="primary",
            hold_ms=600,
        )  # fmt: skip
    if work.step == "room":
        taken = DescribeRoom(figure("warmth", local), figure("air", local), figure("damp", local))
        return Touch("room", say("Continue"), Send(taken), icon="chevron-right", tone="primary")
    if work.step == "blank":
        return Touch("blank", say("Begin the blank"), Send(StartBlank()), icon="timer", tone="primary")
    return NOTHING


def _depth() -> Touch:
    """The needle's depth instead of a dose."""
    return Touch("depth", say("Depth"), Send(CalibrateDepth()), icon="target")


def _gauge_main(work: CalibratingView) -> Touch:
    if work.step == "zero":
        return Touch("zero", say("The gauge shows zero"), Send(ZeroGauge()), icon="check", tone="primary")
    if work.step == "gauge":
        return Touch("gauge", say("Give the reading"), Panel("edit:gauge"), icon="pencil", tone="primary")
    due = next((each for each in work.gauge if each.gauge_um is None), None)
    if due is None:
        return NOTHING
    return Touch(
        "move", say("Hold: to {depth}, {side}", depth=mm(due.depth_um), side=_side(due)), Send(MoveToGauge(True)),
        icon="play", tone="primary", hold_ms=HOLD_MS,
    )  # fmt: skip


def readings(work: CalibratingView) -> tuple[Line, ...]:
    """Every depth that was read, the newest first."""
    read = [each for each in work.gauge if each.gauge_um is not None]
    return tuple(
        Line(
            f"gauge:{each.depth_um}:{each.below}", f"{mm(each.depth_um)}, {_side(each)}",
            say("{off} um off", off=f"{(each.gauge_um or 0) - each.depth_um:+d}"), "", "target",
        )
        for each in reversed(read)
    )  # fmt: skip


def _side(each: GaugeView) -> str:
    return say("from below") if each.below else say("from above")


def gauge_curve(gauge: tuple[GaugeView, ...]) -> Curve:
    """How far each reading is off its depth; what ACU-2 allows lies between the red lines."""
    off = [each.gauge_um - each.depth_um for each in gauge if each.gauge_um is not None]
    title = say("Off, um")
    if not off:
        return Curve(title=title, words=say("no reading"))
    reach = max(OFF_REACH_UM, *(1.1 * abs(um) for um in off))

    def place(um: float) -> float:
        return (um + reach) / (2 * reach)

    return Curve(
        title=title,
        words=say("{low} to {high} um", low=f"{min(off):+d}", high=f"{max(off):+d}"),
        ticks=tuple((place(um), f"{um:+d}") for um in (-OFF_MOST_UM, 0, OFF_MOST_UM)),
        measured=tuple(map(place, off)),
        asked=(0.5,) * len(off),
        bounds=(Bounds(0.0, 1.0, place(-OFF_MOST_UM), place(OFF_MOST_UM)),),
        last=str(len(off)),
    )


def _pause(work: CalibratingView) -> Touch:
    if work.step not in WEIGHED and work.step != "shot":
        return NOTHING
    return Touch("pause", say("Leave this run"), Send(PauseRun()), icon="close")


def _fit(work: CalibratingView, local: Local, catalogue: Catalogue) -> Touch:
    syringe = chosen_syringe(local, catalogue)
    if syringe is None:
        why = say("Choose the syringe by its picture and read its printed volume.")
        return unless(Touch("fit", say("Continue"), icon="chevron-right", tone="primary"), why)
    printed = local.printed_nl if work.reads_barrel else 0
    fitted = CalibrateDose(syringe.key, fill_of(local, syringe), figure("smallest", local), printed)
    why = say("Type the volume that is printed on the barrel.") if work.reads_barrel and not printed else ""
    return unless(Touch("fit", say("Continue"), Send(fitted), icon="chevron-right", tone="primary"), why)


def _fill(work: CalibratingView, local: Local, catalogue: Catalogue) -> tuple[Touch, ...]:
    syringe = chosen_syringe(local, catalogue)
    why = "" if syringe else say("Choose the syringe first.")
    level = ml(fill_of(local, syringe)) if syringe else "-"
    printed = Touch(
        "field:printed", ml(local.printed_nl) if local.printed_nl else "-", Panel("edit:printed"),
        say("Printed volume"), icon="pencil",
    )  # fmt: skip
    fields = (
        unless(Touch("field:fill", level, Panel("edit:fill"), say("Fill"), icon="pencil"), why),
        _field("smallest", local),
    )
    return (*fields, unless(printed, why)) if work.reads_barrel else fields


def _field(name: FieldName, local: Local) -> Touch:
    title = {"smallest": say("Smallest dose"), "warmth": say("Temperature"), "air": say("Air pressure")}
    return Touch(
        f"field:{name}", with_unit(name, figure(name, local)), Panel(f"edit:{name}"),
        title.get(name, say("Humidity")), icon="pencil",
    )  # fmt: skip


def _facts(work: CalibratingView) -> tuple[Line, ...]:
    """What is known before the runs."""
    last = "" if work.last_ug is None else with_unit("weight", max(0, work.last_ug))
    shows = "" if work.balance_ug is None else with_unit("weight", max(0, work.balance_ug))
    facts = (
        ("left", say("In the syringe"), ml(work.left_nl), "water"),
        ("room", say("Room"), work.room, "information"),
        ("blank", say("Evaporation"), work.blank, "timer"),
        ("last", say("Last weight"), last, "gauge"),
        ("balance", say("The balance shows"), shows, "gauge"),
    )
    return tuple(Line(key, title, words, "", icon) for key, title, words, icon in facts if words)


# -- the runs -------------------------------------------------------------------------------------------------------
def _plotted(work: CalibratingView, local: Local) -> RunView:
    """The run on the plot: the one that goes on, else the one chosen, else the last that has a shot."""
    wanted = work.running or local.picks.get("level")
    weighed = [run for run in work.runs if run.volumes_nl]
    chosen = next((run for run in work.runs if run.level == wanted), None)
    return chosen or (weighed[-1] if weighed else work.runs[0])


def _row(run: RunView, work: CalibratingView, shown: RunView) -> Touch:
    whole = len(run.volumes_nl) >= run.wanted
    action = Pick("level", run.level) if whole or work.step != "runs" else Send(StartRun(run.level))
    touch = Touch(
        f"run:{run.level}", f"{say(LEVELS[run.level])}, {ul(run.dose_nl)}", action, figures(run),
        say("{done} of {wanted}", done=len(run.volumes_nl), wanted=run.wanted), ICONS[run.passes],
        selected=run is shown,
    )  # fmt: skip
    other = work.running is not None and run.level != work.running
    return unless(touch, say("Another dose is being weighed: leave that run first.") if other else "")


ICONS: dict[bool | None, str] = {True: "check-circle", False: "close-circle", None: "play"}


def figures(run: RunView) -> str:
    """A run in figures, as far as they mean something."""
    if not run.mean_nl:
        return ""
    return say(
        "off {off}, limit {allowed}, CV {cv}",
        off=percent(run.error_ppm, sign=True),
        allowed=percent(run.allowed_ppm),
        cv=percent(run.cv_ppm),
    )


def small(nl: int) -> str:
    """A dose, two decimals."""
    return decimal(f"{nl / 1000:.2f} uL")


def percent(ppm: int, *, sign: bool = False) -> str:
    """A share in per cent, one decimal."""
    return decimal(f"{ppm / 10_000:+.1f} %" if sign else f"{ppm / 10_000:.1f} %")


def curve(run: RunView) -> Curve:
    """Every shot of a run around its dose, what may be between the red lines; a shot that stands apart is marked."""
    title = say("Dose, uL")
    if not run.volumes_nl:
        return Curve(title=title, words=say("no shot"))
    allowed = max(run.allowed_ppm, 50_000) / 1e6
    reach = max(2 * allowed, *(1.1 * abs(nl / run.dose_nl - 1) for nl in run.volumes_nl))
    low, span = run.dose_nl * (1 - reach), 2 * reach * run.dose_nl

    def place(nl: float) -> float:
        return (nl - low) / span

    count = len(run.volumes_nl)
    mean = say("mean {mean}", mean=small(run.mean_nl)) if run.mean_nl else ul(run.dose_nl)
    apart = say("{count} apart", count=len(run.apart)) if run.apart else ""
    return Curve(
        title=title,
        words=", ".join(words for words in (mean, f"n = {count}", apart) if words),
        ticks=tuple((place(nl), _digits(nl)) for nl in _marks(run.dose_nl, allowed)),
        measured=tuple(place(nl) for nl in run.volumes_nl),
        asked=(place(run.dose_nl),) * count,
        odd=run.apart,
        bounds=(Bounds(0.0, 1.0, place(run.dose_nl * (1 - allowed)), place(run.dose_nl * (1 + allowed))),),
        last=str(count),
    )


def _marks(dose_nl: int, allowed: float) -> tuple[float, float, float]:
    return dose_nl * (1 - allowed), float(dose_nl), dose_nl * (1 + allowed)


def _digits(nl: float) -> str:
    return decimal(f"{nl / 1000:.2f}") if nl < 10_000 else digits("dose", round(nl))


def restore(snapshot: Snapshot) -> Touch:
    """Put the certified figures in force again, where something else is."""
    if not snapshot.in_force.restorable:
        return NOTHING
    return Touch(
        "restore", say("Hold: restore"), Send(RestoreCalibration()), icon="refresh",
        hold_ms=HOLD_MS,
    )  # fmt: skip
