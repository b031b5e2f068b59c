"""The open calibration seen from outside: what it waits for, what the person does now, and what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec

from kiosk.channel.calibration_views import (
    BenchStep,
    CalibratingView,
    ChangeView,
    InForceView,
    ProposalView,
    WritingStage,
)
from kiosk.session.gauging import Gauging
from kiosk.session.mending import NO_FIGURES
from kiosk.session.proving import Change, Proposal, figures_of
from kiosk.session.weighing_out import BLANK_S, WeighingOut
from kiosk.session.words import as_sentence

if TYPE_CHECKING:
    from kiosk.session.engine import Engine

DO_NOW: dict[BenchStep, str] = {
    "homing": "The needle moves home: keep the handpiece away from everybody.",
    "factory": "The injector holds no valid calibration: look at the figures of its construction, and write them.",
    "syringe": "Clamp a syringe of test liquid, free of air, and say which one it is.",
    "flush": "Hold a beaker under the nozzle and push until no air comes any more.",
    "room": "Give temperature, air pressure and humidity where it is weighed.",
    "blank": "Measure what evaporates: two weights, half a minute apart, nothing delivered between them.",
    "blank begin": "Put the vessel with a little water in it on the balance, close its doors, and give the weight.",
    "blank end": f"Wait {BLANK_S:.0f} s, touch nothing, and give the weight again.",
    "runs": "Choose the dose that is weighed next.",
    "base": "Vessel under the nozzle, nothing touching the plate: give the weight before the next shot.",
    "shot": "Press the trigger once: one shot falls into the vessel.",
    "weight": "Wait until the balance rests, then give its weight.",
    "zero": "Stand the gauge on the skin plate over a block, set it to zero, and say so.",
    "gauge begin": "Gauge under the nozzle, nobody near it: send the needle to the next depth.",
    "gauge": "The needle rests for 8 s: read the gauge, then give what it showed.",
    "proposal": "All of it is measured: look at the figures and decide.",
    "writing": "The injector takes the new figures, and is asked for them again.",
}


def in_force(engine: Engine) -> InForceView:
    """What is in force, until when, and what stands against it."""
    connected = engine.connection.connected
    if connected is None or not engine.connection.ready:
        return InForceView(sentence="No injector is connected.")
    return engine.in_force.view(connected.calibration, engine.today())


def calibrating(engine: Engine) -> CalibratingView | None:
    """The calibration that is open; None when none is."""
    work = engine.calibrating
    if not work.open and not work.homing:
        return None
    step, dose, proposal = _step(engine), work.dose, work.proving.proposal()
    reads = not engine.device.barrel_sensed
    stage = engine.rewriting.stage
    writing: WritingStage = "" if stage is None else cast("WritingStage", stage.name.lower())
    view = CalibratingView(
        step, DO_NOW[step], written=work.written, note=work.note, reads_barrel=reads, writing=writing
    )
    if step == "factory":
        return msgspec.structs.replace(view, part="No calibration", proposal=_factory(engine))
    if work.gauge is not None:
        return msgspec.structs.replace(
            view,
            part=work.gauge.title,
            gauge=work.gauge.views(),
            proposal=None if proposal is None else _proposal(proposal),
        )
    if dose is None:
        return view
    return CalibratingView(
        step=step,
        todo=DO_NOW[step],
        part=dose.title,
        written=work.written,
        room=_room(dose),
        blank="" if dose.blank is None else f"{dose.blank.ug_s:.2f} ug/s evaporate",
        runs=dose.views(),
        running=dose.running,
        last_ug=None if dose.last is None else dose.last.ug,
        reads_barrel=reads,
        flush_nl=max(0, dose.needed_nl - dose.flushed_nl),
        left_nl=work.shots.usable_nl(dose.syringe),
        proposal=None if proposal is None else _proposal(proposal),
        balance=work.balance.name,
        balance_ug=work.balance.ug,
        note=work.note,
        writing=writing,
    )


def _step(engine: Engine) -> BenchStep:
    work = engine.calibrating
    if work.homing:
        return "homing"
    if engine.rewriting.busy:
        return "writing"
    if work.mending.due:
        return "factory"
    return _dose_step(work.dose) if work.gauge is None else _gauge_step(work.gauge)


def _dose_step(dose: WeighingOut | None) -> BenchStep:
    if dose is None or not dose.fitted:
        return "syringe"
    if dose.waits != "":
        return dose.waits
    before: tuple[tuple[bool, BenchStep], ...] = (
        (dose.flushed_nl < dose.needed_nl, "flush"),
        (dose.air is None, "room"),
        (dose.blank is None, "blank"),
    )
    after: BenchStep = "proposal" if dose.complete else "runs"
    due: tuple[BenchStep, ...] = tuple(step for missing, step in before if missing)
    return due[0] if due else after


def _gauge_step(gauge: Gauging) -> BenchStep:
    if not gauge.zeroed:
        return "zero"
    if gauge.waits or gauge.moving:
        return "gauge"
    return "proposal" if gauge.complete else "gauge begin"


def _factory(engine: Engine) -> ProposalView:
    """The figures of construction as a proposal that nothing stands before (ACU-3: shown before they are written)."""
    mending = engine.calibrating.mending
    wanted = mending.wanted()
    if wanted is None:
        return ProposalView("", False, as_sentence(NO_FIGURES), why_not_write=NO_FIGURES)
    sentence = "Nothing is armed with these figures: depth and dose are measured and proved first."
    return ProposalView(mending.key(), False, sentence, tuple(map(_view, figures_of(wanted))))


def _room(dose: WeighingOut) -> str:
    air = dose.air
    if air is None:
        return ""
    return f"{air.temperature_c:g} degrees, {air.pressure_hpa:g} hPa, {air.humidity_percent:g} % humidity"


def _proposal(proposal: Proposal) -> ProposalView:
    return ProposalView(
        proposal.key,
        proposal.passes,
        proposal.sentence,
        tuple(map(_view, proposal.changes)),
        proposal.why_not_write,
        proposal.why_not_certify,
    )


def _view(change: Change) -> ChangeView:
    return ChangeView(change.title, change.before, change.after, change.unit)
