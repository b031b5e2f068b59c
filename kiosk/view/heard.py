"""Only this file puts what control says into the language of the glass.

Control writes English: sentences of its own with facts in them, and the words of the profiles. Its sentences are known
by their templates, which ``make words`` collects from the sources into ``assets/locale/control.json``. What fits one is
said by its translation, with the same facts; what fits none is shown as it came. Facts that a person typed (codes,
names, lots, reasons) are never translated. Nothing here changes what is kept, sent or compared: only what is shown.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple, TypeVar, cast

import msgspec

from kiosk.channel import snapshot as channel
from kiosk.view.language import ENGLISH, FOLDER, decimal, many, mark, say, spoken
from kiosk.view.local import Local, Offer

TEMPLATES = FOLDER / "control.json"
AS_WRITTEN = frozenset(
    {"account", "code", "expires", "expiry", "file", "holder", "local", "lot", "name", "path", "patient", "physician",
     "port", "reason", "similar", "user", "version"}
)  # fmt: skip
"""Facts that were typed by a person, printed on a pack or name a file."""
FIGURE = re.compile(r"(?<![\d.-])(\d+\.\d+)(?= ?(?:mm|uL|mL|ms|s|kPa|%|shots/s))")
"""A figure with its unit; a date, a version or a code is none."""
JOINTS = (". ", "; ", ": ", ", ")
"""What control puts between two of its sentences or words."""
COUNTED: tuple[tuple[str, str], ...] = (
    (mark("{count} shot"), mark("{count} shots")),
    (mark("{count} session"), mark("{count} sessions")),
    (mark("{count} earlier session"), mark("{count} earlier sessions")),
    (mark("{count} day"), mark("{count} days")),
    (mark("{count} zone"), mark("{count} zones")),
)
SAID: dict[type, tuple[str, ...]] = {
    channel.Check: ("title", "detail", "question"),
    channel.LinkView: ("sentence",),
    channel.RecordView: ("sentence",),
    channel.ClockView: ("why",),
    channel.StopView: ("cause", "sentence"),
    channel.Value: ("hard_low_origin", "hard_high_origin", "source"),
    channel.Total: ("title", "origin"),
    channel.Zone: ("title", "technique"),
    channel.Question: ("sentence",),
    channel.ArmingView: ("words", "note"),
    channel.Treat: ("offer",),
    channel.SessionView: ("protocol_title", "needle_title", "syringe_title", "preparation", "aftercare"),
    channel.Alarm: ("title", "what", "patient", "todo", "inhibits"),
    channel.Snapshot: ("missing", "busy"),
    channel.SessionLine: ("protocol",),
    channel.SessionPage: ("needle", "syringe", "flags"),
    channel.PatientPage: ("last_zone", "last_protocol"),
    channel.ProtocolCard: ("title", "summary", "techniques", "zones", "sessions", "interval"),
    channel.Choice: ("title", "detail"),
    channel.SyringeChoice: ("title",),
}
"""Fields of what control shows that hold words; every other text is a key, a code, a name or a date."""
Shown = TypeVar("Shown", bound=msgspec.Struct)


class Template(NamedTuple):
    """A sentence of control's with places for facts; `weight` is how many letters of it are fixed."""

    words: str
    pattern: re.Pattern[str]
    weight: int


@cache
def templates() -> tuple[frozenset[str], tuple[Template, ...]]:
    """Sentences without facts, and templates, those first that say most."""
    listed: list[str] = msgspec.json.decode(TEMPLATES.read_bytes(), type=list[str])
    found = [template(words) for words in listed if "{" in words]
    return frozenset(listed), tuple(sorted(found, key=lambda each: -each.weight))


def template(words: str) -> Template:
    """A sentence as a pattern that finds its facts."""
    pieces = re.split(r"\{(\w+)\}", words)
    pattern = "".join(f"(?P<{piece}>.*?)" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces))
    return Template(words, re.compile(pattern, re.DOTALL), sum(len(piece) for piece in pieces[::2]))


