"""Preparing sessions of the portal."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from partner_api.clock import format_milliseconds
from partner_api.edge.declaration import Shown
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.edge.identity.credentials import mint_portal_link
from partner_api.edge.identity.scopes import ORG_ADMIN, requires_of_partners
from partner_api.edge.request.api_request import ApiRequest
from partner_api.ids import new_uuid7
from partner_api.portal_sessions import store
from partner_api.portal_sessions.schemas import NewPortalSession, PortalSession
from partner_api.portal_sessions.service import portal_address, require_return_url

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

routes = Routes("Portal")


@routes.write(
    "POST",
    "/v1/portal-sessions",
    sdk="portal_sessions.create",
    access=requires_of_partners(ORG_ADMIN),
    runs=Runs.TRANSACTION,
    status=201,
    secret_answer=True,
    shown=Shown(
        request={"returnUrl": "https://app.example.com/billing"},
        notes=[
            "The session shows the wallet, the ledger, the leases and the webhook deliveries of one organization: "
            "yours, or with `X-Layers-Organization` the child's. Deliveries can be replayed; nothing else can be done.",
            "A child may ask for itself, with any of its keys. The session then shows what that key may read: leases "
            "need `leased:write`, jobs `jobs:read`, names of projects `projects:read`, deliveries `webhooks:read`, and "
            "replaying them `webhooks:write`.",
            "The session ends at `expiresAt`, and with the key that asked for it: deleted, killed or rotated.",
        ],
        when={
            "FORBIDDEN_SCOPE": "The key is a partner's and lacks the scope `org:admin`; or it is a child's, and the "
            "request names another organization."
        },
    ),
)
async def create_portal_session(
    request: ApiRequest, body: NewPortalSession, connection: Connection
) -> PortalSession:
    """Create a portal session.

    A link for one browser to pages on which the people of an organization see its money: what is in the wallet, every
    movement, what is leased and when it renews. Redirect them there. The link works once.
    """
    settings = request.services.settings
    if body.return_url is not None:
        require_return_url(body.return_url, development=settings.development)
    address = portal_address(request)
    caller = request.caller
    link = mint_portal_link(caller.tenant_id, new_uuid7(request.now))
    expires_at = request.now + timedelta(seconds=body.expires_in_seconds)
    await store.insert_session(
        connection,
        request.now,
        caller=caller,
        link=link,
        secret_keys=request.services.secret_keys,
        return_url=body.return_url,
        expires_at=expires_at,
    )
    await write_audit(
        connection,
        request.now,
        caller.tenant_id,
        caller.organization_id,
        "portal_session.created",
        audit_argument(request),
        details={"portalSessionId": str(link.id), "expiresAt": format_milliseconds(expires_at)},
    )
    return PortalSession(
        url=f"{address}/portal/open/{link.text}", expires_at=format_milliseconds(expires_at)
    )
