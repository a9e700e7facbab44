"""What each hot function does on a Citus cluster beside one PostgreSQL server with the same cores, in turn."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from partner_api.database.connection import connect, open_pool
from partner_api.sweeps.renewals import RenewLeases
from rig import calls
from rig.clusters import CLUSTER, SERVER, database_on, require_same_settings, url_of
from rig.command import CONSOLE, MeasurementError, run
from rig.leases import DUE, fill_leases
from rig.report import Goal, judged, number, show

if TYPE_CHECKING:
    from partner_api.database.location import DatabaseLocation

_MONTH = timedelta(days=31)
_OF_BATCHES = Goal(at_least=0.6)
_OF_RENEWALS = Goal(at_least=0.5)


class _Measure(NamedTuple):
    """A function, with so many items a call and so many calls a spell."""

    name: str
    call: calls.Call
    size: int
    calls: int
    goal: Goal | None = None


_MEASURES = (
    _Measure("starts", calls.start, 1, 600),
    _Measure("starts", calls.start, 8, 160, _OF_BATCHES),
    _Measure("starts", calls.start, 32, 64, _OF_BATCHES),
    _Measure("completes", calls.complete, 1, 480),
    _Measure("completes", calls.complete, 8, 128, _OF_BATCHES),
    _Measure("completes", calls.complete, 32, 64, _OF_BATCHES),
    _Measure("allocations", calls.allocate, 1, 600),
    _Measure("allocations", calls.allocate, 32, 64),
    _Measure("posts", calls.post, 1, 600),
    _Measure("posts", calls.post, 32, 64),
    _Measure("reads of a wallet", calls.read_wallet, 1, 1500),
    _Measure("reads of leases", calls.read_leases, 1, 1000),
    _Measure("authentications", calls.authenticate, 1, 1500),
)
# Few partners with many leases, and many with few.
_RENEWALS = ((4, 6_000), (150, 900))


def main(
    rounds: Annotated[
        int, typer.Option(min=1, max=20, help="How often each is measured, in turn.")
    ] = 3,
    size: Annotated[
        float, typer.Option(min=0.1, max=20, help="So many times as many calls a spell.")
    ] = 1.0,
    shards: Annotated[int, typer.Option(min=1, max=256, help="Of the cluster.")] = 32,
) -> None:
    """Measure both in one run: items a second of each, and the ratio.

    BENCH_SERVER_URL and BENCH_CLUSTER_URL are superusers of servers that run already, with the same settings. A
    database is made on each, and dropped at the end.
    """
    server, cluster = url_of(SERVER), url_of(CLUSTER)
    require_same_settings(server, cluster)
    began = time.perf_counter()
    with database_on(server) as one, database_on(cluster, shards=shards) as many:
        rows = asyncio.run(_measure_all(one, many, rounds, size))
    show(
        f"One server and a cluster of {shards} shards: items a second, {calls.CLIENTS} connections, "
        f"the median of {rounds} rounds",
        ["", "items a call", "one server", "cluster", "cluster of one server"],
        rows,
    )
    CONSOLE.print(f"It took {time.perf_counter() - began:.0f} s.")


async def _measure_all(
    one: DatabaseLocation, many: DatabaseLocation, rounds: int, size: float
) -> list[list[str] | None]:
    places = (one, many)
    with CONSOLE.status("Making customers …"):
        targets = [await calls.open_target(at.owner_url, at.application_url) for at in places]
    rows: list[list[str] | None] = []
    for measure in _MEASURES:
        rates: tuple[list[float], list[float]] = ([], [])
        times = max(calls.CLIENTS, round(measure.calls * size))
        with CONSOLE.status(f"{measure.name}, {measure.size} a call …"):
            for target in targets:
                await _spell(target, measure, calls.CLIENTS * 4)
            for _ in range(rounds):
                for found, target in zip(rates, targets, strict=True):
                    found.append(await _spell(target, measure, times))
        rows.append(_row(measure.name, str(measure.size), rates, measure.goal))
    for target in targets:
        await calls.close_target(target)
    rows.append(None)
    for partners, leases in _RENEWALS:
        with CONSOLE.status(f"Renewals of {leases} leases of {partners} partners …"):
            rates = await _measure_renewals(places, partners, leases, rounds)
        name = f"renewals of {partners} partners"
        rows.append(_row(name, f"{leases // partners} a partner", rates, _OF_RENEWALS))
    return rows


async def _spell(target: calls.Target, measure: _Measure, times: int) -> float:
    if measure.call is calls.complete:
        await calls.claim_for(target, times, measure.size)
    return await calls.rate(target, measure.call, measure.size, times)


async def _measure_renewals(
    places: tuple[DatabaseLocation, DatabaseLocation], partners: int, leases: int, rounds: int
) -> tuple[list[float], list[float]]:
    rates: tuple[list[float], list[float]] = ([], [])
    for place in places:
        owner = await connect(place.owner_url)
        try:
            await fill_leases(owner, partners, leases, lambda _: None)
            await owner.execute("ANALYZE")
        finally:
            await owner.close()
    pools = [await open_pool(place.application_url, 8) for place in places]
    # The first month is no figure: the connections plan their statements.
    for month in range(rounds + 1):
        for found, pool in zip(rates, pools, strict=True):
            sweep, now, renewed = RenewLeases(), DUE + month * _MONTH, 0
            began = time.perf_counter()
            while advanced := await sweep.step(pool, now):
                renewed += advanced
            seconds = time.perf_counter() - began
            if renewed < leases:
                raise MeasurementError(f"{renewed} of {leases} leases were renewed")
            if month:
                found.append(renewed / seconds)
    for pool in pools:
        await pool.close()
    return rates


def _row(
    name: str, items: str, rates: tuple[list[float], list[float]], goal: Goal | None
) -> list[str]:
    one, many = rates
    # In turn: what else the machine does meanwhile meets both.
    ratio = median(b / a for a, b in zip(one, many, strict=True))
    return [name, items, number(median(one)), number(median(many)), judged(ratio, goal)]


if __name__ == "__main__":
    run(main)
