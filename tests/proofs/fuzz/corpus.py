"""Real frames to begin with: everything that the driver can say, and what the device answered, both ends unmodified.

Only this file knows how they are recorded: the driver talks through its own link, over a line in the same process, to
the wire and the device of the bench.
"""

from __future__ import annotations

from functools import cache

from drivers.errors import NappageError
from drivers.injector import ModbusInjector
from drivers.ports import Authorisation
from drivers.registers import Anchor, Calibration, Command, CommandKind, Mode, SyringeType
from drivers.stop import StopLatch
from kiosk.protocols import envelope
from tests.proofs.fuzz.device import Station, station
from tests.proofs.fuzz.line import Line, link_on


def authorisation(number: int, **other: object) -> Authorisation:
    """One as the driver would send it; by the Envelope's own mint, but past its checks."""
    values: dict[str, object] = {
        "depth_um": 2000,
        "dose_nl": 10_000,
        "shots": 3,
        "interval_ms": 500,
        "mode": Mode.SINGLE,
        "valid_ms": 30_000,
        "syringe_type": SyringeType.ML_1,
        "calibration_id": 1,
        "boot_count": 1,
    }
    return envelope._mint(id=number, **(values | other))  # type: ignore[arg-type]


class Recording:
    """Requests and answers in their order, as they stood on the line."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.answers: list[bytes] = []

    def answer(self, station: Station, request: bytes) -> bytes:
        answer = station.hear(request)
        self.requests.append(request)
        if answer:
            self.answers.append(answer)
        return answer


@cache
def recorded() -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Every kind of request and of answer, exceptions included, each once."""
    tape = Recording()
    device = station("ready")
    line = Line()
    line.far = lambda request: [(0.003, tape.answer(device, request))]
    with link_on(line) as link:
        injector = ModbusInjector(link, StopLatch())
        calibration = Calibration(2, 0, 1_000_000, 5_422, 19_400, 35_750, 51_600, 1000, 1000, 1000, 2000, 0)
        for act in (
            injector.identity,
            injector.calibration,
            injector.anchors,
            injector.identity,
            injector.calibration,
            injector.spare_calibration,
            lambda: injector.exchange(pedal=False, cursor=1),
            lambda: injector.exchange(pedal=True, cursor=1),
            lambda: injector.exchange(pedal=False, cursor=2),
            lambda: injector.authorise(authorisation(900), 0),
            lambda: injector.authorise(authorisation(901, depth_um=6050), 0),
            lambda: injector.command(Command(902, CommandKind.VOID), None),
            lambda: injector.command(Command(903, CommandKind.PRIME, 500_001), 0),
            lambda: injector.command(Command(904, CommandKind.STOP), None),
            lambda: injector.write_anchor(Anchor(5, b"a" * 32)),
            lambda: injector.write_calibration(calibration),
            lambda: injector.select_calibration(2),
            lambda: link.write(0x1030, bytes(10)),
            lambda: link.read(0x4000, 1),
        ):
            try:
                act()
            except NappageError:
                continue  # a refusal is one of the answers that are wanted
    return tuple(dict.fromkeys(tape.requests)), tuple(dict.fromkeys(tape.answers))
