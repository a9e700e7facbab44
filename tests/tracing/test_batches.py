"""What is done together for several requests: one trace for it, and links both ways."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest_asyncio
from tests.support.batches import SetClock
from tests.support.holding import holding
from tests.support.tenants import job_start, make_partner

from partner_api.database.connection import REQUEST_SETTINGS, open_pool
from partner_api.database.notifications import Bell
from partner_api.edge.batching import Batcher
from partner_api.edge.money_calls import MoneyCalls
from partner_api.ids import new_request_id
from partner_api.jobs import store
from partner_api.tracing import live

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Sequence

    from tests.support.databases import DatabaseUrls
    from tests.tracing.recording import Traced

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection, Pool
    from partner_api.tracing.span import Span


@pytest_asyncio.fixture
async def pool(traced: Traced, database_urls: DatabaseUrls) -> AsyncIterator[Pool]:
    """Connections of a process that traces."""
    assert live.tracer is not None
    async with await open_pool(database_urls.app, 6, settings=REQUEST_SETTINGS) as pool:
        yield pool


async def as_request(work: Awaitable[Any], *, sampled: bool = True) -> tuple[Span | None, Any]:
    """Do something as a request of its own does; return its span, and what came of it."""
    assert live.tracer is not None
    span = live.tracer.request(new_request_id(1), [], "POST") if sampled else None
    live.current.set(span)
    try:
        return span, await work
    except Exception as error:
        return span, error
    finally:
        if span is not None:
            span.end()


async def all_as_requests(works: Sequence[Awaitable[Any]]) -> list[tuple[Span, Any]]:
    found = await asyncio.gather(*(asyncio.create_task(as_request(work)) for work in works))
    return [(span, came) for span, came in found if span is not None]


async def statements_ended() -> None:
    """Let the driver tell of the last statements: it does so a turn of the loop later."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_movements_that_go_together_link_to_one_batch(
    traced: Traced, pool: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=5_000)
    calls = MoneyCalls(pool, SetClock(), 100)
    works = [
        calls.call(store.start_jobs, partner.tenant_id, job_start(partner, 1)) for _ in range(9)
    ]
    found = await all_as_requests(works)
    await statements_ended()
    batches = traced.named("batch jobs.start_jobs")
    assert sum(int(batch.attributes["layers.batch.size"]) for batch in batches) == 9
    assert len(batches) <= 2
    for span, outcome in found:
        assert outcome.status == "done"
        (own,) = [batch for batch in batches if span.context in batch.links]
        (wait,) = [
            wait for wait in traced.named("wait for jobs.start_jobs") if wait.parent == span.context
        ]
        assert wait.links == [own.context]
        assert own.context.trace_id != span.context.trace_id
    calls_made = traced.named("job_start")
    assert {call.parent for call in calls_made} == {batch.context for batch in batches}
    sizes = [call.attributes.get("db.operation.batch.size", 1) for call in calls_made]
    assert sum(map(int, sizes)) == 9


async def test_a_batch_that_fails_shows_each_of_its_operations_alone(
    traced: Traced, pool: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=5_000)
    calls = MoneyCalls(pool, SetClock(), 100)
    impossible = job_start(partner, 1)._replace(credits=-1)
    items = [job_start(partner, 1), impossible, job_start(partner, 1)]
    works = [calls.call(store.start_jobs, partner.tenant_id, item) for item in items]
    found = await all_as_requests(works)
    await statements_ended()
    assert isinstance(found[1][1], asyncpg.PostgresError)
    batch = traced.one("batch jobs.start_jobs")
    together, *apart = [span for span in traced.named("job_start") if span.attributes]
    assert together.parent == batch.context
    assert together.error is not None
    alone = traced.named("alone")
    assert [one.parent for one in alone] == [batch.context] * 3
    assert [one.links for one in alone] == [[span.context] for span, _ in found]
    assert [one.error is not None for one in alone] == [False, True, False]
    assert [each.parent for each in apart] == [one.context for one in alone]
    assert str(apart[1].attributes["db.response.status_code"]).startswith("23")


async def test_an_operation_that_is_put_back_links_to_both_batches(
    traced: Traced, pool: Pool, connection: Connection, owner_connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=5_000)
    calls = MoneyCalls(pool, SetClock(), 100)
    loop = asyncio.get_running_loop()
    async with holding(owner_connection, partner):
        first = asyncio.create_task(
            as_request(
                calls.call(
                    store.start_jobs,
                    partner.tenant_id,
                    job_start(partner, 1),
                    deadline=loop.time() + 0.3,
                )
            )
        )
        second = asyncio.create_task(
            as_request(calls.call(store.start_jobs, partner.tenant_id, job_start(partner, 1)))
        )
        span, came = await first
        assert isinstance(came, Exception)
    assert span is not None
    other, outcome = await second
    assert other is not None
    assert outcome.status == "done"
    (wait,) = [
        wait for wait in traced.named("wait for jobs.start_jobs") if wait.parent == other.context
    ]
    batches = traced.named("batch jobs.start_jobs")
    assert wait.links == [batch.context for batch in batches]
    assert len(batches) == 2
    assert [event for _, event in batches[0].events] == ["left", "put back"]


async def test_only_those_who_are_recorded_have_a_batch(
    traced: Traced, pool: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=5_000)
    calls = MoneyCalls(pool, SetClock(), 100)

    async def call() -> Outcome:
        return await calls.call(store.start_jobs, partner.tenant_id, job_start(partner, 1))

    await asyncio.gather(*(asyncio.create_task(as_request(call(), sampled=False)) for _ in "ab"))
    await statements_ended()
    assert traced.spans == []
    sampled, unsampled = await asyncio.gather(
        asyncio.create_task(as_request(call())),
        asyncio.create_task(as_request(call(), sampled=False)),
    )
    assert unsampled[0] is None
    batch = traced.one("batch jobs.start_jobs")
    assert sampled[0] is not None
    assert batch.links == [sampled[0].context]
    assert batch.attributes["layers.batch.size"] == 2


async def test_keys_that_are_loaded_together_link_to_one_load(traced: Traced) -> None:
    async def load(keys: list[int]) -> list[int | Exception]:
        if 3 in keys:
            raise ValueError("a secret")
        return [-key for key in keys]

    batcher: Batcher[int, int] = Batcher(load, name="numbers")
    found = await all_as_requests([batcher.get(1), batcher.get(1), batcher.get_many([1, 2])])
    assert [came for _, came in found] == [-1, -1, [-1, -2]]
    batches = traced.named("batch numbers")
    waits = traced.named("wait for numbers")
    assert len(waits) == 3
    for span, _ in found:
        assert [batch.links.count(span.context) for batch in batches if span.context in batch.links]
    assert max(batch.links.count(found[2][0].context) for batch in batches) == 1
    (failed,) = await all_as_requests([batcher.get(3)])
    assert isinstance(failed[1], ValueError)
    assert traced.named("batch numbers")[-1].error == "ValueError"
    assert not batcher._waits


async def test_a_notification_is_no_part_of_the_request_that_rings_first(
    traced: Traced, pool: Pool
) -> None:
    bell = Bell(pool)

    async def ring() -> None:
        bell.ring("outbox")
        assert bell._telling is not None
        await bell._telling

    span, _ = await as_request(ring())
    await statements_ended()
    assert traced.spans == [span]
