"""Reading the audit log."""

from __future__ import annotations

from partner_api.audit import store
from partner_api.audit.schemas import AuditEvent, AuditQuery, audit_event_of
from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.pagination import Page, page, read_cursor

routes = Routes("Audit log")


@routes.read("/v1/audit-log", sdk="audit_log.list", access=requires("audit:read"))
async def list_audit_log(request: ApiRequest, query: AuditQuery) -> Page[AuditEvent]:
    """List the audit log.

    What your organization did, and what was refused to it, newest first. It is kept for 90 days.
    """
    async with request.connection() as connection:
        events = await store.list_audit_events(
            connection,
            request.caller.tenant_id,
            request.caller.organization_id,
            store.AuditFilter(
                query.event_type, query.project_id, query.api_key_id, query.since, query.until
            ),
            before=read_cursor(request, store.AuditPosition),
            limit=query.limit + 1,
        )
    return page(
        request,
        query,
        events,
        item=audit_event_of,
        position=lambda event: store.AuditPosition(event.occurred_at, event.event_id),
    )
