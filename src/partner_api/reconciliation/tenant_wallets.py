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
    charge_store,
    checks,
    lease_checks,
    pages,
    period_store,
    store,
    totals_store,
    wallet_store,
)
from partner_api.reconciliation.cash_store import CashSlice
from partner_api.rehearsal.store import read_installation

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.reconciliation.cash_store import CashWallet
    from partner_api.reconciliation.rules import Mismatch, Progress
    from partner_api.reconciliation.wallet_store import Wallet

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
        """Yield the organizations of a tenant, in batches that one statement can read in a moment."""
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
            for organization in organizations:
                expected = organization.credit_events + organization.cash_events
                if batch and events + expected > pages.EVENTS_PER_STATEMENT:
                    yield batch
                    batch, events = [], 0
                batch.append(organization.id)
                events += expected
            yield batch

    async def _credit_wallets(self, organizations: list[UUID]) -> Mismatches:
        for wallet in await wallet_store.read_wallets(
            self.connection, self.tenant_id, organizations
        ):
            self.progress.wallets_checked += wallet.has_wallet
            self.progress.events_checked += wallet.events
            for mismatch in checks.check_wallet(self.tenant_id, wallet):
                yield mismatch
            if (ahead := await self._newest_event(wallet)) is not None:
                yield ahead
            async with aclosing(self._periods(wallet)) as mismatches:
                async for mismatch in mismatches:
                    yield mismatch
            async with aclosing(self._described(wallet)) as mismatches:
                async for mismatch in mismatches:
                    yield mismatch

    async def _newest_event(self, wallet: Wallet | CashWallet) -> Mismatch | None:
        """Return a mismatch if the newest event of a wallet has a time that has not come.

        What is done to a wallet is never dated before its last event, so one that is far ahead pulls
        everything after it ahead as well: months of leases that have not begun are charged.
        """
        newest_at = wallet.newest_at
        if newest_at is None or newest_at <= self.now + _CLOCKS_DIFFER:
            return None
        # A rehearsal may have moved the time since the check began.
        offset_seconds = (await read_installation(self.connection)).clock_offset_seconds
        latest = max(self.now, Clock(offset_seconds).now()) + _CLOCKS_DIFFER
        if newest_at <= latest:
            return None
        return checks.check_newest_event(self.tenant_id, wallet, newest_at, latest)

    async def _periods(self, wallet: Wallet) -> Mismatches:
        """Yield what a wallet's periods granted and used and should not have.

        Moving the start of a subscription ends a period at any time, perhaps without an event, so
        what then looks wrong is looked at again; few wallets ever need that.
        """
        key = self.connection, self.tenant_id, wallet.organization_id
        odd = list(checks.check_allotment(self.tenant_id, wallet))
        if not (
            odd and wallet.is_subscribed and await period_store.is_allotment_of_a_moved_period(*key)
        ):
            for mismatch in odd:
                yield mismatch
        broken = wallet.usage_break
        if broken is not None and wallet.is_subscribed:
            broken = await period_store.first_wrong_usage(*key)
        for mismatch in checks.check_usage(self.tenant_id, wallet.organization_id, broken):
            yield mismatch

    async def _described(self, wallet: Wallet) -> Mismatches:
        for sequence, check in (
            (wallet.shapeless, checks.check_shape),
            (wallet.nameless, checks.check_event_id),
        ):
            if sequence is not None:
                event = await wallet_store.describe_event(
                    self.connection, self.tenant_id, wallet.organization_id, sequence
                )
                # Ledger rows stay, but this is another statement.
                if event is not None:
                    yield check(self.tenant_id, wallet.organization_id, sequence, event)

    async def _charges(self, organizations: list[UUID]) -> Mismatches:
        async with aclosing(
            charge_store.wrong_charges(self.connection, self.tenant_id, organizations)
        ) as charges:
            async for charge in charges:
                for mismatch in checks.check_job_ledger(self.tenant_id, charge):
                    yield mismatch
        async with aclosing(
            charge_store.wrong_job_events(self.connection, self.tenant_id, organizations)
        ) as events:
            async for event in events:
                for mismatch in checks.check_job_event(self.tenant_id, event):
                    yield mismatch

    async def _cash_wallets(self, organizations: list[UUID]) -> Mismatches:
        wallets = await cash_store.read_cash_wallets(self.connection, self.tenant_id, organizations)
        for wallet in wallets:
            self.progress.wallets_checked += wallet.has_wallet
            self.progress.events_checked += wallet.events
            for mismatch in checks.check_cash_wallet(self.tenant_id, wallet):
                yield mismatch
            if (ahead := await self._newest_event(wallet)) is not None:
                yield ahead
            if wallet.parent_id is None:
                totals = await totals_store.wrong_lease_totals(self.connection, self.tenant_id)
                for mismatch in lease_checks.check_totals(
                    self.tenant_id, wallet.organization_id, totals
                ):
                    yield mismatch
        for slices in _cash_slices(wallets):
            for event in await cash_store.wrong_cash_events(
                self.connection, self.tenant_id, slices
            ):
                for mismatch in lease_checks.check_cash_event(self.tenant_id, event):
                    yield mismatch

    async def _chains(self, organizations: list[UUID]) -> Mismatches:
        async with aclosing(
            chain.broken_links(self.connection, self.tenant_id, organizations)
        ) as broken:
            async for mismatch in broken:
                yield mismatch


def _cash_slices(cash_wallets: Sequence[CashWallet]) -> Iterator[Sequence[CashSlice]]:
    """The events of cash wallets in slices, as many to a statement as it can read in a moment."""
    slices: list[CashSlice] = []
    for wallet in cash_wallets:
        newest = wallet.newest_sequence
        # Numbers with gaps say nothing about how many events there are: those come in one slice.
        step = pages.CASH_EVENTS_PER_SLICE if wallet.gap is None else newest
        for after in range(0, newest, step):
            slices.append(CashSlice(wallet.organization_id, after, after + step))
            if len(slices) * pages.CASH_EVENTS_PER_SLICE >= pages.EVENTS_PER_STATEMENT:
                yield slices
                slices = []
    if slices:
        yield slices
