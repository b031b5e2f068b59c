"""Power loss, modelled: the ledger's files as a disk may hold them when the supply fails at any instant (LED-10).

What a returned sync covers is there. Of everything written since, any part may be: each write wholly, not at all, or
some of its 512-byte sectors, in any order. Folder entries that no sync of the folder covered are there up to some
point, for a file system's journal keeps their order. The rebuilt files are opened by the product's own code, which
settles them with the injector's memory as it was at that instant.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import deque
from pathlib import Path

import msgspec

from drivers.errors import NappageError
from drivers.injector import ModbusInjector
from drivers.stop import StopLatch
from hal_sim.blocks import ModbusException, NoAnswer
from hal_sim.memory import SIZE, Memory
from hal_sim.rig import Rig
from kiosk.access.demo import demo_rows
from kiosk.channel.snapshot import Snapshot
from kiosk.protocols.library import Library
from kiosk.records.ledger import Ledger
from kiosk.records.rows import Committed, Restored, WriteFailed
from kiosk.session.cycle import PERIOD_S, Cycle
from kiosk.session.engine import Engine
from kiosk.session.exchange import Answer
from kiosk.session.virtual import Clock, VirtualClerk, VirtualLedger, VirtualLink, VirtualPanel, VirtualSeat
from tests.proofs.kill.invariants import Device, Found, Known, look
from tests.proofs.kill.lane import journal_of
from tests.proofs.kill.recording import Act, cursor, moving_ids

SECTOR = 512
CYCLES_MOST = 400
"""Ten seconds of virtual time to settle in; it takes less than one."""
ALL, NONE, SOME = range(3)


class _File:
    """One file as it was written: what is on the disk for certain, and what may be."""

    def __init__(self, content: bytes = b"") -> None:
        self.certain = bytearray(content)
        self.pending: list[Act] = []

    def sync(self, began: int) -> None:
        """Everything that had returned before line `began` is on the disk."""
        for act in self.pending:
            if act.ended < began:
                _apply(self.certain, act, None)
        self.pending = [act for act in self.pending if act.ended >= began]

    def after_a_cut(self, chance: random.Random | None) -> bytes:
        """What the disk may hold; only what is certain without `chance`."""
        content = bytearray(self.certain)
        if chance is None:
            return bytes(content)
        fate = chance.randrange(3)  # a whole class of cuts loses all, or nothing: both ends are tried often
        for act in chance.sample(self.pending, len(self.pending)) if fate == SOME else self.pending:
            kept = fate if fate != SOME else chance.randrange(3)
            if kept != NONE:
                _apply(content, act, chance if kept == SOME else None)
        return bytes(content)


def _apply(content: bytearray, act: Act, torn: random.Random | None) -> None:
    """One write or truncation, `torn` choosing which sectors of it arrive."""
    if act.kind == "truncate":
        del content[act.offset :]
        content.extend(bytes(act.offset - len(content)))
        return
    end = act.offset + len(act.data)
    if torn is None:
        content.extend(bytes(max(0, end - len(content))))
        content[act.offset : end] = act.data
        return
    start = act.offset
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        if torn.random() < 0.5:
            content.extend(bytes(max(0, stop - len(content))))
            content[start:stop] = act.data[start - act.offset : stop - act.offset]
        start = stop


class Disk:
    """The ledger's files over a recording. `play` the acts in their order; `cut` whenever the supply shall fail."""

    def __init__(self, files: dict[str, bytes]) -> None:
        """`files` are those that were there, on the disk, before the recording began."""
        self._now = {path: _File(content) for path, content in files.items()}
        self._certain = dict(self._now)
        self._folder: list[tuple[Act, _File | None]] = []

    def play(self, act: Act) -> None:
        """The next act of the recording."""
        match act.kind:
            case "create":
                self._now[act.path] = _File()
                self._folder.append((act, self._now[act.path]))
            case "unlink":
                self._now.pop(act.path, None)
                self._folder.append((act, None))
            case "write" | "truncate":
                self._now[act.path].pending.append(act)
            case "sync":
                self._now[act.path].sync(act.began)
            case "sync folder":
                for entry, file in [entry for entry in self._folder if entry[0].ended < act.began]:
                    _enter(self._certain, entry, file)
                self._folder = [entry for entry in self._folder if entry[0].ended >= act.began]
            case _:
                return

    def cut(self, chance: random.Random | None) -> dict[str, bytes]:
        """The files that the disk may hold now; only what is certain without `chance`."""
        entries = dict(self._certain)
        arrived = 0 if chance is None else chance.randint(0, len(self._folder))
        for entry, file in self._folder[:arrived]:
            _enter(entries, entry, file)
        return {path: file.after_a_cut(chance) for path, file in entries.items()}


def _enter(entries: dict[str, _File], act: Act, file: _File | None) -> None:
    if file is None:
        entries.pop(act.path, None)
    else:
        entries[act.path] = file


