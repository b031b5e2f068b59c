"""Off-the-shelf Modbus clients: they read what the driver reads, and are refused what the driver is refused."""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec
import pytest

from drivers.injector import ModbusInjector, connect
from drivers.registers import (
    AUTHORISATION,
    COMMAND,
    IDENTITY,
    LEASE,
    STATUS,
    AuthorisationBlock,
    Block,
    ControllerState,
    Identity,
    Mode,
    Refusal,
    Status,
)
from drivers.stop import StopLatch
from tests.conformance.clients import LibModbus, MbPoll
from tests.conformance.subject import Subject
from tests.conformance.wires import Line, OnSerialLine, Rejected

pytestmark = pytest.mark.conformance

CLIENTS: list[type[MbPoll | LibModbus]] = [MbPoll, LibModbus]
ABOVE = [
    ({"depth_um": 6_050}, Refusal.DEPTH),
    ({"dose_nl": 201_000, "interval_ms": 2000}, Refusal.DOSE),
    ({"interval_ms": 110}, Refusal.RATE),
]
AT_THE_CAPS: dict[str, int] = {"depth_um": 6_000, "dose_nl": 200_000, "interval_ms": 2000, "mode": Mode.SINGLE}


def ready(subject: Subject) -> Subject:
    """Homed, a syringe met, on skin: nothing but the cap can be the reason of a refusal."""
    subject.ready().do("contact on")
    return subject


def by_driver(port: Line) -> tuple[Identity, Status]:
    """What the product's own driver reads."""
    injector: ModbusInjector = connect(port.port, StopLatch(), parity=port.parity, timeout_ms=1000)
    try:
        identity = injector.identity()
        status, _ = injector.exchange(pedal=False, cursor=1)
    finally:
        injector.close()
    return identity, status


def timeless(status: Status) -> Status:
    """Without what moves by itself: its clock, and the noise of the supply's measurement."""
    return msgspec.structs.replace(status, uptime_ms=0, supply_mv=round(status.supply_mv, -3))


@pytest.mark.requirement("LIM-5")
@pytest.mark.parametrize("kind", CLIENTS, ids=lambda kind: kind.__name__)
def test_identity_and_status_are_read_as_the_driver_reads_them(
    kind: type[MbPoll | LibModbus], subject: Subject, line: OnSerialLine
) -> None:
    ready(subject)
    with line.lent() as port:
        identity, status = by_driver(port)
        assert status.state == ControllerState.READY, "zeros would prove nothing"
        with contextlib.closing(kind(port)) as client:
            for read in (client.read, client.read_input):
                assert IDENTITY.decode(read(IDENTITY.address, IDENTITY.registers)) == identity
                later = STATUS.decode(read(STATUS.address, STATUS.registers))
                assert timeless(later) == timeless(status)
                assert later.uptime_ms >= status.uptime_ms


@pytest.mark.requirement("LIM-5")
@pytest.mark.parametrize("kind", CLIENTS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(("changes", "reason"), ABOVE, ids=["depth", "dose", "rate"])
def test_an_authorisation_above_a_cap_is_refused_with_exception_03(
    kind: type[MbPoll | LibModbus], changes: dict[str, Any], reason: Refusal, subject: Subject, line: OnSerialLine
) -> None:
    block = ready(subject).block(**changes)
    with line.lent() as port, contextlib.closing(kind(port)) as client:
        before = client.read(STATUS.address, STATUS.registers)
        with pytest.raises(Rejected) as caught:
            client.write(AUTHORISATION.address, AUTHORISATION.encode(block))
        assert caught.value.code == 3
        after = STATUS.decode(client.read(STATUS.address, STATUS.registers))
    assert Refusal(after.refusal) == reason
    assert (after.shots_left, after.authorisation_id) == (0, STATUS.decode(before).authorisation_id)


@pytest.mark.requirement("LIM-5")
def test_libmodbus_is_refused_above_a_cap_and_served_at_it(subject: Subject, line: OnSerialLine) -> None:
    """The same block twice, the lease kept through function 23 all the while: it is the cap that refuses."""
    ready(subject)
    with line.lent() as port, contextlib.closing(LibModbus(port)) as client:
        through = Subject(Through(client, line))
        through.beat()
        through.forget_delays()
        block = through.block(**AT_THE_CAPS)
        reason = through.refusal(lambda: send(through, block, depth_um=6_050))
        send(through, block)
        status = through.beat()
    subject.delayed = through.delayed
    assert reason == Refusal.DEPTH
    assert (status.state, status.shots_left) == (ControllerState.AUTHORISED, 3)
    assert (status.authorisation_id, Refusal(status.refusal)) == (block.id, Refusal.NONE)


@pytest.mark.requirement("LNK-1")
def test_a_function_that_is_not_in_the_map_is_exception_01(line: OnSerialLine) -> None:
    with line.lent() as port, contextlib.closing(LibModbus(port)) as client:
        for act in (lambda: client.write_one(LEASE.address, 1), lambda: client.read_bits(STATUS.address, 8)):
            with pytest.raises(Rejected) as caught:
                act()
            assert caught.value.code == 1


@pytest.mark.parametrize("kind", CLIENTS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("block", [AUTHORISATION, COMMAND, LEASE], ids=lambda block: block.name)
def test_a_block_is_written_whole_at_its_own_address_or_refused(
    kind: type[MbPoll | LibModbus], block: Block[Any], line: OnSerialLine
) -> None:
    with line.lent() as port, contextlib.closing(kind(port)) as client:
        for address, size, code in (
            (block.address, block.size - 2, 3),
            (block.address, block.size + 2, 3),
            (block.address + 1, block.size - 2, 2),
            (STATUS.address, STATUS.size, 2),
        ):
            with pytest.raises(Rejected) as caught:
                client.write(address, bytes(size))
            assert caught.value.code == code, (address, size)


class Through:
    """libmodbus in place of the driver, for a `Subject`; a person or the console does the rest."""

    simulated = True

    def __init__(self, client: LibModbus, line: OnSerialLine) -> None:
        self._line = line
        self.read, self.write, self.exchange, self.close = client.read, client.write, client.exchange, client.close

    def seconds(self) -> float:
        return self._line.seconds()

    def do(self, command: str, meanwhile: Any) -> None:
        raise AssertionError(f"nothing is done by hand here: {command}, {meanwhile}")


def send(subject: Subject, block: AuthorisationBlock, **changes: int) -> None:
    subject.beat()
    subject.wire.write(AUTHORISATION.address, AUTHORISATION.encode(msgspec.structs.replace(block, **changes)))
