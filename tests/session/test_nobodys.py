"""What was moved while no session was open belongs to nobody: no patient's totals, no signature (LED-4, LED-7)."""

from __future__ import annotations

import pytest

from kiosk.channel import commands as ask
from kiosk.records.rows import ClosingRow, ShotRow
from tests.session.bench import PRACTITIONER, Bench


@pytest.mark.requirement("LED-4", "LED-7", "LIM-6")
def test_what_no_session_was_open_for_is_in_no_patients_totals_and_under_no_signature(bench: Bench) -> None:
    bench.start()
    bench.do("unplug")
    bench.run(0.3)
    bench.rig.controller.journal.lifetime_nl += 15_000
    bench.rig.controller.journal.save()
    bench.do("replug")
    bench.until(lambda: bench.snap.link.connected and bench.rows(ShotRow)[-1].counted_nl == 15_000, 5)
    assert bench.rows(ShotRow)[-1].session == 0
    bench.see()
    assert bench.engine.tally.session.shots == 0
    bench.open("mesolift", "P-NEW").screen().product().needle().syringe()
    bench.tell(ask.Prepared(True))
    bench.prime()
    assert (bench.engine.tally.session.shots, bench.engine.tally.session.nl) == (0, 0)
    bench.tell(ask.Finish())
    bench.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    bench.until(lambda: bool(bench.rows(ClosingRow)), 2)
    closed = bench.rows(ClosingRow)[-1]
    assert (closed.shots, closed.given_nl) == (0, 0)
