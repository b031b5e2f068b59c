"""What can go wrong with the record, E400 to E449: each in one sentence, with what to do."""

from __future__ import annotations

from drivers.errors import NappageError


class LedgerDamaged(NappageError, ValueError):
    number = 400
    sentence = "The ledger {path} is damaged ({why})"
    remedy = "It was left as it is, and nothing is armed. Keep it; only a copy of the record can take its place."


class WrongKind(NappageError, ValueError):
    number = 401
    sentence = "The ledger {path} holds {found} treatments, but {asked} ones were to be recorded"
    remedy = "Name the other ledger; real and simulated treatments never share a file."


class LedgerBusy(NappageError, OSError):
    number = 402
    sentence = "The ledger {path} is being written by another process ({holder})"
    remedy = "End the other program; only one may write the record (LED-13)."


class LedgerTooNew(NappageError, ValueError):
    number = 403
    sentence = "The ledger {path} has schema version {found}, this program knows up to {known}"
    remedy = "Bring the program up to date; an older one never writes into a newer record."


class StorageFull(NappageError, OSError):
    number = 404
    sentence = "The ledger {path} cannot be written: the storage is full"
    remedy = "Nothing fires until there is space. Free some, then start again."


class StorageFailed(NappageError, OSError):
    number = 405
    sentence = "The ledger {path} cannot be written: the storage failed ({why})"
    remedy = "Nothing fires until it can. Replace the card or disk; the record so far is kept."


class SettingRefused(NappageError, RuntimeError):
    number = 406
    sentence = "SQLite answered {found} to {pragma}={wanted} on {path}"
    remedy = "The storage or the SQLite library does not do what a record needs; nothing is written there."


class LedgerShut(NappageError, RuntimeError):
    number = 407
    sentence = "The ledger {path} takes no more rows ({why})"
    remedy = "Start again; the record is then read and checked before anything is written."


class LedgerForbidden(NappageError, PermissionError):
    number = 408
    sentence = "There is no permission to {act} the ledger {path}"
    remedy = "Run as the user who owns the record, or join its group to read it."


class LedgerMissing(NappageError, FileNotFoundError):
    number = 409
    sentence = "There is no ledger at {path}"
    remedy = "Check the name; a ledger is made by the first treatment."


class RowRefused(NappageError, ValueError):
    number = 410
    sentence = "The ledger {path} refused a {table} row ({why})"
    remedy = "Nothing of that unit was written. Start again; the record is checked first."


class SessionUnknown(NappageError, LookupError):
    number = 411
    sentence = "There is no session {session} in the record"
    remedy = "List the sessions to see their numbers."


class ReaderTooEarly(NappageError, OSError):
    number = 412
    sentence = "The ledger {path} cannot be read just now ({why})"
    remedy = "Its last writer did not end cleanly. Start control once; it tidies up, then reading works."


class FormatUnknown(NappageError, ValueError):
    number = 413
    sentence = "There is no export format '{format}'"
    remedy = "Choose json, csv, pdf or aftercare."


class ExportFailed(NappageError, OSError):
    number = 414
    sentence = "The export {path} could not be written ({why})"
    remedy = "Check that the folder exists, can be written and has space."


class ClerkGone(NappageError, RuntimeError):
    number = 415
    sentence = "The clerk process ended while it worked on this ({why})"
    remedy = "It is started again; ask once more."


class ClerkHung(NappageError, TimeoutError):
    number = 430
    sentence = "This took longer than {seconds} s and was given up"
    remedy = "The clerk process was started again; ask once more. If it comes again, look at the storage."


class NotALedger(NappageError, ValueError):
    number = 416
    sentence = "The file {path} is no Nappage ledger"
    remedy = "Name the right file; this one was not touched."


class QuestionUnknown(NappageError, ValueError):
    number = 417
    sentence = "The clerk was asked something it does not know ({why})"
    remedy = "Control and clerk are of different versions; install again."


class LedgerStillRead(NappageError, OSError):
    number = 418
    sentence = "The ledger {path} was closed while somebody read it, so its side files stay"
    remedy = "No row is lost; the next start tidies up."


class AnchorsOfAnother(NappageError, ValueError):
    number = 419
    sentence = "Injector {theirs} is connected, but the record belongs to injector {ours}"
    remedy = "Its anchors are no word about this record: connect the other one, or check without a port."


class SheetMissing(NappageError, LookupError):
    number = 421
    sentence = "No aftercare sheet was given in session {session}"
    remedy = "It is given, and its text recorded, when the session is signed."


class ApprovalRefused(NappageError, ValueError):
    number = 420
    sentence = "'{protocol}' cannot be approved: {why}"
    remedy = "Nothing was written. See the state of every treatment with 'nappage service approvals'."


class CertificateUnknown(NappageError, LookupError):
    number = 422
    sentence = "There is no certificate {number} in the record"
    remedy = "List them with 'nappage calibrate certificates'."


class FileUnreadable(NappageError, OSError):
    number = 423
    sentence = "The file {file} cannot be read ({why})"
    remedy = "Check its name and its rights."


class BackupRefused(NappageError, ValueError):
    number = 426
    sentence = "The backup {file} cannot be restored: {why}"
    remedy = "Nothing was changed. Take another file, one that this program wrote and nobody edited."


class ServiceRefused(NappageError, RuntimeError):
    number = 427
    sentence = "{what} is not possible now: {why}"
    remedy = "Nothing was written. Do what is named first, then ask again."


class QuestionFailed(NappageError, RuntimeError):
    number = 429
    sentence = "This question found a defect of the program ({why})"
    remedy = "Everything else goes on. Please report it with the log, which names the place."


class RecordShowsDamage(NappageError, RuntimeError):
    number = 428
    sentence = "Nothing is written into a record that shows damage ({why})"
    remedy = "Start control; an administrator gives a reason for it there, then ask again."


class AccountDamaged(NappageError, ValueError):
    number = 431
    sentence = "The account of {name} is damaged: there is no role '{role}'"
    remedy = "Nothing was written. Whoever it is may do nothing; an administrator makes another account."
