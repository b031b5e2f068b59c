"""From opening a session to a fluid path that is new, filled and primed; people; the signature."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.channel import commands as ask
from kiosk.channel.snapshot import PatientPage
from kiosk.protocols.budget import Course, Given
from kiosk.records.facts import Fact
from kiosk.records.rows import AccountRow, Certainty, ClosingRow, EventRow, SessionRow, ShotRow
from kiosk.session import facts as facts_of
from kiosk.session.barrel import piston_missed
from kiosk.session.exchange import Answer
from tests.session.bench import PRACTITIONER, TECHNICIAN, WALL_MS, Bench

FOUR_HOURS_MS = 4 * 3600 * 1000


@pytest.fixture
def home(bench: Bench) -> Bench:
    return bench.start()


# -- opening ---------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("LIM-15")
@pytest.mark.parametrize(
    ("page", "new", "confirmed", "said"),
    [
        (PatientPage("P1", True, "2026-01-02"), True, False, "was used before, on 2026-01-02"),
        (PatientPage("P1", False), False, False, "was never seen here"),
        (PatientPage("P1", False, similar=("P2",)), True, False, "one character from P2"),
        (PatientPage("P1", False, similar=("P2",)), True, True, ""),
        (PatientPage("P1", True, "2026-01-02"), False, False, ""),
    ],
)
def test_a_code_is_what_the_record_knows_of_it(
    home: Bench, page: PatientPage, new: bool, confirmed: bool, said: str
) -> None:
    home.patients["P1"] = page
    reply = home.ask(ask.OpenSession("mesolift", " P1 ", new, confirmed))
    assert (reply.ok, said in reply.sentence) == (not said, True)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (ask.OpenSession("nothing", "P1", True), "no protocol 'nothing'"),
        (ask.OpenSession("mesolift", "  ", True), "A patient code is needed"),
        (ask.OpenSession("mesolift", "P\n1", True), "A patient code is needed"),
        (ask.Arm(1, "a", "left", 1, 1, "single", 1, 1, "", "", ""), "no session is open"),
        (ask.FitNeedle("30g-4mm", True), "no session is open"),
    ],
)
def test_what_cannot_be_done_at_home_says_why(home: Bench, command: ask.AnyCommand, said: str) -> None:
    assert said in home.refused(command)


def test_without_a_session_the_set_up_waits_for_nothing(home: Bench) -> None:
    setup = home.engine.setup
    assert (setup.due, setup.protocol, setup.path_expired, setup.expired) == (None, None, False, False)
    home.open()
    assert setup.due == "screening"


def test_two_sessions_at_once_are_one(home: Bench) -> None:
    first, second = (home.send(ask.OpenSession("mesolift", code, True)) for code in ("P1", "P2"))
    assert home.reply(first).ok
    assert "changed meanwhile" in home.reply(second).sentence
    home.run(0.1)
    assert len(home.rows(SessionRow)) == 1


@pytest.mark.requirement("ACC-1")
def test_an_answer_of_the_record_after_signing_out_opens_nothing(home: Bench) -> None:
    number = home.send(ask.OpenSession("mesolift", "P1", True))
    home.send(ask.SignOut())
    assert "changed meanwhile" in home.reply(number).sentence
    assert home.snap.session is None


def test_a_record_that_cannot_be_read_opens_nothing_and_chooses_nothing(home: Bench) -> None:
    home.patients["P1"] = None  # type: ignore[assignment]
    assert "cannot be read" in home.refused(ask.OpenSession("mesolift", "P1", True))
    del home.patients["P1"]
    home.open().screen()
    home.courses["P1"] = None  # type: ignore[assignment]
    assert "cannot be read" in home.refused(ask.UseProduct("example-saline", "L1", "2027-01-01"))


def test_a_product_that_is_answered_after_signing_out_is_not_taken(home: Bench) -> None:
    home.open().screen()
    number = home.send(ask.UseProduct("example-saline", "L1", "2027-01-01"))
    home.send(ask.SignOut())
    assert "changed meanwhile" in home.reply(number).sentence


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (ask.AnswerScreening(False, True, ()), "under 18"),
        (ask.AnswerScreening(True, False, ()), "Without consent"),
        (ask.AnswerScreening(True, True, ("no-such",)), "no screening question 'no-such'"),
    ],
)
def test_screening_stops_with_its_reason(home: Bench, command: ask.AnyCommand, said: str) -> None:
    home.open()
    assert said in home.refused(command)
    assert home.snap.session is not None
    assert home.snap.session.step == "screening"


def test_a_finding_goes_on_only_with_a_physicians_reason(home: Bench) -> None:
    home.open()
    key = home.shelf.protocols["mesolift"].screening[0].key
    assert "Screening found" in home.refused(ask.AnswerScreening(True, True, (key,)))
    home.tell(ask.AnswerScreening(True, True, (key,), "seen by Dr. A"))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (ask.UseProduct("nothing", "L1", "2027-01-01"), "no product"),
        (ask.UseProduct("example-saline", " ", "2027-01-01"), "no lot"),
        (ask.UseProduct("example-saline", "L1", "2027-13-01"), "no date"),
        (ask.UseProduct("example-saline", "L1", "2026-11-17"), "expired on 2026-11-17"),
    ],
)
def test_a_product_without_lot_or_out_of_date_is_refused(home: Bench, command: ask.AnyCommand, said: str) -> None:
    home.open().screen()
    assert said in home.refused(command)


@pytest.mark.requirement("LIM-6")
def test_the_course_so_far_counts(home: Bench) -> None:
    home.patients["P1"] = PatientPage("P1", True, "2026-11-01")
    course = home.courses["P1"] = Course(2, 5_000_000, 1, (Given("forehead", 17), Given("temple", 40)))
    home.open(new=False).screen().product("example-label")
    facts = home.engine.setup.facts
    assert facts is not None
    assert facts.course == course
    home.needle().syringe()
    assert "Forehead was given this product 17 days ago" in " ".join(home.snap.missing)


def test_a_course_recorded_before_zones_were_told_apart_counts_for_each_of_them() -> None:
    before = facts_of.opened(SessionRow(1, 0, "ana", "P1", "mesolift", "", ""))

    def found(days: int) -> Course:
        row = EventRow(facts_of.COURSE, 0, 1, "ana", "", {"sessions": 2, "nl": 500, "days": days})
        return facts_of.fold(before, row).course

    assert found(17) == Course(2, 500, 2, (Given("", 17),))
    assert found(17).days_since("forehead") == 17
    assert found(-1) == Course(2, 500, 2)


# -- the path ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def parts(home: Bench) -> Bench:
    return home.open().screen().product()


@pytest.mark.requirement("LIM-14")
def test_nothing_of_a_path_is_taken_that_is_not_new(parts: Bench) -> None:
    assert "must be new" in parts.refused(ask.FitNeedle("30g-4mm", False))
    assert "no needle 'x'" in parts.refused(ask.FitNeedle("x", True))
    parts.do("needle remove")
    parts.run(0.1)
    assert "the handpiece holds none" in parts.refused(ask.FitNeedle("30g-4mm", True))
    parts.do("needle fit")
    parts.run(0.1)
    parts.needle()
    assert "no syringe 'x'" in parts.refused(ask.FitSyringe("x", 1, True, True))
    assert "must be new" in parts.refused(ask.FitSyringe("5ml", 5_000_000, False, True))
    assert "The line must be new" in parts.refused(ask.FitSyringe("5ml", 5_000_000, True, False))


@pytest.mark.requirement("LIM-12", "LIM-13")
def test_the_barrel_must_agree_and_the_piston_must_be_met(parts: Bench) -> None:
    parts.needle()
    assert "The clamp holds a 5 mL syringe, but a 2 mL syringe" in parts.refused(
        ask.FitSyringe("2ml", 1_000_000, True, True)
    )
    for fill in (0, 100_000, 5_000_001):
        assert "this barrel takes more than" in parts.refused(ask.FitSyringe("5ml", fill, True, True))
    parts.do("syringe fill 3000")
    parts.run(0.1)
    said = parts.refused(ask.FitSyringe("5ml", 5_000_000, True, True))
    assert "did not meet the piston" in said
    assert 725 in parts.alarms()
    assert parts.snap.session is not None
    assert parts.snap.session.step == "syringe"
    parts.tell(ask.FitSyringe("5ml", 3_000_000, True, True))
    parts.run(0.1)
    assert parts.snap.session.step != "primed"


@pytest.mark.requirement("LIM-13")
def test_a_piston_that_is_met_elsewhere_is_refused_by_control_too(parts: Bench) -> None:
    parts.needle()
    number = parts.send(ask.FitSyringe("5ml", 5_000_000, True, True))
    parts.until(lambda: parts.engine.path._confirm is not None, 10)
    parts.rig.body.encoder *= 0.8
    assert "the piston was met at 4.0" in parts.reply(number).sentence
    assert parts.engine.setup.due == "syringe"


@pytest.mark.requirement("LIM-13")
@pytest.mark.parametrize("fill_nl", [5_000_000, 440_000])
@pytest.mark.parametrize(
    ("off_percent", "off_nl", "met"), [(10, 0, True), (10, 1, False), (-10, 0, True), (-10, -1, False), (0, 0, True)]
)
def test_the_piston_is_within_a_tenth_of_the_stated_fill_to_the_nl(
    parts: Bench, fill_nl: int, off_percent: int, off_nl: int, met: bool
) -> None:
    status = parts.engine.desk.status
    assert status is not None
    plunger_nl = fill_nl + fill_nl * off_percent // 100 + off_nl
    found = piston_missed(msgspec.structs.replace(status, plunger_nl=plunger_nl), fill_nl)
    assert (found == "") is met


@pytest.mark.requirement("LIM-13")
def test_without_a_status_no_piston_was_met() -> None:
    assert piston_missed(None, 5_000_000).startswith("the piston was met at 0")


@pytest.mark.requirement("LIM-14")
def test_a_change_that_the_injector_did_not_count_is_no_change(parts: Bench) -> None:
    number = parts.send(ask.FitNeedle("30g-4mm", True))
    parts.until(lambda: parts.engine.path._confirm is not None, 3)
    parts.rig.controller.journal.needle_changes = 0
    assert "did not count it" in parts.reply(number).sentence


def test_a_change_is_answered_when_the_link_is_lost_or_the_person_is_gone(parts: Bench) -> None:
    number = parts.send(ask.FitNeedle("30g-4mm", True))
    parts.until(lambda: parts.engine.path._confirm is not None, 3)
    parts.do("unplug")
    assert "the link to the injector was lost" in parts.reply(number, 2).sentence
    parts.do("replug")
    parts.until(lambda: parts.snap.link.connected, 5)
    number = parts.send(ask.FitNeedle("30g-4mm", True))
    parts.until(lambda: parts.engine.path._confirm is not None, 3)
    parts.send(ask.SignOut())
    parts.engine.people.sign_out()
    assert "changed meanwhile" in parts.reply(number).sentence


@pytest.mark.requirement("LIM-14")
@pytest.mark.parametrize(("line", "step"), [("needle remove", "needle"), ("barrel none", "syringe")])
def test_a_part_that_is_taken_out_must_be_new_again(subject: Bench, line: str, step: str) -> None:
    subject.do(line)
    subject.run(0.1)
    assert subject.snap.session is not None
    assert subject.snap.session.step == step
    subject.do("needle fit")
    subject.do("barrel 5")
    subject.run(0.1)
    if step == "needle":
        subject.needle()
    else:
        subject.syringe(new_line=False)
    subject.run(0.1)
    assert subject.snap.session.step == "prime"
    assert "nothing was primed" in subject.refused(ask.ConfirmDrop(True))


@pytest.mark.requirement("LIM-14")
def test_a_drop_that_was_primed_before_a_change_says_nothing_of_the_new_part(subject: Bench) -> None:
    subject.tell(ask.Prime(10_000))
    subject.needle()
    assert "nothing was primed" in subject.refused(ask.ConfirmDrop(True))


@pytest.mark.requirement("LIM-14")
def test_a_refill_is_primed_briefly_and_never_not_at_all(subject: Bench) -> None:
    subject.syringe(new_line=False)
    subject.run(0.1)
    assert subject.snap.session is not None
    assert (subject.snap.session.step, subject.snap.session.prime_nl) == ("prime", 10_000)
    assert "waits for: prime" in " ".join(subject.snap.missing)
    subject.tell(ask.Prime(10_000))
    subject.tell(ask.ConfirmDrop(False))
    subject.run(0.1)
    assert subject.snap.session.step == "prime"
    subject.prime()
    subject.run(0.1)
    assert not subject.snap.missing


@pytest.mark.requirement("LIM-14")
def test_a_syringe_that_is_being_changed_is_forgotten_even_when_the_change_fails(subject: Bench) -> None:
    subject.do("syringe fill 1000")
    subject.run(0.1)
    subject.refused(ask.FitSyringe("5ml", 5_000_000, True, False))
    subject.run(0.1)
    assert subject.snap.session is not None
    assert subject.snap.session.step == "syringe"


@pytest.mark.requirement("LIM-14", "LED-8")
@pytest.mark.parametrize("clock", ["runs", "set back"])
def test_a_path_is_used_for_four_hours_whatever_the_clock_says(subject: Bench, clock: str) -> None:
    if clock == "set back":
        subject.wall_ms -= 3 * 3600 * 1000
        subject.clock.now += FOUR_HOURS_MS / 1000
        subject.rig.advance(subject.clock.now)
    else:
        subject.wall_ms += FOUR_HOURS_MS
    subject.run(2)
    subject.sign_in()
    assert 737 in subject.alarms()
    assert "waits for: needle" in " ".join(subject.snap.missing)
    assert "older than 4 h" in subject.refused(ask.FitSyringe("5ml", 5_000_000, True, True))
    subject.needle().syringe().prime()
    subject.run(0.1)
    assert not subject.snap.missing


@pytest.mark.requirement("LIM-14")
@pytest.mark.parametrize("younger", ["new line", "another product"])
def test_nothing_but_a_new_needle_makes_a_needle_younger(subject: Bench, younger: str) -> None:
    subject.wall_ms += FOUR_HOURS_MS - 60_000
    if younger == "new line":
        subject.syringe(new_line=True).prime()
    else:
        subject.product("example-label").product()
    subject.wall_ms += 120_000
    subject.run(0.1)
    assert subject.engine.setup.due == "needle"
    assert 737 in subject.alarms()
    assert "confirm a new needle first" in subject.refused(ask.FitSyringe("5ml", 5_000_000, True, True))


@pytest.mark.requirement("LIM-14")
def test_a_needle_that_is_too_old_is_changed_alone_where_the_line_is_not(subject: Bench) -> None:
    subject.wall_ms += FOUR_HOURS_MS - 60_000
    subject.syringe(new_line=True).prime()
    subject.wall_ms += 120_000
    subject.run(0.1)
    subject.needle().prime()
    subject.run(0.1)
    assert not subject.snap.missing


@pytest.mark.requirement("LIM-14", "LED-6")
@pytest.mark.parametrize("confirmed_ms", [None, 2 * WALL_MS])
def test_a_needle_of_which_nobody_knows_since_when_it_is_used_is_too_old(confirmed_ms: int | None) -> None:
    body: dict[str, Any] = {"needle": "30g-4mm"} | ({} if confirmed_ms is None else {"wall_ms": confirmed_ms})
    facts = facts_of.opened(SessionRow(1, 0, "A", "P1", "mesolift", "", ""))
    facts = facts_of.fold(facts, EventRow(Fact.NEEDLE, 0, 1, "A", "New needle", body))
    assert facts.expired(WALL_MS)


@pytest.mark.requirement("LIM-14")
def test_another_product_needs_another_path_and_another_lot_another_syringe(subject: Bench) -> None:
    subject.tell(ask.UseProduct("example-saline", "L1", "2027-12-01"))
    assert subject.engine.setup.due == "prime"
    subject.tell(ask.UseProduct("example-saline", "L2", "2027-12-01"))
    assert subject.engine.setup.due == "syringe"
    subject.syringe(new_line=False).prime()
    subject.tell(ask.UseProduct("example-label", "L3", "2027-12-01"))
    assert subject.engine.setup.due == "syringe"
    assert "The line must be new" in subject.refused(ask.FitSyringe("5ml", 5_000_000, True, False))


@pytest.mark.requirement("LIM-14")
@pytest.mark.parametrize(("product", "lot"), [("example-label", "L1"), ("example-saline", "L2")])
@pytest.mark.parametrize("new_line", [False, True])
def test_a_syringe_of_one_product_is_none_of_the_next_that_is_chosen_while_its_piston_is_sought(
    subject: Bench, product: str, lot: str, new_line: bool
) -> None:
    number = subject.send(ask.FitSyringe("5ml", 5_000_000, True, new_line))
    subject.run(0.1)
    subject.product(product, lot)
    assert "meanwhile" in subject.reply(number).sentence
    assert subject.engine.setup.due == "syringe"


@pytest.mark.requirement("LIM-14")
def test_a_prime_of_one_product_asks_for_no_drop_of_the_next(subject: Bench) -> None:
    number = subject.send(ask.Prime(10_000))
    subject.run(0.1)
    subject.product("example-label")
    subject.reply(number)
    assert "nothing was primed" in subject.refused(ask.ConfirmDrop(True))


def test_a_lot_that_expires_overnight_ends_the_treatment(subject: Bench) -> None:
    facts = subject.engine.setup.facts
    assert facts is not None
    subject.engine.setup.facts = msgspec.structs.replace(facts, expiry="2026-11-17")
    subject.run(0.1)
    assert "Lot L1 expired on 2026-11-17." in subject.snap.missing


@pytest.mark.parametrize("volume", [0, 500, 600_000])
def test_a_prime_has_its_limits(subject: Bench, volume: int) -> None:
    assert "A prime is 1 uL to 500 uL" in subject.refused(ask.Prime(volume))


def test_the_area_must_be_disinfected(home: Bench) -> None:
    home.open().screen().product().needle().syringe()
    assert "not disinfected" in home.refused(ask.Prepared(False))


def test_before_the_parts_are_known_nothing_can_be_primed(parts: Bench) -> None:
    assert "not all known" in parts.refused(ask.Prime(10_000))


def test_parts_that_make_no_envelope_say_why(parts: Bench) -> None:
    parts.needle()
    calibration = parts.engine.connection.connected
    assert calibration is not None
    assert calibration.calibration is not None
    worse = msgspec.structs.replace(calibration.calibration, smallest_dose_5_nl=0)
    parts.engine.connection.connected = msgspec.structs.replace(calibration, calibration=worse)
    parts.syringe()
    parts.run(0.1)
    assert "no dose passed with 5 mL" in " ".join(parts.snap.missing)


# -- people ------------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("ACC-2")
def test_a_wrong_pin_is_on_disk_before_it_is_answered_and_makes_one_wait(home: Bench) -> None:
    home.tell(ask.SignOut())
    assert "possible in 30 s" in home.refused(ask.SignIn(PRACTITIONER.name, "000000"))
    assert home.rows(AccountRow)[-1].failures == 1
    assert "has to wait" in home.refused(ask.SignIn(PRACTITIONER.name, PRACTITIONER.pin))
    assert "no account" in home.refused(ask.SignIn("nobody", "000000"))
    home.run(31)
    home.sign_in()
    assert home.rows(AccountRow)[-1].failures == 0


@pytest.mark.requirement("ACC-2")
def test_several_tries_at_once_are_one(home: Bench) -> None:
    numbers = [home.send(ask.SignIn(PRACTITIONER.name, f"00000{n}")) for n in range(5)]
    home.run(1)
    assert home.rows(AccountRow)[-1].failures == 1
    assert "a PIN is being checked" in home.seat.replies[numbers[-1]].sentence


def test_a_clerk_that_fails_is_answered_in_its_own_words(home: Bench) -> None:
    home.clerk._answer = lambda ticket, _: Answer(ticket, False, "The clerk {is} away", "Wait.", 418)
    assert home.refused(ask.SignIn(PRACTITIONER.name, PRACTITIONER.pin)) == "The clerk {is} away"
    assert home.refused(ask.ListSessions()) == "The clerk {is} away"


def test_a_clerk_that_answers_nothing_that_was_asked_is_ignored(home: Bench) -> None:
    home.clerk_answers = False
    number = home.send(ask.FindPatient("P1"))
    home.run(1)
    assert number not in home.seat.replies


def test_pages_of_the_record_come_from_the_clerk(home: Bench) -> None:
    assert home.tell(ask.FindPatient(" P1 ")).page == PatientPage("P1", False)
    for command in (ask.ListSessions(), ask.ExportSession(1, "pdf")):
        assert home.refused(command) == "There is no such page"


@pytest.mark.requirement("ACC-1", "ACC-5")
def test_only_the_seat_and_only_those_who_may(home: Bench) -> None:
    home.seat._requests.append((7, ask.Request(1, ask.Disarm())))
    home.seat._requests.append((7, ask.Request(2, ask.Hello(1, "shell"))))
    home.run(0.1)
    home.sign_in(TECHNICIAN)
    assert "it takes a practitioner" in home.refused(ask.OpenSession("mesolift", "P1", True))
    assert "no command 'Hello'" in home.refused(ask.Hello(1, "shell"))


@pytest.mark.requirement("ACC-1")
def test_on_a_first_start_the_first_account_is_an_administrators(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.engine.people._accounts.clear()
    bench.run(0.1)
    assert bench.snap.first_start
    assert "has no name" in bench.refused(ask.CreateFirstAdministrator(" ", "482615"))
    bench.tell(ask.CreateFirstAdministrator("Ada", "482615"))
    assert bench.snap.user is not None
    assert bench.snap.user.role == "administrator"
    assert "an account already" in bench.refused(ask.CreateFirstAdministrator("Eve", "482615"))
    bench.close()


def test_two_first_administrators_at_once_are_one_and_a_bad_pin_is_none(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.engine.people._accounts.clear()
    refusing = bench.clerk._answer
    bench.clerk._answer = lambda ticket, _: Answer(ticket, False, "too easy", "Another.", 600)
    assert bench.refused(ask.CreateFirstAdministrator("Ada", "123456")) == "too easy"
    bench.clerk._answer = refusing
    first = bench.send(ask.CreateFirstAdministrator("Ada", "482615"))
    second = bench.send(ask.CreateFirstAdministrator("Eve", "482615"))
    bench.run(0.5)
    assert [bench.seat.replies[number].ok for number in (first, second)].count(True) >= 1
    bench.close()


@pytest.mark.requirement("LED-12")
def test_with_a_broken_record_nobody_waits_for_an_answer(tmp_path: Path) -> None:
    bench = Bench(tmp_path).start()
    bench.disk.failing = True
    assert "do not belong together" in bench.refused(ask.SignIn(PRACTITIONER.name, "000000"))
    bench.tell(ask.SignOut())
    bench.engine.people._accounts.clear()
    assert "cannot be written" in bench.refused(ask.CreateFirstAdministrator("Ada", "482615"))
    bench.close()


# -- the end -----------------------------------------------------------------------------------------------------------
def test_a_session_is_signed_only_when_everything_is_in_order(subject: Bench) -> None:
    subject.tell(ask.Finish())
    assert "clean-up" in subject.refused(ask.Sign(PRACTITIONER.pin))
    assert "do not belong" in subject.refused(ask.Sign("000000", cleaned_up=True))
    subject.run(31)
    first, second = (subject.send(ask.Sign(PRACTITIONER.pin, cleaned_up=True)) for _ in "ab")
    resumed = subject.send(ask.ResumeTreating())
    assert subject.reply(first).ok
    for number in (second, resumed):
        assert "being signed" in subject.seat.replies[number].sentence
    assert len(subject.rows(ClosingRow)) == 1


def test_treating_may_be_resumed_before_it_is_signed(subject: Bench) -> None:
    subject.tell(ask.Finish())
    subject.tell(ask.ResumeTreating())
    subject.run(0.1)
    assert subject.snap.phase == "treat"
    subject.live()


def test_while_the_injector_works_nothing_is_signed(subject: Bench) -> None:
    number = subject.send(ask.Prime(400_000))
    subject.run(0.3)
    subject.tell(ask.Finish())
    assert "still at work" in subject.refused(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    assert subject.reply(number).ok
    subject.do("unplug")
    subject.run(0.3)
    subject.do("replug")
    subject.disk.holding = True
    subject.until(lambda: subject.cycle.injector is not None, 3)
    subject.run(0.1)
    assert "being" in subject.refused(ask.Sign(PRACTITIONER.pin, cleaned_up=True))


def test_whoever_signs_out_has_signed_nothing(subject: Bench) -> None:
    subject.tell(ask.Finish())
    number = subject.send(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    subject.send(ask.SignOut())
    assert "changed meanwhile" in subject.reply(number).sentence
    assert not subject.rows(ClosingRow)


@pytest.mark.requirement("LED-12")
def test_a_signature_that_cannot_be_written_is_none(subject: Bench) -> None:
    subject.tell(ask.Finish())
    subject.disk.failing = True
    assert "cannot be written" in subject.refused(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    assert subject.engine.setup.facts is not None


@pytest.mark.requirement("LED-4")
def test_closed_while_the_injector_is_away_every_open_shot_counts_in_full(subject: Bench) -> None:
    subject.set(shots=6, rate=2000).mode("continuous").live().on_skin().press()
    subject.until(lambda: subject.shots == 2)
    subject.do("unplug")
    subject.run(1)
    subject.tell(ask.Finish())
    subject.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    (closing,) = subject.rows(ClosingRow)
    assert closing.shots == 6
    assert closing.given_nl >= 6 * 20_000
    assert [shot.certainty for shot in subject.rows(ShotRow)].count(Certainty.UNKNOWN) == 4
    subject.release().do("replug")
    subject.until(lambda: subject.snap.link.connected, 5)
    assert subject.snap.phase == "home"


def test_an_injector_that_comes_back_while_signing_is_settled_first(subject: Bench) -> None:
    subject.live()
    subject.do("unplug")
    subject.run(1)
    subject.tell(ask.Finish())
    subject.disk.holding = True
    number = subject.send(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    subject.run(0.1)
    subject.engine.people.sign_out()
    subject.disk.release()
    assert not subject.reply(number).ok


@pytest.mark.requirement("LIM-14")
def test_nothing_of_a_session_is_carried_to_the_next(subject: Bench) -> None:
    subject.live().fire(1)
    subject.tell(ask.Finish())
    subject.quiet()
    subject.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    subject.open("mesolift", "P2").screen()
    facts: Any = subject.engine.setup.facts
    assert (facts.number, facts.product, facts.needle, facts.syringe, facts.path_opened_ms) == (2, "", "", "", 0)
    assert subject.shots == 0
    subject.product().needle()
    assert "The line must be new" in subject.refused(ask.FitSyringe("5ml", 5_000_000, True, False))


@pytest.mark.requirement("LIM-14")
@pytest.mark.parametrize("seen", [True, False])
def test_a_drop_is_confirmed_once_for_each_prime(subject: Bench, seen: bool) -> None:
    assert subject.snap.session is not None
    subject.tell(ask.Prime(subject.snap.session.prime_nl))
    subject.tell(ask.ConfirmDrop(seen))
    assert "nothing was primed yet" in subject.refused(ask.ConfirmDrop(True))
    assert (subject.engine.setup.due is None) is seen
