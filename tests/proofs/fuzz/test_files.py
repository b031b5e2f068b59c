"""The short form of the fuzz of files, messages and terminals, and proof that it finds what is broken on purpose."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

import kiosk.channel.packets as packets
import kiosk.protocols.files as files
import kiosk.protocols.report as report
import kiosk.protocols.shelf as shelf
from hal_sim.build import Build
from kiosk.protocols.reading import Table, shaped
from kiosk.records import chain
from tests.proofs.fuzz.ledgers import Ledgers, Memories
from tests.proofs.fuzz.messages import Messages
from tests.proofs.fuzz.parts import Part
from tests.proofs.fuzz.profiles import Profiles
from tests.proofs.fuzz.run import quick_folder
from tests.proofs.fuzz.settings import Settings
from tests.proofs.fuzz.terminal import ToBench, ToDriver
from tests.proofs.fuzz.test_frames import found

PARTS: dict[str, Callable[[Path], Part]] = {
    "profiles": lambda folder: Profiles(folder, 300),
    "settings": lambda folder: Settings(folder, 300),
    "messages": lambda folder: Messages(folder, 1200),
    "ledgers": lambda folder: Ledgers(folder, 30),
    "memories": lambda folder: Memories(folder, 120),
    "bench": lambda folder: ToBench(folder, 60),
    "port": lambda folder: ToDriver(folder, 30),
}
REACHED = {
    "profiles": {"profile E204", "profile E205", "profile E206", "profile E207", "profile accepted", "scenario E853"},
    "settings": {"screen E808", "screen accepted", "backup E426", "certificate E254", "certificate accepted"},
    "messages": {"to control: malformed", "to control: understood", "to a client: E500", "nonsense: taken"},
    "ledgers": {"verify: E400", "verify: good", "write: E400"},
    "memories": {"memory: refused: another size"},
    "bench": {"dropped: no frame for this unit"},
    "port": {"BadFrame"},
}


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="nappage-fuzz-", dir=quick_folder()) as place:
        yield Path(place)


@pytest.mark.requirement("LIM-9", "ACC-5", "LED-11", "LNK-1")
@pytest.mark.parametrize("name", PARTS)
def test_no_mutated_file_message_or_frame_ends_in_a_crash(folder: Path, name: str) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # pytest shows it with a failure
    told = PARTS[name](folder).batch(seed, 1)
    assert not told.findings, told.findings[0]
    assert REACHED[name] <= set(told.counts), f"not reached: {REACHED[name] - set(told.counts)}"


@pytest.mark.parametrize("name", ["profiles", "settings", "messages", "ledgers", "memories"])
def test_the_same_seed_is_the_same_run(folder: Path, name: str) -> None:
    first, again = (PARTS[name](folder).batch(5, 2) for _ in range(2))
    assert (first.digest, first.counts) == (again.digest, again.counts)


# -- negative controls


def lenient() -> dict[str, type[msgspec.Struct]]:
    """The files' shapes without "unknown keys are refused", by the names of the strict ones."""
    kinds = [kind for kind in vars(files).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
    return {
        kind.__name__: msgspec.defstruct(
            kind.__name__,
            [(field.name, field.type, field.default) if not field.required else (field.name, field.type)
             for field in msgspec.structs.fields(kind)],
            frozen=True,
        )
        for kind in kinds
        if kind.__module__ == files.__name__
    }  # fmt: skip


def a_reader_that_takes_any_key(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = lenient()

    def careless(path: Path, raw: Table, shape: type[msgspec.Struct]) -> msgspec.Struct:
        return shaped(path, raw, kinds.get(shape.__name__, shape))

    monkeypatch.setattr(shelf, "shaped", careless)


def a_reader_that_reports_nothing_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(path: Path) -> Table:
        import tomllib

        return tomllib.loads(path.read_text())

    monkeypatch.setattr(report, "read", careless)


def a_channel_that_trusts_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packets, "_UNREADABLE", (msgspec.DecodeError, RecursionError))


def a_chain_that_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    digests: dict[int, bytes] = {}

    def believed(previous: bytes, table: str, row: int, *_: object) -> bytes:
        return digests.get(row, previous)

    real = chain.rows_from

    def remembered(*asked: object) -> object:
        for found_row in real(*asked):  # type: ignore[arg-type]
            digests[found_row.row] = found_row.hash
            yield found_row

    monkeypatch.setattr(chain, "rows_from", remembered)
    monkeypatch.setattr(chain, "link", believed)


def a_controller_that_takes_any_calibration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Build, "plausible", lambda self, calibration: True)


@pytest.mark.parametrize(
    ("name", "plant"),
    [
        ("profiles", a_reader_that_takes_any_key),
        ("profiles", a_reader_that_reports_nothing_of_its_own),
        ("messages", a_channel_that_trusts_texts),
        ("ledgers", a_chain_that_is_not_looked_at),
        ("memories", a_controller_that_takes_any_calibration),
    ],
)
def test_what_is_broken_on_purpose_is_found(
    monkeypatch: pytest.MonkeyPatch, folder: Path, name: str, plant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    plant(monkeypatch)
    assert found(PARTS[name](folder), 8)
