"""The code of a pack: read by its identifiers, refused in one sentence, never half taken."""

from __future__ import annotations

import calendar
from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from drivers.errors import NappageError
from kiosk.channel import commands as c
from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.errors import PackUnreadable
from kiosk.view.local import Local
from kiosk.view.scanning import Pack, product_of, read_pack
from kiosk.view.setup import product_command
from kiosk.view.update import World, act
from tests.view.samples import CATALOGUE, at, replace, snap
from tests.view.samples.preparing import setup
from tests.view.samples.treating import TREATING

GTIN = "09506000134352"
WHOLE = f"01{GTIN}1728113010LX-4471\x1d21SN7"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-./_"
PRODUCT = setup("product")
DAYS = some.dates(date(2026, 1, 1), date(2049, 12, 31))


def scan(code: str, local: Local | None = None, snapshot: s.Snapshot = PRODUCT) -> Local:
    return act(local or at(), a.Scanned(code), World(snapshot, CATALOGUE)).local


def with_check_digit(payload: str) -> str:
    weighed = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(payload))
    return payload + str(-weighed % 10)


# -- reading -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "code",
    [
        WHOLE,
        "]d2" + WHOLE,
        "]C1" + WHOLE,
        "\x1d" + WHOLE + "\r",
        f"(01){GTIN}(17)281130(10)LX-4471(21)SN7",
        f"10LX-4471\x1d21SN7\x1d01{GTIN}17281130",
        f"01{GTIN}1126010117281130" + "10LX-4471\x1d21SN7",
    ],
    ids=["plain", "datamatrix", "gs1-128", "with FNC1 first", "in brackets", "another order", "with a date of making"],
)
def test_a_pack_is_read_however_a_scanner_sends_it(code: str) -> None:
    assert read_pack(code) == Pack(GTIN, "LX-4471", "2028-11-30", "SN7")


@pytest.mark.parametrize(("month", "last"), [("2802", "2028-02-29"), ("2702", "2027-02-28"), ("2812", "2028-12-31")])
def test_day_00_is_the_end_of_the_month(month: str, last: str) -> None:
    assert read_pack(f"01{GTIN}17{month}00").expiry == last


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (f"01{GTIN[:-1]}317281130", "the check digit of 09506000134353 is wrong"),
        (f"01{GTIN}8888x", "an application identifier that GS1 does not know"),
        (f"01{GTIN}17281330", "a value is not as its application identifier says"),
        (f"01{GTIN}17280230", "a value is not as its application identifier says"),
        (f"01{GTIN}10A\x1d10B", "it names two values for (10) lot"),
        ("10LX-4471", "it holds no product number (01)"),
        ("9506000134352", "it holds no product number (01)"),
        ("]E09506000134352", "it is no GS1 code (]E0)"),
        ("", "it is empty"),
        ("(01)123", "a value is not as its application identifier says"),
        ("hello, who is there?", "an application identifier that GS1 does not know"),
    ],
)
def test_what_is_no_pack_says_why_in_one_sentence(code: str, said: str) -> None:
    with pytest.raises(NappageError) as told:
        read_pack(code)
    assert said in str(told.value)
    assert str(told.value).startswith("E811: ")


@given(
    payload=some.text("0123456789", min_size=13, max_size=13),
    lot=some.text(LETTERS, min_size=1, max_size=20),
    serial=some.text(LETTERS, min_size=1, max_size=20),
    day=DAYS,
    order=some.permutations(["01", "10", "17", "21"]),
    brackets=some.booleans(),
)
def test_what_is_written_is_read(
    payload: str, lot: str, serial: str, day: date, order: list[str], brackets: bool
) -> None:
    values = {"01": with_check_digit(payload), "10": lot, "17": f"{day:%y%m%d}", "21": serial}
    if brackets:
        code = "".join(f"({ai}){values[ai]}" for ai in order)
    else:
        code = "".join(ai + values[ai] + ("\x1d" if ai in ("10", "21") else "") for ai in order)
    assert read_pack(code) == Pack(values["01"], lot, day.isoformat(), serial)


