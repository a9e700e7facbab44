"""Jobs of test environments complete by themselves, for nothing, with what follows from the input."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.rendering.worker import rendering_processes as misbehaving
from tests.rendering.worker.rendering_processes import (
    let_them_misbehave,
    processor_seconds,
    renderers,
)
from tests.support.invariants import assert_books_balance
from tests.support.operations import events, read
from tests.support.tenants import NOON, job_start, make_partner
from tests.support.working import cancel, job_of
from tests.sweeps.sending import OUTGOING

from partner_api.content.store import list_assets
from partner_api.crypto import SecretKeys
from partner_api.database.skipped_rows import RestingRows
from partner_api.jobs import store as job_store
from partner_api.rendering.worker import renderer as renderer_module
from partner_api.rendering.worker.renderer import Renderer, RendererNotStarted
from partner_api.storage.folder import FolderStorage
from partner_api.sweeps import open_sweeps
from partner_api.sweeps.sandbox_jobs import CompleteSandboxJobs

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Mapping
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection, Pool
    from partner_api.jobs.operator_store import SandboxJob
    from partner_api.rendering.assets import RenderedAsset
    from partner_api.storage import StoredFile

LATER = NOON + timedelta(seconds=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def storage(folder: Path) -> FolderStorage:
    return FolderStorage(folder, SecretKeys.parse("test:" + "ab" * 32))


class NotingRenderer(Renderer):
    """Notes for which hooks it was asked."""

    def __init__(self, *arguments: str) -> None:
        super().__init__(*arguments)
        self.asked: list[str] = []

    async def sample(self, inputs: Mapping[str, Any], content_format: str) -> list[RenderedAsset]:
        self.asked.append(inputs["hook"])
        return await super().sample(inputs, content_format)


@pytest.fixture
async def renderer() -> AsyncIterator[NotingRenderer]:
    renderer = NotingRenderer("samples")
    yield renderer
    await renderer.kill()
    assert renderers() == []


@pytest.fixture
def sweep(storage: FolderStorage, renderer: Renderer) -> CompleteSandboxJobs:
    return CompleteSandboxJobs(storage, renderer, seconds_per_step=600)


@pytest.fixture
def _misbehaving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    let_them_misbehave(tmp_path, monkeypatch)


async def start(
    connection: Connection,
    wallet: Wallet,
    style: str = "slideshow_builder",
    hook: str = "Hello",
    now: datetime = NOON,
) -> UUID:
    item = job_start(wallet, 0)._replace(credits=None, format=style, inputs={"hook": hook})
    (outcome,) = await job_store.start_jobs(connection, wallet.tenant_id, now, [item])
    assert outcome.status == "done", outcome
    return item.job_id


async def files_of(
    connection: Connection, wallet: Wallet, job_id: UUID, folder: Path
) -> list[bytes]:
    job = await job_of(connection, wallet, job_id)
    assets = await list_assets(connection, wallet.tenant_id, [job["container_id"]])
    return [(folder / asset.storage_key).read_bytes() for asset in assets[job["container_id"]]]


async def test_a_job_completes_after_two_seconds(
    pool: Pool, connection: Connection, sweep: CompleteSandboxJobs, folder: Path
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
    assert (await read(connection, partner)).running_jobs == 0
    await assert_books_balance(connection, partner.tenant_id)


@pytest.mark.parametrize(
    "style", ["slideshow_builder", "slideshow_remix", "video_remix", "ugc_remix", "auto"]
)
async def test_the_same_request_has_the_same_bytes(
    pool: Pool, connection: Connection, sweep: CompleteSandboxJobs, folder: Path, style: str
) -> None:
    partner = await make_partner(connection, env="test")
    jobs = [await start(connection, partner, style, hook) for hook in ("Hello", "Hello", "Other")]
    assert await sweep.step(pool, LATER) == 3
    first, again, other = [await files_of(connection, partner, job, folder) for job in jobs]
    assert first == again != other


async def test_live_jobs_are_not_its_business(
    pool: Pool, connection: Connection, sweep: CompleteSandboxJobs
) -> None:
    live = await make_partner(connection, prepaid=500)
    job_id = await start(connection, live)
    assert await sweep.step(pool, LATER) == 0
    assert (await job_of(connection, live, job_id))["status"] == "running"


async def test_a_canceled_job_stays_canceled(
    pool: Pool, connection: Connection, sweep: CompleteSandboxJobs
) -> None:
    partner = await make_partner(connection, env="test")
    canceled, other = [await start(connection, partner) for _ in range(2)]
    await cancel(connection, partner, canceled)
    assert await sweep.step(pool, LATER) == 1
    assert (await job_of(connection, partner, canceled))["status"] == "canceled"
    assert (await job_of(connection, partner, other))["status"] == "completed"


async def test_a_process_is_started_when_there_is_something_to_render(
    pool: Pool, connection: Connection, sweep: CompleteSandboxJobs
) -> None:
    partner = await make_partner(connection, env="test")
    assert await sweep.step(pool, LATER) == 0
    assert renderers() == []
    await start(connection, partner)
    assert await sweep.step(pool, LATER) == 1
    assert len(renderers()) == 1


async def assert_failed(connection: Connection, partner: Wallet, job_id: UUID, word: str) -> None:
    """The job is over, has cost nothing, and will not be tried again."""
    job = await job_of(connection, partner, job_id)
    assert (job["status"], job["error_code"], job["charged"]) == ("failed", "RENDERING_FAILED", 0)
    assert word in job["error_message"]
    assert (await read(connection, partner)).running_jobs == 0
    await assert_books_balance(connection, partner.tenant_id)
    assert await connection.fetchval(
        "SELECT count(*) FROM outbox WHERE tenant_id = $1 AND event_type = 'job.failed'",
        partner.tenant_id,
    )


@pytest.mark.usefixtures("_misbehaving")
async def test_one_that_cannot_be_rendered_fails_and_the_others_are_completed(
    pool: Pool, connection: Connection, sweep: CompleteSandboxJobs
) -> None:
    partner = await make_partner(connection, env="test")
    bad, good = [
        await start(connection, partner, hook=hook) for hook in (misbehaving.BREAK, "Good")
    ]
    assert await sweep.step(pool, LATER) == 2
    assert await sweep.step(pool, LATER) == 0
    assert (await job_of(connection, partner, good))["status"] == "completed"
    await assert_failed(connection, partner, bad, "could not be rendered")


@pytest.mark.usefixtures("_misbehaving")
async def test_one_that_takes_too_long_fails_at_once_and_the_others_are_completed(
    pool: Pool,
    connection: Connection,
    sweep: CompleteSandboxJobs,
    renderer: NotingRenderer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(renderer_module, "SAMPLE_CPU_SECONDS", 0.5)
    monkeypatch.setattr(renderer_module, "SAMPLE_SECONDS", 200.0)
    partner = await make_partner(connection, env="test")
    bad, good = [await start(connection, partner, hook=hook) for hook in (misbehaving.SPIN, "Good")]
    while await sweep.step(pool, LATER):
        pass
    assert (await job_of(connection, partner, good))["status"] == "completed"
    await assert_failed(connection, partner, bad, "too long")
    assert sorted(renderer.asked) == ["Good", misbehaving.SPIN]


@pytest.mark.usefixtures("_misbehaving")
async def test_one_whose_process_was_killed_is_rendered_by_another(
    pool: Pool, connection: Connection, sweep: CompleteSandboxJobs, tmp_path: Path
) -> None:
    partner = await make_partner(connection, env="test")
    job_id = await start(connection, partner, hook=f"{misbehaving.CRASH}{tmp_path / 'once'}")
    assert await sweep.step(pool, LATER) == 1
    assert (await job_of(connection, partner, job_id))["status"] == "completed"


@pytest.mark.usefixtures("_misbehaving")
async def test_one_that_kills_each_process_fails(
    pool: Pool, connection: Connection, sweep: CompleteSandboxJobs, renderer: NotingRenderer
) -> None:
    partner = await make_partner(connection, env="test")
    job_id = await start(connection, partner, hook=misbehaving.CRASH)
    assert await sweep.step(pool, LATER) == 1
    await assert_failed(connection, partner, job_id, "could not be rendered")
    assert renderer.asked == [misbehaving.CRASH] * 2


async def test_a_machine_that_renders_nothing_fails_no_job(
    pool: Pool, connection: Connection, sweep: CompleteSandboxJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = await make_partner(connection, env="test")
    job_id = await start(connection, partner)
    with monkeypatch.context() as broken:
        broken.setattr("sys.executable", "/nowhere/python")
        with pytest.raises(RendererNotStarted):
            await sweep.step(pool, LATER)
    assert (await job_of(connection, partner, job_id))["status"] == "running"
    assert await sweep.step(pool, LATER) == 1


@pytest.mark.usefixtures("_misbehaving")
async def test_one_that_is_canceled_while_it_cannot_be_rendered_stays_canceled(
    pool: Pool, connection: Connection, sweep: CompleteSandboxJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = await make_partner(connection, env="test")
    job_id = await start(connection, partner, hook=misbehaving.BREAK)
    rendered = sweep._render

    async def canceled_meanwhile(job: SandboxJob) -> list[RenderedAsset]:
        await cancel(connection, partner, job_id)
        return await rendered(job)

    monkeypatch.setattr(sweep, "_render", canceled_meanwhile)
    assert await sweep.step(pool, LATER) == 0
    assert (await job_of(connection, partner, job_id))["status"] == "canceled"


async def test_tenants_have_their_turns(
    pool: Pool, connection: Connection, sweep: CompleteSandboxJobs, renderer: NotingRenderer
) -> None:
    partners = [await make_partner(connection, env="test") for _ in range(3)]
    first, second, third = sorted(partners, key=lambda partner: partner.tenant_id)
    for number in range(3):
        then = NOON + timedelta(milliseconds=number)
        await start(connection, second, hook=f"second {number}", now=then)
    soon = NOON + timedelta(seconds=1)
    await start(connection, first, hook="first", now=soon)
    await start(connection, third, hook="third", now=soon)
    while await sweep.step(pool, LATER + timedelta(seconds=1)):
        pass
    assert renderer.asked == ["first", "second 0", "third", "second 1", "second 2"]


async def test_the_turn_goes_on_where_the_step_before_ended(
    pool: Pool,
    connection: Connection,
    storage: FolderStorage,
    renderer: NotingRenderer,
) -> None:
    # No job begins after so long a time.
    sweep = CompleteSandboxJobs(storage, renderer, seconds_per_step=0)
    partners = [await make_partner(connection, env="test") for _ in range(2)]
    one, other = sorted(partners, key=lambda partner: partner.tenant_id)
    for number in range(2):
        then = NOON + timedelta(milliseconds=number)
        await start(connection, one, hook=f"one {number}", now=then)
        await start(connection, other, hook=f"other {number}", now=then)
    latest = LATER + timedelta(seconds=1)
    assert [await sweep.step(pool, latest) for _ in range(5)] == [1, 1, 1, 1, 0]
    assert renderer.asked == ["one 0", "other 0", "one 1", "other 1"]


class BrokenStorage(FolderStorage):
    """Stores nothing for one of the containers."""

    broken = "none"

    async def put(self, key: str, chunks: AsyncIterable[bytes]) -> StoredFile:
        if self.broken in key:
            raise OSError("it cannot be stored")
        return await super().put(key, chunks)


async def test_one_that_cannot_be_stored_does_not_hold_up_its_tenants_others(
    pool: Pool, connection: Connection, folder: Path, renderer: NotingRenderer
) -> None:
    storage = BrokenStorage(folder, SecretKeys.parse("test:" + "ab" * 32))
    sweep = CompleteSandboxJobs(storage, renderer, seconds_per_step=600)
    seconds = 0.0
    sweep._resting = RestingRows("sandbox_jobs", clock=lambda: seconds)
    # No job starts before its wallet's last event.
    partner = await make_partner(connection, env="test", now=NOON - timedelta(minutes=1))
    bad = await start(connection, partner, hook="Bad", now=NOON - timedelta(seconds=1))
    good = await start(connection, partner, hook="Good")
    storage.broken = str((await job_of(connection, partner, bad))["container_id"])
    assert await sweep.step(pool, LATER) == 1
    assert (await job_of(connection, partner, good))["status"] == "completed"
    assert (await job_of(connection, partner, bad))["status"] == "running"
    assert renderer.asked == ["Bad", "Good"]
    # It rests, and has its turn again.
    assert await sweep.step(pool, LATER) == 0
    assert renderer.asked == ["Bad", "Good"]
    seconds = 11.0
    assert await sweep.step(pool, LATER) == 0
    assert renderer.asked == ["Bad", "Good", "Bad"]
    seconds = 60.0
    storage.broken = "none"
    assert await sweep.step(pool, LATER) == 1
    assert (await job_of(connection, partner, bad))["status"] == "completed"


@pytest.mark.usefixtures("_misbehaving")
async def test_a_stop_does_not_wait_for_a_sample(
    pool: Pool, connection: Connection, storage: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renderer_module, "SAMPLE_CPU_SECONDS", 3_600.0)
    monkeypatch.setattr(renderer_module, "SAMPLE_SECONDS", 3_600.0)
    partner = await make_partner(connection, env="test")
    job_id = await start(connection, partner, hook=misbehaving.SPIN)
    stop = asyncio.Event()
    async with open_sweeps(storage, OUTGOING, stop) as sweeps:
        (sweep,) = [sweep for sweep in sweeps if isinstance(sweep, CompleteSandboxJobs)]
        step = asyncio.create_task(sweep.step(pool, LATER))
        while not any(processor_seconds(process) > 1.5 for process in renderers()):
            assert not step.done()
            await asyncio.sleep(0.02)
        stop.set()
        async with asyncio.timeout(100):
            assert await step == 0
        assert renderers() == []
    # Whoever runs the sweeps next completes it.
    assert (await job_of(connection, partner, job_id))["status"] == "running"


async def test_whoever_runs_the_sweeps_leaves_no_process(
    pool: Pool, connection: Connection, storage: FolderStorage
) -> None:
    partner = await make_partner(connection, env="test")
    await start(connection, partner)
    async with open_sweeps(storage, OUTGOING) as sweeps:
        assert sum([await sweep.step(pool, LATER) for sweep in sweeps]) >= 1
        assert len(renderers()) == 1
    assert renderers() == []
