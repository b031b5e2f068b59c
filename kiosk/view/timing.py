"""The times measured on the device as a page: figures with their bound, and a histogram with the limit in it."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

import msgspec

from kiosk.channel.checking_commands import MeasureLapse, RecordTimes, ResetTimes, TimeKey
from kiosk.channel.checking_views import TimeView
from kiosk.channel.snapshot import Snapshot
from kiosk.system.scheduling import upper_95
from kiosk.view.actions import Pick, Send
from kiosk.view.checking import HOLD_MS
from kiosk.view.language import decimal, mark, say
from kiosk.view.local import Local
from kiosk.view.touch import NOTHING, Touch, unless

TITLES: dict[TimeKey, str] = {
    "stop": mark("Stop to enable off"),
    "pedal": mark("Pedal to the wire"),
    "lapse": mark("Lapse to needle back"),
}
CONTAINS: dict[TimeKey, str] = {
    "stop": mark("From the contact's edge until enable was read back as off. The relay's own time comes after it."),
    "pedal": mark("From the edge of the second contact until the lease with the new bit was written."),
    "lapse": mark("From the last lease to the home switch, by the injector's clock, to 2 ms; 150 ms are the lease's."),
}
"""What is in each figure."""
MARKS: dict[TimeKey, tuple[int, ...]] = {
    "stop": (10, 100, 1_000, 10_000, 100_000),
    "pedal": (10, 100, 1_000, 10_000, 100_000),
    "lapse": (0, 100_000, 200_000, 300_000, 400_000),
}
"""Where the axis is marked, us."""


class Histogram(msgspec.Struct, frozen=True):
    """Bars of equal width; heights and places from 0 to 1. `limit` < 0 where there is nothing to draw."""

    bars: tuple[float, ...] = ()
    over: int = 0
    """The first bar that lies over the limit."""
    ticks: tuple[tuple[float, str], ...] = ()
    limit: float = -1.0
    limit_words: str = ""
    most: str = ""
    """How many the highest bar holds."""
    unit: str = ""


class Timing(msgspec.Struct, frozen=True):
    rows: tuple[Touch, ...] = ()
    title: str = ""
    figures: str = ""
    bound: str = ""
    contains: str = ""
    histogram: Histogram = Histogram()
    measure: Touch = NOTHING
    reset: Touch = NOTHING
    record: Touch = NOTHING


def timing(snapshot: Snapshot, local: Local) -> Timing:
    """The times, the one that is chosen in full."""
    work = snapshot.checking
    if work is None or not work.times:
        return Timing()
    chosen = next((time for time in work.times if time.key == local.picks.get("time")), work.times[0])
    nothing = say("Nothing was measured yet.")
    reset = Touch(
        "reset", say("Hold: forget these"), Send(ResetTimes(chosen.key)), icon="refresh", hold_ms=HOLD_MS
    )  # fmt: skip
    record = Touch("record", say("Record all"), Send(RecordTimes()), icon="pencil", tone="primary")
    return Timing(
        rows=tuple(_row(time, chosen) for time in work.times),
        title=say(TITLES[chosen.key]),
        figures=_figures(chosen),
        bound=_bound(chosen),
        contains=say(CONTAINS[chosen.key]),
        histogram=histogram(chosen),
        measure=_measure(snapshot, chosen),
        reset=unless(reset, "" if chosen.n or chosen.lost else nothing),
        record=unless(record, "" if any(time.n or time.lost for time in work.times) else nothing),
    )


def _row(time: TimeView, chosen: TimeView) -> Touch:
    found = say("n = {count}, most {most}", count=time.n, most=ms(time.max_us)) if time.n else say("nothing yet")
    over = "close-circle" if time.over or time.lost else "check-circle" if time.n else "timer"
    return Touch(
        f"time:{time.key}", say(TITLES[time.key]), Pick("time", time.key), found, icon=over, selected=time is chosen
    )


def _measure(snapshot: Snapshot, chosen: TimeView) -> Touch:
    """Only a lapse has to be made; the others come with every stop and every press."""
    work = snapshot.checking
    why = snapshot.busy or (work.why if work is not None else "")
    if chosen.key != "lapse":
        why = say("Every stop and every press is measured by itself. To measure a lapse, choose it first.")
    elif not why and not snapshot.link.connected:
        why = snapshot.link.sentence or say("No injector is connected.")
    held = Touch(
        "measure", say("Hold: nobody under the needle"), Send(MeasureLapse(True)), icon="play", tone="primary",
        hold_ms=HOLD_MS,
    )  # fmt: skip
    return unless(held, why)


def _figures(time: TimeView) -> str:
    if not time.n:
        if time.key == "lapse":
            return say("Needle out, then no lease: the injector brings it back, and sounds. Its alarm is part of it.")
        return say("Press the red button.") if time.key == "stop" else say("Press the pedal.")
    figures = say(
        "n = {count}: median {middle}, p99 {late}, most {most}", count=time.n, middle=ms(time.p50_us),
        late=ms(time.p99_us), most=ms(time.max_us),
    )  # fmt: skip
    powered = say("{count} found the relay on", count=time.powered) if time.powered else ""
    return f"{figures}; {powered}" if powered else figures


def _bound(time: TimeView) -> str:
    """The share over the limit with its bound, and what never came to its end: none is left out in silence."""
    lost = say("{count} never came to their end", count=time.lost) if time.lost else ""
    if not time.n:
        return lost
    over = say(
        "Over {limit}: {over} of {count}, with 95 % confidence at most {share}", limit=whole_ms(time.limit_us),
        over=time.over, count=time.n, share=_percent(upper(time.over, time.n)),
    )  # fmt: skip
    return f"{over}; {lost}" if lost else over


@lru_cache(maxsize=64)
def upper(over: int, n: int) -> float:
    """One-sided upper 95 % bound of a share, exact."""
    return upper_95(over, n)


def _percent(share: float) -> str:
    return decimal(f"{100 * share:.2g} %") if share < 0.995 else "100 %"


def ms(us: int) -> str:
    """A time, two decimals below 100 ms."""
    return decimal(f"{us / 1000:.2f} ms") if us < 100_000 else f"{us / 1000:.0f} ms"


def whole_ms(us: int) -> str:
    """A limit."""
    return f"{us // 1000} ms"


def histogram(time: TimeView) -> Histogram:
    """The bars of one time, the limit in them."""
    edges = time.edges_us
    if not edges:
        return Histogram()
    most = max(time.counts)
    return Histogram(
        bars=tuple(count / most if most else 0.0 for count in time.counts),
        over=bisect_right(edges, time.limit_us) - 1,
        ticks=tuple((_place(us, edges), decimal(f"{us / 1000:g}")) for us in MARKS[time.key]),
        limit=_place(time.limit_us, edges),
        limit_words=say("limit {limit}", limit=whole_ms(time.limit_us)),
        most=str(most) if most else "",
        unit="ms",
    )


def _place(us: int, edges: tuple[int, ...]) -> float:
    """Where a time lies on an axis of equal bars."""
    at = max(0, min(len(edges) - 2, bisect_right(edges, us) - 1))
    return (at + (us - edges[at]) / (edges[at + 1] - edges[at])) / (len(edges) - 1)
