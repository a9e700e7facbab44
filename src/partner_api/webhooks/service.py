"""What an endpoint may ask for: an address that may be sent to, types of events, a signing secret of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.database.pool import require_no_connection
from partner_api.edge.idempotency.records import stored_reply
from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.errors import Issue, invalid
from partner_api.webhooks.endpoint_schemas import EVERYTHING
from partner_api.webhooks.endpoint_store import SealedSecret
from partner_api.webhooks.sending.addresses import check_destination, check_url
from partner_api.webhooks.sending.signatures import new_signing_secret, secret_context

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.request.api_request import ApiRequest
    from partner_api.webhooks.endpoint_store import Endpoint


async def require_sendable_url(request: ApiRequest, url: str) -> None:
    """Check that events may be sent to a URL, as far as that can be known now.

    Its name is looked up, which nobody waits long for; one that does not resolve may do so later. Every attempt to send
    looks again.

    Raises:
        ApiError: VALIDATION. Not for the address of a request that was answered before: its answer stands.
    """
    settings = request.services.settings
    if (problem := check_url(url, development=settings.development)) is not None:
        raise invalid([Issue("url", problem)])
    if settings.webhook_proxy is not None:
        # It looks names up itself, and this machine may not be able to.
        return
    require_no_connection()
    problem = await check_destination(url, development=settings.development)
    if problem is not None and await stored_reply(request) is None:
        raise invalid([Issue("url", problem)])


def check_subscription(events: Sequence[str]) -> list[str]:
    """Return the types of events that are named, each once.

    Raises:
        ApiError: VALIDATION: ``*`` is not alone.
    """
    named = list(dict.fromkeys(events))
    if EVERYTHING in named and len(named) > 1:
        raise invalid([Issue("events", 'Expected names of events, or "*" alone')])
    return named


def new_secret(request: ApiRequest, endpoint_id: UUID) -> tuple[str, SealedSecret]:
    """Create a signing secret of an endpoint of the caller's; return its text, and what is kept of it."""
    secret_keys = request.services.secret_keys
    secret = new_signing_secret()
    context = secret_context(request.caller.tenant_id, endpoint_id)
    return secret, SealedSecret(secret_keys.seal(secret.encode(), context), secret_keys.current_id)


async def audit_endpoint(
    request: ApiRequest,
    connection: Connection,
    event_type: str,
    endpoint: Endpoint,
    **details: object,
) -> None:
    """Write the audit row of what was done to an endpoint; its URL may have a secret in it, so it is not in there."""
    caller = request.caller
    await write_audit(
        connection,
        request.now,
        caller.tenant_id,
        caller.organization_id,
        event_type,
        audit_argument(request),
        project_id=endpoint.project_id,
        details={"endpointId": str(endpoint.id), **details},
    )
