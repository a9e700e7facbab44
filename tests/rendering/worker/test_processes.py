"""`layers worker --render` as a process: killed in the midst of its work, interrupted, started beside others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.rendering.worker.studio import SHORT, Studio
from tests.support.invariants import assert_books_balance
from tests.support.serving import Service, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.databases import DatabaseUrls

KEYS = "k1:" + "5a" * 32


class Workers:
    """Workers on the database of a test, all with one folder of files."""

    def __init__(self, folder: Path, urls: DatabaseUrls) -> None:
        self._folder = folder
        self._urls = urls
        self.services: list[Service] = []

    def start(self) -> Service:
        home = self._folder / f"worker-{len(self.services)}"
        home.mkdir()
        service = Service(
            home,
            "worker",
            "--render",
            DATABASE_URL=self._urls.app,
            LAYERS_SECRET_KEYS=KEYS,
            LAYERS_DEVELOPMENT="true",
            LAYERS_DATA_DIR=str(self._folder),
            LAYERS_SHUTDOWN_SECONDS="4",
        )
        self.services.append(service)
        service.launch()
        wait_until(lambda: "rendering_ready" in service.errors or service.ended)
        assert not service.ended, service.errors
        return service


@pytest.fixture
def workers(tmp_path: Path, urls: DatabaseUrls) -> Iterator[Workers]:
    workers = Workers(tmp_path, urls)
    yield workers
    for service in workers.services:
        service.end()


async def test_a_worker_killed_while_it_renders_loses_nothing(
    studio: Studio, workers: Workers
) -> None:
    victim = await asyncio.to_thread(workers.start)
    job_id = await studio.order_held()
    await studio.until(job_id, lambda job: job["stage"] == "rendering")
    await asyncio.to_thread(victim.end)
    job = await studio.job(job_id)
    assert (job["status"], job["attempt"]) == ("running", 1)
    assert await studio.charged(job_id) == ("open", 0)

    await studio.lose_the_lease(job_id)
    studio.let_go()
    await asyncio.to_thread(workers.start)
    job = await studio.until(job_id, lambda job: job["status"] != "running")
    assert (job["attempt"], job["last_error_code"]) == (2, "WORKER_LOST")
    await studio.assert_delivered(job_id)
    await assert_books_balance(studio.owner, studio.partner.tenant_id)


async def test_control_c_gives_the_job_back_and_leaves_no_process(
    studio: Studio, workers: Workers
) -> None:
    worker = await asyncio.to_thread(workers.start)
    job_id = await studio.order_held()
    await studio.until(job_id, lambda job: job["stage"] == "rendering")
    assert await asyncio.to_thread(worker.interrupt) == 0, worker.errors
    assert worker.pids() == []
    job = await studio.job(job_id)
    assert (job["status"], job["stage"], job["claim_token"]) == ("running", "queued", None)
    assert "Traceback" not in worker.errors


async def test_workers_beside_each_other_do_each_job_once(studio: Studio, workers: Workers) -> None:
    for _ in range(2):
        await asyncio.to_thread(workers.start)
    jobs = [await studio.order(f"{SHORT} {number}") for number in range(8)]
    for job_id in jobs:
        await studio.until(job_id, lambda job: job["status"] != "running")
        await studio.assert_delivered(job_id)
        assert (await studio.job(job_id))["attempt"] == 1
    assert len({(await studio.job(job_id))["worker_id"] for job_id in jobs}) == 2
