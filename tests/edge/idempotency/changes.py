"""What operators and partners change, each ready to be sent twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tests.support.installation import ago, handle, org_id

from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.support.installation import Installation


MISSING = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"


class Change(NamedTuple):
    """A request, and what undoes or outdates what it did."""

    method: str
    path: str
    body: dict[str, Any] | None
    headers: dict[str, str]
    afterwards: Callable[[], Awaitable[object]] | None = None


async def refund(installation: Installation) -> Change:
    family = await installation.family(cash_cents=100_000)
    (leased,) = await installation.lease(family.child, handle(), at=ago(days=3))
    body = {"socialAccountId": leased, "leaseMonth": 0, "amountCents": 100}
    headers = await installation.operator("finance")
    return Change(
        "POST", f"/ops/v1/organizations/{org_id(family.partner)}/cash/refund", body, headers
    )


async def price(installation: Installation) -> Change:
    partner = await installation.partner(cash_cents=100_000)
    (leased,) = await installation.lease(partner, handle(), at=ago(days=3))

    async def end() -> None:
        await installation.end_lease(partner, leased, at=ago())

    headers = await installation.operator()
    return Change("PATCH", f"/ops/v1/leases/{leased}", {"monthlyPriceCents": 5}, headers, end)


async def recall(installation: Installation) -> Change:
    partner = await installation.partner(cash_cents=100_000)
    (leased,) = await installation.lease(partner, handle(), at=ago(days=3))
    headers = await installation.operator()
    return Change("POST", f"/ops/v1/leases/{leased}/recall", {"note": "Needed."}, headers)


async def release(installation: Installation) -> Change:
    """By the partner inside a child, which is suspended afterwards."""
    family = await installation.family(cash_cents=100_000)
    (leased,) = await installation.lease(family.child, handle(), at=ago(days=3))

    async def suspend() -> None:
        await installation.set_status(family.child, "suspended")

    headers = family.partner_key.acting_for(family.child)
    return Change("DELETE", f"/v1/leased-accounts/{leased}", {"reason": "Over."}, headers, suspend)


async def fulfil(installation: Installation) -> Change:
    family = await installation.family(cash_cents=100_000)
    request_id = await installation.lease_request(family.child, count=2, name="first")
    account = format_id("pool", await installation.pool_account(handle(), 1000))

    async def archive() -> None:
        await installation.set_status(family.child, "archived")

    path = f"/ops/v1/lease-requests/{format_id('lreq', request_id)}/fulfil"
    body = {"poolAccountIds": [account], "note": "One is left."}
    return Change("POST", path, body, await installation.operator(), archive)


async def reject(installation: Installation) -> Change:
    request_id = await installation.lease_request(await installation.partner())
    path = f"/ops/v1/lease-requests/{format_id('lreq', request_id)}/reject"
    return Change("POST", path, {"note": "None is left."}, await installation.operator())


async def suspend(installation: Installation) -> Change:
    family = await installation.family()

    async def resume() -> None:
        await installation.set_status(family.child, "active")

    path = f"/v1/organizations/{org_id(family.child)}/suspend"
    return Change("POST", path, None, family.partner_key.headers, resume)


async def resume(installation: Installation) -> Change:
    family = await installation.family()
    await installation.set_status(family.child, "suspended")
    path = f"/v1/organizations/{org_id(family.child)}/resume"
    return Change("POST", path, None, family.partner_key.headers)


async def archive(installation: Installation) -> Change:
    family = await installation.family()
    path = f"/v1/organizations/{org_id(family.child)}"
    return Change("DELETE", path, None, family.partner_key.headers)


CHANGES = (refund, price, recall, release, fulfil, reject, suspend, resume, archive)
