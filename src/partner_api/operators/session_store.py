"""SQL of the sessions in which operators look at pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from partner_api.database.rows import columns_of, read_row

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Connection, Pool
    from partner_api.edge.identity.authentication import OperatorCaller
    from partner_api.edge.identity.credentials import SessionCredential
    from partner_api.edge.identity.scopes import Role


class KnownSession(Struct, frozen=True):
    """A session with the hash of its secret, and its operator."""

    id: UUID
    secret_hash: bytes
    hash_key_id: str
    operator_keyid: str
    expires_at: datetime
    ended_at: datetime | None
    kept_form: dict[str, Any] | None
    operator_id: UUID
    name: str
    role: Role
    current_keyid: str
    operator_expires_at: datetime | None
    operator_revoked_at: datetime | None
    demo: bool


_KNOWN = columns_of(
    KnownSession,
    "s",
    name="o.name",
    role="o.role",
    current_keyid="o.keyid",
    operator_expires_at="o.expires_at",
    operator_revoked_at="o.revoked_at",
    demo="o.demo",
)


async def find_session(pool: Pool, keyid: str) -> KnownSession | None:
    """Return the session with this public part, whatever has become of it."""
    row = await pool.fetchrow(
        f"""
        SELECT {_KNOWN} FROM operator_sessions s JOIN operators o ON o.id = s.operator_id
         WHERE s.keyid = $1
        """,
        keyid,
    )
    return read_row(KnownSession, row)


async def open_session(
    connection: Connection,
    now: datetime,
    *,
    session_id: UUID,
    operator: OperatorCaller,
    credential: SessionCredential,
    secret_keys: SecretKeys,
    expires_at: datetime,
    address: str,
    user_agent: str,
    kept_form: Mapping[str, Any] | None,
) -> None:
    """Record a session; of its credential only the keyed hash is kept."""
    hash_key_id, digest = secret_keys.hash_secret(credential.secret)
    await connection.execute(
        """
        INSERT INTO operator_sessions
            (id, operator_id, operator_keyid, keyid, secret_hash, hash_key_id, created_at,
             expires_at, address, user_agent, kept_form)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        session_id,
        operator.operator_id,
        operator.keyid,
        credential.keyid,
        digest,
        hash_key_id,
        now,
        expires_at,
        address,
        user_agent,
        kept_form,
    )


async def end_session(connection: Connection, session_id: UUID, now: datetime) -> None:
    """End a session, if it has not ended."""
    await connection.execute(
        "UPDATE operator_sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL",
        session_id,
        now,
    )
