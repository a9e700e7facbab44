"""The drill: a server under load, a backup, `kill -9`, and what is restored is what was acknowledged."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from tests.faults.clients import Demo, KeyedRequests
from tests.support.deliveries import now
from tests.support.serving import Service, layers, passable_folder, wait_until

from embedded_postgres import EmbeddedPostgres
from partner_api.backup.catalog import TimelineRecord, read_record, timeline_name
from partner_api.backup.target import open_target
from partner_api.clock import format_milliseconds
from partner_api.database.connection import connect
from partner_api.ids import parse_id

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

FUNDS = 10_000_000
_CLIENTS = 3


class Dated(dict[str, Any]):
    """A dict that knows when each key came first, by the clock of this machine, which is the server's."""

    def __init__(self) -> None:
        super().__init__()
        self.at: dict[str, datetime] = {}

    def __setitem__(self, key: str, value: Any) -> None:
        self.at.setdefault(key, datetime.now(UTC))
        super().__setitem__(key, value)


class Load:
    """Partners that allocate credits and start jobs, and note when each was sent and acknowledged."""

    def __init__(self, demo: Demo, before: int) -> None:
        self.before = before
        self.child_id = parse_id("org", demo.child_path.rpartition("/")[2])
        self.allocations = demo.allocations(7, _CLIENTS)
        self.starts = demo.starts(2)
        self.sent = tuple(Dated() for _ in self.all)
        self.acknowledged = tuple(Dated() for _ in self.all)
        for requests, sent, acknowledged in zip(
            self.all, self.sent, self.acknowledged, strict=True
        ):
            requests.sent, requests.acknowledged = sent, acknowledged

    @property
    def all(self) -> tuple[KeyedRequests, KeyedRequests]:
        return self.allocations, self.starts

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        strike = asyncio.Event()
        bursts = [asyncio.create_task(one.burst(strike, 0.02)) for one in self.all]
        try:
            yield
        finally:
            strike.set()
            await asyncio.gather(*bursts)

    async def more(self, count: int) -> None:
        """Wait until each kind was acknowledged so often once more."""
        goals = [len(one.acknowledged) + count for one in self.all]

        def are_there() -> bool:
            return all(
                len(one.acknowledged) >= goal for one, goal in zip(self.all, goals, strict=True)
            )

        await asyncio.to_thread(wait_until, are_there, 120)


@pytest.fixture
def home() -> Iterator[Path]:
    with passable_folder() as folder:
        yield folder


@pytest.fixture
def server(home: Path, started_before: Path) -> Iterator[Service]:
    service = Service(
        *(home, "serve", "--demo"),
        LAYERS_DEVELOPMENT="true",
        LAYERS_BACKUP_TARGET=str(home / "target"),
    )
    service.begin_on_copy_of(started_before)
    try:
        yield service
    finally:
        service.end()


async def test_what_was_acknowledged_before_an_instant_is_restored_and_nothing_later(
    server: Service, home: Path
) -> None:
    demo = Demo.of(server.base_url, await asyncio.to_thread(server.start))
    await demo.fund(FUNDS)
    before = await demo.prepaid_of_child()
    load = Load(demo, before)
    async with load.running():
        await load.more(20)
        made = await asyncio.to_thread(lambda: create_backup(home))
        assert made.returncode == 0, made.stderr
        await load.more(20)
        # To the millisecond: the whole second may have begun before the backup was done.
        instant = now()
        await load.more(20)
        await asyncio.to_thread(wait_until, lambda: is_archived(home, instant))
        await load.more(20)
        killed_at = datetime.now(UTC)
        await asyncio.to_thread(server.end)

    to_instant = await restored(home, "instant", "--to", format_milliseconds(instant))
    check(load, to_instant, instant, later_ones_are_gone=True)
    dead = str(home / "data")
    everything = await restored(home, "everything", "--wal-from", dead)
    check(load, everything, datetime.max.replace(tzinfo=UTC), later_ones_are_gone=False)

    shutil.copy2(home / "data" / "secret-keys", home / "everything")
    again = Service(
        *(home, "serve"),
        LAYERS_DEVELOPMENT="true",
        LAYERS_DATA_DIR=str(home / "everything"),
        LAYERS_BACKUP_TARGET=str(home / "target"),
    )
    try:
        await asyncio.to_thread(again.start)
        retold = KeyedRequests(
            again.base_url,
            f"{demo.child_path}/credits/allocate",
            demo.partner,
            dict,
            made=201,
            id_field="id",
            clients=1,
        )
        retold.sent, retold.acknowledged = load.allocations.sent, load.allocations.acknowledged
        # Those whose answer was lost are done now, once; those that were answered are not done again.
        lost = retold.sent.keys() - retold.acknowledged.keys()
        assert len([key for key in lost if load.sent[0].at[key] < killed_at]) <= _CLIENTS
        await retold.retry()
        wanted = before + sum(one["credits"] for one in retold.sent.values())
        assert await Demo(**{**demo._asdict(), "url": again.base_url}).prepaid_of_child() == wanted
        # It archives on a time line of its own, to the same target.
        await asyncio.to_thread(wait_until, (home / "target" / timeline_name(2)).exists)
    finally:
        again.end()