@given(DAYS)
def test_a_month_without_a_day_ends_with_its_last(day: date) -> None:
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    assert read_pack(f"01{GTIN}17{day:%y%m}00").expiry == last.isoformat()
    assert (last + timedelta(days=1)).day == 1


@given(at_digit=some.integers(0, 13), by=some.integers(1, 9))
def test_any_one_wrong_digit_of_a_number_is_noticed(at_digit: int, by: int) -> None:
    wrong = GTIN[:at_digit] + str((int(GTIN[at_digit]) + by) % 10) + GTIN[at_digit + 1 :]
    with pytest.raises(NappageError, match="check digit"):
        read_pack(f"01{wrong}")


@given(some.text(max_size=80))
def test_no_text_does_anything_but_read_or_refuse(text: str) -> None:
    with suppress(PackUnreadable):
        assert read_pack(text).gtin


# -- what it does ------------------------------------------------------------------------------------------------------
def test_a_scan_fills_in_product_lot_and_expiry_and_confirms_nothing() -> None:
    outcome = act(at(), a.Scanned(WHOLE), World(PRODUCT, CATALOGUE))
    assert outcome.commands == ()
    local = outcome.local
    assert (local.picks["product"], local.text("lot"), local.text("expiry")) == ("hyaluron", "LX-4471", "20281130")
    assert product_command(local) == c.UseProduct("hyaluron", "LX-4471", "2028-11-30", "SN7")
    assert local.notice == "Scanned: Hyaluron mix. Compare it with the pack."


def test_a_serial_number_goes_with_the_scanned_lot_only() -> None:
    local = scan(WHOLE).with_text("lot", "LX-4472")
    assert product_command(local) == c.UseProduct("hyaluron", "LX-4472", "2028-11-30", "")


def test_what_the_code_does_not_hold_is_typed() -> None:
    local = scan(f"01{GTIN}", at(texts={"lot": "OLD", "expiry": "20300101"}))
    assert (local.text("lot"), local.text("expiry")) == ("", "")
    assert local.notice.endswith("The code holds not all: type the rest.")
    assert product_command(local) == "Type the lot printed on the pack."


def test_an_expired_pack_is_refused_and_fills_in_nothing() -> None:
    local = scan(f"01{GTIN}1726113010L1", snapshot=replace(PRODUCT, wall="2026-12-01 08:00"))
    assert local.notice.startswith("E813: Lot L1 of Hyaluron mix expired on 2026-11-30.")
    assert "product" not in local.picks
    last_day = scan(f"01{GTIN}1726113010L1", snapshot=replace(PRODUCT, wall="2026-11-30 08:00"))
    assert last_day.picks["product"] == "hyaluron"
    untrusted = scan(f"01{GTIN}1726113010L1", snapshot=replace(PRODUCT, wall=""))
    assert untrusted.text("lot") == "L1", "control knows the date better and refuses by itself"


def test_a_product_that_the_clinic_does_not_have_is_refused() -> None:
    local = scan("01095060001343691728113010L1")
    assert local.notice.startswith("E812: No product of this clinic has the number 09506000134369.")
    with pytest.raises(NappageError):
        product_of(Pack(""), CATALOGUE)


@pytest.mark.parametrize(
    ("snapshot", "local"),
    [
        (snap(), at()),
        (TREATING, at()),
        (setup("needle"), at()),
        (PRODUCT, at(panel="text:lot", focus="lot")),
        (PRODUCT, at(asleep=True)),
        (replace(PRODUCT, user=None), at()),
    ],
)
def test_anywhere_else_a_code_is_passed_over(snapshot: s.Snapshot, local: Local) -> None:
    after = scan(WHOLE, local, snapshot)
    assert replace(after, touched=local.touched) == local
