"""Pages of the record: which request asks the clerk for which, and how its answer becomes a reply. Reads only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drivers.errors import NappageError
from kiosk.channel import certificates
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import Page
from kiosk.session.desk import Desk
from kiosk.session.exchange import (
    Answer,
    CertificatesBefore,
    Drift,
    Listing,
    MakeCertificate,
    MakeExport,
    OfCertificates,
    OneCertificate,
    ReadDue,
    ReadPage,
    ReadPatient,
)
from kiosk.session.exchange import Reading as Question
from kiosk.session.people import ClerkRefusal

Answerer = Callable[[NappageError | None, Page | None], None]
QUESTIONS: dict[type, Callable[[Any], Question | OfCertificates]] = {
    ask.ListSessions: lambda command: Listing(command.before),
    ask.ReadSession: lambda command: ReadPage(command.session),
    ask.ExportSession: lambda command: MakeExport(command.session, command.format),
    ask.ListDue: lambda _: ReadDue(),
    ask.FindPatient: lambda command: ReadPatient(command.patient.strip()),
    certificates.ListCertificates: lambda command: CertificatesBefore(command.before),
    certificates.ReadCertificate: lambda command: OneCertificate(command.number),
    certificates.ExportCertificate: lambda command: MakeCertificate(command.number, command.format),
    certificates.ReadDrift: lambda _: Drift(),
}
"""What each request asks the clerk, where nothing else has to be known."""


class Reading:
    """Has the clerk read and hands its page on."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def page(self, command: ask.AnyCommand, answer: Answerer) -> bool:
        """The page that this request asks for; it comes later."""
        return self.ask(QUESTIONS[type(command)](command), answer)

    def ask(self, question: Question | OfCertificates, answer: Answerer) -> bool:
        """The page of this question; it comes later."""

        def heard(told: Answer) -> None:
            answer(None if told.ok else ClerkRefusal(told), told.page)

        self._desk.ask(question, heard)
        return True