class Restored(NamedTuple):
    """What the rows of a restored database say."""

    allocated: dict[str, int]
    """Credits of each transfer, by its idempotency key."""
    jobs: set[UUID]
    keys: set[str]
    prepaid: dict[UUID, int]


async def restored(home: Path, name: str, *options: str) -> Restored:
    """Restore into a folder of its own; the books agree, and balances are what the rows say."""
    target = str(home / "target")
    result = await asyncio.to_thread(
        layers,
        *("restore", target, "--into", str(home / name), *options),
        LAYERS_DEVELOPMENT="true",
    )
    assert result.returncode == 0, (result.stdout, result.stderr)
    assert "no mismatch" in result.stdout
    database = EmbeddedPostgres(home / name)
    await asyncio.to_thread(database.start)
    try:
        connection = await connect(database.url("owner"))
        try:
            transfers = await connection.fetch(
                "SELECT idempotency_key, credits FROM credit_transfers WHERE idempotency_key IS NOT NULL"
            )
            jobs = await connection.fetch("SELECT id FROM jobs")
            keys = await connection.fetch("SELECT key FROM idempotency_keys")
            wallets = await connection.fetch("SELECT organization_id, prepaid FROM wallets")
        finally:
            await connection.close()
    finally:
        await asyncio.to_thread(database.stop)
    return Restored(
        {row["idempotency_key"]: row["credits"] for row in transfers},
        {row["id"] for row in jobs},
        {row["key"] for row in keys},
        {row["organization_id"]: row["prepaid"] for row in wallets},
    )


def check(load: Load, found: Restored, until: datetime, *, later_ones_are_gone: bool) -> None:
    """What was acknowledged before an instant is there, and nothing is that was sent after it."""
    early = late = 0
    there = (found.allocated.keys(), found.keys)
    for sent, acknowledged, keys in zip(load.sent, load.acknowledged, there, strict=True):
        for key, acknowledged_at in acknowledged.at.items():
            if acknowledged_at < until:
                early += 1
                assert key in keys
            elif later_ones_are_gone and sent.at[key] > until:
                late += 1
                assert key not in keys
    assert early > 70
    assert late > 20 or not later_ones_are_gone
    for key, job_id in load.starts.acknowledged.items():
        assert (parse_id("job", job_id) in found.jobs) == (key in found.keys)
    for key, credits in found.allocated.items():
        assert load.allocations.sent[key]["credits"] == credits
    # The wallet has what these rows have moved, and nothing of what is gone.
    assert found.prepaid[load.child_id] == load.before + sum(found.allocated.values())


def create_backup(home: Path) -> subprocess.CompletedProcess[str]:
    return layers(
        *("backup", "create"),
        LAYERS_DATA_DIR=str(home / "data"),
        LAYERS_BACKUP_TARGET=str(home / "target"),
        LAYERS_DEVELOPMENT="true",
    )


def is_archived(home: Path, instant: datetime) -> bool:
    """Whether the target has what was committed up to an instant; at first it says nothing of the time line."""
    record = read_record(open_target(str(home / "target")), timeline_name(1), TimelineRecord)
    return record is not None and record.as_of > instant
