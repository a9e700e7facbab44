"""Leases as an operator lists and refunds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.answers import granted

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family


PATH = "/ops/v1/leases"


async def wallet_of(api: httpx2.AsyncClient, family: Family) -> dict[str, Any]:
    wallet: dict[str, Any] = granted(
        await api.get("/v1/wallet", headers=family.partner_key.headers)
    )
    return wallet
