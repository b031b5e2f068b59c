"""The parts of the proof as they run side by side, each in processes of its own, and what they count."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from kiosk.protocols.library import load
from tests.proofs.kill import faults, fulldisk
from tests.proofs.kill.case import Case, Tally
from tests.proofs.kill.figures import Figures
from tests.proofs.kill.invariants import Found
from tests.proofs.kill.lane import Lane, ProofFailed
from tests.proofs.kill.order import PRODUCT, UNSYNCED, first_start, recorded, sends, unsafe_sends
from tests.proofs.kill.plan import plan
from tests.proofs.kill.power import Recording, cuts, replay, syncs
from tests.proofs.kill.practitioner import Practitioner
from tests.proofs.kill.session import first_session, no_blow, prepared

KILLS_EACH = 50
"""Kills of one case: its treatment goes on over all of them."""
INJECTIONS_SHORT, FIRST_SHORT, VARIANTS_SHORT, VARIANTS = 12, 6, 3, 40
REACHED = 0.75
"""Share of the planned calls that have to come, or nothing is proved: sessions differ by a few calls, not by many."""
SCRATCH = "/dev/shm"
"""Where rebuilt files are opened: the model of the disk lies in the bytes, not in the file system below."""
W = TypeVar("W")


class Done(msgspec.Struct, frozen=True):
    """What one worker found. `why` is empty when all held; else `folder` holds what it left."""

    why: str
    folder: Path
    tally: Tally = msgspec.field(default_factory=Tally)
    outcomes: tuple[faults.Outcome, ...] = ()

    @property
    def so_far(self) -> str:
        """What it adds to the figures, in a few words."""
        return f": {self.tally.kills} kills, {self.tally.motions} motions" if self.tally.kills else ""


@contextmanager
def scratch(keep: list[bool], within: str | None = None) -> Generator[Path]:
    """A folder with a short path, which goes unless `keep` holds something at the end."""
    folder = Path(tempfile.mkdtemp(prefix="nk-", dir=within if within and Path(within).is_dir() else None))
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _each(figures: Figures, work: Sequence[W], act: Callable[[W], Done], name: Callable[[W], str]) -> list[Done]:
    """Every piece of work, so many side by side as there are lanes."""
    found: list[Done] = []
    with ProcessPoolExecutor(figures.lanes) as pool:
        running = {pool.submit(act, piece): piece for piece in work}
        for future in as_completed(running):
            done = future.result()
            found.append(done)
            figures.progress(f"  {len(found)} of {len(work)}{done.so_far}")
            if done.why:
                figures.fail(name(running[future]), done.why, done.folder)
                shutil.rmtree(done.folder, ignore_errors=True)
    figures.progress("")
    return found


# -- kills -------------------------------------------------------------------------------------------------------------
def one_case(work: tuple[int, int, int]) -> Done:
    """Number of the case, its seed, how many kills."""
    number, seed, count = work
    keep: list[bool] = []
    with scratch(keep) as folder:
        case = Case(folder, f"K{number}X", seed)
        try:
            return Done("", folder, case.run(plan(seed, count)))
        except ProofFailed as failed:
            keep.append(True)
            return Done(str(failed), folder, case.tally)


def kills(figures: Figures, short: bool) -> None:
    """SIGKILL at random instants."""
    del short
    whole, rest = divmod(figures.kills, KILLS_EACH)
    sizes = [KILLS_EACH] * whole + [rest] * bool(rest)
    figures.say(f"kills: {figures.kills} planned in {len(sizes)} cases")
    work = [(number, figures.seed * 1000 + number, count) for number, count in enumerate(sizes)]
    total = Tally()
    for done in _each(figures, work, one_case, lambda piece: f"case-{piece[0]}"):
        total.add(done.tally)
    figures.say(
        f"  {total.kills} kills of control by SIGKILL, {total.in_recovery} of them into a recovery; "
        f"{total.injector_cuts} power cuts of the injector, {total.torn_writes} within a write of its memory"
    )
    figures.say(
        f"  {total.recoveries} recoveries looked at; {total.sessions} sessions, {total.motions} motions, "
        f"{total.recovered} of them recovered, {total.uncertain} uncertain, {total.unattributed_nl} nL unattributed; "
        f"{total.rows} rows"
    )
    figures.say("  where they fell: " + ", ".join(f"{where} {n}" for where, n in Counter(total.fell).most_common()))


# -- order -------------------------------------------------------------------------------------------------------------
def order(figures: Figures, short: bool) -> None:
    """The disk at the instant of every send, and the same with synchronous=OFF."""
    del short
    keep: list[bool] = []
    with scratch(keep) as folder:
        try:
            with prepared(folder) as (lane, person):
                sound = recorded(lane, person, PRODUCT)
                broken = recorded(lane, person, UNSYNCED)
        except ProofFailed as failed:
            figures.fail("order", str(failed), folder)
            return
        unsafe, seen = unsafe_sends(sound), unsafe_sends(broken)
        figures.say(
            f"order: {len(sends(sound))} sends of what moves, {len(unsafe)} before their rows were on the disk; "
            f"with synchronous=OFF {len(seen)} of {len(sends(broken))} (negative control)"
        )
        if unsafe or not sends(sound):
            figures.fail("order", f"ids {unsafe} left before their rows were on the disk", folder)
        if not seen:
            figures.fail("order-control", "the broken product passed", folder)


# -- errors of the storage ---------------------------------------------------------------------------------------------
def some_injections(work: tuple[int, list[faults.Injection]]) -> Done:
    """One lane's share of the injections."""
    _, planned = work
    keep: list[bool] = []
    outcomes: list[faults.Outcome] = []
    with scratch(keep) as folder:
        try:
            with prepared(folder) as (lane, person):
                last = Found(())
                for injection in planned:
                    outcomes.append(faults.inject(lane, person, injection, last))
                    last = outcomes[-1].found
        except ProofFailed as failed:
            keep.append(True)
            return Done(str(failed), folder, outcomes=tuple(outcomes))
    return Done("", folder, outcomes=tuple(outcomes))


