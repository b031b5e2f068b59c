"""What the device may do, as the frames that it accepted say: authorisation, service motion, stop and lease.

Only this file reads the frames on their way to the device. It knows them from the wire and from the committed rows,
never from the controller, and takes one back when the device refuses it.
"""

from __future__ import annotations

from typing import NamedTuple

from drivers.registers import AUTHORISATION, COMMAND, LEASE, AuthorisationBlock, CommandKind
from hal_sim.motion import Kind
from kiosk.records.rows import AuthorisationRow
from tests.proofs.campaign import invariants as must
from tests.proofs.campaign.book import Book
from tests.proofs.campaign.invariants import NEVER, Tell, Violation

SERVICE = {
    CommandKind.HOME: Kind.HOME,
    CommandKind.PRIME: Kind.PRIME,
    CommandKind.SYRINGE_CHANGED: Kind.SEEK,
    CommandKind.RETRACT: Kind.RETRACT,
}
URGENT = frozenset({CommandKind.STOP, CommandKind.VOID, CommandKind.RETRACT})
VOIDING = frozenset({CommandKind.STOP, CommandKind.VOID, CommandKind.RETRACT, CommandKind.NEEDLE_CHANGED})


class Allowed(NamedTuple):
    """What was accepted last, and what became of it."""

    authorised: tuple[AuthorisationBlock, float] | None = None
    """The block, and when it was accepted."""
    service: tuple[int, Kind, int] | None = None
    """Id, kind of motion and argument of a command that moves something."""
    begun: int = 0
    """Strokes begun under this authorisation."""
    last_begun: float = -NEVER
    stop_at: float = -NEVER


class Frames:
    """Follows the frames of one device. `allowed` is what they say now, `lease_at` when the last fresh lease came."""

    def __init__(self, book: Book, tell: Tell | None) -> None:
        self._book = book
        self._tell = tell
        self.allowed = Allowed()
        self._counter: int | None = None
        self.lease_at = -NEVER
        self.lease_dies = -NEVER
        """When the lease is void at the latest; a frame that was not fresh voids it at once."""

    def offered(self, at: float, address: int, data: bytes) -> Allowed:
        """A frame reaches the device; gives what was true before, for `refused`."""
        before = self.allowed
        if address == LEASE.address:
            self._lease(at, LEASE.decode(data).counter)
        elif address == AUTHORISATION.address:
            block = AUTHORISATION.decode(data)
            if self._tell is not None:
                self._tell(at, f"frame: {block}")
            self.committed(block.id, at)
            self.allowed = before._replace(authorised=(block, at), begun=0)
        elif address == COMMAND.address:
            command = COMMAND.decode(data)
            self._command(at, CommandKind(command.kind), command.id, command.argument)
        return before

    def _command(self, at: float, kind: CommandKind, number: int, argument: int) -> None:
        if self._tell is not None:
            self._tell(at, f"frame: {kind.name} {number} {argument}")
        if kind not in URGENT:
            self.committed(number, at)
        if kind in VOIDING:
            self.allowed = self.allowed._replace(authorised=None)
        if kind in (CommandKind.STOP, CommandKind.RETRACT):
            self.allowed = self.allowed._replace(stop_at=at)
        if kind in SERVICE:
            self.allowed = self.allowed._replace(service=(number, SERVICE[kind], argument))

    def refused(self, before: Allowed) -> None:
        """What was offered was not taken."""
        self.allowed = before

    def committed(self, number: int, at: float) -> AuthorisationRow:
        """The row on disk that a number belongs to (LED-1).

        Raises:
            Violation: there is none.
        """
        row = self._book.authorisations.get(number)
        if row is None:
            raise Violation("commit first", at, f"{number} reached the device and has no row on disk")
        return row

    def begins_stroke(self, at: float) -> int:
        """A stroke begins under the authorisation; gives which one it is."""
        begun = self.allowed.begun + 1
        self.allowed = self.allowed._replace(begun=begun, last_begun=at)
        return begun

    def served(self) -> None:
        """The service motion has begun: it was allowed once."""
        self.allowed = self.allowed._replace(service=None)

    def restarted(self, at: float) -> None:
        """The controller starts again: nothing is authorised, no lease lives."""
        self.allowed = self.allowed._replace(authorised=None, service=None)
        self._counter = None
        self.lease_at, self.lease_dies = -NEVER, at

    def _lease(self, at: float, counter: int) -> None:
        last, self._counter = self._counter, counter
        if last is not None and 1 <= (counter - last) % 65536 <= 8:
            self.lease_at, self.lease_dies = at, at + must.LEASE_S
        else:
            self.lease_at, self.lease_dies = -NEVER, at

    def skipped(self, at: float, counter: int) -> None:
        """Leases until now, none of which changed anything (only where cycles are left out as a cross-check)."""
        self._counter, self.lease_at, self.lease_dies = counter, at, at + must.LEASE_S
