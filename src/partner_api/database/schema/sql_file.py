"""Running a revision's SQL file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import op

if TYPE_CHECKING:
    from collections.abc import Iterator

# Up to the next semicolon that is not in a comment, a text, a name or a function's body.
_STATEMENT = re.compile(
    r"""(?: --[^\n]* | '(?:[^']|'')*' | "[^"]*" | (\$\w*\$).*?\1 | [^;] )+""",
    re.DOTALL | re.VERBOSE,
)
_COMMENT = re.compile(r"--[^\n]*")


def run_sql_beside(revision_file: str) -> None:
    """Execute the ``.sql`` file that has the name of ``revision_file``, in the migration's transaction.

    Statement by statement: the coordinator of a cluster sends the text in which it finds a change of a table to the
    nodes, and would send all of the file.
    """
    script = Path(revision_file).with_suffix(".sql").read_text(encoding="utf-8")
    connection: Any = op.get_bind().connection.dbapi_connection
    for statement in statements_of(script):
        connection.run_async(lambda driver, text=statement: driver.execute(text))


def statements_of(script: str) -> Iterator[str]:
    """Yield the statements of a script, without the semicolons behind them."""
    for found in _STATEMENT.finditer(script):
        if _COMMENT.sub("", found[0]).strip():
            yield found[0]
