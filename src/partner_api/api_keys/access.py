"""Whether the credential of a request may act on keys, decided at the moment at which it acts.

A request was let in some time before it has its effect, and the most likely reason for another change of keys in
between is that this very credential has leaked. So the row of the credential is read again, locked: what was revoked,
killed, rotated or superseded meanwhile changes no key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.api_keys import store
from partner_api.edge.identity.admission import note_refusal
from partner_api.edge.identity.authentication import killed
from partner_api.errors import ApiError
from partner_api.operators import store as operators

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection, Row
    from partner_api.edge.request.api_request import ApiRequest

SUPERSEDED = (
    "This key was rotated, so in the hours that it still works it acts on no key but itself. "
    "Use the key that took its place."
)


async def take_key(
    request: ApiRequest, connection: Connection, organization_id: UUID, key_id: UUID
) -> Row | None:
    """Lock a key, and the caller's own, which has to be allowed to act on it.

    Args:
        request: of an API key.
        connection: with the transaction.
        organization_id: whose key it has to be.
        key_id: the key to act on.

    Returns:
        Its row; None when the organization has no such key.

    Raises:
        ApiError: what ``require_authority`` says.
    """
    rows = await _lock(request, connection, key_id)
    row = rows.get(key_id)
    return row if row is not None and row["organization_id"] == organization_id else None


async def require_authority(request: ApiRequest, connection: Connection) -> None:
    """Check that the caller may act on keys, until the end of the transaction.

    Raises:
        ApiError: UNAUTHENTICATED, KILL_SWITCH: it could not even call any more; FORBIDDEN_SCOPE: it
            was superseded.
    """
    if request.is_operators:
        row = await operators.lock_operator(connection, request.operator.operator_id)
        require_current_operator(request, row)
    else:
        await _lock(request, connection, None)


def require_current_operator(request: ApiRequest, row: Row | None) -> None:
    """Check the locked row of the operator who calls.

    Raises:
        ApiError: UNAUTHENTICATED: the token has been replaced, has expired or was revoked.
    """
    if (
        row is None
        or row["revoked_at"] is not None
        or row["keyid"] != request.operator.keyid
        or (row["expires_at"] is not None and row["expires_at"] <= request.services.clock.now())
    ):
        raise ApiError("UNAUTHENTICATED")


async def _lock(
    request: ApiRequest, connection: Connection, key_id: UUID | None
) -> dict[UUID, Row]:
    """Lock the caller's key and another one, in one order, and check the caller's."""
    caller = request.caller
    wanted = {caller.api_key_id} if key_id is None else {caller.api_key_id, key_id}
    rows = await store.lock_keys(connection, caller.tenant_id, wanted)
    own = rows.get(caller.api_key_id)
    if (
        own is None
        or own["revoked_at"] is not None
        or own["keyid"] != caller.keyid
        or (own["grace_until"] is not None and own["grace_until"] <= request.services.clock.now())
    ):
        raise ApiError("UNAUTHENTICATED")
    if own["kill_switch"]:
        raise killed("key")
    if own["superseded_by"] is not None and key_id != caller.api_key_id:
        note_refusal(request, caller, "auth.scope_denied")
        raise ApiError("FORBIDDEN_SCOPE", SUPERSEDED)
    return rows
