"""What no layer above can hold is no time of a row: sweeps and checks read every one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest
from tests.support.leases import lease
from tests.support.tenants import NOON, make_partner

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

_UNBOUNDED = """
SELECT c.relname || '.' || a.attname
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
   AND a.atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype)
   AND NOT EXISTS (SELECT FROM pg_constraint k
                    WHERE k.conrelid = c.oid AND k.conname LIKE '%\\_times' AND a.attnum = ANY (k.conkey))
"""


async def test_every_column_of_times_is_bounded(connection: Connection) -> None:
    assert await connection.fetch(_UNBOUNDED) == []


@pytest.mark.parametrize(
    "time", ["infinity", "-infinity", "10000-01-01Z", "0044-03-15 BC", "1969-12-31 23:59:59Z"]
)
@pytest.mark.parametrize("column", ["assigned_at", "next_due_at"])
async def test_a_lease_has_no_time_that_is_none(
    owner_connection: Connection, column: str, time: str
) -> None:
    partner = await make_partner(owner_connection, cash_cents=100_000)
    await lease(owner_connection, partner, NOON)

    with pytest.raises(asyncpg.CheckViolationError, match="leases_times"):
        await owner_connection.execute(
            f"UPDATE leases SET {column} = $2::text::timestamptz WHERE tenant_id = $1",
            partner.tenant_id,
            time,
        )


@pytest.mark.parametrize("time", ["1970-01-01Z", "9999-12-31 23:59:59.999Z"])
async def test_the_first_and_the_last_are_taken(owner_connection: Connection, time: str) -> None:
    partner = await make_partner(owner_connection)
    done = await owner_connection.execute(
        "UPDATE organizations SET updated_at = $2::text::timestamptz WHERE tenant_id = $1",
        partner.tenant_id,
        time,
    )
    assert done == "UPDATE 1"
