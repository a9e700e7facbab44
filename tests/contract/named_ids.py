"""The ids that the requests of the route table name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from tests.support.installation import handle, now
from tests.support.quiet import example_data
from tests.support.webhooks import add_delivery, add_endpoint

from partner_api.events.store import publish, write_event
from partner_api.ids import format_id, parse_id

if TYPE_CHECKING:
    from tests.support.installation import Installation
    from tests.support.tenants import Wallet


@dataclass(frozen=True)
class Ids:
    """The ids that a request names."""

    organization: UUID
    project: UUID
    key: UUID
    social_account: UUID = field(default_factory=uuid4)
    request: UUID = field(default_factory=uuid4)
    job: UUID = field(default_factory=uuid4)
    container: UUID = field(default_factory=uuid4)
    asset: UUID = field(default_factory=uuid4)
    endpoint: UUID = field(default_factory=uuid4)
    delivery: UUID = field(default_factory=uuid4)

    def fill(self, template: str) -> str:
        """Put them into the places of a template."""
        return (
            template.replace("{orgId}", format_id("org", self.organization))
            .replace("{projectId}", format_id("prj", self.project))
            .replace("{keyId}", format_id("key", self.key))
            .replace("{operatorId}", format_id("opr", self.key))
            .replace("{sessionId}", format_id("ses", self.key))
            .replace("{socialAccountId}", format_id("sa", self.social_account))
            .replace("{requestId}", format_id("lreq", self.request))
            .replace("{leaseRequestId}", format_id("lreq", self.request))
            .replace("{poolAccountId}", format_id("pool", self.key))
            .replace("{jobId}", format_id("job", self.job))
            .replace("{containerId}", format_id("cnt", self.container))
            .replace("{assetId}", str(self.asset))
            .replace("{endpointId}", str(self.endpoint))
            .replace("{deliveryId}", str(self.delivery))
            .replace("{sequence}", "1")
        )


async def with_what_is_named(
    name: str, ids: Ids, installation: Installation, wallet: Wallet
) -> Ids:
    """The ids, with those of things that are made because a route names them: an account, a request, a job…"""
    if "ocialAccountId" in name:
        (leased,) = await installation.lease(wallet, handle(), at=now())
        ids = replace(ids, social_account=parse_id("sa", leased))
    if "equestId" in name:
        ids = replace(ids, request=await installation.lease_request(wallet))
    if "jobId" in name or "containerId" in name:
        job = await installation.finished_job(wallet)
        ids = replace(ids, job=job.job_id, container=job.container_id, asset=job.asset_id)
    if name == "GET /v1/events":
        # Or a reader would wait for one.
        async with installation.pool.acquire() as connection:
            whose = (wallet.tenant_id, now(), wallet.organization_id)
            await write_event(
                connection, *whose, "credits.low", example_data("credits.low", wallet)
            )
            await publish(connection, wallet.tenant_id, now(), 500)
    if "endpointId" in name or "deliveryId" in name:
        endpoint = await add_endpoint(installation, wallet)
        delivery = await add_delivery(installation, wallet, endpoint)
        ids = replace(ids, endpoint=endpoint, delivery=delivery)
    return ids
