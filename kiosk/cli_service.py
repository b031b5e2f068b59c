"""`nappage service`: what a technician or an administrator asks for in a shell, with the checks of the screen.

What reads may run beside a treatment. What writes asks for the PIN of whoever does it, and only while control does not
hold the record.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import cast, get_args

import click

from kiosk import cli_device
from kiosk.channel.service import PartName
from kiosk.cli_options import NUMBER, PROFILES_OPTION, kind_of, which_profiles
from kiosk.shell import DATA, LEDGER, Commands, chosen_ledger, plainly, say
from kiosk.system.storage import settings_file

NAME = click.option("--name", prompt="Name of the account", help="Name of the account that does it.")
SCREEN = click.option(
    "--settings", type=click.Path(path_type=Path), help="Settings of the screen (default: this user's)."
)


def pin() -> str:
    """The PIN of whoever does it, typed and not shown."""
    return click.prompt("PIN", hide_input=True)


@click.group(cls=Commands)
def service() -> None:
    """What a technician needs of the device and of the instruments that measure it."""


@service.command("balance")
@click.argument("port")
@plainly
def service_balance(port: str) -> int:
    """Ask the laboratory balance on PORT who it is, and wait for one stable weight."""
    from drivers.balance import SicsBalance

    with contextlib.closing(SicsBalance(port)) as balance:
        who = balance.identity
        say(f"{who.model}, serial number {who.serial_number}, software {who.software}")
        say(f"{balance.weigh_stable().ug / 1000:.3f} mg, stable")
    return 0


service.add_command(cli_device.check)
service.add_command(cli_device.checks)
service.add_command(cli_device.timing)


@service.command("approvals")
@click.argument("protocol", required=False)
@DATA
@LEDGER
@PROFILES_OPTION
@plainly
def service_approvals(protocol: str | None, data: Path | None, simulated: bool | None, profiles: Path | None) -> int:
    """List which treatments an administrator approved; for one PROTOCOL, what has changed since."""
    from kiosk.records.cli_approvals import compare, list_approvals

    path, folder = chosen_ledger(data, simulated), which_profiles(profiles, data)
    say(compare(path, folder, protocol).told if protocol else list_approvals(path, folder))
    return 0


@service.command("approve")
@click.argument("protocol")
@click.option("--name", prompt="Name of the administrator", help="Name of the account that approves.")
@DATA
@LEDGER
@PROFILES_OPTION
@plainly
def service_approve(protocol: str, name: str, data: Path | None, simulated: bool | None, profiles: Path | None) -> int:
    """Approve one PROTOCOL as it is now, with an administrator's PIN. Control must not be running."""
    from kiosk.records.cli_approvals import approve, compare

    path = chosen_ledger(data, simulated)
    compared = compare(path, which_profiles(profiles, data), protocol)
    say(compared.told)
    click.confirm("Approve exactly this?", abort=True)
    say(approve(path, kind_of(path), compared, name, pin()))
    return 0


# -- read ----------------------------------------------------------------------------------------------------------
@service.command("wear")
@DATA
@LEDGER
@plainly
def service_wear(data: Path | None, simulated: bool | None) -> int:
    """Tell what the device has done, and each part since it was replaced."""
    from kiosk.records.cli_service import told_wear

    say(told_wear(chosen_ledger(data, simulated)))
    return 0


@service.command("faults")
@click.option("--number", type=NUMBER, default=None, help="Only this alarm.")
@click.option("--before", type=NUMBER, default=None, help="Only rows below this one.")
@DATA
@LEDGER
@plainly
def service_faults(number: int | None, before: int | None, data: Path | None, simulated: bool | None) -> int:
    """List the alarms of the record, newest first, and how often each one stood."""
    from kiosk.records.cli_service import told_faults

    say(told_faults(chosen_ledger(data, simulated), before or 0, number or 0))
    return 0


