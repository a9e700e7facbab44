"""SQL of leases as the operator sees them: of all partners, in the live environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partner_api.leases.store import renew

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from partner_api.database.connection import Connection

_LEASES = """
    SELECT l.tenant_id, l.social_account_id, l.project_id, p.organization_id, l.pool_account_id, s.handle, s.platform,
           s.followers, l.status, l.assigned_at,
           CASE l.status WHEN 'assigned' THEN lease_next_renewal(l.assigned_at, $1) END AS next_renewal_at,
           l.monthly_price_cents, l.billing_status, l.past_due_since, l.disconnected_at, l.disconnected_reason
      FROM leases l
      JOIN tenants t ON t.id = l.tenant_id AND t.env = 'live'
      JOIN projects p ON p.tenant_id = l.tenant_id AND p.id = l.project_id
      JOIN social_accounts s ON s.tenant_id = l.tenant_id AND s.id = l.social_account_id
"""


async def find_lease(
    connection: Connection, now: datetime, social_account_id: UUID
) -> asyncpg.Record | None:
    """The lease of this account, whosever it is. Crosses tenants: for the operator only."""
    return await connection.fetchrow(
        f"{_LEASES} WHERE s.id = $2",
        now,
        social_account_id,
    )


async def list_leases(
    connection: Connection,
    now: datetime,
    *,
    tenant_id: int | None,
    organization_id: UUID | None,
    statuses: Sequence[str] | None,
    billing_status: str | None,
    due_before: datetime | None,
    before: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """A page of all leases, newest first. Crosses tenants: for the operator only.

    Args:
        connection: any.
        now: decides when each is renewed next.
        tenant_id: only of this tenant; of the organization, so that its leases need not be looked for.
        organization_id: only of this organization's projects.
        statuses: only in these.
        billing_status: only assigned ones with this.
        due_before: only assigned ones whose oldest unpaid month begins before this.
        before: only those with a smaller id.
        limit: how many.
    """
    # Each filter that is asked for is a condition of its own: among a million leases of which few are past due,
    # `$1 IS NULL OR …` would keep PostgreSQL from using what it has an index for.
    arguments: list[Any] = [now]
    conditions = ["true"]

    def add(condition: str, value: object) -> None:
        arguments.append(value)
        conditions.append(condition.format(f"${len(arguments)}"))

    if tenant_id is not None:
        add("l.tenant_id = {}", tenant_id)
    if organization_id is not None:
        add("p.organization_id = {}", organization_id)
    if statuses is not None:
        add("l.status = ANY ({}::text[])", list(statuses))
    if billing_status is not None:
        add("l.billing_status = {}", billing_status)
        conditions.append("l.status = 'assigned'")
    if billing_status == "past_due":
        conditions.append("l.next_attempt_at IS NOT NULL")
    if due_before is not None:
        add("l.next_due_at < {}", due_before)
        conditions.append("l.status = 'assigned'")
    if before is not None:
        add("s.id < {}", before)
    arguments.append(limit)
    return await connection.fetch(
        f"{_LEASES} WHERE {' AND '.join(conditions)} ORDER BY s.id DESC LIMIT ${len(arguments)}",
        *arguments,
    )


async def list_partners_with_renewals(
    connection: Connection,
    until: datetime,
    *,
    organization_id: UUID | None,
    before: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Partners of whom something will be charged or tried again until then, newest first. Crosses tenants.

    Columns: ``tenant_id``, ``organization_id``, ``name``.
    """
    return await connection.fetch(
        """
        SELECT w.tenant_id, w.organization_id, o.name FROM cash_wallets w
          JOIN tenants t ON t.id = w.tenant_id AND t.env = 'live'
          JOIN organizations o ON o.tenant_id = w.tenant_id AND o.id = w.organization_id
         WHERE w.renewals_due_at <= $1
           AND ($2::uuid IS NULL OR w.organization_id = $2)
           AND ($3::uuid IS NULL OR w.organization_id < $3)
         ORDER BY w.organization_id DESC LIMIT $4
        """,
        until,
        organization_id,
        before,
        limit,
    )


async def rehearse_renewals(
    connection: Connection, tenant_id: int, moments: Sequence[datetime], limit: int
) -> list[asyncpg.Record]:
    """What sweeps at these moments would do with a partner's leases: it is done, read, and taken back.

    Args:
        connection: not in a transaction.
        tenant_id: the partner's. Nobody else can charge its wallet meanwhile.
        moments: when a worker would run, in order.
        limit: it ends when about so many times a lease was paid, put off or ended.

    Returns:
        The leases that would change: ``social_account_id``, ``project_id``, ``organization_id``, ``status`` and
        ``billing_status`` after it, ``months_paid``, ``paid_cents``, ``newly_due``. None, if a worker is charging
        the wallet at this moment.
    """
    transaction = connection.transaction()
    await transaction.start()
    try:
        for moment in moments:
            while limit > 0 and (
                advanced := (await renew(connection, [tenant_id], moment, limit)).leases
            ):
                limit -= advanced
        return await connection.fetch(
            """
            SELECT l.social_account_id, l.project_id, p.organization_id, l.status, l.billing_status,
                   count(c.status) FILTER (WHERE c.status = 'paid') AS months_paid,
                   coalesce(sum(c.price_cents) FILTER (WHERE c.status = 'paid'), 0)::bigint AS paid_cents,
                   coalesce(bool_or(c.status = 'due'), false) AS newly_due
              FROM leases l
              JOIN projects p ON p.tenant_id = l.tenant_id AND p.id = l.project_id
              LEFT JOIN lease_charges c
                ON c.tenant_id = l.tenant_id AND c.social_account_id = l.social_account_id
               AND c.xmin = pg_current_xact_id()::xid
             WHERE l.tenant_id = $1 AND l.xmin = pg_current_xact_id()::xid
             GROUP BY l.social_account_id, l.project_id, p.organization_id, l.status, l.billing_status
             ORDER BY l.social_account_id
            """,
            tenant_id,
        )
    finally:
        await transaction.rollback()
