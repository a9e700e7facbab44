"""Asking an application in this process for pages and routes: how long, how many statements, which rows."""

from __future__ import annotations

import asyncio
import contextlib
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock
from urllib.parse import urlencode

from partner_api.app import create_app
from partner_api.database import connection as connections
from partner_api.edge.in_process import Calls
from rig.command import MeasurementError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from asyncpg.connection import LoggedQuery

    from partner_api.database.connection import Connection
    from partner_api.edge.asgi import Edge
    from partner_api.settings.table import Settings

_OK = 200
_HOST = "bench"


class Answer(NamedTuple):
    """What was answered, and after how long its first byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


class Application:
    """An application with its database, whose statements and calls of itself are counted.

    Args:
        app: started.
    """

    def __init__(self, app: Edge) -> None:
        self._app = app
        self.statements = 0
        self.calls: list[str] = []
        self.connections: list[Connection] = []

    async def ask(
        self,
        path: str,
        headers: Mapping[str, str],
        *,
        query: str = "",
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask for an address, or send a form to it."""
        body = b"" if form is None else urlencode(form).encode()
        started = perf_counter()
        status, first, fields, parts = 0, 0.0, {}, []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status, first, fields
            if message["type"] == "http.response.start":
                status, first = message["status"], perf_counter() - started
                fields = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                parts.append(message.get("body", b""))

        sent = {"host": _HOST, "content-length": str(len(body)), **headers}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET" if form is None else "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
            "state": {},
        }
        await self._app(scope, receive, send)
        return Answer(status, fields, b"".join(parts), first)

    async def sign_in(self, token: str) -> dict[str, str]:
        """Return the headers of an operator who has signed in to the console."""
        # Outside development mode sessions are opened over https alone.
        origin = {"origin": f"https://{_HOST}"}
        answer = await self.ask("/console/sign-in", origin, form={"token": token, "to": "/console"})
        return {"cookie": answer.headers["set-cookie"].partition(";")[0], **origin}

    async def count(self, path: str, headers: Mapping[str, str]) -> tuple[int, list[str]]:
        """Return how many statements an address costs, and which addresses of the API it asks for."""
        address, _, query = path.partition("?")
        # What a connection asks once, such as the types of a statement's columns, is not counted.
        for _ in range(2):
            self.statements, self.calls = 0, []
            answer = await self.ask(address, headers, query=query)
            if answer.status != _OK:
                raise MeasurementError(f"{path} answers {answer.status}")
            # The driver tells of a statement after it has given its rows.
            await asyncio.sleep(0)
        return self.statements, self.calls

    async def report_reads(self) -> None:
        """Have each of its connections report now what it has read; by itself, one does after its next statement."""
        for connection in self.connections:
            if not connection.is_closed():
                await connection.execute("SELECT pg_stat_force_next_flush()")

    async def milliseconds(self, path: str, headers: Mapping[str, str], times: int) -> float:
        """Return the median time to the first byte of an address."""
        address, _, query = path.partition("?")
        found = [(await self.ask(address, headers, query=query)).seconds for _ in range(times)]
        return median(found) * 1000


@contextlib.asynccontextmanager
async def running_application(settings: Settings) -> AsyncIterator[Application]:
    """Start the application of these settings in this process, without a network."""
    app = create_app(settings)
    found = Application(app)
    prepare = connections.prepare_connection
    call = Calls.call

    def count(_: LoggedQuery) -> None:
        found.statements += 1

    async def prepare_and_count(connection: Connection) -> None:
        await prepare(connection)
        connection.add_query_logger(count)
        found.connections.append(connection)

    async def call_and_note(
        calls: Calls, page: Any, admitted: Any, handler: Any, **rest: Any
    ) -> bytes:
        template = calls.route(handler).template
        path = "/".join(
            rest["path"][_snake(word[1:-1])] if word.startswith("{") else word
            for word in template.split("/")
        )
        query = rest.get("query", "")
        found.calls.append(f"{path}?{query}" if query else path)
        return await call(calls, page, admitted, handler, **rest)

    to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    from_app: asyncio.Queue[Any] = asyncio.Queue()
    with (
        mock.patch.object(connections, "prepare_connection", prepare_and_count),
        mock.patch.object(Calls, "call", call_and_note),
    ):
        task = asyncio.create_task(app({"type": "lifespan", "state": {}}, to_app.get, from_app.put))
        await to_app.put({"type": "lifespan.startup"})
        if (await from_app.get())["type"] != "lifespan.startup.complete":
            raise MeasurementError("the application does not start")
        try:
            yield found
        finally:
            await to_app.put({"type": "lifespan.shutdown"})
            await task


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
