"""What operators find of jobs: what waits, who has what, each try, and the files of a finished one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.ops.working import MISSING, VIDEO, claim, funded, report, start, upload
from tests.support.answers import granted, issues, refused
from tests.support.installation import ago, now, org_id

from partner_api.clock import format_milliseconds
from partner_api.ids import parse_id
from partner_api.jobs import overview_store

if TYPE_CHECKING:
    import httpx2
    import pytest
    from tests.support.installation import Installation

PATH = "/ops/v1/jobs"
NO = {"code": "NO", "message": "No.", "retryable": False}


async def pages(
    api: httpx2.AsyncClient, operator: dict[str, str], **params: Any
) -> list[list[dict[str, Any]]]:
    """All pages of a list."""
    found = []
    while True:
        page = granted(await api.get(PATH, headers=operator, params=params))
        found.append(page["items"])
        if page["nextCursor"] is None:
            return found
        params["cursor"] = page["nextCursor"]


async def listed(api: httpx2.AsyncClient, operator: dict[str, str], **params: Any) -> list[str]:
    """The ids of all jobs that fit."""
    return [item["id"] for page in await pages(api, operator, **params) for item in page]


async def test_what_waits_comes_in_the_order_in_which_it_waits(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key, viewer = await funded(installation), await installation.operator("viewer")
    job_ids = sorted(await start(api, key, 4))
    of = {"organizationId": org_id(key.wallet)}
    assert await listed(api, viewer, claimed="false", **of) == job_ids
    assert await listed(api, viewer, claimed="false", limit="1", **of) == job_ids
    everywhere = await listed(api, viewer, claimed="false", limit="200")
    assert [one for one in everywhere if one in job_ids] == job_ids
    (held,) = await claim(api, worker)
    waiting = [one for one in job_ids if one != held["jobId"]]
    assert await listed(api, viewer, claimed="false", **of) == waiting
    assert await listed(api, viewer, claimed="true", **of) == [held["jobId"]]
    granted(await report(api, worker, held, "fail", **{**NO, "retryable": True}))
    assert await listed(api, viewer, claimed="false", **of) == job_ids
    assert await listed(api, viewer, claimed="true", **of) == []
    assert await listed(api, viewer, claimed="false", status="failed", **of) == []


async def test_each_filter_and_several(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key, viewer = await funded(installation), await installation.operator("viewer")
    other = await funded(installation)
    failed, running, theirs = [(await start(api, one))[0] for one in (key, key, other)]
    name = f"worker {uuid4()}"
    mine = {held["jobId"]: held for held in await claim(api, worker, workerId=name, max=3)}
    mine[failed]["workerId"] = name
    answer = await api.post(
        f"{PATH}/{failed}/fail",
        json={"workerId": name, "claimToken": mine[failed]["claimToken"], **NO},
        headers=worker,
    )
    assert granted(answer)["status"] == "failed"
    of = {"organizationId": org_id(key.wallet)}
    newest_first = sorted([failed, running], reverse=True)
    assert await listed(api, viewer, **of) == newest_first
    assert await listed(api, viewer, limit="1", **of) == newest_first
    assert await listed(api, viewer, status="failed", **of) == [failed]
    assert await listed(api, viewer, status="running", **of) == [running]
    assert await listed(api, viewer, status=["running", "failed"], **of) == newest_first
    assert await listed(api, viewer, workerId=name, status="running") == sorted(
        [running, theirs], reverse=True
    )
    assert await listed(api, viewer, workerId=name, status="failed") == [failed]
    assert await listed(api, viewer, workerId=name, format="auto", claimed="true") == []
    assert await listed(api, viewer, since=format_milliseconds(ago(hours=1)), **of) == newest_first
    assert await listed(api, viewer, since=format_milliseconds(ago(hours=-1)), **of) == []
    wrong = {"claimed": "maybe", "since": "yesterday", "workerId": "", "status": "lost"}
    for name, value in wrong.items():
        answer = await api.get(PATH, headers=viewer, params={name: value})
        assert [path.partition("[")[0] for path in issues(answer)] == [name]


async def test_a_page_looks_at_some_jobs_and_goes_on_behind_them(
    local_api: httpx2.AsyncClient, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where jobs do not fit together: they are passed over, and are no end."""
    monkeypatch.setattr(overview_store, "LOOKED_AT", 2)
    key, viewer = await funded(installation), await installation.operator("viewer")
    job_ids = sorted([(await start(local_api, key))[0] for _ in range(5)], reverse=True)
    await installation.owner.execute(
        "DELETE FROM containers WHERE job_id = $1", parse_id("job", job_ids[1])
    )
    shown = [one for one in job_ids if one != job_ids[1]]
    of = {"organizationId": org_id(key.wallet)}
    found = await pages(local_api, viewer, **of)
    assert [[item["id"] for item in page] for page in found] == [
        [job_ids[0]],
        job_ids[2:4],
        job_ids[4:],
    ]
    assert await listed(local_api, viewer, limit="1", status="running", **of) == shown


