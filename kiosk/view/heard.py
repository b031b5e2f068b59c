"""Only this file puts what control says into the language of the glass.

Control writes English: sentences of its own with facts in them, and the words of the profiles. Its sentences are known
by their templates, which ``make words`` collects from the sources into ``assets/locale/control.json``. What fits one is
said by its translation, with the same facts; what fits none is shown as it came. Facts that a person typed (codes,
names, lots, reasons) are never translated. Nothing here changes what is kept, sent or compared: only what is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple, TypeVar, cast

import msgspec

from kiosk.channel import snapshot as channel
from kiosk.channel.approving import ApprovalLine
from kiosk.channel.calibration_views import CalibratingView, ChangeView, InForceView, ProposalView
from kiosk.channel.certificates import InstrumentView, ProvedLine
from kiosk.view.language import ENGLISH, FOLDER, decimal, many, mark, say, spoken
from kiosk.view.local import Local, Offer

TEMPLATES = FOLDER / "control.json"
AS_WRITTEN = frozenset(
    {"account", "code", "expires", "expiry", "file", "holder", "local", "lot", "model", "name", "path", "patient",
     "physician", "port", "reason", "similar", "user", "version"}
)  # fmt: skip
"""Facts that were typed by a person, printed on a pack or name a file."""
NAMED = frozenset({"where", "title", "protocol", "zone", "whose"})
"""Facts that a profile gave their names: said in the language where the shipped profiles have it, else as written."""
DETAILS = frozenset({"why", "error", "fact", "ledger_broken"})
"""Facts that may be in words of the operating system."""
BARE = re.compile(r"[+-]?\d+\.\d+")
MEASURED = re.compile(r"-?\d+(?:[.,]\d+)? ?(?:mm|um|uL|nL|mL|ms|s|kPa|mg|%|shots/s)")
SPAN = re.compile(r"(\d+(?:\.\d+)?) to (\d+(?:\.\d+)?)")
TELLING = 16
"""So many fixed letters tell a sentence even where a fact of it is not known."""
JOINTS = (". ", "; ", ": ", ", ", mark(" or "))
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
    channel.NextVisit: ("why", "limit"),
    channel.Alarm: ("title", "what", "patient", "todo", "inhibits"),
    channel.Snapshot: ("missing", "busy"),
    channel.SessionLine: ("protocol",),
    channel.SessionPage: ("needle", "syringe", "flags"),
    channel.PatientPage: ("last_zone", "last_protocol"),
    channel.ProtocolCard: ("title", "summary", "techniques", "zones", "sessions", "interval"),
    channel.Choice: ("title", "detail"),
    channel.SyringeChoice: ("title",),
    channel.Preset: ("zone_title",),
    InForceView: ("sentence",),
    ChangeView: ("title",),
    ProposalView: ("sentence", "why_not_write", "why_not_certify"),
    CalibratingView: ("todo", "part", "room", "blank", "note"),
    ApprovalLine: ("title",),
    InstrumentView: ("sentence",),
    ProvedLine: ("title", "found"),
    channel.CheckLine: ("title", "detail"),
    channel.CheckNow: ("title", "todo"),
    channel.CheckingView: ("why",),
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
    """A sentence as a pattern that finds its facts; a fact named twice is the same both times.

    Of two facts that touch, the first is one word; a first letter made small or large belongs to the second.
    """
    found, seen = "", set[str]()
    pieces = re.split(r"\{(\w+)\}", words)
    for at, piece in enumerate(pieces):
        if at % 2 == 0:
            found += re.escape(piece)
            continue
        touches = pieces[at + 1] == "" and at + 2 < len(pieces)
        letter = touches and piece in ("upper", "lower")
        what = "" if letter else r"[^\s;,]*" if touches else ".*?"
        found += f"(?P={piece})" if piece in seen else f"(?P<{piece}>{what})"
        seen.add(piece)
    return Template(words, re.compile(found, re.DOTALL), sum(len(piece) for piece in pieces[::2]))


def heard(words: str) -> str:
    """A sentence of control's in the present language."""
    return words if not words or spoken() == ENGLISH else _heard(words, spoken())


@lru_cache(maxsize=4096)
def _heard(words: str, language: str) -> str:
    del language  # the present one; it is an argument so that each language has its own memory
    found = _known(words)
    return words if found is None else found


