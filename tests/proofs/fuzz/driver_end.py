"""Mutated answers through the link and the injector of the driver: a value that can be believed, or a numbered error.

The far end knows the truth: what an honest device would have answered to each request. Whatever the driver returns must
follow from a sound frame of the right kind that arrived after its request, and must show that it belongs to it; what
another request was answered is never taken for the present one's.
"""

from __future__ import annotations

import struct
import traceback
from collections.abc import Callable

from drivers.errors import (
    BadFrame,
    CorruptBlock,
    LinkTimeout,
    MapMismatch,
    NappageError,
    NotAnInjector,
    PortGone,
    Refused,
)
from drivers.injector import ModbusInjector
from drivers.link import ModbusLink
from drivers.registers import (
    ANCHOR,
    ANCHOR_PAIR,
    CALIBRATION,
    IDENTITY,
    RECORD,
    STATUS,
    Anchor,
    AnchorPair,
    Calibration,
    Command,
    CommandKind,
    Identity,
    Status,
)
from drivers.stop import StopLatch
from tests.proofs.fuzz import frames, mutate
from tests.proofs.fuzz.corpus import authorisation, recorded
from tests.proofs.fuzz.frames import closed
from tests.proofs.fuzz.line import Arrivals, Line, link_on
from tests.proofs.fuzz.parts import Notes, Told

EXPECTED = (LinkTimeout, BadFrame, Refused, PortGone, CorruptBlock, MapMismatch, NotAnInjector)
"""What the protocol of the driver lets a caller expect; anything else that is raised is a crash."""
_IDENTITY = Identity(1, 256, 1001, 1, 6_000, 200_000, 9_000, 150, 20, 300, 250, 1, 0x5A5A_5A5A, 0, 0)
_CALIBRATION = Calibration(1, 0, 1_000_000, 5_422, 19_400, 35_750, 51_600, 1000, 1000, 1000, 2000, 0x5E1C)
_STATUS = Status(2, 0, 0x14, 2, 0, 0, 0, 0, 7, 70_000, 0, 1_900_000, 0, 24_000, 60_000, 0)
_RECORDS = bytes(2 * RECORD.size)
_PAIR = AnchorPair(9, b"b" * 32, 5, b"a" * 32)


class Truth:
    """An honest device without mechanics: what it would answer to a request, and what it has taken."""

    def __init__(self) -> None:
        self.echo = self.authorised = self.commanded = 0
        self.calibration = CALIBRATION.encode(_CALIBRATION)
        self.in_force = self.calibration
        self.pair = _PAIR

    def answer(self, request: bytes) -> bytes:
        function = request[1]
        address, words = struct.unpack_from(">HH", request, 2)
        if function == 16:
            return closed(request[:6])
        if function == 23:
            self._take(*struct.unpack_from(">H", request, 6), request[11:-2])
        data = self._read(address)[: 2 * words].ljust(2 * words, b"\0")
        return closed(bytes((1, function, len(data))) + data)

    def _take(self, address: int, block: bytes) -> None:
        match address:
            case frames.LEASE:
                self.echo = int.from_bytes(block[:2], "big")
            case frames.AUTHORISATION:
                self.authorised = int.from_bytes(block[:4], "big")
            case frames.COMMAND:
                self.commanded = int.from_bytes(block[:4], "big")
            case frames.CALIBRATION:
                self.calibration = block
            case frames.SELECT:
                self.in_force = self.calibration
            case _:
                anchor = ANCHOR.decode(block)
                self.pair = AnchorPair(anchor.row, anchor.sha256, self.pair.newest_row, self.pair.newest_sha256)

    def _read(self, address: int) -> bytes:
        match address:
            case 0x0000:
                return IDENTITY.encode(_IDENTITY)
            case 0x0040:
                return self.in_force
            case 0x1040:
                return self.calibration
            case 0x1080:
                return ANCHOR_PAIR.encode(self.pair)
            case _:
                shown = bytearray(_SHOWN)
                struct.pack_into(">HII", shown, 8, self.echo, self.authorised, self.commanded)
                return bytes(shown) + _RECORDS


