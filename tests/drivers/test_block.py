"""A block: its struct and its bytes are made from each other, field by field."""

from __future__ import annotations

import msgspec
import pytest

from drivers.block import Access, Block, Field


class Pair(msgspec.Struct, frozen=True):
    first: int
    second: int


def pair(*names: str) -> Block[Pair]:
    return Block("pair", 0, Access.READ, Pair, [Field(name, "H", "", "") for name in names])


def test_the_bytes_stand_in_the_order_of_the_fields() -> None:
    subject = pair("first", "second")
    assert subject.encode(Pair(first=1, second=2)) == bytes([0, 1, 0, 2])
    assert subject.decode(bytes([0, 1, 0, 2])) == Pair(first=1, second=2)


def test_a_block_whose_struct_has_another_order_is_none() -> None:
    with pytest.raises(AssertionError, match="in one order"):
        pair("second", "first")
