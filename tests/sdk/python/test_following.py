"""``events.follow``: the feed without an end, through everything that passes, and where to begin again."""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.sdk.python.scripted import Reply, Scripted, Step, cut, hang, refusal, reset

from layers_partner import APIConnectionError, APIError, ValidationError, following

if TYPE_CHECKING:
    from tests.sdk.python.conftest import Caller


@pytest.fixture(autouse=True)
def short_polls(monkeypatch: pytest.MonkeyPatch, short_pauses: None) -> None:
    """Polls are milliseconds apart."""
    monkeypatch.setattr(following, "SHORTEST_POLL_SECONDS", 0.001)


def page(cursor: str, *ids: str) -> Reply:
    """A page of the feed."""
    return Reply(200, {"items": [{"id": one} for one in ids], "nextCursor": cursor})


async def follow(caller: Caller, count: int, /, **given: Any) -> list[tuple[list[str], str]]:
    """Return the first so many looks that brought something: ids and cursors."""

    def plain(followed: following.Followed) -> tuple[list[str], str]:
        return [event["id"] for event in followed.events], followed.cursor

    if caller.is_async:
        found = []
        async for followed in caller.client.events.follow(**given):
            found.append(plain(followed))
            if len(found) == count:
                break
        return found
    looks = caller.client.events.follow(**given)
    return await asyncio.to_thread(lambda: [plain(one) for one in itertools.islice(looks, count)])


def cursors(scripted: Scripted) -> list[str | None]:
    return [dict(asked.query).get("cursor") for asked in scripted.asked]


async def test_events_come_with_the_cursor_behind_them_and_nothing_is_asked_for_early(
    caller: Caller, scripted: Scripted
) -> None:
    scripted.script(page("b", "1", "2"), page("c", "3"))
    given = {"type": ["job.completed", "job.failed"], "limit": 2, "organization": "org_1"}
    assert await follow(caller, 2, cursor="a", **given) == [(["1", "2"], "b"), (["3"], "c")]
    assert [sorted(asked.query) for asked in scripted.asked] == [
        [
            *(("cursor", cursor), ("limit", "2"), ("type", "job.completed")),
            *(("type", "job.failed"), ("wait", "20")),
        ]
        for cursor in "ab"
    ]
    for asked in scripted.asked:
        assert asked.path == "/v1/events"
        assert asked.headers["x-layers-organization"] == "org_1"


async def test_it_goes_on_where_nothing_has_happened(caller: Caller, scripted: Scripted) -> None:
    scripted.script(page("a"), page("a"), page("a"), page("b", "1"))
    assert await follow(caller, 1, cursor="a", wait=1) == [(["1"], "b")]
    assert cursors(scripted) == ["a"] * 4


async def test_a_cursor_that_moves_without_events_is_told_and_followed(
    caller: Caller, scripted: Scripted
) -> None:
    scripted.script(page("b"), page("c"), page("d", "1"))
    assert await follow(caller, 3, cursor="a") == [([], "b"), ([], "c"), (["1"], "d")]
    assert cursors(scripted) == ["a", "b", "c"]


async def test_events_that_come_one_by_one_do_not_use_up_the_limit_of_reads(
    caller: Caller, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "SHORTEST_POLL_SECONDS", 0.3)
    scripted.script(page("b", "1"), page("c", "2"))
    began = time.monotonic()
    assert await follow(caller, 2, cursor="a") == [(["1"], "b"), (["2"], "c")]
    assert time.monotonic() - began >= 0.3


