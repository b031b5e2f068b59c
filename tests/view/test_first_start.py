"""A new device at a real injector: nobody has an account, and nothing was ever certified."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.start import selftest
from tests.view.pupil import Pupil, Schoolroom, touches
from tests.view.samples import at, replace, snap
from tests.view.samples.surroundings import ACCOUNTS, ADMIN

UNCALIBRATED = (s.Check("calibration", "Calibration", "failed", "A technician calibrates it."),)


class Owner(Pupil):
    """Who unpacks the device and touches what is on the glass."""

    def touch(self, *keys: str) -> None:
        for key in keys:
            offered = {touch.key: touch for touch in touches(self.picture) if touch.enabled}
            assert key in offered, f"no {key!r} on {self.picture.screen} {self.picture.panel}: {sorted(offered)}"
            self.act(offered[key].effect)
            self.wait(0.1)

    def type(self, text: str) -> None:
        for letter in text:
            self.act(a.Type(letter))


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    bench = Schoolroom(tmp_path, new=True)
    made = Owner(tmp_path, bench)
    yield made
    bench.close()


@pytest.mark.requirement("ACC-1", "PST-1")
def test_the_first_administrator_makes_the_technician_whom_the_self_test_waits_for(owner: Owner) -> None:
    owner.wait(3)
    owner.touch("signin")
    assert owner.picture.screen == "first"
    owner.type("Ada")
    owner.touch("field:pin")
    owner.type("482615")
    owner.touch("create")
    owner.wait(0.5)
    assert (owner.bench.snap.phase, owner.picture.screen) == ("starting", "selftest")
    owner.touch("people", "add", "field:person")
    owner.type("JON")
    owner.touch("confirm", "role:technician", "continue")
    for _ in range(2):
        owner.type("739164")
        owner.touch("confirm")
    owner.wait(0.5)
    assert [(known.name, known.role) for known in owner.bench.snap.accounts] == [
        ("Ada", "administrator"),
        ("JON", "technician"),
    ]


@pytest.mark.requirement("PST-1")
@pytest.mark.parametrize(
    ("accounts", "leads"),
    [
        (ACCOUNTS[2:], a.Go("people")),
        ((replace(ACCOUNTS[1], disabled=True), ACCOUNTS[2]), a.Go("people")),
        (ACCOUNTS, a.Panel("recover")),
    ],
    ids=["alone", "disabled", "there"],
)
def test_an_administrator_is_led_to_people_while_no_technician_can_calibrate(
    accounts: tuple[s.Account, ...], leads: a.Action
) -> None:
    waiting = snap("starting", user=ADMIN, checks=UNCALIBRATED, accounts=accounts)
    assert selftest(waiting, at()).done.effect == leads
