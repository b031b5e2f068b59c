"""Only this file knows which language the glass speaks and has its words: gettext, read from ``assets/locale``.

The words of the sources are English and are their own keys. A call site says ``say("Sign in")``, with facts as
``say("PIN of {name}", name=...)``, with a number as ``many("{count} shot", "{count} shots", count)``; a text that
stands in a table is marked with ``mark`` there and said where it is shown. Whoever draws or answers a touch calls
`speak` first, with the language in the settings of the screen, so that a page depends on nothing but its arguments.

What control writes (ledger, exports, logs, replies) stays in English; `kiosk.view.heard` puts what is shown of it into
the language. Dates stay year-month-day in every language: so they stand on packs, in the record and in the reports.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations, translation
from pathlib import Path

from kiosk.view.settings import LanguageName

FOLDER = Path(__file__).resolve().parents[2] / "assets/locale"
DOMAIN = "nappage"
ENGLISH: LanguageName = "en"
LANGUAGES: tuple[tuple[LanguageName, str], ...] = (("en", "English"), ("fr", "Français"))
"""Each language under its own name, so that whoever cannot read the present one finds it."""
DECIMAL_MARK = "decimal mark"
"""Context under which a language names its decimal sign."""
_now: list[str] = [ENGLISH]


@cache
def tongue(code: str) -> NullTranslations:
    """The words of a language; raises FileNotFoundError for one that is not shipped."""
    if code == ENGLISH:
        return NullTranslations()
    found = translation(DOMAIN, FOLDER, [code])
    assert isinstance(found, GNUTranslations)
    return found


def speak(code: str) -> None:
    """Say everything in this language from now on."""
    tongue(code)
    _now[0] = code


def spoken() -> str:
    """The language spoken now."""
    return _now[0]


def say(words: str, /, **facts: object) -> str:
    """The words in the present language, with their facts put in."""
    told = tongue(_now[0]).gettext(words) if words else ""
    return told.format(**facts) if facts else told


def many(one: str, several: str, count: int, /, **facts: object) -> str:
    """The same where the words follow a number, which they may name as ``{count}``."""
    return tongue(_now[0]).ngettext(one, several, count).format(count=count, **facts)


def mark(words: str) -> str:
    """The words as they are: notes that they are shown somewhere, where `say` says them."""
    return words


def point() -> str:
    """The decimal sign of the present language."""
    return tongue(_now[0]).pgettext(DECIMAL_MARK, ".")


def decimal(figure: str) -> str:
    """A figure written with a point, as the present language writes it."""
    return figure.replace(".", point())
