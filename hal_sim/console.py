"""The bench's commands: one for every input and every fault, as one table with a help text each.

Only this file reads typed words. Whatever is typed is answered in a sentence; nothing here raises for a wrong word.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from drivers.registers import BARREL_NL, ControllerState, Fault, Outcome, SyringeType
from hal_sim.build import NEEDLE_BORE_UM, Needle
from hal_sim.faults import FAULTS
from hal_sim.pace import PARKED_UM

if TYPE_CHECKING:
    from hal_sim.rig import Rig

BARRELS = {
    "none": SyringeType.NONE,
    "1": SyringeType.ML_1,
    "2": SyringeType.ML_2,
    "5": SyringeType.ML_5,
    "10": SyringeType.ML_10,
}


class WrongWord(Exception):
    """A command was given something it does not take; the text says what it takes."""


class Verb(msgspec.Struct, frozen=True):
    """One command: what may follow it, what it does, and how."""

    takes: str
    text: str
    act: Callable[[Rig, list[str]], str]


def run(rig: Rig, line: str) -> str:
    """Do one command and say what happened."""
    words = line.split()
    if not words:
        return "Type help for the list of commands."
    verb = VERBS.get(words[0])
    if verb is None:
        near = difflib.get_close_matches(words[0], VERBS, 1, 0.0)
        return f"There is no command '{words[0]}'; did you mean '{near[0]}'? Type help for the list."
    try:
        return verb.act(rig, words[1:])
    except WrongWord as wrong:
        return f"{words[0]} takes {wrong}."


def _choice(words: list[str], takes: str, *names: str) -> str:
    if len(words) != 1 or words[0] not in names:
        raise WrongWord(takes)
    return words[0]


def _switch(takes: str, on: str, off: str, act: Callable[[Rig, bool], None]) -> Callable[[Rig, list[str]], str]:
    def do(rig: Rig, words: list[str]) -> str:
        word = _choice(words, takes, on, off)
        act(rig, word == on)
        return "ok"

    return do


def _trigger(rig: Rig, down: bool) -> None:
    rig.body.trigger_down = down


def _pedal(rig: Rig, down: bool) -> None:
    rig.electrics.pedal_no, rig.electrics.pedal_nc = down, not down


def _pedal_no(rig: Rig, closed: bool) -> None:
    rig.electrics.pedal_no = closed


def _pedal_nc(rig: Rig, closed: bool) -> None:
    rig.electrics.pedal_nc = closed


def _contact(rig: Rig, on: bool) -> None:
    rig.body.contact_made = on


def _stop(rig: Rig, pressed: bool) -> None:
    rig.electrics.stop_a = rig.electrics.stop_b = not pressed


def _stop_a(rig: Rig, closed: bool) -> None:
    rig.electrics.stop_a = closed


def _stop_b(rig: Rig, closed: bool) -> None:
    rig.electrics.stop_b = closed


def _enable(rig: Rig, on: bool) -> None:
    rig.electrics.set_coil(rig.now, on)


def _nothing_follows(words: list[str]) -> None:
    if words:
        raise WrongWord("nothing after it")


def _lift(rig: Rig, words: list[str]) -> str:
    _nothing_follows(words)
    rig.body.contact_made = False
    return "ok"


def _plug(plugged: bool) -> Callable[[Rig, list[str]], str]:
    def do(rig: Rig, words: list[str]) -> str:
        _nothing_follows(words)
        rig.plugged = plugged
        return "ok"

    return do


def _barrel(rig: Rig, words: list[str]) -> str:
    barrel = BARRELS[_choice(words, "none, 1, 2, 5 or 10", *BARRELS)]
    rig.body.fit(barrel, BARREL_NL[barrel])
    return "ok" if barrel == SyringeType.NONE else f"A full {words[0]} mL syringe is in the clamp."


def _syringe(rig: Rig, words: list[str]) -> str:
    if len(words) != 2 or words[0] != "fill" or not words[1].isdecimal():
        raise WrongWord("fill and a volume in uL")
    barrel, fill_nl = rig.body.barrel, int(words[1]) * 1000
    if not 0 < fill_nl <= BARREL_NL[barrel]:
        raise WrongWord(f"a volume of 1 to {BARREL_NL[barrel] // 1000} uL with the barrel that is in the clamp")
    rig.body.fit(barrel, fill_nl)
    return f"A new syringe with {words[1]} uL is in the clamp."


def _needle(rig: Rig, words: list[str]) -> str:
    takes = "fit, fit GAUGE MM (30 to 32, 4 to 13), or remove"
    if words == ["remove"]:
        rig.body.fit_needle(None)
        return "ok"
    if not words or words[0] != "fit" or len(words) not in (1, 3):
        raise WrongWord(takes)
    needle = Needle()
    if len(words) == 3:
        if not all(word.isdecimal() for word in words[1:]):
            raise WrongWord(takes)
        needle = Needle(int(words[1]), float(words[2]))
    if needle.gauge not in NEEDLE_BORE_UM or not 4 <= needle.length_mm <= 13:
        raise WrongWord(takes)
    rig.body.fit_needle(needle)
    return f"A {needle.gauge}G needle of {needle.length_mm:g} mm is fitted."


def _line(rig: Rig, words: list[str]) -> str:
    _choice(words, "new", "new")
    rig.body.fluid.air_nl = rig.build.tubing_nl + rig.build.hub_nl
    return "A new line full of air is fitted."


def _fault(rig: Rig, words: list[str]) -> str:
    if not words:
        active = rig.faults.active()
        return "\n".join(f"{name:20} {'ON ' if name in active else '   '} {text}" for name, text in FAULTS.items())
    if words[0] not in FAULTS:
        near = difflib.get_close_matches(words[0], FAULTS, 1, 0.0)[0]
        return f"There is no fault '{words[0]}'; did you mean '{near}'? Type fault for the list."
    if len(words) != 2 or words[1] not in ("on", "off"):
        raise WrongWord("the name of a fault and on or off")
    rig.faults.set(words[0], words[1] == "on")
    return FAULTS[words[0]] if words[1] == "on" else "ok"


def _reset(rig: Rig, words: list[str]) -> str:
    _nothing_follows(words)
    rig.reset(rig.now)
    return f"Start number {rig.controller.journal.boot_count}."


def _power_cut(rig: Rig, words: list[str]) -> str:
    if len(words) != 1 or not words[0].isdecimal():
        raise WrongWord("a number of bytes")
    rig.memory.cut_after = int(words[0])
    return f"The next write into the memory ends after {words[0]} bytes, and the controller starts again."


def _state(rig: Rig, words: list[str]) -> str:
    _nothing_follows(words)
    controller, levels = rig.controller, rig.electrics.levels()
    last = controller.journal.last()
    return json.dumps(
        {
            "state": ControllerState(controller.state).name,
            "faults": [fault.name for fault in Fault if fault in controller.faults and fault],
            "shots_left": controller.shots_left,
            "lifetime_shots": controller.journal.lifetime_shots,
            "lifetime_nl": controller.journal.lifetime_nl,
            "boot_count": controller.journal.boot_count,
            "lease": controller.lease.live,
            "trigger": rig.body.trigger,
            "contact": rig.body.contact,
            "home": rig.body.home,
            "barrel": SyringeType(rig.body.barrel).name,
            "piston_known": controller.journal.piston_known,
            "needle_fitted": rig.body.needle is not None,
            "blocked": rig.faults.occlusion,
            "needle_um": max(0, round(rig.body.carriage.travel(rig.now) - PARKED_UM)),
            "supply_mv": round(rig.electrics.volts(rig.now) * 1000),
            "enable": rig.electrics.coil,
            "stop_a": levels.stop_a,
            "stop_b": levels.stop_b,
            "pedal_no": levels.pedal_no,
            "pedal_nc": levels.pedal_nc,
            "feedback": levels.feedback,
            "plugged": rig.plugged,
            "beacon": list(rig.beacon),
            "buzzer": rig.buzzer,
            "sounding": controller.sounding,
            "bench_faults": list(rig.faults.active()),
            "last_motion": last and {**msgspec.structs.asdict(last), "outcome": Outcome(last.outcome).name},
        }
    )


def _truth(rig: Rig, words: list[str]) -> str:
    _nothing_follows(words)
    body = rig.body
    return json.dumps(
        {
            "outflow_nl": round(body.fluid.outflow_nl, 3),
            "vented_nl": round(body.fluid.vented_nl, 3),
            "air_nl": round(body.fluid.air_nl, 3),
            "stored_nl": round(body.fluid.stored_nl, 3),
            "pressure_kpa": round(body.fluid.pressure, 3),
            "needle_um": round(body.true_depth_um(), 1),
            "spring": "broken" if rig.faults.spring_broken else "whole",
            "spring_n": round(body.carriage.pull_n(rig.now), 3),
            "held_by": body.carriage.held_by,
            "piston_nl": round(body.piston_nl, 3),
            "pusher_nl": round(body.pusher_nl, 3),
        }
    )


def _help(rig: Rig, words: list[str]) -> str:
    del rig, words
    return "\n".join(f"{name + ' ' + verb.takes:34} {verb.text}" for name, verb in VERBS.items())


def _gauge(rig: Rig, words: list[str]) -> str:
    """What a gauge under the nozzle shows; it stands on the skin plate."""
    if words:
        raise WrongWord("nothing")
    return f"gauge {rig.body.true_depth_um():.0f} um"


VERBS: dict[str, Verb] = {
    "gauge": Verb("", "What a gauge under the nozzle shows now: the tip beyond the skin plate.", _gauge),
    "trigger": Verb("down|up", "The finger on the handpiece's trigger.", _switch("down or up", "down", "up", _trigger)),
    "pedal": Verb("down|up", "The foot on the pedal: both its contacts.", _switch("down or up", "down", "up", _pedal)),
    "pedal-no": Verb(
        "close|open", "The pedal's working contact alone.", _switch("close or open", "close", "open", _pedal_no)
    ),
    "pedal-nc": Verb(
        "close|open", "The pedal's resting contact alone.", _switch("close or open", "close", "open", _pedal_nc)
    ),
    "contact": Verb("on|off", "The handpiece on skin.", _switch("on or off", "on", "off", _contact)),
    "lift": Verb("", "Lift the handpiece away, whatever it does.", _lift),
    "stop": Verb(
        "press|release", "The red button: both its contacts.", _switch("press or release", "press", "release", _stop)
    ),
    "stop-a": Verb(
        "close|open", "The stop circuit's first contact alone.", _switch("close or open", "close", "open", _stop_a)
    ),
    "stop-b": Verb(
        "close|open", "The stop circuit's second contact alone.", _switch("close or open", "close", "open", _stop_b)
    ),
    "enable": Verb(
        "on|off",
        "The motor enable output by hand, where no panel is wired.",
        _switch("on or off", "on", "off", _enable),
    ),
    "unplug": Verb("", "Pull the serial cable.", _plug(False)),
    "replug": Verb("", "Plug the serial cable in again.", _plug(True)),
    "barrel": Verb("none|1|2|5|10", "Put a full new syringe of so many mL into the clamp, or take it out.", _barrel),
    "syringe": Verb("fill UL", "Fit a new syringe of the same size with this volume.", _syringe),
    "needle": Verb("fit [GAUGE MM]|remove", "Fit a new needle, or take it off.", _needle),
    "line": Verb("new", "Fit a new line, full of air.", _line),
    "fault": Verb("[NAME on|off]", "Turn a fault on or off; alone: the list.", _fault),
    "power-cut": Verb("BYTES", "Cut the logic's supply in the middle of the next write into the memory.", _power_cut),
    "reset": Verb("", "Power cycle of the controller.", _reset),
    "state": Verb("", "What the device shows, as one line of JSON.", _state),
    "truth": Verb("", "What only the physical model knows, as one line of JSON.", _truth),
    "help": Verb("", "This list.", _help),
}
