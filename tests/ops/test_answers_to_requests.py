"""Answers to requests: given again, at once by two operators, and final."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

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
from tests.support.installation import org_id, project_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation


@pytest_asyncio.fixture
async def family(installation: Installation) -> Family:
    """A partner with 100,000 cents."""
    return await installation.family(cash_cents=100_000)


async def test_an_answer_is_final(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
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
    api: httpx2.AsyncClient,
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
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
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
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
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
    api: httpx2.AsyncClient, installation: Installation
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
    api: httpx2.AsyncClient, installation: Installation, family: Family
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
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
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


async def test_rejecting(
    api: httpx2.AsyncClient, installation: Installation, family: Family, operator: dict[str, str]
) -> None:
    request_id = await installation.lease_request(family.child, count=2)
    answer = granted(await reject(api, operator, request_id, "Nothing in Danish."))
    assert (answer["status"], answer["note"]) == ("rejected", "Nothing in Danish.")
    assert (answer["assignedAt"], answer["assignedSocialAccountIds"]) == (None, [])
    response = await api.post(f"{PATH}/{lreq(request_id)}/reject", json={}, headers=operator)
    assert list(issues(response)) == ["note"]
    response = await reject(api, operator, request_id, "")
    assert list(issues(response)) == ["note"]
