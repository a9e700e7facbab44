"""What a cluster needs before a database is spread is said before anything is locked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.database.cluster.worlds import location_of
from tests.support.nodes import execute, nodes_of, with_database

from partner_api.database import migrate
from partner_api.database.cluster.distribute import Plan, PlannedTable, distribute, make_plan
from partner_api.database.cluster.errors import ClusterError
from partner_api.database.cluster.requirements import NodeState, problems_of
from partner_api.database.migration_locks import MigrationError

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls

FITS = NodeState(
    server=180004,
    citus="14.0-1",
    wal_level="logical",
    prepared=100,
    locks=64,
    connections=100,
    texts="UTF8 C C c",
    creates=True,
    role=True,
)


def test_a_node_that_fits_has_no_problems() -> None:
    assert problems_of(FITS, "UTF8 C C c", "app", 64 * 200) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"server": 150003}, "runs PostgreSQL 15, and 16 or newer is needed"),
        ({"citus": "13.2-1"}, "has Citus 13.2-1, and 14 or newer is needed"),
        ({"wal_level": "replica"}, "wal_level is replica, and has to be logical"),
        ({"prepared": 0}, "max_prepared_transactions is 0: set it to max_connections or more"),
        ({"locks": 63}, "set max_locks_per_transaction to 64 or more, or take fewer --shards"),
        ({"texts": "UTF8 en_US"}, "create it anew with those"),
        ({"creates": False}, "GRANT CREATE ON SCHEMA public"),
        ({"role": False}, "the server's role app is missing"),
    ],
)
def test_each_setting_that_does_not_fit_says_what_to_do(
    changed: dict[str, object], said: str
) -> None:
    state = msgspec.structs.replace(FITS, **changed)
    assert any(said in problem for problem in problems_of(state, "UTF8 C C c", "app", 64 * 200))


def test_an_estimate_grows_with_shards_and_bytes() -> None:
    table = PlannedTable("wallets", "tenants", 1000, 100_000_000)
    small, large = (Plan([table], shards, ["a:1"], 0, 0) for shards in (4, 400))
    assert (small.rows, small.bytes) == (1000, 100_000_000)
    assert 10 < small.seconds < large.seconds


@pytest.mark.one_server(reason="one PostgreSQL is refused; a cluster is not")
async def test_one_postgresql_is_refused(database_urls: DatabaseUrls) -> None:
    location = location_of(database_urls)
    for refused in (make_plan(location, None), distribute(location, lambda _: None)):
        with pytest.raises(
            ClusterError, match=r"does not have the extension citus.*run this again"
        ):
            await refused


@pytest.mark.cluster
async def test_a_worker_is_refused(empty: DatabaseUrls) -> None:
    worker = (await nodes_of(empty.owner))[1]
    location = msgspec.structs.replace(
        location_of(empty), owner_url=with_database(worker, empty.owner.rpartition("/")[2])
    )
    with pytest.raises(ClusterError, match=r"This server is a worker.* Name the coordinator"):
        await make_plan(location, None)


@pytest.mark.cluster
async def test_a_coordinator_without_workers_is_refused(empty: DatabaseUrls) -> None:
    await execute(
        empty.owner,
        "SELECT citus_remove_node(nodename, nodeport) FROM pg_dist_node WHERE groupid <> 0",
    )
    with pytest.raises(ClusterError, match=r"no worker nodes .* SELECT citus_add_node\("):
        await make_plan(location_of(empty), None)


@pytest.mark.cluster
async def test_a_coordinator_that_is_no_node_is_refused(empty: DatabaseUrls) -> None:
    await execute(
        empty.owner,
        "SELECT citus_remove_node(nodename, nodeport) FROM pg_dist_node WHERE groupid = 0",
    )
    with pytest.raises(ClusterError, match=r"SELECT citus_set_coordinator_host\("):
        await make_plan(location_of(empty), None)


@pytest.mark.cluster
async def test_a_database_of_another_version_is_refused(empty: DatabaseUrls) -> None:
    location = location_of(empty)
    with pytest.raises(MigrationError, match="Run `layers db migrate`"):
        await make_plan(location, None)

    await migrate.upgrade(empty.owner, location.application_role)
    assert (await make_plan(location, 4)).tables
    await execute(
        empty.owner,
        "INSERT INTO applied_functions (checksum, applied_at) VALUES ('newer', clock_timestamp())",
    )
    with pytest.raises(MigrationError, match="A newer version has already upgraded"):
        await make_plan(location, 4)


@pytest.mark.cluster
async def test_roles_that_do_not_fit_are_refused(empty: DatabaseUrls) -> None:
    if empty.owner == empty.app:
        pytest.skip("the suite has one role")
    location = location_of(empty)
    await migrate.upgrade(empty.owner, location.application_role)
    for other, said in (
        ({"owner_url": empty.app}, "Only the role that owns the tables"),
        (
            {"application_role": "nobody_at_all"},
            "the server's role nobody_at_all is missing, or may not log in",
        ),
        (
            {"application_url": empty.app.replace("://", "://no_")},
            "The server's role cannot log in at the coordinator",
        ),
    ):
        with pytest.raises(ClusterError, match=said):
            await make_plan(msgspec.structs.replace(location, **other), 4)


@pytest.mark.cluster
async def test_more_shards_than_there_are_locks_for_are_refused(empty: DatabaseUrls) -> None:
    location = location_of(empty)
    await migrate.upgrade(empty.owner, location.application_role)
    with pytest.raises(ClusterError, match=r"(?s)nothing was locked.*max_locks_per_transaction"):
        await make_plan(location, 100_000)
