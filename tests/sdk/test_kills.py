"""A server that is killed in the middle of writes and started again: clients get their answers, each effect once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.sdk.callers import ClientSettings, Options
from tests.sdk.effects import ALLOCATE, EFFECTS
from tests.support.databases import DatabaseUrls, make_database
from tests.support.fault_proxy import Fault, FaultProxy, Pass, Reset
from tests.support.holding import holding
from tests.support.installation import Installation
from tests.support.served import serving
from tests.support.serving import Service, wait_until

from partner_api.crypto import SecretKeys
from partner_api.database.connection import connect, open_pool

if TYPE_CHECKING:
    from tests.sdk.conftest import OpenCaller
    from tests.support.installation import Family

# Until a killed server serves again on a busy machine.
_WAIT_SECONDS = 240.0


@pytest.fixture(scope="module")
def urls(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest.fixture(scope="module")
def victim(
    urls: DatabaseUrls, secret_keys_text: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    with serving(urls, secret_keys_text, tmp_path_factory.mktemp("victim")) as victim:
        yield victim


@pytest_asyncio.fixture
async def victims(
    victim: Service, urls: DatabaseUrls, secret_keys_text: str
) -> AsyncIterator[Installation]:
    assert not victim.ended
    async with await open_pool(urls.app, 2) as pool, await open_pool(urls.owner, 2) as owner:
        yield Installation(pool, owner, SecretKeys.parse(secret_keys_text))


class Revival:
    """Kills the server, once, and starts it again; both are waited for."""

    def __init__(self, victim: Service) -> None:
        self._victim = victim
        self.dead = threading.Event()
        self.alive = threading.Event()

    def kill(self) -> None:
        """Kill all of it at once."""
        for pid in self._victim.own_pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._victim.wait()
        wait_until(lambda: not self._victim.own_pids())
        self.dead.set()

    def start(self) -> None:
        """Start it again."""
        self._victim.start()
        self.alive.set()

    def wait_until_alive(self) -> None:
        """Hold a try back that would find nobody; there are only so many."""
        assert self.alive.wait(_WAIT_SECONDS)


class Writes:
    """One write of each kind, through a proxy of its own; the first try meets the fault."""

    def __init__(self, victim: Service, family: Family, revival: Revival, fault: Fault) -> None:
        self._port = victim.port
        self.family = family
        self._faults = (fault, Pass(first=revival.wait_until_alive))
        self._tasks: list[asyncio.Task[str]] = []
        self._proxies: list[FaultProxy] = []

    async def begin(self, open_caller: OpenCaller, stack: contextlib.ExitStack) -> None:
        """Send them, all at the same time."""
        options = Options(timeout_seconds=_WAIT_SECONDS)
        for effect in EFFECTS:
            proxy = stack.enter_context(FaultProxy(self._port))
            proxy.script(*self._faults)
            caller = await open_caller(ClientSettings(proxy.base_url, self.family.partner_key.text))
            self._proxies.append(proxy)
            self._tasks.append(asyncio.create_task(effect.do(caller, self.family, options)))

    async def assert_each_was_done_once(self, victims: Installation) -> None:
        """Wait for the answers, and compare them with the rows."""
        answers = await asyncio.gather(*self._tasks)
        for effect, made, proxy in zip(EFFECTS, answers, self._proxies, strict=True):
            assert await effect.made(victims, self.family) == [made]
            assert len(set(proxy.keys())) == 1


async def test_killed_before_the_writes_were_done(
    victim: Service,
    victims: Installation,
    urls: DatabaseUrls,
    all_open_callers: list[OpenCaller],
) -> None:
    revival = Revival(victim)
    writes = [
        Writes(victim, await victims.family(prepaid=10_000), revival, Pass())
        for _ in all_open_callers
    ]
    with contextlib.ExitStack() as stack:
        async with contextlib.AsyncExitStack() as rows:
            held = []
            for one, open_caller in zip(writes, all_open_callers, strict=True):
                owner = await connect(urls.owner)
                rows.push_async_callback(owner.close)
                held.append(await rows.enter_async_context(holding(owner, one.family.partner)))
                await one.begin(open_caller, stack)
                await held[-1].until_waited_for()
            await asyncio.to_thread(revival.kill)
            # PostgreSQL notices that nobody waits for the statement any more.
            for wallet in held:
                await wallet.until_nobody_waits()
        for one in writes:
            assert await ALLOCATE.made(victims, one.family) == []
        await asyncio.to_thread(revival.start)
        for one in writes:
            await one.assert_each_was_done_once(victims)


async def test_killed_after_the_writes_were_done(
    victim: Service, victims: Installation, all_open_callers: list[OpenCaller]
) -> None:
    revival = Revival(victim)
    answered = threading.Barrier(len(EFFECTS) * len(all_open_callers) + 1)

    def hold_back_until_it_is_dead() -> None:
        answered.wait(_WAIT_SECONDS)
        assert revival.dead.wait(_WAIT_SECONDS)

    writes = [
        Writes(
            victim,
            await victims.family(prepaid=10_000),
            revival,
            Reset(True, hold_back_until_it_is_dead),
        )
        for _ in all_open_callers
    ]
    with contextlib.ExitStack() as stack:
        for one, open_caller in zip(writes, all_open_callers, strict=True):
            await one.begin(open_caller, stack)
        await asyncio.to_thread(answered.wait, _WAIT_SECONDS)
        for one in writes:
            for effect in EFFECTS:
                assert len(await effect.made(victims, one.family)) == 1
        await asyncio.to_thread(revival.kill)
        await asyncio.to_thread(revival.start)
        for one in writes:
            await one.assert_each_was_done_once(victims)
