"""Routes for the operators of the server; they need no key and reveal nothing secret."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

import msgspec

from partner_api.database.outages import FAILURES
from partner_api.database.version import is_current
from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import PUBLIC
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.reply import Reply
from partner_api.errors import ApiError
from partner_api.health.parts import render_parts
from partner_api.metrics.registry import CONTENT_TYPE, render
from partner_api.processes.status import troubles_of
from partner_api.sweeps import all_sweeps
from partner_api.sweeps.metrics import measure_lag
from partner_api.time_limits import READINESS_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from partner_api.database.connection import Pool
    from partner_api.services import Services

T = TypeVar("T")
routes = Routes("Health")
_Asking: TypeAlias = dict[object, asyncio.Task[Any]]
# What is being asked, by the question, of each database.
_asking: WeakKeyDictionary[Pool, _Asking] = WeakKeyDictionary()
# The event loop holds only weak references to tasks.
_given_up: set[asyncio.Task[Any]] = set()


class Health(msgspec.Struct, frozen=True):
    """The process is alive."""

    status: Literal["ok"]


class DegradedPart(msgspec.Struct, frozen=True):
    """A part of the server that does not do its work as it should."""

    part: Annotated[str, msgspec.Meta(description="Its name, as `layers status` shows it.")]
    problem: Annotated[str, msgspec.Meta(description="Why, in a few words.")]


class Readiness(msgspec.Struct, frozen=True, omit_defaults=True):
    """The process can answer requests."""

    status: Annotated[
        Literal["ready", "degraded"],
        msgspec.Meta(
            description="`degraded`: requests are answered, but a part of the server does not do its work."
        ),
    ]
    database: Literal["ok"]
    development: Annotated[
        bool, msgspec.Meta(description="Whether the installation is for trying things out.")
    ]
    degraded: Annotated[
        list[DegradedPart],
        msgspec.Meta(description="The parts that do not; left out when all do."),
    ] = []


@routes.read("/healthz", access=PUBLIC)
async def read_health() -> Health:
    """Check whether the process is alive.

    Nothing else is checked: an unavailable database is no reason to restart the server.
    """
    return Health("ok")


@routes.read("/readyz", access=PUBLIC, errors=["UNAVAILABLE"])
async def read_readiness(request: ApiRequest) -> Readiness:
    """Check whether requests can be served.

    They can when the database answers within a second and a half and its schema is current. The status is
    `degraded`, still 200, when something else does not do its work, such as the background work.
    """
    if not await _asked(request.services, _is_current):
        raise ApiError(
            "UNAVAILABLE",
            "The database has another schema than this version needs. Run `layers db migrate`.",
        )
    troubles = troubles_of(request.services.run_folder)
    return Readiness(
        "degraded" if troubles else "ready",
        "ok",
        request.services.settings.development,
        [DegradedPart(part, problem) for part, problem in troubles.items()],
    )


@routes.read("/metrics", access=PUBLIC)
async def read_metrics(request: ApiRequest) -> Reply[str]:
    """Return the server's metrics, in Prometheus' text format.

    The lag of the background work is read from the database; while that is unavailable, the last value stays.
    """
    services = request.services
    with contextlib.suppress(*FAILURES):
        await _asked(services, _measure_lag)
    text = render() + render_parts(services.run_folder)
    return Reply(200, text, content_type=CONTENT_TYPE)


async def _is_current(services: Services) -> bool:
    async with services.pool.acquire() as connection:
        return await is_current(connection)


async def _measure_lag(services: Services) -> None:
    async with services.pool.acquire() as connection:
        sweeps = all_sweeps(services.storage, services.outgoing)
        await measure_lag(connection, sweeps, services.clock.now())


async def _asked(services: Services, question: Callable[[Services], Coroutine[Any, Any, T]]) -> T:
    """Ask the database, once for all who want to know meanwhile; wait at most a second and a half.

    Anybody can ask, without a key: a crowd of them has one connection, not all.

    Raises:
        TimeoutError: it took too long.
    """
    asking = _asking.setdefault(services.pool, {})
    task: asyncio.Task[T] | None = asking.get(question)
    if task is None:
        task = asking[question] = asyncio.create_task(question(services))
        # It is cancelled then, but not waited for: the next one asks anew.
        timer = asyncio.get_running_loop().call_later(
            READINESS_SECONDS, _give_up, asking, question, task
        )
        task.add_done_callback(lambda done: _forget(asking, question, done, timer))
    await asyncio.wait({task}, timeout=READINESS_SECONDS)
    if not task.done() or task.cancelled():
        raise TimeoutError(f"no answer within {READINESS_SECONDS:g} s")
    return task.result()


def _give_up(asking: _Asking, question: object, task: asyncio.Task[Any]) -> None:
    if asking.get(question) is task:
        del asking[question]
    _given_up.add(task)
    task.cancel()


def _forget(
    asking: _Asking, question: object, task: asyncio.Task[Any], timer: asyncio.TimerHandle
) -> None:
    timer.cancel()
    _given_up.discard(task)
    if asking.get(question) is task:
        del asking[question]
    if not task.cancelled():
        # Retrieved, so that nothing is logged; whoever still waits gets it too.
        task.exception()
