"""A monkey at the real application: random fingers on the glass, random hands at the device, control behind it.

Application, channel, engine, cycle and ledger are the product's; the device is the model in virtual time. After every
frame the monkey looks at what must hold. More of it: python -m tests.screens.monkey SEED FRAMES
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.access.demo import DEMO_ACCOUNTS
from kiosk.channel import commands as c
from kiosk.channel.server import Request
from kiosk.channel.snapshot import Catalogue, Reply, Snapshot
from kiosk.records.rows import AuthorisationRow, ShotRow
from tests.screens.stage import Stage
from tests.session.bench import Bench

HANDS = (
    "contact on", "contact on", "trigger down", "trigger down", "trigger up", "lift", "pedal down", "pedal up",
    "stop press", "stop release", "stop release", "unplug", "replug", "replug", "barrel 5",
)  # fmt: skip
AHEAD = (
    "soft:no", "acknowledge", "homing:yes", "buzzer:yes", "enter", "confirm", "drop:yes", "recover", "clear", "recover",
    "rehome", "continue", "more", "new", "prime", "back", "arm", "arm:confirm",
)  # fmt: skip
"""Keys of the way through a session, in an order that recovers first and arms last."""
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
    """One run from one seed. `frames` counts control cycles, each followed by a drawn frame."""

    def __init__(self, seed: int, folder: Path, *, ready: bool) -> None:
        self.chance = random.Random(seed)
        self.stage = Stage()
        self.bench = Bench(folder)
        if ready:
            self.bench.prepare()
        self.bench.cycle._seat = Ear(self.stage.server, self._hear)
        self.stage.away = True
        self.frames = self.stops = self.arms = 0
        self.holding = ("", 0.0)
        self.commands: dict[str, int] = {}
        self._wait(4)

    def run(self, frames: int) -> None:
        """Gestures until so many frames have passed; then everybody lets go, and the record is compared."""
        while self.frames < frames:
            self._gesture()
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
            self.bench.step()
            self.stage.time.now = self.bench.clock.now
            self.stage.app.cycle(0)
            self.stage.window.canvas.ask_update()
            self.stage.loop.idle()

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
        if what < 0.05:
            self._stop()
        elif what < 0.15:
            self.bench.do(self.chance.choice(HANDS))
            self._wait(self.chance.randint(1, 4))
        elif what < 0.22:
            self._scribble()
        elif what < 0.27:
            self._two_fingers()
        elif what < 0.275:
            self._walk_away()
        elif what < 0.75:
            self._sensible()
        else:
            self._press(self.chance.choice(self.stage.touchables()))

    def _finger(self, widget: Any) -> Any:
        from kivy.tests.common import UnitTestTouch

        x, y = widget.to_window(widget.x, widget.y)
        return UnitTestTouch(x + self.chance.random() * widget.width, y + self.chance.random() * widget.height)

    def _press(self, widget: Any, *, whole: bool = False) -> None:
        """Down, a while, up; what has to be held is often held long enough."""
        key, hold_ms = widget.model.key, widget.model.hold_ms
        finger = self._finger(widget)
        self.holding = (key, self.stage.time.now)
        finger.touch_down()
        long = hold_ms and (whole or self.chance.random() < 0.6)
        self._wait(round(hold_ms / 25) + 3 if long else self.chance.randint(1, 3))
        finger.touch_up()
        self.holding = ("", 0.0)
        self._wait(self.chance.choice((1, 1, 2, 17)))

    def _stop(self) -> None:
        """STOP, from wherever everything is now (STP-2)."""
        finger = self._finger(self.stage.app.glass.stop)  # type: ignore[union-attr]
        before = self.commands.get("Stop", 0)
        finger.touch_down()
        self._wait(ANSWER_FRAMES)
        assert self.commands.get("Stop", 0) == before + 1, "STOP was touched and not sent"
        assert self.bench.engine.stop.live, "STOP was sent and nothing is stopped"
        assert not self.bench.panel._enabled, "STOP was sent and enable is on"
        assert self.bench.engine.treatment.arming is None
        finger.touch_up()
        self._wait(1)
        self.stops += 1

    def _scribble(self) -> None:
        from kivy.tests.common import UnitTestTouch

        width, height = self.stage.window.size
        finger = UnitTestTouch(self.chance.uniform(-50, width + 50), self.chance.uniform(-50, height + 50))
        finger.touch_down()
        for _ in range(self.chance.randint(0, 3)):
            finger.touch_move(self.chance.uniform(0, width), self.chance.uniform(0, height))
            self._wait(1)
        finger.touch_up()
        self._wait(1)

    def _two_fingers(self) -> None:
        one, other = (self._finger(self.chance.choice(self.stage.touchables())) for _ in range(2))
        one.touch_down()
        self._wait(1)
        other.touch_down()
        self._wait(1)
        for finger in self.chance.sample((one, other), 2):
            finger.touch_up()
        self._wait(1)

    def _walk_away(self) -> None:
        """Nobody touches for a minute: values typed are thrown away, armings end."""
        self.bench.run(61)
        self._wait(2)

    def _sensible(self) -> None:
        """What a person would do next, so that the monkey gets anywhere at all."""
        for line in ("stop release", "replug", "trigger up", "pedal up", "lift"):
            self.bench.do(line)
        self._wait(4)
        shown = self.stage.app.snapshot
        treat = shown.treat if shown is not None else None
        if treat is not None and treat.arming is not None:
            for line in ("contact on", self.chance.choice(("trigger down", "pedal down"))):
                self.bench.do(line)
            self._wait(self.chance.randint(10, 40))
            return
        account = f"account:{DEMO_ACCOUNTS[0].name}"
        if self._has(account):
            self._press(self.stage.find(account))
        if self._has(account) or self._has("pin:back") or (shown is not None and shown.user and shown.user.locked):
            self._type(DEMO_ACCOUNTS[0].pin)
        for key in AHEAD:
            if self._has(key) and self.chance.random() < 0.8:
                self._press(self.stage.find(key), whole=True)
                self._wait(18)

    def _type(self, digits: str) -> None:
        for digit in digits:
            if self._has(f"key:{digit}"):
                self._press(self.stage.find(f"key:{digit}"))

    def _has(self, key: str) -> bool:
        return any(widget.model.key == key for widget in self.stage.touchables())

    # -- what must hold ----------------------------------------------------------------------------------------------
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

    @property
    def lifetime(self) -> int:
        """Motions that the device itself has counted."""
        return self.bench.rig.controller.journal.lifetime_shots


def main() -> None:
    """One long run, told at its end."""
    seed, frames = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory(prefix="nappage-monkey-") as folder:
        monkey = Monkey(seed, Path(folder), ready=seed % 2 == 0)
        monkey.run(frames)
        print(f"seed {seed}: {monkey.frames} frames, {monkey.stops} stops, {monkey.arms} armings, {monkey.shots} shots")
        print(dict(sorted(monkey.commands.items())))
        monkey.close()


if __name__ == "__main__":
    main()
