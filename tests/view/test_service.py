"""Pages of service: what each role sees, what is asked when one opens, and what a hold sends."""

from __future__ import annotations

import msgspec
import pytest

from kiosk.channel import snapshot as s
from kiosk.channel.calibration_views import CalibratingView
from kiosk.channel.service import (
    BackUp,
    DisableAccount,
    EnableAccount,
    ListBackups,
    ListFaults,
    MakeBundle,
    ReadWear,
    ReplacePart,
    RestoreBackup,
    WriteFactory,
)
from kiosk.view import actions as a
from kiosk.view.backup import backup
from kiosk.view.calibration import calibration, proposing
from kiosk.view.faults import faults
from kiosk.view.local import Local
from kiosk.view.observe import hear, see
from kiosk.view.people import people
from kiosk.view.recover import rows as recovering
from kiosk.view.route import route
from kiosk.view.service import service
from kiosk.view.settings import Settings, restored
from kiosk.view.start import home, selftest
from kiosk.view.touch import Touch
from kiosk.view.update import World, act
from kiosk.view.wear import counted, litres, wear
from kiosk.view.wire import wire
from tests.view.samples import CATALOGUE, at, snap
from tests.view.samples.calibrating import weighing
from tests.view.samples.in_force import BUILT, NO_CALIBRATION
from tests.view.samples.service import BACKUPS, FAULTS, WEAR, WIRE
from tests.view.samples.surroundings import ADMIN, CHECKS, TECHNICIAN

TECHNICAL, OFFICE = snap(user=TECHNICIAN), snap(user=ADMIN)
PLACES = ("service", "wear", "faults", "link", "backup")
replace = msgspec.structs.replace


def keyed(rows: tuple[Touch, ...], key: str) -> Touch:
    return next(row for row in rows if row.key == key)


def go(place: str, local: Local | None = None) -> tuple[Local, tuple[object, ...]]:
    outcome = act(local or at(), a.Go(place), World(TECHNICAL, CATALOGUE))
    return outcome.local, outcome.commands


def test_home_leads_there_for_those_who_look_after_the_device() -> None:
    assert home(TECHNICAL, at()).start.effect == a.Go("service")
    assert home(OFFICE, at()).repeat.effect == a.Go("service")
    assert "service" not in {touch.key for touch in (home(snap(), at()).start, home(snap(), at()).repeat)}


@pytest.mark.parametrize("place", PLACES)
def test_the_pages_are_there_also_while_a_check_fails(place: str) -> None:
    for user in (TECHNICIAN, ADMIN):
        assert route(snap(user=user), at(place)) == place
        assert route(snap("starting", user=user), at(place)) == place
        assert see(at(place, phase="starting"), snap("starting", user=user)).local.place == place
    assert route(snap(), at(place)) == "home"
    assert route(snap("starting", user=None), at(place)) == "selftest"
    assert route(snap("starting"), at(place)) == "selftest"


@pytest.mark.parametrize("place", ["people", "account", "approvals", "approval"])
def test_an_administrators_pages_are_there_also_while_a_check_fails(place: str) -> None:
    assert route(snap(user=ADMIN), at(place)) == place
    assert route(snap("starting", user=ADMIN), at(place)) == place
    assert see(at(place, phase="starting"), snap("starting", user=ADMIN)).local.place == place
    assert route(snap("starting", user=TECHNICIAN), at(place)) == "selftest"
    assert keyed(service(snap("starting", user=ADMIN), at()).rows, "people").effect == a.Go("people")


def test_recover_leads_there_while_the_self_test_fails() -> None:
    assert keyed(recovering(TECHNICAL), "service").effect == a.Go("service")
    assert "service" not in {row.key for row in recovering(snap())}


def test_what_another_role_does_says_so() -> None:
    rows = service(TECHNICAL, at()).rows
    assert keyed(rows, "calibration").effect == a.Go("calibration")
    assert keyed(rows, "backup").effect == a.Say("This takes an administrator.")
    rows = service(OFFICE, at()).rows
    assert keyed(rows, "calibration").effect == a.Say("This takes a technician.")
    for key in ("people", "approvals", "backup"):
        assert keyed(rows, key).effect == a.Go(key)


def test_the_support_file_says_where_it_is() -> None:
    bundle = keyed(service(TECHNICAL, at()).rows, "bundle")
    assert bundle.effect == a.Send(MakeBundle())
    assert "no patient code" in bundle.detail
    local = hear(at("service"), s.Reply(1, True, page=s.Exported("/data/exports/support-1.zip")))
    assert keyed(service(TECHNICAL, local).rows, "bundle").detail == "support-1.zip"
    assert local.notice == "Exported to /data/exports/support-1.zip"
    assert go("service", local)[0].exported == ""


@pytest.mark.parametrize(
    ("place", "command"),
    [
        ("wear", ReadWear()),
        ("faults", ListFaults()),
        ("faults:120:708", ListFaults(120, 708)),
        ("backup", ListBackups()),
    ],
)
def test_a_page_is_asked_for_when_it_opens(place: str, command: object) -> None:
    local, commands = go(place, at(wear=WEAR, faults=FAULTS, backups=BACKUPS))
    assert commands == (command,)
    kept = {"wear": local.wear, "faults": local.faults, "backup": local.backups}
    assert kept[local.place] is None


