"""Books of any size, and what a check of them costs."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING, NamedTuple

from tests.reconciliation.history import MARCH
from tests.support.chains import chain_again

from partner_api.reconciliation.rules import Scope
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from partner_api.database.connection import Connection
    from partner_api.reconciliation.rules import Reconciliation


# Every wallet: a purchase of 100, then jobs that each took 1; one more is open with 5 reserved.
BOOKS = """
WITH size AS MATERIALIZED (
    SELECT $1::bigint AS tenant_id, i, md5($1 || ':organization:' || i)::uuid AS id
      FROM generate_series(0, $2::integer - 1) i
), tenant AS (
    INSERT INTO tenants SELECT tenant_id, id, 'live', '2026-06-01' FROM size WHERE i = 0
), organization AS (
    INSERT INTO organizations (tenant_id, id, parent_id, name, rate_limit_tier, created_at, updated_at)
    SELECT tenant_id, id, CASE WHEN i > 0 THEN (SELECT id FROM size WHERE i = 0) END, 'Name',
           CASE WHEN i = 0 THEN 'internal' END, '2026-06-01', '2026-06-01' FROM size
), cash AS (
    INSERT INTO cash_wallets (tenant_id, organization_id, last_event_at)
    SELECT tenant_id, id, '2026-06-01' FROM size WHERE i = 0
), project AS (
    INSERT INTO projects (tenant_id, id, organization_id, name, timezone, created_at, updated_at)
    SELECT tenant_id, id, id, 'Name', 'UTC', '2026-06-01', '2026-06-01' FROM size
), wallet AS (
    INSERT INTO wallets (tenant_id, organization_id, partner_id, period_anchor, period_number, period_start,
                         period_end, prepaid, reserved, used_this_period, running_jobs,
                         last_sequence, last_event_at)
    SELECT tenant_id, id, CASE WHEN i > 0 THEN (SELECT id FROM size WHERE i = 0) END, '2026-06-01',
           0, '2026-06-01', '2026-07-01', 100 - $3::integer, 5,
           $3::integer, 1, $3::integer + 1, '2026-06-02' FROM size
), job AS MATERIALIZED (
    SELECT tenant_id, id AS organization_id, s, md5(id || ':job:' || s)::uuid AS id
      FROM size, generate_series(0, $3::integer) s
), event AS (
    INSERT INTO credit_events (tenant_id, organization_id, sequence, event_id, event_type,
                               included_delta, prepaid_delta, included_after, prepaid_after,
                               usage_after, job_id, project_id, container_id, format, created_at,
                               previous_hash, hash)
    SELECT tenant_id, organization_id, s + 1,
           credit_event_id(tenant_id, organization_id, s + 1, '2026-06-02'),
           CASE s WHEN 0 THEN 'purchase' ELSE 'usage' END,
           0, CASE s WHEN 0 THEN 100 ELSE -1 END, 0, 100 - s, s, CASE WHEN s > 0 THEN id END,
           CASE WHEN s > 0 THEN organization_id END, CASE WHEN s > 0 THEN id END,
           CASE WHEN s > 0 THEN 'auto' END, '2026-06-02',
           sha256(''), sha256('') FROM job
), begun AS (
    INSERT INTO jobs (tenant_id, id, project_id, format, status, stage, progress, started_at, expires_at,
                      finished_at)
    SELECT tenant_id, id, organization_id, 'auto', CASE s WHEN 0 THEN 'running' ELSE 'completed' END,
           CASE s WHEN 0 THEN 'queued' ELSE 'completed' END, (s > 0)::integer,
           '2026-06-02', '2026-06-03', CASE WHEN s > 0 THEN timestamptz '2026-06-02' END FROM job
), container AS (
    INSERT INTO containers (tenant_id, id, project_id, job_id, status, format, created_at, completed_at)
    SELECT tenant_id, id, organization_id, id, CASE s WHEN 0 THEN 'queued' ELSE 'completed' END, 'auto',
           '2026-06-02', CASE WHEN s > 0 THEN timestamptz '2026-06-02' END FROM job
)
INSERT INTO reservations (tenant_id, job_id, organization_id, credits, status, charged, created_at,
                          expires_at, closed_at)
SELECT tenant_id, id, organization_id, 5, CASE s WHEN 0 THEN 'open' ELSE 'settled' END,
       least(s, 1), '2026-06-02', '2026-06-03', CASE WHEN s > 0 THEN timestamptz '2026-06-02' END
  FROM job
"""
TABLES = ("wallets", "organizations", "credit_events", "reservations", "jobs", "projects")


class Cost(NamedTuple):
    """What one check of a tenant read and held."""

    result: Reconciliation
    rows_read: dict[str, int]
    peak_bytes: int


async def make_books(
    connection: Connection, tenant_id: int, *, wallets: int, jobs_each: int
) -> None:
    await connection.execute(BOOKS, tenant_id, wallets, jobs_each)
    await chain_again(connection, tenant_id)


async def measure(connection: Connection, tenant_id: int) -> Cost:
    before = await rows_read_of(connection)
    tracemalloc.start()
    try:
        result = await reconcile(connection, MARCH, Scope(tenant_id))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    after = await rows_read_of(connection)
    return Cost(result, {table: after[table] - before[table] for table in TABLES}, peak)


async def rows_read_of(connection: Connection) -> dict[str, int]:
    rows = await connection.fetch(
        """
        SELECT relname, seq_tup_read + idx_tup_fetch AS rows_read FROM pg_stat_xact_user_tables
         WHERE relname = ANY ($1)
        """,
        list(TABLES),
    )
    return {row["relname"]: row["rows_read"] for row in rows}
