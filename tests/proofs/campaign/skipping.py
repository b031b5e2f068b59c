"""Cycles in which nothing can change, left out: what they would have done is put in their place in closed form.

Only this file leaves cycles out, and only as a cross-check of those that are executed: the same session must have the
same outcome, which is every row of the ledger (its chain of hashes holds their times too) and the controller's memory.
Left out are cycles of a live authorisation in which nothing is due, arranged, waiting or alarmed; what the design still
asks of each is one fresh lease, so counter and deadline of the lease go on as if they had been.
"""

from __future__ import annotations

from drivers.registers import LEASE_MS
from kiosk.session.cycle import PERIOD_S
from kiosk.session.dispatch import Stage as Step
from tests.proofs.campaign.stage import Stage

MOST = 20
"""The kiosk's own lease of 750 ms is renewed by the cycles that are executed."""


def skip(stage: Stage, until: float) -> int:
    """Leave out as many cycles as can be before `until`; gives how many. The next one is executed as usual."""
    if not _idle(stage):
        return 0
    now = stage.clock.now
    due = min(_due(stage), stage.next_act, until, stage.engine.treatment.arming.last_shot + 29.0)  # type: ignore[union-attr]
    cycles = min(MOST, int((due - now) / PERIOD_S - 1e-6)) - 1
    if cycles < 1:
        return 0
    at = round(now + cycles * PERIOD_S, 6)
    controller, injector, watch = stage.rig.controller, stage.cycle.injector, stage.watch
    lease = controller.lease
    injector._counter = (injector._counter + cycles) % 0x10000  # type: ignore[union-attr]
    lease._last = lease.echo = injector._counter  # type: ignore[union-attr]
    lease.due = at + LEASE_MS / 1000
    stage.rig._after()
    watch.skipped(at, injector._counter)  # type: ignore[union-attr]
    stage.cycle.line.good_frames += cycles
    stage.wire.requests += cycles
    stage.wire.answers += cycles
    stage.clock.now = at
    stage.due = round(at + PERIOD_S, 6)
    stage.skipped += cycles
    return cycles


def _idle(stage: Stage) -> bool:
    """Whether this is a live authorisation and nothing else whatever."""
    engine, cycle, rig = stage.engine, stage.cycle, stage.rig
    current, status = engine.slot.current, engine.desk.status
    if current is None or current.stage is not Step.LIVE or engine.treatment.arming is None or status is None:
        return False
    heard = not cycle._posted and not cycle.line._sent and cycle.line.awaited is None
    quiet = stage.wire.calm and not rig.faults.any() and stage.undisturbed and heard
    settled = not engine.signals.views() and engine.desk.fresh and engine.lease.live(stage.clock.now - 0.2)
    same = status.state == rig.controller.state and status.lifetime_shots == rig.controller.journal.lifetime_shots
    recorded = not any(rig.controller.journal.record(engine.intake._next))
    foot = rig.electrics.pedal_no or rig.controller.inputs.pedal
    seen = status.shots_left == rig.controller.shots_left and status.inputs == rig.registers._inputs()
    return quiet and settled and same and recorded and seen and not foot


def _due(stage: Stage) -> float:
    """When the device next does something by itself, its lease apart."""
    rig, controller = stage.rig, stage.rig.controller
    motion = controller.motion
    return min(
        rig.body.due,
        rig.electrics.due,
        controller.inputs.due,
        controller._valid_until,
        controller._next_start(),
        float("inf") if motion is None else motion.due,
    )
