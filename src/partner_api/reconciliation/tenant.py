"""The check of one tenant, stage by stage: everything about it but the operator's pool."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from partner_api.reconciliation import (
    checks,
    job_store,
    lease_checks,
    lease_store,
    pages,
    store,
    told_store,
)
from partner_api.reconciliation.tenant_wallets import TenantWallets

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from uuid import UUID

    from partner_api.reconciliation.rules import Mismatch

    Mismatches = AsyncGenerator[Mismatch]


class TenantCheck(TenantWallets):
    """The check of one tenant."""

    async def mismatches(self) -> Mismatches:
        """Give the mismatches one by one, stage after stage."""
        for name, stage in (
            ("wallets", self.wallets),
            ("jobs", self._jobs),
            ("transfers", self._transfers),
            ("leases", self._leases),
            ("requests", self._requests),
            ("answers", self._news_and_answers),
        ):
            self.progress.stage = name
            async with aclosing(stage()) as mismatches:
                async for mismatch in mismatches:
                    yield mismatch

    def _concerns(self, *organization_ids: UUID | None) -> bool:
        return self.organization_id is None or self.organization_id in organization_ids

    async def _jobs(self) -> Mismatches:
        async for jobs in pages.pages(
            lambda after: job_store.list_wrong_jobs(
                self.connection,
                self.tenant_id,
                after,
                pages.JOBS_PER_PAGE,
                audited_after=self.audited_after,
                told_after=self.told_after,
            )
        ):
            for row in jobs:
                if self._concerns(row["organization_id"]):
                    for mismatch in checks.check_job(self.tenant_id, row):
                        yield mismatch
            self.on_progress(self.progress)

    async def _transfers(self) -> Mismatches:
        async for transfers in pages.pages(
            lambda after: store.list_transfers(
                self.connection, self.tenant_id, after, pages.ROWS_PER_PAGE
            )
        ):
            for row in transfers:
                if self._concerns(row["from_organization_id"], row["to_organization_id"]):
                    for mismatch in checks.check_transfer(self.tenant_id, row):
                        yield mismatch
            self.on_progress(self.progress)
        if self.organization_id is None:
            total, partner_id = await store.sum_allocations(self.connection, self.tenant_id)
            for mismatch in checks.check_allocations(self.tenant_id, partner_id, total):
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
            ),
            "social_account_id",
        ):
            own = [row for row in leases if self._concerns(row["organization_id"])]
            for row in own:
                for mismatch in lease_checks.check_lease(self.tenant_id, row):
                    yield mismatch
            own_ids = [row["social_account_id"] for row in own]
            for row in await lease_store.wrong_lease_charges(
                self.connection, self.tenant_id, own_ids
            ):
                for mismatch in lease_checks.check_lease_charge(self.tenant_id, row):
                    yield mismatch
            for row in await lease_store.early_former_prices(
                self.connection, self.tenant_id, own_ids, self.now
            ):
                for mismatch in lease_checks.check_former_price(self.tenant_id, row):
                    yield mismatch
            self.on_progress(self.progress)
        async for accounts in pages.pages(
            lambda after: lease_store.list_unleased_accounts(
                self.connection, self.tenant_id, after, pages.ROWS_PER_PAGE
            )
        ):
            for row in accounts:
                if self._concerns(row["organization_id"]):
                    for mismatch in lease_checks.check_unleased_account(self.tenant_id, row):
                        yield mismatch

    async def _requests(self) -> Mismatches:
        async for requests in pages.pages(
            lambda after: lease_store.list_requests(
                self.connection, self.tenant_id, after, pages.ROWS_PER_PAGE
            )
        ):
            for row in requests:
                if self._concerns(row["organization_id"]):
                    for mismatch in lease_checks.check_request(self.tenant_id, row):
                        yield mismatch
            self.on_progress(self.progress)

    async def _news_and_answers(self) -> Mismatches:
        async with aclosing(
            told_store.wrong_news(self.connection, self.tenant_id, self.told_after)
        ) as news:
            async for row in news:
                if self._concerns(row["organization_id"]):
                    for mismatch in lease_checks.check_news(self.tenant_id, row):
                        yield mismatch
        async with aclosing(
            told_store.wrong_postings(self.connection, self.tenant_id, self.audited_after)
        ) as postings:
            async for row in postings:
                if self._concerns(row["organization_id"]):
                    yield checks.check_posting(self.tenant_id, row)
        async for events in pages.pages(
            lambda after: job_store.list_wrong_job_events(
                self.connection, self.tenant_id, after, pages.ROWS_PER_PAGE
            )
        ):
            for row in events:
                if self._concerns(row["organization_id"]):
                    for mismatch in lease_checks.check_job_news(self.tenant_id, row):
                        yield mismatch
            self.on_progress(self.progress)
        async with aclosing(told_store.wrong_answers(self.connection, self.tenant_id)) as answers:
            async for row in answers:
                if self._concerns(row["organization_id"]):
                    for mismatch in lease_checks.check_answer(self.tenant_id, row):
                        yield mismatch
