"""Money booked over HTTP by an operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.support.answers import granted
from tests.support.installation import org_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family
    from tests.support.tenants import Wallet


MISSING = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
MOST = 2**53 - 1


async def book(
    api: httpx2.AsyncClient, headers: dict[str, str], wallet: Wallet, what: str, **body: Any
) -> httpx2.Response:
    return await api.post(
        f"/ops/v1/organizations/{org_id(wallet)}/{what}",
        json=body,
        headers={**headers, "Idempotency-Key": str(uuid4())},
    )


async def subscribe(
    api: httpx2.AsyncClient, headers: dict[str, str], wallet: Wallet, **body: Any
) -> httpx2.Response:
    full = {"tier": "pro", "includedCredits": 1000, "billingStatus": "active", **body}
    path = f"/ops/v1/organizations/{org_id(wallet)}/subscription"
    return await api.put(path, json=full, headers=headers)


async def credits_of(api: httpx2.AsyncClient, family: Family) -> dict[str, Any]:
    wallet: dict[str, Any] = granted(
        await api.get("/v1/credits", headers=family.partner_key.headers)
    )
    return wallet
