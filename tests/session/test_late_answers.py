"""Answers that come a cycle or two late: nothing waits for them, nothing is sent twice, nothing takes them for newer.

In virtual time a cycle begins every 25 ms and waits 8 ms for an answer: one that comes after 30 ms is taken by the next
cycle, one that would come after 41 ms never counts.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from drivers.errors import BadFrame, LinkTimeout, PortGone
from drivers.link import TIMEOUT_MS
from drivers.registers import ANCHOR, AUTHORISATION, COMMAND, IDENTITY, LEASE, Command, CommandKind
from kiosk.channel import commands as ask
from kiosk.records.rows import Certainty
from kiosk.session import exchange as x
from kiosk.session.dispatch import Stage
from kiosk.session.line import BAD_CLOSES, OVERTAKEN, Line
from kiosk.session.virtual import TIMEOUT_S, VirtualAsked
from tests.session.bench import PERIOD, Bench, Wire
from tests.session.test_races import kiosk_lapses

LATE_S, NEVER_S = 0.030, 0.041
KINDS = {
    LEASE.address: "lease", AUTHORISATION.address: "authorisation", COMMAND.address: "command",
    ANCHOR.address: "anchor", IDENTITY.address: "identity",
}  # fmt: skip
Began = tuple[str, float, bytes]


class Slow:
    """Says how long the answers of each kind of question take, s, and keeps what was begun: kind, when, its bytes."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.takes: dict[str, float] = {}
        self.once: dict[str, float] = {}
        self.began: list[Began] = []
        self.told: list[x.Inputs] = []
        step = bench.engine.step

        def watched(inputs: x.Inputs, now: float) -> list[x.Effect]:
            self.told.append(inputs)
            return step(inputs, now)

        bench.engine.step = watched
        bench.each_cycle.append(self.nothing_is_older_than_what_was_said_to_be_done)

    def nothing_is_older_than_what_was_said_to_be_done(self) -> None:
        """Whatever a step was told as done is shown by every status that it and later ones are told."""
        accepted = 0
        for inputs in self.told[-40:]:
            done = [sent.id for sent in inputs.sent if sent.result == "done"]
            accepted = max([accepted, *done])
            if inputs.status is not None:
                assert max(inputs.status.authorisation_id, inputs.status.command_id) >= accepted

    def begin(self, wire: Wire, kind: str, data: bytes, really: Callable[[], VirtualAsked]) -> VirtualAsked:
        free = self.bench.cycle.line._asked is None or kind == "read"  # which gets the reason of a refusal
        assert free, f"{kind} was begun while another question was in flight"
        wire.late_s = self.once.pop(kind, self.takes.get(kind, 0.0))
        asked = really()
        self.began.append((kind, self.bench.clock.now, data))
        return asked

    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self.began]


@pytest.fixture
def slow(subject: Bench, monkeypatch: pytest.MonkeyPatch) -> Slow:
    wires = Slow(subject)
    begin, begin_read = Wire.begin, Wire.begin_read

    def begun(self: Wire, address: int, data: bytes, *rest: Any, **gate: Any) -> VirtualAsked:
        return wires.begin(self, KINDS[address], data, lambda: begin(self, address, data, *rest, **gate))

    def read(self: Wire, address: int, registers: int) -> VirtualAsked:
        return wires.begin(self, KINDS.get(address, "read"), b"", lambda: begin_read(self, address, registers))

    monkeypatch.setattr(Wire, "begin", begun)
    monkeypatch.setattr(Wire, "begin_read", read)
    return wires