class Recording(msgspec.Struct, frozen=True):
    """One recorded session: what was there before, and everything that was done."""

    ledger: Path
    files: dict[str, bytes]
    acts: list[Act]
    memory_before: bytes
    memory_writes: list[Act]
    known: Known
    """What was acknowledged before it began."""

    def memory_at(self, instant: float) -> bytes:
        """The injector's memory at an instant of the wall clock."""
        image = bytearray(self.memory_before.ljust(SIZE, b"\0"))
        for act in self.memory_writes[: bisect_right(self.memory_writes, instant, key=lambda act: act.at)]:
            image[act.offset : act.offset + len(act.data)] = act.data
        return bytes(image)

    def known_at(self, acts: list[Act]) -> Known:
        """What had gone out on the wire by the end of `acts`: ids of what moves, and the cursor."""
        sends = _sends(acts)
        ids = self.known.ids | {id_ for _, id_ in moving_ids(sends)}
        return msgspec.structs.replace(self.known, ids=ids, cursor=max(self.known.cursor, cursor(sends)))


def syncs(acts: list[Act]) -> list[int]:
    """How many acts there are up to and with each sync; the start before them."""
    return [0, *(place + 1 for place, act in enumerate(acts) if act.kind.startswith("sync"))]


class Cut(msgspec.Struct, frozen=True):
    """Where the supply fails: after so many acts; `seed` chooses what arrives, None lets nothing arrive."""

    after: int
    seed: str | None


def cuts(recording: Recording, seed: int, variants: int) -> list[Cut]:
    """For each sync: what is certain right after it, and `variants` cuts at random instants up to the next.

    And what is certain at each instant at which something left that may move the needle.
    """
    places = syncs(recording.acts)
    chance = random.Random(f"power {seed}")
    found: list[Cut] = []
    for place, until in zip(places, [*places[1:], len(recording.acts)], strict=True):
        found.append(Cut(place, None))
        found += [Cut(chance.randint(place, until), f"{seed} {place} {turn}") for turn in range(variants)]
    found += [Cut(place + 1, None) for place, act in enumerate(recording.acts) if any(moving_ids(_sends([act])))]
    return sorted(found, key=lambda cut: cut.after)


def _sends(acts: list[Act]) -> list[Act]:
    return [act for act in acts if act.kind == "send"]


def replay(recording: Recording, planned: list[Cut], folder: Path, library: Library) -> list[tuple[Cut, Found]]:
    """Every cut, rebuilt in `folder`, opened and settled by the product's own code, and looked at.

    `folder` is on a disk that forgets nothing; a memory file system is quickest.
    """
    disk, played = Disk(recording.files), 0
    found: list[tuple[Cut, Found]] = []
    for cut in planned:
        for act in recording.acts[played : cut.after]:
            disk.play(act)
        played = max(played, cut.after)
        files = disk.cut(None if cut.seed is None else random.Random(f"cut {cut.seed}"))
        here = folder / str(len(found))
        here.mkdir()
        for path, content in files.items():
            (here / Path(path).name).write_bytes(content)
        instant = recording.acts[cut.after - 1].at if cut.after else 0.0
        memory = recording.memory_at(instant)
        known = recording.known_at(recording.acts[: cut.after])
        outcome = settle(here / recording.ledger.name, memory, known, library)
        found.append((cut, outcome))
        if not outcome.failures:
            for path in here.iterdir():
                path.unlink()
            here.rmdir()
    return found


def settle(ledger: Path, memory: bytes, known: Known, library: Library) -> Found:
    """Open a ledger as control does after the supply came back, let it agree with the injector, and look."""
    kept = Memory()
    kept.write(0, memory)
    rig, clock = Rig(kept), Clock()
    try:
        opened = Ledger.open(ledger, "simulated", clock_wall_ms=lambda: 0, boot_id="after the cut")
    except NappageError as error:
        return Found((f"the ledger does not open: {error}",))
    try:
        restored = opened.restore()
        if not restored.accounts:
            opened.append(demo_rows(0))
        seen = _run_until_settled(opened, rig, clock, library)
    finally:
        opened.close()
    failures = [] if seen.link.connected else [f"ledger and injector do not agree: {seen.link.sentence}"]
    if seen.treat is not None and seen.treat.arming is not None:
        failures.append("an arming lives after the cut")
    journal = journal_of(kept.image())
    device = Device(journal.lifetime_shots, journal.lifetime_nl)
    found = look(ledger, device, journal.anchors(), known)
    return msgspec.structs.replace(found, failures=(*failures, *found.failures))


def _run_until_settled(ledger: Ledger, rig: Rig, clock: Clock, library: Library) -> Snapshot:
    latch = StopLatch()
    seat = VirtualSeat()
    engine = Engine(ledger.restore(), library, library.devices["reference"], simulated=True)
    told: deque[Committed | WriteFailed | Restored] = deque()
    cycle = Cycle(
        engine,
        VirtualPanel(rig, clock, latch),
        lambda: ModbusInjector(VirtualLink(rig, clock, ModbusException, NoAnswer, lambda: rig.plugged), latch),
        VirtualLedger(ledger, told.append),
        VirtualClerk(lambda ticket, _: Answer(ticket, False)),
        seat,
        lambda: (round(clock.now * 1000), True),
        realtime=True,
    )
    for _ in range(CYCLES_MOST):
        clock.now = round(clock.now + PERIOD_S, 6)
        rig.advance(clock.now)
        cycle.run(clock.now)
        while told:
            cycle.post(told.popleft())
        if seat.snapshot is not None and seat.snapshot.link.connected:
            break
    assert seat.snapshot is not None, "every cycle with effects publishes one"
    cycle.close()
    return seat.snapshot
