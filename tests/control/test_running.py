"""What `nappage run` starts: the bench's window lies beside the kiosk's, where there is somebody to look."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.places import Places
from kiosk.running import Running, _bench


def bench_words(folder: Path, size: tuple[int, int], demo: str = "") -> tuple[str, ...]:
    running = Running(
        simulated=True, data=folder, own_data=False, profiles=folder, port="", balance="", size=size, screen=True,
        demo=demo, out=folder,
    )  # fmt: skip
    (plan,) = _bench(running, Places(folder))
    return plan.command


@pytest.mark.parametrize("size", [(800, 480), (720, 1280)])
def test_the_window_of_the_bench_opens_beside_the_kiosk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    words = bench_words(tmp_path, size)
    assert "--window" in words
    assert int(words[words.index("--window-left") + 1]) > size[0]


def test_nobody_looks_at_a_play_or_where_there_is_no_display(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    assert "--window" not in bench_words(tmp_path, (800, 480), demo="treatment")
    monkeypatch.delenv("DISPLAY")
    assert "--window" not in bench_words(tmp_path, (800, 480))
