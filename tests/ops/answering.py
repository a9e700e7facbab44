"""Requests for accounts, and an operator who answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.support.answers import granted
from tests.support.installation import handle, project_id

from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet


PATH = "/ops/v1/lease-requests"


async def pool_ids(installation: Installation, *prices: int) -> list[str]:
    return [
        format_id("pool", await installation.pool_account(handle(), 1000, price_cents=price))
        for price in prices
    ]


def lreq(request_id: UUID) -> str:
    return format_id("lreq", request_id)


async def fulfil(
    api: httpx2.AsyncClient,
    operator: dict[str, str],
    request_id: UUID,
    accounts: list[str],
    **more: Any,
) -> httpx2.Response:
    return await api.post(
        f"{PATH}/{lreq(request_id)}/fulfil",
        json={"poolAccountIds": accounts, **more},
        headers=operator,
    )


async def reject(
    api: httpx2.AsyncClient, operator: dict[str, str], request_id: UUID, note: str = "None left."
) -> httpx2.Response:
    return await api.post(
        f"{PATH}/{lreq(request_id)}/reject", json={"note": note}, headers=operator
    )


async def leases_of(
    api: httpx2.AsyncClient, family: Family, wallet: Wallet
) -> list[dict[str, Any]]:
    headers = family.partner_key.headers
    if wallet.partner_id is not None:
        headers = family.partner_key.acting_for(wallet)
    page = granted(
        await api.get(f"/v1/projects/{project_id(wallet)}/leased-accounts", headers=headers)
    )
    items: list[dict[str, Any]] = page["items"]
    return items


async def cash_of(installation: Installation, family: Family) -> int:
    balance: int = await installation.owner.fetchval(
        "SELECT balance_cents FROM cash_wallets WHERE tenant_id = $1", family.partner.tenant_id
    )
    return balance


async def account_states(installation: Installation, accounts: list[str]) -> list[str]:
    return [
        await installation.owner.fetchval(
            "SELECT status FROM pool_accounts WHERE id = $1", UUID(account.removeprefix("pool_"))
        )
        for account in accounts
    ]
