"""Webhook endpoints: creating, listing, changing and deleting them, and new secrets for them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec import UnsetType

from partner_api.clock import format_milliseconds
from partner_api.edge.declaration import Shown
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.records import RecordedTransaction
from partner_api.edge.identity.scopes import requires
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import BareId
from partner_api.edge.wire.metadata import merged_metadata
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.edge.wire.reply import Reply
from partner_api.errors import ApiError, Issue, invalid
from partner_api.ids import new_uuid7
from partner_api.organizations.store import lock_organization
from partner_api.projects.access import require_project
from partner_api.webhooks import endpoint_store as store
from partner_api.webhooks.access import lock_endpoint, require_endpoint, require_reach
from partner_api.webhooks.endpoint_schemas import (
    MOST_ENDPOINTS,
    SECRET_WARNING,
    DeletedEndpoint,
    EndpointPatch,
    EndpointsQuery,
    EndpointWithSecret,
    NewEndpoint,
    RotatedSecret,
    WebhookEndpoint,
    endpoint_of,
)
from partner_api.webhooks.service import (
    audit_endpoint,
    check_subscription,
    new_secret,
    require_sendable_url,
)

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

routes = Routes("Webhooks")
_OVERLAP = timedelta(hours=24)
_TOO_MANY = f"An organization has at most {MOST_ENDPOINTS} webhook endpoints. Delete one that is not needed."
_FOR_CHILDREN = "The endpoint is `all_children`, and the key lacks the scope `org:admin`."


@routes.write(
    "POST",
    "/v1/webhook-endpoints",
    sdk="webhook_endpoints.create",
    access=requires("webhooks:write"),
    runs=Runs.DEFERRED,
    status=201,
    errors=["NOT_FOUND", "CONFLICT"],
    secret_answer=True,
    shown=Shown(
        request={"url": "https://hooks.example.com/layers", "events": ["job.completed"]},
        see=["webhook_endpoints.test", "webhook_endpoints.rotate_secret", "events.list"],
        when={
            "FORBIDDEN_SCOPE": "The key lacks the scope `webhooks:write`, or `org:admin` for `all_children`.",
            "NOT_FOUND": "`projectId` does not exist, or this key cannot see it; the two look the same.",
            "CONFLICT": f"There are {MOST_ENDPOINTS} endpoints already, as `details.limit` says.",
        },
    ),
)
async def create_endpoint(
    request: ApiRequest, body: NewEndpoint, transaction: RecordedTransaction
) -> Reply[EndpointWithSecret]:
    """Create a webhook endpoint.

    The events that it asks for are sent to it from now on, each signed with the secret that this
    answer shows, once. The host of `url` is looked up: an address that is not routable from
    anywhere is 422, a name that does not resolve yet is accepted.
    """
    _check_scope(request, body.scope)
    events = check_subscription(body.events)
    await require_sendable_url(request, body.url)
    caller = request.caller

    async def create(connection: Connection) -> EndpointWithSecret:
        if body.project_id is not None:
            await require_project(request, connection, body.project_id)
        await lock_organization(connection, caller.tenant_id, caller.organization_id)
        count = await store.count_endpoints(connection, caller.tenant_id, caller.organization_id)
        if count >= MOST_ENDPOINTS:
            raise ApiError("CONFLICT", _TOO_MANY, {"limit": MOST_ENDPOINTS})
        endpoint_id = new_uuid7(request.now)
        secret, sealed = new_secret(request, endpoint_id)
        await store.insert_endpoint(
            connection,
            caller.tenant_id,
            request.now,
            endpoint_id=endpoint_id,
            organization_id=caller.organization_id,
            project_id=body.project_id,
            url=body.url,
            description=body.description,
            events=events,
            scope=body.scope,
            metadata=body.metadata,
            secret=sealed,
        )
        endpoint = await require_endpoint(request, connection, endpoint_id)
        await audit_endpoint(request, connection, "webhook_endpoint.created", endpoint)
        return EndpointWithSecret(
            endpoint=endpoint_of(endpoint), signing_secret=secret, warning=SECRET_WARNING
        )

    return await transaction.run(create)


@routes.read(
    "/v1/webhook-endpoints", sdk="webhook_endpoints.list", access=requires("webhooks:read")
)
async def list_endpoints(request: ApiRequest, query: EndpointsQuery) -> Page[WebhookEndpoint]:
    """List webhook endpoints.

    Newest first, without their secrets.
    """
    async with request.connection() as connection:
        endpoints = await store.list_endpoints(
            connection,
            request.caller.tenant_id,
            request.caller.organization_id,
            project_ids=query.project_id,
            statuses=query.status,
            before=read_cursor(request, UUID),
            limit=query.limit + 1,
        )
    return page(request, query, endpoints, item=endpoint_of, position=lambda endpoint: endpoint.id)


@routes.read(
    "/v1/webhook-endpoints/{endpointId}",
    sdk="webhook_endpoints.retrieve",
    access=requires("webhooks:read"),
    errors=["NOT_FOUND"],
)
async def read_endpoint(request: ApiRequest, endpoint_id: BareId) -> WebhookEndpoint:
    """Read a webhook endpoint."""
    async with request.connection() as connection:
        return endpoint_of(await require_endpoint(request, connection, endpoint_id))


@routes.write(
    "PATCH",
    "/v1/webhook-endpoints/{endpointId}",
    sdk="webhook_endpoints.update",
    access=requires("webhooks:write"),
    runs=Runs.DEFERRED,
    errors=["NOT_FOUND"],
    shown=Shown(
        request={"status": "paused"},
        when={
            "FORBIDDEN_SCOPE": "The key lacks the scope `webhooks:write`, or `org:admin` for `all_children`."
        },
    ),
)
async def change_endpoint(
    request: ApiRequest, endpoint_id: BareId, body: EndpointPatch, transaction: RecordedTransaction
) -> Reply[WebhookEndpoint]:
    """Change a webhook endpoint.

    What is left out stays. `events` replaces the list; metadata merges key by key. `status:
    "active"` sends again what comes from now on, and counts failures from none; what was abandoned
    meanwhile comes with a recovery. A new `url` is checked as at creation.
    """
    changes = _changes(request, body)
    if not isinstance(body.url, UnsetType):
        await require_sendable_url(request, body.url)
    tenant_id = request.caller.tenant_id

    async def change(connection: Connection) -> WebhookEndpoint:
        endpoint = await lock_endpoint(request, connection, endpoint_id)
        if not isinstance(body.metadata, UnsetType):
            changes["metadata"] = merged_metadata(endpoint.metadata, body.metadata)
        await store.update_endpoint(connection, tenant_id, request.now, endpoint_id, changes)
        if body.status == "active":
            await store.forget_failures(connection, tenant_id, endpoint_id)
        endpoint = await require_endpoint(request, connection, endpoint_id)
        await audit_endpoint(
            request,
            connection,
            "webhook_endpoint.updated",
            endpoint,
            fields=sorted(changes.keys() - {"paused_reason"}),
        )
        return endpoint_of(endpoint)

    return await transaction.run(change)


@routes.write(
    "DELETE",
    "/v1/webhook-endpoints/{endpointId}",
    sdk="webhook_endpoints.delete",
    access=requires("webhooks:write"),
    runs=Runs.TRANSACTION,
    errors=["NOT_FOUND"],
    shown=Shown(when={"FORBIDDEN_SCOPE": _FOR_CHILDREN}),
)
async def delete_endpoint(
    request: ApiRequest, endpoint_id: BareId, connection: Connection
) -> DeletedEndpoint:
    """Delete a webhook endpoint.

    Nothing more is sent to it, not even what waits for its next try, and its deliveries go with it.
    """
    endpoint = await lock_endpoint(request, connection, endpoint_id)
    await store.delete_endpoint(connection, request.caller.tenant_id, request.now, endpoint_id)
    await audit_endpoint(request, connection, "webhook_endpoint.deleted", endpoint)
    return DeletedEndpoint(id=str(endpoint_id), deleted=True)


@routes.write(
    "POST",
    "/v1/webhook-endpoints/{endpointId}/rotate-secret",
    sdk="webhook_endpoints.rotate_secret",
    access=requires("webhooks:write"),
    runs=Runs.TRANSACTION,
    errors=["NOT_FOUND"],
    secret_answer=True,
    shown=Shown(when={"FORBIDDEN_SCOPE": _FOR_CHILDREN}),
)
async def rotate_secret(
    request: ApiRequest, endpoint_id: BareId, connection: Connection
) -> RotatedSecret:
    """Rotate the signing secret of a webhook endpoint.

    For 24 hours requests are signed with both the new secret and the previous one, so that a
    receiver can change over meanwhile. Rotated again within that time, the newest two sign: the one
    before them ends at once.
    """
    endpoint = await lock_endpoint(request, connection, endpoint_id)
    secret, sealed = new_secret(request, endpoint_id)
    expires_at = request.now + _OVERLAP
    await store.rotate_secret(
        connection, request.caller.tenant_id, request.now, endpoint_id, sealed, expires_at
    )
    await audit_endpoint(request, connection, "webhook_endpoint.secret_rotated", endpoint)
    return RotatedSecret(
        endpoint_id=str(endpoint_id),
        signing_secret=secret,
        previous_secret_expires_at=format_milliseconds(expires_at),
        warning=SECRET_WARNING,
    )


def _changes(request: ApiRequest, body: EndpointPatch) -> dict[str, Any]:
    """Return the columns that a PATCH sets, but for metadata, which are merged later.

    Raises:
        ApiError: FORBIDDEN_SCOPE, VALIDATION.
    """
    changes: dict[str, Any] = {
        name: value
        for name in ("url", "description", "status", "scope")
        if not isinstance(value := getattr(body, name), UnsetType)
    }
    if not isinstance(body.scope, UnsetType):
        _check_scope(request, body.scope)
    if not isinstance(body.events, UnsetType):
        changes["events"] = check_subscription(body.events)
    if "status" in changes:
        changes["paused_reason"] = None
    return changes


def _check_scope(request: ApiRequest, scope: store.EndpointScope) -> None:
    """Check that an endpoint of the caller's organization may have a scope.

    Raises:
        ApiError: FORBIDDEN_SCOPE; VALIDATION: a child has no children.
    """
    require_reach(request, scope)
    if scope == "all_children" and request.caller.parent_organization_id is not None:
        raise invalid([Issue("scope", 'A child organization has no children; expected "own"')])
