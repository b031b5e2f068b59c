"""The kiosk's seat held by a terminal: real sockets and pipes, and control's end played by its own channel."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.channel.calibration_commands import DescribeRoom
from kiosk.channel.commands import AnyCommand, Flip, SignIn, SignOut, Touched
from kiosk.channel.errors import NoControl
from kiosk.channel.snapshot import Reply, Snapshot
from kiosk.channel.socket import ChannelClient, ChannelServer
from kiosk.terminal import seat as room
from kiosk.terminal.errors import ControlSilent, NotRead, SeatHeld
from kiosk.terminal.seat import Seat
from tests.view.samples import CATALOGUE, replace, snap


class Control:
    """Control's end: shows one snapshot after the other and keeps what is asked."""

    def __init__(self, path: Path) -> None:
        self.server = ChannelServer(path)
        self.server.send_catalogue(CATALOGUE)
        self.number = 0
        self.asked: list[object] = []

    def turn(self) -> Snapshot:
        """Take what is asked, answer it, and show the next snapshot."""
        for client, request in self.server.poll():
            self.asked.append(request.command)
            self.server.reply(client, Reply(request.number, True))
        self.number += 1
        shown = replace(snap(), number=self.number)
        self.server.publish(shown)
        return shown


@pytest.fixture
def control(tmp_path: Path) -> Iterator[Control]:
    made = Control(tmp_path / "control.sock")
    yield made
    made.server.close()


class Typing:
    """A pipe in place of a keyboard."""

    def __init__(self) -> None:
        self.reads, self._writes = os.pipe()

    def type(self, text: str) -> None:
        os.write(self._writes, text.encode())

    def end(self) -> None:
        os.close(self._writes)


@pytest.fixture
def keyboard() -> Iterator[Typing]:
    made = Typing()
    yield made
    os.close(made.reads)


@pytest.fixture
def subject(control: Control, keyboard: Typing, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seat]:
    """A seat; control turns whenever it looks."""
    drain = ChannelClient.drain

    def turned(client: ChannelClient) -> object:
        control.turn()
        return drain(client)

    monkeypatch.setattr(ChannelClient, "drain", turned)
    monkeypatch.setattr(room, "LOOK_S", 0.01)
    with closing(Seat(control.server.path, keyboard.reads)) as made:
        yield made


@pytest.mark.requirement("WDG-5")
def test_a_snapshot_is_said_to_be_shown_only_when_it_was(subject: Seat, control: Control) -> None:
    seen = subject.look()
    subject.look()
    assert not [command for command in control.asked if isinstance(command, Flip)]
    assert seen is not None
    subject.shown(seen)
    subject.look()
    assert Flip(seen.number) in control.asked


def test_a_command_gets_its_answer_once(subject: Seat) -> None:
    number = subject.send(SignOut())
    subject.look()
    subject.look()
    reply = subject.answer(number)
    assert reply is not None
    assert reply.ok
    assert subject.answer(number) is None


@pytest.mark.requirement("ACC-3")
@pytest.mark.parametrize(
    "command",
    [SignIn("x" * 9000, "123456"), DescribeRoom(2000, 101_300, humidity_percent=200)],
    ids=["too long", "out of range"],
)
def test_a_command_that_control_cannot_read_is_said(subject: Seat, control: Control, command: AnyCommand) -> None:
    """Control answers it without a number: whoever waits for the answer would wait for ever."""
    subject.send(command)
    control.turn()
    with pytest.raises(NotRead, match="E885: Control did not take what was asked"):
        subject.look()


def test_lines_come_whole_and_each_says_that_somebody_is_there(
    subject: Seat, control: Control, keyboard: Typing
) -> None:
    keyboard.type("12.3")
    subject.look()
    assert subject.line() is None
    keyboard.type("4\nye")
    subject.look()
    subject.look()
    assert (subject.line(), subject.line()) == ("12.34", None)
    assert Touched() in control.asked


def test_a_word_is_found_between_others(subject: Seat, keyboard: Typing) -> None:
    keyboard.type("12\nstop\n13\n")
    subject.look()
    assert subject.took("stop")
    assert not subject.took("stop")
    assert [subject.line(), subject.line()] == ["12", "13"]


def test_what_was_typed_before_can_be_left_out(subject: Seat, keyboard: Typing) -> None:
    keyboard.type("yes\n")
    subject.look()
    keyboard.type("yes again\n")
    assert subject.drop() == ["yes", "yes again"]
    assert subject.line() is None


def test_a_keyboard_that_is_gone_is_noticed(subject: Seat, keyboard: Typing) -> None:
    keyboard.end()
    subject.look()
    assert subject.ended
    assert subject.look() is not None, "what goes on is shown all the same"


def test_a_control_that_ends_is_said(subject: Seat, control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "turn", lambda: None)
    control.server.close()
    with pytest.raises(NoControl):
        subject.look()


def test_a_control_that_shows_nothing_is_said(subject: Seat, control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    subject.look()
    monkeypatch.setattr(control, "turn", lambda: None)
    monkeypatch.setattr(room, "SILENT_S", -1.0)
    with pytest.raises(ControlSilent):
        subject.look()


@pytest.mark.requirement("ACC-1")
def test_a_seat_that_somebody_has_is_not_taken(subject: Seat, control: Control, keyboard: Typing) -> None:
    with pytest.raises(SeatHeld, match="already operates this device"):
        Seat(control.server.path, keyboard.reads)
    assert subject.look() is not None
