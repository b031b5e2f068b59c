"""Which alarms stand, as the record tells it to a restart."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kiosk.records.facts import Fact
from kiosk.records.ledger import Ledger
from tests.records import sample


@pytest.mark.requirement("ALM-1", "ALM-5")
def test_a_restart_finds_the_alarms_that_began_and_have_not_ended(
    subject: Ledger, reopen: Callable[[], Ledger]
) -> None:
    def told(*changes: tuple[int, str]) -> None:
        subject.append([sample.event(Fact.ALARM, number=number, what=what, detail="") for number, what in changes])

    assert subject.restore().alarms == ()
    told((705, "onset"), (706, "onset"), (705, "end"), (706, "acknowledgement"), (0, "pause"))
    assert subject.restore().alarms == (706,), "what was acknowledged stands all the same"
    told((705, "onset"), (706, "end"), (705, "onset"))
    subject.append([sample.event("link", number=706, what="onset")])
    subject.close()
    assert reopen().restore().alarms == (705,)
