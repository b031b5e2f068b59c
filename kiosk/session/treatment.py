"""Zone, values and arming: what a person sets, confirms and arms, and the slices the engine gives while it lives.

An arming is a person's act; an authorisation is the machine's slice of it. This file never changes a value that a
person set; it may only shorten a slice, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from drivers.registers import CommandKind, Mode, Outcome, ShotRecord
from kiosk.channel.snapshot import Question
from kiosk.protocols.envelope import Envelope
from kiosk.protocols.errors import EnvelopeRefusal
from kiosk.protocols.limits import Range, Setting, Totals, Verdict, ZoneRanges
from kiosk.protocols.words import amount
from kiosk.protocols.words import bound as bound_in_words
from kiosk.records.facts import Fact
from kiosk.records.rows import AuthorisationKind, AuthorisationRow, Certainty, EventRow
from kiosk.session.arming import Arming
from kiosk.session.desk import Desk
from kiosk.session.dispatch import Ended
from kiosk.session.errors import OutsideLimit
from kiosk.session.exchange import Disable
from kiosk.session.slot import Slot
from kiosk.session.words import HELD, in_words, outcome_words

IDLE_S = 30.0
"""An arming ends after so many seconds without a shot."""
TEN_TIMES = 10
FIELDS = {"depth": "depth_um", "dose": "dose_nl", "rate": "rate_mhz", "shots": "shots"}


class Treatment:
    """What is set and what is armed. `envelope` is None until product, needle and syringe are known."""

    def __init__(
        self, desk: Desk, slot: Slot, totals: Callable[[Setting], Totals], title: Callable[[str], str], armings: int
    ) -> None:
        self._desk = desk
        self._slot = slot
        self._totals = totals
        self._title = title
        self._armings = armings
        self.envelope: Envelope | None = None
        self.setting: Setting | None = None
        self.arming: Arming | None = None
        self.confirmed: frozenset[str] = frozenset()
        self.question: Question | None = None
        self._candidate: Setting | None = None
        self._last: Arming | None = None
        """The arming that lives, or lived last."""
        self._person = ""
        """Who was signed in last."""
        self._before: Setting | None = None
        """What was set here before parts took a value away; None once a person has set or armed what it became."""
        self._remembered: dict[tuple[str, str], Setting] = {}
        self.planned: Mapping[tuple[str, str], int] = {}
        """Shots that were armed in this session, by zone and side; another object with each arming, as `by_zone`."""
        self.blocked: Callable[[], str] = lambda: ""
        """Why an arming may not go on; set by the engine."""

    # -- values --------------------------------------------------------------------------------------------------
    def begin(self, envelope: Envelope, first: tuple[str, str], mode: Mode) -> None:
        """New parts: the envelope changes, every value is looked at again; `first` and `mode` are where it begins."""
        self.envelope = envelope
        self.question = self._candidate = None
        now = self.setting
        if now is None:
            self._go_to(*first, mode, self._remembered.get(first))
        else:
            self._go_to(now.zone, now.side, now.mode, now, self._before)

    def remember(self, setting: Setting) -> None:
        """A setting that is armed now, or was earlier in this session: its values are offered again in its zone."""
        place = (setting.zone, setting.side)
        self._remembered[place] = setting
        self.planned = {**self.planned, place: self.planned.get(place, 0) + setting.shots}

    def clear(self) -> None:
        """The session is over."""
        self.envelope = self.setting = self.question = self._candidate = self._before = self._last = None
        self.confirmed = frozenset()
        self._remembered = {}
        self.planned = {}
        self._armings = 0

    def ranges(self, zone: str) -> ZoneRanges:
        """What the settings of this zone may be."""
        assert self.envelope is not None, "values have ranges once the parts are known"
        return self.envelope.ranges(zone)

    def choose_zone(self, zone: str, side: str) -> None:
        """Go to a zone: its last values of this session where they still fit, else its defaults."""
        assert self.setting is not None, "a zone is chosen once the parts are known"
        self.end("another zone was chosen")
        self.question = self._candidate = None
        self._go_to(zone, side, self.setting.mode, self._remembered.get((zone, side)))

    def _go_to(self, zone: str, side: str, mode: Mode, last: Setting | None, before: Setting | None = None) -> None:
        """Take the values of `last` that fit; one that does not becomes the nearest that does, and is named.

        One that became ten times what it was is asked about, as if it were set by hand (LIM-8). `before` is what was
        set when earlier parts took a value away of which nobody was asked yet.
        """
        ranges = self.ranges(zone)
        values: dict[str, int] = {}
        self._before = before
        for name, field in FIELDS.items():
            allowed: Range = getattr(ranges, name)
            value = allowed.default if last is None else getattr(last, field)
            values[field] = min(max(value, allowed.hard_low.value), allowed.hard_high.value)
            if values[field] != value:
                was, now = amount(value, allowed.unit), amount(values[field], allowed.unit)
                self._desk.notice(f"{name.capitalize()} {was} is not possible with these parts; it is {now} now")
                self._before = before or last
        self.setting = Setting(zone=zone, side=side, mode=mode, **values)
        self.question = self.leap(self.setting)
        self._candidate = None if self.question is None else self.setting

    def choose_mode(self, mode: Mode) -> None:
        """Single, burst or continuous; a value that was being asked about is thrown away."""
        assert self.setting is not None, "a mode is chosen in a zone"
        self.end("another mode was chosen")
        self.question = self._candidate = None
        self.setting = msgspec.structs.replace(self.setting, mode=mode)

    def edit(self, name: str, value: int) -> None:
        """A new value, confirmed by a person. Outside a hard limit it is refused, past a soft one it is asked (LIM-1).

        Raises:
            OutsideLimit: with the limit and its origin.
        """
        assert self.setting is not None, "a value is edited in a zone"
        sentence = self._outside(name, value)
        if sentence:
            raise OutsideLimit(sentence_of_limit=sentence)
        self.end(f"{name} was changed")
        self._consider(msgspec.structs.replace(self.setting, **{FIELDS[name]: value}))

    def _outside(self, name: str, value: int) -> str:
        """Why the value may not be set at all, which is recorded; "" when it may."""
        assert self.setting is not None, "a value is looked at in a zone"
        allowed: Range = getattr(self.ranges(self.setting.zone), name)
        low, high, unit = allowed.hard_low, allowed.hard_high, allowed.unit
        if low.value <= value <= high.value and not value % allowed.step:
            return ""
        sentence = (
            f"{name.capitalize()} {amount(value, unit)} is not allowed: from {bound_in_words(low, unit)} "
            f"to {bound_in_words(high, unit)} in steps of {amount(allowed.step, unit)}"
        )
        self._desk.event("refused", sentence, field=name, value=value)
        return sentence

    def propose(self, wanted: Setting) -> None:
        """Values that somebody kept: each is taken as if it were set now, so that every limit of now counts.

        One outside a hard limit is refused and named, the zone's own stays; what has to be asked is asked at the end.
        """
        self._go_to(wanted.zone, wanted.side, wanted.mode, None)
        now, asked = self.setting, dict[str, int]()
        assert now is not None, "values are proposed once the parts are known"
        for name, field in FIELDS.items():
            value = getattr(wanted, field)
            sentence = self._outside(name, value)
            if sentence:
                self._desk.notice(sentence)
                continue
            candidate = msgspec.structs.replace(now, **{field: value})
            if self._ask_about(candidate) is None:
                self.setting = now = candidate
            else:
                asked[field] = value
        self._desk.event("set", f"Set: {in_words(now, self._title(now.zone))}")
        if asked:
            self._consider(msgspec.structs.replace(now, **asked))

    def _consider(self, candidate: Setting) -> None:
        """Take `candidate` when nothing about it has to be asked, else ask the first question."""
        self.question = self._ask_about(candidate)
        self._candidate = candidate if self.question is not None else None
        if self.question is None:
            if candidate != self.setting:
                self._desk.event("set", f"Set: {in_words(candidate, self._title(candidate.zone))}")
            self.setting, self._before = candidate, None

    def _ask_about(self, candidate: Setting) -> Question | None:
        leap = self.leap(candidate)
        if leap is not None:
            return leap
        crossings = self.verdict(candidate).crossings
        return Question(crossings[0].key, crossings[0].sentence, True) if crossings else None

    def leap(self, candidate: Setting) -> Question | None:
        """What asks whether ten times the last value here is meant (LIM-8); None where nothing is or it was said."""
        last = self._remembered.get((candidate.zone, candidate.side), self._before or self.setting)
        for name, field in FIELDS.items():
            value, before = getattr(candidate, field), 0 if last is None else getattr(last, field)
            if not before or value < TEN_TIMES * before:
                continue
            key = f"ten times:{name}:{candidate.zone}:{candidate.side}:{value}"
            if key not in self.confirmed:
                sentence = f"{name.capitalize()} would be {value / before:.0f} times the last value here."
                return Question(key, sentence, needs_reason=False)
        return None

    def confirm(self, key: str, reason: str) -> None:
        """A person crosses the soft limit that was asked, with a reason.

        Raises:
            OutsideLimit: another question stands, or the reason is empty.
        """
        question = self.question
        if question is None or question.key != key or (question.needs_reason and not reason.strip()):
            raise OutsideLimit(sentence_of_limit="That question does not stand, or its reason is missing")
        self.confirmed |= {key}
        old, new = self.setting, self._candidate or self.setting
        self._desk.event(
            Fact.SOFT_LIMIT,
            question.sentence,
            key=key,
            reason=reason,
            old="" if old is None else in_words(old, self._title(old.zone)),
            new="" if new is None else in_words(new, self._title(new.zone)),
        )
        assert new is not None, "a question is about values"
        self._consider(new)

    def forget_crossings(self) -> None:
        """Another product or person: whatever was confirmed is asked again."""
        self.confirmed = frozenset()

    def withdraw(self) -> None:
        """No: the value stays what it was."""
        self.question = self._candidate = None

    def verdict(self, setting: Setting) -> Verdict:
        """What the envelope says to `setting` on the totals of this moment."""
        assert self.envelope is not None, "a verdict needs the parts"
        return self.envelope.check(setting, self._totals(setting), self.confirmed)

    # -- arming --------------------------------------------------------------------------------------------------
    def ask_crossings(self) -> None:
        """Put the first crossing of the present values to the person again, unless another value is asked about yet."""
        assert self.setting is not None, "values are known before they cross anything"
        if self.question is None:
            self._consider(self.setting)

    def arm(self) -> None:
        """The person's act; everything was checked by the engine just before."""
        assert self.setting is not None, "what is armed was set"
        self._armings += 1
        words = in_words(self.setting, self._title(self.setting.zone))
        self.arming = self._last = Arming(
            self._armings,
            self.setting,
            words,
            self._desk.now,
            seat=self._desk.inputs.seat,
            before=self._totals(self.setting).zone.shots,
        )
        self.remember(self.setting)
        body = msgspec.to_builtins(self.setting)
        self._desk.event(Fact.ARMING, f"Armed: {words}", arming=self._armings, words=words, **body)
        self._next_slice(self.arming)

    @property
    def left(self) -> int:
        """Shots that the last arming has left in this zone and side, also once it has ended.

        A stroke that was under way then is recorded later, and what a lost link hid is found again: both count.
        """
        last, now = self._last, self.setting
        if self.envelope is None or last is None or now is None:
            return 0
        if (last.setting.zone, last.setting.side) != (now.zone, now.side):
            return 0
        return max(0, last.setting.shots - (self._totals(now).zone.shots - last.before))

    def _next_slice(self, arming: Arming) -> None:
        identity, envelope = self._desk.identity, self.envelope
        assert identity is not None, "armed means connected"
        assert envelope is not None, "armed means complete"
        number = self._desk.draw_id()
        try:
            cut = envelope.slice(
                arming.setting,
                self._totals(arming.setting),
                planned_left=arming.left,
                id=number,
                boot_count=identity.boot_count,
                confirmed=self.confirmed,
            )
        except EnvelopeRefusal as refusal:
            self.end(str(refusal.facts["sentences"]))
            return
        arming.note = cut.note
        given, setting = cut.authorisation, arming.setting
        row = AuthorisationRow(
            id=number,
            mono_ms=self._desk.mono_ms,
            kind=AuthorisationKind.TREATMENT,
            session=self._desk.session,
            serial=identity.serial,
            boot_count=given.boot_count,
            calibration_id=given.calibration_id,
            zone=setting.zone,
            side=setting.side,
            depth_um=given.depth_um,
            dose_nl=given.dose_nl,
            shots=given.shots,
            interval_ms=given.interval_ms,
            mode=int(given.mode),
            valid_ms=given.valid_ms,
            arming=arming.number,
        )
        self._slot.treat(row, given, lambda: self._against(arming), lambda end: self._slice_ended(arming, end))

    def _against(self, arming: Arming) -> str:
        return self.blocked() if self.arming is arming else "the arming ended"

    def _slice_ended(self, arming: Arming, end: Ended) -> None:
        if self.arming is not arming:
            self._desk.emit(Disable())
        elif end.certainty is Certainty.NOT_DONE and self._held:
            arming.needs_release = True
        elif end.sentence or end.certainty is not Certainty.DONE:
            self.end(end.sentence)

    @property
    def _held(self) -> bool:
        status = self._desk.status
        return status is not None and bool(status.inputs & HELD)

    def counted(self, records: list[ShotRecord]) -> None:
        """Shots of the live arming were recorded."""
        arming = self.arming
        if arming is None or not records:
            return
        arming.done += len(records)
        arming.last_shot = self._desk.now
        bad = next((record for record in records if record.outcome != Outcome.COMPLETED), None)
        if bad is not None:
            self.end(f"a shot ended early ({outcome_words(bad.outcome)})")

    def step(self) -> None:
        """Give the next slice, or end the arming when its time has come."""
        self._watch_person()
        arming = self.arming
        if arming is None:
            return
        current = self._slot.current
        why = self.blocked() or (current.trouble if current is not None else "")
        if why:
            self.end(why)
        elif self._slot.free and arming.left == 0:
            self.end("all planned shots were given")
        elif self._desk.now - arming.last_shot > IDLE_S and not self._desk.moving:
            self.end("30 s passed without a shot")
        elif self._slot.free and not (arming.needs_release and self._held):
            self._next_slice(arming)

    def _watch_person(self) -> None:
        """Another person has signed in: what the one before armed ends, and what that one confirmed is asked again."""
        user = self._desk.user
        if not user or user == self._person:
            return
        if self._person:
            self.forget_crossings()
            self.end("another person signed in")
        self._person = user

    def end(self, why: str, kind: CommandKind = CommandKind.VOID) -> None:
        """End the arming: take back what is live, let the present stroke end (unless `kind` is stop), drop enable."""
        arming = self.arming
        if arming is None:
            return
        self.arming = None
        desk = self._desk
        sentence = f"Disarmed: {why}"
        desk.notice(sentence)
        row = EventRow(
            "disarmed",
            desk.mono_ms,
            desk.session,
            desk.user,
            sentence,
            {"arming": arming.number, "done": arming.done, "planned": arming.setting.shots},
        )
        desk.commit(row, then=desk.anchor)
        if self._slot.free:
            desk.emit(Disable())
        else:
            self._slot.interrupt(why, kind)
