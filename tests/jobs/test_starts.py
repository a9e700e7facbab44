"""Starting jobs over HTTP: what it takes, what it costs, and when it is refused."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.jobs.over_http import FORMATS, MISSING, credits, funded, start, start_path, working_audit
from tests.support.answers import granted, issues, refused
from tests.support.installation import now, org_id, project_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation


@pytest.mark.parametrize("style", FORMATS)
async def test_a_start_reserves_the_estimate(
    api: httpx2.AsyncClient, installation: Installation, style: str
) -> None:
    key = await funded(installation)
    response = await start(api, key, style)
    job = granted(response, 202)
    assert job == {
        "jobId": job["jobId"],
        "kind": "content_generate",
        "status": "running",
        "stage": "queued",
        "projectId": project_id(key.wallet),
        "containerIds": [job["containerIds"][0]],
        "reservedCredits": FORMATS[style][0],
        "locationUrl": f"/v1/jobs/{job['jobId']}",
        "startedAt": job["startedAt"],
    }
    assert response.headers["X-RateLimit-Endpoint-Class"] == "long-running"
    wallet = await credits(api, key)
    assert (wallet["reservedCredits"], wallet["balance"]) == (FORMATS[style][0], 1000)
    read = granted(await api.get(job["locationUrl"], headers=key.headers))
    assert read == {
        "jobId": job["jobId"],
        "kind": "content_generate",
        "status": "running",
        "stage": "queued",
        "progress": 0.0,
        "projectId": project_id(key.wallet),
        "containerIds": job["containerIds"],
        "reservedCredits": FORMATS[style][0],
        "startedAt": job["startedAt"],
    }
    content = granted(await api.get(f"/v1/content/{job['containerIds'][0]}", headers=key.headers))
    sent = FORMATS[style][1]
    assert content == {
        "id": job["containerIds"][0],
        "projectId": project_id(key.wallet),
        "jobId": job["jobId"],
        "status": "queued",
        "format": style.replace("-", "_"),
        "hook": sent.get("hook"),
        "socialAccountId": None,
        "influencerId": None,
        "sourceTiktokId": sent.get("tiktokVideoId"),
        "mediaId": sent.get("mediaId"),
        "assets": [],
        "creditsCharged": None,
        "createdAt": job["startedAt"],
        "completedAt": None,
        "failedAt": None,
        "lastError": None,
    }
    rows = await working_audit(installation, key.wallet)
    assert [row["event_type"] for row in rows] == ["job.started"]


@pytest.mark.parametrize(
    ("style", "body", "wrong"),
    [
        ("slideshow-builder", {}, ["hook"]),
        ("slideshow-builder", {"hook": ""}, ["hook"]),
        ("slideshow-builder", {"hook": " \n\u3000"}, ["hook"]),
        ("slideshow-builder", {"hook": "x" * 2001}, ["hook"]),
        ("slideshow-builder", {"hook": "x", "tiktokVideoId": "1"}, ["tiktokVideoId"]),
        ("slideshow-remix", {}, ["tiktokVideoId"]),
        ("slideshow-remix", {"tiktokVideoId": "1", "hook": "x"}, ["hook"]),
        ("video-remix", {"tiktokVideoId": "a b", "mediaId": "m"}, ["mediaId", "tiktokVideoId"]),
        ("ugc-remix", {"hook": 5, "socialAccountId": "x"}, ["hook", "socialAccountId"]),
        ("auto", {"mediaId": "m"}, ["mediaId"]),
    ],
)
async def test_what_a_start_takes(
    api: httpx2.AsyncClient,
    installation: Installation,
    style: str,
    body: dict[str, Any],
    wrong: list[str],
) -> None:
    key = await funded(installation)
    response = await api.post(start_path(key.wallet, style), json=body, headers=key.headers)
    assert sorted(issues(response)) == wrong
    assert (await credits(api, key))["reservedCredits"] == 0


async def test_a_start_for_an_account(api: httpx2.AsyncClient, installation: Installation) -> None:
    partner = await installation.partner(prepaid=1000, cash_cents=100_000)
    key = await installation.key(partner, "*")
    (account,) = await installation.lease(partner, f"h{uuid4().hex[:12]}", at=now())
    body = {"hook": "x", "socialAccountId": account, "influencerId": "i1"}
    job = granted(await api.post(start_path(partner, "auto"), json=body, headers=key.headers), 202)
    container = job["containerIds"][0]
    content = granted(await api.get(f"/v1/content/{container}", headers=key.headers))
    assert (content["socialAccountId"], content["influencerId"]) == (account, "i1")
    await installation.end_lease(partner, account, at=now())
    for other in (account, f"sa_{MISSING}"):
        body["socialAccountId"] = other
        response = await api.post(start_path(partner, "auto"), json=body, headers=key.headers)
        assert list(issues(response)) == ["socialAccountId"]


async def test_not_enough_credits(api: httpx2.AsyncClient, installation: Installation) -> None:
    key = await funded(installation, 119)
    assert refused(await start(api, key), "BILLING_EXHAUSTED") == {
        "reason": "insufficient_credits",
        "required": 120,
        "available": 119,
    }
    granted(await start(api, key, "slideshow-builder"), 202)


async def test_the_partner_s_price_and_cap(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(prepaid=1000)
    await installation.owner.execute(
        "UPDATE organizations SET format_prices = $2 WHERE tenant_id = $1 AND parent_id IS NULL",
        family.partner.tenant_id,
        {"video_remix": 77},
    )
    path = f"/v1/organizations/{org_id(family.child)}"
    headers = family.partner_key.headers
    config = {"monthlyCreditCap": 100}
    granted(await api.patch(f"{path}/credit-config", json=config, headers=headers))
    allocated = await api.post(
        f"{path}/credits/allocate",
        json={"credits": 500},
        headers={**headers, "Idempotency-Key": str(uuid4())},
    )
    granted(allocated, 201)
    job = granted(await start(api, family.child_key), 202)
    assert job["reservedCredits"] == 77
    details = refused(await start(api, family.child_key, "slideshow-builder"), "BILLING_EXHAUSTED")
    assert details == {"reason": "monthly_credit_cap", "required": 50, "available": 23}


async def test_as_many_running_jobs_as_the_tier_allows(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    key = await funded(installation, 10_000, tier="standard")
    responses = await asyncio.gather(*(start(api, key) for _ in range(11)))
    assert sorted(response.status_code for response in responses) == [202] * 10 + [429]
    (over,) = [response for response in responses if response.status_code == 429]
    assert refused(over, "RATE_LIMITED")["limit"] == "concurrent_jobs"
    assert int(over.headers["Retry-After"]) > 0
    first = next(response for response in responses if response.status_code == 202).json()
    granted(await api.post(f"/v1/jobs/{first['jobId']}/cancel", headers=key.headers), 202)
    granted(await start(api, key), 202)


async def test_an_archived_project_starts_nothing(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    key = await funded(installation)
    granted(await api.delete(f"/v1/projects/{project_id(key.wallet)}", headers=key.headers))
    assert refused(await start(api, key), "CONFLICT") == {"status": "archived"}


async def test_the_same_start_again_is_answered_again(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    key = await funded(installation)
    token = {"Idempotency-Key": str(uuid4())}
    first = await start(api, key, **token)
    again = await start(api, key, **token)
    assert again.status_code == first.status_code == 202
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    path = start_path(key.wallet)
    other = await api.post(path, json={"tiktokVideoId": "2"}, headers={**key.headers, **token})
    refused(other, "IDEMPOTENCY_CONFLICT")
    assert (await credits(api, key))["reservedCredits"] == 120


async def test_the_same_start_at_once_is_one(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    key = await funded(installation)
    token = {"Idempotency-Key": str(uuid4())}
    responses = await asyncio.gather(*(start(api, key, **token) for _ in range(12)))
    done = [response for response in responses if response.status_code == 202]
    assert len({response.json()["jobId"] for response in done}) == 1
    for response in responses:
        if response.status_code != 202:
            refused(response, "IDEMPOTENCY_IN_PROGRESS")
    assert (await credits(api, key))["reservedCredits"] == 120


async def test_a_stored_start_is_answered_also_when_the_child_is_suspended_now(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(prepaid=1000)
    headers = family.partner_key.acting_for(family.child)
    await installation.owner.execute(
        "UPDATE organizations SET format_prices = $2 WHERE tenant_id = $1 AND parent_id IS NULL",
        family.partner.tenant_id,
        {"auto": 0},
    )
    headers["Idempotency-Key"] = str(uuid4())
    path = start_path(family.child, "auto")
    first = granted(await api.post(path, json={}, headers=headers), 202)
    await installation.set_status(family.child, "suspended")
    again = await api.post(path, json={}, headers=headers)
    assert granted(again, 202) == first
    headers["Idempotency-Key"] = str(uuid4())
    refused(await api.post(path, json={}, headers=headers), "KILL_SWITCH")
    refused(await api.post(f"/v1/jobs/{first['jobId']}/cancel", headers=headers), "KILL_SWITCH")
    granted(await api.get(f"/v1/jobs/{first['jobId']}", headers=headers))


async def test_each_neighbour_gets_its_own_answer(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    """Starts that go together: what does not fit or is not right hurts nobody else."""
    key = await funded(installation, 500)
    wrong = start_path(key.wallet).replace(project_id(key.wallet), f"prj_{MISSING}")
    body = FORMATS["video-remix"][1]
    responses = await asyncio.gather(
        *(start(api, key) for _ in range(6)),
        *(api.post(wrong, json=body, headers=key.headers) for _ in range(3)),
    )
    assert sorted(response.status_code for response in responses[:6]) == [202] * 4 + [402] * 2
    assert {response.status_code for response in responses[6:]} == {404}
    jobs = {response.json()["jobId"] for response in responses if response.status_code == 202}
    assert len(jobs) == 4
    assert (await credits(api, key))["available"] == 20
