"""Random processes of a whole server killed under traffic: nothing acknowledged is lost, and nothing is done twice."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.faults.part_kill_rounds import SHORT, Rounds, Traffic, begin
from tests.support.serving import Service, layers, passable_folder

from embedded_postgres import EmbeddedPostgres
from partner_api.database.connection import connect
from partner_api.ids import parse_id
from partner_api.reconciliation.run import reconcile

if TYPE_CHECKING:
    from pathlib import Path

    from partner_api.database.connection import Connection


# `make test-long` can be given another number, such as KILL_ROUNDS=100.
KILL_ROUNDS = int(os.environ.get("KILL_ROUNDS", "300"))
_ROUNDS_PER_LINE = 20


@pytest.fixture
def server(started_before: Path) -> Iterator[Service]:
    with passable_folder() as home:
        service = Service(
            home, "serve", "--demo", "--render", "--workers", "2", LAYERS_DEVELOPMENT="true"
        )
        service.begin_on_copy_of(started_before)
        try:
            yield service
        finally:
            service.end()


async def assert_everything_is_there_once(traffic: Traffic) -> None:
    """Compare the books with what clients know, and with themselves."""
    for known in (traffic.allocations, traffic.starts):
        await known.assert_some_are_replayed(random.Random(0))
    url = EmbeddedPostgres(traffic.server.data_dir).url("app")
    async with AsyncExitStack() as stack:
        connection = await connect(url)
        stack.push_async_callback(connection.close)
        assert (await reconcile(connection, datetime.now(UTC))).mismatches == []
        await _assert_allocations(connection, traffic)
        await _assert_jobs(connection, traffic)
    for lease in traffic.leases:
        await asyncio.to_thread(lease.wait_until_charged, traffic.server)


async def _assert_allocations(connection: Connection, traffic: Traffic) -> None:
    rows = await connection.fetch(
        "SELECT idempotency_key, 'txn_' || id AS id, credits FROM credit_transfers"
        " WHERE idempotency_key IS NOT NULL"
    )
    found = {row["idempotency_key"]: (row["id"], row["credits"]) for row in rows}
    known = traffic.allocations
    assert known.sent.keys() == known.acknowledged.keys()
    assert len(rows) == len(found)
    assert found == {
        key: (known.acknowledged[key], body["credits"]) for key, body in known.sent.items()
    }


async def _assert_jobs(connection: Connection, traffic: Traffic) -> None:
    """Each start has made one job of the partner, and each job was charged what its worker said, once."""
    for known, job_format in (
        (traffic.starts, "video_remix"),
        (traffic.slideshows, "slideshow_builder"),
    ):
        assert known.sent.keys() == known.acknowledged.keys()
        made = [parse_id("job", job_id) for job_id in known.acknowledged.values()]
        rows = await connection.fetch(
            """
            SELECT j.id FROM jobs j JOIN containers c ON c.tenant_id = j.tenant_id AND c.job_id = j.id
             WHERE c.format = $1 AND j.project_id = $2
            """,
            job_format,
            parse_id("prj", traffic.demo.project_path.rpartition("/")[2]),
        )
        assert len(set(made)) == len(made), "two keys have one job"
        assert sorted(row["id"] for row in rows) == sorted(made), "a key has started two jobs"
    rows = await connection.fetch(
        """
        SELECT r.job_id, r.status, r.charged, count(e.sequence) AS usages,
               coalesce(-sum(e.included_delta + e.prepaid_delta), 0) AS spent
          FROM reservations r
          LEFT JOIN credit_events e
            ON e.tenant_id = r.tenant_id AND e.job_id = r.job_id AND e.event_type = 'usage'
         GROUP BY r.job_id, r.status, r.charged
        """
    )
    settled = {row["job_id"]: row for row in rows}
    for job_id, charged in traffic.worker.charged.items():
        row = settled[parse_id("job", job_id)]
        assert (row["status"], row["charged"], row["spent"]) == ("settled", charged, charged)
        assert row["usages"] <= 1


@pytest.mark.timeout(900)
async def test_kills_of_all_kinds_of_processes_under_traffic(server: Service) -> None:
    """Each kind is killed once; `test_many_kills_under_traffic` kills any of them together, again and again."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    traffic = await begin(server, seed)
    rounds = Rounds(server, seed)
    for kinds in SHORT:
        await rounds.play(traffic, *kinds)
    print(rounds.summary(traffic))
    await assert_everything_is_there_once(traffic)
    result = layers("reconcile", LAYERS_DATA_DIR=str(server.data_dir))
    assert result.returncode == 0, result.stdout + result.stderr
    assert await asyncio.to_thread(server.stop) == 0
    assert server.pids() == []


@pytest.mark.long
@pytest.mark.timeout(240 * KILL_ROUNDS)
async def test_many_kills_under_traffic(
    server: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    began = time.monotonic()
    traffic = await begin(server, seed)
    rounds = Rounds(server, seed)
    while rounds.played < KILL_ROUNDS:
        await rounds.play(traffic)
        if rounds.played % _ROUNDS_PER_LINE == 0 or rounds.played == KILL_ROUNDS:
            await assert_everything_is_there_once(traffic)
            with capsys.disabled():
                minutes = (time.monotonic() - began) / 60
                print(f"\n{minutes:.1f} min: {rounds.summary(traffic)}", end="")
    assert await asyncio.to_thread(server.stop) == 0
    assert server.pids() == []
