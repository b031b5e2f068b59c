"""How an alarm looks and sounds: levels of the beacon and tone of the buzzer at a given instant.

ALM-2: high red at 2 Hz, medium yellow at 0.5 Hz, low cyan steady. ALM-3: 10, 3 or 1 pulses. All edges lie on multiples
of 50 ms, so that a 25 ms loop reproduces them exactly. The pauses between bursts are ours, inside the
ranges of IEC 60601-1-8.
"""

from __future__ import annotations

import msgspec

from kiosk.channel.snapshot import Priority

PRIORITIES: tuple[Priority, ...] = ("high", "medium", "low")


class Blink(msgspec.Struct, frozen=True):
    """On for `on_ms` in every `period_ms`; steady when both are equal."""

    period_ms: int
    on_ms: int


BLINKS: dict[Priority, Blink] = {"high": Blink(500, 250), "medium": Blink(2000, 1000), "low": Blink(1000, 1000)}


class Burst(msgspec.Struct, frozen=True):
    """Pulses begin at `starts_ms` and last `pulse_ms`; the burst comes again every `period_ms`, once only when 0."""

    hertz: int
    starts_ms: tuple[int, ...]
    pulse_ms: int
    period_ms: int


BURSTS: dict[Priority, Burst] = {
    "high": Burst(880, (0, 200, 400, 800, 1000, 1600, 1800, 2000, 2400, 2600), 100, 7500),
    "medium": Burst(660, (0, 400, 800), 200, 15_000),
    "low": Burst(440, (0,), 200, 0),
}


def lit(priority: Priority, since_ms: int, now_ms: int) -> bool:
    """Whether the lamp of this priority is on, for a condition present since `since_ms`."""
    blink = BLINKS[priority]
    return (now_ms - since_ms) % blink.period_ms < blink.on_ms


def tone(priority: Priority, since_ms: int, now_ms: int) -> int | None:
    """Hertz at this instant of a sound that began at `since_ms`, None for silence."""
    burst = BURSTS[priority]
    at = now_ms - since_ms
    if burst.period_ms:
        at %= burst.period_ms
    return burst.hertz if any(start <= at < start + burst.pulse_ms for start in burst.starts_ms) else None
