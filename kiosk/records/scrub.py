"""Takes out of text and values whatever names a patient or a person, and puts an ordinal in its place.

Two nets, one behind the other. What a person may have typed is not copied at all: only fields that are known to be
written by the program pass (`BODY_TEXTS`, `SENTENCES`). In what passes, every patient code and every account's name
that the record knows is replaced wherever it stands, in whatever case, also inside a word. The same one always gets
the same ordinal, so that rows can still be followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import cast

from kiosk.records.facts import Fact

WORD_FROM = 3
"""A code shorter than this is replaced only where it stands as a word: "A" is a letter of every sentence."""
BODY_TEXTS = frozenset(
    {"what", "part", "limit", "origin", "zone", "side", "state", "field", "direction", "level", "barrel_ml",
     "made", "expires", "sha256", "protocol", "needle", "syringe", "technique", "role", "detail", "figures",
     "instrument", "cause"}
)  # fmt: skip
"""Keys of an event's body whose texts are the program's own or a profile's keys."""
SENTENCES = frozenset(
    {Fact.ALARM.value, Fact.NOT_AS_SET.value, Fact.CLEARED.value, Fact.RESERVED.value,
     Fact.RECONCILED.value, Fact.RECOVERED.value, Fact.BLOCKED.value, Fact.FINDING.value,
     Fact.CALIBRATION.value, Fact.CALIBRATION_POINT.value, Fact.LATE_RECORD.value, Fact.CLOCK_SET.value,
     Fact.CLOCK_CONFIRMED.value, Fact.APPROVED.value, Fact.PART_REPLACED.value, Fact.PREPARATION.value,
     Fact.PATH_OPENED.value, Fact.PATH_DISCARDED.value, Fact.NEEDLE.value, Fact.SYRINGE.value, Fact.ARMING.value,
     "link", "link lost", "self-test", "storage", "record totals", "retract", "stop", "stop acknowledged",
     "stop contradiction", "prime", "locked", "set"}
)  # fmt: skip
"""Kinds of event whose sentence holds nothing that a person typed."""
LEFT_OUT = "(left out)"


class Scrubber:
    """Knows the codes and names of one record.

    Args:
        patients: Every patient code of the record, in the order in which they came.
        people: Every account's name with its role.
    """

    def __init__(self, patients: Iterable[str], people: Mapping[str, str]) -> None:
        self._patients = {code: f"[patient {at}]" for at, code in enumerate(dict.fromkeys(filter(None, patients)), 1)}
        self._people = {name: f"[person {at}, {role}]" for at, (name, role) in enumerate(people.items(), 1) if name}
        by_text = {key.casefold(): to for key, to in (*self._people.items(), *self._patients.items())}
        self._by_text = by_text
        found = sorted((key for key in (*self._people, *self._patients)), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_pattern, found)), re.IGNORECASE) if found else None

    def patient(self, code: str) -> str:
        """A patient code's ordinal; "" stays ""."""
        return self._patients.get(code, LEFT_OUT) if code else ""

    def person(self, name: str) -> str:
        """An account's ordinal; whoever has no account is left out."""
        return self._people.get(name, LEFT_OUT) if name else ""

    def text(self, words: str) -> str:
        """Words of the program with every code and name in them replaced."""
        if self._pattern is None:
            return words
        return self._pattern.sub(lambda match: self._by_text.get(match[0].casefold(), LEFT_OUT), words)

    def value(self, value: object) -> object:
        """Any plain value with all its texts scrubbed, keys as well."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list | tuple):
            return [self.value(each) for each in cast("list[object]", value)]
        if isinstance(value, dict):
            pairs = cast("dict[object, object]", value).items()
            return {self.text(str(key)): self.value(each) for key, each in pairs}
        return value

    def body(self, body: Mapping[str, object]) -> dict[str, object]:
        """An event's body: numbers, and texts that the program wrote; of the rest only that it is there."""
        return {self.text(key): self._of_body(key, value) for key, value in body.items()}

    def _of_body(self, key: str, value: object) -> object:
        if isinstance(value, int | float) or value is None:
            return value
        return self.value(value) if key in BODY_TEXTS and isinstance(value, str) else LEFT_OUT

    def sentence(self, kind: str, words: str) -> str:
        """An event's sentence where its kind holds nothing typed."""
        return self.text(words) if kind in SENTENCES else LEFT_OUT


def _pattern(words: str) -> str:
    escaped = re.escape(words)
    return escaped if len(words) >= WORD_FROM else rf"(?<!\w){escaped}(?!\w)"
