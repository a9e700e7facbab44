"""Partners take turns: whoever has ten thousand jobs waits its turn like whoever has one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from tests.support.tenants import NOON, job_start, make_partner

from partner_api.database.arguments import SYSTEM
from partner_api.jobs import store as job_store
from partner_api.jobs.claim_service import Claimer

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection


async def waiting(
    connection: Connection, style: str, *counts: int
) -> tuple[list[Wallet], dict[UUID, int]]:
    """Partners by tenant id, the nth with so many jobs waiting; and the place of each job's partner."""
    wallets = [await make_partner(connection, prepaid=5_000) for _ in counts]
    wallets.sort(key=lambda wallet: wallet.tenant_id)
    places: dict[UUID, int] = {}
    for place, (wallet, count) in enumerate(zip(wallets, counts, strict=True)):
        items = [job_start(wallet, 1)._replace(format=style) for _ in range(count)]
        await job_store.start_jobs(connection, wallet.tenant_id, NOON, items)
        places |= {item.job_id: place for item in items}
    return wallets, places


async def claim(claimer: Claimer, connection: Connection, style: str, limit: int) -> list[UUID]:
    jobs = await claimer.claim(
        connection,
        NOON,
        worker_id="w1",
        formats=[style, "never", style],
        lease_seconds=60,
        limit=limit,
        caller=SYSTEM,
    )
    return [job.job_id for job in jobs]


async def test_one_at_a_time(connection: Connection) -> None:
    style = f"only_{uuid4().hex[:8]}"
    wallets, places = await waiting(connection, style, 50, 1, 3, 1)
    claimer = Claimer()
    claimer._last = wallets[0].tenant_id - 1
    turns = [places[job] for _ in range(9) for job in await claim(claimer, connection, style, 1)]
    assert turns == [0, 1, 2, 3, 0, 2, 0, 2, 0]


async def test_many_at_a_time(connection: Connection) -> None:
    style = f"only_{uuid4().hex[:8]}"
    wallets, places = await waiting(connection, style, 50, 1, 3, 1)
    claimer = Claimer()
    claimer._last = wallets[1].tenant_id
    claimed = [places[job] for job in await claim(claimer, connection, style, 12)]
    assert sorted(claimed) == [0] * 7 + [1] + [2] * 3 + [3]
    assert len(await claim(claimer, connection, style, 50)) == 43
    assert await claim(claimer, connection, style, 50) == []


async def test_more_partners_than_are_asked_for(connection: Connection) -> None:
    style = f"only_{uuid4().hex[:8]}"
    wallets, places = await waiting(connection, style, *[2] * 30)
    claimer = Claimer()
    claimer._last = wallets[20].tenant_id
    rounds = [[places[job] for job in await claim(claimer, connection, style, 7)] for _ in range(9)]
    claimed = [place for turn in rounds for place in turn]
    assert claimed[:30] == [*range(21, 30), *range(21)]
    assert sorted(claimed) == sorted([*range(30)] * 2)
