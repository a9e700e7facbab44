"""The database of a run: a server of its own that is thrown away, or one that is given."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from embedded_postgres import APP_ROLE, EmbeddedPostgres
from partner_api.database import migrate
from partner_api.database.connection import connect
from partner_api.processes.startup import StartupError, run_with_database
from partner_api.simulation import store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partner_api.database.location import DatabaseLocation


@contextlib.contextmanager
def own_database(user: str | None, keep: Path | None) -> Iterator[str]:
    """Start a PostgreSQL with an empty, migrated database and yield its URL for the application's role.

    It never waits for the disk: what is killed in a run is processes that use it, not itself.

    Args:
        user: the account to run it as when this process is root's.
        keep: an empty or missing folder for its data, which stays; None for one that is removed.

    Raises:
        DatabaseStartError: it cannot run.
    """
    folder = Path(tempfile.mkdtemp(prefix="layers-simulate-")) if keep is None else keep
    if keep is None:
        # The account that runs PostgreSQL has to pass; what is inside is closed to everybody else.
        folder.chmod(0o711)
    data = folder / "data" if keep is None else folder
    server = EmbeddedPostgres(data, user=user, fast_unsafe=True)
    try:
        server.start()
        run_with_database(migrate.upgrade(server.url("owner"), APP_ROLE))
        yield server.url("app")
    finally:
        server.stop()
        if keep is None:
            # A link where root's temporary folders are closed to that account.
            shutil.rmtree((data / "postgres").resolve(), ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)


def prepare_given_database(location: DatabaseLocation) -> str:
    """Migrate the database that DATABASE_URL names and return its URL for the application's role.

    Raises:
        StartupError: somebody uses it, or it cannot be reached.
        MigrationError: it is of another version.
    """
    run_with_database(migrate.upgrade(location.owner_url, location.application_role))
    run_with_database(_require_unused(location.application_url))
    return location.application_url


async def _require_unused(url: str) -> None:
    connection = await connect(url)
    try:
        if await store.was_in_production(connection) or await store.has_tenants(connection):
            raise StartupError(
                "A simulation fills its database with months of invented business, so it needs one "
                "that nobody uses. Create an empty database and name it in DATABASE_URL, or unset "
                "DATABASE_URL to simulate in one that is thrown away."
            )
    finally:
        await connection.close()


def is_free(folder: Path) -> bool:
    """Return whether a run may keep its data in this folder: it is empty, or not there yet."""
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
