"""Writing into the record from a shell: by somebody with an account and its PIN, while control does not hold it.

There is one writer (LED-13): while control runs the ledger is locked, and the screen is where to ask. Roles, PIN and
waits are those of the screen (ACC-1, ACC-2); a wrong PIN is on disk before it is answered.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from kiosk.access.errors import AccountUnknown
from kiosk.access.lockout import check_may_try, failed, refusal, succeeded
from kiosk.access.pin import pin_is
from kiosk.access.roles import named, require
from kiosk.records.chain import Kind
from kiosk.records.connection import check_is_there
from kiosk.records.errors import RecordShowsDamage
from kiosk.records.ledger import Ledger
from kiosk.records.rows import AccountRow, Restored
from kiosk.system.clock import read_boot_id


class Signing(msgspec.Struct, frozen=True):
    """An open ledger and who writes into it; `restored` is what it held before."""

    ledger: Ledger
    restored: Restored
    user: str
    mono_ms: int

    @property
    def accounts(self) -> dict[str, AccountRow]:
        """Every account by its name, as it is now."""
        return {account.name: account for account in self.ledger.accounts()}

    def account(self, name: str) -> AccountRow:
        """One of them.

        Raises:
            AccountUnknown: there is none of this name.
        """
        found = self.accounts.get(name)
        if found is None:
            raise AccountUnknown(name=name)
        return found


@contextmanager
def signed(path: Path, kind: Kind, command: type, name: str, pin: str) -> Generator[Signing, None, None]:
    """The ledger, open to somebody who may give `command`.

    Raises:
        LedgerMissing, LedgerForbidden: nothing is there, and nobody could have an account in what this would make; or
            this user may not look.
        LedgerBusy: control holds the record.
        RecordShowsDamage: rows are lost or changed.
        AccountUnknown, AccountDisabled, NotAllowed, SignInWaits, SignInRefused: not by this person or PIN.
    """
    check_is_there(path, "write")
    ledger = Ledger.open(path, kind, clock_wall_ms=_wall_ms, boot_id=read_boot_id())
    try:
        restored = ledger.restore()
        if restored.verified != "good":
            raise RecordShowsDamage(why=restored.verified)
        signing = Signing(ledger, restored, name, _mono_ms())
        _check(ledger, signing.account(name), command, pin)
        yield signing
    finally:
        ledger.close()


def _check(ledger: Ledger, account: AccountRow, command: type, pin: str) -> None:
    require(named(account.role), command)
    check_may_try(account, _wall_ms())
    right = pin_is(pin, account.pin)
    row = succeeded(account, _mono_ms()) if right else failed(account, _wall_ms(), _mono_ms())
    if row is not None:
        ledger.append([row])
    if not right and row is not None:
        raise refusal(row)


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def _mono_ms() -> int:
    return time.monotonic_ns() // 1_000_000