def heard(words: str) -> str:
    """A sentence of control's in the present language."""
    return words if not words or spoken() == ENGLISH else _heard(words, spoken())


@lru_cache(maxsize=4096)
def _heard(words: str, language: str) -> str:
    del language  # the present one; it is an argument so that each language has its own memory
    found = _known(words)
    return _figures(words) if found is None else found


def _known(words: str) -> str | None:
    """The sentence in the present language, None where no template fits."""
    whole, with_facts = templates()
    code = re.fullmatch(r"(E\d{3}): (.*)", words, re.DOTALL)
    if code is not None:
        return f"{code[1]}: {_heard(code[2], spoken())}"
    if words in whole:
        return say(words)
    counted = _counted(words)
    if counted is not None:
        return counted
    joined = _joined(words, JOINTS[:1])
    if joined is not None:
        return joined
    for each in with_facts:
        match = each.pattern.fullmatch(words)
        if match is not None:
            return say(each.words, **{name: _fact(name, fact) for name, fact in match.groupdict().items()})
    return _joined(words, JOINTS[1:]) or _other_case(words)


def _fact(name: str, fact: str) -> str:
    return fact if name in AS_WRITTEN else _heard(fact, spoken()) if fact else ""


def _counted(words: str) -> str | None:
    number, _, what = words.partition(" ")
    if number.isdigit():
        for one, several in COUNTED:
            if what in (one.removeprefix("{count} "), several.removeprefix("{count} ")):
                return many(one, several, int(number))
    return None


def _joined(words: str, joints: tuple[str, ...]) -> str | None:
    """Two sentences that are both known, with what stands between them."""
    for joint in joints:
        at = words.find(joint)
        while at >= 0:
            end = at + 1 if joint == ". " else at
            first = _first(words[:end])
            second = None if first is None else _known(words[at + len(joint) :])
            if first is not None and second is not None:
                return first + (" " if joint == ". " else joint) + second
            at = words.find(joint, at + 1)
    return None


def _first(words: str) -> str | None:
    """A first sentence: with its full stop, or without where control put one behind it."""
    found = _known(words)
    if found is not None or not words.endswith("."):
        return found
    bare = _known(words[:-1])
    return None if bare is None else f"{bare}."


def _other_case(words: str) -> str | None:
    """The same begun small or large, as control does inside and at the begin of a sentence."""
    turned = words[:1].swapcase() + words[1:]
    if turned not in templates()[0]:
        return None
    told = say(turned)
    return (told[:1].lower() if words[:1].islower() else told[:1].upper()) + told[1:]


def _figures(words: str) -> str:
    """Figures with their units, as the present language writes them."""
    return FIGURE.sub(lambda found: decimal(found[1]), words)


def in_language(shown: Shown) -> Shown:
    """What control shows, with all its sentences in the present language; the same value where that is English."""
    if spoken() == ENGLISH:
        return shown
    said = SAID.get(type(shown), ())
    changed: dict[str, object] = {}
    for name in shown.__struct_fields__:
        value: object = getattr(shown, name)
        told = _told(value, said=name in said)
        if told is not value:
            changed[name] = told
    return msgspec.structs.replace(shown, **changed) if changed else shown


def _told(value: object, *, said: bool) -> object:
    if isinstance(value, str):
        return heard(value) if said else value
    if isinstance(value, tuple):
        parts = cast("tuple[object, ...]", value)
        return tuple(_told(part, said=said) for part in parts)
    if isinstance(value, msgspec.Struct):
        return in_language(value)
    return value


def kept_in_language(local: Local) -> Local:
    """The kiosk's own state with the pages and the offer that it keeps of control's in the present language."""
    if spoken() == ENGLISH:
        return local
    offer = local.offer
    if offer is not None:
        offer = Offer(in_language(offer.treat), offer.product, offer.syringe, offer.needle)
    pages = {
        name: None if page is None else in_language(page)
        for name, page in (("patient", local.patient), ("sessions", local.sessions), ("record", local.record))
    }
    return msgspec.structs.replace(local, offer=offer, **pages)
