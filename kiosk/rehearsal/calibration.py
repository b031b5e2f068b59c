"""A whole calibration on the glass, touch by touch: two barrels weighed out, the needle under a gauge, certificate.

The one thing only this file knows is the way through a technician's pages, and what a technician's hands do meanwhile:
syringe, beaker and vessel, a finger on the trigger, an eye on the gauge. Weights are the balance's own word on its own
line. Beside every shot and reading stands what the device's physics say of it, which no program but the bench knows.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from kiosk.access.demo import DEMO_ACCOUNTS
from kiosk.calibration.dose import SHOTS, Level
from kiosk.rehearsal.console import Console
from kiosk.rehearsal.hands import Hands
from kiosk.rehearsal.touch import Glass, Outline

_, TECHNICIAN, _ = DEMO_ACCOUNTS
LEVELS: tuple[Level, ...] = ("smallest", "middle", "largest")
BARRELS_ML = (2, 5)
INSTRUMENTS: dict[str, tuple[tuple[str, ...], tuple[str, str]]] = {
    "gauge": (("instrument_model", "instrument_serial"), ("dial 12.5", "g7")),
    "balance": ((), ("", "")),
    "thermometer": (("instrument_model", "instrument_serial"), ("t100", "t3")),
    "barometer": (("instrument_model", "instrument_serial"), ("p20", "p4")),
}
"""What is typed of each; the balance says itself which one it is."""
DUE = "20991231"
BLANK_S, RUN_S, BACK_S = 150.0, 60.0, 30.0
"""How long a blank, one shot with its weighing, and the needle's way home are waited for."""
LOOK_S, RESTS, LOOKS_MOST = 0.25, 4, 40
"""How often the gauge is looked at; so many looks have to show the same; so many at most, while the needle is away."""
HALF_WAY = 6
AGAIN_MOST = 40
"""So often at most in one run: on a busy machine the screen is drawn late, which takes a shot back (WDG-5)."""
FLUSH_S, TAKEN_S = 15.0, 20.0
"""A flush of 0.13 mL takes far less, and so does a search for the piston or the writing of a calibration."""


class Fired(msgspec.Struct, frozen=True):
    """One dose, weighed out: what left the tip with each shot, by the device's physics, nL."""

    part: str
    proof: bool
    """False as found, True with the correction in force."""
    level: Level
    outflow_nl: tuple[float, ...]


class Read(msgspec.Struct, frozen=True):
    """One depth under the gauge: where the tip truly was, um."""

    proof: bool
    place: int
    true_um: int


class Truth(msgspec.Struct):
    """What the physics say of all that was measured."""

    fired: list[Fired]
    read: list[Read]


