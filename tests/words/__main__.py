"""Brings the languages up to date with the sources: python -m tests.words (make words).

It collects all words into assets/locale/nappage.pot, carries them into each language's nappage.po (new ones without a
translation, old ones gone), compiles the nappage.mo that the kiosk reads, and lists in control.json what control says.
"""

from __future__ import annotations

import sys

from tests.words.catalogues import (
    CONTROL,
    LANGUAGES,
    TEMPLATE,
    compiled,
    control_sentences,
    po_path,
    pot,
    translated,
    updated,
    written,
)


def main() -> int:
    """Writes everything; 1 when a translation is missing."""
    template = pot()
    TEMPLATE.write_bytes(written(template))
    CONTROL.write_text(control_sentences(), encoding="utf-8")
    missing = 0
    for language in LANGUAGES:
        catalogue = updated(language, template)
        po_path(language).write_bytes(written(catalogue))
        po_path(language).with_suffix(".mo").write_bytes(compiled(catalogue))
        left = [str(message.id) for message in catalogue if message.id and not translated(message)]
        missing += len(left)
        for words in left:
            sys.stderr.write(f"{language}: no translation: {words}\n")
        sys.stdout.write(f"{language}: {len(catalogue)} texts, {len(left)} without a translation\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