def test_link_is_live_and_asks_nothing() -> None:
    assert go("link")[1] == ()
    shown = wire(snap(user=TECHNICIAN, wire=WIRE))
    told = {line.key: (line.detail, line.tone) for line in (*shown.line, *shown.cycle)}
    assert told["lost"] == ("12, of them 9 came late", "warn")
    assert told["took"][0] == "median 1.50 ms, p99 2.25 ms"
    assert told["slowest"][0] == "31.40 ms of 40.00 ms"
    assert told["latest"][0] == "3.10 ms"
    assert told["over"] == ("0 cycles", "good")
    assert told["realtime"] == ("yes", "good")
    quiet = {line.key: line.tone for line in wire(snap(user=TECHNICIAN)).line}
    assert (quiet["good"], quiet["lost"]) == ("quiet", "good")
    slow = replace(TECHNICAL, loop=replace(TECHNICAL.loop, realtime=False))
    assert {line.key: line.detail for line in wire(slow).cycle}["realtime"] == "no"


# -- wear --------------------------------------------------------------------------------------------------------------
def test_wear_shows_units_and_no_interval() -> None:
    page = wear(TECHNICAL, hear(at("wear"), s.Reply(1, True, page=WEAR)))
    told = {line.key: line.detail for line in page.lines}
    assert told["shots"] == "20412 treatment, 612 bench"
    assert told["delivered"] == "0.486 L"
    assert told["on"] == "91 starts, on for 3.7 h"
    assert told["interval"] == "none: no source gives one"
    assert [row.trail for row in page.parts] == ["4104 strokes", "21257 strokes", "96.4 mL", "1904 cycles"]
    assert page.parts[0].detail == "since 2026-09-02"
    assert page.parts[1].detail == "never replaced here"
    assert wear(TECHNICAL, at("wear")).lines[0].title == "Reading the record"


@pytest.mark.parametrize(("seconds", "told"), [(40, "40 s"), (125, "2 min"), (7_200, "2.0 h")])
def test_a_time_is_told_in_its_unit(seconds: int, told: str) -> None:
    page = replace(WEAR, counters=replace(WEAR.counters, uptime_s=seconds))
    lines = {line.key: line.detail for line in wear(TECHNICAL, at(wear=page)).lines}
    assert lines["on"] == f"91 starts, on for {told}"


def test_without_an_injector_its_counters_say_so() -> None:
    page = replace(WEAR, counters=replace(WEAR.counters, serial=0))
    assert {line.key: line.detail for line in wear(TECHNICAL, at(wear=page)).lines}["injector"] == "not connected"


def test_a_part_is_chosen_and_then_held_new() -> None:
    local = at("wear", wear=WEAR)
    assert wear(TECHNICAL, local).replaced.effect == a.Say("Choose the part first.")
    chosen = act(local, a.Pick("part", "tubing"), World(TECHNICAL, CATALOGUE)).local
    page = wear(TECHNICAL, chosen)
    assert page.replaced.effect == a.Send(ReplacePart("tubing"))
    assert page.replaced.label == "Hold: Tubing is new"
    assert page.replaced.hold_ms > 0
    assert keyed(page.parts, "part:tubing").selected
    assert wear(OFFICE, chosen).replaced.effect == a.Say("This takes a technician.")
    assert wear(replace(TECHNICAL, phase="setup"), chosen).replaced.effect == a.Say("Between sessions.")


def test_small_volumes_are_millilitres() -> None:
    assert litres(99_900_000) == "99.9 mL"
    assert litres(100_000_000) == "0.100 L"
    assert counted(WEAR.parts[3]) == "1904 cycles"


# -- faults ------------------------------------------------------------------------------------------------------------
def test_the_history_says_when_how_long_and_who() -> None:
    page = faults(hear(at("faults"), s.Reply(1, True, page=FAULTS)))
    first, second, third = page.lines[:3]
    assert first.title == "A703  No connection to the injector"
    assert (
        first.detail == "2026-11-21 16:40:12 · The injector did not answer within 40 ms · acknowledged by Jonas Weber"
    )
    assert first.trail == "3 s"
    assert second.detail == "2026-11-20 10:51:02 · acknowledged by Dr. Amelie Laurent · session 17"
    assert third.tone == "warn"
    assert page.lines[3].trail.endswith("no end")
    assert page.lines[4].trail.endswith("2 h 3 min")
    assert page.older.effect == a.Go("faults:6980:0")
    assert faults(at()).empty == "Reading the record"
    assert faults(at(faults=replace(FAULTS, lines=(), more=False))).empty == "No alarm is recorded."


def test_one_alarm_is_shown_alone_and_all_again() -> None:
    assert faults(at(faults=FAULTS)).counts[0].effect == a.Go("faults:0:708")
    one = faults(at(faults=replace(FAULTS, number=708))).counts[0]
    assert (one.effect, one.selected, one.label) == (a.Go("faults"), True, "A708  14 times")


