"""A monkey at the real application: random fingers on the glass, random hands at the device, control behind it.

Application, channel, engine, cycle and ledger are the product's; the device is the model in virtual time. After every
frame the monkey looks at what must hold. It is curious: what it has touched least it touches next; and it knows what a
person knows (`tests.screens.knows`). `tests.screens.monkeys` sets one after another at the glass.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from pathlib import Path
from typing import Any

from kiosk.access.demo import DEMO_ACCOUNTS
from kiosk.channel import commands as c
from kiosk.channel.snapshot import Snapshot
from kiosk.records.rows import AuthorisationRow, ShotRow
from tests.screens import knows
from tests.screens.ear import Ear
from tests.screens.knows import (
    AHEAD,
    AROUND,
    FAILED,
    HANDS,
    LEAVING,
    MADE,
    MEASURING,
    MEND,
    ONLY,
    PROPOSED,
    ROUND,
    TYPED,
)  # fmt: skip
from tests.screens.stage import Stage
from tests.view.pupil import Schoolroom

ANSWER_FRAMES = 2
"""STOP under a finger has stopped the device within so many control cycles."""
HANDS_OVER, GOES_BACK, ENDS = 0.15, 0.2, 0.5
"""How often at home somebody signs out for the next one; on a page goes back from it, or ends what was filled in."""


class Monkey:
    """One run from one seed. `frames` counts control cycles, each followed by a drawn frame.

    A `ready` one begins at a session that can be armed, any other at the power switch; a `new` one at a device that was
    just unpacked, with a real injector as far as control can tell and nobody's account. `account` is who it signs in as
    first where it is sensible; each time somebody has left, it is the next one's turn. `pages` are the frames seen of
    each screen with its panel; `digest` is over every place and time a finger came down, moved or lifted.
    """

    def __init__(
        self,
        seed: int | str,
        folder: Path,
        *,
        ready: bool = False,
        new: bool = False,
        size: tuple[int, int] = (800, 480),
        account: str = "",
    ) -> None:
        self.chance = random.Random(seed)
        self.stage = Stage(size)
        self.bench = Schoolroom(folder, new=new)
        self.bench.do("barrel 5")
        if ready:
            self.bench.prepare()
        self.bench.cycle._seat = Ear(self.stage.server, self._hear)
        self.stage.away = True
        self.frames = self.touches = self.stops = self.arms = self.shots = self.authorisations = 0
        self.account = account
        self.pins = {account.name: account.pin for account in DEMO_ACCOUNTS}
        self.inside = False
        self.holding = ("", 0.0)
        self.commands: dict[str, int] = {}
        self.pages: Counter[tuple[str, str]] = Counter()
        self.digest = hashlib.sha256()
        self._known: Counter[tuple[str, str, str]] = Counter()
        self._wait(4)

    def run(self, frames: int) -> None:
        """Gestures until so many frames have passed; then everybody lets go, and the record is compared."""
        while self.frames < frames:
            self._gesture()
        self._stop()  # whatever chance did, STOP is answered from where it left everything
        for line in ("trigger up", "pedal up", "lift", "stop release", "replug"):
            self.bench.do(line)
        self._wait(120)
        self._compare()

    def close(self) -> None:
        self.stage.close()
        self.bench.close()

    # -- time --------------------------------------------------------------------------------------------------------
    def _wait(self, frames: int) -> None:
        for _ in range(frames):
            self.frames += 1
            motions = self.lifetime
            self.bench.step()
            if self.lifetime > motions:
                self._authorised()
            self.stage.time.now = self.bench.clock.now
            self.stage.app.cycle(0)
            self.stage.window.canvas.ask_update()
            self.stage.loop.idle()
            self.pages[self._where()] += 1

    def _where(self) -> tuple[str, str]:
        """Screen and panel that are on the glass."""
        picture: Any = self.stage.app.glass.picture  # type: ignore[union-attr]
        return (picture.screen, picture.panel)

    def _hear(self, command: c.AnyCommand) -> None:
        name = type(command).__name__
        self.commands[name] = self.commands.get(name, 0) + 1
        if isinstance(command, c.CreateFirstAdministrator | c.CreateAccount | c.SetPin):
            self.pins[command.name] = command.pin
        if isinstance(command, c.Arm):
            key, since = self.holding
            assert key == "arm:confirm", f"armed while the finger was on {key!r}"
            assert self.stage.time.now - since >= 1.0, "armed before it was held for a second"
            self.arms += 1

    # -- fingers -----------------------------------------------------------------------------------------------------
    def _gesture(self) -> None:
        what = self.chance.random()
        if what < 0.015:
            self._stop()
        elif what < 0.09:
            self.bench.do(self.chance.choice(HANDS))
            self._wait(self.chance.randint(1, 4))
        elif what < 0.13:
            self._scribble()
        elif what < 0.17:
            self._two_fingers()
        elif what < 0.175:
            self._walk_away()
        elif what < (0.75 if self._where() == ("signin", "") else 0.45):  # outside there is little to be curious about
            self._sensible()
        else:
            self._press(self._new(self.stage.touchables()))

    def _new(self, seen: list[Any]) -> Any:
        """Something on the glass; what was touched least is the likeliest, what ends it all less so."""
        where = self._where()
        weights = [
            (0.1 if widget.model.key in LEAVING else 1.0) * (1 + self._known[(*where, widget.model.key)]) ** -2.0
            for widget in seen
        ]
        return self.chance.choices(seen, weights)[0]

    def _down(self, x: float, y: float) -> Any:
        """A finger that comes down there."""
        from kivy.tests.common import UnitTestTouch

        finger = UnitTestTouch(x, y)
        self.touches += 1
        self._note("down", x, y)
        finger.touch_down()
        return finger

    def _up(self, finger: Any) -> None:
        self._note("up", 0, 0)
        finger.touch_up()

    def _note(self, what: str, x: float, y: float) -> None:
        self.digest.update(f"{self.frames} {what} {x:.3f} {y:.3f};".encode())

    def _on(self, widget: Any) -> Any:
        """A finger that comes down somewhere on a widget."""
        x, y = widget.to_window(widget.x, widget.y)
        return self._down(x + self.chance.random() * widget.width, y + self.chance.random() * widget.height)

    def _press(self, widget: Any, *, whole: bool = False) -> None:
        """Down, a while, up; what has to be held is often held long enough."""
        key, hold_ms = widget.model.key, widget.model.hold_ms
        self._known[(*self._where(), key)] += 1
        self.holding = (key, self.stage.time.now)
        finger = self._on(widget)
        long = hold_ms and (whole or self.chance.random() < 0.6)
        self._wait(round(hold_ms / 25) + 3 if long else self.chance.randint(1, 3))
        self._up(finger)
        self.holding = ("", 0.0)
        self._wait(self.chance.choice((1, 1, 2, 17)))

    def _stop(self) -> None:
        """STOP, from wherever everything is now (STP-2)."""
        before = self.commands.get("Stop", 0)
        finger = self._on(self.stage.app.glass.stop)  # type: ignore[union-attr]
        self._wait(ANSWER_FRAMES)
        assert self.commands.get("Stop", 0) == before + 1, "STOP was touched and not sent"
        assert self.bench.engine.stop.live, "STOP was sent and nothing is stopped"
        assert not self.bench.panel._enabled, "STOP was sent and enable is on"
        assert self.bench.engine.treatment.arming is None
        self._up(finger)
        self._wait(1)
        self.stops += 1

    def _scribble(self) -> None:
        width, height = self.stage.window.size
        finger = self._down(self.chance.uniform(-50, width + 50), self.chance.uniform(-50, height + 50))
        for _ in range(self.chance.randint(0, 3)):
            x, y = self.chance.uniform(0, width), self.chance.uniform(0, height)
            self._note("move", x, y)
            finger.touch_move(x, y)
            self._wait(1)
        self._up(finger)
        self._wait(1)

    def _two_fingers(self) -> None:
        one, other = (self.chance.choice(self.stage.touchables()) for _ in range(2))
        fingers = [self._on(one)]
        self._wait(1)
        fingers.append(self._on(other))
        self._wait(1)
        self.chance.shuffle(fingers)
        for finger in fingers:
            self._up(finger)
        self._wait(1)

    def _walk_away(self) -> None:
        """Nobody touches for a minute: values typed are thrown away, armings end. For twelve: locked, then dark."""
        self.bench.run(self.chance.choice((61, 61, 61, 720)))
        self._wait(2)

    def _sensible(self) -> None:
        """What a person would do next, so that the monkey gets anywhere at all."""
        for line in ("stop release", "replug", "trigger up", "pedal up", "lift"):
            self.bench.do(line)
        self._wait(2)
        for _ in range(self.chance.randint(1, 12)):
            shown = self.stage.app.snapshot
            treat = shown.treat if shown is not None else None
            if treat is not None and treat.arming is not None:
                self._fire()
                return
            if shown is not None and shown.calibrating is not None and shown.calibrating.step == "shot":
                self._fire()
            if not self._step(shown):
                return
            self._wait(self.chance.randint(4, 16))

    def _fire(self) -> None:
        """On skin, and a trigger or pedal held for a while; now and then it stays held."""
        by = self.chance.choice(("trigger", "pedal"))
        self.bench.do("contact on")
        self._wait(8)
        self.bench.do(f"{by} down")
        self._wait(self.chance.randint(10, 80))
        if self.chance.random() < 0.8:
            self.bench.do(f"{by} up")
            self._wait(10)

    def _step(self, shown: Snapshot | None) -> bool:
        """One touch of a way through; whether there was any."""
        self._take_turns(shown)
        offered = self._offered()
        screen, panel = self._where()
        role = shown.user.role if shown is not None and shown.user is not None else ""
        if f"account:{self.account}" in offered:
            self._press(offered[f"account:{self.account}"])
        if any(key.startswith("key:") for key in offered):
            self._type(self._text(screen, panel, shown))
            offered = self._offered()
        if screen == "home" and not panel and "signout" in offered and self.chance.random() < HANDS_OVER:
            self._press(offered["signout"], whole=True)
            return True
        if not panel and (screen in ROUND or (screen == "home" and role != "practitioner")):
            return self._look_round(offered)
        for begin in self._wanted(screen, panel, role, offered):
            key = next((key for key in offered if key == begin or (begin[-1] == ":" and key.startswith(begin))), "")
            if key:
                self._press(offered[key], whole=True)
                return True
        return False

    def _wanted(self, screen: str, panel: str, role: str, offered: dict[str, Any]) -> tuple[str, ...]:
        """Beginnings of the keys that a person would touch here, in their order."""
        mend = (*self.chance.sample(MEND, len(MEND)), *AHEAD)
        if panel:
            return mend if panel == "choice" else AHEAD
        match screen:
            case "treat" if "arm" not in offered:
                return mend
            case "product":
                asked = (("field:lot", "A1"), ("field:expiry", "2099"))
                return ("product:example-saline", *(key for key, text in asked if not self._says(key, text)), *AHEAD)
            case "first":
                return ("create", "field:pin" if self.stage.app.local.focus == "name" else "field:name")
            case "selftest" if role:
                return (*AHEAD, *self.chance.sample(FAILED, len(FAILED)))
            case "calibrating" | "proposal":
                other = ("depth", *PROPOSED)
                return (*self.chance.sample(other, self.chance.randint(0, len(other))), *MEASURING)
            case _:
                return ONLY.get(screen, AHEAD)

    def _take_turns(self, shown: Snapshot | None) -> None:
        """After somebody has left, the next one signs in."""
        if shown is not None and shown.user is None and self.inside:
            self.account = knows.after(self.account, shown.accounts)
        self.inside = shown is not None and shown.user is not None

    def _look_round(self, offered: dict[str, Any]) -> bool:
        """What was touched least of a page on which nothing comes first; and away from a page that has nothing else."""
        here = [widget for key, widget in offered.items() if key not in AROUND]
        if "back" in offered and (not here or self.chance.random() < GOES_BACK):
            here = [offered["back"]]
        elif self.chance.random() < ENDS and (made := [widget for widget in here if widget.model.key in MADE]):
            here = made
        if here:
            self._press(self._new(here), whole=True)
        return bool(here)

    def _offered(self) -> dict[str, Any]:
        """What can be touched and is not chosen yet."""
        seen = self.stage.touchables()
        return {widget.model.key: widget for widget in seen if widget.model.enabled and not widget.model.selected}

    def _says(self, key: str, text: str) -> bool:
        return any(text in widget.model.label for widget in self.stage.touchables() if widget.model.key == key)

    def _text(self, screen: str, panel: str, shown: Snapshot | None) -> str:
        """What belongs into the field that is open: a PIN where one is asked for, digits into a number."""
        user = shown.user if shown is not None else None
        local = self.stage.app.local
        if local.panel == "pin:new" or (screen == "first" and local.focus == "pin"):
            return knows.OWN_PIN
        if local.panel == "pin:renew":
            return self.pins.get(local.picks.get("person", ""), knows.OWN_PIN)
        if panel in ("pin", "lock") or (screen == "signin" and not panel):
            return self.pins.get(user.name if user is not None else self.account, knows.OWN_PIN)
        if panel == "edit":
            work, draft = shown.calibrating if shown is not None else None, local.draft
            told = knows.reading(draft.field, work) if work is not None and draft is not None else ""
            return told or str(self.chance.randint(1, 40))
        return TYPED.get(local.focus or screen, "12")

    def _type(self, text: str) -> None:
        """Takes back what does not belong there, then types the rest, key by key."""
        local = self.stage.app.local
        there = local.draft.typed if local.draft is not None else local.text(local.focus or "pin")
        same = there.lower() if text.startswith(there.lower()) else ""
        back = next((key for key in ("key:back", "pin:back") if self._has(key)), "")
        for key in (*[back] * (len(there) - len(same)), *(f"key:{letter}" for letter in text[len(same) :])):
            if self._has(key):
                self._press(self.stage.find(key))

    def _has(self, key: str) -> bool:
        return any(widget.model.key == key for widget in self.stage.touchables())

    # -- what must hold ----------------------------------------------------------------------------------------------
    def _authorised(self) -> None:
        """The motion that the device has just counted is of an authorisation that was committed before (LED-1)."""
        journal = self.bench.rig.controller.journal
        last = journal.last()
        identity = journal.pending[1] if journal.pending is not None else last.authorisation_id if last else 0
        assert identity in self.bench.disk.committed, f"motion {self.lifetime} moves without an authorisation"

    def _compare(self) -> None:
        """Every motion of the device is in the record, under an authorisation that was committed before it was sent."""
        rows = [row for unit in self.bench.disk.units for row in unit.rows]
        authorisations = {row.id: row for row in rows if isinstance(row, AuthorisationRow)}
        motions = [row for row in rows if isinstance(row, ShotRow) and row.number]
        assert {row.number for row in motions} == set(range(1, self.lifetime + 1))
        assert {row.authorisation for row in motions} <= set(authorisations)
        treated = {row.authorisation for row in motions if authorisations[row.authorisation].arming}
        assert not treated or self.arms, "the needle treated and nobody held to arm"
        self.shots = sum(row.authorisation in treated for row in motions)
        self.authorisations = len(authorisations)

    @property
    def lifetime(self) -> int:
        """Motions that the device itself has counted."""
        return self.bench.rig.controller.journal.lifetime_shots