class Calibration(Hands):
    """One play-through."""

    def __init__(self, glass: Glass, console: Console, exports: Path, say: Callable[[str], None]) -> None:
        super().__init__(glass, console, say)
        self._exports = exports
        self.truth = Truth([], [])

    def play(self) -> None:
        """All of it, in order."""
        self._in_turn(
            (
                ("self-test", self._self_test),
                ("sign in as a technician", lambda: self._sign_in(TECHNICIAN)),
                ("open", self._open),
            )
        )
        for ml in BARRELS_ML:
            self._barrel(ml)
        self._in_turn((
            ("the needle's depth as found", lambda: self._depth(proof=False)), ("write the depth", self._write_depth),
            ("the needle's depth, proved", lambda: self._depth(proof=True)),
            ("name the gauge", lambda: self._name("gauge")), ("certify the depth", self._certify),
            ("leave", self._leave), ("the certificate and its PDF", self._certificate),
        ))  # fmt: skip

    def _barrel(self, ml: int) -> None:
        named = ml != BARRELS_ML[0]
        self._in_turn((
            (f"a syringe of {ml} mL", lambda: self._fit(ml)), ("what evaporates", self._blank),
            (f"{ml} mL as found", lambda: self._weigh_out(ml, proof=False)),
            ("write the dose", lambda: self._write_dose(ml)), ("a fresh syringe", lambda: self._fit(ml, again=True)),
            (f"{ml} mL, proved", lambda: self._weigh_out(ml, proof=True)),
            *(() if named else (("name what weighed", lambda: self._name("balance", "thermometer", "barometer")),)),
            (f"certify {ml} mL", self._certify),
        ))  # fmt: skip

    # -- the way in --------------------------------------------------------------------------------------------------
    def _self_test(self) -> None:
        self._glass.tap("homing:yes")
        self._glass.tap("buzzer:yes")
        self._on("signin")

    def _open(self) -> None:
        self._glass.tap("calibration")
        self._on("calibration")
        self._picture("calibration")
        self._glass.tap("begin")
        self._offered("depth")
        self._picture("opened")

    # -- depth -------------------------------------------------------------------------------------------------------
    def _depth(self, *, proof: bool) -> None:
        glass = self._glass
        if not proof:
            glass.tap("depth")
            self._offered("zero")
            self._picture("gauge-zero")
            glass.tap("zero")
        place, lost = 0, 0
        while (due := self._until_due("move").find("move")) is not None:
            glass.tap("move")
            shown = self._read(pictured=place == 0 and not proof)
            after = self._until_due("move").find("move")
            if shown is None or (after is not None and after.label == due.label):
                lost += 1
                self._give_up(lost, f"reading {place + 1} was not taken")
                continue
            self.truth.read.append(Read(proof, place, shown))
            place += 1
            self._say(f"  reading {place}: {shown} um")
            if place == HALF_WAY:
                self._picture("depth-half-way")
        self._picture(f"depth-{'proved' if proof else 'found'}")

    def _read(self, *, pictured: bool) -> int | None:
        """Look at the gauge while the needle rests, and type what it shows; None when the needle never came out."""
        glass = self._glass
        shown = self._resting_um()
        if shown is None:
            return None
        if pictured:
            self._picture("needle-under-the-gauge", still=False)
        glass.tap_to("gauge", lambda seen: seen.panel == "edit", "the panel for the reading")
        glass.type(f"{shown / 1000:.3f}")
        if pictured:
            self._picture("gauge-reading", still=False)
        glass.tap_to("confirm", lambda seen: seen.panel == "", "the reading to be taken")
        return shown

    def _resting_um(self) -> int | None:
        """What the gauge shows once it stands still beyond the plate; None when the needle stays at home."""
        looks: list[int] = []

        def rests(_: Outline) -> bool:
            looks.append(int(self._console.ask("gauge").split()[1]))
            return len(looks) >= LOOKS_MOST or (looks[-1] > 0 and len(looks) >= RESTS and len(set(looks[-RESTS:])) == 1)

        self._glass.until(rests, "the needle to rest under the gauge", BACK_S, every_s=LOOK_S)
        return looks[-1] if looks[-1] > 0 else None

    def _write_depth(self) -> None:
        self._until_taken("write", lambda seen: seen.offers("move"))
        self._picture("depth-written")

    # -- dose --------------------------------------------------------------------------------------------------------
    def _fit(self, ml: int, *, again: bool = False) -> None:
        """A full syringe, its path pushed full into the vessel: the blank then sees what evaporates from there."""
        glass = self._glass
        self._tell("vessel off")
        self._tell("barrel none")
        self._offered("fit", enabled=False)
        self._tell(f"barrel {ml}")
        self._pick(f"syringe:{ml}ml", "barrels:later")
        if not again:
            self._picture(f"syringe-{ml}")
        self._until_taken("fit", lambda seen: seen.find("fit") is None)
        self._tell("vessel on")
        first = True
        while self._until_due("flush", seconds=BACK_S).offers("flush"):
            if first and not again:
                self._picture(f"flush-{ml}")
            first, before, by = False, self._counted(), time.monotonic() + FLUSH_S
            glass.tap("flush")
            glass.until(
                lambda _, was=before, until=by: self._counted() > was or time.monotonic() > until, "the flush to end",
                every_s=0.1,
            )  # fmt: skip

    def _blank(self) -> None:
        glass = self._glass
        self._offered("room")
        self._picture("room")
        glass.tap("room")
        self._offered("blank")
        glass.tap("blank")
        self._offered("weight")
        self._picture("blank", still=False)
        glass.until(lambda seen: seen.offers(f"run:{LEVELS[0]}"), "the blank to be weighed", BLANK_S)
        self._picture("runs")

    def _weigh_out(self, ml: int, *, proof: bool) -> None:
        for level in LEVELS:
            shots = self._run(ml, level, f"{ml}-{level}-{'proved' if proof else 'found'}")
            self.truth.fired.append(Fired(str(ml), proof, level, shots))
        self._glass.until(lambda seen: seen.screen == "proposal", "the proposal")
        self._picture(f"dose-{ml}-{'proved' if proof else 'found'}")

    def _run(self, ml: int, level: Level, name: str) -> tuple[float, ...]:
        """Fire a dose as often as it takes; gives what left the tip with each shot that was weighed.

        A syringe that does not hold the next shot is asked for anew, and the run goes on where it was left.
        """
        glass = self._glass
        left: list[float] = []
        lost = 0
        while len(left) < SHOTS[level]:
            glass.tap_to(f"run:{level}", lambda seen: seen.find("pause") is not None, "the run to begin")
            while self._granted():
                outflow_nl = self._fire()
                if self._weighed(level, len(left) + 1):
                    left.append(outflow_nl)
                    self._say(f"  {level} shot {len(left)} of {SHOTS[level]}: {left[-1]:.0f} nL left the tip")
                if len(left) == SHOTS[level] // 2:
                    self._picture(f"run-{name}", still=False)
            if len(left) < SHOTS[level]:
                lost += 1
                self._give_up(lost, f"{len(left)} of {SHOTS[level]} shots were weighed")
            if glass.look().find("fit") is not None:
                self._fit(ml, again=True)
        return tuple(left)

    def _fire(self) -> float:
        """Press the trigger once and wait until the balance's word was taken; gives what left the tip, nL."""
        before = self._outflow_nl()
        self._tell("trigger down")
        self._glass.until(lambda _: self._shots_left() == 0, "the shot", every_s=0.05)
        self._tell("trigger up")
        self._granted()
        return self._outflow_nl() - before

    def _granted(self) -> bool:
        """Whether the injector holds an authorisation for the next shot; False once the run has ended."""
        seen = self._glass.until(
            lambda seen: self._shots_left() > 0 or seen.find("pause") is None, "the next shot", RUN_S, every_s=0.1
        )
        return seen.find("pause") is not None

    def _weighed(self, level: Level, shots: int) -> bool:
        """Whether the page says that so many shots of a dose are weighed; the proposal comes after the last one."""

        def done(seen: Outline) -> bool:
            row = seen.find(f"run:{level}")
            return seen.screen == "proposal" if row is None else int(row.trail.split()[0]) >= shots

        return done(self._glass.until(lambda seen: done(seen) or seen.find("pause") is None, f"shot {shots}"))

    def _until_taken(self, key: str, done: Callable[[Outline], bool]) -> None:
        """Touch until control has done it: a link that was lost meanwhile leaves all as it was."""
        for lost in range(1, AGAIN_MOST):
            by = time.monotonic() + TAKEN_S
            self._glass.tap(key)
            if done(self._glass.until(lambda seen, until=by: done(seen) or time.monotonic() > until, f"'{key}'")):
                return
            self._give_up(lost, f"'{key}' was not taken")

    def _give_up(self, lost: int, why: str) -> None:
        """A link that was lost or a shot cut short is begun again, as a technician does; not for ever."""
        self._say(f"  begun again: {why}")
        if lost >= AGAIN_MOST:
            self._refuse(why)
        self._recover()

    def _shots_left(self) -> int:
        return int(self._state()["shots_left"])

    def _outflow_nl(self) -> float:
        """All that ever left the tip, as only the physics know it."""
        return float(json.loads(self._console.ask("truth"))["outflow_nl"])

    def _write_dose(self, ml: int) -> None:
        self._until_taken("write", lambda seen: seen.find(f"run:{LEVELS[0]}") is not None)
        self._picture(f"dose-{ml}-written")

    # -- the way out -------------------------------------------------------------------------------------------------
    def _name(self, *kinds: str) -> None:
        """Name what measured, with its own certificate, from the proposal and back."""
        glass = self._glass
        glass.tap("instruments")
        self._on("instruments")
        for kind in kinds:
            self._pick(f"instrument:{kind}", "instruments:later")
            self._on("instrument")
            fields, texts = INSTRUMENTS[kind]
            for field, text in zip(fields, texts, strict=False):
                self._write(field, text)
            self._write("instrument_certificate", f"k-{kind}")
            self._write("instrument_due", DUE)
            self._picture(f"instrument-{kind}")
            glass.tap("keep")
            self._on("instruments")
        self._picture("instruments")
        glass.tap("back")
        self._on("proposal")

    def _certify(self) -> None:
        glass = self._glass
        glass.until(lambda seen: seen.offers("certify"), "what was measured to pass")
        self._picture("to-certify")
        glass.tap("certify")
        self._offered("depth")
        self._picture("certified")

    def _leave(self) -> None:
        self._glass.tap("leave")
        self._on("calibration")
        self._picture("in-force")

    def _certificate(self) -> None:
        glass = self._glass
        glass.tap("certificates")
        self._on("certificates")
        number = f"certificate:{1 + len(BARRELS_ML)}"
        glass.until(lambda seen: seen.offers(number), "the last certificate")
        self._picture("certificates")
        glass.tap(number)
        self._on("certificate")
        for form in ("pdf", "json"):
            glass.tap(f"export:{form}")
            glass.until(lambda _, kind=form: any(self._exports.glob(f"*.{kind}")), f"the {form}", every_s=0.1)
        self._picture("certificate")
        glass.tap("back")
        self._on("certificates")
        glass.tap("back")
        self._on("calibration")
        glass.tap("drift")
        self._on("drift")
        self._picture("history")

    # -- small -------------------------------------------------------------------------------------------------------
    def _offered(self, key: str, *, enabled: bool = True) -> Outline:
        """Until a key is there, taking touches or not."""
        return self._glass.until(
            lambda seen: seen.panel == "" and (seen.offers(key) if enabled else seen.find(key) is not None),
            f"'{key}' to be offered",
        )

    def _until_due(self, key: str, seconds: float = BACK_S) -> Outline:
        """Until a key takes touches, or the page that comes after it is there."""
        after = {"move": "proposal", "flush": ""}[key]
        others = ("room", "blank", *(f"run:{level}" for level in LEVELS))

        def due(seen: Outline) -> bool:
            past = seen.screen == after if after else any(seen.find(other) for other in others)
            return seen.offers(key) or past

        return self._glass.until(due, f"'{key}' or what comes after it", seconds)
