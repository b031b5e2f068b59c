"""The bench's report holds what was measured, and says what could not be."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PIL import Image

from tests.bench import report
from tests.bench.found import Found, Line
from tests.bench.plot import COLOURS

PART = Found(
    title="Under load", how="Side by side.",
    lines=(Line("p99 late, ms", "0.13", "0.09", "1.42 (1.2 to 1.6)", "under 10 ms", "met"),),
    numbers={"p99": 0.13}, series={"control cycle": [0.05, 0.06, 0.4], "bare loop": [0.04, 0.05, 0.06]},
    remarks=("0 lost",),
)  # fmt: skip


def test_the_table_has_a_line_for_each_figure_under_its_heads() -> None:
    head, rule, line = report.table(PART.lines).split("\n")

    assert head.split() == list(report.HEAD)
    assert set(rule) == {"-"}
    assert line.index("1.42") == head.index("ratio")
    assert line.endswith("met")


def test_the_report_has_the_figures_the_machine_and_the_plot(tmp_path: Path) -> None:
    path = report.write(tmp_path, [PART], [], short=False)

    text = path.read_text("utf-8")
    assert "| p99 late, ms | 0.13 | 0.09 | 1.42 (1.2 to 1.6) | under 10 ms | met |" in text
    assert "- 0 lost" in text
    assert "- kernel: " in text
    assert "A short run" not in text
    assert f"]({report.LATENESS})" in text
    assert report.EDGES not in text
    numbers = msgspec.json.decode((tmp_path / "report.json").read_bytes())
    assert numbers["parts"]["Under load"]["p99"] == 0.13
    with Image.open(tmp_path / report.LATENESS) as plot:
        data = plot.tobytes()
    seen = set(zip(data[::3], data[1::3], data[2::3], strict=True))
    for drawn in COLOURS[:2]:
        assert any(all(abs(a - b) < 16 for a, b in zip(drawn, colour, strict=True)) for colour in seen)
    assert not any(all(abs(a - b) < 16 for a, b in zip(COLOURS[2], colour, strict=True)) for colour in seen)


def test_what_could_not_be_measured_and_a_short_run_are_said(tmp_path: Path) -> None:
    text = report.write(tmp_path, [PART], ["rows could not be measured: no disk"], short=True).read_text("utf-8")

    assert "**rows could not be measured: no disk**" in text
    assert "A short run" in text
