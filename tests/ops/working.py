"""A worker over HTTP."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

from tests.support.answers import granted
from tests.support.installation import project_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation, Key


MISSING = "job_01ARZ3NDEKTSV4RRFFQ69G5FAV"
FORMATS = ["slideshow_builder", "slideshow_remix", "video_remix", "ugc_remix", "auto"]
VIDEO = {"tiktokVideoId": "7301234567890123456"}


async def claim(
    api: httpx2.AsyncClient, worker: dict[str, str], **fields: Any
) -> list[dict[str, Any]]:
    """Claim jobs, and wait for one that the background work looks at just now.

    A claim that lapsed would put a job in the hands of another test, so it is as long as it may be.
    """
    body = {"workerId": "w1", "formats": FORMATS, "leaseSeconds": 900, "max": 1, "waitSeconds": 20}
    body |= fields
    items: list[dict[str, Any]] = granted(
        await api.post("/ops/v1/jobs/claim", json=body, headers=worker)
    )["items"]
    return items


async def report(
    api: httpx2.AsyncClient, worker: dict[str, str], held: dict[str, Any], what: str, **body: Any
) -> httpx2.Response:
    named = {"workerId": "w1", "claimToken": held["claimToken"], **body}
    return await api.post(f"/ops/v1/jobs/{held['jobId']}/{what}", json=named, headers=worker)


async def start(api: httpx2.AsyncClient, key: Key, count: int = 1) -> list[str]:
    path = f"/v1/projects/{project_id(key.wallet)}/content/video-remix"
    answers = await asyncio.gather(
        *(api.post(path, json=VIDEO, headers=key.headers) for _ in range(count))
    )
    return [granted(answer, 202)["jobId"] for answer in answers]


async def funded(installation: Installation) -> Key:
    wallet = await installation.partner(prepaid=100_000)
    return await installation.key(wallet, "*")


async def job(api: httpx2.AsyncClient, key: Key, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = granted(await api.get(f"/v1/jobs/{job_id}", headers=key.headers))
    return found


async def upload(
    api: httpx2.AsyncClient, worker: dict[str, str], held: dict[str, Any], content: bytes
) -> dict[str, Any]:
    """Store a picture of a job, and return what its worker reports of it."""
    sent = await api.put(
        f"/ops/v1/jobs/{held['jobId']}/assets/one.png",
        content=content,
        headers={
            **worker,
            "Content-Type": "image/png",
            "X-Worker-Id": "w1",
            "X-Claim-Token": held["claimToken"],
        },
    )
    assert sent.status_code == 200, sent.text
    return {
        "kind": "slide",
        "name": "one.png",
        "width": 1080,
        "height": 1920,
        "mimeType": "image/png",
        "sizeBytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
