"""Before a play-through: what the last one left goes, and nothing that anybody else left."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.rehearsal.errors import NotOfAPlay, ResultsNotKept
from kiosk.running import LEFT, Running, clear
from kiosk.system.storage import ledger_path


def asked(out: Path, data: Path | None = None) -> Running:
    return Running(
        simulated=True,
        data=data or out / "data",
        own_data=data is None,
        profiles=out,
        port="",
        balance="",
        size=(800, 480),
        screen=True,
        demo="treatment",
        out=out,
    )


def lay(*files: Path) -> None:
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("kept")


@pytest.mark.parametrize("name", ["data/ledger-simulated.sqlite", "data/thesis.txt", "screens/holiday.png", *LEFT])
def test_what_no_play_through_left_is_named_and_stays(tmp_path: Path, name: str) -> None:
    lay(tmp_path / name)
    with pytest.raises(NotOfAPlay):
        clear(asked(tmp_path))
    assert (tmp_path / name).read_text() == "kept"


def test_what_the_last_one_left_goes_and_what_lies_beside_it_stays(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    lay(out / "SIMULATED-session-00001.pdf")
    clear(asked(out))
    results = [out / "data" / "ledger-simulated.sqlite", out / "screens" / "01.png", *(out / name for name in LEFT)]
    lay(*results)
    clear(asked(out))
    assert not any(path.exists() for path in results)
    assert (out / "data").is_dir()
    assert (out / "SIMULATED-session-00001.pdf").is_file()


@pytest.mark.parametrize("where", ["data", "records"])
def test_a_record_that_somebody_named_stays_wherever_it_lies(tmp_path: Path, where: str) -> None:
    clear(asked(tmp_path))
    lay(tmp_path / where / "ledger-simulated.sqlite", tmp_path / "screens" / "01.png")
    clear(asked(tmp_path, tmp_path / where))
    assert (tmp_path / where / "ledger-simulated.sqlite").is_file()
    assert not (tmp_path / "screens").exists()


def test_a_real_record_is_never_taken_away(tmp_path: Path) -> None:
    clear(asked(tmp_path))
    real = ledger_path(tmp_path / "data", simulated=False)
    lay(real)
    with pytest.raises(NotOfAPlay):
        clear(asked(tmp_path))
    assert real.is_file()


def test_a_place_that_takes_nothing_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ResultsNotKept):
        clear(asked(tmp_path / "file" / "out"))
