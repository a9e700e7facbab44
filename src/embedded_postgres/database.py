"""What a cluster has for the application: one database, and one role that does not own it."""

from __future__ import annotations

from typing import Final

import asyncpg

from embedded_postgres.time_limits import EMBEDDED_PREPARE_SECONDS

DATABASE: Final = "layers"
APP_ROLE: Final = "layers_app"


async def make_database_and_role(owner_url: str, app_password: str) -> None:
    """Create the database and the application's role where they are missing, and set the role's password.

    Args:
        owner_url: URL of the role that owns the cluster.
        app_password: letters, digits, ``-`` and ``_``; the role has it afterwards, whatever it had before.

    Raises:
        OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError: the server does not do it.
    """
    connection = await asyncpg.connect(
        owner_url,
        database="postgres",
        timeout=EMBEDDED_PREPARE_SECONDS,
        command_timeout=EMBEDDED_PREPARE_SECONDS,
        # Statements may be logged, by this cluster's configuration or because they fail; not the
        # one with the password.
        server_settings={
            "log_statement": "none",
            "log_min_duration_statement": "-1",
            "log_min_error_statement": "panic",
        },
    )
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", APP_ROLE):
            await connection.execute(f"CREATE ROLE {APP_ROLE}")
        # Always, so that the file beside the cluster is right, wherever the cluster comes from.
        # A password holds only letters, digits, - and _.
        await connection.execute(f"ALTER ROLE {APP_ROLE} LOGIN PASSWORD '{app_password}'")
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()
