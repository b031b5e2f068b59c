"""Which PINs are good enough, and that a hash tells them apart (ACC-2)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.access.demo import DEMO_ACCOUNTS, demo_pin, demo_rows
from kiosk.access.errors import HashDamaged, PinRefused
from kiosk.access.pin import check_pin, hash_pin, pin_is
from kiosk.access.roles import Role

pytestmark = pytest.mark.requirement("ACC-2")


@pytest.mark.parametrize(
    ("pin", "why"),
    [
        ("", "digits only"),
        ("48261", "fewer than 6"),
        ("4826159037215", "more than 12"),
        ("48a615", "digits only"),
        ("٤٨٢٦١٥", "digits only"),
        ("777777", "repeats"),
        ("484848", "repeats"),
        ("482482", "repeats"),
        ("48264826", "repeats"),
        ("788788", "repeats"),
        ("744774", "three different"),
        ("123456", "counts"),
        ("987654", "counts"),
        ("789012", "counts"),
        ("210987", "counts"),
        ("241287", "date"),
        ("122487", "date"),
        ("871224", "date"),
        ("24121987", "date"),
        ("12241987", "date"),
        ("19871224", "date"),
        ("290224", "date"),
        ("159753", "many people"),
        ("147258", "many people"),
    ],
)
def test_an_easily_guessed_pin_is_refused_with_the_reason(pin: str, why: str) -> None:
    with pytest.raises(PinRefused, match=why) as refused:
        check_pin(pin)
    assert not pin or pin not in str(refused.value)


@pytest.mark.parametrize(
    "pin", ["482615", "739164", "915273", "99152773", "48261590", "480261590372", "24131887", "31129" + "99"]
)
def test_a_good_pin_is_taken(pin: str) -> None:
    check_pin(pin)


@given(st.text(alphabet="0123456789", max_size=5))
def test_fewer_than_six_digits_never_pass(pin: str) -> None:
    with pytest.raises(PinRefused):
        check_pin(pin)


@settings(max_examples=4)
@given(st.sampled_from(["482615", "739164"]), st.sampled_from(["482615", "739164", "482616", "48261", ""]))
def test_a_hash_knows_its_pin_and_no_other(pin: str, tried: str) -> None:
    assert pin_is(tried, hash_pin(pin)) is (tried == pin)


def test_the_same_pin_is_never_stored_twice_the_same() -> None:
    first, second = hash_pin("482615"), hash_pin("482615")
    assert first != second
    assert "482615" not in first


def test_a_weak_pin_is_not_hashed() -> None:
    with pytest.raises(PinRefused):
        hash_pin("123456")


@pytest.mark.parametrize(
    "hashed",
    ["", "plain", "md5$15$8$3$YQ==$YQ==", "scrypt$x$8$3$YQ==$YQ==", "scrypt$15$8$3$%%$YQ==", "scrypt$2$8$3$YQ==$YQ=="],
)
def test_a_hash_that_is_none_of_ours_is_a_numbered_error(hashed: str) -> None:
    with pytest.raises(HashDamaged, match="E605"):
        pin_is("482615", hashed)


@pytest.mark.parametrize("account", DEMO_ACCOUNTS, ids=lambda account: account.role)
def test_the_demo_accounts_open_with_the_pins_they_show(account: object) -> None:
    rows = {row.name: row for row in demo_rows(5)}
    row = rows[account.name]  # type: ignore[attr-defined]
    check_pin(account.pin)  # type: ignore[attr-defined]
    assert pin_is(demo_pin(row.name, row.pin), row.pin)


def test_there_is_one_demo_account_for_each_role_and_no_other_has_a_shown_pin() -> None:
    assert [row.role for row in demo_rows(0)] == [role.value for role in Role]
    assert demo_pin("ana", "") == ""
    assert demo_pin(DEMO_ACCOUNTS[0].name, "another") == ""
