"""The catalogues of the languages: how they are made from the words collected, kept in .po files and compiled."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from kiosk.view.language import DOMAIN, ENGLISH, FOLDER
from kiosk.view.language import LANGUAGES as SHIPPED
from tests.words.collect import control, profiles, view

LANGUAGES = tuple(code for code, _ in SHIPPED if code != ENGLISH)
TEMPLATE = FOLDER / f"{DOMAIN}.pot"
CONTROL = FOLDER / "control.json"
MADE = datetime(2026, 11, 22, tzinfo=UTC)
"""A fixed date, so that the same words give the same bytes."""
HEADER = "# Words of the Nappage kiosk. SPDX-License-Identifier: Apache-2.0"


def po_path(language: str) -> Path:
    """Where a language is kept."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def empty(language: str | None = None) -> Catalog:
    """A catalogue without words."""
    return Catalog(
        locale=language, domain=DOMAIN, header_comment=HEADER, project="Nappage", version="1", creation_date=MADE,
        revision_date=MADE, last_translator="The makers of Nappage", language_team="none", charset="utf-8",
        copyright_holder="", fuzzy=False,
        msgid_bugs_address="none",
    )  # fmt: skip


def pot() -> Catalog:
    """All words, each once, with the files in which they stand."""
    found: dict[tuple[str, str], tuple[str, list[str]]] = {}
    for said in (*view(), *control(), *profiles()):
        plural, places = found.get((said.context, said.words), ("", []))
        if said.where not in places:
            places.append(said.where)
        found[said.context, said.words] = (said.plural or plural, places)
    catalogue = empty()
    for (context, words), (plural, places) in found.items():
        catalogue.add(
            (words, plural) if plural else words, locations=[(place, 1) for place in places], context=context or None
        )
    return catalogue


def control_sentences() -> str:
    """What control says, as the kiosk reads it."""
    said = sorted({said.words for said in (*control(), *profiles())})
    return json.dumps(said, indent=0, ensure_ascii=False) + "\n"


def read(language: str) -> Catalog:
    """A language as it is kept."""
    path = po_path(language)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        return empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN, charset="utf-8")


def updated(language: str, template: Catalog) -> Catalog:
    """The language with all words of the template and no other; nothing is guessed from similar words."""
    kept = read(language)
    made = empty(language)
    for message in template:
        if message.id:
            old = kept.get(message.id, message.context)
            made.add(
                message.id, string=old.string if old is not None else None, locations=message.locations,
                context=message.context,
            )  # fmt: skip
    return made


def translated(message: Message) -> bool:
    """Whether every form of a text has its translation."""
    told = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return bool(told) and all(told)


def written(catalogue: Catalog) -> bytes:
    """The catalogue as a .po file."""
    file = BytesIO()
    write_po(file, catalogue, width=120, include_lineno=False, ignore_obsolete=True)
    return file.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as the .mo file that gettext reads."""
    file = BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()
