"""Somebody who has never seen the device and does nothing but what the lesson rings and says, in virtual time.

Control, ledger and the model of the device are the product's. What is ringed is looked up among all that the picture
offers to a touch; what is not there cannot be touched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from hal_sim.controls import pressed, released
from kiosk.channel import commands as c
from kiosk.records.clerk import Asked, Clerk
from kiosk.session import exchange as x
from kiosk.view.actions import Teach, Type
from kiosk.view.local import Local
from kiosk.view.observe import hear, see, tick
from kiosk.view.picture import Picture, draw
from kiosk.view.touch import Touch
from kiosk.view.treat import ZoneTile
from kiosk.view.update import World, act, replace
from tests.session.bench import Bench

PAGERS = re.compile(r".*:(later|earlier)$")
KEYS = re.compile(r"\[([A-Z])\]")
HELD_S, READ_S = 0.4, 0.3
"""How long a key is held, and how long a sentence has to stand before anybody follows it, s."""


def touches(shown: object) -> Iterator[Touch]:
    """Every touch of a picture."""
    if isinstance(shown, ZoneTile):
        yield shown.tile.touch  # its map is a picture
    elif isinstance(shown, Touch):
        yield shown
    elif isinstance(shown, tuple):
        for part in shown:
            yield from touches(part)
    elif isinstance(shown, msgspec.Struct):
        for field in shown.__struct_fields__:
            if not (isinstance(shown, Picture) and field == "page" and shown.panel):
                yield from touches(getattr(shown, field))


def keys_in(text: str) -> list[str]:
    """Keys of the bench's window that a sentence names."""
    return [key.lower() for key in KEYS.findall(text)]


class Hands:
    """What the keys of the bench's window do, pressed once for each sentence that names them."""

    def __init__(self, do: Callable[[str], str], run: Callable[[float], None]) -> None:
        self._do, self._run = do, run
        self._told = ""

    def follow(self, text: str) -> bool:
        """Presses what this sentence names, unless it was just done; whether anything was pressed."""
        if text == self._told or not keys_in(text):
            self._told = text if not keys_in(text) else self._told
            return False
        self._told = text
        for key in keys_in(text):
            self._press(key)
        return True

    def _press(self, key: str) -> None:
        command, off = pressed(key, json.loads(self._do("state"))), released(key)
        assert command is not None, f"no key of the bench's window is {key!r}"
        self._do(command)
        if off is not None:
            self._run(HELD_S)
            self._do(off)


class Schoolroom(Bench):
    """The bench as `nappage run` starts it, with 2 mL in the clamp and a clerk that writes and reads the record.

    A `new` one is a device that was just unpacked: control takes the model for a real injector, and nobody has an
    account.
    """

    def __init__(self, folder: Path, *, new: bool = False) -> None:
        super().__init__(folder, simulated=not new)
        if new:
            self.engine.people._accounts.clear()
        self.do("barrel 2")

    def _answer(self, ticket: int, question: x.Question) -> x.Answer:
        if isinstance(question, x.MakeExport):
            return Clerk(self.folder / "ledger.db", self.folder).answer(Asked(ticket, question))
        return super()._answer(ticket, question)


class Pupil:
    """One person at one kiosk. `told` are the sentences of the lesson, in their order; `touched` what was touched."""

    def __init__(self, folder: Path, bench: Bench | None = None) -> None:
        self.bench = bench or Schoolroom(folder)
        self.local = Local()
        self.told: list[str] = []
        self.progress: list[str] = []
        self.touched: list[str] = []
        self.visited: list[tuple[Picture, Local]] = []
        self._numbers: list[int] = []
        self.hands = Hands(self.bench.do, self.wait)
        self.wait(0.5)

    # -- time ----------------------------------------------------------------------------------------------------------
    def wait(self, seconds: float) -> None:
        """Time passes; the kiosk takes what came."""
        for _ in range(max(1, round(seconds / 0.025))):
            self.bench.step()
            for number in [number for number in self._numbers if number in self.bench.seat.replies]:
                self._numbers.remove(number)
                self.local = hear(self.local, self.bench.seat.replies[number])
            self.local = tick(self.local, self.bench.clock.now, 20)
            outcome = see(self.local, self.bench.snap)
            self.local = outcome.local
            self._send(outcome.commands)

    def _send(self, commands: tuple[c.AnyCommand, ...]) -> None:
        self._numbers += [self.bench.send(command) for command in commands]

    # -- looking and touching ------------------------------------------------------------------------------------------
    @property
    def picture(self) -> Picture:
        return draw(self.bench.snap, self.local, self.bench.engine.catalogue())

    def ringed(self, picture: Picture) -> Touch | None:
        """The control that is ringed; None where nothing is."""
        offered = {touch.key: touch for touch in touches(picture) if touch.key}
        for key in picture.lesson.ring:
            if key in offered:
                return offered[key]
            if key.startswith("key:"):
                return Touch(key, key, Type(key.removeprefix("key:")), on_down=True)
        assert not picture.lesson.ring or any(map(PAGERS.match, picture.lesson.ring)), (
            f"{picture.lesson.ring} is not on {picture.screen} {picture.panel}: {picture.lesson.text}"
        )
        return None

    def act(self, effect: object) -> None:
        """One touch has meant this."""
        world = World(self.bench.snap, self.bench.engine.catalogue())
        outcome = act(self.local, effect, world)  # type: ignore[arg-type]
        self.local = outcome.local
        self._send(outcome.commands)

    def begin(self) -> None:
        """Touches Training."""
        self.act(Teach("begin"))
        self.wait(0.2)

    def step(self) -> bool:
        """Follows the strip once; whether there was anything to follow."""
        if not self.told or self.told[-1] != self.picture.lesson.text:
            self.wait(READ_S)
        picture = self.picture
        strip = picture.lesson
        if not self.told or self.told[-1] != strip.text:
            self.told.append(strip.text)
            self.progress.append(strip.progress)
        self.visited.append((picture, self.local))
        pressed = self.hands.follow(strip.text)
        found = self.ringed(self.picture)
        if found is not None:
            self.touched.append(found.key)
            assert found.enabled, f"'{found.key}' is greyed: {found.why} ({strip.text})"
            self.act(found.effect)
            if self.touched[-2:] == ["more", "more"]:  # the glass says which lists have shown their last page
                self.change(ends=self.local.ends | {"screening"})
        self.wait(0.2)
        return pressed or found is not None

    def follow(self, until: Callable[[], bool], steps: int = 400) -> None:
        """Follows the strip until something is the case."""
        idle = 0
        for _ in range(steps):
            if until():
                return
            idle = 0 if self.step() else idle + 1
            assert idle < 60, f"nothing to follow: {self.picture.lesson.text} {self.bench.why()}"
        raise AssertionError(f"not within {steps} touches: {self.picture.lesson.text} {self.touched[-20:]}")

    def is_at(self, key: str) -> bool:
        """Whether the lesson is at this step, undisturbed."""
        from kiosk.view.lesson import current
        from kiosk.view.lesson_scene import Scene

        step = current(Scene(self.bench.snap, self.local, self.bench.engine.catalogue()))
        return step is not None and step.key == key

    def until_step(self, key: str) -> None:
        """Follows the lesson to this step."""
        self.follow(lambda: self.is_at(key))

    def change(self, **changes: object) -> None:
        """Something else happens to the kiosk's own state."""
        self.local = replace(self.local, **changes)
