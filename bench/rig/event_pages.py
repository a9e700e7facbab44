"""Pages of a ledger: filling ledgers of any length, and timing the statement that the route uses."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from partner_api.credits.event_store import CreditEvent, EventFilter, list_events

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncpg.connection import LoggedQuery

    from partner_api.database.connection import Connection
    from rig.tenants import Spender

# A short ledger of 10,000 events still has others after its page 1,000.
PAGE_ROWS = 9
DEEP_PAGE = 1000
_PROJECTS = 10
_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
_ROWS_AT_ONCE = 100_000
# A second apart: usage, and of a thousand rows one purchase and one grant, both without a project.
_FILL = """
INSERT INTO credit_events
    (tenant_id, organization_id, sequence, event_id, event_type, included_delta, prepaid_delta,
     included_after, prepaid_after, usage_after, project_id, format, job_id, container_id,
     metadata, created_at, previous_hash, hash)
SELECT $1, $2, n, gen_random_uuid(), kind, 0, CASE kind WHEN 'usage' THEN -1 ELSE 1000 END,
       0, 1000000, n,
       CASE kind WHEN 'usage' THEN ($3::uuid[])[1 + n % $4] END,
       CASE kind WHEN 'usage' THEN 'video_remix' END,
       CASE kind WHEN 'usage' THEN gen_random_uuid() END,
       CASE kind WHEN 'usage' THEN gen_random_uuid() END,
       '{}', $5::timestamptz + n * interval '1 second', sha256(''), sha256('')
  FROM generate_series($6::bigint, $7::bigint) AS n,
       LATERAL (SELECT CASE n % 1000 WHEN 0 THEN 'purchase' WHEN 500 THEN 'grant'
                       ELSE 'usage' END AS kind) AS kinds
"""


@dataclass(frozen=True)
class Ledger:
    """A wallet with so many events."""

    owner: Spender
    events: int

    def filters(self) -> dict[str, EventFilter]:
        """Return what a client can ask for, by name."""
        project = [_project_id(0)]
        third = timedelta(seconds=self.events / 3)
        return {
            "no filter": EventFilter(),
            "eventType, common": EventFilter(event_types=["usage"]),
            "eventType, rare": EventFilter(event_types=["purchase"]),
            "eventType, two": EventFilter(event_types=["purchase", "usage"]),
            "projectId": EventFilter(project_ids=project),
            "projectId, all ten": EventFilter(
                project_ids=[_project_id(n) for n in range(_PROJECTS)]
            ),
            "since and until": EventFilter(since=_BEGIN + third, until=_BEGIN + 2 * third),
            "projectId and eventType, none match": EventFilter(
                project_ids=project, event_types=["purchase"]
            ),
            "eventType, since and until": EventFilter(
                event_types=["purchase"], since=_BEGIN + third, until=_BEGIN + 2 * third
            ),
        }


async def fill(owner_connection: Connection, ledger: Ledger, advance: Callable[[int], Any]) -> None:
    """Write a ledger's events without the money functions: a million of them would take minutes.

    Args:
        owner_connection: a superuser's; foreign keys are not checked row by row.
        ledger: its wallet has no events yet but those of its making, which go.
        advance: told how many rows were written.
    """
    who = (ledger.owner.tenant_id, ledger.owner.organization_id)
    await owner_connection.execute("SET session_replication_role = replica")
    await owner_connection.execute(
        "DELETE FROM credit_events WHERE tenant_id = $1 AND organization_id = $2", *who
    )
    for first in range(1, ledger.events + 1, _ROWS_AT_ONCE):
        last = min(first + _ROWS_AT_ONCE - 1, ledger.events)
        await owner_connection.execute(
            _FILL,
            *who,
            [_project_id(n) for n in range(_PROJECTS)],
            _PROJECTS,
            _BEGIN,
            first,
            last,
            timeout=None,
        )
        advance(last - first + 1)
    await owner_connection.execute(
        """
        UPDATE wallets SET last_sequence = $3, last_event_at = $4
         WHERE tenant_id = $1 AND organization_id = $2
        """,
        *who,
        ledger.events,
        _BEGIN + timedelta(seconds=ledger.events),
    )
    await owner_connection.execute("SET session_replication_role = origin")


async def deep_position(connection: Connection, ledger: Ledger, wanted: EventFilter) -> int | None:
    """Find the sequence before which page 1,000 begins; the last page's when there are fewer."""
    rows = await _page(connection, ledger, wanted, None, PAGE_ROWS * (DEEP_PAGE - 1))
    complete = len(rows) == PAGE_ROWS * (DEEP_PAGE - 1)
    place = len(rows) - 1 if complete else len(rows) - 1 - PAGE_ROWS
    return rows[place].sequence if place >= 0 else None


async def time_page(
    connection: Connection, ledger: Ledger, wanted: EventFilter, before: int | None
) -> float:
    """Read one page as the route does; gives milliseconds."""
    began = perf_counter()
    await _page(connection, ledger, wanted, before, PAGE_ROWS + 1)
    return (perf_counter() - began) * 1000


async def blocks_of_page(
    connection: Connection, ledger: Ledger, wanted: EventFilter, before: int | None
) -> int:
    """Count the blocks that PostgreSQL looks at for a page: a figure that no other load disturbs."""
    seen: list[LoggedQuery] = []
    connection.add_query_logger(seen.append)
    try:
        await _page(connection, ledger, wanted, before, PAGE_ROWS + 1)
        # The driver tells of a statement after it has given its rows.
        await asyncio.sleep(0)
    finally:
        connection.remove_query_logger(seen.append)
    (query,) = seen
    explained = await connection.fetchval(
        f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query.query}", *query.args
    )
    plan = explained[0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


async def _page(
    connection: Connection, ledger: Ledger, wanted: EventFilter, before: int | None, limit: int
) -> list[CreditEvent]:
    return await list_events(
        connection,
        ledger.owner.tenant_id,
        ledger.owner.organization_id,
        wanted,
        before=before,
        limit=limit,
    )


def _project_id(n: int) -> UUID:
    return UUID(int=1 << 120 | n)
