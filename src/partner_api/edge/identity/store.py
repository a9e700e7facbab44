"""SQL of who is calling: the key or token that a request carries, and the child that it acts for.

For many requests in one round trip. Each row is found by its primary or unique key within one tenant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from partner_api.database.lookups import Lookup
from partner_api.database.rows import columns_of, read_row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection, Pool, Row
    from partner_api.edge.identity.authentication import RateLimitTier
    from partner_api.edge.identity.credentials import Env
    from partner_api.edge.identity.scopes import Role
    from partner_api.organizations.store import OrganizationStatus

S = TypeVar("S", bound=Struct)


class KnownKey(Struct, frozen=True):
    """An API key with its organization and that one's parent."""

    id: UUID
    secret_hash: bytes
    hash_key_id: str
    env: Env
    scopes: list[str]
    kill_switch: bool
    revoked_at: datetime | None
    grace_until: datetime | None
    demo: bool
    organization_id: UUID
    organization_name: str
    parent_id: UUID | None
    status: OrganizationStatus
    parent_status: OrganizationStatus | None
    rate_limit_tier: RateLimitTier
    """The partner's."""


class KnownOperator(Struct, frozen=True):
    """An operator, with the hash of the token."""

    id: UUID
    name: str
    role: Role
    secret_hash: bytes
    hash_key_id: str
    expires_at: datetime | None
    revoked_at: datetime | None
    demo: bool


class Child(Struct, frozen=True):
    """A direct child of the caller's organization, as far as the edge needs to know it."""

    id: UUID
    name: str
    status: OrganizationStatus


_KEY_COLUMNS = columns_of(
    KnownKey,
    "k",
    organization_id="o.id",
    organization_name="o.name",
    parent_id="o.parent_id",
    status="o.status",
    parent_status="p.status",
    rate_limit_tier="coalesce(p.rate_limit_tier, o.rate_limit_tier)",
)
_KEYS = Lookup(
    f"""
SELECT {_KEY_COLUMNS}
  FROM {{asked}}
  LEFT JOIN api_keys k ON k.tenant_id = asked.tenant_id AND k.keyid = asked.keyid
  LEFT JOIN organizations o ON o.tenant_id = k.tenant_id AND o.id = k.organization_id
  LEFT JOIN organizations p ON p.tenant_id = o.tenant_id AND p.id = o.parent_id
 ORDER BY asked.position
""",
    tenant_id="bigint",
    keyid="text",
)
_CHILDREN = Lookup(
    f"""
SELECT {columns_of(Child, "o")}
  FROM {{asked}}
  LEFT JOIN organizations o
    ON o.tenant_id = asked.tenant_id AND o.id = asked.id AND o.parent_id = asked.parent_id
 ORDER BY asked.position
""",
    tenant_id="bigint",
    parent_id="uuid",
    id="uuid",
)


async def find_keys(pool: Pool, keys: Sequence[tuple[int, str]]) -> list[KnownKey | None]:
    """Return the keys with these tenants and public parts, in their order; None for one that is not there."""
    return _read_found(KnownKey, await _KEYS.fetch(pool, keys))


async def find_children(pool: Pool, keys: Sequence[tuple[int, UUID, UUID]]) -> list[Child | None]:
    """Return the children with these tenants, parents and ids, in their order; None for what is no such child."""
    return _read_found(Child, await _CHILDREN.fetch(pool, keys))


async def find_operator(pool: Connection | Pool, keyid: str) -> KnownOperator | None:
    """Return the operator whose token has this public part."""
    row = await pool.fetchrow(
        f"SELECT {columns_of(KnownOperator)} FROM operators WHERE keyid = $1", keyid
    )
    return read_row(KnownOperator, row)


def _read_found(kind: type[S], rows: Sequence[Row]) -> list[S | None]:
    return [None if row["id"] is None else read_row(kind, row) for row in rows]
