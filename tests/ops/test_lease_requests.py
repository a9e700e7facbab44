"""`/ops/v1/lease-requests`: the queue, who fits, and the operator's answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from tests.support.answers import granted, issues, refused
from tests.support.installation import ago, handle, org_id, project_id

from partner_api.account_pool.candidate_store import words_of
from partner_api.ids import format_id, parse_id

if TYPE_CHECKING:
    import httpx
    from tests.support.installation import Family, Installation
    from tests.support.tenants import Wallet

PATH = "/ops/v1/lease-requests"


@pytest.fixture
async def operator(installation: Installation) -> dict[str, str]:
    """What authenticates an operator."""
    return await installation.operator("operator")


@pytest_asyncio.fixture
async def family(installation: Installation) -> Family:
    """A partner with 100,000 cents."""
    return await installation.family(cash_cents=100_000)


async def pool_ids(installation: Installation, *prices: int) -> list[str]:
    return [
        format_id("pool", await installation.pool_account(handle(), 1000, price_cents=price))
        for price in prices
    ]


def lreq(request_id: UUID) -> str:
    return format_id("lreq", request_id)


async def fulfil(
    api: httpx.AsyncClient,
    operator: dict[str, str],
    request_id: UUID,
    accounts: list[str],
    **more: Any,
) -> httpx.Response:
    return await api.post(
        f"{PATH}/{lreq(request_id)}/fulfil",
        json={"poolAccountIds": accounts, **more},
        headers=operator,
    )


async def reject(
    api: httpx.AsyncClient, operator: dict[str, str], request_id: UUID, note: str = "None left."
) -> httpx.Response:
    return await api.post(
        f"{PATH}/{lreq(request_id)}/reject", json={"note": note}, headers=operator
    )


async def leases_of(api: httpx.AsyncClient, family: Family, wallet: Wallet) -> list[dict[str, Any]]:
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


# The queue --------------------------------------------------------------------------------------


async def test_a_request_as_the_partner_made_it(
    api: httpx.AsyncClient, family: Family, operator: dict[str, str]
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
        "partnerNote": "Please before March",
    }
    assert (shown["requestId"], shown["status"], shown["note"]) == ("mine-1", "requested", None)
    bare = made["id"].removeprefix("lreq_")
    assert granted(await api.get(f"{PATH}/{bare}", headers=operator)) == shown


async def test_the_queue_is_of_all_partners_oldest_first(
    api: httpx.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
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
    api: httpx.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
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
    api: httpx.AsyncClient,
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


# Fulfilling -------------------------------------------------------------------------------------


async def test_as_many_as_asked_for(
    api: httpx.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
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
    api: httpx.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
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
    api: httpx.AsyncClient,
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
    api: httpx.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
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
    api: httpx.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
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


async def test_an_answer_is_final(
    api: httpx.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    one, other, third = await pool_ids(installation, 5, 5, 5)
    assigned = await installation.lease_request(family.partner)
    partial = await installation.lease_request(family.partner, count=2)
    rejected = await installation.lease_request(family.partner)
    granted(await fulfil(api, operator, assigned, [one]))
    granted(await fulfil(api, operator, partial, [other]))
    granted(await reject(api, operator, rejected))
    for request_id, status in (
        (assigned, "assigned"),
        (partial, "partial"),
        (rejected, "rejected"),
    ):
        for response in (
            await fulfil(api, operator, request_id, [third]),
            await reject(api, operator, request_id),
        ):
            assert refused(response, "CONFLICT") == {"status": status}
    assert await account_states(installation, [third]) == ["available"]


@pytest.mark.parametrize("what", ["project", "organization", "partner"])
async def test_whom_no_account_is_given(
    api: httpx.AsyncClient,
    installation: Installation,
    family: Family,
    operator: dict[str, str],
    what: str,
) -> None:
    """An archived project, a suspended child, and a child of a suspended partner."""
    request_id = await installation.lease_request(family.child)
    accounts = await pool_ids(installation, 5)
    if what == "project":
        path = f"/v1/projects/{project_id(family.child)}"
        granted(await api.delete(path, headers=family.child_key.headers))
    else:
        wallet = family.child if what == "organization" else family.partner
        await installation.set_status(wallet, "suspended")
    details = refused(await fulfil(api, operator, request_id, accounts), "CONFLICT")
    assert details == (
        {"status": "archived"} if what == "project" else {"organization": "not active"}
    )
    assert await account_states(installation, accounts) == ["available"]
    assert granted(await reject(api, operator, request_id))["status"] == "rejected"


async def test_two_partners_with_the_same_name_for_a_request(
    api: httpx.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    other = await installation.family(cash_cents=100_000)
    mine = await installation.lease_request(family.partner, name="mine-1")
    theirs = await installation.lease_request(other.partner, name="mine-1")
    assert mine != theirs
    answer = granted(await fulfil(api, operator, theirs, await pool_ids(installation, 5)))
    assert (answer["requestId"], answer["organizationId"]) == ("mine-1", org_id(other.partner))
    assert await cash_of(installation, family) == 100_000
    assert await cash_of(installation, other) == 99_995


async def test_the_same_answer_sent_again(
    api: httpx.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    request_id = await installation.lease_request(family.partner)
    accounts = await pool_ids(installation, 5)
    headers = {**operator, "Idempotency-Key": str(uuid4())}
    first = await fulfil(api, headers, request_id, accounts)
    again = await fulfil(api, headers, request_id, accounts)
    assert granted(first) == granted(again)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert await cash_of(installation, family) == 99_995


async def test_two_operators_with_the_same_accounts_at_once(
    api: httpx.AsyncClient, installation: Installation
) -> None:
    """For requests of two partners: one has them, the other is told, and nobody pays twice."""
    operators = [await installation.operator("operator") for _ in range(2)]
    for _ in range(5):
        families = [await installation.family(cash_cents=100_000) for _ in range(2)]
        requests = [await installation.lease_request(each.child, count=3) for each in families]
        accounts = await pool_ids(installation, 10, 20, 30)
        answers = await asyncio.gather(
            fulfil(api, operators[0], requests[0], accounts),
            fulfil(api, operators[1], requests[1], accounts[::-1]),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        winner = [answer.status_code for answer in answers].index(200)
        refused(answers[1 - winner], "CONFLICT")
        assert await cash_of(installation, families[winner]) == 99_940
        assert await cash_of(installation, families[1 - winner]) == 100_000
        held = await installation.owner.fetchval(
            "SELECT count(*) FROM leases WHERE pool_account_id = ANY ($1::uuid[])",
            [UUID(account.removeprefix("pool_")) for account in accounts],
        )
        assert held == 3


async def test_two_operators_with_one_request_at_once(
    api: httpx.AsyncClient, installation: Installation, family: Family
) -> None:
    operators = [await installation.operator("operator") for _ in range(4)]
    request_id = await installation.lease_request(family.child)
    accounts = await pool_ids(installation, 10, 10, 10)
    answers = await asyncio.gather(
        *(
            fulfil(api, headers, request_id, [account])
            for headers, account in zip(operators, accounts, strict=False)
        ),
        reject(api, operators[3], request_id),
    )
    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) == [200, 409, 409, 409]
    paid = 0 if statuses[3] == 200 else 10
    assert await cash_of(installation, family) == 100_000 - paid
    assert len(await leases_of(api, family, family.child)) == paid // 10


async def test_who_did_it_is_in_the_partner_s_log(
    api: httpx.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    request_id = await installation.lease_request(family.partner)
    answer = granted(await fulfil(api, operator, request_id, await pool_ids(installation, 5)))
    page = granted(await api.get("/v1/audit-log", headers=family.partner_key.headers))
    rows = {row["eventType"]: row for row in page["items"]}
    for event_type in ("lease_request.assigned", "leased_account.assigned"):
        assert rows[event_type]["actor"] == "operator"
        assert rows[event_type]["data"]["operator"].startswith("operator ")
    data = rows["lease_request.assigned"]["data"]
    assert data["requestId"] == lreq(request_id)
    assert data["socialAccountIds"] == answer["assignedSocialAccountIds"]


# Rejecting --------------------------------------------------------------------------------------


async def test_rejecting(
    api: httpx.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    request_id = await installation.lease_request(family.child, count=2)
    answer = granted(await reject(api, operator, request_id, "Nothing in Danish."))
    assert (answer["status"], answer["note"]) == ("rejected", "Nothing in Danish.")
    assert (answer["assignedAt"], answer["assignedSocialAccountIds"]) == (None, [])
    response = await api.post(f"{PATH}/{lreq(request_id)}/reject", json={}, headers=operator)
    assert list(issues(response)) == ["note"]
    response = await reject(api, operator, request_id, "")
    assert list(issues(response)) == ["note"]


# Candidates -------------------------------------------------------------------------------------


async def candidates_of(
    api: httpx.AsyncClient,
    installation: Installation,
    family: Family,
    operator: dict[str, str],
    niche: dict[str, Any],
    accounts: list[dict[str, Any]],
    **params: str,
) -> tuple[str, list[dict[str, Any]]]:
    """A request for the niche, with these accounts alone in the pool beside what others left."""
    path = f"/v1/projects/{project_id(family.child)}/leased-accounts/request"
    body = {"projectId": project_id(family.child), "count": 1, "niche": niche}
    made = granted(await api.post(path, json=body, headers=family.child_key.headers), 201)
    for account in accounts:
        full = {"platform": "tiktok", "followers": 0, "language": "la", "geo": ["AQ"], **account}
        granted(await api.post("/ops/v1/pool/accounts", json=full, headers=operator), 201)
    page = granted(
        await api.get(f"{PATH}/{made['id']}/candidates", headers=operator, params=params)
    )
    return made["id"], page["items"]


async def test_candidates_are_ranked_with_reasons(
    api: httpx.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    mark = f"w{uuid4().hex}"
    names = [f"{place}.{mark[:12]}" for place in range(6)]
    _, listed = await candidates_of(
        api,
        installation,
        family,
        operator,
        {"vertical": f"{mark}_and_Coffee", "language": "pt", "geo": ["US", "GB", "CA"]},
        [
            {"handle": names[3], "vertical": "gardening_and_tools", "language": "pt"},
            {"handle": names[4], "vertical": f"{mark}-tea", "geo": ["US"]},
            {
                "handle": names[0],
                "vertical": f"{mark}_AND_coffee".upper(),
                "language": "PT".lower(),
                "geo": ["US", "GB", "CA", "FR"],
                "followers": 1_000_000,
            },
            {
                "handle": names[1],
                "vertical": f"{mark}_and_coffee",
                "language": "pt-BR",
                "geo": ["GB", "US"],
                "followers": 1000,
            },
        ],
        limit="100",
    )
    mine = {item["handle"]: item for item in listed if item["handle"] in names}
    assert list(mine) == [names[0], names[1], names[3], names[4]]
    points = {
        name: [(reason["criterion"], reason["points"]) for reason in item["reasons"]]
        for name, item in mine.items()
    }
    assert points[names[0]] == [("vertical", 50), ("language", 25), ("geo", 15), ("followers", 10)]
    assert points[names[1]] == [("vertical", 50), ("language", 20), ("geo", 10), ("followers", 5)]
    assert points[names[3]] == [("vertical", 0), ("language", 25), ("geo", 0), ("followers", 0)]
    assert points[names[4]] == [("vertical", 20), ("language", 0), ("geo", 5), ("followers", 0)]
    for item in listed:
        assert item["score"] == sum(reason["points"] for reason in item["reasons"])
        assert [reason["of"] for reason in item["reasons"]] == [50, 25, 15, 10]
        assert item["status"] == "available"
        assert item["id"].startswith("pool_")
    assert [reason["text"] for reason in mine[names[1]]["reasons"]] == [
        f"is about {mark}_and_Coffee",
        "speaks pt-BR, a form of pt",
        "reaches US, GB of US, GB, CA",
        "has 1,000 followers",
    ]
    order = [(-item["score"], -item["followers"], item["id"]) for item in listed]
    assert order == sorted(order)


async def test_what_a_niche_does_not_ask_for_is_had_by_all(
    api: httpx.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    mark = f"w{uuid4().hex}"
    account = {"handle": handle(), "vertical": mark}
    _, listed = await candidates_of(
        api, installation, family, operator, {"vertical": mark}, [account], limit="1"
    )
    (best,) = listed
    assert (best["handle"], best["score"]) == (account["handle"], 90)


async def test_pages_of_candidates_and_those_that_are_gone(
    api: httpx.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    mark = f"w{uuid4().hex}"
    names = [handle() for _ in range(4)]
    request_id, first = await candidates_of(
        api,
        installation,
        family,
        operator,
        {"vertical": mark},
        [
            {"handle": name, "vertical": mark, "followers": followers}
            for name, followers in zip(names, (5, 7, 7, 5), strict=True)
        ],
        limit="2",
    )
    assert [item["handle"] for item in first] == [names[1], names[2]], "the older of two equals"
    path = f"{PATH}/{request_id}/candidates"
    page = granted(await api.get(path, headers=operator, params={"limit": "2"}))
    # The best is gone meanwhile; the second page is what it was.
    granted(await fulfil(api, operator, parse_id("lreq", request_id), [first[0]["id"]]))
    params = {"limit": "2", "cursor": page["nextCursor"]}
    page = granted(await api.get(path, headers=operator, params=params))
    assert [item["handle"] for item in page["items"]] == [names[0], names[3]]
    page = granted(await api.get(path, headers=operator, params={"limit": "2"}))
    assert [item["handle"] for item in page["items"]] == [names[2], names[0]]
    assert list(issues(await api.get(f"{path}?limit=101", headers=operator))) == ["limit"]


@pytest.mark.parametrize(
    ("vertical", "words"),
    [
        ("food_and_drink", ["food", "drink"]),
        ("Food & Drink", ["food", "drink"]),
        ("the-of", []),
        ("Caf\u00e9, caf\u00e9", ["caf\u00e9"]),
    ],
)
def test_the_words_of_a_vertical(vertical: str, words: list[str]) -> None:
    assert words_of(vertical) == words


async def test_requests_of_a_test_environment_are_not_in_the_queue(
    api: httpx.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
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
