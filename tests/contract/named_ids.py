"""The ids that the requests of the route table name."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from partner_api.ids import format_id


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
            .replace("{socialAccountId}", format_id("sa", self.social_account))
            .replace("{requestId}", format_id("lreq", self.request))
            .replace("{leaseRequestId}", format_id("lreq", self.request))
            .replace("{poolAccountId}", format_id("pool", self.key))
            .replace("{jobId}", format_id("job", self.job))
            .replace("{containerId}", format_id("cnt", self.container))
            .replace("{assetId}", str(self.asset))
            .replace("{endpointId}", str(self.endpoint))
            .replace("{deliveryId}", str(self.delivery))
        )
