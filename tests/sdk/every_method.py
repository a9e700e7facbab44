"""A tour of both APIs that calls every method of the libraries at least once, and each with success."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx2
from tests.sdk.operator_methods import OperatorTour
from tests.sdk.webhook_methods import call_webhook_methods
from tests.support.installation import ago, handle
from tests.support.own_accounts import own_account

from partner_api.clock import format_milliseconds, parse_timestamp
from partner_api.ids import format_id

if TYPE_CHECKING:
    from tests.sdk.callers import Caller, JsonObject
    from tests.support.installation import Installation
    from tests.support.tenants import Wallet
VIDEO = "7301234567890123456"
FORMATS = ["slideshow_builder", "slideshow_remix", "video_remix", "ugc_remix", "auto"]
CONTENT = b"one picture"
WORKER = "w1"


@dataclass(frozen=True)
class Tour:
    """Both clients, the partner whose key the first one has, and a client of that partner's test environment."""

    partner: Caller
    sandbox: Caller
    operator: Caller
    installation: Installation
    wallet: Wallet

    @property
    def org_id(self) -> str:
        """The partner's id."""
        return format_id("org", self.wallet.organization_id)

    @property
    def project_id(self) -> str:
        """The id of its first project."""
        return format_id("prj", self.wallet.project_id)

    @property
    def looks(self) -> OperatorTour:
        """What an operator looks at."""
        return OperatorTour(self.operator, self.installation, self.org_id, self.project_id)

    async def run(self) -> None:
        """Call everything."""
        me = await self.partner.call("whoami")
        assert me["organizationId"] == self.org_id
        await self._fund()
        child_id = await self._children()
        await self._child_credits(child_id)
        await self._own_credits()
        await self._projects()
        await self._keys(child_id)
        await self._partners()
        await self._leases()
        await self._jobs()
        await self._ends_of_jobs()
        await self.looks.ledgers()
        await self.looks.books()
        await self.looks.sessions()
        await call_webhook_methods(self.sandbox, self.operator, self.org_id)
        await self._operators()
        await self._archive(child_id)

    async def _fund(self) -> None:
        do, org = self.operator.call, self.org_id
        await do("organizations.cash.top_up", orgId=org, amountCents=500_000, description="Wire")
        await do("organizations.cash.adjust", orgId=org, amountCents=-5, description="Fee")
        events = await do("organizations.cash.events.list", orgId=org, limit=10)
        assert [event["amountCents"] for event in events["items"]][:2] == [-5, 500_000]
        await do("organizations.credits.grant", orgId=org, credits=5_000, metadata={"a_Key": "1"})
        bought = await do("organizations.credits.purchase", orgId=org, credits=7_000)
        assert bought["event"]["credits"] == 7_000
        await do("organizations.credits.adjust", orgId=org, credits=-1, description="Fix")
        listed = await do("organizations.credits.events.list", orgId=org, eventType=["grant"])
        assert listed["items"][0]["metadata"]["a_Key"] == "1"
        await do(
            "organizations.subscription.update",
            orgId=org,
            tier="pro",
            includedCredits=1_000,
            billingStatus="active",
        )

    async def _children(self) -> str:
        do = self.partner.call
        child = await do("organizations.create", name="Corner Coffee", metadata={"snake_key": "1"})
        child_id: str = child["id"]
        assert child["metadata"] == {"snake_key": "1"}
        changed = await do("organizations.update", orgId=child_id, billingEmail="a@example.com")
        assert changed["billingEmail"] == "a@example.com"
        cleared = await do("organizations.update", orgId=child_id, billingEmail=None, metadata=None)
        assert (cleared["billingEmail"], cleared["metadata"]) == (None, {})
        assert cleared["name"] == "Corner Coffee"
        assert (await do("organizations.retrieve", orgId=child_id))["summary"]["balance"] == 0
        page = await do("organizations.list", status="active", limit=1)
        assert [one["id"] for one in page["items"]] == [child_id]
        suspended = await do("organizations.suspend", orgId=child_id)
        assert suspended["status"] == "suspended"
        assert (await do("organizations.resume", orgId=child_id))["status"] == "active"
        project = await do("projects.create", name="Moving", timezone="UTC")
        moved = await do("organizations.migrate", mapping={project["id"]: "Moved Coffee"})
        assert moved["projectsMoved"] == 1
        return child_id

    async def _child_credits(self, child_id: str) -> None:
        do = self.partner.call
        moved = await do("organizations.credits.allocate", orgId=child_id, credits=100)
        assert moved["available"] == 100
        assert (await do("organizations.credits.retrieve", orgId=child_id))["balance"] == 100
        events = await do("organizations.credits.events.list", orgId=child_id, limit=5)
        assert [event["credits"] for event in events["items"]] == [100]
        proof = await do("organizations.credits.events.verify", orgId=child_id)
        assert proof["organizationId"] == child_id
        limited = await do(
            "organizations.credit_config.update", orgId=child_id, monthlyCreditCap=500
        )
        assert limited["config"]["monthlyCreditCap"] == 500
        shown = await do("organizations.credit_config.retrieve", orgId=child_id)
        assert shown["config"] == limited["config"]

    async def _own_credits(self) -> None:
        do = self.partner.call
        wallet = await do("credits.retrieve")
        assert wallet["includedThisPeriod"] == 1_000
        page = await do("credits.events.list", eventType=["grant", "purchase"], limit=2)
        assert len(page["items"]) == 2
        all_events = await self.partner.walk("credits.events.list", limit=2)
        assert sum(event["credits"] for event in all_events) == wallet["balance"]
        await do("credits.events.verify")
        reserved = await self.partner.walk("credits.reservations.list", limit=1)
        assert sum(one["reservedCredits"] for one in reserved) == wallet["reservedCredits"]
        leased = await do("leased_accounts.list_all", billingStatus="past_due", limit=1)
        assert leased["items"] == []
        session = await do("portal_sessions.create", expiresInSeconds=60)
        assert "/portal/open/" in session["url"]
        assert (await do("wallet.retrieve"))["balanceCents"] > 0
        assert (await do("wallet.events.list", limit=1))["nextCursor"]
        await do("wallet.events.verify")
        audit = await do("audit_log.list", eventType=["organization.suspended"], limit=200)
        assert [row["eventType"] for row in audit["items"]] == ["organization.suspended"]

    async def _projects(self) -> None:
        do = self.partner.call
        project = await do(
            "projects.create",
            name="Launch",
            timezone="Europe/Lisbon",
            metadata={"snake_key": {"innerKey": 1}},
        )
        assert project["metadata"] == {"snake_key": {"innerKey": 1}}
        changed = await do("projects.update", projectId=project["id"], tagline="Open early")
        assert changed["tagline"] == "Open early"
        assert (await do("projects.retrieve", projectId=project["id"])) == changed
        found = await do("projects.list", search="aunc", limit=10)
        assert [one["id"] for one in found["items"]] == [project["id"]]
        archived = await do("projects.archive", projectId=project["id"])
        assert archived["status"] == "archived"

    async def _keys(self, child_id: str) -> None:
        do = self.partner.call
        minted = await do(
            "organizations.api_keys.create", orgId=child_id, name="Shop", scopes=["projects:read"]
        )
        next_one = await do(
            "organizations.api_keys.rotate", orgId=child_id, keyId=minted["apiKey"]["id"]
        )
        listed = await do("organizations.api_keys.list", orgId=child_id)
        assert len(listed["items"]) == 2
        deleted = await do(
            "organizations.api_keys.delete", orgId=child_id, keyId=next_one["apiKey"]["id"]
        )
        assert deleted["deleted"] is True
        own = await self.operator.call(
            "organizations.api_keys.create", orgId=self.org_id, name="Own", scopes=["jobs:read"]
        )
        key_id = own["apiKey"]["id"]
        rotated = await do("api_keys.rotate", keyId=key_id)
        assert rotated["secret"] != own["secret"]
        assert (await do("api_keys.kill", keyId=key_id))["killed"] is True
        await self.operator.call("organizations.api_keys.unkill", orgId=self.org_id, keyId=key_id)
        page = await self.operator.call("organizations.api_keys.list", orgId=self.org_id, limit=1)
        assert len(page["items"]) == 1
        assert (await do("api_keys.delete", keyId=key_id))["deleted"] is True

    async def _partners(self) -> None:
        do = self.operator.call
        name = f"Partner {uuid4()}"
        made = await do("organizations.create", name=name, rateLimitTier="pilot")
        found = await do("organizations.list", search=name, limit=1)
        assert [one["id"] for one in found["items"]] == [made["id"]]
        changed = await do(
            "organizations.update", orgId=made["id"], formatPrices={"slideshow_builder": 40}
        )
        assert changed["id"] == made["id"]
        shown = await do("organizations.retrieve", orgId=made["id"])
        assert shown["name"] == name
        books = await do("reconciliation.retrieve", organizationId=self.org_id)
        assert books["mismatches"] == []

    async def _pool(self, count: int) -> list[str]:
        do = self.operator.call
        made = []
        for _ in range(count):
            account = await do(
                "pool_accounts.create",
                platform="tiktok",
                handle=handle(),
                followers=5,
                vertical="food",
                language="en",
                geo=["US"],
            )
            made.append(account["id"])
        changed = await do("pool_accounts.update", poolAccountId=made[0], followers=9)
        assert changed["followers"] == 9
        found = await do("pool_accounts.list", search=changed["handle"], geo=["US"])
        assert [one["id"] for one in found["items"]] == made[:1]
        lines = f"handle,followers,vertical,language,geo\n{handle()},3,food,en,US GB\n"
        report = await do(
            "pool_accounts.import_file",
            content=lines.encode(),
            contentType="text/csv",
            allOrNothing=True,
        )
        assert report["added"] == 1
        return made

    async def _leases(self) -> None:
        do, ask = self.operator.call, self.partner.call
        accounts = await self._pool(2)
        requests = [await self._request(count) for count in (2, 1)]
        listed = await ask("leased_accounts.requests.list", projectId=self.project_id, limit=10)
        assert {one["id"] for one in listed["items"]} == set(requests)
        assert (await do("lease_requests.retrieve", leaseRequestId=requests[0]))["count"] == 2
        queue = await do("lease_requests.list", organizationId=self.org_id, status=["requested"])
        assert len(queue["items"]) == 2
        await do("lease_requests.candidates.list", leaseRequestId=requests[0], limit=3)
        await do("lease_requests.fulfil", leaseRequestId=requests[0], poolAccountIds=accounts)
        await do("lease_requests.reject", leaseRequestId=requests[1], note="Not now")
        assigned = await ask(
            "leased_accounts.requests.retrieve", projectId=self.project_id, requestId=requests[0]
        )
        first, second = assigned["assignedSocialAccountIds"]
        page = await ask("leased_accounts.list", projectId=self.project_id)
        assert {one["socialAccountId"] for one in page["items"]} == {first, second}
        assert len((await do("leases.list", organizationId=self.org_id))["items"]) == 2
        await do("leases.update", socialAccountId=first, monthlyPriceCents=100)
        pool_account = (await do("leases.retrieve", socialAccountId=first))["poolAccountId"]
        await self.looks.leases(pool_account, first)
        until = (await do("clock.retrieve"))["now"]
        month = format_milliseconds(parse_timestamp(until) + timedelta(days=32))
        for name in ("renewals.list", "renewals.dry_run"):
            due = await do(name, organizationId=self.org_id, until=month, limit=1)
            assert len(due["items"]) == 1
        await do(
            "organizations.cash.refund",
            orgId=self.org_id,
            socialAccountId=first,
            leaseMonth=0,
            amountCents=5,
        )
        await do("leases.recall", socialAccountId=first, note="Ours again")
        own = await own_account(self.installation, self.wallet, at=ago(hours=1))
        shown = await ask("social_accounts.list", projectId=self.project_id, status=["connected"])
        assert {one["socialAccountId"] for one in shown["items"]} == {own, second}
        revoked = await ask("social_accounts.revoke", socialAccountId=own)
        assert revoked["disconnectedReason"] == "revoked_by_partner"
        released = await ask("leased_accounts.release", socialAccountId=second, reason="Over")
        assert released["disconnectedReason"] == "released_by_partner"

    async def _request(self, count: int) -> str:
        made = await self.partner.call(
            "leased_accounts.requests.create",
            projectId=self.project_id,
            count=count,
            niche={"vertical": "food", "geo": ["US"]},
        )
        request_id: str = made["id"]
        return request_id

    async def _jobs(self) -> None:
        do, start = self.operator.call, self.partner.call
        project: JsonObject = {"projectId": self.project_id}
        await start("content.build_slideshow", **project, hook="Three cafés in Lisbon")
        await start("content.remix_slideshow", **project, tiktokVideoId=VIDEO)
        await start("content.remix_ugc", **project, hook="A café")
        await start("content.generate", **project, hook="A café")
        job_id = await self._start()
        assert (await start("jobs.retrieve", jobId=job_id))["status"] == "running"
        (token,) = await self._claim(job_id)
        held: JsonObject = {"jobId": job_id, "workerId": WORKER, "claimToken": token}
        await do("jobs.heartbeat", **held, stage="processing", progress=0.5)
        stored = await do("jobs.assets.upload", **held, name="one.png", content=CONTENT)
        assert stored["sizeBytes"] == len(CONTENT)
        asset = {"kind": "slide", "width": 1080, "height": 1920, "mimeType": "image/png", **stored}
        await do("jobs.complete", **held, creditsCharged=40, assets=[asset])
        done = await start("jobs.wait", jobId=job_id)
        assert done["result"]["creditsCharged"] == 40
        await self.looks.job(job_id)
        (container,) = (await start("content.list", **project, status=["completed"]))["items"]
        assert (await start("content.retrieve", containerId=container["id"])) == container
        address = await start(
            "content.assets.retrieve_url",
            containerId=container["id"],
            assetId=container["assets"][0]["assetId"],
        )
        async with httpx2.AsyncClient(trust_env=False, timeout=60) as browser:
            assert (await browser.get(address)).content == CONTENT
        await do("organizations.credits.refund", orgId=self.org_id, jobId=job_id, credits=1)

    async def _ends_of_jobs(self) -> None:
        do = self.operator.call
        jobs = [await self._start() for _ in range(2)]
        tokens = await self._claim(*jobs)
        await do(
            "jobs.fail",
            jobId=jobs[0],
            workerId=WORKER,
            claimToken=tokens[0],
            code="SOURCE_NOT_FOUND",
            message="It is gone.",
            retryable=False,
        )
        again = await do("jobs.retry", jobId=jobs[0])
        item = {"jobId": jobs[1], "claimToken": tokens[1]}
        beaten = await do("jobs.heartbeat_many", workerId=WORKER, items=[item])
        assert len(beaten["items"]) == 1
        ended = await do(
            "jobs.complete_many",
            workerId=WORKER,
            items=[{**item, "creditsCharged": 1, "assets": []}],
        )
        assert len(ended["items"]) == 1
        assert (await self.partner.call("jobs.cancel", jobId=await self._start()))["accepted"]
        other = await self._start()
        await do("jobs.cancel", jobId=other)
        assert (await do("jobs.retrieve", jobId=other))["status"] == "canceled"
        listed = await do("jobs.list", organizationId=self.org_id, status=["running"], limit=200)
        assert again["jobId"] in {job["id"] for job in listed["items"]}

    async def _start(self) -> str:
        job = await self.partner.call(
            "content.remix_video", projectId=self.project_id, tiktokVideoId=VIDEO
        )
        job_id: str = job["jobId"]
        return job_id

    async def _claim(self, *job_ids: str) -> list[str]:
        """Claim until these jobs are among what was claimed, since other tests leave theirs; the claims' tokens."""
        tokens: dict[str, str] = {}
        while not tokens.keys() >= set(job_ids):
            taken = await self.operator.call(
                "jobs.claim", workerId=WORKER, formats=FORMATS, leaseSeconds=900, max=50
            )
            assert taken["items"], "nothing waits"
            tokens.update({job["jobId"]: job["claimToken"] for job in taken["items"]})
        return [tokens[job_id] for job_id in job_ids]

    async def _operators(self) -> None:
        do = self.operator.call
        robin = await do("operators.create", name=f"Robin {uuid4()}", role="viewer")
        operator_id = robin["operator"]["id"]
        assert (await do("operators.rotate", operatorId=operator_id))["operator"]["rotatedAt"]
        await do("operators.revoke", operatorId=operator_id)
        everyone = await self.operator.walk("operators.list", limit=2)
        assert operator_id in {one["id"] for one in everyone}
        clock = await do("clock.retrieve")
        later = format_milliseconds(parse_timestamp(clock["now"]) + timedelta(minutes=5))
        assert (await do("clock.advance", advanceTo=later))["now"] >= later

    async def _archive(self, child_id: str) -> None:
        archived = await self.partner.call("organizations.archive", orgId=child_id)
        assert archived["status"] == "archived"
        assert archived["reclaimedCredits"] == 100
