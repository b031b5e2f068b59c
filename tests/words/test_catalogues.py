"""The languages are whole: every text is translated with its facts, and what is shipped is what the sources say."""

from __future__ import annotations

import re
from gettext import GNUTranslations

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from kiosk.view.language import DOMAIN, tongue
from kiosk.view.language import LANGUAGES as OFFERED
from tests.words.catalogues import (
    CONTROL,
    LANGUAGES,
    TEMPLATE,
    compiled,
    control_sentences,
    po_path,
    pot,
    read,
    translated,
)

ENDINGS = re.compile(r"\{word\}")
"""A fact that is only the ending of an English verb; another language needs none of it."""


@pytest.fixture(scope="module")
def template() -> Catalog:
    return pot()


def facts(words: str) -> list[str]:
    return sorted(set(re.findall(r"\{\w*\}", ENDINGS.sub("", words))))


def words_of(catalogue: Catalog) -> set[tuple[object, object]]:
    return {(tuple(forms(message.id)), message.context) for message in catalogue if message.id}


def forms(text: object) -> list[str]:
    return [str(form) for form in text] if isinstance(text, list | tuple) else [str(text)]


def test_the_collection_is_up_to_date(template: Catalog) -> None:
    """`make words` makes these files; a text changed in the sources asks for it."""
    with TEMPLATE.open("rb") as file:
        kept = read_po(file, domain=DOMAIN, charset="utf-8")
    assert words_of(kept) == words_of(template), "run: make words"
    assert CONTROL.read_text("utf-8") == control_sentences(), "run: make words"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_none_is_guessed(language: str, template: Catalog) -> None:
    kept = read(language)
    missing = []
    for message in template:
        found = kept.get(message.id, message.context) if message.id else message
        if message.id and (found is None or not translated(found) or found.fuzzy):
            missing.append(message.id)
    assert missing == []
    assert words_of(kept) == words_of(template)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_holds_the_facts_of_its_text(language: str) -> None:
    for message in read(language):
        if message.id:
            asked = {fact for form in forms(message.id) for fact in facts(form)}
            for form in forms(message.string):
                assert set(facts(form)) <= asked, message.id
                assert set(facts(form)) | {"{count}"} >= asked, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shipped_was_compiled_from_what_is_kept(language: str) -> None:
    assert po_path(language).with_suffix(".mo").read_bytes() == compiled(read(language)), "run: make words"
    assert isinstance(tongue(language), GNUTranslations)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_keyboard_has_every_letter_and_rows_of_ten(language: str) -> None:
    kept = next(message for message in read(language) if message.id and "zxcvbnm" in str(message.id))
    rows = str(kept.string).split()
    assert [len(row) for row in rows] == [10, 10, 10]
    assert set("abcdefghijklmnopqrstuvwxyz^<-.") <= set("".join(rows))


def test_every_language_offered_has_its_words() -> None:
    assert {code for code, _ in OFFERED} == {*LANGUAGES, "en"}
    assert {path.parent.parent.name for path in TEMPLATE.parent.glob("*/LC_MESSAGES/*.po")} == set(LANGUAGES)
