"""From a condition of the engine to the pins and to the record: ten seconds of lamps and tone, as they are driven."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

import gpiozero
import pytest

from drivers.panel import GpioPanel, PinNumbers
from drivers.stop import StopLatch
from kiosk.channel import commands as ask
from kiosk.records.facts import Fact
from tests.session.bench import PERIOD, Bench

PINS = PinNumbers()
LAMPS = (PINS.red, PINS.yellow, PINS.cyan)
TEN_S_MS = 10_000

Runs = list[tuple[object, int]]
"""What holds, and for how many ms, one after the other."""


class Pins:
    """Lamps and buzzer of a bench on mock pins, looked at once each cycle as an oscilloscope would."""

    def __init__(self, bench: Bench) -> None:
        self._panel = GpioPanel(PINS, "mock", StopLatch())
        bench.panel.beacon = self._panel.beacon
        bench.panel.buzzer = self._panel.buzzer
        bench.each_cycle.append(self._look)
        self.tones: list[int | None] = []
        self.lamps: list[tuple[bool, ...]] = []

    def _look(self) -> None:
        factory: Any = gpiozero.Device.pin_factory
        buzzer = factory.pin(PINS.buzzer)
        self.tones.append(round(buzzer.frequency) if buzzer.state else None)
        self.lamps.append(tuple(bool(factory.pin(number).state) for number in LAMPS))

    @property
    def dark_and_silent(self) -> bool:
        return self.tones[-1] is None and not any(self.lamps[-1])

    def forget(self) -> None:
        del self.tones[:-1], self.lamps[:-1]

    def close(self) -> None:
        self._panel.close()


def runs(levels: list[Any]) -> Runs:
    """The first ten seconds of what was looked at each cycle."""
    cycle_ms = round(PERIOD * 1000)
    return [(level, cycle_ms * len(list(same))) for level, same in groupby(levels[: TEN_S_MS // cycle_ms])]


@pytest.fixture
def pins(bench: Bench) -> Iterator[Pins]:
    bench.start().run(0.2)
    made = Pins(bench)
    bench.run(0.1)
    assert made.dark_and_silent
    yield made
    made.close()


def not_realtime(bench: Bench) -> None:
    bench.cycle._realtime = False


def no_clock(bench: Bench) -> None:
    bench.wall_trusted = False


def begins(bench: Bench, pins: Pins, act: Callable[[Bench], object]) -> None:
    """Do it, and go to the cycle in which the panel first says so."""
    act(bench)
    bench.until(lambda: not pins.dark_and_silent, 2)
    pins.forget()


RED, YELLOW, CYAN, DARK = (True, False, False), (False, True, False), (False, False, True), (False, False, False)
PULSE, GAP = (880, 100), (None, 100)
HIGH_BURST: Runs = [
    PULSE, GAP, PULSE, GAP, PULSE, (None, 300), PULSE, GAP, PULSE, (None, 500),
    PULSE, GAP, PULSE, GAP, PULSE, (None, 300), PULSE, GAP, PULSE,
]  # fmt: skip
"""Ten pulses in 2.7 s; the next burst comes 7.5 s after the first began."""
ALARMS: dict[str, tuple[Callable[[Bench], object], int, Runs, Runs]] = {
    "high": (
        lambda bench: bench.do("unplug"),
        703,
        [*HIGH_BURST, (None, 4800), *HIGH_BURST[:-2]],
        [(RED, 250), (DARK, 250)] * 20,
    ),
    "medium": (
        no_clock,
        718,
        [(660, 200), (None, 200), (660, 200), (None, 200), (660, 200), (None, 9000)],
        [(YELLOW, 1000), (DARK, 1000)] * 5,
    ),
    "low": (not_realtime, 738, [(440, 200), (None, 9800)], [(CYAN, 10_000)]),
}


@pytest.mark.requirement("ALM-2", "ALM-3")
@pytest.mark.parametrize("priority", ALARMS)
def test_ten_seconds_of_an_alarm_are_driven_on_the_pins_exactly_like_this(
    bench: Bench, pins: Pins, priority: str
) -> None:
    act, number, tones, lamps = ALARMS[priority]
    begins(bench, pins, act)
    bench.run(10)
    assert bench.alarms() == {number}
    assert runs(pins.tones) == tones
    assert runs(pins.lamps) == lamps


@pytest.mark.requirement("ALM-1", "ALM-3")
def test_an_acknowledgement_silences_the_buzzers_pin_and_leaves_the_lamps(bench: Bench, pins: Pins) -> None:
    begins(bench, pins, ALARMS["high"][0])
    bench.tell(ask.AcknowledgeAlarm(703))
    bench.step()
    pins.forget()
    bench.run(10)
    assert runs(pins.tones) == [(None, TEN_S_MS)]
    assert sum(lamps == RED for lamps in pins.lamps) * PERIOD == pytest.approx(5, abs=0.25)


@pytest.mark.requirement("ALM-1", "ALM-2")
def test_the_lamp_goes_out_with_the_condition_and_the_buzzer_sounds_on(bench: Bench, pins: Pins) -> None:
    begins(bench, pins, no_clock)
    bench.wall_trusted = True
    bench.step()
    pins.forget()
    bench.run(15)
    assert {DARK} == set(pins.lamps)
    assert 660 in pins.tones


@pytest.mark.requirement("ALM-3")
def test_a_pause_is_silence_on_the_pin_for_120_s_and_a_new_alarm_breaks_it(bench: Bench, pins: Pins) -> None:
    begins(bench, pins, no_clock)
    bench.tell(ask.PauseSound())
    bench.step()
    pins.forget()
    bench.wait(119)
    assert set(pins.tones) == {None}
    bench.run(2)
    assert 660 in pins.tones
    bench.tell(ask.PauseSound())
    bench.step()
    pins.forget()
    not_realtime(bench)
    bench.run(0.1)
    assert pins.tones[-1] is not None


@pytest.mark.requirement("ALM-5")
def test_onset_pause_acknowledgement_and_end_are_rows_with_the_values_in_force(bench: Bench, pins: Pins) -> None:
    already = len(bench.events(Fact.ALARM))
    bench.late_s = 0.092
    begins(bench, pins, Bench.step)
    bench.tell(ask.PauseSound())
    bench.tell(ask.AcknowledgeAlarm(717))
    bench.late_s = 0.0
    bench.run(0.2)
    rows = [(row.body["what"], row.body["number"], row.body["detail"]) for row in bench.events(Fact.ALARM)[already:]]
    assert rows == [("onset", 717, "92 ms"), ("pause", 0, ""), ("acknowledgement", 717, "92 ms"), ("end", 717, "92 ms")]
    assert [row.sentence for row in bench.events(Fact.ALARM)[already:]] == [
        "Alarm 717 begins: Controller was too slow",
        "Alarm sound paused for 120 s",
        "Alarm 717 acknowledged: Controller was too slow",
        "Alarm 717 ends: Controller was too slow",
    ]
