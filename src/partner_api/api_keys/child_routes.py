"""The keys of a partner's children: minting, listing, rotating and deleting them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from partner_api.api_keys import store
from partner_api.api_keys.access import require_authority, require_key
from partner_api.api_keys.schemas import (
    SECRET_WARNING,
    ApiKey,
    ApiKeysQuery,
    ApiKeyWithSecret,
    DeletedApiKey,
    NewApiKey,
    api_key_of,
)
from partner_api.api_keys.service import audit_key, mint, require_covered
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.acting import check_status
from partner_api.edge.identity.audit import audit_argument
from partner_api.edge.identity.scopes import requires
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import ApiKeyId, OrganizationId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.errors import ApiError
from partner_api.organizations import store as organizations
from partner_api.organizations.access import lock_child, require_child

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

routes = Routes("API keys")
_GRACE = timedelta(hours=24)


@routes.write(
    "POST",
    "/v1/organizations/{orgId}/api-keys",
    sdk="organizations.api_keys.create",
    access=requires("org:admin"),
    runs=Runs.TRANSACTION,
    status=201,
    errors=["NOT_FOUND", "KILL_SWITCH"],
    secret_answer=True,
)
async def mint_child_key(
    request: ApiRequest, org_id: OrganizationId, body: NewApiKey, connection: Connection
) -> ApiKeyWithSecret:
    """Mint a child's key.

    With scopes that your own key covers, never `org:admin`. A `test` key belongs to the child's
    test environment, which shares nothing with the live one but its id and name.
    """
    caller = request.caller
    require_covered(caller.scopes, body.scopes, delegate=True)
    if caller.env == "test" and body.env == "live":
        raise ApiError("FORBIDDEN_SCOPE", 'A test key mints test keys only. Send "env": "test".')
    child = await lock_child(request, connection, org_id, allowed_through_status="active")
    await require_authority(request, connection)
    tenant_id = caller.tenant_id
    if body.env != caller.env:
        tenant_id = await _enter_test_environment(request, connection, child)
    key, secret = await mint(
        request,
        connection,
        tenant_id=tenant_id,
        organization_id=org_id,
        env=body.env,
        name=body.name,
        scopes=body.scopes,
    )
    await audit_key(request, connection, "api_key.created", key)
    return ApiKeyWithSecret(api_key_of(key, caller.rate_limit_tier), secret, SECRET_WARNING)


@routes.read(
    "/v1/organizations/{orgId}/api-keys",
    sdk="organizations.api_keys.list",
    access=requires("org:admin"),
    errors=["NOT_FOUND"],
    allowed_through_status="archived",
)
async def list_child_keys(
    request: ApiRequest, org_id: OrganizationId, query: ApiKeysQuery
) -> Page[ApiKey]:
    """List a child's keys.

    Newest first, without their secrets.
    """
    caller = request.caller
    async with request.connection() as connection:
        await require_child(request, connection, org_id)
        keys = await store.list_keys(
            connection,
            caller.tenant_id,
            org_id,
            before=read_cursor(request, UUID),
            limit=query.limit + 1,
        )
    return page(
        request,
        query,
        keys,
        item=lambda key: api_key_of(key, caller.rate_limit_tier),
        position=lambda key: key.id,
    )


@routes.write(
    "POST",
    "/v1/organizations/{orgId}/api-keys/{keyId}/rotate",
    sdk="organizations.api_keys.rotate",
    access=requires("org:admin"),
    runs=Runs.TRANSACTION,
    status=201,
    errors=["NOT_FOUND", "CONFLICT", "KILL_SWITCH"],
    secret_answer=True,
)
async def rotate_child_key(
    request: ApiRequest, org_id: OrganizationId, key_id: ApiKeyId, connection: Connection
) -> ApiKeyWithSecret:
    """Rotate a child's key.

    Mints a successor with the same scopes; the old secret keeps working for 24 hours. A key that
    was deleted or has a successor already is 409.
    """
    caller = request.caller
    await lock_child(request, connection, org_id, allowed_through_status="active")
    old = await require_key(request, connection, org_id, key_id)
    if old.revoked_at is not None or old.superseded_by is not None:
        raise ApiError(
            "CONFLICT",
            "This key was deleted or replaced, so it cannot be rotated. Rotate its successor.",
            {"status": "revoked" if old.revoked_at is not None else "superseded"},
        )
    require_covered(caller.scopes, old.scopes, delegate=True)
    key, secret = await mint(
        request,
        connection,
        tenant_id=caller.tenant_id,
        organization_id=org_id,
        env=old.env,
        name=old.name,
        scopes=old.scopes,
        demo=old.demo,
    )
    await store.supersede(
        connection,
        caller.tenant_id,
        request.now,
        key_id=key_id,
        successor_id=key.id,
        grace_until=request.now + _GRACE,
    )
    await audit_key(request, connection, "api_key.rotated", key)
    return ApiKeyWithSecret(api_key_of(key, caller.rate_limit_tier), secret, SECRET_WARNING)


@routes.write(
    "DELETE",
    "/v1/organizations/{orgId}/api-keys/{keyId}",
    sdk="organizations.api_keys.delete",
    access=requires("org:admin"),
    runs=Runs.TRANSACTION,
    errors=["NOT_FOUND", "KILL_SWITCH"],
    allowed_through_status="suspended",
)
async def delete_child_key(
    request: ApiRequest, org_id: OrganizationId, key_id: ApiKeyId, connection: Connection
) -> DeletedApiKey:
    """Delete a child's key.

    From the next request on it gets 401, for ever. Deleting it again changes nothing.
    """
    caller = request.caller
    await lock_child(request, connection, org_id, allowed_through_status="suspended")
    key = await require_key(request, connection, org_id, key_id)
    if key.revoked_at is None:
        key = await store.revoke(connection, caller.tenant_id, request.now, key_id)
        await audit_key(request, connection, "api_key.deleted", key)
    return DeletedApiKey(api_key_of(key, caller.rate_limit_tier), deleted=True)


async def _enter_test_environment(
    request: ApiRequest, connection: Connection, child: organizations.Organization
) -> int:
    """Return the partner's test tenant, after copying the child there if it is not there yet.

    Raises:
        ApiError: KILL_SWITCH when the partner is suspended there, or the copy suspended or archived.
    """
    partner_id = request.caller.organization_id
    tenant_id = await organizations.find_tenant(connection, partner_id, "test")
    copy = await organizations.lock_child(connection, tenant_id, partner_id, child.id)
    if copy is not None:
        check_status(copy.status, allowed_through_status="active")
        return tenant_id
    created = await organizations.create_child(
        connection,
        tenant_id,
        request.now,
        organization_id=child.id,
        partner_id=partner_id,
        name=child.name,
        billing_email=None,
        metadata={},
        caller=audit_argument(request),
    )
    if not created:
        # The operator has suspended the partner since this request was let in.
        raise ApiError("KILL_SWITCH", details={"scope": "organization"})
    return tenant_id
