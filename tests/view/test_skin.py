"""The cut through the skin: what is published is to scale, what is not is said, and an angle raises nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kiosk.view.skin import SKIN_UM, below, section
from tests.view.samples import replace
from tests.view.samples.treating import DEPTH, TREAT

PROFILES = Path(__file__).resolve().parents[2] / "profiles/protocols"


def test_a_published_thickness_is_drawn_to_scale_and_named_with_its_grade() -> None:
    shown = section(replace(TREAT, zone="forehead"))
    assert (shown.skin_um, shown.thickest_um) == (1060, 1390)
    assert shown.note.startswith("Skin: women 1.06 mm, men 1.39 mm (A).")
    assert "Epidermis, subcutis: no figure." in shown.note
    assert section(replace(TREAT, zone="nose")).note == "Skin: women 1.12 mm (A). Epidermis, subcutis: no figure."


def test_where_nothing_is_published_no_layer_is_drawn_and_it_says_so() -> None:
    shown = section(replace(TREAT, zone="thigh"))
    assert (shown.skin_um, shown.thickest_um) == (0, 0)
    assert shown.note == "No published thickness here: no layer is drawn."


def test_the_figures_are_those_that_the_shipped_profiles_cite() -> None:
    cited: dict[str, tuple[int, int]] = {}
    for path in PROFILES.glob("*.toml"):
        for key, body in re.findall(r"\[zones\.(\w+)\](.*?)(?=\n\[|\Z)", path.read_text(), re.DOTALL):
            figure = re.search(r"ultrasound, [\w ]+: women ([\d.]+) mm(?:, men ([\d.]+) mm)?", body)
            if figure:
                cited[key] = (round(float(figure[1]) * 1000), round(float(figure[2] or 0) * 1000))
    assert cited == SKIN_UM


@pytest.mark.requirement("LIM-1", "LIM-4")
@pytest.mark.parametrize("angle", [90, 60, 30])
def test_an_angle_never_raises_a_limit(angle: int) -> None:
    marks = section(replace(TREAT, angle_deg=angle)).marks
    limits = [(mark.kind, mark.at_um, mark.text) for mark in marks if mark.kind in ("hard", "soft")]
    assert limits == [
        ("soft", 400, "usual 0.40 mm"), ("soft", 900, "usual 0.90 mm"), ("hard", 1500, "max 1.50 mm")
    ]  # fmt: skip
    assert ("set", 600, "set 0.60 mm") in [(mark.kind, mark.at_um, mark.text) for mark in marks]


def test_a_tilted_needle_says_how_deep_it_reaches() -> None:
    marks = section(replace(TREAT, angle_deg=30)).marks
    assert [(mark.at_um, mark.text) for mark in marks if mark.kind == "reach"] == [(300, "30°: 0.30 mm")]
    assert "Limits are travel at any angle." in section(replace(TREAT, angle_deg=30)).note
    assert not [mark for mark in section(TREAT).marks if mark.kind == "reach"]
    assert (below(1000, 30), below(1000, 90)) == (500, 1000)


def test_the_limits_that_do_not_exist_are_not_drawn() -> None:
    plain = replace(DEPTH, soft_low=None, soft_high=None, hard_low=50)
    kinds = [(mark.kind, mark.at_um) for mark in section(replace(TREAT, depth=plain)).marks]
    assert kinds == [("hard", 50), ("set", 600), ("hard", 1500)]
    same = replace(DEPTH, soft_low=0, soft_high=1500)
    assert [mark.kind for mark in section(replace(TREAT, depth=same)).marks] == ["set", "hard"]


@pytest.mark.parametrize(
    ("hard", "span", "step"), [(700, 800, 100), (1_350, 1_600, 200), (1_500, 2_000, 500), (6_000, 7_000, 1000)]
)
def test_the_scale_holds_every_limit_with_a_little_air(hard: int, span: int, step: int) -> None:
    shown = section(replace(TREAT, zone="thigh", depth=replace(DEPTH, value=500, hard_high=hard)))
    assert (shown.span_um, shown.step_um) == (span, step)
    assert shown.ticks[0] == (0, "0.0")
    assert shown.ticks[-1][0] == span


def test_the_needle_is_where_the_injector_says() -> None:
    out = section(replace(TREAT, needle_um=2_900, retracted=False))
    assert (out.travel_um, out.home) == (2_900, False)
    assert section(TREAT).home
    assert out.span_um > 2_900


def test_a_depth_beyond_the_usual_is_marked() -> None:
    assert not section(TREAT).over
    assert section(replace(TREAT, depth=replace(DEPTH, value=950))).over
    assert section(replace(TREAT, depth=replace(DEPTH, value=350))).over
