"""`nappage run`: three processes and their clerks, all ended by one signal, and none left by a killed supervisor."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from kiosk.rehearsal.display import own_display
from tests.rehearsal.played import await_end_of, started

pytestmark = [
    pytest.mark.screen,
    pytest.mark.skipif(not shutil.which("Xvfb"), reason="needs Xvfb"),
]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_nothing_is_left_when_it_ends(tmp_path: Path, number: signal.Signals) -> None:
    with (
        own_display("800x480") as display,
        started("run", "--simulated", "--data", tmp_path, DISPLAY=display) as subject,
    ):
        subject.await_word("drawing")
        family = subject.family()
        for word in ("-m hal_sim", "cli control", "cli kiosk", "records.clerk"):
            assert any(word in words for words in family.values()), f"{word} was never there"
        code = subject.end(number)
        await_end_of(list(family))
    assert (code == 0) == (number != signal.SIGKILL), subject.said


def test_ending_takes_the_sockets_away(tmp_path: Path) -> None:
    with (
        own_display("800x480") as display,
        started("run", "--simulated", "--data", tmp_path / "data", DISPLAY=display, TMPDIR=str(tmp_path)) as subject,
    ):
        subject.await_word("drawing")
        assert list(tmp_path.glob("nappage-*/control.sock"))
        subject.end()
        assert list(tmp_path.glob("nappage-*")) == []
