"""A language that nobody speaks: every text accented, some 40 % longer and in brackets.

On a page drawn in it a text without brackets was never given to be translated, and what is cut would be cut in a
language with long words.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from babel.messages.catalog import Catalog

from kiosk.view import heard, language
from tests.words.catalogues import compiled, empty, pot

CODE = "xx"
ACCENTS = str.maketrans("aeiouycnsAEIOUYCNS", "àéîõüýçñšÀÉÎÕÜÝÇÑŠ")
LONGER = 0.4
KEPT = re.compile(r"(\{\w+\}|\\n)")
KEYS = "zxcvbnm"
"""In the letters of the keyboard, which are keys and no text."""


def pseudo(words: str) -> str:
    """The text as it would be in a language with long words."""
    if KEYS in words:
        return words
    return f"[{''.join(part if at % 2 else _long(part) for at, part in enumerate(KEPT.split(words)))}]"


def _long(words: str) -> str:
    """Vowels doubled until the text is so much longer."""
    more = round(len(re.sub(r"\W", "", words)) * LONGER)
    found = ""
    for letter in words:
        double = more > 0 and letter.lower() in "aeiouy"
        found += letter * 2 if double else letter
        more -= double
    return (found + "~" * more if len(words.strip()) > 1 else found).translate(ACCENTS)


def catalogue() -> Catalog:
    """All words in it; a comma is its decimal sign."""
    made = empty("fr")
    for message in pot():
        if message.context:
            made.add(message.id, string=",", context=message.context)
        elif isinstance(message.id, list | tuple):
            made.add(message.id, string=tuple(pseudo(words) for words in message.id))
        elif message.id:
            made.add(message.id, string=pseudo(message.id))
    return made


@contextmanager
def spoken(folder: Path) -> Generator[str]:
    """The kiosk finds this language beside its own for a while; gives its code."""
    from tests.words.catalogues import FOLDER

    place = folder / CODE / "LC_MESSAGES"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{language.DOMAIN}.mo").write_bytes(compiled(catalogue()))
    heard.templates()
    language.FOLDER = folder
    language.tongue.cache_clear()
    try:
        yield CODE
    finally:
        language.speak(language.ENGLISH)
        language.FOLDER = FOLDER
        language.tongue.cache_clear()
