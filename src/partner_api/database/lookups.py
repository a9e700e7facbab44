"""Statements that find the rows of many keys in one round trip, in the order of the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partner_api.database.pool import Pool, is_spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection, Row


class Lookup:
    """One such statement, in two forms: for many keys, and for one alone.

    With an array PostgreSQL plans anew at every call, because it reckons with ten elements where it
    cannot see them; that takes several times as long as finding one row. The form for one key is
    planned once per connection.

    The form for many is that for one, for each of them. If PostgreSQL could choose the order of all, it would join the
    rows of a tenant with each other while it knows nothing of the tables yet: seconds for a thousand children. A limit
    of one row for each key keeps it from that, and ends the search at the row. A cluster takes no limit there; the
    order of the one row keeps it from that as well.

    On a cluster, the form for one key is one command of one node, and that for many is one for each shard that has one
    of the tenants: for that, each table is told which these are. What is not found has no row, because a table to
    which nothing is joined from outside is looked through where it is.

    Args:
        statement: has ``{asked}`` in its FROM, selects ``asked.position`` as the last column, and gives at most one row
            for each row of ``asked``. ``{tenants}`` stands behind the ``tenant_id`` of each table, if that is the
            first of the columns.
        columns: the columns of ``asked`` with their types, in the order of a key's parts.
    """

    def __init__(self, statement: str, **columns: str) -> None:
        names = f"asked ({', '.join(columns)}, position)"
        types = list(enumerate(columns.values(), 1))
        arrays = ", ".join(f"${place}::{kind}[]" for place, kind in types)
        scalars = ", ".join(f"${place}::{kind}" for place, kind in types)
        each = ", ".join(f"one.{column}" for column in (*columns, "position"))

        def for_each(tenants: str, apart: str) -> str:
            found = statement.format(asked=f"(SELECT {each}) AS {names}", tenants=tenants)
            return f"""
                SELECT found.* FROM unnest({arrays}) WITH ORDINALITY AS {names.replace("asked", "one")}
                 CROSS JOIN LATERAL ({found} {apart}) found
            """  # noqa: S608 - made of a statement of a store and of its columns

        self._many = for_each("= one.tenant_id", "LIMIT 1")
        self._many_spread = for_each("= ANY ($1::bigint[])", "ORDER BY asked.position")
        self._one = statement.format(
            asked=f"(SELECT {scalars}, 1) AS {names}", tenants="= $1::bigint"
        )

    async def fetch(
        self, connection: Connection | Pool, keys: Sequence[tuple[Any, ...]]
    ) -> list[Row | None]:
        """Return a row for each key; None where nothing was found."""
        if not keys:
            return []
        if isinstance(connection, Pool):
            async with connection.acquire() as borrowed:
                return await self.fetch(borrowed, keys)
        if len(keys) == 1:
            rows = await connection.fetch(self._one, *keys[0])
        else:
            many = self._many_spread if is_spread(connection) else self._many
            rows = await connection.fetch(many, *map(list, zip(*keys, strict=True)))
        found: list[Row | None] = [None] * len(keys)
        for row in rows:
            found[row["position"] - 1] = row
        return found
