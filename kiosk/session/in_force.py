"""Which calibration is in force, and whether the record explains it: what ACU-3 judges, at every connect and every day.

    nothing known -> CERTIFIED -> (writing) -> UNPROVED -> CERTIFIED        writing and cut off -> earlier or new one
                         |-> something else is in the injector: UNEXPLAINED, which blocks until it is put right

Every change is a row before its first byte leaves, so that after a power cut, a lost link or a kill the injector's own
word (number and check) is compared with two candidates only: the one before and the one intended. The injector takes a
calibration whole into its spare slot, so it is one of the two; anything else blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from drivers.registers import CALIBRATION, SERVICE_WORD, Calibration, Identity
from kiosk.alarms.conditions import A, Raised
from kiosk.calibration.certificate import Caps
from kiosk.channel.calibration_views import InForceView
from kiosk.records.facts import Fact
from kiosk.records.rows import CalibrationRow, EventRow
from kiosk.session.desk import Desk
from kiosk.session.words import mm, rate, ul

OPENED, WRITING, IN_FORCE, KEPT, PROVED, LEFT = "opened", "writing", "in force", "kept", "proved", "left"
CERTIFIED = "certified"
"""`what` of the events of kind `Fact.CALIBRATION`."""
CAPS = "caps"
"""The same, for caps that count as certified although their certificate names none."""
BARRELS = ("1", "2", "5", "10")
DEPTH = "depth"
PARTS = (DEPTH, *BARRELS)
"""What is proved for itself: the needle's depth, and the dose of each barrel, mL."""
WARN_DAYS = 30
DIFFERENT = "the injector's calibration is not the one that this record explains"
Key = tuple[int, int]
"""Number and CRC-32 of a calibration."""
NONE: Key = (0, 0)
"""An injector without a valid calibration."""


def key_of(calibration: Calibration) -> Key:
    """What names a calibration: no two have both the same."""
    return calibration.id, calibration.crc


def sealed(calibration: Calibration) -> Calibration:
    """As the injector holds it: with the service word and its check."""
    return CALIBRATION.decode(CALIBRATION.encode(msgspec.structs.replace(calibration, service_word=SERVICE_WORD)))


def figures(calibration: Calibration, part: str) -> tuple[int, int]:
    """What a proof of `part` is about: zero (um) and scale (ppm), or step (pL) and smallest dose (nL)."""
    if part == DEPTH:
        return calibration.depth_zero_um, calibration.depth_scale_ppm
    return getattr(calibration, f"pl_per_step_{part}"), getattr(calibration, f"smallest_dose_{part}_nl")


class Proof(msgspec.Struct, frozen=True):
    """A part that was measured and passed: for these figures, made and due on these ISO dates.

    `kept` is all of it as `calibration.proof.Proof`, the bytes that `sha256` is over.
    """

    figures: tuple[int, int]
    made: str
    expires: str
    sha256: str
    kept: str


