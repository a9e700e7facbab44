"""SQL of API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Connection
    from partner_api.edge.identity.credentials import ApiKeyCredential


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
    demo: bool = False,
) -> asyncpg.Record:
    """Record a newly minted key; of the secret only its keyed hash is kept. Return the row.

    One of the demo is accepted in development mode only.
    """
    hash_key_id, digest = secret_keys.hash_secret(credential.secret)
    row = await connection.fetchrow(
        """
        INSERT INTO api_keys
            (tenant_id, id, organization_id, keyid, secret_hash, hash_key_id, name, env, scopes,
             created_at, demo)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
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
        demo,
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


async def lock_key_of_partner(
    connection: Connection, organization_id: UUID, key_id: UUID
) -> asyncpg.Record | None:
    """A partner's key of either environment, locked. For the operator only."""
    return await connection.fetchrow(
        """
        SELECT k.* FROM api_keys k
         WHERE k.tenant_id IN (SELECT id FROM tenants WHERE partner_id = $1)
           AND k.organization_id = $1 AND k.id = $2
           FOR NO KEY UPDATE OF k
        """,
        organization_id,
        key_id,
    )


async def list_keys(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    *,
    before: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """A page of an organization's keys in one environment, newest first."""
    return await connection.fetch(
        """
        SELECT * FROM api_keys
         WHERE tenant_id = $1 AND organization_id = $2 AND ($3::uuid IS NULL OR id < $3)
         ORDER BY id DESC LIMIT $4
        """,
        tenant_id,
        organization_id,
        before,
        limit,
    )


async def lock_keys(
    connection: Connection, tenant_id: int, key_ids: Collection[UUID]
) -> dict[UUID, asyncpg.Record]:
    """Keys of a tenant by their ids, locked in id order until the transaction ends."""
    rows = await connection.fetch(
        """
        SELECT * FROM api_keys WHERE tenant_id = $1 AND id = ANY ($2)
         ORDER BY id FOR NO KEY UPDATE
        """,
        tenant_id,
        list(key_ids),
    )
    return {row["id"]: row for row in rows}


async def replace_secret(
    connection: Connection,
    now: datetime,
    *,
    key_id: UUID,
    credential: ApiKeyCredential,
    secret_keys: SecretKeys,
    demo: bool,
) -> asyncpg.Record:
    """Give a locked key a new prefix and secret in place, and clear its kill. Return the row.

    A key of the demo stays one, and with ``demo`` it becomes one.
    """
    hash_key_id, digest = secret_keys.hash_secret(credential.secret)
    row = await connection.fetchrow(
        """
        UPDATE api_keys
           SET keyid = $3, secret_hash = $4, hash_key_id = $5, rotated_at = $6, kill_switch = false,
               demo = demo OR $7
         WHERE tenant_id = $1 AND id = $2
        RETURNING *
        """,
        credential.tenant_id,
        key_id,
        credential.keyid,
        digest,
        hash_key_id,
        now,
        demo,
    )
    assert row is not None  # noqa: S101 - it is locked, so it is there
    return row


async def supersede(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    *,
    key_id: UUID,
    successor_id: UUID,
    grace_until: datetime,
) -> None:
    """Let a locked key's secret work until ``grace_until``, and name the key that follows it."""
    await connection.execute(
        """
        UPDATE api_keys SET superseded_by = $3, grace_until = $4, rotated_at = $5
         WHERE tenant_id = $1 AND id = $2
        """,
        tenant_id,
        key_id,
        successor_id,
        grace_until,
        now,
    )


async def revoke(
    connection: Connection, tenant_id: int, now: datetime, key_id: UUID
) -> asyncpg.Record:
    """Revoke a locked key; one that is revoked keeps its date. Gives the row."""
    row = await connection.fetchrow(
        """
        UPDATE api_keys SET revoked_at = coalesce(revoked_at, $3)
         WHERE tenant_id = $1 AND id = $2
        RETURNING *
        """,
        tenant_id,
        key_id,
        now,
    )
    assert row is not None  # noqa: S101 - it is locked, so it is there
    return row


async def set_kill_switch(
    connection: Connection, tenant_id: int, key_id: UUID, *, killed: bool
) -> asyncpg.Record:
    """Kill a locked key, or bring it back; gives the row."""
    row = await connection.fetchrow(
        "UPDATE api_keys SET kill_switch = $3 WHERE tenant_id = $1 AND id = $2 RETURNING *",
        tenant_id,
        key_id,
        killed,
    )
    assert row is not None  # noqa: S101 - it is locked, so it is there
    return row


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


async def mark_as_demo(connection: Connection, tenant_id: int, keyid: str) -> None:
    """Mark a key as the demo's, if it is there and is not marked."""
    await connection.execute(
        "UPDATE api_keys SET demo = true WHERE tenant_id = $1 AND keyid = $2 AND NOT demo",
        tenant_id,
        keyid,
    )


async def mark_all_as_demo(connection: Connection, partner_id: UUID) -> None:
    """Mark all keys of a partner and its children, in both environments, as the demo's."""
    await connection.execute(
        """
        UPDATE api_keys SET demo = true
         WHERE tenant_id IN (SELECT id FROM tenants WHERE partner_id = $1) AND NOT demo
        """,
        partner_id,
    )
