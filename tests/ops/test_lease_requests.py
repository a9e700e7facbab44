"""`/ops/v1/lease-requests`: the queue, and the answers to what partners ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import pytest_asyncio
from tests.ops.answering import (
    PATH,
    account_states,
    cash_of,
    fulfil,
    leases_of,
    lreq,
    pool_ids,
    reject,
)
from tests.support.answers import granted, issues, refused
from tests.support.installation import ago, org_id, project_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation


@pytest_asyncio.fixture
async def family(installation: Installation) -> Family:
    """A partner with 100,000 cents."""
    return await installation.family(cash_cents=100_000)


async def test_a_request_as_the_partner_made_it(
    api: httpx2.AsyncClient, family: Family, operator: dict[str, str]
) -> None:
    path = f"/v1/projects/{project_id(family.child)}/leased-accounts/request"
    body = {
        "projectId": project_id(family.child),
        "count": 3,
        "niche": {
            "vertical": "food_and_drink",
            "audience": "home baristas",
            "language": "en",
            "geo": ["US", "GB"],
        },
        "target": "A launch in spring",
        "note": "Please before March",
        "requestId": "mine-1",
    }
    made = granted(await api.post(path, json=body, headers=family.child_key.headers), 201)
    shown = granted(await api.get(f"{PATH}/{made['id']}", headers=operator))
    assert shown == {
        **made,
        "organizationId": org_id(family.child),
        "organizationName": "Child",
        "partnerId": org_id(family.partner),
        "partnerName": "Partner",
        "projectName": "Project",
        "partnerNote": "Please before March",
        "cashBalanceCents": 100_000,
        "answeredAt": None,
    }
    assert (shown["requestId"], shown["status"], shown["note"]) == ("mine-1", "requested", None)
    bare = made["id"].removeprefix("lreq_")
    assert granted(await api.get(f"{PATH}/{bare}", headers=operator)) == shown


async def test_the_queue_is_of_all_partners_oldest_first(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    other = await installation.family()
    # Older than what other tests leave in the queue.
    wanted = [
        await installation.lease_request(wallet, at=ago(days=3650 - minute))
        for minute, wallet in enumerate((family.partner, other.child, family.child))
    ]
    page = granted(await api.get(PATH, headers=operator, params={"limit": "2"}))
    assert [item["id"] for item in page["items"]] == [lreq(each) for each in wanted[:2]]
    params = {"limit": "2", "cursor": page["nextCursor"]}
    page = granted(await api.get(PATH, headers=operator, params=params))
    assert page["items"][0]["id"] == lreq(wanted[2])
    for each in wanted:
        granted(await reject(api, operator, each))


async def test_its_filters(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    first, second = [
        await installation.lease_request(family.child, at=ago(minutes=minutes))
        for minutes in (2, 1)
    ]
    await installation.lease_request(family.partner)
    granted(await reject(api, operator, first))

    async def listed(**params: Any) -> list[str]:
        params = {"organizationId": org_id(family.child), **params}
        page = granted(await api.get(PATH, headers=operator, params=params))
        return [item["id"] for item in page["items"]]

    assert await listed() == [lreq(second)], "the queue is what has no answer"
    assert await listed(status="rejected") == [lreq(first)]
    assert await listed(status=["rejected", "requested"]) == [lreq(first), lreq(second)]
    assert await listed(status="partial") == []
    assert list(issues(await api.get(f"{PATH}?status=open&limit=101", headers=operator))) == [
        "status",
        "limit",
    ]


@pytest.mark.parametrize("method", ["GET", "POST fulfil", "POST reject", "GET candidates"])
async def test_a_request_that_there_is_not(
    api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
    operator: dict[str, str],
    method: str,
) -> None:
    """A partner's own name for a request finds nothing: two partners may have the same."""
    await installation.lease_request(family.partner, name="mine-1")
    verb, _, act = method.partition(" ")
    body = {
        "fulfil": {"poolAccountIds": [f"pool_{uuid4()}"]},
        "reject": {"note": "No"},
    }.get(act)
    for missing in ("mine-1", lreq(uuid4()), f"sa_{uuid4()}"):
        path = f"{PATH}/{missing}/{act}".rstrip("/")
        response = await api.request(verb, path, json=body, headers=operator)
        assert refused(response, "NOT_FOUND") == {}


