"""What is measured once a minute says what is in the database, and what room the disks have."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn, cast

import asyncpg
import pytest
from tests.support.holding import holding
from tests.support.late_leases import APRIL, SECOND, unpaid_lease
from tests.support.operations import started
from tests.support.tenants import NOON, make_partner

from partner_api.clock import Clock
from partner_api.database.connection import connect
from partner_api.database.vital_signs import read_vital_signs
from partner_api.health import minute_numbers
from partner_api.health.minute_numbers import measure_database, measure_disks
from partner_api.jobs import summary_store
from partner_api.leases import past_due_store
from partner_api.metrics.registry import REGISTRY
from partner_api.reconciliation import record_store
from partner_api.reconciliation.rules import Reconciliation

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.databases import DatabaseUrls

    from partner_api.database.connection import Connection, Pool

_DAY = timedelta(days=1)
_UNDO = "the test undoes what it did"


def number(name: str, **labels: str) -> float | None:
    """A number, as /metrics has it."""
    return REGISTRY.get_sample_value(f"layers_{name}", labels)


class _Unreachable:
    """A pool each of whose loans ends in an error."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked = asyncio.Event()
        self.asked_again = asyncio.Event()

    def acquire(self) -> NoReturn:
        (self.asked_again if self.asked.is_set() else self.asked).set()
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InternalClientError("the connection died in the midst of an exchange"),
        asyncpg.InterfaceError("the connection is closed"),
        TimeoutError(),
    ],
)
async def test_measuring_goes_on_whatever_the_database_does(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minute_numbers, "SECONDS_BETWEEN", 0.0)
    pool = _Unreachable(error)
    measuring = asyncio.create_task(
        minute_numbers.measure_every_minute(cast("Pool", pool), Clock(), {})
    )
    again = asyncio.create_task(pool.asked_again.wait())
    await asyncio.wait([measuring, again], return_when=asyncio.FIRST_COMPLETED)
    assert not measuring.done()
    measuring.cancel()
    await asyncio.gather(measuring, return_exceptions=True)


async def test_leases_past_due_are_counted_and_those_that_end_soon_apart(
    connection: Connection,
) -> None:
    failed_at = APRIL + SECOND
    ends_at = failed_at + 7 * _DAY
    before = await past_due_store.count_past_due(connection, ends_at)
    await unpaid_lease(connection, at=failed_at)
    late = await past_due_store.count_past_due(connection, ends_at)
    sooner = await past_due_store.count_past_due(connection, ends_at - SECOND)
    assert (late.leases, late.ending) == (before.leases + 1, before.ending + 1)
    assert (sooner.leases, sooner.ending) == (late.leases, late.ending - 1)


async def test_jobs_that_end_by_a_time_are_counted(connection: Connection) -> None:
    before = await summary_store.count_expiring(connection, NOON + _DAY)
    partner = await make_partner(connection, prepaid=10)
    await started(connection, partner, 1, days=1)
    await started(connection, partner, 1, days=2)
    assert await summary_store.count_expiring(connection, NOON + _DAY) == before + 1
    assert await summary_store.count_expiring(connection, NOON + 2 * _DAY) >= before + 2


async def test_who_waits_for_a_lock_is_seen_by_the_servers_role(
    connection: Connection, owner_connection: Connection, database_urls: DatabaseUrls
) -> None:
    partner = await make_partner(connection)
    waiter = await connect(database_urls.owner)
    try:
        async with holding(owner_connection, partner) as held:
            lock = "SELECT FROM wallets WHERE tenant_id = $1 FOR UPDATE"
            waiting = asyncio.create_task(waiter.fetch(lock, partner.tenant_id))
            await held.until_waited_for()
            signs = await read_vital_signs(connection)
            assert signs.lock_waits >= 1
            assert 0 < signs.longest_lock_wait_seconds < 60
        await waiting
    finally:
        await waiter.close()
    assert signs.database_bytes > 1_000_000
    assert signs.wal_position_bytes > 0
    assert 2 < signs.sessions < signs.most_sessions
    assert not signs.is_archiving_failing


async def test_the_last_check_of_the_books_is_measured_by_the_machines_time(
    connection: Connection,
) -> None:
    """Also where a rehearsal has moved the installation's time by years."""
    now = NOON + timedelta(days=3_650)
    checked = Reconciliation(
        started_at=now - timedelta(minutes=2),
        finished_at=now - timedelta(minutes=1),
        wallets_checked=1,
        events_checked=1,
        mismatches=[],
        mismatches_found=3,
    )
    with pytest.raises(RuntimeError, match=_UNDO):
        async with connection.transaction():
            await record_store.save_reconciliation(connection, checked)
            await measure_database(connection, now)
            raise RuntimeError(_UNDO)
    assert number("books_mismatches") == 3
    checked_at = number("books_checked_timestamp_seconds")
    assert checked_at is not None
    assert 60 <= time.time() - checked_at < 120
    measured_at = number("measured_timestamp_seconds", what="database")
    assert measured_at is not None
    assert time.time() - measured_at < 60


async def test_before_the_first_check_its_time_is_zero(
    connection: Connection, owner_connection: Connection
) -> None:
    with pytest.raises(RuntimeError, match=_UNDO):
        async with owner_connection.transaction():
            await owner_connection.execute("DELETE FROM reconciliations")
            await measure_database(owner_connection, NOON)
            raise RuntimeError(_UNDO)
    assert number("books_checked_timestamp_seconds") == 0
    assert number("books_mismatches") == 0


def test_disks_are_measured_and_what_is_not_there_is_left_out(tmp_path: Path) -> None:
    for name, size in (("0" * 24, 1_000), ("1" * 24, 2_000), ("archive_status", 4_000)):
        (tmp_path / name).write_bytes(bytes(size))
    measure_disks({"data": tmp_path, "wal": tmp_path, "files": tmp_path / "missing"})
    room = os.statvfs(tmp_path)
    assert number("disk_bytes", folder="data") == room.f_blocks * room.f_frsize
    free = number("disk_free_bytes", folder="data")
    assert free is not None
    assert 0 < free <= room.f_bfree * room.f_frsize * 2
    assert number("disk_bytes", folder="files") is None
    assert number("database_wal_files_bytes") == 3_000
