"""Opening the portal with a link, once, and the session that the browser then keeps in a cookie.

The cookie is SameSite=Strict. A partner's application links to ``/portal/open/…`` alone, and that address needs no
cookie: it shows a button, and the form behind it is sent by a page of this server, so that the session follows. Every
later visit begins with a new link.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import uuid4

from partner_api.console.session import cookie_of, set_cookie
from partner_api.console.visit import KEY
from partner_api.database.arguments import Actor
from partner_api.database.lanes import Lane
from partner_api.database.tenants import tenant_transaction
from partner_api.edge.identity.admission import admit_portal
from partner_api.edge.identity.audit import write_audit
from partner_api.edge.identity.authentication import killed
from partner_api.edge.identity.credentials import parse_portal
from partner_api.edge.identity.portal import find_visitor
from partner_api.errors import ApiError, not_found
from partner_api.portal_sessions import store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partner_api.database.connection import Connection
    from partner_api.edge.identity.credentials import PortalCredential
    from partner_api.edge.identity.portal import PortalVisitor
    from partner_api.edge.request.api_request import ApiRequest
    from partner_api.portal_sessions.store import KnownPortalSession

PREFIX: Final = "/portal"
_COOKIE: Final = "layers_portal"
# So long after its end a browser is still told where to ask for a new link.
_REMEMBERED_SECONDS: Final = 24 * 3600


async def current_visitor(request: ApiRequest) -> PortalVisitor | None:
    """Return who looks, also when the session has ended; None without one.

    Raises:
        ApiError: RATE_LIMITED: its address has sent too many that never existed.
    """
    text = cookie_of(request, _COOKIE)
    if not text:
        return None
    try:
        return await admit_portal(request, text, "session")
    except ApiError as error:
        if error.code == "UNAUTHENTICATED":
            return None
        raise


async def read_link(request: ApiRequest, link: str) -> PortalVisitor:
    """Return what a link would open, or has opened.

    Raises:
        ApiError: NOT_FOUND: there was never such a link, or it was removed; RATE_LIMITED; KILL_SWITCH: its organization
            is not active. The link is not used up.
    """
    try:
        visitor = await admit_portal(request, link, "link")
    except ApiError as error:
        if error.code == "UNAUTHENTICATED":
            raise not_found() from None
        raise
    if visitor.is_suspended:
        raise killed("organization")
    return visitor


async def open_link(
    request: ApiRequest, visitor: PortalVisitor, link: str, fields: Mapping[str, list[str]]
) -> dict[str, str] | None:
    """Open a session with a link, and return the headers that leave it with the browser; None: it was used before.

    The same form sent twice, even at the same instant, opens one session and is answered with it twice.

    Args:
        request: with the form.
        visitor: whose link it is; it has not ended.
        link: its text.
        fields: of the form.
    """
    credential = parse_portal(link, "link")
    assert credential is not None  # noqa: S101 - it was found
    opened = credential.opened_by(fields.get(KEY, [""])[0] or str(uuid4()))
    services = request.services
    known = visitor.known
    tenant_id = credential.tenant_id
    async with (
        services.pool.acquire(Lane(tenant_id, writes=True)) as connection,
        tenant_transaction(connection, tenant_id),
    ):
        if await store.open_session(connection, request.now, opened, services.secret_keys):
            await _audit(request, connection, tenant_id, known, "portal_session.opened")
    found = await find_visitor(services, credential, request.now)
    if not found.is_session(opened, services.secret_keys):
        return None
    return _kept(request, opened, found)


async def end_session(request: ApiRequest) -> tuple[KnownPortalSession | None, dict[str, str]]:
    """End the session of the browser; return it, and the headers that make the browser forget it."""
    credential = parse_portal(cookie_of(request, _COOKIE), "session")
    visitor = await current_visitor(request)
    forget = set_cookie(request, _COOKIE, "", 0, PREFIX)
    if visitor is None or credential is None:
        return None, forget
    tenant_id = credential.tenant_id
    known = visitor.known
    async with (
        request.services.pool.acquire(Lane(tenant_id, writes=True)) as connection,
        tenant_transaction(connection, tenant_id),
    ):
        if await store.end_session(connection, tenant_id, request.now, credential.id):
            await _audit(request, connection, tenant_id, known, "portal_session.ended")
    return known, forget


def _kept(request: ApiRequest, session: PortalCredential, visitor: PortalVisitor) -> dict[str, str]:
    left = (visitor.known.expires_at - request.now).total_seconds()
    seconds = max(0, int(left)) + _REMEMBERED_SECONDS
    return set_cookie(request, _COOKIE, session.text, seconds, PREFIX)


async def _audit(
    request: ApiRequest,
    connection: Connection,
    tenant_id: int,
    known: KnownPortalSession,
    event_type: str,
) -> None:
    await write_audit(
        connection,
        request.now,
        tenant_id,
        known.organization_id,
        event_type,
        Actor("partner_api", api_key_id=known.api_key_id, request_id=request.request_id),
        details={"portalSessionId": str(known.id)},
    )
