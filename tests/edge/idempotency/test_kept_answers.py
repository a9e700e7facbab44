"""What a repetition of a request gets, of the routes whose records hold facts and once held the whole answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.support.answers import granted, refused
from tests.support.installation import ago, handle, org_id

from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx
    from tests.support.installation import Installation

REPLAYED = "Idempotent-Replayed"
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
# On their path, another id gives an address where nothing is.
NAMED_BY_OPERATORS = (refund, price, recall, fulfil, reject)


async def send(
    api: httpx.AsyncClient, change: Change, key: str, *, path: str | None = None
) -> httpx.Response:
    return await api.request(
        change.method,
        path or change.path,
        json=change.body,
        headers={**change.headers, "Idempotency-Key": key},
    )


@pytest.mark.parametrize("prepare", CHANGES, ids=lambda change: change.__name__)
async def test_a_repetition_gets_the_first_answer_whatever_has_become_of_it(
    api: httpx.AsyncClient,
    installation: Installation,
    prepare: Callable[[Installation], Awaitable[Change]],
) -> None:
    change, key = await prepare(installation), str(uuid4())
    first = await send(api, change, key)
    granted(first)
    assert REPLAYED not in first.headers
    if change.afterwards is not None:
        await change.afterwards()
    again = await send(api, change, key)
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers[REPLAYED] == "true"
    kept = await installation.owner.fetchrow(
        "SELECT status_code, answer::text AS answer FROM idempotency_keys WHERE key = $1", key
    )
    assert kept is not None
    assert all(name == name.lower() for name in msgspec.json.decode(kept["answer"]))


@pytest.mark.parametrize("prepare", CHANGES, ids=lambda change: change.__name__)
async def test_a_record_of_the_release_before_is_answered_as_it_is(
    api: httpx.AsyncClient,
    installation: Installation,
    prepare: Callable[[Installation], Awaitable[Change]],
) -> None:
    """It is the whole answer, with the names of the API."""
    change, key = await prepare(installation), str(uuid4())
    first = await send(api, change, key)
    granted(first)
    await installation.owner.execute(
        "UPDATE idempotency_keys SET answer = $1::text::json WHERE key = $2", first.text, key
    )
    if change.afterwards is not None:
        await change.afterwards()
    again = await send(api, change, key)
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers[REPLAYED] == "true"


@pytest.mark.parametrize("prepare", NAMED_BY_OPERATORS, ids=lambda change: change.__name__)
async def test_a_key_that_was_used_is_a_conflict_before_what_is_not_there(
    api: httpx.AsyncClient,
    installation: Installation,
    prepare: Callable[[Installation], Awaitable[Change]],
) -> None:
    change, key = await prepare(installation), str(uuid4())
    parts = change.path.split("/")
    (place,) = [i for i, part in enumerate(parts) if "_" in part]
    prefix = parts[place].partition("_")[0]
    parts[place] = format_id(prefix, UUID(MISSING))  # type: ignore[arg-type]  # of the route's path
    absent = "/".join(parts)
    refused(await send(api, change, key, path=absent), "NOT_FOUND")
    granted(await send(api, change, key))
    refused(await send(api, change, key, path=absent), "IDEMPOTENCY_CONFLICT")
