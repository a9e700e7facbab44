"""SQL of the sessions in which operators look at pages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from msgspec import Struct

from partner_api.database.rows import columns_of, read_row, read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Connection, Pool
    from partner_api.edge.identity.authentication import OperatorCaller
    from partner_api.edge.identity.credentials import SessionCredential
    from partner_api.edge.identity.scopes import Role

SessionStatus = Literal["active", "ended", "expired", "revoked"]
_TIME_KEPT: Final = timedelta(days=7)
"""How long a session that has expired is known, so that its cookie is not taken for a guess."""


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


class Session(Struct, frozen=True):
    """A session without its secret; ``revoked`` is one whose token no longer works."""

    id: UUID
    operator_id: UUID
    operator_name: str
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    address: str
    user_agent: str
    status: SessionStatus


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
# $1 is the time, $2 whether the demo's operators are let in; what the authenticator decides of each request.
_STATUS = """
    CASE WHEN s.ended_at IS NOT NULL THEN 'ended'
         WHEN s.expires_at <= $1 THEN 'expired'
         WHEN o.revoked_at IS NOT NULL OR o.keyid <> s.operator_keyid OR o.expires_at <= $1
              OR (o.demo AND NOT $2) THEN 'revoked'
         ELSE 'active' END
"""
_SESSION = columns_of(Session, "s", operator_name="o.name", status=_STATUS)


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


async def list_sessions(
    connection: Connection,
    now: datetime,
    *,
    operator_id: UUID | None,
    status: SessionStatus | None,
    development: bool,
    before: UUID | None,
    limit: int,
) -> list[Session]:
    """Return a page of an operator's sessions, or of everybody's, newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_SESSION} FROM operator_sessions s JOIN operators o ON o.id = s.operator_id
         WHERE ($3::uuid IS NULL OR s.operator_id = $3)
           AND ($4::text IS NULL OR {_STATUS} = $4)
           AND ($5::uuid IS NULL OR s.id < $5)
         ORDER BY s.id DESC LIMIT $6
        """,
        now,
        development,
        operator_id,
        status,
        before,
        limit,
    )
    return read_rows(Session, rows)


async def lock_session(
    connection: Connection, now: datetime, session_id: UUID, *, development: bool
) -> Session | None:
    """Return a session, which nobody else ends until the transaction does."""
    row = await connection.fetchrow(
        f"""
        SELECT {_SESSION} FROM operator_sessions s JOIN operators o ON o.id = s.operator_id
         WHERE s.id = $3 FOR UPDATE OF s
        """,
        now,
        development,
        session_id,
    )
    return read_row(Session, row)


async def hold_session(connection: Connection, session_id: UUID) -> bool:
    """Return whether a session has not been ended; it then is not until the transaction ends."""
    return bool(
        await connection.fetchval(
            "SELECT ended_at IS NULL FROM operator_sessions WHERE id = $1 FOR SHARE", session_id
        )
    )


async def end_session(connection: Connection, session_id: UUID, now: datetime) -> bool:
    """End a session; return whether it had not ended."""
    ended = await connection.fetchval(
        """
        UPDATE operator_sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL
        RETURNING true
        """,
        session_id,
        now,
    )
    return bool(ended)


async def end_sessions(
    connection: Connection, now: datetime, operator_id: UUID, but: UUID | None
) -> int:
    """End all sessions of an operator that have neither ended nor expired, but for one; return how many."""
    return int(
        await connection.fetchval(
            """
            WITH open AS (
                SELECT id FROM operator_sessions
                 WHERE operator_id = $1 AND ended_at IS NULL AND expires_at > $2
                   AND ($3::uuid IS NULL OR id <> $3)
                 ORDER BY id FOR UPDATE
            ), ended AS (
                UPDATE operator_sessions s SET ended_at = $2 FROM open WHERE s.id = open.id
                RETURNING 1
            )
            SELECT count(*) FROM ended
            """,
            operator_id,
            now,
            but,
        )
    )


async def drop_kept_form(connection: Connection, session_id: UUID) -> None:
    """Forget what had been filled in when the session before this one ended: it was sent, or is not wanted."""
    await connection.execute(
        "UPDATE operator_sessions SET kept_form = NULL WHERE id = $1 AND kept_form IS NOT NULL",
        session_id,
    )


async def delete_expired(connection: Connection, now: datetime, limit: int) -> int:
    """Delete up to ``limit`` sessions that expired seven days ago; return how many."""
    return int(
        await connection.fetchval(
            """
            WITH expired AS (
                SELECT id FROM operator_sessions WHERE expires_at <= $1
                 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
            ), gone AS (
                DELETE FROM operator_sessions s USING expired WHERE s.id = expired.id RETURNING 1
            )
            SELECT count(*) FROM gone
            """,
            now - _TIME_KEPT,
            limit,
        )
    )
