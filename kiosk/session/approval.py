"""Approval of profiles by an administrator (LIM-9): which are approved now, and how one more comes to be.

    loaded -> read on the screen, difference by difference -> fingerprint and PIN -> row on disk -> approved

What was loaded at the start is what is approved and what is armed with; a file that is edited meanwhile counts from the
next start, under another fingerprint, and is then not approved any more.
"""

from __future__ import annotations

from drivers.errors import NappageError
from kiosk.channel import commands as ask
from kiosk.protocols.library import Library
from kiosk.records.approved import Subject, approval_row, subject
from kiosk.session.desk import Desk
from kiosk.session.errors import Differs, NotChoosable, NotNow
from kiosk.session.exchange import CompareApproval, ReadApprovals
from kiosk.session.people import Answerer, People
from kiosk.session.reading import Reading

APPROVING = "Approving"
FINGERPRINT = 16
"""So many digits of a fingerprint are shown in a sentence."""


class Approval:
    """Fingerprints of what is loaded, and which of them an administrator approved.

    Attributes:
        given: How many approvals were given since the start; whoever shows what is approved looks again.
    """

    def __init__(
        self, desk: Desk, library: Library, people: People, reading: Reading, approved: tuple[tuple[str, str], ...]
    ) -> None:
        self._desk = desk
        self._library = library
        self._people = people
        self._reading = reading
        self._approved = dict(approved)
        self._subjects: dict[str, Subject] = {}
        self.given = 0

    def approved(self, protocol: str) -> bool:
        """Whether the content of this treatment as it is loaded was approved last."""
        return protocol in self._library.protocols and self._approved.get(protocol) == self._subject(protocol).sha256

    def _subject(self, protocol: str) -> Subject:
        """Made once: a fingerprint is asked for in every cycle, and what is loaded never changes."""
        if protocol not in self._subjects:
            self._subjects[protocol] = subject(self._library, protocol)
        return self._subjects[protocol]

    def _known(self, protocol: str) -> Subject:
        if protocol not in self._library.protocols:
            raise NotChoosable(what="protocol", name=protocol)
        return self._subject(protocol)

    # -- reading ---------------------------------------------------------------------------------------------------
    def list(self, _: ask.ListApprovals, answer: Answerer) -> bool:
        """Every treatment with its state."""
        return self._reading.ask(ReadApprovals(tuple(map(self._subject, self._library.protocols))), answer)

    def read(self, command: ask.ReadApproval, answer: Answerer) -> bool:
        """One treatment with what changed.

        Raises:
            NotChoosable: there is no such treatment.
        """
        asked = self._known(command.protocol)
        return self._reading.ask(CompareApproval(asked, self._library.content(asked.protocol)), answer)

    # -- approving -------------------------------------------------------------------------------------------------
    def approve(self, command: ask.Approve, answer: Answerer) -> bool:
        """Check the person's own PIN, commit the row; only then is it approved. Answered with its page as it is then.

        Raises:
            NotChoosable, NotNow, Differs: no such treatment; it lacks a figure or is approved; another was read.
            AccountUnknown, AccountDisabled, SignInWaits: the PIN is not even tried.
        """
        asked = self._known(command.protocol)
        if asked.sha256 != command.sha256:
            shown, actual = command.sha256[:FINGERPRINT], asked.sha256[:FINGERPRINT]
            raise Differs(field=f"the content of {asked.title}", shown=shown, actual=actual)
        if asked.needs:
            raise NotNow(what=APPROVING, why=f"the clinic has to give a figure for {', '.join(asked.needs)}")
        if self.approved(asked.protocol):
            raise NotNow(what=APPROVING, why="exactly this content is approved")
        user = self._desk.user

        def checked(error: NappageError | None) -> None:
            if error is None and (self._desk.user != user or not self._people.active or self._desk.session):
                error = NotNow(what=APPROVING, why="the person or the session changed meanwhile")
            if error is not None:
                answer(error, None)
                return
            self._commit(asked, answer)

        self._people.check_own_pin(command.pin, checked)
        return True

    def _commit(self, asked: Subject, answer: Answerer) -> None:
        desk = self._desk
        content = self._library.content(asked.protocol)
        row = approval_row(asked, content, user=desk.user, mono_ms=desk.mono_ms)

        def written() -> None:
            self._approved[asked.protocol] = asked.sha256
            self.given += 1
            desk.anchor()
            desk.notice(f"{asked.title} is approved, set {asked.sha256[:FINGERPRINT]}")
            desk.ask(CompareApproval(asked, content), lambda told: answer(None, told.page))

        desk.commit(
            row, then=written, failed=lambda: answer(NotNow(what=APPROVING, why="the record cannot be written"), None)
        )
