"""A check of the books from end to end, in bounded steps and constant memory."""

from __future__ import annotations

import time
from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from partner_api.reconciliation import cash_store, chain, checks, store
from partner_api.reconciliation.cash_store import CashSlice
from partner_api.reconciliation.rules import Mismatch, Progress, Reconciliation, Scope

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
    from datetime import datetime

    import asyncpg

    from partner_api.database.connection import Connection

MISMATCHES_KEPT = 1_000
_TENANTS_PER_PAGE = 1_000
_WALLETS_PER_STATEMENT = 500
# A wallet with more events than this has a statement of its own.
_EVENTS_PER_STATEMENT = 20_000
_ROWS_PER_PAGE = 1_000
_JOBS_PER_PAGE = 5_000
_CASH_EVENTS_PER_SLICE = 5_000
_BEFORE_ALL = UUID(int=0)

_Page = list["asyncpg.Record"]


async def reconcile(
    connection: Connection,
    now: datetime,
    scope: Scope = Scope(),  # noqa: B008 - it cannot change
    *,
    on_mismatch: Callable[[Mismatch], None] = lambda _: None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Reconciliation:
    """Check every invariant of the ledgers within ``scope`` and sum up what was found.

    Others may go on moving credits meanwhile; that gives no mismatch. It writes nothing and may be
    cancelled at any time.

    Args:
        connection: of any role that may read; its settings are changed and put back.
        now: when the check starts, by the installation's clock.
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
            find_mismatches(connection, scope, progress, on_progress)
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
    scope: Scope,
    progress: Progress,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> AsyncGenerator[Mismatch]:
    """Give the mismatches within ``scope`` one by one, and keep ``progress`` up to date.

    With an organization in the scope, what concerns the tenant as a whole is left out: that its
    allocations sum to zero.
    """
    if scope.organization_id is None:
        progress.wallets = await store.count_wallets(connection, scope.tenant_id)
    async for tenant_id in _tenants(connection, scope):
        async with aclosing(
            _check_tenant(connection, tenant_id, scope.organization_id, progress, on_progress)
        ) as mismatches:
            async for mismatch in mismatches:
                yield mismatch
    progress.stage = "pool accounts"
    async for accounts in _pages(
        lambda after: cash_store.list_held_accounts(connection, after, _ROWS_PER_PAGE), "id"
    ):
        for row in accounts:
            if scope.tenant_id in (None, row["tenant_id"]) and scope.organization_id in (
                None,
                row["organization_id"],
            ):
                for mismatch in checks.check_held_account(row):
                    yield mismatch
        on_progress(progress)


async def _tenants(connection: Connection, scope: Scope) -> AsyncGenerator[int]:
    if scope.tenant_id is not None:
        yield scope.tenant_id
    elif scope.organization_id is not None:
        for tenant_id in await store.tenants_of(connection, scope.organization_id):
            yield tenant_id
    else:
        after = 0
        while tenants := await store.list_tenants(connection, after, _TENANTS_PER_PAGE):
            for tenant_id in tenants:
                yield tenant_id
            after = tenants[-1]


async def _pages(read: Callable[[UUID], Awaitable[_Page]], key: str) -> AsyncGenerator[_Page]:
    """Read page after page, each after the last ``key`` of the one before, until one is empty."""
    after = _BEFORE_ALL
    while rows := await read(after):
        yield rows
        after = rows[-1][key]


async def _check_tenant(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID | None,
    progress: Progress,
    on_progress: Callable[[Progress], None],
) -> AsyncGenerator[Mismatch]:
    progress.stage = "wallets"
    async for organizations in _wallet_batches(connection, tenant_id, organization_id):
        async with aclosing(
            _check_wallets(connection, tenant_id, organizations, progress)
        ) as mismatches:
            async for mismatch in mismatches:
                yield mismatch
        on_progress(progress)

    progress.stage = "jobs"
    async for jobs in _pages(
        lambda after: store.list_wrong_jobs(connection, tenant_id, after, _JOBS_PER_PAGE), "id"
    ):
        for row in jobs:
            if organization_id in (None, row["organization_id"]):
                for mismatch in checks.check_job(tenant_id, row):
                    yield mismatch
        on_progress(progress)

    progress.stage = "transfers"
    async for transfers in _pages(
        lambda after: store.list_transfers(connection, tenant_id, after, _ROWS_PER_PAGE), "id"
    ):
        for row in transfers:
            sides = (None, row["from_organization_id"], row["to_organization_id"])
            if organization_id in sides:
                for mismatch in checks.check_transfer(tenant_id, row):
                    yield mismatch
        on_progress(progress)
    if organization_id is None:
        total, partner_id = await store.sum_allocations(connection, tenant_id)
        for mismatch in checks.check_allocations(tenant_id, partner_id, total):
            yield mismatch

    progress.stage = "leases"
    async for leases in _pages(
        lambda after: cash_store.list_leases(connection, tenant_id, after, _ROWS_PER_PAGE),
        "social_account_id",
    ):
        own = [row for row in leases if organization_id in (None, row["organization_id"])]
        for row in own:
            for mismatch in checks.check_lease(tenant_id, row):
                yield mismatch
        own_ids = [row["social_account_id"] for row in own]
        for row in await cash_store.wrong_lease_charges(connection, tenant_id, own_ids):
            for mismatch in checks.check_lease_charge(tenant_id, row):
                yield mismatch
        for row in await cash_store.wrong_lease_refunds(connection, tenant_id, own_ids):
            for mismatch in checks.check_lease_refunds(tenant_id, row):
                yield mismatch
        on_progress(progress)


async def _wallet_batches(
    connection: Connection, tenant_id: int, organization_id: UUID | None
) -> AsyncGenerator[list[UUID]]:
    """The organizations of a tenant, in batches that one statement can read in a moment."""
    if organization_id is not None:
        yield [organization_id]
        return
    async for organizations in _pages(
        lambda after: store.list_organizations(
            connection, tenant_id, after, _WALLETS_PER_STATEMENT
        ),
        "id",
    ):
        batch: list[UUID] = []
        events = 0
        for row in organizations:
            expected = row["credit_events"] + row["cash_events"]
            if batch and events + expected > _EVENTS_PER_STATEMENT:
                yield batch
                batch, events = [], 0
            batch.append(row["id"])
            events += expected
        yield batch


async def _check_wallets(
    connection: Connection, tenant_id: int, organizations: list[UUID], progress: Progress
) -> AsyncGenerator[Mismatch]:
    for row in await store.read_wallets(connection, tenant_id, organizations):
        progress.wallets_checked += row["has_wallet"]
        progress.events_checked += row["events"]
        for mismatch in checks.check_wallet(tenant_id, row):
            yield mismatch
    async with aclosing(store.wrong_charges(connection, tenant_id, organizations)) as charges:
        async for row in charges:
            for mismatch in checks.check_job_ledger(tenant_id, row):
                yield mismatch
    cash_wallets = await cash_store.read_cash_wallets(connection, tenant_id, organizations)
    for row in cash_wallets:
        progress.wallets_checked += row["has_wallet"]
        progress.events_checked += row["events"]
        for mismatch in checks.check_cash_wallet(tenant_id, row):
            yield mismatch
    async with aclosing(chain.broken_links(connection, tenant_id, organizations)) as broken:
        async for mismatch in broken:
            yield mismatch
    for slices in _cash_slices(cash_wallets):
        for row in await cash_store.wrong_lease_events(connection, tenant_id, slices):
            for mismatch in checks.check_lease_event(tenant_id, row):
                yield mismatch


def _cash_slices(cash_wallets: _Page) -> Iterator[Sequence[CashSlice]]:
    """The events of cash wallets in slices, as many to a statement as it can read in a moment."""
    slices: list[CashSlice] = []
    for row in cash_wallets:
        newest = row["newest_sequence"]
        # Numbers with gaps say nothing about how many events there are: those come in one slice.
        step = _CASH_EVENTS_PER_SLICE if row["gap"] is None else newest
        for after in range(0, newest, step):
            slices.append(CashSlice(row["organization_id"], after, after + step))
            if len(slices) * _CASH_EVENTS_PER_SLICE >= _EVENTS_PER_STATEMENT:
                yield slices
                slices = []
    if slices:
        yield slices
