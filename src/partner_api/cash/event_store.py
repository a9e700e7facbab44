"""SQL of the pages of the cash ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from partner_api.cash.store import CashEvent
from partner_api.database.rows import columns_of, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection

Direction = Literal["in", "out"]


class CashFilter(NamedTuple):
    """Which events of a wallet to list. None is no filter; times are inclusive, milliseconds."""

    event_types: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    direction: Direction | None = None
    social_account_ids: Sequence[UUID] | None = None


class PageSource(NamedTuple):
    """What the rows of a page are among: not many more than the page has. ``$5`` is how many it has."""

    rows: str
    arguments: list[Any]


# What each direction has: a type, and of the one that is both a condition.
_RUNS: Final[dict[tuple[str, Direction], str]] = {
    ("topup", "in"): "",
    ("refund", "in"): "",
    ("lease_charge", "out"): "",
    ("lease_renewal", "out"): "",
    # What operators correct: few.
    ("adjustment", "in"): "AND e.amount_cents > 0",
    ("adjustment", "out"): "AND e.amount_cents < 0",
}
_BEYOND: Final = 9223372036854775807
# The rows of leases: what charged their months, and their refunds. The offset keeps PostgreSQL from going through the
# ledger in its order to find them.
_OF_LEASES: Final = """
(SELECT e.* FROM lease_charges c
   JOIN cash_events e
     ON e.tenant_id = $1 AND e.organization_id = $2 AND e.currency = 'USD' AND e.sequence = c.cash_sequence
  WHERE c.tenant_id = $1 AND c.social_account_id = ANY ($6::uuid[])
  UNION ALL
 SELECT e.* FROM cash_events e
  WHERE e.tenant_id = $1 AND e.social_account_id = ANY ($6::uuid[]) AND e.event_type = 'refund'
    AND e.organization_id = $2
 OFFSET 0)
"""


async def list_events(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    wanted: CashFilter,
    *,
    before: int | None,
    limit: int,
) -> list[CashEvent]:
    """Return a page of a partner's cash ledger, newest first.

    Args:
        connection: any.
        tenant_id: of the partner.
        organization_id: whose wallet.
        wanted: filters.
        before: the sequence after which the page begins; None for the first.
        limit: rows.
    """
    source = await page_source(connection, tenant_id, organization_id, wanted, before, limit)
    if source is None:
        return []
    rows = await connection.fetch(
        f"""
        SELECT {columns_of(CashEvent, "e", internal_hash="cash_event_internal_hash(ROW(e.*)::cash_events)")}
          FROM (SELECT * FROM ({source.rows}) a ORDER BY sequence DESC LIMIT $5) e
         ORDER BY e.sequence DESC
        """,
        *source.arguments,
    )
    return read_rows(CashEvent, rows)


async def page_source(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    wanted: CashFilter,
    before: int | None,
    limit: int,
) -> PageSource | None:
    """Return what the rows of a page are among; None when the filters contradict each other.

    However long the ledger is, it costs the same: every filter is a run through an index. Renewals are found in the
    order of the ledger, of which they are nearly everything.
    """
    first, end = 1, _BEYOND if before is None else before
    if wanted.since is not None or wanted.until is not None:
        asked = (tenant_id, organization_id, wanted.since, wanted.until)
        first, last = await connection.fetchval(
            "SELECT cash_sequences_between($1, $2, $3, $4)", *asked
        )
        end = min(end, last)
    arguments: list[Any] = [tenant_id, organization_id, first, end, limit]
    if wanted.social_account_ids is not None:
        arguments.append(list(dict.fromkeys(wanted.social_account_ids)))
    runs = _runs(wanted)
    return PageSource(" UNION ALL ".join(runs), arguments) if runs else None


def _runs(wanted: CashFilter) -> list[str]:
    """Return a statement for each run through an index."""
    types = None if wanted.event_types is None else frozenset(wanted.event_types)
    direction = wanted.direction
    source = "cash_events"
    if wanted.social_account_ids is not None:
        source = _OF_LEASES
    elif types is None and direction is None:
        return [_run("", source)]
    conditions = (
        f"AND e.event_type = '{event_type}' {condition if direction else ''}"
        for (event_type, way), condition in _RUNS.items()
        if (types is None or event_type in types) and direction in (way, None)
    )
    return [_run(condition, source) for condition in dict.fromkeys(conditions)]


def _run(condition: str, source: str) -> str:
    return f"""(SELECT e.* FROM {source} e
                 WHERE e.tenant_id = $1 AND e.organization_id = $2 AND e.currency = 'USD'
                   AND e.sequence >= $3 AND e.sequence < $4 {condition}
                 ORDER BY e.sequence DESC LIMIT $5)"""
