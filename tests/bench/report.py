"""The bench's report: one table on the screen, the same in Markdown with the machine's facts, the numbers as JSON."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import msgspec

from tests.bench.found import Found, Line
from tests.bench.plot import draw

LATENESS, EDGES = "lateness.png", "edges.png"
PLOTS = {
    LATENESS: ("How late a cycle of 25 ms begins", ("control cycle", "bare loop")),
    EDGES: ("From an edge to what it does", ("pedal edge to wire", "stop edge to enable")),
}
HOW = (
    "Ratios are of pairs that were measured beside each other, with the exact 95 % interval of their median. A figure "
    "in brackets is an upper 95 % bound. A goal is *met* or *missed* when the whole interval says so, else this run "
    "leaves it *open*. No absolute time here is a verdict on other machines."
)
HEAD = ("what", "nappage", "bare", "ratio", "goal", "verdict")


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    return {
        "processor": f"{model}, {os.cpu_count()} cores", "kernel": platform.release(),
        "python": platform.python_version(), "kivy": version("kivy"), "sqlite": sqlite3.sqlite_version,
        "load average at the end": load,
    }  # fmt: skip


def table(lines: Sequence[Line]) -> str:
    """The lines as text in columns."""
    rows = [HEAD, *((line.what, line.ours, line.theirs, line.ratio, line.goal, line.verdict) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    shown = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([shown[0], "-" * sum(widths, 2 * len(HEAD) - 2), *shown[1:]])


def write(folder: Path, found: Sequence[Found], failed: Sequence[str], *, short: bool) -> Path:
    """Write report.md, report.json and the plots; returns the report's path."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = machine()
    series = {name: values for part in found for name, values in part.series.items()}
    for file, (title, names) in PLOTS.items():
        shown = {name: series[name] for name in names if series.get(name)}
        if shown:
            draw(folder / file, title, shown, 10.0)
    lines = ["# What Nappage costs", ""]
    if short:
        lines += ["**A short run**: too few cycles to show WDG-6; `make bench` without BENCH_ARGS=--short does.", ""]
    lines += [f"- {name}: {value}" for name, value in facts.items()]
    lines += ["", HOW]
    lines += ["", *(f"**{why}**" for why in failed)] if failed else []
    for part in found:
        lines += ["", f"## {part.title}", "", part.how, "", f"| {' | '.join(HEAD)} |", "|---" * len(HEAD) + "|"]
        lines += [
            f"| {line.what.strip()} | {line.ours} | {line.theirs} | {line.ratio} | {line.goal} | {line.verdict} |"
            for line in part.lines
        ]
        lines += ["", *(f"- {remark}" for remark in part.remarks)] if part.remarks else []
        lines += ["", *(f"![{PLOTS[file][0]}]({file})" for file in PLOTS if set(PLOTS[file][1]) & set(part.series))]
    path = folder / "report.md"
    path.write_text("\n".join(lines).rstrip() + "\n", "utf-8")
    numbers = {"short": short, "machine": facts, "parts": {part.title: part.numbers for part in found}}
    (folder / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(numbers), indent=1))
    return path
