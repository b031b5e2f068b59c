"""The named faults of the simulated device: what each one breaks, in one sentence.

Only this file knows the list. A fault is a switch; turning it on changes physics, electricals or the wire, never the
controller's rules.
"""

from __future__ import annotations

from itertools import compress
from operator import attrgetter

FAULTS: dict[str, str] = {
    "occlusion": "Nothing passes the needle: its resistance is infinite.",
    "contact-lost": "The wire of the skin contact is broken: it reads open.",
    "contact-stuck": "The skin contact is short-circuited: it reads closed.",
    "trigger-stuck": "The trigger stays down whatever the finger does.",
    "pedal-contradiction": "Both contacts of the pedal read closed.",
    "encoder-slip": "The plunger's encoder wheel slips: it sees 80 of 100 steps.",
    "steps-lost": "The plunger's motor loses steps: it moves and its encoder sees 80 of 100.",
    "spring-broken": "The return spring is broken: without supply friction holds the needle where it is.",
    "retract-jam": "The carriage is jammed: neither motor nor spring moves it.",
    "carriage-blocked": "Something stops the carriage 1 mm beyond the skin plate.",
    "overshoot": "The carriage runs 0.3 mm past its target.",
    "brown-out": "The motor supply sags to 15 V.",
    "supply-dead": "The motor supply is off at its source.",
    "piston-missing": "There is no piston in the barrel: the pusher meets nothing and moves no fluid.",
    "home-switch-dead": "The home switch never closes.",
    "home-switch-stuck": "The home switch never opens.",
    "relay-stuck": "The relay's contact stays as it is now, whatever its coil says.",
    "feedback-dead": "The relay's feedback contact never closes.",
    "memory-dead": "The non-volatile memory takes no write.",
    "wrong-map": "The controller says that it has another version of the register map.",
    "wrong-serial": "The controller says that it is another one.",
    "rubbish": "The controller answers noise instead of frames.",
    "slow-answer": "Answers come 100 ms late.",
    "silent": "The controller takes every frame and answers none.",
    "corrupt-frames": "Every tenth answer has a changed bit.",
    "lost-frames": "Every tenth answer is lost after the controller acted.",
    "lost-requests": "Every tenth request is lost before the controller sees it.",
    "repeated-frames": "Every tenth answer comes twice.",
    "wrong-unit": "Answers carry another unit number.",
}


_SWITCHES = attrgetter(*(name.replace("-", "_") for name in FAULTS))


class Faults:
    """One switch for each name of `FAULTS`, as an attribute with underscores: ``faults.spring_broken``."""

    __slots__ = tuple(name.replace("-", "_") for name in FAULTS)

    occlusion: bool
    contact_lost: bool
    contact_stuck: bool
    trigger_stuck: bool
    pedal_contradiction: bool
    encoder_slip: bool
    steps_lost: bool
    spring_broken: bool
    retract_jam: bool
    carriage_blocked: bool
    overshoot: bool
    brown_out: bool
    supply_dead: bool
    piston_missing: bool
    home_switch_dead: bool
    home_switch_stuck: bool
    relay_stuck: bool
    feedback_dead: bool
    memory_dead: bool
    wrong_map: bool
    wrong_serial: bool
    rubbish: bool
    slow_answer: bool
    silent: bool
    corrupt_frames: bool
    lost_frames: bool
    lost_requests: bool
    repeated_frames: bool
    wrong_unit: bool

    def __init__(self, *names: str) -> None:
        for slot in self.__slots__:
            setattr(self, slot, False)
        for name in names:
            self.set(name, True)

    def set(self, name: str, on: bool) -> None:
        """Turn a fault on or off.

        Raises:
            KeyError: there is no fault of this name.
        """
        if name not in FAULTS:
            raise KeyError(name)
        setattr(self, name.replace("-", "_"), on)

    def any(self) -> bool:
        """Whether one of them is on."""
        return any(_SWITCHES(self))

    def active(self) -> tuple[str, ...]:
        """Names of the faults that are on."""
        return tuple(compress(FAULTS, _SWITCHES(self)))
