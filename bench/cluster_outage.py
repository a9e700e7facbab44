"""A node of a cluster killed and brought back while partners on both nodes work: who notices what, and what is lost."""

from __future__ import annotations

import asyncio
import shlex
import subprocess
from typing import TYPE_CHECKING, Annotated

import typer

from partner_api.crypto import SecretKeys
from partner_api.database.cluster.places import find_place
from partner_api.database.connection import connect
from partner_api.settings.table import load_settings
from rig.api import api_environment, served_api
from rig.books import require_clean_books
from rig.clusters import CLUSTER, database_on, url_of
from rig.command import CONSOLE, MeasurementError, run
from rig.mixed import Business, Noted, count_in_books, make_business, require_nothing_lost, work
from rig.report import Goal, judged, number, show

if TYPE_CHECKING:
    from partner_api.database.location import DatabaseLocation

_BEFORE_SECONDS = 4.0
_AWAY_SECONDS = 6.0
_AFTER_SECONDS = 12.0
_MOST_PARTNERS = 20
_SECONDS_FOR_A_COMMAND = 60
_NONE = Goal(at_most=0)


def main(
    node: Annotated[str, typer.Option(help="The node that is killed, host:port.")],
    kill: Annotated[str, typer.Option(help="A command that kills it, without a farewell.")],
    start: Annotated[str, typer.Option(help="A command that starts it and waits until it works.")],
    shards: Annotated[int, typer.Option(min=2, max=256, help="Of the cluster.")] = 32,
) -> None:
    """Let a partner on that node and one elsewhere work through its death, and compare the answers with the books.

    BENCH_CLUSTER_URL is a superuser of a coordinator that runs already. A database is made, and dropped at the end.
    """
    with database_on(url_of(CLUSTER), shards=shards) as location:
        environment = api_environment(location)
        settings = load_settings(environment)
        assert settings.secret_keys is not None
        keys = SecretKeys.parse(settings.secret_keys)
        there, elsewhere = asyncio.run(_make_both(location, keys, node))
        with served_api(location, environment) as api, CONSOLE.status("Killing a node …"):
            noted = asyncio.run(_work_through(api.port, (there, elsewhere), kill, start))
        counted = [
            asyncio.run(count_in_books(location, business)) for business in (there, elsewhere)
        ]
        for one, count in zip(noted, counted, strict=True):
            require_nothing_lost(one, count)
        require_clean_books(location)
    _show(noted)


async def _make_both(
    location: DatabaseLocation, keys: SecretKeys, node: str
) -> tuple[Business, Business]:
    """Create partners until there is one on the node and one elsewhere, where tenants are spread by chance."""
    there = elsewhere = None
    for _ in range(_MOST_PARTNERS):
        business = await make_business(location, keys, accounts=4)
        connection = await connect(location.owner_url)
        try:
            place = await find_place(connection, business.partner.tenant_id, "live")
        finally:
            await connection.close()
        if place.node.name == node:
            there = there or business
        else:
            elsewhere = elsewhere or business
        if there and elsewhere:
            return there, elsewhere
    raise MeasurementError(f"no partner came to be on {node}, or none elsewhere")


async def _work_through(
    port: int, both: tuple[Business, Business], kill: str, start: str
) -> list[Noted]:
    ended = False
    working = [asyncio.create_task(work(port, business, lambda: ended)) for business in both]
    try:
        await asyncio.sleep(_BEFORE_SECONDS)
        await asyncio.to_thread(_run, kill)
        await asyncio.sleep(_AWAY_SECONDS)
        await asyncio.to_thread(_run, start)
        await asyncio.sleep(_AFTER_SECONDS)
    finally:
        ended = True
        noted = await asyncio.gather(*working)
    return noted


def _run(command: str) -> None:
    done = subprocess.run(
        shlex.split(command), check=False, capture_output=True, timeout=_SECONDS_FOR_A_COMMAND
    )
    if done.returncode:
        raise MeasurementError(f"{command!r} failed: {done.stderr.decode(errors='replace')}")


def _show(noted: list[Noted]) -> None:
    there, elsewhere = noted
    unexpected = sum(count for what, count in there.failed.items() if " 503 " not in what)
    show(
        "A node was killed and came back",
        ["", "its own partner", "partner elsewhere"],
        [
            ["requests done", *(number(sum(one.done.values())) for one in noted)],
            [
                "requests that failed",
                number(sum(there.failed.values())),
                judged(sum(elsewhere.failed.values()), _NONE),
            ],
            ["… otherwise than with 503", judged(unexpected, _NONE), ""],
            [
                "… with 503 and no Retry-After",
                *(judged(one.without_retry_after, _NONE) for one in noted),
            ],
            ["longest pause, s", *(number(one.longest_pause_seconds) for one in noted)],
            ["longest request, s", *(number(one.longest_seconds) for one in noted)],
        ],
    )
    for name, one in (("its own", there), ("elsewhere", elsewhere)):
        for what, count in sorted(one.failed.items()):
            CONSOLE.print(f"failed, {name}: {what}: {count:,}")


if __name__ == "__main__":
    run(main)
