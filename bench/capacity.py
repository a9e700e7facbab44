"""The memory of each part of a server, and the blocks that operations touch, small and grown. Nothing is timed."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Annotated

import typer

from partner_api.clock import Clock
from partner_api.crypto import SecretKeys
from partner_api.database.connection import connect
from rig import calls
from rig.command import CONSOLE, MeasurementError, run
from rig.database import temporary_database
from rig.memory import Memory, below, memory_of
from rig.report import number, show
from rig.tenants import make_children, make_key, make_partner
from rig.whole import whole_server

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partner_api.database.connection import Connection
    from partner_api.database.location import DatabaseLocation
    from rig.tenants import Spender
    from rig.whole import Whole

_OPERATIONS = {
    "read of a wallet": calls.read_wallet,
    "read of ten leases": calls.read_leases,
    "look-up of a key that is not there": calls.authenticate,
    **calls.WRITES,
}


def main(
    times: Annotated[
        int, typer.Option(min=50, max=10_000, help="So many of each operation, and of requests.")
    ] = 500,
    children: Annotated[
        int, typer.Option(min=100, max=100_000, help="So many children more the second time.")
    ] = 5_000,
    jobs: Annotated[
        int, typer.Option(min=1000, max=1_000_000, help="So many jobs more the second time.")
    ] = 20_000,
) -> None:
    """Look at a server with all its parts, then at the blocks that operations touch, small and grown.

    It starts a server and two PostgreSQLs of its own in temporary folders. What it says does not depend on how busy
    the machine is, but only Linux tells it.
    """
    with whole_server() as server:
        rows = _parts(server, times)
    show(
        f"Memory of a server with one API process, MB: at rest, and after {times} requests of each kind",
        ["part", "own, at rest", "with its share", "own, after", "with its share"],
        rows,
    )
    with temporary_database(durable=False) as location:
        blocks = asyncio.run(_blocks(location, times, children, jobs))
    show(
        f"Blocks of 8 kB that PostgreSQL looks at for an operation: small, and with {children:,} children and "
        f"{jobs:,} jobs more",
        ["", "small", "grown", "ratio"],
        blocks,
    )


def _parts(server: Whole, times: int) -> list[list[str]]:
    """Return the memory of each part, before and after requests; of PostgreSQL that of its connections too."""
    before = _memory_by_part(server)
    asked = [
        ("GET", "/v1/whoami"),
        ("GET", "/v1/organizations"),
        ("GET", "/v1/credits/events"),
        ("GET", "/v1/wallet"),
    ]
    child = server.send("GET", "/v1/organizations", server.partner_key)["items"][0]["id"]
    for _ in range(times):
        for method, path in asked:
            server.send(method, path, server.partner_key)
        server.send("PATCH", f"/v1/organizations/{child}", server.partner_key, {"name": "Child"})
    after = _memory_by_part(server)
    return [
        [
            name,
            *(
                number(figure)
                for memory in (before[name], after.get(name, before[name]))
                for figure in memory
            ),
        ]
        for name in before
    ]


def _memory_by_part(server: Whole) -> dict[str, Memory]:
    found = {"supervisor": memory_of(server.pid)}
    for part in server.parts:
        if part.pid is None:
            raise MeasurementError(f"the part {part.name} does not run")
        found[part.name] = memory_of(part.pid)
        if part.kind == "rendering":
            for position, pid in enumerate(below(part.pid), start=1):
                found[f"{part.name}, process {position}"] = memory_of(pid)
        if part.kind == "database":
            of_it = [memory_of(pid) for pid in below(part.pid)]
            found["database, all that it started"] = Memory(
                sum(one.own_mb for one in of_it), sum(one.share_mb for one in of_it)
            )
            found["database, the largest of them"] = max(of_it)
    return found


async def _blocks(
    location: DatabaseLocation, times: int, children: int, jobs: int
) -> list[list[str]]:
    target = await calls.open_target(location.owner_url, location.application_url)
    owner = await connect(location.owner_url)
    secret_keys = SecretKeys({"bench": secrets.token_bytes(32)})
    try:
        await _mint(owner, secret_keys, target.partners)
        small = await _touched(location, target, owner, times)
        with CONSOLE.status(f"{children:,} children and {jobs:,} jobs …"):
            now = Clock().now()
            added = await make_children(owner, now, await make_partner(owner, now), children)
            await _mint(owner, secret_keys, added)
            for first in range(0, jobs, 100):
                async with target.pool.acquire() as connection:
                    await calls.start(target, connection, first // 100, 100)
            await owner.execute("VACUUM ANALYZE")
        grown = await _touched(location, target, owner, times)
    finally:
        await owner.close()
        await calls.close_target(target)
    return [
        [name, number(small[name]), number(grown[name]), f"{grown[name] / small[name]:.2f}"]
        for name in small
    ]


async def _mint(
    owner: Connection, secret_keys: SecretKeys, organizations: Iterable[Spender]
) -> None:
    for one in organizations:
        await make_key(owner, Clock().now(), one, secret_keys)


async def _touched(
    location: DatabaseLocation, target: calls.Target, owner: Connection, times: int
) -> dict[str, float]:
    """Return the blocks of one of each operation, from one connection, once its plans are made."""
    found = {}
    connection = await connect(location.application_url)
    try:
        for name, call in _OPERATIONS.items():
            with CONSOLE.status(f"{name} …"):
                if call is calls.complete:
                    # Both rounds begin with the same children.
                    await calls.claim_for(target, 2 * times + len(target.children), 1)
                for turn in range(times):
                    await call(target, connection, turn, 1)
                before = await _blocks_of(connection, owner)
                for turn in range(times):
                    await call(target, connection, turn, 1)
                found[name] = (await _blocks_of(connection, owner) - before) / times
    finally:
        await connection.close()
    return found


async def _blocks_of(connection: Connection, owner: Connection) -> int:
    """Return how many blocks a session has looked at."""
    await connection.execute("SELECT pg_stat_force_next_flush()")
    return int(
        await owner.fetchval(
            "SELECT sum(hits) + sum(reads) FROM pg_stat_get_backend_io($1) WHERE object = 'relation'",
            connection.get_server_pid(),
        )
    )


if __name__ == "__main__":
    run(main)
