"""Wire types of webhook endpoints."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from partner_api.clock import format_milliseconds, format_milliseconds_or_none
from partner_api.edge.wire.fields import (
    BareIdText,
    MillisecondsText,
    OrganizationIdText,
    ProjectId,
    ProjectIdText,
)
from partner_api.edge.wire.metadata import Metadata, MetadataPatch
from partner_api.edge.wire.pagination import Cursor
from partner_api.edge.wire.visible import VISIBLE
from partner_api.events.feed_schemas import EventName
from partner_api.ids import format_id
from partner_api.webhooks import endpoint_store as store
from partner_api.webhooks.endpoint_store import EndpointScope, EndpointStatus

MOST_ENDPOINTS: Final = 20
"""Of one organization."""
SECRET_WARNING: Final = "Store this signing secret now: it is shown once and cannot be read again."  # noqa: S105
EVERYTHING: Final = "*"

EndpointUrl: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2048,
        description="Where events are sent: `https`, port 443 or 8443, an address that is routable from anywhere. In "
        "development mode also `http` to this machine.",
        examples=["https://hooks.example.com/layers"],
        extra=VISIBLE,
    ),
]
Subscription: TypeAlias = Annotated[
    list[Literal[EventName, "*"]],
    Meta(
        min_length=1,
        max_length=50,
        description='Types of events that are sent, or `["*"]` alone for all, also those of later releases.',
        examples=[["job.completed", "job.failed"]],
    ),
]
Description: TypeAlias = Annotated[
    str, Meta(max_length=500, description="Your own words on what it is for.", extra=VISIBLE)
]
_SCOPE = Meta(
    description="`all_children`: events of each of your children too; only a key with `org:admin` may choose that, and "
    "change such an endpoint or read its deliveries."
)


class NewEndpoint(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """An endpoint to create."""

    url: EndpointUrl
    events: Subscription
    description: Description | None = None
    project_id: Annotated[
        ProjectId | None, Meta(description="Only events whose `data.projectId` is this.")
    ] = None
    metadata: Metadata = {}
    scope: Annotated[EndpointScope, _SCOPE] = "own"


class EndpointPatch(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What to change: what is left out stays."""

    url: EndpointUrl | UnsetType = UNSET
    events: Subscription | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET
    metadata: MetadataPatch = UNSET
    status: Annotated[
        Literal["active", "paused"] | UnsetType,
        Meta(
            description="`paused`: its events are recorded as abandoned, and can be recovered. `active` sends again, "
            "and counts failures from none."
        ),
    ] = UNSET
    scope: Annotated[EndpointScope | UnsetType, _SCOPE] = UNSET


class EndpointsQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the list of endpoints."""

    project_id: Annotated[
        list[ProjectId] | None, Meta(description="Only of these; repeat it for several.")
    ] = None
    status: Annotated[
        list[EndpointStatus] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    limit: Annotated[int, Meta(ge=1, le=100, description="Endpoints on a page.")] = 25
    cursor: Cursor | None = None


class WebhookEndpoint(Struct, frozen=True, rename="camel", kw_only=True):
    """Where events are sent."""

    id: BareIdText
    organization_id: OrganizationIdText
    project_id: Annotated[
        ProjectIdText | None, Meta(description="Null: events of all projects, and of none.")
    ]
    url: EndpointUrl
    description: str | None
    status: Annotated[
        EndpointStatus,
        Meta(
            description="`auto_paused`: the server gave it up, after failures or because it answered 410."
        ),
    ]
    events: Annotated[
        list[str], Meta(description='Types of events that are sent; `["*"]` for all.')
    ]
    scope: Annotated[EndpointScope, _SCOPE]
    api_version: Annotated[
        Literal["v1"], Meta(description="The version of the API that events are written in.")
    ] = "v1"
    metadata: Metadata
    created_at: MillisecondsText
    updated_at: MillisecondsText
    last_success_at: Annotated[
        MillisecondsText | None, Meta(description="Of an attempt to send; null before the first.")
    ]
    last_failure_at: Annotated[
        MillisecondsText | None, Meta(description="Of an attempt to send; null before the first.")
    ]
    consecutive_failure_count: Annotated[
        int, Meta(ge=0, description="Attempts that failed since the last success.")
    ]


_SigningSecret = Annotated[
    str,
    Meta(
        description="What requests are signed with; shown this once.",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="],
    ),
]


class EndpointWithSecret(Struct, frozen=True, rename="camel", kw_only=True):
    """A new endpoint. This is the only time that its signing secret is shown."""

    endpoint: WebhookEndpoint
    signing_secret: _SigningSecret
    warning: str


class RotatedSecret(Struct, frozen=True, rename="camel", kw_only=True):
    """A new signing secret, which is shown this once."""

    endpoint_id: BareIdText
    signing_secret: _SigningSecret
    previous_secret_expires_at: Annotated[
        MillisecondsText, Meta(description="Until then the previous secret signs too.")
    ]
    warning: str


class DeletedEndpoint(Struct, frozen=True, rename="camel", kw_only=True):
    """An endpoint that was deleted."""

    id: BareIdText
    deleted: bool


def endpoint_of(endpoint: store.Endpoint) -> WebhookEndpoint:
    """Return an endpoint in its wire form."""
    project_id = endpoint.project_id
    return WebhookEndpoint(
        id=str(endpoint.id),
        organization_id=format_id("org", endpoint.organization_id),
        project_id=None if project_id is None else format_id("prj", project_id),
        url=endpoint.url,
        description=endpoint.description,
        status=endpoint.status,
        events=endpoint.events,
        scope=endpoint.scope,
        metadata=endpoint.metadata,
        created_at=format_milliseconds(endpoint.created_at),
        updated_at=format_milliseconds(endpoint.updated_at),
        last_success_at=format_milliseconds_or_none(endpoint.last_success_at),
        last_failure_at=format_milliseconds_or_none(endpoint.last_failure_at),
        consecutive_failure_count=endpoint.consecutive_failure_count,
    )
