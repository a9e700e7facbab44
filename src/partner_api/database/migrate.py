"""Bringing a database to the schema and functions of this version, and telling whether it is there."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, cast

import asyncpg
import msgspec

from partner_api.database.cluster.catalog import is_distributed
from partner_api.database.cluster.distribution import (
    distribute_functions,
    distribute_tables,
    keep_settings,
)
from partner_api.database.connection import SETTINGS, connect
from partner_api.database.grants import grant_application_role
from partner_api.database.migration_locks import (
    LOCK_SETTINGS,
    MigrationError,
    limit_locks,
    try_for_locks,
)
from partner_api.time_limits import CONNECT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.resources.abc import Traversable

    from sqlalchemy import Connection as SqlConnection

    from partner_api.database.connection import Connection

OLDEST_SERVER_VERSION = 16
# Serializes concurrent upgrades of one database. Any constant will do, as long as it stays.
_UPGRADE_LOCK = 0x6C617965
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


class Status(msgspec.Struct, frozen=True):
    """What a database holds, compared with what this version needs."""

    server_version: str
    revision: str | None
    expected_revision: str
    functions_applied: bool
    separate_application_role: bool

    @property
    def current(self) -> bool:
        """Whether this version can run on the database."""
        return self.revision is not None and self.functions_applied


async def upgrade(owner_url: str, application_role: str | None) -> Status:
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
        version = connection.get_server_version().major
        if version < OLDEST_SERVER_VERSION:
            raise MigrationError(
                f"The server runs PostgreSQL {version}; version {OLDEST_SERVER_VERSION} or newer "
                "is needed."
            )
        # Another migration may take as long as it needs; who waits for it is in nobody's way.
        await connection.execute("SELECT pg_advisory_lock($1)", _UPGRADE_LOCK)
        await limit_locks(connection)

        async def apply() -> None:
            await _upgrade_schema(connection, owner_url)
            await _apply_functions(connection)
            await connection.execute("SELECT audit_partitions_ensure(clock_timestamp())")
            if application_role is not None:
                await grant_application_role(connection, application_role)

        await try_for_locks(owner_url, apply)
        return await read_status(connection, application_role)
    finally:
        await connection.close()


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
        await connection.execute("SELECT pg_advisory_lock($1)", _UPGRADE_LOCK)
        await require_current(connection)
        async with connection.transaction():
            await distribute_tables(connection, note)
            await _replace_functions(connection)
            if application_role is not None:
                await grant_application_role(connection, application_role)
        await keep_settings(connection)
    finally:
        await connection.close()


async def read_status(connection: Connection, application_role: str | None) -> Status:
    """Read what the database holds. ``application_role`` is None when the owner's role does everything."""
    applied: set[str] = set()
    if await connection.fetchval("SELECT to_regclass('applied_functions')") is not None:
        applied = {
            row["checksum"]
            for row in await connection.fetch("SELECT checksum FROM applied_functions")
        }
    return Status(
        server_version=str(await connection.fetchval("SHOW server_version")),
        revision=await _current_revision(connection),
        expected_revision=expected_revision(),
        functions_applied=functions_checksum() in applied,
        separate_application_role=application_role is not None,
    )


async def is_current(connection: Connection) -> bool:
    """Return whether the schema has everything this version needs.

    A database that a newer version has upgraded counts: nodes are replaced one by one, and a newer schema keeps
    what the previous version calls.
    """
    try:
        return bool(
            await connection.fetchval(
                "SELECT EXISTS (SELECT FROM applied_functions WHERE checksum = $1)",
                functions_checksum(),
            )
        )
    except asyncpg.UndefinedTableError:
        return False


async def require_current(connection: Connection) -> None:
    """Check that this version can run on the database.

    Raises:
        MigrationError: it is older, or empty, or a newer version's.
    """
    if await is_current(connection):
        return
    status = await read_status(connection, None)
    if status.revision is not None and status.revision not in _known_revisions():
        raise _made_by_newer_version(status.revision)
    raise MigrationError(
        "The database does not have the schema of this version. "
        "Run `layers db migrate`, then start again."
    )


async def is_owner(connection: Connection) -> bool:
    """Return whether the connection's role has the rights of the one that owns the schema."""
    return bool(
        await connection.fetchval(
            "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'operators'::regclass"
        )
    )


def expected_revision() -> str:
    """The newest schema revision that this version knows."""
    return _known_revisions()[-1]


@cache
def functions_checksum() -> str:
    """A digest of the schema revision and all SQL functions of this version."""
    digest = hashlib.sha256(expected_revision().encode())
    for name, text in _function_files():
        digest.update(name.encode() + b"\0" + text.encode() + b"\0")
    return digest.hexdigest()


def _schema_folder() -> Traversable:
    return resources.files("partner_api.database") / "schema"


@cache
def _known_revisions() -> list[str]:
    # Their numbers are in the names of their files, so that telling them takes no Alembic.
    folder = _schema_folder() / "versions"
    return sorted(
        file.name.partition("_")[0] for file in folder.iterdir() if file.name.endswith(".sql")
    )


def _function_files() -> list[tuple[str, str]]:
    folder = resources.files("partner_api.database") / "functions"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".sql")),
        key=lambda file: file.name,
    )
    return [(file.name, file.read_text(encoding="utf-8")) for file in files]


async def _upgrade_schema(connection: Connection, owner_url: str) -> None:
    revision = await _current_revision(connection)
    if revision == expected_revision():
        return
    if revision is not None and revision not in _known_revisions():
        raise _made_by_newer_version(revision)

    # Imported where they are used: this takes longer than a whole start without it.
    from alembic import command
    from alembic.config import Config
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    config = Config()
    config.set_main_option("script_location", str(_schema_folder()))

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
            await transaction.run_sync(run)
            # In the same transaction: a server of the previous release that goes on meanwhile never meets tables that
            # the functions it calls were not made for.
            driver = (await transaction.get_raw_connection()).driver_connection
            await _apply_functions(cast("Connection", driver))
    except DBAPIError as error:
        # What PostgreSQL said, without the statement around it.
        said = error.orig.__cause__ if error.orig is not None else None
        raise (said or error) from None
    finally:
        await engine.dispose()


async def _current_revision(connection: Connection) -> str | None:
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    return revision


def _made_by_newer_version(revision: str) -> MigrationError:
    return MigrationError(
        f"The database is at schema revision {revision}, which a newer version made. "
        "Run that version, or restore a backup from before its upgrade."
    )


async def _apply_functions(connection: Connection) -> None:
    checksums = [
        row["checksum"]
        for row in await connection.fetch(
            "SELECT checksum FROM applied_functions ORDER BY applied_at"
        )
    ]
    if checksums and checksums[-1] == functions_checksum():
        return
    if functions_checksum() in checksums:
        raise MigrationError(
            "A newer version has already upgraded the functions of this database. Run that version, "
            "or restore a backup from before its upgrade."
        )
    async with connection.transaction():
        if await is_distributed(connection):
            await distribute_tables(connection)
        await _replace_functions(connection)
        await connection.execute(
            "INSERT INTO applied_functions (checksum) VALUES ($1)", functions_checksum()
        )


async def _replace_functions(connection: Connection) -> None:
    # Functions call each other, so bodies are checked when they run, not in the order of the files.
    await connection.execute("SET LOCAL check_function_bodies = off")
    for _, text in _function_files():
        await connection.execute(text)
    if await is_distributed(connection):
        await distribute_functions(connection)
    await connection.execute(_REVOKE_FROM_PUBLIC)
