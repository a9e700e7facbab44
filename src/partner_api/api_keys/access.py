"""Finding a key, or 404; and whether the calling key may act on keys, decided at the moment at which it acts.

A request was let in some time before it has its effect, and the most likely reason for another change of keys in
between is that this very credential has leaked. So the row of the credential is read again, locked: what was revoked,
killed, rotated or superseded meanwhile changes no key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.api_keys import operator_store, store
from partner_api.database.tenants import hold_tenant
from partner_api.edge.identity.admission import note_refusal
from partner_api.edge.identity.authentication import killed
from partner_api.errors import ApiError, not_found

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest

SUPERSEDED = (
    "This key was rotated, so in the hours that it still works it acts on no key but itself. "
    "Use the key that took its place."
)


async def require_key(
    request: ApiRequest, connection: Connection, organization_id: UUID, key_id: UUID
) -> store.ApiKey:
    """Lock a key, and the caller's own, which has to be allowed to act on it.

    Args:
        request: of an API key.
        connection: in a transaction.
        organization_id: whose key it has to be.
        key_id: the key to act on.

    Raises:
        ApiError: NOT_FOUND: the organization has no such key; and what ``require_authority`` raises.
    """
    keys = await _lock(request, connection, key_id)
    key = keys.get(key_id)
    if key is None or key.organization_id != organization_id:
        raise not_found()
    return key


async def require_authority(request: ApiRequest, connection: Connection) -> None:
    """Check that the calling key may act on keys, until the end of the transaction.

    Raises:
        ApiError: UNAUTHENTICATED, KILL_SWITCH: it could not even call any more; FORBIDDEN_SCOPE: it
            was superseded.
    """
    await _lock(request, connection, None)


async def require_partner_key(
    connection: Connection, partner_id: UUID, key_id: UUID
) -> store.ApiKey:
    """Lock a partner's key of either environment, for the operator.

    Raises:
        ApiError: NOT_FOUND: the partner has no such key.
    """
    tenant_id = await operator_store.find_tenant(connection, partner_id, key_id)
    if tenant_id is None:
        raise not_found()
    await hold_tenant(connection, tenant_id)
    return (await store.lock_keys(connection, tenant_id, [key_id]))[key_id]


async def _lock(
    request: ApiRequest, connection: Connection, key_id: UUID | None
) -> dict[UUID, store.ApiKey]:
    """Lock the caller's key and another one, in one order, and check the caller's."""
    caller = request.caller
    wanted = {caller.api_key_id} if key_id is None else {caller.api_key_id, key_id}
    keys = await store.lock_keys(connection, caller.tenant_id, wanted)
    own = keys.get(caller.api_key_id)
    if (
        own is None
        or own.revoked_at is not None
        or own.keyid != caller.keyid
        or (own.grace_until is not None and own.grace_until <= request.services.clock.now())
    ):
        raise ApiError("UNAUTHENTICATED")
    if own.kill_switch:
        raise killed("key")
    if own.superseded_by is not None and key_id != caller.api_key_id:
        note_refusal(request, caller, "auth.scope_denied")
        raise ApiError("FORBIDDEN_SCOPE", SUPERSEDED)
    return keys
