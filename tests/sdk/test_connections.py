"""Connections of a client after a call that was given up, a walk that ended early, and between threads."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from tests.sdk.callers import ClientSettings
from tests.sdk.effects import ALLOCATE, CREDITS
from tests.support.fault_proxy import Cut, FaultProxy, Pass, Reset, Swallow, refusal
from tests.support.installation import org_id

from layers_partner import Layers

if TYPE_CHECKING:
    from tests.sdk.conftest import OpenCaller
    from tests.support.fault_proxy import Fault
    from tests.support.installation import Family, Installation
    from tests.support.serving import Service

THREADS = 8
CALLS = 6


@pytest.mark.parametrize("open_caller", ["AsyncLayers", "TypeScript"], indirect=True)
async def test_a_call_that_is_cancelled_ends_its_connection_and_no_other(
    server: Service, family: Family, open_caller: OpenCaller
) -> None:
    with FaultProxy(server.port) as proxy:
        caller = await open_caller(ClientSettings(proxy.base_url, family.partner_key.text))
        proxy.script(Swallow())
        call = asyncio.create_task(caller.call("whoami"))
        await asyncio.to_thread(proxy.wait_for_exchanges, 1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.to_thread(proxy.wait, lambda: proxy.open_connections == 0)
        assert (await caller.call("whoami"))["organizationId"] == org_id(family.partner)
        assert len(proxy.exchanges) == 2
        await caller.close()


@pytest.mark.parametrize("open_caller", ["AsyncLayers", "TypeScript"], indirect=True)
async def test_a_pause_that_is_cancelled_is_not_followed_by_a_try(
    server: Service, family: Family, open_caller: OpenCaller
) -> None:
    with FaultProxy(server.port) as proxy:
        caller = await open_caller(ClientSettings(proxy.base_url, family.partner_key.text))
        proxy.script(refusal(503, "UNAVAILABLE", Retry_After="1"))
        call = asyncio.create_task(caller.call("whoami"))
        await asyncio.to_thread(
            proxy.wait, lambda: [exchange.status for exchange in proxy.exchanges] == [503]
        )
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        # As long as the pause would have been, and a call that would come after it.
        proxy.script(refusal(503, "UNAVAILABLE", Retry_After="2"))
        await caller.call("whoami")
        assert len(proxy.exchanges) == 2
        await caller.close()


async def test_whoever_ends_a_walk_early_leaves_no_connection(
    server: Service, installation: Installation, open_caller: OpenCaller
) -> None:
    family = await installation.family(prepaid=10_000)
    with FaultProxy(server.port) as proxy:
        caller = await open_caller(ClientSettings(proxy.base_url, family.partner_key.text))
        for _ in range(5):
            await ALLOCATE.do(caller, family)
        for _ in range(10):
            items = await caller.walk("credits.events.list", at_most=3, limit=2)
            assert len(items) == 3
        # What the next calls take; Node opens a second one when it asks again before it has put the first one back.
        assert proxy.open_connections <= 2
        await caller.close()
        await asyncio.to_thread(proxy.wait, lambda: proxy.open_connections == 0)


async def test_threads_that_share_a_client(server: Service, installation: Installation) -> None:
    family = await installation.family(prepaid=10_000)
    faults: list[Fault] = [Pass(), Reset(True), refusal(503, "UNAVAILABLE"), Pass(), Cut(), Pass()]
    with (
        FaultProxy(server.port) as proxy,
        Layers(api_key=family.partner_key.text, base_url=proxy.base_url, max_retries=9) as layers,
        ThreadPoolExecutor(THREADS) as threads,
    ):
        proxy.script(*faults * CALLS)

        def allocate() -> list[str]:
            child = org_id(family.child)
            return [
                layers.organizations.credits.allocate(child, credits=CREDITS)["id"]
                for _ in range(CALLS)
            ]

        loop = asyncio.get_running_loop()
        made = await asyncio.gather(
            *(loop.run_in_executor(threads, allocate) for _ in range(THREADS))
        )
        assert proxy.is_over
        assert len(set(proxy.keys())) == THREADS * CALLS
    ids = [one for of_thread in made for one in of_thread]
    assert len(set(ids)) == THREADS * CALLS
    assert set(await ALLOCATE.made(installation, family)) == set(ids)
