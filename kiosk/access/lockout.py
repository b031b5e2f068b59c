"""How long a wrong PIN makes one wait, and when the screen locks by itself (ACC-2, ACC-3).

The count and the end of the wait stand in the account's last row, in wall time, so that power-off shortens nothing.
Commit the row that `failed` gives before the answer is shown.
"""

from __future__ import annotations

import msgspec

from kiosk.access.errors import AccountDisabled, SignInRefused, SignInWaits
from kiosk.records.rows import AccountRow

FAILURES_MAX = 10
"""The account is disabled with the tenth failure in a row (ACC-2)."""
WAIT_FIRST_S, WAIT_MAX_S = 30, 3600
LOCK_AFTER_S = 300.0
"""Seconds without a touch until the screen locks (ACC-3)."""


def wait_after(failures: int) -> int:
    """Seconds to wait after so many failures in a row: 30 s, doubled each time, at most 1 h; 0 after none."""
    # No account has more than ten; a damaged row may, and a number of so many bits would be no number.
    return min(WAIT_FIRST_S << (min(failures, FAILURES_MAX) - 1), WAIT_MAX_S) if failures > 0 else 0


def waits_s(account: AccountRow, wall_ms: int) -> int:
    """Seconds this account still has to wait, rounded up. `wall_ms` is UTC, ms."""
    if not account.wait_until_ms:
        return 0
    left_ms = account.wait_until_ms - wall_ms
    # A clock that was set back must not turn a wait of an hour into one of years.
    return max(0, min(-(-left_ms // 1000), wait_after(account.failures)))


def check_may_try(account: AccountRow, wall_ms: int) -> None:
    """Refuse an attempt to sign in before the PIN is even looked at.

    Raises:
        AccountDisabled: only an administrator helps.
        SignInWaits: says how long.
    """
    if account.disabled:
        raise AccountDisabled(name=account.name)
    wait = waits_s(account, wall_ms)
    if wait:
        raise SignInWaits(name=account.name, wait=in_words(wait))


def failed(account: AccountRow, wall_ms: int, mono_ms: int) -> AccountRow:
    """The account's next row after a wrong PIN."""
    failures = account.failures + 1
    disabled = failures >= FAILURES_MAX
    return msgspec.structs.replace(
        account,
        mono_ms=mono_ms,
        by=account.name,
        failures=failures,
        wait_until_ms=wall_ms + wait_after(failures) * 1000,
        disabled=disabled,
        pin="" if disabled else account.pin,
        reason=f"disabled after {failures} wrong PINs in a row" if disabled else f"wrong PIN, {failures} in a row",
    )


def succeeded(account: AccountRow, mono_ms: int) -> AccountRow | None:
    """The account's next row after the right PIN; None when there was nothing to forget."""
    if account.failures == 0:
        return None
    return msgspec.structs.replace(
        account, mono_ms=mono_ms, by=account.name, failures=0, wait_until_ms=0, reason="signed in"
    )


def refusal(account: AccountRow) -> SignInRefused | AccountDisabled:
    """What the person is told after a wrong PIN; `account` is the row that `failed` gave."""
    if account.disabled:
        return AccountDisabled(name=account.name)
    return SignInRefused(wait=in_words(wait_after(account.failures)), left=FAILURES_MAX - account.failures)


def in_words(seconds: int) -> str:
    """A wait as a person says it, rounded up: "30 s", "2 min", "1 h"."""
    if seconds < 60:
        return f"{seconds} s"
    minutes = -(-seconds // 60)
    return f"{minutes} min" if minutes < 60 else "1 h"


def locks(now: float, last_touch: float, *, enabled: bool) -> bool:
    """Whether the screen locks now: 5 minutes without a touch, never while the motor enable is on (ACC-3).

    Args:
        now: CLOCK_MONOTONIC, seconds.
        last_touch: When the screen was last touched, the same clock.
        enabled: Whether the motor enable relay is on.
    """
    return not enabled and now - last_touch >= LOCK_AFTER_S