class InForce:
    """What the record says of the connected injector's calibration.

    Args:
        desk: Time and rows.
        certificates: The last of each injector.
        events: All of kind `Fact.CALIBRATION`, oldest first.
        simulated: A simulated injector comes as it was built, until somebody writes into it.
    """

    def __init__(
        self, desk: Desk, certificates: Iterable[CalibrationRow], events: Iterable[EventRow], *, simulated: bool
    ) -> None:
        self._desk = desk
        self._simulated = simulated
        self._certificates = {row.serial: row for row in certificates}
        self._events = list(events)
        last = next((event for event in reversed(self._events) if event.body.get("what") in (OPENED, LEFT)), None)
        self._found_open = last is not None and last.body["what"] == OPENED
        """Whether control ended with a calibration open."""
        self._serial = 0
        self._said: Caps | None = None
        """What the connected controller gives at most, as it said at connect."""
        self.certified: CalibrationRow | None = None
        """The last certificate of this injector, as a row."""
        self._begin(0)

    def _begin(self, serial: int) -> None:
        """Fold what the record holds of one injector."""
        self._serial = serial
        certified = self.certified = self._certificates.get(serial)
        self._expected: Key | None = None if certified is None else (certified.id, certified.crc)
        self._pending: tuple[Key, Key] | None = None
        """Numbers and checks before and as intended, while a writing is not settled."""
        self._values: dict[Key, Calibration] = {}
        self.highest = 0 if certified is None else certified.id
        """Highest number that was ever intended: a number never stands for two calibrations."""
        self.proofs: dict[str, Proof] = {}
        self.found: dict[str, str] = {}
        """The first measurement of each part since its last proof that led to a correction."""
        self._caps: Caps | None = None
        """What the controller gave at most when it was certified; None where nothing says so."""
        self.covered = ""
        """Hash over the hashes of the proofs that the last certificate stands on."""
        self._unread = False
        """Whether a row since the last certificate was damaged: nobody knows what it said (LIM-9)."""
        for event in self._events:
            self._read(event)

    # -- the record ------------------------------------------------------------------------------------------------
    def _read(self, event: EventRow) -> None:
        """Fold a row of the record; one that does not say whose it is may be of any injector."""
        serial = event.body.get("serial")
        if type(serial) is int and serial != self._serial:
            return
        try:
            self._fold(event)
        except (KeyError, ValueError):  # a figure is missing, or is none
            self._unread = True

    def _fold(self, event: EventRow) -> None:
        body = event.body
        what = body["what"]
        if body["serial"] != self._serial:
            raise ValueError(what)
        if what == WRITING:
            new = _calibration(body)
            self._values[key_of(new)] = new
            self.highest = max(self.highest, new.id)
            self._pending = (_key(body, "old_"), key_of(new))
            if "found" in body:
                self.found.setdefault(str(body["part"]), str(body["found"]))
        elif what in (IN_FORCE, KEPT):
            self._pending, self._expected = None, _key(body)
        elif what == PROVED and "proof" in body:  # one without its points belongs on no certificate
            self._prove(body)
        elif what == CERTIFIED:
            if body["restored"]:
                self.found.clear()
            self.covered, self._caps, self._unread = str(body["proofs"]), _caps(body), False
        elif what == CAPS:
            self._caps = _caps(body)
        elif what not in (OPENED, LEFT, PROVED):
            raise ValueError(what)

    def _prove(self, body: dict[str, str | int | float | bool | list[str] | None]) -> None:
        proof = Proof(
            (_int(body, "first"), _int(body, "second")),
            *(str(body[name]) for name in ("made", "expires", "sha256", "proof")),
        )
        self.proofs[str(body["part"])] = proof
        self.found.pop(str(body["part"]), None)

    def write(self, what: str, sentence: str, **body: str | int) -> EventRow:
        """A row of this kind, folded at once."""
        desk = self._desk
        said = {"what": what, "serial": self._serial, **body}
        row = EventRow(Fact.CALIBRATION, desk.mono_ms, 0, desk.user, sentence, {**said})
        self._events.append(row)
        self._fold(row)
        return row

    def event(self, what: str, sentence: str, **body: str | int) -> None:
        """Write and fold a row that nobody waits for."""
        self._desk.write(self.write(what, sentence, **body))

    @property
    def next_number(self) -> int:
        """Number of the next certificate: they count from 1 in one ledger, whichever injector."""
        return 1 + sum(event.body.get("what") == CERTIFIED for event in self._events)

    # -- what the injector says --------------------------------------------------------------------------------------
    def compare(self, identity: Identity, calibration: Calibration | None) -> None:
        """Settle a writing that was cut off, against what is in force now (at every connect, once it is trusted)."""
        if identity.serial != self._serial:
            self._begin(identity.serial)
        self._said = Caps.of(identity)
        if self._pending is not None:
            self._settle(*self._pending, NONE if calibration is None else key_of(calibration))
        if self._found_open:
            self._found_open = False
            said = f"A calibration was left half-way: number {identity.calibration_id} is in force"
            self.event(LEFT, said)
            self._desk.notice(said)
        if self._caps is None and calibration is not None and self._certifies(calibration):
            self._keep_caps(self._said)

    def _keep_caps(self, caps: Caps) -> None:
        """A certificate of the first form names none: those that are found with it now count from here on.

        Nothing was compared until then, and a device whose caps are what they always were is not shut by an update.
        """
        given = ", ".join((mm(caps.depth_um), ul(caps.dose_nl), rate(caps.rate_mhz)))
        self.event(CAPS, f"The certificate names no caps; from now on they are {given}", **caps_body(caps))

    def _settle(self, before: Key, intended: Key, found: Key) -> None:
        if found == intended:
            said = f"Calibration {found[0]} was written and is in force, not proved yet"
            self.event(IN_FORCE, said, id=found[0], crc=found[1])
            self._desk.notice(said)
        elif found == before:
            stays = f"number {found[0]} stays" if found != NONE else "there is still none"
            said = f"Calibration {intended[0]} did not get into force: {stays}"
            self.event(KEPT, said, id=found[0], crc=found[1])
            self._desk.notice(said)

    def certify(self, row: CalibrationRow) -> None:
        """The certificate's row is being written: it is the last word from now on."""
        self._certificates[row.serial] = self.certified = row
        self._expected = (row.id, row.crc)

    def other_caps(self) -> str:
        """Which caps are not those of the last certificate, with both figures; "" when all are (LIM-5)."""
        kept, said = self._caps, self._said
        if kept is None or said is None or kept == said:
            return ""
        told = (
            ("depth", mm(said.depth_um), mm(kept.depth_um)),
            ("dose", ul(said.dose_nl), ul(kept.dose_nl)),
            ("rate", rate(said.rate_mhz), rate(kept.rate_mhz)),
        )
        return ", ".join(f"{what} {now}, certified {then}" for what, now, then in told if now != then)

    def _certifies(self, calibration: Calibration) -> bool:
        """Whether this is the calibration of the last certificate."""
        return self.certified is not None and (self.certified.id, self.certified.crc) == key_of(calibration)

    # -- the judgement -----------------------------------------------------------------------------------------------
    def refusal(self, calibration: Calibration, today: str) -> str:
        """Why this calibration may not be used, or "" (LIM-5, LIM-9, ACU-3). `today` is an ISO date."""
        if self.different(calibration):
            sentence = DIFFERENT[:1].upper() + DIFFERENT[1:]
            return f"{sentence}: a technician calibrates it, or restores the certified figures."
        if self._unread:
            return "A row about this injector's calibration is damaged: a technician proves it anew."
        certified = self.certified
        if certified is None or (certified.id, certified.crc) != key_of(calibration):
            if self._simulated and key_of(calibration) not in self._values:
                return ""  # a simulated injector comes as it was built, until somebody writes into it
            if certified is None and self._expected is None:
                return "The injector's calibration is not the one last certified: a technician calibrates it."
            return f"Calibration {calibration.id} is in force and not proved: a technician proves it by a fresh run."
        other = self.other_caps()
        if other:
            return f"The injector's caps are not those of its certificate ({other}): a technician proves it anew."
        left = self.days_left(today)
        return "" if left is not None and left >= 0 else f"The calibration expired on {certified.expires}."

    def different(self, calibration: Calibration) -> bool:
        """Whether this is not the calibration that the record's last word puts in force."""
        return self._pending is not None or (self._expected is not None and self._expected != key_of(calibration))

    def days_left(self, today: str) -> int | None:
        """Days until the certificate expires; None without one."""
        if self.certified is None:
            return None
        return (_day(self.certified) - date.fromisoformat(today)).days

    def raised(self, calibration: Calibration | None, today: str) -> Iterator[Raised]:
        """The alarm that stands for it, on every day and in every session."""
        if calibration is None:
            return
        refusal, certified = self.refusal(calibration, today), self.certified
        if certified is not None and (certified.id, certified.crc) == key_of(calibration):
            left = self.days_left(today)
            if self.other_caps() or self._unread:
                yield Raised(A.CONTROLLER_CALIBRATION, refusal.rstrip("."))
            elif refusal:
                yield Raised(A.CALIBRATION_EXPIRED, f"on {certified.expires}")
            elif left is not None and left <= WARN_DAYS:
                yield Raised(A.CALIBRATION_SOON, f"on {certified.expires}, in {left} days")
        elif refusal and (self._unread or self.different(calibration) or key_of(calibration) in self._values):
            yield Raised(A.CONTROLLER_CALIBRATION, refusal.rstrip("."))

    def proved(self, calibration: Calibration, part: str) -> Proof | None:
        """The proof that stands for this part as it is in force, whatever its date."""
        proof = self.proofs.get(part)
        return proof if proof is not None and proof.figures == figures(calibration, part) else None

    def restorable(self, calibration: Calibration | None) -> Calibration | None:
        """The figures last certified, when something else is in force and they were written from here."""
        certified = self.certified
        if certified is None or (calibration is not None and key_of(calibration) == (certified.id, certified.crc)):
            return None
        return self._values.get((certified.id, certified.crc))

    def view(self, calibration: Calibration | None, today: str) -> InForceView:
        """For the screen."""
        if calibration is None:
            sentence = "The injector has no valid calibration."
            return InForceView(sentence=sentence, restorable=self.restorable(None) is not None)
        certified = self.certified
        holds = certified is not None and (certified.id, certified.crc) == key_of(calibration)
        return InForceView(
            calibration.id,
            certified.made if holds and certified is not None else "",
            certified.expires if holds and certified is not None else "",
            (self.days_left(today) or 0) if holds else 0,
            self.refusal(calibration, today),
            self.restorable(calibration) is not None,
        )


