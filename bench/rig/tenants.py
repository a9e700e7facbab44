"""Customers to measure with, made through the functions that the server uses."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from partner_api.account_pool import store as pool
from partner_api.api_keys import store as api_keys
from partner_api.cash import store as cash
from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM
from partner_api.edge.identity.credentials import mint_api_key, mint_operator_token
from partner_api.ids import new_uuid7
from partner_api.lease_requests import store as requests
from partner_api.lease_requests.schemas import MAX_COUNT
from partner_api.operators import store as operators
from partner_api.organizations import store as organizations
from partner_api.projects import store as projects
from rig.command import MeasurementError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.crypto import SecretKeys
    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection
    from partner_api.edge.identity.authentication import RateLimitTier
    from partner_api.edge.identity.scopes import Role

_PREPAID_CREDITS = 2**52
_CASH_CENTS = 10**12
_PRICE_CENTS = 15_000


@dataclass(frozen=True)
class Spender:
    """An organization with one project to spend in."""

    tenant_id: int
    organization_id: UUID
    project_id: UUID


def require_done(outcomes: Sequence[Outcome]) -> None:
    """Notice a refusal: a figure that counts refusals as work is none.

    Raises:
        MeasurementError: one of the operations was refused.
    """
    for outcome in outcomes:
        if outcome.status != "done":
            raise MeasurementError(f"an operation was refused: {outcome.code} {outcome.facts}")


async def make_partner(
    connection: Connection, now: datetime, *, tier: RateLimitTier = "internal"
) -> Spender:
    """Create a partner, without rate limits unless a tier is named, with more credits and cash than a run can spend."""
    tenant_id, partner_id = secrets.randbelow(2**40 - 1) + 1, new_uuid7(now)
    await organizations.create_partner(
        connection,
        tenant_id,
        now,
        organization_id=partner_id,
        env="live",
        name="Partner",
        billing_email=None,
        metadata={},
        rate_limit_tier=tier,
        caller=SYSTEM,
    )
    credits = credit.CreditPosting(
        partner_id, "purchase", _PREPAID_CREDITS, None, None, {}, SYSTEM, None
    )
    require_done(await credit.post(connection, tenant_id, now, [credits]))
    money = cash.CashPosting(partner_id, "topup", _CASH_CENTS, "Balance", None, SYSTEM, None)
    require_done(await cash.post(connection, tenant_id, now, [money]))
    project_id = await make_project(connection, now, tenant_id, partner_id)
    return Spender(tenant_id, partner_id, project_id)


async def make_children(
    connection: Connection, now: datetime, partner: Spender, count: int
) -> list[Spender]:
    """Create children of a partner, each with the same share of half its credits.

    The ids of the nth, from 1, are ``numbered_id``, so that a script of pgbench can name them.
    """
    children = []
    for n in range(1, count + 1):
        child_id = numbered_id(partner.tenant_id, n)
        await organizations.create_child(
            connection,
            partner.tenant_id,
            now,
            organization_id=child_id,
            partner_id=partner.organization_id,
            name="Child",
            billing_email=None,
            metadata={},
            caller=SYSTEM,
        )
        project_id = await make_project(
            connection, now, partner.tenant_id, child_id, project_id=child_id
        )
        children.append(Spender(partner.tenant_id, child_id, project_id))
    share = _PREPAID_CREDITS // 2 // count
    allocations = [
        credit.CreditAllocation(
            new_uuid7(now),
            partner.organization_id,
            child.organization_id,
            share,
            None,
            {},
            SYSTEM,
            None,
        )
        for child in children
    ]
    require_done(await credit.allocate(connection, partner.tenant_id, now, allocations))
    return children


def numbered_id(tenant_id: int, n: int) -> UUID:
    """Return the id of a tenant's nth child and of its project."""
    return UUID(int=tenant_id << 64 | n)


async def make_project(
    connection: Connection,
    now: datetime,
    tenant_id: int,
    organization_id: UUID,
    *,
    project_id: UUID | None = None,
) -> UUID:
    """Create a project of an organization; return its id."""
    project_id = project_id or new_uuid7(now)
    await projects.create_project(
        connection,
        tenant_id,
        now,
        project_id=project_id,
        organization_id=organization_id,
        fields={"name": "Project", "timezone": "UTC"},
    )
    return project_id


async def make_key(
    connection: Connection, now: datetime, owner: Spender, secret_keys: SecretKeys
) -> str:
    """Mint a key that may do everything, and give it as its owner presents it."""
    credential = mint_api_key(owner.tenant_id, "live")
    await api_keys.insert_key(
        connection,
        now,
        key_id=new_uuid7(now),
        organization_id=owner.organization_id,
        credential=credential,
        secret_keys=secret_keys,
        name="Key",
        scopes=["*", "org:admin"],
    )
    return credential.text


async def make_worker(connection: Connection, now: datetime, secret_keys: SecretKeys) -> str:
    """Create an operator of the role ``worker``, and give its token."""
    return await make_operator(connection, now, secret_keys, "worker")


async def make_operator(
    connection: Connection, now: datetime, secret_keys: SecretKeys, role: Role
) -> str:
    """Create an operator of a role, and give its token."""
    credential = mint_operator_token()
    await operators.insert_operator(
        connection,
        now,
        operator_id=new_uuid7(now),
        credential=credential,
        secret_keys=secret_keys,
        name=f"{role} {credential.keyid}",
        role=role,
    )
    return credential.text


async def lease_accounts(
    connection: Connection, now: datetime, owner: Spender, project_id: UUID, count: int
) -> None:
    """Lease so many new accounts to a project of the owner."""
    account_ids = [new_uuid7(now) for _ in range(count)]
    for account_id in account_ids:
        await pool.insert_account(
            connection,
            now,
            account_id=account_id,
            platform="tiktok",
            handle=f"account.{secrets.token_hex(8)}",
            followers=10_000,
            vertical="food_and_drink",
            language="en",
            geo=["US"],
            monthly_price_cents=_PRICE_CENTS,
            avatar_url=None,
        )
    at = now.replace(microsecond=0)
    # At most so many are asked for at once.
    for first in range(0, count, MAX_COUNT):
        chosen = account_ids[first : first + MAX_COUNT]
        item = await request_accounts(connection, at, owner, project_id, chosen)
        require_done(await requests.fulfil(connection, owner.tenant_id, at, [item]))


async def request_accounts(
    connection: Connection,
    at: datetime,
    owner: Spender,
    project_id: UUID,
    pool_account_ids: list[UUID],
) -> requests.FulfilItem:
    """Ask for as many accounts as these for a project of the owner, and return how to fulfil that with them.

    ``at`` is in whole seconds.
    """
    request_id = new_uuid7(at)
    await requests.insert_request(
        connection,
        owner.tenant_id,
        at,
        request_id=request_id,
        organization_id=owner.organization_id,
        project_id=project_id,
        partner_request_id=None,
        count=len(pool_account_ids),
        vertical="food_and_drink",
        audience=None,
        language=None,
        geo=[],
        target=None,
        note=None,
    )
    lease_ids = [new_uuid7(at) for _ in pool_account_ids]
    return requests.FulfilItem(request_id, pool_account_ids, lease_ids, None, None, SYSTEM, None)
