"""Accounts: an administrator makes them and gives new PINs; each is on disk before it is answered."""

from __future__ import annotations

from types import MappingProxyType

import msgspec
import pytest

from kiosk.channel import commands as ask
from kiosk.channel.service import DisableAccount, EnableAccount
from kiosk.channel.snapshot import Account
from kiosk.records.rows import AccountRow
from kiosk.session.exchange import Answer, CheckPin, HashPin, Question
from kiosk.session.present import catalogue
from tests.session.bench import ADMINISTRATOR, PRACTITIONER, TECHNICIAN, Bench

ADA = ask.CreateAccount("Ada Byron", "practitioner", "482615")


@pytest.fixture
def subject(bench: Bench) -> Bench:
    """An administrator is at the screen."""
    return bench.start().sign_in(ADMINISTRATOR)


def account(bench: Bench, name: str) -> Account:
    bench.run(0.05)
    return next(account for account in bench.snap.accounts if account.name == name)


def knowing(bench: Bench) -> None:
    """The clerk knows the PINs that it hashed itself."""
    usual = bench.clerk._answer

    def answer(ticket: int, question: Question) -> Answer:
        if isinstance(question, CheckPin) and question.hashed.startswith("hash of"):
            return Answer(ticket, question.hashed == f"hash of {question.pin}")
        return usual(ticket, question)

    bench.clerk._answer = answer


@pytest.mark.requirement("ACC-1", "ACC-4")
def test_an_administrator_makes_an_account_that_signs_in_also_after_a_restart(subject: Bench) -> None:
    knowing(subject)
    subject.tell(msgspec.structs.replace(ADA, name="  Ada   Byron "))
    [row] = subject.rows(AccountRow)
    assert (row.name, row.role, row.pin) == ("Ada Byron", "practitioner", "hash of 482615")
    assert (row.by, row.reason) == (ADMINISTRATOR.name, "account made, practitioner")
    subject.restart()
    knowing(subject)
    assert account(subject, "Ada Byron").role == "practitioner"
    subject.tell(ask.SignIn("Ada Byron", "482615"))
    assert subject.snap.user is None or subject.snap.user.name == "Ada Byron"


@pytest.mark.parametrize("person", [PRACTITIONER, TECHNICIAN])
@pytest.mark.parametrize("command", [ADA, ask.SetPin(PRACTITIONER.name, "482615")])
@pytest.mark.requirement("ACC-1", "ACC-5")
def test_nobody_else_makes_accounts_or_pins(bench: Bench, person: object, command: ask.AnyCommand) -> None:
    bench.start().sign_in(person)
    assert "it takes an administrator" in bench.refused(command)
    bench.tell(ask.SignOut())
    assert "it takes an administrator" in bench.refused(command)
    assert bench.rows(AccountRow) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (" ", "it is empty"),
        ("x" * 41, "over 40 characters"),
        (PRACTITIONER.name.upper(), "an account Demo practitioner already"),
        ("Demo  practitioner", "an account Demo practitioner already"),
    ],
)
def test_a_name_is_unique_and_can_be_read(subject: Bench, name: str, said: str) -> None:
    assert said in subject.refused(msgspec.structs.replace(ADA, name=name))
    assert subject.rows(AccountRow) == []


@pytest.mark.requirement("ACC-2")
def test_a_pin_that_is_refused_makes_no_account(subject: Bench) -> None:
    usual = subject.clerk._answer
    subject.clerk._answer = lambda ticket, question: (
        Answer(ticket, False, "too easy", "Another.", 600) if isinstance(question, HashPin) else usual(ticket, question)
    )
    assert subject.refused(ADA) == "too easy"
    assert subject.rows(AccountRow) == []
    subject.clerk._answer = usual
    subject.tell(ADA)


@pytest.mark.requirement("ACC-2", "ACC-4")
def test_a_new_pin_enables_a_disabled_account(subject: Bench) -> None:
    knowing(subject)
    people = subject.engine.people
    disabled = msgspec.structs.replace(people._accounts[PRACTITIONER.name], disabled=True, pin="", failures=10)
    people._accounts[PRACTITIONER.name] = disabled
    subject.tell(ask.SetPin(PRACTITIONER.name, "739164"))
    [row] = subject.rows(AccountRow)
    assert (row.role, row.failures, row.wait_until_ms, row.disabled) == ("practitioner", 0, 0, False)
    assert (row.by, row.reason) == (ADMINISTRATOR.name, "new PIN, enabled again")
    assert account(subject, PRACTITIONER.name).demo_pin == ""
    subject.tell(ask.SignOut())
    subject.refused(ask.SignIn(PRACTITIONER.name, PRACTITIONER.pin))
    subject.run(31)
    subject.tell(ask.SignIn(PRACTITIONER.name, "739164"))


def test_a_new_pin_for_an_account_that_works_says_just_that(subject: Bench) -> None:
    subject.tell(ask.SetPin(TECHNICIAN.name, "482615"))
    assert subject.rows(AccountRow)[0].reason == "new PIN"
    assert "no account nobody" in subject.refused(ask.SetPin("nobody", "482615"))


@pytest.mark.requirement("ACC-2")
def test_one_pin_is_looked_at_after_the_other(subject: Bench) -> None:
    first, second, third = subject.send(ADA), subject.send(ADA), subject.send(ask.SignIn(TECHNICIAN.name, "000000"))
    subject.run(0.5)
    assert subject.seat.replies[first].ok
    assert "a PIN is being checked" in subject.seat.replies[second].sentence
    assert "a PIN is being checked" in subject.seat.replies[third].sentence


