"""A PostgreSQL of its own for each run, in a temporary folder that goes when the run ends."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from embedded_postgres import APP_ROLE, EmbeddedPostgres
from partner_api.database import migrate
from partner_api.database.location import DatabaseLocation

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def temporary_database(*, durable: bool) -> Iterator[DatabaseLocation]:
    """Yield a migrated database, as the server has it.

    Args:
        durable: commits wait for the disk, as they do in production. Without it, filling millions
            of rows is bound by the processor alone.

    Raises:
        DatabaseStartError, MigrationError: PostgreSQL does not run here.
    """
    # TMPDIR chooses where. Started by root, PostgreSQL runs as another account, which has to get in.
    folder = Path(tempfile.mkdtemp(prefix="layers-bench-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "data", fast_unsafe=not durable)
    try:
        server.start()
        location = DatabaseLocation(server.url("owner"), server.url("app"), APP_ROLE)
        asyncio.run(migrate.upgrade(location.owner_url, location.application_role))
        yield location
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
