"""SQL of the links that open one session each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from partner_api.database.rows import columns_of, read_row

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Connection, Pool
    from partner_api.edge.identity.credentials import SignInLinkCredential
    from partner_api.edge.identity.scopes import Role

_TIME_KEPT: Final = timedelta(days=7)


class KnownLink(Struct, frozen=True):
    """A link with the hash of its secret, and its operator."""

    secret_hash: bytes
    hash_key_id: str
    operator_keyid: str
    expires_at: datetime
    used_at: datetime | None
    operator_id: UUID
    name: str
    role: Role
    current_keyid: str
    operator_expires_at: datetime | None
    operator_revoked_at: datetime | None
    demo: bool


_KNOWN = columns_of(
    KnownLink,
    "l",
    name="o.name",
    role="o.role",
    current_keyid="o.keyid",
    operator_expires_at="o.expires_at",
    operator_revoked_at="o.revoked_at",
    demo="o.demo",
)


async def insert_link(
    connection: Connection,
    now: datetime,
    *,
    operator_keyid: str,
    credential: SignInLinkCredential,
    secret_keys: SecretKeys,
    expires_at: datetime,
) -> None:
    """Record a link of the operator with this token; of its credential only the keyed hash is kept."""
    hash_key_id, digest = secret_keys.hash_secret(credential.secret)
    await connection.execute(
        """
        INSERT INTO sign_in_links
            (keyid, operator_id, operator_keyid, secret_hash, hash_key_id, created_at, expires_at)
        SELECT $1, o.id, o.keyid, $3, $4, $5, $6 FROM operators o WHERE o.keyid = $2
        """,
        credential.keyid,
        operator_keyid,
        digest,
        hash_key_id,
        now,
        expires_at,
    )


async def find_link(pool: Pool, keyid: str) -> KnownLink | None:
    """Return the link with this public part, whatever has become of it."""
    row = await pool.fetchrow(
        f"""
        SELECT {_KNOWN} FROM sign_in_links l JOIN operators o ON o.id = l.operator_id
         WHERE l.keyid = $1
        """,
        keyid,
    )
    return read_row(KnownLink, row)


async def use_link(connection: Connection, keyid: str, now: datetime) -> bool:
    """Use a link up; return whether nobody had."""
    used = await connection.fetchval(
        "UPDATE sign_in_links SET used_at = $2 WHERE keyid = $1 AND used_at IS NULL RETURNING true",
        keyid,
        now,
    )
    return bool(used)


async def delete_expired(connection: Connection, now: datetime, limit: int) -> int:
    """Delete up to ``limit`` links that expired seven days ago; return how many."""
    return int(
        await connection.fetchval(
            """
            WITH expired AS (
                SELECT keyid FROM sign_in_links WHERE expires_at <= $1
                 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
            ), gone AS (
                DELETE FROM sign_in_links l USING expired WHERE l.keyid = expired.keyid RETURNING 1
            )
            SELECT count(*) FROM gone
            """,
            now - _TIME_KEPT,
            limit,
        )
    )
