"""The panel on the Pi's pins: stop circuit, pedal, enable relay, beacon and buzzer, through gpiozero.

Only this file knows pins, and which level of each means what: a contact closes its pin to ground against the pull-up,
so that a cut wire reads as an open contact; the relay's feedback is high while the relay is closed, against the
pull-down.

gpiozero is imported when a panel is built, not before: the thread that lgpio starts on import inherits the real-time
priority of the one that imports it.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from typing import Any, Protocol

import msgspec

from drivers.errors import PinEventsSilent, PinFactoryWrong, StaleEpoch
from drivers.ports import PanelEdge, PanelInputs, StopLatch

EDGE_AGE_MAX_S = 1.0
"""An edge that its pin factory calls older, or not yet come, has a stamp of another clock: it is not believed."""
EDGES_KEPT = 256
"""Edges between two reads of the queue; a bouncing contact gives tens. The oldest fall out, levels are read too."""
BUZZER_MIDDLE_HERTZ, BUZZER_OCTAVES = 1760, 2
"""440 to 7040 Hz: the reach of the reference buzzer around its middle tone."""

FACTORIES: dict[str, tuple[str, str]] = {
    "lgpio": ("gpiozero.pins.lgpio", "LGPIOFactory"),
    "mock": ("gpiozero.pins.mock", "MockFactory"),
}
"""What a pin factory is called, and the class that a pin made by it must come from."""


class PinNumbers(msgspec.Struct, frozen=True):
    """BCM numbers of the panel's pins; the defaults are those of the reference hardware."""

    stop_a: int = 5
    stop_b: int = 26
    enable: int = 6
    feedback: int = 13
    pedal_no: int = 19
    pedal_nc: int = 25
    red: int = 16
    yellow: int = 20
    cyan: int = 21
    buzzer: int = 12


class _Input(Protocol):
    is_active: bool
    active_time: float | None
    inactive_time: float | None
    when_activated: Callable[[], None] | None
    when_deactivated: Callable[[], None] | None
    pin_factory: object

    def close(self) -> None: ...


class _Output(Protocol):
    is_active: bool

    def on(self) -> None: ...

    def off(self) -> None: ...

    def close(self) -> None: ...


class _Sounder(Protocol):
    def play(self, tone: object) -> None: ...

    def stop(self) -> None: ...

    def close(self) -> None: ...


