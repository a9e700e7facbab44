"""Tenants move between nodes while they are served, alone or with those who share their shard."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.database.cluster.worlds import digests, fill, on_workers
from tests.support.tenants import make_child

from partner_api.database.cluster.catalog import list_nodes
from partner_api.database.cluster.errors import ClusterError
from partner_api.database.cluster.moves import move_shard
from partner_api.database.cluster.moving import move_tenant
from partner_api.database.cluster.places import find_places, require_distributed
from partner_api.database.cluster.rebalance import plan_moves
from partner_api.database.cluster.survey import take_survey

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.database.cluster.catalog import Node
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
async def partner(spread: DatabaseUrls) -> Wallet:
    """A partner in a database that is spread."""
    return (await fill(spread.owner))[0]


async def place_of(owner: Connection, partner: Wallet) -> Place:
    (place,) = await find_places(owner, partner.organization_id, None)
    return place


async def other_node(owner: Connection, place: Place) -> Node:
    (other,) = [node for node in await list_nodes(owner) if node.has_tenants and node != place.node]
    return other


async def test_a_tenant_moves_and_gets_a_shard_of_its_own(
    spread: DatabaseUrls, spread_owner: Connection, partner: Wallet
) -> None:
    before = await digests(spread_owner)
    place = await place_of(spread_owner, partner)
    there, here = (await other_node(spread_owner, place)).name, place.node.name
    done: list[str] = []

    async def move(to: str, *, isolate: bool) -> Place:
        await move_tenant(
            spread.owner,
            await place_of(spread_owner, partner),
            to,
            isolate=isolate,
            note=lambda _: None,
            done=done.append,
        )
        return await place_of(spread_owner, partner)

    moved = await move(there, isolate=False)
    assert (moved.node.name, moved.shard, moved.others) == (there, place.shard, place.others)
    isolated = await move(here, isolate=True)
    assert (isolated.node.name, isolated.others, isolated.divisible) == (here, 0, False)
    assert done[:2] == [f"moved to {there}.", f"has a shard of its own on {here}."]
    assert await digests(spread_owner) == before

    survey = await take_survey(spread_owner)
    assert survey is not None
    assert [own.partner_id for own in survey.own_shards] == [partner.organization_id]
    # Those who shared its shard are where they were.
    shards = {use.node.name: use.shards for use in survey.nodes if use.node.has_tenants}
    assert sum(shards.values()) == 4 + len(done) - 2
    assert survey.move is None
    assert await on_workers(spread, _LEFT) == [0, 0]
    # It is used as before.
    await make_child(spread_owner, partner, prepaid=1)


async def test_a_move_that_is_stopped_leaves_the_tenant_where_it_was(
    spread: DatabaseUrls, spread_owner: Connection, partner: Wallet
) -> None:
    place = await place_of(spread_owner, partner)
    target = await other_node(spread_owner, place)
    before = await digests(spread_owner)
    begun = asyncio.Event()
    task = asyncio.create_task(
        move_shard(
            spread.owner,
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
    assert (await place_of(spread_owner, partner)).node == place.node
    assert await digests(spread_owner) == before
    assert await on_workers(spread, _LEFT) == [0, 0]


async def test_nodes_with_different_loads_are_made_alike(
    spread: DatabaseUrls, spread_owner: Connection, partner: Wallet
) -> None:
    assert await plan_moves(spread.owner) == []
    place = await place_of(spread_owner, partner)
    target = await other_node(spread_owner, place)
    await move_shard(spread.owner, place.shard, place.node, target, lambda _: None)
    (planned,) = await plan_moves(spread.owner)
    assert (planned.source, planned.target) == (target, place.node)
    await move_shard(spread.owner, planned.shard, planned.source, planned.target, lambda _: None)
    assert await plan_moves(spread.owner) == []


async def test_what_cannot_be_moved_says_why(
    spread: DatabaseUrls, spread_owner: Connection, partner: Wallet
) -> None:
    place = await place_of(spread_owner, partner)

    async def move(to: str, *, isolate: bool = False) -> None:
        await move_tenant(
            spread.owner, place, to, isolate=isolate, note=lambda _: None, done=lambda _: None
        )

    with pytest.raises(ClusterError, match=r"no node nowhere:1 .* These are: "):
        await move("nowhere:1")
    with pytest.raises(ClusterError, match="Isolate it to another one, then move it back"):
        await move(place.node.name, isolate=True)
    with pytest.raises(
        ClusterError, match=r"There is no organization org_.* in the environment test"
    ):
        await find_places(spread_owner, partner.organization_id, "test")
    # Citus lets one move at a time change these tables.
    other = (await other_node(spread_owner, place)).name
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
