"""One supervised process, from start to reap."""

from __future__ import annotations

import os
import select
import sys

from kiosk.system.child import Child, ChildPlan, Restart


def test_asking_one_to_end_that_has_just_died_takes_nothing_from_its_exit_code() -> None:
    subject = Child(ChildPlan("brief", (sys.executable, "-IS", "-c", "raise SystemExit(7)"), Restart.NEVER))
    subject.start(os.environ)
    select.select([subject.pidfd], [], [])

    subject.ask_to_end()

    assert subject.reap() == (7, [])
