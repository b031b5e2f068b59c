"""A late cycle is told with what the loop did before it, and with what everybody suffered at that moment."""

from __future__ import annotations

from array import array
from pathlib import Path

from tests.bench import causes, watched


def write(prefix: Path, **series: list[float]) -> None:
    for name, values in series.items():
        Path(f"{prefix}.{name}").write_bytes(array("d", values).tobytes())


def test_a_late_cycle_is_told_with_the_cycle_before_it_and_the_bare_ones_beside_it(tmp_path: Path) -> None:
    write(
        tmp_path / "control", due=[10.025, 10.05], late=[0.0, 0.012], began=[10.0, 10.025, 10.062],
        took=[0.001, 0.036, 0.001], wire=[0.0005, 0.0345, 0.0005], collected=[0.0, 0.002, 0.002], faults=[0, 0, 0],
        switched=[1, 4, 4],
    )  # fmt: skip
    write(tmp_path / "bare", due=[10.0, 10.06, 11.0], late=[0.0, 0.003, 0.5], began=[10.03, 11.0], wire=[0.031, 0.9])
    (said,) = causes.told(tmp_path, 9.0, [(10.05, 0.012)])
    assert said == (
        "late by 12.0 ms at 1.1 s: the cycle before took 36.0 ms, 34.5 of them waiting for the wire, 2.0 collecting "
        "garbage, 0 faults waited for a disk, the processor was taken 3 times; 1.0 ms passed between both; within "
        "100 ms the bare loop was up to 3.0 ms late and a bare round trip took up to 31.0 ms"
    )


def test_only_so_many_are_told_one_by_one_and_the_rest_is_counted(tmp_path: Path) -> None:
    write(tmp_path / "control", **{name: [0.0] for name in watched.SERIES})
    write(tmp_path / "bare", due=[], late=[], began=[], wire=[])
    found = causes.told(tmp_path, 0.0, [(0.0, 0.02)] * (causes.MOST + 5))
    assert (len(found), found[-1]) == (causes.MOST + 1, "5 more were late")