@service.command("people")
@DATA
@LEDGER
@plainly
def service_people(data: Path | None, simulated: bool | None) -> int:
    """List who has an account, in which role, and whether it is disabled."""
    from kiosk.records.cli_service import told_people

    say(told_people(chosen_ledger(data, simulated)))
    return 0


# -- written -------------------------------------------------------------------------------------------------------
@service.command("disable")
@click.argument("account")
@NAME
@DATA
@LEDGER
@plainly
def service_disable(account: str, name: str, data: Path | None, simulated: bool | None) -> int:
    """Disable an ACCOUNT, with an administrator's PIN. Control must not be running."""
    from kiosk.records.cli_service import disable

    path = chosen_ledger(data, simulated)
    say(disable(path, kind_of(path), account, name, pin()))
    return 0


@service.command("enable")
@click.argument("account")
@NAME
@DATA
@LEDGER
@plainly
def service_enable(account: str, name: str, data: Path | None, simulated: bool | None) -> int:
    """Enable an ACCOUNT again, with an administrator's PIN. Control must not be running."""
    from kiosk.records.cli_service import enable

    path = chosen_ledger(data, simulated)
    say(enable(path, kind_of(path), account, name, pin()))
    return 0


@service.command("replaced")
@click.argument("part", type=click.Choice(get_args(PartName)))
@NAME
@DATA
@LEDGER
@plainly
def service_replaced(part: str, name: str, data: Path | None, simulated: bool | None) -> int:
    """Record that a PART was replaced, with a technician's PIN; its count begins anew. Control must not be running."""
    from kiosk.records.cli_service import replaced

    path = chosen_ledger(data, simulated)
    say(replaced(path, kind_of(path), cast("PartName", part), name, pin()))
    return 0


# -- files ---------------------------------------------------------------------------------------------------------
@service.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@NAME
@SCREEN
@DATA
@LEDGER
@PROFILES_OPTION
@plainly
def service_backup(
    file: Path,
    name: str,
    settings: Path | None,
    data: Path | None,
    simulated: bool | None,
    profiles: Path | None,
) -> int:
    """Write profiles, accounts and settings of the screen into FILE. Control must not be running.

    PINs stand in it as hashes: keep it as carefully as the device.
    """
    from kiosk.records.cli_service import back_up
    from kiosk.records.files import text_if_any

    path, screen = chosen_ledger(data, simulated), settings or settings_file()
    kept = text_if_any(screen).strip()
    say(back_up(path, kind_of(path), file, which_profiles(profiles, data), kept, name, pin()))
    return 0


@service.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@NAME
@SCREEN
@DATA
@LEDGER
@PROFILES_OPTION
@plainly
def service_restore(
    file: Path,
    name: str,
    settings: Path | None,
    data: Path | None,
    simulated: bool | None,
    profiles: Path | None,
) -> int:
    """Take over what a FILE of settings holds, after it was checked whole. Control must not be running.

    Accounts that exist here are left as they are. Profiles count from the next start and are approved anew.
    """
    from kiosk.records.cli_service import restore, told_backup

    path = chosen_ledger(data, simulated)
    say(told_backup(file, kind_of(path)))
    click.confirm("Restore exactly this?", abort=True)
    told, screen = restore(path, kind_of(path), file, which_profiles(profiles, data), name, pin())
    say(told)
    if screen:
        from kiosk.screens.keeping import keep
        from kiosk.view.settings import restored

        target = settings or settings_file()
        keep(target, restored(screen))
        say(f"Settings of the screen: {target}")
    return 0


@service.command("bundle")
@click.argument("file", type=click.Path(path_type=Path))
@DATA
@LEDGER
@PROFILES_OPTION
@plainly
def service_bundle(file: Path, data: Path | None, simulated: bool | None, profiles: Path | None) -> int:
    """Write what support needs to see into FILE, a zip without patient codes."""
    from kiosk.records.cli_service import make_bundle

    path = chosen_ledger(data, simulated)
    say(make_bundle(path, file, which_profiles(profiles, data)))
    return 0
