"""Who did it: the caller as SQL functions take it, and the row that every write leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partner_api.audit import store
from partner_api.database.arguments import Actor

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.identity.authentication import OperatorCaller
    from partner_api.edge.request.api_request import ApiRequest


def audit_argument(request: ApiRequest) -> Actor:
    """Return who asks, as ledgers and the audit log record it."""
    if request.is_operators:
        return operator_actor(request, request.operator)
    return Actor("partner_api", api_key_id=request.caller.api_key_id, request_id=request.request_id)


def operator_actor(request: ApiRequest, operator: OperatorCaller) -> Actor:
    """Return an operator as whoever asks, also where the request is a page's."""
    return Actor(
        "operator",
        operator_id=operator.operator_id,
        operator_name=operator.name,
        request_id=request.request_id,
    )


def audit_details(request: ApiRequest) -> dict[str, str]:
    """Return what the audit row of a write says beyond its key of who asks: the session of the portal, if it is one."""
    if request.is_operators or request.caller.portal_session_id is None:
        return {}
    return {"portalSessionId": str(request.caller.portal_session_id)}


async def write_audit(
    connection: Connection,
    now: datetime,
    tenant_id: int,
    organization_id: UUID | None,
    event_type: str,
    caller: Actor,
    project_id: UUID | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write the audit row of a write, in the write's own transaction.

    Args:
        connection: the one with the transaction.
        now: the time of the write.
        tenant_id: 0 for what the operator does outside any tenant.
        organization_id: who acts; with X-Layers-Organization, the child.
        event_type: ``<thing>.<past participle>``.
        caller: from ``audit_argument``, or ``SYSTEM``.
        project_id: the project it is about, if it is about one.
        details: what was acted on. Never a secret.
    """
    await store.add_event(
        connection, tenant_id, now, organization_id, event_type, caller, project_id, details or {}
    )
