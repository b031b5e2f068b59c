"""The campaign finds what is broken on purpose: each defect is planted in memory, and the invariant named sees it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from drivers.registers import ShotRecord
from hal_sim.controller import Controller
from hal_sim.fluid import Fluid
from hal_sim.gauges import Gauges
from hal_sim.mechanics import Mechanics
from hal_sim.motion import Aim, Motion, Phase
from kiosk.protocols import envelope as envelope_room
from kiosk.protocols.envelope import Envelope
from kiosk.protocols.limits import Counted, Limit, Origin, ZoneRanges
from kiosk.records import clerk
from kiosk.records.course import course
from kiosk.records.rows import AuthorisationRow, Committed, Unit
from kiosk.session.intake import Intake
from kiosk.session.tally import Tally
from kiosk.session.treatment import Treatment
from kiosk.session.virtual import VirtualPanel
from tests.proofs.campaign import mischief
from tests.proofs.campaign import session as session_of
from tests.proofs.campaign.disk import Disk
from tests.proofs.campaign.session import play

SEED, SHOTS, SESSIONS = 4, 60, 30
Plant = Callable[[pytest.MonkeyPatch], None]


def no_lapse(patch: pytest.MonkeyPatch) -> None:
    """The controller lets a lease live for ever."""
    patch.setattr("hal_sim.lease.LEASE_MS", 10**9)


def no_depth_limit(patch: pytest.MonkeyPatch) -> None:
    """The envelope knows no limit of depth but the device's own."""
    tightest = envelope_room.zone_ranges

    def wide(*parts: Any) -> ZoneRanges:
        ranges = tightest(*parts)
        return replace(ranges, depth=replace(ranges.depth, hard_high=Limit(6000, Origin.DEVICE), soft_high=None))

    patch.setattr(envelope_room, "zone_ranges", wide)


def no_question(patch: pytest.MonkeyPatch) -> None:
    """Nobody is asked about a soft limit."""
    patch.setattr(Envelope, "_unusual", lambda *_: [])
    patch.setattr(Treatment, "_ask_about", lambda *_: None)


def dropped_record(patch: pytest.MonkeyPatch) -> None:
    """Control acknowledges every fifth motion without writing it down."""
    keep = Intake._keep

    def drops(self: Intake, record: ShotRecord, *rest: Any) -> None:
        if record.number % 5:
            keep(self, record, *rest)
        else:
            self._next = record.number + 1
            self._acknowledge(record.number + 1)

    patch.setattr(Intake, "_keep", drops)


def plunger_goes_on(patch: pytest.MonkeyPatch) -> None:
    """Whatever breaks a stroke off, the plunger ends its dose."""

    def up(motion: Motion) -> None:
        motion._body.needle_to(0.0)

    patch.setitem(Motion._ENTERS, Phase.UP, up)


def needle_stays(patch: pytest.MonkeyPatch) -> None:
    """The needle is not called back."""

    def up(motion: Motion) -> None:
        motion._body.halt()

    patch.setitem(Motion._ENTERS, Phase.UP, up)


def enable_stays(patch: pytest.MonkeyPatch) -> None:
    """The relay is never let go."""
    patch.setattr(VirtualPanel, "disable", lambda _: None)


def commit_after_send(patch: pytest.MonkeyPatch) -> None:
    """An authorisation is told as committed, and is with the next unit."""
    commit, held = Disk._commit, list[Unit]()

    def early(self: Disk, unit: Unit, took_ms: int) -> None:
        for late in held:
            self._ledger.append(late.rows)
            self._written(late.rows)
        held.clear()
        if not any(isinstance(row, AuthorisationRow) for row in unit.rows):
            commit(self, unit, took_ms)
            return
        held.append(unit)
        self._post(Committed(unit.id, took_ms, *self._ledger.last))

    patch.setattr(Disk, "_commit", early)


