"""A row that cannot be advanced holds up nobody: it is passed over, said once, counted, and not tried again at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from structlog.testing import capture_logs
from tests.support.leases import PRICE_CENTS, charges, disconnect, lease, top_up
from tests.support.tenants import NOON, Wallet, job_start, make_child, make_partner
from tests.support.working import claim, job_of

from partner_api.clock import Clock
from partner_api.credits import store as credit
from partner_api.credits.service import WalletReader
from partner_api.crypto import SecretKeys
from partner_api.database import skipped_rows
from partner_api.database.arguments import SYSTEM
from partner_api.database.connection import connect
from partner_api.jobs import store as generation
from partner_api.jobs.claim_service import Claimer
from partner_api.lease_requests import store as requests_store
from partner_api.metrics.registry import REGISTRY
from partner_api.rehearsal.advance import advance
from partner_api.rendering.worker.renderer import Renderer
from partner_api.storage.folder import FolderStorage
from partner_api.sweeps import open_sweeps
from partner_api.sweeps.claims import ExpireClaims
from partner_api.sweeps.expiries import ExpireJobs
from partner_api.sweeps.periods import EndPeriods
from partner_api.sweeps.renewals import RenewLeases
from partner_api.sweeps.sandbox_jobs import CompleteSandboxJobs
from partner_api.sweeps.sandbox_requests import AnswerSandboxRequests
from partner_api.sweeps.uploads import PurgeUploads

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Connection, Pool
    from partner_api.sweeps.sweep import Sweep

DAY = timedelta(days=1)
MARCH = datetime(2027, 3, 10, 9, tzinfo=UTC)
APRIL = datetime(2027, 4, 10, 9, tzinfo=UTC)
MAY = datetime(2027, 5, 10, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _log_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skipped_rows, "_lines", {})


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "files", SecretKeys.parse("test:" + "ab" * 32))


@pytest_asyncio.fixture
async def owner(urls: DatabaseUrls) -> AsyncIterator[Connection]:
    connection = await connect(urls.owner)
    yield connection
    await connection.close()


async def start(connection: Connection, wallet: Wallet, now: datetime = NOON) -> UUID:
    item = job_start(wallet, 1, now=now)._replace(inputs={"hook": "Hello"})
    (outcome,) = await generation.start_jobs(connection, wallet.tenant_id, now, [item])
    assert outcome.status == "done", outcome
    return item.job_id


def skipped(work: str) -> float:
    return REGISTRY.get_sample_value("layers_skipped_rows_total", {"work": work}) or 0.0


async def assert_skips(sweep: Sweep, pool: Pool, now: datetime, *, good: int, bad: int) -> None:
    """The good rows are advanced, the bad ones said and counted, and nothing is left to do at once."""
    before = skipped(sweep.name)
    with capture_logs() as log:
        steps = [await sweep.step(pool, now) for _ in range(6)]
    assert sum(steps) == good, steps
    assert steps[-3:] == [0, 0, 0], "a row that is not advanced is no progress"
    # Each was tried once: it rests.
    assert skipped(sweep.name) - before == bad
    lines = [entry for entry in log if entry["log_level"] in {"warning", "error"}]
    # The first of them by its own line, the others by their number in the next line, a minute later.
    assert [(line["event"], line["work"]) for line in lines] == [("row_skipped", sweep.name)], lines
    assert lines[0]["tenant_id"]


async def test_expiries(pool: Pool, connection: Connection, owner: Connection) -> None:
    partner = await make_partner(connection, prepaid=100)
    child = await make_child(connection, partner, prepaid=10)
    other = await make_partner(connection, prepaid=100)
    ended, short = await start(connection, partner), await start(connection, child)
    # One that is over and holds its reservation, and one that frees more than its wallet has reserved.
    await owner.execute(
        "UPDATE jobs SET status = 'canceled', finished_at = started_at WHERE id = $1", ended
    )
    await owner.execute(
        "UPDATE wallets SET reserved = 0 WHERE organization_id = $1", child.organization_id
    )
    good = [await start(connection, wallet) for wallet in (partner, other, partner)]

    await assert_skips(ExpireJobs(), pool, NOON + DAY, good=3, bad=2)
    assert await connection.fetchval(
        "SELECT count(*) FROM jobs WHERE id = ANY ($1) AND error_code = 'EXPIRED'", good
    ) == len(good)
    assert (await job_of(connection, child, short))["status"] == "running"
    # Nor is one that cannot be ended counted.
    await owner.execute(
        "UPDATE wallets SET reserved = 1 WHERE organization_id = $1", child.organization_id
    )
    counts = [
        await generation.expire_jobs(connection, partner.tenant_id, NOON + DAY, 100)
        for _ in range(2)
    ]
    assert counts == [1, 0]


async def test_claims(pool: Pool, connection: Connection, owner: Connection) -> None:
    partner = await make_partner(connection, prepaid=100)
    jobs = [await start(connection, partner) for _ in range(3)]
    assert len(await claim(connection, partner, 3)) == 3
    # Its last try is over, and there is no reservation that could be released.
    await owner.execute("UPDATE jobs SET attempt = 3 WHERE id = $1", jobs[0])
    await owner.execute("DELETE FROM reservations WHERE job_id = $1", jobs[0])

    late = NOON + timedelta(hours=1)
    await assert_skips(ExpireClaims(), pool, late, good=2, bad=1)
    assert [(await job_of(connection, partner, job))["stage"] for job in jobs[1:]] == ["queued"] * 2
    assert await connection.fetchval("SELECT status FROM jobs WHERE id = $1", jobs[0]) == "running"


async def test_the_queue(pool: Pool, connection: Connection, owner: Connection) -> None:
    """What no worker can be given does not keep the others from any: not its partner's, nor another partner's."""
    first, second = sorted(
        [await make_partner(connection, prepaid=100) for _ in range(2)],
        key=lambda partner: partner.tenant_id,
    )
    bare, loose, tired, broken = [await start(connection, first) for _ in range(4)]
    await owner.execute("DELETE FROM containers WHERE job_id = $1", bare)
    await owner.execute("DELETE FROM reservations WHERE job_id = $1", loose)
    await owner.execute("UPDATE jobs SET attempt = 3 WHERE id = $1", tired)
    await refuse_changes(owner, "jobs", broken)
    good = {await start(connection, wallet) for wallet in (first, second, first)}
    claimer = Claimer()
    claimer._last = first.tenant_id - 1

    async def claimed(limit: int) -> list[UUID]:
        async with connection.transaction():
            jobs = await claimer.claim(
                connection,
                NOON,
                worker_id="w1",
                formats=["video_remix"],
                lease_seconds=60,
                limit=limit,
                caller=SYSTEM,
            )
        return [job.job_id for job in jobs]

    before = skipped("claim")
    with capture_logs() as log:
        batch = await claimed(2)
        # One at a time, as workers that have one processor.
        rest = [job for _ in range(8) for job in await claimed(1)]
    assert {*batch, *rest} == good
    assert len(batch) + len(rest) == len(good)
    assert skipped("claim") - before == 4
    assert [(entry["event"], entry["work"]) for entry in log] == [("row_skipped", "claim")]
    # Nor is any of them given to somebody who meets them for the first time.
    assert not await claim(connection, first, 9)


async def test_periods(pool: Pool, connection: Connection, owner: Connection) -> None:
    partner = await make_partner(connection)
    bad, good = [await make_child(connection, partner) for _ in range(2)]
    await credit.set_subscriptions(
        connection,
        partner.tenant_id,
        NOON,
        [
            credit.SubscriptionSetting(
                child.organization_id, "pro", 1000, "active", None, SYSTEM, None
            )
            for child in (bad, good)
        ],
    )
    # Its next event collides with one that is there.
    await owner.execute(
        "UPDATE wallets SET last_sequence = last_sequence - 1 WHERE organization_id = $1",
        bad.organization_id,
    )
    august = datetime(2026, 8, 1, tzinfo=UTC)
    await assert_skips(EndPeriods(), pool, august, good=2, bad=1)


async def test_reading_wallets_together(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    """One that cannot be rolled over is an error for whoever asks for it, and for nobody who asks at the same time."""
    wallets = [await make_partner(connection, prepaid=5) for _ in range(3)]
    await owner.execute(
        """
        UPDATE wallets SET included_remaining = 7, last_sequence = last_sequence - 1
         WHERE organization_id = $1
        """,
        wallets[0].organization_id,
    )
    clock = Clock()
    clock.offset_seconds = 10 * 366 * 86_400
    reader = WalletReader(pool, clock)
    keys = [credit.WalletKey(wallet.tenant_id, wallet.organization_id) for wallet in wallets]
    bad, *good = await reader._load(keys)
    assert isinstance(bad, Exception)
    assert [one.prepaid for one in good if isinstance(one, credit.Wallet)] == [5, 5]
    with pytest.raises(type(bad)):
        await reader.read(wallets[0].tenant_id, wallets[0].organization_id)


async def test_renewals_of_a_month_that_is_paid_already(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    """A lease that was set back is not charged again, and those behind it in its partner's line are."""
    partner = await make_partner(connection, now=MARCH)
    await top_up(connection, partner, MARCH, 10 * PRICE_CENTS)
    bad, good = [await lease(connection, partner, MARCH) for _ in range(2)]
    assert await RenewLeases().step(pool, APRIL) == 2
    await owner.execute(
        "UPDATE leases SET next_month = 1, next_due_at = $2 WHERE social_account_id = $1",
        bad,
        APRIL,
    )
    await assert_skips(RenewLeases(), pool, MAY, good=1, bad=1)
    assert await charges(connection, partner, bad) == [(PRICE_CENTS, "paid")] * 2
    assert await charges(connection, partner, good) == [(PRICE_CENTS, "paid")] * 3
    balance = "SELECT balance_cents FROM cash_wallets"
    assert await connection.fetchval(balance) == 5 * PRICE_CENTS
    # Its release goes on from the first month that nobody has paid.
    assert (await disconnect(connection, partner, bad, MAY)).status == "done"
    assert await charges(connection, partner, bad) == [(PRICE_CENTS, "paid")] * 3
    assert await connection.fetchval(balance) == 4 * PRICE_CENTS


