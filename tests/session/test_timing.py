"""The times measured by control itself: what makes a sample, what is lost, what is kept, and the lapse of a lease."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.injector import ModbusInjector
from drivers.ports import PanelEdge
from drivers.registers import Fault, Outcome
from kiosk.alarms.conditions import A
from kiosk.channel import commands as ask
from kiosk.channel.checking_commands import BeginCheck, MeasureLapse, RecordTimes, ResetTimes
from kiosk.channel.checking_views import TimeView
from kiosk.records.facts import Fact
from kiosk.records.rows import AuthorisationKind, AuthorisationRow, ShotRow
from kiosk.session.timing import KEPT, LIMITS, Series
from tests.bench.statistics import quantile
from tests.session.bench import TECHNICIAN, Bench


@pytest.fixture
def subject(bench: Bench) -> Bench:
    bench.start()
    bench.tell(ask.SignOut())
    bench.sign_in(TECHNICIAN).run(0.2)
    return bench


def time(bench: Bench, key: str) -> TimeView:
    return next(view for view in bench.engine.timing.views() if view.key == key)


# -- one series ------------------------------------------------------------------------------------------------------
@given(st.lists(st.integers(min_value=0, max_value=300_000), min_size=1, max_size=60))
def test_figures_are_those_of_the_samples(samples: list[int]) -> None:
    subject = Series("stop")
    for us in samples:
        subject.add(us)
    view = subject.view()
    assert (view.n, view.p50_us, view.p99_us) == (len(samples), quantile(samples, 0.5), quantile(samples, 0.99))
    assert (view.max_us, view.over) == (max(samples), sum(us > 10_000 for us in samples))
    assert sum(view.counts) == view.n
    for low, high, count in list(zip(view.edges_us, view.edges_us[1:], view.counts, strict=False))[1:-1]:
        assert count == sum(low <= us < high for us in samples)


def test_the_newest_are_kept_and_no_more() -> None:
    subject = Series("pedal")
    for us in range(KEPT + 10):
        subject.add(us)
    view = subject.view()
    assert (view.n, sum(view.counts), view.max_us) == (KEPT, KEPT, KEPT + 9)
    assert view.p50_us == 10 + KEPT // 2 - 1


def test_the_limit_stands_at_the_edge_of_a_bar() -> None:
    assert all(limit in edges for limit, edges in LIMITS.values())


# -- edges -----------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("STP-4")
def test_every_stop_adds_one_sample_however_its_contacts_bounce(subject: Bench) -> None:
    for _ in range(2):
        subject.do("stop-a open")
        subject.run(0.05)
        subject.do("stop-a close")
        subject.run(0.025)
        subject.do("stop press")
        subject.run(0.2)
        subject.do("stop release")
        subject.run(0.2)
        subject.tell(ask.AcknowledgeStop())
    assert (time(subject, "stop").n, time(subject, "stop").powered) == (2, 0)


def test_a_stop_that_found_the_relay_on_is_counted_apart(subject: Bench) -> None:
    subject.send(BeginCheck("relay", True))
    subject.until(lambda: subject.panel._enabled, 1)
    subject.do("stop press")
    subject.run(0.2)
    assert (time(subject, "stop").n, time(subject, "stop").powered) == (1, 1)


def give(subject: Bench, *edges: PanelEdge) -> None:
    subject.panel._edges.extend(edges)
    subject.step()


def test_a_stop_that_left_enable_on_is_never_left_out_in_silence(subject: Bench) -> None:
    give(subject, PanelEdge("stop_a", False, 2.0, 1.9, True, False))
    assert (time(subject, "stop").n, time(subject, "stop").lost) == (0, 1)


def test_an_edge_whose_stamp_cannot_be_believed_is_no_sample(subject: Bench) -> None:
    give(subject, PanelEdge("stop_b", False, 2.0, None, False, True), PanelEdge("feedback", True, 2.0, 2.0))
    assert (time(subject, "stop").n, time(subject, "stop").lost) == (0, 0)


def test_a_stop_takes_from_the_pins_own_stamp_until_enable_reads_off(subject: Bench) -> None:
    give(subject, PanelEdge("stop_b", False, 2.0004, 2.0, True, True))
    assert time(subject, "stop").max_us == 400


def test_every_press_and_every_release_of_the_pedal_adds_a_sample(subject: Bench) -> None:
    for _ in range(3):
        subject.do("pedal down")
        subject.run(0.2)
        subject.do("pedal up")
        subject.run(0.2)
    assert (time(subject, "pedal").n, time(subject, "pedal").lost) == (6, 0)


def test_a_press_waits_from_its_second_contact_until_the_lease_is_written(subject: Bench) -> None:
    now = subject.clock.now
    subject.do("pedal down")
    subject.panel.read()
    subject.panel._edges.clear()  # the pins tell their own edges here, with stamps between two cycles
    give(
        subject,
        PanelEdge("pedal_nc", False, now, now),
        PanelEdge("pedal_no", True, now + 0.01, now + 0.01),
    )
    assert time(subject, "pedal").max_us == 15_000


def test_a_press_that_is_over_before_a_lease_is_counted_as_lost(subject: Bench) -> None:
    now = subject.clock.now
    give(
        subject,
        PanelEdge("pedal_nc", False, now, now),
        PanelEdge("pedal_no", True, now, now),
        PanelEdge("pedal_no", False, now, now),
        PanelEdge("pedal_nc", True, now, now),
    )
    assert (time(subject, "pedal").n, time(subject, "pedal").lost) == (0, 1)


# -- the lapse -------------------------------------------------------------------------------------------------------
class Watch:
    """What the device itself did, seen from behind the wire: its last fresh lease, and when its needle was home."""

    def __init__(self, bench: Bench) -> None:
        self._rig = bench.rig
        self.leased = self.home = 0.0
        bench.each_cycle.append(self._look)

    def _look(self) -> None:
        controller = self._rig.controller
        if controller.motion is not None and controller.motion.aborted:
            self.home = controller.motion.due
        elif controller.lease.live and not self.home:
            self.leased = controller.lease.due - 0.150

    @property
    def ms(self) -> float:
        return (self.home - self.leased) * 1000


@pytest.mark.requirement("STP-5", "WDG-1")
@pytest.mark.parametrize("late_s", [0.0, 0.012])
def test_the_figure_is_the_way_from_the_last_lease_to_the_home_switch(subject: Bench, late_s: float) -> None:
    injector = subject.cycle.injector
    assert isinstance(injector, ModbusInjector)
    injector._link.late_s = late_s  # type: ignore[attr-defined]
    subject.run(0.2)
    seen = Watch(subject)
    subject.tell(MeasureLapse(True))
    lapse = time(subject, "lapse")
    assert lapse.n == 1
    assert lapse.max_us / 1000 == pytest.approx(seen.ms, abs=2)
    assert 150_000 < lapse.max_us <= 250_000


def test_the_needle_goes_out_as_a_service_motion_and_its_fault_is_put_right(subject: Bench) -> None:
    subject.tell(MeasureLapse(True))
    (row,) = [row for row in subject.rows(AuthorisationRow) if row.kind is AuthorisationKind.GAUGE]
    (shot,) = [row for row in subject.rows(ShotRow) if row.kind is AuthorisationKind.GAUGE]
    assert (row.depth_um, row.session, shot.outcome) == (5_500, 0, Outcome.PARTIAL_LEASE)
    subject.run(0.5)
    assert subject.rig.controller.faults == Fault.NONE
    assert A.LEASE_LAPSED in {alarm.number for alarm in subject.snap.alarms}, "its alarm waits for a person"
    assert subject.events("lapse measured")[0].body["ms"] == time(subject, "lapse").max_us // 1000
    subject.quiet()


@pytest.mark.requirement("STP-5")
def test_a_needle_that_does_not_come_back_gives_no_figure(subject: Bench) -> None:
    number = out(subject)
    subject.do("fault retract-jam on")
    assert "the needle did not retract: lift the handpiece away" in subject.reply(number).sentence
    assert time(subject, "lapse").n == 0
    assert subject.rig.controller.faults & Fault.RETRACT


@pytest.mark.parametrize(
    ("word", "said"),
    [("stop press", "pressed"), ("contact on", "touches something"), ("unplug", "unplugged")],
)
def test_no_needle_goes_out_where_nothing_may_move(subject: Bench, word: str, said: str) -> None:
    subject.do(word)
    subject.run(0.2)
    assert said in subject.refused(MeasureLapse(True))
    assert subject.rig.body.home


def test_no_needle_goes_out_without_the_word_that_nobody_is_under_it(subject: Bench) -> None:
    assert "not away from everybody" in subject.refused(MeasureLapse(False))


def out(subject: Bench) -> int:
    number = subject.send(MeasureLapse(True))
    subject.until(lambda: subject.engine.desk.status and subject.engine.desk.status.needle_um > 5_000, 3)
    return number


@pytest.mark.parametrize(
    "command", [ask.SignOut(), ask.Stop(), ask.Retract()], ids=lambda command: type(command).__name__
)
def test_the_needle_comes_back_at_once_and_nothing_is_counted(subject: Bench, command: ask.AnyCommand) -> None:
    number = out(subject)
    subject.tell(command)
    assert not subject.reply(number).ok
    assert subject.rig.body.home
    assert time(subject, "lapse").n == 0
    assert not subject.engine.lapse.busy


def test_contact_brings_the_needle_back_and_nothing_is_counted(subject: Bench) -> None:
    number = out(subject)
    subject.on_skin()
    assert not subject.reply(number).ok
    assert time(subject, "lapse").n == 0


def test_a_screen_that_is_hidden_meanwhile_brings_the_needle_back(subject: Bench) -> None:
    subject.seat.shows = False
    subject.run(0.5)
    number = out(subject)
    reply = subject.reply(number, 3)
    assert "does not show" in reply.sentence
    assert subject.rig.body.home


def test_a_hidden_screen_sends_no_needle_out(subject: Bench) -> None:
    subject.seat.shows = False
    subject.run(1)
    assert "does not show" in subject.refused(MeasureLapse(True))


@pytest.mark.requirement("STP-1")
def test_a_stop_in_the_silence_is_sent_at_once_and_nothing_is_counted(subject: Bench) -> None:
    number = out(subject)
    subject.until(lambda: subject.engine.lapse._paused_at is not None, 2)
    subject.do("stop press")
    subject.step()
    assert subject.sent[-1][0] == "stop"
    assert not subject.reply(number).ok
    assert time(subject, "lapse").n == 0


def test_a_needle_that_comes_back_otherwise_is_no_figure(subject: Bench) -> None:
    number = out(subject)
    subject.engine.lapse._rests_since = subject.clock.now + 100
    reply = subject.reply(number, 20)
    assert not reply.ok
    assert "did not come back by a lapse" in reply.sentence
    assert time(subject, "lapse").n == 0


def test_a_fault_beside_the_lapse_is_left_to_a_person(subject: Bench) -> None:
    out(subject)
    subject.until(lambda: subject.engine.lapse._paused_at is not None, 2)
    subject.rig.controller.faults |= Fault.INPUT_STUCK
    subject.until(lambda: not subject.engine.lapse.busy, 3)
    subject.run(0.2)
    assert subject.rig.controller.faults & Fault.LEASE


# -- for the record --------------------------------------------------------------------------------------------------
def test_what_was_measured_is_recorded_on_demand(subject: Bench) -> None:
    assert "nothing was measured" in subject.refused(RecordTimes())
    subject.tell(MeasureLapse(True))
    subject.tell(RecordTimes())
    subject.run(0.1)
    (row,) = subject.events(Fact.TIMES)
    assert (row.user, row.body["time"], row.body["n"], row.body["limit_us"]) == (TECHNICIAN.name, "lapse", 1, 250_000)
    assert row.body["bars"] == ["180 to 190 ms: 1"]


def test_what_lies_outside_the_bars_is_named_so(subject: Bench) -> None:
    give(subject, PanelEdge("stop_b", False, 2.5, 2.0, True, True))
    subject.tell(RecordTimes())
    subject.run(0.1)
    (row,) = subject.events(Fact.TIMES)
    assert row.body["bars"] == ["75 ms and more: 1"]


def test_a_reset_forgets_one_time_and_leaves_a_row(subject: Bench) -> None:
    give(subject, PanelEdge("stop_b", False, 2.001, 2.0, True, True))
    subject.tell(ResetTimes("stop"))
    subject.run(0.1)
    assert time(subject, "stop").n == 0
    assert subject.events("times reset")[0].body["time"] == "stop"


def test_times_are_collected_in_a_treatment_too(bench: Bench) -> None:
    bench.prepare().live()
    bench.do("stop press")
    bench.run(0.2)
    assert (time(bench, "stop").n, time(bench, "stop").powered) == (1, 1)
