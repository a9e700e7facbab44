"""Running a revision's SQL file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import op


def run_sql_beside(revision_file: str) -> None:
    """Execute the ``.sql`` file that has the name of ``revision_file``, in the migration's transaction.

    The driver's own ``execute`` is used because it takes a script of many statements.
    """
    script = Path(revision_file).with_suffix(".sql").read_text(encoding="utf-8")
    connection: Any = op.get_bind().connection.dbapi_connection
    connection.run_async(lambda driver: driver.execute(script))
