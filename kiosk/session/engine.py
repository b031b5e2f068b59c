"""The engine: `step(inputs, now)` gives the effects of one cycle. Pure: it reads no clock, no file, no wire.

This file puts the parts in their order and knows nothing of their insides. The order matters: what stops comes before
what starts (STP-1), what was done is counted before more is given (LIM-6).
"""

from __future__ import annotations

from collections.abc import Iterator

from drivers.errors import NappageError
from drivers.registers import Calibration, CommandKind
from kiosk.channel.snapshot import Catalogue, LoopView, Phase, Snapshot, WireView
from kiosk.protocols.envelope import envelope_for
from kiosk.protocols.library import Library
from kiosk.protocols.limits import Setting, Total, Totals, Verdict
from kiosk.protocols.profile import MODES, Device
from kiosk.records.facts import Fact
from kiosk.records.rows import Restored, ShotRow
from kiosk.session import guards, looks, present
from kiosk.session.approval import Approval
from kiosk.session.backups import Backups
from kiosk.session.calibrating import Calibrating
from kiosk.session.checking import Checking
from kiosk.session.closing import Closing
from kiosk.session.connection import Connection
from kiosk.session.date_time import DateAndTime
from kiosk.session.desk import Desk
from kiosk.session.exchange import Effect, Inputs
from kiosk.session.facts import NEEDLE_GONE, PATH_GONE, SYRINGE_GONE
from kiosk.session.fluid_path import FluidPath
from kiosk.session.followup import FollowUp
from kiosk.session.in_force import InForce
from kiosk.session.instruments import Instruments
from kiosk.session.intake import Intake
from kiosk.session.lapse import Lapse
from kiosk.session.lease import KioskLease
from kiosk.session.needle_out import NeedleOut
from kiosk.session.pedal import Pedal
from kiosk.session.people import People
from kiosk.session.presets import Presets
from kiosk.session.reading import Reading
from kiosk.session.record_check import RecordCheck
from kiosk.session.recovery import Recovery
from kiosk.session.requests import Requests
from kiosk.session.retraction import Retraction
from kiosk.session.rewriting import Rewriting
from kiosk.session.selftest import SelfTest
from kiosk.session.servicing import Servicing
from kiosk.session.setup import Setup
from kiosk.session.signals import Signals
from kiosk.session.slot import Slot
from kiosk.session.stop import StopCircuit
from kiosk.session.tally import Tally
from kiosk.session.timing import Timing
from kiosk.session.treatment import Treatment

PARTS_CHANGED: dict[str, str] = {
    Fact.PRODUCT: "the product was changed",
    Fact.NEEDLE: "the needle was changed",
    Fact.SYRINGE: "the syringe was changed",
    NEEDLE_GONE: "the handpiece holds no needle",
    SYRINGE_GONE: "the clamp holds another syringe",
    PATH_GONE: "the parts are not known to be this injector's",
}
"""Facts that make another envelope, and what ends an arming with them."""


