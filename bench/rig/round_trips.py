"""How many statements a request sends to the database, counted by the driver."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any
from unittest import mock

from partner_api.app import ROUTES, create_app
from partner_api.database import connection as connections
from rig import routes
from rig.command import MeasurementError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from asyncpg.connection import LoggedQuery

    from partner_api.database.connection import Connection
    from partner_api.edge.asgi import Edge
    from partner_api.settings.table import Settings


async def round_trips_per_request(
    settings: Settings, paths: Sequence[str], key: str, *, clients: int, requests: int
) -> list[float]:
    """Count for each path what one request costs on average.

    The application runs in this process, without a network. What each connection asks once, such
    as the description of a statement it prepares, is not counted.

    Args:
        settings: of the server; its pool is made as always.
        paths: each is asked for on its own.
        key: authenticates.
        clients: how many ask at the same time.
        requests: how many each of them makes.
    """
    app = create_app(settings, [*ROUTES, routes.routes])
    statements = 0
    prepare = connections.prepare_connection

    def count(_: LoggedQuery) -> None:
        nonlocal statements
        statements += 1

    async def prepare_and_count(connection: Connection) -> None:
        await prepare(connection)
        connection.add_query_logger(count)

    with mock.patch.object(connections, "prepare_connection", prepare_and_count):
        async with _started(app):
            found = []
            for path in paths:
                # The statements are prepared on every connection that this many clients use.
                await asyncio.gather(*(_repeat(app, path, key, requests) for _ in range(clients)))
                await asyncio.sleep(0)
                statements = 0
                await asyncio.gather(*(_repeat(app, path, key, requests) for _ in range(clients)))
                # The driver tells of a statement after it has given its rows.
                await asyncio.sleep(0)
                found.append(statements / (clients * requests))
            return found


@contextlib.asynccontextmanager
async def _started(app: Edge) -> AsyncIterator[None]:
    to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    from_app: asyncio.Queue[Any] = asyncio.Queue()
    task = asyncio.create_task(app({"type": "lifespan", "state": {}}, to_app.get, from_app.put))
    await to_app.put({"type": "lifespan.startup"})
    started = await from_app.get()
    if started["type"] != "lifespan.startup.complete":
        raise MeasurementError("the application does not start")
    try:
        yield
    finally:
        await to_app.put({"type": "lifespan.shutdown"})
        await task


async def _repeat(app: Edge, path: str, key: str, requests: int) -> None:
    for _ in range(requests):
        await _ask(app, path, key)


async def _ask(app: Edge, path: str, key: str) -> None:
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"bench"), (b"authorization", f"Bearer {key}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "state": {},
    }
    await app(scope, receive, send)
    if status != 200:
        raise MeasurementError(f"{path} answers {status}")
