"""Minting a key, checking what it may be given, and its audit row, whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.api_keys import store
from partner_api.edge.identity.audit import audit_argument, write_audit
from partner_api.edge.identity.credentials import key_prefix, mint_api_key
from partner_api.edge.identity.scopes import ORG_ADMIN, covers, forbidden
from partner_api.errors import ApiError
from partner_api.ids import format_id, new_uuid7

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from partner_api.database.connection import Connection
    from partner_api.edge.identity.credentials import Env
    from partner_api.edge.request.api_request import ApiRequest


async def mint(
    request: ApiRequest,
    connection: Connection,
    *,
    tenant_id: int,
    organization_id: UUID,
    env: Env,
    name: str,
    scopes: Sequence[str],
    demo: bool = False,
) -> tuple[store.ApiKey, str]:
    """Create a key; return it and its whole text, which is kept nowhere.

    A key that a credential of the demo makes is the demo's too, and so is one with ``demo``: whoever
    holds what the demo printed could otherwise make a key that outlasts development mode.
    """
    credential = mint_api_key(tenant_id, env)
    key = await store.insert_key(
        connection,
        request.now,
        key_id=new_uuid7(request.now),
        organization_id=organization_id,
        credential=credential,
        secret_keys=request.services.secret_keys,
        name=name,
        scopes=list(dict.fromkeys(scopes)),
        demo=demo or (request.operator if request.is_operators else request.caller).demo,
    )
    return key, credential.text


def require_covered(
    caller_scopes: frozenset[str], scopes: Sequence[str], *, delegate: bool
) -> None:
    """Check that a caller has the scopes of a key that it makes or acts on.

    Args:
        caller_scopes: of the calling key.
        scopes: of the other key.
        delegate: the key is a child's, so it may not have ``org:admin`` at all.

    Raises:
        ApiError: FORBIDDEN_SCOPE, naming the first scope that is not covered.
    """
    for scope in scopes:
        if not covers(caller_scopes, scope):
            raise forbidden(scope)
        if delegate and scope == ORG_ADMIN:
            raise ApiError(
                "FORBIDDEN_SCOPE",
                f"A child's key cannot have the scope {scope!r}. Leave it out of scopes.",
                {"requiredScope": scope},
            )


async def audit_key(
    request: ApiRequest,
    connection: Connection,
    event_type: str,
    key: store.ApiKey,
) -> None:
    """Write the audit row of something that was done to a key.

    It is in the log of the caller's organization; of what an operator does, in that of the key's.
    """
    actor = key if request.is_operators else request.caller
    await write_audit(
        connection,
        request.now,
        actor.tenant_id,
        actor.organization_id,
        event_type,
        audit_argument(request),
        details={
            "apiKeyId": format_id("key", key.id),
            "prefix": key_prefix(key.env, key.keyid),
            "organizationId": format_id("org", key.organization_id),
            "scopes": key.scopes,
        },
    )
