"""Minting and listing a partner's keys, and bringing a killed one back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from partner_api.api_keys import operator_store, store
from partner_api.api_keys.access import require_partner_key
from partner_api.api_keys.schemas import (
    SECRET_WARNING,
    ApiKey,
    ApiKeysQuery,
    ApiKeyWithSecret,
    NewApiKey,
    api_key_of,
)
from partner_api.api_keys.service import audit_key, mint
from partner_api.database.tenants import hold_tenant
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import ApiKeyId, OrganizationId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.errors import ApiError
from partner_api.operators.access import require_authority
from partner_api.ops.access import require_partner
from partner_api.organizations.store import find_tenant

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

routes = Routes("Operator: API keys")


@routes.write(
    "POST",
    "/ops/v1/organizations/{orgId}/api-keys",
    sdk="organizations.api_keys.create",
    access=requires_role("operator"),
    runs=Runs.TRANSACTION,
    status=201,
    errors=["NOT_FOUND", "CONFLICT"],
    secret_answer=True,
)
async def mint_partner_key(
    request: ApiRequest, org_id: OrganizationId, body: NewApiKey, connection: Connection
) -> ApiKeyWithSecret:
    """Mint a partner's key.

    With any scopes, `org:admin` included if it is asked for. A `test` key belongs to the partner's
    test environment, which shares nothing with the live one.
    """
    await require_authority(request, connection)
    partner = await require_partner(connection, org_id)
    if partner.status == "archived":
        raise ApiError("CONFLICT", details={"status": "archived"})
    tenant_id = await find_tenant(connection, org_id, body.env)
    await hold_tenant(connection, tenant_id)
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
    return ApiKeyWithSecret(api_key_of(key, partner.rate_limit_tier), secret, SECRET_WARNING)


@routes.read(
    "/ops/v1/organizations/{orgId}/api-keys",
    sdk="organizations.api_keys.list",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def list_partner_keys(
    request: ApiRequest, org_id: OrganizationId, query: ApiKeysQuery
) -> Page[ApiKey]:
    """List a partner's keys.

    Those of both environments, newest first.
    """
    async with request.connection() as connection:
        partner = await require_partner(connection, org_id)
        keys = await operator_store.list_keys(
            connection, org_id, before=read_cursor(request, UUID), limit=query.limit + 1
        )
    return page(
        request,
        query,
        keys,
        item=lambda key: api_key_of(key, partner.rate_limit_tier),
        position=lambda key: key.id,
    )


@routes.write(
    "POST",
    "/ops/v1/organizations/{orgId}/api-keys/{keyId}/unkill",
    sdk="organizations.api_keys.unkill",
    access=requires_role("operator"),
    runs=Runs.TRANSACTION,
    errors=["NOT_FOUND", "CONFLICT"],
)
async def unkill_partner_key(
    request: ApiRequest, org_id: OrganizationId, key_id: ApiKeyId, connection: Connection
) -> ApiKey:
    """Bring a killed key back.

    It works again with the secret it has. A deleted key is 409.
    """
    await require_authority(request, connection)
    partner = await require_partner(connection, org_id)
    key = await require_partner_key(connection, org_id, key_id)
    if key.revoked_at is not None:
        raise ApiError("CONFLICT", details={"status": "revoked"})
    if key.kill_switch:
        key = await store.set_kill_switch(connection, key.tenant_id, key_id, killed=False)
        await audit_key(request, connection, "api_key.unkilled", key)
    return api_key_of(key, partner.rate_limit_tier)
