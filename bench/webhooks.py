"""Webhooks delivered per second, beside httpcore2 alone; and what a dead receiver of one partner costs another."""

from __future__ import annotations

import asyncio
import math
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
import typer

from partner_api.crypto import SecretKeys
from partner_api.database.connection import connect, open_pool
from partner_api.database.notifications import Bell
from partner_api.events import store as events
from partner_api.ids import format_id
from partner_api.webhooks.sending.signatures import new_signing_secret, signature_headers
from partner_api.webhooks.sending.slots import IN_FLIGHT, PER_ENDPOINT
from rig.api import HOST, free_port
from rig.bare_posts import BareWork
from rig.command import CONSOLE, MeasurementError, run
from rig.database import temporary_database
from rig.report import Goal, judged, number, show
from rig.sending import SendingWork
from rig.tenants import make_partner
from rig.webhooks import DATA, EVENT_TYPE, make_endpoint, now, publish_many, receiver, sender

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from partner_api.database.connection import Connection, Pool
    from partner_api.database.location import DatabaseLocation
    from rig.tenants import Spender
    from rig.webhooks import Receiver

_KEYS = "bench:" + "0f" * 32
_MOST = 100_000
_PATIENCE_SECONDS = 300.0
# Twice as many endpoints as all slots need, so that there is always one with something due and a slot.
_PARTNERS = 8
_ENDPOINTS = IN_FLIGHT * 2 // PER_ENDPOINT // _PARTNERS
_OF_BARE = Goal(at_least=0.5)
_BESIDE = Goal(at_most=2.0)
_WARM_UP_EVENTS = 20


class _World(NamedTuple):
    location: DatabaseLocation
    owner: Connection
    receiver: Receiver
    log: Path


def main(
    deliveries: Annotated[
        int, typer.Option(min=1_000, max=_MOST, help="Deliveries whose rate is measured.")
    ] = 20_000,
    dead: Annotated[
        int, typer.Option(min=100, max=_MOST, help="Deliveries that are due to a dead receiver.")
    ] = 10_000,
    events_per_second: Annotated[
        float, typer.Option(min=1, max=200, help="Events of the other partner.")
    ] = 50.0,
    seconds: Annotated[
        float, typer.Option(min=1, max=60, help="How long they come, for each figure.")
    ] = 20.0,
    rounds: Annotated[
        int, typer.Option(min=1, max=5, help="Rates are measured so often; the best counts.")
    ] = 2,
) -> None:
    """Measure the sender: one process, a receiver in another one, on loopback.

    It starts a PostgreSQL of its own in a temporary folder.
    """
    with (
        temporary_database(durable=True) as location,
        receiver() as receiving,
        tempfile.TemporaryDirectory(prefix="layers-bench-") as folder,
    ):
        asyncio.run(
            _measure(
                location,
                receiving,
                Path(folder, "log"),
                (deliveries - deliveries % (_PARTNERS * _ENDPOINTS), rounds),
                (dead, events_per_second, seconds),
            )
        )


async def _measure(
    location: DatabaseLocation,
    receiving: Receiver,
    log: Path,
    rate: tuple[int, int],
    fairness: tuple[int, float, float],
) -> None:
    owner = await connect(location.owner_url)
    try:
        world = _World(location, owner, receiving, log)
        deliveries, rounds = rate
        bare = max([await _bare_rate(world, deliveries) for _ in range(rounds)])
        ours = max([await _our_rate(world, deliveries) for _ in range(rounds)])
        show(
            f"Deliveries, {IN_FLIGHT} at a time",
            ("", "a second", "of httpcore2 alone"),
            [
                ("httpcore2 alone", number(bare), ""),
                ("deliveries", number(ours), judged(ours / bare, _OF_BARE)),
            ],
        )
        await _show_fairness(world, *fairness)
    finally:
        await owner.close()


async def _bare_rate(world: _World, count: int) -> float:
    body = msgspec.json.encode(
        {
            "id": "evt_01K0PSYQ1B8Q4CW7J9T3T1V9ZN",
            "type": EVENT_TYPE,
            "apiVersion": "v1",
            "createdAt": "2026-06-01T00:00:00.000Z",
            "organizationId": "org_0197f7ec-6d2b-7c5e-8a7b-3f1f2a9c4d5e",
            "data": DATA,
        }
    )
    signatures = signature_headers([new_signing_secret()], "evt_1", body, int(time.time()))
    headers = [("Host", HOST), ("Content-Type", "application/json"), *signatures.items()]
    headers.append(("Content-Length", str(len(body))))
    urls = [world.receiver.url(f"/ok/{n}") for n in range(_PARTNERS * _ENDPOINTS)]
    world.receiver.forget()
    with sender("rig.bare_posts", BareWork(urls, headers, body, count, IN_FLIGHT)):
        return await world.receiver.until(count, _PATIENCE_SECONDS)


