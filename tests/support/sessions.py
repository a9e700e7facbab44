"""Sessions of operators in the console, without a browser."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.installation import now

from partner_api.edge.identity.authentication import OperatorCaller
from partner_api.edge.identity.credentials import mint_session
from partner_api.ids import format_id, new_uuid7
from partner_api.operators import session_store

if TYPE_CHECKING:
    from tests.support.installation import Installation


async def signed_in_session(installation: Installation, token: str) -> str:
    """Sign in the operator who has this token; the session's id."""
    session_id = new_uuid7(now())
    async with installation.owner.acquire() as connection:
        row = await connection.fetchrow(
            "SELECT id, keyid, name, role, demo FROM operators WHERE keyid = $1",
            token.split("_")[1],
        )
        assert row is not None
        await session_store.open_session(
            connection,
            now(),
            session_id=session_id,
            operator=OperatorCaller(*row.values()),
            credential=mint_session(),
            secret_keys=installation.secret_keys,
            # The clock of the server may have been moved far ahead by others.
            expires_at=now() + timedelta(days=20_000),
            address="203.0.113.9",
            user_agent="A browser",
            kept_form=None,
        )
    return format_id("ses", session_id)
