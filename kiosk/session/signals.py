"""From what is wrong to what is seen and heard: conditions of the engine to alarms, beacon, buzzer and the record.

The rules of alarms are in `alarms`; here is decided only which condition is present (ALM-1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kiosk.alarms.annunciator import Annunciator, BeaconLevels
from kiosk.alarms.by_fault import BY_FAULT
from kiosk.alarms.conditions import A, Raised
from kiosk.channel.snapshot import Alarm
from kiosk.protocols.budget import near, reached
from kiosk.protocols.limits import Setting, Total
from kiosk.records.facts import Fact
from kiosk.session.desk import LEAST_MB, ROOM_MB, Desk
from kiosk.session.exchange import Beacon, Buzzer
from kiosk.session.guards import BAD_FRAMES_DISARM, LATE_DISARMS_MS, says_uncalibrated
from kiosk.session.link_state import State
from kiosk.session.needle_out import NeedleOut
from kiosk.session.words import ml

if TYPE_CHECKING:
    from kiosk.session.engine import Engine

RELAY_FOLLOWS_S = 0.100
"""A relay that has not followed its output after this long has failed (feedback is due within 50 ms)."""


class Signals:
    """Conditions, alarms, lamps and tone of the present step."""

    def __init__(self, desk: Desk, needle_out: NeedleOut) -> None:
        self._desk = desk
        self.needle_out = needle_out
        self._annunciator = Annunciator()
        self._beacon = BeaconLevels()
        self._tone: int | None = None
        self._relay_since: float | None = None
        self._linked_once = False
        self._looked_at: tuple[tuple[Total, ...], Setting, tuple[Raised, ...]] | None = None
        self.sounds = False
        """Whether an alarm's tone is on in this very step."""
        self.kiosk_lost = False
        self.relay_stuck = False

    def step(self, engine: Engine) -> None:
        now = self._desk.now
        self._watch_relay()
        self.needle_out.step(engine.connection)
        self.kiosk_lost = self.kiosk_lost and not engine.lease.live(now)
        self._linked_once = self._linked_once or engine.connection.ready
        signals = self._annunciator.step(list(self._present(engine)), now)
        for change in signals.changes:
            body = {"number": change.number, "what": change.kind, "detail": change.detail}
            self._desk.event(Fact.ALARM, change.sentence, **body)
        self.sounds = signals.tone is not None
        tone = signals.tone if engine.selftest.tone is None else engine.selftest.tone
        tone = engine.checking.tone if tone is None else tone
        red, yellow, cyan = engine.checking.lamps
        alarms = signals.beacon
        beacon = BeaconLevels(alarms.red or red, alarms.yellow or yellow, alarms.cyan or cyan)
        if beacon != self._beacon:
            self._beacon = beacon
            self._desk.emit(Beacon(beacon.red, beacon.yellow, beacon.cyan))
        if tone != self._tone:
            self._tone = tone
            self._desk.emit(Buzzer(tone))

    @property
    def driven(self) -> tuple[BeaconLevels, int | None]:
        """Lamps and tone as they are driven."""
        return self._beacon, self._tone

    def _watch_relay(self) -> None:
        panel, now = self._desk.inputs.panel, self._desk.now
        if panel.enable == panel.feedback:
            self._relay_since, self.relay_stuck = None, False
            return
        self._relay_since = now if self._relay_since is None else self._relay_since
        self.relay_stuck = now - self._relay_since > RELAY_FOLLOWS_S

    def _present(self, engine: Engine) -> Iterator[Raised]:
        yield from self._of_panel(engine)
        yield from self._of_record(engine)
        yield from self._of_injector(engine)
        yield from self._of_session(engine)

    def _of_panel(self, engine: Engine) -> Iterator[Raised]:
        desk = self._desk
        if engine.stop.state == "contradiction":
            yield Raised(A.STOP_CONTRADICTION)
        elif engine.stop.latched:
            yield Raised(A.STOP_CIRCUIT, engine.stop.view().cause)
        if engine.pedal.failed:
            contradiction = "contradict" in engine.pedal.failed
            yield Raised(A.PEDAL_CONTRADICTION if contradiction else A.INPUT_STUCK, engine.pedal.failed)
        if self.relay_stuck:
            yield Raised(A.RELAY_FAILED)
        if not desk.inputs.panel_alive:
            yield Raised(A.PIN_EVENTS_SILENT)
        if self.kiosk_lost:
            yield Raised(A.KIOSK_LOST)
        if desk.inputs.late_ms > LATE_DISARMS_MS:
            yield Raised(A.CYCLE_LATE, f"{desk.inputs.late_ms:.0f} ms")
        if not desk.inputs.realtime:
            yield Raised(A.NOT_REALTIME)

    def _of_record(self, engine: Engine) -> Iterator[Raised]:
        desk = self._desk
        if desk.ledger_broken:
            yield Raised(A.LEDGER_FAILED, desk.ledger_broken)
        elif desk.ledger_slow:
            yield Raised(A.LEDGER_SLOW)
        if desk.full:
            yield Raised(A.STORAGE_FULL, f"under {LEAST_MB} MB free")
        elif desk.free_mb is not None and desk.free_mb < ROOM_MB:
            yield Raised(A.STORAGE_LOW, f"under {ROOM_MB} MB free")
        if engine.record.damage:
            yield Raised(A.BLOCKED_LEDGER, engine.record.damage)
        if not desk.inputs.wall_trusted:
            yield Raised(A.CLOCK_UNTRUSTED)
        if engine.connection.state is State.BLOCKED:
            yield Raised(A.PAIRING_NEEDED, engine.connection.sentence)

    def _of_injector(self, engine: Engine) -> Iterator[Raised]:
        desk, status = self._desk, self._desk.status
        # Before the first connection nobody misses it, but in a session: that one began with an injector (ALM-1).
        if engine.connection.state is State.AWAY and (self._linked_once or desk.session):
            yield Raised(A.LINK_LOST, engine.connection.sentence)
        if engine.connection.state is State.REFUSED:
            yield Raised(A.NOT_BELIEVED, engine.connection.sentence)
        if desk.inputs.bad_frames >= BAD_FRAMES_DISARM:
            yield Raised(A.BAD_FRAMES)
        yield from engine.recovery.raised()
        # While one is being written the injector's may be either of the two: that is looked at once it is done.
        if not says_uncalibrated(engine) and not engine.rewriting.busy:
            yield from engine.in_force.raised(engine.calibrating.calibration, engine.today())
        mismatch = engine.intake.mismatch
        faults = 0 if status is None else status.faults & ~int(engine.checking.provokes)
        stands = faults | self.needle_out.faults
        if stands:
            for fault, number in BY_FAULT.items():
                if stands & fault and not (mismatch and number in (A.DEPTH_MISMATCH, A.DOSE_MISMATCH)):
                    yield Raised(number, "" if faults & fault else self.needle_out.detail)
        if mismatch:
            yield Raised(A.DEPTH_MISMATCH if mismatch.startswith("depth") else A.DOSE_MISMATCH, mismatch)

    def _of_session(self, engine: Engine) -> Iterator[Raised]:
        facts, setting, envelope = engine.setup.facts, engine.treatment.setting, engine.treatment.envelope
        if facts is None:
            return
        if engine.setup.expired:
            yield Raised(A.PATH_EXPIRED)
        if envelope is None or setting is None:
            return
        yield from self._of_totals(engine.counted(setting), setting)

    def _of_totals(self, counted: tuple[Total, ...], setting: Setting) -> tuple[Raised, ...]:
        """What refuses the next shot, and what it comes near to; the same figures are not looked through again."""
        if self._looked_at is None or self._looked_at[0] is not counted or self._looked_at[1] != setting:
            told = ((A.TOTAL_REACHED, reached(counted, setting)), (A.TOTAL_NEAR, near(counted, setting)))
            raised = tuple(Raised(number, "; ".join(map(_used, totals))) for number, totals in told if totals)
            self._looked_at = (counted, setting, raised)
        return self._looked_at[2]

    # -- what a person does ------------------------------------------------------------------------------------------
    def acknowledge(self, number: int) -> None:
        self._annunciator.acknowledge(number)

    def pause(self) -> None:
        self._annunciator.pause(self._desk.now)

    @property
    def paused_s(self) -> int:
        return self._annunciator.paused_s(self._desk.now)

    def views(self) -> tuple[Alarm, ...]:
        return self._annunciator.shown()


def _used(total: Total) -> str:
    used = ml(total.used) if total.unit == "nL" else f"{total.used} {total.unit}"
    return f"{total.title}: {used}"
