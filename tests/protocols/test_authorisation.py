"""An Authorisation is made by an Envelope and by nothing else, and the driver sends nothing else, and each only once.

Every way of coming by one that Python offers is tried, and the far end of the wire must not have seen a byte.
"""

from __future__ import annotations

import copy
import importlib
import pickle
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

import drivers.ports as ports
from drivers.injector import ModbusInjector
from drivers.link import ModbusLink
from drivers.ports import FIELDS, Authorisation, claim_mint, redeem
from drivers.registers import AUTHORISATION, STATUS, Mode, Status
from drivers.stop import StopLatch
from kiosk.protocols.envelope import Envelope
from tests.drivers.far_end import FarEnd, answering
from tests.house import rules
from tests.protocols import parts as p


@pytest.fixture
def far() -> Iterator[FarEnd]:
    end = FarEnd()
    yield end
    end.close()


@pytest.fixture
def injector(far: FarEnd) -> Iterator[ModbusInjector]:
    driver = ModbusInjector(ModbusLink(far.port, parity="N", timeout_ms=400), StopLatch())
    yield driver
    driver.close()


def real() -> Authorisation:
    setting = p.SETTING
    cut = p.envelope().slice(
        setting, p.NOTHING, planned_left=setting.shots, id=16, boot_count=3, confirmed=p.NONE
    )  # fmt: skip
    return cut.authorisation


VALUES: dict[str, Any] = {name: getattr(real(), name) for name in FIELDS}


def forged() -> Authorisation:
    """Past `__new__` and `__setattr__`, with values that any envelope would give."""
    made = object.__new__(Authorisation)
    for name, value in VALUES.items():
        object.__setattr__(made, name, value)
    return made


class LooksTheSame:
    """The same slots, and then the same class."""

    __slots__ = Authorisation.__slots__


class Alike:
    """Every attribute of a real one."""

    def __init__(self) -> None:
        vars(self).update(VALUES)


def in_disguise() -> Any:
    made = LooksTheSame()
    for name, value in VALUES.items():
        setattr(made, name, value)
    made.__class__ = Authorisation  # type: ignore[assignment]
    return made


def deepened() -> Authorisation:
    """A real one whose depth is changed behind its back."""
    made = real()
    object.__setattr__(made, "depth_um", 6000)
    return made


def subclassed() -> Any:
    return type("Wider", (Authorisation,), {})


def by_a_second_mint() -> Any:
    return claim_mint("kiosk.protocols.envelope")(**VALUES)


def by_reloading_the_envelope() -> Any:
    """Import the Envelope's file again under its own name, to have its mint claimed anew."""
    kept = sys.modules.pop("kiosk.protocols.envelope")
    try:
        return importlib.import_module("kiosk.protocols.envelope")
    finally:
        sys.modules["kiosk.protocols.envelope"] = kept
        importlib.import_module("kiosk.protocols").envelope = kept  # type: ignore[attr-defined]


ATTEMPTS: dict[str, Callable[[], Any]] = {
    "constructed": lambda: Authorisation(**VALUES),
    "constructed with a seal": lambda: Authorisation(object(), **VALUES),
    "constructed by msgspec from values": lambda: msgspec.convert(VALUES, Authorisation),
    "constructed by msgspec from attributes": lambda: msgspec.convert(Alike(), Authorisation, from_attributes=True),
    "decoded from JSON": lambda: msgspec.json.decode(msgspec.json.encode(VALUES), type=Authorisation),
    "decoded from MessagePack": lambda: msgspec.msgpack.decode(msgspec.msgpack.encode(VALUES), type=Authorisation),
    "replaced": lambda: msgspec.structs.replace(real(), depth_um=6000),  # type: ignore[type-var]
    "copied": lambda: copy.copy(real()),
    "copied deeply": lambda: copy.deepcopy(real()),
    "reduced": lambda: real().__reduce_ex__(4),
    "put back from a pickle": lambda: pickle.loads(pickle.dumps(real())),
    "put back from a pickle of its class": lambda: pickle.loads(b"\x80\x04cdrivers.ports\nAuthorisation\n)\x81."),
    "derived from": subclassed,
    "made by a second mint": by_a_second_mint,
    "made by an envelope imported again": by_reloading_the_envelope,
    "another class in disguise": in_disguise,
    "changed": lambda: setattr(real(), "depth_um", 6000),
}


@pytest.mark.requirement("LIM-1")
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_an_authorisation_comes_from_an_envelope_alone(attempt: str, injector: ModbusInjector, far: FarEnd) -> None:
    with pytest.raises((TypeError, AttributeError, RuntimeError, msgspec.ValidationError)):
        injector.authorise(ATTEMPTS[attempt](), 0)
    assert not far.requests


FORGERIES: dict[str, tuple[Callable[[], Any], str]] = {
    "made past its constructor": (forged, "not made by an Envelope"),
    "a real one that was changed": (deepened, "changed after it was made"),
    "a mapping": (lambda: VALUES, "only an Authorisation can be sent, not dict"),
    "a look-alike": (LooksTheSame, "only an Authorisation can be sent, not LooksTheSame"),
}


@pytest.mark.requirement("LIM-1")
@pytest.mark.parametrize("forgery", FORGERIES)
def test_the_driver_sends_no_byte_of_a_forgery(forgery: str, injector: ModbusInjector, far: FarEnd) -> None:
    make, words = FORGERIES[forgery]
    with pytest.raises(TypeError, match=words):
        injector.authorise(make(), 0)
    assert not far.requests


@pytest.mark.requirement("LIM-1", "LNK-2")
def test_an_authorisation_is_sent_once(injector: ModbusInjector, far: FarEnd) -> None:
    status = msgspec.structs.replace(Status(*[0] * len(Status.__struct_fields__)), authorisation_id=16)
    far.answer = answering(STATUS.encode(status))
    subject = real()
    injector.authorise(subject, 0)
    assert AUTHORISATION.decode(far.requests[0][11:-2]).id == 16
    with pytest.raises(TypeError, match="it was sent before"):
        injector.authorise(subject, 0)
    assert len(far.requests) == 1


def test_what_was_never_sent_is_not_kept_alive() -> None:
    before = len(ports._issued)
    subject = real()
    assert len(ports._issued) == before + 1
    del subject
    assert len(ports._issued) == before


def test_a_real_one_is_redeemed_and_says_what_it_is() -> None:
    subject = real()
    assert repr(subject) == "Authorisation(16: 6 x 20000 nL at 600 um, continuous)"
    assert subject.mode is Mode.CONTINUOUS
    redeem(subject)


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda subject: pickle.loads(pickle.dumps(subject))])
def test_an_envelope_cannot_be_copied_into_another(way: Callable[[Envelope], Envelope]) -> None:
    with pytest.raises((TypeError, AttributeError)):
        way(p.envelope())


@pytest.mark.parametrize(
    ("word", "places"),
    [
        ("claim_mint", {"drivers/ports.py", "kiosk/protocols/envelope.py"}),
        ("redeem", {"drivers/ports.py", "drivers/injector.py"}),
        ("_mint", {"kiosk/protocols/envelope.py"}),
        ("_issued", {"drivers/ports.py"}),
        ("object.__new__", {"drivers/ports.py"}),
        ("__class__ =", set()),
    ],
)
def test_nothing_else_in_the_product_reaches_for_the_mint(word: str, places: set[str]) -> None:
    files = {path.relative_to(rules.ROOT).as_posix(): path.read_text("utf-8") for path in rules.product_files()}
    assert {name for name, source in files.items() if re.search(rf"(?<!\w){re.escape(word)}", source)} == places
