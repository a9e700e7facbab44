"""Very many leases of a partner, written straight into the tables: assigning them would take minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.leases import PRICE_CENTS

if TYPE_CHECKING:
    from datetime import datetime

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

_FILL = """
WITH new AS MATERIALIZED (
    SELECT time_ordered_uuid(at, $1::bigint || ':' || n || ':' || gen_random_uuid()) AS id, at
      FROM generate_series(1, $3::integer) n, LATERAL (SELECT $4::timestamptz + n * $5::interval AS at) a
), account AS (
    INSERT INTO social_accounts (tenant_id, id, project_id, platform, handle, followers, leased, connected_at)
    SELECT $1, id, $2, 'tiktok', id::text, 1, true, at FROM new
), lease AS (
    INSERT INTO leases (tenant_id, social_account_id, project_id, assigned_at, monthly_price_cents, next_due_at)
    SELECT $1, id, $2, at, $6, lease_month_start(at, 1) FROM new
)
INSERT INTO lease_charges
    (tenant_id, social_account_id, lease_month, period_start, period_end, price_cents, status, settled_at)
SELECT $1, id, 0, at, lease_month_start(at, 1), 0, 'paid', at FROM new
"""


async def fill_leases(
    owner: Connection,
    wallet: Wallet,
    count: int,
    assigned_at: datetime,
    *,
    apart: timedelta = timedelta(seconds=1),
    price_cents: int = PRICE_CENTS,
) -> None:
    """Lease so many accounts that are in no pool, one after the other, their first month free."""
    await owner.execute(
        _FILL,
        wallet.tenant_id,
        wallet.project_id,
        count,
        assigned_at,
        apart,
        price_cents,
    )
    await owner.execute("SELECT lease_totals_recount($1)", wallet.tenant_id)
    await owner.execute(
        """
        UPDATE cash_wallets w SET renewals_due_at = (SELECT min(next_due_at) FROM leases WHERE tenant_id = $1)
         WHERE tenant_id = $1
        """,
        wallet.tenant_id,
    )
