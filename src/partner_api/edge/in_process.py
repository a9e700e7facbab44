"""Requests that the server makes to its own routes, for the pages that show what the API answers.

They go through everything that a request from outside goes through but for the token: the page knows who is signed in.
"""

from __future__ import annotations

import asyncio
from typing import IO, TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import msgspec

from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.request.exchange import EXCHANGE, Exchange
from partner_api.edge.route import PARAMETER
from partner_api.edge.wire.reply import client_error
from partner_api.time_limits import FORM_REPEAT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from partner_api.edge.identity.authentication import Caller, OperatorCaller
    from partner_api.edge.request.api_request import Receive
    from partner_api.edge.route import Route

T = TypeVar("T")
_OK = 300
_REPEAT_PAUSE_SECONDS = 0.1
_CHUNK_BYTES = 64 * 1024


class Sent(msgspec.Struct, frozen=True):
    """A file for a route that takes uploads: its media type, and the file, from its beginning to its end."""

    media_type: str
    file: IO[bytes]


class Calls:
    """Calls the routes of a server in its own process.

    Args:
        routes: those that can be called.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: dict[object, Route] = {route.handler: route for route in routes}

    def route(self, handler: Callable[..., Awaitable[object]]) -> Route:
        """Return the route of a handler."""
        return self._routes[handler]

    async def call(
        self,
        page: ApiRequest,
        admitted: Caller | OperatorCaller,
        handler: Callable[..., Awaitable[object]],
        *,
        path: Mapping[str, str],
        query: str = "",
        body: object = None,
        upload: Sent | None = None,
        idempotency_key: str | None = None,
    ) -> bytes:
        """Call a route and return the body of its answer.

        A form that is sent twice at the same instant is answered twice: the second waits for the first.

        Args:
            page: the request that this is a part of; both have one id.
            admitted: as whom to call.
            handler: of the route.
            path: the path's parameters, by the names that the handler has for them.
            query: the query string.
            body: what is sent as JSON; None sends nothing.
            upload: what is sent instead to a route for files.
            idempotency_key: for a write.

        Raises:
            ApiError: whatever the route refuses, or what became of it.
        """
        route = self._routes[handler]
        loop = asyncio.get_running_loop()
        until = loop.time() + FORM_REPEAT_SECONDS
        while True:
            request = _request_of(page, route, path, query, upload)
            request.admitted = admitted
            if idempotency_key is not None:
                request.raw_idempotency_keys = [idempotency_key.encode()]
            if upload is None:
                request.set_body(b"" if body is None else msgspec.json.encode(body))
            try:
                reply = await route.run(request)
            except Exception as error:
                where = f"{route.method} {route.template}"
                refusal = client_error(
                    error, page.request_id, where=where, repeatable=route.is_repeatable
                )
                if refusal.code != "IDEMPOTENCY_IN_PROGRESS" or loop.time() > until:
                    raise refusal from error
            else:
                if route.writes and reply.status < _OK:
                    # What it has changed may be an event; the page itself answers with a redirection.
                    page.services.bell.ring("outbox")
                return reply.body
            await asyncio.sleep(_REPEAT_PAUSE_SECONDS)
            if upload is not None:
                upload.file.seek(0)


def _request_of(
    page: ApiRequest, route: Route, path: Mapping[str, str], query: str, upload: Sent | None
) -> ApiRequest:
    texts = [path[parameter.name] for parameter in route.path]
    remaining = iter(texts)
    address = PARAMETER.sub(lambda _: quote(next(remaining), safe=""), route.template)
    exchange = Exchange(route.method, page.services, page.exchange.body_limits)
    exchange.request_id = page.request_id
    scope: dict[str, Any] = {
        "type": "http",
        "method": route.method,
        "path": address,
        "raw_path": address.encode(),
        "query_string": query.encode(),
        "headers": [] if upload is None else [(b"content-type", upload.media_type.encode())],
        "client": page.scope.get("client"),
        EXCHANGE: exchange,
    }
    return ApiRequest(scope, page.receive if upload is None else _reading(upload.file), texts)


def _reading(file: IO[bytes]) -> Receive:
    """Return what gives the bytes of a file as the body of a request."""

    async def receive() -> dict[str, Any]:
        chunk = file.read(_CHUNK_BYTES)
        return {"type": "http.request", "body": chunk, "more_body": bool(chunk)}

    return receive
