"""`nappage`: every command of a shell, each a few lines that hand over to the room that does it.

Errors are one sentence with a number and what to do, on standard error, and exit code 2; there is no traceback.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import click

from kiosk.cli_calibrate import calibrate
from kiosk.cli_options import (
    BALANCE,
    CHANNEL,
    NUMBER,
    PORT,
    PROFILES,
    PROFILES_OPTION,
    SIZE,
    how,
    kind_of,
    named,
    which_profiles,
)
from kiosk.cli_service import service
from kiosk.shell import DATA, LEDGER, Commands, chosen_ledger, ended_in_order, plainly, say
from kiosk.system.storage import data_folder, passing_folder, settings_file

FORMATS = ("json", "csv", "pdf", "aftercare")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.version_option(package_name="nappage")
def main() -> None:
    """Nappage: an open controller for a motorised mesotherapy injector.

    It is a reference design, not a certified medical device.
    """


@main.command()
@how
@DATA
@PROFILES_OPTION
@PORT
@BALANCE
@SIZE
@click.option("--no-screen", is_flag=True, help="Without the kiosk: 'nappage calibrate' takes its place.")
@click.option(
    "--demo",
    is_flag=False,
    flag_value="treatment",
    default="",
    show_default=False,
    metavar="[PLAY]",
    help="On a display of its own: play a whole treatment by real touches, or with 'calibration' a whole calibration.",
)
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), help="Where --demo leaves its results.")
@plainly
def run(  # noqa: PLR0913  one for each option
    simulated: bool,
    hardware: bool,
    data: Path | None,
    profiles: Path | None,
    port: str,
    balance: str,
    size: tuple[int, int],
    no_screen: bool,
    demo: str,
    out: Path,
) -> int:
    """Start and supervise control, kiosk and, in simulation, the bench. One Ctrl-C ends all."""
    from kiosk.running import PLAYS, Running, run_all

    if demo not in ("", *PLAYS):
        raise click.UsageError(f"--demo plays {' or '.join(PLAYS)}")
    if demo and no_screen:
        raise click.UsageError("--demo is played on the screen")
    if demo and hardware:
        raise click.UsageError("--demo is played on the simulated injector only")
    folder = data_folder(out / "data" if demo and data is None else data)
    running = Running(
        simulated=named(simulated, hardware),
        data=folder,
        own_data=bool(demo) and data is None,
        profiles=which_profiles(profiles, folder),
        port=port,
        balance=balance,
        size=size,
        screen=not no_screen,
        demo=demo,
        out=out,
    )
    with ended_in_order():
        return run_all(running)


@main.command()
@how
@DATA
@CHANNEL
@PROFILES_OPTION
@PORT
@BALANCE
@click.option("--device", default="reference", help="Device profile.")
@click.option("--panel", type=click.Path(path_type=Path), help="Bench's panel socket, in simulation.")
@click.option("--channel-group", help="Group that may connect to the channel.")
@plainly
def control(  # noqa: PLR0913  one for each option
    simulated: bool,
    hardware: bool,
    data: Path | None,
    channel: Path,
    profiles: Path | None,
    port: str,
    balance: str,
    device: str,
    panel: Path | None,
    channel_group: str | None,
) -> int:
    """The process that holds port, pins, ledger and engine."""
    from kiosk.control import Plan
    from kiosk.control import main as control_main

    return control_main(
        Plan(
            simulated=named(simulated, hardware),
            port=port,
            channel=channel,
            data=data_folder(data),
            profiles=which_profiles(profiles, data),
            device=device,
            balance=balance,
            panel=panel,
            channel_group=channel_group,
        )
    )


@main.command()
@CHANNEL
@SIZE
@click.option("--fullscreen", is_flag=True, help="Take the whole screen.")
@click.option("--outline", type=click.Path(path_type=Path), help="Write the outline of the screen to this file.")
@click.option("--settings", type=click.Path(path_type=Path), help="Keep the settings of this screen in this file.")
@plainly
def kiosk(channel: Path, size: tuple[int, int], fullscreen: bool, outline: Path | None, settings: Path | None) -> int:
    """The screen. It can open neither port nor pins nor database."""
    from kiosk.app import main as kiosk_main
    from kiosk.system.backlight import Backlight
    from kiosk.system.notify import Notifier

    notifier = Notifier.from_environment()
    started: list[bool] = []

    def flipped() -> None:
        if not started:
            started.append(True)
            notifier.ready("drawing")
        notifier.watchdog()

    backlight = Backlight.find()
    light = backlight.set_percent if backlight else None
    kiosk_main(channel, size, fullscreen, outline, flipped, light, settings or settings_file())
    return 0


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@plainly
def check(files: tuple[Path, ...]) -> int:
    """Check profile FILES and explain what they say."""
    from kiosk.protocols.report import check_file

    found = [check_file(path) for path in files]
    for one in found:
        say("\n".join((one.file, *(f"  {sentence}" for sentence in one.sentences))))
    return 0 if all(one.ok for one in found) else 1


@main.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("out/schema"), help="Folder to write to.")
@plainly
def schema(out: Path) -> int:
    """Export the JSON Schemas of the profiles, for editors."""
    import json

    from kiosk.protocols.report import json_schemas
    from kiosk.records.files import whole

    for name, content in json_schemas().items():
        with whole(out / f"{name}.schema.json") as beside:
            beside.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        say(f"wrote {out / name}.schema.json")
    return 0


@main.command()
@plainly
def registers() -> int:
    """Print the injector's register map."""
    from drivers.mapdoc import register_map_markdown

    say(register_map_markdown())
    return 0