def test_minutes_have_seconds() -> None:
    line = replace(FAULTS.lines[0], lasted_s=125)
    assert faults(at(faults=replace(FAULTS, lines=(line,)))).lines[0].trail.endswith("2 min 5 s")


# -- backup ------------------------------------------------------------------------------------------------------------
def test_a_backup_takes_the_settings_of_this_screen_along() -> None:
    night = at("backup", backups=BACKUPS, settings=Settings(theme="night"))
    sent = backup(OFFICE, night).make.effect
    assert isinstance(sent, a.Send)
    assert isinstance(sent.command, BackUp)
    assert restored(sent.command.screen) == Settings(theme="night")
    assert restored("{}") == Settings()
    assert restored("rubbish") == Settings()
    assert backup(OFFICE, at("backup")).note == "Reading the files"


def test_only_a_whole_file_is_held_to_restore() -> None:
    local = at("backup", backups=BACKUPS)
    assert backup(OFFICE, local).restore.effect == a.Say("Choose a file first.")
    good = BACKUPS.lines[0]
    page = backup(OFFICE, replace(local, picks={"backup": good.name}))
    assert page.restore.effect == a.Send(RestoreBackup(good.name, good.sha256))
    assert page.restore.hold_ms > 0
    bad = backup(OFFICE, replace(local, picks={"backup": "copied.json"})).restore
    assert bad.effect == a.Say("This file cannot be restored: it is damaged: its SHA-256 does not fit.")
    busy = backup(replace(OFFICE, phase="setup"), replace(local, picks={"backup": good.name}))
    assert busy.restore.effect == busy.make.effect == a.Say("Between sessions.")


def test_what_was_restored_sets_this_screen_and_says_what_was_done() -> None:
    page = replace(BACKUPS, done="1 account was added.", screen='{"theme":"night"}')
    local = hear(at("backup", picks={"backup": "x", "account": "Ada"}), s.Reply(1, True, page=page))
    assert (local.settings.theme, local.notice, local.picks) == ("night", "1 account was added.", {"account": "Ada"})
    assert backup(OFFICE, local).note == "1 account was added."
    kept = hear(at("backup", settings=Settings(theme="night")), s.Reply(1, True, page=BACKUPS))
    assert (kept.settings.theme, kept.notice) == ("night", "")


# -- people ------------------------------------------------------------------------------------------------------------
def test_an_account_is_held_to_be_disabled_or_enabled() -> None:
    assert people(OFFICE, at("people")).shut.effect == a.Say("Choose a name first.")
    chosen = at("people", picks={"person": TECHNICIAN.name})
    shut = people(OFFICE, chosen).shut
    assert (shut.effect, shut.hold_ms > 0) == (a.Send(DisableAccount(TECHNICIAN.name)), True)
    gone = replace(OFFICE, accounts=tuple(replace(each, disabled=True) for each in OFFICE.accounts))
    assert people(gone, chosen).shut.effect == a.Send(EnableAccount(TECHNICIAN.name))
    own = people(OFFICE, at("people", picks={"person": ADMIN.name})).shut
    assert own.effect == a.Say("Nobody disables their own account; another administrator does it.")


# -- an injector without a calibration ---------------------------------------------------------------------------------
@pytest.mark.requirement("ACU-3", "LIM-9")
def test_a_technician_is_led_from_the_failed_check_to_the_figures_and_holds_to_write_them() -> None:
    failed = replace(CHECKS[7], state="failed", detail="The injector has no valid calibration.")
    starting = snap("starting", user=TECHNICIAN, checks=(*CHECKS[:7], failed), in_force=NO_CALIBRATION)
    assert selftest(starting, at()).done.effect == a.Go("calibration")
    page = calibration(starting)
    assert page.lines[0].detail == "None"
    assert page.note == "The injector has no valid calibration."
    mending = replace(weighing("factory", runs=(), proposal=BUILT), in_force=NO_CALIBRATION)
    assert route(mending, at(phase="calibrate")) == "proposal"
    shown = proposing(mending)
    assert shown.write.effect == a.Send(WriteFactory("9f"))
    assert shown.write.hold_ms > 0
    assert [line.detail for line in shown.lines] == ["5422 and 19400 pL a step", "35750 and 51600 pL a step"]
    assert [line.detail for line in shown.changes] == ["zero 0 um, scale 1.0000", "none: nobody is treated yet"]
    assert shown.certify.key == "restore", "what was certified last may be put back instead"


def test_a_device_that_names_no_figures_says_why_nothing_is_written() -> None:
    why = "the device's profile names no figures of construction"
    bare = s.ProposalView("", False, "The device's profile names no figures.", why_not_write=why)
    mending = weighing("factory", runs=(), proposal=bare)
    shown = proposing(mending)
    assert shown.write.effect == a.Say("The device's profile names no figures of construction.")
    assert (shown.lines, shown.changes, shown.certify.key) == ((), (), "")
    assert isinstance(mending.calibrating, CalibratingView)
