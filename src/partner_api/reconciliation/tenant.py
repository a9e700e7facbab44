"""The check of one tenant, stage by stage: everything about it but the operator's pool."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Protocol, TypeVar

from partner_api.reconciliation import (
    checks,
    day_store,
    event_store,
    feed_store,
    job_store,
    lease_checks,
    lease_store,
    pages,
    posting_store,
    request_store,
    told_checks,
    told_store,
    transfer_store,
)
from partner_api.reconciliation.tenant_wallets import TenantWallets

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
    from uuid import UUID

    from partner_api.reconciliation.rules import Mismatch

    Mismatches = AsyncGenerator[Mismatch]


class _Owned(Protocol):
    @property
    def organization_id(self) -> UUID | None: ...


class _Listed(_Owned, Protocol):
    @property
    def id(self) -> UUID: ...


L = TypeVar("L", bound=_Listed)
S = TypeVar("S", bound=_Owned)


class TenantCheck(TenantWallets):
    """The check of one tenant."""

    async def mismatches(self) -> Mismatches:
        """Yield the mismatches one by one, stage after stage."""
        for name, stage in self._stages():
            self.progress.stage = name
            async with aclosing(stage) as mismatches:
                async for mismatch in mismatches:
                    yield mismatch

    def _stages(self) -> Iterator[tuple[str, Mismatches]]:
        book = self.connection, self.tenant_id
        page = pages.ROWS_PER_PAGE
        yield "wallets", self.wallets()
        yield (
            "jobs",
            self._paged(
                lambda after: job_store.list_wrong_jobs(
                    *book,
                    after,
                    pages.JOBS_PER_PAGE,
                    audited_after=self.audited_after,
                    told_after=self.told_after,
                ),
                checks.check_job,
            ),
        )
        yield "transfers", self._transfers()
        yield "transfers", self._days()
        yield "leases", self._leases()
        yield (
            "leases",
            self._paged(
                lambda after: lease_store.list_unleased_accounts(*book, after, page),
                lease_checks.check_unleased_account,
            ),
        )
        yield (
            "requests",
            self._paged(
                lambda after: request_store.list_requests(*book, after, page),
                lease_checks.check_request,
            ),
        )
        yield (
            "answers",
            self._streamed(told_store.wrong_news(*book, self.told_after), told_checks.check_news),
        )
        yield (
            "answers",
            self._streamed(
                told_store.wrong_postings(*book, self.audited_after), told_checks.check_posting
            ),
        )
        yield (
            "answers",
            self._paged(
                lambda after: event_store.list_wrong_events(*book, after, page),
                told_checks.check_event,
            ),
        )
        yield "answers", self._streamed(told_store.wrong_answers(*book), told_checks.check_answer)
        yield "answers", self._streamed(posting_store.wrong_keys(*book), told_checks.check_key)
        for wrong in (feed_store.wrong_feed, feed_store.wrong_queues):
            yield "events", self._streamed(wrong(*book), told_checks.check_place)

    def _concerns(self, *organization_ids: UUID | None) -> bool:
        return self.organization_id is None or self.organization_id in organization_ids

    async def _paged(
        self,
        read: Callable[[UUID], Awaitable[list[L]]],
        check: Callable[[int, L], Iterable[Mismatch]],
    ) -> Mismatches:
        async for page in pages.pages(read):
            for each in page:
                if self._concerns(each.organization_id):
                    for mismatch in check(self.tenant_id, each):
                        yield mismatch
            self.on_progress(self.progress)

    async def _streamed(
        self, found: AsyncGenerator[S], check: Callable[[int, S], Iterable[Mismatch]]
    ) -> Mismatches:
        async with aclosing(found):
            async for each in found:
                if self._concerns(each.organization_id):
                    for mismatch in check(self.tenant_id, each):
                        yield mismatch

    async def _transfers(self) -> Mismatches:
        told_since = await event_store.allocations_told_since(
            self.connection, self.tenant_id, self.told_after
        )
        async for transfers in pages.pages(
            lambda after: transfer_store.list_transfers(
                self.connection, self.tenant_id, after, pages.ROWS_PER_PAGE, told_since=told_since
            )
        ):
            for transfer in transfers:
                if self._concerns(transfer.from_organization_id, transfer.to_organization_id):
                    for mismatch in checks.check_transfer(self.tenant_id, transfer):
                        yield mismatch
            self.on_progress(self.progress)
        if self.organization_id is None:
            total, partner_id = await transfer_store.sum_allocations(
                self.connection, self.tenant_id
            )
            for mismatch in checks.check_allocations(self.tenant_id, partner_id, total):
                yield mismatch

    async def _days(self) -> Mismatches:
        # They are the partner's and its children's together.
        if self.organization_id is None:
            for day in await day_store.wrong_days(self.connection, self.tenant_id):
                for mismatch in checks.check_day(self.tenant_id, day):
                    yield mismatch

    async def _leases(self) -> Mismatches:
        async for leases in pages.pages(
            lambda after: lease_store.list_leases(
                self.connection,
                self.tenant_id,
                after,
                pages.ROWS_PER_PAGE,
                now=self.now,
                audited_after=self.audited_after,
            )
        ):
            own = [lease for lease in leases if self._concerns(lease.organization_id)]
            for lease in own:
                for mismatch in lease_checks.check_lease(self.tenant_id, lease):
                    yield mismatch
            own_ids = [lease.id for lease in own]
            for charge in await lease_store.wrong_lease_charges(
                self.connection, self.tenant_id, own_ids
            ):
                for mismatch in lease_checks.check_lease_charge(self.tenant_id, charge):
                    yield mismatch
            for price in await lease_store.early_former_prices(
                self.connection, self.tenant_id, own_ids, self.now
            ):
                for mismatch in lease_checks.check_former_price(self.tenant_id, price):
                    yield mismatch
            self.on_progress(self.progress)
