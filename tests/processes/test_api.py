"""Whether a process that answers requests can do that, as it tells its supervisor."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from tests.support.databases import DatabaseUrls

from partner_api.database.connection import open_pool
from partner_api.processes.api import ApiWork
from partner_api.processes.link import Beat

if TYPE_CHECKING:
    from collections.abc import Callable

    from partner_api.edge.asgi import Edge


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - the work knows nothing of the test
            await asyncio.sleep(0.01)


async def test_a_pool_that_gives_no_connection_though_the_database_is_there_silences_it(
    database_urls: DatabaseUrls,
) -> None:
    async with await open_pool(database_urls.app, 1, acquire_seconds=0.05) as pool:
        app = cast("Edge", SimpleNamespace(services=SimpleNamespace(pool=pool)))
        work = ApiWork(app, wedged_seconds=0.3, pause_seconds=0.01)
        assert work.look() == Beat(working=False)
        work.accepting = True
        assert work.look() == Beat()
        probing = asyncio.create_task(work.probe())
        async with pool.acquire():
            await until(lambda: work.look() is None)
        probing.cancel()


async def test_a_connection_that_comes_late_is_a_problem_that_passes(
    database_urls: DatabaseUrls,
) -> None:
    async with await open_pool(database_urls.app, 1, acquire_seconds=0.05) as pool:
        app = cast("Edge", SimpleNamespace(services=SimpleNamespace(pool=pool)))
        work = ApiWork(app, wedged_seconds=600, pause_seconds=0.01)
        work.accepting = True
        probing = asyncio.create_task(work.probe())
        error = "DatabaseUnreachable"
        async with pool.acquire():
            await until(lambda: work.look() == Beat(problem="database unavailable", error=error))
        await until(lambda: work.look() == Beat(error=error))
        probing.cancel()


async def test_a_database_that_cannot_be_reached_is_no_reason_to_replace_it() -> None:
    class Gone:
        """A pool whose database is gone."""

        tries = 0

        async def execute(self, _: str) -> None:
            self.tries += 1
            raise ConnectionRefusedError

        def beside(self, *, command_seconds: float) -> object:
            raise ConnectionRefusedError

    pool = Gone()
    app = cast("Edge", SimpleNamespace(services=SimpleNamespace(pool=pool)))
    work = ApiWork(app, wedged_seconds=0, pause_seconds=0)
    work.accepting = True
    probing = asyncio.create_task(work.probe())
    await until(lambda: pool.tries > 10)
    assert work.look() == Beat(problem="database unavailable", error="ConnectionRefusedError")
    probing.cancel()
