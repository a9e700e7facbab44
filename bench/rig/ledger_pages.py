"""The pages half of ``bench/ledger.py``."""

from __future__ import annotations

import asyncio
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import uvloop
from rich.progress import Progress

from partner_api.clock import Clock
from partner_api.database.connection import connect
from rig.command import CONSOLE
from rig.database import temporary_database
from rig.event_pages import (
    DEEP_PAGE,
    Ledger,
    blocks_of_page,
    deep_position,
    fill,
    time_page,
)
from rig.report import Goal, judged, number, show
from rig.tenants import make_children, make_partner

if TYPE_CHECKING:
    from partner_api.credits.event_store import EventFilter
    from partner_api.database.connection import Connection
    from partner_api.database.location import DatabaseLocation

_SHORT_EVENTS = 10_000
_OF_SHORT = Goal(at_most=1.2)


def measure_pages(events: int, seconds: float) -> None:
    """Fill a short and a long ledger in one table, and show what a page of each costs.

    Args:
        events: of the long ledger.
        seconds: for each pair of figures.
    """
    with temporary_database(durable=False) as location:
        short, long = asyncio.run(_make_ledgers(location, events))
        uvloop.run(_measure(location.application_url, short, long, seconds))


async def _make_ledgers(location: DatabaseLocation, events: int) -> tuple[Ledger, Ledger]:
    owner_connection = await connect(location.owner_url)
    try:
        now = Clock().now()
        partner = await make_partner(owner_connection, now)
        first, second = await make_children(owner_connection, now, partner, 2)
        ledgers = Ledger(first, _SHORT_EVENTS), Ledger(second, events)
        with Progress(console=CONSOLE, transient=True) as progress:
            task = progress.add_task("Filling the ledgers", total=_SHORT_EVENTS + events)
            for ledger in ledgers:
                await fill(owner_connection, ledger, lambda rows: progress.advance(task, rows))
        with CONSOLE.status("Vacuuming …"):
            await owner_connection.execute("VACUUM ANALYZE credit_events")
    finally:
        await owner_connection.close()
    return ledgers


async def _measure(url: str, short: Ledger, long: Ledger, seconds: float) -> None:
    rows: list[list[str] | None] = []
    connection = await connect(url)
    try:
        long_filters = long.filters()
        for name, short_filter in short.filters().items():
            wanted = (short, short_filter), (long, long_filters[name])
            first: list[int | None] = [None, None]
            deep = [await deep_position(connection, *each) for each in wanted]
            for page, positions in ((1, first), (DEEP_PAGE, deep)):
                with CONSOLE.status(f"{name}, page {page} …"):
                    row = await _compare(connection, wanted, positions, seconds / 2)
                rows.append([name, f"{page:,}", *row])
            rows.append(None)
    finally:
        await connection.close()
    show(
        f"Pages of a ledger of {short.events:,} events and of one of {long.events:,}, in one table",
        ["filter", "page", "short ms", "long ms", "long of short", "short blocks", "long blocks"],
        rows,
    )
    CONSOLE.print(f"Page {DEEP_PAGE:,} is the last one where there are fewer.")


async def _compare(
    connection: Connection,
    wanted: tuple[tuple[Ledger, EventFilter], ...],
    positions: list[int | None],
    seconds: float,
) -> list[str]:
    times: list[list[float]] = [[], []]
    until = perf_counter() + seconds
    while perf_counter() < until:
        # In turn, so that what else the machine does meets both.
        for (ledger, event_filter), before, found in zip(wanted, positions, times, strict=True):
            found.append(await time_page(connection, ledger, event_filter, before))
    blocks = [
        await blocks_of_page(connection, ledger, event_filter, before)
        for (ledger, event_filter), before in zip(wanted, positions, strict=True)
    ]
    short, long = (median(found) for found in times)
    return [number(short), number(long), judged(long / short, _OF_SHORT), *map(str, blocks)]
