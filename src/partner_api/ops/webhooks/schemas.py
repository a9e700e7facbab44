"""Wire types of the operator's view of webhooks."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import asdict

from partner_api.clock import format_milliseconds, format_milliseconds_or_none
from partner_api.edge.wire.fields import MillisecondsText, OrganizationId
from partner_api.edge.wire.pagination import Cursor
from partner_api.organizations.store import OrganizationStatus
from partner_api.webhooks.endpoint_schemas import WebhookEndpoint, endpoint_of
from partner_api.webhooks.endpoint_store import EndpointStatus
from partner_api.webhooks.operator_store import COUNTED, OperatedEndpoint, PausedReason


class OpsEndpointsQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the list of all endpoints."""

    organization_id: Annotated[
        OrganizationId | None, Meta(description="Only of this one; a child's are its own.")
    ] = None
    status: Annotated[
        list[EndpointStatus] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    failing: Annotated[bool, Meta(description="`true`: only those whose last attempt failed.")] = (
        False
    )
    sort: Annotated[
        Literal["createdAt", "failingSince"],
        Meta(
            description="`createdAt`: newest first. `failingSince`: only those that fail, the longest failing first."
        ),
    ] = "createdAt"
    limit: Annotated[int, Meta(ge=1, le=200, description="Endpoints on a page.")] = 50
    cursor: Cursor | None = None


class EndpointError(Struct, frozen=True, rename="camel", kw_only=True):
    """How an attempt failed."""

    at: MillisecondsText
    status: Annotated[int | None, Meta(description="Of the answer; null if there was none.")]
    message: Annotated[str | None, Meta(description="What went wrong; never a secret.")]


class OpsWebhookEndpoint(WebhookEndpoint, frozen=True, rename="camel", kw_only=True):
    """A webhook endpoint, whose it is, and what waits to be sent to it."""

    env: Literal["live", "test"]
    organization_name: str
    organization_status: Annotated[
        OrganizationStatus,
        Meta(
            description="Its own, or its partner's if that is not active. Nothing is sent while it is not."
        ),
    ]
    paused_reason: Annotated[
        PausedReason | None,
        Meta(
            description="Why the server paused it: `failures`, 20 in a row, or `gone`, it answered 410."
        ),
    ]
    failing_since: Annotated[
        MillisecondsText | None, Meta(description="When the first of those failures was.")
    ]
    waiting_deliveries: Annotated[
        int,
        Meta(ge=0, le=COUNTED, description=f"Of more than {COUNTED:,}, so many are counted."),
    ]
    oldest_waiting_at: Annotated[
        MillisecondsText | None, Meta(description="When the oldest of those was created.")
    ]
    last_error: Annotated[
        EndpointError | None, Meta(description="Of the last attempt, while the endpoint fails.")
    ]


def ops_endpoint_of(endpoint: OperatedEndpoint) -> OpsWebhookEndpoint:
    """Return the operator's form of an endpoint."""
    return OpsWebhookEndpoint(
        **asdict(endpoint_of(endpoint)),
        env=endpoint.env,
        organization_name=endpoint.organization_name,
        organization_status=endpoint.organization_status,
        paused_reason=endpoint.paused_reason,
        failing_since=format_milliseconds_or_none(endpoint.failing_since),
        waiting_deliveries=endpoint.waiting_deliveries,
        oldest_waiting_at=format_milliseconds_or_none(endpoint.oldest_waiting_at),
        last_error=None
        if endpoint.last_error_at is None
        else EndpointError(
            at=format_milliseconds(endpoint.last_error_at),
            status=endpoint.last_error_status,
            message=endpoint.last_error,
        ),
    )
