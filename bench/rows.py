"""What a row of each table takes on the disk with its indexes, and what each operation writes to PostgreSQL's log."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Raw, json

from partner_api.clock import Clock
from partner_api.credits import store as credit
from partner_api.crypto import SecretKeys
from partner_api.database.arguments import SYSTEM, Idempotency
from partner_api.database.connection import connect, open_pool
from partner_api.edge.idempotency import store as idempotency
from partner_api.ids import new_uuid7
from partner_api.sweeps.renewals import RenewLeases
from rig import calls, hot_calls
from rig.command import CONSOLE, run
from rig.database import temporary_database
from rig.leases import DUE, fill_leases
from rig.report import number, show
from rig.tenants import make_children, make_key, make_partner, require_done
from rig.webhooks import DATA

if TYPE_CHECKING:
    from partner_api.database.connection import Connection
    from partner_api.database.location import DatabaseLocation

_LEASES = 2_000
_CHILDREN = 2_000
_DELIVERIES = 2_000
_POSTINGS = 2_000
_POSTED_AT_ONCE = 20
# Three slides and a poster, as completions write them; here jobs are completed without files.
_ASSETS = """
INSERT INTO assets (tenant_id, id, container_id, position, kind, name, width, height, mime_type, size_bytes, sha256,
                    storage_key, created_at)
SELECT c.tenant_id, time_ordered_uuid(c.created_at, 'asset:' || c.job_id || ':' || n), c.id, n, 'slide',
       'slide-0' || n || '.png', 1080, 1920, 'image/png', 50000, encode(sha256(c.id::text::bytea), 'hex'),
       c.tenant_id || '/' || c.id || '/4d807b9ae0d84912-slide-0' || n || '.png', c.created_at
  FROM containers c CROSS JOIN generate_series(1, 4) n
"""


def main(
    times: Annotated[
        int, typer.Option(min=100, max=100_000, help="So many of each operation.")
    ] = 4_000,
    batch: Annotated[int, typer.Option(min=1, max=100, help="Items a call.")] = 1,
) -> None:
    """Fill a database by the functions that the server calls, and read its catalog.

    It starts a PostgreSQL of its own in a temporary folder.
    """
    with temporary_database(durable=False) as location:
        written, rows = asyncio.run(_measure(location, times, batch))
    show(f"Written by an operation, {batch} a call", ["", "bytes of WAL"], written)
    show(
        "Rows, with their indexes and what is stored apart",
        ["", "rows", "bytes a row", "of them indexes"],
        rows,
    )


async def _measure(
    location: DatabaseLocation, times: int, batch: int
) -> tuple[list[list[str]], list[list[str]]]:
    target = await calls.open_target(location.owner_url, location.application_url)
    owner = await connect(location.owner_url)
    written = []
    try:
        for name, call in calls.WRITES.items():
            with CONSOLE.status(f"{name} …"):
                if call is calls.complete:
                    await calls.claim_for(target, times // batch, batch)
                before = await _position(owner)
                await calls.rate(target, call, batch, times // batch)
                spent = await _position(owner) - before
            written.append([name, number(spent / (times // batch * batch))])
        written.append(["renewal of a lease", number(await _renew(owner, location))])
        written.append(["event, published and delivered", number(await _deliver(target, owner))])
        await _add_postings(owner)
        await _add_children(owner)
        await owner.execute(_ASSETS)
        await owner.execute("VACUUM ANALYZE")
        return written, await _rows(owner)
    finally:
        await owner.close()
        await calls.close_target(target)


async def _renew(owner: Connection, location: DatabaseLocation) -> float:
    """Return what one of the renewals of a month writes."""
    await fill_leases(owner, 4, _LEASES, lambda _: None)
    pool = await open_pool(location.application_url, 1)
    try:
        sweep, before = RenewLeases(), await _position(owner)
        while await sweep.step(pool, DUE):
            pass
        return (await _position(owner) - before) / _LEASES
    finally:
        await pool.close()


async def _deliver(target: calls.Target, owner: Connection) -> float:
    """Return what an event writes from its publication to the report that its one endpoint has it."""
    before = await _position(owner)
    async with target.pool.acquire() as connection:
        for turn in range(_DELIVERIES):
            await hot_calls.deliver(target, connection, turn, 1)
    return (await _position(owner) - before) / _DELIVERIES


async def _add_children(owner: Connection) -> None:
    """Add a partner with many children, a key for each, and an answer that was kept for each."""
    now = Clock().now()
    partner = await make_partner(owner, now)
    keys = SecretKeys({"bench": secrets.token_bytes(32)})
    for child in await make_children(owner, now, partner, _CHILDREN):
        await make_key(owner, now, child, keys)
        record = Idempotency(
            partner.tenant_id,
            new_uuid7(now),
            "POST",
            "/v1/projects/{projectId}/content/slideshow-builder",
            str(new_uuid7(now)),
            hashlib.sha256(child.project_id.bytes).digest(),
        )
        await idempotency.keep(owner, now, record, 202, Raw(json.encode(DATA)), None)


async def _add_postings(owner: Connection) -> None:
    """Add payments that an operator has posted, each under a key as long as those of most systems.

    Their records, which are there for a day, are not kept for the average of those that partners leave.
    """
    now = Clock().now()
    partner = await make_partner(owner, now)
    operator = new_uuid7(now)
    for first in range(0, _POSTINGS, _POSTED_AT_ONCE):
        payments = [
            credit.CreditPosting(
                *(partner.organization_id, "purchase", 1, None, None, {}, SYSTEM),
                Idempotency(
                    partner.tenant_id,
                    operator,
                    "POST",
                    "/ops/v1/organizations/{orgId}/credits/purchase",
                    str(new_uuid7(now)),
                    hashlib.sha256(b"%d" % turn).digest(),
                ),
            )
            for turn in range(first, first + _POSTED_AT_ONCE)
        ]
        require_done(await credit.post(owner, partner.tenant_id, now, payments))
    await owner.execute("TRUNCATE idempotency_keys")


async def _position(owner: Connection) -> int:
    return int(await owner.fetchval("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"))


async def _rows(owner: Connection) -> list[list[str]]:
    """Return the tables with enough rows for an average, partitions as a part of theirs, the largest rows first."""
    found = await owner.fetch(
        """
        SELECT r.oid::regclass::text AS name, sum(c.reltuples)::bigint AS rows,
               sum(pg_total_relation_size(c.oid)) AS bytes, sum(pg_indexes_size(c.oid)) AS indexes
          FROM pg_class r
          JOIN pg_class c ON c.relkind = 'r' AND (c.oid = r.oid OR c.oid IN (
               SELECT inhrelid FROM pg_inherits WHERE inhparent = r.oid))
         WHERE r.relnamespace = 'public'::regnamespace AND r.relkind IN ('r', 'p') AND NOT r.relispartition
         GROUP BY r.oid HAVING sum(c.reltuples) >= 100 ORDER BY 3 DESC
        """
    )
    return [
        [
            row["name"],
            number(row["rows"]),
            number(row["bytes"] / row["rows"]),
            number(row["indexes"] / row["rows"]),
        ]
        for row in found
    ]


if __name__ == "__main__":
    run(main)
