"""What the shipped profiles say can be read in full: no question, title or instruction is cut, at any size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.alarms.catalogue import CATALOGUE as CONDITIONS
from kiosk.channel.snapshot import Alarm, Catalogue, Snapshot
from kiosk.protocols.library import SHIPPED, Library, load
from kiosk.view.help import HELP
from kiosk.view.local import Local
from kiosk.view.picture import EMPTY
from kiosk.view.route import route
from tests.screens.stage import Stage
from tests.session.bench import Bench
from tests.view.samples import SCENES, at, replace, snap
from tests.view.samples.preparing import SESSION, setup

SIZES = ((800, 480), (1280, 720), (720, 1280))
pytestmark = pytest.mark.screen
HELPED: dict[str, tuple[Snapshot, Local]] = {
    route(snapshot, local): (snapshot, replace(local, panel="help", focus="", draft=None))
    for snapshot, local in SCENES.values()
    if snapshot is not None and not local.panel and snapshot.stop.state == "clear" and snapshot.question is None
}
"""A scene of each screen, with its help open."""


@pytest.fixture(scope="module")
def library() -> Library:
    return load(SHIPPED)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    bench = Bench(Path(tmp_path_factory.mktemp("bench")))
    shown = bench.engine.catalogue()
    bench.close()
    return shown


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def sized(request: pytest.FixtureRequest) -> Iterator[Stage]:
    stage = Stage(request.param)
    yield stage
    stage.close()


def lists(stage: Stage) -> list[Any]:
    from kiosk.screens.widgets.rows import PagedRows

    glass: Any = stage.app.glass
    return [widget for widget in glass.ids.surround.ids.body.walk(restrict=True) if isinstance(widget, PagedRows)]


def said(stage: Stage) -> tuple[set[str], set[str]]:
    """All texts of the page shown, each list turned to its end; and those that do not fit."""
    from kiosk.screens.widgets.text import Text

    glass: Any = stage.app.glass
    found: set[str] = set()
    cut: set[str] = set()
    for turn in range(max((int(widget.pages) for widget in lists(stage)), default=1)):
        for widget in lists(stage):
            widget.page = min(turn, widget.pages - 1)
            if widget.led:
                stage.app.local = replace(stage.app.local, turned={widget.name: turn})
        stage.frames(3)
        for text in (w for w in glass.ids.surround.ids.body.walk(restrict=True) if isinstance(w, Text) and w.text):
            found.add(text.text)
            if text.overflows or text.shorten:
                cut.add(text.text)
    return found, cut


def test_every_screening_question_is_read_in_full(sized: Stage, catalogue: Catalogue, library: Library) -> None:
    sized.scene(setup("screening"), at(ticks=frozenset({"adult", "screen:cancer"})), catalogue)
    found, cut = said(sized)
    assert cut == set()
    assert {item.text for item in library.screening.values()} <= found


def test_every_product_needle_and_syringe_is_read_in_full(sized: Stage, catalogue: Catalogue) -> None:
    for step, wanted in (
        ("product", {text for entry in catalogue.products for text in (entry.title, entry.detail)}),
        ("needle", {entry.title for entry in catalogue.needles}),
        ("syringe", {entry.title for entry in catalogue.syringes}),
    ):
        sized.scene(setup(step), at(), catalogue)
        found, cut = said(sized)
        assert cut == set(), step
        assert wanted <= found, step


def test_all_shipped_needles_stand_on_one_page(sized: Stage, catalogue: Catalogue) -> None:
    sized.scene(setup("needle"), at(), catalogue)
    assert [widget.pages for widget in lists(sized)] == [1, 1]


def test_clean_up_and_reactions_are_read_in_full(sized: Stage, catalogue: Catalogue, library: Library) -> None:
    for place, items in (("cleanup", library.cleanup), ("reactions", library.reactions)):
        sized.scene(snap("closing", session=SESSION), at(place), catalogue)
        found, cut = said(sized)
        assert cut == set(), place
        assert {item.text for item in items.values()} <= found


def test_every_treatment_is_read_in_full(sized: Stage, catalogue: Catalogue) -> None:
    for card in catalogue.protocols:
        sized.scene(snap(), at("protocols", picks={"protocol": card.key}), catalogue)
        found, cut = said(sized)
        assert cut == set(), card.key
        assert {card.title, ", ".join(card.zones), card.summary} <= found


def test_preparation_and_aftercare_are_read_in_full(sized: Stage, catalogue: Catalogue, library: Library) -> None:
    for protocol in library.protocols.values():
        before = tuple(item.text for item in protocol.preparation)
        after = tuple(item.text for item in protocol.aftercare)
        session = replace(SESSION, preparation=before, aftercare=after)
        sized.scene(setup("preparation", preparation=before), at(), catalogue)
        found, cut = said(sized)
        assert cut == set(), protocol.key
        assert set(before) <= found
        sized.scene(snap("closing", session=session), at("aftercare"), catalogue)
        found, cut = said(sized)
        assert cut == set(), protocol.key
        assert set(after) <= found


@pytest.mark.requirement("ALM-4")
def test_the_longest_alarms_are_read_in_full(sized: Stage) -> None:
    for field in ("title", "what", "patient", "todo"):
        longest = max(CONDITIONS.values(), key=lambda known, field=field: len(getattr(known, field)))
        told = Alarm(int(longest.number), longest.priority, longest.title, longest.what, longest.patient, longest.todo,
                     longest.inhibits, True, False)  # fmt: skip
        sized.scene(snap(alarms=(told,)), at("alarm", alarm=told.number), EMPTY)
        found, cut = said(sized)
        assert cut == set(), field
        assert {told.what, told.patient, told.todo} <= found


def test_the_longest_help_is_read_in_full(sized: Stage) -> None:
    from kiosk.screens.widgets.text import Text

    for part in (0, 1):
        place = max(HELP, key=lambda screen, part=part: len(HELP[screen][part]))
        sized.scene(*HELPED[place], EMPTY)
        glass: Any = sized.app.glass
        texts = [w for w in glass.ids.over.walk(restrict=True) if isinstance(w, Text) and w.text]
        assert HELP[place][part] in {text.text for text in texts}
        assert [text.text for text in texts if text.overflows] == []
