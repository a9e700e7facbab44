"""Ledgers of any length, written at once, and many short ones beside them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from tests.support.tenants import NOON, make_partner

if TYPE_CHECKING:
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

JOB = UUID(int=9 << 100)
LEASE = UUID(int=8 << 100)
# Transfers that go out and usage in turn; what came in, and the job and the purchase, are among the first.
FILL = """
INSERT INTO credit_events
    (tenant_id, organization_id, sequence, event_id, event_type, included_delta, prepaid_delta,
     included_after, prepaid_after, usage_after, job_id, transfer_id, created_at, previous_hash, hash)
SELECT $1, $2, n, gen_random_uuid(), kind, 0, CASE WHEN n < 8 THEN 5 ELSE -1 END, 0, 5, 5,
       CASE WHEN n = 8 THEN $3::uuid WHEN kind = 'usage' THEN gen_random_uuid() END,
       CASE kind WHEN 'allocation' THEN gen_random_uuid() END,
       $4::timestamptz + n * interval '1 s', sha256(''), sha256('')
  FROM generate_series(1, $5::bigint) AS n,
       LATERAL (SELECT CASE WHEN n = 5 THEN 'purchase' WHEN n % 2 = 0 AND n > 7 THEN 'usage'
                       ELSE 'allocation' END AS kind) k
"""
# Of many wallets, so that low sequences are frequent: of which wallet they are is not what the planner counts.
FILL_OTHERS = """
INSERT INTO credit_events
    (tenant_id, organization_id, sequence, event_id, event_type, included_delta, prepaid_delta,
     included_after, prepaid_after, usage_after, created_at, previous_hash, hash)
SELECT 1000 + tenant, md5(tenant::text)::uuid, n, gen_random_uuid(), 'grant', 0, 5, 0, 5, 5,
       $1::timestamptz + n * interval '1 s', sha256(''), sha256('')
  FROM generate_series(1, 600) AS tenant, generate_series(1, 10) AS n
"""
# Renewals, and among the first rows a payment, a correction and what a lease was charged.
FILL_CASH = """
INSERT INTO cash_events
    (tenant_id, organization_id, sequence, event_id, event_type, amount_cents, balance_after_cents,
     for_organization_id, social_account_id, lease_month, created_at, previous_hash, hash)
SELECT $1, $2, n, gen_random_uuid(), kind, CASE kind WHEN 'topup' THEN 5 ELSE -1 END, 5, $2,
       CASE WHEN n = 4 THEN $3::uuid WHEN kind LIKE 'lease%' THEN gen_random_uuid() END,
       CASE WHEN kind LIKE 'lease%' THEN 1 END,
       $4::timestamptz + n * interval '1 s', sha256(''), sha256('')
  FROM generate_series(1, $5::bigint) AS n,
       LATERAL (SELECT CASE n WHEN 1 THEN 'topup' WHEN 2 THEN 'adjustment' WHEN 4 THEN 'lease_charge'
                       ELSE 'lease_renewal' END AS kind) k
"""


async def make_ledgers(connection: Connection, events: int) -> Wallet:
    wallet = await make_partner(connection)
    where = (wallet.tenant_id, wallet.organization_id)
    await connection.execute(FILL, *where, JOB, NOON, events)
    await connection.execute(FILL_CASH, *where, LEASE, NOON, events)
    last = (events, NOON + timedelta(seconds=events))
    for table in ("wallets", "cash_wallets"):
        await connection.execute(
            f"""
            UPDATE {table} SET last_sequence = $3, last_event_at = $4
             WHERE tenant_id = $1 AND organization_id = $2
            """,
            *where,
            *last,
        )
    await connection.execute(
        """
        INSERT INTO lease_charges
            (tenant_id, social_account_id, lease_month, period_start, period_end, price_cents, status,
             cash_sequence, settled_at)
        VALUES ($1, $2, 1, $3, $3::timestamptz + interval '1 month', 1, 'paid', 4, $3)
        """,
        wallet.tenant_id,
        LEASE,
        NOON,
    )
    return wallet
