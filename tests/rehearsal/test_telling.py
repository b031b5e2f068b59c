"""What a rehearsal says while it runs: a bar that stays on its line, and nothing where nothing can be written."""

from __future__ import annotations

import io

import pytest

from kiosk.rehearsal.telling import Progress
from kiosk.shell import OutputLost


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("columns", [20, 40, 80])
def test_the_bar_is_never_longer_than_the_terminal_is_wide(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    screen = Screen()
    with Progress(100, screen) as subject:
        subject.step("step 12 of 15: await disarmed")
        subject.at(50)
    lines = screen.getvalue().removesuffix("\n").split("\r\033[K")[1:]
    assert len(lines) == 2
    assert max(map(len, lines)) < columns
    assert lines[-1].startswith("[###############")


def test_a_file_on_a_full_disk_is_said() -> None:
    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(28, "No space left on device")

    with pytest.raises(OutputLost, match=r"E961: .*No space left on device"):
        Progress(100, Full()).step("setting up")
