"""What must be true before anything is served: schema, mode and secret keys fit the database."""

from __future__ import annotations

import asyncio
import contextlib
import errno
from typing import TYPE_CHECKING, TypeVar

import asyncpg

from embedded_postgres.data_folder import DataFolder
from partner_api.database import migrate, version
from partner_api.database.connection import connect
from partner_api.demo.issuing import mark_kept_credentials
from partner_api.processes.run_folder import development_pid, no_server_begins
from partner_api.redaction import redact
from partner_api.rehearsal import store
from partner_api.settings.table import load_settings
from partner_api.time_limits import COMMAND_SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from typing import Any

    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Connection
    from partner_api.database.location import DatabaseLocation
    from partner_api.settings.table import Settings


T = TypeVar("T")

# What the server has in its data folder beside PostgreSQL's files.
_OWN_NAMES = frozenset(
    {"demo-credentials.json", "files", "lost+found", "run", "secret-keys", "server.lock"}
)
# Errors of files, never of sockets.
_OF_FILES = frozenset({errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOSPC, errno.EROFS})


class StartupError(Exception):
    """The server cannot start on this database; the message says why and what to do."""


def require_existing_database(settings: Settings) -> None:
    """Check that there is a database to look at: looking must not create one in a misspelt folder.

    Raises:
        StartupError: the data folder has none, and no other one is named.
    """
    if settings.database_url is not None:
        return
    folder = DataFolder(settings.data_dir)
    if not folder.cluster.exists():
        missing = "database in the data folder" if folder.path.exists() else "data folder"
        raise StartupError(
            f"There is no {missing} {settings.data_dir}. Set LAYERS_DATA_DIR to the server's, or "
            "DATABASE_URL to its database."
        )


def require_own_folder(settings: Settings) -> None:
    """Check that the data folder, if nobody has named one, is not somebody else's folder of the same name.

    Many things call a folder `data`, and the server may be started in any of them.

    Raises:
        StartupError: there is no database in it, but something that is not the server's.
    """
    folder = settings.data_dir
    if folder != load_settings({}).data_dir or DataFolder(folder).cluster.exists():
        return
    with contextlib.suppress(OSError):
        others = sorted(
            entry.name
            for entry in folder.iterdir()
            if entry.name not in _OWN_NAMES and not entry.name.startswith((".", "postgres"))
        )
        if others:
            raise StartupError(
                f"The folder {folder} is not this server's: it has {redact(others[0])!r} in it, and no "
                "database. Start the server in another folder, or name one with LAYERS_DATA_DIR."
            )


async def prepare_database(
    settings: Settings,
    location: DatabaseLocation,
    secret_keys: SecretKeys,
    *,
    migrate_first: bool,
    check: Callable[[Connection], Awaitable[None]] | None = None,
) -> None:
    """Check that this version, this mode and these keys fit the database; migrate it if asked to.

    Args:
        settings: the mode, and where the data folder is.
        location: the database.
        secret_keys: those of the installation.
        migrate_first: whether to migrate it.
        check: a further check, before the database becomes production's.

    Raises:
        StartupError, MigrationError, SecretKeyError: something does not fit; the sentence says what to do.
        OSError, asyncpg.PostgresError: the database cannot be reached or refuses something.
    """
    # Before the migration: a refusal changes nothing.
    _require_no_development_server(settings)
    if migrate_first:
        await migrate.upgrade(location.owner_url, location.application_role)
    connection = await connect(location.application_url, command_seconds=COMMAND_SECONDS)
    try:
        await version.require_current(connection)
        # First: a start with wrong keys must not make the database production's.
        await secret_keys.verify_installation(connection)
        if check is not None:
            await mark_kept_credentials(connection, settings.data_dir)
            await check(connection)
        await _enter_mode(connection, settings)
        await mark_kept_credentials(connection, settings.data_dir)
    finally:
        await connection.close()


async def require_development(connection: Connection) -> None:
    """Check that the database never was production's; in a transaction, until its end.

    Raises:
        StartupError: it was.
    """
    if not await store.is_for_development(connection):
        raise StartupError(
            "This database was used without development mode, so it may hold real customers; "
            "development mode could move their time. Unset LAYERS_DEVELOPMENT and leave out --demo, or "
            "use another database."
        )


def _require_no_development_server(settings: Settings) -> None:
    """Check that no server in development mode would end if the data folder's own database became production's.

    Raises:
        StartupError: it would.
    """
    if settings.development or settings.database_url is not None:
        return
    pid = development_pid(settings.data_dir)
    if pid is not None:
        raise StartupError(
            "Without development mode this would make the database production's, for ever, and end "
            f"the server in development mode that runs on it with the data folder {settings.data_dir} "
            f"(process {pid}). Set LAYERS_DEVELOPMENT=true, or stop that server first."
        )


async def _enter_mode(connection: Connection, settings: Settings) -> None:
    if settings.development:
        await require_development(connection)
        return
    with contextlib.ExitStack() as stack:
        if settings.database_url is None:
            stack.enter_context(no_server_begins(settings.data_dir))
        _require_no_development_server(settings)
        entered = await store.enter_production(connection)
    if not entered:
        raise StartupError(
            "The time of this database was moved ahead in a rehearsal, so its ledgers are dated in "
            "the future. Use a new database, or set LAYERS_DEVELOPMENT=true."
        )


def run_with_database(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine; an error of the network or of PostgreSQL becomes one sentence.

    Raises:
        StartupError: with that sentence.
        OSError: of a file, which is no fault of the database.
    """
    try:
        return asyncio.run(work)
    except OSError as error:
        if error.filename is not None or error.errno in _OF_FILES:
            raise
        reason = error.strerror or str(error) or "no answer in time"
        raise StartupError(
            f"The database cannot be reached: {reason}. Check DATABASE_URL and that the server runs."
        ) from error
    except asyncpg.InsufficientPrivilegeError as error:
        raise StartupError(
            f"The database refuses: {error.args[0]}. Migrations need the role that owns the "
            "database: name it in LAYERS_MIGRATION_DATABASE_URL, or in DATABASE_URL."
        ) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise StartupError(
            f"The database cannot be used: {error.args[0]}. Check DATABASE_URL."
        ) from error
