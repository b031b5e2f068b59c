"""What the injector's line has lost since control began, over every port that was opened in that time."""

from __future__ import annotations

from drivers.counted import LinkStatistics
from drivers.ports import Injector
from kiosk.channel.service import WireView


class WireCounts:
    """Adds a link up when it is let go of; the present one is looked at when somebody asks."""

    def __init__(self) -> None:
        self._before = LinkStatistics()
        self._opened = 0

    def opened(self) -> None:
        """An injector answered on a port that was just opened."""
        self._opened += 1

    def closed(self, injector: Injector) -> None:
        """Its port is let go of."""
        self._before = self._before.and_(injector.statistics)

    def view(self, injector: Injector | None) -> WireView:
        """All of it; walks the steps of the answer times once, so it is asked for once a second."""
        found = self._before if injector is None else self._before.and_(injector.statistics)
        return WireView(
            good=found.good,
            refused=found.refused,
            lost=found.timeouts,
            late=found.late,
            bad=found.bad,
            stray_bytes=found.stray_bytes,
            reconnects=max(0, self._opened - 1),
            p50_us=found.took_us(0.5),
            p99_us=found.took_us(0.99),
            max_us=round(found.slowest_ms * 1000),
        )
