"""Reports of several jobs in one request: each item is answered for itself, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.ops.working import MISSING, claim, funded, job, report, start
from tests.support.answers import granted, issues, refused
from tests.support.statements import recorded

from partner_api.ids import parse_id

if TYPE_CHECKING:
    import httpx
    from tests.support.installation import Installation, Key

REPLAYED = "Idempotent-Replayed"
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
    api: httpx.AsyncClient, worker: dict[str, str], *keys: Key
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
    api: httpx.AsyncClient,
    headers: dict[str, str],
    what: str,
    items: list[dict[str, Any]],
    key: str | None = None,
) -> httpx.Response:
    keyed = {} if key is None else {"Idempotency-Key": key}
    return await api.post(
        f"/ops/v1/jobs/{what}",
        json={"workerId": "w1", "items": items},
        headers={**headers, **keyed},
    )


async def send_all(
    api: httpx.AsyncClient, headers: dict[str, str], what: str, items: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = granted(await send(api, headers, what, items))["items"]
    assert [answer["jobId"] for answer in answers] == [item["jobId"] for item in items]
    assert all(("body" in answer) == (answer["status"] == 200) for answer in answers)
    assert all(("error" in answer) == (answer["status"] != 200) for answer in answers)
    return answers


def without_its_request(error: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in error.items() if name != "requestId"}


async def wallet_of(api: httpx.AsyncClient, key: Key) -> tuple[int, int]:
    wallet = granted(await api.get("/v1/credits", headers=key.headers))
    return wallet["balance"], wallet["reservedCredits"]


async def test_heartbeats_are_answered_one_by_one_in_order(
    api: httpx.AsyncClient, installation: Installation, worker: dict[str, str]
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
    api: httpx.AsyncClient, installation: Installation, worker: dict[str, str]
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
    api: httpx.AsyncClient, installation: Installation, worker: dict[str, str]
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
    api: httpx.AsyncClient, installation: Installation, worker: dict[str, str]
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


async def test_a_repetition_replays_what_was_done_and_tries_again_what_was_refused(
    api: httpx.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    one, two = await funded(installation), await funded(installation)
    refused_first, done, other = await held_jobs(api, worker, one, one, two)
    key = str(uuid4())
    items = [end(refused_first, 5, assets=[ASSET]), end(done, 6), end(other, 7)]
    first = await send(api, worker, "complete", items, key)
    answers = granted(first)["items"]
    assert [answer["status"] for answer in answers] == [422, 200, 200]
    await note_upload(installation, refused_first)
    second = await send(api, worker, "complete", items, key)
    again = granted(second)["items"]
    assert [(answer["status"], answer["replayed"]) for answer in again] == [
        (200, False),
        (200, True),
        (200, True),
    ]
    assert [answer["body"] for answer in again[1:]] == [answer["body"] for answer in answers[1:]]
    assert REPLAYED not in second.headers
    third = await send(api, worker, "complete", items, key)
    assert [answer["replayed"] for answer in granted(third)["items"]] == [True] * 3
    assert third.headers[REPLAYED] == "true"
    assert await wallet_of(api, one) == (100_000 - 11, 0)
    assert await wallet_of(api, two) == (100_000 - 7, 0)


async def test_heartbeats_that_were_done_are_replayed_when_the_claim_is_over(
    api: httpx.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key = await funded(installation)
    first, second = await held_jobs(api, worker, key, key)
    items, idempotency_key = [beat(first), beat(second)], "k" * 255
    before = granted(await send(api, worker, "heartbeat", items, idempotency_key))["items"]
    granted(await send(api, worker, "complete", [end(second)]))
    after = await send(api, worker, "heartbeat", items, idempotency_key)
    assert granted(after)["items"] == [{**answer, "replayed": True} for answer in before]
    assert after.headers[REPLAYED] == "true"
    unkeyed = granted(await send(api, worker, "heartbeat", items))["items"]
    assert [answer["status"] for answer in unkeyed] == [200, 409]


async def test_a_key_is_for_one_request_even_if_its_items_were_refused(
    api: httpx.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key = await funded(installation)
    first, second, third = await held_jobs(api, worker, key, key, key)
    keys = [str(uuid4()) for _ in range(2)]
    # Of one request the first item is refused, of the other the only one.
    for idempotency_key, items in (
        (keys[0], [end(first, 121), end(second, 5)]),
        (keys[1], [end(first, 121)]),
    ):
        granted(await send(api, worker, "complete", items, idempotency_key))
        for other in (
            [end(third)],
            [end(first, 120), *items[1:]],
            [*items, end(third)],
            items[::-1] if len(items) > 1 else [end({**first, "jobId": MISSING}, 121)],
        ):
            response = await send(api, worker, "complete", other, idempotency_key)
            assert refused(response, "IDEMPOTENCY_CONFLICT") == {}
        # The other route has keys of its own, as has the route of one job.
        granted(await send(api, worker, "heartbeat", [beat(third)], idempotency_key))
        keyed = {**worker, "Idempotency-Key": idempotency_key}
        granted(await report(api, keyed, third, "heartbeat"))
    assert (await job(api, key, third["jobId"]))["status"] == "running"
    assert await wallet_of(api, key) == (100_000 - 5, 240)


async def test_items_of_one_request_do_not_pass_for_each_other_s(
    api: httpx.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    """A key and a position that look like another key are not that key."""
    one = await funded(installation)
    first, second = await held_jobs(api, worker, one, one)
    for key, held in (("k", first), ("k#0", second)):
        (answer,) = granted(await send(api, worker, "complete", [end(held, 3)], key))["items"]
        assert (answer["body"]["jobId"], answer["replayed"]) == (held["jobId"], False)


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
    api: httpx.AsyncClient,
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
    api: httpx.AsyncClient, worker: dict[str, str], count: int, assets: int, message: str
) -> None:
    files = [{**ASSET, "name": f"{number}.png"} for number in range(assets)]
    item = end({"jobId": MISSING, "claimToken": str(uuid4())}, assets=files)
    response = await send(api, worker, "complete", [item] * count)
    assert issues(response) == {"items": message}


async def test_as_many_as_there_may_be(
    api: httpx.AsyncClient, installation: Installation, worker: dict[str, str]
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
    api: httpx.AsyncClient, installation: Installation, worker: dict[str, str], what: str
) -> None:
    key = await funded(installation)
    (held,) = await held_jobs(api, worker, key)
    viewer = await installation.operator("viewer")
    item = beat(held) if what == "heartbeat" else end(held)
    refused(await send(api, viewer, what, [item]), "FORBIDDEN_SCOPE")
    assert (await job(api, key, held["jobId"]))["status"] == "running"


async def test_an_item_that_meets_a_fault_leaves_the_others_alone(
    api: httpx.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    key, other = await funded(installation), await funded(installation)
    faulty, good = await held_jobs(api, worker, key, other)
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
        api, worker, "complete", [end(faulty, 3, assets=[ASSET]), end(good, 4)]
    )
    assert [answer["status"] for answer in answers] == [500, 200]
    assert answers[0]["error"]["code"] == "INTERNAL"
    assert (await job(api, key, faulty["jobId"]))["status"] == "running"
    assert await wallet_of(api, other) == (100_000 - 4, 0)


async def test_the_tenants_of_all_items_are_looked_up_at_once(
    local_api: httpx.AsyncClient, installation: Installation
) -> None:
    worker = await installation.operator("worker")
    one, two = await funded(installation), await funded(installation)
    held = await held_jobs(local_api, worker, one, two, one, two)
    with recorded() as statements:
        granted(await send(local_api, worker, "heartbeat", [beat(job) for job in held]))
    assert len([sent for sent in statements if "asked.job_id" in sent]) == 1
    # The items of a partner are one call.
    assert len([sent for sent in statements if "job_heartbeat" in sent]) == 2


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
