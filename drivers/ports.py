"""What the product may ask of its hardware: small Protocols, one for each ability, and the values they exchange.

The one thing only this file knows is how an `Authorisation` comes into being: through a mint that can be claimed once
in a process, and that the Envelope claims when it is imported.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NoReturn, Protocol, Self, TypeVar, final
from weakref import WeakKeyDictionary

import msgspec

from drivers.registers import (
    Anchor,
    AnchorPair,
    Calibration,
    Command,
    Identity,
    Mode,
    ShotRecord,
    Status,
    SyringeType,
)

_MADE_BY = "an Authorisation is made by an Envelope and by nothing else"


@final
class Authorisation:
    """A checked permission for a slice of an arming: so many shots, so deep, so much, for so long.

    Only the mint makes one. It cannot be constructed, copied, pickled or derived from; what was made by other means, or
    was changed behind its back, is refused by `redeem`, and so is one that was redeemed before.

    Attributes:
        id: Grows over the life of ledger and controller (LED-5).
        depth_um: Needle travel from the skin plate, um, a multiple of 50.
        dose_nl: Plunger displacement of each shot, nL, a multiple of 1000.
        shots: 1 to 20.
        interval_ms: Begin of a shot to begin of the next, 111 to 2000 ms.
        mode: Single, burst, continuous or bench.
        valid_ms: No stroke begins later than this after its acceptance.
        syringe_type, calibration_id, boot_count: What the controller must still have when it accepts.
    """

    __slots__ = (
        "__weakref__",
        "boot_count",
        "calibration_id",
        "depth_um",
        "dose_nl",
        "id",
        "interval_ms",
        "mode",
        "shots",
        "syringe_type",
        "valid_ms",
    )
    id: int
    depth_um: int
    dose_nl: int
    shots: int
    interval_ms: int
    mode: Mode
    valid_ms: int
    syringe_type: SyringeType
    calibration_id: int
    boot_count: int

    def __new__(cls, *_: object, **__: object) -> Self:
        raise TypeError(_MADE_BY)

    def __init_subclass__(cls) -> None:
        raise TypeError(_MADE_BY)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("an Authorisation never changes")

    def __reduce__(self) -> NoReturn:
        raise TypeError(_MADE_BY)

    def __repr__(self) -> str:
        return (
            f"Authorisation({self.id}: {self.shots} x {self.dose_nl} nL at {self.depth_um} um, "
            f"{Mode(self.mode).name.lower()})"
        )


FIELDS = ("id", "depth_um", "dose_nl", "shots", "interval_ms", "mode", "valid_ms", "syringe_type", "calibration_id",
          "boot_count")  # fmt: skip
"""What an Authorisation says, in the order of `Authorisation`'s attributes."""

_issued: WeakKeyDictionary[Authorisation, tuple[object, ...]] = WeakKeyDictionary()
"""What the mint made and nobody has redeemed yet, with the values it was made with."""


def redeem(authorisation: Authorisation) -> None:
    """Take one authorisation for sending; from then on it is spent (LNK-2: nothing that actuates is sent twice).

    Raises:
        TypeError: the mint did not make this very object, it was changed since, or it was redeemed before.
    """
    if type(authorisation) is not Authorisation:
        raise TypeError(f"only an Authorisation can be sent, not {type(authorisation).__name__}")
    made_with = _issued.pop(authorisation, None)
    if made_with is None:
        raise TypeError("this Authorisation was not made by an Envelope, or it was sent before")
    if made_with != _values(authorisation):
        raise TypeError("this Authorisation was changed after it was made")


def _values(authorisation: Authorisation) -> tuple[object, ...]:
    return tuple(getattr(authorisation, name) for name in FIELDS)


class Mint(Protocol):
    """Makes an Authorisation; held by the Envelope alone."""

    def __call__(  # noqa: PLR0913  one for each register
        self,
        *,
        id: int,
        depth_um: int,
        dose_nl: int,
        shots: int,
        interval_ms: int,
        mode: Mode,
        valid_ms: int,
        syringe_type: SyringeType,
        calibration_id: int,
        boot_count: int,
    ) -> Authorisation: ...


