"""A monkey at the real application: random fingers on the glass, random hands at the device, control behind it.

Application, channel, engine, cycle and ledger are the product's; the device is the model in virtual time. After every
frame the monkey looks at what must hold. It is curious: what it has touched least it touches next; and it knows what a
person knows: PINs, and what gets a session on. `tests.screens.monkeys` sets one after another at the glass.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.access.demo import DEMO_ACCOUNTS, DemoAccount
from kiosk.channel import commands as c
from kiosk.channel.server import Request
from kiosk.channel.snapshot import Catalogue, Reply, Snapshot
from kiosk.records.rows import AuthorisationRow, ShotRow
from tests.screens.stage import Stage
from tests.view.pupil import Schoolroom

HANDS = (
    "contact on", "contact on", "trigger down", "trigger down", "trigger up", "lift", "pedal down", "pedal up",
    "stop press", "stop release", "stop release", "unplug", "replug", "replug", "barrel 5",
)  # fmt: skip
AHEAD = (
    "soft:", "strip:signin", "acknowledge", "homing:yes", "buzzer:yes", "adult", "consent", "more", "patient:yes",
    "find",
    "product:example-saline", "needle:30g-4mm", "needle:new", "syringe:5ml", "syringe:new", "syringe:line",
    "disinfected", "anaesthetic:none", "prime", "drop:yes", "clean:", "cleanup", "reaction:", "reactions", "done",
    "sign", "protocol:mesolift", "arm:confirm", "arm", "continue", "new", "confirm", "enter",
)  # fmt: skip
"""What gets a session on, by the beginning of its key: of what is on the glass the first that is not chosen yet."""
LEAVING = ("stop", "lock", "signout")
"""What ends whatever was being done; STOP is touched for its own sake as well."""
MEND = ("clear", "rehome", "retract", "recover")
"""What puts right whatever stands in the way of arming."""
TYPED = {"expiry": "20991231", "next": "20991231", "review": "20991231", "lot": "a1", "patient": "m7"}
"""What is typed into a field; "12" into any other."""
ANSWER_FRAMES = 2
"""STOP under a finger has stopped the device within so many control cycles."""


class Ear:
    """The channel's server as the cycle's seat, with the monkey listening."""

    def __init__(self, server: Any, heard: Callable[[c.AnyCommand], None]) -> None:
        self._server = server
        self._heard = heard

    @property
    def seat(self) -> Any:
        return self._server.seat

    def poll(self) -> list[tuple[Any, Request]]:
        came = list(self._server.poll())
        for _, request in came:
            self._heard(request.command)
        return came

    def publish(self, snapshot: Snapshot) -> None:
        self._server.publish(snapshot)

    def reply(self, client: Any, reply: Reply) -> None:
        self._server.reply(client, reply)

    def send_catalogue(self, catalogue: Catalogue) -> None:
        self._server.send_catalogue(catalogue)


class Monkey:
    """One run from one seed. `frames` counts control cycles, each followed by a drawn frame.

    A `ready` one begins at a session that can be armed, any other at the power switch; `account` is who it signs in as
    where it is sensible. `pages` are the frames seen of
    each screen with its panel; `digest` is over every place and time a finger came down, moved or lifted.
    """

    def __init__(
        self,
        seed: int | str,
        folder: Path,
        *,
        ready: bool,
        size: tuple[int, int] = (800, 480),
        account: DemoAccount = DEMO_ACCOUNTS[0],
    ) -> None:
        self.chance = random.Random(seed)
        self.stage = Stage(size)
        self.bench = Schoolroom(folder)
        self.bench.do("barrel 5")
        if ready:
            self.bench.prepare()
        self.bench.cycle._seat = Ear(self.stage.server, self._hear)
        self.stage.away = True
        self.frames = self.touches = self.stops = self.arms = self.shots = self.authorisations = 0
        self.account = account
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
            self._press(self._new())

    def _new(self) -> Any:
        """Something on the glass; what was touched least is the likeliest, what ends it all less so."""
        seen = self.stage.touchables()
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
        offered = self._offered()
        screen, panel = self._where()
        if f"account:{self.account.name}" in offered:
            self._press(offered[f"account:{self.account.name}"])
        if any(key.startswith("key:") for key in offered):
            self._type(self._text(screen, panel, shown))
            offered = self._offered()
        wanted = AHEAD
        if (screen == "treat" and not panel and "arm" not in offered) or panel == "choice":
            wanted = (*self.chance.sample(MEND, len(MEND)), *AHEAD)
        elif screen in ("alarms", "alarm", "about", "settings") and not panel:
            wanted = ("back",)
        elif screen == "product" and not panel:
            missing = [
                key for key, text in (("field:lot", "A1"), ("field:expiry", "2099")) if not self._says(key, text)
            ]
            wanted = ("product:example-saline", *missing, *AHEAD)
        if screen == "signin" and not panel:
            wanted = ("enter",)
        for begin in wanted:
            key = next((key for key in offered if key == begin or (begin[-1] == ":" and key.startswith(begin))), "")
            if key:
                self._press(offered[key], whole=True)
                return True
        return False

    def _offered(self) -> dict[str, Any]:
        """What can be touched and is not chosen yet."""
        seen = self.stage.touchables()
        return {widget.model.key: widget for widget in seen if widget.model.enabled and not widget.model.selected}

    def _says(self, key: str, text: str) -> bool:
        return any(text in widget.model.label for widget in self.stage.touchables() if widget.model.key == key)

    def _text(self, screen: str, panel: str, shown: Snapshot | None) -> str:
        """What belongs into the field that is open: a PIN where one is asked for, digits into a number."""
        user = shown.user if shown is not None else None
        if panel in ("pin", "lock") or (screen == "signin" and not panel):
            name = user.name if user is not None else self.account.name
            return next((account.pin for account in DEMO_ACCOUNTS if account.name == name), "135790")
        if panel == "edit":
            return str(self.chance.randint(1, 40))
        return TYPED.get(self.stage.app.local.focus or screen, "12")

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
