"""What this version needs of a database, and whether a database has it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import asyncpg
import msgspec

from partner_api.database.migration_locks import MigrationError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from partner_api.database.connection import Connection


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


async def read_status(connection: Connection, application_role: str | None) -> Status:
    """Read what the database holds.

    Without an ``application_role`` the connection's own role is the server's: whether it can do everything is asked.
    """
    applied: set[str] = set()
    if await connection.fetchval("SELECT to_regclass('applied_functions')") is not None:
        applied = {
            row["checksum"]
            for row in await connection.fetch("SELECT checksum FROM applied_functions")
        }
    return Status(
        server_version=str(await connection.fetchval("SHOW server_version")),
        revision=await current_revision(connection),
        expected_revision=expected_revision(),
        functions_applied=functions_checksum() in applied,
        separate_application_role=application_role is not None
        or not await _may_write_balances(connection),
    )


async def _may_write_balances(connection: Connection) -> bool:
    """Return whether this role can write wallets without a function; so it is said of a database without any."""
    return bool(
        await connection.fetchval(
            "SELECT coalesce(has_table_privilege(to_regclass('wallets'), 'UPDATE'), true)"
        )
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
    if status.revision is not None and status.revision not in known_revisions():
        raise made_by_newer_version(status.revision)
    raise MigrationError(
        "The database does not have the schema of this version. "
        "Run `layers db migrate`, then start again."
    )


async def require_last(connection: Connection) -> None:
    """Check that this version is the last one that has migrated the database.

    Raises:
        MigrationError: the database is older, or empty, or a newer version has migrated it.
    """
    await require_current(connection)
    last = await connection.fetchval(
        "SELECT checksum FROM applied_functions ORDER BY applied_at DESC LIMIT 1"
    )
    if last != functions_checksum():
        raise newer_functions()


async def is_owner(connection: Connection) -> bool:
    """Return whether the connection's role has the rights of the one that owns the schema."""
    return bool(
        await connection.fetchval(
            "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'operators'::regclass"
        )
    )


def expected_revision() -> str:
    """The newest schema revision that this version knows."""
    return known_revisions()[-1]


@cache
def functions_checksum() -> str:
    """A digest of the schema revision and all SQL functions of this version."""
    digest = hashlib.sha256(expected_revision().encode())
    for name, text in function_files():
        digest.update(name.encode() + b"\0" + text.encode() + b"\0")
    return digest.hexdigest()


def schema_folder() -> Traversable:
    """The folder of the schema's revisions."""
    return resources.files("partner_api.database") / "schema"


@cache
def known_revisions() -> list[str]:
    """The schema revisions that this version knows, oldest first."""
    # Their numbers are in the names of their files, so that telling them takes no Alembic.
    folder = schema_folder() / "versions"
    return sorted(
        file.name.partition("_")[0] for file in folder.iterdir() if file.name.endswith(".sql")
    )


def function_files() -> list[tuple[str, str]]:
    """The files of SQL functions, as name and text, in the order in which they are applied."""
    folder = resources.files("partner_api.database") / "functions"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".sql")),
        key=lambda file: file.name,
    )
    return [(file.name, file.read_text(encoding="utf-8")) for file in files]


async def current_revision(connection: Connection) -> str | None:
    """The schema revision of the database; None when it is empty."""
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    return revision


def newer_functions() -> MigrationError:
    """The error for a database whose functions a newer version has replaced."""
    return MigrationError(
        "A newer version has already upgraded the functions of this database. Run that version, "
        "or restore a backup from before its upgrade."
    )


def made_by_newer_version(revision: str) -> MigrationError:
    """The error for a database that a newer version has migrated."""
    return MigrationError(
        f"The database is at schema revision {revision}, which a newer version made. "
        "Run that version, or restore a backup from before its upgrade."
    )
