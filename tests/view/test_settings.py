"""Settings of the glass: what may be chosen, and what the page shows of it."""

from __future__ import annotations

import pytest

from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.preferences import NO_LIGHT, UNTRUSTED, preferences
from kiosk.view.settings import Settings, preferred
from kiosk.view.update import World, act
from tests.view.samples import CATALOGUE, at, snap


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("theme", "night", Settings(theme="night")),
        ("theme", "pink", Settings()),
        ("sleep_s", "60", Settings(sleep_s=60)),
        ("sleep_s", "86400", Settings()),
        ("click", "off", Settings(click=False)),
        ("brightness", "-1", Settings(brightness=90)),
        ("brightness", "1", Settings()),
        ("limit", "1", Settings()),
    ],
)
def test_only_what_is_offered_can_be_set(field: str, value: str, expected: Settings) -> None:
    assert preferred(Settings(), field, value) == expected


def test_every_choice_on_the_page_counts_at_once_and_is_shown_chosen() -> None:
    local = at("settings", has_light=True)
    for touch in (*preferences(snap(), local).sleeps, *preferences(snap(), local).themes,
                  *preferences(snap(), local).clicks):  # fmt: skip
        assert touch.action is not None
        after = act(local, touch.action, World(snap(), CATALOGUE))
        page = preferences(snap(), after.local)
        chosen = [t.key for t in (*page.sleeps, *page.themes, *page.clicks) if t.selected]
        assert touch.key in chosen
        assert after.commands == ()


def test_brightness_is_stepped_at_touch_down_within_its_ends() -> None:
    page = preferences(snap(), at("settings", has_light=True))
    assert (page.brightness, page.darker.on_down, page.darker.enabled, page.brighter.enabled) == (
        "100 %", True, True, False,
    )  # fmt: skip
    low = preferences(snap(), at("settings", has_light=True, settings=Settings(brightness=10)))
    assert not low.darker.enabled
    assert preferences(snap(), at("settings")).darker.effect == a.Say(NO_LIGHT)


@pytest.mark.requirement("UI-5")
def test_the_page_says_whether_the_time_is_trusted_and_the_record_intact() -> None:
    lines = {line.title: line for line in preferences(snap(), at("settings")).lines}
    assert lines["Time"].detail == "Trusted: 2026-11-22 10:42"
    assert (lines["Record"].detail, lines["Record"].tone) == ("Intact, can be written", "good")
    for free_mb, told in ((12_345, "12.3 GB"), (450, "450 MB")):
        kept = preferences(snap(record=s.RecordView(free_mb=free_mb)), at("settings")).lines[1]
        assert kept.detail == f"Intact, can be written, {told} free"
    bare = {line.title: line for line in preferences(snap(wall="", checks=()), at("settings")).lines}
    assert bare["Time"].detail == UNTRUSTED
    assert bare["Record"].tone == "warn"
    bad = snap(checks=(s.Check("ledger", "Ledger", "failed", "row 12 changed"),))
    assert preferences(bad, at("settings")).lines[1].tone == "warn"
