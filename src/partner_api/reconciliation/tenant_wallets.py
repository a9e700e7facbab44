"""The check of one tenant's wallets, of credits and of cash."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from partner_api.clock import Clock
from partner_api.reconciliation import (
    cash_store,
    chain,
    checks,
    lease_checks,
    pages,
    store,
    wallet_store,
)
from partner_api.reconciliation.cash_store import CashSlice
from partner_api.rehearsal.store import read_installation

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
    from uuid import UUID

    import asyncpg

    from partner_api.database.connection import Connection
    from partner_api.reconciliation.rules import Mismatch, Progress

    Mismatches = AsyncGenerator[Mismatch]

# How far the clock of a server may be ahead, and more.
_CLOCKS_DIFFER = timedelta(days=1)


@dataclass(frozen=True)
class TenantWallets:
    """What to check of one tenant, and against which time."""

    connection: Connection
    tenant_id: int
    organization_id: UUID | None
    """Only what concerns it; None: everything."""
    now: datetime
    told_after: datetime
    """What happened later is still in the outbox."""
    audited_after: datetime
    """What happened later is still in the audit log."""
    progress: Progress
    on_progress: Callable[[Progress], None]

    async def wallets(self) -> Mismatches:
        """Yield what does not hold in its wallets and their ledgers."""
        async for organizations in self._wallet_batches():
            for check in (self._credit_wallets, self._charges, self._cash_wallets, self._chains):
                async with aclosing(check(organizations)) as mismatches:
                    async for mismatch in mismatches:
                        yield mismatch
            self.on_progress(self.progress)

    async def _wallet_batches(self) -> AsyncGenerator[list[UUID]]:
        """The organizations of a tenant, in batches that one statement can read in a moment."""
        if self.organization_id is not None:
            yield [self.organization_id]
            return
        async for organizations in pages.pages(
            lambda after: store.list_organizations(
                self.connection, self.tenant_id, after, pages.WALLETS_PER_STATEMENT
            )
        ):
            batch: list[UUID] = []
            events = 0
            for row in organizations:
                expected = row["credit_events"] + row["cash_events"]
                if batch and events + expected > pages.EVENTS_PER_STATEMENT:
                    yield batch
                    batch, events = [], 0
                batch.append(row["id"])
                events += expected
            yield batch

    async def _credit_wallets(self, organizations: list[UUID]) -> Mismatches:
        for row in await wallet_store.read_wallets(self.connection, self.tenant_id, organizations):
            self.progress.wallets_checked += row["has_wallet"]
            self.progress.events_checked += row["events"]
            for mismatch in checks.check_wallet(self.tenant_id, row):
                yield mismatch
            if (latest := await self._ahead_of(row["newest_at"])) is not None:
                yield checks.check_newest_event(self.tenant_id, row, latest)
            async with aclosing(self._periods(row)) as mismatches:
                async for mismatch in mismatches:
                    yield mismatch
            async with aclosing(self._described(row)) as mismatches:
                async for mismatch in mismatches:
                    yield mismatch

    async def _ahead_of(self, newest_at: datetime | None) -> datetime | None:
        """The latest time that an event may have now, if this one is later.

        What is done to a wallet is never dated before its last event, so one that is far ahead pulls
        everything after it ahead as well: months of leases that have not begun are charged.
        """
        if newest_at is None or newest_at <= self.now + _CLOCKS_DIFFER:
            return None
        # A rehearsal may have moved the time since the check began.
        offset_seconds = (await read_installation(self.connection)).clock_offset_seconds
        latest = max(self.now, Clock(offset_seconds).now()) + _CLOCKS_DIFFER
        return latest if newest_at > latest else None

    async def _periods(self, row: asyncpg.Record) -> Mismatches:
        """What a wallet's periods granted and used.

        Moving the start of a subscription ends a period at any time, perhaps without an event, so
        what then looks wrong is looked at again; few wallets ever need that.
        """
        wallet = self.connection, self.tenant_id, row["organization_id"]
        odd = list(checks.check_allotment(self.tenant_id, row))
        if not (
            odd
            and row["is_subscribed"]
            and await wallet_store.is_allotment_of_a_moved_period(*wallet)
        ):
            for mismatch in odd:
                yield mismatch
        broken = row["usage_break"]
        if broken is not None and row["is_subscribed"]:
            broken = await wallet_store.first_wrong_usage(*wallet)
        for mismatch in checks.check_usage(self.tenant_id, row["organization_id"], broken):
            yield mismatch

    async def _described(self, row: asyncpg.Record) -> Mismatches:
        for sequence, check in (
            (row["shapeless"], checks.check_shape),
            (row["nameless"], checks.check_event_id),
        ):
            if sequence is not None:
                event = await wallet_store.describe_event(
                    self.connection, self.tenant_id, row["organization_id"], sequence
                )
                # Ledger rows stay, but this is another statement.
                if event is not None:
                    yield check(self.tenant_id, row["organization_id"], sequence, event)

    async def _charges(self, organizations: list[UUID]) -> Mismatches:
        async with aclosing(
            store.wrong_charges(self.connection, self.tenant_id, organizations)
        ) as charges:
            async for row in charges:
                for mismatch in checks.check_job_ledger(self.tenant_id, row):
                    yield mismatch
        async with aclosing(
            wallet_store.wrong_job_events(self.connection, self.tenant_id, organizations)
        ) as events:
            async for row in events:
                for mismatch in checks.check_job_event(self.tenant_id, row):
                    yield mismatch

    async def _cash_wallets(self, organizations: list[UUID]) -> Mismatches:
        wallets = await cash_store.read_cash_wallets(self.connection, self.tenant_id, organizations)
        for row in wallets:
            self.progress.wallets_checked += row["has_wallet"]
            self.progress.events_checked += row["events"]
            for mismatch in checks.check_cash_wallet(self.tenant_id, row):
                yield mismatch
            if (latest := await self._ahead_of(row["newest_at"])) is not None:
                yield checks.check_newest_event(self.tenant_id, row, latest)
        for slices in _cash_slices(wallets):
            for row in await cash_store.wrong_cash_events(self.connection, self.tenant_id, slices):
                for mismatch in lease_checks.check_cash_event(self.tenant_id, row):
                    yield mismatch

    async def _chains(self, organizations: list[UUID]) -> Mismatches:
        async with aclosing(
            chain.broken_links(self.connection, self.tenant_id, organizations)
        ) as broken:
            async for mismatch in broken:
                yield mismatch


def _cash_slices(cash_wallets: Sequence[asyncpg.Record]) -> Iterator[Sequence[CashSlice]]:
    """The events of cash wallets in slices, as many to a statement as it can read in a moment."""
    slices: list[CashSlice] = []
    for row in cash_wallets:
        newest = row["newest_sequence"]
        # Numbers with gaps say nothing about how many events there are: those come in one slice.
        step = pages.CASH_EVENTS_PER_SLICE if row["gap"] is None else newest
        for after in range(0, newest, step):
            slices.append(CashSlice(row["organization_id"], after, after + step))
            if len(slices) * pages.CASH_EVENTS_PER_SLICE >= pages.EVENTS_PER_STATEMENT:
                yield slices
                slices = []
    if slices:
        yield slices
