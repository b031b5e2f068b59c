"""Every screen in every state that matters, at three sizes, in every language: python -m tests.screens.gallery.

The scenes are those that the tests of screens draw (tests/view/samples); a scene added there is in the gallery.
"""

from __future__ import annotations

import html
import sys
from pathlib import Path

import msgspec

from kiosk.view.language import ENGLISH, LANGUAGES
from kiosk.view.settings import LanguageName, ThemeName
from tests.screens.texts import PSEUDO, cut_texts, unreadable

SIZES = ((800, 480), (1280, 720), (720, 1280))
LONGER = "longer.txt"
NIGHT = "800x480-night"
"""The night theme is drawn at one size: a theme changes colours only."""
FOLDER = Path("out/gallery")
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Nappage: every screen</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.4 system-ui, sans-serif; margin: 2rem; background: #e9eef1; color: #10222e; }}
nav a {{ margin-right: 1rem; color: #0a6577; }}
section {{ margin: 2rem 0; padding: 1rem; background: #fff; border-radius: 8px; }}
h2 {{ margin: 0 0 .7rem; font-size: 1.1rem; }}
.row {{ display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }}
figure {{ margin: 0; }}
img {{ display: block; height: 320px; width: auto; border-radius: 4px; }}
figcaption {{ font-size: .8rem; color: #4a5d69; }}
</style></head><body>
<h1>Nappage: every screen</h1>
<p>{count} pictures: {scenes} scenes at {sizes}. A picture opens in its own size. Names and values are made up.</p>
<nav>{index}</nav>
{body}
</body></html>
"""


def draw(folder: Path, sizes: tuple[tuple[int, int], ...] = SIZES, only: tuple[str, ...] = ()) -> list[str]:
    """Draws the pictures and their page; gives what does not fit, one line each.

    Args:
        folder: where the pictures and index.html go.
        sizes: window sizes in pixels.
        only: names of scenes, all when empty.
    """
    from tests.screens.stage import Stage
    from tests.view.samples import CATALOGUE, SCENES

    faults: list[str] = []
    names = only or tuple(SCENES)
    looks = looks_at(sizes)
    for look, size, theme, language in looks:
        (folder / look).mkdir(parents=True, exist_ok=True)
        stage = Stage(size)
        for name in names:
            snapshot, local = SCENES[name]
            settings = msgspec.structs.replace(local.settings, theme=theme, language=language)
            stage.scene(snapshot, msgspec.structs.replace(local, settings=settings), CATALOGUE)
            stage.frames(2)
            stage.picture(folder / look / f"{name}.png")
            faults += [f"{look} {name}: {text}" for text in cut_texts(stage)]
        stage.close()
    (folder / "index.html").write_text(page(names, tuple(look for look, *_ in looks)), encoding="utf-8")
    return faults


def longer(folder: Path, sizes: tuple[tuple[int, int], ...] = SIZES, only: tuple[str, ...] = ()) -> list[str]:
    """What cannot be read whole in a language 40 % longer than English, one line each; kept in the folder as well."""
    from tests.screens.stage import Stage
    from tests.view.samples import SCENES

    cut: list[str] = []
    for size in sizes:
        stage = Stage(size)
        found = unreadable(stage, only or tuple(SCENES), PSEUDO)
        cut += [f"{size[0]}x{size[1]} {line}" for line in found]
        stage.close()
    (folder / LONGER).write_text("".join(f"{line}\n" for line in cut), encoding="utf-8")
    return cut


def looks_at(
    sizes: tuple[tuple[int, int], ...],
) -> list[tuple[str, tuple[int, int], ThemeName, LanguageName]]:
    """Folder, window size, theme and language of each kind of picture."""
    found: list[tuple[str, tuple[int, int], ThemeName, LanguageName]] = [
        (f"{w}x{h}" if code == ENGLISH else f"{w}x{h}-{code}", (w, h), "day", code)
        for code, _ in LANGUAGES
        for w, h in sizes
    ]
    return [*found, (NIGHT, sizes[0], "night", ENGLISH)]


def page(names: tuple[str, ...], looks: tuple[str, ...]) -> str:
    """The page that shows them all."""
    body: list[str] = []
    for name in names:
        figures = "".join(
            f'<figure><a href="{look}/{name}.png">'
            f'<img loading="lazy" src="{look}/{name}.png" alt="{html.escape(name)} at {look}"></a>'
            f"<figcaption>{look}</figcaption></figure>"
            for look in looks
        )
        body.append(f'<section id="{name}"><h2>{html.escape(name)}</h2><div class="row">{figures}</div></section>')
    return PAGE.format(
        count=len(names) * len(looks),
        scenes=len(names),
        sizes=", ".join(looks),
        index=" ".join(f'<a href="#{name}">{html.escape(name)}</a>' for name in names),
        body="\n".join(body),
    )


def main() -> int:
    """Draws all of them and says where; 1 when a text does not fit, be it in a language 40 % longer."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    faults = draw(folder, only=tuple(sys.argv[2:]))
    for fault in faults:
        sys.stderr.write(f"cut: {fault}\n")
    tight = longer(folder, only=tuple(sys.argv[2:]))
    for fault in tight:
        sys.stderr.write(f"cut in a language 40 % longer: {fault}\n")
    sys.stdout.write(f"{sum(1 for _ in folder.glob('*/*.png'))} pictures: {(folder / 'index.html').resolve()}\n")
    return 1 if faults or tight else 0


if __name__ == "__main__":
    sys.exit(main())