_SHOWN = STATUS.encode(_STATUS)


class DriverEnd:
    """The part."""

    name = "driver"
    title = "frames to the driver, in process"

    def __init__(self, size: int = 2000) -> None:
        self.size = size

    def batch(self, seed: int, number: int) -> Told:
        notes = Notes(self.name, seed, number)
        line = Line()
        with link_on(line) as link:
            run = _Run(notes, line, link)
            for case in range(self.size):
                notes.case = case + 1
                run.one()
        return notes.told()


class _Run:
    def __init__(self, notes: Notes, line: Line, link: ModbusLink) -> None:
        self.notes, self.chance = notes, notes.chance
        self.line = line
        self.truth = Truth()
        self.number = 1000
        _, self.answers = recorded()
        self.past: list[bytes] = []
        """Honest answers to earlier requests, newest last."""
        self.present: list[tuple[bytes, bytes]] = []
        """Requests of the present call and their honest answers."""
        self.came = b""
        line.far = self._far
        self._plug(link)

    def _plug(self, link: ModbusLink | None = None) -> None:
        """A new connection; the line was silent before it, so that nothing asked on the old one still comes."""
        self.past.clear()
        self.present.clear()
        self.line.still()
        self.line.is_open = True
        self.line.broken = ""
        self.injector = ModbusInjector(link or ModbusLink("line", parity="N"), StopLatch())
        self.link: ModbusLink = self.injector._link  # type: ignore[assignment]

    # -- one case

    def one(self) -> None:
        notes, counts = self.notes, self.notes.counts
        self.present.clear()
        self.line.sent.clear()
        what, call, believe = self._ask()
        if self.chance.random() < 0.003:
            self.line.broken = ("poll", "read", "write", "waiting", "termios")[int(self.chance.random() * 5)]
        try:
            value = call()
        except EXPECTED as error:
            counts[f"{what}: {_kind(error)}"] += 1
            notes.digest.update(_kind(error).encode())
            self._judge_error(what, error)
        except Exception:  # noqa: BLE001  whatever else is raised is what is looked for
            notes.find(f"{what} raised {traceback.format_exc(limit=-4)}", self._heard())
            self._plug()
        else:
            counts[f"{what}: done"] += 1
            notes.digest.update(self.came)
            self._judge_value(what, believe(value))
        self._judge_sent(what)
        self.past += [answer for _, answer in self.present]
        del self.past[:-12]

    def _judge_value(self, what: str, doubt: str) -> None:
        """What was returned follows from a sound frame of the right kind, and from no other request's answer."""
        taken = bytes(self.line.taken)
        request, honest = self.present[-1]
        first = what == "exchange" and int.from_bytes(request[11:13], "big") == 1  # it only gives the counter's place
        if not frames.sound(taken) or taken[1] != request[1] or len(taken) != len(honest):
            self.notes.find(f"{what} believed what is no answer to it: {taken.hex()}", self._heard())
        elif taken[1] != 16 and taken[2] != len(taken) - 5:
            self.notes.find(f"{what} believed a wrong length: {taken.hex()}", self._heard())
        elif doubt and not first:
            self.notes.find(f"{what} believed it although {doubt}", self._heard())
        elif taken != honest and taken in self.past:
            if request[1] == 23:
                self.notes.find(f"{what} took the answer of an earlier request", self._heard())
            else:
                self.notes.counts["an earlier reading of the same registers was taken"] += 1
        elif taken != honest:
            self.notes.counts["another content in a sound answer was taken"] += 1

    def _judge_error(self, what: str, error: NappageError) -> None:
        if not str(error).startswith(f"{error.code}: "):
            self.notes.find(f"{what} has no clear error: {error}", self._heard())
        if isinstance(error, PortGone) or not self.line.is_open:
            self._plug()
        elif isinstance(error, Refused) and what in ("authorise", "command"):
            self._judge_refusal(what)

    def _judge_refusal(self, what: str) -> None:
        """ "Certainly not done" is never said of what an honest status, asked for after it, shows as taken."""
        request, honest = self.present[-1]
        if bytes(self.line.taken) == honest and request[1] in (3, 4):
            shown = struct.unpack_from(">II", honest, 13)[0 if what == "authorise" else 1]
            if shown == self.number:
                self.notes.find(f"{what} was called refused and had been taken", self._heard())

    def _judge_sent(self, what: str) -> None:
        """LNK-2: one request for each call; after a refusal one reading for its reason."""
        sent = self.line.sent
        if len(sent) > 2 or (len(sent) == 2 and sent[1][1] not in (3, 4)):
            self.notes.find(f"{what} sent {len(sent)} frames", b"".join(sent))

    def _heard(self) -> bytes:
        return self.came

    # -- what is asked

    def _ask(self) -> tuple[str, Callable[[], object], Callable[[object], str]]:
        """What is asked, the call, and what speaks against the value that it returned."""
        injector, chance = self.injector, self.chance
        draw = chance.random()
        if draw < 0.50:
            pedal = chance.random() < 0.2
            return "exchange", lambda: injector.exchange(pedal=pedal, cursor=1), self._echo
        self.number += 1
        number = self.number
        if draw < 0.64:
            block = authorisation(number)
            return "authorise", lambda: injector.authorise(block, 0), lambda _: self._shown(13, number)
        if draw < 0.77:
            command = Command(number, _KINDS[int(chance.random() * len(_KINDS))])
            return "command", lambda: injector.command(command, 0), lambda _: self._shown(17, number)
        return self._ask_rarely(number)

    def _ask_rarely(self, number: int) -> tuple[str, Callable[[], object], Callable[[object], str]]:
        injector = self.injector
        match int(self.chance.random() * 8):
            case 0 | 1:
                return "identity", injector.identity, _sane
            case 2:
                return "calibration", injector.calibration, lambda _: self._sealed()
            case 3:
                return "spare calibration", injector.spare_calibration, lambda _: self._sealed()
            case 4:
                return "anchors", injector.anchors, lambda _: ""
            case 5:
                anchor = Anchor(number, number.to_bytes(32, "big"))
                kept = ANCHOR.encode(anchor)
                return "write anchor", lambda: injector.write_anchor(anchor), lambda _: self._begins(kept)
            case 6:
                written = Calibration(number, *_FIGURES)
                kept = CALIBRATION.encode(written)
                return "write calibration", lambda: injector.write_calibration(written), lambda _: self._begins(kept)
            case _:
                self.truth.calibration = CALIBRATION.encode(Calibration(number, *_FIGURES))
                first = number.to_bytes(4, "big")
                return (
                    "select calibration",
                    lambda: injector.select_calibration(number),
                    lambda _: self._sealed() or self._begins(first),
                )

    def _payload(self) -> bytes:
        return bytes(self.line.taken[3:-2])

    def _echo(self, _: object) -> str:
        return "" if self._payload()[8:10] == self.present[-1][0][11:13] else "it does not echo this lease"

    def _shown(self, at: int, number: int) -> str:
        shown = bytes(self.line.taken[at : at + 4])
        return "" if shown == number.to_bytes(4, "big") else "it does not show this id"

    def _sealed(self) -> str:
        data = self._payload()
        return "" if frames.sealed(data) == data else "its seal is broken"

    def _begins(self, kept: bytes) -> str:
        return "" if self._payload().startswith(kept) else "it does not show what was written"

    # -- what arrives

    def _far(self, request: bytes) -> Arrivals:
        honest = self.truth.answer(request)
        self.present.append((request, honest))
        self.notes.digest.update(request)
        arrivals = self._spoiled(request, honest)
        self.came = b"".join(data for _, data in arrivals)
        return arrivals

    def _spoiled(self, request: bytes, honest: bytes) -> Arrivals:
        chance = self.chance
        draw = chance.random()
        if draw < 0.34:
            return [(0.003, honest if draw < 0.08 else mutate.spoil(chance, honest, self.answers))]
        if draw < 0.50:
            spoiled = mutate.spoil(chance, honest, self.answers)
            return [(0.003, closed(spoiled[:-2]) if len(spoiled) > 4 else spoiled)]
        if draw < 0.76:
            return [(0.003, self._other_content(honest) if draw < 0.70 else self._exception(request))]
        if draw < 0.84:
            return self._earlier(honest)
        return self._at_other_times(honest)

    def _at_other_times(self, honest: bytes) -> Arrivals:
        """Late or never, twice, in two pieces, or among noise."""
        chance = self.chance
        match int(chance.random() * 16):
            case 0 | 1 | 2 | 3 | 4 | 5:
                late = chance.random() ** 2 * 0.2
                return [] if late < 0.005 else [(late, honest)]
            case 6 | 7 | 8 | 9:
                return [(0.003, honest), (0.003 + chance.random() * 0.06, honest)]
            case 10 | 11 | 12:
                place = int(chance.random() * len(honest))
                return [(0.003, honest[:place]), (0.003 + chance.random() ** 2 * 0.05, honest[place:])]
            case _:
                noise = chance.randbytes(1 + int(chance.random() ** 2 * 30))
                return [(0.001, noise), (0.003, honest)] if chance.random() < 0.5 else [(0.003, honest + noise)]

    def _other_content(self, honest: bytes) -> bytes:
        """A frame that is right in everything but what it says."""
        chance = self.chance
        spoiled = bytearray(honest[:-2])
        for _ in range(1 + int(chance.random() * 3)):
            place = 3 + int(chance.random() * (len(spoiled) - 3))
            draw = chance.random()
            if draw < 0.5:
                spoiled[place] ^= 1 << int(chance.random() * 8)
            else:
                width = min(4, len(spoiled) - place)
                value = mutate.EDGES_32[int(chance.random() * len(mutate.EDGES_32))]
                spoiled[place : place + width] = value.to_bytes(4, "big")[:width]
        return closed(bytes(spoiled))

    def _exception(self, request: bytes) -> bytes:
        chance = self.chance
        function = request[1] if chance.random() < 0.8 else (1, 3, 4, 6, 16, 23)[int(chance.random() * 6)]
        code = 1 + int(chance.random() * 4) if chance.random() < 0.8 else chance.getrandbits(8)
        frame = closed(bytes((1 if chance.random() < 0.9 else 2, function | 0x80, code)))
        return frame if chance.random() < 0.9 else frame[:-1] + bytes((frame[-1] ^ 0x10,))

    def _earlier(self, honest: bytes) -> Arrivals:
        """The answers of earlier requests: instead of this one's, before it, or after it."""
        chance = self.chance
        if not self.past:
            return [(0.003, honest)]
        # The newest is the likeliest: a bridge that lets one answer wait for the next request.
        stale = self.past[-1 - int(chance.random() ** 2 * len(self.past))]
        match int(chance.random() * 4):
            case 0:
                return [(0.003, stale)]
            case 1:
                return [(0.003, stale + honest)]
            case 2:
                return [(0.002, stale), (0.004, honest)]
            case _:
                return [(0.003, honest), (0.004 + chance.random() * 0.06, stale)]


def _sane(identity: object) -> str:
    """The caps of the device as they stand in the design: an identity that says more is none."""
    assert isinstance(identity, Identity)
    sane = (
        identity.map_version == 1,
        0 < identity.serial < 0xFFFF_FFFF,
        50 <= identity.cap_depth_um <= 6000,
        1000 <= identity.cap_dose_nl <= 200_000,
        500 <= identity.cap_rate_mhz <= 9000,
        50 <= identity.lease_ms <= 150,
    )
    return "" if all(sane) else f"no injector has such figures: {identity}"


def _kind(error: NappageError) -> str:
    why = str(error.facts.get("why", ""))
    return f"{type(error).__name__} {''.join(c for c in why if not c.isdigit())}".strip()


_KINDS = (CommandKind.NONE, CommandKind.HOME, CommandKind.RETRACT, CommandKind.STOP, CommandKind.VOID,
          CommandKind.CLEAR_FAULTS, CommandKind.NEEDLE_CHANGED)  # fmt: skip
_FIGURES = (0, 1_000_000, 5_422, 19_400, 35_750, 51_600, 1000, 1000, 1000, 2000, 0x5E1C)
