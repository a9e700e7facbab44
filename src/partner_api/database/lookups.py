"""Statements that find the rows of many keys in one round trip, in the order of the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection, Pool, Row


class Lookup:
    """One such statement, in two forms: for many keys, and for one alone.

    With an array PostgreSQL plans anew at every call, because it reckons with ten elements where it
    cannot see them; that takes several times as long as finding one row. The form for one key is
    planned once per connection.

    Args:
        statement: has ``{asked}`` in its FROM, and has to give one row for each of its rows. It may
            use the columns of ``asked``, and ``asked.position`` for the order.
        columns: the columns of ``asked`` with their types, in the order of a key's parts.
    """

    def __init__(self, statement: str, **columns: str) -> None:
        names = f"asked ({', '.join(columns)}, position)"
        types = list(enumerate(columns.values(), 1))
        arrays = ", ".join(f"${place}::{kind}[]" for place, kind in types)
        scalars = ", ".join(f"${place}::{kind}" for place, kind in types)
        self._many = statement.format(asked=f"unnest({arrays}) WITH ORDINALITY AS {names}")
        self._one = statement.format(asked=f"(SELECT {scalars}, 1) AS {names}")

    async def fetch(
        self, connection: Connection | Pool, keys: Sequence[tuple[Any, ...]]
    ) -> list[Row]:
        """Return one row for each key."""
        if not keys:
            return []
        if len(keys) == 1:
            return await connection.fetch(self._one, *keys[0])
        return await connection.fetch(self._many, *map(list, zip(*keys, strict=True)))
