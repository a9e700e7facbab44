"""A row that cannot be advanced holds up no other: sandboxes, uploads, and the rehearsal clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs
from tests.support.leases import PRICE_CENTS, charges, lease
from tests.support.tenants import NOON, make_partner
from tests.support.working import job_of
from tests.sweeps.sending import OUTGOING
from tests.sweeps.skipping import DAY, assert_skips, refuse_changes, request, start

from partner_api.clock import Clock
from partner_api.crypto import SecretKeys
from partner_api.database import skipped_rows
from partner_api.jobs import store as job_store
from partner_api.rehearsal.advance import advance
from partner_api.rendering.worker.renderer import Renderer
from partner_api.storage.folder import FolderStorage
from partner_api.sweeps import open_sweeps
from partner_api.sweeps.sandbox_jobs import CompleteSandboxJobs
from partner_api.sweeps.sandbox_requests import AnswerSandboxRequests
from partner_api.sweeps.uploads import PurgeUploads

if TYPE_CHECKING:
    from pathlib import Path

    from partner_api.database.connection import Connection, Pool
    from partner_api.sweeps.sweep import Sweep


@pytest.fixture(autouse=True)
def _log_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skipped_rows, "_lines", {})


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "files", SecretKeys.parse("test:" + "ab" * 32))


@pytest.mark.one_server(reason="a trigger refuses the row, and Citus has none on spread tables")
async def test_sandbox_requests(pool: Pool, connection: Connection, owner: Connection) -> None:
    partner = await make_partner(connection, env="test")
    ids = sorted([await request(connection, partner, NOON) for _ in range(3)])
    later = NOON + timedelta(minutes=1)
    await refuse_changes(owner, "lease_requests", ids[0])
    await assert_skips(AnswerSandboxRequests(), pool, later, good=2, bad=1)
    states = await connection.fetch("SELECT status FROM lease_requests ORDER BY id")
    assert [row["status"] for row in states] == ["requested", "assigned", "assigned"]


async def test_sandbox_jobs(
    pool: Pool, connection: Connection, owner: Connection, storage: FolderStorage
) -> None:
    first, second = sorted(
        [await make_partner(connection, env="test") for _ in range(2)],
        key=lambda partner: partner.tenant_id,
    )
    bare, loose = [await start(connection, first) for _ in range(2)]
    good = [await start(connection, wallet) for wallet in (first, second)]
    await owner.execute("DELETE FROM containers WHERE job_id = $1", bare)
    await owner.execute("DELETE FROM reservations WHERE job_id = $1", loose)
    renderer = Renderer.for_samples()
    try:
        sweep = CompleteSandboxJobs(storage, renderer, seconds_per_step=600)
        await assert_skips(sweep, pool, NOON + timedelta(minutes=1), good=2, bad=2)
    finally:
        await renderer.kill()
    states = await connection.fetch("SELECT status FROM jobs WHERE id = ANY ($1)", good)
    assert [row["status"] for row in states] == ["completed"] * 2


async def test_uploads(
    pool: Pool, connection: Connection, owner: Connection, storage: FolderStorage
) -> None:
    partner = await make_partner(connection, prepaid=10)
    job_id = await start(connection, partner)
    await job_store.expire_jobs(connection, partner.tenant_id, NOON + DAY, 1)
    # As nothing that this server makes.
    for name, key in (
        ("a.png", "../../etc/passwd"),
        ("b.png", "1/2/b.png"),
        ("c.png", "1/2/c.png"),
    ):
        await owner.execute(
            """
            INSERT INTO asset_uploads
                (tenant_id, job_id, attempt, name, size_bytes, sha256, storage_key, created_at)
            VALUES ($1, $2, 1, $3, 1, $4, $5, $6)
            """,
            partner.tenant_id,
            job_id,
            name,
            "0" * 64,
            key,
            NOON,
        )
    await assert_skips(PurgeUploads(storage), pool, NOON + 2 * DAY, good=2, bad=1)


async def test_the_rehearsal_clock_goes_on_past_all_of_them(
    pool: Pool, connection: Connection, owner: Connection, storage: FolderStorage
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    live = await make_partner(connection, now=now, prepaid=10, cash_cents=10 * PRICE_CENTS)
    test = await make_partner(connection, now=now, env="test")
    ended, good = [await start(connection, live, now) for _ in range(2)]
    await owner.execute(
        "UPDATE jobs SET status = 'canceled', finished_at = started_at WHERE id = $1", ended
    )
    bare, sample = [await start(connection, test, now) for _ in range(2)]
    await owner.execute("DELETE FROM containers WHERE job_id = $1", bare)
    held = await lease(connection, live, now)
    await owner.execute(
        """
        INSERT INTO lease_charges
            (tenant_id, social_account_id, lease_month, period_start, period_end, price_cents, status, settled_at)
        VALUES ($1, $2, 1, $3, $4, 1, 'uncollected', $3)
        """,
        live.tenant_id,
        held,
        now,
        now + DAY,
    )
    paying = await lease(connection, live, now)
    calls = 0

    class Counting:
        """Counts the steps of a sweep."""

        def __init__(self, sweep: Sweep) -> None:
            self._sweep = sweep
            self.next_due = sweep.next_due

        @property
        def left_some(self) -> bool:
            return self._sweep.left_some

        async def step(self, pool: Pool, now: datetime) -> int:
            nonlocal calls
            calls += 1
            return await self._sweep.step(pool, now)

    clock = Clock()
    async with open_sweeps(storage, OUTGOING) as sweeps:
        counting: Any = [Counting(sweep) for sweep in sweeps]
        await advance(pool, clock, counting, now + timedelta(days=40))
    assert (await job_of(connection, live, good))["error_code"] == "EXPIRED"
    assert (await job_of(connection, test, sample))["status"] == "completed"
    assert len(await charges(connection, live, paying)) == 2
    assert calls < 60 * len(counting)


async def test_a_row_rests_longer_after_each_failure_and_is_said_once() -> None:
    now = 0.0
    resting = skipped_rows.RestingRows[str]("test", longest_seconds=35, clock=lambda: now)
    rests = []
    with capture_logs() as log:
        for _ in range(4):
            resting.skip("bad", ValueError("no"), row="bad")
            began = now
            while "bad" in resting:
                assert resting.keys == ["bad"]
                now += 1
            assert resting.keys == []
            rests.append(now - began)
    assert rests == [10, 20, 35, 35]
    (line,) = log
    assert (line["reason"], line["row"], line["left_out"]) == ("ValueError: no", "bad", 0)


async def test_what_is_remembered_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skipped_rows, "_MOST_RESTING", 3)
    resting = skipped_rows.RestingRows[int]("test")
    with capture_logs() as log:
        for key in range(100):
            resting.skip(key)
    assert resting.keys == [97, 98, 99]
    assert len(log) == 1
