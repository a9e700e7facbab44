"""Minting and listing a partner's keys."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from partner_api.api_keys import store
from partner_api.api_keys.access import require_authority
from partner_api.api_keys.schemas import (
    SECRET_WARNING,
    ApiKey,
    ApiKeysQuery,
    ApiKeyWithSecret,
    NewApiKey,
    api_key_of,
)
from partner_api.api_keys.service import audit_key, mint
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import ApiKeyId, OrganizationId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.errors import ApiError, not_found
from partner_api.organizations.store import find_organization, find_tenant

if TYPE_CHECKING:
    import asyncpg

    from partner_api.database.connection import Connection

routes = Routes("Operator: API keys")


@routes.write(
    "POST",
    "/ops/v1/organizations/{orgId}/api-keys",
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
    partner = await _require_partner(connection, org_id)
    if partner["status"] == "archived":
        raise ApiError("CONFLICT", details={"status": "archived"})
    tenant_id = await find_tenant(connection, org_id, body.env)
    row, secret = await mint(
        request,
        connection,
        tenant_id=tenant_id,
        organization_id=org_id,
        env=body.env,
        name=body.name,
        scopes=body.scopes,
    )
    await audit_key(
        request,
        connection,
        "api_key.created",
        row,
        tenant_id=tenant_id,
        organization_id=org_id,
    )
    return ApiKeyWithSecret(api_key_of(row, partner["rate_limit_tier"]), secret, SECRET_WARNING)


@routes.read(
    "/ops/v1/organizations/{orgId}/api-keys",
    access=requires_role("viewer"),
    errors=["NOT_FOUND"],
)
async def list_partner_keys(
    request: ApiRequest, org_id: OrganizationId, query: ApiKeysQuery
) -> Page[ApiKey]:
    """List a partner's keys.

    Those of both environments, newest first.
    """
    async with request.services.pool.acquire() as connection:
        partner = await _require_partner(connection, org_id)
        rows = await store.list_keys_of_partner(
            connection, org_id, before=read_cursor(request, UUID), limit=query.limit + 1
        )
    return page(
        request,
        query,
        rows,
        item=lambda row: api_key_of(row, partner["rate_limit_tier"]),
        position=lambda row: row["id"],
    )


@routes.write(
    "POST",
    "/ops/v1/organizations/{orgId}/api-keys/{keyId}/unkill",
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
    partner = await _require_partner(connection, org_id)
    row = await store.lock_key_of_partner(connection, org_id, key_id)
    if row is None:
        raise not_found()
    if row["revoked_at"] is not None:
        raise ApiError("CONFLICT", details={"status": "revoked"})
    if row["kill_switch"]:
        row = await store.set_kill_switch(connection, row["tenant_id"], key_id, killed=False)
        await audit_key(
            request,
            connection,
            "api_key.unkilled",
            row,
            tenant_id=row["tenant_id"],
            organization_id=org_id,
        )
    return api_key_of(row, partner["rate_limit_tier"])


async def _require_partner(connection: Connection, organization_id: UUID) -> asyncpg.Record:
    """Give a partner's row; a child's keys are minted by its partner."""
    row = await find_organization(connection, organization_id)
    if row is None or row["parent_id"] is not None:
        raise not_found()
    return row
