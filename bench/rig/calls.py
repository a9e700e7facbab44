"""Calls of the hot functions, as the server makes them: so many items each, from so many connections."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from partner_api.clock import Clock
from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM
from partner_api.database.connection import connect, open_pool
from partner_api.edge.identity.store import KeyLookup, find_keys
from partner_api.ids import new_uuid7
from partner_api.jobs import claim_store
from partner_api.jobs import store as jobs
from partner_api.leases import store as leases
from rig.command import MeasurementError
from rig.tenants import Spender, lease_accounts, make_children, make_partner, require_done

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from datetime import datetime

    from partner_api.database.connection import Connection, Pool

    Call = Callable[["Target", Connection, int, int], Awaitable[None]]
    """Takes the number of the call, which says whose turn it is, and how many items it has."""

CLIENTS = 8
_PARTNERS = 32
# So many of the children have leases, and so many each: an account of the pool is written on every node.
LEASING = 8
LEASES = 10
_RESERVED_CREDITS = 120
_CHARGED_CREDITS = 40
WORKER = "bench"
FORMAT = "video_remix"


@dataclass
class Target:
    """A database with customers in it: partners with a child each, whose turn comes round."""

    pool: Pool
    owner_url: str
    partners: list[Spender]
    children: list[Spender]
    opened_at: datetime
    claimed: dict[int, list[tuple[UUID, UUID]]] = field(default_factory=dict)
    """By the tenant, jobs that wait to be completed, with their tokens."""

    def child_of(self, turn: int) -> Spender:
        """Return whose turn it is."""
        return self.children[turn % len(self.children)]


async def open_target(owner_url: str, application_url: str) -> Target:
    """Fill a database, as its owner; return it as the server has it."""
    now = Clock().now()
    owner = await connect(owner_url)
    try:
        partners = [await make_partner(owner, now) for _ in range(_PARTNERS)]
        children = [
            child for partner in partners for child in await make_children(owner, now, partner, 1)
        ]
        for child in children[:LEASING]:
            await lease_accounts(owner, now, child, child.project_id, LEASES)
        await owner.execute("ANALYZE")
    finally:
        await owner.close()
    return Target(
        await open_pool(application_url, CLIENTS),
        owner_url,
        partners,
        children,
        now,
    )


async def close_target(target: Target) -> None:
    """Close its connections."""
    await target.pool.close()


async def start(target: Target, connection: Connection, turn: int, size: int) -> None:
    """Start jobs of one child."""
    child, now = target.child_of(turn), Clock().now()
    items = [_job(child, now) for _ in range(size)]
    require_done(await jobs.start_jobs(connection, child.tenant_id, now, items))


async def complete(target: Target, connection: Connection, turn: int, size: int) -> None:
    """Complete jobs of one tenant that ``claim_for`` has claimed."""
    tenant_id = target.child_of(turn).tenant_id
    claimed = target.claimed[tenant_id]
    taken = [claimed.pop() for _ in range(size)]
    items = [
        claim_store.JobCompletion(job_id, WORKER, token, _CHARGED_CREDITS, [], SYSTEM)
        for job_id, token in taken
    ]
    require_done(await claim_store.complete_jobs(connection, tenant_id, Clock().now(), items))


async def allocate(target: Target, connection: Connection, turn: int, size: int) -> None:
    """Allocate credits to one child."""
    child, now = target.child_of(turn), Clock().now()
    partner = target.partners[turn % _PARTNERS].organization_id
    items = [
        credit.CreditAllocation(
            new_uuid7(now), partner, child.organization_id, 1, None, {}, SYSTEM, None
        )
        for _ in range(size)
    ]
    require_done(await credit.allocate(connection, child.tenant_id, now, items))


async def post(target: Target, connection: Connection, turn: int, size: int) -> None:
    """Post purchases to one partner."""
    partner = target.partners[turn % _PARTNERS]
    item = credit.CreditPosting(
        partner.organization_id, "purchase", 1, None, None, {}, SYSTEM, None
    )
    outcomes = await credit.post(connection, partner.tenant_id, Clock().now(), [item] * size)
    require_done(outcomes)


async def read_wallet(target: Target, connection: Connection, turn: int, size: int) -> None:
    """Read a child's wallet, as often as said."""
    child = target.child_of(turn)
    key = credit.WalletKey(child.tenant_id, child.organization_id)
    for _ in range(size):
        (wallet,) = await credit.find_wallets(connection, [key])
        assert wallet is not None


async def read_leases(target: Target, connection: Connection, turn: int, size: int) -> None:
    """Read a page of a child's leases, as often as said."""
    child, now = target.children[turn % LEASING], Clock().now()
    for _ in range(size):
        page = await leases.list_leases(
            connection,
            child.tenant_id,
            child.organization_id,
            child.project_id,
            statuses=["assigned"],
            now=now,
            after=None,
            limit=LEASES,
        )
        assert page is not None
        assert len(page) == LEASES


async def authenticate(target: Target, connection: Connection, turn: int, size: int) -> None:
    """Look for a key that is not there, as often as said: it takes as long as for one that is."""
    for _time in range(size):
        tenant_id = target.partners[turn % _PARTNERS].tenant_id
        assert await find_keys(connection, [KeyLookup(tenant_id, "nobody")]) == [None]


async def claim_for(target: Target, calls: int, size: int) -> None:
    """Start and claim what so many calls of ``complete`` need, which takes its time unmeasured."""
    each = (calls // _PARTNERS + 1) * size

    async def one(child: Spender) -> None:
        have = target.claimed.setdefault(child.tenant_id, [])
        async with target.pool.acquire() as connection:
            while len(have) < each:
                now = Clock().now()
                items = [_job(child, now) for _ in range(min(100, each - len(have)))]
                require_done(await jobs.start_jobs(connection, child.tenant_id, now, items))
                given = await claim_store.claim_jobs(
                    connection,
                    child.tenant_id,
                    Clock().now(),
                    worker_id=WORKER,
                    formats=[FORMAT],
                    lease_seconds=900,
                    tokens=[new_uuid7(now) for _ in items],
                    caller=SYSTEM,
                )
                if not given.jobs:
                    raise MeasurementError("no job could be claimed")
                have += [(job.job_id, job.claim_token) for job in given.jobs]

    await asyncio.gather(*(one(child) for child in target.children))


async def rate(
    target: Target,
    call: Call,
    size: int,
    calls: int,
) -> float:
    """Return items a second of so many calls, from ``CLIENTS`` connections at once."""
    turns = iter(range(calls))
    began = time.perf_counter()
    await asyncio.gather(*(_client(target, call, size, turns) for _ in range(CLIENTS)))
    return calls * size / (time.perf_counter() - began)


async def _client(
    target: Target,
    call: Call,
    size: int,
    turns: Iterator[int],
) -> None:
    async with target.pool.acquire() as connection:
        for turn in turns:
            await call(target, connection, turn, size)


def _job(child: Spender, at: datetime) -> jobs.JobStart:
    return jobs.JobStart(
        new_uuid7(at),
        new_uuid7(at),
        child.organization_id,
        child.project_id,
        FORMAT,
        {},
        _RESERVED_CREDITS,
        None,
        at + timedelta(hours=2),
        SYSTEM,
    )


WRITES = {
    "start of a job": start,
    "completion of a job": complete,
    "allocation": allocate,
    "posting": post,
}
"""What moves credits or starts work, by what it is called in tables of results."""
