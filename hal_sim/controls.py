"""What a person can do at the bench, and what they see there, as data for its window.

Only this file knows which command each button and key sends, and how the device's figures are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from drivers.registers import BARREL_NL, SyringeType
from hal_sim.build import Build
from hal_sim.faults import FAULTS
from hal_sim.motion import OCCLUSION_KPA

State = Mapping[str, Any]
"""The answer of the bench to `state` or `truth`."""


class Control(msgspec.Struct, frozen=True):
    """A button that is held or toggled. `shows` says from the state whether it is on."""

    key: str
    label: str
    on: str
    off: str
    held: bool
    state: str
    inverted: bool = False

    def is_on(self, state: State) -> bool:
        """Whether the device has it on."""
        return bool(state[self.state]) != self.inverted

    def pressed(self, state: State) -> str:
        """The command of a press: a held one goes on, a toggled one goes over."""
        return self.off if not self.held and self.is_on(state) else self.on


class Act(msgspec.Struct, frozen=True):
    """A button for something that is done once."""

    key: str
    label: str
    command: Callable[[State], str]


CONTROLS = (
    Control("t", "Trigger", "trigger down", "trigger up", held=True, state="trigger"),
    Control("p", "Pedal", "pedal down", "pedal up", held=True, state="pedal_no"),
    Control("c", "Skin contact", "contact on", "contact off", held=False, state="contact"),
    Control("s", "STOP pressed", "stop press", "stop release", held=False, state="stop_a", inverted=True),
    Control("u", "Cable unplugged", "unplug", "replug", held=False, state="plugged", inverted=True),
    Control("n", "Needle fitted", "needle fit", "needle remove", held=False, state="needle_fitted"),
    Control("b", "Outlet blocked", "fault occlusion on", "fault occlusion off", held=False, state="blocked"),
)
ENABLE = Control("e", "Motor enable by hand", "enable on", "enable off", held=False, state="enable")
"""Where no program is wired to the panel; else the output is that program's, and the bench refuses."""
BARRELS = {"NONE": "none", "ML_1": "1", "ML_2": "2", "ML_5": "5", "ML_10": "10"}
"""What the state calls a barrel, and the word that the command takes."""
BARREL_KEYS = {"x": "NONE", "1": "ML_1", "2": "ML_2", "5": "ML_5", "0": "ML_10"}
ACTS = (
    Act("f", "New syringe, same size", lambda state: f"barrel {BARRELS[state['barrel']]}"),
    Act("l", "New line, full of air", lambda _: "line new"),
    Act("r", "Restart the controller", lambda _: "reset"),
)

COLUMN = 10
"""Faults in one column of the window."""
MOVES = {"up": -1, "down": 1, "left": -COLUMN, "right": COLUMN}
"""What an arrow key does to the place of the marked fault in the list."""
FAULT_KEYS = "[arrows] mark one   [Enter] switches it   [Backspace] all off"


def marked(name: str, arrow: str) -> str:
    """The fault that an arrow key marks next; at the edge of the list the mark stays."""
    names = list(FAULTS)
    place = names.index(name) + MOVES[arrow]
    return names[place] if 0 <= place < len(names) else name


def switched(name: str, state: State) -> str:
    """The command that turns a fault over."""
    return f"fault {name} {'off' if name in state['bench_faults'] else 'on'}"


def all_off(state: State) -> list[str]:
    """The commands that turn every fault off."""
    return [f"fault {name} off" for name in state["bench_faults"]]


def pressed(key: str, state: State) -> str | None:
    """The command that a key sends as it goes down; None for a key that sends none."""
    for control in (*CONTROLS, ENABLE):
        if control.key == key:
            return control.pressed(state)
    for act in ACTS:
        if act.key == key:
            return act.command(state)
    return f"barrel {BARRELS[BARREL_KEYS[key]]}" if key in BARREL_KEYS else None


def released(key: str) -> str | None:
    """The command that a key sends as it comes up."""
    return next((control.off for control in CONTROLS if control.held and control.key == key), None)


class Reading(msgspec.Struct, frozen=True):
    """One figure: its name, its text with the unit, how far a bar is filled, 0 to 1, and what it means now."""

    name: str
    text: str
    share: float
    note: str


HOLDERS = {
    "motor": "the motor holds the needle", "spring": "the spring draws the needle up",
    "friction": "friction holds the needle", "jam": "the carriage is jammed",
}  # fmt: skip
"""What the model calls whatever has the carriage, and how that is said."""
_BUILD = Build()
SPRING_FULL_N = _BUILD.spring_preload_n + _BUILD.spring_n_per_um * _BUILD.end_stop_um
"""The pull at the lower end stop: the most that there is."""


def readings(state: State, truth: State) -> tuple[Reading, ...]:
    """The figures that move, from the bench's `state` and `truth`."""
    barrel_ul = BARREL_NL[SyringeType[state["barrel"]]] / 1000
    tip_mm = truth["needle_um"] / 1000
    where = f"tip {tip_mm:.2f} mm beyond the plate" if tip_mm > 0 else f"tip {-tip_mm:.2f} mm inside the nozzle"
    broken = "broken: " if truth["spring"] == "broken" else ""
    gap_ul = (truth["pusher_nl"] - truth["piston_nl"]) / 1000
    before = f"{gap_ul:.1f} uL before the piston" if gap_ul > 0 else "at the piston"
    air_ul = truth["air_nl"] / 1000
    return (
        _reading("Needle depth", state["needle_um"] / 1000, "mm", 2, 6.0, where),
        _reading("Return spring", truth["spring_n"], "N", 2, SPRING_FULL_N, broken + HOLDERS[truth["held_by"]]),
        _reading(
            "Line pressure", truth["pressure_kpa"], "kPa", 1, OCCLUSION_KPA, f"full bar: occlusion, {OCCLUSION_KPA} kPa"
        ),
        _reading(
            "Motor supply", state["supply_mv"] / 1000, "V", 1, _BUILD.supply_v,
            f"relay {'closed' if state['feedback'] else 'open'}",
        ),
        _reading(
            "Plunger", truth["pusher_nl"] / 1000, "uL", 1, barrel_ul * _BUILD.backed_off,
            before if barrel_ul else "no syringe",
        ),
        _reading(
            "Outflow", truth["outflow_nl"] / 1000, "uL", 1, barrel_ul,
            f"{air_ul:.1f} uL air in the line" if air_ul else "no air in the line",
        ),
    )  # fmt: skip


def summary(state: State) -> str:
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


def last_motion(state: State) -> str:
    """What the device measured of its newest motion that has ended."""
    last = state["last_motion"]
    if last is None:
        return "no motion yet"
    depth, dose = last["measured_depth_um"] / 1000, last["measured_dose_nl"] / 1000
    return (
        f"motion {last['number']}: {depth:.2f} mm   {dose:.1f} uL   peak {last['peak_kpa']} kPa   "
        f"{last['duration_ms']} ms   {last['outcome'].lower().replace('_', ' ')}"
    )


def _reading(name: str, value: float, unit: str, places: int, full: float, note: str) -> Reading:
    share = min(1.0, max(0.0, value / full)) if full else 0.0
    return Reading(name=name, text=f"{value:.{places}f} {unit}", share=share, note=note)
