"""Giving jobs to workers: fairly between partners, and to those who wait as soon as there are any."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from uuid import uuid4

from partner_api.database.skipped_rows import RestingRows
from partner_api.ids import format_id
from partner_api.jobs import claim_store, operator_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.arguments import Actor
    from partner_api.database.connection import Connection
    from partner_api.jobs.claim_store import ClaimedJob

_HIGHEST_TENANT = 2**40
# Other workers may be just taking what a tenant has.
_SPARE_TENANTS = 16


class Claimer:
    """Goes round the tenants that have jobs waiting.

    Each claim begins behind the tenant that the last one ended with, so a partner with ten thousand
    jobs gets its turn like one that has a single one.
    """

    def __init__(self) -> None:
        # Servers that start together do not all begin with the same partner.
        self._last = secrets.randbelow(_HIGHEST_TENANT)
        self._resting: RestingRows[UUID] = RestingRows("claim")

    async def claim(
        self,
        connection: Connection,
        now: datetime,
        *,
        worker_id: str,
        formats: Sequence[str],
        lease_seconds: int,
        limit: int,
        caller: Actor,
    ) -> list[ClaimedJob]:
        """Claim up to ``limit`` jobs, from as many tenants as have some.

        Args:
            connection: in a transaction, which makes the claims real.
            now: the time at which the claims begin.
            worker_id: whose they will be.
            formats: that the worker can make.
            lease_seconds: how long it may be silent.
            limit: how many at most.
            caller: the operator.
        """
        formats = list(dict.fromkeys(formats))
        resting = self._resting.keys
        tenant_ids = await self._find_tenants(connection, formats, limit + _SPARE_TENANTS, resting)
        claimed: list[ClaimedJob] = []
        while tenant_ids and len(claimed) < limit:
            share = max(1, (limit - len(claimed)) // len(tenant_ids))
            more = []
            for tenant_id in tenant_ids:
                count = min(share, limit - len(claimed))
                if not count:
                    break
                given = await claim_store.claim_jobs(
                    connection,
                    tenant_id,
                    now,
                    worker_id=worker_id,
                    formats=formats,
                    lease_seconds=lease_seconds,
                    tokens=[uuid4() for _ in range(count)],
                    caller=caller,
                    resting=resting,
                )
                for job_id in given.skipped:
                    self._resting.skip(job_id, tenant_id=tenant_id, job_id=format_id("job", job_id))
                resting += given.skipped
                claimed += given.jobs
                self._last = tenant_id
                if len(given.jobs) == count:
                    more.append(tenant_id)
            tenant_ids = more
        return claimed

    async def _find_tenants(
        self, connection: Connection, formats: Sequence[str], wanted: int, resting: Sequence[UUID]
    ) -> list[int]:
        find = operator_store.tenants_with_waiting_jobs
        tenant_ids = await find(connection, formats, self._last, wanted, resting)
        if len(tenant_ids) < wanted:
            # The ring closes: those up to where this began come last.
            first = await find(connection, formats, 0, wanted - len(tenant_ids), resting)
            tenant_ids += [tenant_id for tenant_id in first if tenant_id not in tenant_ids]
        return tenant_ids