class GpioPanel:
    """The `Panel` on real or mock pins.

    The stop contacts have no `bounce_time`: the first edge of a bounce is the one that counts, and only opening acts.
    Contacts are gpiozero's DigitalInputDevice, not its Button: each Button brings a thread that polls for holding.
    """

    def __init__(
        self,
        pins: PinNumbers,
        factory: str,
        latch: StopLatch,
        *,
        clock: Callable[[], float] = time.monotonic,
        wake: Callable[[], None] | None = None,
        thread_started: Callable[[int], None] | None = None,
    ) -> None:
        """Take the pins; enable is off from the first moment (WDG-4).

        Args:
            pins: BCM numbers.
            factory: "lgpio" on a Pi or "mock" in simulation; there is no default and no fallback.
            latch: The process's stop latch.
            clock: CLOCK_MONOTONIC in seconds, stamped on levels and edges.
            wake: Called after each edge was posted, in the event thread; must not block.
            thread_started: Called once with the native id of lgpio's event thread, to give it its priority.

        Raises:
            PinFactoryWrong: the named factory cannot be had, or another one drives the pins.
        """
        self._latch = latch
        self._clock = clock
        self._wake = wake
        self._edges: deque[PanelEdge] = deque(maxlen=EDGES_KEPT)
        self._failure: str | None = None
        self._closed = False
        self._told_on = False
        gpio: Any = import_module("gpiozero")
        with ExitStack() as closing:
            made = _make_factory(factory, closing)
            self._event_thread = _event_thread(factory)

            def take(kind: str, number: int, **settings: object) -> Any:
                device = getattr(gpio, kind)(number, pin_factory=made, **settings)
                closing.callback(device.close)
                return device

            self._enable: _Output = take("OutputDevice", pins.enable, initial_value=False)
            self._inputs: dict[str, _Input] = {
                "stop_a": take("DigitalInputDevice", pins.stop_a, pull_up=True),
                "stop_b": take("DigitalInputDevice", pins.stop_b, pull_up=True),
                "pedal_no": take("DigitalInputDevice", pins.pedal_no, pull_up=True),
                "pedal_nc": take("DigitalInputDevice", pins.pedal_nc, pull_up=True),
                "feedback": take("DigitalInputDevice", pins.feedback, pull_up=False),
            }
            self._beacon: list[_Output] = [take("LED", number) for number in (pins.red, pins.yellow, pins.cyan)]
            self._tone: Any = gpio.tones.Tone
            middle = self._tone(frequency=BUZZER_MIDDLE_HERTZ)
            self._buzzer: _Sounder = take("TonalBuzzer", pins.buzzer, mid_tone=middle, octaves=BUZZER_OCTAVES)
            for name, device in self._inputs.items():
                _check_factory(device.pin_factory, factory)
                stop = name in ("stop_a", "stop_b")
                device.when_activated = self._callback(name, device, closed=True, stop=False)
                device.when_deactivated = self._callback(name, device, closed=False, stop=stop)
            if thread_started is not None and self._event_thread is not None and self._event_thread.native_id:
                thread_started(self._event_thread.native_id)
            self._closing = closing.pop_all()

    @property
    def epoch(self) -> int:
        """The stop latch's epoch."""
        return self._latch.epoch

    @property
    def failure(self) -> str | None:
        """What ended or damaged the delivery of pin events, in words; None while all is well."""
        if self._failure is None and self._event_thread is not None and not self._event_thread.is_alive():
            return "lgpio's event thread has ended"
        return self._failure

    def read(self) -> PanelInputs:
        """Levels now."""
        level = {name: bool(device.is_active) for name, device in self._inputs.items()}
        return PanelInputs(
            stop_a=level["stop_a"],
            stop_b=level["stop_b"],
            pedal_no=level["pedal_no"],
            pedal_nc=level["pedal_nc"],
            feedback=level["feedback"],
            enable=bool(self._enable.is_active),
            stamp=self._clock(),
        )

    def edges(self) -> list[PanelEdge]:
        """Edges since the last call, oldest first; at most the newest `EDGES_KEPT`."""
        taken: list[PanelEdge] = []
        while self._edges:
            taken.append(self._edges.popleft())
        return taken

    def enable(self, epoch: int) -> None:
        """Close the motor enable relay unless the stop latch moved since `epoch`, or a stop contact is open now.

        Raises:
            StaleEpoch: a stop came in between; the relay stays as it is.
        """
        self._latch.guarded(epoch, "enable", self._close_relay)

    def disable(self) -> None:
        """Open the relay."""
        self._open_relay()

    def stop(self) -> int:
        """What a stop edge does, asked for by software: epoch up, enable off. Returns the new epoch."""
        return self._latch.raise_epoch(self._open_relay)

    def beacon(self, *, red: bool, yellow: bool, cyan: bool) -> None:
        """Light the lamps; ALM-2's rhythm is the caller's."""
        for lamp, lit in zip(self._beacon, (red, yellow, cyan), strict=True):
            if lit:
                lamp.on()
            else:
                lamp.off()

    def buzzer(self, hertz: int | None) -> None:
        """Sound a tone of 440 to 7040 Hz, or None for silence.

        Raises:
            ValueError: the tone is out of the buzzer's reach.
        """
        if hertz is None:
            self._buzzer.stop()
        else:
            self._buzzer.play(self._tone(frequency=hertz))

    def alive(self) -> bool:
        """Whether pin events are still delivered: no callback has failed, and lgpio's only thread runs."""
        return self.failure is None

    def close(self) -> None:
        """Enable off, silence, dark, and let go of all pins. Closing twice is no error."""
        if self._closed:
            return
        self._closed = True
        self.stop()
        for device in self._inputs.values():
            device.when_activated = None
            device.when_deactivated = None
        self.buzzer(None)
        self.beacon(red=False, yellow=False, cyan=False)
        self._closing.close()

    def _close_relay(self) -> None:
        # An opening whose edge is still on its way must not be overtaken by a start.
        if not (self._inputs["stop_a"].is_active and self._inputs["stop_b"].is_active):
            raise StaleEpoch(what="enable")
        self._enable.on()
        self._told_on = True

    def _open_relay(self) -> None:
        self._enable.off()
        self._told_on = False

    def _callback(self, name: str, device: _Input, *, closed: bool, stop: bool) -> Callable[[], None]:
        """What the event thread runs on an edge: the stop first, then a post; nothing that can wait."""

        def edge() -> None:
            try:
                was_on = stop and self._told_on
                if stop:
                    self._latch.raise_epoch(self._open_relay)
                dropped = stop and not self._enable.is_active
                stamp = self._clock()
                at = _changed_at(device, stamp, closed=closed)
                self._edges.append(PanelEdge(name, closed, stamp, at, was_on, dropped))
                if self._wake is not None:
                    self._wake()
            except Exception as error:  # noqa: BLE001  one exception would end lgpio's only thread: all pins silent
                self._failure = f"the callback of {name} failed: {type(error).__name__}: {error}"

        return edge


def _changed_at(device: _Input, now: float, *, closed: bool) -> float | None:
    """When the pin changed, by its factory's stamp (lgpio: the kernel's, CLOCK_MONOTONIC since Linux 5.7)."""
    age = device.active_time if closed else device.inactive_time
    return now - age if age is not None and 0.0 <= age <= EDGE_AGE_MAX_S else None


def _make_factory(named: str, closing: ExitStack) -> object:
    """The named factory, one for the process. A factory of that kind that the process has already is used.

    A factory made here is let go of through `closing`.
    """
    if named not in FACTORIES:
        raise PinFactoryWrong(found="nothing", named=named)
    gpio: Any = import_module("gpiozero")
    device = gpio.Device
    if device.pin_factory is not None:
        _check_factory(device.pin_factory, named)
        return device.pin_factory
    module, name = FACTORIES[named]
    try:
        library: Any = import_module(module)
        factory = getattr(library, name)()
    except (ImportError, AttributeError, OSError, gpio.GPIOZeroError, *_lgpio_errors()) as error:
        raise PinFactoryWrong(found=f"nothing: {error}", named=named) from error
    if named == "mock":
        factory.pin_class = library.MockPWMPin

    def let_go() -> None:
        factory.close()
        device.pin_factory = None

    closing.callback(let_go)
    device.pin_factory = factory
    return factory


def _lgpio_errors() -> tuple[type[Exception], ...]:
    """What lgpio raises when it cannot have the chip; evaluated when something was raised, so that it is loaded."""
    library: Any = sys.modules.get("lgpio")
    return () if library is None else (library.error,)


def _check_factory(factory: object, named: str) -> None:
    module, name = FACTORIES[named]
    if not any((kind.__module__, kind.__name__) == (module, name) for kind in type(factory).__mro__):
        raise PinFactoryWrong(found=type(factory).__name__, named=named)


def _event_thread(named: str) -> threading.Thread | None:
    """The one thread of callbacks of lgpio; mock pins run them in the thread that drives them."""
    if named != "lgpio":
        return None
    for thread in threading.enumerate():
        if type(thread).__module__ == "lgpio":
            return thread
    raise PinEventsSilent
