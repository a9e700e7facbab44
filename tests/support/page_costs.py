"""How many blocks PostgreSQL looks at for a page of a list."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from partner_api.database.connection import Connection

T = TypeVar("T")


async def with_blocks(connection: Connection, asked: Awaitable[T]) -> tuple[T, int]:
    """What is answered, and how many blocks the last statement that was sent for it looks at."""
    seen: list[Any] = []
    connection.add_query_logger(seen.append)
    try:
        answered = await asked
        # The driver tells of a statement after it has given its rows.
        await asyncio.sleep(0)
    finally:
        connection.remove_query_logger(seen.append)
    query = seen[-1]
    explained = await connection.fetchval(
        f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query.query}", *query.args
    )
    plan = explained[0]["Plan"]
    # A plan follows from a sample of the rows: whoever reads of a failure has it here alone.
    print(json.dumps(plan, indent=1))
    return answered, int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])
