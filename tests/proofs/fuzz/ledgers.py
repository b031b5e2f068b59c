"""Mutated ledgers and memories of the simulated controller: damaged files are named, and a changed row is never good.

A ledger's bytes are spoiled, or its rows are changed by somebody with a database program; then everything that opens a
ledger opens it. What still opens and calls itself good must hold the rows that were written, and no other.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import struct
import traceback
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import hal_sim.journal as journal
from drivers.errors import NappageError
from drivers.registers import CALIBRATION, IDENTITY, STATUS
from hal_sim.memory import SIZE, Memory
from hal_sim.rig import Rig
from kiosk.records import cli
from kiosk.records.ledger import Ledger
from tests.hal_sim.host import Host
from tests.proofs.fuzz import mutate
from tests.proofs.fuzz.parts import Notes, Told
from tests.records.sample import account, calibration, event, treatment

VALUES: tuple[object, ...] = (0, 1, -1, 2**31, 2**53, 2**63 - 1, -(2**63), "", "x", "é" * 50, "real", "done",
                              "unknown", "{}", '{"serial": "x"}', "[1]", "9999-99-99", None, b"", b"\xff" * 32, 0.5,
                              "x" * 5000)  # fmt: skip
WALL_MS = 1_790_000_000_000


@cache
def whole(folder: Path) -> tuple[bytes, tuple[tuple[object, ...], ...]]:
    """The bytes of a ledger with a treatment in it, and its rows."""
    path = folder / "whole.db"
    ledger = Ledger.open(path, "simulated", clock_wall_ms=lambda: WALL_MS, boot_id="boot-1")
    for row in (account(), calibration(), *treatment(20), event("note", session=0)):
        ledger.append([row])
    ledger.close()
    data, rows = path.read_bytes(), content(path)
    for left in folder.glob("whole.db*"):
        left.unlink()
    return data, rows


def content(path: Path) -> tuple[tuple[object, ...], ...]:
    """Every row of every table, read by SQLite alone."""
    with sqlite3.connect(path) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        found = tuple((table, *row) for table in tables for row in db.execute(f"SELECT * FROM {table} ORDER BY 1"))
    db.close()
    return found


class Ledgers:
    """The part."""

    name = "ledgers"
    title = "databases, mutated"

    def __init__(self, folder: Path, size: int = 100) -> None:
        self.size = size
        self._folder = folder

    def batch(self, seed: int, number: int) -> Told:
        notes = Notes(self.name, seed, number)
        place = self._folder / f"ledgers-{number}"
        place.mkdir(exist_ok=True)
        data, rows = whole(place)
        for case in range(self.size):
            notes.case = case + 1
            path = place / "mutated.db"
            told = _spoil(notes.chance, path, data)
            spoiled = path.read_bytes()
            notes.digest.update(spoiled)
            self._open(notes, path, rows, told)
            for left in place.iterdir():
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        place.rmdir()
        return notes.told()

    def _open(self, notes: Notes, path: Path, rows: tuple[tuple[object, ...], ...], told: str) -> None:
        """Everything that opens a ledger: readers first, then the one writer."""
        data = told.encode() + b"\n" + path.read_bytes()
        out = path.parent / "out"
        good = False
        for what, act in _READINGS:
            said = _said(notes, what, data, lambda act=act: act(path, out))
            good = good or (what == "verify" and said == "good")
        if good and _other(path, rows):
            notes.find(f"it calls itself good and holds other rows ({told})", data)
        _said(notes, "write", data, lambda: _write(path))


def _other(path: Path, rows: tuple[tuple[object, ...], ...]) -> bool:
    """Whether the chained rows are others than those written; `version_from` and free pages are not chained."""
    try:
        return [row for row in content(path) if row[0] in _CHAINED] != [row for row in rows if row[0] in _CHAINED]
    except sqlite3.Error:
        return True


_CHAINED = frozenset({"session", "authorisation", "resolution", "shot", "event", "closing", "calibration", "account"})


def _said(notes: Notes, what: str, data: bytes, act: Callable[[], str]) -> str:
    try:
        said = act()
    except NappageError as error:
        said = error.code
        if not 400 <= error.number < 450 or len(str(error)) > 4000:
            notes.find(f"{what}: no error of the record, or too long: {str(error)[:300]}", data)
    except Exception:  # noqa: BLE001  whatever else is raised is what is looked for
        said = "crash"
        notes.find(f"{what}: {traceback.format_exc(limit=-5)}", data)
    notes.counts[f"{what}: {said}"] += 1
    notes.digest.update(said.encode())
    return said


def _verify(path: Path, _: Path) -> str:
    text, code = cli.verify_ledger(path)
    return {0: "good", 2: "lost or changed", 3: "sums disagree"}[code] if text else "no word"


def _export(form: str) -> Callable[[Path, Path], str]:
    def act(path: Path, out: Path) -> str:
        cli.export(path, 1, form, out)
        return "written"

    return act


def _listed(path: Path, _: Path) -> str:
    return "told" if cli.list_sessions(path) else "no word"


def _totalled(path: Path, _: Path) -> str:
    return "told" if cli.report_totals(path) else "no word"


_READINGS: tuple[tuple[str, Callable[[Path, Path], str]], ...] = (
    ("verify", _verify),
    ("sessions", _listed),
    ("report", _totalled),
    ("export json", _export("json")),
    ("export csv", _export("csv")),
)


def _write(path: Path) -> str:
    ledger = Ledger.open(path, "simulated", clock_wall_ms=lambda: WALL_MS + 1, boot_id="boot-2")
    try:
        restored = ledger.restore()
        ledger.accounts()
        ledger.patient("P-1042")
        if restored.verified != "good":
            return "opened, blocks"
        ledger.append([event("note", "After all that")])
        return "opened, good"
    finally:
        ledger.close()


# -- spoiling -------------------------------------------------------------------------------------------------------
def _spoil(chance: random.Random, path: Path, data: bytes) -> str:
    """Write a spoiled ledger; what was done to it, in words."""
    draw = chance.random()
    if draw < 0.45:
        path.write_bytes(_other_bytes(chance, data))
        return "bytes"
    path.write_bytes(data)
    return _other_rows(chance, path)


def _other_bytes(chance: random.Random, data: bytes) -> bytes:
    spoiled = bytearray(data)
    pages = len(data) // 4096
    match int(chance.random() * 6):
        case 0:  # bits anywhere
            for _ in range(1 + int(chance.random() * 40)):
                place = int(chance.random() * len(spoiled))
                spoiled[place] ^= 1 << int(chance.random() * 8)
        case 1:  # bits in the file's header and schema
            for _ in range(1 + int(chance.random() * 4)):
                spoiled[int(chance.random() * 200)] = chance.getrandbits(8)
        case 2:  # a page of zeros, of ones, or of anything
            at = 4096 * int(chance.random() * pages)
            spoiled[at : at + 4096] = (bytes(4096), b"\xff" * 4096, chance.randbytes(4096))[int(chance.random() * 3)]
        case 3:  # two pages swapped
            one, two = (4096 * int(chance.random() * pages) for _ in range(2))
            spoiled[one : one + 4096], spoiled[two : two + 4096] = data[two : two + 4096], data[one : one + 4096]
        case 4:
            del spoiled[int(chance.random() * len(spoiled)) :]
        case _:
            place = int(chance.random() * len(spoiled))
            spoiled[place : place + 64] = mutate.spoil(chance, data[place : place + 64] or b"\0", [data[:64]])
    return bytes(spoiled)


def _other_rows(chance: random.Random, path: Path) -> str:
    """What somebody with a database program does, triggers taken away first."""
    db = sqlite3.connect(path, isolation_level=None)
    statement = ""
    try:
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {trigger}")
        db.execute("PRAGMA foreign_keys = OFF")
        if chance.random() < 0.5:  # STRICT tables take no value of another kind unless the schema is rewritten
            db.execute("PRAGMA writable_schema = ON")
            db.execute("UPDATE sqlite_master SET sql = replace(replace(sql, ') STRICT', ')'), 'NOT NULL', '')")
            db.execute("PRAGMA writable_schema = RESET")
        statement, values = _statement(chance, db)
        db.execute(statement, values)
    except (sqlite3.Error, OverflowError) as error:
        return f"{statement} refused: {error}"
    finally:
        db.close()
    return statement


def _statement(chance: random.Random, db: sqlite3.Connection) -> tuple[str, tuple[object, ...]]:
    tables = [*sorted(_CHAINED), "ledger", "version_from"]
    table = tables[int(chance.random() * len(tables))]
    columns = [line[1] for line in db.execute(f"PRAGMA table_info({table})")]
    column = columns[int(chance.random() * len(columns))]
    value = VALUES[int(chance.random() * len(VALUES))]
    one = f"rowid = (SELECT rowid FROM {table} ORDER BY rowid LIMIT 1 OFFSET {int(chance.random() * 4)})"
    match int(chance.random() * 10):
        case 0 | 1 | 2 | 3 | 4:
            return f"UPDATE {table} SET {column} = ? WHERE {one}", (value,)
        case 5:
            return f"UPDATE {table} SET {column} = ?", (value,)
        case 6:
            return f"DELETE FROM {table} WHERE {one}", ()
        case 7:
            return f"DROP TABLE {table}", ()
        case 8:
            number = int(chance.random() * 4)
            return ("PRAGMA user_version = 0", "PRAGMA user_version = 99", "PRAGMA application_id = 1",
                    "PRAGMA user_version = -1")[number], ()  # fmt: skip
        case _:
            return f"ALTER TABLE {table} RENAME COLUMN {column} TO other", ()


# -- the controller's memory -----------------------------------------------------------------------------------------
class Memories:
    """The part: bytes of the memory spoiled, or its values with their CRC made right again."""

    name = "memories"
    title = "memories of the simulated controller, mutated"

    def __init__(self, folder: Path, size: int = 400) -> None:
        self.size = size
        self._folder = folder

    def batch(self, seed: int, number: int) -> Told:
        notes = Notes(self.name, seed, number)
        path = self._folder / f"memory-{number}"
        image = _image()
        for case in range(self.size):
            notes.case = case + 1
            data = _other_memory(notes.chance, image)
            path.write_bytes(data)
            notes.digest.update(data)
            try:
                said = _start(path)
            except Exception:  # noqa: BLE001  whatever is raised is what is looked for
                notes.find(traceback.format_exc(limit=-5), data)
                said = "crash"
            notes.counts[f"memory: {said}"] += 1
            notes.digest.update(said.encode())
        path.unlink()
        return notes.told()


@cache
def _image() -> bytes:
    host = Host()
    host.ready()
    host.stroke_at()
    host.do("trigger up")
    host.wait(1.0)
    return host.rig.memory.image()


def _other_memory(chance: random.Random, image: bytes) -> bytes:
    draw = chance.random()
    spoiled = bytearray(image)
    if draw < 0.1:
        return mutate.spoil(chance, image, [image])  # also other sizes
    if draw < 0.3:
        for _ in range(1 + int(chance.random() * 30)):
            spoiled[int(chance.random() * len(spoiled))] ^= 1 << int(chance.random() * 8)
        return bytes(spoiled)
    head = journal._HEAD.size
    for slot in (0, 1):  # both slots with the same other value, so that it is the one that counts
        at = journal._HEAD_AT + slot * (head + 8)
        values = list(journal._HEAD.unpack_from(spoiled, at + 4))
        values[int(chance.random() * len(values))] = 0
        place = int(chance.random() * len(values))
        code = journal._HEAD.format[1 + place]
        bits = {"B": 8, "H": 16, "I": 32, "i": 32, "Q": 64}[code]
        edges = (0, 1, 2, 511, 512, (1 << bits) - 1, (1 << bits) - 2, 1 << (bits - 1), chance.getrandbits(bits))
        value = edges[int(chance.random() * len(edges))] % (1 << bits)
        values[place] = value - (1 << bits) if code == "i" and value >= 1 << (bits - 1) else value
        journal._HEAD.pack_into(spoiled, at + 4, *values)
        body = bytes(spoiled[at : at + 4 + head])
        spoiled[at + 4 + head : at + 8 + head] = zlib.crc32(body).to_bytes(4, "big")
    if chance.random() < 0.4:
        at = journal._CALIBRATION_AT
        block = bytearray(spoiled[at : at + CALIBRATION.size])
        place = 4 * int(chance.random() * 11)
        block[place : place + 4] = (0, 1, 0xFFFF_FFFF, chance.getrandbits(32))[int(chance.random() * 4)].to_bytes(
            4, "big"
        )
        spoiled[at : at + CALIBRATION.size] = block[:-4] + zlib.crc32(block[:-4]).to_bytes(4, "big")
    return bytes(spoiled)


def _start(path: Path) -> str:
    """Start a device on it, ask who it is, and try to treat: nothing moves that was not counted."""
    try:
        memory = Memory(path)
    except ValueError as error:
        return f"refused: {str(error).split()[-1]}" if str(SIZE) not in str(error) else "refused: another size"
    try:
        rig = Rig(memory)
        rig.advance(1.0)
        identity = IDENTITY.decode(rig.read(1.0, IDENTITY.address, IDENTITY.registers))
        status = STATUS.decode(rig.read(1.0, STATUS.address, STATUS.registers))
        host = Host(memory=memory)
        moved = _try_to_treat(host)
        return f"starts, boot {'grows' if identity.boot_count else 'is 0'}, faults {status.faults:#06x}, {moved}"
    finally:
        memory.close()


def _try_to_treat(host: Host) -> str:
    """What a treatment would do, as far as the device lets it come."""
    from hal_sim.blocks import ModbusException

    try:
        host.ready()
        host.armed()
        host.do("trigger down")
        host.wait(0.6)
    except (ModbusException, AssertionError, struct.error):  # struct: no id is left above the one that it has
        return "refuses"
    return "treats"
