"""The sessions of operators in the console: who is signed in where, ending them, and links that open one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from partner_api.clock import format_milliseconds
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.idempotency.records import OPERATOR_TENANT
from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.edge.identity.credentials import mint_sign_in_link
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.wire.fields import SessionId
from partner_api.edge.wire.pagination import Page, page, read_cursor
from partner_api.ids import format_id
from partner_api.operators import link_store, session_store
from partner_api.operators.access import require_authority, require_session
from partner_api.operators.schemas import link_path
from partner_api.ops.operators.session_schemas import (
    EndedSessions,
    NewSignInLink,
    Session,
    SessionsQuery,
    SessionsToEnd,
    SignInLink,
    session_of,
)

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

routes = Routes("Operator: sessions")
_MANAGES = requires_role("admin")


@routes.read("/ops/v1/sessions", sdk="sessions.list", access=requires_role("viewer"))
async def list_sessions(request: ApiRequest, query: SessionsQuery) -> Page[Session]:
    """List sessions of the console.

    One's own, newest first; an admin can ask for those of another operator, or of all. A session is
    known for seven days after it has expired.
    """
    asks = request.operator
    operator_id: UUID | None = query.operator_id or asks.operator_id
    if query.all_operators:
        operator_id = query.operator_id
    if operator_id != asks.operator_id:
        _MANAGES.check_role(asks.role)
    async with request.connection() as connection:
        sessions = await session_store.list_sessions(
            connection,
            request.now,
            operator_id=operator_id,
            status=query.status,
            development=request.services.settings.development,
            before=read_cursor(request, UUID),
            limit=query.limit + 1,
        )
    return page(
        request,
        query,
        sessions,
        item=lambda session: session_of(session, asks.session_id),
        position=lambda session: session.id,
    )


@routes.write(
    "POST",
    "/ops/v1/sessions/{sessionId}/end",
    sdk="sessions.end",
    access=requires_role("viewer"),
    runs=Runs.TRANSACTION,
    errors=["NOT_FOUND"],
)
async def end_session(
    request: ApiRequest, session_id: SessionId, connection: Connection
) -> Session:
    """End a session of the console.

    One's own, or for an admin anybody's. From the next request on the browser has to sign in again;
    a session that is not active stays as it is.
    """
    session = await require_session(request, connection, session_id)
    if session.status == "active":
        await session_store.end_session(connection, session_id, request.now)
        session = msgspec.structs.replace(session, status="ended", ended_at=request.now)
        await write_audit(
            connection,
            request.now,
            OPERATOR_TENANT,
            None,
            "operator.session_ended",
            audit_argument(request),
            details={
                "operatorId": format_id("opr", session.operator_id),
                "name": session.operator_name,
                "sessionId": format_id("ses", session.id),
            },
        )
    return session_of(session, request.operator.session_id)


@routes.write(
    "POST",
    "/ops/v1/sessions/end",
    sdk="sessions.end_all",
    access=requires_role("viewer"),
    runs=Runs.TRANSACTION,
)
async def end_sessions(
    request: ApiRequest, body: SessionsToEnd, connection: Connection
) -> EndedSessions:
    """End all sessions of an operator.

    One's own, or for an admin those of another. `exceptSessionId` stays, such as the one in which one works.
    """
    operator_id: UUID = body.operator_id or request.operator.operator_id
    if operator_id != request.operator.operator_id:
        _MANAGES.check_role(request.operator.role)
    ended = await session_store.end_sessions(
        connection, request.now, operator_id, body.except_session_id
    )
    if ended:
        await write_audit(
            connection,
            request.now,
            OPERATOR_TENANT,
            None,
            "operator.sessions_ended",
            audit_argument(request),
            details={"operatorId": format_id("opr", operator_id), "ended": ended},
        )
    return EndedSessions(ended)


@routes.write(
    "POST",
    "/ops/v1/sign-in-links",
    sdk="sign_in_links.create",
    access=requires_role("viewer"),
    runs=Runs.TRANSACTION,
    status=201,
    secret_answer=True,
)
async def create_sign_in_link(
    request: ApiRequest, body: NewSignInLink, connection: Connection
) -> SignInLink:
    """Create a one-time link to the console.

    It signs in the operator who asks, once, within its time; it ends with the token that made it.
    """
    await require_authority(request, connection)
    link = mint_sign_in_link()
    expires_at = request.now + timedelta(seconds=body.expires_in_seconds)
    await link_store.insert_link(
        connection,
        request.now,
        operator_keyid=request.operator.keyid,
        credential=link,
        secret_keys=request.services.secret_keys,
        expires_at=expires_at,
    )
    await write_audit(
        connection,
        request.now,
        OPERATOR_TENANT,
        None,
        "operator.link_created",
        audit_argument(request),
        details={
            "operatorId": format_id("opr", request.operator.operator_id),
            "name": request.operator.name,
            "expiresAt": format_milliseconds(expires_at),
        },
    )
    return SignInLink(url=link_path(link), expires_at=format_milliseconds(expires_at))
