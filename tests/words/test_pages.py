"""Every page of the view in a language that nobody speaks: a text without brackets was never given to be translated."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
import pytest

from kiosk.view.help import HELP
from kiosk.view.language import LANGUAGES
from kiosk.view.local import Local
from kiosk.view.picture import draw
from kiosk.view.touch import Line, Tile, Touch
from tests.view.samples import CATALOGUE, SCENES
from tests.view.samples.shipped import LIBRARY
from tests.words.pseudo import CODE, spoken

NO_TEXT: dict[type, set[str]] = {
    Touch: {"key", "icon", "tone", "action"},
    Line: {"key", "icon", "tone"},
    Tile: {"tone"},
}
KEYS = frozenset({"screen", "panel", "kind", "key", "side", "state", "tone", "icon", "figure", "ring", "rows"})
"""Fields that hold keys and names of icons."""
ALLOWED = re.compile(
    r"\b(uL|mL|mm|kPa|ms|min|um|nL|mg|ug|hPa|Hz|CV|STOP|PIN|PDF|CSV|QR|OK|p99|SHA|DATAMATRIX|GS1|LED-\d+|ACU-\d+|AA|"
    r"qwertyuiop|asdfghjkl|A\d{3}|E\d{3})\b"
)
"""Units, numbers of alarms and errors, and words that are the same everywhere."""
NAMES = frozenset(name for _, name in LANGUAGES)
"""Each language under its own name."""


@pytest.fixture(scope="module", autouse=True)
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with spoken(tmp_path_factory.mktemp("locale")):
        yield


def texts(shown: object, name: str = "") -> Iterator[str]:
    """Every text of a page that is drawn."""
    if isinstance(shown, str):
        yield shown
    elif isinstance(shown, tuple):
        for part in shown:
            yield from texts(part, name)
    elif isinstance(shown, msgspec.Struct):
        silent = NO_TEXT.get(type(shown), KEYS)
        for field in shown.__struct_fields__:
            if field not in silent:
                yield from texts(getattr(shown, field), field)


def content(shown: object) -> Iterator[str]:
    """Everything that control or a person wrote: names, codes, what is in the profiles, and control's sentences."""
    if isinstance(shown, str):
        yield shown
    elif isinstance(shown, tuple | frozenset):
        for part in shown:
            yield from content(part)
    elif isinstance(shown, dict):
        for part in shown.values():
            yield from content(part)
    elif isinstance(shown, msgspec.Struct):
        for field in shown.__struct_fields__:
            yield from content(getattr(shown, field))


def untranslated(text: str, written: list[str]) -> str:
    """What of a text stands outside the brackets and is neither content nor the same in every language."""
    left, before = text, ""
    while before != left:
        before, left = left, re.sub(r"\[[^\[\]]*\]", "", left)
    for words in written:
        left = left.replace(words, "")
    left = ALLOWED.sub("", left).strip()
    if any(text.rstrip("… ") in words or left in words for words in written):
        return ""
    return left if re.search(r"[A-Za-z]{2}", left) else ""


def local_in(local: Local, language: str) -> Local:
    return msgspec.structs.replace(local, settings=msgspec.structs.replace(local.settings, language=language))


def pieces(words: str) -> Iterator[str]:
    """Its single words, where it is long: a page may break it into lines anywhere."""
    if len(words) > 60:
        yield from words.split()


def written_in(snapshot: object, local: Local) -> list[str]:
    found = {*content(snapshot), *content(local), *content(CATALOGUE), *NAMES}
    parts = {part for words in found for part in (words, words.replace(".", ","), *words.split("; "), *pieces(words))}
    return sorted((words for words in parts if len(words) > 1), key=len, reverse=True)


@pytest.mark.parametrize("scene", SCENES)
def test_every_text_of_every_scene_was_given_to_be_translated(scene: str) -> None:
    snapshot, local = SCENES[scene]
    picture = draw(snapshot, local_in(local, CODE), CATALOGUE)
    written = written_in(snapshot, local)
    assert [text for text in texts(picture) if untranslated(text, written)] == []


TITLES = frozenset(
    words
    for protocol in LIBRARY.protocols.values()
    for words in (protocol.title, *(zone.title for zone in protocol.zones))
)
"""Of treatments and zones, in the shipped profiles."""


@pytest.mark.parametrize("scene", SCENES)
def test_treatments_and_zones_of_the_shipped_profiles_are_said_in_the_language(scene: str) -> None:
    snapshot, local = SCENES[scene]
    picture = draw(snapshot, local_in(local, CODE), CATALOGUE)
    pieces = {piece for text in texts(picture) for piece in re.split(r"[:,·.;] ?| (?=\()", text)}
    assert pieces & TITLES == set()


def test_every_greyed_button_says_why_in_the_language() -> None:
    for snapshot, local in SCENES.values():
        picture = draw(snapshot, local_in(local, CODE), CATALOGUE)
        written = written_in(snapshot, local)
        for touch in touches(picture):
            assert not untranslated(touch.why, written), touch.key


def touches(shown: object) -> Iterator[Touch]:
    if isinstance(shown, Touch):
        yield shown
    elif isinstance(shown, tuple):
        for part in shown:
            yield from touches(part)
    elif isinstance(shown, msgspec.Struct):
        for field in shown.__struct_fields__:
            yield from touches(getattr(shown, field))


def test_the_help_of_every_screen_is_there_to_be_translated() -> None:
    from kiosk.view.language import say, speak

    speak(CODE)
    for what, todo in HELP.values():
        assert say(what).startswith("[")
        assert say(todo).startswith("[")


def test_this_test_finds_a_text_that_was_forgotten() -> None:
    assert untranslated("Forgotten words", []) == "Forgotten words"
    assert untranslated("[Wõõrds], forgotten", ["content"])
    assert untranslated("[Seet: [deepth]] 0,60 mm, Dr. Laurent", ["Dr. Laurent"]) == ""
