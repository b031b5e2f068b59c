"""The theme as data."""

from __future__ import annotations

import pytest

from kiosk.screens import theme


@pytest.mark.parametrize(("ink", "ground"), sorted(set(theme.PAIRS)))
def test_text_has_the_contrast_of_wcag_aa(ink: str, ground: str) -> None:
    assert theme.contrast(ink, ground) >= 4.5


def test_contrast_is_the_one_of_the_standard() -> None:
    assert theme.contrast("card", "card") == 1
    theme_black = 21.0
    assert theme.contrast("night", "card") < theme_black


@pytest.mark.requirement("UI-1")
def test_the_theme_s_own_sizes_are_large_enough() -> None:
    across, down = 800 / 154, 480 / 86
    assert max(across, down) * 10 <= theme.TARGET
    assert max(across, down) * 20 <= theme.LARGE
