"""Every statement names its tenant, and every key of a tenant's table begins with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.database.statements import (
    names_tenants,
    statements_in_functions,
    statements_in_python,
)
from tests.database.tenancy import CROSSING, INSTALLATION_TABLES, OTHER_KEYS

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


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
