"""Service through the channel: wear, replaced parts, the history of alarms, the file for support."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from kiosk.channel import commands as ask
from kiosk.channel.service import (
    FaultList,
    ListFaults,
    MakeBundle,
    PartName,
    ReadWear,
    ReplacePart,
    WearPage,
)
from kiosk.channel.snapshot import Exported
from kiosk.records.rows import EventRow
from kiosk.session.exchange import Answer
from tests.session.bench import ADMINISTRATOR, TECHNICIAN, Bench


def worn(bench: Bench) -> WearPage:
    page = bench.tell(ReadWear()).page
    assert isinstance(page, WearPage)
    return page


def part(page: WearPage, name: PartName) -> tuple[int, str, str]:
    found = next(each for each in page.parts if each.part == name)
    return found.count, found.since, found.by


@pytest.fixture
def treated(bench: Bench) -> Bench:
    """Five shots on a patient, signed; then a technician."""
    bench.prepare().set(shots=5, dose=10_000).mode("continuous").live().fire(5)
    bench.until(lambda: not bench.armed, 10)
    bench.do("lift")
    bench.run(0.3)
    return bench.sign_in(TECHNICIAN)


def test_wear_is_what_the_record_and_the_injector_count(treated: Bench) -> None:
    page = worn(treated)
    assert (page.treatment_shots, page.bench_shots) == (5, 0)
    assert page.homings >= 1
    assert page.primes >= 1
    journal = treated.rig.controller.journal
    assert (page.counters.motions, page.counters.lifetime_nl) == (journal.lifetime_shots, journal.lifetime_nl)
    assert (page.counters.serial, page.counters.starts) == (1001, journal.boot_count)
    assert page.delivered_nl == journal.lifetime_nl
    assert page.counters.needle_changes == journal.needle_changes
    assert part(page, "needle carriage") == (5 + page.homings, "", "")
    assert part(page, "tubing") == (page.delivered_nl, "", "")


def test_the_relay_is_counted_as_often_as_it_closed(bench: Bench) -> None:
    closed: list[bool] = [False]
    times = 0

    def look() -> None:
        nonlocal times
        now = bench.panel.read().feedback
        times += now and not closed[0]
        closed[0] = now

    bench.each_cycle.append(look)
    bench.prepare().set(shots=5, dose=10_000).mode("continuous").live().fire(5)
    bench.until(lambda: not bench.armed, 10)
    bench.do("lift")
    bench.run(0.5)
    bench.tell(ask.Retract())
    bench.run(0.5)
    bench.sign_in(TECHNICIAN)
    assert times > 3
    assert worn(bench).relay_cycles == times


@pytest.mark.requirement("ACC-4")
@pytest.mark.parametrize("name", ["needle carriage", "enable relay"])
def test_a_replaced_part_begins_anew_as_a_row(bench: Bench, name: PartName) -> None:
    bench.start().sign_in(TECHNICIAN)
    assert part(worn(bench), name)[0] >= 1
    page = bench.tell(ReplacePart(name)).page
    assert isinstance(page, WearPage)
    assert part(page, name) == (0, "2026-11-18", TECHNICIAN.name)
    [row] = [row for row in bench.rows(EventRow) if row.kind == "part replaced"]
    assert (row.user, row.sentence) == (TECHNICIAN.name, f"Replaced: {name}")
    assert row.body == {"part": name, "serial": 0 if name == "enable relay" else 1001}
    bench.tell(ask.Rehome(True))
    assert part(worn(bench), name)[0] == 1
    others = [each for each in worn(bench).parts if each.part != name]
    assert all(not each.since for each in others)


@pytest.mark.requirement("ACC-1", "ACC-5")
def test_a_part_is_replaced_by_a_technician_between_sessions(bench: Bench) -> None:
    bench.start().sign_in(ADMINISTRATOR)
    assert "it takes a technician" in bench.refused(ReplacePart("tubing"))
    bench.sign_in().open().sign_in(TECHNICIAN)
    assert "not complete" in bench.refused(ReplacePart("tubing"))
    assert "it takes" in bench.sign_in().refused(ReadWear())


def test_nobody_knows_whose_part_it_is_without_an_injector(bench: Bench) -> None:
    bench.start().sign_in(TECHNICIAN)
    bench.do("unplug")
    bench.run(0.5)
    assert "no injector is connected" in bench.refused(ReplacePart("tubing"))
    bench.tell(ReplacePart("enable relay"))
    assert worn(bench).counters.serial == 0


@pytest.mark.requirement("LED-12")
def test_a_part_that_cannot_be_recorded_is_not_replaced(bench: Bench) -> None:
    bench.start().sign_in(TECHNICIAN)
    bench.disk.failing = True
    assert "cannot be written" in bench.refused(ReplacePart("enable relay"))


def test_a_record_that_cannot_be_read_says_so(bench: Bench) -> None:
    bench.start().sign_in(TECHNICIAN)
    usual = bench.clerk._answer
    bench.clerk._answer = lambda ticket, _: Answer(ticket, False, "cannot be read", "Wait.", 412)
    assert bench.refused(ReadWear()) == "cannot be read"
    bench.clerk._answer = usual


@pytest.mark.requirement("ALM-5")
def test_an_alarm_is_found_in_the_history_with_its_length_and_who_knew_it(bench: Bench) -> None:
    bench.start().sign_in(TECHNICIAN)
    bench.do("unplug")
    bench.until(lambda: bool(bench.alarms()), 5)
    [number] = bench.alarms()
    bench.tell(ask.AcknowledgeAlarm(number))
    bench.run(3)
    bench.do("replug")
    bench.until(lambda: not bench.alarms(), 10)
    bench.run(0.2)
    page = bench.tell(ListFaults()).page
    assert isinstance(page, FaultList)
    found = next(line for line in page.lines if line.number == number)
    assert found.acknowledged_by == TECHNICIAN.name
    assert 3 <= found.lasted_s <= 6
    assert found.title == bench_title(number)
    assert found.at.startswith("2026-11-18")


def bench_title(number: int) -> str:
    from kiosk.records.faults import TITLES

    return TITLES[number]


def test_the_file_for_support_says_what_control_sees(bench: Bench) -> None:
    bench.start().sign_in(ADMINISTRATOR)
    bench.run(1.1)
    page = bench.tell(MakeBundle()).page
    assert isinstance(page, Exported)
    with zipfile.ZipFile(Path(page.path)) as file:
        live = json.loads(file.read("live.json"))
    assert live["link"]["serial"] == 1001
    assert live["versions"] == {"nappage": "test"}
    assert ["calibration", "passed"] in [check[:2] for check in live["checks"]]
    assert live["line"]["reconnects"] == 0


def test_the_line_is_counted_over_every_port_that_was_opened(bench: Bench) -> None:
    bench.start()
    bench.do("unplug")
    bench.run(0.5)
    bench.do("replug")
    bench.until(lambda: bench.snap.link.connected, 5)
    bench.run(1.2)
    assert bench.snap.wire.reconnects == 1
