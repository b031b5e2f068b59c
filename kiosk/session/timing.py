"""Times measured on the device itself, from stamps that are taken anyway: stop edge, pedal edge, lapse of the lease.

Every stop and every press adds a sample, also in a treatment; nothing is asked of anybody for it. What each contains:

- stop: from the pin's own change, as its factory stamps it, until the edge's callback has dropped enable and read it
  back. The relay's and the supply's own times come after it.
- pedal: from the change of the pedal's second contact until the port had taken the lease that carries the new bit.
- lapse: from the last fresh lease to the home switch, both by the controller's clock in whole ms; 150 ms of it are the
  time after which a lease lapses (WDG-1). `lapse` measures it.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import deque
from itertools import pairwise
from math import ceil

from drivers.ports import PanelEdge
from kiosk.channel.checking_commands import TimeKey
from kiosk.channel.checking_views import TimeView
from kiosk.records.facts import Fact
from kiosk.session.desk import Desk
from kiosk.session.stop import StopCircuit

KEPT = 3_000
"""Newest samples kept of each time: with none over the limit they bound its share at 0.1 %."""
FAST_US = (10, 13, 18, 24, 32, 42, 56, 75)
"""Eight bars for each factor of ten."""
EDGE_SCALE = (*(step * factor for factor in (1, 10, 100, 1_000) for step in FAST_US), 100_000)
LAPSE_SCALE = tuple(range(0, 410_000, 10_000))
LIMITS: dict[TimeKey, tuple[int, tuple[int, ...]]] = {
    "stop": (10_000, EDGE_SCALE),
    "pedal": (10_000, EDGE_SCALE),
    "lapse": (250_000, LAPSE_SCALE),
}
"""Limit, us (STP-4 and `make bench` for the edges, STP-5 for the lapse), and the edges of the bars."""


class Series:
    """One time: its newest samples, exact percentiles over those, and what never came to its end."""

    def __init__(self, key: TimeKey) -> None:
        self.key: TimeKey = key
        self.lost = 0
        self._newest: deque[tuple[int, bool]] = deque()
        self._sorted: list[int] = []
        self._view: TimeView | None = None

    def add(self, us: int, *, powered: bool = False) -> None:
        """One more sample; the oldest of too many goes."""
        self._newest.append((us, powered))
        insort(self._sorted, us)
        if len(self._newest) > KEPT:
            oldest, _ = self._newest.popleft()
            del self._sorted[bisect_right(self._sorted, oldest) - 1]
        self._view = None

    def lose(self) -> None:
        """One that never came to its end."""
        self.lost += 1
        self._view = None

    def view(self) -> TimeView:
        """Its figures, worked out again when a sample came."""
        if self._view is None:
            limit, edges = LIMITS[self.key]
            n, ordered = len(self._sorted), self._sorted
            inner = [0, *(bisect_right(ordered, edge - 1) for edge in edges[1:-1]), n]
            self._view = TimeView(
                self.key, limit, n, *(self._quantile(share) for share in (0.5, 0.99, 1.0)),
                over=n - bisect_right(ordered, limit), lost=self.lost,
                powered=sum(powered for _, powered in self._newest), edges_us=edges,
                counts=tuple(high - low for low, high in pairwise(inner)),
            )  # fmt: skip
        return self._view

    def _quantile(self, share: float) -> int:
        """The smallest sample that at least this share do not exceed; 0 without any."""
        return self._sorted[max(1, ceil(len(self._sorted) * share)) - 1] if self._sorted else 0


class Timing:
    """Watches edges and leases. One for each start of control: what counts for longer is recorded on demand."""

    def __init__(self, desk: Desk, stop: StopCircuit) -> None:
        self._desk = desk
        self._stop = stop
        self._series: dict[TimeKey, Series] = {key: Series(key) for key in LIMITS}
        self._opened = False
        """Whether this stop's first edge was seen; contacts bounce, and there are two."""
        self._contacts: dict[str, bool] = {}
        self._bit: bool | None = None
        """The pedal bit of the newest lease."""
        self._waits: dict[bool, float] = {}
        """When the pedal changed to what no lease has carried yet."""

    def step(self) -> None:
        """Take what this cycle brought."""
        inputs = self._desk.inputs
        if self._stop.state in ("released", "clear"):
            self._opened = False
        for edge in inputs.edges:
            if edge.signal.startswith("stop"):
                self._see_stop(edge)
            elif edge.signal.startswith("pedal"):
                self._see_pedal(edge)
        if not self._contacts:
            self._contacts = {"pedal_no": inputs.panel.pedal_no, "pedal_nc": inputs.panel.pedal_nc}
        if inputs.leased is not None:
            self._see_lease(*inputs.leased)

    def _see_stop(self, edge: PanelEdge) -> None:
        if edge.closed or self._opened:
            return
        self._opened = True
        if not edge.dropped:
            self._series["stop"].lose()
        elif edge.at is not None:
            self._series["stop"].add(_us(edge.stamp - edge.at), powered=edge.was_on)

    def _see_pedal(self, edge: PanelEdge) -> None:
        was = self._down
        self._contacts[edge.signal] = edge.closed
        if self._down != was and edge.at is not None:
            self._waits[self._down] = edge.at

    @property
    def _down(self) -> bool:
        return self._contacts.get("pedal_no", False) and not self._contacts.get("pedal_nc", True)

    def _see_lease(self, at: float, bit: bool) -> None:
        """A lease was written: what it carries has come to its end, what it left out was over before it."""
        was, self._bit = self._bit, bit
        changed = self._waits.pop(bit, None)
        if bit != was and was is not None and changed is not None and changed <= at:
            self._series["pedal"].add(_us(at - changed))
        missed = self._waits.get(not bit)
        if missed is not None and missed < self._desk.inputs.panel.stamp:
            del self._waits[not bit]
            self._series["pedal"].lose()

    def lapsed(self, ms: int) -> None:
        """The lapse of a lease was measured."""
        self._series["lapse"].add(ms * 1000)

    def views(self) -> tuple[TimeView, ...]:
        """The figures of every time."""
        return tuple(series.view() for series in self._series.values())

    def reset(self, key: TimeKey) -> None:
        """Forget what was measured of one time."""
        self._series[key] = Series(key)

    def record(self) -> int:
        """Write the figures of every time that has a sample; how many there were."""
        found = [view for view in self.views() if view.n or view.lost]
        for view in found:
            bars = [f"{span}: {count}" for span, count in zip(_spans(view), view.counts, strict=True) if count]
            self._desk.event(
                Fact.TIMES, f"Times of {view.key}: n {view.n}, p99 {view.p99_us} us, most {view.max_us} us",
                time=view.key, n=view.n, p50_us=view.p50_us, p99_us=view.p99_us, max_us=view.max_us,
                limit_us=view.limit_us, over=view.over, lost=view.lost, powered=view.powered, bars=bars,
            )  # fmt: skip
        return len(found)


def _us(seconds: float) -> int:
    return max(0, round(seconds * 1_000_000))


def _spans(view: TimeView) -> list[str]:
    """What lies in each bar; the end bars hold what lies outside as well."""
    marks = [f"{edge / 1000:g}" for edge in view.edges_us]
    inner = [f"{low} to {high} ms" for low, high in pairwise(marks)]
    return [f"under {marks[1]} ms", *inner[1:-1], f"{marks[-2]} ms and more"]
