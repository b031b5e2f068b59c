"""What a program wrote, synced and sent, from its system calls: strace's log read as a list of acts in their order.

Only this file knows strace's words. An act has the lines at which its call began and had returned: what was written
before a sync began is on the disk once that sync has returned, and not before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from drivers.registers import AUTHORISATION, COMMAND, LEASE, CommandKind

LONGEST = 1 << 17
"""Bytes of one write that are kept: more than a page, or a whole log, ever has."""
CALLS = "openat,write,pwrite64,fdatasync,fsync,ftruncate,unlink,unlinkat,rename"
BY_NAME = ("openat", "unlink", "unlinkat", "rename")
"""Calls that name a path and not a descriptor."""
SUFFIXES = ("", "-wal", "-journal")
"""Of the ledger's files those that must survive."""
Kind = Literal["create", "write", "truncate", "sync", "sync folder", "unlink", "send", "memory"]
URGENT = frozenset({CommandKind.STOP, CommandKind.VOID, CommandKind.RETRACT})
"""Commands that take back and may be sent without waiting for a disk (LED-3)."""

_LINE = re.compile(r"^(\d+) +(\d+\.\d+) (.*)$")
_UNFINISHED = re.compile(r"^(\w+)\((.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$")
_WHOLE = re.compile(r"^(\w+)\((.*)\) += (-?\d+)(.*)$")
_HEX = re.compile(r"\\x([0-9a-f]{2})")


class Act(msgspec.Struct, frozen=True):
    """One call that matters. `data` is what was written; `offset` where, or the new length of a truncation."""

    kind: Kind
    path: str
    at: float
    """Seconds of the wall clock at which the call began."""
    began: int
    ended: int
    offset: int = 0
    data: bytes = b""


def strace(log: Path, *, calls: str = CALLS) -> tuple[str, ...]:
    """The command that runs another one and records it."""
    return (
        "strace", "-f", "-ttt", "--seccomp-bpf", "-y", "-xx", "-s", str(LONGEST), "-e", f"trace={calls}",
        "-o", str(log),
    )  # fmt: skip


def _bytes(text: str) -> bytes:
    """A string of strace's -xx: every byte as \\xNN."""
    return bytes.fromhex(text.replace("\\x", ""))


def _plain(text: str) -> str:
    return _HEX.sub(lambda found: chr(int(found[1], 16)), text)


class _Call(msgspec.Struct):
    name: str
    words: str
    result: int
    thread: str
    at: float
    began: int
    ended: int


def _calls(log: Path) -> Iterator[_Call]:
    """Every call that returned, with its words put together again, in the order of their return."""
    open_calls: dict[str, tuple[str, str, float, int]] = {}
    with log.open() as lines:
        for number, line in enumerate(lines):
            found = _LINE.match(line.rstrip("\n"))
            if found is None:
                continue
            thread, at, rest = found[1], float(found[2]), found[3]
            unfinished = _UNFINISHED.match(rest)
            if unfinished:
                open_calls[thread] = (unfinished[1], unfinished[2], at, number)
                continue
            began, resumed = number, _RESUMED.match(rest)
            if resumed:
                name, words, at, began = open_calls.pop(thread)
                rest = f"{name}({words}{resumed[2]}"
            whole = _WHOLE.match(rest)
            if whole:
                yield _Call(whole[1], whole[2], int(whole[3]), thread, at, began, number)


def acts(log: Path, ledger: Path, *, existing: Iterable[Path] = ()) -> list[Act]:
    """What was done to the ledger's files and sent to the injector, in its order.

    `existing` are the files that were there before. The shared-memory file is left out: SQLite rebuilds it, and nothing
    of it has to survive.
    """
    names = {f"{ledger}{suffix}" for suffix in SUFFIXES}
    found: list[Act] = []
    seen = {str(path) for path in existing}
    for call in _calls(log):
        act = _act(call, names, str(ledger.parent), seen)
        if act is not None:
            found.append(act)
    # A frame may be read as soon as its write began; anything else counts once it has returned.
    return sorted(found, key=lambda act: act.began if act.kind == "send" else act.ended)


