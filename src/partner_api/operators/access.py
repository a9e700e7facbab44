"""Finding an operator, or 404; and whether the calling one may act on credentials, decided when it acts.

The token may have been revoked or replaced since the request was let in, most likely because it has leaked. So its row
is read again, locked, before anything is done that would outlast it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.errors import ApiError, not_found
from partner_api.operators import session_store, store

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest


async def require_authority(request: ApiRequest, connection: Connection) -> None:
    """Check that the calling operator's token is good until the end of the transaction.

    Raises:
        ApiError: UNAUTHENTICATED: it has been replaced, has expired or was revoked.
    """
    _check_current(request, await store.lock_operator(connection, request.operator.operator_id))
    await _check_session(request, connection)


async def require_operator(
    request: ApiRequest, connection: Connection, operator_id: UUID
) -> store.Operator:
    """Lock an operator to be rotated or revoked, and everyone who could do the same.

    Raises:
        ApiError: NOT_FOUND; UNAUTHENTICATED: the caller's token was rotated, revoked or expired
            while the request waited for others who manage operators.
    """
    # All of them, in one order: two admins who revoke each other must not both succeed.
    operators = {operator.id: operator for operator in await store.lock_operators(connection)}
    _check_current(request, operators.get(request.operator.operator_id))
    await _check_session(request, connection)
    if operator_id not in operators:
        raise not_found()
    return operators[operator_id]


async def require_session(
    request: ApiRequest, connection: Connection, session_id: UUID
) -> session_store.Session:
    """Lock a session that the caller may end: one's own, or for an admin anybody's.

    Raises:
        ApiError: NOT_FOUND.
    """
    session = await session_store.lock_session(
        connection,
        request.now,
        session_id,
        development=request.services.settings.development,
    )
    if session is None or not (
        request.operator.role == "admin" or session.operator_id == request.operator.operator_id
    ):
        raise not_found()
    return session


async def _check_session(request: ApiRequest, connection: Connection) -> None:
    """Check that the session of the browser that asks has not been ended meanwhile."""
    session_id = request.operator.session_id
    if session_id is not None and not await session_store.hold_session(connection, session_id):
        raise ApiError("UNAUTHENTICATED")


def _check_current(request: ApiRequest, caller: store.Operator | None) -> None:
    if (
        caller is None
        or caller.revoked_at is not None
        or caller.keyid != request.operator.keyid
        or (caller.expires_at is not None and caller.expires_at <= request.services.clock.now())
    ):
        raise ApiError("UNAUTHENTICATED")
