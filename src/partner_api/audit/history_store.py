"""SQL of what the audit log has of one lease, or of one account of the pool."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from msgspec import Struct

from partner_api.audit.store import AuditPosition
from partner_api.database.rows import columns_of, read_rows

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


class HistoryEvent(Struct, frozen=True):
    """A row of the audit log, of whomever."""

    event_id: UUID
    event_type: str
    occurred_at: datetime
    actor: Literal["partner_api", "operator", "system"]
    request_id: str | None
    details: dict[str, Any]


_COLUMNS = columns_of(HistoryEvent)


def position_of(event: HistoryEvent) -> AuditPosition:
    """Return where the page after this event begins."""
    return AuditPosition(event.occurred_at, event.event_id)


async def list_lease_history(
    connection: Connection,
    tenant_id: int,
    social_account_id: str,
    *,
    before: AuditPosition | None,
    limit: int,
) -> list[HistoryEvent]:
    """Return a page of what happened to a lease, newest first; its id is as the log has it, ``sa_…``."""
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM audit_events
         WHERE tenant_id = $1 AND details ? 'socialAccountId' AND details ->> 'socialAccountId' = $2
           AND ($3::timestamptz IS NULL OR (occurred_at, event_id) < ($3, $4::uuid))
         ORDER BY occurred_at DESC, event_id DESC LIMIT $5
        """,
        tenant_id,
        social_account_id,
        *(before or (None, None)),
        limit,
    )
    return read_rows(HistoryEvent, rows)


async def list_pool_account_history(
    connection: Connection,
    tenant_id: int,
    pool_account_id: str,
    created_at: datetime,
    *,
    before: AuditPosition | None,
    limit: int,
) -> list[HistoryEvent]:
    """Return a page of what happened to an account of the pool, newest first.

    Args:
        connection: any.
        tenant_id: the operator's own.
        pool_account_id: as the log has it, ``pool_…``.
        created_at: an import of that instant is the one that added the account.
        before: the last event of the page before.
        limit: how many.
    """
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM audit_events
         WHERE tenant_id = $1
           AND (details ? 'poolAccountId' AND details ->> 'poolAccountId' = $2
                OR occurred_at = $3 AND event_type = 'pool_account.imported')
           AND ($4::timestamptz IS NULL OR (occurred_at, event_id) < ($4, $5::uuid))
         ORDER BY occurred_at DESC, event_id DESC LIMIT $6
        """,
        tenant_id,
        pool_account_id,
        created_at,
        *(before or (None, None)),
        limit,
    )
    return read_rows(HistoryEvent, rows)
