"""What a session of the coordinator, and its sessions on the nodes, take in memory over many calls of a function."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Annotated

import typer

from partner_api.database.connection import connect
from rig import calls, hot_calls
from rig.clusters import CLUSTER, database_on, nodes_of, url_of
from rig.command import CONSOLE, run
from rig.report import Goal, judged, number, show

if TYPE_CHECKING:
    from partner_api.database.connection import Connection
    from partner_api.database.location import DatabaseLocation

# At most so much of what it takes after a tenth of the calls, when all plans are made.
_FLAT = Goal(at_most=1.1)
_PARTS = 10
_BATCH = 100
_CALLS = {
    "starts": calls.start,
    "completes": calls.complete,
    "allocations": calls.allocate,
    "posts": calls.post,
    "claims": hot_calls.claim,
    "heartbeats": hot_calls.heartbeat,
    "failures": hot_calls.fail,
    "renewals": hot_calls.renew,
    "publications": hot_calls.publish,
    "deliveries claimed and finished": hot_calls.deliver,
    "reads of a wallet": calls.read_wallet,
    "reads of leases": calls.read_leases,
    "authentications": calls.authenticate,
}


def main(
    times: Annotated[
        int, typer.Option(min=1000, max=1_000_000, help="Calls of each function.")
    ] = 200_000,
    seconds: Annotated[
        float, typer.Option(min=1, max=3600, help="At most so long for each function.")
    ] = 20.0,
    shards: Annotated[int, typer.Option(min=1, max=256, help="Of the cluster.")] = 32,
) -> None:
    """Call each hot function again and again on one connection, and read what it and the nodes' sessions take.

    BENCH_CLUSTER_URL is a superuser of a coordinator that runs already, on this machine: what a session takes is read
    from /proc. A database is made, and dropped at the end.
    """
    url = url_of(CLUSTER)
    with database_on(url, shards=shards) as location:
        rows = asyncio.run(_measure_all(url, location, times, seconds))
    show(
        "Memory of sessions, MiB that are theirs alone",
        ["", "calls", "coordinator, early", "late", "of it", "nodes, early", "late", "of it"],
        rows,
    )


async def _measure_all(
    url: str, location: DatabaseLocation, times: int, seconds: float
) -> list[list[str] | None]:
    nodes = await nodes_of(url)
    target = await calls.open_target(location.owner_url, location.application_url)
    rows: list[list[str] | None] = []
    try:
        for name, call in _CALLS.items():
            # One session for each function, as if it had done nothing else.
            connection = await connect(location.application_url)
            try:
                with CONSOLE.status(f"{name} …"):
                    rows.append(
                        await _measure(target, connection, nodes, name, call, times, seconds)
                    )
            finally:
                await connection.close()
    finally:
        await calls.close_target(target)
    return rows


async def _measure(
    target: calls.Target,
    connection: Connection,
    nodes: list[str],
    name: str,
    call: calls.Call,
    times: int,
    seconds: float,
) -> list[str]:
    began, made = time.perf_counter(), 0
    early: tuple[float, float] | None = None
    while made < times and time.perf_counter() - began < seconds:
        if call is calls.complete:
            await calls.claim_for(target, _BATCH, 1)
        for turn in range(_BATCH):
            await call(target, connection, made + turn, 1)
        made += _BATCH
        if early is None and (
            made >= times / _PARTS or time.perf_counter() - began > seconds / _PARTS
        ):
            early = await _memory(connection, nodes)
    late = await _memory(connection, nodes)
    early = early or late
    return [
        name,
        f"{made:,}",
        number(early[0]),
        number(late[0]),
        judged(late[0] / early[0], _FLAT),
        number(early[1]),
        number(late[1]),
        judged(late[1] / early[1], _FLAT),
    ]


async def _memory(connection: Connection, nodes: list[str]) -> tuple[float, float]:
    """Return what this session takes, and the largest of those that Citus has opened on the other nodes, in MiB."""
    own = _private(await connection.fetchval("SELECT pg_backend_pid()"))
    largest = 0.0
    for node in nodes[1:]:
        asked = await connect(node)
        try:
            rows = await asked.fetch(
                "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'citus_internal%'"
            )
        finally:
            await asked.close()
        largest = max([largest, *(_private(row["pid"]) for row in rows)])
    return own, largest


def _private(pid: int) -> float:
    # Without what all sessions share, such as the buffers of the database.
    try:
        with open(f"/proc/{pid}/smaps_rollup") as lines:
            found = [int(line.split()[1]) for line in lines if line.startswith("Private_")]
    except FileNotFoundError:
        # It has ended since.
        return 0.0
    return sum(found) / 1024


if __name__ == "__main__":
    run(main)
