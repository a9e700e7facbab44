"""Leases as an operator lists and refunds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.answers import granted

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family


PATH = "/ops/v1/leases"


# What the list has of a lease beyond what a change answers.
_LISTED_ONLY = {
    "partnerId",
    "partnerName",
    "organizationName",
    "projectName",
    "paidThrough",
    "nextAttemptAt",
    "lastAttemptAt",
}


def as_changed(listed: dict[str, Any]) -> dict[str, Any]:
    """A lease of the list as it is answered when it is changed."""
    assert listed.keys() > _LISTED_ONLY
    return {name: value for name, value in listed.items() if name not in _LISTED_ONLY}


async def wallet_of(api: httpx2.AsyncClient, family: Family) -> dict[str, Any]:
    wallet: dict[str, Any] = granted(
        await api.get("/v1/wallet", headers=family.partner_key.headers)
    )
    return wallet
