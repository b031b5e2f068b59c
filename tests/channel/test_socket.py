"""The channel as both ends see it, over a real Unix socket."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.channel import VERSION
from kiosk.channel import commands as c
from kiosk.channel.errors import ChannelStalled, MalformedPacket, NoControl, SocketRefused
from kiosk.channel.packets import BOUND, PIECE, Joiner, message_packets, read_request, request_packet
from kiosk.channel.server import QUEUE, SILENT_S
from kiosk.channel.snapshot import Catalogue, Message, Reply, SessionList, SessionPage
from kiosk.channel.socket import ChannelClient, ChannelServer, ClientId
from tests.view.samples import CATALOGUE
from tests.view.samples.records import RECORD
from tests.view.samples.treating import TREATING


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def subject(tmp_path: Path, time: Time) -> Iterator[ChannelServer]:
    server = ChannelServer(tmp_path / "control.sock", clock=time)
    yield server
    server.close()


@pytest.fixture
def kiosk(subject: ChannelServer, time: Time) -> Iterator[ChannelClient]:
    client = ChannelClient(subject.path, "kiosk", time)
    client.connect()
    assert subject.poll() == []
    yield client
    client.close()


OPENED: list[ChannelClient] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


def join(subject: ChannelServer, time: Time, kind: Literal["kiosk", "shell"] = "shell") -> ChannelClient:
    client = ChannelClient(subject.path, kind, time)
    OPENED.append(client)
    client.connect()
    subject.poll()
    return client


def test_a_command_arrives_with_its_number(subject: ChannelServer, kiosk: ChannelClient) -> None:
    number = kiosk.send(c.ChooseZone("cheek", "left"))
    [(client, request)] = subject.poll()
    assert client == subject.seat
    assert request == c.Request(number, c.ChooseZone("cheek", "left"))


def test_numbers_grow(kiosk: ChannelClient) -> None:
    assert kiosk.send(c.Touched()) < kiosk.send(c.Touched())


def test_a_reply_comes_back_by_its_number(subject: ChannelServer, kiosk: ChannelClient) -> None:
    number = kiosk.send(c.ReadSession(3))
    [(client, _)] = subject.poll()
    subject.reply(client, Reply(number, True, page=RECORD))
    assert kiosk.drain().replies[-1] == Reply(number, True, page=RECORD)


def test_only_the_newest_snapshot_is_drained(subject: ChannelServer, kiosk: ChannelClient) -> None:
    for number in range(5):
        subject.publish(msgspec.structs.replace(TREATING, number=number))
    came = kiosk.drain().snapshot
    assert came is not None
    assert came.number == 4
    assert came.treat == TREATING.treat


def test_the_age_of_the_newest_snapshot_is_known(subject: ChannelServer, kiosk: ChannelClient, time: Time) -> None:
    assert kiosk.age_s == float("inf")
    subject.publish(msgspec.structs.replace(TREATING, stamp=time.now))
    kiosk.drain()
    time.now += 0.3
    assert kiosk.age_s == pytest.approx(0.3)


def test_catalogue_and_snapshot_are_there_for_who_comes_later(subject: ChannelServer, time: Time) -> None:
    subject.send_catalogue(CATALOGUE)
    subject.publish(TREATING)
    came = join(subject, time).drain()
    assert came.catalogue == CATALOGUE
    assert came.snapshot == TREATING


def test_a_new_catalogue_reaches_who_is_there(subject: ChannelServer, kiosk: ChannelClient) -> None:
    subject.send_catalogue(CATALOGUE)
    assert kiosk.drain().catalogue == CATALOGUE


def test_the_socket_is_for_owner_and_group_only(subject: ChannelServer) -> None:
    assert stat.S_IMODE(subject.path.stat().st_mode) == 0o660


@pytest.mark.requirement("ACC-5")
def test_nobody_connects_before_mode_and_group_are_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chmod, before = Path.chmod, list[int]()

    def set_mode(path: Path, mode: int) -> None:
        before.append(stat.S_IMODE(path.stat().st_mode))
        chmod(path, mode)

    monkeypatch.setattr(Path, "chmod", set_mode)
    ChannelServer(tmp_path / "s.sock").close()
    assert before == [0]


def test_the_group_is_set(tmp_path: Path) -> None:
    import grp

    name = grp.getgrgid(os.getgid()).gr_name
    server = ChannelServer(tmp_path / "s.sock", group=name)
    assert server.path.stat().st_gid == os.getgid()
    server.close()


@pytest.mark.requirement("ACC-5")
def test_a_text_that_is_no_utf_8_is_malformed_at_either_end() -> None:
    asked = request_packet(c.Request(3, c.ChooseZone("cheek", "left"))).replace(b"cheek", b"\xffheek")
    with pytest.raises(MalformedPacket, match="utf-8"):
        read_request(asked)
    [told] = message_packets(Message(reply=Reply(3, ok=False, sentence="cheek")))
    with pytest.raises(MalformedPacket, match="utf-8"):
        Joiner().add(told.replace(b"cheek", b"\xffheek"))


@pytest.mark.requirement("ACC-5")
def test_the_kernel_says_who_a_client_is(subject: ChannelServer, kiosk: ChannelClient) -> None:
    assert subject.seat is not None
    peer = subject.peer(subject.seat)
    assert peer is not None
    assert (peer.pid, peer.uid, peer.gid) == (os.getpid(), os.getuid(), os.getgid())
    assert subject.peer(ClientId(99)) is None


def test_a_second_kiosk_is_refused_while_the_first_lives(
    subject: ChannelServer, kiosk: ChannelClient, time: Time
) -> None:
    second = join(subject, time, "kiosk")
    second.drain()
    assert not second.connected
    assert second.reason.startswith("E502")
    assert subject.seat == subject.clients[0]


def test_a_silent_kiosk_loses_its_seat(subject: ChannelServer, kiosk: ChannelClient, time: Time) -> None:
    first = subject.seat
    time.now += SILENT_S + 1
    join(subject, time, "kiosk")
    assert subject.seat not in (first, None)
    kiosk.drain()
    assert not kiosk.connected


def test_a_kiosk_that_ended_frees_its_seat(subject: ChannelServer, kiosk: ChannelClient, time: Time) -> None:
    kiosk.close()
    subject.poll()
    assert subject.seat is None


def test_a_killed_process_is_replaced_at_once(subject: ChannelServer, time: Time) -> None:
    # The child keeps the connection open in its own child, so that only its process id tells that it has died.
    code = (
        "import os,sys,time\nfrom pathlib import Path\nfrom kiosk.channel.socket import ChannelClient\n"
        "k=ChannelClient(Path(sys.argv[1]));k.connect()\n"
        "pid=os.fork()\n"
        "if pid==0:\n sys.stdin.read()\n os._exit(0)\n"
        "print('up',flush=True);os._exit(0)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(subject.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == b"up\n"
    child.wait()
    subject.poll()
    first = subject.seat
    assert first is not None
    second = join(subject, time, "kiosk")
    assert subject.seat not in (first, None)
    child.stdin.close()
    child.stdout.close()
    assert second.connected


@pytest.mark.parametrize("version", [VERSION - 1, VERSION + 1])
def test_another_version_is_refused(subject: ChannelServer, kiosk: ChannelClient, version: int) -> None:
    number = kiosk.send(c.Hello(version, "kiosk"))
    assert subject.poll() == []
    assert [(r.number, r.error) for r in kiosk.drain().replies][-1] == (number, 501)


def raw(subject: ChannelServer) -> socket.socket:
    end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    end.connect(str(subject.path))
    end.settimeout(2)
    return end


def answer(end: socket.socket) -> Reply:
    message = Joiner().add(end.recv(PIECE + 1))
    assert message is not None
    assert message.reply is not None
    return message.reply


def test_commands_before_hello_are_refused(subject: ChannelServer) -> None:
    end = raw(subject)
    end.send(request_packet(c.Request(1, c.Touched())))
    assert subject.poll() == []
    assert answer(end).error == 503
    end.close()


@pytest.mark.requirement("STP-2")
def test_stop_is_taken_from_anybody_even_before_hello(subject: ChannelServer) -> None:
    end = raw(subject)
    end.send(request_packet(c.Request(1, c.Stop())))
    [(_, request)] = subject.poll()
    assert request.command == c.Stop()
    end.close()


def test_only_the_seat_reports_flips(subject: ChannelServer, kiosk: ChannelClient, time: Time) -> None:
    other = join(subject, time)
    number = other.send(c.Flip(3))
    assert subject.poll() == []
    assert [(r.number, r.error) for r in other.drain().replies][-1] == (number, 509)


def test_a_repeat_gets_the_first_answer_and_is_not_returned_again(subject: ChannelServer) -> None:
    end = raw(subject)
    for _ in range(2):
        end.send(request_packet(c.Request(1, c.Hello(VERSION, "kiosk"))))
    end.send(request_packet(c.Request(2, c.Finish())))
    [(client, request)] = subject.poll()
    subject.reply(client, Reply(request.number, True, sentence="first"))
    end.send(request_packet(c.Request(2, c.Finish())))
    assert subject.poll() == []
    assert [answer(end).sentence for _ in range(4)] == ["", "", "first", "first"]
    end.close()


def test_a_repeat_before_the_answer_is_answered_once(subject: ChannelServer, kiosk: ChannelClient) -> None:
    number = kiosk.send(c.Finish())
    [(client, request)] = subject.poll()
    kiosk._socket.send(request_packet(request))  # type: ignore[union-attr]
    assert subject.poll() == []
    subject.reply(client, Reply(number, True))
    assert [reply.number for reply in kiosk.drain().replies].count(number) == 1


def test_a_number_that_does_not_grow_is_refused(subject: ChannelServer) -> None:
    end = raw(subject)
    end.send(request_packet(c.Request(9, c.Hello(VERSION, "shell"))))
    end.send(request_packet(c.Request(5, c.Finish())))
    assert subject.poll() == []
    assert [answer(end).error for _ in range(2)] == [0, 504]
    end.close()


@pytest.mark.requirement("ACC-5")
@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=400))
def test_no_bytes_make_control_raise(noise: bytes) -> None:
    try:
        read_request(noise)
    except MalformedPacket:
        return
    assert read_request(noise).number >= -(2**63)


def test_malformed_packets_are_answered_and_counted(subject: ChannelServer) -> None:
    end = raw(subject)
    for noise in (b"\x00\xff\xff", b"rubbish", b"\x00" + b"x" * 9000, b"\x00\x82\xa6number\x01\xa7command\x80"):
        end.send(noise)
        assert subject.poll() == []
        assert answer(end).error == 500
    assert subject.malformed == 4
    end.close()


def test_a_stalled_reader_misses_snapshots_and_gets_the_newest_later(
    subject: ChannelServer, kiosk: ChannelClient
) -> None:
    for number in range(2000):
        subject.publish(msgspec.structs.replace(TREATING, number=number))
    assert subject.dropped_snapshots > 0
    assert subject.seat is not None
    kiosk.drain()
    subject.publish(msgspec.structs.replace(TREATING, number=5000))
    newest = kiosk.drain().snapshot
    assert newest is not None
    assert newest.number == 5000


def test_a_client_that_never_reads_its_answers_is_dropped(subject: ChannelServer, kiosk: ChannelClient) -> None:
    assert subject.seat is not None
    seat = subject.seat
    for number in range(3 * QUEUE + 2000):
        subject.reply(seat, Reply(number, True, page=RECORD))
    assert subject.seat is None
    subject.reply(seat, Reply(1, True))


def test_a_long_page_comes_in_pieces(subject: ChannelServer, kiosk: ChannelClient) -> None:
    page = msgspec.structs.replace(RECORD, shots=RECORD.shots * 40)
    assert len(message_packets(Message(reply=Reply(1, True, page=page)))) > 1
    assert subject.seat is not None
    subject.reply(subject.seat, Reply(7, True, page=page))
    replies: list[Reply] = []
    for _ in range(100):
        subject.poll()
        replies += kiosk.drain().replies
    assert replies[-1].page == page


def test_a_snapshot_longer_than_a_packet_is_whole(subject: ChannelServer, kiosk: ChannelClient) -> None:
    long = msgspec.structs.replace(TREATING, missing=tuple("x" * 200 for _ in range(600)))
    subject.publish(long)
    subject.poll()
    assert kiosk.drain().snapshot == long


def test_a_page_over_the_bound_is_a_numbered_error(subject: ChannelServer, kiosk: ChannelClient) -> None:
    assert subject.seat is not None
    page = SessionList(tuple(RECORD.line for _ in range(BOUND // 100)), False)
    subject.reply(subject.seat, Reply(3, True, page=page))
    assert kiosk.drain().replies[-1].error == 505


def test_the_kiosk_connects_again_by_itself(subject: ChannelServer, kiosk: ChannelClient, time: Time) -> None:
    path = subject.path
    subject.close()
    kiosk.drain()
    assert not kiosk.connected
    assert kiosk.reason
    with pytest.raises(NoControl):
        kiosk.send(c.Stop())
    time.now += 1
    kiosk.drain()
    assert "No such file" in kiosk.reason
    second = ChannelServer(path, clock=time)
    time.now += 1
    kiosk.drain()
    second.poll()
    assert kiosk.connected
    assert kiosk.fileno() >= 0
    assert second.seat is not None
    second.close()


def test_it_does_not_knock_all_the_time(tmp_path: Path, time: Time) -> None:
    client = ChannelClient(tmp_path / "none.sock", "kiosk", time)
    client.drain()
    first = client.reason
    client.reason = "asked once"
    client.drain()
    assert first
    assert client.reason == "asked once"
    assert client.fileno() == -1


def test_control_that_does_not_read_is_a_numbered_error(subject: ChannelServer, kiosk: ChannelClient) -> None:
    def flood() -> None:
        for _ in range(5000):
            kiosk.send(c.Touched())

    with pytest.raises(ChannelStalled):
        flood()


def test_a_broken_connection_is_found_when_sending(subject: ChannelServer, kiosk: ChannelClient) -> None:
    subject.close()
    with pytest.raises(NoControl):
        kiosk.send(c.Stop())
    assert not kiosk.connected


def test_an_unreadable_message_ends_the_connection(tmp_path: Path, time: Time) -> None:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(str(tmp_path / "x.sock"))
    listener.listen(1)
    client = ChannelClient(tmp_path / "x.sock", "kiosk", time)
    client.connect()
    end, _ = listener.accept()
    for noise in (b"\x00\xff\xff\xff", b"\x07"):
        end.send(noise)
        client.drain()
        assert client.reason.startswith("E500")
        client.connect()
        end.close()
        end, _ = listener.accept()
    end.close()
    listener.close()
    client.close()


def test_a_second_control_is_refused_and_a_dead_ones_socket_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    first = ChannelServer(path)
    with pytest.raises(SocketRefused):
        ChannelServer(path)
    left = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    first.close()
    left.bind(str(path))
    left.close()
    ChannelServer(path).close()


def test_a_missing_folder_or_group_is_a_numbered_error(tmp_path: Path) -> None:
    with pytest.raises(SocketRefused):
        ChannelServer(tmp_path / "none" / "control.sock")
    with pytest.raises(SocketRefused):
        ChannelServer(tmp_path / "control.sock", group="no-such-group")


def test_all_descriptors_are_known(subject: ChannelServer, kiosk: ChannelClient) -> None:
    assert subject.fileno() in subject.filenos()
    assert len(subject.filenos()) == 2


def test_every_page_and_command_survives_the_wire() -> None:
    for page in (RECORD, SessionList((RECORD.line,), True)):
        message = Message(reply=Reply(1, True, page=page))
        joiner = Joiner()
        assert [joiner.add(packet) for packet in message_packets(message)][-1] == message
    assert isinstance(RECORD, SessionPage)
    assert isinstance(CATALOGUE, Catalogue)
