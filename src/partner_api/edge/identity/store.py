"""SQL of who is calling: the key or token that a request carries, and the child that it acts for.

For many requests in one round trip. Each row is found by its primary or unique key within one tenant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from msgspec import Struct

from partner_api.credits.store import Wallet, wallet_columns
from partner_api.database.lookups import Lookup
from partner_api.database.rows import columns_of, read_joined

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


class KeyLookup(NamedTuple):
    """Which key to look up, and what to read with it; see ``SubjectLookup``."""

    tenant_id: int
    """As the key's id has it: a hint."""
    keyid: str
    child_id: UUID | None = None
    wallet: bool = False

    @property
    def has_subject(self) -> bool:
        """Return whether something is read with the key."""
        return self.wallet or self.child_id is not None


class FoundKey(NamedTuple):
    """A key and what was read with it, at the same instant."""

    key: KnownKey
    child: Child | None
    wallet: Wallet | None


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
_KEY_TABLES = """
  JOIN api_keys k ON k.tenant_id = asked.tenant_id AND k.keyid = asked.keyid AND k.tenant_id {tenants}
  JOIN organizations o ON o.tenant_id = k.tenant_id AND o.id = k.organization_id AND o.tenant_id {tenants}
  LEFT JOIN organizations p ON p.tenant_id = o.tenant_id AND p.id = o.parent_id AND p.tenant_id {tenants}
"""
_KEYS = Lookup(
    f"""
SELECT {_KEY_COLUMNS}, asked.position
  FROM {{asked}}
{_KEY_TABLES}
""",
    tenant_id="bigint",
    keyid="text",
)
# The subject is the key's own organization, or that child of it which is asked for. Everything hangs on the key that
# was found: where there is none, there is nothing else.
_KEYS_WITH_SUBJECTS = Lookup(
    f"""
SELECT {_KEY_COLUMNS}, {columns_of(Child, "s")}, {wallet_columns("s", "p", "o")}, asked.position
  FROM {{asked}}
{_KEY_TABLES}
  LEFT JOIN organizations s
    ON s.tenant_id = k.tenant_id AND s.id = coalesce(asked.child_id, k.organization_id)
   AND (asked.child_id IS NULL OR s.parent_id = k.organization_id) AND s.tenant_id {{tenants}}
  LEFT JOIN wallets w
    ON w.tenant_id = s.tenant_id AND w.organization_id = s.id AND w.tenant_id {{tenants}}
""",
    tenant_id="bigint",
    keyid="text",
    child_id="uuid",
    wallet="boolean",
)
_CHILDREN = Lookup(
    f"""
SELECT {columns_of(Child, "o")}, asked.position
  FROM {{asked}}
  JOIN organizations o
    ON o.tenant_id = asked.tenant_id AND o.id = asked.id AND o.parent_id = asked.parent_id
   AND o.tenant_id {{tenants}}
""",
    tenant_id="bigint",
    parent_id="uuid",
    id="uuid",
)
_OPERATORS = Lookup(
    f"""
SELECT {columns_of(KnownOperator, "r")}, asked.position
  FROM {{asked}}
  JOIN operators r ON r.keyid = asked.keyid
""",
    keyid="text",
)


async def find_keys(pool: Connection | Pool, asked: Sequence[KeyLookup]) -> list[FoundKey | None]:
    """Return the keys with these tenants and public parts, in their order; None for one that is not there.

    If nothing is to be read with any of them, the statement is the shorter one.
    """
    if not any(one.has_subject for one in asked):
        keys = _read_found(KnownKey, await _KEYS.fetch(pool, [one[:2] for one in asked]))
        return [None if key is None else FoundKey(key, None, None) for key in keys]
    rows = await _KEYS_WITH_SUBJECTS.fetch(pool, asked)
    return [_read_with_subject(one, row) for one, row in zip(asked, rows, strict=True)]


async def find_children(pool: Pool, keys: Sequence[tuple[int, UUID, UUID]]) -> list[Child | None]:
    """Return the children with these tenants, parents and ids, in their order; None for what is no such child."""
    return _read_found(Child, await _CHILDREN.fetch(pool, keys))


async def find_operators(pool: Pool, keyids: Sequence[str]) -> list[KnownOperator | None]:
    """Return the operators whose tokens have these public parts, in their order; None for one that is not there."""
    return _read_found(KnownOperator, await _OPERATORS.fetch(pool, [(keyid,) for keyid in keyids]))


def _read_with_subject(asked: KeyLookup, row: Row | None) -> FoundKey | None:
    if row is None:
        return None
    key = read_joined(KnownKey, row, "id")
    if key is None:
        return None
    # Without a child, that part of the row is the key's own organization.
    child = read_joined(Child, row, "id", after=[KnownKey]) if asked.child_id is not None else None
    # It is read in any case: a join that the planner can do without is none that a cluster knows how to send to a node.
    wallet = (
        read_joined(Wallet, row, "organization_id", after=[KnownKey, Child])
        if asked.wallet
        else None
    )
    return FoundKey(key, child, wallet)


def _read_found(kind: type[S], rows: Sequence[Row | None]) -> list[S | None]:
    return [None if row is None else read_joined(kind, row, "id") for row in rows]
