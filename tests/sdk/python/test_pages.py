"""Lists of the Python library: fields, next pages, and walking over all of them."""

from __future__ import annotations

import asyncio
import gc
import threading
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from tests.sdk.python.conftest import KEY
from tests.sdk.python.scripted import Asked, Reply, Scripted, refusal, reset

from layers_partner import APIError, AsyncLayers, Layers, LayersError, Page, UnavailableError

if TYPE_CHECKING:
    from tests.sdk.python.conftest import Caller


def numbers(count: int, per_page: int) -> Any:
    """Answer with a list of so many numbers; the cursor is the next one."""

    def answer(asked: Asked) -> Reply:
        begin = int(dict(asked.query).get("cursor", "0"))
        end = min(begin + per_page, count)
        cursor = str(end) if end < count else None
        return Reply(200, {"items": list(range(begin, end)), "nextCursor": cursor})

    return answer


def listed(layers: Any, **options: Any) -> Any:
    return layers.credits.events.list(event_type=["grant", "spend"], limit=3, **options)


async def test_a_page_has_its_fields_by_both_names(caller: Caller, scripted: Scripted) -> None:
    scripted.otherwise = numbers(7, 3)
    page = await caller(listed)
    assert page["items"] == page.items == [0, 1, 2]
    assert page["nextCursor"] == page.next_cursor == "3"
    assert page.has_next_page()
    assert repr(page).endswith("Page of 3 items, next_cursor='3'>")
    with pytest.raises(KeyError):
        page["cursor"]
    following = await caller(lambda _: page.next_page())
    last = await caller(lambda _: following.next_page())
    assert (following.items, last.items, last.next_cursor) == ([3, 4, 5], [6], None)
    assert not last.has_next_page()
    with pytest.raises(ValueError, match="last page"):
        await caller(lambda _: last.next_page())


async def test_walking_gives_all_items_with_the_same_filters_and_options(
    caller: Caller, scripted: Scripted
) -> None:
    scripted.otherwise = numbers(7, 3)
    call = listed(caller.client, organization="org_1", extra_headers={"X-Trace": "1"}) \
        if caller.is_async else await caller(
            lambda layers: listed(layers, organization="org_1", extra_headers={"X-Trace": "1"})
        )  # fmt: skip
    assert await caller.walk(call) == list(range(7))
    filters = [("eventType", "grant"), ("eventType", "spend"), ("limit", "3")]
    assert [sorted(asked.query) for asked in scripted.asked] == [
        sorted(filters),
        sorted([*filters, ("cursor", "3")]),
        sorted([*filters, ("cursor", "6")]),
    ]
    for asked in scripted.asked:
        assert asked.headers["x-layers-organization"] == "org_1"
        assert asked.headers["x-trace"] == "1"


async def test_walking_begins_at_the_page_that_one_has(caller: Caller, scripted: Scripted) -> None:
    scripted.otherwise = numbers(7, 3)
    page = await caller(listed)
    second = await caller(lambda _: page.next_page())
    assert await caller.walk(second) == [3, 4, 5, 6]
    assert await caller.walk(page) == list(range(7))
    assert await caller.walk(page) == list(range(7))


@pytest.mark.usefixtures("short_pauses")
async def test_a_page_that_is_tried_again_neither_skips_nor_repeats(
    caller: Caller, scripted: Scripted
) -> None:
    answer = numbers(9, 3)
    unavailable = refusal(503, "UNAVAILABLE", Retry_After="0")
    scripted.script(answer, unavailable, reset, answer, reset, answer)
    pages = listed(caller.client) if caller.is_async else await caller(listed)
    assert await caller.walk(pages) == list(range(9))
    assert len(scripted.asked) == 6


