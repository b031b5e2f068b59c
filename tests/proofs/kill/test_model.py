"""The model of a disk that loses its supply, and the reading of strace's log."""

from __future__ import annotations

import random
from pathlib import Path

from tests.proofs.kill.power import SECTOR, Disk
from tests.proofs.kill.recording import Act, Kind, acts, call_counts, frame

FILE = "/d/x.sqlite"


def act(kind: Kind, line: int, *, offset: int = 0, data: bytes = b"", path: str = FILE) -> Act:
    return Act(kind, path, float(line), line, line, offset, data)


def test_what_no_sync_covered_may_be_lost_or_there_or_torn() -> None:
    disk = Disk({FILE: b"old" * 1000})
    disk.play(act("write", 1, data=b"n" * 3000))
    assert disk.cut(None)[FILE] == b"old" * 1000
    seen = {disk.cut(random.Random(seed))[FILE] for seed in range(60)}
    assert b"old" * 1000 in seen
    assert b"n" * 3000 in seen
    torn = [content for content in seen if content not in (b"old" * 1000, b"n" * 3000)]
    assert torn
    for content in torn:
        pieces = [content[start : start + SECTOR] for start in range(0, len(content), SECTOR)]
        before = [(b"old" * 1000)[start : start + SECTOR] for start in range(0, 3000, SECTOR)]
        assert all(piece in (old, b"n" * len(piece)) for piece, old in zip(pieces, before, strict=True))


def test_what_a_returned_sync_covers_is_there() -> None:
    disk = Disk({FILE: b""})
    disk.play(act("write", 1, data=b"kept"))
    disk.play(Act("sync", FILE, 2.0, 2, 5))
    disk.play(Act("write", FILE, 3.0, 3, 4, 4, b"late"))
    assert disk.cut(None)[FILE] == b"kept"
    assert all(disk.cut(random.Random(seed))[FILE].startswith(b"kept") for seed in range(20))


def test_a_write_that_had_not_returned_when_the_sync_began_is_not_covered() -> None:
    disk = Disk({FILE: b""})
    disk.play(Act("write", FILE, 1.0, 1, 3, 0, b"late"))
    disk.play(Act("sync", FILE, 2.0, 2, 4))
    assert disk.cut(None)[FILE] == b""


def test_a_new_file_is_there_for_certain_once_its_folder_was_synced() -> None:
    disk = Disk({})
    disk.play(act("create", 1))
    disk.play(act("write", 2, data=b"x"))
    disk.play(act("sync", 3))
    assert disk.cut(None) == {}
    disk.play(act("sync folder", 4, path="/d"))
    assert disk.cut(None) == {FILE: b"x"}
    disk.play(act("unlink", 5))
    assert disk.cut(None) == {FILE: b"x"}
    assert {} in [disk.cut(random.Random(seed)) for seed in range(20)]


def hexed(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


def test_a_call_that_another_thread_interrupts_is_put_together_again(tmp_path: Path) -> None:
    ledger = tmp_path / "l.sqlite"
    name = hexed(f"{ledger}-wal")
    log = tmp_path / "log"
    log.write_text(
        f'7 1.0 openat(AT_FDCWD</x>, "{name}", O_RDWR|O_CREAT, 0640) = 5<{name}>\n'
        f'7 1.1 pwrite64(5<{name}>, "{hexed("ab")}", 2, 40 <unfinished ...>\n'
        f'8 1.2 write(4</dev/pts/3>, "{hexed("frame")}", 5) = 5\n'
        f"7 1.3 <... pwrite64 resumed>) = 2\n"
        f"7 1.4 fdatasync(5<{name}>) = -1 EIO (Input/output error)\n"
        f"7 1.5 fdatasync(5<{name}>) = 0\n",
        "utf-8",
    )
    found = acts(log, ledger)
    assert [(entry.kind, entry.began, entry.ended) for entry in found] == [
        ("create", 0, 0), ("send", 2, 2), ("write", 1, 3), ("sync", 5, 5),
    ]  # fmt: skip
    assert (found[2].offset, found[2].data) == (40, b"ab")
    assert call_counts(log, [Path(f"{ledger}-wal")]) == {"openat": 1, "pwrite64": 1, "fdatasync": 2}


def test_a_frame_says_which_block_it_writes() -> None:
    request = bytes([1, 0x17, 1, 0, 0, 50, 0x10, 0x10, 0, 2, 4]) + b"body" + b"cc"
    sent = frame(request)
    assert sent is not None
    assert (sent.address, sent.body) == (0x1010, b"body")
    assert frame(b"\x01\x04\x00\x00\x00\x10cc") is None
