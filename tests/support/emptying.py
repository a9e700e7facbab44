"""A database that tests use one after the other, emptied in between: to copy another one costs more than they do."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import asyncpg
import pytest
from tests.support.databases import make_database
from tests.support.nodes import nodes_of

from partner_api.database.connection import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Connection

_TABLES = """
SELECT oid::regclass::text AS name FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1
"""
# Another one after each change of a table, an index, a rule, a trigger or a function.
_SCHEMA = """
SELECT (SELECT sum(hashtext(ROW(oid, relname, relnatts)::text)) FROM pg_class),
       (SELECT sum(hashtext(ROW(oid, convalidated)::text)) FROM pg_constraint),
       (SELECT sum(hashtext(ROW(oid, tgenabled)::text)) FROM pg_trigger),
       (SELECT sum(hashtext(ROW(oid, xmin)::text)) FROM pg_proc),
       (SELECT sum(hashtext(ROW(oid, adbin)::text)) FROM pg_attrdef),
       (SELECT sum(hashtext(d::text)) FROM pg_db_role_setting d)
"""
_LOCK_TIMEOUT = "60s"


class ReusedDatabase:
    """Lends one database again and again, and makes another when it does not come back as it was.

    Args:
        server: whose server, and the roles.
        template: what it is a copy of.
    """

    def __init__(self, server: DatabaseUrls, template: str) -> None:
        self._server = server
        self._template = template
        self._made = ExitStack()
        self._urls: DatabaseUrls | None = None
        self._contents: dict[str, list[str]] = {}
        self._schema = ""

    @contextmanager
    def lent(self) -> Iterator[DatabaseUrls]:
        """A database without tenants."""
        if self._urls is None:
            making = make_database(self._server, template=self._template)
            self._urls = self._made.enter_context(making)
            asyncio.run(self._look(self._urls.owner))
        try:
            yield self._urls
        finally:
            if not asyncio.run(self._is_emptied(self._urls.owner)):
                self.drop()

    def drop(self) -> None:
        """Drop it, if there is one."""
        self._urls = None
        self._made.close()

    async def _look(self, url: str) -> None:
        connection = await connect(url)
        rows = await connection.fetch(_TABLES)
        self._contents = {row["name"]: await _content(connection, row["name"]) for row in rows}
        self._schema = str(await connection.fetchrow(_SCHEMA))
        await connection.close()

    async def _is_emptied(self, url: str) -> bool:
        """Empty it; false if it is not as it was made then. On a cluster, triggers cannot be left out."""
        if await nodes_of(url):
            return False
        connection = await connect(url)
        try:
            await connection.execute(f"SET lock_timeout = '{_LOCK_TIMEOUT}'")
            if str(await connection.fetchrow(_SCHEMA)) != self._schema:
                return False
            # Ledgers refuse to be deleted from.
            await connection.execute("SET session_replication_role = replica")
            filled = [table for table, content in self._contents.items() if content]
            emptied = [table for table, content in self._contents.items() if not content]
            await connection.execute("; ".join(f"DELETE FROM {table}" for table in emptied))
            return all(
                [await _content(connection, table) == self._contents[table] for table in filled]
            )
        except asyncpg.PostgresError:
            return False
        finally:
            await connection.close()


async def _content(connection: Connection, table: str) -> list[str]:
    rows = await connection.fetch(f"SELECT t::text AS row FROM {table} t ORDER BY 1")
    return [row["row"] for row in rows]


@pytest.fixture(scope="package")
def reused_database(database_urls: DatabaseUrls, template: str) -> Iterator[ReusedDatabase]:
    """Lends a database to each test of a folder."""
    reused = ReusedDatabase(database_urls, template)
    yield reused
    reused.drop()
