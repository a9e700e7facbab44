"""The built-in worker, on a real database, with real rendering processes."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.rendering.worker.rendering_processes import renderers
from tests.rendering.worker.studio import LONG, SHORT, Studio, eventually
from tests.support.invariants import assert_books_balance

from partner_api.database.arguments import SYSTEM
from partner_api.jobs import claim_store
from partner_api.rendering.worker import jobs
from partner_api.sweeps.claims import ExpireClaims
from partner_api.sweeps.uploads import PurgeUploads

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from partner_api.database.connection import Row


def is_over(job: Row) -> bool:
    return bool(job["status"] != "running")


def is_rendering(job: Row) -> bool:
    return bool(job["stage"] == "rendering" and job["claim_token"])


async def one_chunk() -> AsyncIterator[bytes]:
    yield b"left behind"


async def cancel(studio: Studio, job_id: UUID) -> None:
    async with studio.pool.acquire() as connection:
        (outcome,) = await claim_store.cancel_jobs(
            connection,
            studio.partner.tenant_id,
            studio.clock.now(),
            [claim_store.CancelItem(job_id, None, SYSTEM)],
        )
    assert outcome.facts is not None
    assert outcome.facts["accepted"]


async def test_a_slideshow_is_rendered_stored_and_charged(studio: Studio) -> None:
    job_id = await studio.order(SHORT)
    async with studio.worker():
        job = await studio.until(job_id, is_over)
    await studio.assert_delivered(job_id)
    assert job["attempt"] == 1
    assets = await studio.assets(job_id)
    assert [asset["name"] for asset in assets] == [
        "slide-01.png",
        "slide-02.png",
        "slide-03.png",
        "poster.png",
    ]
    assert len(studio.files()) == len(assets)
    assert renderers() == []


async def test_stages_and_progress_are_told_on_the_way(studio: Studio) -> None:
    job_id = await studio.order(LONG)
    seen: list[tuple[str, float]] = []
    async with studio.worker():
        while not seen or seen[-1][0] != "completed":
            job = await studio.job(job_id)
            seen.append((job["stage"], job["progress"]))
            await asyncio.sleep(0.02)
    stages = list(dict.fromkeys(stage for stage, _ in seen))
    assert stages[0] in ("queued", "processing")
    assert "rendering" in stages
    assert stages[-1] == "completed"
    progress = [done for _, done in seen]
    assert progress == sorted(progress)
    assert any(0 < done < 1 for done in progress)


async def test_several_at_a_time_each_done_once(studio: Studio) -> None:
    ordered = [await studio.order(f"{SHORT} {number}") for number in range(6)]
    async with studio.worker(LAYERS_RENDER_PROCESSES="2"), studio.worker():
        for job_id in ordered:
            await studio.until(job_id, is_over)
    for job_id in ordered:
        await studio.assert_delivered(job_id)
        assert (await studio.job(job_id))["attempt"] == 1
    await assert_books_balance(studio.owner, studio.partner.tenant_id)


async def test_a_job_that_nobody_can_be_given_does_not_hold_up_the_others(studio: Studio) -> None:
    bad = await studio.order(SHORT)
    await studio.owner.execute("DELETE FROM containers WHERE job_id = $1", bad)
    good = [await studio.order(f"{SHORT} {number}") for number in range(2)]
    async with studio.worker():
        for job_id in good:
            await studio.until(job_id, is_over)
    for job_id in good:
        await studio.assert_delivered(job_id)
    assert await studio.owner.fetchval("SELECT attempt FROM jobs WHERE id = $1", bad) == 0
    await studio.owner.execute("DELETE FROM reservations WHERE job_id = $1", bad)
    await studio.owner.execute("DELETE FROM jobs WHERE id = $1", bad)


async def test_other_formats_wait_for_other_workers(studio: Studio) -> None:
    other = await studio.order(SHORT, "video_remix")
    mine = await studio.order(SHORT)
    async with studio.worker():
        await studio.until(mine, is_over)
    job = await studio.job(other)
    assert (job["status"], job["stage"], job["attempt"]) == ("running", "queued", 0)


async def test_a_stop_gives_the_job_back_and_another_worker_finishes_it(studio: Studio) -> None:
    job_id = await studio.order_held()
    async with studio.worker(LAYERS_SHUTDOWN_SECONDS="4"):
        await studio.until(job_id, is_rendering)
    job = await studio.job(job_id)
    assert (job["status"], job["stage"], job["claim_token"]) == ("running", "queued", None)
    assert job["last_error_code"] == "WORKER_STOPPED"
    assert renderers() == []
    studio.let_go()
    async with studio.worker():
        await studio.until(job_id, is_over)
    await studio.assert_delivered(job_id)


async def test_a_stop_waits_for_what_is_nearly_done(studio: Studio) -> None:
    job_id = await studio.order(SHORT)
    async with studio.worker(LAYERS_SHUTDOWN_SECONDS="60"):
        await studio.until(job_id, lambda job: job["claim_token"])
    await studio.assert_delivered(job_id)


async def test_a_cancel_ends_it_without_a_charge_or_a_file(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Told at once that it is canceled, and not at one of the rarer heartbeats of whoever has no news.
    monkeypatch.setattr(jobs, "_SILENCE_SECONDS", 0.5)
    job_id = await studio.order_held()
    async with studio.worker():
        await studio.until(job_id, is_rendering)
        await cancel(studio, job_id)
        job = await studio.until(job_id, is_over)
        # The worker goes on with the next one.
        following = await studio.order(SHORT)
        await studio.until(following, is_over)
    assert job["status"] == "canceled"
    assert await studio.charged(job_id) == ("released", 0)
    assert await studio.assets(job_id) == []
    await studio.assert_delivered(following)


async def test_a_claim_that_was_lost_changes_nothing(studio: Studio) -> None:
    job_id = await studio.order_held()
    async with studio.worker():
        await studio.until(job_id, is_rendering)
        # Somebody else has it now, and will say nothing.
        token = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
        await studio.owner.execute(
            "UPDATE jobs SET claim_token = $2, worker_id = 'other' WHERE id = $1", job_id, token
        )
        studio.let_go()
        following = await studio.order(SHORT)
        await studio.until(following, is_over)
    job = await studio.job(job_id)
    assert (job["status"], job["worker_id"], str(job["claim_token"])) == ("running", "other", token)
    assert await studio.assets(job_id) == []


async def test_a_rendering_process_that_dies_is_replaced(studio: Studio) -> None:
    job_id = await studio.order_held()
    async with studio.worker():
        await studio.until(job_id, is_rendering)
        for process in renderers():
            os.kill(process, signal.SIGKILL)
        studio.let_go()
        await studio.until(job_id, is_over)
    await studio.assert_delivered(job_id)
    assert (await studio.job(job_id))["attempt"] == 2


async def test_an_outage_of_the_database_delays_and_loses_nothing(studio: Studio) -> None:
    job_id = await studio.order_held()
    async with studio.worker():
        await studio.until(job_id, is_rendering)
        async with studio.database_away():
            # More than once it is tried again.
            await asyncio.sleep(3)
        studio.let_go()
        await studio.until(job_id, is_over)
    await studio.assert_delivered(job_id)
    assert (await studio.job(job_id))["attempt"] == 1


async def test_what_an_attempt_left_behind_is_removed_when_the_job_is_over(studio: Studio) -> None:
    job_id = await studio.order(SHORT)
    async with studio.worker():
        await studio.until(job_id, is_over)
    kept = sorted(studio.files())
    stray = await studio.storage.put(f"{studio.partner.tenant_id}/1/stray.png", one_chunk())
    await studio.owner.execute(
        "INSERT INTO asset_uploads SELECT tenant_id, job_id, 2, 'stray.png', 1, sha256, $2, created_at "
        "FROM asset_uploads WHERE job_id = $1 LIMIT 1",
        job_id,
        stray.key,
    )
    sweep = PurgeUploads(studio.storage)
    now = studio.clock.now()
    assert await sweep.step(studio.pool, now + timedelta(minutes=59)) == 0
    assert len(studio.files()) == len(kept) + 1
    assert await sweep.step(studio.pool, now + timedelta(minutes=61)) == len(kept) + 1
    assert sorted(studio.files()) == kept
    assert await studio.owner.fetchval("SELECT count(*) FROM asset_uploads") == 0
    await studio.assert_delivered(job_id)


async def test_a_silent_worker_is_not_waited_for(studio: Studio) -> None:
    job_id = await studio.order_held()
    async with studio.worker():
        await studio.until(job_id, is_rendering)
        await studio.lose_the_lease(job_id)
        await ExpireClaims().step(studio.pool, studio.clock.now())
        studio.let_go()
        await studio.until(job_id, is_over)
    await studio.assert_delivered(job_id)
    assert (
        await studio.owner.fetchval("SELECT count(*) FROM credit_events WHERE job_id = $1", job_id)
        == 1
    )


@pytest.mark.parametrize("outage", ["away", "stuck"])
async def test_a_stop_is_short_also_without_the_database(studio: Studio, outage: str) -> None:
    job_id = await studio.order_held()
    async with studio.worker(LAYERS_SHUTDOWN_SECONDS="2") as worker:
        await studio.until(job_id, is_rendering)
        async with studio.database_away() if outage == "away" else studio.database_stuck():
            worker.stop.set()
            # Far less than the minute for which a worker with a job waits for the database.
            async with asyncio.timeout(30):
                await asyncio.wait({worker.task})
    job = await studio.job(job_id)
    # The end of the claim says what the worker could not.
    assert (job["status"], job["stage"]) == ("running", "rendering")
    assert renderers() == []


async def test_a_stop_does_not_wait_for_a_claim(studio: Studio) -> None:
    async with studio.worker(LAYERS_SHUTDOWN_SECONDS="2") as worker:
        await eventually(renderers)
        async with studio.database_stuck():
            # More than it pauses between claims.
            await asyncio.sleep(2)
            worker.stop.set()
            async with asyncio.timeout(30):
                await asyncio.wait({worker.task})
    assert renderers() == []


async def test_it_says_that_it_works_while_it_waits_and_while_it_renders(studio: Studio) -> None:
    beats = 0

    def beat() -> None:
        nonlocal beats
        beats += 1

    async def until_more() -> None:
        before = beats
        await eventually(lambda: beats >= before + 3)

    async with studio.worker(beat):
        await until_more()
        job_id = await studio.order_held()
        await studio.until(job_id, is_rendering)
        await until_more()
        async with studio.database_away():
            await until_more()
        studio.let_go()
        await studio.until(job_id, is_over)
    await studio.assert_delivered(job_id)
