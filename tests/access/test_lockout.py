"""Waits after wrong PINs, and when the screen locks (ACC-2, ACC-3)."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.access.errors import AccountDisabled, SignInWaits
from kiosk.access.lockout import check_may_try, failed, in_words, locks, refusal, succeeded, wait_after, waits_s
from kiosk.records.rows import AccountRow

ACCOUNT = AccountRow("ana", 0, "root", "practitioner", "scrypt$...")
WALL = 1_790_000_000_000


def after(failures: int) -> AccountRow:
    row = ACCOUNT
    for _ in range(failures):
        row = failed(row, WALL, 7)
    return row


@pytest.mark.requirement("ACC-2")
def test_the_wait_grows_from_thirty_seconds_to_an_hour() -> None:
    assert [wait_after(failures) for failures in range(11)] == [0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert wait_after(1 << 62) == 3600


@pytest.mark.requirement("ACC-2")
@pytest.mark.parametrize("failures", range(1, 10))
def test_after_a_wrong_pin_nobody_may_try_until_the_wait_is_over(failures: int) -> None:
    row = after(failures)
    end = WALL + wait_after(failures) * 1000
    with pytest.raises(SignInWaits):
        check_may_try(row, end - 1)
    check_may_try(row, end)
    assert row.pin == ACCOUNT.pin


@pytest.mark.requirement("ACC-2")
def test_the_tenth_failure_disables_the_account_and_forgets_its_pin() -> None:
    row = after(10)
    assert (row.disabled, row.pin) == (True, "")
    with pytest.raises(AccountDisabled):
        check_may_try(row, WALL + 10**12)
    assert isinstance(refusal(row), AccountDisabled)


def test_the_refusal_says_how_long_and_how_many_are_left() -> None:
    assert str(refusal(after(3))) == (
        "E601: Name and PIN do not belong together; the next try is possible in 2 min, 7 are left. "
        "With the last wrong PIN the account is disabled; an administrator helps."
    )


@pytest.mark.requirement("ACC-2")
def test_the_right_pin_forgets_the_failures_and_writes_nothing_when_there_are_none() -> None:
    row = succeeded(after(4), 9)
    assert row is not None
    assert (row.failures, row.wait_until_ms, row.mono_ms) == (0, 0, 9)
    assert succeeded(ACCOUNT, 9) is None


@pytest.mark.requirement("ACC-2")
@given(st.integers(1, 10), st.integers(0, 4 * 10**12))
def test_a_clock_that_was_set_back_never_lengthens_a_wait(failures: int, wall_ms: int) -> None:
    assert 0 <= waits_s(after(failures), wall_ms) <= wait_after(failures)


def test_an_account_that_never_failed_never_waits() -> None:
    assert waits_s(msgspec.structs.replace(ACCOUNT, wait_until_ms=WALL + 99), WALL) == 0


@pytest.mark.parametrize(
    ("seconds", "words"), [(30, "30 s"), (60, "1 min"), (61, "2 min"), (3540, "59 min"), (3600, "1 h")]
)
def test_a_wait_is_said_as_people_say_it(seconds: int, words: str) -> None:
    assert in_words(seconds) == words


@pytest.mark.requirement("ACC-3")
@pytest.mark.parametrize(
    ("idle", "enabled", "locked"), [(299.9, False, False), (300.0, False, True), (3000.0, True, False)]
)
def test_the_screen_locks_after_five_minutes_but_never_while_enable_is_on(
    idle: float, enabled: bool, locked: bool
) -> None:
    assert locks(100.0 + idle, 100.0, enabled=enabled) is locked