def _day(certified: CalibrationRow) -> date:
    """Until when it may be used; a day that a damaged row names, and that there is not, is long past (LIM-9)."""
    try:
        return date.fromisoformat(certified.expires)
    except ValueError:
        return date.min


def caps_body(caps: Caps) -> dict[str, int]:
    """Caps as the body of a row."""
    return {f"cap_{name}": value for name, value in msgspec.structs.asdict(caps).items()}


def _caps(body: dict[str, str | int | float | bool | list[str] | None]) -> Caps | None:
    """The caps that a row of a certificate holds; None for one of the first form."""
    if "cap_depth_um" not in body:
        return None
    return Caps(*(_int(body, f"cap_{name}") for name in Caps.__struct_fields__))


def _int(body: dict[str, str | int | float | bool | list[str] | None], name: str) -> int:
    value = body[name]
    if type(value) is not int:
        raise ValueError(name)
    return value


def _key(body: dict[str, str | int | float | bool | list[str] | None], prefix: str = "") -> Key:
    return _int(body, f"{prefix}id"), _int(body, f"{prefix}crc")


def as_body(calibration: Calibration) -> dict[str, int]:
    """A calibration as the body of a row."""
    return {name: int(value) for name, value in msgspec.structs.asdict(calibration).items()}


def _calibration(body: dict[str, str | int | float | bool | list[str] | None]) -> Calibration:
    return Calibration(**{name: _int(body, name) for name in Calibration.__struct_fields__})
