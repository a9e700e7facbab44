"""What each start of the demo renews: a period's usage, and a job in flight."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from partner_api.credits.store import WalletKey, read_wallets
from partner_api.database.arguments import SYSTEM
from partner_api.ids import new_ulid, new_uuid7
from partner_api.jobs import claim_store
from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection

_SLIDESHOWS = 8
_SLIDESHOW_CREDITS = 50
_SLIDESHOW_FORMAT = "slideshow_builder"
_RESERVED_CREDITS = 120
_JOB_HOURS = 24


async def renew_usage(
    connection: Connection, now: datetime, tenant_id: int, child_id: UUID, project_id: UUID
) -> list[Outcome]:
    """Use credits of this period in the child's name, and start a job, if there are none.

    Returns:
        The outcomes of completing jobs; each has to be ``done``.
    """
    outcomes: list[Outcome] = []
    while await job_store.expire_jobs(connection, tenant_id, now, 100):
        pass
    (wallet,) = await read_wallets(connection, [WalletKey(tenant_id, child_id)], now)
    assert wallet is not None  # noqa: S101 - every organization has one
    if wallet.used_this_period == 0:
        # The start of the period, or the last event if that is later: the ledger's order stands.
        spent_at = max(wallet.period_start, wallet.last_event_at)
        works = [
            _job(child_id, project_id, _SLIDESHOW_FORMAT, _SLIDESHOW_CREDITS, spent_at)
            for _ in range(_SLIDESHOWS)
        ]
        # The jobs of visitors are left to workers.
        others = await claim_store.waiting_jobs(connection, tenant_id, _SLIDESHOW_FORMAT)
        await job_store.start_jobs(connection, tenant_id, spent_at, works)
        # There are none if a visitor has suspended the child or spent its credits.
        claimed = await claim_store.claim_jobs(
            connection,
            tenant_id,
            spent_at,
            worker_id="demo",
            formats=[_SLIDESHOW_FORMAT],
            lease_seconds=60,
            tokens=[uuid4() for _ in works],
            caller=SYSTEM,
            resting=others,
        )
        completions = [
            claim_store.JobCompletion(
                job.job_id, "demo", job.claim_token, _SLIDESHOW_CREDITS, [], SYSTEM
            )
            for job in claimed.jobs
        ]
        if completions:
            outcomes = await claim_store.complete_jobs(connection, tenant_id, spent_at, completions)
    if wallet.reserved == 0:
        # No worker of the demo renders video remixes, so this stays in flight until it expires.
        work = _job(child_id, project_id, "video_remix", _RESERVED_CREDITS, now)
        await job_store.start_jobs(connection, tenant_id, now, [work])
    return outcomes


def _job(
    organization_id: UUID, project_id: UUID, content_format: str, credits: int, now: datetime
) -> job_store.JobStart:
    return job_store.JobStart(
        new_ulid(now),
        new_uuid7(now),
        organization_id,
        project_id,
        content_format,
        {},
        credits,
        None,
        now + timedelta(hours=_JOB_HOURS),
        SYSTEM,
    )
