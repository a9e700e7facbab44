"""Wire types of the audit log, as the operator sees it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from partner_api.audit import operator_store
from partner_api.audit.schemas import EventTypeFilter, public_details
from partner_api.clock import format_milliseconds
from partner_api.edge.wire.fields import (
    ApiKeyIdText,
    BareIdText,
    Instant,
    MillisecondsText,
    OrganizationId,
    OrganizationIdText,
    ProjectIdText,
)
from partner_api.edge.wire.pagination import Cursor
from partner_api.ids import format_id

RequestIdFilter = Annotated[
    str,
    Meta(
        # In Python, $ alone would let a newline at the end pass.
        pattern=r"^req_[0-7][0-9A-HJKMNP-TV-Z]{25}$(?!\n)",
        description="Only what this request did; as in `X-Request-Id` of its answer.",
        examples=["req_01K0EJRPVYF8887FCQV2JTV704"],
    ),
]


class OpsAuditQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the audit log of all tenants."""

    organization_id: Annotated[
        OrganizationId | None, Meta(description="Only what this organization did.")
    ] = None
    event_type: Annotated[EventTypeFilter | None, Meta(description="Only of this type.")] = None
    operator: Annotated[
        Annotated[str, Meta(min_length=1, max_length=120)] | None,
        Meta(description="Only by the operator with this name."),
    ] = None
    actor: Annotated[operator_store.Actor | None, Meta(description="Only by such.")] = None
    request_id: RequestIdFilter | None = None
    since: Annotated[Instant | None, Meta(description="From this instant on.")] = None
    until: Annotated[Instant | None, Meta(description="Up to this instant, inclusive.")] = None
    limit: Annotated[int, Meta(ge=1, le=200, description="Events on a page.")] = 50
    cursor: Cursor | None = None


class OpsAuditEvent(Struct, frozen=True, rename="camel", kw_only=True):
    """One thing that was done or refused, by whomever."""

    event_id: BareIdText
    event_type: Annotated[str, Meta(examples=["organization.suspended"])]
    occurred_at: MillisecondsText
    request_id: Annotated[str | None, Meta(description="As in `X-Request-Id` of its answer.")]
    organization_id: Annotated[
        OrganizationIdText | None,
        Meta(description="Who acted, or was acted on; null for what concerns the installation."),
    ]
    organization_name: str | None
    env: Annotated[
        Literal["live", "test"] | None,
        Meta(description="The environment; null for what concerns the installation."),
    ]
    project_id: ProjectIdText | None
    api_key_id: ApiKeyIdText | None
    actor: operator_store.Actor
    data: Annotated[
        dict[str, Any],
        Meta(description="What was acted on; in `operator` the name of the operator who did it."),
    ]


def ops_audit_event_of(event: operator_store.OperatedEvent) -> OpsAuditEvent:
    """Return an event of any tenant in its wire form."""
    organization_id, project_id, api_key_id = (
        event.organization_id,
        event.project_id,
        event.api_key_id,
    )
    return OpsAuditEvent(
        event_id=str(event.event_id),
        event_type=event.event_type,
        occurred_at=format_milliseconds(event.occurred_at),
        request_id=event.request_id,
        organization_id=None if organization_id is None else format_id("org", organization_id),
        organization_name=event.organization_name,
        env=event.env,
        project_id=None if project_id is None else format_id("prj", project_id),
        api_key_id=None if api_key_id is None else format_id("key", api_key_id),
        actor=event.actor,
        data=public_details(event.details),
    )
