"""SQL that finds who is calling: API keys, operators, and the children that a key may act for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from partner_api.database.lookups import Lookup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Pool, Row

# One key's row, its organization and that one's parent. Each row is found by its primary or unique
# key within one tenant.
_KEYS = Lookup(
    """
SELECT k.id, k.secret_hash, k.hash_key_id, k.env, k.scopes, k.kill_switch, k.revoked_at,
       k.grace_until, k.demo, o.id AS organization_id, o.name AS organization_name, o.parent_id,
       o.status, p.status AS parent_status,
       coalesce(p.rate_limit_tier, o.rate_limit_tier) AS rate_limit_tier
  FROM {asked}
  LEFT JOIN api_keys k ON k.tenant_id = asked.tenant_id AND k.keyid = asked.keyid
  LEFT JOIN organizations o ON o.tenant_id = k.tenant_id AND o.id = k.organization_id
  LEFT JOIN organizations p ON p.tenant_id = o.tenant_id AND p.id = o.parent_id
 ORDER BY asked.position
""",
    tenant_id="bigint",
    keyid="text",
)
_CHILDREN = Lookup(
    """
SELECT o.name, o.status
  FROM {asked}
  LEFT JOIN organizations o
    ON o.tenant_id = asked.tenant_id AND o.id = asked.id AND o.parent_id = asked.parent_id
 ORDER BY asked.position
""",
    tenant_id="bigint",
    parent_id="uuid",
    id="uuid",
)


async def find_keys(pool: Pool, keys: Sequence[tuple[int, str]]) -> list[Row]:
    """Return one row for each key, a tenant and a keyid; its ``id`` is None when there is none."""
    return await _KEYS.fetch(pool, keys)


async def find_children(pool: Pool, keys: Sequence[tuple[int, UUID, UUID]]) -> list[Row]:
    """Return one row for each key, a tenant, a parent and an id; its ``status`` is None when there is none."""
    return await _CHILDREN.fetch(pool, keys)


async def find_operator(pool: Pool, keyid: str) -> Row | None:
    """Return the operator whose token has this keyid."""
    return await pool.fetchrow(
        """
        SELECT id, name, role, secret_hash, hash_key_id, expires_at, revoked_at, demo
          FROM operators WHERE keyid = $1
        """,
        keyid,
    )