async def test_as_many_as_asked_for(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    request_id = await installation.lease_request(family.child, count=2)
    accounts = await pool_ids(installation, 15_000, 20_000)
    answer = granted(await fulfil(api, operator, request_id, accounts, note="Enjoy"))
    leases = await leases_of(api, family, family.child)
    ids = [lease["socialAccountId"] for lease in leases]
    assert (answer["status"], answer["note"]) == ("assigned", "Enjoy")
    assert answer["assignedSocialAccountIds"] == ids
    assert answer["assignedAt"] == leases[0]["assignedAt"]
    assert answer["organizationId"] == org_id(family.child)
    assert [lease["monthlyPriceCents"] for lease in leases] == [15_000, 20_000]
    assert await cash_of(installation, family) == 65_000
    assert await account_states(installation, accounts) == ["leased", "leased"]
    seen = granted(
        await api.get(
            f"/v1/projects/{project_id(family.child)}/leased-accounts/requests/{lreq(request_id)}",
            headers=family.child_key.headers,
        )
    )
    assert seen == {name: answer[name] for name in seen}


async def test_fewer_are_partial_and_the_price_can_be_another(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    request_id = await installation.lease_request(family.partner, count=3)
    accounts = await pool_ids(installation, 15_000, 20_000)
    answer = granted(await fulfil(api, operator, request_id, accounts, monthlyPriceCents=1_234))
    assert (answer["status"], len(answer["assignedSocialAccountIds"])) == ("partial", 2)
    assert await cash_of(installation, family) == 100_000 - 2 * 1_234
    leases = await leases_of(api, family, family.partner)
    assert {lease["monthlyPriceCents"] for lease in leases} == {1_234}


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"poolAccountIds": []}, ["poolAccountIds"]),
        ({}, ["poolAccountIds"]),
        ({"poolAccountIds": ["sa_1"]}, ["poolAccountIds[0]"]),
        ({"poolAccountIds": [f"pool_{uuid4()}"] * 2}, ["poolAccountIds"]),
        ({"poolAccountIds": [f"pool_{uuid4()}" for _ in range(51)]}, ["poolAccountIds"]),
        ({"poolAccountIds": [f"pool_{uuid4()}" for _ in range(2)]}, ["poolAccountIds"]),
        (
            {"poolAccountIds": [f"pool_{uuid4()}"], "note": "", "monthlyPriceCents": -1, "x": 1},
            ["note", "monthlyPriceCents", "x"],
        ),
    ],
    ids=["none", "missing", "another kind", "twice", "51", "more than asked for", "fields"],
)
async def test_an_answer_that_is_not_valid(
    api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
    operator: dict[str, str],
    body: dict[str, Any],
    paths: list[str],
) -> None:
    request_id = await installation.lease_request(family.partner, count=1)
    response = await api.post(f"{PATH}/{lreq(request_id)}/fulfil", json=body, headers=operator)
    assert sorted(issues(response)) == sorted(paths)
    assert await cash_of(installation, family) == 100_000


async def test_a_wallet_that_does_not_cover_all_pays_none(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    request_id = await installation.lease_request(family.child, count=2)
    accounts = await pool_ids(installation, 100_000, 1)
    details = refused(await fulfil(api, operator, request_id, accounts), "BILLING_EXHAUSTED")
    assert details == {"reason": "insufficient_funds", "required": 100_001, "available": 100_000}
    assert await account_states(installation, accounts) == ["available", "available"]
    assert await leases_of(api, family, family.child) == []
    assert await cash_of(installation, family) == 100_000
    assert granted(await fulfil(api, operator, request_id, accounts[:1]))["status"] == "partial"


async def test_accounts_that_are_not_available(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    request_id = await installation.lease_request(family.child, count=4)
    free, leased, retired = await pool_ids(installation, 5, 5, 5)
    granted(await fulfil(api, operator, await installation.lease_request(family.partner), [leased]))
    granted(
        await api.patch(
            f"/ops/v1/pool/accounts/{retired}", json={"status": "retired"}, headers=operator
        )
    )
    unknown = f"pool_{uuid4()}"
    response = await fulfil(api, operator, request_id, [free, leased, retired, unknown])
    details = refused(response, "CONFLICT")
    assert sorted(details["unavailable"]) == sorted([leased, retired, unknown])
    assert await account_states(installation, [free]) == ["available"]
    shown = granted(await api.get(f"{PATH}/{lreq(request_id)}", headers=operator))
    assert shown["status"] == "requested"
    assert await cash_of(installation, family) == 99_995


async def test_requests_of_a_test_environment_are_not_in_the_queue(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    key = await installation.key(await installation.test_tenant(family.partner), "*", env="test")
    body: dict[str, Any] = {"name": "Try", "timezone": "UTC"}
    project = granted(await api.post("/v1/projects", json=body, headers=key.headers), 201)["id"]
    body = {"projectId": project, "count": 1, "niche": {"vertical": "food"}}
    path = f"/v1/projects/{project}/leased-accounts/request"
    made = granted(await api.post(path, json=body, headers=key.headers), 201)
    refused(await api.get(f"{PATH}/{made['id']}", headers=operator), "NOT_FOUND")
    params = {
        "organizationId": org_id(family.partner),
        "status": ["requested", "assigned", "rejected"],
    }
    assert granted(await api.get(PATH, headers=operator, params=params))["items"] == []
