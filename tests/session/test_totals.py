"""The totals of an open session: what counts against them, and what is asked, told and refused of them (LIM-6)."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import msgspec
import pytest

from kiosk.protocols.library import Library
from kiosk.protocols.profile import Figure
from tests.session.bench import Bench, library


def most(nl_or_shots: int, step: int = 1000) -> Figure:
    """A total's hard limit as a clinic gives it."""
    return Figure("Dr A. Example", "clinic", hard=(step, nl_or_shots))


def clinic(zone: dict[str, Figure] | None = None, **protocol: Figure) -> Library:
    """The shipped profiles, with figures of a clinic: of mesolift, and those of `zone` for its forehead."""
    shelf = library()
    mesolift = shelf.protocols["mesolift"]
    zones = tuple(
        msgspec.structs.replace(found, **(zone or {})) if found.key == "forehead" else found for found in mesolift.zones
    )
    changed = msgspec.structs.replace(mesolift, zones=zones, **protocol)
    return msgspec.structs.replace(shelf, protocols=MappingProxyType({**shelf.protocols, "mesolift": changed}))


def used(bench: Bench, key: str) -> int:
    assert bench.snap.session is not None
    return next(total.used for total in bench.snap.session.totals if total.key == key)


def moved_unrecorded(bench: Bench, nl: int) -> None:
    """The injector counts more than its records explain; a practitioner has seen it."""
    bench.do("unplug")
    bench.run(0.3)
    bench.rig.controller.journal.lifetime_nl += nl
    bench.rig.controller.journal.save()
    bench.do("replug")
    bench.until(lambda: bench.snap.link.connected, 5)
    bench.run(0.3)
    bench.see()


@pytest.mark.requirement("LIM-6", "LED-4")
def test_what_no_record_explains_counts_for_every_zone_of_the_session_that_is_open(tmp_path: Path) -> None:
    bench = Bench(tmp_path, shelf=clinic({"zone_nl": most(200_000)})).prepare()
    moved_unrecorded(bench, 100_000)
    assert used(bench, "zone") == 100_000
    bench.set(shots=9, rate=6000).mode("continuous").live().on_skin().press()
    bench.until(lambda: not bench.armed)
    assert "Forehead: 180 uL counted of 200 uL, too little is left" in bench.last_notice
    bench.quiet()
    bench.close()
