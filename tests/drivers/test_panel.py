"""The panel on mock pins, which the tests drive by number."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin
from gpiozero.pins.native import NativeFactory

from drivers.errors import PinFactoryWrong, StaleEpoch
from drivers.panel import EDGES_KEPT, GpioPanel, PinNumbers, _changed_at
from drivers.stop import StopLatch

PINS = PinNumbers()


@pytest.fixture
def latch() -> StopLatch:
    return StopLatch()


@pytest.fixture
def subject(latch: StopLatch) -> Iterator[GpioPanel]:
    panel = GpioPanel(PINS, "mock", latch, clock=lambda: 12.5)
    for contact in (PINS.stop_a, PINS.stop_b, PINS.pedal_nc):
        pin(contact).drive_low()
    panel.edges()
    yield panel
    panel.close()


def pin(number: int) -> Any:
    factory: Any = gpiozero.Device.pin_factory
    return factory.pin(number)


@pytest.mark.requirement("WDG-4")
def test_enable_is_off_from_the_first_moment() -> None:
    factory = MockFactory(pin_class=MockPWMPin)
    gpiozero.Device.pin_factory = factory
    try:
        panel = GpioPanel(PINS, "mock", StopLatch())
        assert not any(state.state for state in pin(PINS.enable).states)
        assert not panel.read().enable
        panel.close()
        assert gpiozero.Device.pin_factory is factory
    finally:
        gpiozero.Device.pin_factory = None


@pytest.mark.requirement("WDG-4")
def test_an_enable_that_somebody_left_on_goes_off_as_the_panel_is_built() -> None:
    factory = MockFactory(pin_class=MockPWMPin)
    gpiozero.Device.pin_factory = factory
    try:
        left = pin(PINS.enable)
        left.function, left.state = "output", True
        panel = GpioPanel(PINS, "mock", StopLatch())
        assert not left.state
        panel.close()
    finally:
        gpiozero.Device.pin_factory = None


@pytest.mark.requirement("LIM-9")
def test_a_pin_thread_that_has_ended_is_noticed(subject: GpioPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Thread(target=lambda: None)
    ended.start()
    ended.join()
    assert subject.alive()
    monkeypatch.setattr(subject, "_event_thread", ended)
    assert not subject.alive()
    assert subject.failure == "lgpio's event thread has ended"


def test_the_levels_say_which_contact_is_closed(subject: GpioPanel) -> None:
    levels = subject.read()
    assert (levels.stop_a, levels.stop_b, levels.pedal_no, levels.pedal_nc) == (True, True, False, True)
    assert (levels.feedback, levels.enable, levels.stamp) == (False, False, 12.5)


@pytest.mark.parametrize("contact", ["stop_a", "stop_b"])
@pytest.mark.requirement("STP-4")
def test_either_stop_contact_drops_enable_in_the_edge_itself(
    subject: GpioPanel, latch: StopLatch, contact: str
) -> None:
    subject.enable(latch.epoch)
    assert subject.read().enable
    pin(getattr(PINS, contact)).drive_high()
    assert not subject.read().enable
    assert not pin(PINS.enable).state
    assert subject.epoch == latch.epoch == 1
    (edge,) = subject.edges()
    assert (edge.signal, edge.closed, edge.stamp) == (contact, False, 12.5)
    assert (edge.was_on, edge.dropped) == (True, True)


@pytest.mark.requirement("STP-4")
def test_the_first_edge_of_a_bounce_counts_and_closing_again_drops_nothing_more(
    subject: GpioPanel, latch: StopLatch
) -> None:
    pin(PINS.stop_a).drive_high()
    pin(PINS.stop_a).drive_low()
    assert latch.epoch == 1
    assert [edge.closed for edge in subject.edges()] == [False, True]
    assert subject.edges() == []


@pytest.mark.requirement("STP-3")
def test_a_contradiction_of_the_stop_contacts_is_visible(subject: GpioPanel) -> None:
    pin(PINS.stop_b).drive_high()
    levels = subject.read()
    assert (levels.stop_a, levels.stop_b) == (True, False)


@pytest.mark.requirement("STP-1")
def test_enable_decided_before_a_stop_is_refused(subject: GpioPanel) -> None:
    decided = subject.epoch
    pin(PINS.stop_a).drive_high()
    pin(PINS.stop_a).drive_low()
    with pytest.raises(StaleEpoch, match="enable"):
        subject.enable(decided)
    assert not subject.read().enable


@pytest.mark.requirement("STP-1")
@pytest.mark.parametrize("contact", ["stop_a", "stop_b"])
def test_enable_is_refused_while_a_contact_is_open_even_in_the_present_epoch(subject: GpioPanel, contact: str) -> None:
    pin(getattr(PINS, contact)).drive_high()
    with pytest.raises(StaleEpoch):
        subject.enable(subject.epoch)
    assert not subject.read().enable


def test_a_stop_by_software_does_what_an_edge_does(subject: GpioPanel) -> None:
    subject.enable(0)
    assert subject.stop() == 1
    assert not subject.read().enable


def test_disable_opens_the_relay_and_stops_nothing(subject: GpioPanel) -> None:
    subject.enable(0)
    subject.disable()
    assert not subject.read().enable
    assert subject.epoch == 0


def test_the_pedal_and_the_feedback_post_their_edges_and_stop_nothing(subject: GpioPanel) -> None:
    pin(PINS.pedal_nc).drive_high()
    pin(PINS.pedal_no).drive_low()
    pin(PINS.feedback).drive_high()
    assert [(edge.signal, edge.closed) for edge in subject.edges()] == [
        ("pedal_nc", False),
        ("pedal_no", True),
        ("feedback", True),
    ]
    levels = subject.read()
    assert (levels.pedal_no, levels.pedal_nc, levels.feedback) == (True, False, True)
    assert subject.epoch == 0


def test_an_edge_wakes_whoever_waits() -> None:
    woken: list[int] = []
    panel = GpioPanel(PINS, "mock", StopLatch(), wake=lambda: woken.append(1))
    pin(PINS.pedal_no).drive_low()
    assert woken == [1]
    panel.close()


def test_the_queue_of_edges_is_bounded_and_keeps_the_newest(subject: GpioPanel) -> None:
    for _ in range(EDGES_KEPT):
        pin(PINS.pedal_no).drive_low()
        pin(PINS.pedal_no).drive_high()
    pin(PINS.stop_a).drive_high()
    edges = subject.edges()
    assert len(edges) == EDGES_KEPT
    assert edges[-1].signal == "stop_a"


def test_a_callback_that_fails_is_noticed_and_ends_nothing(latch: StopLatch) -> None:
    def broken() -> None:
        raise RuntimeError("nobody to wake")

    panel = GpioPanel(PINS, "mock", latch, wake=broken)
    assert panel.alive()
    pin(PINS.stop_a).drive_low()
    pin(PINS.stop_b).drive_low()
    assert not panel.alive()
    assert panel.failure == "the callback of stop_b failed: RuntimeError: nobody to wake"
    panel.enable(0)
    pin(PINS.stop_a).drive_high()
    assert not panel.read().enable
    panel.close()


@pytest.mark.requirement("ALM-2")
@pytest.mark.parametrize("lit", [(True, False, False), (False, True, False), (False, False, True)])
def test_each_lamp_of_the_beacon_is_its_own_pin(subject: GpioPanel, lit: tuple[bool, bool, bool]) -> None:
    red, yellow, cyan = lit
    subject.beacon(red=red, yellow=yellow, cyan=cyan)
    assert tuple(bool(pin(number).state) for number in (PINS.red, PINS.yellow, PINS.cyan)) == lit


def test_the_buzzer_sounds_its_tone_until_it_is_silenced(subject: GpioPanel) -> None:
    subject.buzzer(2300)
    assert (pin(PINS.buzzer).frequency, pin(PINS.buzzer).state) == (2300, 0.5)
    subject.buzzer(None)
    assert pin(PINS.buzzer).state == 0
    with pytest.raises(ValueError, match="range"):
        subject.buzzer(20_000)


@pytest.mark.requirement("WDG-4")
def test_closing_leaves_every_output_off_and_the_pins_free(latch: StopLatch) -> None:
    panel = GpioPanel(PINS, "mock", latch)
    pin(PINS.stop_a).drive_low()
    pin(PINS.stop_b).drive_low()
    panel.enable(0)
    panel.beacon(red=True, yellow=True, cyan=True)
    panel.buzzer(2300)
    outputs = [pin(number) for number in (PINS.enable, PINS.red, PINS.yellow, PINS.cyan, PINS.buzzer)]
    panel.close()
    panel.close()
    assert not any(output.state for output in outputs)
    assert latch.epoch == 1  # a start that is still on its way is refused too
    GpioPanel(PINS, "mock", latch).close()


def test_a_pin_that_is_taken_leaves_none_of_the_others_taken(latch: StopLatch) -> None:
    with pytest.raises(gpiozero.GPIOPinInUse):
        GpioPanel(PinNumbers(buzzer=PINS.red), "mock", latch)
    GpioPanel(PINS, "mock", latch).close()


def test_a_factory_that_cannot_be_had_is_an_error_and_never_another_one(latch: StopLatch) -> None:
    """No machine that runs the tests is a Pi: lgpio is missing here, or finds no board."""
    with pytest.raises(PinFactoryWrong, match=r"E111: The pins are driven by 'nothing: .*', but 'lgpio' was named"):
        GpioPanel(PINS, "lgpio", latch)
    assert gpiozero.Device.pin_factory is None


def test_a_factory_that_nobody_knows_is_an_error(latch: StopLatch) -> None:
    with pytest.raises(PinFactoryWrong, match="'pigpio' was named"):
        GpioPanel(PINS, "pigpio", latch)


def test_a_process_whose_pins_are_driven_by_another_factory_is_an_error(latch: StopLatch) -> None:
    gpiozero.Device.pin_factory = object.__new__(NativeFactory)
    try:
        with pytest.raises(PinFactoryWrong, match="driven by 'NativeFactory', but 'mock' was named"):
            GpioPanel(PINS, "mock", latch)
    finally:
        gpiozero.Device.pin_factory = None


@pytest.mark.requirement("STP-4")
def test_a_stop_edge_says_when_the_pin_changed_and_when_enable_read_off(latch: StopLatch) -> None:
    panel = GpioPanel(PINS, "mock", latch)
    try:
        for contact in (PINS.stop_a, PINS.stop_b):
            pin(contact).drive_low()
        panel.enable(latch.epoch)
        panel.edges()
        pin(PINS.stop_a).drive_high()
        pin(PINS.stop_b).drive_high()
        first, second = panel.edges()
        assert first.at is not None
        assert second.at is not None
        assert first.at <= first.stamp <= second.at <= second.stamp
        assert (first.was_on, first.dropped) == (True, True)
        assert (second.was_on, second.dropped) == (False, True)
    finally:
        panel.close()


def test_a_closing_contact_drops_nothing_and_says_when_it_closed(subject: GpioPanel) -> None:
    pin(PINS.pedal_no).drive_low()
    (edge,) = subject.edges()
    assert (edge.was_on, edge.dropped) == (False, False)
    assert edge.at is not None


@pytest.mark.parametrize("age", [None, -0.001, 5.0])
def test_a_stamp_of_another_clock_is_not_believed(age: float | None) -> None:
    class Odd:
        is_active = True
        active_time = inactive_time = age

    assert _changed_at(Odd(), 12.5, closed=True) is None  # type: ignore[arg-type]
    assert _changed_at(Odd(), 12.5, closed=False) is None  # type: ignore[arg-type]
