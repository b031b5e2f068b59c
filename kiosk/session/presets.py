"""Presets: a treatment with the clinic's own usual values under a name, kept as rows of the record.

A preset proposes and does nothing else. Its values come in like those that a person sets, once the parts are known: one
outside a hard limit is refused and named, one past a soft limit or ten times the usual is asked about, and arming takes
its two steps as ever (LIM-1, LIM-8).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from drivers.errors import NappageError
from kiosk.channel import commands as ask
from kiosk.channel.presets import KeepPreset, Preset, RetirePreset
from kiosk.channel.snapshot import Page
from kiosk.protocols.limits import Setting
from kiosk.protocols.profile import MODES, Protocol
from kiosk.records.facts import Fact
from kiosk.records.rows import EventRow
from kiosk.session.date_time import in_words as date_in_words
from kiosk.session.errors import Differs, NotChoosable, NotNow
from kiosk.session.words import in_words, mm, rate, ul

if TYPE_CHECKING:
    from kiosk.session.engine import Engine

Answerer = Callable[[NappageError | None, Page | None], None]
KEEPING, RETIRING, OPENING = "Keeping values", "Retiring a preset", "Opening a session"
UNWRITTEN = "the record cannot be written"
NAME_MAX = 40
"""Characters of a name."""
MOST = 100
"""Presets that are offered at most; one has to be retired before another is kept."""


class Values(msgspec.Struct, frozen=True):
    """What a preset holds, as it stands in a row."""

    preset: int
    name: str
    protocol: str
    zone: str
    side: str
    depth_um: int
    dose_nl: int
    mode: str
    rate_mhz: int
    shots: int

    @property
    def setting(self) -> Setting:
        return Setting(
            zone=self.zone, side=self.side, depth_um=self.depth_um, dose_nl=self.dose_nl, mode=MODES[self.mode],
            rate_mhz=self.rate_mhz, shots=self.shots,
        )  # fmt: skip


def read(row: EventRow) -> Values | None:
    """What a row keeps; None for one that another version wrote in another shape, which offers nothing here."""
    try:
        return msgspec.convert(row.body, Values)
    except msgspec.ValidationError:
        return None


def against(values: Values, protocol: Protocol) -> str:
    """Why this treatment, as it is loaded now, cannot begin with these values; "" when it can."""
    zone = protocol.zone(values.zone)
    if zone is None or values.side not in zone.sides:
        return f"the zone of the preset {values.name} is not in this treatment any more"
    if values.mode not in protocol.modes:
        return f"the mode of the preset {values.name} is not in this treatment any more"
    return ""


class Presets:
    """`changed`: how often one was kept or retired since the start; whoever shows them looks again."""

    def __init__(self, engine: Engine, kept: tuple[tuple[int, EventRow], ...], following: int) -> None:
        self._engine = engine
        self._next = following
        self._kept: dict[int, tuple[Values, str, int]] = {}
        self.changed = 0
        for wall_ms, row in kept:
            values = read(row)
            if values is not None:
                self._kept[values.preset] = (values, row.user, wall_ms)

    def views(self) -> tuple[Preset, ...]:
        """Those that are offered, by name."""
        found = [self._view(*each) for each in self._kept.values()]
        return tuple(sorted(found, key=lambda preset: (preset.name.casefold(), preset.key)))

    def _view(self, values: Values, user: str, wall_ms: int) -> Preset:
        protocol = self._engine.library.protocols.get(values.protocol)
        zone = None if protocol is None else protocol.zone(values.zone)
        fields = msgspec.structs.asdict(values)
        title = values.zone if zone is None else zone.title
        return Preset(
            key=fields.pop("preset"), **fields, zone_title=title, by=user, at=date_in_words(wall_ms)
        )  # fmt: skip

    # -- keeping and retiring --------------------------------------------------------------------------------------
    def keep(self, command: KeepPreset, answer: Answerer) -> bool:
        """Keep what is set now; answered once its row is on disk.

        Raises:
            NotNow, Differs, NotChoosable: nothing is set or a question waits, another value was shown, or no such name.
        """
        engine, desk = self._engine, self._engine.desk
        setting, facts = engine.treatment.setting, engine.setup.open_facts()
        if setting is None or engine.treatment.envelope is None:
            raise NotNow(what=KEEPING, why=next(engine.against_setting(), ""))
        if engine.treatment.question is not None:
            raise NotNow(what=KEEPING, why="a question waits for its answer")
        self._same(command, setting)
        name = " ".join(command.name.split())
        self._free(name, facts.protocol)
        values = Values(
            self._next, name, facts.protocol, setting.zone, setting.side, setting.depth_um, setting.dose_nl,
            setting.mode.name.lower(), setting.rate_mhz, setting.shots,
        )  # fmt: skip
        self._next += 1
        words = in_words(setting, engine.zone_title(setting.zone))
        row = EventRow(
            Fact.PRESET, desk.mono_ms, desk.session, desk.user, f"Preset {name} kept: {words}",
            msgspec.to_builtins(values),
        )  # fmt: skip
        wall_ms = desk.inputs.wall_ms

        def written() -> None:
            self._kept[values.preset] = (values, row.user, wall_ms)
            self.changed += 1
            desk.notice(row.sentence)
            answer(None, None)

        desk.commit(row, then=written, failed=lambda: answer(NotNow(what=KEEPING, why=UNWRITTEN), None))
        return True

    @staticmethod
    def _same(command: KeepPreset, setting: Setting) -> None:
        for field, shown, actual in (
            ("the zone", f"{command.zone} {command.side}", f"{setting.zone} {setting.side}"),
            ("the depth", mm(command.depth_um), mm(setting.depth_um)),
            ("the dose", ul(command.dose_nl), ul(setting.dose_nl)),
            ("the mode", command.mode, setting.mode.name.lower()),
            ("the rate", rate(command.rate_mhz), rate(setting.rate_mhz)),
            ("the shots", str(command.shots), str(setting.shots)),
        ):
            if shown != actual:
                raise Differs(field=field, shown=shown, actual=actual)

    def _free(self, name: str, protocol: str) -> None:
        if not name or len(name) > NAME_MAX or not name.isprintable():
            raise NotChoosable(what="name of a preset", name=name)
        taken = {values.name.casefold() for values, _, _ in self._kept.values() if values.protocol == protocol}
        if name.casefold() in taken:
            raise NotNow(what=KEEPING, why=f"this treatment has a preset {name} already")
        if len(self._kept) >= MOST:
            raise NotNow(what=KEEPING, why=f"{MOST} presets are kept already, retire one first")

    def retire(self, command: RetirePreset, answer: Answerer) -> bool:
        """Offer it no more; answered once its row is on disk.

        Raises:
            NotChoosable: there is none of that number.
        """
        desk, values = self._engine.desk, self._known(command.preset)
        row = EventRow(
            Fact.PRESET_RETIRED, desk.mono_ms, desk.session, desk.user, f"Preset {values.name} retired",
            {"preset": values.preset, "name": values.name},
        )  # fmt: skip

        def written() -> None:
            self._kept.pop(values.preset, None)
            self.changed += 1
            desk.notice(row.sentence)
            answer(None, None)

        desk.commit(row, then=written, failed=lambda: answer(NotNow(what=RETIRING, why=UNWRITTEN), None))
        return True

    def _known(self, preset: int) -> Values:
        if preset not in self._kept:
            raise NotChoosable(what="preset", name=preset)
        return self._kept[preset][0]

    # -- proposing -------------------------------------------------------------------------------------------------
    def chosen(self, command: ask.OpenSession) -> Values | None:
        """The preset that a session is to begin with, None for none.

        Raises:
            NotChoosable, NotNow: there is none of that number, or it does not fit the treatment.
        """
        if not command.preset:
            return None
        values, protocol = self._known(command.preset), self._engine.library.protocols.get(command.protocol)
        if protocol is None or values.protocol != protocol.key:
            raise NotChoosable(what="preset of this treatment", name=values.name)
        why = against(values, protocol)
        if why:
            raise NotNow(what=OPENING, why=why)
        return values

    def step(self) -> None:
        """Propose the values of the session's preset, once, as soon as it is treated."""
        engine = self._engine
        facts, protocol = engine.setup.facts, engine.setup.protocol
        if facts is None or facts.preset is None or protocol is None or engine.phase != "treat":
            return
        if engine.treatment.setting is None or engine.treatment.envelope is None:
            return
        values = msgspec.convert(facts.preset, Values)
        why = against(values, protocol)
        if why:
            told = f"{why[:1].upper()}{why[1:]}"
        else:
            told = f"Preset {values.name} proposes its values: look at each of them"
            engine.treatment.propose(values.setting)
        engine.setup.record(Fact.PRESET_PROPOSED, told, preset=values.preset)
        engine.desk.notice(told)
