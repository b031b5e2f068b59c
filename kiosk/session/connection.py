"""The injector's coming and going, and what is settled before it is trusted (LED-4, LED-5, LIM-5).

    AWAY -> REREADING -> VOIDING -> READING -> SETTLING -> READY    from anywhere back to AWAY when the link is lost
                                       |-> BLOCKED until an administrator pairs ledger and injector; meanwhile
                                           sessions may be signed and opened, so the ledger is read back once more
    REFUSED from anywhere when it says what cannot be, until it says nothing of the kind for 2 s; then connected anew

At every connect the ledger is read back, then a `void` with a fresh id makes a late frame harmless; records past the
ledger's cursor are read from the controller, and reconciliation says what was done. What the controller had accepted is
looked at before the `void`, for the `void` itself is above everything.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from drivers.errors import NappageError
from drivers.registers import RECORDS_KEPT, RECORDS_PER_EXCHANGE, CommandKind, Identity, Refusal, ShotRecord, Status
from kiosk.channel.snapshot import LinkView
from kiosk.records.facts import Fact
from kiosk.records.ids import last_accepted, next_drawn
from kiosk.records.known import LedgerView
from kiosk.records.reconcile import Reconciliation, pairing, reconcile
from kiosk.records.rows import Restored, ShotRow
from kiosk.records.verdict import anchor_key
from kiosk.session.desk import Desk
from kiosk.session.errors import MotionFailed, NotNow
from kiosk.session.exchange import (
    AskIdentity,
    Connected,
    Disable,
    Disconnect,
    Disconnected,
    PauseLease,
    SetCursor,
)
from kiosk.session.intake import Intake
from kiosk.session.link_state import STATE_SENTENCES, State
from kiosk.session.recovery import Recovery
from kiosk.session.slot import Slot

AHEAD = (
    "The injector accepted ids that this record does not hold: the record was restored or replaced, or could not be "
    "written. An administrator has to pair them, with a reason"
)

ANOTHER = "another injector answers, or it started again"
PAIRING = "Pairing"
LAPSES_S = 0.400
"""So long no lease is renewed: an injector that is not believed lets its own lapse and has the needle back (STP-5)."""
BELIEVED_AFTER_S = 2.0
"""What said what cannot be is connected anew once it has said nothing of the kind for so long: not at every flicker."""


class Connection:
    """Whether there is an injector, and whether what it did is settled. `ready` is all that the rest asks."""

    def __init__(
        self,
        desk: Desk,
        slot: Slot,
        intake: Intake,
        recovery: Recovery,
        settled: Callable[[Restored, tuple[ShotRow, ...]], None],
    ) -> None:
        self._desk = desk
        self._slot = slot
        self._intake = intake
        self._recovery = recovery
        self._settled = settled
        self.state = State.AWAY
        self._why = "no injector is connected"
        self.connected: Connected | None = None
        self._records: dict[int, ShotRecord] = {}
        self._ledger: Restored | None = None
        self._known: LedgerView | None = None
        """What the ledger knows of the injector, with what this connect has added."""
        self._recovered: tuple[ShotRow, ...] = ()
        self._opened = desk.last_row
        self._cursor = 1
        self._ahead = ""
        self._paired = False
        self._uptime_ms = 0
        self._doubted = self._lapses_until = 0.0
        self.good = 0
        self.bad = 0

    @property
    def ready(self) -> bool:
        return self.state is State.READY

    @property
    def lapsing(self) -> bool:
        """Whether an injector that is not believed gets no lease just now; a command would give it one again."""
        return self.state is State.REFUSED and self._desk.now < self._lapses_until

    @property
    def sentence(self) -> str:
        """Why it is not ready."""
        return STATE_SENTENCES.get(self.state, self._why)

    def view(self) -> LinkView:
        identity = self._desk.identity
        if identity is None:
            return LinkView(False, self._why, good=self.good, bad=self.bad)
        return LinkView(
            self.ready,
            "" if self.ready else self.sentence,
            identity.serial,
            f"{identity.firmware >> 8}.{identity.firmware & 0xFF}",
            self.good,
            self.bad,
            identity.calibration_id,
        )

    def step(self) -> None:
        """Follow the link; the parts behind it run only once it is ready."""
        link = self._desk.inputs.link
        if isinstance(link, Disconnected):
            self._lose(link.sentence)
        elif isinstance(link, Connected):
            self._begin(link)
        if self._desk.doubt:
            self._refuse(self._desk.doubt)
        if self.state is State.REFUSED:
            self._listen_again()
            return
        if self._desk.inputs.identity is not None and self.state is not State.AWAY:
            self._read_again(self._desk.inputs.identity)
        if self.state is State.AWAY:
            return
        self._watch_for_reset()
        if self.state is State.VOIDING and self._slot.free and not self._desk.ledger_broken:
            self._void(self._desk.inputs.status)
        elif self.state is State.READING:
            self._read()

    # -- coming and going ------------------------------------------------------------------------------------------
    def _lose(self, why: str) -> None:
        if self.state is not State.AWAY:
            self._desk.event("link lost", f"The injector's link was lost: {why}")
        self._let_go(State.AWAY, why)

    def _let_go(self, state: State, why: str) -> None:
        """Before the slot hears of it: whoever waited for it finds the injector gone."""
        self.state, self._why = state, why
        self.connected = None
        self._slot.abandon()
        self._desk.identity = self._desk.status = None

    def _refuse(self, doubt: str) -> None:
        """It is let go, but for the line: without a lease it stops and retracts by itself.

        Nothing is sent to it but a retract that a person asks for: one that failed before leaves the needle where it
        is, and there is nothing left for the lapse to end (LED-3).

        It is not disconnected, for it would be connected again at once, to say the same forty times a second.
        """
        self._doubted = self._desk.now
        if self.state is State.REFUSED:
            return
        why = f"the injector says what cannot be: {doubt}"
        self._let_go(State.REFUSED, why)
        self._desk.event("not believed", f"The injector is not believed: {doubt}")
        self._lapses_until = self._desk.now + LAPSES_S
        self._desk.emit(Disable())
        self._desk.emit(PauseLease(LAPSES_S))

    def _listen_again(self) -> None:
        """Nothing that it says is used, until whatever it did meanwhile is settled as after any connect (LED-4)."""
        self._desk.status = None
        if self._desk.fresh and self._desk.now - self._doubted > BELIEVED_AFTER_S:
            self._desk.emit(Disconnect("what the injector says can be believed again"))

    def _begin(self, link: Connected) -> None:
        self._lose("the injector was connected anew")
        self.connected = link
        self._desk.identity = link.identity
        self._uptime_ms = 0
        self._recovered = ()
        self.state = State.REREADING
        self._desk.event(
            "link",
            f"Injector {link.identity.serial} connected",
            serial=link.identity.serial,
            boot_count=link.identity.boot_count,
        )
        self._desk.read_back(lambda restored: self._reread(link, restored))

    def _reread(self, link: Connected, restored: Restored) -> None:
        if self.connected is link and self.state is State.REREADING:
            self._ledger = restored
            self.state = State.VOIDING

    def _read_again(self, identity: Identity) -> None:
        """The identity once more: of the same start of the same controller, or it is settled as another one (LED-4)."""
        known = self._desk.identity
        assert known is not None, "connected, so its identity was read"
        if (identity.serial, identity.boot_count) == (known.serial, known.boot_count):
            self._desk.identity = identity
            return
        self._lose(ANOTHER)
        self._desk.emit(Disconnect(ANOTHER))

    def _watch_for_reset(self) -> None:
        """A controller that started again is another one until its identity is read and its records are settled."""
        status = self._desk.inputs.status
        if status is None:
            return
        if status.uptime_ms < self._uptime_ms:
            self._lose("the injector started again")
            self._desk.emit(Disconnect("the injector started again"))
            return
        self._uptime_ms = status.uptime_ms
        # One that started between its identity and its first status shows no step back: its refusal tells of it.
        if status.refusal == Refusal.BOOT and any(sent.result == "refused" for sent in self._desk.inputs.sent):
            self._desk.emit(AskIdentity())

    # -- settling ----------------------------------------------------------------------------------------------------
    def _void(self, status: Status | None) -> None:
        if status is None or self._ledger is None:
            return
        identity = self._desk.identity
        assert identity is not None, "connected, so its identity was read"
        self._ahead = dict(self._ledger.blocked).get(identity.serial, "")
        if last_accepted(status) >= next_drawn(self._ledger.max_id):
            # Written with the void's own row, which hides it from the ids: no kill between the two forgets it.
            self._ahead = AHEAD
            self._desk.event(Fact.BLOCKED, AHEAD, serial=identity.serial)

        def voided(error: MotionFailed | None) -> None:
            if error is None:
                self._start_reading()
            elif self.state is State.VOIDING:
                self._desk.emit(Disconnect(str(error.facts["why"])))

        self._slot.serve(CommandKind.VOID, 0, voided)

    def _start_reading(self) -> None:
        ledger = self._ledger
        assert ledger is not None, "voided after the ledger was read back"
        self._records = {}
        self.state = State.READING
        self._cursor = ledger.cursor if self._knows(ledger) else 1
        self._desk.emit(SetCursor(self._page(1)))

    def _knows(self, restored: Restored) -> bool:
        identity = self._desk.identity
        return identity is not None and restored.serial == identity.serial

    def _page(self, cursor: int) -> int:
        """The first number that is still kept, from `cursor` on."""
        status = self._desk.status
        kept_from = 1 if status is None else status.lifetime_shots - RECORDS_KEPT + 1
        self._cursor = max(self._cursor, kept_from, cursor)
        return self._cursor

    def _read(self) -> None:
        """Page through the records until the last counted motion, by page and not by what a page brings.

        A damaged record reads as none: two of them side by side make an empty page, and those after it are there all
        the same (LED-4). Acknowledges nothing that could be lost by it: no authorisation is given meanwhile, so nothing
        is overwritten.
        """
        status, desk = self._desk.status, self._desk
        if status is None or not desk.fresh or desk.moving:
            return
        for record in desk.inputs.records:
            self._records[record.number] = record
        following = self._cursor + RECORDS_PER_EXCHANGE
        if following <= status.lifetime_shots:
            desk.emit(SetCursor(self._page(following)))
            return
        self._settle(status)

    def _settle(self, status: Status) -> None:
        identity, ledger = self._desk.identity, self._ledger
        assert identity is not None, "settled after the injector was read"
        assert ledger is not None, "settled after the ledger was read"
        self._known = view = self._view(ledger)
        found = reconcile(view, identity, status, self._read_records(), mono_ms=self._desk.mono_ms)
        if found.blocked:
            self._block(found.blocked)
            self._desk.event(Fact.BLOCKED, found.blocked, serial=identity.serial)
        elif self._ahead:  # rows were lost: what the controller still holds is written first, then a person decides
            self._apply(found, lambda: self._block(self._ahead))
        else:  # nothing moves, or it would not have been read to the end: there is nothing to wait for
            self._apply(found, self._ready_to_go)

    def _read_records(self) -> tuple[ShotRecord, ...]:
        return tuple(self._records[number] for number in sorted(self._records))

    def _view(self, ledger: Restored) -> LedgerView:
        """The ledger as it was before this connect, but for the id of our own `void`."""
        return msgspec.structs.replace(LedgerView.of(ledger), max_id=max(ledger.max_id, self._desk.kept_id))

    def _block(self, why: str) -> None:
        self.state, self._why = State.BLOCKED, why

    def _apply(
        self,
        found: Reconciliation,
        then: Callable[[], None],
        answer: Callable[[NappageError | None], None] = lambda _: None,
    ) -> None:
        self.state = State.SETTLING
        assert self._known is not None, "compared with what the ledger knows"
        told = self._recovery.events(found, self._known.unresolved)

        def written() -> None:
            self._recovery.stand(told)  # it is on disk, whatever became of the link meanwhile
            self._intake.stand(found.events)
            self._intake.count(found.shots)
            self._done(found, then)
            answer(None)

        def failed() -> None:
            answer(NotNow(what=PAIRING, why="the record cannot be written"))

        self._desk.commit(*found.rows, *told, then=written, failed=failed)

    def _done(self, found: Reconciliation, then: Callable[[], None]) -> None:
        if self.state is not State.SETTLING:
            return
        assert self._ledger is not None, "settled from the ledger"
        assert self._known is not None, "settled from the ledger"
        self._known = self._known.after(found.rows)
        self._recovered += found.shots
        self._intake.restart(found.cursor)
        then()
        self._settled(self._ledger, self._recovered)

    def _ready_to_go(self) -> None:
        self.state = State.READY
        if self._paired:
            self._paired = False
            self._desk.anchor()

    def pair(self, reason: str, answer: Callable[[NappageError | None], None]) -> None:
        """An administrator pairs ledger and injector as they are now (LED-5); answered once that is on disk.

        Since the connect a session may have been signed, with all that was open counted in full, or another opened: the
        ledger is read back before it is compared.

        Raises:
            NotNow: nothing is blocked, or no reason is given.
        """
        if self.state is not State.BLOCKED:
            raise NotNow(what=PAIRING, why="ledger and injector do not contradict each other")
        if not reason.strip():
            raise NotNow(what=PAIRING, why="a reason is needed")
        link, user = self.connected, self._desk.user

        def read(restored: Restored) -> None:
            if self.connected is link and self.state is State.REREADING:
                self._pair(restored, user, reason, answer)
            else:
                answer(NotNow(what=PAIRING, why="the link to the injector was lost"))

        self.state = State.REREADING
        self._desk.read_back(read)

    def _pair(self, restored: Restored, user: str, reason: str, answer: Callable[[NappageError | None], None]) -> None:
        status, identity = self._desk.status, self._desk.identity
        assert status is not None, "blocked after its status was read"
        assert identity is not None, "connected, so its identity was read"
        self._ledger, self._known, self._recovered = restored, self._view(restored), ()
        found = pairing(
            self._known,
            identity,
            status,
            self._read_records(),
            mono_ms=self._desk.mono_ms,
            user=user,
            reason=reason,
            disowned=self._disowned(),
        )
        self._paired = True
        self._apply(found, self._ready_to_go, answer)

    def _disowned(self) -> tuple[str, ...]:
        """Anchors that are no word about this ledger: of another injector's past, or of rows that were lost."""
        assert self.connected is not None, "blocked means connected"
        assert self._ledger is not None, "blocked means that it was read back"
        last = self._opened if self._knows(self._ledger) else 0
        pair = self.connected.anchors
        both = ((pair.newest_row, pair.newest_sha256), (pair.older_row, pair.older_sha256))
        return tuple(anchor_key(row, sha256) for row, sha256 in both if row > last)
