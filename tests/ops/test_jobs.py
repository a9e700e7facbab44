"""The operator's workers over HTTP: claims, files and reports."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.ops.working import (
    FORMATS,
    MISSING,
    VIDEO,
    claim,
    funded,
    job,
    report,
    start,
    upload,
)
from tests.support.answers import granted, issues, refused
from tests.support.installation import org_id, project_id
from tests.support.serving import wait_until

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation
    from tests.support.serving import Service


# Far sooner than by looking again, which a claim that waits does once a second.
WOKEN_SECONDS = 0.4


def claims_logged(server: Service) -> list[dict[str, Any]]:
    """What the server has logged of claims that are over."""
    lines = [line for line in server.errors.splitlines() if '"/ops/v1/jobs/claim"' in line]
    return [json.loads(line) for line in lines]


async def test_from_claim_to_completion(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key = await funded(installation)
    (job_id,) = await start(api, key)
    (held,) = await claim(api, worker)
    assert held == {
        "jobId": job_id,
        "attempt": 1,
        "claimToken": held["claimToken"],
        "format": "video_remix",
        "organizationId": org_id(key.wallet),
        "projectId": project_id(key.wallet),
        "containerId": (await job(api, key, job_id))["containerIds"][0],
        "inputs": VIDEO,
        "reservedCredits": 120,
        "leaseUntil": held["leaseUntil"],
    }
    answer = granted(await report(api, worker, held, "heartbeat", stage="rendering", progress=0.4))
    assert answer == {"cancelRequested": False, "leaseUntil": answer["leaseUntil"]}
    assert answer["leaseUntil"] >= held["leaseUntil"]
    running = await job(api, key, job_id)
    assert (running["stage"], running["progress"]) == ("rendering", 0.4)
    for stage in ("completed", "failed", "queued", "dreaming"):
        response = await report(api, worker, held, "heartbeat", stage=stage)
        assert list(issues(response)) == ["stage"], stage
    # Late, but no reason to give the job up.
    granted(await report(api, worker, held, "heartbeat", stage="processing"))
    assert (await job(api, key, job_id))["stage"] == "rendering"
    asset = await upload(api, worker, held, b"picture")
    end = {"creditsCharged": 99, "assets": [asset]}
    done = await report(api, worker, held, "complete", **end)
    assert granted(done) == {"jobId": job_id, "status": "completed", "creditsCharged": 99}
    again = await report(api, worker, held, "complete", **end)
    assert again.content == done.content
    assert again.headers["Idempotent-Replayed"] == "true"
    other = await report(api, worker, held, "complete", **{**end, "creditsCharged": 98})
    assert refused(other, "CONFLICT") == {"status": "completed"}
    finished = await job(api, key, job_id)
    (made,) = finished["result"]["assets"]
    redirect = await api.get(made["url"], headers=key.headers)
    assert (await api.get(redirect.headers["Location"])).content == b"picture"
    wallet = granted(await api.get("/v1/credits", headers=key.headers))
    assert (wallet["balance"], wallet["reservedCredits"]) == (100_000 - 99, 0)


async def test_a_broken_worker(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key = await funded(installation)
    (job_id,) = await start(api, key)
    (held,) = await claim(api, worker)
    asset = await upload(api, worker, held, b"picture")
    for wrong, path in (
        ({"creditsCharged": 121, "assets": [asset]}, "creditsCharged"),
        ({"creditsCharged": -1, "assets": []}, "creditsCharged"),
        ({"creditsCharged": 1, "assets": [{**asset, "sha256": "0" * 64}]}, "assets[0].sha256"),
        ({"creditsCharged": 1, "assets": [{**asset, "sizeBytes": 1}]}, "assets[0].sha256"),
        ({"creditsCharged": 1, "assets": [{**asset, "name": "two.png"}]}, "assets[0].name"),
        ({"creditsCharged": 1, "assets": [asset, asset]}, "assets[1].name"),
        ({"creditsCharged": 1, "assets": [{**asset, "kind": "No!"}]}, "assets[0].kind"),
    ):
        response = await report(api, worker, held, "complete", **wrong)
        assert list(issues(response)) == [path], response.text
    for stale in (
        {**held, "claimToken": str(uuid4())},
        {**held, "jobId": job_id, "claimToken": str(uuid4())},
    ):
        for what, body in (
            ("heartbeat", {}),
            ("complete", {"creditsCharged": 1, "assets": []}),
            ("fail", {"code": "NO", "message": "No", "retryable": False}),
        ):
            response = await report(api, worker, stale, what, **body)
            assert refused(response, "CONFLICT") == {"status": "running"}
    for name in (MISSING, "nonsense"):
        response = await report(api, worker, {**held, "jobId": name}, "heartbeat")
        refused(response, "NOT_FOUND")
    assert (await job(api, key, job_id))["status"] == "running"


async def test_a_key_that_was_used_for_a_job_is_a_conflict_for_one_that_does_not_exist(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key = await funded(installation)
    await start(api, key)
    (held,) = await claim(api, worker)
    keyed, missing = {**worker, "Idempotency-Key": str(uuid4())}, {**held, "jobId": MISSING}
    refused(await report(api, keyed, missing, "heartbeat"), "NOT_FOUND")
    granted(await report(api, keyed, held, "heartbeat"))
    refused(await report(api, keyed, missing, "heartbeat"), "IDEMPOTENCY_CONFLICT")
    refused(await report(api, worker, missing, "heartbeat"), "NOT_FOUND")


async def test_a_job_that_is_given_back_is_there_again(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key = await funded(installation)
    (job_id,) = await start(api, key)
    failure = {"code": "GPU_BUSY", "message": "No room.", "retryable": True}
    for attempt, status in ((1, "running"), (2, "running"), (3, "failed")):
        (held,) = await claim(api, worker)
        assert (held["jobId"], held["attempt"]) == (job_id, attempt)
        answer = granted(await report(api, worker, held, "fail", **failure))
        assert answer == {"jobId": job_id, "status": status, "creditsCharged": 0}
    assert (await job(api, key, job_id))["error"] == {"code": "GPU_BUSY", "message": "No room."}


async def test_a_worker_is_told_of_a_cancel(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key = await funded(installation)
    (job_id,) = await start(api, key)
    (held,) = await claim(api, worker)
    granted(await api.post(f"/v1/jobs/{job_id}/cancel", headers=key.headers), 202)
    answer = granted(await report(api, worker, held, "heartbeat"))
    assert answer["cancelRequested"] is True
    end = await report(api, worker, held, "complete", creditsCharged=9, assets=[])
    assert granted(end) == {"jobId": job_id, "status": "canceled", "creditsCharged": 0}


async def test_partners_take_turns(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    """Thirty jobs of one do not hold up the single one of another."""
    while await claim(api, worker, max=50, waitSeconds=0):
        pass  # what other tests have left
    large, small = [await funded(installation) for _ in range(2)]
    await start(api, large, 30)
    (single,) = await start(api, small)
    # A job that another test has left may be given back meanwhile, and has a turn too.
    claimed = [item for _ in range(3) for item in await claim(api, worker)]
    assert single in [item["jobId"] for item in claimed]
    (single,) = await start(api, small)
    claimed = await claim(api, worker, max=6)
    assert len(claimed) == 6
    assert single in [item["jobId"] for item in claimed]


async def test_a_claim_waits_for_a_job(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key = await funded(installation)
    began = time.monotonic()
    assert await claim(api, worker, waitSeconds=1) == []
    assert time.monotonic() - began >= 1
    times: list[float] = []
    # A machine may be busy for a moment, but not each time.
    while not times or (min(times) > WOKEN_SECONDS and len(times) < 20):
        waiting = asyncio.create_task(claim(api, worker, waitSeconds=20))
        await asyncio.sleep(0.1)
        began = time.monotonic()
        (job_id,) = await start(api, key)
        (held,) = await waiting
        assert held["jobId"] == job_id
        times.append(time.monotonic() - began)
    assert min(times) <= WOKEN_SECONDS, "it was not woken"


async def test_a_worker_that_went_away_gets_nothing(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str], server: Service
) -> None:
    key = await funded(installation)
    body = json.dumps(
        {"workerId": "w", "formats": FORMATS, "leaseSeconds": 60, "max": 1, "waitSeconds": 20}
    ).encode()
    head = (
        f"POST /ops/v1/jobs/claim HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        f"Authorization: {worker['Authorization']}\r\n\r\n"
    )
    before = len(claims_logged(server))
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head.encode() + body)
        await asyncio.sleep(0.5)
    await asyncio.to_thread(wait_until, lambda: len(claims_logged(server)) > before)
    assert claims_logged(server)[before]["milliseconds"] < 20_000, "it waited to its end"
    (job_id,) = await start(api, key)
    assert (await job(api, key, job_id))["stage"] == "queued"
    (held,) = await claim(api, worker)
    assert held["jobId"] == job_id


async def test_the_same_claim_again_is_answered_again(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key = await funded(installation)
    await start(api, key, 2)
    keyed = {**worker, "Idempotency-Key": str(uuid4())}
    first = await claim(api, keyed)
    assert await claim(api, keyed) == first
    (other,) = await claim(api, worker)
    assert other["jobId"] != first[0]["jobId"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("workerId", ""),
        ("formats", []),
        ("formats", ["video-remix"]),
        ("leaseSeconds", 9),
        ("leaseSeconds", 901),
        ("max", 0),
        ("max", 51),
        ("waitSeconds", 21),
    ],
)
async def test_what_a_claim_takes(
    api: httpx2.AsyncClient, installation: Installation, field: str, value: object
) -> None:
    body = {"workerId": "w", "formats": FORMATS, "leaseSeconds": 60, "max": 1, field: value}
    response = await api.post(
        "/ops/v1/jobs/claim", json=body, headers=await installation.operator("worker")
    )
    assert [path.partition("[")[0] for path in issues(response)] == [field]
