"""``with_raw_response``: the whole answer around what a method returns."""

from __future__ import annotations

import asyncio
import contextvars
from typing import TYPE_CHECKING, Any

import pytest
from tests.sdk.python.scripted import Asked, Reply, Scripted, refusal

from layers_partner import APIError, NotFoundError, RateLimit, RawResponse
from layers_partner.responses import raw

if TYPE_CHECKING:
    from tests.sdk.python.conftest import Caller

LIMITS = {
    "X-RateLimit-Endpoint-Class": "read-light",
    "X-RateLimit-Limit": "120",
    "X-RateLimit-Remaining": "119",
    "X-RateLimit-Reset": "0.5",
}


async def test_the_whole_answer(caller: Caller, scripted: Scripted) -> None:
    scripted.script(
        Reply(200, {"organizationId": "org_1"}, LIMITS),
        Reply(201, {"id": "org_1"}),
        Reply(200, {"items": [1], "nextCursor": None}),
        Reply(302, b"", {"Location": "https://files.example/"}),
    )
    me: RawResponse[Any] = await caller(lambda layers: layers.with_raw_response.whoami())
    assert (me.status, me.request_id) == (200, "req_1")
    assert me.data == {"organizationId": "org_1"}
    assert me.headers["x-ratelimit-limit"] == "120"
    assert me.rate_limit == RateLimit("read-light", 120, 119, 0.5)
    assert repr(me) == "<RawResponse 200 req_1>"
    made = await caller(lambda layers: layers.organizations.with_raw_response.create(name="a"))
    assert (made.status, made.data) == (201, {"id": "org_1"})
    assert made.rate_limit == RateLimit(None, None, None, None)
    page = await caller(lambda layers: layers.projects.with_raw_response.list(limit=1))
    assert (page.status, page.data.items) == (200, [1])
    found = await caller(
        lambda layers: layers.content.assets.with_raw_response.retrieve_url("cnt_1", "a")
    )
    assert (found.status, found.data) == (302, "https://files.example/")


@pytest.mark.usefixtures("short_pauses")
async def test_it_is_the_last_answer_of_several_tries(caller: Caller, scripted: Scripted) -> None:
    scripted.script(refusal(503, "UNAVAILABLE"), Reply(200, {}, {"X-Request-Id": "req_2"}))
    me = await caller(lambda layers: layers.with_raw_response.whoami())
    assert me.request_id == "req_2"


async def test_an_error_is_raised_and_leaves_nothing_behind(
    caller: Caller, scripted: Scripted
) -> None:
    scripted.script(refusal(404, "NOT_FOUND"), Reply(201, {}))
    with pytest.raises(NotFoundError):
        await caller(lambda layers: layers.with_raw_response.whoami())
    made = await caller(lambda layers: layers.organizations.with_raw_response.create(name="a"))
    assert made.status == 201


async def test_nothing_has_changed(caller: Caller, scripted: Scripted) -> None:
    scripted.script(Reply(304, None, {"ETag": 'W/"1"'}))
    same = await caller(
        lambda layers: layers.jobs.with_raw_response.retrieve(
            "job_1", extra_headers={"If-None-Match": 'W/"1"'}
        )
    )
    assert (same.status, same.data, same.headers["etag"]) == (304, None, 'W/"1"')


async def test_answers_of_calls_side_by_side_are_not_mixed_up(
    caller: Caller, scripted: Scripted
) -> None:
    def answer(asked: Asked) -> Reply:
        project = asked.path.rpartition("/")[2]
        return Reply(200, {"id": project}, {"X-Request-Id": f"req_{project}"})

    scripted.otherwise = answer

    def ask(number: int) -> Any:
        return caller(lambda layers: layers.projects.with_raw_response.retrieve(f"{number}"))

    answers = await asyncio.gather(*map(ask, range(20)))
    assert [each.request_id for each in answers] == [f"req_{number}" for number in range(20)]
    assert [each.data["id"] for each in answers] == [str(number) for number in range(20)]


def test_what_is_called_later_is_not_noted() -> None:
    def fail() -> None:
        raise ValueError

    before = contextvars.copy_context()
    with pytest.raises(ValueError):
        raw(fail)()
    assert dict(contextvars.copy_context()) == dict(before)


async def test_numbers_that_are_none_and_addresses_that_are_none(
    caller: Caller, scripted: Scripted
) -> None:
    scripted.script(
        Reply(200, {}, {"X-RateLimit-Limit": "9" * 5000}),
        Reply(200, b'{"balance": NaN}'),
        Reply(302, b"", {"Location": "http://["}),
    )
    me: RawResponse[Any] = await caller(lambda layers: layers.with_raw_response.whoami())
    assert me.rate_limit.limit is None
    with pytest.raises(APIError, match="not one of the API"):
        await caller(lambda layers: layers.credits.retrieve())
    with pytest.raises(APIError, match="not one of the API"):
        await caller(lambda layers: layers.content.assets.retrieve_url("cnt_1", "a"))
