"""Routes for whoever runs the server; they need no key and say nothing secret."""

from __future__ import annotations

import contextlib
from typing import Annotated, Literal

import asyncpg
import msgspec
from litestar import Router

from partner_api.database.migrate import is_current
from partner_api.edge import metrics
from partner_api.edge.reply import Reply
from partner_api.edge.request import ApiRequest
from partner_api.edge.routing import read
from partner_api.edge.scopes import PUBLIC
from partner_api.errors import ApiError
from partner_api.sweeps import all_sweeps
from partner_api.sweeps.metrics import measure_lag

_TAG = "Health"


class Health(msgspec.Struct, frozen=True):
    """The process is alive."""

    status: Literal["ok"]


class Readiness(msgspec.Struct, frozen=True):
    """The process can do its work."""

    status: Literal["ready"]
    database: Literal["ok"]
    development: Annotated[
        bool, msgspec.Meta(description="Whether the installation is for trying things out.")
    ]


@read("/healthz", access=PUBLIC, tag=_TAG)
async def read_health() -> Health:
    """Whether the process is alive.

    It looks at nothing else: a database that is away is no reason to restart the server.
    """
    return Health("ok")


@read("/readyz", access=PUBLIC, tag=_TAG, errors=["UNAVAILABLE"])
async def read_readiness(request: ApiRequest) -> Readiness:
    """Whether requests can be served.

    They can when the database answers and its schema is current.
    """
    async with request.services.pool.acquire(timeout=5) as connection:
        current = await is_current(connection)
    if not current:
        raise ApiError(
            "UNAVAILABLE",
            "The database has another schema than this version needs. Run `layers db migrate`.",
        )
    return Readiness("ready", "ok", request.services.settings.development)


@read("/metrics", access=PUBLIC, tag=_TAG)
async def read_metrics(request: ApiRequest) -> Reply[str]:
    """The server's numbers, in Prometheus' text format.

    How late the background work is, is looked up in the database; without it, it is what it was.
    """
    services = request.services
    with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        async with services.pool.acquire(timeout=5) as connection:
            await measure_lag(connection, all_sweeps(services.storage), services.clock.now())
    return Reply(200, metrics.render(), content_type=metrics.CONTENT_TYPE)


router = Router(path="/", route_handlers=[read_health, read_readiness, read_metrics])
