"""Replacing the functions of a database with those of this version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.database import version
from partner_api.database.cluster.catalog import is_distributed
from partner_api.database.cluster.distribution import distribute_functions, distribute_tables

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

# The functions run with the owner's rights, so nobody may call them by default. Those of extensions stay as they are.
_REVOKE_FROM_PUBLIC = """
DO $$
DECLARE
    v_function regprocedure;
BEGIN
    FOR v_function IN
        SELECT p.oid FROM pg_proc p
         WHERE p.pronamespace = 'public'::regnamespace AND p.proowner = current_user::regrole
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', v_function);
    END LOOP;
END
$$
"""


async def apply_functions(connection: Connection) -> None:
    """Replace the functions, if they are not those of this version, in one transaction; keep what is spread so.

    Raises:
        MigrationError: they are a newer version's.
    """
    checksums = [
        row["checksum"]
        for row in await connection.fetch(
            "SELECT checksum FROM applied_functions ORDER BY applied_at"
        )
    ]
    if checksums and checksums[-1] == version.functions_checksum():
        return
    if version.functions_checksum() in checksums:
        raise version.newer_functions()
    async with connection.transaction():
        if await is_distributed(connection):
            await distribute_tables(connection)
        await replace_functions(connection)
        await connection.execute(
            "INSERT INTO applied_functions (checksum) VALUES ($1)", version.functions_checksum()
        )


async def replace_functions(connection: Connection) -> None:
    """Replace the functions, whichever they are, in the caller's transaction. Runs as the owner."""
    # Functions call each other, so bodies are checked when they run, not in the order of the files.
    await connection.execute("SET LOCAL check_function_bodies = off")
    for _, text in version.function_files():
        await connection.execute(text)
    if await is_distributed(connection):
        await distribute_functions(connection)
    await connection.execute(_REVOKE_FROM_PUBLIC)