def call_counts(log: Path, paths: Iterable[Path]) -> dict[str, int]:
    """How often each call was about one of these paths, in the thread that did it most often."""
    names = {str(path) for path in paths}
    by_thread: Counter[tuple[str, str]] = Counter()
    for call in _calls(log):
        words = call.words.split(", ")
        named = [word for word in words[:2] if word.startswith('"')]
        path = _plain(named[0].strip('"')) if named and call.name in BY_NAME else _target(call.words)[0]
        if path in names:
            by_thread[call.name, call.thread] += 1
    most: dict[str, int] = {}
    for (name, _), times in by_thread.items():
        most[name] = max(times, most.get(name, 0))
    return most


def _act(call: _Call, names: set[str], folder: str, seen: set[str]) -> Act | None:
    if call.result < 0:
        return None
    common = (call.at, call.began, call.ended)
    if call.name == "openat":
        path = _plain(call.words.split(", ")[1].strip('"'))
        new = path in names and path not in seen and "O_CREAT" in call.words
        if path in names:
            seen.add(path)
        return Act("create", path, *common) if new else None
    if call.name in ("unlink", "unlinkat"):
        path = _plain(next(word for word in call.words.split(", ") if word.startswith('"')).strip('"'))
        seen.discard(path)
        return Act("unlink", path, *common) if path in names else None
    path, words = _target(call.words)
    if call.name in ("fdatasync", "fsync"):
        kind: Kind = "sync" if path in names else "sync folder"
        return Act(kind, path, *common) if path in names or path == folder else None
    if call.name == "ftruncate":
        return Act("truncate", path, *common, offset=int(words[-1])) if path in names else None
    if call.name == "pwrite64" and path in names:
        return Act("write", path, *common, offset=int(words[-1]), data=_bytes(words[1].strip('"'))[: call.result])
    if call.name == "write" and path in names:
        raise ValueError(f"a write without an offset into {path}: this reader does not follow file positions")
    if call.name == "write" and "/pts/" in path:
        return Act("send", path, *common, data=_bytes(words[1].strip('"'))[: call.result])
    return None


def _target(words: str) -> tuple[str, list[str]]:
    """The path of the descriptor that a call is about, and the call's words."""
    parts = words.split(", ")
    return _plain(parts[0].partition("<")[2].rstrip(">")), parts


def memory_writes(log: Path, memory: Path) -> list[Act]:
    """What the bench wrote into the injector's memory."""
    found: list[Act] = []
    for call in _calls(log):
        path, words = _target(call.words)
        if call.name == "pwrite64" and path == str(memory) and call.result >= 0:
            data = _bytes(words[1].strip('"'))[: call.result]
            found.append(Act("memory", path, call.at, call.began, call.ended, int(words[-1]), data))
    return found


class Sent(msgspec.Struct, frozen=True):
    """What a frame says: function 23 or 16, the block that it writes."""

    address: int
    body: bytes


def frame(data: bytes) -> Sent | None:
    """The block that a request writes, None when it only reads."""
    if len(data) > 11 and data[1] == 0x17:
        return Sent(int.from_bytes(data[6:8], "big"), data[11:-2])
    if len(data) > 7 and data[1] == 0x10:
        return Sent(int.from_bytes(data[2:4], "big"), data[7:-2])
    return None


def moving_ids(sends: Iterable[Act]) -> Iterator[tuple[Act, int]]:
    """Each authorisation and each command that is not urgent, with its id: what LED-1 is about."""
    for act in sends:
        sent = frame(act.data)
        if sent is None:
            continue
        told = sent.address == COMMAND.address and int.from_bytes(sent.body[4:6], "big") not in URGENT
        if told or sent.address == AUTHORISATION.address:
            yield act, int.from_bytes(sent.body[:4], "big")


def cursor(sends: Iterable[Act]) -> int:
    """The greatest cursor that went out: all below was acknowledged to the controller."""
    found = [1]
    for act in sends:
        sent = frame(act.data)
        if sent is not None and sent.address == LEASE.address:
            found.append(LEASE.decode(sent.body).cursor)
    return max(found)
