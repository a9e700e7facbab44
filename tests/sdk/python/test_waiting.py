"""``jobs.wait``: until a job is over, without asking for what one knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.sdk.python.core.building import configuration
from tests.sdk.python.scripted import Asked, Reply, Scripted, hang, refusal

from layers_partner import (
    APIError,
    APITimeoutError,
    JobCanceledError,
    JobFailedError,
    NotFoundError,
    waiting,
)
from layers_partner.waiting import Wait

if TYPE_CHECKING:
    from tests.sdk.python.conftest import Caller

RUNNING = {"jobId": "job_1", "status": "running"}


@pytest.fixture(autouse=True)
def short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Polls are milliseconds apart."""
    monkeypatch.setattr(waiting, "FIRST_POLL_SECONDS", 0.001)
    monkeypatch.setattr(waiting, "LONGEST_POLL_SECONDS", 0.002)


def wait(layers: Any, **options: Any) -> Any:
    return layers.jobs.wait("job_1", **options)


async def test_a_completed_job_is_returned(caller: Caller, scripted: Scripted) -> None:
    done = {"jobId": "job_1", "status": "completed", "result": {"creditsCharged": 5}}
    scripted.script(
        Reply(200, RUNNING, {"ETag": 'W/"1"'}),
        Reply(304, None, {"ETag": 'W/"1"'}),
        Reply(200, {**RUNNING, "progress": 0.5}, {"ETag": 'W/"2"'}),
        Reply(304, None),
        Reply(200, done, {"ETag": 'W/"3"'}),
    )
    assert await caller(lambda layers: wait(layers, organization="org_1")) == done
    assert [asked.headers.get("if-none-match") for asked in scripted.asked] == [
        None,
        'W/"1"',
        'W/"1"',
        'W/"2"',
        'W/"2"',
    ]
    for asked in scripted.asked:
        assert asked.path == "/v1/jobs/job_1"
        assert asked.headers["x-layers-organization"] == "org_1"


async def test_a_failed_job_is_an_error_with_the_job(caller: Caller, scripted: Scripted) -> None:
    failed: Any = {
        "jobId": "job_1",
        "status": "failed",
        "error": {"code": "WORKER_LOST", "message": "It went silent."},
    }
    scripted.script(Reply(200, RUNNING), Reply(200, failed))
    with pytest.raises(
        JobFailedError, match=r"job_1 failed: WORKER_LOST: It went silent\."
    ) as caught:
        await caller(wait)
    assert caught.value.job == failed


async def test_a_canceled_job_is_an_error_with_the_job(caller: Caller, scripted: Scripted) -> None:
    canceled: Any = {"jobId": "job_1", "status": "canceled"}
    scripted.script(Reply(200, canceled))
    with pytest.raises(JobCanceledError, match="job_1 was canceled") as caught:
        await caller(wait)
    assert caught.value.job == canceled


async def test_a_status_of_the_future_is_waited_on(caller: Caller, scripted: Scripted) -> None:
    scripted.script(
        Reply(200, {"jobId": "job_1", "status": "paused"}),
        Reply(200, {"jobId": "job_1", "status": "completed"}),
    )
    assert (await caller(wait))["status"] == "completed"


async def test_a_wait_ends_at_its_time_limit(caller: Caller, scripted: Scripted) -> None:
    scripted.otherwise = Reply(200, RUNNING)
    with pytest.raises(
        APITimeoutError, match=r"job_1 was not over after 0\.3 seconds\. It goes on"
    ):
        await caller(lambda layers: wait(layers, timeout=0.3))
    assert len(scripted.asked) > 1


async def test_a_wait_ends_at_its_time_limit_when_nobody_answers(
    caller: Caller, scripted: Scripted
) -> None:
    scripted.otherwise = hang
    with pytest.raises(APITimeoutError):
        await caller(lambda layers: wait(layers, timeout=0.3))


@pytest.mark.usefixtures("short_pauses")
async def test_what_passes_is_tried_again_and_what_stays_is_raised(
    caller: Caller, scripted: Scripted
) -> None:
    scripted.script(
        Reply(200, RUNNING),
        refusal(503, "UNAVAILABLE", Retry_After="0"),
        Reply(200, RUNNING),
        refusal(404, "NOT_FOUND"),
    )
    with pytest.raises(NotFoundError):
        await caller(wait)
    assert len(scripted.asked) == 4


async def test_a_whole_answer_of_a_wait_is_its_last(caller: Caller, scripted: Scripted) -> None:
    def done(_: Asked) -> Reply:
        return Reply(200, {"jobId": "job_1", "status": "completed"}, {"X-Request-Id": "req_2"})

    scripted.script(Reply(200, RUNNING), done)
    from layers_partner.responses import async_raw, raw

    jobs = caller.client.jobs
    whole = (async_raw if caller.is_async else raw)(jobs.wait)
    answer: Any = await caller(lambda _: whole("job_1"))
    assert (answer.request_id, answer.data["status"]) == ("req_2", "completed")


async def test_options_that_a_wait_does_not_have(caller: Caller, scripted: Scripted) -> None:
    for options in ({"idempotency_key": "k"}, {"retries": 1}):
        with pytest.raises(TypeError):
            await caller(lambda layers, given=options: wait(layers, **given))  # type: ignore[misc]
    for seconds in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="`timeout` must be"):
            await caller(lambda layers, given=seconds: wait(layers, timeout=given))  # type: ignore[misc]
    assert scripted.asked == []


def test_polls_come_every_second_and_later_every_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    polls = Wait(configuration(), "job_1", 3600.0, {})
    pauses = [polls.pause() for _ in range(8)]
    assert pauses == [1.0, 1.5, 2.25, 3.375, 5.0625, 7.59375, 10.0, 10.0]
    assert polls.request().timeout == 60.0
    assert 0 < Wait(configuration(), "job_1", 5.0, {}).request().timeout <= 5.0


@pytest.mark.parametrize("answer", [b"", [], "job", {}, {"status": None}, {"status": ["running"]}])
async def test_an_answer_that_is_no_job_is_an_error_of_the_library(
    caller: Caller, scripted: Scripted, answer: Any
) -> None:
    scripted.script(Reply(200, RUNNING, {"ETag": "1"}), Reply(200, answer))
    with pytest.raises(APIError, match="not one of the API"):
        await caller(wait)


async def test_odd_parts_of_an_answer_do_not_end_a_wait(caller: Caller, scripted: Scripted) -> None:
    scripted.script(
        Reply(200, RUNNING, {"ETag": "\u00e9"}),
        Reply(200, {"jobId": "job_1", "status": "failed", "error": "odd"}),
    )
    with pytest.raises(JobFailedError):
        await caller(wait)
    assert "if-none-match" not in scripted.asked[1].headers