_claimed_by: list[str] = []


def claim_mint(claimant: str) -> Mint:
    """The mint, once in a process; `claimant` is the module's name.

    Raises:
        RuntimeError: it was claimed before.
    """
    if _claimed_by:
        raise RuntimeError(f"the mint of authorisations belongs to {_claimed_by[0]}, {claimant} cannot have it")
    _claimed_by.append(claimant)

    def mint(**values: object) -> Authorisation:
        made = object.__new__(Authorisation)
        for name in FIELDS:
            object.__setattr__(made, name, values[name])
        _issued[made] = _values(made)
        return made

    return mint


TO_THE_END = math.inf
"""The patience of whoever waits for an answer until its time is over."""
Content = TypeVar("Content")
Content_co = TypeVar("Content_co", covariant=True)


class Begun(Protocol[Content_co]):
    """A transaction that was begun: its request is on the wire, its answer is still to be taken, once.

    It is never abandoned and never sent again (LNK-2). Whoever begins another one on the same line waits first until
    this one is answered or its time is over.
    """

    @property
    def expires(self) -> float:
        """CLOCK_MONOTONIC seconds at which its time is over: 40 ms after it was sent."""
        ...

    @property
    def written(self) -> float:
        """CLOCK_MONOTONIC seconds at which the port had taken its last byte."""
        ...

    def take(self, within_s: float) -> Content_co | None:
        """What it was answered, or None when that is not there within `within_s` seconds; then it is asked for again.

        Raises:
            LinkTimeout: its own time is over; an answer that is there by then does not count any more.
            BadFrame, Refused, PortGone: see `Link`.
        """
        ...


def finished(begun: Begun[Content]) -> Content:
    """The answer, waited for until it is there or its time is over."""
    content = begun.take(TO_THE_END)
    assert content is not None, "to the end there is an answer or an error"
    return content


class Link(Protocol):
    """Carries whole blocks, as bytes in wire order, to and from the registers of one controller.

    Nothing here retries. Raises `LinkTimeout`, `BadFrame`, `Refused` (exception 01 to 04) or `PortGone`.
    """

    def read(self, address: int, registers: int) -> bytes: ...

    def write(self, address: int, data: bytes) -> None: ...

    def exchange(self, address: int, data: bytes, read_address: int, read_registers: int) -> bytes:
        """Function 23: write `data` at `address`, then read, in one transaction."""
        ...

    def close(self) -> None: ...


class CalibrationStore(Protocol):
    """The two calibration slots of the injector: one in force, one spare. Each call is one transaction."""

    def write_calibration(self, calibration: Calibration) -> None:
        """Write whole into the spare slot; it is not in force by that."""
        ...

    def spare_calibration(self) -> Calibration: ...

    def select_calibration(self, calibration_id: int) -> Calibration:
        """Put what the spare slot holds in force; what is in force then is returned."""
        ...


Leased = tuple[Status, tuple[ShotRecord, ...]]
"""What a lease is answered: the status, and up to two shot records."""


