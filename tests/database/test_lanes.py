"""Writes leave connections to reads, a tenant leaves some to the others, and who waits has a turn and a bound."""

from __future__ import annotations

import asyncio

import pytest
from tests.support.turns import settle

from partner_api.database.lanes import Lane, Lanes, TooMuchInFlight


async def _entered(lanes: Lanes, *wanted: Lane) -> list[asyncio.Task[None]]:
    """Try to enter, in this order; the tasks of those that have to wait go on waiting."""
    tasks = [asyncio.create_task(lanes.enter(lane)) for lane in wanted]
    await settle()
    return tasks


def _inside(tasks: list[asyncio.Task[None]]) -> list[int]:
    return [position for position, task in enumerate(tasks) if task.done()]


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def read(tenant_id: int) -> Lane:
    return Lane(tenant_id, writes=False)


def write(tenant_id: int) -> Lane:
    return Lane(tenant_id, writes=True)


@pytest.mark.parametrize(
    ("size", "of_tenant", "writes_of_tenant", "writes", "all_lanes"),
    [
        (1, 1, 1, 1, 1),
        (2, 1, 1, 1, 2),
        (3, 2, 1, 2, 3),
        (5, 2, 1, 4, 5),
        (10, 3, 2, 7, 9),
        (100, 33, 32, 67, 99),
    ],
)
def test_what_each_may_have(
    size: int, of_tenant: int, writes_of_tenant: int, writes: int, all_lanes: int
) -> None:
    lanes = Lanes(size)
    assert lanes.most_of_owner == of_tenant
    assert lanes.most_writes_of_owner == writes_of_tenant
    assert (lanes.most_writes, lanes.most) == (writes, all_lanes)


async def test_a_tenant_has_no_more_than_a_third() -> None:
    lanes = Lanes(10)
    tasks = await _entered(lanes, *[read(1), write(1)] * 3, write(2))
    assert _inside(tasks) == [0, 1, 2, 6]
    await _cancel(tasks)


async def test_a_tenant_can_read_while_its_writes_wait_for_a_lock() -> None:
    lanes = Lanes(10)
    tasks = await _entered(lanes, *[write(1)] * 5, read(1), read(1))
    assert _inside(tasks) == [0, 1, 5]
    await _cancel(tasks)


async def test_reads_have_connections_that_writes_cannot_take() -> None:
    lanes = Lanes(10)
    tasks = await _entered(lanes, *[write(tenant_id) for tenant_id in range(20)])
    assert len(_inside(tasks)) == 7
    reads = await _entered(lanes, *[read(tenant_id) for tenant_id in range(20, 40)])
    assert len(_inside(reads)) == 2, "and look-ups have one that none of these can take"
    await _cancel(tasks + reads)


async def test_who_waits_is_let_in_in_order_and_lanes_take_turns() -> None:
    lanes = Lanes(3)
    held = await _entered(lanes, write(8), write(9))
    tasks = await _entered(lanes, write(1), write(1), write(1), write(2), write(2))
    order: list[int] = []
    for _ in tasks:
        before = _inside(tasks)
        lanes.leave(write(8) if not order else write((1, 1, 1, 2, 2)[order[-1]]))
        await settle()
        order += [position for position in _inside(tasks) if position not in before]
    assert order == [0, 3, 1, 4, 2]
    assert _inside(held) == [0, 1]


async def test_a_lane_without_room_holds_up_no_other() -> None:
    lanes = Lanes(6)
    await _entered(lanes, write(1), read(1))
    waiting = await _entered(lanes, write(1), read(1))
    assert _inside(waiting) == [], "a tenant has two of six"
    others = await _entered(lanes, write(2), read(3))
    assert _inside(others) == [0, 1]
    await _cancel(waiting)


async def test_who_comes_does_not_pass_who_waits() -> None:
    lanes = Lanes(3)
    await _entered(lanes, write(1))
    (first,) = await _entered(lanes, write(1))
    lanes.leave(write(1))
    # There was room for a moment, and it is the first one's.
    (second,) = await _entered(lanes, write(1))
    assert (first.done(), second.done()) == (True, False)
    await _cancel([second])


async def test_who_waits_too_long_is_refused_and_takes_no_room() -> None:
    lanes = Lanes(1)
    await lanes.enter(write(1))
    with pytest.raises(TooMuchInFlight) as refused:
        await lanes.enter(write(2), asyncio.get_running_loop().time())
    assert refused.value.reason == "late"
    lanes.leave(write(1))
    await lanes.enter(write(2))


async def test_more_than_the_bound_of_a_tenant_do_not_wait() -> None:
    lanes = Lanes(1, most_waiting=2)
    await lanes.enter(write(1))
    waiting = await _entered(lanes, write(2), read(2))
    with pytest.raises(TooMuchInFlight) as refused:
        await lanes.enter(write(2))
    assert refused.value.reason == "full"
    others = await _entered(lanes, write(3))
    assert not others[0].done()
    await _cancel(waiting + others)


async def test_who_is_cancelled_while_it_waits_leaves_its_turn_to_the_next() -> None:
    lanes = Lanes(1)
    await lanes.enter(write(1))
    first, second = await _entered(lanes, write(2), write(2))
    await _cancel([first])
    lanes.leave(write(1))
    await settle()
    assert second.done()


async def test_who_is_cancelled_at_its_turn_gives_the_room_back() -> None:
    lanes = Lanes(1)
    await lanes.enter(write(1))
    first, second = await _entered(lanes, write(2), write(3))
    lanes.leave(write(1))
    first.cancel()
    await settle()
    assert first.cancelled()
    assert second.done()


async def test_who_leaves_passes_over_a_turn_that_was_given_up_at_the_same_moment() -> None:
    lanes = Lanes(3)
    await lanes.enter(write(1))
    first, second, third = await _entered(lanes, write(1), write(1), write(1))
    first.cancel()
    lanes.leave(write(1))
    third.cancel()
    await settle()
    assert first.cancelled()
    assert second.done()
    assert third.cancelled()
    lanes.leave(write(1))
    assert _inside(await _entered(lanes, write(1))) == [0]


async def test_the_last_turn_is_given_up_at_the_moment_in_which_somebody_leaves() -> None:
    lanes = Lanes(3)
    await lanes.enter(write(1))
    (only,) = await _entered(lanes, write(1))
    only.cancel()
    lanes.leave(write(1))
    assert _inside(await _entered(lanes, write(1), read(1))) == [0, 1]
    assert only.cancelled()
