"""The part of the tour through both APIs that is about what operators look at, and about their own sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.support.sessions import signed_in_session

from partner_api.clock import parse_timestamp

if TYPE_CHECKING:
    from tests.sdk.callers import Caller
    from tests.support.installation import Installation


@dataclass(frozen=True)
class OperatorTour:
    """The operator's client, and the partner that it looks at."""

    operator: Caller
    installation: Installation
    org_id: str
    project_id: str

    async def ledgers(self) -> None:
        """Look at both wallets and at single rows of their ledgers; there are some."""
        do, org = self.operator.call, self.org_id
        credits = await do("organizations.credits.retrieve", orgId=org)
        reserved = await self.operator.walk(
            "organizations.credits.reservations.list", orgId=org, limit=1
        )
        assert sum(one["credits"] for one in reserved) == credits["reservedCredits"]
        assert (await do("organizations.cash.retrieve", orgId=org))["organizationId"] == org
        for ledger in ("credits", "cash"):
            (last,) = (await do(f"organizations.{ledger}.events.list", orgId=org, limit=1))["items"]
            sequence = last["sequence"]
            shown = await do(
                f"organizations.{ledger}.events.retrieve", orgId=org, sequence=sequence, env="live"
            )
            assert shown["eventId"] == last["eventId"]
        projects = await do("organizations.projects.list", orgId=org, status="active", limit=200)
        assert self.project_id in {one["id"] for one in projects["items"]}

    async def leases(self, pool_account_id: str, social_account_id: str) -> None:
        """Look at a lease that is assigned, from all sides."""
        do = self.operator.call
        account = await do("pool_accounts.retrieve", poolAccountId=pool_account_id)
        assert account["id"] == pool_account_id
        had = await do("pool_accounts.leases", poolAccountId=pool_account_id, limit=1)
        assert [one["socialAccountId"] for one in had["items"]] == [social_account_id]
        happened = await self.operator.walk(
            "pool_accounts.history", poolAccountId=pool_account_id, limit=1
        )
        assert happened
        lease = await do("leases.retrieve", socialAccountId=social_account_id)
        assert lease["socialAccountId"] == social_account_id
        months = await do("leases.months", socialAccountId=social_account_id, limit=1)
        assert [one["leaseMonth"] for one in months["items"]] == [0]
        assert await self.operator.walk("leases.history", socialAccountId=social_account_id)
        await self._calendar(social_account_id)

    async def _calendar(self, social_account_id: str) -> None:
        do, org = self.operator.call, self.org_id
        today = parse_timestamp((await do("clock.retrieve"))["now"]).date()
        since = (today + timedelta(days=1)).isoformat()
        days = await do("renewals.days", since=since, days=62, organizationId=org)
        due = [one["date"] for one in days["items"] if one["count"]]
        (partner,) = (
            await do("renewals.partners", since=since, days=62, organizationId=org, limit=1)
        )["items"]
        assert [one["date"] for one in partner["days"]] == due
        leases = await self.operator.walk(
            "renewals.leases", date=due[0], organizationId=org, limit=1
        )
        assert social_account_id in {one["socialAccountId"] for one in leases}
        assert (await do("renewals.cover", days=62, limit=1))["partners"] >= 1
        await do("renewals.past_due", limit=1)
        assert (await do("lease_requests.summary")).keys()

    async def job(self, job_id: str) -> None:
        """Look at a job that has been completed by the first worker, with one file."""
        do = self.operator.call
        history = await do("jobs.retrieve_history", jobId=job_id)
        assert len(history["tries"]) == 1
        content = await do("jobs.retrieve_content", jobId=job_id)
        assert len(content["assets"]) == 1
        assert (await do("jobs.summary"))["running"] >= 0
        (hit,) = (await do("search.find", q=job_id, limit=5))["items"]
        assert (hit["kind"], hit["id"], hit["exact"]) == ("job", job_id, True)

    async def books(self) -> None:
        """Look at the books of everybody, and have them checked."""
        do = self.operator.call
        asked = await do("reconciliations.create")
        shown = await do("reconciliations.retrieve", reconciliationId=asked["id"])
        assert shown["id"] == asked["id"]
        checks = await do("reconciliations.list", limit=100)
        assert asked["id"] in {one["id"] for one in checks["items"]}
        totals = await do("daily_totals.list", organizationId=self.org_id, limit=1)
        assert len(totals["items"]) == 1
        events = await do("audit_events.list", organizationId=self.org_id, limit=1)
        assert len(events["items"]) == 1

    async def sessions(self) -> None:
        """Sign in another operator, end that in both ways, and make a link for oneself."""
        do = self.operator.call
        made = await do("operators.create", name=f"Robin {uuid4()}", role="viewer")
        operator_id = made["operator"]["id"]
        assert (await do("operators.retrieve", operatorId=operator_id))["role"] == "viewer"
        first, _, kept = [
            await signed_in_session(self.installation, made["secret"]) for _ in range(3)
        ]
        assert (await do("sessions.end", sessionId=first))["status"] == "ended"
        ended = await do("sessions.end_all", operatorId=operator_id, exceptSessionId=kept)
        assert ended == {"ended": 1}
        active = await do("sessions.list", operatorId=operator_id, status="active", limit=5)
        assert [one["id"] for one in active["items"]] == [kept]
        link = await do("sign_in_links.create", expiresInSeconds=60)
        assert link["url"].startswith("/console/sign-in/")
