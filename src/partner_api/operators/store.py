"""SQL of operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from partner_api.database.rows import columns_of, read_returned, read_row, read_rows

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Connection
    from partner_api.edge.identity.credentials import OperatorCredential
    from partner_api.edge.identity.scopes import Role


class Operator(Struct, frozen=True):
    """A row of ``operators``, without the hash of the token."""

    id: UUID
    name: str
    role: Role
    keyid: str
    created_at: datetime
    expires_at: datetime | None
    rotated_at: datetime | None
    revoked_at: datetime | None
    demo: bool


_COLUMNS = columns_of(Operator)


async def insert_operator(
    connection: Connection,
    now: datetime,
    *,
    operator_id: UUID,
    credential: OperatorCredential,
    secret_keys: SecretKeys,
    name: str,
    role: Role,
    expires_at: datetime | None = None,
    demo: bool = False,
) -> Operator:
    """Record an operator; of the token only its keyed hash is kept.

    One of the demo is accepted in development mode only.

    Raises:
        asyncpg.UniqueViolationError: an operator who is not revoked has this name.
    """
    hash_key_id, digest = secret_keys.hash_secret(credential.secret)
    row = await connection.fetchrow(
        f"""
        INSERT INTO operators
            (id, name, role, keyid, secret_hash, hash_key_id, created_at, expires_at, demo)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        RETURNING {_COLUMNS}
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
    return read_returned(Operator, row)


async def lock_table(connection: Connection) -> None:
    """Let nobody else add an operator until the transaction ends."""
    await connection.execute("LOCK TABLE operators IN SHARE ROW EXCLUSIVE MODE")


async def has_operators(connection: Connection) -> bool:
    """Return whether anybody can use the operator's API, also outside development mode."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM operators WHERE revoked_at IS NULL AND NOT demo)"
        )
    )


async def is_usable(connection: Connection, keyid: str, now: datetime) -> bool:
    """Return whether a token is there and neither revoked nor expired."""
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
) -> list[Operator]:
    """Return a page of all operators, newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM operators
         WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2
        """,
        before,
        limit,
    )
    return read_rows(Operator, rows)


async def read_names(connection: Connection, operator_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of operators, also of those who are revoked, by their ids."""
    if not operator_ids:
        return {}
    rows = await connection.fetch(
        "SELECT id, name FROM operators WHERE id = ANY ($1::uuid[])", list(operator_ids)
    )
    return {row["id"]: row["name"] for row in rows}


async def find_operator(connection: Connection, operator_id: UUID) -> Operator | None:
    """Return an operator."""
    row = await connection.fetchrow(f"SELECT {_COLUMNS} FROM operators WHERE id = $1", operator_id)
    return read_row(Operator, row)


async def lock_operator(connection: Connection, operator_id: UUID) -> Operator | None:
    """Return an operator, who stays unchanged until the transaction ends; several may hold this."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM operators WHERE id = $1 FOR SHARE", operator_id
    )
    return read_row(Operator, row)


async def lock_operators(connection: Connection) -> list[Operator]:
    """Return all operators, locked in id order until the transaction ends."""
    rows = await connection.fetch(f"SELECT {_COLUMNS} FROM operators ORDER BY id FOR NO KEY UPDATE")
    return read_rows(Operator, rows)


async def has_another_admin(
    connection: Connection, operator_id: UUID, now: datetime, *, development: bool
) -> bool:
    """Return whether somebody else can manage operators; one of the demo can in development mode only."""
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
) -> Operator:
    """Replace the token of a locked operator.

    An operator of the demo stays one, and with ``demo`` becomes one.
    """
    hash_key_id, digest = secret_keys.hash_secret(credential.secret)
    row = await connection.fetchrow(
        f"""
        UPDATE operators
           SET keyid = $2, secret_hash = $3, hash_key_id = $4, rotated_at = $5, demo = demo OR $6
         WHERE id = $1
        RETURNING {_COLUMNS}
        """,
        operator_id,
        credential.keyid,
        digest,
        hash_key_id,
        now,
        demo,
    )
    return read_returned(Operator, row)


async def restore_token(
    connection: Connection,
    now: datetime,
    *,
    operator_id: UUID,
    credential: OperatorCredential,
    secret_keys: SecretKeys,
) -> Operator:
    """Replace the token of a locked operator by one that does not expire."""
    hash_key_id, digest = secret_keys.hash_secret(credential.secret)
    row = await connection.fetchrow(
        f"""
        UPDATE operators
           SET keyid = $2, secret_hash = $3, hash_key_id = $4, rotated_at = $5, expires_at = NULL
         WHERE id = $1
        RETURNING {_COLUMNS}
        """,
        operator_id,
        credential.keyid,
        digest,
        hash_key_id,
        now,
    )
    return read_returned(Operator, row)


async def revoke(connection: Connection, operator_id: UUID, now: datetime) -> Operator:
    """Revoke a locked operator."""
    row = await connection.fetchrow(
        f"UPDATE operators SET revoked_at = $2 WHERE id = $1 RETURNING {_COLUMNS}", operator_id, now
    )
    return read_returned(Operator, row)


async def mark_as_demo(connection: Connection, keyid: str) -> None:
    """Mark the operator with this token as the demo's, if there is one that is not marked."""
    await connection.execute(
        "UPDATE operators SET demo = true WHERE keyid = $1 AND NOT demo", keyid
    )