def _known(words: str) -> str | None:
    """The sentence in the present language, None where no template fits."""
    code = re.fullmatch(r"(E\d{3}): (.*)", words, re.DOTALL)
    if code is not None:
        return f"{code[1]}: {_joined(code[2], JOINTS[:1]) or _remedied(code[2])}"
    for one in (_certainly, _perhaps):
        for bare, dress in _undressed(words):
            found = one(bare)
            if found is not None:
                return dress(found)
    return None


def _certainly(words: str) -> str | None:
    """A sentence all of whose words are known."""
    if words in templates()[0]:
        return say(words)
    if MEASURED.fullmatch(words):
        return decimal(words.replace("shots/s", say("shots/s")))
    span = SPAN.fullmatch(words)
    if span is not None:
        return say("{low} to {high}", low=decimal(span[1]), high=decimal(span[2]))
    return (
        _counted(words)
        or _joined(words, JOINTS[:1])
        or _filled(words, strict=True)
        or _detailed(words)
        or _joined(words, JOINTS[1:])
    )


def _perhaps(words: str) -> str | None:
    """A sentence with a fact in words that nobody knows."""
    return _filled(words, strict=False)


def _undressed(words: str) -> Iterator[tuple[str, Callable[[str], str]]]:
    """The sentence as it is, and as it stands inside another one: without its full stop, begun small or large."""
    yield words, lambda found: found
    stop = words.endswith(".")
    bare = words[:-1] if stop else words
    begun = bare, words[:1].swapcase() + bare[1:]
    for inner in (*begun, *(f"{each}." for each in begun)):
        if bare and inner != words:
            yield inner, lambda found: _dressed(found.removesuffix("."), large=words[:1].isupper(), stop=stop)


def _dressed(found: str, *, large: bool, stop: bool) -> str:
    first = found[:1].upper() if large else found[:1].lower()
    return first + found[1:] + ("." if stop else "")


def _detailed(words: str) -> str | None:
    """A sentence with what was found behind it in brackets."""
    match = re.fullmatch(r"(.*\S) \(([^()]*)\)", words, re.DOTALL)
    told = None if match is None else _known(match[1])
    return None if match is None or told is None else f"{told} ({_heard(match[2], spoken())})"


def _filled(words: str, *, strict: bool) -> str | None:
    """A template with its facts; strict: only where each is one, and not words that nobody knows.

    A sentence is never said half in one language and half in another; only the detail of an error may stay as it came.
    """
    for each in templates()[1]:
        match = each.pattern.fullmatch(words) if strict or each.weight >= TELLING else None
        if match is not None:
            facts = match.groupdict()
            if all(_is_fact(name, fact) or (not strict and name in DETAILS) for name, fact in facts.items()):
                return say(each.words, **{name: _fact(name, fact) for name, fact in facts.items()})
    return None


def _is_fact(name: str, fact: str) -> bool:
    return name in AS_WRITTEN or name in NAMED or " " not in fact or _known(fact) is not None


def _fact(name: str, fact: str) -> str:
    if name in AS_WRITTEN or not fact:
        return fact
    if name in NAMED:
        return _placed(fact)
    return decimal(fact) if BARE.fullmatch(fact) else _heard(fact, spoken())


def _placed(words: str) -> str:
    """A zone with its side before it, "Left cheek"; a zone that a clinic named itself keeps its name."""
    side, _, zone = words.partition(" ")
    if side.lower() not in ("left", "right"):
        return _known(words) or words
    title = zone[:1].upper() + zone[1:]
    return f"{_known(title) or title}, {say(side.lower())}"


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
            first = _known(words[:end])
            second = None if first is None else _known(words[at + len(joint) :])
            if first is not None and second is not None:
                return first + (" " if joint == ". " else say(joint)) + second
            at = words.find(joint, at + 1)
    return None


def _remedied(words: str) -> str:
    """An error of which only what to do is known; its sentence stays as it came."""
    at = words.find(". ")
    while at >= 0:
        remedy = _known(words[at + 2 :])
        if remedy is not None:
            return f"{_heard(words[:at], spoken())}. {remedy}"
        at = words.find(". ", at + 1)
    return _heard(words, spoken())


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
        for name, page in (
            ("patient", local.patient),
            ("sessions", local.sessions),
            ("record", local.record),
            ("approvals", local.approvals),
            ("approval", local.approval),
            ("certificate", local.certificate),
        )
    }
    return msgspec.structs.replace(local, offer=offer, **pages)
