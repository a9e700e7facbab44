"""SQL of the links to the portal and the sessions that they open: one row is both."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from partner_api.database.looks import look
from partner_api.database.rows import columns_of, read_row

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Connection, Pool
    from partner_api.edge.identity.authentication import Caller, RateLimitTier
    from partner_api.edge.identity.credentials import Env, PortalCredential
    from partner_api.organizations.store import OrganizationStatus

# For so long somebody who comes too late is told where to ask for a new link.
_TIME_KEPT: Final = timedelta(hours=24)


class KnownPortalSession(Struct, frozen=True):
    """A session of the portal with the hashes of its secrets, its organization, and the key that asked for it."""

    id: UUID
    organization_id: UUID
    api_key_id: UUID
    api_keyid: str
    return_url: str | None
    link_secret_hash: bytes
    link_hash_key_id: str
    session_secret_hash: bytes | None
    session_hash_key_id: str | None
    expires_at: datetime
    opened_at: datetime | None
    organization_name: str
    parent_id: UUID | None
    status: OrganizationStatus
    parent_status: OrganizationStatus | None
    rate_limit_tier: RateLimitTier
    """The partner's."""
    env: Env
    scopes: list[str]
    current_keyid: str
    kill_switch: bool
    revoked_at: datetime | None
    grace_until: datetime | None
    demo: bool


_KNOWN = columns_of(
    KnownPortalSession,
    "s",
    organization_name="o.name",
    parent_id="o.parent_id",
    status="o.status",
    parent_status="p.status",
    rate_limit_tier="coalesce(p.rate_limit_tier, o.rate_limit_tier)",
    env="k.env",
    scopes="k.scopes",
    current_keyid="k.keyid",
    kill_switch="k.kill_switch",
    revoked_at="k.revoked_at",
    grace_until="k.grace_until",
    demo="k.demo",
)


async def find_session(
    pool: Connection | Pool, tenant_id: int, session_id: UUID
) -> KnownPortalSession | None:
    """Return the session with this tenant and id, whatever has become of it."""
    row = await pool.fetchrow(
        f"""
        SELECT {_KNOWN}
          FROM portal_sessions s
          JOIN api_keys k ON k.tenant_id = s.tenant_id AND k.id = s.api_key_id
          JOIN organizations o ON o.tenant_id = s.tenant_id AND o.id = s.organization_id
          LEFT JOIN organizations p ON p.tenant_id = o.tenant_id AND p.id = o.parent_id
         WHERE s.tenant_id = $1 AND s.id = $2
        """,
        tenant_id,
        session_id,
    )
    return read_row(KnownPortalSession, row)


async def insert_session(
    connection: Connection,
    now: datetime,
    *,
    caller: Caller,
    link: PortalCredential,
    secret_keys: SecretKeys,
    return_url: str | None,
    expires_at: datetime,
) -> None:
    """Record a session that waits for its link to be opened; of the link only the keyed hash is kept."""
    hash_key_id, digest = secret_keys.hash_secret(link.secret)
    await connection.execute(
        """
        INSERT INTO portal_sessions
            (tenant_id, id, organization_id, api_key_id, api_keyid, return_url, link_secret_hash,
             link_hash_key_id, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        caller.tenant_id,
        link.id,
        caller.organization_id,
        caller.api_key_id,
        caller.keyid,
        return_url,
        digest,
        hash_key_id,
        now,
        expires_at,
    )


async def open_session(
    connection: Connection, now: datetime, session: PortalCredential, secret_keys: SecretKeys
) -> bool:
    """Open a session, unless it was opened before or its time is over; return whether this did."""
    hash_key_id, digest = secret_keys.hash_secret(session.secret)
    return bool(
        await connection.fetchval(
            """
            UPDATE portal_sessions
               SET opened_at = $3, session_secret_hash = $4, session_hash_key_id = $5
             WHERE tenant_id = $1 AND id = $2 AND opened_at IS NULL AND expires_at > $3
            RETURNING true
            """,
            session.tenant_id,
            session.id,
            now,
            digest,
            hash_key_id,
        )
    )


async def end_session(
    connection: Connection, tenant_id: int, now: datetime, session_id: UUID
) -> bool:
    """End a session before its time; return whether this did."""
    return bool(
        await connection.fetchval(
            """
            UPDATE portal_sessions SET expires_at = $3
             WHERE tenant_id = $1 AND id = $2 AND expires_at > $3
            RETURNING true
            """,
            tenant_id,
            session_id,
            now,
        )
    )


async def delete_expired(connection: Connection, now: datetime, limit: int) -> int:
    """Delete up to ``limit`` sessions that ended a day ago, a commit for each tenant; return how many."""
    until = now - _TIME_KEPT
    expired: dict[int, list[UUID]] = {}
    for tenant_id, session_id in await _expired(connection, until, limit):
        expired.setdefault(tenant_id, []).append(session_id)
    for tenant_id, session_ids in expired.items():
        await connection.execute(
            "DELETE FROM portal_sessions WHERE tenant_id = $1 AND id = ANY ($2)",
            tenant_id,
            session_ids,
        )
    return sum(map(len, expired.values()))


async def _expired(connection: Connection, until: datetime, limit: int) -> list[tuple[int, UUID]]:
    """Return tenants and ids of up to ``limit`` sessions that had ended by then. Crosses tenants."""
    rows = await look(
        connection,
        """
        SELECT tenant_id, id FROM portal_sessions
         WHERE /* reached: tenant_id */ expires_at <= $1 ORDER BY expires_at LIMIT $2
        """,
        until,
        limit,
    )
    return [(row["tenant_id"], row["id"]) for row in rows]