@pytest.mark.requirement("ACC-5")
def test_whoever_signs_out_meanwhile_has_asked_nothing(subject: Bench) -> None:
    number = subject.send(ADA)
    subject.send(ask.SignOut())
    subject.run(0.5)
    assert "not signed in any more" in subject.seat.replies[number].sentence
    assert subject.rows(AccountRow) == []


@pytest.mark.requirement("LED-12")
def test_an_account_that_cannot_be_written_is_none(subject: Bench) -> None:
    subject.disk.failing = True
    assert "cannot be written" in subject.refused(ADA)
    assert ADA.name not in [account.name for account in subject.engine.people.accounts()]
    before = subject.engine.people._accounts[TECHNICIAN.name]
    assert "cannot be written" in subject.refused(ask.SetPin(TECHNICIAN.name, "482615"))
    assert subject.engine.people._accounts[TECHNICIAN.name] == before


@pytest.mark.requirement("ACC-1")
def test_nothing_of_it_while_something_is_armed(bench: Bench) -> None:
    subject = bench.prepare().live()
    admin = subject.engine.people._accounts[ADMINISTRATOR.name]
    subject.engine.people._name = admin.name
    assert "disarm first" in subject.refused(ADA)
    assert "disarm first" in subject.refused(ask.SetPin(TECHNICIAN.name, "482615"))
    assert subject.armed


# -- what home shows --------------------------------------------------------------------------------------------------
@pytest.mark.requirement("UI-5")
def test_between_sessions_nothing_is_missing_unless_something_is_wrong(subject: Bench) -> None:
    subject.run(0.1)
    assert subject.snap.missing == ()
    subject.do("unplug")
    subject.run(0.5)
    assert subject.snap.missing != ()
    assert "session" not in " ".join(subject.snap.missing)


def test_a_needle_says_what_its_title_leaves_out(subject: Bench) -> None:
    assert {needle.detail for needle in catalogue(subject.engine).needles} == {""}
    own = msgspec.structs.replace(subject.engine.library.needles["30g-4mm"], title="Fine", shots_max=100)
    subject.engine.library = msgspec.structs.replace(subject.engine.library, needles=MappingProxyType({own.key: own}))
    assert catalogue(subject.engine).needles[0].detail == "30G, 4 mm, at most 100 shots"


@pytest.mark.requirement("ACC-1", "ACC-4")
def test_an_account_is_disabled_and_enabled_again_with_the_pin_that_it_had(subject: Bench) -> None:
    subject.tell(DisableAccount(PRACTITIONER.name))
    [row] = subject.rows(AccountRow)
    assert (row.disabled, row.by, row.reason) == (True, ADMINISTRATOR.name, "disabled by an administrator")
    assert account(subject, PRACTITIONER.name).disabled
    assert "is disabled already" in subject.refused(DisableAccount(PRACTITIONER.name))
    subject.tell(ask.SignOut())
    assert "is disabled" in subject.refused(ask.SignIn(PRACTITIONER.name, PRACTITIONER.pin))
    subject.restart()
    subject.until(lambda: subject.snap.link.connected, 5)
    subject.tell(ask.SignIn(ADMINISTRATOR.name, ADMINISTRATOR.pin))
    subject.tell(EnableAccount(PRACTITIONER.name))
    assert subject.rows(AccountRow)[-1].reason == "enabled again by an administrator"
    assert "is enabled already" in subject.refused(EnableAccount(PRACTITIONER.name))
    subject.tell(ask.SignIn(PRACTITIONER.name, PRACTITIONER.pin))


@pytest.mark.requirement("ACC-1")
def test_the_last_administrator_is_never_disabled_nor_anybody_by_themselves(subject: Bench) -> None:
    assert "is the last administrator" in subject.refused(DisableAccount(ADMINISTRATOR.name))
    subject.tell(ask.CreateAccount("Grace", "administrator", "482615"))
    assert "cannot shut the account that asks" in subject.refused(DisableAccount(ADMINISTRATOR.name))
    subject.tell(DisableAccount("Grace"))
    assert "is the last administrator" in subject.refused(DisableAccount(ADMINISTRATOR.name))
    assert not account(subject, ADMINISTRATOR.name).disabled


@pytest.mark.requirement("ACC-2")
def test_an_account_that_wrong_pins_disabled_needs_a_new_one(subject: Bench) -> None:
    people = subject.engine.people
    disabled = msgspec.structs.replace(people._accounts[PRACTITIONER.name], disabled=True, pin="", failures=10)
    people._accounts[PRACTITIONER.name] = disabled
    assert "has no PIN any more" in subject.refused(EnableAccount(PRACTITIONER.name))


@pytest.mark.requirement("ACC-1", "ACC-5")
@pytest.mark.parametrize("command", [DisableAccount(PRACTITIONER.name), EnableAccount(PRACTITIONER.name)])
def test_nobody_else_disables_or_enables(bench: Bench, command: ask.AnyCommand) -> None:
    bench.start().sign_in(TECHNICIAN)
    assert "it takes an administrator" in bench.refused(command)


@pytest.mark.requirement("ACC-2")
def test_an_account_is_left_alone_while_a_pin_is_checked(subject: Bench) -> None:
    first, second = subject.send(ADA), subject.send(DisableAccount(PRACTITIONER.name))
    subject.run(0.5)
    assert subject.seat.replies[first].ok
    assert "a PIN is being checked" in subject.seat.replies[second].sentence


@pytest.mark.requirement("LED-12")
def test_an_account_that_cannot_be_written_stays_enabled(subject: Bench) -> None:
    subject.disk.failing = True
    assert "Disabling an account is not possible now" in subject.refused(DisableAccount(PRACTITIONER.name))
    assert not account(subject, PRACTITIONER.name).disabled