class Engine:
    """One session after the other, on one device.

    Args:
        restored: What the ledger holds; an open session is found again, disarmed (LED-6).
        library: The checked profiles.
        device: The device as built.
        simulated: Whether the injector is simulated; a real one is held to more (approval, real-time priority).
        versions: What the record names as its maker.
    """

    def __init__(
        self,
        restored: Restored,
        library: Library,
        device: Device,
        *,
        simulated: bool,
        versions: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.simulated = simulated
        self.library = library
        self.device = device
        self.versions = versions
        self.loop = LoopView(realtime=False)
        """Lateness of the control cycle; set by whoever runs it."""
        self.wire = WireView()
        """What the injector's line has seen; set by whoever runs it."""
        self.next_session = restored.next_session
        self.last_session = 0
        self.desk = Desk(restored, simulated=simulated)
        self.stop = StopCircuit(self.desk)
        self.pedal = Pedal()
        self.lease = KioskLease()
        self.tally = Tally()
        self.slot = Slot(self.desk, lambda kind: next(guards.against_service(self, kind), ""))
        self.intake = Intake(self.desk, self._count, restored.mismatch)
        self.recovery = Recovery(self.desk, restored.unseen, self.lease)
        self.connection = Connection(self.desk, self.slot, self.intake, self.recovery, self._reconciled)
        self.record = RecordCheck(self.desk, restored.verified, restored.last_row)
        self.desk.anchors = lambda: self.connection.ready and not self.record.damage
        self.in_force = InForce(self.desk, restored.certificates, restored.calibrations, simulated=simulated)
        self.rewriting = Rewriting(self.desk, self.connection, self.in_force)
        self.clock = DateAndTime(self.desk)
        self.retraction = Retraction(self.desk, self.slot, self.connection)
        self.setup = Setup(self.desk, library, self._fact)
        self.path = FluidPath(
            self.desk, self.slot, library, self.setup, lambda: self.tally.session.shots, senses=device.barrel_sensed
        )
        self.treatment = Treatment(self.desk, self.slot, self.totals, self.zone_title, restored.armings)
        self.treatment.blocked = lambda: next(guards.against_arming(self), "")
        self.people = People(self.desk, restored.accounts, simulated=simulated)
        self.reading = Reading(self.desk)
        self.approval = Approval(self.desk, library, self.people, self.reading, restored.approvals)
        self.selftest = SelfTest(self.desk, self.slot, looks.looks(self), lambda key: looks.detail(self, key))
        self.signals = Signals(self.desk, NeedleOut(self.desk, restored.serial, restored.alarms))
        self.followup = FollowUp(self)
        self.closing = Closing(self)
        self.presets = Presets(self, restored.presets, restored.next_preset)
        self._open_workshop(restored)
        self.requests = Requests(self)
        self.why_no_envelope = ""
        """Why the parts that are known make no envelope (LIM-9)."""
        self._snapshot_number = 0
        self._verdict: tuple[object, Verdict] | None = None
        self._restore(restored)

    def _open_workshop(self, restored: Restored) -> None:
        """What technicians and administrators work with between sessions."""
        self.calibrating = Calibrating(self)
        self.instruments = Instruments(self, restored.instruments)
        self.timing = Timing(self.desk, self.stop)
        self.checking = Checking(self, restored.checks)
        self.lapse = Lapse(self)
        self.backups = Backups(self)
        self.servicing = Servicing(self)

    def _restore(self, restored: Restored) -> None:
        row = restored.open_session
        if row is not None:
            self.desk.session = row.session
            self.setup.restore(row, restored.events)
            for setting in present.armed(restored.events):
                self.treatment.remember(setting)
        self._recount(restored.shots)

    def _recount(self, shots: tuple[ShotRow, ...]) -> None:
        """Fold the shots of the open session again; what was moved outside a session is nobody's."""
        session = self.desk.session
        own = tuple(shot for shot in shots if session and shot.session == session)
        self.tally.restart(own)
        self.intake.new_session(max((shot.point for shot in own), default=0))

    # -- the step ------------------------------------------------------------------------------------------------
    def step(self, inputs: Inputs, now: float) -> list[Effect]:
        """One cycle. `now` is CLOCK_MONOTONIC, seconds; it never goes back."""
        desk = self.desk
        desk.begin(inputs, now)
        self.lease.drawn_by(inputs.seat)
        self.stop.step()
        self.timing.step()
        if self.stop.live:
            self.treatment.end(self.stop.view().sentence.rstrip("."), CommandKind.STOP)
            self.slot.interrupt("stopped", CommandKind.STOP)
        self.connection.step()
        if not self.connection.ready:
            self.record.forget()
        self.record.step()
        self.requests.step()  # before commits are heard: whatever a person asks comes before the next send
        desk.hear()
        self._take_records()
        self.slot.step()
        self.setup.step()
        self.path.step()
        self.presets.step()
        self.retraction.step()
        if self.treatment.arming is not None and not self.lease.live(now):
            self.signals.kiosk_lost = True
        self.treatment.step()
        self.rewriting.step()
        self.calibrating.step()
        self.lapse.step()
        self.checking.step()
        self.selftest.step()
        self.people.step(enabled=inputs.panel.enable or self.treatment.arming is not None)
        self.signals.step(self)
        return desk.finish()

    def _count(self, shot: ShotRow) -> None:
        """What is moved outside a session is counted by the device, never for a patient."""
        if shot.session:
            self.tally.add(shot)

    def _take_records(self) -> None:
        identity = self.desk.identity
        if not self.connection.ready or identity is None:
            return
        records, trouble = self.intake.step(self.slot.row, identity)
        if records:
            current = self.slot.current
            if current is not None:
                current.records.extend(records)
            self.treatment.counted(records)
        if trouble:
            self.treatment.end(trouble)

    # -- what the parts ask of each other --------------------------------------------------------------------------
    def _reconciled(self, restored: Restored, recovered: tuple[ShotRow, ...]) -> None:
        """Ledger and injector agree; `recovered` are the rows that the comparison added to what `restored` holds."""
        self._recount(restored.shots + recovered)
        if self.connection.ready:
            self.path.compare()
        self.rebuild_envelope()
        connected = self.connection.connected
        assert connected is not None, "compared with an injector that is there"
        if self.connection.ready:
            self.in_force.compare(connected.identity, connected.calibration)
            self.record.begin(connected.anchors)

    def _fact(self, kind: str) -> None:
        """A fact of the session changed: parts that changed make a new envelope."""
        if kind == Fact.SYRINGE:
            self.tally.new_syringe()
        elif kind == Fact.PRODUCT:
            self.treatment.forget_crossings()
        if kind in PARTS_CHANGED:
            self.path.changed()
            self.treatment.end(PARTS_CHANGED[kind])
            self.rebuild_envelope()
            self.plan()

    def rebuild_envelope(self) -> None:
        """What may be done with the parts as they are now; nothing while one of them is missing or unknown."""
        facts, connected, identity = self.setup.facts, self.connection.connected, self.desk.identity
        self.treatment.envelope, self.why_no_envelope = None, ""
        self._verdict = None
        protocol, library = self.setup.protocol, self.library
        if facts is None or protocol is None or not (facts.product and facts.needle and facts.syringe):
            return
        if connected is None or identity is None or connected.calibration is None:
            return
        needle, syringe = library.needles.get(facts.needle), library.syringes.get(facts.syringe)
        product = library.products.get(facts.product)
        if needle is None or syringe is None or product is None:
            self.why_no_envelope = "a product, needle or syringe of this session is not among the profiles any more"
            return
        try:
            envelope = envelope_for(
                device=self.device,
                identity=identity,
                calibration=connected.calibration,
                needle=needle,
                syringe=syringe,
                protocol=protocol,
                product=product,
                course=facts.course,
                simulated=self.simulated,
            )
        except NappageError as error:
            self.why_no_envelope = error.sentence.format(**error.facts)
            self.desk.event("refused", self.why_no_envelope)
            return
        first = protocol.zones[0]
        self.treatment.begin(envelope, (first.key, first.sides[0]), MODES[protocol.modes[0]])

    def plan(self) -> None:
        """Record what the protocol plans for each zone, once for each set of parts: given is shown against it."""
        for row in present.plan(self):
            self.setup.record(Fact.PLAN, row["sentence"], **row["body"])

    def totals(self, setting: Setting) -> Totals:
        """What counts against the next shot of `setting`."""
        facts, envelope, status = self.setup.facts, self.treatment.envelope, self.desk.status
        assert facts is not None, "totals belong to a session"
        assert envelope is not None, "totals belong to its parts"
        held = facts.fill_nl - self.tally.syringe_nl
        if status is not None:
            held = min(held, status.plunger_nl)
        return self.tally.totals(
            (setting.zone, setting.side),
            usable_nl=max(0, held - envelope.reserve_nl),
            course=(facts.course.sessions + 1, facts.course.nl),
            before_needle=facts.needle_from,
        )

    def counted(self, setting: Setting) -> tuple[Total, ...]:
        """Every total of this zone with its limit."""
        envelope = self.treatment.envelope
        assert envelope is not None, "totals have limits once the parts are known"
        return envelope.totals(setting.zone, setting.side, self.totals(setting))

    def against_setting(self) -> Iterator[str]:
        """What the envelope has against the present values."""
        setting = self.treatment.setting
        if setting is None or self.treatment.envelope is None:
            yield self.why_no_envelope.rstrip(".") or "product, needle and syringe are not all known"
            return
        verdict = self.verdict(setting)
        for found in verdict.refusals:
            yield found.sentence.rstrip(".")
        yield from self._answerable(setting, verdict)

    def answerable(self, setting: Setting) -> Iterator[str]:
        """What of it a person may confirm (LIM-1, LIM-8)."""
        yield from self._answerable(setting, self.verdict(setting))

    def _answerable(self, setting: Setting, verdict: Verdict) -> Iterator[str]:
        for found in verdict.crossings:
            yield found.sentence.rstrip(".")
        leap = self.treatment.leap(setting)
        if leap is not None:
            yield leap.sentence.rstrip(".")

    def verdict(self, setting: Setting) -> Verdict:
        """The envelope's verdict, kept until something that it depends on changes."""
        key = (setting, self.totals(setting), self.treatment.confirmed)
        if self._verdict is None or self._verdict[0] != key:
            self._verdict = (key, self.treatment.verdict(setting))
        return self._verdict[1]

    def calibration_refusal(self, calibration: Calibration) -> str:
        """Why this calibration may not be used, or "" (LIM-5, LIM-9, ACU-3)."""
        return self.in_force.refusal(calibration, self.today())

    def today(self) -> str:
        """ISO date, UTC."""
        return self.desk.today

    def approved(self, protocol: str) -> bool:
        """Whether an administrator approved the resolved set of this protocol on this device."""
        return self.approval.approved(protocol)

    def new_session_number(self) -> int:
        """Number for a session that is opened now; it begins at nothing, whatever was moved before it."""
        self._recount(())
        number, self.next_session = self.next_session, self.next_session + 1
        return number

    def session_closed(self) -> None:
        """The closing row is on disk: nothing of the session is carried on (LIM-14)."""
        facts = self.setup.facts
        self.last_session = 0 if facts is None else facts.number
        self.setup.close()
        self.path.changed()
        self.treatment.clear()
        self._recount(())

    def zone_title(self, zone: str) -> str:
        """The zone's title in the open session's protocol, its key where there is none."""
        found = None if self.setup.protocol is None else self.setup.protocol.zone(zone)
        return zone if found is None else found.title

    # -- what is shown ---------------------------------------------------------------------------------------------
    @property
    def phase(self) -> Phase:
        """Where the session stands; follows from the facts alone."""
        facts = self.setup.facts
        if self.calibrating.open:
            return "calibrate"
        if not self.selftest.passed:
            return "starting"
        if facts is None:
            return "home"
        if facts.finished:
            return "closing"
        return "setup" if self.setup.due is not None else "treat"

    def missing(self) -> tuple[str, ...]:
        """What stands between now and arming, in sentences; empty when it can be armed (UI-5)."""
        return guards.missing(self)

    def snapshot(self) -> Snapshot:
        """What the kiosk shows after the last step. Its number grows, and its stamp is that step's time."""
        self._snapshot_number += 1
        self.lease.published(self._snapshot_number, self.desk.now)
        return present.snapshot(self, self._snapshot_number)

    def catalogue(self) -> Catalogue:
        """What can be chosen on this device."""
        return present.catalogue(self)
