"""The ASGI application behind the edge: finds the route of a request and lets it answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.request.exchange import EXCHANGE
from partner_api.edge.route import PARAMETER
from partner_api.edge.wire.reply import Reply, client_error
from partner_api.errors import ApiError, not_found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractAsyncContextManager

    from partner_api.edge.request.api_request import Receive, Scope, Send
    from partner_api.edge.route import Route


class _Place:
    """A place in the tree of addresses: what may follow, and the routes of the address that ends here."""

    __slots__ = ("following", "parameter", "routes")

    def __init__(self) -> None:
        self.following: dict[str, _Place] = {}
        self.parameter: _Place | None = None
        self.routes: dict[str, Route] = {}


class RouteTable:
    """All routes by address and method. A word in an address comes before a parameter in the same place."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._words: dict[str, dict[str, Route]] = {}
        self._root = _Place()
        methods: set[tuple[str, str]] = set()
        for route in routes:
            method = (route.declared.access.kind, route.declared.sdk)
            if method in methods and route.declared.sdk:
                raise TypeError(
                    f"{route.method} {route.template}: {method[1]} is another route's name"
                )
            methods.add(method)
            if PARAMETER.search(route.template) is None:
                by_method = self._words.setdefault(route.template, {})
            else:
                by_method = self._place(route.template).routes
            if by_method.setdefault(route.method, route) is not route:
                raise TypeError(f"{route.method} {route.template} is declared twice")

    def find(self, method: str, path: str) -> tuple[Route, list[str]]:
        """Find the route of a request, and the texts of its parameters in their order.

        Args:
            method: GET for HEAD.
            path: decoded, and the one spelling of it (see ``is_plain_path``).

        Raises:
            ApiError: NOT_FOUND, METHOD_NOT_ALLOWED.
        """
        texts: list[str] = []
        routes = self._words.get(path)
        if routes is None:
            place: _Place | None = self._root
            for word in path.split("/")[1:]:
                if place is None:
                    break
                following = place.following.get(word)
                if following is None:
                    following = place.parameter
                    texts.append(word)
                place = following
            routes = place.routes if place is not None else {}
        route = routes.get(method)
        if route is not None:
            return route, texts
        if not routes:
            raise not_found()
        allow = sorted(routes.keys() | ({"HEAD"} if "GET" in routes else set()))
        raise ApiError(
            "METHOD_NOT_ALLOWED", details={"allow": allow}, headers={"Allow": ", ".join(allow)}
        )

    def _place(self, template: str) -> _Place:
        place = self._root
        for word in template.split("/")[1:]:
            if PARAMETER.fullmatch(word) is None:
                place = place.following.setdefault(word, _Place())
            else:
                place.parameter = place.parameter or _Place()
                place = place.parameter
        return place


class Application:
    """Answers requests with routes.

    Args:
        routes: all that there are.
        lifespan: what is open from the start to the end.
        refusal_pages: what answers a refusal below an address such as ``/console`` with a page, of the error and
            the id of the request.
    """

    def __init__(
        self,
        routes: Iterable[Route],
        lifespan: Callable[[], AbstractAsyncContextManager[None]],
        refusal_pages: Mapping[str, Callable[[ApiError, str], Reply[Any]]] | None = None,
    ) -> None:
        self._table = RouteTable(routes)
        self._lifespan = lifespan
        self._refusal_pages = refusal_pages or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection, as an ASGI application.

        Raises:
            ApiError: there is no such address, or not with this method.
        """
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        show_refusal = self._refusal_pages.get(f"/{scope['path'].split('/', 2)[1]}")
        try:
            route, texts = self._table.find(scope["method"], scope["path"])
        except ApiError as error:
            if show_refusal is None:
                raise
            await show_refusal(error, scope[EXCHANGE].request_id)(scope, receive, send)
            return
        request = ApiRequest(scope, receive, texts)
        try:
            reply = await route.run(request)
        except Exception as error:
            where = f"{route.method} {route.template}"
            # A key that is malformed is refused before anything is done.
            repeatable = route.is_repeatable or bool(request.raw_idempotency_keys)
            refusal = client_error(error, request.request_id, where=where, repeatable=repeatable)
            request.exchange.failure = refusal.code
            if show_refusal is not None:
                reply = show_refusal(refusal, request.request_id)
            else:
                reply = Reply(refusal.status, refusal.body(request.request_id), refusal.headers)
        await reply(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Open what is needed when the server starts, and close it when it ends."""
        phase = "startup"
        try:
            await receive()
            async with self._lifespan():
                await send({"type": "lifespan.startup.complete"})
                phase = "shutdown"
                await receive()
        except BaseException as error:
            await send({"type": f"lifespan.{phase}.failed", "message": repr(error)})
            raise
        await send({"type": "lifespan.shutdown.complete"})
