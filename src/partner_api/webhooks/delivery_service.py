"""Listing, replaying and recovering deliveries: what their partner and the operator do alike."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from partner_api.clock import format_milliseconds
from partner_api.edge.identity.audit import audit_argument, audit_details, write_audit
from partner_api.edge.wire.pagination import page_of_look, read_cursor
from partner_api.errors import ApiError, Issue, invalid
from partner_api.ids import new_ulid, new_uuid7
from partner_api.webhooks import delivery_store as store
from partner_api.webhooks import recovery_store
from partner_api.webhooks.delivery_schemas import Recovered, Replayed, delivery_of

if TYPE_CHECKING:
    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest
    from partner_api.edge.wire.pagination import Page
    from partner_api.webhooks.delivery_schemas import DeliveriesQuery, Recovery, WebhookDelivery
    from partner_api.webhooks.endpoint_store import Endpoint

_KEPT = timedelta(days=30)
# One request holds the queue of the endpoint for as long as these take.
_MOST_RECOVERED = 10_000
_UNDER_WAY = "This delivery has not ended yet, so there is nothing to replay. Wait until it was sent or has failed."
_OUT_OF_SCOPE = (
    "This delivery is of an event of a child organization, and its endpoint gets only those of its own. "
    "Set its scope to all_children first."
)
_EXPIRED = "The event of this delivery is more than 30 days old and no longer kept. It cannot be sent again."


async def list_deliveries(
    request: ApiRequest,
    connection: Connection,
    query: DeliveriesQuery,
    endpoint: Endpoint,
    *,
    tenant_id: int,
    organization_id: UUID | None,
) -> Page[WebhookDelivery]:
    """Return a page of the deliveries of an endpoint, newest first.

    Args:
        request: of the partner or an operator.
        connection: any.
        query: the filters, and how many.
        endpoint: whose deliveries.
        tenant_id: of the endpoint.
        organization_id: only deliveries of its events; None: of all.
    """
    found = await store.list_deliveries(
        connection,
        tenant_id,
        endpoint.id,
        organization_id=organization_id,
        event_types=query.event_type,
        statuses=query.status,
        before=read_cursor(request, UUID),
        limit=query.limit,
    )
    items = [delivery_of(delivery) for delivery in found.deliveries]
    return page_of_look(request, query, items, found.position)


def check_recovery(request: ApiRequest, body: Recovery) -> None:
    """Check the time of a recovery.

    Raises:
        ApiError: VALIDATION.
    """
    issues = []
    if body.since < request.now - _KEPT:
        issues.append(Issue("since", "Expected a time at most 30 days ago"))
    if body.until is not None and body.until < body.since:
        issues.append(Issue("until", "Expected a time that is not before since"))
    if issues:
        raise invalid(issues)


async def recover(
    request: ApiRequest,
    connection: Connection,
    tenant_id: int,
    endpoint: Endpoint,
    body: Recovery,
) -> Recovered:
    """Send again what an endpoint has missed of some time, and write the audit row of that.

    Args:
        request: of the partner or an operator.
        connection: in a transaction that has locked the queue of the endpoint.
        tenant_id: of the endpoint.
        endpoint: it is active.
        body: the time.
    """
    until = body.until or request.now
    done = await recovery_store.recover(
        connection,
        tenant_id,
        request.now,
        endpoint.id,
        organization_id=None if endpoint.scope == "all_children" else endpoint.organization_id,
        since=body.since,
        until=until,
        limit=_MOST_RECOVERED,
    )
    await write_audit(
        connection,
        request.now,
        tenant_id,
        endpoint.organization_id,
        "webhook_endpoint.recovered",
        audit_argument(request),
        project_id=endpoint.project_id,
        details={
            "endpointId": str(endpoint.id),
            "since": format_milliseconds(body.since),
            "until": format_milliseconds(until),
            "deliveries": done.deliveries,
        },
    )
    return Recovered(deliveries=done.deliveries, has_more=done.has_more)


async def replay(
    request: ApiRequest,
    connection: Connection,
    tenant_id: int,
    endpoint: Endpoint,
    original: store.DeliveryDetail,
) -> Replayed:
    """Send the data of a delivery again in a new one, as an event of its own, and write the audit row of that.

    Args:
        request: of the partner or an operator.
        connection: in a transaction that has locked the queue of the endpoint.
        tenant_id: of the endpoint.
        endpoint: it is active.
        original: stays as it is.

    Raises:
        ApiError: CONFLICT: it has not ended yet, its event is no longer kept, or is one that the endpoint
            does not get any more.
    """
    if original.status in ("pending", "delivering"):
        raise ApiError("CONFLICT", _UNDER_WAY, {"status": original.status})
    if original.data is None:
        raise ApiError("CONFLICT", _EXPIRED, {"reason": "event_expired"})
    if endpoint.scope == "own" and original.organization_id != endpoint.organization_id:
        raise ApiError("CONFLICT", _OUT_OF_SCOPE, {"reason": "out_of_scope"})
    now = request.now
    again = store.NewDelivery(
        new_uuid7(now),
        endpoint.id,
        new_ulid(now),
        original.event_type,
        original.organization_id,
        original.event_created_at,
        original.data,
        original.id,
    )
    await store.insert_delivery(connection, tenant_id, now, again)
    replayed = Replayed(
        original_delivery_id=str(original.id),
        replay_delivery_id=str(again.id),
        scheduled_at=format_milliseconds(now),
    )
    await write_audit(
        connection,
        now,
        tenant_id,
        endpoint.organization_id,
        "webhook_delivery.replayed",
        audit_argument(request),
        project_id=endpoint.project_id,
        details={
            "endpointId": str(endpoint.id),
            "deliveryId": replayed.original_delivery_id,
            "replayDeliveryId": replayed.replay_delivery_id,
            **audit_details(request),
        },
    )
    return replayed
