"""What a client without the kiosk's seat may ask: a list of our own, so that a mark too many in the table shows."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from kiosk.access.demo import DemoAccount
from kiosk.channel import certificates, service
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import Reply
from kiosk.session.errors import NoSeat
from tests.session.bench import ADMINISTRATOR, PRACTITIONER, TECHNICIAN, Bench
from tests.session.test_clauses import sample

SHELL = 7
"""A client that has not the seat."""

FROM_A_SHELL: frozenset[type] = frozenset(
    {
        ask.Stop,
        ask.ListSessions,
        ask.ReadSession,
        ask.ExportSession,
        ask.FindPatient,
        ask.ListApprovals,
        ask.ReadApproval,
        ask.ListDue,
        service.ReadWear,
        service.ListFaults,
        service.ListBackups,
        service.MakeBundle,
        certificates.ListCertificates,
        certificates.ReadCertificate,
        certificates.ExportCertificate,
        certificates.ReadDrift,
    }
)
"""It stops, reads and exports. Nothing else, whoever is signed in at the screen."""

ALL: list[type[msgspec.Struct]] = [kind for kind in get_args(ask.AnyCommand) if kind is not ask.Hello]


class Shell:
    """A second client of the same control."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._number = 0
        self._replies: dict[int, Reply] = {}
        to_the_seat = bench.seat.reply

        def reply(client: int, reply: Reply) -> None:
            if client == SHELL:
                self._replies[reply.number] = reply
            else:
                to_the_seat(client, reply)

        bench.seat.reply = reply

    def ask(self, command: ask.AnyCommand) -> Reply:
        self._number += 1
        number = self._number
        self._bench.seat._requests.append((SHELL, ask.Request(number, command)))
        self._bench.until(lambda: number in self._replies, 5)
        return self._replies[number]


@pytest.fixture
def shell(subject: Bench) -> Shell:
    return Shell(subject)


@pytest.mark.requirement("ACC-5")
@pytest.mark.parametrize("who", [PRACTITIONER, TECHNICIAN, ADMINISTRATOR], ids=lambda who: who.role)
def test_without_the_seat_nothing_is_asked_but_what_a_shell_is_for(
    subject: Bench, shell: Shell, who: DemoAccount
) -> None:
    subject.sign_in(who).run(0.1)
    written = len(subject.rows(object))
    errors = {kind.__name__: shell.ask(sample(kind)).error for kind in ALL if kind not in FROM_A_SHELL}
    assert errors == dict.fromkeys(errors, NoSeat.number)
    assert len(subject.rows(object)) == written, "something was done all the same"


@pytest.mark.requirement("ACC-5")
def test_an_arming_that_only_a_shell_asks_for_is_none(subject: Bench, shell: Shell) -> None:
    subject.run(0.1)
    command = subject.arm_command()
    reply = shell.ask(command)
    assert (reply.ok, reply.error) == (False, NoSeat.number)
    assert not subject.armed
    subject.tell(command)


@pytest.mark.requirement("ACC-5")
def test_a_shell_ends_no_arming_but_by_a_stop(subject: Bench, shell: Shell) -> None:
    subject.live()
    for command in (ask.Disarm(), ask.Lock(), ask.SignOut(), ask.Edit("dose", 21_000), ask.Finish()):
        assert shell.ask(command).error == NoSeat.number
        assert subject.armed
    assert shell.ask(ask.Stop()).ok
    assert not subject.armed


@pytest.mark.requirement("ACC-5")
def test_what_a_shell_is_for_is_not_refused_for_the_seat(subject: Bench, shell: Shell) -> None:
    for kind in FROM_A_SHELL - {ask.Stop}:
        assert shell.ask(sample(kind)).error != NoSeat.number, kind.__name__


ANOTHER_SCREEN = 2
"""The client that has the seat after the one that the bench began with."""


@pytest.mark.requirement("WDG-5")
def test_an_arming_ends_in_the_cycle_in_which_another_screen_takes_the_seat(subject: Bench) -> None:
    """However fast the new one draws: the person who armed looks at the old one."""
    subject.set(rate=4000).mode("continuous").live().on_skin().press()
    subject.until(lambda: subject.shots == 1)
    subject.seat.seat = ANOTHER_SCREEN
    subject.seat.publish(subject.snap)
    subject.step()
    assert not subject.armed
    assert subject.last_notice == "Disarmed: the screen that it was armed from is not connected any more"
    subject.run(0.5)
    subject.quiet()
    subject.live()


@pytest.mark.requirement("WDG-5")
def test_frames_of_an_earlier_screen_do_not_let_the_next_one_arm(subject: Bench) -> None:
    subject.run(0.2)
    subject.seat.seat, subject.seat.shows = ANOTHER_SCREEN, False
    assert "does not show what is going on" in subject.refused(subject.arm_command())
    subject.seat.shows = True
    subject.arm()
