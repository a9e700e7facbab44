"""SQL of organizations across tenants, for the operator and the demo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from msgspec import Struct

from partner_api.database.arguments import Actor, Idempotency, Outcome, call_money_function
from partner_api.database.rows import columns_of, read_returned, read_row, read_rows
from partner_api.edge.identity.authentication import RateLimitTier
from partner_api.organizations.store import (
    CONTENTS,
    Organization,
    OrganizationCounts,
    OrganizationStatus,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


class OrganizationTerms(Organization, frozen=True):
    """An organization with what only the operator decides; what changes one answers it in its facts too."""

    rate_limit_tier: RateLimitTier | None
    """None for a child: it has its partner's."""
    format_prices: dict[str, int] | None
    """By format, where a partner has its own; None for a child."""


class OrganizationWithTerms(OrganizationTerms, frozen=True):
    """The same with its tenant."""

    tenant_id: int


class OperatedContents(OrganizationCounts, frozen=True):
    """What an organization has, with its keys and its money, in one environment."""

    active_keys: int
    """Its own that work."""
    killed_keys: int
    """Its own that were killed and not deleted."""
    active_keys_of_children: int
    cash_balance_cents: int | None
    """None for a child: its partner pays."""
    included_credits: int
    """What its subscription grants in a period."""


class Partner(Struct, frozen=True):
    """A partner, as far as its keys depend on it."""

    status: OrganizationStatus
    rate_limit_tier: RateLimitTier


_COLUMNS = columns_of(OrganizationWithTerms, "o")
# Keys that work at $3.
_ACTIVE = "revoked_at IS NULL AND NOT kill_switch AND (grace_until IS NULL OR grace_until > $3)"


async def find_organization(
    connection: Connection, organization_id: UUID, env: Literal["live", "test"] = "live"
) -> OrganizationWithTerms | None:
    """Return the organization with this id, wherever it is. Crosses tenants.

    A partner has the same id in both environments.
    """
    row = await connection.fetchrow(
        f"""
        SELECT {_COLUMNS} FROM organizations o JOIN tenants t ON t.id = o.tenant_id
         WHERE o.id = $1 AND t.env = $2
        """,
        organization_id,
        env,
    )
    return read_row(OrganizationWithTerms, row)


async def find_partner(connection: Connection, partner_id: UUID) -> Partner | None:
    """Return a partner; None also for a child. Crosses tenants."""
    row = await connection.fetchrow(
        f"""
        SELECT {columns_of(Partner, "o")}
          FROM organizations o JOIN tenants t ON t.id = o.tenant_id
         WHERE o.id = $1 AND o.parent_id IS NULL AND t.env = 'live'
        """,
        partner_id,
    )
    return read_row(Partner, row)


async def find_by_metadata(
    connection: Connection, metadata: dict[str, str]
) -> OrganizationWithTerms | None:
    """Return the oldest live organization whose metadata contains these entries. Crosses tenants."""
    row = await connection.fetchrow(
        f"""
        SELECT {_COLUMNS} FROM organizations o JOIN tenants t ON t.id = o.tenant_id
         WHERE o.metadata @> $1 AND t.env = 'live'
         ORDER BY o.id LIMIT 1
        """,
        metadata,
    )
    return read_row(OrganizationWithTerms, row)


async def count_contents(
    connection: Connection, tenant_id: int, organization_id: UUID, now: datetime
) -> OperatedContents:
    """Count what an organization has, in one of its environments."""
    row = await connection.fetchrow(
        f"""
        SELECT {CONTENTS},
               (SELECT count(*) FROM api_keys
                 WHERE tenant_id = $1 AND organization_id = $2 AND {_ACTIVE}) AS active_keys,
               (SELECT count(*) FROM api_keys
                 WHERE tenant_id = $1 AND organization_id = $2
                   AND revoked_at IS NULL AND kill_switch) AS killed_keys,
               (SELECT count(*) FROM api_keys
                 WHERE tenant_id = $1 AND {_ACTIVE}
                   AND organization_id IN (SELECT id FROM organizations
                                            WHERE tenant_id = $1 AND parent_id = $2))
                   AS active_keys_of_children,
               (SELECT balance_cents FROM cash_wallets
                 WHERE tenant_id = $1 AND organization_id = $2
                   AND currency = 'USD') AS cash_balance_cents,
               (SELECT included_credits FROM wallets
                 WHERE tenant_id = $1 AND organization_id = $2) AS included_credits
        """,
        tenant_id,
        organization_id,
        now,
    )
    return read_returned(OperatedContents, row)


async def list_organizations(
    connection: Connection,
    *,
    search: str | None,
    statuses: Sequence[str] | None,
    parent_id: UUID | None,
    partners_only: bool,
    before: UUID | None,
    limit: int,
) -> list[OrganizationWithTerms]:
    """Return a page of all live organizations, newest first. Crosses tenants."""
    # Each filter is a condition of its own, so that an index finds partners, and the children of one.
    arguments: list[Any] = []
    conditions = ["t.env = 'live'"]

    def add(condition: str, value: object) -> None:
        arguments.append(value)
        conditions.append(condition.format(f"${len(arguments)}"))

    if search is not None:
        add("position(lower({}) IN lower(o.name)) > 0", search)
    if statuses is not None:
        add("o.status = ANY ({}::text[])", list(statuses))
    if parent_id is not None:
        add("t.partner_id = {0} AND o.parent_id = {0}", parent_id)
    if partners_only:
        conditions.append("o.parent_id IS NULL")
    if before is not None:
        add("o.id < {}", before)
    arguments.append(limit)
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM organizations o JOIN tenants t ON t.id = o.tenant_id
         WHERE {" AND ".join(conditions)} ORDER BY o.id DESC LIMIT ${len(arguments)}
        """,
        *arguments,
    )
    return read_rows(OrganizationWithTerms, rows)


async def list_tenants(connection: Connection, partner_id: UUID) -> list[int]:
    """Return the tenants of a partner, of both environments."""
    rows = await connection.fetch(
        "SELECT id FROM tenants WHERE partner_id = $1 ORDER BY id", partner_id
    )
    return [row["id"] for row in rows]


class Onboarding(NamedTuple):
    """A partner to bring in, with the tenant of its test environment."""

    test_tenant_id: int
    organization_id: UUID
    name: str
    billing_email: str | None
    metadata: dict[str, str]
    rate_limit_tier: str
    caller: Actor
    idempotency: Idempotency | None


class Change(NamedTuple):
    """What an operator changes of an organization, in all of its tenants; None stays as it is."""

    tenant_ids: list[int]
    organization_id: UUID
    status: Literal["active", "suspended"] | None
    rate_limit_tier: str | None
    format_prices: dict[str, int] | None
    terms: dict[str, Any] | None
    """What changes of the tier and the prices, as the audit log has it."""
    caller: Actor
    idempotency: Idempotency | None


async def onboard(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[Onboarding]
) -> list[Outcome]:
    """Create partners in both environments, in the live one with this tenant. Facts: an ``OrganizationTerms``.

    Raises:
        asyncpg.UniqueViolationError: a tenant id is taken.
    """
    return await call_money_function(connection, "partner_onboard", tenant_id, now, items)


async def change(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[Change]
) -> list[Outcome]:
    """Change organizations as an operator does. Facts: an ``OrganizationTerms``.

    Refused: NOT_FOUND, CONFLICT (archived).
    """
    return await call_money_function(connection, "organization_change", tenant_id, now, items)
