"""Reports of several jobs in one request: each item is answered for itself, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
import pytest
from tests.ops.reporting import (
    ASSET,
    beat,
    end,
    held_jobs,
    note_upload,
    send,
    send_all,
    wallet_of,
)
from tests.ops.working import MISSING, funded, job, report
from tests.support.answers import granted, issues, refused
from tests.support.statements import recorded

from partner_api.ids import parse_id
from partner_api.jobs import claim_store

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation


def without_its_request(error: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in error.items() if name != "requestId"}


async def test_heartbeats_are_answered_one_by_one_in_order(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    one, two = await funded(installation), await funded(installation)
    first, over, other, canceled = await held_jobs(api, worker, one, one, two, two)
    granted(await report(api, worker, over, "complete", creditsCharged=1, assets=[]))
    path = f"/v1/jobs/{canceled['jobId']}/cancel"
    granted(await api.post(path, headers=two.headers), 202)
    answers = await send_all(
        api,
        worker,
        "heartbeat",
        [
            beat(other, stage="rendering", progress=0.4),
            beat(over),
            {"jobId": MISSING, "claimToken": str(uuid4())},
            beat(first, progress=0.2),
            {**beat(first), "claimToken": str(uuid4())},
            beat(canceled),
        ],
    )
    assert [answer["status"] for answer in answers] == [200, 409, 404, 200, 409, 200]
    assert not any(answer["replayed"] for answer in answers)
    assert [answer["body"]["cancelRequested"] for answer in answers if "body" in answer] == [
        False,
        False,
        True,
    ]
    assert answers[0]["body"]["leaseUntil"] >= other["leaseUntil"]
    running = await job(api, two, other["jobId"])
    assert (running["stage"], running["progress"]) == ("rendering", 0.4)
    assert (await job(api, one, first["jobId"]))["progress"] == 0.2


async def test_completions_are_answered_one_by_one_in_order(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    one, two = await funded(installation), await funded(installation)
    first, second, third, fourth = await held_jobs(api, worker, one, two, one, two)
    answers = await send_all(
        api,
        worker,
        "complete",
        [
            end(fourth, 20),
            end(third, 121),
            end(second, 30, assets=[ASSET]),
            end({"jobId": MISSING, "claimToken": str(uuid4())}),
            end(first, 10),
        ],
    )
    assert [answer["status"] for answer in answers] == [200, 422, 422, 404, 200]
    for answer, held, credits in ((answers[0], fourth, 20), (answers[4], first, 10)):
        assert answer["body"] == {
            "jobId": held["jobId"],
            "status": "completed",
            "creditsCharged": credits,
        }
    paths = [
        [issue["path"] for issue in answer["error"]["details"]["issues"]] for answer in answers[1:3]
    ]
    assert paths == [["creditsCharged"], ["assets[0].name"]]
    # Neither partner has paid for what was refused, and what was refused still runs.
    assert await wallet_of(api, one) == (100_000 - 10, 120)
    assert await wallet_of(api, two) == (100_000 - 20, 120)


async def test_an_item_is_answered_as_it_would_be_alone(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key = await funded(installation)
    over, running = await held_jobs(api, worker, key, key)
    ended = granted(await report(api, worker, over, "complete", creditsCharged=9, assets=[]))
    items = [
        end(over, 8),
        end(running, 121),
        end(running, 1, assets=[ASSET]),
        end({**running, "claimToken": str(uuid4())}),
        end({**running, "jobId": MISSING}),
    ]
    together = await send(api, worker, "complete", [*items, end(over, 9)])
    *refusals, done = granted(together)["items"]
    for item, answer in zip(items, refusals, strict=True):
        own = {name: value for name, value in item.items() if name != "jobId"}
        alone = await report(api, worker, item, "complete", **own)
        assert answer["status"] == alone.status_code
        assert without_its_request(answer["error"]) == without_its_request(alone.json()["error"])
        assert answer["error"]["requestId"] == together.headers["X-Request-Id"]
    assert done == {"jobId": over["jobId"], "status": 200, "replayed": True, "body": ended}


async def test_the_same_job_twice_in_one_request(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key = await funded(installation)
    (held,) = await held_jobs(api, worker, key)
    beats = await send_all(
        api, worker, "heartbeat", [beat(held, progress=0.6), beat(held, progress=0.3)]
    )
    assert [answer["status"] for answer in beats] == [200, 200]
    assert (await job(api, key, held["jobId"]))["progress"] == 0.6
    answers = await send_all(
        api, worker, "complete", [end(held, 7), end(held, 7), end(held, 8), end(held, 7)]
    )
    assert [(answer["status"], answer["replayed"]) for answer in answers] == [
        (200, False),
        (200, True),
        (409, False),
        (200, True),
    ]
    assert await wallet_of(api, key) == (100_000 - 7, 0)


@pytest.mark.parametrize(
    ("what", "change", "path"),
    [
        ("heartbeat", {"progress": 2}, "items[1].progress"),
        ("heartbeat", {"stage": "queued"}, "items[1].stage"),
        ("heartbeat", {"jobId": "nonsense"}, "items[1].jobId"),
        ("heartbeat", {"workerId": "w1"}, "items[1].workerId"),
        ("complete", {"claimToken": "nonsense"}, "items[1].claimToken"),
        ("complete", {"creditsCharged": -1}, "items[1].creditsCharged"),
        ("complete", {"assets": [{**ASSET, "sha256": "no"}]}, "items[1].assets[0].sha256"),
        ("complete", {"assets": [ASSET, ASSET]}, "items[1].assets[1].name"),
    ],
)
async def test_one_malformed_item_and_nothing_is_done(
    api: httpx2.AsyncClient,
    installation: Installation,
    worker: dict[str, str],
    what: str,
    change: dict[str, Any],
    path: str,
) -> None:
    key = await funded(installation)
    (held,) = await held_jobs(api, worker, key)
    item = beat(held, progress=0.5) if what == "heartbeat" else end(held)
    response = await send(api, worker, what, [item, {**item, **change}])
    assert list(issues(response)) == [path]
    unchanged = await job(api, key, held["jobId"])
    assert (unchanged["status"], unchanged["progress"]) == ("running", 0)


@pytest.mark.parametrize(
    ("count", "assets", "message"),
    [
        (0, 0, "Expected a list of length >= 1"),
        (51, 0, "Expected a list of length <= 50"),
        (3, 134, "Expected at most 400 assets in all of them"),
    ],
)
async def test_how_many_items_a_request_has(
    api: httpx2.AsyncClient, worker: dict[str, str], count: int, assets: int, message: str
) -> None:
    files = [{**ASSET, "name": f"{number}.png"} for number in range(assets)]
    item = end({"jobId": MISSING, "claimToken": str(uuid4())}, assets=files)
    response = await send(api, worker, "complete", [item] * count)
    assert issues(response) == {"items": message}


async def test_as_many_as_there_may_be(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key = await funded(installation)
    held = await held_jobs(api, worker, *[key] * 50)
    files = [{**ASSET, "name": f"{number}.png"} for number in range(8)]
    answers = await send_all(api, worker, "heartbeat", [beat(one) for one in held])
    assert [answer["status"] for answer in answers] == [200] * 50
    answers = await send_all(api, worker, "complete", [end(one, assets=files) for one in held])
    assert [answer["status"] for answer in answers] == [422] * 50
    answers = await send_all(api, worker, "complete", [end(one, 2) for one in held])
    assert [answer["status"] for answer in answers] == [200] * 50
    assert await wallet_of(api, key) == (100_000 - 100, 0)


@pytest.mark.parametrize("what", ["heartbeat", "complete"])
async def test_only_a_worker_reports(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str], what: str
) -> None:
    key = await funded(installation)
    (held,) = await held_jobs(api, worker, key)
    viewer = await installation.operator("viewer")
    item = beat(held) if what == "heartbeat" else end(held)
    refused(await send(api, viewer, what, [item]), "FORBIDDEN_SCOPE")
    assert (await job(api, key, held["jobId"]))["status"] == "running"


async def test_an_item_that_meets_a_fault_leaves_the_others_alone(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key, other = await funded(installation), await funded(installation)
    first, faulty, last, others = await held_jobs(api, worker, key, key, key, other)
    await note_upload(installation, faulty)
    # Its asset is there already, so the statement that inserts it raises.
    await installation.owner.execute(
        """
        INSERT INTO assets (tenant_id, id, container_id, position, kind, name, width, height,
                            mime_type, size_bytes, sha256, storage_key, created_at)
        SELECT tenant_id, gen_random_uuid(), id, 1, 'slide', 'one.png', 1, 1, 'image/png', 1, $2,
               'k', now()
          FROM containers WHERE job_id = $1
        """,
        parse_id("job", faulty["jobId"]),
        ASSET["sha256"],
    )
    answers = await send_all(
        api,
        worker,
        "complete",
        [end(first, 2), end(faulty, 3, assets=[ASSET]), end(others, 4), end(last, 5)],
    )
    assert [answer["status"] for answer in answers] == [200, 500, 200, 200]
    assert answers[1]["error"]["code"] == "INTERNAL"
    assert (await job(api, key, faulty["jobId"]))["status"] == "running"
    assert await wallet_of(api, key) == (100_000 - 7, 120)
    assert await wallet_of(api, other) == (100_000 - 4, 0)


async def test_the_tenants_of_all_items_are_looked_up_at_once(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    worker = await installation.operator("worker")
    one, two = await funded(installation), await funded(installation)
    held = await held_jobs(local_api, worker, one, two, one, two)
    with recorded() as statements:
        granted(await send(local_api, worker, "heartbeat", [beat(job) for job in held]))
    assert len([sent for sent in statements if "SELECT id, tenant_id FROM jobs" in sent]) == 1
    # The items of a partner are one call.
    assert len([sent for sent in statements if "job_heartbeat" in sent]) == 2


@pytest.mark.parametrize(("deadlocks", "status"), [(1, 200), (2, 503)])
async def test_items_that_met_a_deadlock_are_tried_once_more(
    local_api: httpx2.AsyncClient,
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    deadlocks: int,
    status: int,
) -> None:
    worker, key = await installation.operator("worker"), await funded(installation)
    held = await held_jobs(local_api, worker, key, key)
    calls: list[int] = []
    heartbeat = claim_store.heartbeat

    async def met_others(connection: Any, tenant_id: int, now: Any, items: Any) -> Any:
        calls.append(len(items))
        if len(calls) <= deadlocks:
            raise asyncpg.DeadlockDetectedError("somebody was in the way")
        return await heartbeat(connection, tenant_id, now, items)

    monkeypatch.setattr(claim_store, "heartbeat", met_others)
    answers = await send_all(local_api, worker, "heartbeat", [beat(job) for job in held])
    assert [answer["status"] for answer in answers] == [status] * 2
    assert calls == [2, 2]
