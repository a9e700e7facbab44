"""Bringing a database to the schema and functions of this version."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import asyncpg

from partner_api.database import version
from partner_api.database.applied_functions import apply_functions
from partner_api.database.cluster.catalog import is_distributed
from partner_api.database.cluster.distribution import prepare_changes
from partner_api.database.connection import SETTINGS, connect
from partner_api.database.grants import grant_application_role
from partner_api.database.migration_locks import (
    LOCK_SETTINGS,
    UPGRADE_LOCK,
    MigrationError,
    limit_locks,
    try_for_locks,
)
from partner_api.time_limits import CONNECT_SECONDS

if TYPE_CHECKING:
    from sqlalchemy import Connection as SqlConnection

    from partner_api.database.connection import Connection

OLDEST_SERVER_VERSION = 16


async def upgrade(owner_url: str, application_role: str | None) -> version.Status:
    """Apply the missing revisions and functions as the owner; idempotent and safe to run twice at once.

    Args:
        owner_url: URL of the role that owns the schema.
        application_role: the less privileged role that the server uses, or None when it is the owner too.

    Raises:
        MigrationError: the server is too old, the database belongs to a newer version, or somebody holds a lock.
        OSError, asyncpg.PostgresError: the server cannot be reached or refuses something.
    """
    connection = await connect(owner_url)
    try:
        found = connection.get_server_version().major
        if found < OLDEST_SERVER_VERSION:
            raise MigrationError(
                f"The server runs PostgreSQL {found}; version {OLDEST_SERVER_VERSION} or newer "
                "is needed."
            )
        # Another migration may take as long as it needs; who waits for it is in nobody's way.
        await connection.execute("SELECT pg_advisory_lock($1)", UPGRADE_LOCK)
        await limit_locks(connection)

        async def apply() -> None:
            await _upgrade_schema(connection, owner_url)
            await apply_functions(connection)
            await connection.execute("SELECT audit_partitions_ensure(clock_timestamp())")
            if application_role is not None:
                await grant_application_role(connection, application_role)

        await try_for_locks(owner_url, apply)
        return await version.read_status(connection, application_role)
    finally:
        await connection.close()


async def _upgrade_schema(connection: Connection, owner_url: str) -> None:
    revision = await version.current_revision(connection)
    if revision == version.expected_revision():
        return
    if revision is not None and revision not in version.known_revisions():
        raise version.made_by_newer_version(revision)

    # Imported where they are used: this takes longer than a whole start without it.
    from alembic import command
    from alembic.config import Config
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    config = Config()
    config.set_main_option("script_location", str(version.schema_folder()))

    def run(connection: SqlConnection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    engine = create_async_engine(
        "postgresql+asyncpg://",
        # The driver understands every part of the URL, such as sslmode; SQLAlchemy does not.
        async_creator=lambda: asyncpg.connect(
            owner_url, timeout=CONNECT_SECONDS, server_settings={**SETTINGS, **LOCK_SETTINGS}
        ),
        poolclass=NullPool,
    )
    try:
        async with engine.begin() as transaction:
            driver = cast("Connection", (await transaction.get_raw_connection()).driver_connection)
            if await is_distributed(driver):
                # SQLAlchemy begins the transaction with the first statement that it sees.
                await transaction.exec_driver_sql("SELECT")
                await prepare_changes(driver)
            await transaction.run_sync(run)
            # In the same transaction: a server of the previous release that goes on meanwhile never meets tables that
            # the functions it calls were not made for.
            await apply_functions(driver)
    except DBAPIError as error:
        # What PostgreSQL said, without the statement around it.
        said = error.orig.__cause__ if error.orig is not None else None
        raise (said or error) from None
    finally:
        await engine.dispose()
