"""Tenants move between nodes while they are served, alone or with those who share their shard."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.database.cluster.worlds import digests, location_of, migrate_and_fill, on_workers
from tests.support.tenants import make_child

from partner_api.database.cluster.catalog import list_nodes
from partner_api.database.cluster.distribute import distribute
from partner_api.database.cluster.errors import ClusterError
from partner_api.database.cluster.moves import move_shard
from partner_api.database.cluster.moving import move_tenant
from partner_api.database.cluster.places import find_places, require_distributed
from partner_api.database.cluster.rebalance import plan_moves
from partner_api.database.cluster.survey import take_survey

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.database.cluster.places import Place
    from partner_api.database.connection import Connection

pytestmark = pytest.mark.cluster

# What a move has made on a node and would leave there.
_LEFT = """
SELECT (SELECT count(*) FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
         WHERE d.datname = current_database())
     + (SELECT count(*) FROM pg_publication)
     + (SELECT count(*) FROM pg_replication_slots WHERE database = current_database())
"""


@pytest_asyncio.fixture
async def partner(empty: DatabaseUrls) -> Wallet:
    """A partner in a database that is spread."""
    partners = await migrate_and_fill(empty)
    await distribute(location_of(empty), lambda _: None, shards=2)
    return partners[0]


async def place_of(owner: Connection, partner: Wallet) -> Place:
    (place,) = await find_places(owner, partner.organization_id, None)
    return place


async def other_node(owner: Connection, place: Place) -> str:
    (name,) = [
        node.name
        for node in await list_nodes(owner)
        if node.has_tenants and node.name != place.node.name
    ]
    return name


async def test_a_tenant_moves_and_gets_a_shard_of_its_own(
    empty: DatabaseUrls, owner: Connection, partner: Wallet
) -> None:
    before = await digests(owner)
    place = await place_of(owner, partner)
    there, here = await other_node(owner, place), place.node.name
    done: list[str] = []

    async def move(to: str, *, isolate: bool) -> Place:
        await move_tenant(
            empty.owner,
            await place_of(owner, partner),
            to,
            isolate=isolate,
            note=lambda _: None,
            done=done.append,
        )
        return await place_of(owner, partner)

    moved = await move(there, isolate=False)
    assert (moved.node.name, moved.shard, moved.others) == (there, place.shard, place.others)
    isolated = await move(here, isolate=True)
    assert (isolated.node.name, isolated.others, isolated.divisible) == (here, 0, False)
    assert done[:2] == [f"moved to {there}.", f"has a shard of its own on {here}."]
    assert await digests(owner) == before

    survey = await take_survey(owner)
    assert survey is not None
    assert [own.partner_id for own in survey.own_shards] == [partner.organization_id]
    # Those who shared its shard are where they were.
    shards = {use.node.name: use.shards for use in survey.nodes if use.node.has_tenants}
    assert shards == {here: 2, there: len(done)}
    assert survey.move is None
    assert await on_workers(empty, _LEFT) == [0, 0]
    # It is used as before.
    await make_child(owner, partner, prepaid=1)


async def test_a_move_that_is_stopped_leaves_the_tenant_where_it_was(
    empty: DatabaseUrls, owner: Connection, partner: Wallet
) -> None:
    place = await place_of(owner, partner)
    target = next(
        node for node in await list_nodes(owner) if node.name == await other_node(owner, place)
    )
    before = await digests(owner)
    begun = asyncio.Event()
    task = asyncio.create_task(
        move_shard(
            empty.owner,
            place.shard,
            place.node,
            target,
            lambda progress: begun.set() if progress.phase else None,
        )
    )
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await place_of(owner, partner)).node == place.node
    assert await digests(owner) == before
    assert await on_workers(empty, _LEFT) == [0, 0]


async def test_nodes_with_different_loads_are_made_alike(
    empty: DatabaseUrls, owner: Connection, partner: Wallet
) -> None:
    assert await plan_moves(empty.owner) == []
    place = await place_of(owner, partner)
    target = next(
        node for node in await list_nodes(owner) if node.name == await other_node(owner, place)
    )
    await move_shard(empty.owner, place.shard, place.node, target, lambda _: None)
    (planned,) = await plan_moves(empty.owner)
    assert (planned.source, planned.target) == (target, place.node)
    await move_shard(empty.owner, planned.shard, planned.source, planned.target, lambda _: None)
    assert await plan_moves(empty.owner) == []


async def test_what_cannot_be_moved_says_why(
    empty: DatabaseUrls, owner: Connection, partner: Wallet
) -> None:
    place = await place_of(owner, partner)

    async def move(to: str, *, isolate: bool = False) -> None:
        await move_tenant(
            empty.owner, place, to, isolate=isolate, note=lambda _: None, done=lambda _: None
        )

    with pytest.raises(ClusterError, match=r"no node nowhere:1 .* These are: "):
        await move("nowhere:1")
    with pytest.raises(ClusterError, match="Isolate it to another one, then move it back"):
        await move(place.node.name, isolate=True)
    with pytest.raises(
        ClusterError, match=r"There is no organization org_.* in the environment test"
    ):
        await find_places(owner, partner.organization_id, "test")
    # Citus lets one move at a time change these tables.
    other = await other_node(owner, place)
    moves = await asyncio.gather(move(other), move(other), return_exceptions=True)
    assert sum(each is None for each in moves) == 1
    (refused,) = [each for each in moves if each is not None]
    assert isinstance(refused, ClusterError)
    assert "Nothing was moved, and nothing is lost." in str(refused)


async def test_a_database_that_is_not_spread_has_nothing_to_move(
    empty: DatabaseUrls, owner: Connection
) -> None:
    with pytest.raises(ClusterError, match="`layers db distribute` spreads it"):
        await require_distributed(owner)
    with pytest.raises(ClusterError, match="`layers db distribute` spreads it"):
        await plan_moves(empty.owner)
