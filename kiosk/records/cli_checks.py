"""What `nappage service checks` and `nappage service timing` print: what the record holds, for who has no screen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kiosk.records.checks import LAST, last_checks
from kiosk.records.cli import reading
from kiosk.records.connection import run
from kiosk.records.facts import Fact
from kiosk.records.history import local
from kiosk.records.rows import Checked
from kiosk.system.scheduling import upper_95

TIMES = {
    "stop": "Stop edge to enable off",
    "pedal": "Pedal edge to lease on the wire",
    "lapse": "Last lease to home switch, by the controller's clock",
}


def checks(path: Path) -> str:
    """Every check that was done on this device: how it ended last, and when it passed last."""
    with reading(path) as db:
        found = last_checks(db)
    if not found:
        return "No check of this device is recorded."
    head = f"{'check':10}  {'last':8}  {'when':16}  {'last pass':16}  who, what was found"
    return "\n".join([head, *map(_check, found)])


def _check(last: Checked) -> str:
    passed = _minute(last.passed_ms) if last.passed_ms else "never"
    said = ", ".join(words for words in (last.user, last.detail) if words)
    return f"{last.check:10}  {last.outcome:8}  {_minute(last.wall_ms)}  {passed:16}  {said}"


def times(path: Path) -> str:
    """The figures of every time as recorded last: n, percentiles, and a bound for the share over its limit."""
    with reading(path) as db:
        found = [(int(at), str(user), json.loads(body)) for at, user, body in run(db, LAST, (Fact.TIMES, "$.time"))]
    if not found:
        return "No times are recorded: a technician records them on the device, under Inputs and outputs, Timing."
    return "\n\n".join(_time(*line) for line in found)


def _time(wall_ms: int, user: str, held: dict[str, Any]) -> str:
    n, over, limit_ms = held["n"], held["over"], f"{held['limit_us'] / 1000:g} ms"
    p50, p99, most = (f"{held[name] / 1000:.2f} ms" for name in ("p50_us", "p99_us", "max_us"))
    lines = [
        f"{TIMES[held['time']]}, recorded {_minute(wall_ms)} by {user}",
        f"  n = {n}; p50 {p50}, p99 {p99}, most {most}",
        f"  over {limit_ms}: {over} of {n}; with 95 % confidence at most {100 * upper_95(over, n):.3g} %",
    ]
    lines += [f"  never came to their end: {held['lost']}"] if held["lost"] else []
    return "\n".join([*lines, *(f"  {bar}" for bar in held["bars"])])


def _minute(wall_ms: int) -> str:
    return f"{local(wall_ms):%Y-%m-%d %H:%M}"
