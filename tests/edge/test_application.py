"""Finding the route of a request, and opening and closing what the routes need."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest

from partner_api.app import ROUTES
from partner_api.edge.application import Application, RouteTable
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.scopes import ANY_KEY
from partner_api.edge.route import PARAMETER
from partner_api.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from partner_api.edge.declaration import Method

ALL = list(chain.from_iterable(ROUTES))
TABLE = RouteTable(ALL)


async def _none() -> dict[str, str]:
    """Do nothing."""
    return {}


async def _one(thing_id: str) -> dict[str, str]:
    """Do nothing with one thing."""
    return {}


async def _two(thing_id: str, part_id: str) -> dict[str, str]:
    """Do nothing with a part of one thing."""
    return {}


async def _named(name: str) -> dict[str, str]:
    """Do nothing with a name."""
    return {}


HANDLERS: dict[tuple[str, ...], Callable[..., Awaitable[Any]]] = {
    (): _none,
    ("thingId",): _one,
    ("thingId", "partId"): _two,
    ("name",): _named,
}


def table_of(*declared: tuple[Method, str]) -> RouteTable:
    routes = Routes("T")
    for number, (method, path) in enumerate(declared):
        name = f"things.{'abcdefghij'[number]}"
        runs = Runs.READ if method == "GET" else Runs.UNRECORDED
        handler = HANDLERS[tuple(PARAMETER.findall(path))]
        routes.write(method, path, sdk=name, access=ANY_KEY, runs=runs)(handler)
    return RouteTable(routes)


def found(table: RouteTable, method: str, path: str) -> tuple[str, list[str]]:
    route, texts = table.find(method, path)
    return f"{route.method} {route.template}", texts


def refused(table: RouteTable, method: str, path: str) -> ApiError:
    with pytest.raises(ApiError) as caught:
        table.find(method, path)
    return caught.value


@pytest.mark.parametrize("route", ALL, ids=lambda route: f"{route.method} {route.template}")
def test_every_route_is_found_with_the_texts_of_its_parameters(route: Any) -> None:
    names = PARAMETER.findall(route.template)
    path = PARAMETER.sub(lambda match: f"the-{match[1]}", route.template)
    assert TABLE.find(route.method, path) == (route, [f"the-{name}" for name in names])


def test_a_word_comes_before_a_parameter() -> None:
    table = table_of(
        ("GET", "/v1/things/{thingId}"),
        ("POST", "/v1/things/import"),
        ("GET", "/v1/things/{thingId}/parts/{partId}"),
        ("GET", "/v1/things/{thingId}/parts/newest"),
    )
    assert found(table, "POST", "/v1/things/import") == ("POST /v1/things/import", [])
    assert found(table, "GET", "/v1/things/5") == ("GET /v1/things/{thingId}", ["5"])
    template = "GET /v1/things/{thingId}/parts/newest"
    assert found(table, "GET", "/v1/things/import/parts/newest") == (template, ["import"])
    template = "GET /v1/things/{thingId}/parts/{partId}"
    assert found(table, "GET", "/v1/things/5/parts/6") == (template, ["5", "6"])
    # The address of a word is that of its own methods.
    error = refused(table, "GET", "/v1/things/import")
    assert (error.code, error.details) == ("METHOD_NOT_ALLOWED", {"allow": ["POST"]})


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v1/things", "/v1/things/5/parts", "/v1/things/5/parts/6/7", "/v1/other/5"],
)
def test_what_is_no_address_is_not_found(path: str) -> None:
    table = table_of(
        ("GET", "/v1/things/{thingId}"), ("GET", "/v1/things/{thingId}/parts/{partId}")
    )
    assert refused(table, "GET", path).code == "NOT_FOUND"


@pytest.mark.parametrize("method", ["DELETE", "OPTIONS", "BREW"])
def test_another_method_is_told_which_there_are(method: str) -> None:
    table = table_of(("POST", "/v1/things"), ("GET", "/v1/things"))
    error = refused(table, method, "/v1/things")
    assert error.details == {"allow": ["GET", "HEAD", "POST"]}
    assert error.headers["Allow"] == "GET, HEAD, POST"


def test_an_address_takes_a_method_once() -> None:
    with pytest.raises(TypeError, match=r"GET /v1/things/\{name\} is declared twice"):
        table_of(("GET", "/v1/things/{thingId}"), ("GET", "/v1/things/{name}"))


@pytest.mark.parametrize("failing", ["startup", "shutdown"])
async def test_a_start_or_an_end_that_fails_is_said(failing: str) -> None:
    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        if failing == "startup":
            raise OSError("no database")
        yield
        raise OSError("not closed")

    received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    sent: list[Any] = []
    for event in ("startup", "shutdown"):
        received.put_nowait({"type": f"lifespan.{event}"})

    async def send(message: Any) -> None:
        sent.append(message)

    with pytest.raises(OSError, match="no"):
        await Application([], lifespan)({"type": "lifespan"}, received.get, send)
    complete = [] if failing == "startup" else ["lifespan.startup.complete"]
    assert [message["type"] for message in sent] == [*complete, f"lifespan.{failing}.failed"]
