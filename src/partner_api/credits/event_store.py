"""SQL of the ledger of credits: its pages, and how far it reaches."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from partner_api.database.rows import columns_of, read_row, read_rows
from partner_api.edge.wire.ledger_chain import LedgerPosition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection

CreditEventType = Literal["usage", "refund", "grant", "purchase", "adjustment", "allocation"]


class CreditEventFacts(Struct, frozen=True):
    """A row of the ledger, as the money functions answer it in their facts."""

    event_id: UUID
    event_type: CreditEventType
    included_delta: int
    prepaid_delta: int
    included_after: int
    prepaid_after: int
    usage_after: int
    project_id: UUID | None
    format: str | None
    job_id: UUID | None
    container_id: UUID | None
    description: str | None
    metadata: dict[str, str]
    created_at: datetime
    hash: bytes
    previous_hash: bytes
    internal_hash: bytes


class CreditEvent(CreditEventFacts, frozen=True):
    """A row of the ledger, with its place in it and who made it."""

    sequence: int
    api_key_id: UUID | None
    operator_id: UUID | None
    request_id: str | None


class EventFilter(NamedTuple):
    """Which events of a wallet to list. None is no filter; times are inclusive, milliseconds."""

    project_ids: Sequence[UUID] | None = None
    event_types: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None


# A sequence that no ledger reaches.
_BEYOND = 9223372036854775807
# One index scan per value of the filter, merged: a page costs the same in a ledger of any length.
_LIST_EVENTS = f"""
SELECT {columns_of(CreditEvent, "e")}
  FROM {{source}}
 CROSS JOIN LATERAL (
       SELECT e.*, credit_event_internal_hash(ROW(e.*)::credit_events) AS internal_hash
         FROM credit_events e
        WHERE e.tenant_id = $1 AND e.organization_id = $2 {{match}}
          AND e.sequence >= $3 AND e.sequence < $4
          AND ($5::uuid[] IS NULL OR e.project_id = ANY ($5))
          AND ($6::text[] IS NULL OR e.event_type = ANY ($6))
        ORDER BY e.sequence DESC
        LIMIT $7) e
 ORDER BY e.sequence DESC
 LIMIT $7
"""
_ANY_EVENT = _LIST_EVENTS.format(source="(SELECT 1) AS everything", match="")
_BY_TYPE = _LIST_EVENTS.format(
    source="unnest($6::text[]) AS wanted (event_type)",
    match="AND e.event_type = wanted.event_type",
)
# A project has events of two types, and the index has each of them in order.
_BY_PROJECT = _LIST_EVENTS.format(
    source="""(SELECT * FROM unnest($5::uuid[]) AS p (project_id),
                     unnest('{usage,refund}'::text[]) AS t (event_type)
                WHERE $6::text[] IS NULL OR event_type = ANY ($6)) AS wanted""",
    match="AND e.project_id = wanted.project_id AND e.event_type = wanted.event_type",
)


async def list_events(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    wanted: EventFilter,
    *,
    before: int | None,
    limit: int,
) -> list[CreditEvent]:
    """Return a page of a wallet's ledger, in the order in which it committed, newest first.

    Args:
        connection: any.
        tenant_id: the caller's.
        organization_id: whose wallet.
        wanted: filters; repeated values are taken once.
        before: the sequence after which the page begins; None for the first.
        limit: rows.
    """
    if wanted.project_ids is not None:
        statement = _BY_PROJECT
    elif wanted.event_types is not None:
        statement = _BY_TYPE
    else:
        statement = _ANY_EVENT
    first, end = await sequence_range(connection, tenant_id, organization_id, wanted, before)
    rows = await connection.fetch(
        statement,
        tenant_id,
        organization_id,
        first,
        end,
        None if wanted.project_ids is None else list(dict.fromkeys(wanted.project_ids)),
        None if wanted.event_types is None else list(dict.fromkeys(wanted.event_types)),
        limit,
    )
    return read_rows(CreditEvent, rows)


async def sequence_range(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    wanted: EventFilter,
    before: int | None,
) -> tuple[int, int]:
    """Return the first sequence of a page or of those after it, and the one that it ends before.

    Args:
        connection: any.
        tenant_id: of the organization.
        organization_id: whose wallet.
        wanted: its times.
        before: the sequence after which the page begins; None for the first.
    """
    first, end = 1, _BEYOND
    if wanted.since is not None or wanted.until is not None:
        first, end = await connection.fetchval(
            "SELECT credit_sequences_between($1, $2, $3, $4)",
            tenant_id,
            organization_id,
            wanted.since,
            wanted.until,
        )
    return first, end if before is None else min(end, before)


async def read_ledger_position(
    connection: Connection, tenant_id: int, organization_id: UUID
) -> LedgerPosition:
    """Return how far the ledger of a wallet reaches, which has to exist."""
    row = await connection.fetchrow(
        """
        SELECT w.last_sequence, w.last_hash, e.event_id
          FROM wallets w
          LEFT JOIN credit_events e
            ON e.tenant_id = w.tenant_id AND e.organization_id = w.organization_id
           AND e.sequence = w.last_sequence
         WHERE w.tenant_id = $1 AND w.organization_id = $2
        """,
        tenant_id,
        organization_id,
    )
    position = read_row(LedgerPosition, row)
    if position is None:
        raise LookupError("no wallet")
    return position
