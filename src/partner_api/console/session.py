"""Signing in to the console: a token or a link opens a session, which the browser keeps in a cookie."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlsplit

import msgspec

from partner_api.edge.connections.registry import address_of
from partner_api.edge.idempotency.records import OPERATOR_TENANT
from partner_api.edge.identity.admission import admit_session
from partner_api.edge.identity.audit import operator_actor, write_audit
from partner_api.edge.identity.credentials import mint_session
from partner_api.edge.identity.scopes import requires_role
from partner_api.errors import ApiError
from partner_api.ids import format_id, new_uuid7
from partner_api.operators import link_store, session_store

if TYPE_CHECKING:
    from uuid import UUID

    from partner_api.console.kept_form import KeptForm
    from partner_api.database.connection import Connection
    from partner_api.edge.identity.authentication import OperatorCaller, OperatorSession
    from partner_api.edge.identity.credentials import SignInLinkCredential
    from partner_api.edge.request.api_request import ApiRequest

SESSION_HOURS: Final = 12
_COOKIE: Final = "layers_console"
_NOTICE: Final = "layers_notice"
_NOTICE_SECONDS: Final = 60
_MOST_USER_AGENT: Final = 300


async def current_session(request: ApiRequest) -> OperatorSession | None:
    """Return the session of the browser; None when there is none, or it has ended.

    Raises:
        ApiError: RATE_LIMITED: its address has sent too many that never existed.
    """
    text = cookie_of(request, _COOKIE)
    if not text:
        return None
    try:
        return await admit_session(request, text)
    except ApiError as error:
        if error.code == "UNAUTHENTICATED":
            return None
        raise


def require_reader(operator: OperatorCaller) -> None:
    """Check that an operator may read anything: a worker claims and reports jobs alone, and opens no console.

    Raises:
        ApiError: FORBIDDEN_SCOPE.
    """
    requires_role("viewer").check_role(operator.role)


def has_cookie(request: ApiRequest) -> bool:
    """Return whether the browser has sent the cookie of a session, good or not."""
    return bool(cookie_of(request, _COOKIE))


def forget_cookie(request: ApiRequest) -> dict[str, str]:
    """Return the headers that make the browser forget its session."""
    return set_cookie(request, _COOKIE, "", 0)


async def begin_session(
    request: ApiRequest,
    operator: OperatorCaller,
    kept_form: KeptForm | None = None,
    link: SignInLinkCredential | None = None,
) -> dict[str, str] | None:
    """Open a session in place of the browser's own, and return the headers that leave it there.

    Args:
        request: of the browser.
        operator: who signs in.
        kept_form: what had been filled in when the session before ended.
        link: what opens it, if no token does; it is used up. None is returned when somebody has used it meanwhile.
    """
    credential = mint_session()
    client = request.scope.get("client")
    address = address_of(client[0]) if client else ""
    services = request.services
    session_id = new_uuid7(request.now)
    before = await _session_before(request)
    async with services.pool.acquire() as connection, connection.transaction():
        if link is not None and not await link_store.use_link(connection, link.keyid, request.now):
            return None
        if before is not None:
            await _end(request, connection, before)
        await session_store.open_session(
            connection,
            request.now,
            session_id=session_id,
            operator=operator,
            credential=credential,
            secret_keys=services.secret_keys,
            expires_at=request.now + timedelta(hours=SESSION_HOURS),
            address=address,
            user_agent=(request.header("user-agent") or "")[:_MOST_USER_AGENT],
            kept_form=None if kept_form is None else msgspec.to_builtins(kept_form),
        )
        by = "token" if link is None else "link"
        await _audit(
            request, connection, "operator.signed_in", operator, session_id, by=by, address=address
        )
    return set_cookie(request, _COOKIE, credential.text, SESSION_HOURS * 3600)


async def end_session(request: ApiRequest, session: OperatorSession) -> dict[str, str]:
    """End a session, and return the headers that make the browser forget it."""
    async with request.services.pool.acquire() as connection, connection.transaction():
        await _end(request, connection, session)
    return forget_cookie(request)


async def drop_kept_form(request: ApiRequest, session_id: UUID) -> None:
    """Forget what a session keeps of the one before: it was sent, or is not wanted."""
    async with request.services.pool.acquire() as connection:
        await session_store.drop_kept_form(connection, session_id)


def notice_of(request: ApiRequest) -> str | None:
    """Return what the page before has left to be said."""
    return unquote(cookie_of(request, _NOTICE)) or None


def notice_header(request: ApiRequest, message: str, path: str) -> dict[str, str]:
    """Return the header that leaves something to be said by the next page; nothing when that is empty."""
    return set_cookie(request, _NOTICE, quote(message), _NOTICE_SECONDS if message else 0, path)


def cookie_of(request: ApiRequest, name: str) -> str:
    """Return a cookie of the browser; empty when there is none.

    What other programs on this host have set is passed over, whatever it looks like.
    """
    wanted = _full_name(request, name)
    for pair in (request.header("cookie") or "").split(";"):
        found, _, value = pair.strip().partition("=")
        if found == wanted:
            return value
    return ""


def set_cookie(
    request: ApiRequest, name: str, value: str, seconds: int, path: str = "/console"
) -> dict[str, str]:
    """Return the header that sets a cookie which no script sees and no other site sends."""
    development = request.services.settings.development
    # A name with this prefix is for whole hosts: no other host of the domain can set it.
    where = f"Path={path}" if development else "Path=/; Secure"
    return {
        "Set-Cookie": f"{_full_name(request, name)}={value}; {where}; Max-Age={seconds}; HttpOnly; SameSite=Strict"
    }


def _full_name(request: ApiRequest, name: str) -> str:
    """Return the name of a cookie as the browser has it.

    Browsers send a cookie to every port of a host, so two servers in development mode on one machine need two names.
    """
    if not request.services.settings.development:
        return f"__Host-{name}"
    try:
        port = urlsplit(f"//{request.header('host')}").port
    except ValueError:
        port = None
    return name if port is None else f"{name}_{port}"


async def _session_before(request: ApiRequest) -> OperatorSession | None:
    try:
        return await current_session(request)
    except ApiError:
        # Somebody else behind the same address guesses; whoever has a token may sign in all the same.
        return None


async def _end(request: ApiRequest, connection: Connection, session: OperatorSession) -> None:
    if await session_store.end_session(connection, session.id, request.now):
        await _audit(request, connection, "operator.signed_out", session.operator, session.id)


async def _audit(
    request: ApiRequest,
    connection: Connection,
    event_type: str,
    operator: OperatorCaller,
    session_id: UUID,
    **more: str,
) -> None:
    await write_audit(
        connection,
        request.now,
        OPERATOR_TENANT,
        None,
        event_type,
        operator_actor(request, operator),
        details={
            "operatorId": format_id("opr", operator.operator_id),
            "name": operator.name,
            "sessionId": format_id("ses", session_id),
            **more,
        },
    )
