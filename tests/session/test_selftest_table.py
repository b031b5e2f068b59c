"""PST-1 as a table: each thing that the self-test looks at, broken; it blocks with its hint until it is repaired."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from kiosk.channel import commands as ask
from tests.session.bench import Bench, library

Act = Callable[[Bench], object]


class Row(NamedTuple):
    """What is broken, how, which check says so with what words, and how it is repaired (None: by a new start)."""

    what: str
    check: str
    break_it: Act
    says: str
    repair: Act | None


def _do(*commands: str) -> Act:
    return lambda bench: [bench.do(command) for command in commands]


def _set(target: str, value: object) -> Act:
    def act(bench: Bench) -> None:
        *path, name = target.split(".")
        holder: Any = bench
        for part in path:
            holder = getattr(holder, part)
        setattr(holder, name, value)

    return act


def _weld(bench: Bench) -> None:
    """The relay's contact is closed and stays so, whatever its coil is told."""
    bench.do("enable on")
    bench.clock.now += 0.1
    bench.rig.advance(bench.clock.now)
    bench.do("fault relay-stuck on")
    bench.do("enable off")


def _clear(bench: Bench) -> None:
    bench.tell(ask.ClearFaults())


ROWS = [
    Row("ledger", "ledger", _set("disk.failing", True), "The record cannot be written", None),
    Row("clock", "clock", _set("wall_trusted", False), "The clock is not trusted", _set("wall_trusted", True)),
    Row("stop pressed", "stop", _do("stop press"), "pressed or its plug is out", _do("stop release")),
    Row("one stop contact", "stop", _do("stop-a open"), "contradict each other", None),
    Row("pedal held", "inputs", _do("pedal down"), "held since the start", _do("pedal up")),
    Row(
        "pedal contradiction",
        "inputs",
        _do("fault pedal-contradiction on"),
        "pedal's two contacts contradict",
        _do("fault pedal-contradiction off"),
    ),
    Row("trigger held", "inputs", _do("trigger down"), "The trigger is held", None),
    Row("pins silent", "inputs", _set("panel.alive", lambda: False), "The pins are silent", None),
    Row("relay stuck closed", "inputs", _weld, "The relay's feedback", _do("fault relay-stuck off")),
    Row("no injector", "link", _do("unplug"), "was unplugged", _do("replug")),
    Row("nothing answers", "link", _set("lose", 1_000_000), "did not answer within 40 ms", _set("lose", 0)),
    Row("another map", "link", _do("fault wrong-map on"), "speaks register map 2", _do("fault wrong-map off")),
    Row("a latched fault", "faults", _do("trigger down", "reset", "trigger up"), "The injector reports", _clear),
]
CHECKS = ("ledger", "profiles", "clock", "stop", "inputs", "link", "faults", "calibration", "homing", "buzzer")


def states(bench: Bench) -> dict[str, str]:
    return {check.key: check.state for check in bench.snap.checks}


def blocked(bench: Bench, check: str, says: str) -> None:
    """This check failed first, with its words; nothing after it has passed; nothing moves; nobody can go on."""
    found = states(bench)
    assert list(found) == list(CHECKS)
    assert [key for key, state in found.items() if state == "failed"] == [check]
    assert found["homing"] == found["buzzer"] == "waiting"
    detail = next(shown.detail for shown in bench.snap.checks if shown.key == check)
    assert says
    assert says in detail
    assert detail.endswith(".")
    assert not bench.snap.ready
    bench.sign_in()
    assert "nothing is asked" in bench.refused(ask.AnswerCheck("homing", True))
    assert {kind for kind, _ in bench.sent} <= {"void"}
    assert not bench.panel._enabled


@pytest.mark.requirement("PST-1", "LIM-9", "LIM-11")
@pytest.mark.parametrize("row", ROWS, ids=[row.what for row in ROWS])
def test_the_first_failure_blocks_with_its_hint_and_passes_once_repaired(bench: Bench, row: Row) -> None:
    bench.rig.advance(bench.clock.now)
    row.break_it(bench)
    bench.run(2)
    blocked(bench, row.check, row.says)
    if row.repair is not None:
        row.repair(bench)
        bench.until(lambda: bench.check("homing") == "asks", 5)


@pytest.mark.requirement("PST-1", "LIM-9")
def test_without_a_protocol_it_is_blocked(tmp_path: Path) -> None:
    bench = Bench(tmp_path, shelf=msgspec.structs.replace(library(), protocols={}))
    bench.run(2)
    blocked(bench, "profiles", "There is no protocol")
    bench.close()


@pytest.mark.requirement("PST-1", "LIM-5")
@pytest.mark.parametrize(("name", "cap"), [("CAP_DEPTH_UM", 6_050), ("CAP_DOSE_NL", 201_000), ("CAP_RATE_MHZ", 9_100)])
def test_an_injector_with_caps_beyond_the_devices_is_none(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, name: str, cap: int
) -> None:
    monkeypatch.setattr(f"hal_sim.blocks.{name}", cap)
    bench.run(2)
    blocked(bench, "link", name.lower())


@pytest.mark.requirement("PST-1", "LIM-9")
def test_a_calibration_that_is_damaged_blocks(bench: Bench) -> None:
    bench.rig.advance(bench.clock.now)
    bench.rig.controller.journal.calibration = None
    bench.run(2)
    blocked(bench, "calibration", "no valid calibration")
