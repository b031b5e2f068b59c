"""The real driver and the real bench, with a man in the middle who corrupts, repeats, loses, inserts, reorders, delays
and misroutes frames: nothing is given twice, nothing is believed that was not meant, nothing is ever sent again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from drivers.errors import BadFrame, LinkTimeout, NappageError, Refused
from drivers.injector import ModbusInjector, connect
from drivers.registers import (
    AUTHORISATION,
    COMMAND,
    LEASE,
    Command,
    CommandKind,
    Lease,
    Refusal,
    Status,
)
from drivers.stop import StopLatch
from tests.drivers.between import Between, Frames, as_it_is
from tests.drivers.far_end import crc
from tests.drivers.on_bench import OnBench
from tests.drivers.test_injector import fresh, insist, make_ready

TIMEOUT_MS = 400


@pytest.fixture
def between(bench: OnBench) -> Iterator[Between]:
    middle = Between(bench.port)
    yield middle
    middle.close()


@pytest.fixture
def subject(between: Between) -> Iterator[ModbusInjector]:
    injector = connect(between.port, StopLatch(), parity="N", timeout_ms=TIMEOUT_MS)
    yield injector
    injector.close()


def status(subject: ModbusInjector) -> Status:
    """What the controller shows, however many answers it takes after a disturbance."""
    for _ in range(20):
        try:
            return subject.exchange(pedal=False, cursor=1)[0]
        except (BadFrame, LinkTimeout, Refused):
            continue  # a refusal of what the line repeated may come so late that it answers this instead
    raise AssertionError("the line never recovered")


def is_write_of(frame: bytes, address: int) -> bool:
    return frame[1] == 23 and int.from_bytes(frame[6:8], "big") == address


def once(address: int, act: Callable[[bytes], Frames]) -> Callable[[bytes], Frames]:
    """Do it to the first write of this block, and pass on everything else as it is."""
    done: list[bytes] = []

    def way(frame: bytes) -> Frames:
        if done or not is_write_of(frame, address):
            return [frame]
        done.append(frame)
        return act(frame)

    return way


def flipped(frame: bytes) -> bytes:
    return frame[:13] + bytes([frame[13] ^ 0x10]) + frame[14:]


ACTUATING: dict[str, tuple[int, Callable[[ModbusInjector], None]]] = {
    "authorisation": (AUTHORISATION.address, lambda subject: subject.authorise(fresh(id=900), 0)),
    "home": (COMMAND.address, lambda subject: subject.command(Command(900, CommandKind.HOME), 0)),
    "prime": (COMMAND.address, lambda subject: subject.command(Command(900, CommandKind.PRIME, 10_000), 0)),
    "syringe": (
        COMMAND.address,
        lambda subject: subject.command(Command(900, CommandKind.SYRINGE_CHANGED, 2_000_000), 0),
    ),
    "stop": (COMMAND.address, lambda subject: subject.command(Command(900, CommandKind.STOP), None)),
    "lease": (LEASE.address, lambda subject: (subject.exchange(pedal=False, cursor=1), None)[1]),
}


@pytest.mark.requirement("LNK-2", "WDG-1", "LNK-1")
@pytest.mark.parametrize(
    ("what", "trouble"),
    [(what, trouble) for what in ACTUATING for trouble in ("lost answer", "corrupt answer")]
    + [(what, trouble) for what in ("authorisation", "lease") for trouble in ("lost request", "corrupt request")],
)
def test_what_actuates_crosses_the_wire_once_whatever_becomes_of_it(
    subject: ModbusInjector, between: Between, what: str, trouble: str
) -> None:
    address, act = ACTUATING[what]
    subject.exchange(pedal=False, cursor=1)
    match trouble:
        case "lost request":
            between.there = once(address, lambda _: [])
        case "corrupt request":
            between.there = once(address, lambda frame: [flipped(frame)])
        case "lost answer":
            between.back = lambda _: []
        case _:
            between.back = lambda frame: [flipped(frame) if len(frame) > 14 else frame[:-1] + b"\0"]
    with pytest.raises((LinkTimeout, BadFrame)):
        act(subject)
    between.there = between.back = as_it_is
    status(subject)
    crossed = [frame for frame in between.asked if is_write_of(frame, address)]
    if what == "lease":
        counters = [frame[11:13] for frame in crossed]
        assert len(set(counters)) == len(counters), "a lease was sent again"
    else:
        assert len(crossed) == 1


@pytest.mark.requirement("LNK-1")
def test_repetition_of_an_authorisation_gives_nothing_twice(
    bench: OnBench, subject: ModbusInjector, between: Between
) -> None:
    make_ready(bench, subject)
    between.there = once(AUTHORISATION.address, lambda frame: [frame, frame])
    insist_through(subject, lambda: subject.authorise(fresh(id=900), 0))
    shown = status(subject)
    assert (shown.authorisation_id, shown.shots_left) == (900, 3)
    assert shown.refusal == Refusal.OLD_ID  # the second one


def insist_through(subject: ModbusInjector, act: Callable[[], None]) -> None:
    try:
        insist(subject, act)
    except BadFrame:
        return  # the answer to the repeated one came first or late: unknown, and looked up below


@pytest.mark.requirement("LNK-1")
@pytest.mark.parametrize("kind", [CommandKind.NEEDLE_CHANGED, CommandKind.VOID])
def test_repetition_of_a_command_is_done_once(
    bench: OnBench, subject: ModbusInjector, between: Between, kind: CommandKind
) -> None:
    make_ready(bench, subject)
    before = subject.identity().needle_changes
    between.there = once(COMMAND.address, lambda frame: [frame, frame])
    insist_through(subject, lambda: subject.command(Command(900, kind), None))
    assert status(subject).command_id == 900
    assert subject.identity().needle_changes == before + (kind is CommandKind.NEEDLE_CHANGED)


@pytest.mark.requirement("LNK-1", "WDG-1")
def test_repetition_of_a_lease_keeps_nothing_alive(bench: OnBench, subject: ModbusInjector, between: Between) -> None:
    make_ready(bench, subject)
    insist(subject, lambda: subject.authorise(fresh(id=900), 0))
    lease = next(frame for frame in reversed(between.asked) if is_write_of(frame, LEASE.address))
    between.deliver(lease)
    assert bench.state()["lease"] is False
    shown = status(subject)
    assert shown.shots_left == 0  # void and a fault: the one who repeats can end it and can not prolong it


@pytest.mark.requirement("LNK-1", "LED-4", "LED-2")
def test_delay_of_an_authorisation_until_after_a_void_gives_nothing(
    bench: OnBench, subject: ModbusInjector, between: Between
) -> None:
    make_ready(bench, subject)
    between.there = once(AUTHORISATION.address, lambda _: [])
    with pytest.raises(LinkTimeout):
        subject.authorise(fresh(id=900), 0)
    late = between.asked[-1]
    insist(subject, lambda: subject.command(Command(901, CommandKind.VOID), None))
    assert between.deliver(late)[1] == 0x80 | 23
    shown = status(subject)
    assert (shown.authorisation_id < 900, shown.shots_left) == (True, 0)


@pytest.mark.requirement("LNK-1", "LED-2")
def test_reordering_of_an_authorisation_behind_a_lease_is_unknown_until_it_is_looked_up(
    bench: OnBench, subject: ModbusInjector, between: Between
) -> None:
    """It was not lost but late: the driver says unknown, not "not done", and the next status tells."""
    make_ready(bench, subject)
    between.there = once(AUTHORISATION.address, lambda _: [])
    with pytest.raises(LinkTimeout):
        subject.authorise(fresh(id=900), 0)
    late = between.asked[-1]
    status(subject)
    status(subject)
    taken = between.deliver(late)[1] == 23
    assert (status(subject).authorisation_id == 900) is taken


@pytest.mark.requirement("LNK-1")
def test_with_every_answer_delayed_to_the_next_request_no_status_is_believed(
    subject: ModbusInjector, between: Between
) -> None:
    subject.exchange(pedal=False, cursor=1)
    kept: Frames = []

    def one_behind(answer: bytes) -> Frames:
        kept.append(answer)
        return [kept[-2]] if len(kept) > 1 else []

    between.back = one_behind
    for _ in range(6):
        with pytest.raises((BadFrame, LinkTimeout)):
            subject.exchange(pedal=False, cursor=1)
    between.back = as_it_is
    status(subject)


@pytest.mark.requirement("LNK-1")
def test_insertion_of_an_answer_nobody_asked_for_is_dropped_and_counted(
    subject: ModbusInjector, between: Between
) -> None:
    first = subject.identity()
    stray = subject.statistics.stray_bytes
    between.insert(between.answered[-1])
    assert subject.identity() == first
    assert subject.statistics.stray_bytes > stray


@pytest.mark.requirement("LNK-1", "LIM-5")
def test_insertion_of_another_programs_frames_starts_nothing(
    bench: OnBench, subject: ModbusInjector, between: Between
) -> None:
    """Somebody else on the line replays what was heard before: leases, commands, authorisations."""
    make_ready(bench, subject)
    insist(subject, lambda: subject.authorise(fresh(id=900), 0))
    subject.command(Command(901, CommandKind.VOID), None)
    before = status(subject)
    for frame in [frame for frame in between.asked if frame[1] == 23 and not is_write_of(frame, LEASE.address)]:
        assert between.deliver(frame)[1] == 0x80 | 23
    shown = status(subject)
    assert (shown.lifetime_shots, shown.lifetime_nl) == (before.lifetime_shots, before.lifetime_nl)
    assert (shown.authorisation_id, shown.command_id, shown.shots_left) == (900, 901, 0)


@pytest.mark.requirement("LNK-1")
def test_misrouting_in_either_direction_is_neither_acted_on_nor_believed(
    subject: ModbusInjector, between: Between
) -> None:
    before = status(subject).command_id
    other_unit = crc(b"\x02" + lease_frame()[1:-2])
    between.there = lambda _: [other_unit]
    with pytest.raises(LinkTimeout):
        subject.command(Command(900, CommandKind.NEEDLE_CHANGED), None)
    between.there = as_it_is
    between.back = lambda answer: [crc(b"\x02" + answer[1:-2])]
    with pytest.raises(BadFrame, match="unit 2"):
        subject.exchange(pedal=False, cursor=1)
    between.back = as_it_is
    assert status(subject).command_id == before


def lease_frame() -> bytes:
    block = LEASE.encode(Lease(9, 0, 1))
    return crc(bytes([1, 23, 1, 0, 0, 24, 0x10, 0, 0, 4, 8]) + block)


@pytest.mark.requirement("LNK-1", "LNK-2")
@pytest.mark.parametrize("trouble", ["exception of another", "answer of another"])
def test_an_answer_of_the_right_form_for_another_request_is_never_a_refusal(
    bench: OnBench, subject: ModbusInjector, between: Between, trouble: str
) -> None:
    """An exception that belongs to something else does not become "certainly not done" (LED-2)."""
    make_ready(bench, subject)
    first = [True]

    def instead(answer: bytes) -> Frames:
        if answer[1] == 23 and first:
            first.clear()
            return [crc(b"\x01\x97\x03")] if trouble == "exception of another" else [answer[:3] + answer[3:][::-1]]
        return [answer]

    subject.exchange(pedal=False, cursor=1)
    between.back = instead
    with pytest.raises(NappageError) as caught:
        subject.authorise(fresh(id=900), 0)
    between.back = as_it_is
    shown = status(subject)
    if shown.authorisation_id == 900:
        assert not isinstance(caught.value, Refused)
    assert sum(is_write_of(frame, AUTHORISATION.address) for frame in between.asked) == 1


def test_the_man_in_the_middle_is_not_noticed_while_he_passes_everything_on(
    bench: OnBench, subject: ModbusInjector, between: Between
) -> None:
    make_ready(bench, subject)
    insist(subject, lambda: subject.authorise(fresh(id=900), 0))
    assert status(subject).shots_left == 3
    assert subject.statistics.bad == 0
    assert between.asked == between.sent