async def test_what_is_there_already_is_asked_for_at_once(
    caller: Caller, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a full page, and behind an empty one whose cursor has moved."""
    monkeypatch.setattr(following, "SHORTEST_POLL_SECONDS", 600.0)
    scripted.script(page("b", "1", "2"), page("c"), page("d", "3"))
    found = await follow(caller, 3, cursor="a", limit=2)
    assert found == [(["1", "2"], "b"), ([], "c"), (["3"], "d")]


@pytest.mark.parametrize("given", [{}, {"cursor": None}], ids=["left out", "none"])
async def test_without_a_cursor_it_begins_where_the_feed_does(
    caller: Caller, scripted: Scripted, given: dict[str, Any]
) -> None:
    scripted.script(page("a"))
    assert await follow(caller, 1, **given) == [([], "a")]
    assert cursors(scripted) == [None]


async def test_an_outage_does_not_end_it_however_long_it_is(
    caller: Caller, scripted: Scripted
) -> None:
    unavailable = refusal(503, "UNAVAILABLE", Retry_After="0")
    limited = refusal(429, "RATE_LIMITED", {"limit": "concurrent_waits"}, Retry_After="0")
    failures: list[Step] = [
        reset,
        unavailable,
        limited,
        cut,
        Reply(502, b"<html>"),
        unavailable,
    ] * 2
    scripted.script(page("b", "1"), *failures, page("c", "2"))
    found = await follow(caller, 2, cursor="a", max_retries=0)
    assert found == [(["1"], "b"), (["2"], "c")]
    assert cursors(scripted) == ["a", *["b"] * 13]


async def test_an_answer_that_never_comes_is_asked_for_again(
    caller: Caller, scripted: Scripted
) -> None:
    scripted.script(page("b", "1"), hang, page("c", "2"))
    found = await follow(caller, 2, cursor="a", wait=1, timeout=0.2, max_retries=0)
    assert found == [(["1"], "b"), (["2"], "c")]


async def test_the_wait_of_the_server_is_no_part_of_its_time_limit(caller: Caller) -> None:
    def limits(**options: Any) -> Any:
        configuration = caller.client._configuration
        return following.Following(configuration, {}, 20, options).options["timeout"]  # type: ignore[arg-type]

    assert limits() == caller.client._configuration.timeout + 20
    assert limits(timeout=0.5) == 20.5
    assert limits(timeout=2_147_483) == 2_147_483


async def test_a_failure_of_the_first_request_is_raised(caller: Caller, scripted: Scripted) -> None:
    scripted.script(reset)
    with pytest.raises(APIConnectionError):
        await follow(caller, 1, max_retries=0)
    scripted.script(refusal(503, "UNAVAILABLE", Retry_After="0"))
    with pytest.raises(APIError):
        await follow(caller, 1, max_retries=0)


@pytest.mark.parametrize("status", [401, 403, 503])
async def test_a_refusal_that_stays_ends_it(
    caller: Caller, scripted: Scripted, status: int
) -> None:
    code = {401: "UNAUTHENTICATED", 403: "FORBIDDEN_SCOPE", 503: "KILL_SWITCH"}[status]
    scripted.script(page("b", "1"), refusal(status, code), page("c", "2"))
    with pytest.raises(APIError) as caught:
        await follow(caller, 2, cursor="a")
    assert caught.value.code == code
    assert len(scripted.asked) == 2


async def test_a_cursor_that_is_too_old_says_where_the_feed_begins(
    caller: Caller, scripted: Scripted
) -> None:
    scripted.script(refusal(422, "VALIDATION", {"issues": [], "oldestCursor": "k"}))
    with pytest.raises(ValidationError) as caught:
        await follow(caller, 1, cursor="a")
    assert caught.value.details["oldestCursor"] == "k"


@pytest.mark.parametrize("wait", [0, 21, -1, 1.5, True, "20", None])
async def test_a_wait_that_the_server_does_not_know_is_refused_at_once(
    caller: Caller, wait: Any
) -> None:
    with pytest.raises(ValueError, match="from 1 to 20"):
        caller.client.events.follow(wait=wait)
    with pytest.raises(TypeError, match="idempotency_key"):
        caller.client.events.follow(idempotency_key="1")
    with pytest.raises(ValueError, match="timeout"):
        caller.client.events.follow(timeout=0)


async def test_a_list_that_waits_has_no_end_and_one_that_does_not_ends(
    caller: Caller, scripted: Scripted
) -> None:
    scripted.script(page("b"), page("c", "1"), page("c"))
    pages = await caller(lambda layers: layers.events.list(cursor="a"))
    assert await caller.walk(pages) == [{"id": "1"}]
    assert cursors(scripted) == ["a", "b", "c"]

    scripted.script(page("b"), page("b"), page("b"), page("c", "1"))
    waiting = await caller(lambda layers: layers.events.list(cursor="a", wait=1))
    if caller.is_async:
        first = await anext(aiter(waiting))
    else:
        first = await asyncio.to_thread(lambda: next(iter(waiting)))
    assert first == {"id": "1"}
    assert cursors(scripted)[3:] == ["a", "b", "b", "b"]