class Taking(dict[str, float]):
    """Most answers at once, some late; a lost one would make it another test."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance

    def get(self, key: str, default: float = 0.0) -> float:  # type: ignore[override]
        return self._chance.choice([0.0, 0.0, 0.005, 0.015, LATE_S, 0.039])


def line(bench: Bench) -> Line:
    return bench.cycle.line


def in_flight(bench: Bench, slow: Slow, kind: str, late_s: float = LATE_S) -> None:
    """Bring it about that a question of this kind, just begun, waits for its answer."""
    slow.once[kind] = late_s
    bench.until(lambda: kind not in slow.once, 3)
    assert line(bench)._asked is not None


def leases(slow: Slow) -> list[float]:
    return [at for kind, at, _ in slow.began if kind == "lease"]


def sent_once(slow: Slow) -> None:
    """Every lease has its own counter, every authorisation and command its own id."""
    for wanted, size in (("lease", 2), ("authorisation", 4), ("command", 4)):
        ids = [data[:size] for kind, _, data in slow.began if kind == wanted]
        assert len(set(ids)) == len(ids), f"one {wanted} was sent twice"


def names(slow: Slow) -> list[str]:
    """What was begun, commands by their name."""
    return [CommandKind(int.from_bytes(data[4:6], "big")).name if kind == "command" else kind
            for kind, _, data in slow.began]  # fmt: skip


# -- the lease


@pytest.mark.requirement("WDG-1", "WDG-6")
def test_a_late_status_is_told_one_cycle_later_and_the_lease_is_renewed_in_that_cycle(
    subject: Bench, slow: Slow
) -> None:
    in_flight(subject, slow, "lease")
    before, told = line(subject).good_frames, slow.told[-1]
    assert told.status is None
    slow.takes["lease"] = LATE_S
    subject.step()
    counters = [int.from_bytes(data[:2], "big") for kind, _, data in slow.began if kind == "lease"]
    assert slow.told[-1].status is not None
    assert slow.told[-1].status.lease_echo == counters[-2], "it is that of the lease before"
    assert line(subject).good_frames == before + 1
    assert leases(slow)[-1] - leases(slow)[-2] == pytest.approx(PERIOD)
    sent_once(slow)


@pytest.mark.requirement("WDG-1", "LED-3", "LNK-1")
def test_on_a_line_where_every_answer_is_late_a_treatment_is_given_and_recorded(subject: Bench, slow: Slow) -> None:
    slow.takes = dict.fromkeys([*KINDS.values(), "read"], LATE_S)
    subject.mode("continuous").live().fire(3)
    subject.run(0.5)
    given = subject.shots
    subject.tell(ask.Disarm())
    subject.run(0.5)
    subject.do("stop press")
    subject.run(0.3)
    subject.do("stop release")
    subject.run(0.3)
    subject.tell(ask.AcknowledgeStop())
    slow.takes.clear()
    subject.quiet()
    assert subject.shots == given == len(subject.shot_rows())
    sent_once(slow)


def test_time_passes_for_an_answer_here_as_on_a_real_line() -> None:
    assert TIMEOUT_S * 1000 == TIMEOUT_MS == 40


@pytest.mark.requirement("WDG-1")
def test_a_lease_that_was_answered_late_is_renewed_after_50_ms_ahead_of_what_waits(subject: Bench, slow: Slow) -> None:
    subject.live()
    in_flight(subject, slow, "lease", 0.039)
    line(subject).perform(x.WriteAnchor(1, bytes(32)))
    began = len(slow.began)
    subject.until(lambda: "anchor" in slow.kinds()[began:], 1)
    assert slow.kinds()[began:] == ["lease", "anchor"]
    assert leases(slow)[-1] - leases(slow)[-2] == pytest.approx(2 * PERIOD)


@pytest.mark.requirement("WDG-1")
def test_while_a_treatment_is_given_on_a_slow_line_every_lease_is_renewed_after_25_to_50_ms(
    subject: Bench, slow: Slow
) -> None:
    slow.takes = dict.fromkeys([*KINDS.values(), "read"], 0.015)
    subject.mode("continuous").live().fire(3)
    subject.run(0.5)
    gaps = {round((late - early) * 1000) for early, late in pairwise(leases(slow))}
    assert gaps == {25, 50}


@pytest.mark.requirement("WDG-1", "LNK-3")
def test_a_lease_without_an_answer_is_counted_once_and_the_next_one_follows_it(subject: Bench, slow: Slow) -> None:
    subject.live()
    in_flight(subject, slow, "lease", NEVER_S)
    began = len(leases(slow))
    subject.step()
    assert (line(subject).bad_frames, len(leases(slow))) == (0, began)
    subject.step()
    assert (line(subject).bad_frames, len(leases(slow))) == (1, began + 1)
    assert leases(slow)[-1] - leases(slow)[-2] == pytest.approx(2 * PERIOD)
    subject.run(0.5)
    assert line(subject).bad_frames == 1
    assert subject.armed
    sent_once(slow)


@pytest.mark.requirement("LNK-3")
def test_three_leases_without_an_answer_in_a_second_drop_the_port(subject: Bench, slow: Slow) -> None:
    subject.live()
    slow.takes["lease"] = NEVER_S
    subject.until(lambda: subject.cycle.injector is None, 0.3)
    assert line(subject).bad_frames == BAD_CLOSES
    assert slow.told[-1].status is None
    assert not subject.armed
    assert not subject.panel._enabled
    assert 703 in subject.alarms()
    slow.takes.clear()
    subject.until(lambda: subject.snap.link.connected, 5)
    subject.quiet()


def test_a_status_that_was_asked_from_another_cursor_is_not_told(subject: Bench, slow: Slow) -> None:
    in_flight(subject, slow, "lease")
    good, cursor = line(subject).good_frames, line(subject)._cursor
    line(subject).perform(x.SetCursor(cursor + 1))
    slow.takes["lease"] = LATE_S
    subject.step()
    assert line(subject).good_frames == good + 1
    assert slow.told[-1].status is None
    subject.step()
    assert slow.told[-1].status is not None


def woken(bench: Bench, after_s: float) -> None:
    """A cycle that an edge or an answer begins before the next is due."""
    bench.clock.now = round(bench.clock.now + after_s, 6)
    bench.rig.advance(bench.clock.now)
    bench.cycle.run(bench.clock.now)


@pytest.mark.requirement("WDG-1")
def test_the_cycle_that_a_late_answer_wakes_renews_no_young_lease_but_for_the_pedal(subject: Bench, slow: Slow) -> None:
    in_flight(subject, slow, "lease", 0.012)
    began = len(leases(slow))
    woken(subject, 0.012)
    assert slow.told[-1].status is not None
    assert len(leases(slow)) == began
    woken(subject, 0.013)
    assert len(leases(slow)) == began + 1
    in_flight(subject, slow, "lease", 0.012)
    subject.do("pedal down")
    woken(subject, 0.012)
    assert len(leases(slow)) == began + 3


# -- what is sent


@pytest.mark.requirement("LED-2", "LNK-2")
def test_an_authorisation_that_is_answered_late_is_live_a_cycle_later(subject: Bench, slow: Slow) -> None:
    subject.bring_to(Stage.SUPPLY)
    in_flight(subject, slow, "authorisation")
    assert subject.stage is Stage.SENT
    subject.step()
    assert subject.stage is Stage.LIVE
    assert slow.told[-1].sent[-1].result == "done"
    subject.fire(1)
    sent_once(slow)


@pytest.mark.requirement("LED-2")
def test_a_late_refusal_and_its_late_reason_are_certainly_not_done(subject: Bench, slow: Slow) -> None:
    subject.bring_to(Stage.SUPPLY)
    subject.rig.controller.journal.authorisation_id += 1000
    slow.takes["read"] = LATE_S
    in_flight(subject, slow, "authorisation")
    number = subject.last_authorisation().id
    subject.until(lambda: subject.engine.slot.free, 1)
    assert subject.resolution(number).certainty is Certainty.NOT_DONE
    assert "not higher" in subject.resolution(number).reason
    assert slow.kinds().count("authorisation") == 1
    assert slow.kinds().count("read") == 1


@pytest.mark.requirement("LED-2", "LED-4")
def test_an_authorisation_without_an_answer_is_unknown_and_settled(subject: Bench, slow: Slow) -> None:
    subject.bring_to(Stage.SUPPLY)
    in_flight(subject, slow, "authorisation", NEVER_S)
    subject.run(2 * PERIOD)
    assert subject.stage is Stage.SETTLE
    assert line(subject).bad_frames == 1
    number = subject.last_authorisation().id
    subject.quiet()
    assert (subject.resolution(number).certainty, subject.shots) == (Certainty.DONE, 0)
    assert slow.kinds().count("authorisation") == 1


def waiting(subject: Bench, slow: Slow, late_s: float = LATE_S) -> int:
    """A slice is decided while a lease is in flight: it waits. Its id."""
    subject.bring_to(Stage.SUPPLY)
    sends = line(subject).perform
    took: list[int] = []

    def perform(effect: Any) -> None:
        if isinstance(effect, x.SendAuthorisation) and not took:
            took.append(effect.authorisation.id)
            slow.once["lease"] = late_s
            line(subject)._brought = None
            line(subject)._ask_in_turn(line(subject)._lease(pedal=False))
        sends(effect)

    line(subject).perform = perform
    subject.until(lambda: took, 2)
    assert [asked.number for asked in line(subject)._waiting] == took
    return took[0]


@pytest.mark.requirement("LNK-2", "WDG-1")
def test_what_waits_for_a_late_lease_is_sent_once_after_the_next_step(subject: Bench, slow: Slow) -> None:
    waiting(subject, slow)
    began = len(slow.began)
    subject.step()
    assert [kind for kind, _, _ in slow.began[began:]] == ["authorisation"], "it keeps one lease back"
    subject.step()
    assert subject.stage is Stage.LIVE
    subject.fire(1)
    sent_once(slow)


@pytest.mark.requirement("STP-1", "LED-2")
@pytest.mark.parametrize("late_s", [LATE_S, NEVER_S])
@pytest.mark.parametrize("event", ["stop press", "stop-a open", "glass", "disarm", "kiosk"])
def test_what_waits_unsent_is_never_sent_once_it_is_taken_back(
    subject: Bench, slow: Slow, event: str, late_s: float
) -> None:
    number = waiting(subject, slow, late_s)
    match event:
        case "glass":
            subject.send(ask.Stop())
        case "disarm":
            subject.send(ask.Disarm())
        case "kiosk":
            kiosk_lapses(subject)
        case _:
            subject.do(event)
    subject.step()
    assert not subject.armed
    subject.on_skin().press()
    subject.run(1)
    assert "authorisation" not in slow.kinds()
    assert subject.resolution(number).certainty is Certainty.NOT_DONE
    assert any(sent == x.Sent(number, "stale", OVERTAKEN) for told in slow.told for sent in told.sent)
    assert subject.shots == 0
    assert not subject.panel._enabled


@pytest.mark.requirement("LED-4", "LNK-3")
@pytest.mark.parametrize("waits", [True, False])
def test_unplugged_in_flight_nothing_goes_out_again_and_the_record_says_what_was_done(
    subject: Bench, slow: Slow, waits: bool
) -> None:
    if waits:
        number = waiting(subject, slow)
    else:
        subject.bring_to(Stage.SUPPLY)
        in_flight(subject, slow, "authorisation")
        number = subject.last_authorisation().id
    line(subject)._drop(PortGone(port="virtual"))
    assert x.Sent(number, "stale" if waits else "unknown", "the connection was closed before it was answered") in (
        line(subject)._sent
    )
    assert line(subject).awaited is None
    subject.until(lambda: subject.cycle.injector is not None, 3)
    subject.until(lambda: subject.snap.link.connected, 5)
    subject.quiet()
    assert slow.kinds().count("authorisation") == (0 if waits else 1)
    assert subject.shots == 0


@pytest.mark.requirement("STP-1", "LED-2")
def test_an_anchor_of_the_same_step_lets_nothing_go_that_the_step_takes_back(subject: Bench, slow: Slow) -> None:
    number = waiting(subject, slow)
    subject.clock.now += PERIOD
    line(subject).listen(subject.clock.now, False, stopped=False)
    assert line(subject)._asked is None, "the line is free again"
    line(subject).perform(x.WriteAnchor(*subject.ledger.last))
    line(subject).perform(x.SendCommand(Command(number + 1, CommandKind.VOID), None))
    line(subject).ask_waiting()
    assert [name for name in names(slow) if name != "lease"] == ["VOID", "anchor"]
    assert x.Sent(number, "stale", OVERTAKEN) in line(subject)._sent


# -- stop


HOW: dict[str, Callable[[Bench], object]] = {
    "button": lambda bench: bench.do("stop press"),
    "one contact": lambda bench: bench.do("stop-a open"),
    "glass": lambda bench: bench.send(ask.Stop()),
}


@pytest.mark.requirement("STP-1", "STP-2", "STP-4", "WDG-1")
@pytest.mark.parametrize("late_s", [LATE_S, NEVER_S])
@pytest.mark.parametrize("kind", ["lease", "authorisation", "anchor"])
@pytest.mark.parametrize("how", HOW)
def test_a_stop_waits_for_no_answer_and_its_command_is_the_next_frame(
    subject: Bench, slow: Slow, how: str, kind: str, late_s: float
) -> None:
    """Relay and screen in the very cycle; the command as soon as the line is free, ahead of any lease."""
    if kind == "authorisation":
        subject.bring_to(Stage.SUPPLY)
    else:
        subject.live()
    if kind == "anchor":
        line(subject).perform(x.SetCursor(line(subject)._cursor))
        slow.once["anchor"] = late_s
        line(subject).perform(x.WriteAnchor(*subject.ledger.last))
    else:
        in_flight(subject, slow, kind, late_s)
    began, before = len(slow.began), subject.snap.number
    HOW[how](subject)
    subject.step()
    assert not subject.panel._enabled
    assert subject.snap.number == before + 1
    assert subject.snap.stop.state == {"glass": "released"}.get(how, "open")
    assert not subject.armed
    assert len(slow.began) == began, "nothing goes out while an answer is on its way"
    subject.step()
    assert names(slow)[began] == "STOP"
    subject.step()
    assert "lease" in names(slow)[began:]
    subject.on_skin().press()
    subject.run(1)
    assert subject.shots == 0
    subject.do("stop release")
    subject.do("stop-a close")
    subject.quiet()
    sent_once(slow)


@pytest.mark.requirement("STP-1")
def test_a_status_from_before_a_stop_command_is_not_told_together_with_its_outcome(subject: Bench, slow: Slow) -> None:
    subject.live()
    in_flight(subject, slow, "lease")
    subject.do("stop press")
    subject.step()
    slow.takes["lease"] = LATE_S
    subject.step()
    assert slow.told[-1].status is None
    assert [sent.result for sent in slow.told[-1].sent] == ["done"]


@pytest.mark.requirement("LED-12", "LNK-1")
def test_a_void_without_an_answer_is_sent_again_ahead_of_the_next_lease(subject: Bench, slow: Slow) -> None:
    subject.live()
    slow.once["command"] = NEVER_S
    subject.tell(ask.Disarm())
    began = names(slow).index("VOID")
    subject.until(lambda: subject.engine.slot.free, 1)
    assert names(slow)[began : began + 2] == ["VOID", "VOID"]
    sent_once(slow)


@pytest.mark.requirement("LED-3", "STP-1")
def test_a_retract_that_waits_for_its_turn_is_not_taken_back_by_a_stop(subject: Bench, slow: Slow) -> None:
    """A stop brings no needle home that rests outside: only the retract does."""
    in_flight(subject, slow, "lease")
    desk, began = subject.engine.desk, len(slow.began)
    line(subject).perform(x.SendCommand(Command(desk.urgent_id(), CommandKind.RETRACT), None))
    line(subject).perform(x.SendCommand(Command(desk.urgent_id(), CommandKind.STOP), None))
    subject.step()
    assert names(slow)[began : began + 2] == ["RETRACT", "STOP"]


@pytest.mark.requirement("LED-3", "WDG-1")
def test_what_takes_back_ends_a_pause_of_the_lease(subject: Bench, slow: Slow) -> None:
    line(subject).perform(x.PauseLease(0.4))
    began = len(slow.began)
    subject.run(2 * PERIOD)
    assert not names(slow)[began:]
    line(subject).perform(x.SendCommand(Command(subject.engine.desk.urgent_id(), CommandKind.STOP), None))
    subject.run(2 * PERIOD)
    assert names(slow)[began:] == ["STOP", "lease", "lease"]


@pytest.mark.requirement("STP-1", "LED-3")
def test_what_stands_against_a_service_motion_as_its_acceptance_is_told_takes_it_back_in_that_step(
    subject: Bench, slow: Slow
) -> None:
    subject.send(ask.Prime(300_000))
    subject.until(lambda: subject.stage is Stage.SUPPLY, 2)
    in_flight(subject, slow, "command")
    subject.panel.alive = lambda: False
    began = len(slow.began)
    subject.step()
    assert "STOP" in names(slow)[began:]


# -- the rest of the line


def test_an_old_lease_goes_ahead_of_what_waits_but_not_twice(subject: Bench, slow: Slow) -> None:
    subject.live()
    slow.takes["lease"] = NEVER_S - 0.002
    in_flight(subject, slow, "lease", NEVER_S)
    line(subject).perform(x.WriteAnchor(*subject.ledger.last))
    subject.run(2 * PERIOD)
    assert slow.kinds()[-1] == "lease", "the lost one is 50 ms old"
    subject.run(2 * PERIOD)
    assert slow.kinds()[-1] == "anchor"


@pytest.mark.requirement("WDG-1")
def test_an_identity_that_comes_late_is_told_once_and_costs_one_lease(subject: Bench, slow: Slow) -> None:
    line(subject).perform(x.AskIdentity())
    slow.once["identity"] = LATE_S
    began = len(leases(slow))
    subject.step()
    assert len(leases(slow)) == began
    subject.step()
    assert slow.told[-1].identity is not None
    assert len(leases(slow)) == began + 1
    subject.run(0.2)
    assert [told.identity for told in slow.told].count(None) == len(slow.told) - 1


def test_an_identity_waits_for_a_lease_in_flight(subject: Bench, slow: Slow) -> None:
    in_flight(subject, slow, "lease", NEVER_S)
    line(subject).perform(x.AskIdentity())
    subject.step()
    assert slow.kinds()[-1] == "lease"
    subject.step()
    assert slow.kinds()[-2:] == ["identity", "lease"]


def test_what_is_in_flight_can_be_waited_for(subject: Bench, slow: Slow) -> None:
    assert line(subject).awaited is None
    in_flight(subject, slow, "lease")
    assert line(subject).awaited == (-1, pytest.approx(subject.clock.now + 0.040))


@pytest.mark.parametrize("error", [LinkTimeout(timeout_ms=8), BadFrame(why="the line does not fall silent")], ids=str)
@pytest.mark.requirement("LNK-3", "LED-2")
def test_what_could_not_be_sent_whole_is_unknown_and_counted(
    subject: Bench, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuses(*_: Any, **__: Any) -> Any:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(Wire, "begin", refuses)
        line(subject).perform(x.SendCommand(Command(1, CommandKind.VOID), None))
    assert line(subject)._sent[-1].result == "unknown"
    assert line(subject).bad_frames == 1


@pytest.mark.requirement("LED-2", "WDG-1", "LNK-1")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_answers_that_take_any_time_change_nothing_of_what_is_given(subject: Bench, slow: Slow, seed: int) -> None:
    chance = random.Random(f"late answers {seed}")
    print(f"seed {seed}")
    subject.mode("continuous")
    slow.takes = Taking(chance)
    for _ in range(3):
        subject.live().fire(chance.randint(1, 3))
        subject.run(chance.random())
        HOW[chance.choice(list(HOW))](subject)
        subject.release().do("lift")
        subject.run(0.5)
        for line_ in ("stop-a close", "stop press", "stop release"):
            subject.do(line_)
            subject.run(0.2)
        subject.tell(ask.AcknowledgeStop())
        subject.until(lambda: subject.engine.slot.free, 5)
        subject.tell(ask.ClearFaults())
    sent_once(slow)
    subject.quiet()
