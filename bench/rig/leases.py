"""Very many leases that are due, written straight into the tables."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rig.tenants import make_partner

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from partner_api.database.connection import Connection

# The renewals fall into one minute of the month after.
ASSIGNED = datetime(2026, 3, 10, 9, tzinfo=UTC)
DUE = datetime(2026, 4, 10, 9, 2, tzinfo=UTC)
_PRICE_CENTS = 15_000
_LEASES_PER_STATEMENT = 50_000


async def fill_leases(
    owner: Connection, partners: int, leases: int, advance: Callable[[int], None]
) -> list[int]:
    """Create so many partners with so many leases together, evenly, each with its first month paid.

    As the owner, because the application's role cannot write them; the rows are those that
    assigning would have left, in that order and with ids of that time. Gives the partners' tenants.
    """
    tenant_ids = []
    made = 0
    for number in range(partners):
        partner = await make_partner(owner, ASSIGNED)
        tenant_ids.append(partner.tenant_id)
        wanted = leases * (number + 1) // partners - made
        for first in range(0, wanted, _LEASES_PER_STATEMENT):
            count = min(_LEASES_PER_STATEMENT, wanted - first)
            await _fill(owner, partner.tenant_id, partner.project_id, first, count)
            advance(count)
        made += wanted
        await owner.execute(
            """
            UPDATE cash_wallets
               SET renewals_due_at = $2, balance_cents = balance_cents - $3 * $4::bigint,
                   last_sequence = last_sequence + $3, last_event_at = $5
             WHERE tenant_id = $1
            """,
            partner.tenant_id,
            ASSIGNED + timedelta(days=31),
            wanted,
            _PRICE_CENTS,
            ASSIGNED,
        )
        await owner.execute("SELECT lease_totals_recount($1)", partner.tenant_id)
    return tenant_ids


async def _fill(
    owner: Connection, tenant_id: int, project_id: UUID, first: int, count: int
) -> None:
    mark = secrets.token_hex(4)
    async with owner.transaction():
        await owner.execute(
            """
            CREATE TEMPORARY TABLE new_lease ON COMMIT DROP AS
            SELECT n, gen_random_uuid() AS pool_id, time_ordered_uuid(assigned_at, $4 || n) AS id, assigned_at
              FROM generate_series($2::integer, $2::integer + $3::integer - 1) n,
                   LATERAL (SELECT $1::timestamptz + make_interval(secs => (n - $2) * 60 / $3) AS assigned_at) a
            """,
            ASSIGNED,
            first,
            count,
            mark,
        )
        await owner.execute(
            """
            INSERT INTO pool_accounts
                (id, platform, handle, followers, vertical, language, geo, monthly_price_cents, status,
                 lease_tenant_id, lease_id, created_at, updated_at)
            SELECT pool_id, 'tiktok', $1 || '.' || n, 1000, 'food', 'en', '{US}', $2::bigint, 'leased', $3, id,
                   assigned_at, assigned_at
              FROM new_lease
            """,
            mark,
            _PRICE_CENTS,
            tenant_id,
        )
        await owner.execute(
            """
            INSERT INTO social_accounts
                (tenant_id, id, project_id, platform, handle, followers, leased, connected_at)
            SELECT $1, id, $2, 'tiktok', $3 || '.' || n, 1000, true, assigned_at FROM new_lease
            """,
            tenant_id,
            project_id,
            mark,
        )
        await owner.execute(
            """
            INSERT INTO leases
                (tenant_id, social_account_id, project_id, pool_account_id, assigned_at, monthly_price_cents,
                 next_due_at)
            SELECT $1, id, $2, pool_id, assigned_at, $3, lease_month_start(assigned_at, 1) FROM new_lease
            """,
            tenant_id,
            project_id,
            _PRICE_CENTS,
        )
        await owner.execute(
            """
            INSERT INTO lease_charges
                (tenant_id, social_account_id, lease_month, period_start, period_end, price_cents, status,
                 cash_sequence, settled_at)
            SELECT $1, id, 0, assigned_at, lease_month_start(assigned_at, 1), $2, 'paid', n + 2, assigned_at
              FROM new_lease
            """,
            tenant_id,
            _PRICE_CENTS,
        )
