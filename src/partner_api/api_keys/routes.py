"""What a key reads of itself and does to keys of its own organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import to_builtins

from partner_api.api_keys import store
from partner_api.api_keys.access import require_key
from partner_api.api_keys.schemas import (
    SECRET_WARNING,
    DeletedOwnApiKey,
    KilledApiKey,
    OwnApiKeyWithSecret,
    WhoAmI,
    killed_key_data_of,
    own_api_key_of,
    who_am_i,
)
from partner_api.api_keys.service import audit_key, require_covered
from partner_api.credits.access import require_wallet
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.credentials import mint_api_key
from partner_api.edge.identity.scopes import ANY_KEY
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import ApiKeyId
from partner_api.errors import ApiError
from partner_api.events.store import write_event

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection

routes = Routes("API keys")


@routes.read("/v1/whoami", sdk="whoami", access=ANY_KEY, wallet=True)
async def read_whoami(request: ApiRequest) -> WhoAmI:
    """Read your key.

    Whose it is, what it may do, and its organization's balance. With `X-Layers-Organization`, the
    organization is the child that the key acts for.
    """
    wallet = await require_wallet(request, request.caller.organization_id)
    return who_am_i(request.caller, wallet.balance)


@routes.write(
    "POST",
    "/v1/api-keys/{keyId}/rotate",
    sdk="api_keys.rotate",
    access=ANY_KEY,
    runs=Runs.TRANSACTION,
    errors=["FORBIDDEN_SCOPE", "NOT_FOUND", "CONFLICT"],
    secret_answer=True,
)
async def rotate_key(
    request: ApiRequest, key_id: ApiKeyId, connection: Connection
) -> OwnApiKeyWithSecret:
    """Rotate a key.

    The key keeps its id and gets a new prefix and secret; the old secret stops working at once. A kill is
    cleared. For this key itself, or any of your organization whose scopes this one covers. A key
    that rotates itself cannot ask again if the answer is lost: its retry is 401, whatever its
    Idempotency-Key. A key that its partner has rotated acts on itself alone.
    """
    key = await _take(request, connection, key_id)
    if key.revoked_at is not None or key.superseded_by is not None:
        raise ApiError(
            "CONFLICT",
            "This key was deleted or replaced, so it cannot be rotated. Use another key.",
            {"status": "revoked" if key.revoked_at is not None else "superseded"},
        )
    credential = mint_api_key(request.caller.tenant_id, request.caller.env)
    key = await store.replace_secret(
        connection,
        request.now,
        key_id=key_id,
        credential=credential,
        secret_keys=request.services.secret_keys,
        demo=request.caller.demo,
    )
    await audit_key(request, connection, "api_key.rotated", key)
    return OwnApiKeyWithSecret(own_api_key_of(key), credential.text, SECRET_WARNING)


@routes.write(
    "POST",
    "/v1/api-keys/{keyId}/kill",
    sdk="api_keys.kill",
    access=ANY_KEY,
    runs=Runs.TRANSACTION,
    errors=["FORBIDDEN_SCOPE", "NOT_FOUND"],
)
async def kill_key(request: ApiRequest, key_id: ApiKeyId, connection: Connection) -> KilledApiKey:
    """Kill a key.

    From the next request on it gets 503, until it is rotated or the operator brings it back. For
    this key itself, or any of your organization whose scopes this one covers.
    """
    key = await _take(request, connection, key_id)
    if not key.kill_switch:
        key = await store.set_kill_switch(connection, request.caller.tenant_id, key_id, killed=True)
        await audit_key(request, connection, "api_key.killed", key)
        await write_event(
            connection,
            request.caller.tenant_id,
            request.now,
            key.organization_id,
            "api_key.killed",
            to_builtins(killed_key_data_of(key)),
        )
    return KilledApiKey(own_api_key_of(key), killed=True)


@routes.write(
    "DELETE",
    "/v1/api-keys/{keyId}",
    sdk="api_keys.delete",
    access=ANY_KEY,
    runs=Runs.TRANSACTION,
    errors=["FORBIDDEN_SCOPE", "NOT_FOUND"],
    allowed_through_status="suspended",
)
async def delete_key(
    request: ApiRequest, key_id: ApiKeyId, connection: Connection
) -> DeletedOwnApiKey:
    """Delete a key.

    From the next request on it gets 401, for ever. For this key itself, or any of your organization
    whose scopes this one covers.
    """
    key = await _take(request, connection, key_id)
    if key.revoked_at is None:
        key = await store.revoke(connection, request.caller.tenant_id, request.now, key_id)
        await audit_key(request, connection, "api_key.deleted", key)
    return DeletedOwnApiKey(own_api_key_of(key), deleted=True)


async def _take(request: ApiRequest, connection: Connection, key_id: UUID) -> store.ApiKey:
    """Lock a key that the caller may act on.

    Raises:
        ApiError: NOT_FOUND when it is not one of the organization's, FORBIDDEN_SCOPE; UNAUTHENTICATED
            or KILL_SWITCH when the caller's own key has changed since it was let in.
    """
    caller = request.caller
    key = await require_key(request, connection, caller.organization_id, key_id)
    if key_id != caller.api_key_id:
        require_covered(caller.scopes, key.scopes, delegate=False)
    return key
