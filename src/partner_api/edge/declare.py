"""Declaring routes.

``routes = Routes("Credits")`` stands at the top of a ``routes.py``, and ``@routes.read(…)`` or ``@routes.write(…)``
above each handler. What they take is in ``Declaration``. A handler is a coroutine with typed parameters, each of which
is one of

* ``request: ApiRequest``;
* a path parameter, named in the path as ``{orgId}`` and in the function as ``org_id``;
* ``query``, a Struct of query parameters;
* ``body``, a Struct that forbids unknown fields;
* ``upload: Upload``, a body that is too large for memory, on routes that declare ``uploads``;
* ``connection: Connection``, with ``runs=Runs.TRANSACTION``: that of a transaction, which also keeps the idempotency
  record;
* ``transaction: RecordedTransaction``, with ``runs=Runs.DEFERRED``: such a transaction, for the handler to run.

It returns a Struct, which is answered as JSON, or a whole ``Reply``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, get_args

from partner_api.edge.declaration import Declaration, Method, Runs
from partner_api.edge.route import Route

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

__all__ = ["H", "Routes", "Runs"]

H = TypeVar("H", bound="Callable[..., Awaitable[Any]]")
P = ParamSpec("P")
_METHODS: tuple[Method, ...] = get_args(Method)


def _read_taking(
    declaration: Callable[P, Declaration],
) -> Callable[Concatenate[Routes, str, P], Callable[[H], H]]:
    def read(self: Routes, path: str, /, *args: P.args, **declared: P.kwargs) -> Callable[[H], H]:
        """Declare a GET route; ``path`` is as clients see it, such as ``/v1/projects/{projectId}``.

        Raises:
            TypeError: what is declared contradicts itself, the address or the handler.
        """
        return self._declare("GET", path, declaration(*args, **declared))

    return read


def _write_taking(
    declaration: Callable[P, Declaration],
) -> Callable[Concatenate[Routes, Method, str, P], Callable[[H], H]]:
    def write(
        self: Routes, method: Method, path: str, /, *args: P.args, **declared: P.kwargs
    ) -> Callable[[H], H]:
        """Declare a POST, PUT, PATCH or DELETE route; see ``read``."""
        return self._declare(method, path, declaration(*args, **declared))

    return write


class Routes:
    """The routes of a file, in one section of the reference."""

    # So that the fields of a declaration are spelt in one place, and still checked at every route.
    read = _read_taking(Declaration)
    write = _write_taking(Declaration)

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        """Go through them by address, in the order of declaration, and there by method."""
        addresses = list(dict.fromkeys(route.template for route in self._routes))
        return iter(
            sorted(
                self._routes,
                key=lambda route: (addresses.index(route.template), _METHODS.index(route.method)),
            )
        )

    def _declare(self, method: Method, path: str, declared: Declaration) -> Callable[[H], H]:
        def keep(handler: H) -> H:
            self._routes.append(Route(method, path, self._tag, handler, declared))
            return handler

        return keep
