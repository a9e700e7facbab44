"""What a worker's claim costs does not depend on how many jobs wait behind those that it takes."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.support.tenants import NOON, job_start, make_partner

from partner_api.database.arguments import SYSTEM
from partner_api.jobs import claim_store
from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

_WAITING = 1_000
_FORMAT = "video_remix"


class _Undo(Exception):
    """Ends a transaction without a trace."""


async def _read_so_far(connection: Connection) -> int:
    """The rows that the transaction has read."""
    read = await connection.fetchval(
        "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
    )
    return int(read)


async def test_a_claim_does_not_read_the_whole_queue(
    connection: Connection, owner_connection: Connection
) -> None:
    """Bad ones at its head are passed over."""
    partner = await make_partner(connection, prepaid=10_000)
    items = [job_start(partner, 1) for _ in range(_WAITING)]
    await job_store.start_jobs(connection, partner.tenant_id, NOON, items)
    # They started at one time, so their ids say whose turn it is.
    job_ids = sorted(item.job_id for item in items)
    bad, good = job_ids[:2], job_ids[2:5]
    await owner_connection.execute("ANALYZE jobs, containers, reservations")
    await owner_connection.reload_schema_state()
    await owner_connection.execute("SELECT pg_stat_force_next_flush()")
    with contextlib.suppress(_Undo):
        async with owner_connection.transaction():
            await owner_connection.execute(
                "DELETE FROM containers WHERE tenant_id = $1 AND job_id = ANY ($2)",
                partner.tenant_id,
                bad,
            )
            before = await _read_so_far(owner_connection)
            given = await claim_store.claim_jobs(
                owner_connection,
                partner.tenant_id,
                NOON,
                worker_id="w1",
                formats=[_FORMAT],
                lease_seconds=60,
                tokens=[uuid4() for _ in range(3)],
                caller=SYSTEM,
            )
            read = await _read_so_far(owner_connection) - before
            raise _Undo
    assert read < _WAITING / 5, read
    assert (given.skipped, [job.job_id for job in given.jobs]) == (bad, good)
