"""What a request makes the application in this process send to the database."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import pytest

from partner_api.database import connection as connections

if TYPE_CHECKING:
    from collections.abc import Iterator


class Sent(str):
    """A statement as it was sent, without needless white space."""

    arguments: tuple[Any, ...] = ()


# Follows a request into the tasks that it starts, and not into those that run beside it.
_sent: ContextVar[list[Sent] | None] = ContextVar("sent", default=None)
# What a connection asks once, to learn the types of a statement that is new to it.
_LEARNING = ("'jit'", "typeinfo_tree")


@contextmanager
def listening() -> Iterator[None]:
    """Have every connection that is opened in this block tell what it sends."""
    prepare = connections.prepare_connection

    async def prepare_and_listen(connection: Any) -> None:
        await prepare(connection)
        connection.add_query_logger(_note)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "prepare_connection", prepare_and_listen)
        yield


@contextmanager
def recorded() -> Iterator[list[Sent]]:
    """The statements of the requests in this block, in order, without needless white space."""
    statements: list[Sent] = []
    token = _sent.set(statements)
    try:
        yield statements
    finally:
        _sent.reset(token)


def _note(query: Any) -> None:
    statements = _sent.get()
    if statements is not None and not any(word in query.query for word in _LEARNING):
        sent = Sent(" ".join(query.query.split()))
        sent.arguments = query.args
        statements.append(sent)
