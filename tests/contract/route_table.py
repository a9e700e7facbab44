"""Every route of the server: who may use it, and a request that would do something.

A new route fails `test_isolation.py` until it has a line here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.contract.page_routes import PAGE_STATUSES
from tests.support.installation import ago, handle

from partner_api.clock import format_milliseconds

if TYPE_CHECKING:
    from partner_api.edge.asgi import Edge

Body = dict[str, Any]


@dataclass(frozen=True)
class Public:
    """For everyone. ``status`` is what it answers when it is asked for nothing in particular."""

    status: int = 200


@dataclass(frozen=True)
class ForKeys:
    """For API keys with the scope, or all of them. ``names`` says which ids are in the body."""

    scope: str | None = None
    body: Body | None = None


@dataclass(frozen=True)
class ForOperators:
    """For operators with at least this role."""

    role: str
    body: Body | None = None


Use = Public | ForKeys | ForOperators

_KEY: Body = {"name": "Key", "scopes": ["*"], "env": "test"}
_AMOUNT: Body = {"credits": 5, "description": "Fix"}
_CENTS: Body = {"amountCents": 5, "description": "Wire"}
_PROJECT: Body = {"name": "Launch", "timezone": "UTC"}
_CLAIM: Body = {"workerId": "w1", "claimToken": "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"}
_BULK_CLAIM: Body = {
    "workerId": "w1",
    "items": [{"jobId": "{jobId}", "claimToken": _CLAIM["claimToken"]}],
}
_ENDPOINT: Body = {
    "url": "https://hooks.example.test/layers",
    "events": ["*"],
    "projectId": "{projectId}",
}
_HOOK: Body = {"hook": "Three cafés in Lisbon"}
_VIDEO: Body = {"tiktokVideoId": "7301234567890123456"}
_POOL_ACCOUNT: Body = {
    "platform": "tiktok",
    "handle": handle(),
    "followers": 1,
    "vertical": "food",
    "language": "en",
    "geo": ["US"],
}

ROUTES: dict[str, Use] = {
    "GET /healthz": Public(),
    "GET /readyz": Public(),
    "GET /metrics": Public(),
    "GET /openapi.json": Public(),
    "GET /files/{tenant}/{container}/{file}": Public(status=422),
    "GET /docs": Public(),
    "GET /docs.md": Public(),
    "GET /docs/reference.js": Public(),
    "GET /docs/reference.css": Public(),
    "GET /docs/{a}": Public(status=404),
    "GET /docs/{a}/{b}": Public(status=404),
    "GET /docs/{a}/{b}/{c}": Public(status=404),
    "GET /docs/{a}/{b}/{c}/{d}": Public(status=404),
    "GET /docs/{a}/{b}/{c}/{d}/{e}": Public(status=404),
    "GET /llms.txt": Public(),
    **{name: Public(status) for name, status in PAGE_STATUSES.items()},
    # Keys
    "GET /v1/whoami": ForKeys(),
    "POST /v1/api-keys/{keyId}/rotate": ForKeys(),
    "POST /v1/api-keys/{keyId}/kill": ForKeys(),
    "DELETE /v1/api-keys/{keyId}": ForKeys(),
    "GET /v1/organizations/{orgId}/api-keys": ForKeys("org:admin"),
    "POST /v1/organizations/{orgId}/api-keys": ForKeys("org:admin", _KEY),
    "POST /v1/organizations/{orgId}/api-keys/{keyId}/rotate": ForKeys("org:admin"),
    "DELETE /v1/organizations/{orgId}/api-keys/{keyId}": ForKeys("org:admin"),
    # Organizations
    "GET /v1/organizations": ForKeys("org:admin"),
    "POST /v1/organizations": ForKeys("org:admin", {"name": "Child"}),
    "GET /v1/organizations/{orgId}": ForKeys("org:admin"),
    "PATCH /v1/organizations/{orgId}": ForKeys("org:admin", {"name": "Mine"}),
    "DELETE /v1/organizations/{orgId}": ForKeys("org:admin"),
    "POST /v1/organizations/{orgId}/suspend": ForKeys("org:admin"),
    "POST /v1/organizations/{orgId}/resume": ForKeys("org:admin"),
    "POST /v1/organizations/migrate": ForKeys("org:admin", {"mapping": {"{projectId}": "Mine"}}),
    # Credits
    "GET /v1/credits": ForKeys(),
    "GET /v1/credits/events": ForKeys(),
    "GET /v1/credits/events/verify": ForKeys(),
    "GET /v1/credits/reservations": ForKeys(),
    "GET /v1/organizations/{orgId}/credits": ForKeys("org:admin"),
    "GET /v1/organizations/{orgId}/credits/events": ForKeys("org:admin"),
    "GET /v1/organizations/{orgId}/credits/events/verify": ForKeys("org:admin"),
    "POST /v1/organizations/{orgId}/credits/allocate": ForKeys("org:admin", {"credits": 5}),
    "GET /v1/organizations/{orgId}/credit-config": ForKeys("org:admin"),
    "PATCH /v1/organizations/{orgId}/credit-config": ForKeys("org:admin", {"monthlyCreditCap": 1}),
    # Projects and their accounts
    "GET /v1/projects": ForKeys("projects:read"),
    "POST /v1/projects": ForKeys("projects:write", _PROJECT),
    "GET /v1/projects/{projectId}": ForKeys("projects:read"),
    "PATCH /v1/projects/{projectId}": ForKeys("projects:write", {"name": "Mine"}),
    "DELETE /v1/projects/{projectId}": ForKeys("projects:write"),
    "GET /v1/projects/{projectId}/leased-accounts": ForKeys("leased:write"),
    "POST /v1/projects/{projectId}/leased-accounts/request": ForKeys(
        "leased:write", {"projectId": "{projectId}", "count": 1, "niche": {"vertical": "food"}}
    ),
    "GET /v1/projects/{projectId}/leased-accounts/requests": ForKeys("leased:write"),
    "GET /v1/projects/{projectId}/leased-accounts/requests/{requestId}": ForKeys("leased:write"),
    "GET /v1/leased-accounts": ForKeys("leased:write"),
    "DELETE /v1/leased-accounts/{socialAccountId}": ForKeys("leased:write"),
    "GET /v1/wallet": ForKeys("leased:write"),
    "GET /v1/wallet/events": ForKeys("leased:write"),
    "GET /v1/wallet/events/verify": ForKeys("leased:write"),
    "DELETE /v1/social-accounts/{socialAccountId}": ForKeys("social:write"),
    "GET /v1/projects/{projectId}/social-accounts": ForKeys("social:read"),
    # Generation
    "POST /v1/projects/{projectId}/content/slideshow-builder": ForKeys("content:write", _HOOK),
    "POST /v1/projects/{projectId}/content/slideshow-remix": ForKeys("content:write", _VIDEO),
    "POST /v1/projects/{projectId}/content/video-remix": ForKeys("content:write", _VIDEO),
    "POST /v1/projects/{projectId}/content/ugc-remix": ForKeys("content:write", _HOOK),
    "POST /v1/projects/{projectId}/content/auto": ForKeys("content:write", _HOOK),
    "GET /v1/projects/{projectId}/content": ForKeys("content:read"),
    "GET /v1/content/{containerId}": ForKeys("content:read"),
    "GET /v1/content/{containerId}/assets/{assetId}": ForKeys("content:read"),
    "GET /v1/jobs/{jobId}": ForKeys("jobs:read"),
    "POST /v1/jobs/{jobId}/cancel": ForKeys("jobs:cancel"),
    "GET /v1/audit-log": ForKeys("audit:read"),
    # Webhooks and the feed of events
    "GET /v1/webhook-endpoints": ForKeys("webhooks:read"),
    "POST /v1/webhook-endpoints": ForKeys("webhooks:write", _ENDPOINT),
    "GET /v1/webhook-endpoints/{endpointId}": ForKeys("webhooks:read"),
    "PATCH /v1/webhook-endpoints/{endpointId}": ForKeys("webhooks:write", {"description": "Mine"}),
    "DELETE /v1/webhook-endpoints/{endpointId}": ForKeys("webhooks:write"),
    "POST /v1/webhook-endpoints/{endpointId}/rotate-secret": ForKeys("webhooks:write"),
    "POST /v1/webhook-endpoints/{endpointId}/test": ForKeys("webhooks:write", {}),
    "POST /v1/webhook-endpoints/{endpointId}/recover": ForKeys(
        "webhooks:write", {"since": format_milliseconds(ago(hours=1))}
    ),
    "GET /v1/webhook-endpoints/{endpointId}/deliveries": ForKeys("webhooks:read"),
    "GET /v1/webhook-deliveries/{deliveryId}": ForKeys("webhooks:read"),
    "POST /v1/webhook-deliveries/{deliveryId}/replay": ForKeys("webhooks:write"),
    "GET /v1/events": ForKeys("webhooks:read"),
    "POST /v1/events/samples": ForKeys("webhooks:write", {"type": "leased_account.renewed"}),
    "POST /v1/portal-sessions": ForKeys("org:admin", {}),
    # The operator's
    "GET /ops/v1/organizations": ForOperators("viewer"),
    "POST /ops/v1/organizations": ForOperators("operator", {"name": "Partner"}),
    "GET /ops/v1/organizations/{orgId}": ForOperators("viewer"),
    "PATCH /ops/v1/organizations/{orgId}": ForOperators("operator", {"status": "suspended"}),
    "GET /ops/v1/organizations/{orgId}/api-keys": ForOperators("viewer"),
    "POST /ops/v1/organizations/{orgId}/api-keys": ForOperators("operator", _KEY),
    "POST /ops/v1/organizations/{orgId}/api-keys/{keyId}/unkill": ForOperators("operator"),
    "GET /ops/v1/organizations/{orgId}/credits": ForOperators("viewer"),
    "GET /ops/v1/organizations/{orgId}/credits/reservations": ForOperators("viewer"),
    "GET /ops/v1/organizations/{orgId}/projects": ForOperators("viewer"),
    "GET /ops/v1/organizations/{orgId}/credits/events": ForOperators("viewer"),
    "GET /ops/v1/organizations/{orgId}/credits/events/{sequence}": ForOperators("viewer"),
    "POST /ops/v1/organizations/{orgId}/credits/grant": ForOperators("finance", _AMOUNT),
    "POST /ops/v1/organizations/{orgId}/credits/purchase": ForOperators("finance", _AMOUNT),
    "POST /ops/v1/organizations/{orgId}/credits/adjustment": ForOperators("finance", _AMOUNT),
    "POST /ops/v1/organizations/{orgId}/credits/refund": ForOperators(
        "finance", {"jobId": "job_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05", "credits": 5}
    ),
    "PUT /ops/v1/organizations/{orgId}/subscription": ForOperators(
        "finance", {"tier": "pro", "includedCredits": 5, "billingStatus": "active"}
    ),
    "GET /ops/v1/organizations/{orgId}/cash": ForOperators("viewer"),
    "GET /ops/v1/organizations/{orgId}/cash/events": ForOperators("viewer"),
    "GET /ops/v1/organizations/{orgId}/cash/events/{sequence}": ForOperators("viewer"),
    "POST /ops/v1/organizations/{orgId}/cash/topup": ForOperators("finance", _CENTS),
    "POST /ops/v1/organizations/{orgId}/cash/adjustment": ForOperators("finance", _CENTS),
    "POST /ops/v1/organizations/{orgId}/cash/refund": ForOperators(
        "finance",
        {
            "socialAccountId": "sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05",
            "leaseMonth": 0,
            "amountCents": 5,
        },
    ),
    "GET /ops/v1/pool/accounts": ForOperators("viewer"),
    "POST /ops/v1/pool/accounts": ForOperators("operator", _POOL_ACCOUNT),
    "GET /ops/v1/pool/accounts/{poolAccountId}": ForOperators("viewer"),
    "PATCH /ops/v1/pool/accounts/{poolAccountId}": ForOperators("operator", {"followers": 5}),
    "GET /ops/v1/pool/accounts/{poolAccountId}/leases": ForOperators("viewer"),
    "GET /ops/v1/pool/accounts/{poolAccountId}/history": ForOperators("viewer"),
    "POST /ops/v1/pool/accounts/import": ForOperators("operator"),
    "PUT /ops/v1/jobs/{jobId}/assets/{name}": ForOperators("worker"),
    "GET /ops/v1/lease-requests": ForOperators("viewer"),
    "GET /ops/v1/lease-requests/summary": ForOperators("viewer"),
    "GET /ops/v1/lease-requests/{leaseRequestId}": ForOperators("viewer"),
    "GET /ops/v1/lease-requests/{leaseRequestId}/candidates": ForOperators("viewer"),
    "POST /ops/v1/lease-requests/{leaseRequestId}/fulfil": ForOperators(
        "operator", {"poolAccountIds": ["pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"]}
    ),
    "POST /ops/v1/lease-requests/{leaseRequestId}/reject": ForOperators(
        "operator", {"note": "Not now"}
    ),
    "GET /ops/v1/leases": ForOperators("viewer"),
    "GET /ops/v1/leases/{socialAccountId}": ForOperators("viewer"),
    "GET /ops/v1/leases/{socialAccountId}/months": ForOperators("viewer"),
    "GET /ops/v1/leases/{socialAccountId}/history": ForOperators("viewer"),
    "PATCH /ops/v1/leases/{socialAccountId}": ForOperators("operator", {"monthlyPriceCents": 5}),
    "POST /ops/v1/leases/{socialAccountId}/recall": ForOperators("operator", {}),
    "GET /ops/v1/renewals": ForOperators("viewer"),
    "GET /ops/v1/renewals/days": ForOperators("viewer"),
    "GET /ops/v1/renewals/partners": ForOperators("viewer"),
    "GET /ops/v1/renewals/leases": ForOperators("viewer"),
    "GET /ops/v1/renewals/dry-run": ForOperators("finance"),
    "GET /ops/v1/renewals/cover": ForOperators("viewer"),
    "GET /ops/v1/renewals/past-due": ForOperators("viewer"),
    "GET /ops/v1/jobs": ForOperators("viewer"),
    "GET /ops/v1/jobs/summary": ForOperators("viewer"),
    "GET /ops/v1/jobs/{jobId}": ForOperators("viewer"),
    "GET /ops/v1/jobs/{jobId}/history": ForOperators("viewer"),
    "GET /ops/v1/jobs/{jobId}/content": ForOperators("viewer"),
    "POST /ops/v1/jobs/{jobId}/retry": ForOperators("operator"),
    "POST /ops/v1/jobs/{jobId}/cancel": ForOperators("operator"),
    "POST /ops/v1/jobs/claim": ForOperators(
        "worker", {"workerId": "w1", "formats": ["auto"], "leaseSeconds": 10, "max": 1}
    ),
    "POST /ops/v1/jobs/{jobId}/heartbeat": ForOperators("worker", _CLAIM),
    "POST /ops/v1/jobs/{jobId}/complete": ForOperators(
        "worker", {**_CLAIM, "creditsCharged": 1, "assets": []}
    ),
    "POST /ops/v1/jobs/heartbeat": ForOperators("worker", _BULK_CLAIM),
    "POST /ops/v1/jobs/complete": ForOperators(
        "worker",
        {
            "workerId": "w1",
            "items": [{**_BULK_CLAIM["items"][0], "creditsCharged": 1, "assets": []}],
        },
    ),
    "POST /ops/v1/jobs/{jobId}/fail": ForOperators(
        "worker", {**_CLAIM, "code": "NO", "message": "No", "retryable": False}
    ),
    "GET /ops/v1/reconciliation": ForOperators("viewer"),
    "GET /ops/v1/reconciliations": ForOperators("viewer"),
    "POST /ops/v1/reconciliations": ForOperators("finance"),
    "GET /ops/v1/reconciliations/{reconciliationId}": ForOperators("viewer"),
    "GET /ops/v1/daily-totals": ForOperators("viewer"),
    "GET /ops/v1/operators": ForOperators("admin"),
    "GET /ops/v1/operators/{operatorId}": ForOperators("admin"),
    "GET /ops/v1/sessions": ForOperators("viewer"),
    "POST /ops/v1/sessions/end": ForOperators("viewer", {}),
    "POST /ops/v1/sessions/{sessionId}/end": ForOperators("viewer"),
    "POST /ops/v1/sign-in-links": ForOperators("viewer", {}),
    "POST /ops/v1/operators": ForOperators("admin", {"name": "Robin", "role": "viewer"}),
    "POST /ops/v1/operators/{operatorId}/rotate": ForOperators("admin"),
    "POST /ops/v1/operators/{operatorId}/revoke": ForOperators("admin"),
    "GET /ops/v1/webhook-endpoints": ForOperators("viewer"),
    "GET /ops/v1/webhook-endpoints/{endpointId}": ForOperators("viewer"),
    "POST /ops/v1/webhook-endpoints/{endpointId}/unpause": ForOperators("operator"),
    "POST /ops/v1/webhook-endpoints/{endpointId}/recover": ForOperators(
        "operator", {"since": format_milliseconds(ago(hours=1))}
    ),
    "GET /ops/v1/webhook-endpoints/{endpointId}/deliveries": ForOperators("viewer"),
    "GET /ops/v1/webhook-endpoints/{endpointId}/deliveries/{deliveryId}": ForOperators("viewer"),
    "POST /ops/v1/webhook-endpoints/{endpointId}/deliveries/{deliveryId}/replay": ForOperators(
        "operator"
    ),
    "GET /ops/v1/search": ForOperators("viewer"),
    "GET /ops/v1/audit-events": ForOperators("viewer"),
    "GET /ops/v1/clock": ForOperators("admin"),
    "POST /ops/v1/clock": ForOperators("admin", {"advanceTo": "2000-01-01T00:00:00Z"}),
}

KEY_ROUTES = {name: use for name, use in ROUTES.items() if isinstance(use, ForKeys)}
OPERATOR_ROUTES = {name: use for name, use in ROUTES.items() if isinstance(use, ForOperators)}


def served_routes(edge: Edge) -> set[str]:
    """Every route that an application answers, as this table names them."""
    return {f"{route.method} {route.template}" for route in edge.routes}


# What the OpenAPI document does not describe: itself, the reference, and pages for people.
_UNDESCRIBED = re.compile(r"GET /(docs|llms|openapi)|\w+ /(console|portal)(/|$)")
DESCRIBED = [name for name in ROUTES if not _UNDESCRIBED.match(name)]