async def test_renewals_of_a_wallet_that_cannot_be_charged(
    pool: Pool, connection: Connection, owner: Connection
) -> None:
    partners = [await make_partner(connection, now=MARCH) for _ in range(3)]
    for partner in partners:
        await top_up(connection, partner, MARCH, 10 * PRICE_CENTS)
        await lease(connection, partner, MARCH)
    await owner.execute(
        "UPDATE cash_wallets SET last_sequence = last_sequence - 1 WHERE tenant_id = $1",
        partners[1].tenant_id,
    )
    await assert_skips(RenewLeases(), pool, APRIL, good=2, bad=1)


async def request(connection: Connection, partner: Wallet, now: datetime) -> UUID:
    request_id = uuid4()
    await requests_store.insert_request(
        connection,
        partner.tenant_id,
        now,
        request_id=request_id,
        organization_id=partner.organization_id,
        project_id=partner.project_id,
        partner_request_id=None,
        count=1,
        vertical="food",
        audience=None,
        language=None,
        geo=[],
        target=None,
        note=None,
    )
    return request_id


async def refuse_changes(owner: Connection, table: str, row_id: UUID) -> None:
    """Let every statement fail that changes this row."""
    await owner.execute(
        f"""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'this row cannot be changed'; END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON {table}
           FOR EACH ROW WHEN (NEW.id = '{row_id}') EXECUTE FUNCTION refuse();
        """
    )


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
    await generation.expire_jobs(connection, partner.tenant_id, NOON + DAY, 1)
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

        async def step(self, pool: Pool, now: datetime) -> int:
            nonlocal calls
            calls += 1
            return await self._sweep.step(pool, now)

    clock = Clock()
    async with open_sweeps(storage) as sweeps:
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
