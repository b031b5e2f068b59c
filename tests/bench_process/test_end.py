"""The end of a bench that runs in a thread of its own: asked for from another thread, at any moment."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from hal_sim.bench import Bench, Places
from hal_sim.rig import Rig


@pytest.fixture
def subject(tmp_path: Path) -> Bench:
    return Bench(Rig(), Places(tmp_path / "link"), say=lambda _words: None)


def test_the_pipe_that_wakes_it_is_written_before_run_can_have_closed_it(
    subject: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, running = os.write, threading.Thread(target=subject.run)

    def written(descriptor: int, data: bytes) -> int:
        running.start()
        running.join(0.2)  # whoever already knows of the end has closed everything by now
        return write(descriptor, data)

    monkeypatch.setattr("hal_sim.bench.os.write", written)
    subject.end()
    running.join(10)
    assert not running.is_alive()


def test_asking_again_after_the_end_is_no_error(subject: Bench) -> None:
    subject.close()
    subject.end()
    subject.run()