async def test_walking_goes_on_after_an_error_where_it_was(scripted: Scripted) -> None:
    answer = numbers(7, 3)
    unavailable = refusal(503, "UNAVAILABLE")
    seen: list[Any] = []
    scripted.script(answer, unavailable, answer, unavailable, answer)
    with Layers(api_key=KEY, base_url=scripted.url, max_retries=0) as layers:
        items = iter(listed(layers))
        while True:
            try:
                seen.append(next(items))
            except StopIteration:
                break
            except UnavailableError:
                seen.append("again")
    assert seen == [0, 1, 2, "again", 3, 4, 5, "again", 6]

    seen.clear()
    scripted.script(unavailable, answer, unavailable, answer, answer)
    async with AsyncLayers(api_key=KEY, base_url=scripted.url, max_retries=0) as async_layers:
        walk = aiter(listed(async_layers))
        while True:
            try:
                seen.append(await anext(walk))
            except StopAsyncIteration:
                break
            except UnavailableError:
                seen.append("again")
    assert seen == ["again", 0, 1, 2, "again", 3, 4, 5, 6]


async def test_an_empty_page_in_the_middle_is_not_the_end(
    caller: Caller, scripted: Scripted
) -> None:
    scripted.script(
        Reply(200, {"items": [], "nextCursor": "a"}),
        Reply(200, {"items": [1], "nextCursor": "b"}),
        Reply(200, {"items": [], "nextCursor": None}),
    )
    pages = listed(caller.client) if caller.is_async else await caller(listed)
    assert await caller.walk(pages) == [1]


async def test_a_feed_ends_where_its_cursor_stays(caller: Caller, scripted: Scripted) -> None:
    scripted.script(
        Reply(200, {"items": [1], "nextCursor": "a"}),
        Reply(200, {"items": [2], "nextCursor": "b"}),
        Reply(200, {"items": [], "nextCursor": "b"}),
    )
    pages = listed(caller.client) if caller.is_async else await caller(listed)
    assert await caller.walk(pages) == [1, 2]
    assert len(scripted.asked) == 3


@pytest.mark.parametrize(
    "body", [[], {}, {"items": {}}, {"items": None}, {"items": [], "nextCursor": 5}, None]
)
async def test_what_is_no_page_is_an_error(
    caller: Caller, scripted: Scripted, body: object
) -> None:
    scripted.script(Reply(200, body))
    with pytest.raises(LayersError, match="not one of the API"):
        await caller(listed)


async def test_a_list_that_nobody_reads_asks_nothing(scripted: Scripted) -> None:
    async with AsyncLayers(api_key=KEY, base_url=scripted.url) as layers:
        listed(layers)
    assert scripted.asked == []


def test_walking_holds_one_page_at_a_time() -> None:
    pages = 500
    filler = "x" * 100

    def fetch(number: int) -> Page[str]:
        items = [f"{filler}{number}-{index}" for index in range(100)]
        cursor = str(number + 1) if number + 1 < pages else None
        return Page(items, cursor, lambda cursor: fetch(int(cursor)), str(number))

    gc.collect()
    tracemalloc.start()
    try:
        count = sum(1 for _ in fetch(0))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == pages * 100
    # All of them take more than 8 MB.
    assert peak < 500_000


async def test_workers_that_share_a_walk_get_each_item_once(
    caller: Caller, scripted: Scripted
) -> None:
    scripted.otherwise = numbers(60, 3)
    got: list[Any] = []
    if caller.is_async:
        shared = aiter(listed(caller.client))

        async def work() -> None:
            async for item in shared:
                got.append(item)
                await asyncio.sleep(0)

        await asyncio.gather(*(work() for _ in range(4)))
    else:
        items = iter(listed(caller.client))
        threads = [threading.Thread(target=lambda: got.extend(items)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            await asyncio.to_thread(thread.join)
    assert sorted(got) == list(range(60))


async def test_a_page_that_is_followed_by_itself_is_an_error(
    caller: Caller, scripted: Scripted
) -> None:
    scripted.otherwise = Reply(200, {"items": [1], "nextCursor": "a"})
    pages = listed(caller.client) if caller.is_async else await caller(listed)
    with pytest.raises(APIError, match="not one of the API"):
        await caller.walk(pages)
    assert len(scripted.asked) == 2
