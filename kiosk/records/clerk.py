"""The clerk: a child process that does for control what takes long (`python -m kiosk.records.clerk`).

One JSON line in for each question, one out for each answer, in order. It runs at ordinary priority even when control
does not, reads the ledger and never writes it, and ends with its parent. What fails becomes an answer with the error's
number, whatever it is: without the clerk no PIN is checked, so no question may end it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click
import msgspec
from sqlite_utils import Database

from drivers.errors import NappageError, complaint
from kiosk.access.pin import hash_pin, pin_is
from kiosk.channel.snapshot import Exported, Page
from kiosk.protocols.library import SHIPPED
from kiosk.records import approvals, bundle, certificate_pages, chain, due, faults, history, wear
from kiosk.records.clerk_settings import Settings
from kiosk.records.connection import open_reader, spoken
from kiosk.records.course import course
from kiosk.records.errors import QuestionFailed, QuestionUnknown
from kiosk.session.exchange import (
    Answer,
    CertificatesBefore,
    CheckPin,
    CompareApproval,
    Drift,
    HashPin,
    Listing,
    MakeCertificate,
    MakeExport,
    MakeSheet,
    OfCertificates,
    OneCertificate,
    Question,
    ReadApprovals,
    ReadCourse,
    ReadDue,
    ReadPage,
    ReadPatient,
    RecordReading,
    VerifyLedger,
)
from kiosk.session.service_questions import (
    ReadFaults,
    ReadWorn,
    ServiceReading,
    SettingsQuestion,
    WriteBundle,
)

_PR_SET_PDEATHSIG = 1
PAGE_LINES = 20


class Asked(msgspec.Struct, frozen=True):
    """One line to the clerk."""

    ticket: int
    question: Question


class Clerk:
    """Answers questions about one ledger; exports go into `out`. `profiles` is the folder that control loaded."""

    def __init__(self, ledger: Path, out: Path, profiles: Path = SHIPPED) -> None:
        self._ledger = ledger
        self._out = out
        self._profiles = profiles

    def answer(self, asked: Asked) -> Answer:
        """The answer to one question; an error is an answer too. One that nobody thought of is in the log as well."""
        try:
            return self._answer(asked.ticket, asked.question)
        except NappageError as error:
            return refusal(asked.ticket, error)
        except Exception as error:  # noqa: BLE001  the next question is somebody's PIN
            traceback.print_exc()
            return refusal(asked.ticket, QuestionFailed(why=complaint(f"{type(error).__name__}: {error}")))

    def _answer(self, ticket: int, question: Question) -> Answer:
        if isinstance(question, HashPin):
            return Answer(ticket, ok=True, text=hash_pin(question.pin))
        if isinstance(question, CheckPin):
            return Answer(ticket, ok=pin_is(question.pin, question.hashed))
        if isinstance(question, VerifyLedger):
            verdict = chain.verify(self._ledger, question.anchors, question.opened)
            return Answer(ticket, ok=not verdict.blocks, sentence=verdict.sentence, text=verdict.state, verdict=verdict)
        db = open_reader(self._ledger)
        try:
            with spoken(self._ledger):
                if isinstance(question, SettingsQuestion):
                    return Settings(db, self._ledger.parent, self._profiles).answer(ticket, question)
                if isinstance(question, ReadCourse):
                    return Answer(ticket, ok=True, course=course(db, question))
                if isinstance(question, OfCertificates):
                    return Answer(ticket, ok=True, page=self._certificates(db, question))
                if isinstance(question, ServiceReading):
                    return Answer(ticket, ok=True, page=self._service(db, question))
                return Answer(ticket, ok=True, page=self._page(db, question))
        finally:
            db.close()

    def _certificates(self, db: Database, question: OfCertificates) -> Page:
        match question:
            case CertificatesBefore(before):
                return certificate_pages.listed(db, before, PAGE_LINES)
            case OneCertificate(number):
                return certificate_pages.page(db, number)
            case Drift():
                return certificate_pages.history(db)
            case MakeCertificate(number, form):
                from kiosk.records.certificate_files import export_certificate

                return Exported(str(export_certificate(db, number, form, self._out)))

    def _service(self, db: Database, question: ServiceReading) -> Page:
        if isinstance(question, ReadWorn):
            return wear.wear(db, question.serial)
        if isinstance(question, ReadFaults):
            return faults.faults(db, question.before, question.number)
        if isinstance(question, WriteBundle):
            return self._bundle(db, question.live)
        return Settings(db, self._ledger.parent, self._profiles).page()

    def _page(self, db: Database, question: RecordReading) -> Page:
        match question:
            case Listing():
                return history.sessions(db, question.before, PAGE_LINES)
            case ReadPage():
                return history.session_page(db, question.session)
            case ReadPatient():
                return history.patient_page(db, question.patient)
            case ReadDue():
                return due.due(db)
            case MakeSheet():
                from kiosk.records.sheet_pdf import PatientSheet, write_into

                fields = msgspec.structs.asdict(question)
                return Exported(str(write_into(self._out, fields.pop("session"), PatientSheet(**fields))))
            case ReadApprovals(subjects):
                return approvals.listed(db, subjects)
            case CompareApproval(subject, content):
                return approvals.page(db, subject, content)
            case MakeExport():
                from kiosk.records.exports import export_session  # fpdf2 takes half a second: only who exports waits

                return Exported(str(export_session(db, question.session, question.format, self._out)))

    def _bundle(self, db: Database, live: str) -> Exported:
        now = datetime.now(UTC).astimezone()
        path = self._out / bundle.file_name(chain.kind_of(db) == "simulated", now)
        folder = self._ledger.parent
        return Exported(str(bundle.write(db, path, live=live, profiles=self._profiles, logs=folder, now=now)))


def refusal(ticket: int, error: NappageError) -> Answer:
    """An error as an answer."""
    sentence = error.sentence.format(**error.facts)
    return Answer(ticket, ok=False, sentence=sentence, remedy=error.remedy, error=error.number)


def serve(clerk: Clerk, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer line by line until the other end closes."""
    decoder, encoder = msgspec.json.Decoder(Asked), msgspec.json.Encoder()
    for line in questions:
        try:
            answer = clerk.answer(decoder.decode(line))
        except msgspec.DecodeError as error:
            answer = refusal(_ticket_of(line), QuestionUnknown(why=str(error)))
        answers.write(encoder.encode(answer) + b"\n")
        answers.flush()


class _Ticket(msgspec.Struct):
    ticket: int = 0


def _ticket_of(line: bytes) -> int:
    try:
        return msgspec.json.decode(line, type=_Ticket).ticket
    except msgspec.DecodeError:
        return 0


def become_ordinary(parent: int) -> None:
    """Give up real-time priority, and be ended by the kernel when `parent` ends."""
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended between fork and prctl
        raise SystemExit(0)


@click.command()
@click.option("--ledger", type=click.Path(path_type=Path), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--profiles", type=click.Path(path_type=Path), default=SHIPPED)
@click.option("--parent", type=int, required=True)
def main(ledger: Path, out: Path, profiles: Path, parent: int) -> None:
    """Answer control's questions; started by control, not by hand."""
    become_ordinary(parent)
    serve(Clerk(ledger, out, profiles), sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
