"""Every statement names its tenant, and every key of a tenant's table begins with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.database.statements import (
    names_tenants,
    statements_in_functions,
    statements_in_python,
)

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

# What looks across tenants, on purpose: the operator's lists, the sweeps' search for tenants that
# have something due, housekeeping, and what concerns the installation as a whole.
CROSSING = {
    "audit.operator_store._list_events",
    "audit.operator_store._nth_event",
    "audit.operator_store.expire",
    "credits.operator_store.next_period_end",
    "credits.operator_store.tenants_with_overdue_wallets",
    "daily_totals.operator_store.first_day",
    "daily_totals.operator_store.list_days",
    "daily_totals.operator_store.tenants_behind",
    "database.secret_keys.find_missing_key",
    "edge.idempotency.store._expired",
    "events.operator_store._first_expired",
    "events.operator_store._look",
    "events.store.stream_positions",
    "jobs.operator_store.find_job",
    "jobs.operator_store.find_tenants",
    "jobs.operator_store.find_tenant_of_claim",
    "jobs.operator_store.next_expiry",
    "jobs.operator_store.next_lapse",
    "jobs.operator_store.next_sandbox_job",
    "jobs.operator_store.next_sandbox_start",
    "jobs.operator_store.tenants_with_expired_jobs",
    "jobs.operator_store.tenants_with_silent_workers",
    "jobs.operator_store.tenants_with_waiting_jobs",
    "jobs.summary_store.summarize",
    "jobs.overview_store.find_job",
    "jobs.overview_store._last_look",
    "jobs.overview_store._matching",
    "jobs.overview_store._read_jobs",
    "jobs.overview_store._Search._looked",
    "content.upload_store.leftovers",
    "leases.operator_store.find_tenant",
    "lease_requests.operator_store.find_request",
    "leases.calendar_store.list_partner_lines",
    "leases.listed_store.find_lease",
    "leases.listed_store.list_leases",
    "leases.listed_store.list_leases_of_account",
    "leases.calendar_store._list_leases_of_range",
    "leases.operator_store.list_partners_with_renewals",
    "lease_requests.operator_store.find_tenant",
    "lease_requests.operator_store.list_requests",
    "lease_requests.operator_store.next_open_test_request",
    "lease_requests.operator_store.open_test_requests",
    "lease_requests.summary_store.count_open",
    "leases.past_due_store.list_partners_past_due",
    "leases.operator_store.next_renewal",
    "leases.operator_store.renew",
    "leases.operator_store.tenants_with_renewals",
    "organizations.operator_store.find_by_metadata",
    "organizations.operator_store.find_organization",
    "organizations.operator_store.find_partner",
    "organizations.operator_store.list_organizations",
    "portal_sessions.store._expired",
    "reconciliation.pool_store.find_held",
    "reconciliation.store.count_wallets",
    "reconciliation.store.list_tenants",
    "database.cluster.places.find_places",
    "reconciliation.store.tenants_of",
    "search.operator_store.find_by_id",
    "search.operator_store.find_by_text",
    "simulation.book_store.sum_events",
    "simulation.store.digest_ledgers",
    "webhooks.operator_store._nth_endpoint",
    "webhooks.operator_store._page",
    "webhooks.operator_store.find_endpoint",
    "webhooks.operator_store.list_failing",
    "webhooks.purge_store.delete_expired",
    "webhooks.purge_store.tenants_with_deleted",
    "webhooks.sending_store.take_turns",
    "webhooks.waiting_store.count_delivering",
    "webhooks.waiting_store.next_due",
    "webhooks.waiting_store.waiting",
}
# Tables that belong to no tenant.
INSTALLATION_TABLES = {
    "alembic_version",
    "applied_functions",
    "daily_totals_progress",
    "installation",
    "operator_sessions",
    "operators",
    "pool_accounts",  # the operator's; on several machines each has a copy of it
    "reconciliation_requests",
    "reconciliations",
    "secret_key_checks",
    "sign_in_links",
    "tenants",  # its own key is the tenant
}
# Keys of tenants' tables that do not begin with the tenant.
OTHER_KEYS = {
    # The table referred to is no tenant's; each machine has a copy of it.
    "leases_pool_account_id_fkey",
}


@pytest.fixture
async def tenant_tables(connection: Connection) -> set[str]:
    """Every table with a tenant, but for partitions, which are used through their table."""
    rows = await connection.fetch(
        """
        SELECT c.relname, EXISTS (
                   SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'
                      AND a.attnotnull AND NOT a.attisdropped) AS has_tenant
          FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
           AND NOT c.relispartition
        """
    )
    assert {row["relname"] for row in rows if not row["has_tenant"]} == INSTALLATION_TABLES
    return {row["relname"] for row in rows if row["has_tenant"]}


async def test_every_key_begins_with_the_tenant(
    connection: Connection, tenant_tables: set[str]
) -> None:
    """Primary keys, other unique indexes, and foreign keys on both sides."""
    keys = await connection.fetch(
        """
        SELECT i.indexrelid::regclass::text AS name, t.relname AS of_table, a.attname AS first,
               i.indisprimary AS is_primary
          FROM pg_index i
          JOIN pg_class t ON t.oid = i.indrelid
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         WHERE i.indisunique AND t.relnamespace = 'public'::regnamespace AND NOT t.relispartition
        """
    )
    references = await connection.fetch(
        """
        SELECT k.conname AS name, t.relname AS of_table, a.attname AS first, b.attname AS referred
          FROM pg_constraint k
          JOIN pg_class t ON t.oid = k.conrelid
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
          JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
         WHERE k.contype = 'f' AND t.relnamespace = 'public'::regnamespace AND NOT t.relispartition
        """
    )
    of_tenants = [key for key in (*keys, *references) if key["of_table"] in tenant_tables]
    assert {key["of_table"] for key in keys if key["is_primary"]} >= tenant_tables
    assert len(of_tenants) > len(tenant_tables)
    others = {
        key["name"]
        for key in of_tenants
        if {key["first"], key.get("referred", "tenant_id")} != {"tenant_id"}
    }
    assert others == OTHER_KEYS


async def test_every_statement_in_python_names_its_tenant(tenant_tables: set[str]) -> None:
    statements = list(statements_in_python())
    assert len(statements) > 100
    nameless = {one.place for one in statements if not one.names_tenants(tenant_tables)}
    assert nameless - CROSSING == set()


async def test_every_statement_in_a_function_names_its_tenant(tenant_tables: set[str]) -> None:
    statements = list(statements_in_functions())
    assert len({one.place for one in statements}) > 30
    assert [one for one in statements if not one.names_tenants(tenant_tables)] == []


def test_what_crosses_tenants_says_so_and_is_known() -> None:
    """By "Crosses tenants" in its docstring and by its name in the list above."""
    assert {one.place for one in statements_in_python() if one.is_marked} == CROSSING


@pytest.mark.parametrize(
    ("statement", "is_right"),
    [
        ("SELECT * FROM wallets WHERE tenant_id = $1", True),
        ("SELECT tenant_id FROM wallets WHERE period_end < $1 ORDER BY tenant_id", False),
        ("SELECT * FROM wallets w JOIN jobs j ON j.id = w.id WHERE w.tenant_id = $1", False),
        ("SELECT 1 FROM wallets w JOIN jobs j USING (tenant_id) WHERE w.tenant_id = $1", True),
        ("INSERT INTO jobs (tenant_id, id) VALUES ($1, $2)", True),
        ("INSERT INTO jobs (tenant_id, id) SELECT 1, id FROM wallets", False),
        ("UPDATE wallets SET prepaid = 0 WHERE organization_id = $1", False),
        ("DELETE FROM operators", True),
    ],
)
def test_what_counts_as_naming_it(statement: str, *, is_right: bool) -> None:
    assert names_tenants(statement, {"wallets", "jobs"}) == is_right
