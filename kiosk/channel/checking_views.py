"""What a technician's pages show of inputs, outputs, checks and times. Times us, pressure kPa, supply mV, depth um."""

from __future__ import annotations

from typing import Literal

from kiosk.channel.base import View
from kiosk.channel.checking_commands import TimeKey

CheckOutcome = Literal["", "passed", "failed", "not seen", "stopped", "left"]
"""How a check ended last; "" while it never was done here."""


class PinsView(View, frozen=True):
    """The panel's pins as control reads and drives them; a contact is true when closed."""

    stop_a: bool
    stop_b: bool
    pedal_no: bool
    pedal_nc: bool
    feedback: bool
    enable: bool
    red: bool
    yellow: bool
    cyan: bool
    hertz: int = 0
    """The buzzer's tone, 0 for silence."""


class SensedView(View, frozen=True):
    """What the injector's controller says of its own inputs, in its newest status."""

    trigger: bool
    contact: bool
    home: bool
    needle: bool
    supply: bool
    pedal: bool
    """The pedal as the controller has it from control."""
    barrel_ml: int
    """The syringe in the clamp by its width; 0 for none."""
    pressure_kpa: int
    supply_mv: int
    needle_um: int
    state: str
    """The controller's state by its key, "ready" for one; its number where it has none."""
    plunger_nl: int = 0
    """Where the plunger stands, as what is between it and the end of the barrel by its encoder."""


class CheckLine(View, frozen=True):
    """One guided check and how it ended last."""

    key: str
    title: str
    outcome: CheckOutcome = ""
    detail: str = ""
    when: str = ""
    """Local date and time of that."""
    who: str = ""
    passed: str = ""
    """Local date of the last pass, "" for never."""


class CheckNow(View, frozen=True):
    """The check that runs."""

    key: str
    title: str
    todo: str
    asks: bool = False
    """Whether a person has to say if it is seen or heard."""
    left_s: int = 0


class TimeView(View, frozen=True):
    """One time as it was measured. `edges_us` has one more than `counts`; what lies outside is in the end bars."""

    key: TimeKey
    limit_us: int
    n: int = 0
    p50_us: int = 0
    p99_us: int = 0
    max_us: int = 0
    over: int = 0
    """How many were over the limit."""
    lost: int = 0
    """Edges that never came to their end: enable stayed on, or the press was over before a frame."""
    powered: int = 0
    """Of stop edges: how many found enable on."""
    edges_us: tuple[int, ...] = ()
    counts: tuple[int, ...] = ()


class CheckingView(View, frozen=True):
    """All of it, for a technician between sessions."""

    pins: PinsView
    sensed: SensedView | None
    """None while no injector is connected."""
    lines: tuple[CheckLine, ...]
    now: CheckNow | None = None
    times: tuple[TimeView, ...] = ()
    ended: str = ""
    """Key of the check that ended last since control began, "" for none."""
    measuring: bool = False
    """Whether the lapse of the lease is being measured."""
    why: str = ""
    """Why no check can begin now, or ""."""
