"""The play-throughs by real touches as a command, and the judgement on what a treatment left behind.

`nappage run --simulated --demo` starts it beside bench, control and kiosk, on a display of its own. It leaves pictures,
record and PDF, and exits with 0 only if the record verifies and holds what was played. What a calibration leaves,
`calibrated` judges.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from drivers.errors import NappageError
from kiosk.records import chain
from kiosk.records.connection import open_reader, run, spoken
from kiosk.records.exports import export_session
from kiosk.records.session_record import SessionRecord, read_session
from kiosk.rehearsal import calibrated
from kiosk.rehearsal.by_touch import BURST, PEDAL, SINGLE, Treatment
from kiosk.rehearsal.calibration import Calibration
from kiosk.rehearsal.console import Console
from kiosk.rehearsal.errors import PlayedWrong
from kiosk.rehearsal.touch import Glass
from kiosk.system.storage import ledger_path

REFUSED = 2


def judge(record: SessionRecord, verdict: chain.Verdict, played: Treatment) -> None:
    """Whether the record is what was played.

    Raises:
        PlayedWrong: E873.
    """
    planned = SINGLE + BURST + played.stopped_at + PEDAL
    shots = len(record.treatment)
    why = ""
    if verdict.blocks or verdict.totals:
        why = "; ".join((verdict.sentence, *verdict.totals))
    elif not planned == played.shots == shots:
        why = f"{planned} shots were played, {played.shots} counted by the injector, {shots} recorded"
    elif record.closing is None or record.closing.value.shots != shots:
        why = "it is not signed for its shots"
    elif not record.simulated:
        why = "it does not say that it is simulated"
    if why:
        raise PlayedWrong(why=why)


def deliver(data: Path, out: Path, played: Treatment, say: Callable[[str], None]) -> None:
    """Check the last session of the record and leave it in `out` as record.json and record.pdf."""
    ledger = ledger_path(data, simulated=True)
    verdict = chain.verify(ledger)
    db = open_reader(ledger)
    try:
        with spoken(ledger):
            session = int(run(db, "SELECT max(session) FROM session").fetchone()[0])
            record = read_session(db, session)
            for form in ("json", "pdf"):
                export_session(db, session, form, out).replace(out / f"record.{form}")
    finally:
        db.close()
    judge(record, verdict, played)
    say(f"A whole treatment was played by touch: {len(record.treatment)} shots, {record.given_nl / 1e6:.3f} mL.")
    say(f"{verdict.sentence.partition(';')[0]}.")
    say(f"The record is {out / 'record.json'}, its report {out / 'record.pdf'}, the screens are in {out / 'screens'}.")


@click.command()
@click.argument("play", type=click.Choice(("treatment", "calibration")))
@click.option("--outline", type=click.Path(path_type=Path), required=True, help="The kiosk's outline file.")
@click.option("--console", type=click.Path(path_type=Path), required=True, help="The bench's console socket.")
@click.option("--data", type=click.Path(path_type=Path), required=True, help="Folder of the record.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where pictures, record and PDF go.")
def main(play: str, outline: Path, console: Path, data: Path, out: Path) -> None:
    """Play a whole treatment, or a whole calibration, by real touches on the display that DISPLAY names."""
    try:
        with Console(console) as bench, Glass(outline, out / "screens") as glass:
            if play == "calibration":
                calibration = Calibration(glass, bench, data / "exports", click.echo)
                calibration.play()
                calibrated.deliver(data, out, calibration.truth, click.echo)
                return
            treatment = Treatment(glass, bench, data / "exports", click.echo)
            treatment.play()
        deliver(data, out, treatment, click.echo)
    except NappageError as error:
        click.echo(str(error), err=True)
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
