"""The audit log of all tenants."""

from __future__ import annotations

from partner_api.audit import operator_store
from partner_api.audit.store import AuditPosition
from partner_api.edge.declare import Routes
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.pagination import Page, page_of_look, read_cursor
from partner_api.ops.audit.access import list_tenants_of, time_of_request
from partner_api.ops.audit.schemas import OpsAuditEvent, OpsAuditQuery, ops_audit_event_of

routes = Routes("Operator: audit log")


@routes.read("/ops/v1/audit-events", sdk="audit_events.list", access=requires_role("viewer"))
async def list_audit_events(request: ApiRequest, query: OpsAuditQuery) -> Page[OpsAuditEvent]:
    """List the audit log of everybody.

    What all organizations and operators did, and what was refused to them, in both environments,
    newest first. It is kept for 90 days. With `actor` or `requestId` a page may have few items, or
    none, and others follow: go on while there is a `nextCursor`.
    """
    since, until = time_of_request(request, query)
    async with request.connection() as connection:
        found = await operator_store.list_events(
            connection,
            operator_store.OperatedFilter(
                query.organization_id,
                query.event_type,
                query.operator,
                query.actor,
                query.request_id,
                since,
                until,
            ),
            tenant_ids=await list_tenants_of(connection, query.organization_id),
            before=read_cursor(request, AuditPosition),
            limit=query.limit,
        )
    items = [ops_audit_event_of(event) for event in found.events]
    return page_of_look(request, query, items, found.position)
