"""`nappage simulate`: one scenario from start to judgement, through the same engine, ledger and wire as a treatment.

Bench and control run as the processes that they always are; this one sits in the kiosk's seat. The exit code is 0 only
when the record is whole, every limit was kept and everything came as the scenario expects.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from drivers.injector import connect
from drivers.registers import AnchorPair
from drivers.stop import StopLatch
from kiosk.channel.snapshot import Snapshot
from kiosk.protocols.library import Library, load
from kiosk.records.connection import open_reader
from kiosk.records.exports import FORMATS, export_session
from kiosk.rehearsal.audit import Device, audit
from kiosk.rehearsal.console import Console
from kiosk.rehearsal.errors import SessionLeftOpen
from kiosk.rehearsal.person import Person
from kiosk.rehearsal.play import Play
from kiosk.rehearsal.scenario import Scenario, load_scenario
from kiosk.rehearsal.stage import Stage
from kiosk.rehearsal.telling import Progress, summary
from kiosk.shell import say
from kiosk.system.scheduling import LOOP, take_priority
from kiosk.system.storage import data_folder, ledger_path

FAILED = 1


def simulate(scenario: Path, out: Path, profiles: Path, *, kept: bool = True) -> int:
    """Play the scenario of a file; leave its record in `out`/data and its exports in `out`, unless `out` is not kept.

    Returns:
        0 when all is well; 1 when a limit was crossed, a record is missing or an expectation failed.

    Raises:
        NappageError: the scenario is wrong (E850 to E855), a process ended (E860), or the play came to a halt
            (E861 to E866). Nothing is left running in any case.
    """
    library = load(profiles)
    script = load_scenario(scenario, library)
    data = data_folder(out / "data")
    barrel_ml = library.syringes[script.syringe].barrel_nl // 1_000_000
    began = time.monotonic()
    with Stage(data, profiles, barrel_ml) as stage, Console(stage.console) as console:
        before = read_device(console)
        play = _play(script, library, stage, console, data)
        stage.end_control()
        after, anchors = read_device(console), read_anchors(stage.port)
    seconds = time.monotonic() - began
    ledger = ledger_path(data, simulated=True)
    found = audit(ledger, play.session, script.expect, before, after, anchors, realtime=realtime_permitted())
    summary(script.title, found, seconds, play.rearmed, say)
    if not kept:
        say("  wrote     nothing; --out FOLDER keeps the record and its exports")
    for path in export(ledger, play.session, out) if kept else ():
        say(f"  wrote     {path}")
    return FAILED if found.failures else 0


def _play(script: Scenario, library: Library, stage: Stage, console: Console, data: Path) -> Play:
    with Progress(script.planned, sys.stdout) as progress:
        ours = False

        def watch(snapshot: Snapshot) -> None:
            if ours and snapshot.treat is not None:
                progress.at(snapshot.treat.shot_count)

        progress.step("setting up")
        person = Person(stage, watch)
        try:
            if person.sees.session is not None:
                raise SessionLeftOpen(folder=data, session=person.sees.session.number)
            play = Play(person, console, script, library)
            play.prepare()
            ours = True
            for number, step in enumerate(script.steps, 1):
                progress.step(f"step {number} of {len(script.steps)}: {step.verb.replace('_', ' ')}")
                play.play(number, step)
        finally:
            person.close()
    return play


def read_device(console: Console) -> Device:
    """The injector's counters and the model's balance, as the bench tells them."""
    state, truth = json.loads(console.ask("state")), json.loads(console.ask("truth"))
    return Device(
        state["lifetime_shots"], state["lifetime_nl"], truth["outflow_nl"], truth["vented_nl"], truth["stored_nl"]
    )


def realtime_permitted() -> bool:
    """Whether a process of this user may have control's priority; asked in a thread, which keeps it to itself."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(take_priority, LOOP).result().permitted


def read_anchors(port: Path) -> AnchorPair:
    """What the injector keeps of the record, read over its serial line."""
    injector = connect(str(port), StopLatch(), parity="N")
    try:
        return injector.anchors()
    finally:
        injector.close()


def export(ledger: Path, session: int, out: Path) -> tuple[Path, ...]:
    """The session in every format."""
    db = open_reader(ledger)
    try:
        return tuple(export_session(db, session, form, out) for form in FORMATS)
    finally:
        db.close()