async def _our_rate(world: _World, count: int) -> float:
    for partner_number in range(_PARTNERS):
        partner = await make_partner(world.owner, now())
        for endpoint_number in range(_ENDPOINTS):
            url = world.receiver.url(f"/ok/{partner_number * _ENDPOINTS + endpoint_number}")
            await make_endpoint(world.owner, SecretKeys.parse(_KEYS), partner, url)
        await publish_many(world.owner, partner, count // (_PARTNERS * _ENDPOINTS))
    await _settle(world.owner)
    world.receiver.forget()
    with _sending(world):
        rate = await world.receiver.until(count, _PATIENCE_SECONDS)
    await world.owner.execute("UPDATE webhook_queues SET next_due_at = NULL")
    return rate


def _sending(world: _World) -> AbstractContextManager[None]:
    work = SendingWork(world.location.application_url, _KEYS)
    return sender("rig.sending", work, world.log)


async def _settle(owner: Connection) -> None:
    """Let the database be as one that has run for a while."""
    await owner.execute("VACUUM ANALYZE")
    await owner.execute("CHECKPOINT")


async def _show_fairness(world: _World, dead: int, rate: float, seconds: float) -> None:
    keys = SecretKeys.parse(_KEYS)
    partner = await make_partner(world.owner, now())
    await make_endpoint(world.owner, keys, partner, world.receiver.url("/ok/other"))
    # That of the dead one hangs; or nobody is there, and it refuses.
    dead_ends = {
        "that hangs": world.receiver.url("/hang"),
        "that refuses": f"http://{HOST}:{free_port()}/",
    }
    alone = await _times(world, partner, rate, seconds)
    rows = [("alone", number(_quantile(alone, 0.5)), number(_quantile(alone, 0.99)), "")]
    for name, url in dead_ends.items():
        other = await make_partner(world.owner, now())
        await make_endpoint(world.owner, keys, other, url)
        await publish_many(world.owner, other, dead)
        await _settle(world.owner)
        beside = await _times(world, partner, rate, seconds)
        ratio = _quantile(beside, 0.99) / _quantile(alone, 0.99)
        rows.append(
            (
                f"beside {number(dead)} due to a receiver {name}",
                number(_quantile(beside, 0.5)),
                number(_quantile(beside, 0.99)),
                judged(ratio, _BESIDE),
            )
        )
        await world.owner.execute("UPDATE webhook_queues SET next_due_at = NULL")
    show(
        f"From commit to arrival, {number(rate)} events a second",
        ("", "p50, ms", "p99, ms", "of that alone"),
        rows,
    )


async def _times(world: _World, partner: Spender, rate: float, seconds: float) -> list[float]:
    """Return how many milliseconds events of a partner took from their commit to their arrival."""
    count = int(rate * seconds)
    world.receiver.forget()
    with _sending(world):
        async with await open_pool(world.location.application_url, 2) as pool:
            bell = Bell(pool)
            for _ in range(_WARM_UP_EVENTS):
                await _happen(pool, bell, partner)
                await asyncio.sleep(1 / rate)
            await world.receiver.until(_WARM_UP_EVENTS, _PATIENCE_SECONDS)
            began = time.monotonic()
            commits: dict[str, float] = {}
            for place in range(count):
                await asyncio.sleep(max(0.0, began + place / rate - time.monotonic()))
                commits |= [await _happen(pool, bell, partner)]
            await world.receiver.until(_WARM_UP_EVENTS + count, _PATIENCE_SECONDS)
    arrivals = world.receiver.arrivals()
    if missing := commits.keys() - arrivals.keys():
        raise MeasurementError(f"{len(missing)} events have not arrived")
    return [(arrivals[event_id] - at) * 1000 for event_id, at in commits.items()]


async def _happen(pool: Pool, bell: Bell, partner: Spender) -> tuple[str, float]:
    """Commit an event as a request does; return its id and when that was."""
    async with pool.acquire() as connection:
        event_id = await events.write_event(
            connection, partner.tenant_id, now(), partner.organization_id, EVENT_TYPE, DATA
        )
    committed = time.monotonic()
    bell.ring("outbox")
    return format_id("evt", event_id), committed


def _quantile(values: list[float], part: float) -> float:
    return sorted(values)[math.ceil(part * len(values)) - 1]


if __name__ == "__main__":
    CONSOLE.print("One process publishes and sends; the receiver is another one.")
    run(main)
