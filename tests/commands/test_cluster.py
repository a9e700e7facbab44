"""`layers db` on a cluster, and what it says of one PostgreSQL."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
import pytest
from tests.support.databases import make_database
from tests.support.tenants import make_partner

from partner_api.commands.database.drawing import advice_on, duration, facts_of, show_plan, size
from partner_api.database.cluster.catalog import Node
from partner_api.database.cluster.distribute import Plan, PlannedTable
from partner_api.database.cluster.moves import Progress
from partner_api.database.cluster.survey import NodeUse, OwnShard, Survey
from partner_api.database.connection import connect
from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tests.support.commanding import Run
    from tests.support.databases import DatabaseUrls

ORGANIZATION = "org_0195b3a0-0000-7000-8000-000000000001"
COORDINATOR = NodeUse(Node(1, 0, "a", 5432, False), True, 0, 0, None)
WORKER = NodeUse(Node(2, 1, "b", 5432, True), True, 4, 2, 5_000_000)
SURVEY = Survey(
    "14.0-1",
    True,
    [COORDINATOR, WORKER],
    ["wallets"],
    ["tenants"],
    ["operators"],
    [],
    38,
    [OwnShard(uuid4(), "live", "b:5432")],
    Progress("Copying Data", 1_000_000, 2_000_000),
)


def settings_of(urls: DatabaseUrls) -> dict[str, Any]:
    return {"DATABASE_URL": urls.app, "LAYERS_MIGRATION_DATABASE_URL": urls.owner}


@pytest.mark.one_server(reason="one PostgreSQL is told that it is one; a cluster is not")
@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["distribute"], "does not have the extension citus"),
        (["distribute", "--dry-run"], "does not have the extension citus"),
        (["rebalance"], "`layers db distribute` spreads it"),
        (["move-tenant", ORGANIZATION, "--to", "b:5432"], "`layers db distribute` spreads it"),
        (["status", "--organization", ORGANIZATION], "`layers db distribute` spreads it"),
    ],
)
def test_one_postgresql_is_told_what_to_do(
    run: Run, database_urls: DatabaseUrls, command: list[str], said: str
) -> None:
    result = run("db", *command, **settings_of(database_urls))
    assert (result.status, result.output) == (1, "")
    assert said in result.errors


def test_what_is_no_organization_is_misuse(run: Run) -> None:
    result = run("db", "move-tenant", "org_1", "--to", "b:5432")
    assert (result.status, result.output) == (2, "")
    assert "'org_1' is not an organization's id" in result.errors


def test_a_dry_run_says_what_is_spread_locked_and_needed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tables = [
        PlannedTable("tenants", "copied", 12, 8192),
        PlannedTable("wallets", "tenants", 1_234_567, 250_000_000),
    ]
    show_plan(Plan(tables, 32, ["b:5432", "c:5432"], 1, 3168))
    printed = capsys.readouterr().out
    for line in (
        ("tenants", "copied to each node", "12", "8.2 kB"),
        ("wallets", "by tenant", "1,234,567", "250.0 MB"),
        ("all", "1,234,579", "250.0 MB"),
    ):
        assert any(all(word in row for word in line) for row in printed.splitlines()), line
    assert "32 shards on 2 nodes: b:5432, c:5432." in printed
    assert "locked from the beginning to the end" in printed
    assert "Connected now: 1 other session." in printed
    assert "3,168 locks on each node" in printed


def test_sizes_and_durations_are_said_as_people_say_them() -> None:
    assert [size(each) for each in (None, 999, 8192, 10**13)] == [
        *("not known", "999 bytes", "8.2 kB", "10.0 TB")
    ]
    assert [duration(each) for each in (0.2, 45, 600, 9000)] == [
        *("1 seconds", "45 seconds", "10 minutes", "2.5 hours")
    ]


def test_status_says_what_is_where_and_what_to_do_next() -> None:
    facts = dict(facts_of(SURVEY))
    assert (facts["by tenant"], facts["on each node"]) == ("wallets", "tenants")
    assert facts["moves now"] == "Copying Data: 1.0 MB of 2.0 MB"
    assert facts["own shards"].endswith("(live) on b:5432")
    assert "not spread yet" not in facts
    assert advice_on(SURVEY) is None

    def changed(**changes: Any) -> Survey:
        return msgspec.structs.replace(SURVEY, **changes)

    one = changed(distributed=False)
    assert "`layers db distribute --dry-run` says" in dict(facts_of(one))["spread"]
    assert advice_on(one) is None
    missing = changed(missing=["notes"])
    assert dict(facts_of(missing))["not spread yet"] == "notes"
    assert "run `layers db distribute`" in str(advice_on(missing))
    away = changed(nodes=[COORDINATOR, NodeUse(WORKER.node, False, 4, 2, None)])
    assert "cannot reach b:5432" in str(advice_on(away))


@pytest.fixture
def spread(database_urls: DatabaseUrls, template: str) -> Iterator[DatabaseUrls]:
    with make_database(database_urls, template=template) as urls:
        yield urls


@pytest.mark.cluster
def test_the_commands_show_a_cluster_and_move_a_tenant(run: Run, spread: DatabaseUrls) -> None:
    settings = settings_of(spread)
    organization = format_id("org", asyncio.run(_make(spread)))
    status = run("db", "status", **settings)
    assert (status.status, status.errors) == (0, "")
    nodes = [row.split("│") for row in status.output.splitlines() if "worker" in row]
    assert [cells[3].strip() for cells in nodes] == ["yes", "yes"]
    assert sum(int(cells[5]) for cells in nodes) == 1
    again = run("db", "distribute", **settings)
    assert again.output == "The database is spread over 2 nodes.\n"

    place = run("db", "status", "--organization", organization, **settings)
    (row,) = [line for line in place.output.splitlines() if " live " in line]
    here = row.split("│")[3].strip()
    (there,) = {cells[1].strip() for cells in nodes} - {here}
    moved = run("db", "move-tenant", organization, "--to", there, **settings)
    assert (moved.status, moved.errors) == (0, "")
    assert moved.output.endswith(f"(live): moved to {there}.\n")
    assert there in run("db", "status", "--organization", organization, **settings).output
    planned = run("db", "rebalance", "--dry-run", **settings)
    assert (planned.status, here in planned.output) == (0, True)


async def _make(urls: DatabaseUrls) -> UUID:
    owner = await connect(urls.owner)
    try:
        return (await make_partner(owner)).organization_id
    finally:
        await owner.close()
