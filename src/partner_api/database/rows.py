"""Rows as Structs: what a store answers, so that the type checker knows every column."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from partner_api.database.connection import Connection, Row

S = TypeVar("S", bound=msgspec.Struct)


def columns_of(kind: type[msgspec.Struct], table: str | None = None, **others: str) -> str:
    """Return the list of columns of a SELECT that reads a Struct: its fields, in their order.

    Args:
        kind: the Struct; its fields have the names of the columns.
        table: what stands before each name, if several tables are read.
        others: by its field, the expression of a column that is not one of that table.
    """
    prefix = "" if table is None else f"{table}."
    return ", ".join(
        f"{others[name]} AS {name}" if name in others else prefix + name
        for name in kind.__struct_fields__
    )


def read_row(kind: type[S], row: Row | None) -> S | None:
    """Return a row as a Struct; None for None.

    The values are taken as PostgreSQL has typed them, not checked again: a query that computes a
    number casts it to the type of its field.

    Raises:
        TypeError: the columns are not the fields, in their order.
    """
    if row is None:
        return None
    _check_columns(kind, row)
    return kind(*row.values())


def read_returned(kind: type[S], row: Row | None) -> S:
    """Return as a Struct the row that a statement always has: inserted, locked before, or counted.

    Raises:
        LookupError: it returned none.
        TypeError: the columns are not the fields, in their order.
    """
    found = read_row(kind, row)
    if found is None:
        raise LookupError(f"a statement returned no {kind.__name__}")
    return found


def read_rows(kind: type[S], rows: Sequence[Row]) -> list[S]:
    """Return each row as a Struct; see ``read_row``.

    Raises:
        TypeError: the columns are not the fields, in their order.
    """
    if rows:
        _check_columns(kind, rows[0])
    return [kind(*row.values()) for row in rows]


def read_joined(
    kind: type[S], row: Row, present: str, *, after: Sequence[type[msgspec.Struct]] = ()
) -> S | None:
    """Return as a Struct the part of a row that is of one of several joined tables; see ``read_row``.

    Args:
        kind: the Struct; its columns stand together, in the order of its fields.
        row: the whole row.
        present: the field that is None when the join has found nothing.
        after: the Structs whose columns come before.

    Raises:
        TypeError: the columns in that place are not the fields, in their order.
    """
    fields = kind.__struct_fields__
    start = sum(len(one.__struct_fields__) for one in after)
    end = start + len(fields)
    _check_names(kind, tuple(row.keys())[start:end])
    values = row[start:end]
    return None if values[fields.index(present)] is None else kind(*values)


async def stream_rows(
    kind: type[S], connection: Connection, statement: str, *arguments: object
) -> AsyncGenerator[S]:
    """Yield a Struct of each row as it comes, in a transaction that only reads; see ``read_row``.

    Raises:
        TypeError: the columns are not the fields, in their order.
    """
    async with connection.transaction(readonly=True):
        async for row in connection.cursor(statement, *arguments):
            _check_columns(kind, row)
            yield kind(*row.values())


def _check_columns(kind: type[msgspec.Struct], row: Row) -> None:
    _check_names(kind, tuple(row.keys()))


def _check_names(kind: type[msgspec.Struct], columns: tuple[str, ...]) -> None:
    if columns != kind.__struct_fields__:
        raise TypeError(f"{kind.__name__} has other fields than the row has columns: {columns}")