@main.command()
@DATA
@LEDGER
@click.option("--port", help="Serial port of the injector, to ask for its anchor; control must not be running.")
@plainly
def verify(data: Path | None, simulated: bool | None, port: str | None) -> int:
    """Check the record's chain, anchor and totals; names the first bad row."""
    from kiosk.records.cli import verify_ledger

    path = chosen_ledger(data, simulated)
    if port is None:
        text, code = verify_ledger(path)
    else:
        from drivers.injector import connect
        from drivers.stop import StopLatch

        parity = "N" if kind_of(path) == "simulated" else "E"
        with contextlib.closing(connect(port, StopLatch(), parity=parity)) as injector:
            anchors, serial = injector.anchors(), injector.identity().serial
        text, code = verify_ledger(path, anchors, serial)
    say(text)
    return code


@main.command()
@DATA
@LEDGER
@click.option("--before", type=NUMBER, default=None, help="Only sessions with a number below this one.")
@plainly
def sessions(data: Path | None, simulated: bool | None, before: int | None) -> int:
    """List the sessions of the record, newest first."""
    from kiosk.records.cli import list_sessions

    say(list_sessions(chosen_ledger(data, simulated), before or 0))
    return 0


@main.command()
@click.argument("session", type=NUMBER)
@click.option("--format", "form", type=click.Choice(FORMATS), default="pdf", help="What to write.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), help="Folder to write to.")
@DATA
@LEDGER
@plainly
def export(session: int, form: str, out: Path, data: Path | None, simulated: bool | None) -> int:
    """Export one SESSION, by its number."""
    from kiosk.records.cli import export as export_session

    say(f"wrote {export_session(chosen_ledger(data, simulated), session, form, out)}")
    return 0


@main.command()
@DATA
@LEDGER
@click.option("--csv", "as_csv", is_flag=True, help="As CSV.")
@plainly
def report(data: Path | None, simulated: bool | None, as_csv: bool) -> int:
    """Totals by day, practitioner, protocol, product and lot."""
    from kiosk.records.cli import report_totals

    say(report_totals(chosen_ledger(data, simulated), "csv" if as_csv else "text"))
    return 0


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Keep the record and its exports in this folder.")
@click.option(
    "--profiles",
    type=click.Path(path_type=Path),
    default=PROFILES,
    show_default="those shipped",
    help="Folder of the treatment profiles.",
)
@plainly
def simulate(scenario: Path, out: Path | None, profiles: Path) -> int:
    """Run the scripted session of a SCENARIO file through the same engine, ledger and wire, without a screen."""
    from kiosk.rehearsal.simulate import simulate as run_scenario

    with ended_in_order():
        if out is not None:
            return run_scenario(scenario, out, profiles)
        with passing_folder("nappage-simulate-") as folder:
            return run_scenario(scenario, folder, profiles, kept=False)


main.add_command(calibrate)
main.add_command(service)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
