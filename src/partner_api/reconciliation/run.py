"""A check of the books from end to end, in bounded steps and constant memory."""

from __future__ import annotations

import time
from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING

from partner_api.reconciliation import pages, pool, store
from partner_api.reconciliation.rules import Mismatch, Progress, Reconciliation, Scope
from partner_api.reconciliation.tenant import TenantCheck

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from datetime import datetime

    from partner_api.database.connection import Connection

MISMATCHES_KEPT = 1_000
# Outboxes keep what is told for 30 days and audit logs for 90. Servers' clocks may differ, so a day less is relied on.
_TOLD_DAYS = 29
_AUDITED_DAYS = 89


async def reconcile(
    connection: Connection,
    now: datetime,
    scope: Scope = Scope(),  # noqa: B008 - it cannot change
    *,
    on_mismatch: Callable[[Mismatch], None] = lambda _: None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Reconciliation:
    """Check every invariant of the ledgers within ``scope`` and sum up what was found.

    Others may go on moving credits meanwhile; that causes no mismatch. It writes nothing and may be
    cancelled at any time.

    Args:
        connection: of any role that may read; its settings are changed and put back.
        now: when the check starts, by the installation's clock. What is kept for a while only, in
            outboxes and audit logs, is compared as far back as it must still be there.
        scope: what to check.
        on_mismatch: called with each mismatch as soon as it is found.
        on_progress: called often, with how far the check is.

    Raises:
        OSError, asyncpg.PostgresError: the books cannot be read.
    """
    begun = time.monotonic()
    progress = Progress()
    kept: list[Mismatch] = []
    await store.prepare_session(connection)
    try:
        async with aclosing(
            find_mismatches(connection, now, scope, progress, on_progress)
        ) as mismatches:
            async for mismatch in mismatches:
                progress.mismatches_found += 1
                if len(kept) < MISMATCHES_KEPT:
                    kept.append(mismatch)
                on_mismatch(mismatch)
    finally:
        if not connection.is_closed():
            await store.restore_session(connection)
    on_progress(progress)
    elapsed = timedelta(milliseconds=int((time.monotonic() - begun) * 1000))
    return Reconciliation(
        started_at=now,
        finished_at=now + elapsed,
        wallets_checked=progress.wallets_checked,
        events_checked=progress.events_checked,
        mismatches=kept,
        mismatches_found=progress.mismatches_found,
    )


async def find_mismatches(
    connection: Connection,
    now: datetime,
    scope: Scope,
    progress: Progress,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> AsyncGenerator[Mismatch]:
    """Yield the mismatches within ``scope`` one by one, and keep ``progress`` up to date.

    With an organization in the scope, what concerns the tenant as a whole is left out: that its
    allocations sum to zero.
    """
    if scope.organization_id is None:
        progress.wallets = await store.count_wallets(connection, scope.tenant_id)
    async for tenant_id in _tenants(connection, scope):
        check = TenantCheck(
            connection=connection,
            tenant_id=tenant_id,
            organization_id=scope.organization_id,
            now=now,
            told_after=now - timedelta(days=_TOLD_DAYS),
            audited_after=now - timedelta(days=_AUDITED_DAYS),
            progress=progress,
            on_progress=on_progress,
        )
        async with aclosing(check.mismatches()) as mismatches:
            async for mismatch in mismatches:
                yield mismatch
    progress.stage = "pool accounts"
    async with aclosing(
        pool.wrong_accounts(connection, scope, lambda: on_progress(progress))
    ) as mismatches:
        async for mismatch in mismatches:
            yield mismatch


async def _tenants(connection: Connection, scope: Scope) -> AsyncGenerator[int]:
    if scope.tenant_id is not None:
        yield scope.tenant_id
    elif scope.organization_id is not None:
        for tenant_id in await store.tenants_of(connection, scope.organization_id):
            yield tenant_id
    else:
        after = 0
        while tenants := await store.list_tenants(connection, after, pages.TENANTS_PER_PAGE):
            for tenant_id in tenants:
                yield tenant_id
            after = tenants[-1]
