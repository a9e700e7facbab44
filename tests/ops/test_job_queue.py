"""What an operator sees of jobs, starts again, and cancels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.ops.working import MISSING, VIDEO, claim, funded, job, report, start
from tests.support.answers import granted, refused
from tests.support.installation import org_id

from partner_api.ids import parse_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation


async def test_what_the_operator_sees(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key = await funded(installation)
    waiting, running, failed = [(await start(api, key))[0] for _ in range(3)]
    operator = await installation.operator("operator")
    claimed = {item["jobId"]: item for item in await claim(api, worker, max=3)}
    no = {"code": "NO", "message": "No.", "retryable": False}
    granted(await report(api, worker, claimed[failed], "fail", **no))
    again = {**no, "retryable": True, "code": "BUSY"}
    granted(await report(api, worker, claimed[waiting], "fail", **again))

    async def listed(**query: Any) -> list[dict[str, Any]]:
        query = {"organizationId": org_id(key.wallet), **query}
        items: list[dict[str, Any]] = granted(
            await api.get("/ops/v1/jobs", params=query, headers=operator)
        )["items"]
        return items

    items = await listed()
    assert [item["id"] for item in items] == sorted([waiting, running, failed], reverse=True)
    by_id = {item["id"]: item for item in items}
    assert by_id[running]["workerId"] == "w1"
    assert by_id[running]["leaseUntil"] == claimed[running]["leaseUntil"]
    assert by_id[waiting]["workerId"] is None
    assert by_id[waiting]["lastError"] == {"code": "BUSY", "message": "No."}
    assert (by_id[failed]["status"], by_id[failed]["lastError"]["code"]) == ("failed", "NO")
    assert [item["id"] for item in await listed(status="failed")] == [failed]
    assert len(await listed(status="running", format="video_remix")) == 2
    assert await listed(format="auto") == []
    first = granted(
        await api.get(
            "/ops/v1/jobs",
            params={"organizationId": org_id(key.wallet), "limit": 2},
            headers=operator,
        )
    )
    assert (len(first["items"]), first["nextCursor"] is None) == (2, False)
    shown = granted(await api.get(f"/ops/v1/jobs/{running}", headers=operator))
    assert shown == by_id[running]
    refused(await api.get(f"/ops/v1/jobs/{MISSING}", headers=operator), "NOT_FOUND")


async def test_an_operator_starts_again_what_failed(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key = await funded(installation)
    (job_id,) = await start(api, key)
    operator = await installation.operator("operator")
    path = f"/ops/v1/jobs/{job_id}/retry"
    assert refused(await api.post(path, headers=operator), "CONFLICT") == {"status": "running"}
    (held,) = await claim(api, worker)
    no = {"code": "NO", "message": "No.", "retryable": False}
    granted(await report(api, worker, held, "fail", **no))
    keyed = {**operator, "Idempotency-Key": str(uuid4())}
    again = granted(await api.post(path, headers=keyed), 201)
    assert granted(await api.post(path, headers=keyed), 201) == again
    assert (again["status"], again["reservedCredits"]) == ("running", 120)
    assert (await job(api, key, job_id))["status"] == "failed"
    (held,) = await claim(api, worker)
    assert (held["jobId"], held["inputs"]) == (again["jobId"], VIDEO)
    refused(await api.post(f"/ops/v1/jobs/{MISSING}/retry", headers=operator), "NOT_FOUND")


async def test_nothing_is_started_again_for_the_child_of_a_suspended_partner(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    partner = await installation.partner(prepaid=500)
    child = await installation.child(partner, prepaid=500)
    key = await installation.key(child, "*")
    (job_id,) = await start(api, key)
    operator = await installation.operator("operator")
    granted(await api.post(f"/ops/v1/jobs/{job_id}/cancel", headers=operator))
    path = f"/ops/v1/organizations/{org_id(partner)}"
    granted(await api.patch(path, json={"status": "suspended"}, headers=operator))
    retried = await api.post(f"/ops/v1/jobs/{job_id}/retry", headers=operator)
    assert refused(retried, "KILL_SWITCH") == {"scope": "organization"}
    granted(await api.patch(path, json={"status": "active"}, headers=operator))
    granted(await api.post(f"/ops/v1/jobs/{job_id}/retry", headers=operator), 201)


async def test_one_job_that_does_not_fit_together_is_in_nobodys_way(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    """It is given to nobody, and is no error for those who ask for others."""
    key, other = await funded(installation), await funded(installation)
    (bad,) = await start(api, key)
    await installation.owner.execute(
        "DELETE FROM containers WHERE job_id = $1", parse_id("job", bad)
    )
    good = {*await start(api, key), *await start(api, other)}
    claimed: set[str] = set()
    # A job of another test may be among them, whose claim has lapsed.
    while not claimed >= good:
        claimed |= {held["jobId"] for held in await claim(api, worker)}
    claimed |= {held["jobId"] for held in await claim(api, worker, max=50, waitSeconds=0)}
    assert bad not in claimed
    viewer = await installation.operator("viewer")
    granted(await api.get("/ops/v1/jobs", headers=viewer))
    refused(await api.get(f"/ops/v1/jobs/{bad}", headers=viewer), "NOT_FOUND")
    refused(await api.get(f"/v1/jobs/{bad}", headers=key.headers), "NOT_FOUND")


async def test_an_operator_cancels(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key = await funded(installation)
    job_ids = await start(api, key, 2)
    operator = await installation.operator("operator")
    (held,) = await claim(api, worker)
    for job_id in job_ids:
        answer = granted(await api.post(f"/ops/v1/jobs/{job_id}/cancel", headers=operator))
        assert answer == {"jobId": job_id, "accepted": True}
    (other,) = set(job_ids) - {held["jobId"]}
    assert (await job(api, key, other))["status"] == "canceled"
    assert (await job(api, key, held["jobId"]))["status"] == "running"
    answer = granted(await report(api, worker, held, "heartbeat"))
    assert answer["cancelRequested"] is True
    await report(api, worker, held, "heartbeat", stage="finalizing")
    (third,) = await start(api, key)
    (held,) = await claim(api, worker)
    assert held["jobId"] == third
    await report(api, worker, held, "heartbeat", stage="finalizing")
    response = await api.post(f"/ops/v1/jobs/{third}/cancel", headers=operator)
    assert refused(response, "CONFLICT")["subcode"] == "JOB_CANCEL_UNAVAILABLE"
