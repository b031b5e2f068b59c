"""The theme as data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kiosk.screens import theme
from kiosk.view.settings import ThemeName


@pytest.fixture(params=sorted(theme.THEMES))
def look(request: pytest.FixtureRequest) -> Iterator[ThemeName]:
    theme.use(request.param)
    yield request.param
    theme.use("day")


@pytest.mark.parametrize(("ink", "ground"), sorted(set(theme.PAIRS)))
def test_text_has_the_contrast_of_wcag_aa_in_every_theme(look: ThemeName, ink: str, ground: str) -> None:
    assert theme.contrast(ink, ground) >= 4.5, look


def test_a_theme_is_data_and_each_has_every_name() -> None:
    names = [set(colours) for colours in theme.THEMES.values()]
    assert len(names) >= 2
    assert all(name == names[0] for name in names)


def test_stop_and_what_is_armed_keep_their_grounds_in_every_theme() -> None:
    for name in ("red_fill", "armed_fill", "white"):
        assert len({colours[name] for colours in theme.THEMES.values()}) == 1


def test_contrast_is_the_one_of_the_standard() -> None:
    assert theme.contrast("card", "card") == 1
    theme_black = 21.0
    assert theme.contrast("night", "card") < theme_black


@pytest.mark.requirement("UI-1")
def test_the_theme_s_own_sizes_are_large_enough() -> None:
    across, down = 800 / 154, 480 / 86
    assert max(across, down) * 10 <= theme.TARGET
    assert max(across, down) * 20 <= theme.LARGE
