"""Looks across tenants: what is due, of whomever it is. On a cluster they go on while one of its nodes is down.

Such a statement asks every node, and would fail as a whole if one does not answer; what is due of the tenants elsewhere
would wait with it. So it is then asked of the tenants alone that are on nodes which answer. That is remembered for some
seconds, so that nobody waits for a dead node at every look. A server alone runs the statement as it is.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

import asyncpg
import structlog

from partner_api.database.cluster.catalog import is_distributed
from partner_api.database.cluster.reach import list_reached, list_unreachable
from partner_api.database.outages import NODE_UNREACHABLE, is_of_node
from partner_api.database.pool import database_of

if TYPE_CHECKING:
    from collections.abc import Hashable

    from partner_api.database.connection import Connection, Row

_log = structlog.get_logger(__name__)
# For so long nobody asks a node again that did not answer; new tenants on others are looked at that much later.
_REMEMBERED_SECONDS: Final = 5.0
_MARK = re.compile(r"/\* reached: ([\w.]+) \*/")
_PARAMETER = re.compile(r"\$(\d+)")
# What was known last of each cluster of which a node is down.
_outages: dict[Hashable, _Outage] = {}


class _Outage:
    """What is known of a cluster of which nodes are down: which, and whose rows can be reached."""

    def __init__(self, nodes: list[str], tenant_ids: list[int]) -> None:
        self.nodes = nodes
        self.tenant_ids = tenant_ids
        self.ask_again_at = time.monotonic() + _REMEMBERED_SECONDS


async def look(
    connection: Connection, statement: str, *arguments: object, alone: str | None = None
) -> list[Row]:
    """Fetch what a statement across tenants finds; while a node of a cluster is down, of the tenants on the others.

    Args:
        connection: to the database. In a transaction, whatever a node that goes down meanwhile raises is raised.
        statement: behind the WHERE or ON of each table of tenants that it reads stands the mark
            ``/* reached: tenant_id */``, with the name of that column. There goes the condition.
        arguments: of the statement.
        alone: with marks, and asked in place of the statement while a node is down; None: the statement itself.

    Raises:
        OSError, asyncpg.PostgresError: what the statement raises, if it is not that a node is down.
    """
    database = database_of(connection)
    among = alone or statement
    if (outage := await _remembered(connection, database)) is None:
        try:
            return await connection.fetch(statement, *arguments)
        except asyncpg.PostgresError as error:
            outage = await _outage_behind(connection, database, error)
            if outage is None:
                raise
    return await connection.fetch(_of_reached(among), *arguments, outage.tenant_ids)


async def look_up(
    connection: Connection, statement: str, *arguments: object, count: int = 1
) -> list[Row]:
    """Fetch what somebody names by its id alone, as ``look`` does; ``count`` rows are asked for.

    Raises:
        NODE_UNREACHABLE: not all were found, and a node is down: they may be there.
        OSError, asyncpg.PostgresError: what the statement raises, if it is not that a node is down.
    """
    rows = await look(connection, statement, *arguments)
    if len(rows) < count and (outage := _outages.get(database_of(connection))) is not None:
        raise NODE_UNREACHABLE(f"not found, and no answer from {', '.join(outage.nodes)}")
    return rows


async def _remembered(connection: Connection, database: Hashable) -> _Outage | None:
    """Return what is known of an outage that goes on; at times, one of those who look asks the nodes again."""
    outage = _outages.get(database)
    if outage is None or time.monotonic() < outage.ask_again_at or connection.is_in_transaction():
        return outage
    # The others go on meanwhile with what is known.
    outage.ask_again_at = time.monotonic() + _REMEMBERED_SECONDS
    return await _ask_nodes(connection, database)


async def _outage_behind(
    connection: Connection, database: Hashable, error: asyncpg.PostgresError
) -> _Outage | None:
    """Return the outage because of which a look has raised an error; None if it was something else."""
    # A node that is cut off says nothing until the statement's time is over.
    if not is_of_node(error) and not isinstance(error, asyncpg.QueryCanceledError):
        return None
    if connection.is_closed() or connection.is_in_transaction():
        return None
    if not await is_distributed(connection):
        return None
    return await _ask_nodes(connection, database)


async def _ask_nodes(connection: Connection, database: Hashable) -> _Outage | None:
    """Ask every node that has tenants whether it answers, and remember it; log what has changed."""
    nodes = await list_unreachable(connection)
    names = [node.name for node in nodes]
    outage = _Outage(names, await list_reached(connection, nodes)) if nodes else None
    # From here on nobody comes between: who asked at the same time finds what has been logged.
    before = _outages.pop(database, None)
    known = [] if before is None else before.nodes
    for name in names:
        if name not in known:
            _log.error("node_down", node=name)
    for name in known:
        if name not in names:
            _log.warning("node_back", node=name)
    if outage is not None:
        _outages[database] = outage
    return outage


def _of_reached(statement: str) -> str:
    """Return a statement with one argument more: the only tenants that it looks at."""
    number = max((int(each) for each in _PARAMETER.findall(statement)), default=0) + 1
    return _MARK.sub(rf"\1 = ANY (${number}::bigint[]) AND", statement)
