"""A worker that reports on several jobs in one request, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.ops.working import claim, start
from tests.support.answers import granted

from partner_api.ids import parse_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation, Key

ASSET = {
    "kind": "slide",
    "name": "one.png",
    "width": 1080,
    "height": 1920,
    "mimeType": "image/png",
    "sizeBytes": 1,
    "sha256": "0" * 64,
}


async def held_jobs(
    api: httpx2.AsyncClient, worker: dict[str, str], *keys: Key
) -> list[dict[str, Any]]:
    """A claimed job of each of these partners."""
    job_ids = [(await start(api, key))[0] for key in keys]
    claimed = {held["jobId"]: held for held in await claim(api, worker, max=len(keys))}
    return [claimed[job_id] for job_id in job_ids]


def beat(held: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"jobId": held["jobId"], "claimToken": held["claimToken"], **fields}


def end(held: dict[str, Any], credits: int = 90, **fields: Any) -> dict[str, Any]:
    return beat(held, creditsCharged=credits, **{"assets": [], **fields})


async def send(
    api: httpx2.AsyncClient,
    headers: dict[str, str],
    what: str,
    items: list[dict[str, Any]],
    key: str | None = None,
) -> httpx2.Response:
    keyed = {} if key is None else {"Idempotency-Key": key}
    return await api.post(
        f"/ops/v1/jobs/{what}",
        json={"workerId": "w1", "items": items},
        headers={**headers, **keyed},
    )


async def send_all(
    api: httpx2.AsyncClient, headers: dict[str, str], what: str, items: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = granted(await send(api, headers, what, items))["items"]
    assert [answer["jobId"] for answer in answers] == [item["jobId"] for item in items]
    assert all(("body" in answer) == (answer["status"] == 200) for answer in answers)
    assert all(("error" in answer) == (answer["status"] != 200) for answer in answers)
    return answers


async def wallet_of(api: httpx2.AsyncClient, key: Key) -> tuple[int, int]:
    wallet = granted(await api.get("/v1/credits", headers=key.headers))
    return wallet["balance"], wallet["reservedCredits"]


async def note_upload(installation: Installation, held: dict[str, Any]) -> None:
    """Note the file of `ASSET` as uploaded for a job."""
    await installation.owner.execute(
        """
        INSERT INTO asset_uploads
            (tenant_id, job_id, attempt, name, size_bytes, sha256, storage_key, created_at)
        SELECT tenant_id, id, attempt, 'one.png', 1, $2, id || '/one.png', now()
          FROM jobs WHERE id = $1
        """,
        parse_id("job", held["jobId"]),
        ASSET["sha256"],
    )
