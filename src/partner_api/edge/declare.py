"""Declaring routes.

A handler is a coroutine with typed parameters, each of which is one of

* ``request: ApiRequest``;
* a path parameter, named in the path as ``{orgId}`` and in the function as ``org_id``;
* ``query``, a Struct of query parameters;
* ``body``, a Struct that forbids unknown fields;
* ``upload: Upload``, a body that is too large for memory, on routes that declare ``uploads``;
* ``connection``: the handler then runs in a transaction that also keeps the idempotency record.

It gives a Struct, which is answered as JSON, or a whole ``Reply``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from litestar.handlers import HTTPRouteHandler

from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.route import PARAMETER, Handler, Method, Route
from partner_api.edge.wire.reply import error_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from litestar import Router
    from litestar.types import ASGIApp, Receive, Send

    from partner_api.edge.identity.acting import OrganizationStatus
    from partner_api.edge.identity.scopes import Access
    from partner_api.edge.request.uploads import UploadRule
    from partner_api.errors import Code

__all__ = ["ROUTE", "Route", "read", "routes_of", "write"]

ROUTE = "partner_api.route"


def read(
    path: str,
    *,
    access: Access,
    tag: str,
    errors: Sequence[Code] = (),
    works_until: OrganizationStatus = "suspended",
    examples: Sequence[object] = (),
    also: Mapping[int, str] | None = None,
    status: int = 200,
) -> Callable[[Handler], HTTPRouteHandler]:
    """Declare a GET route.

    Args:
        path: as clients see it, such as ``/v1/projects/{projectId}``.
        access: who may use it; there is no default.
        tag: the section of the reference.
        errors: codes it can answer beyond those that follow from what is declared.
        works_until: when a partner acts inside a child, the last status of the child in which
            the route works.
        examples: answers to show in the reference.
        also: what other statuses mean that are no errors.
        status: of the usual answer.
    """
    return _declare(
        "GET",
        path,
        access=access,
        status=status,
        errors=errors,
        tag=tag,
        works_until=works_until,
        idempotency_required=False,
        secret_answer=False,
        examples=examples,
        also=also or {},
    )


def write(
    method: Method,
    path: str,
    *,
    access: Access,
    tag: str,
    status: int = 200,
    errors: Sequence[Code] = (),
    works_until: OrganizationStatus = "active",
    idempotency_required: bool = False,
    secret_answer: bool = False,
    uploads: UploadRule | None = None,
    examples: Sequence[object] = (),
    also: Mapping[int, str] | None = None,
    long_running: bool = False,
    replays: Callable[[dict[str, Any]], object] | None = None,
) -> Callable[[Handler], HTTPRouteHandler]:
    """Declare a route that changes something.

    Args:
        method: POST, PUT, PATCH or DELETE.
        path: see ``read``.
        access: see ``read``.
        tag: see ``read``.
        status: of the answer when it is done.
        errors: see ``read``.
        works_until: see ``read``; writes stop when a child is suspended unless this says more.
        idempotency_required: it moves money and cannot do without Idempotency-Key.
        secret_answer: the answer has a secret in it; its idempotency record is encrypted.
        uploads: what may be uploaded, for a handler with ``upload``.
        examples: see ``read``.
        also: see ``read``.
        long_running: it starts a job, which has limits of its own.
        replays: for a route whose SQL function keeps the idempotency record: makes the answer of
            the facts that are stored.
    """
    return _declare(
        method,
        path,
        access=access,
        status=status,
        errors=errors,
        tag=tag,
        works_until=works_until,
        idempotency_required=idempotency_required,
        secret_answer=secret_answer,
        uploads=uploads,
        examples=examples,
        also=also or {},
        long_running=long_running,
        replays=replays,
    )


def routes_of(routers: Iterable[Router]) -> list[Route]:
    """List what routers serve: by address in their order, and there by method."""
    methods = get_args(Method)
    return [
        route
        for router in routers
        for mounted in router.routes
        # Litestar keeps the methods of an address in a set.
        for route in sorted(
            (
                handler.opt[ROUTE]
                for handler in getattr(mounted, "route_handlers", ())
                if ROUTE in handler.opt
            ),
            key=lambda route: methods.index(route.method),
        )
    ]


def _declare(method: Method, path: str, **declared: Any) -> Callable[[Handler], HTTPRouteHandler]:
    def decorate(handler: Handler) -> HTTPRouteHandler:
        route = Route(method, path, handler, **declared)

        async def answer(scope: Any, receive: Receive, send: Send) -> None:
            request = ApiRequest(scope, receive, send)
            reply: ASGIApp
            try:
                reply = await route.run(request)
            except Exception as error:
                reply = error_reply(error, request.request_id, where=f"{method} {path}")
            await reply(scope, receive, send)

        return HTTPRouteHandler(
            PARAMETER.sub(r"{\1:str}", path),
            http_method=method,
            opt={ROUTE: route},
            # What Litestar would do between its middleware and a function of ours, we do ourselves: reading the
            # request and calling the handler. It takes a fifth of the time of a request, for nothing.
            middleware=[lambda app: answer],
        )(_never_called)

    return decorate


async def _never_called() -> None:
    """Stand where Litestar wants a function: the route's middleware has answered before."""
