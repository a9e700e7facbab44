"""``layers db distribute``: a migrated database is spread over the nodes of its cluster, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.database.applied_functions import replace_functions
from partner_api.database.cluster.distribution import distribute_tables, keep_settings
from partner_api.database.connection import connect
from partner_api.database.grants import grant_application_role
from partner_api.database.migration_locks import UPGRADE_LOCK
from partner_api.database.version import require_current

if TYPE_CHECKING:
    from collections.abc import Callable


async def distribute(
    owner_url: str, application_role: str | None, note: Callable[[str], None]
) -> None:
    """Spread a migrated database over the nodes of its cluster, in one transaction; idempotent.

    Args:
        owner_url: URL of the role that owns the schema, at the coordinator.
        application_role: as of ``upgrade``.
        note: called with the name of each table that was spread.

    Raises:
        MigrationError: the database is not at the schema of this version, or its server is no coordinator.
        OSError, asyncpg.PostgresError: the server cannot be reached or refuses something.
    """
    connection = await connect(owner_url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", UPGRADE_LOCK)
        await require_current(connection)
        async with connection.transaction():
            await distribute_tables(connection, note)
            await replace_functions(connection)
            if application_role is not None:
                await grant_application_role(connection, application_role)
        await keep_settings(connection)
    finally:
        await connection.close()
