"""Who looks at the portal: the session that a partner has opened for its people, and as whom it asks the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from partner_api.edge.identity.authentication import Caller
from partner_api.edge.identity.scopes import ORG_ADMIN, Scope, covers
from partner_api.errors import ApiError
from partner_api.portal_sessions import store

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.crypto import SecretKeys
    from partner_api.edge.identity.credentials import PortalCredential
    from partner_api.portal_sessions.store import KnownPortalSession
    from partner_api.services import Services

# What the pages of the portal read, and the one thing that they do.
_SCOPES: Final[tuple[Scope, ...]] = (
    "jobs:read",
    "leased:write",
    "projects:read",
    "webhooks:read",
    "webhooks:write",
)


class PortalVisitor(msgspec.Struct, frozen=True):
    """The session of a browser that looks at the portal, or a link to one.

    Attributes:
        caller: as whom its pages ask the API; None when it has ended, with its time or with the key that asked for it,
            and while its organization is not active.
        known: the session.
        is_suspended: whether it goes on when the organization, or the partner, is active again.
    """

    caller: Caller | None
    known: KnownPortalSession
    is_suspended: bool = False

    @property
    def is_opened(self) -> bool:
        """Whether the link was used."""
        return self.known.opened_at is not None

    def is_session(self, session: PortalCredential, secret_keys: SecretKeys) -> bool:
        """Return whether this is the session that the link has opened."""
        known = self.known
        return (
            known.session_hash_key_id is not None
            and known.session_secret_hash is not None
            and secret_keys.verify(
                known.session_hash_key_id, known.session_secret_hash, session.secret
            )
        )


async def find_visitor(
    services: Services, credential: PortalCredential, now: datetime
) -> PortalVisitor:
    """Return whose session or link this is, at every request: it ends when its key does.

    Raises:
        ApiError: UNAUTHENTICATED: there was never such a session.
    """
    known = await store.find_session(services.pool, credential.tenant_id, credential.id)
    if known is None:
        raise ApiError("UNAUTHENTICATED")
    visitor = PortalVisitor(None, known)
    if credential.kind == "session":
        verified = visitor.is_session(credential, services.secret_keys)
    else:
        verified = services.secret_keys.verify(
            known.link_hash_key_id, known.link_secret_hash, credential.secret
        )
    if not verified:
        raise ApiError("UNAUTHENTICATED")
    if _has_ended(known, now, development=services.settings.development):
        return visitor
    if known.status != "active" or known.parent_status not in (None, "active"):
        return PortalVisitor(None, known, is_suspended=True)
    return PortalVisitor(_caller_of(credential.tenant_id, known), known)


def _has_ended(known: KnownPortalSession, now: datetime, *, development: bool) -> bool:
    """Return whether its time is over, or the secret that asked for it is no longer one that lets anybody in."""
    return (
        known.expires_at <= now
        or known.revoked_at is not None
        or known.kill_switch
        or known.current_keyid != known.api_keyid
        or (known.grace_until is not None and known.grace_until <= now)
        or (known.demo and not development)
    )


def _caller_of(tenant_id: int, known: KnownPortalSession) -> Caller:
    """Return the caller that a session is: of its organization, with no scope but those that the pages need.

    A child's own key does not show more than it may read itself; `org:admin` is what opens all of the portal.
    """
    held = frozenset(known.scopes)
    scopes = [scope for scope in _SCOPES if covers(held, ORG_ADMIN) or covers(held, scope)]
    return Caller(
        tenant_id,
        known.organization_id,
        known.organization_name,
        known.parent_id,
        known.api_key_id,
        known.api_keyid,
        known.env,
        frozenset(scopes),
        "sandbox" if known.env == "test" else known.rate_limit_tier,
        known.demo,
        known.id,
    )
