"""SQL of API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Connection
    from partner_api.edge.credentials import ApiKeyCredential


async def insert_key(
    connection: Connection,
    now: datetime,
    *,
    key_id: UUID,
    organization_id: UUID,
    credential: ApiKeyCredential,
    secret_keys: SecretKeys,
    name: str,
    scopes: Sequence[str],
) -> asyncpg.Record:
    """Record a newly minted key; of the secret only its keyed hash is kept. Gives the row."""
    hash_key_id, digest = secret_keys.hash_secret(credential.secret)
    row = await connection.fetchrow(
        """
        INSERT INTO api_keys
            (tenant_id, id, organization_id, keyid, secret_hash, hash_key_id, name, env, scopes,
             created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        RETURNING *
        """,
        credential.tenant_id,
        key_id,
        organization_id,
        credential.keyid,
        digest,
        hash_key_id,
        name,
        credential.env,
        list(scopes),
        now,
    )
    assert row is not None  # noqa: S101 - RETURNING of one inserted row
    return row


async def list_keys_of_partner(
    connection: Connection, organization_id: UUID, *, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """A page of a partner's keys of both environments, newest first. For the operator only."""
    return await connection.fetch(
        """
        SELECT k.* FROM api_keys k
         WHERE k.tenant_id IN (SELECT id FROM tenants WHERE partner_id = $1)
           AND k.organization_id = $1 AND ($2::uuid IS NULL OR k.id < $2)
         ORDER BY k.id DESC LIMIT $3
        """,
        organization_id,
        before,
        limit,
    )


async def is_usable(connection: Connection, tenant_id: int, keyid: str) -> bool:
    """Whether a key is there and neither revoked nor killed."""
    return bool(
        await connection.fetchval(
            """
            SELECT EXISTS (SELECT FROM api_keys
                            WHERE tenant_id = $1 AND keyid = $2 AND revoked_at IS NULL
                              AND NOT kill_switch)
            """,
            tenant_id,
            keyid,
        )
    )
