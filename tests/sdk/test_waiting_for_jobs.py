"""Waiting for a job of a real server: polls that cost nothing while nothing changes, and an end that says how."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from tests.sdk.callers import CallFailed, ClientSettings
from tests.sdk.effects import START
from tests.support import working
from tests.support.fault_proxy import FaultProxy, Pass, Reset, refusal
from tests.support.installation import now

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.sdk.callers import Caller
    from tests.sdk.conftest import OpenCaller
    from tests.support.fault_proxy import Fault
    from tests.support.installation import Family, Installation
    from tests.support.serving import Service


@pytest_asyncio.fixture
async def family(installation: Installation) -> Family:
    """A partner that can pay for a job."""
    return await installation.family(prepaid=1_000)


@asynccontextmanager
async def waiting(
    server: Service, family: Family, open_caller: OpenCaller, *faults: Fault
) -> AsyncIterator[tuple[FaultProxy, Caller, str, asyncio.Task[Any]]]:
    """Somebody who waits for a job that has been started, and has seen that it runs."""
    with FaultProxy(server.port) as proxy:
        caller = await open_caller(ClientSettings(proxy.base_url, family.partner_key.text))
        job_id = await START.do(caller, family)
        proxy.script(*faults)
        wait = asyncio.create_task(caller.call("jobs.wait", jobId=job_id))
        await asyncio.to_thread(
            proxy.wait, lambda: 304 in [exchange.status for exchange in proxy.exchanges]
        )
        yield proxy, caller, job_id, wait
        await caller.close()


async def test_a_job_that_completes(
    server: Service, installation: Installation, family: Family, open_caller: OpenCaller
) -> None:
    faults: list[Fault] = [Pass(), refusal(503, "UNAVAILABLE"), Pass(), Reset()]
    async with waiting(server, family, open_caller, *faults) as (proxy, _, job_id, wait):
        async with installation.pool.acquire() as connection:
            (held,) = await working.claim(connection, family.partner, now=now())
            await working.complete(connection, held, 40, now=now())
        job = await wait
        assert (job["jobId"], job["status"]) == (job_id, "completed")
        assert job["result"]["creditsCharged"] == 40
        first, *later = proxy.exchanges
        assert "if-none-match" not in first.headers
        assert all(exchange.headers["if-none-match"] for exchange in later)
        assert proxy.is_over


async def test_a_job_that_fails(
    server: Service, installation: Installation, family: Family, open_caller: OpenCaller
) -> None:
    async with waiting(server, family, open_caller) as (_, _, job_id, wait):
        async with installation.pool.acquire() as connection:
            (held,) = await working.claim(connection, family.partner, now=now())
            await working.fail(connection, held, retryable=False, now=now())
        with pytest.raises(CallFailed) as caught:
            await wait
    assert caught.value.kind == "JobFailedError"
    assert caught.value.fields["job"]["jobId"] == job_id
    assert caught.value.fields["job"]["error"]["code"] == "RENDER_FAILED"


async def test_a_job_that_is_canceled(
    server: Service, family: Family, open_caller: OpenCaller
) -> None:
    async with waiting(server, family, open_caller) as (_, caller, job_id, wait):
        assert (await caller.call("jobs.cancel", jobId=job_id))["accepted"] is True
        with pytest.raises(CallFailed) as caught:
            await wait
    assert caught.value.kind == "JobCanceledError"
    assert caught.value.fields["job"]["status"] == "canceled"
