"""What the application's role can do in a database, and what it cannot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import asyncpg
import pytest
import pytest_asyncio
from tests.support.databases import DatabaseUrls

from partner_api.database.connection import connect

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

pytestmark = pytest.mark.usefixtures("two_roles")

MONEY_TABLES = (
    "cash_events",
    "cash_wallets",
    "credit_events",
    "credit_transfers",
    "jobs",
    "lease_charges",
    "leases",
    "postings",
    "reservations",
    "tenants",
    "wallets",
)


@pytest_asyncio.fixture
async def app(database_urls: DatabaseUrls) -> AsyncIterator[Connection]:
    connection = await connect(database_urls.app)
    yield connection
    await connection.close()


class TestTheApplicationsRole:
    """Calls the money functions, and cannot write what they write."""

    @pytest.mark.parametrize("table", MONEY_TABLES)
    async def test_it_cannot_write_the_books(self, app: Connection, table: str) -> None:
        column = await app.fetchval(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum = 1", table
        )
        for statement in (
            f"UPDATE {table} SET {column} = {column}",
            f"INSERT INTO {table} DEFAULT VALUES",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.execute(statement)
        await app.fetch(f"SELECT * FROM {table} LIMIT 1")

    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE TABLE mine (x integer)",
            "CREATE FUNCTION mine() RETURNS int RETURN 1",
            "CREATE SCHEMA mine",
            "ALTER TABLE wallets DROP CONSTRAINT wallets_check",
            "DROP TABLE wallets CASCADE",
            "DROP FUNCTION wallet_save(wallets, timestamptz)",
            "CREATE OR REPLACE FUNCTION wallets_lock(bigint, uuid[]) RETURNS void RETURN NULL",
            "ALTER TABLE credit_events DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
            "SET ROLE pg_database_owner",
        ],
    )
    async def test_it_cannot_change_the_schema(self, app: Connection, statement: str) -> None:
        with pytest.raises(
            (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidParameterValueError)
        ):
            await app.execute(statement)

    async def test_it_cannot_call_what_writes_for_the_money_functions(
        self, app: Connection
    ) -> None:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(
                "SELECT wallet_save(w, now()) FROM (SELECT (NULL::wallets).*) w WHERE true"
            )

    async def test_what_runs_as_the_owner_looks_nowhere_else(self, app: Connection) -> None:
        rows = await app.fetch(
            """
            SELECT oid::regprocedure::text AS name, proconfig FROM pg_proc
             WHERE pronamespace = 'public'::regnamespace AND prosecdef
            """
        )
        assert len(rows) > 10
        for row in rows:
            assert "search_path=public, pg_temp" in (row["proconfig"] or ()), row["name"]
