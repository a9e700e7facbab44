"""Wire types of the audit log."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from partner_api.audit import store
from partner_api.clock import format_milliseconds
from partner_api.edge.wire.fields import (
    ApiKeyId,
    ApiKeyIdText,
    BareIdText,
    Instant,
    MillisecondsText,
    OrganizationIdText,
    ProjectId,
    ProjectIdText,
)
from partner_api.edge.wire.pagination import Cursor
from partner_api.ids import MalformedId, format_id, parse_id

EventTypeFilter = Annotated[str, Meta(min_length=1, max_length=64, examples=["api_key.killed"])]


class AuditQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the audit log."""

    event_type: Annotated[
        list[EventTypeFilter] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    project_id: Annotated[
        list[ProjectId] | None, Meta(description="Only of these; repeat it for several.")
    ] = None
    api_key_id: Annotated[
        list[ApiKeyId] | None, Meta(description="Only by these; repeat it for several.")
    ] = None
    since: Annotated[Instant | None, Meta(description="From this instant on.")] = None
    until: Annotated[Instant | None, Meta(description="Up to this instant, inclusive.")] = None
    limit: Annotated[int, Meta(ge=1, le=200, description="Events on a page.")] = 50
    cursor: Cursor | None = None


class AuditEvent(Struct, frozen=True, rename="camel", kw_only=True):
    """One thing that was done or refused."""

    event_id: BareIdText
    event_type: Annotated[str, Meta(examples=["organization.suspended"])]
    occurred_at: MillisecondsText
    request_id: Annotated[str | None, Meta(description="As in `X-Request-Id` of its answer.")]
    organization_id: Annotated[OrganizationIdText, Meta(description="Who acted.")]
    project_id: ProjectIdText | None
    api_key_id: ApiKeyIdText | None
    actor: Literal["partner_api", "operator", "system"]
    data: Annotated[dict[str, Any], Meta(description="What was acted on.")]


def audit_event_of(event: store.AuditEvent) -> AuditEvent:
    """Return an event in its wire form."""
    project_id, api_key_id = event.project_id, event.api_key_id
    return AuditEvent(
        event_id=str(event.event_id),
        event_type=event.event_type,
        occurred_at=format_milliseconds(event.occurred_at),
        request_id=event.request_id,
        organization_id=format_id("org", event.organization_id),
        project_id=None if project_id is None else format_id("prj", project_id),
        api_key_id=None if api_key_id is None else format_id("key", api_key_id),
        actor=event.actor,
        data=public_details(event.details),
    )


def public_details(details: dict[str, Any]) -> dict[str, Any]:
    """Write a job's id as clients know it: the functions leave it as a bare UUID."""
    job_id = details.get("jobId")
    if not isinstance(job_id, str):
        return details
    try:
        return {**details, "jobId": format_id("job", parse_id("job", job_id))}
    except MalformedId:
        return details
