"""What a check costs grows with the books and no faster, and its memory does not grow at all."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING, NamedTuple

import pytest
from tests.reconciliation.history import MARCH
from tests.support.chains import chain_again

from partner_api.reconciliation.rules import Rule, Scope
from partner_api.reconciliation.run import MISMATCHES_KEPT, reconcile

if TYPE_CHECKING:
    from partner_api.database.connection import Connection
    from partner_api.reconciliation.rules import Reconciliation


@pytest.fixture(scope="session")
def _owner(own_owner: Connection) -> Connection:
    """What is broken here is in the database of these tests: how it is read has to be the same each time."""
    return own_owner


# Every wallet: a purchase of 100, then jobs that each took 1; one more is open with 5 reserved.
_BOOKS = """
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
_TABLES = ("wallets", "organizations", "credit_events", "reservations", "jobs", "projects")


class _Cost(NamedTuple):
    """What one check of a tenant read and held."""

    result: Reconciliation
    rows_read: dict[str, int]
    peak_bytes: int


async def _make_books(
    connection: Connection, tenant_id: int, *, wallets: int, jobs_each: int
) -> None:
    await connection.execute(_BOOKS, tenant_id, wallets, jobs_each)
    await chain_again(connection, tenant_id)


async def _measure(connection: Connection, tenant_id: int) -> _Cost:
    before = await _rows_read(connection)
    tracemalloc.start()
    try:
        result = await reconcile(connection, MARCH, Scope(tenant_id))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    after = await _rows_read(connection)
    return _Cost(result, {table: after[table] - before[table] for table in _TABLES}, peak)


async def _rows_read(connection: Connection) -> dict[str, int]:
    rows = await connection.fetch(
        """
        SELECT relname, seq_tup_read + idx_tup_fetch AS rows_read FROM pg_stat_xact_user_tables
         WHERE relname = ANY ($1)
        """,
        list(_TABLES),
    )
    return {row["relname"]: row["rows_read"] for row in rows}


async def test_cost_is_linear_and_memory_constant(breaking: Connection) -> None:
    """Also when the planner knows nothing of the new tenant's size: there is no ANALYZE in between."""
    small, large = 1_000, 3_000
    for tenant_id, wallets in ((1, small), (2, large)):
        await _make_books(breaking, tenant_id, wallets=wallets, jobs_each=4)

    of_small = await _measure(breaking, 1)
    of_large = await _measure(breaking, 2)

    for cost, wallets in ((of_small, small), (of_large, large)):
        assert cost.result.mismatches == []
        assert (cost.result.wallets_checked, cost.result.events_checked) == (
            wallets + 1,
            wallets * 5,
        )
        # No row is read more often than there are questions about it.
        assert cost.rows_read["credit_events"] <= 5 * wallets * 5, cost.rows_read
        assert cost.rows_read["reservations"] <= 3 * wallets * 5, cost.rows_read
        assert cost.rows_read["jobs"] <= 3 * wallets * 5, cost.rows_read
        for table in ("wallets", "organizations", "projects"):
            assert cost.rows_read[table] <= 6 * wallets, cost.rows_read
    # When garbage is collected decides too, so the least of several counts.
    least_of_small, least_of_large = [
        min([(await _measure(breaking, tenant_id)).peak_bytes for _ in range(3)])
        for tenant_id in (1, 2)
    ]
    assert least_of_large < 1.2 * least_of_small, (least_of_small, least_of_large)
    assert least_of_large < 8_000_000


async def test_a_wallet_with_very_many_events_is_read_once(breaking: Connection) -> None:
    await _make_books(breaking, 1, wallets=2, jobs_each=90)
    # Purchases of nothing but one credit, so that the books stay right.
    many = 50_000
    await breaking.execute(
        """
        INSERT INTO credit_events (tenant_id, organization_id, sequence, event_id, event_type,
                                   included_delta, prepaid_delta, included_after, prepaid_after,
                                   usage_after, created_at, previous_hash, hash)
        SELECT tenant_id, organization_id, 91 + s,
               credit_event_id(tenant_id, organization_id, 91 + s, '2026-06-02'), 'purchase', 0, 1, 0,
               10 + s, 90, '2026-06-02', sha256(''), sha256('')
          FROM wallets, generate_series(1, $1::integer) s WHERE tenant_id = 1
        """,
        many,
    )
    await breaking.execute(
        "UPDATE wallets SET prepaid = prepaid + $1, last_sequence = last_sequence + $1 WHERE tenant_id = 1",
        many,
    )
    await chain_again(breaking, 1)

    cost = await _measure(breaking, 1)

    assert cost.result.mismatches == []
    assert cost.result.events_checked == 2 * (many + 91)
    assert cost.rows_read["credit_events"] <= 5 * cost.result.events_checked
    assert cost.peak_bytes < 1_000_000


async def test_very_many_mismatches_are_all_counted_and_not_all_kept(breaking: Connection) -> None:
    wallets = 600
    await _make_books(breaking, 1, wallets=wallets, jobs_each=3)
    await breaking.execute("UPDATE wallets SET prepaid = prepaid + 1 WHERE tenant_id = 1")
    await breaking.execute(
        "UPDATE reservations SET charged = 2 WHERE tenant_id = 1 AND charged = 1"
    )
    seen = 0

    def count(_: object) -> None:
        nonlocal seen
        seen += 1

    result = await reconcile(breaking, MARCH, Scope(1), on_mismatch=count)

    assert result.mismatches_found == seen == wallets + 3 * wallets
    assert len(result.mismatches) == MISMATCHES_KEPT
    assert result.cut
    assert {each.rule for each in result.mismatches} == {Rule.PREPAID_BALANCE, Rule.JOB_CHARGE}
