"""Jobs of test environments complete by themselves, for nothing, with what follows from the input."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.generation.working import cancel, job_of
from tests.invariants import assert_books_balance
from tests.operations import events, read
from tests.tenants import NOON, job_start, make_partner

from partner_api.crypto import SecretKeys
from partner_api.generation import store as generation
from partner_api.generation.rendering.sample import render_sample
from partner_api.generation.storage.folder import FolderStorage
from partner_api.sweeps.sandbox import SandboxJobs

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from tests.tenants import Wallet

    from partner_api.database.connection import Connection, Pool

LATER = NOON + timedelta(seconds=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def sweep(folder: Path) -> SandboxJobs:
    return SandboxJobs(FolderStorage(folder, SecretKeys.parse("test:" + "ab" * 32)))


async def start(
    connection: Connection,
    wallet: Wallet,
    style: str = "slideshow_builder",
    hook: str = "Hello",
    now: datetime = NOON,
) -> UUID:
    item = job_start(wallet, 0)._replace(credits=None, format=style, inputs={"hook": hook})
    (outcome,) = await generation.start_jobs(connection, wallet.tenant_id, now, [item])
    assert outcome.status == "done", outcome
    return item.job_id


async def files_of(
    connection: Connection, wallet: Wallet, job_id: UUID, folder: Path
) -> list[bytes]:
    job = await job_of(connection, wallet, job_id)
    assets = await generation.list_assets(connection, wallet.tenant_id, [job["container_id"]])
    return [(folder / row["storage_key"]).read_bytes() for row in assets[job["container_id"]]]


async def test_a_job_completes_after_two_seconds(
    pool: Pool, connection: Connection, sweep: SandboxJobs, folder: Path
) -> None:
    partner = await make_partner(connection, env="test")
    job_id = await start(connection, partner)
    assert await sweep.next_due(connection, NOON - timedelta(hours=1)) == LATER
    assert await sweep.step(pool, LATER - timedelta(milliseconds=1)) == 0
    assert await sweep.step(pool, LATER) == 1
    assert await sweep.step(pool, LATER) == 0
    assert await sweep.next_due(connection, NOON - timedelta(hours=1)) is None
    job = await job_of(connection, partner, job_id)
    assert (job["status"], job["charged"], job["finished_at"]) == ("completed", 0, LATER)
    slide, poster = await files_of(connection, partner, job_id, folder)
    assert slide.startswith(b"\x89PNG")
    assert slide == poster
    # The credits that every test environment begins with, and nothing else.
    assert [row["reason"] for row in await events(connection, partner)] == ["fictitious"]
    assert (await read(connection, partner))["running_jobs"] == 0
    await assert_books_balance(connection, partner.tenant_id)


@pytest.mark.parametrize(
    "style", ["slideshow_builder", "slideshow_remix", "video_remix", "ugc_remix", "auto"]
)
async def test_the_same_request_has_the_same_bytes(
    pool: Pool, connection: Connection, sweep: SandboxJobs, folder: Path, style: str
) -> None:
    partner = await make_partner(connection, env="test")
    jobs = [await start(connection, partner, style, hook) for hook in ("Hello", "Hello", "Other")]
    assert await sweep.step(pool, LATER) == 3
    first, again, other = [await files_of(connection, partner, job, folder) for job in jobs]
    assert first == again != other


async def test_live_jobs_are_not_its_business(
    pool: Pool, connection: Connection, sweep: SandboxJobs
) -> None:
    live = await make_partner(connection, prepaid=500)
    job_id = await start(connection, live)
    assert await sweep.step(pool, LATER) == 0
    assert (await job_of(connection, live, job_id))["status"] == "running"


async def test_a_canceled_job_stays_canceled(
    pool: Pool, connection: Connection, sweep: SandboxJobs
) -> None:
    partner = await make_partner(connection, env="test")
    canceled, other = [await start(connection, partner) for _ in range(2)]
    await cancel(connection, partner, canceled)
    assert await sweep.step(pool, LATER) == 1
    assert (await job_of(connection, partner, canceled))["status"] == "canceled"
    assert (await job_of(connection, partner, other))["status"] == "completed"


@pytest.fixture
def broken_hook(monkeypatch: pytest.MonkeyPatch) -> str:
    """What cannot be drawn."""

    def broken(inputs: dict[str, str], style: str) -> object:
        if inputs["hook"] == "Broken":
            raise ValueError("it cannot be drawn")
        return render_sample(inputs, style)

    monkeypatch.setattr("partner_api.generation.rendering.sample.render_sample", broken)
    return "Broken"


async def test_a_whole_step_that_cannot_be_made_does_not_either(
    pool: Pool, connection: Connection, folder: Path, broken_hook: str
) -> None:
    sweep = SandboxJobs(
        FolderStorage(folder, SecretKeys.parse("test:" + "ab" * 32)), jobs_per_step=2
    )
    partner = await make_partner(connection, env="test")
    for _ in range(2):
        await start(connection, partner, hook=broken_hook)
    soon, latest = NOON + timedelta(seconds=1), LATER + timedelta(seconds=1)
    good = await start(connection, partner, hook="Good", now=soon)
    assert await sweep.step(pool, latest) == 0
    assert await sweep.step(pool, latest) == 1
    assert (await job_of(connection, partner, good))["status"] == "completed"
    # The first ones have their turn again.
    assert await sweep.step(pool, latest) == 0
    later = await start(connection, partner, hook="Good", now=soon)
    assert await sweep.step(pool, latest) == 1
    assert (await job_of(connection, partner, later))["status"] == "completed"


async def test_one_that_cannot_be_made_does_not_hold_up_the_others(
    pool: Pool, connection: Connection, sweep: SandboxJobs, broken_hook: str
) -> None:
    partner = await make_partner(connection, env="test")
    bad, good = [await start(connection, partner, hook=hook) for hook in (broken_hook, "Good")]
    assert await sweep.step(pool, LATER) == 1
    assert (await job_of(connection, partner, bad))["status"] == "running"
    assert (await job_of(connection, partner, good))["status"] == "completed"
