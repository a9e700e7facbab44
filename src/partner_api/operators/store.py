"""SQL of operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Connection
    from partner_api.edge.identity.credentials import OperatorCredential


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
    demo: bool = False,
) -> asyncpg.Record:
    """Record an operator; of the token only its keyed hash is kept. Return the row.

    One of the demo is accepted in development mode only.

    Raises:
        asyncpg.UniqueViolationError: an operator who is not revoked has this name.
    """
    hash_key_id, digest = secret_keys.hash_secret(credential.secret)
    row = await connection.fetchrow(
        """
        INSERT INTO operators
            (id, name, role, keyid, secret_hash, hash_key_id, created_at, expires_at, demo)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
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
        demo,
    )
    assert row is not None  # noqa: S101 - RETURNING of one inserted row
    return row


async def has_operators(connection: Connection) -> bool:
    """Whether anybody can use the operator's API, also outside development mode."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM operators WHERE revoked_at IS NULL AND NOT demo)"
        )
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


async def lock_operator(connection: Connection, operator_id: UUID) -> asyncpg.Record | None:
    """An operator who stays as they are until the transaction ends; others may ask for the same."""
    return await connection.fetchrow("SELECT * FROM operators WHERE id = $1 FOR SHARE", operator_id)


async def lock_operators(connection: Connection) -> list[asyncpg.Record]:
    """All operators, locked in id order until the transaction ends."""
    return await connection.fetch("SELECT * FROM operators ORDER BY id FOR NO KEY UPDATE")


async def has_another_admin(
    connection: Connection, operator_id: UUID, now: datetime, *, development: bool
) -> bool:
    """Whether somebody else can manage operators; one of the demo can in development mode only."""
    return bool(
        await connection.fetchval(
            """
            SELECT EXISTS (SELECT FROM operators
                            WHERE id <> $1 AND role = 'admin' AND revoked_at IS NULL
                              AND (expires_at IS NULL OR expires_at > $2) AND ($3 OR NOT demo))
            """,
            operator_id,
            now,
            development,
        )
    )


async def replace_token(
    connection: Connection,
    now: datetime,
    *,
    operator_id: UUID,
    credential: OperatorCredential,
    secret_keys: SecretKeys,
    demo: bool,
) -> asyncpg.Record:
    """Give a locked operator a new token. Return the row.

    An operator of the demo stays one, and with ``demo`` becomes one.
    """
    hash_key_id, digest = secret_keys.hash_secret(credential.secret)
    row = await connection.fetchrow(
        """
        UPDATE operators
           SET keyid = $2, secret_hash = $3, hash_key_id = $4, rotated_at = $5, demo = demo OR $6
         WHERE id = $1
        RETURNING *
        """,
        operator_id,
        credential.keyid,
        digest,
        hash_key_id,
        now,
        demo,
    )
    assert row is not None  # noqa: S101 - it is locked, so it is there
    return row


async def restore_token(
    connection: Connection,
    now: datetime,
    *,
    operator_id: UUID,
    credential: OperatorCredential,
    secret_keys: SecretKeys,
) -> asyncpg.Record:
    """Give a locked operator a new token that does not expire. Return the row."""
    hash_key_id, digest = secret_keys.hash_secret(credential.secret)
    row = await connection.fetchrow(
        """
        UPDATE operators
           SET keyid = $2, secret_hash = $3, hash_key_id = $4, rotated_at = $5, expires_at = NULL
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


async def mark_as_demo(connection: Connection, keyid: str) -> None:
    """Mark the operator with this token as the demo's, if there is one that is not marked."""
    await connection.execute(
        "UPDATE operators SET demo = true WHERE keyid = $1 AND NOT demo", keyid
    )
