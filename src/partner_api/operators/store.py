"""SQL of operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Connection
    from partner_api.edge.credentials import OperatorCredential


async def insert_operator(
    connection: Connection,
    now: datetime,
    *,
    operator_id: UUID,
    credential: OperatorCredential,
    secret_keys: SecretKeys,
    name: str,
    role: str,
    expires_at: datetime | None = None,
) -> asyncpg.Record:
    """Record an operator; of the token only its keyed hash is kept. Gives the row.

    Raises:
        asyncpg.UniqueViolationError: an operator who is not revoked has this name.
    """
    hash_key_id, digest = secret_keys.hash_secret(credential.secret)
    row = await connection.fetchrow(
        """
        INSERT INTO operators
            (id, name, role, keyid, secret_hash, hash_key_id, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        RETURNING *
        """,
        operator_id,
        name,
        role,
        credential.keyid,
        digest,
        hash_key_id,
        now,
        expires_at,
    )
    assert row is not None  # noqa: S101 - RETURNING of one inserted row
    return row


async def has_operators(connection: Connection) -> bool:
    """Whether anybody can use the operator's API."""
    return bool(
        await connection.fetchval("SELECT EXISTS (SELECT FROM operators WHERE revoked_at IS NULL)")
    )


async def is_usable(connection: Connection, keyid: str, now: datetime) -> bool:
    """Whether a token is there and neither revoked nor expired."""
    return bool(
        await connection.fetchval(
            """
            SELECT EXISTS (SELECT FROM operators
                            WHERE keyid = $1 AND revoked_at IS NULL
                              AND (expires_at IS NULL OR expires_at > $2))
            """,
            keyid,
            now,
        )
    )


async def revoke_by_name(connection: Connection, name: str, now: datetime) -> None:
    """Revoke the operator of this name, if there is one."""
    await connection.execute(
        "UPDATE operators SET revoked_at = $2 WHERE name = $1 AND revoked_at IS NULL", name, now
    )


async def list_operators(
    connection: Connection, *, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """A page of all operators, newest first."""
    return await connection.fetch(
        """
        SELECT * FROM operators WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2
        """,
        before,
        limit,
    )


async def lock_operators(connection: Connection) -> list[asyncpg.Record]:
    """All operators, locked in id order until the transaction ends."""
    return await connection.fetch("SELECT * FROM operators ORDER BY id FOR NO KEY UPDATE")


async def has_another_admin(connection: Connection, operator_id: UUID, now: datetime) -> bool:
    """Whether somebody else can manage operators."""
    return bool(
        await connection.fetchval(
            """
            SELECT EXISTS (SELECT FROM operators
                            WHERE id <> $1 AND role = 'admin' AND revoked_at IS NULL
                              AND (expires_at IS NULL OR expires_at > $2))
            """,
            operator_id,
            now,
        )
    )


async def replace_token(
    connection: Connection,
    now: datetime,
    *,
    operator_id: UUID,
    credential: OperatorCredential,
    secret_keys: SecretKeys,
) -> asyncpg.Record:
    """Give a locked operator a new token; gives the row."""
    hash_key_id, digest = secret_keys.hash_secret(credential.secret)
    row = await connection.fetchrow(
        """
        UPDATE operators SET keyid = $2, secret_hash = $3, hash_key_id = $4, rotated_at = $5
         WHERE id = $1
        RETURNING *
        """,
        operator_id,
        credential.keyid,
        digest,
        hash_key_id,
        now,
    )
    assert row is not None  # noqa: S101 - it is locked, so it is there
    return row


async def revoke(connection: Connection, operator_id: UUID, now: datetime) -> asyncpg.Record:
    """Revoke a locked operator; gives the row."""
    row = await connection.fetchrow(
        "UPDATE operators SET revoked_at = $2 WHERE id = $1 RETURNING *", operator_id, now
    )
    assert row is not None  # noqa: S101 - it is locked, so it is there
    return row
