"""Repeating a report of several jobs: each item has its own record, and the key is one request's."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from tests.ops.reporting import ASSET, beat, end, held_jobs, note_upload, send, wallet_of
from tests.ops.working import MISSING, funded, job, report
from tests.support.answers import granted, refused
from tests.support.holding import holding

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation

REPLAYED = "Idempotent-Replayed"


async def test_a_repetition_replays_what_was_done_and_tries_again_what_was_refused(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
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
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
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
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
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
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    """A key and a position that look like another key are not that key."""
    one = await funded(installation)
    first, second = await held_jobs(api, worker, one, one)
    for key, held in (("k", first), ("k#0", second)):
        (answer,) = granted(await send(api, worker, "complete", [end(held, 3)], key))["items"]
        assert (answer["body"]["jobId"], answer["replayed"]) == (held["jobId"], False)


async def test_what_could_not_be_done_in_time_is_said_of_its_items_and_done_by_a_repetition(
    api: httpx2.AsyncClient, installation: Installation, worker: dict[str, str]
) -> None:
    one, two = await funded(installation), await funded(installation)
    first, other, second = await held_jobs(api, worker, one, two, one)
    key, items = str(uuid4()), [end(first, 3), end(other, 4), end(second, 5)]
    async with installation.owner.acquire() as owner, holding(owner, one.wallet):
        late = await send(api, worker, "complete", items, key)
    answers = granted(late)["items"]
    assert [answer["status"] for answer in answers] == [503, 200, 503]
    assert int(late.headers["Retry-After"]) >= 1
    assert {answers[place]["error"]["code"] for place in (0, 2)} == {"UNAVAILABLE"}
    assert await wallet_of(api, one) == (100_000, 240)
    assert await wallet_of(api, two) == (100_000 - 4, 0)
    repeated = await send(api, worker, "complete", items, key)
    assert "Retry-After" not in repeated.headers
    again = granted(repeated)["items"]
    assert [(answer["status"], answer["replayed"]) for answer in again] == [
        (200, False),
        (200, True),
        (200, False),
    ]
    assert await wallet_of(api, one) == (100_000 - 8, 0)
    assert await wallet_of(api, two) == (100_000 - 4, 0)
