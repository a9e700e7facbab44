"""What a partner has a lot of that becomes due at once, and the process that does it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from partner_api.database.arguments import SYSTEM
from partner_api.ids import new_ulid, new_uuid7
from partner_api.jobs import store as job_store
from partner_api.lease_requests import store as requests
from partner_api.lease_requests.schemas import MAX_COUNT
from rig.api import inherited, stop_process
from rig.tenants import Spender, make_partner, request_accounts, require_done

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partner_api.database.connection import Connection

_STARTED_AT_ONCE = 100
_LEASED_AT_ONCE = 10
_PRICE_CENTS = 15_000


async def start_jobs(
    connection: Connection, now: datetime, owner: Spender, count: int, *, lasting: timedelta
) -> None:
    """Start so many jobs, whose time is up after ``lasting``."""
    for first in range(0, count, _STARTED_AT_ONCE):
        starts = [
            job_store.JobStart(
                new_ulid(now),
                new_uuid7(now),
                owner.organization_id,
                owner.project_id,
                "video_remix",
                {},
                None,
                None,
                now + lasting,
                SYSTEM,
            )
            for _ in range(min(_STARTED_AT_ONCE, count - first))
        ]
        require_done(await job_store.start_jobs(connection, owner.tenant_id, now, starts))


async def lease_with_due_months(owner_connection: Connection, now: datetime, count: int) -> Spender:
    """Create a partner with so many leases, the second month of each of which is due now.

    Args:
        owner_connection: may fill the pool of accounts in one statement.
        now: the time.
        count: how many leases.
    """
    at = (now - timedelta(days=31)).replace(microsecond=0)
    partner = await make_partner(owner_connection, at)
    accounts = await owner_connection.fetch(
        """
        INSERT INTO pool_accounts
            (id, platform, handle, followers, vertical, language, geo, monthly_price_cents, status, created_at,
             updated_at)
        SELECT gen_random_uuid(), 'tiktok', 'due.' || n, 1000, 'food', 'en', '{US}', $2::bigint, 'available', $3, $3
          FROM generate_series(1, $1::integer) n
        RETURNING id
        """,
        count,
        _PRICE_CENTS,
        at,
    )
    pool_ids = [row["id"] for row in accounts]
    parts = [pool_ids[first : first + MAX_COUNT] for first in range(0, count, MAX_COUNT)]
    for first in range(0, len(parts), _LEASED_AT_ONCE):
        some = parts[first : first + _LEASED_AT_ONCE]
        items = [
            await request_accounts(owner_connection, at, partner, partner.project_id, part)
            for part in some
        ]
        require_done(await requests.fulfil(owner_connection, partner.tenant_id, at, items))
    return partner


async def still_due(connection: Connection, tenant_id: int, now: datetime) -> int:
    """Count what of a tenant's is due: jobs whose time is up, and months of leases."""
    return int(
        await connection.fetchval(
            """
            SELECT (SELECT count(*) FROM reservations
                     WHERE tenant_id = $1 AND status = 'open' AND expires_at <= $2)
                 + (SELECT count(*) FROM leases
                     WHERE tenant_id = $1 AND next_due_at <= $2)
            """,
            tenant_id,
            now,
        )
    )


@contextlib.contextmanager
def background_work(environment: dict[str, str]) -> Iterator[None]:
    """Run ``layers worker`` on the database that the variables name until the block ends."""
    with tempfile.TemporaryDirectory(prefix="layers-bench-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "partner_api", "worker"],
            env={**inherited(), **environment, "LAYERS_DATA_DIR": folder},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield
        finally:
            stop_process(process)
