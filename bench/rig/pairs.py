"""What pgbench reaches on one wallet: a start, then a complete, one call per transaction."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, NamedTuple

from partner_api.database.connection import connect
from rig.command import CONSOLE, MeasurementError
from rig.pgbench import COMPLETE, RESERVE, Pgbench

if TYPE_CHECKING:
    from partner_api.database.location import DatabaseLocation

# Its processes and PostgreSQL share the machine, so more of them make it slower.
_CLIENTS = (1, 8, 32)
_CREDITS = 120
_CHARGED_CREDITS = 40
_TAKE_SECONDS = 120


class Floor(NamedTuple):
    """The best of several numbers of clients, for each of the two."""

    starts_per_second: float
    completes_per_second: float

    @property
    def pairs_per_second(self) -> float:
        """Both after each other; what lies between them, the claim, takes no time."""
        return 1 / (1 / self.starts_per_second + 1 / self.completes_per_second)


def measure_floor(location: DatabaseLocation, tenant_id: int, seconds: float) -> Floor:
    """Measure starts on the first child's wallet for so long, then completes of as many of these jobs.

    Between them all jobs are claimed in one statement, which is not counted; and each of the two may have the number of
    clients that suits it best. So this is more than pgbench would reach with both.

    Raises:
        MeasurementError: jobs were not completed.
    """
    pgbench = Pgbench(location.owner_url)
    starts, completes = [], []
    for clients in _CLIENTS:
        variables = {
            # The ids of a run's jobs are no other's.
            "run": secrets.randbelow(2**31),
            "n": 0,
            "tenant": tenant_id,
            "wallets": 1,
            "reserved": _CREDITS,
            "charged": _CHARGED_CREDITS,
        }
        with CONSOLE.status(f"pgbench, {clients} clients …"):
            starts.append(pgbench.run(RESERVE, variables, clients=clients, seconds=seconds)[0])
            take_waiting_jobs(location)
            each = asyncio.run(_fewest_of_a_client(location, tenant_id, variables["run"], clients))
            rate, runs = pgbench.run(
                COMPLETE, variables, clients=clients, seconds=10 * seconds, times=each
            )
            completes.append(rate)
        # To pgbench a refusal is an answer like any other.
        if asyncio.run(_completed(location, tenant_id, variables["run"])) != runs:
            raise MeasurementError("some of the jobs that pgbench started were not completed")
    return Floor(max(starts), max(completes))


def take_waiting_jobs(location: DatabaseLocation) -> None:
    """Let a worker have all jobs that wait, for the rest of their time."""
    asyncio.run(_take_waiting_jobs(location))


async def _take_waiting_jobs(location: DatabaseLocation) -> None:
    owner = await connect(location.owner_url)
    try:
        async with owner.transaction():
            await owner.execute(
                """
                UPDATE containers SET status = 'processing' WHERE (tenant_id, job_id) IN (
                    SELECT tenant_id, id FROM jobs
                     WHERE status = 'running' AND claim_token IS NULL AND NOT sandbox)
                """,
                timeout=_TAKE_SECONDS,
            )
            await owner.execute(
                """
                UPDATE jobs SET worker_id = 'bench', claim_token = id, claimed_at = started_at, lease_seconds = 900,
                       lease_until = expires_at, attempt = attempt + 1, stage = 'processing'
                 WHERE status = 'running' AND claim_token IS NULL AND NOT sandbox
                """,
                timeout=_TAKE_SECONDS,
            )
        # What was changed in one go would be cleaned up during what is measured next.
        await owner.execute("VACUUM ANALYZE jobs, containers", timeout=_TAKE_SECONDS)
    finally:
        await owner.close()


async def _fewest_of_a_client(
    location: DatabaseLocation, tenant_id: int, run: int, clients: int
) -> int:
    """Return how many jobs that client has started that has started the fewest."""
    owner = await connect(location.owner_url)
    try:
        counts = await owner.fetch(
            """
            SELECT count(*) AS started FROM jobs WHERE tenant_id = $1 AND id::text LIKE $2
             GROUP BY split_part(id::text, '-', 2), split_part(id::text, '-', 3)
            """,
            tenant_id,
            f"{run:08x}-%",
        )
    finally:
        await owner.close()
    if len(counts) < clients:
        raise MeasurementError("a client of pgbench started no job; give it more with --seconds")
    return min(int(row["started"]) for row in counts)


async def _completed(location: DatabaseLocation, tenant_id: int, run: int) -> int:
    owner = await connect(location.owner_url)
    try:
        return int(
            await owner.fetchval(
                """
                SELECT count(*) FROM jobs
                 WHERE tenant_id = $1 AND id::text LIKE $2 AND status = 'completed'
                """,
                tenant_id,
                f"{run:08x}-%",
            )
        )
    finally:
        await owner.close()
