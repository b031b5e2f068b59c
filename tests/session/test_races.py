"""The order of one authorisation against everything that may change meanwhile: each event at each step (STP-1, LED-3).

Steps: decided and not yet committed; the commit returning in the very cycle of the event; enabled and waiting for
supply; on the wire; answered and not yet heard; live. Until it was sent an event withdraws it, certainly not done, and
not one byte leaves. From then on it is taken back ahead of everything, and whoever presses afterwards gets nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kiosk.channel import commands as ask
from kiosk.records.rows import AuthorisationRow, Certainty
from kiosk.session.dispatch import Stage
from tests.session.bench import PRACTITIONER, Bench

Event = Callable[[Bench], object]


def kiosk_lapses(bench: Bench) -> None:
    bench.seat.shows = False
    bench.seat.poll()  # nor does it tell any more of what it showed before
    bench.engine.lease._shown = float("-inf")


def lease_lost(bench: Bench) -> None:
    bench.lose = 3


def untrusted(bench: Bench) -> None:
    bench.wall_trusted = False


def late(bench: Bench) -> None:
    bench.late_s = 0.06


def storage_fails(bench: Bench) -> None:
    bench.disk.failing = True
    bench.engine.desk.event("note", "a row that cannot be written")


EVENTS: dict[str, Event] = {
    "stop button": lambda bench: bench.do("stop press"),
    "one stop contact": lambda bench: bench.do("stop-a open"),
    "stop on glass": lambda bench: bench.send(ask.Stop()),
    "lost lease": lease_lost,
    "unplugged": lambda bench: bench.do("unplug"),
    "kiosk lapse": kiosk_lapses,
    "edited value": lambda bench: bench.send(ask.Edit("dose", 10_000)),
    "another zone": lambda bench: bench.send(ask.ChooseZone("temple", "left")),
    "signed out": lambda bench: bench.send(ask.SignOut()),
    "locked": lambda bench: bench.send(ask.Lock()),
    "disarmed": lambda bench: bench.send(ask.Disarm()),
    "retract": lambda bench: bench.send(ask.Retract()),
    "needle gone": lambda bench: bench.do("needle remove"),
    "syringe gone": lambda bench: bench.do("barrel 2"),
    "clock untrusted": untrusted,
    "late cycle": late,
}
STEPS = ("decided", "committed", "supply", "on the wire", "answered", "live")
NOT_SENT = frozenset({"decided", "committed", "supply"})
STAGES = {"decided": Stage.COMMIT, "committed": Stage.COMMIT, "supply": Stage.SUPPLY, "answered": Stage.SENT}
UNHEARD = frozenset({"lost lease", "unplugged"})
"""The controller hears nothing of these; it ends what it was given when its lease lapses."""
LEASE_S = 0.175
BY_ITSELF = "syringe gone"
"""The controller sees this by itself and voids what it was given before control hears of it."""


def at_step(bench: Bench, step: str, event: Event) -> None:
    """Arm, and let the event come at this step."""
    if step == "on the wire":
        happened: list[str] = []

        def sent(what: str) -> None:
            if what == "authorisation" and not happened:
                happened.append(what)
                event(bench)

        bench.after_sending.append(sent)
        bench.arm()
        bench.until(lambda: happened, 2)
    elif step == "live":
        bench.live()
        event(bench)
    else:
        bench.bring_to(STAGES[step])
        event(bench)
        if step == "committed":
            bench.disk.release()


def put_right(bench: Bench) -> None:
    bench.disk.release()
    bench.lose, bench.late_s, bench.seat.shows, bench.wall_trusted = 0, 0.0, True, True
    for line in ("replug", "trigger up", "lift", "stop release", "stop-a close"):
        bench.do(line)
    bench.run(0.3)


@pytest.mark.requirement("STP-1", "LED-1", "LED-2", "LED-3", "WDG-5")
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("name", list(EVENTS))
def test_whatever_changes_at_whichever_step_nothing_is_given_after_it(subject: Bench, name: str, step: str) -> None:
    at_step(subject, step, EVENTS[name])
    number = subject.last_authorisation().id if subject.rows(AuthorisationRow) else 0
    number = max(number, subject.engine.desk.max_id)
    subject.run(LEASE_S if name in UNHEARD else 0.025)
    subject.on_skin().press()
    subject.run(0.3)
    assert not subject.armed
    frames = [sent for sent in subject.sent if sent == ("authorisation", number)]
    assert len(frames) == (0 if step in NOT_SENT else 1)
    subject.run(1)
    assert not subject.panel._enabled
    assert subject.shots == 0
    put_right(subject)
    subject.quiet()
    assert subject.rig.controller.journal.lifetime_nl == subject.ledger.restore().lifetime_nl
    if step in NOT_SENT:
        resolution = subject.resolution(number)
        assert resolution.certainty is Certainty.NOT_DONE
        assert resolution.reason.startswith("withdrawn")
    assert [sent for sent in subject.sent if sent == ("authorisation", number)] == frames, "it was sent again"
    assert not subject.armed, "it goes on by itself"


@pytest.mark.requirement("STP-1", "LED-1")
@pytest.mark.parametrize(
    "name", ["kiosk lapse", "needle gone", "clock untrusted", "late cycle", "edited value", "locked", "disarmed"]
)
def test_what_changes_in_the_very_cycle_of_the_commit_leaves_the_relay_open(subject: Bench, name: str) -> None:
    closed: list[int] = []

    def enable(epoch: int) -> None:
        closed.append(epoch)

    subject.panel.enable = enable
    at_step(subject, "committed", EVENTS[name])
    subject.run(0.1)
    assert not subject.armed
    assert not closed
    put_right(subject)


@pytest.mark.requirement("STP-1", "LED-3")
@pytest.mark.parametrize("name", [name for name in EVENTS if name not in UNHEARD | {BY_ITSELF}])
@pytest.mark.parametrize("step", ["on the wire", "answered", "live"])
def test_what_was_sent_is_taken_back_before_anything_else_goes_out(subject: Bench, name: str, step: str) -> None:
    at_step(subject, step, EVENTS[name])
    subject.run(0.3)
    frames = [what for what, _ in subject.sent]
    after = frames[len(frames) - frames[::-1].index("authorisation") :]
    assert after, "nothing took it back"
    assert after[0] in ("stop", "void")
    ids = [number for what, number in subject.sent if what in ("authorisation", after[0])]
    assert ids[-1] > max(number for what, number in subject.sent if what == "authorisation")
    put_right(subject)


@pytest.mark.requirement("LED-12", "LED-3")
@pytest.mark.parametrize("step", ["supply", "on the wire", "answered", "live"])
def test_a_record_that_fails_at_any_step_gives_nothing_more(subject: Bench, step: str) -> None:
    at_step(subject, step, storage_fails)
    subject.run(0.05)
    subject.on_skin().press()
    subject.run(1)
    assert not subject.armed
    assert subject.shots == 0
    assert not subject.panel._enabled
    subject.release().do("lift")
    subject.restart()
    subject.until(lambda: subject.snap.link.connected, 5)
    subject.quiet()


@pytest.mark.requirement("ACC-1", "STP-1")
def test_signing_in_again_arms_nothing(subject: Bench) -> None:
    subject.live()
    subject.tell(ask.SignOut())
    subject.run(0.2)
    subject.sign_in(PRACTITIONER)
    subject.on_skin().press()
    subject.run(1)
    assert not subject.armed
    assert subject.shots == 0
