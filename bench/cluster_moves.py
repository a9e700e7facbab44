"""A tenant moved to and fro between a cluster's nodes while its partner works: what is lost, and the longest pause."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

import typer

from partner_api.crypto import SecretKeys
from partner_api.database.cluster.catalog import list_nodes
from partner_api.database.cluster.moving import move_tenant
from partner_api.database.cluster.places import find_place
from partner_api.database.connection import connect
from partner_api.settings.table import load_settings
from rig.api import api_environment, served_api
from rig.books import require_clean_books
from rig.clusters import CLUSTER, database_on, url_of
from rig.command import CONSOLE, MeasurementError, run
from rig.mixed import Business, Noted, count_in_books, make_business, require_nothing_lost, work
from rig.report import Goal, judged, number, show

_ACCOUNTS = 60
_BETWEEN_SECONDS = 1.0
_ENV = "live"


def main(
    moves: Annotated[int, typer.Option(min=1, max=50, help="How often it moves.")] = 10,
    shards: Annotated[int, typer.Option(min=2, max=256, help="Of the cluster.")] = 32,
) -> None:
    """Move a tenant under eight clients of an API process, and compare what was acknowledged with the books.

    BENCH_CLUSTER_URL is a superuser of a coordinator that runs already. A database is made, and dropped at the end.
    """
    with database_on(url_of(CLUSTER), shards=shards) as location:
        environment = api_environment(location)
        settings = load_settings(environment)
        assert settings.secret_keys is not None
        keys = SecretKeys.parse(settings.secret_keys)
        business = asyncio.run(make_business(location, keys, _ACCOUNTS))
        with served_api(location, environment) as api, CONSOLE.status("Moving …"):
            noted, durations = asyncio.run(
                _move_under_load(api.port, location.owner_url, business, moves)
            )
        counted = asyncio.run(count_in_books(location, business))
        require_nothing_lost(noted, counted)
        require_clean_books(location)
    _show(noted, counted, durations)


async def _move_under_load(
    port: int, owner_url: str, business: Business, moves: int
) -> tuple[Noted, list[float]]:
    ended = False
    working = asyncio.create_task(work(port, business, lambda: ended))
    durations = []
    try:
        for _ in range(moves):
            await asyncio.sleep(_BETWEEN_SECONDS)
            durations.append(await _move(owner_url, business.partner.tenant_id))
        await asyncio.sleep(_BETWEEN_SECONDS)
    finally:
        ended = True
        noted = await working
    return noted, durations


async def _move(owner_url: str, tenant_id: int) -> float:
    connection = await connect(owner_url)
    try:
        place = await find_place(connection, tenant_id, _ENV)
        names = [node.name for node in await list_nodes(connection) if node.has_tenants]
    finally:
        await connection.close()
    others = [name for name in names if name != place.node.name]
    if not others:
        raise MeasurementError("the cluster has one node with tenants, so nothing can move")
    began = time.perf_counter()
    await move_tenant(
        owner_url, place, others[0], isolate=False, note=lambda _: None, done=lambda _: None
    )
    return time.perf_counter() - began


def _show(noted: Noted, counted: dict[str, int], durations: list[float]) -> None:
    show(
        f"A tenant moved {len(durations)} times under eight clients",
        ["", "acknowledged", "in the books"],
        [[name, number(noted.done[name]), number(count)] for name, count in counted.items()],
    )
    failed = sum(noted.failed.values())
    show(
        "What was noticed",
        ["", "figure"],
        [
            ["requests that failed", judged(failed, Goal(at_most=0))],
            ["longest pause, s", number(noted.longest_pause_seconds)],
            ["longest request, s", number(noted.longest_seconds)],
            ["a move, s, the shortest", number(min(durations))],
            ["a move, s, the longest", number(max(durations))],
        ],
    )
    for what, count in sorted(noted.failed.items()):
        CONSOLE.print(f"failed: {what}: {count:,}")


if __name__ == "__main__":
    run(main)
