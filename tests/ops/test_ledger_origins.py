"""Where a row of a ledger came from, and what belongs with it: one row, filters, reservations and wallets."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.installation import handle, now, org_id
from tests.support.operations import allocate, post, spend, started, subscribe

from partner_api.clock import format_milliseconds
from partner_api.ids import format_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet

Headers = dict[str, str]


@pytest.fixture
async def viewer(installation: Installation) -> Headers:
    """What authenticates an operator who may only read."""
    return await installation.operator("viewer")


@pytest.fixture
async def family(installation: Installation) -> Family:
    """A partner with credits and cash, and two children without."""
    return await installation.family(prepaid=1_000, cash_cents=100_000)


def path_of(wallet: Wallet, what: str) -> str:
    return f"/ops/v1/organizations/{org_id(wallet)}/{what}"


async def rows(
    api: httpx2.AsyncClient, viewer: Headers, wallet: Wallet, what: str, **params: Any
) -> list[dict[str, Any]]:
    """All rows of a ledger with these filters, two on a page."""
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        asked = {"limit": "2", **params, **cursor}
        page = granted(
            await api.get(path_of(wallet, f"{what}/events"), params=asked, headers=viewer)
        )
        items += page["items"]
        if page["nextCursor"] is None:
            return items
        cursor = {"cursor": page["nextCursor"]}


async def test_the_charge_and_the_refunds_of_a_job_belong_together(
    api: httpx2.AsyncClient, installation: Installation, viewer: Headers, family: Family
) -> None:
    child = family.child
    async with installation.pool.acquire() as connection:
        await allocate(connection, child, 200, now=now())
        jobs = [await spend(connection, child, 50, now=now()) for _ in range(2)]
        for credits in (20, 5):
            await post(connection, child, "refund", credits, job_id=jobs[0], now=now())
    job = format_id("job", jobs[0])
    found = await rows(api, viewer, child, "credits", jobId=job)
    assert [(row["sequence"], row["eventType"], row["credits"]) for row in found] == [
        (5, "refund", 5),
        (4, "refund", 20),
        (2, "usage", -50),
    ]
    assert {row["workflowId"] for row in found} == {job}
    assert all(
        row["job"]
        == {
            "status": "completed",
            "reservedCredits": 50,
            "chargedCredits": 50,
            "refundedCredits": 25,
        }
        for row in found
    )
    one = granted(await api.get(path_of(child, "credits/events/2"), headers=viewer))
    assert [row["sequence"] for row in one.pop("related")] == [4, 5]
    assert one == found[2]
    assert (one["includedCredits"], one["prepaidCredits"], one["rule"]) == (0, -50, None)
    for params, sequences in (
        ({"eventType": "refund"}, [5, 4]),
        ({"direction": "out"}, [2]),
        ({"jobId": [job, format_id("job", jobs[1])]}, [5, 4, 3, 2]),
        ({"jobId": format_id("job", uuid4())}, []),
    ):
        found = await rows(api, viewer, child, "credits", **{"jobId": job, **params})
        assert [row["sequence"] for row in found] == sequences, params
    # Another organization's row of the same job would be none of this ledger.
    assert await rows(api, viewer, family.partner, "credits", jobId=job) == []


async def test_both_sides_of_a_transfer_name_each_other(
    api: httpx2.AsyncClient, viewer: Headers, family: Family
) -> None:
    path = f"/v1/organizations/{org_id(family.child)}/credits/allocate"
    headers = {**family.partner_key.headers, "Idempotency-Key": str(uuid4())}
    moved = granted(await api.post(path, json={"credits": 7}, headers=headers), 201)
    out = granted(await api.get(path_of(family.partner, "credits/events/2"), headers=viewer))
    (into,) = out.pop("related")
    assert into == granted_first(await rows(api, viewer, family.child, "credits"))
    assert (out["transferId"], into["transferId"]) == (moved["id"], moved["id"])
    assert out["counterpart"] == {
        "organizationId": org_id(family.child),
        "organizationName": "Child",
        "sequence": 1,
    }
    assert (into["counterpart"]["organizationId"], into["counterpart"]["sequence"]) == (
        org_id(family.partner),
        2,
    )
    assert (out["apiKeyName"], out["operatorName"]) == ("Key", None)


def granted_first(items: list[dict[str, Any]]) -> dict[str, Any]:
    (only,) = items
    return only


async def test_what_one_request_wrote_belongs_together(
    api: httpx2.AsyncClient, installation: Installation, viewer: Headers, family: Family
) -> None:
    finance = await installation.operator("finance")
    today = now()
    for begin in (today, today - timedelta(days=2)):
        body = {
            "tier": "pro",
            "includedCredits": 100,
            "billingStatus": "active",
            "startedAt": f"{begin:%Y-%m-%d}T00:00:00Z",
        }
        granted(await api.put(path_of(family.child, "subscription"), json=body, headers=finance))
    granted_row, lapsed, renewed = reversed(await rows(api, viewer, family.child, "credits"))
    assert [row["rule"] for row in (granted_row, lapsed, renewed)] == [
        "subscription_raised",
        "period_lapse",
        "period_allotment",
    ]
    one = granted(await api.get(path_of(family.child, "credits/events/2"), headers=viewer))
    assert [row["sequence"] for row in one["related"]] == [3]
    assert one["operatorName"].startswith("finance ")


async def test_no_metadata_passes_for_a_rule(
    api: httpx2.AsyncClient, installation: Installation, viewer: Headers, family: Family
) -> None:
    finance = await installation.operator("finance")
    every = ["period_allotment", "fictitious", "auto_refill", "archive_sweep", "period_lapse"]
    for reason in every:
        metadata = {"reason": reason}
        path = f"/v1/organizations/{org_id(family.child)}/credits/allocate"
        for address, body, headers, status in (
            (path, {"credits": 7}, family.partner_key.headers, 201),
            (path_of(family.child, "credits/grant"), {"credits": 1}, finance, 200),
            (
                path_of(family.child, "credits/adjustment"),
                {"credits": -1, "description": "x"},
                finance,
                200,
            ),
        ):
            key = {"Idempotency-Key": str(uuid4())}
            sent = {**body, "metadata": metadata}
            granted(await api.post(address, json=sent, headers={**headers, **key}), status)
    for wallet in (family.partner, family.child):
        found = await rows(api, viewer, wallet, "credits")
        assert len(found) >= len(every)
        assert {row["rule"] for row in found} == {None}


async def test_what_came_in_and_what_went_out(
    api: httpx2.AsyncClient, installation: Installation, viewer: Headers, family: Family
) -> None:
    async with installation.pool.acquire() as connection:
        await allocate(connection, family.child, 200, now=now())
        await spend(connection, family.child, 50, now=now())
        await post(connection, family.child, "adjustment", -3, now=now())
        await post(connection, family.child, "adjustment", 4, now=now())
        await subscribe(connection, family.child, 10, now=now())
    for params, amounts in (
        ({"direction": "in"}, [10, 4, 200]),
        ({"direction": "out"}, [-3, -50]),
        ({"direction": "out", "eventType": "adjustment"}, [-3]),
        ({"direction": "in", "eventType": ["usage", "allocation"]}, [200]),
        ({"direction": "in", "eventType": "usage"}, []),
        ({"direction": "out", "projectId": format_id("prj", family.child.project_id)}, [-50]),
        ({"direction": "in", "projectId": format_id("prj", family.child.project_id)}, []),
    ):
        found = await rows(api, viewer, family.child, "credits", **params)
        assert [row["credits"] for row in found] == amounts, params
    # A partner's transfers go out; what comes back of an archived child comes in.
    await installation.set_status(family.child, "archived")
    back = await rows(
        api, viewer, family.partner, "credits", direction="in", eventType="allocation"
    )
    assert [row["rule"] for row in back] == ["archive_sweep"]
    (gone,) = await rows(api, viewer, family.partner, "credits", direction="out")
    assert gone["rule"] is None


async def test_jobs_hold_what_the_wallet_says_is_reserved(
    api: httpx2.AsyncClient, installation: Installation, viewer: Headers, family: Family
) -> None:
    path = path_of(family.child, "credits/reservations")
    assert granted(await api.get(path, headers=viewer))["items"] == []
    async with installation.pool.acquire() as connection:
        await allocate(connection, family.child, 200, now=now())
        await spend(connection, family.child, 10, now=now())
        jobs = [await started(connection, family.child, 30, now=now()) for _ in range(3)]
    first = granted(await api.get(path, params={"limit": "2"}, headers=viewer))
    rest = granted(
        await api.get(path, params={"limit": "2", "cursor": first["nextCursor"]}, headers=viewer)
    )
    held = first["items"] + rest["items"]
    assert [one["jobId"] for one in held] == sorted(format_id("job", job) for job in jobs)
    assert {one["format"] for one in held} == {"video_remix"}
    wallet = granted(await api.get(path_of(family.child, "credits"), headers=viewer))
    own = granted(await api.get("/v1/credits", headers=family.child_key.headers))
    assert wallet == own
    assert sum(one["credits"] for one in held) == wallet["reservedCredits"] == 90


async def test_a_lease_s_rows_and_months_belong_together(
    api: httpx2.AsyncClient, installation: Installation, viewer: Headers, family: Family
) -> None:
    finance = await installation.operator("finance")
    name, second = handle(), handle()
    lease, other = await installation.lease(family.child, name, second, at=now())
    body = {"socialAccountId": lease, "leaseMonth": 0, "amountCents": 4_000}
    key = {"Idempotency-Key": str(uuid4())}
    path = path_of(family.partner, "cash")
    granted(await api.post(f"{path}/refund", json=body, headers={**finance, **key}))
    found = await rows(api, viewer, family.partner, "cash", socialAccountId=lease)
    assert [(row["eventType"], row["amountCents"]) for row in found] == [
        ("refund", 4_000),
        ("lease_charge", -15_000),
    ]
    assert found[0]["organizationName"] == "Child"
    assert {row["lease"]["handle"] for row in found} <= {name, second}
    assert (found[1]["lease"]["chargedCents"], found[1]["lease"]["refundedCents"]) == (
        15_000,
        4_000,
    )
    sequence = found[1]["sequence"]
    one = granted(await api.get(f"{path}/events/{sequence}", headers=viewer))
    assert [row["eventType"] for row in one["related"]] == ["refund"]
    (month,) = one["leaseMonths"]
    assert (month["leaseMonth"], month["status"], month["refundedCents"], month["sequence"]) == (
        0,
        "paid",
        4_000,
        sequence,
    )
    for params, amounts in (
        ({"direction": "in"}, [4_000, 100_000]),
        ({"direction": "out"}, [-15_000, -15_000]),
        ({"socialAccountId": lease, "direction": "in"}, [4_000]),
        ({"socialAccountId": [lease, other], "eventType": "lease_charge"}, [-15_000, -15_000]),
        ({"since": format_milliseconds(now() + timedelta(hours=1))}, []),
        ({"until": format_milliseconds(now() - timedelta(hours=1))}, []),
        ({"since": found[0]["createdAt"], "until": found[0]["createdAt"]}, [4_000]),
    ):
        listed = await rows(api, viewer, family.partner, "cash", **params)
        assert [row["amountCents"] for row in listed] == amounts, params
    wallet = granted(await api.get(path, headers=viewer))
    own = granted(await api.get("/v1/wallet", headers=family.partner_key.headers))
    assert wallet["balanceCents"] == own["balanceCents"] == 74_000


async def test_a_lease_names_the_request_that_it_was_assigned_for(
    api: httpx2.AsyncClient, installation: Installation, viewer: Headers, family: Family
) -> None:
    operator = await installation.operator("operator")
    request = format_id("lreq", await installation.lease_request(family.child))
    account = await installation.pool_account(handle(), 10, at=now())
    answer = await api.post(
        f"/ops/v1/lease-requests/{request}/fulfil",
        json={"poolAccountIds": [format_id("pool", account)]},
        headers=operator,
    )
    granted(answer)
    one = granted(await api.get(path_of(family.partner, "cash/events/2"), headers=viewer))
    assert one["leaseRequestId"] == request
    assert one["lease"]["poolAccountId"] == format_id("pool", account)
    assert one["operatorName"].startswith("operator ")


async def test_what_is_not_there(api: httpx2.AsyncClient, viewer: Headers, family: Family) -> None:
    for what in ("credits", "cash"):
        for sequence in ("99", "0", "-1", "x", "9" * 30, "1.5", "٣"):
            path = path_of(family.partner, f"{what}/events/{sequence}")
            refused(await api.get(path, headers=viewer), "NOT_FOUND")
        for address in ("", "/events/1"):
            path = f"/ops/v1/organizations/{format_id('org', UUID(int=1))}/{what}{address}"
            refused(await api.get(path, headers=viewer), "NOT_FOUND")
    refused(await api.get(path_of(family.child, "cash"), headers=viewer), "NOT_FOUND")
    for wrong in ({"jobId": "job_1"}, {"direction": "sideways"}):
        response = await api.get(
            path_of(family.child, "credits/events"), params=wrong, headers=viewer
        )
        assert set(issues(response)) == set(wrong)
