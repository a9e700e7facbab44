"""Statements in traces: what PostgreSQL was asked, by the name of the function or the table; never with a value."""

from __future__ import annotations

import re
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from partner_api.tracing import live

if TYPE_CHECKING:
    from asyncpg.connection import LoggedQuery

    from partner_api.database.connection import Connection

_KNOWN_STATEMENTS: Final = 2_000
_COMMENTS: Final = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
# All functions that the server calls begin with whose rows they touch, or with a time.
_FUNCTION: Final = re.compile(r"(?:SELECT)\s+(?:\*\s+FROM\s+)?([a-z_]\w*)\(\s*\$1\b", re.IGNORECASE)
_TABLE: Final = re.compile(
    r"\b(?:(?:INTO|UPDATE)\s+([a-z_]\w*)|(?:FROM|JOIN)\s+([a-z_]\w*)\b(?!\s*\())", re.IGNORECASE
)
_WORD: Final = re.compile(r"[A-Za-z]+")


class Statement(NamedTuple):
    """What is known of a statement by its text."""

    operation: str
    """Its first word, such as SELECT."""
    target: str
    """The function that it calls, or the first table that it names; empty without either."""
    is_call: bool

    @property
    def summary(self) -> str:
        """The name of its span."""
        return self.target if self.is_call else f"{self.operation} {self.target}".strip()


@lru_cache(_KNOWN_STATEMENTS)
def read_statement(text: str) -> Statement:
    """Read what a statement is; its text is the program's, without values."""
    bare = _COMMENTS.sub(" ", text).strip()
    word = _WORD.match(bare)
    operation = word[0].upper() if word is not None else "STATEMENT"
    if (call := _FUNCTION.match(bare)) is not None:
        return Statement(operation, call[1], True)
    table = _TABLE.search(bare)
    return Statement(operation, "" if table is None else table[1] or table[2], False)


def record_statements(connection: Connection) -> None:
    """Let each statement of a connection be a span, where what sends it is recorded."""
    connection.add_query_logger(_record)


def _record(query: LoggedQuery) -> None:
    """Record a statement that has ended. The driver calls this in the context of who has sent it, a moment later."""
    span = live.current.get()
    if span is None:
        return
    end_ns = time.time_ns()
    if span.end_ns is not None:
        # Not longer than what it is a part of, which has ended meanwhile.
        end_ns = min(end_ns, span.end_ns)
    start_ns = max(span.start_ns, end_ns - int(query.elapsed * 1e9))
    statement = read_statement(query.query)
    part = span.child(statement.summary, "client")
    part.start_ns = start_ns
    attributes = part.attributes
    attributes["db.system.name"] = "postgresql"
    attributes["db.operation.name"] = statement.operation
    attributes["db.query.summary"] = statement.summary
    if statement.is_call:
        attributes["db.stored_procedure.name"] = statement.target
        size = span.attributes.get("layers.batch.size", 1)
        if isinstance(size, int) and size > 1:
            attributes["db.operation.batch.size"] = size
    error = query.exception
    if error is not None:
        part.error = type(error).__name__
        if code := getattr(error, "sqlstate", None):
            attributes["db.response.status_code"] = str(code)
    part.end(end_ns)
