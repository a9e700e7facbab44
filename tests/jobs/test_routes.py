"""Following and canceling jobs over HTTP, and what they made."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from tests.jobs.over_http import FORMATS, MISSING, credits, funded, start, working_audit
from tests.support import working
from tests.support.answers import granted, issues, refused
from tests.support.installation import ago, now, project_id

from partner_api.clock import format_milliseconds
from partner_api.ids import format_id, parse_id
from partner_api.storage import file_key
from partner_api.storage.folder import FolderStorage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2
    from tests.support.installation import Installation, Key
    from tests.support.serving import Service
    from tests.support.tenants import Wallet


async def started(api: httpx2.AsyncClient, key: Key, style: str = "video-remix") -> str:
    job_id: str = granted(await start(api, key, style), 202)["jobId"]
    return job_id


async def claim(
    installation: Installation, wallet: Wallet, style: str = "video_remix"
) -> working.Claim:
    async with installation.pool.acquire() as connection:
        (held,) = await working.claim(connection, wallet, now=now(), formats=[style])
    return held


async def test_the_end_of_a_job(api: httpx2.AsyncClient, installation: Installation) -> None:
    key = await funded(installation)
    job_id = await started(api, key)
    held = await claim(installation, key.wallet)
    async with installation.pool.acquire() as connection:
        await working.beat(connection, held, "rendering", 0.5, now=now())
        job = granted(await api.get(f"/v1/jobs/{job_id}", headers=key.headers))
        assert (job["status"], job["stage"], job["progress"]) == ("running", "rendering", 0.5)
        files = [await working.upload(connection, held, "one.png", b"one")]
        await working.complete(connection, held, 70, files, now=now())
    job = granted(await api.get(f"/v1/jobs/{job_id}", headers=key.headers))
    container = job["containerIds"][0]
    (asset,) = job["result"]["assets"]
    assert job["result"] == {"containerId": container, "creditsCharged": 70, "assets": [asset]}
    assert asset == {
        "assetId": asset["assetId"],
        "kind": "slide",
        "url": f"/v1/content/{container}/assets/{asset['assetId']}",
        "width": 1080,
        "height": 1920,
        "mimeType": "image/png",
        "sizeBytes": 3,
        "sha256": files[0]["sha256"],
    }
    assert (job["status"], job["progress"], "error" in job) == ("completed", 1.0, False)
    content = granted(await api.get(f"/v1/content/{container}", headers=key.headers))
    assert (content["status"], content["creditsCharged"]) == ("completed", 70)
    assert (content["assets"], content["completedAt"]) == ([asset], job["finishedAt"])
    listed = await api.get(f"/v1/projects/{project_id(key.wallet)}/content", headers=key.headers)
    assert granted(listed) == {"items": [content], "nextCursor": None}
    (event,) = granted(await api.get("/v1/credits/events?eventType=usage", headers=key.headers))[
        "items"
    ]
    assert (event["workflowId"], event["containerId"], event["format"], event["credits"]) == (
        job_id,
        container,
        "video_remix",
        -70,
    )


async def test_a_failed_job_says_why(api: httpx2.AsyncClient, installation: Installation) -> None:
    key = await funded(installation)
    job_id = await started(api, key)
    held = await claim(installation, key.wallet)
    async with installation.pool.acquire() as connection:
        await working.fail(connection, held, retryable=False, now=now())
    job = granted(await api.get(f"/v1/jobs/{job_id}", headers=key.headers))
    error = {"code": "RENDER_FAILED", "message": "It did not render."}
    assert (job["status"], job["error"], "result" in job) == ("failed", error, False)
    content = granted(await api.get(f"/v1/content/{job['containerIds'][0]}", headers=key.headers))
    assert (content["status"], content["lastError"]) == ("failed", error)
    assert (content["creditsCharged"], content["failedAt"]) == (0, job["finishedAt"])
    wallet = await credits(api, key)
    assert (wallet["available"], wallet["usedThisPeriod"]) == (1000, 0)


async def test_not_modified(api: httpx2.AsyncClient, installation: Installation) -> None:
    key = await funded(installation)
    path = f"/v1/jobs/{await started(api, key)}"
    first = await api.get(path, headers=key.headers)
    tag = first.headers["ETag"]
    assert tag.startswith('W/"')
    for value in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        same = await api.get(path, headers={**key.headers, "If-None-Match": value})
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    held = await claim(installation, key.wallet)
    changed = await api.get(path, headers={**key.headers, "If-None-Match": tag})
    assert granted(changed)["stage"] == "processing"
    assert changed.headers["ETag"] != tag
    assert held.attempt == 1


async def test_canceling(api: httpx2.AsyncClient, installation: Installation) -> None:
    key = await funded(installation)
    job_id = await started(api, key)
    token = {**key.headers, "Idempotency-Key": str(uuid4())}
    path = f"/v1/jobs/{job_id}/cancel"
    accepted = {"jobId": job_id, "accepted": True}
    assert granted(await api.post(path, headers=token), 202) == accepted
    job = granted(await api.get(f"/v1/jobs/{job_id}", headers=key.headers))
    assert job["status"] == "canceled"
    assert {"result", "error"}.isdisjoint(job)
    replayed = await api.post(path, headers=token)
    assert granted(replayed, 202) == accepted
    assert replayed.headers["Idempotent-Replayed"] == "true"
    assert granted(await api.post(path, headers=key.headers)) == {
        "jobId": job_id,
        "accepted": False,
        "reason": "ALREADY_CANCELED",
    }
    assert (await credits(api, key))["available"] == 1000
    assert [row["event_type"] for row in await working_audit(installation, key.wallet)] == [
        "job.started",
        "job.canceled",
    ]
    row = (await working_audit(installation, key.wallet))[-1]
    assert (row["actor"], row["api_key_id"]) == ("partner_api", key.key_id)


async def test_canceling_what_a_worker_is_finishing(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    key = await funded(installation)
    job_id = await started(api, key)
    held = await claim(installation, key.wallet)
    async with installation.pool.acquire() as connection:
        await working.beat(connection, held, "finalizing", now=now())
        assert refused(
            await api.post(f"/v1/jobs/{job_id}/cancel", headers=key.headers), "CONFLICT"
        ) == {
            "subcode": "JOB_CANCEL_UNAVAILABLE",
            "jobId": job_id,
            "stage": "finalizing",
        }


async def test_canceling_what_a_worker_has(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    key = await funded(installation)
    job_id = await started(api, key)
    held = await claim(installation, key.wallet)
    path = f"/v1/jobs/{job_id}/cancel"
    async with installation.pool.acquire() as connection:
        await working.beat(connection, held, "rendering", now=now())
        granted(await api.post(path, headers=key.headers), 202)
        job = granted(await api.get(f"/v1/jobs/{job_id}", headers=key.headers))
        assert job["status"] == "running"
        await working.complete(connection, held, 70, now=now())
    job = granted(await api.get(f"/v1/jobs/{job_id}", headers=key.headers))
    assert job["status"] == "canceled"
    assert (await credits(api, key))["balance"] == 1000


@pytest.mark.parametrize(
    ("end", "reason"), [("completed", "ALREADY_COMPLETED"), ("failed", "ALREADY_FAILED")]
)
async def test_canceling_what_is_over(
    api: httpx2.AsyncClient, installation: Installation, end: str, reason: str
) -> None:
    key = await funded(installation)
    job_id = await started(api, key)
    held = await claim(installation, key.wallet)
    async with installation.pool.acquire() as connection:
        if end == "completed":
            await working.complete(connection, held, 70, now=now())
        else:
            await working.fail(connection, held, retryable=False, now=now())
    answer = granted(await api.post(f"/v1/jobs/{job_id}/cancel", headers=key.headers))
    assert answer == {"jobId": job_id, "accepted": False, "reason": reason}


@pytest.mark.parametrize("name", [f"job_{MISSING}", "nonsense", "job_01ARZ3NDEKTSV4RRFFQ69G5FAV"])
async def test_a_job_that_is_not_there(
    api: httpx2.AsyncClient, installation: Installation, name: str
) -> None:
    key = await funded(installation)
    refused(await api.get(f"/v1/jobs/{name}", headers=key.headers), "NOT_FOUND")
    refused(await api.post(f"/v1/jobs/{name}/cancel", headers=key.headers), "NOT_FOUND")
    refused(await api.get(f"/v1/content/{name}", headers=key.headers), "NOT_FOUND")


async def test_whose_job_it_is(api: httpx2.AsyncClient, installation: Installation) -> None:
    family = await installation.family(prepaid=1000)
    job = await installation.finished_job(family.child)
    path = f"/v1/jobs/{format_id('job', job.job_id)}"
    granted(await api.get(path, headers=family.child_key.headers))
    refused(await api.get(path, headers=family.partner_key.headers), "NOT_FOUND")
    granted(await api.get(path, headers=family.partner_key.acting_for(family.child)))
    refused(await api.get(path, headers=family.partner_key.acting_for(family.sibling)), "NOT_FOUND")
    bare = await api.get(f"/v1/jobs/{job.job_id}", headers=family.child_key.headers)
    assert granted(bare)["jobId"] == format_id("job", job.job_id)


async def test_the_list_of_content(api: httpx2.AsyncClient, installation: Installation) -> None:
    key = await funded(installation, 5000)
    made = [granted(await start(api, key, style), 202) for style in FORMATS for _ in range(2)]
    await api.post(f"/v1/jobs/{made[0]['jobId']}/cancel", headers=key.headers)
    path = f"/v1/projects/{project_id(key.wallet)}/content"

    async def listed(**params: Any) -> list[str]:
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            query = {"limit": 3, **params, **cursor}
            page = granted(await api.get(path, params=query, headers=key.headers))
            assert len(page["items"]) <= 3
            found += [item["id"] for item in page["items"]]
            if page["nextCursor"] is None:
                return found
            cursor = {"cursor": page["nextCursor"]}

    ids = [job["containerIds"][0] for job in made]
    assert await listed() == ids[::-1]
    assert await listed(status="canceled") == ids[:1]
    assert await listed(status=["queued", "completed"]) == ids[:0:-1]
    assert await listed(format="auto") == [ids[9], ids[8]]
    assert await listed(format=["auto", "video_remix"]) == [ids[9], ids[8], ids[5], ids[4]]
    assert set(await listed(since=made[4]["startedAt"])) >= set(ids[4:])
    assert set(await listed(until=made[4]["startedAt"])) >= set(ids[:5])
    assert await listed(until=format_milliseconds(ago(days=1))) == []
    assert await listed(since=format_milliseconds(now() + timedelta(days=1))) == []
    for wrong in ({"limit": 0}, {"limit": 201}, {"status": "running"}, {"format": "video-remix"}):
        assert issues(await api.get(path, params=wrong, headers=key.headers))


async def test_two_hundred_clients_and_a_wallet_that_fits_37(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    key = await funded(installation, 37 * 120 + 70)
    responses = await asyncio.gather(*(start(api, key) for _ in range(200)))
    counts = {status: 0 for status in (202, 402)}
    for response in responses:
        counts[response.status_code] += 1
    assert counts == {202: 37, 402: 163}
    wallet = await credits(api, key)
    assert (wallet["available"], wallet["reservedCredits"]) == (70, 37 * 120)
    job_ids = {
        parse_id("job", response.json()["jobId"])
        for response in responses
        if response.status_code == 202
    }
    stored: set[UUID] = {
        row["job_id"]
        for row in await installation.pool.fetch(
            "SELECT job_id FROM reservations WHERE tenant_id = $1 AND status = 'open'",
            key.wallet.tenant_id,
        )
    }
    assert stored == job_ids


async def test_a_file_is_where_its_asset_leads(
    api: httpx2.AsyncClient, installation: Installation, server: Service
) -> None:
    """To an address that needs no key and works for an hour."""
    key = await funded(installation)
    await started(api, key)
    held = await claim(installation, key.wallet)
    storage = FolderStorage(server.data_dir / "files", installation.secret_keys)
    stored = await storage.put(file_key(held.tenant_id, uuid4(), "one.png"), chunks(b"picture"))
    async with installation.pool.acquire() as connection:
        item = await working.upload(connection, held, "one.png", b"picture", key=stored.key)
        await working.complete(connection, held, 1, [item], now=now())
    job = granted(await api.get(f"/v1/jobs/{format_id('job', held.job_id)}", headers=key.headers))
    (asset,) = job["result"]["assets"]
    redirect = await api.get(asset["url"], headers=key.headers)
    assert redirect.status_code == 302
    file = await api.get(redirect.headers["Location"])
    assert (file.status_code, file.content) == (200, b"picture")
    assert file.headers["Content-Type"] == "image/png"
    container = job["containerIds"][0]
    for wrong in (str(uuid4()), "nonsense", held.job_id):
        path = f"/v1/content/{container}/assets/{wrong}"
        refused(await api.get(path, headers=key.headers), "NOT_FOUND")


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_in_the_test_environment(api: httpx2.AsyncClient, installation: Installation) -> None:
    """Nothing is reserved, and it completes by itself, with the same bytes for the same request."""
    wallet = await installation.test_tenant(await installation.partner())
    key = await installation.key(wallet, "*", env="test")
    project = granted(
        await api.post(
            "/v1/projects", json={"name": "Rehearsal", "timezone": "UTC"}, headers=key.headers
        ),
        201,
    )["id"]
    path = f"/v1/projects/{project}/content/slideshow-builder"
    jobs = [
        granted(await api.post(path, json={"hook": "Hello"}, headers=key.headers), 202)
        for _ in range(2)
    ]
    assert [job["reservedCredits"] for job in jobs] == [0, 0]
    results = []
    for job in jobs:
        give_up = asyncio.get_running_loop().time() + 120
        while (found := granted(await api.get(job["locationUrl"], headers=key.headers)))[
            "status"
        ] == "running":
            assert asyncio.get_running_loop().time() < give_up
            await asyncio.sleep(0.5)
        assert found["status"] == "completed"
        assert found["result"]["creditsCharged"] == 0
        results.append([asset["sha256"] for asset in found["result"]["assets"]])
        for asset in found["result"]["assets"]:
            redirect = await api.get(asset["url"], headers=key.headers)
            file = await api.get(redirect.headers["Location"])
            assert len(file.content) == asset["sizeBytes"]
    assert results[0] == results[1] != []
    assert (await credits(api, key))["usedThisPeriod"] == 0