def some_first_injections(work: tuple[int, list[faults.Injection]]) -> Done:
    """A share of the injections into the making of a ledger, each with a device and a folder of its own."""
    outcomes: list[faults.Outcome] = []
    keep: list[bool] = []
    for injection in work[1]:
        with scratch(keep) as folder:
            try:
                with Lane(folder) as lane:
                    lane.start_bench()
                    person = Practitioner(lane, no_blow, "F")
                    outcomes.append(faults.inject(lane, person, injection, Found(()), play=first_session))
            except ProofFailed as failed:
                keep.append(True)
                return Done(str(failed), folder, outcomes=tuple(outcomes))
    return Done("", Path(), outcomes=tuple(outcomes))


def first_storage(figures: Figures, short: bool) -> None:
    """The same in the making of a ledger."""
    keep: list[bool] = []
    with scratch(keep) as folder, Lane(folder) as lane:
        lane.start_bench()
        counts = faults.counted(lane, Practitioner(lane, no_blow, "F"), first_session)
    _inject(figures, "the first start", counts, FIRST_SHORT if short else 0, some_first_injections)


def storage(figures: Figures, short: bool) -> None:
    """EIO and ENOSPC at the n-th call, for every n."""
    keep: list[bool] = []
    with scratch(keep) as folder:
        try:
            with prepared(folder) as (lane, person):
                counts = faults.counted(lane, person)
        except ProofFailed as failed:
            figures.fail("storage", str(failed), folder)
            return
    _inject(figures, "a session", counts, INJECTIONS_SHORT if short else 0, some_injections)
    first_storage(figures, short)


def _inject(
    figures: Figures,
    name: str,
    counts: dict[str, int],
    most: int,
    act: Callable[[tuple[int, list[faults.Injection]]], Done],
) -> None:
    """All injections, or at most `most` of them, spread over the lanes."""
    every = faults.injections(counts)
    planned = faults.spread(every, most) if most else every
    figures.say(f"storage: {name}: {len(planned)} of {len(every)} failing calls; it has {counts}")
    lots = figures.lanes * (1 if most else 8)  # small lots: a failed one leaves few untried
    work = [(number, planned[number::lots]) for number in range(lots) if planned[number::lots]]
    found = _each(figures, work, act, lambda piece: f"storage-{name.replace(' ', '-')}-{piece[0]}")
    outcomes = [outcome for done in found for outcome in done.outcomes]
    ways = Counter(outcome.how for outcome in outcomes)
    figures.say(f"  {len(outcomes)} tried: " + ", ".join(f"{how} {n}" for how, n in ways.most_common()))
    for (call, how), times in sorted(Counter((o.injection.call, o.how) for o in outcomes).items()):
        figures.say(f"    {call}: {how} {times}")
    reached = len(outcomes) - ways["not reached"]
    if reached < REACHED * len(outcomes):
        figures.fail("storage", f"{name}: only {reached} of {len(outcomes)} calls came before the session ended", None)
    numbers = sorted({code for outcome in outcomes for code in faults.codes(outcome.sentence)})
    figures.say(f"  told as {', '.join(numbers)}")


# -- power loss --------------------------------------------------------------------------------------------------------
def power(figures: Figures, short: bool) -> None:
    """Recorded writes up to each sync, and any part of what came after."""
    keep: list[bool] = []
    with scratch(keep) as folder, scratch(keep) as first_folder:
        try:
            with prepared(folder) as (lane, person):
                sound, broken = recorded(lane, person, PRODUCT), recorded(lane, person, UNSYNCED)
            first = first_start(first_folder)
        except ProofFailed as failed:
            figures.fail("power", str(failed), folder)
            return
        variants = VARIANTS_SHORT if short else VARIANTS
        _replay(figures, "a session", sound, folder, variants)
        _replay(figures, "the first start", first, folder, variants)
        _replay(figures, "synchronous=OFF (negative control)", broken, folder, variants, lossy=True)


def _replay(
    figures: Figures, name: str, recording: Recording, folder: Path, variants: int, *, lossy: bool = False
) -> None:
    keep: list[bool] = []
    with scratch(keep, SCRATCH) as rebuilt:
        found = replay(recording, cuts(recording, figures.seed, variants), rebuilt, load(folder / "profiles"))
        bad = [(cut, outcome) for cut, outcome in found if outcome.failures]
        figures.say(f"power: {name}: {len(found)} cuts over {len(syncs(recording.acts)) - 1} syncs, {len(bad)} bad")
        if lossy and not bad:
            figures.fail("power-control", "the broken product passed", None)
        if bad and not lossy:
            figures.fail("power", f"{name}, {bad[0][0]}: {'; '.join(bad[0][1].failures)}", rebuilt)


# -- a full disk -------------------------------------------------------------------------------------------------------
def full_disk(figures: Figures, short: bool) -> None:
    """A small file system that really fills, where one may be mounted."""
    del short
    keep: list[bool] = []
    with scratch(keep) as folder:
        try:
            figures.say(f"full disk: {fulldisk.fill(folder)}")
        except fulldisk.NotPermitted as why:
            figures.say(f"full disk: left out, {why}")
        except ProofFailed as failed:
            figures.fail("full-disk", str(failed), None)
