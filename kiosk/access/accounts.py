"""Shutting and opening an account: who may be shut by whom (ACC-1, ACC-4). An account is never deleted.

The rows are the account's next ones; commit them before the change is told. The PIN of an account that was shut by a
person stays with it, so that opening it again needs no new one; after too many wrong PINs there is none left.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kiosk.access.errors import LastAdministrator, NoPinLeft, NothingToChange, OwnAccount
from kiosk.access.roles import Role
from kiosk.records.rows import AccountRow


def shut(account: AccountRow, everybody: Iterable[AccountRow], by: str, mono_ms: int) -> AccountRow:
    """The account's next row, disabled.

    Raises:
        NothingToChange: it is disabled.
        LastAdministrator: nobody could give accounts any more.
        OwnAccount: it belongs to whoever asks.
    """
    if account.disabled:
        raise NothingToChange(name=account.name, state="disabled")
    others = [other for other in everybody if other.name != account.name]
    if account.role == Role.ADMINISTRATOR and not any(map(_administers, others)):
        raise LastAdministrator(name=account.name)
    if account.name == by:
        raise OwnAccount(name=by)
    return _next(account, by, mono_ms, disabled=True, reason="disabled by an administrator")


def opened(account: AccountRow, by: str, mono_ms: int) -> AccountRow:
    """The account's next row, enabled with the PIN that it had.

    Raises:
        NothingToChange: it is enabled.
        NoPinLeft: too many wrong PINs took its PIN away.
    """
    if not account.disabled:
        raise NothingToChange(name=account.name, state="enabled")
    if not account.pin:
        raise NoPinLeft(name=account.name)
    return _next(account, by, mono_ms, disabled=False, reason="enabled again by an administrator")


def _administers(account: AccountRow) -> bool:
    return account.role == Role.ADMINISTRATOR and not account.disabled


def _next(account: AccountRow, by: str, mono_ms: int, *, disabled: bool, reason: str) -> AccountRow:
    return msgspec.structs.replace(account, mono_ms=mono_ms, by=by, disabled=disabled, reason=reason)
