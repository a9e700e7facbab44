"""What a node can be asked to do.

All functions have the form ``(pool, tenant_id, now, items) -> outcomes``, one outcome per item. They
run the code that the server runs; a node calls nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

from partner_api.account_pool import store as account_pool
from partner_api.credits.store import WalletKey, read_wallets
from partner_api.database.arguments import Caller, Outcome
from partner_api.organizations import store as organizations
from partner_api.projects import store as projects

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from datetime import datetime

    from partner_api.database.connection import Connection, Pool
    from partner_api.sweeps.sweep import Sweep


class OrganizationOpening(NamedTuple):
    """A partner (without ``partner_id``) or a child to create, with its first project."""

    organization_id: UUID
    partner_id: UUID | None
    project_id: UUID
    name: str
    caller: Caller


class StatusChange(NamedTuple):
    """A child to suspend, resume or archive."""

    organization_id: UUID
    partner_id: UUID
    status: Literal["active", "suspended", "archived"]
    caller: Caller


class PoolAccount(NamedTuple):
    """A warmed account to add to the operator's pool."""

    account_id: UUID
    handle: str
    monthly_price_cents: int


async def move_money(
    function: Callable[..., Coroutine[Any, Any, list[Outcome]]],
    pool: Pool,
    tenant_id: int,
    now: datetime,
    items: Sequence[NamedTuple],
) -> list[Outcome]:
    """Call a money function of a store."""
    async with pool.acquire() as connection:
        return await function(connection, tenant_id, now, items)


async def open_organizations(
    pool: Pool, tenant_id: int, now: datetime, items: Sequence[OrganizationOpening]
) -> list[Outcome]:
    """Create organizations and their projects."""
    outcomes = []
    async with pool.acquire() as connection, connection.transaction():
        for item in items:
            created = await _create_organization(connection, tenant_id, now, item)
            if created:
                await projects.create_project(
                    connection,
                    tenant_id,
                    now,
                    project_id=item.project_id,
                    organization_id=item.organization_id,
                    fields={"name": item.name, "timezone": "UTC"},
                )
            outcomes.append(
                Outcome("done", None, {}) if created else Outcome("refused", "CONFLICT", None)
            )
    return outcomes


async def _create_organization(
    connection: Connection, tenant_id: int, now: datetime, item: OrganizationOpening
) -> bool:
    if item.partner_id is None:
        await organizations.create_partner(
            connection,
            tenant_id,
            now,
            organization_id=item.organization_id,
            env="live",
            name=item.name,
            billing_email=None,
            metadata={},
            rate_limit_tier="internal",
            caller=item.caller,
        )
        return True
    return await organizations.create_child(
        connection,
        tenant_id,
        now,
        organization_id=item.organization_id,
        partner_id=item.partner_id,
        name=item.name,
        billing_email=None,
        metadata={},
        caller=item.caller,
    )


async def change_status(
    pool: Pool, tenant_id: int, now: datetime, items: Sequence[StatusChange]
) -> list[Outcome]:
    """Suspend, resume or archive children."""
    outcomes = []
    async with pool.acquire() as connection:
        for item in items:
            if item.status == "archived":
                outcome = await organizations.archive(
                    connection,
                    tenant_id,
                    now,
                    item.organization_id,
                    partner_id=item.partner_id,
                    caller=item.caller,
                )
            else:
                outcome = await organizations.set_status(
                    connection,
                    tenant_id,
                    now,
                    item.organization_id,
                    partner_id=item.partner_id,
                    status=item.status,
                    caller=item.caller,
                )
            outcomes.append(outcome)
    return outcomes


async def read(
    pool: Pool, tenant_id: int, now: datetime, items: Sequence[WalletKey]
) -> list[Outcome]:
    """Read wallets as the API does. Facts: ``{balance, available, is_current}``."""
    async with pool.acquire() as connection:
        wallets = await read_wallets(connection, items, now)
    outcomes = []
    for wallet in wallets:
        if wallet is None:
            outcomes.append(Outcome("refused", "NOT_FOUND", None))
            continue
        facts = {
            "balance": wallet.balance,
            "available": wallet.available,
            # Whoever reads it first after its period is over finds it in the new one.
            "is_current": wallet.period_end > now,
        }
        outcomes.append(Outcome("done", None, facts))
    return outcomes


async def sweep(pool: Pool, tenant_id: int, now: datetime, items: Sequence[Sweep]) -> list[Outcome]:
    """Run a step of sweeps, for all tenants, whatever ``tenant_id`` is. Facts: ``{advanced}``."""
    return [Outcome("done", None, {"advanced": await item.step(pool, now)}) for item in items]


async def add_accounts(
    pool: Pool, tenant_id: int, now: datetime, items: Sequence[PoolAccount]
) -> list[Outcome]:
    """Add accounts to the operator's pool, which is no tenant's."""
    async with pool.acquire() as connection:
        for item in items:
            await account_pool.insert_account(
                connection,
                now,
                account_id=item.account_id,
                platform="tiktok",
                handle=item.handle,
                followers=1000,
                vertical="food_and_drink",
                language="en",
                geo=["US"],
                monthly_price_cents=item.monthly_price_cents,
                avatar_url=None,
            )
    return [Outcome("done", None, {}) for _ in items]
