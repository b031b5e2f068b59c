"""A whole treatment on the glass, touch by touch, from the self-test to the record's PDF.

The one thing only this file knows is the way through the screens: their keys, their order, and the hands on handpiece,
pedal and syringe meanwhile. It knows the screens by their outline only, and the device by the bench's console.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from drivers.registers import ControllerState
from kiosk.access.demo import DEMO_ACCOUNTS
from kiosk.rehearsal.after import answer_all
from kiosk.rehearsal.console import Console
from kiosk.rehearsal.hands import Hands
from kiosk.rehearsal.touch import Glass, Outline

PRACTITIONER, _, _ = DEMO_ACCOUNTS
PROTOCOL, PRODUCT, NEEDLE, SYRINGE = "mesolift", "example-saline", "30g-4mm", "2ml"
LOT, EXPIRY, CODE = "training1", "20991231", "demo1"
SINGLE, BURST, CONTINUOUS, PEDAL = 2, 6, 12, 10
BEFORE_STOP = 4
"""Shots of the continuous arming before STOP is touched."""
MOVING = frozenset({ControllerState.STROKE.name, ControllerState.RETRACTING.name})
REARMS_MOST = 5
SHOTS_S = 60.0


class Treatment(Hands):
    """One play-through. `shots` counts what the injector counted of the treatment."""

    def __init__(self, glass: Glass, console: Console, exports: Path, say: Callable[[str], None]) -> None:
        super().__init__(glass, console, say)
        self._exports = exports
        self.shots = 0
        self.stopped_at = 0

    def play(self) -> None:
        """All of it, in order."""
        self._in_turn((
            ("self-test", self._self_test), ("sign in", lambda: self._sign_in(PRACTITIONER)),
            ("choose the treatment", self._choose),
            ("patient code", self._patient), ("screening", self._screening), ("product", self._product),
            ("needle", self._needle), ("syringe", self._first_syringe), ("preparation", self._preparation),
            ("prime", self._prime), ("zone, depth and dose", self._values), ("single shots", self._single),
            ("burst", self._burst), ("continuous, then STOP on the glass", self._continuous),
            ("change the syringe", self._second_syringe), ("continuous with the pedal", self._pedal),
            ("finish", self._finish), ("sign", self._sign), ("the record and its PDF", self._record),
        ))  # fmt: skip

    # -- before treating ---------------------------------------------------------------------------------------------
    def _self_test(self) -> None:
        glass = self._glass
        glass.until(lambda seen: seen.offers("homing:yes"), "the question before homing")
        self._picture("self-test")
        glass.tap("homing:yes")
        glass.tap("buzzer:yes")
        self._on("signin")

    def _choose(self) -> None:
        self._glass.tap("new")
        self._on("protocols")
        self._pick(f"protocol:{PROTOCOL}", "protocols:later")
        self._picture("treatment")
        self._glass.tap("continue")
        self._on("patient")

    def _patient(self) -> None:
        glass = self._glass
        glass.type(CODE)
        glass.tap_to("find", lambda seen: seen.find("patient:yes") is not None, "the question for this patient")
        self._picture("new-patient")
        glass.tap("patient:yes")
        self._on("screening")

    def _screening(self) -> None:
        self._tap_all("adult", "consent")
        self._picture("screening")
        while (page := self._glass.settled()).find("more") is not None:
            here = [widget.key for widget in page.widgets]
            if self._glass.tap_if_there("more"):  # it goes once the last page has been on the glass for a frame
                self._glass.until(lambda seen, was=here: [w.key for w in seen.widgets] != was, "more questions")
        self._continue_to("product")

    def _product(self) -> None:
        glass = self._glass
        self._pick(f"product:{PRODUCT}", "product:later")
        for field, text in (("lot", LOT), ("expiry", EXPIRY)):
            glass.tap_to(f"field:{field}", lambda seen: seen.panel == "text", f"the panel for the {field}")
            glass.type(text)
            self._picture(field)
            glass.tap_to("confirm", lambda seen: seen.panel == "", f"the {field} to be taken")
        self._picture("product")
        self._continue_to("needle")

    def _needle(self) -> None:
        self._tell("needle fit 30 4")
        self._pick(f"needle:{NEEDLE}", "needle:later")
        self._glass.tap("needle:new")
        self._picture("needle")
        self._continue_to("syringe")

    def _first_syringe(self) -> None:
        self._syringe("syringe:new", "syringe:line")
        self._picture("syringe")
        self._continue_to("preparation")

    def _syringe(self, *ticks: str) -> None:
        self._tell("barrel 2")
        if "syringe:line" in ticks:
            self._tell("line new")
        self._tap_all(f"syringe:{SYRINGE}", *ticks)

    def _preparation(self) -> None:
        self._tap_all("disinfected", "anaesthetic:cream")
        self._picture("preparation")
        self._continue_to("prime")

    def _prime(self) -> None:
        self._prime_now()
        self._on("treat")

    def _prime_now(self) -> None:
        self._glass.tap_to("prime", lambda seen: seen.find("drop:yes") is not None, "the question for the drop")
        self._picture("drop")
        self._glass.tap("drop:yes")

    # -- treating ------------------------------------------------------------------------------------------------------
    def _values(self) -> None:
        glass = self._glass
        glass.tap_to("tile:zone", lambda seen: seen.panel == "map", "the map of zones")
        self._picture("zones")
        self._pick("zone:temple:left", "zones:list")
        self._on("treat")
        before = self._number(glass.look(), "depth")
        glass.tap_to("tile:depth", lambda seen: seen.panel == "edit", "the depth to be edited")
        glass.tap("step:up")
        glass.tap("step:up")
        self._picture("depth")
        self._confirm("depth", lambda now: now not in (None, before))
        self._edit("dose", "22")
        self._edit("rate", "5.0")
        self._picture("values")

    def _edit(self, field: str, typed: str) -> None:
        """Type a value and hold to confirm; a question whether it is meant is answered with yes."""
        self._glass.tap_to(f"tile:{field}", lambda seen: seen.panel == "edit", f"the {field} to be edited")
        self._glass.type(typed)
        self._confirm(field, lambda now: now == float(typed))

    def _confirm(self, field: str, taken: Callable[[float | None], bool]) -> None:
        """Until the value is on its tile: control's answer or question may come long after the panel has closed."""
        glass, what = self._glass, f"the {field} to be taken"
        glass.tap("confirm")
        if glass.until(lambda s: s.panel == "question" or taken(self._number(s, field)), what).panel == "question":
            self._picture("question")
            glass.tap_to("soft:yes", lambda seen: taken(self._number(seen, field)), what)

    @staticmethod
    def _number(seen: Outline, field: str) -> float | None:
        """What the tile says, None while it is covered."""
        tile = seen.find(f"tile:{field}")
        return None if tile is None else float(tile.label.split()[1])

    def _mode(self, mode: str) -> None:
        self._glass.tap_to("tile:mode", lambda seen: seen.panel == "choice", "the list of modes")
        self._glass.tap_to(f"mode:{mode}", lambda seen: seen.panel == "", "the mode to be taken")

    def _single(self) -> None:
        self._edit("shots", str(SINGLE))
        self._arm(picture=True)
        self._fire(SINGLE, "trigger", each=True)

    def _burst(self) -> None:
        self._mode("burst")
        self._edit("shots", str(BURST))
        self._arm()
        self._fire(BURST, "trigger", each=True, picture="burst")

    def _continuous(self) -> None:
        glass = self._glass
        self._mode("continuous")
        self._edit("shots", str(CONTINUOUS))
        self._arm()
        before = self._counted()
        self._press("trigger")
        self._until_counted(before + BEFORE_STOP)
        self._picture("continuous", still=False)
        glass.tap_to("stop", lambda seen: seen.panel == "stop", "the stop")
        self._let_go("trigger")
        self._picture("stopped")
        self.stopped_at = self._counted() - before
        self.shots += self.stopped_at
        glass.tap_to("acknowledge", lambda seen: seen.panel == "", "the stop to be acknowledged")

    def _acknowledge_alarms(self) -> None:
        """Read what stands, acknowledge each, and go back."""
        glass = self._glass
        glass.tap_to("alarms", lambda seen: seen.screen == "alarms", "the alarms")
        self._picture("alarms")
        while (waiting := self._waiting(glass.settled())) is not None:
            number = waiting.removeprefix("alarm:")
            glass.tap_to(waiting, lambda seen: seen.screen == "alarm", "the alarm's page")
            self._picture(f"alarm-{number}")
            glass.tap_to(f"acknowledge:{number}", lambda seen: seen.screen == "alarms", "the alarm to be acknowledged")
            glass.until(lambda seen, was=waiting: seen.find(was) is None, "the alarm to be known")
        glass.tap_to("back", lambda seen: seen.screen == "treat", "the treatment")

    @staticmethod
    def _waiting(seen: Outline) -> str | None:
        """Key of the first alarm in the list that nobody has acknowledged."""
        keys = (widget.key for widget in seen.widgets if widget.key.startswith("alarm:"))
        return next((key for key in keys if not key.endswith(":known")), None)

    def _second_syringe(self) -> None:
        glass = self._glass
        self._recover()
        self._acknowledge_alarms()
        glass.tap("change:syringe")
        self._on("syringe")
        self._syringe("syringe:new")
        self._picture("second-syringe")
        glass.tap_to("continue", lambda seen: seen.screen in ("treat", "prime"), "the syringe to be taken")
        self._on("prime")
        self._prime_now()
        self._on("treat")

    def _pedal(self) -> None:
        self._edit("shots", str(PEDAL))
        self._arm()
        self._fire(PEDAL, "pedal", each=False, picture="pedal")
        self._picture("treated")

    def _arm(self, *, picture: bool = False) -> None:
        """Two steps: read the offer, hold (LIM-8)."""
        glass = self._glass
        self._recover()
        if not glass.settled().offers("arm"):  # what an interruption was found to have given is read first
            self._acknowledge_alarms()
        glass.tap_to("arm", lambda seen: seen.panel == "arm", "the offer")
        if picture:
            self._picture("offer")
        glass.tap_to("arm:confirm", lambda seen: seen.panel == "" and self._armed(seen), "the arming")
        if picture:
            self._picture("armed")

    def _fire(self, shots: int, by: str, *, each: bool, picture: str = "") -> None:
        """Fire an arming of so many shots to its end; what the machine ended early is armed again for the rest."""
        before = self._counted()
        for _ in range(REARMS_MOST):
            self._fire_what_lives(before + shots, by, each=each, picture=picture)
            left = before + shots - self._counted()
            if left <= 0:
                break
            self._say(f"  the arming ended with {left} shots left: {self._glass.look().message}; armed again")
            self._edit("shots", str(left))
            self._arm()
        given = self._counted() - before
        if given != shots:
            self._refuse(f"{given} of {shots} shots were given")
        self.shots += given
        self._glass.until(lambda seen: not self._armed(seen), "the arming to end")

    def _fire_what_lives(self, target: int, by: str, *, each: bool, picture: str) -> None:
        while self._counted() < target and self._armed(self._glass.look()):
            count, granted = self._counted(), self._press(by)
            self._until_counted(min(target, count + granted) if each else count + 1)
            if picture:
                self._picture(picture, still=False)
                picture = ""
            if not each:
                self._until_counted(target)
            self._let_go(by)

    # -- after treating ------------------------------------------------------------------------------------------------
    def _finish(self) -> None:
        glass = self._glass
        glass.tap("finish")
        self._on("end")
        answer_all(glass, self._on)
        self._picture("end")

    def _sign(self) -> None:
        glass = self._glass
        glass.tap_to("sign", lambda seen: seen.panel == "pin", "the panel for the PIN")
        glass.type(PRACTITIONER.pin)
        self._picture("signature")
        glass.tap("confirm")
        glass.until(lambda seen: seen.screen in ("home", "record") and seen.panel == "", "the signed session")

    def _record(self) -> None:
        glass = self._glass
        if glass.look().screen == "home":
            self._picture("home-after")
            glass.tap("last")
        self._on("record")
        glass.until(lambda seen: seen.offers("export:pdf"), "the record to be read")
        self._picture("record")
        glass.tap("export:pdf")
        glass.until(lambda _: any(self._exports.glob("*.pdf")), "the PDF", every_s=0.1)
        self._picture("exported")

    # -- hands -------------------------------------------------------------------------------------------------------
    def _press(self, by: str) -> int:
        """On skin and pressed once the injector holds an authorisation; gives its shots, 0 when the arming ended."""
        self._tell("contact on")
        granted = 0

        def ready(seen: Outline) -> bool:
            nonlocal granted
            granted = int(self._state()["shots_left"])
            return granted > 0 or not self._armed(seen)

        self._glass.until(ready, "the injector's authorisation", every_s=0.05)
        if granted:
            self._tell(f"{by} down")
        return granted

    def _let_go(self, by: str) -> None:
        """Release, let the stroke that has begun end, and only then lift."""
        self._tell(f"{by} up")
        self._settle_shots()
        self._tell("lift")

    def _until_counted(self, target: int) -> None:
        self._glass.until(
            lambda seen: self._counted() >= target or not self._armed(seen), f"shot {target}", SHOTS_S, every_s=0.1
        )

    def _settle_shots(self) -> None:
        self._glass.until(lambda _: self._state()["state"] not in MOVING, "the stroke to end", every_s=0.05)

    # -- small -------------------------------------------------------------------------------------------------------
    def _continue_to(self, screen: str) -> None:
        self._glass.tap("continue")
        self._on(screen)

    @staticmethod
    def _armed(seen: Outline) -> bool:
        return seen.find("disarm") is not None
