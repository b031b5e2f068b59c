"""How a row becomes the values of a table and back: the only place that knows both sides.

Everything is stored as integers and text, as it is hashed: a Boolean as 0 or 1, an event's body as JSON with
sorted keys.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import msgspec

from kiosk.records.migrations import MIGRATIONS, columns_of, kinds_of
from kiosk.records.rows import (
    AccountRow,
    AuthorisationKind,
    AuthorisationRow,
    CalibrationRow,
    Certainty,
    ClosingRow,
    EventRow,
    ResolutionRow,
    Row,
    SessionRow,
    ShotRow,
)

Stored = int | str
VERSION = MIGRATIONS[-1].version
TABLE_OF: dict[type[Row], str] = {
    SessionRow: "session",
    AuthorisationRow: "authorisation",
    ResolutionRow: "resolution",
    ShotRow: "shot",
    EventRow: "event",
    ClosingRow: "closing",
    CalibrationRow: "calibration",
    AccountRow: "account",
}
TYPE_OF: dict[str, type[Row]] = {table: row_type for row_type, table in TABLE_OF.items()}

_to_json = msgspec.json.Encoder(order="sorted")
_body = msgspec.json.Decoder(dict[str, str | int | float | bool | list[str] | None])


def _encode_body(body: object) -> str:
    return _to_json.encode(body).decode()


_Convert = Callable[[Any], Any]
_CONVERSIONS: dict[str, dict[str, tuple[_Convert, _Convert]]] = {
    "authorisation": {"kind": (str, AuthorisationKind)},
    "resolution": {"certainty": (str, Certainty)},
    "shot": {"kind": (str, AuthorisationKind), "certainty": (str, Certainty), "recovered": (int, bool)},
    "event": {"kind": (str, str), "body": (_encode_body, _body.decode)},
    "closing": {"aftercare_given": (int, bool), "cleaned_up": (int, bool)},
    "account": {"disabled": (int, bool)},
}


class Table:
    """One table: its statement for inserting, and the conversions of its columns."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.row_type = TYPE_OF[name]
        self.columns = columns_of(name, VERSION)
        self._kinds = kinds_of(name, VERSION)
        conversions = _CONVERSIONS.get(name, {})
        self._out = [(self.columns.index(column), pair[0]) for column, pair in conversions.items()]
        self._in = [(self.columns.index(column), pair[1]) for column, pair in conversions.items()]
        marks = ", ".join("?" * (len(self.columns) + 4))
        self.insert = f"INSERT INTO {name} (row, wall_ms, boot, {', '.join(self.columns)}, hash) VALUES ({marks})"  # noqa: S608
        self.select = f"SELECT {', '.join(self.columns)} FROM {name}"  # noqa: S608

    def values(self, row: Row) -> list[Stored]:
        """What is stored and hashed of `row`, in the order of the columns."""
        values = list(msgspec.structs.astuple(row))
        for index, convert in self._out:
            values[index] = convert(values[index])
        return cast("list[Stored]", values)

    def row(self, stored: Sequence[Any]) -> Row:
        """The row that `stored` (values in the order of the columns) holds.

        Raises:
            ValueError: a value is of another kind than its column, or one that no row can hold.
        """
        values = list(stored)
        for column, value, kind in zip(self.columns, values, self._kinds, strict=True):
            if type(value) is not kind:
                raise ValueError(self._wrong(column, value))
        for index, convert in self._in:
            try:
                values[index] = convert(values[index])
            except (ValueError, msgspec.DecodeError) as error:
                raise ValueError(self._wrong(self.columns[index], values[index])) from error
        return self.row_type(*values)

    def _wrong(self, column: str, value: object) -> str:
        return f"a row of '{self.name}' holds {str(value)[:40]!r} as '{column}'"


TABLES: dict[str, Table] = {name: Table(name) for name in TABLE_OF.values()}
TABLE_FOR: dict[type[Row], Table] = {row_type: TABLES[name] for row_type, name in TABLE_OF.items()}
