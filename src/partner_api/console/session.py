"""Signing in to the console: an operator's token opens a session, which the browser keeps in a cookie."""

from __future__ import annotations

from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from partner_api.edge.connections.registry import address_of
from partner_api.edge.identity.admission import admit_session
from partner_api.edge.identity.credentials import mint_session
from partner_api.errors import ApiError
from partner_api.ids import new_uuid7
from partner_api.operators import session_store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from partner_api.edge.identity.authentication import OperatorCaller, OperatorSession
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


async def begin_session(
    request: ApiRequest, operator: OperatorCaller, kept_form: Mapping[str, Any] | None
) -> dict[str, str]:
    """Open a session, and return the headers that leave it with the browser."""
    credential = mint_session()
    client = request.scope.get("client")
    services = request.services
    async with services.pool.acquire() as connection:
        await session_store.open_session(
            connection,
            request.now,
            session_id=new_uuid7(request.now),
            operator=operator,
            credential=credential,
            secret_keys=services.secret_keys,
            expires_at=request.now + timedelta(hours=SESSION_HOURS),
            address=address_of(client[0]) if client else "",
            user_agent=(request.header("user-agent") or "")[:_MOST_USER_AGENT],
            kept_form=kept_form,
        )
    return set_cookie(request, _COOKIE, credential.text, SESSION_HOURS * 3600)


async def end_session(request: ApiRequest, session: OperatorSession) -> dict[str, str]:
    """End a session, and return the headers that make the browser forget it."""
    async with request.services.pool.acquire() as connection:
        await session_store.end_session(connection, session.id, request.now)
    return set_cookie(request, _COOKIE, "", 0)


def notice_of(request: ApiRequest) -> str | None:
    """Return what the page before has left to be said."""
    return unquote(cookie_of(request, _NOTICE)) or None


def notice_header(message: str, path: str) -> dict[str, str]:
    """Return the header that leaves something to be said by the next page; nothing when that is empty."""
    seconds = _NOTICE_SECONDS if message else 0
    return {
        "Set-Cookie": f"{_NOTICE}={quote(message)}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict"
    }


def cookie_of(request: ApiRequest, name: str) -> str:
    """Return a cookie of the browser; empty when there is none."""
    try:
        cookie = SimpleCookie(request.header("cookie") or "").get(name)
    except CookieError:
        return ""
    return cookie.value if cookie else ""


def set_cookie(
    request: ApiRequest, name: str, value: str, seconds: int, path: str = "/console"
) -> dict[str, str]:
    """Return the header that sets a cookie which no script sees and no other site sends."""
    secure = "" if request.services.settings.development else "; Secure"
    return {
        "Set-Cookie": f"{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    }
