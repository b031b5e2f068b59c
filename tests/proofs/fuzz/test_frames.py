"""The short form of the frames' fuzz, and proof that it finds what is broken on purpose."""

from __future__ import annotations

import random
import signal
import zlib
from collections.abc import Callable

import pytest

import drivers.injector
import hal_sim.rules as rules
from drivers.link import ModbusLink
from drivers.registers import Block, Refusal
from hal_sim.blocks import Registers
from hal_sim.wire import Wire
from tests.proofs.fuzz import frames
from tests.proofs.fuzz.controller_end import ControllerEnd
from tests.proofs.fuzz.device import STATES
from tests.proofs.fuzz.driver_end import DriverEnd
from tests.proofs.fuzz.parts import Part, Told


def found(part: Part, batches: int, seed: int = 1) -> list[str]:
    """What the first batches find, until one finds something."""
    for number in range(batches):
        told = part.batch(seed, number)
        if told.findings:
            return [finding.what for finding in told.findings]
    return []


@pytest.mark.requirement("LNK-1", "LIM-5", "LIM-9")
@pytest.mark.parametrize("part", [ControllerEnd(600), DriverEnd(2500)], ids=["controller", "driver"])
def test_no_mutated_frame_crashes_moves_or_is_believed(part: Part, request: pytest.FixtureRequest) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # pytest shows it with a failure
    counts: set[str] = set()
    for number in range(len(STATES)):
        told = part.batch(seed, number)
        assert not told.findings, told.findings[0]
        counts |= set(told.counts)
    deep = DEEP[part.name]
    assert deep <= counts, f"not reached: {deep - counts}"


DEEP = {
    "controller": {f"refused for {why}" for why in (
        "crc", "old id", "depth", "dose", "rate", "shots", "mode", "syringe", "calibration", "boot", "valid", "service",
        "busy", "state", "contact", "lease", "fault", "records", "value",
    )} | {"exception 01", "exception 02", "taken: authorisation", "taken: command", "dropped: no frame for this unit"},
    "driver": {
        "exchange: BadFrame it answers an earlier lease",
        "exchange: BadFrame its CRC does not fit",
        "exchange: LinkTimeout",
        "exchange: Refused",
        "authorise: BadFrame it does not show this authorisation",
        "authorise: BadFrame it refuses the authorisation and yet shows it",
        "calibration: CorruptBlock its CRC- does not fit",
        "identity: MapMismatch",
        "identity: NotAnInjector its cap_depth_um is",
    },
}  # fmt: skip
"""What a fuzz must have reached to be worth its name."""


@pytest.mark.parametrize("part", [ControllerEnd(300), DriverEnd(300)], ids=["controller", "driver"])
def test_the_same_seed_is_the_same_run(part: Part) -> None:
    first = part.batch(5, 3)
    again = type(part)(300).batch(5, 3)  # type: ignore[call-arg]
    assert (first.digest, first.counts) == (again.digest, again.counts)
    assert part.batch(6, 3).digest != first.digest


# -- negative controls: each breaks one check, and the fuzz must say so


def without_the_seal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Block, "intact", lambda self, data: len(data) == self.size)


def without(refusal: Refusal) -> Callable[[pytest.MonkeyPatch], None]:
    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        kept = tuple(rule for rule in rules.AUTHORISATION if rule[0] != refusal)
        monkeypatch.setattr(rules, "AUTHORISATION", kept)

    return plant


def without_the_crc(monkeypatch: pytest.MonkeyPatch) -> None:
    build = Wire.__init__

    def careless(self: Wire, *args: object, **more: object) -> None:
        build(self, *args, **more)  # type: ignore[arg-type]
        self._framer.check_CRC = lambda data, crc: True  # type: ignore[method-assign]

    monkeypatch.setattr(Wire, "__init__", careless)


def without_the_look_at_the_reading_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Registers, "check_readable", lambda self, address, registers: None)


@pytest.mark.parametrize(
    "plant",
    [
        without_the_seal,
        without_the_crc,
        without_the_look_at_the_reading_half,
        *[without(refusal) for refusal in (Refusal.OLD_ID, Refusal.BOOT, Refusal.DEPTH, Refusal.DOSE, Refusal.SHOTS,
                                           Refusal.CALIBRATION, Refusal.SYRINGE, Refusal.VALID, Refusal.RECORDS)],
    ],
    ids=["seal", "crc", "reading half", "id", "boot", "depth", "dose", "shots", "calibration", "syringe", "valid",
         "records"],
)  # fmt: skip
def test_a_controller_without_one_of_its_checks_is_found(
    monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    plant(monkeypatch)
    assert found(ControllerEnd(800), 2 * len(STATES))


def believing_any_echo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drivers.injector.ModbusInjector, "_asked", False, raising=False)
    build = drivers.injector.ModbusInjector.exchange

    def always_the_first(self: drivers.injector.ModbusInjector, **asked: object) -> object:
        self._asked = False
        return build(self, **asked)  # type: ignore[arg-type]

    monkeypatch.setattr(drivers.injector.ModbusInjector, "exchange", always_the_first)


def believing_any_crc(monkeypatch: pytest.MonkeyPatch) -> None:
    build = ModbusLink.__init__

    def careless(self: ModbusLink, *args: object, **more: object) -> None:
        build(self, *args, **more)  # type: ignore[arg-type]
        self._framer.check_CRC = lambda data, crc: True  # type: ignore[method-assign]

    monkeypatch.setattr(ModbusLink, "__init__", careless)


def believing_any_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    sane = {name: range(1 << 32) for name in drivers.injector._SANE}
    monkeypatch.setattr(drivers.injector, "_SANE", sane)


def sending_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    send = ModbusLink._send

    def insistent(self: ModbusLink, frame: bytes) -> None:
        send(self, frame)
        send(self, frame)
        send(self, frame)

    monkeypatch.setattr(ModbusLink, "_send", insistent)


@pytest.mark.parametrize(
    "plant", [believing_any_echo, believing_any_crc, believing_any_cap, without_the_seal, sending_twice]
)
def test_a_driver_without_one_of_its_checks_is_found(
    monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    plant(monkeypatch)
    assert found(DriverEnd(3000), 6)


def test_the_fuzz_reckons_its_own_check_sums() -> None:
    """The example of the Modbus over serial line specification: 02 07 has CRC 41 12."""
    assert frames.crc16(b"\x02\x07") == b"\x41\x12"
    block = frames.sealed(b"abcdefgh")
    assert block[:4] == b"abcd"
    assert int.from_bytes(block[4:], "big") == zlib.crc32(b"abcd")


def test_a_batch_that_breaks_is_a_finding() -> None:
    from tests.proofs.fuzz.run import one_batch

    class Broken:
        name = title = "broken"
        size = 1

        def batch(self, seed: int, number: int) -> Told:
            raise IndexError(f"{seed} {number}")

    told = one_batch(Broken(), 4, 2)
    assert "IndexError: 4 2" in told.findings[0].what


@pytest.mark.parametrize("waits", [True, False])
def test_a_batch_that_does_not_end_is_a_finding(waits: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.proofs.fuzz import run

    class Endless:
        name = title = "endless"
        size = 1

        def batch(self, seed: int, number: int) -> Told:
            while True:
                if waits:
                    signal.pause()

    monkeypatch.setattr(run, "STUCK_S" if waits else "PATIENCE_S", 0.05)
    (finding,) = run.one_batch(Endless(), 4, 2).findings
    assert ("0.05 s (" if waits else "0.05 s of processor time (") in finding.what
