"""What a person can do at the bench, and what they see there, as data for its window.

Only this file knows which command each button and key sends, and how the device's figures are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec


class Control(msgspec.Struct, frozen=True):
    """A button that is held or toggled. `shows` says from the state whether it is on."""

    key: str
    label: str
    on: str
    off: str
    held: bool
    state: str
    inverted: bool = False

    def is_on(self, state: Mapping[str, Any]) -> bool:
        """Whether the device has it on."""
        return bool(state[self.state]) != self.inverted


CONTROLS = (
    Control("t", "Trigger", "trigger down", "trigger up", held=True, state="trigger"),
    Control("p", "Pedal", "pedal down", "pedal up", held=True, state="pedal_no"),
    Control("c", "Skin contact", "contact on", "contact off", held=False, state="contact"),
    Control("s", "STOP pressed", "stop press", "stop release", held=False, state="stop_a", inverted=True),
    Control("u", "Cable unplugged", "unplug", "replug", held=False, state="plugged", inverted=True),
    Control("n", "Needle fitted", "needle fit", "needle remove", held=False, state="needle_fitted"),
    Control("b", "Outlet blocked", "fault occlusion on", "fault occlusion off", held=False, state="blocked"),
)
BARRELS = {"NONE": "none", "ML_1": "1", "ML_2": "2", "ML_5": "5", "ML_10": "10"}
"""What the state calls a barrel, and the word that the command takes."""
REFILL_KEY, RESET_KEY, LINE_KEY = "f", "r", "l"


class Reading(msgspec.Struct, frozen=True):
    """One figure: its name, its text with the unit, and how far a bar is filled, 0 to 1."""

    name: str
    text: str
    share: float


def readings(state: Mapping[str, Any], truth: Mapping[str, Any]) -> tuple[Reading, ...]:
    """The figures that move, from the bench's `state` and `truth`."""
    barrel_nl = {"ML_1": 1e6, "ML_2": 2e6, "ML_5": 5e6, "ML_10": 10e6}.get(state["barrel"], 0.0)
    plunger_nl = float(truth["pusher_nl"])
    return (
        _reading("Needle", state["needle_um"] / 1000, "mm", 2, 6.0),
        _reading("Line pressure", truth["pressure_kpa"], "kPa", 1, 300.0),
        _reading("Motor supply", state["supply_mv"] / 1000, "V", 1, 24.0),
        _reading("Plunger", plunger_nl / 1000, "uL", 1, barrel_nl / 1000),
        _reading("Outflow", truth["outflow_nl"] / 1000, "uL", 1, barrel_nl / 1000),
    )


def summary(state: Mapping[str, Any]) -> str:
    """State, faults, lease and counters in one line."""
    words = [
        f"{state['state'].lower()}",
        f"{state['shots_left']} shots left",
        f"{state['lifetime_shots']} motions ever",
        "lease live" if state["lease"] else "no lease",
    ]
    if state["faults"]:
        words.append("faults: " + ", ".join(name.lower().replace("_", " ") for name in state["faults"]))
    return "   ".join(words)


def _reading(name: str, value: float, unit: str, places: int, full: float) -> Reading:
    share = min(1.0, max(0.0, value / full)) if full else 0.0
    return Reading(name=name, text=f"{value:.{places}f} {unit}", share=share)