class Injector(CalibrationStore, Protocol):
    """The injector controller, block by block. Every call is one transaction and none is retried (LNK-2).

    A call waits for its answer; its `begin_...` does not, and the answer is taken from what it gives.
    """

    def identity(self) -> Identity: ...

    def calibration(self) -> Calibration: ...

    def exchange(self, *, pedal: bool, cursor: int) -> Leased:
        """Renew the lease and read status and up to two records from `cursor` (a lifetime number)."""
        ...

    def authorise(self, authorisation: Authorisation, epoch: int) -> None:
        """Send one authorisation unless the stop latch moved since `epoch`.

        Raises:
            TypeError: the mint did not make it, or it was given to an injector before (see `redeem`).
            StaleEpoch: a stop came in between; certainly not sent.
            Refused: the controller refused it; certainly not done.
            LinkTimeout, BadFrame, PortGone: unknown (LED-2).
        """
        ...

    def command(self, command: Command, epoch: int | None) -> None:
        """Send a command; one that moves something (home, prime, syringe changed) needs the epoch it was decided in.

        `RETRACT`, `STOP`, `VOID` and the rest take `epoch=None` and are sent whatever the latch says.
        """
        ...

    def anchors(self) -> AnchorPair: ...

    def write_anchor(self, anchor: Anchor) -> None: ...

    def begin_exchange(self, *, pedal: bool, cursor: int) -> Begun[Leased]:
        """`exchange`, begun: the status is as old as this question when its answer is taken."""
        ...

    def begin_authorise(self, authorisation: Authorisation, epoch: int) -> Begun[Status]:
        """`authorise`, begun: an error from here is an error of the sending, the rest comes when it is taken."""
        ...

    def begin_command(self, command: Command, epoch: int | None) -> Begun[Status]:
        """`command`, begun."""
        ...

    def begin_identity(self) -> Begun[Identity]:
        """`identity`, begun."""
        ...

    def begin_anchor(self, anchor: Anchor) -> Begun[AnchorPair]:
        """`write_anchor`, begun."""
        ...

    def fileno(self) -> int:
        """A descriptor that becomes readable when something comes from the injector; good until `close`."""
        ...

    def close(self) -> None: ...


class PanelInputs(msgspec.Struct, frozen=True):
    """Levels of the pins at one instant. A contact is true when closed; `stamp` is CLOCK_MONOTONIC seconds."""

    stop_a: bool
    stop_b: bool
    pedal_no: bool
    pedal_nc: bool
    feedback: bool
    enable: bool
    stamp: float


class PanelEdge(msgspec.Struct, frozen=True):
    """One edge of one pin, posted by the event thread; times are CLOCK_MONOTONIC seconds.

    `stamp`: when its callback had done its work. `at`: when the pin changed, by its factory; None if that is no time.
    For an opened stop contact, `was_on`: whether enable was on; `dropped`: whether it reads off by `stamp`.
    """

    signal: str
    closed: bool
    stamp: float
    at: float | None = None
    was_on: bool = False
    dropped: bool = False


class StopLatch(Protocol):
    """The one lock that a stop, an enable and a send take in turn, and the epoch that a stop moves."""

    @property
    def epoch(self) -> int: ...

    def raise_epoch(self, drop: Callable[[], None]) -> int:
        """Under the lock: move the epoch and call `drop`. Returns the new epoch."""
        ...

    def guarded(self, epoch: int, what: str, act: Callable[[], None]) -> None:
        """Under the lock: call `act` when the epoch is still `epoch`.

        Raises:
            StaleEpoch: a stop moved it.
        """
        ...


class Panel(Protocol):
    """Stop circuit, pedal, enable relay, beacon and buzzer."""

    def read(self) -> PanelInputs: ...

    def edges(self) -> list[PanelEdge]:
        """Edges since the last call, oldest first."""
        ...

    def enable(self, epoch: int) -> None:
        """Close the motor enable relay unless the stop latch moved since `epoch`.

        Raises:
            StaleEpoch: a stop came in between.
        """
        ...

    def disable(self) -> None: ...

    def stop(self) -> int:
        """What a stop edge does, asked for by software: epoch up, enable off. Returns the new epoch."""
        ...

    @property
    def epoch(self) -> int: ...

    def beacon(self, *, red: bool, yellow: bool, cyan: bool) -> None: ...

    def buzzer(self, hertz: int | None) -> None:
        """Sound a tone, or None for silence."""
        ...

    def alive(self) -> bool:
        """Whether the thread that delivers pin events still runs."""
        ...

    def close(self) -> None: ...


class Weight(msgspec.Struct, frozen=True):
    """One answer of a balance: micrograms, and whether the balance called it stable."""

    ug: int
    stable: bool


class Balance(Protocol):
    """A laboratory balance."""

    def weigh(self) -> Weight: ...

    def tare(self) -> None: ...

    def zero(self) -> None: ...

    def close(self) -> None: ...