def nothing_counted(patch: pytest.MonkeyPatch) -> None:
    """What was given counts for nothing."""
    totals = Tally.totals
    patch.setattr(Tally, "totals", lambda _, zone, **other: totals(Tally(), zone, **other))


def anew_each_session(patch: pytest.MonkeyPatch) -> None:
    """A session begins with nothing given, whatever the same patient got an hour ago."""
    patch.setattr(clerk, "course", lambda *asked: replace(course(*asked), product_today=Counted(0, 0), today=()))


def more_than_asked(patch: pytest.MonkeyPatch) -> None:
    """The controller turns the plunger a tenth too far."""
    aim = Gauges.aim

    def more(self: Gauges, *what: Any) -> Aim:
        asked = aim(self, *what)
        return asked._replace(steps=asked.steps * 11 // 10)

    patch.setattr(Gauges, "aim", more)


def deeper_than_asked(patch: pytest.MonkeyPatch) -> None:
    """The controller aims half a millimetre too deep."""
    aim = Gauges.aim

    def deeper(self: Gauges, *what: Any) -> Aim:
        asked = aim(self, *what)
        return asked._replace(target_um=asked.target_um + 500)

    patch.setattr(Gauges, "aim", deeper)


def no_occlusion(patch: pytest.MonkeyPatch) -> None:
    """The controller sees no occlusion; of the named faults only that one comes."""
    patch.setattr("hal_sim.motion.OCCLUSION_KPA", 10**6)
    patch.setattr(mischief, "SETS", (("occlusion",),))


def unsupplied(patch: pytest.MonkeyPatch) -> None:
    """The motors go on without the supply that the contacts cut, and the controller does not look."""
    power, supply = Mechanics.power, Controller.supply
    patch.setattr(Mechanics, "power", lambda self, _: power(self, True))
    patch.setattr(Controller, "supply", lambda self, _, millivolts: supply(self, True, millivolts))


def wrong_closed_form(patch: pytest.MonkeyPatch) -> None:
    """The model's needle resists a fifth more than its figures say."""
    drag = Fluid._drag
    patch.setattr(Fluid, "_drag", lambda self: drag(self) * 1.2)


FROM = {
    "wrong_closed_form": 1,
    "no_lapse": 3,
    "needle_stays": 3,
    "plunger_goes_on": 4,
    "no_occlusion": 5,
    "nothing_counted": 6,
    "unsupplied": 6,
    "anew_each_session": 80,
}
"""Where to begin looking, for what needs the integrated session or a rarer coincidence."""
PLANTS: list[tuple[Plant, set[str]]] = [
    (no_lapse, {"lease", "stopped"}),
    (no_depth_limit, {"limit"}),
    (no_question, {"soft"}),
    (dropped_record, {"ledger", "reconcile", "sum", "projected", "totals"}),
    (plunger_goes_on, {"stopped", "lease", "supply"}),
    (needle_stays, {"retracted", "unauthorised"}),
    (enable_stays, {"enable"}),
    (commit_after_send, {"commit first"}),
    (nothing_counted, {"projected", "totals"}),
    (anew_each_session, {"projected", "totals"}),
    (more_than_asked, {"displacement"}),
    (deeper_than_asked, {"depth"}),
    (no_occlusion, {"pressure"}),
    (unsupplied, {"supply"}),
    (wrong_closed_form, {"integral"}),
]


@pytest.mark.parametrize(("plant", "seen"), PLANTS, ids=[plant.__name__ for plant, _ in PLANTS])
def test_a_planted_defect_is_found_by_name(
    plant: Plant, seen: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_of, "SHOTS_PER_FAULT", 2)
    plant(monkeypatch)
    first = FROM.get(plant.__name__, 2)
    for number in range(first, first + SESSIONS):
        told = play(SEED, number, SHOTS, tmp_path)
        if told.violation:
            assert told.name in seen, told.violation
            return
    pytest.fail(f"{plant.__doc__} Nobody saw it in {SESSIONS} sessions")