async def test_the_tries_of_a_job(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key, operator = await funded(installation), await installation.operator("operator")
    (job_id,) = await start(api, key)
    path = f"{PATH}/{job_id}/history"
    begun = granted(await api.get(path, headers=operator))
    assert begun["started"]["actor"] == "partner_api"
    assert begun["started"]["apiKeyId"] == f"key_{key.key_id}"
    assert begun["started"]["requestId"].startswith("req_")
    assert (begun["tries"], begun["ended"], begun["cancelRequested"]) == ([], None, None)

    (held,) = await claim(api, worker)
    granted(await report(api, worker, held, "fail", **{**NO, "code": "BUSY", "retryable": True}))
    (held,) = await claim(api, worker)
    granted(await api.post(f"{PATH}/{job_id}/cancel", headers=operator))
    granted(await report(api, worker, held, "fail", **NO))
    history = granted(await api.get(path, headers=operator))
    first, second = history["tries"]
    assert (first["attempt"], first["end"], first["code"]) == (1, "requeued", "BUSY")
    assert (second["attempt"], second["end"], second["code"]) == (2, "canceled", None)
    assert first["workerId"] == second["workerId"] == "w1"
    assert first["operator"]
    assert first["claimedAt"] <= first["endedAt"] <= second["claimedAt"] <= second["endedAt"]
    assert history["cancelRequested"]["actor"] == "operator"
    assert history["ended"]["at"] == second["endedAt"]
    refused(await api.get(f"{PATH}/{MISSING}/history", headers=operator), "NOT_FOUND")


async def test_a_job_that_ends_while_it_waits_has_no_try_that_ended_so(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key, operator = await funded(installation), await installation.operator("operator")
    (job_id,) = await start(api, key)
    (held,) = await claim(api, worker)
    granted(await report(api, worker, held, "fail", **{**NO, "retryable": True}))
    granted(await api.post(f"{PATH}/{job_id}/cancel", headers=operator))
    history = granted(await api.get(f"{PATH}/{job_id}/history", headers=operator))
    assert [one["end"] for one in history["tries"]] == ["requeued"]
    assert history["ended"]["actor"] == "operator"


async def test_what_it_was_given_and_what_it_has_made(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key, viewer = await funded(installation), await installation.operator("viewer")
    (job_id,) = await start(api, key)
    path = f"{PATH}/{job_id}/content"
    assert granted(await api.get(path, headers=viewer)) == {"inputs": VIDEO, "assets": []}
    (held,) = await claim(api, worker)
    asset = await upload(api, worker, held, b"picture")
    granted(await report(api, worker, held, "complete", creditsCharged=90, assets=[asset]))
    content = granted(await api.get(path, headers=viewer))
    (made,) = content["assets"]
    assert {name: made[name] for name in asset} == asset
    assert made["url"].startswith("/files/")
    file = await api.get(made["url"])
    assert (file.status_code, file.content) == (200, b"picture")
    assert file.headers["content-type"] == "image/png"
    refused(await api.get(f"{PATH}/{MISSING}/content", headers=viewer), "NOT_FOUND")


async def test_whose_wallet_pays_and_what_came_back(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key, finance = await funded(installation), await installation.operator("finance")
    (job_id,) = await start(api, key)
    (held,) = await claim(api, worker)
    granted(await report(api, worker, held, "complete", creditsCharged=90, assets=[]))
    granted(
        await api.post(
            f"/ops/v1/organizations/{org_id(key.wallet)}/credits/refund",
            json={"jobId": job_id, "credits": 30},
            headers={**finance, "Idempotency-Key": str(uuid4())},
        )
    )
    shown = granted(await api.get(f"{PATH}/{job_id}", headers=finance))
    assert shown["walletOrganizationId"] == shown["organizationId"] == org_id(key.wallet)
    assert (shown["creditsCharged"], shown["creditsRefunded"]) == (90, 30)
    assert shown["organizationName"]
    assert shown["finishedAt"] <= format_milliseconds(now())
