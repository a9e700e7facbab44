"""SQL of API keys within their tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from partner_api.database.rows import columns_of, read_returned, read_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Connection
    from partner_api.edge.identity.credentials import ApiKeyCredential, Env


class ApiKey(Struct, frozen=True):
    """A row of ``api_keys``, without the hash of its secret."""

    tenant_id: int
    id: UUID
    organization_id: UUID
    keyid: str
    name: str
    env: Env
    scopes: list[str]
    kill_switch: bool
    created_at: datetime
    last_used_at: datetime | None
    rotated_at: datetime | None
    revoked_at: datetime | None
    grace_until: datetime | None
    superseded_by: UUID | None
    demo: bool


_COLUMNS = columns_of(ApiKey)


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
) -> ApiKey:
    """Record a newly minted key; of the secret only its keyed hash is kept.

    One of the demo is accepted in development mode only.
    """
    hash_key_id, digest = secret_keys.hash_secret(credential.secret)
    row = await connection.fetchrow(
        f"""
        INSERT INTO api_keys
            (tenant_id, id, organization_id, keyid, secret_hash, hash_key_id, name, env, scopes,
             created_at, demo)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        RETURNING {_COLUMNS}
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
    return read_returned(ApiKey, row)


async def list_keys(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    *,
    before: UUID | None,
    limit: int,
) -> list[ApiKey]:
    """Return a page of an organization's keys in one environment, newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM api_keys
         WHERE tenant_id = $1 AND organization_id = $2 AND ($3::uuid IS NULL OR id < $3)
         ORDER BY id DESC LIMIT $4
        """,
        tenant_id,
        organization_id,
        before,
        limit,
    )
    return read_rows(ApiKey, rows)


async def lock_keys(
    connection: Connection, tenant_id: int, key_ids: Collection[UUID]
) -> dict[UUID, ApiKey]:
    """Return keys of a tenant by their ids, locked in id order until the transaction ends."""
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM api_keys WHERE tenant_id = $1 AND id = ANY ($2)
         ORDER BY id FOR NO KEY UPDATE
        """,
        tenant_id,
        list(key_ids),
    )
    return {key.id: key for key in read_rows(ApiKey, rows)}


async def replace_secret(
    connection: Connection,
    now: datetime,
    *,
    key_id: UUID,
    credential: ApiKeyCredential,
    secret_keys: SecretKeys,
    demo: bool,
) -> ApiKey:
    """Replace the prefix and the secret of a locked key in place, and clear its kill.

    A key of the demo stays one, and with ``demo`` it becomes one.
    """
    hash_key_id, digest = secret_keys.hash_secret(credential.secret)
    row = await connection.fetchrow(
        f"""
        UPDATE api_keys
           SET keyid = $3, secret_hash = $4, hash_key_id = $5, rotated_at = $6, kill_switch = false,
               demo = demo OR $7
         WHERE tenant_id = $1 AND id = $2
        RETURNING {_COLUMNS}
        """,
        credential.tenant_id,
        key_id,
        credential.keyid,
        digest,
        hash_key_id,
        now,
        demo,
    )
    return read_returned(ApiKey, row)


async def supersede(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    *,
    key_id: UUID,
    successor_id: UUID,
    grace_until: datetime,
) -> None:
    """Keep a locked key's secret working until ``grace_until``, and name the key that follows it."""
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


async def revoke(connection: Connection, tenant_id: int, now: datetime, key_id: UUID) -> ApiKey:
    """Revoke a locked key; one that is revoked keeps its date."""
    row = await connection.fetchrow(
        f"""
        UPDATE api_keys SET revoked_at = coalesce(revoked_at, $3)
         WHERE tenant_id = $1 AND id = $2
        RETURNING {_COLUMNS}
        """,
        tenant_id,
        key_id,
        now,
    )
    return read_returned(ApiKey, row)


async def set_kill_switch(
    connection: Connection, tenant_id: int, key_id: UUID, *, killed: bool
) -> ApiKey:
    """Kill a locked key, or bring it back."""
    row = await connection.fetchrow(
        f"UPDATE api_keys SET kill_switch = $3 WHERE tenant_id = $1 AND id = $2 RETURNING {_COLUMNS}",
        tenant_id,
        key_id,
        killed,
    )
    return read_returned(ApiKey, row)


async def is_usable(connection: Connection, tenant_id: int, keyid: str) -> bool:
    """Return whether a key is there and neither revoked nor killed."""
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
