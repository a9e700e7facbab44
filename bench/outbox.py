"""What publishing, claiming and removing cost with 10 thousand and with a million events and deliveries."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import TYPE_CHECKING, Annotated

import typer

from partner_api.database.connection import connect
from partner_api.events import operator_store
from partner_api.events import store as events
from partner_api.webhooks import purge_store, sending_store
from partner_api.webhooks.sending_store import DeliveryResult
from rig.command import CONSOLE, MeasurementError, run, whole_numbers
from rig.database import temporary_database
from rig.outbox import Subject, fill, write_events
from rig.report import Goal, judged, number, show

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from partner_api.database.connection import Connection
    from partner_api.database.location import DatabaseLocation

_MOST = 5_000_000
_GOAL_FLAT = Goal(at_most=1.2)
_EVENTS, _CLAIMS, _REMOVED = 500, 16, 500
_ROUNDS = {"publish": 30, "claim and finish": 200, "remove events": 15, "remove deliveries": 15}
_ROWS = {
    "publish": _EVENTS,
    "claim and finish": _CLAIMS,
    "remove events": _REMOVED,
    "remove deliveries": _REMOVED,
}
# The first few plan their statements.
_WARM_UP = 3


def main(
    rows: Annotated[
        str, typer.Option(help="Numbers of events, each with a delivery.")
    ] = "10000,1000000",
    durable: Annotated[
        bool, typer.Option(help="Commits wait for the disk, as in production.")
    ] = True,
) -> None:
    """Measure one step of each on one connection, with few rows and with many in the tables.

    It starts a PostgreSQL of its own in a temporary folder; a million rows need 2 GB there.
    """
    figures = {}
    for count in sorted(whole_numbers(rows)):
        if count > _MOST:
            raise typer.BadParameter(f"at most {_MOST:,}")
        with temporary_database(durable=durable) as database:
            figures[count] = asyncio.run(_measure(database, count))
    first = next(iter(figures.values()))
    show(
        "Events and deliveries",
        ("step", "rows in the tables", "ms a step", "µs a row", "of the cost with the fewest"),
        [
            (
                name,
                number(count),
                number(seconds[name] * 1e3),
                number(seconds[name] / rows_of * 1e6),
                judged(seconds[name] / first[name], _GOAL_FLAT),
            )
            for name, rows_of in _ROWS.items()
            for count, seconds in figures.items()
        ],
    )


async def _measure(database: DatabaseLocation, count: int) -> dict[str, float]:
    """Return the median of each step, in seconds."""
    owner = await connect(database.owner_url)
    server = await connect(database.application_url)
    try:
        with CONSOLE.status(f"{count:,} events with their deliveries"):
            subject = await fill(owner, count)
            await owner.execute("VACUUM ANALYZE")
            await owner.execute("CHECKPOINT")
        before = await _scans(owner)
        seconds = {
            name: await _median(owner, server, subject, name, step)
            for name, step in (
                ("publish", _publish),
                ("claim and finish", _claim_and_finish),
                ("remove events", _remove_events),
                ("remove deliveries", _remove_deliveries),
            )
        }
        # Sequential scans are counted when a connection has nothing to do.
        await server.close()
        if scanned := await _scans(owner) - before:
            raise MeasurementError(f"{scanned} of the statements read a whole table")
        return seconds
    finally:
        await server.close()
        await owner.close()


async def _median(
    owner: Connection,
    server: Connection,
    subject: Subject,
    name: str,
    step: Callable[[Connection, Subject], Awaitable[None]],
) -> float:
    times = []
    for round_number in range(-_WARM_UP, _ROUNDS[name]):
        if name == "publish":
            await write_events(owner, subject, _EVENTS, round_number)
        began = time.perf_counter()
        await step(server, subject)
        if round_number >= 0:
            times.append(time.perf_counter() - began)
    return statistics.median(times)


async def _publish(server: Connection, subject: Subject) -> None:
    done = await events.publish(server, subject.tenant_id, subject.now, _EVENTS)
    _require(done, events.Published(_EVENTS, _EVENTS))


async def _claim_and_finish(server: Connection, subject: Subject) -> None:
    claimed = await sending_store.claim(
        server,
        subject.now,
        subject.tenant_id,
        slots=_CLAIMS,
        per_endpoint=_CLAIMS,
        claim_seconds=30,
        busy_endpoints={},
    )
    results = [
        DeliveryResult(
            one.tenant_id,
            one.endpoint_id,
            one.id,
            one.claim_token,
            subject.now,
            10,
            204,
            None,
            b"",
            None,
            1.0,
        )
        for one in claimed.deliveries
    ]
    finished = await sending_store.finish(server, subject.now, subject.tenant_id, results)
    _require([one.status for one in finished], ["delivered"] * _CLAIMS)


async def _remove_events(server: Connection, subject: Subject) -> None:
    _require(await operator_store.delete_expired(server, subject.now, _REMOVED), _REMOVED)


async def _remove_deliveries(server: Connection, subject: Subject) -> None:
    _require(await purge_store.delete_expired(server, subject.now, _REMOVED), _REMOVED)


def _require(found: object, expected: object) -> None:
    if found != expected:
        raise MeasurementError(f"a step did {found}, not {expected}")


async def _scans(owner: Connection) -> int:
    """Return how often the large tables have been read from end to end."""
    return int(
        await owner.fetchval(
            """
            SELECT sum(seq_scan) FROM pg_stat_user_tables
             WHERE relname IN ('outbox', 'webhook_deliveries', 'webhook_attempts')
            """
        )
    )


if __name__ == "__main__":
    run(main)
