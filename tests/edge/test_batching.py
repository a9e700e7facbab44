"""Batches grow with the load, and nobody is hurt by who else is in them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from tests.support.turns import settle

from partner_api.database.outages import NODE_UNREACHABLE
from partner_api.database.pool import NestedAcquisition
from partner_api.edge.batching import Batcher, in_slices

if TYPE_CHECKING:
    from partner_api.database.connection import Pool


class Loader:
    """Loads numbers as ten times themselves, when it is let to."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.running = 0
        self.most_running = 0

    async def __call__(self, keys: list[int]) -> list[int | Exception]:
        self.batches.append(keys)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            await self.gate.wait()
        finally:
            self.running -= 1
        return [LookupError(key) if key < 0 else key * 10 for key in keys]


async def test_a_single_call_leaves_at_once_alone() -> None:
    loader = Loader()
    loader.gate.set()
    assert await Batcher(loader).get(4) == 40
    assert loader.batches == [[4]]


async def test_keys_that_are_asked_for_together_leave_together() -> None:
    loader = Loader()
    loader.gate.set()
    batcher = Batcher(loader)
    assert await batcher.get_many([3, 1, 3, 2]) == [30, 10, 30, 20]
    assert await batcher.get_many([]) == []
    assert loader.batches == [[3, 1, 2]]


async def test_what_cannot_be_reached_fails_alone() -> None:
    batches = []

    async def load(keys: list[int]) -> list[int]:
        batches.append(keys)
        if any(key >= 10 for key in keys):
            raise NODE_UNREACHABLE("connection to the remote node failed")
        return [key * 10 for key in keys]

    batcher = Batcher(load, apart=lambda key: key // 10, max_in_flight=1)
    calls = [asyncio.create_task(batcher.get(key)) for key in (1, 12, 2, 13)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert [answers[0], answers[2]] == [10, 20]
    assert isinstance(answers[1], NODE_UNREACHABLE)
    assert isinstance(answers[3], NODE_UNREACHABLE)
    assert batches == [[1], [12, 2, 13], [12, 13], [2]]


async def test_keys_that_are_asked_for_together_wait_with_others_for_the_next_batch() -> None:
    loader = Loader()
    batcher = Batcher(loader, max_batch=3, max_in_flight=1)
    calls = [asyncio.create_task(batcher.get_many([1]))]
    await settle()
    calls += [asyncio.create_task(batcher.get_many(keys)) for keys in ([2, 3], [4, 5])]
    await settle()
    loader.gate.set()
    assert await asyncio.gather(*calls) == [[10], [20, 30], [40, 50]]
    assert loader.batches == [[1], [2, 3, 4], [5]]


async def test_one_fault_among_keys_asked_for_together_is_raised_and_hurts_no_neighbour() -> None:
    loader = Loader()
    batcher = Batcher(loader, max_in_flight=1)
    first = asyncio.create_task(batcher.get(1))
    await settle()
    several = asyncio.create_task(batcher.get_many([2, -3, -4]))
    neighbour = asyncio.create_task(batcher.get(5))
    await settle()
    loader.gate.set()
    with pytest.raises(LookupError, match="-3"):
        await several
    assert (await first, await neighbour) == (10, 50)


async def test_who_asks_for_several_and_goes_leaves_the_others_alone() -> None:
    loader = Loader()
    batcher = Batcher(loader)
    several = asyncio.create_task(batcher.get_many([1, 2]))
    neighbour = asyncio.create_task(batcher.get(2))
    await settle()
    several.cancel()
    await settle()
    loader.gate.set()
    assert await neighbour == 20
    assert several.cancelled()


async def test_what_arrives_during_a_flight_forms_the_next_batch() -> None:
    loader = Loader()
    batcher = Batcher(loader, max_in_flight=1)
    calls = [asyncio.create_task(batcher.get(1))]
    await settle()
    calls += [asyncio.create_task(batcher.get(key)) for key in (2, 3, 4)]
    await settle()
    assert loader.batches == [[1]]
    loader.gate.set()
    assert await asyncio.gather(*calls) == [10, 20, 30, 40]
    assert loader.batches == [[1], [2, 3, 4]]


async def test_several_batches_fly_at_a_time_but_no_more_than_allowed() -> None:
    loader = Loader()
    batcher = Batcher(loader, max_in_flight=2)
    calls = []
    for key in range(6):
        calls.append(asyncio.create_task(batcher.get(key)))
        await settle()
    assert loader.batches == [[0], [1]]
    loader.gate.set()
    assert await asyncio.gather(*calls) == [0, 10, 20, 30, 40, 50]
    assert loader.most_running == 2
    assert sorted(map(len, loader.batches)) == [1, 1, 4]


async def test_a_batch_has_a_largest_size() -> None:
    loader = Loader()
    batcher = Batcher(loader, max_batch=3, max_in_flight=1)
    calls = [asyncio.create_task(batcher.get(key)) for key in range(8)]
    await settle()
    loader.gate.set()
    assert await asyncio.gather(*calls) == [key * 10 for key in range(8)]
    assert max(map(len, loader.batches)) == 3
    assert [key for batch in loader.batches for key in batch] == list(range(8))


async def test_the_same_key_is_loaded_once_per_batch() -> None:
    loader = Loader()
    batcher = Batcher(loader, max_in_flight=1)
    calls = [asyncio.create_task(batcher.get(0))]
    await settle()
    calls += [asyncio.create_task(batcher.get(7)) for _ in range(5)]
    await settle()
    loader.gate.set()
    assert await asyncio.gather(*calls) == [0, 70, 70, 70, 70, 70]
    assert loader.batches == [[0], [7]]


async def test_a_call_never_joins_a_flight_that_has_left() -> None:
    # What it would get may have been read before the call: a key just revoked must be seen.
    loader = Loader()
    batcher = Batcher(loader, max_in_flight=1)
    first = asyncio.create_task(batcher.get(7))
    await settle()
    second = asyncio.create_task(batcher.get(7))
    await settle()
    loader.gate.set()
    await asyncio.gather(first, second)
    assert loader.batches == [[7], [7]]


async def test_one_key_that_fails_fails_alone() -> None:
    loader = Loader()
    loader.gate.set()
    batcher = Batcher(loader, max_in_flight=1)
    results = await asyncio.gather(
        *(batcher.get(key) for key in (1, -2, 3)), return_exceptions=True
    )
    assert results[0] == 10
    assert isinstance(results[1], LookupError)
    assert results[2] == 30


async def test_a_batch_that_fails_reaches_everyone_in_it_and_no_one_else() -> None:
    async def load(keys: list[int]) -> list[int | Exception]:
        if 1 in keys:
            raise ConnectionError("gone")
        return list(keys)

    batcher = Batcher(load, max_in_flight=1, max_batch=2)
    results = await asyncio.gather(
        *(batcher.get(key) for key in (0, 1, 2, 3, 4)), return_exceptions=True
    )
    failed = [isinstance(result, ConnectionError) for result in results]
    assert failed[1]
    assert sum(failed) == 2
    assert await batcher.get(9) == 9, "it goes on afterwards"


async def test_a_load_with_too_few_values_is_a_fault() -> None:
    async def load(keys: list[int]) -> list[int | Exception]:
        return []

    with pytest.raises(RuntimeError, match="got 0"):
        await Batcher(load).get(1)


async def test_a_caller_that_leaves_hurts_no_one() -> None:
    loader = Loader()
    batcher = Batcher(loader, max_in_flight=1)
    calls = [asyncio.create_task(batcher.get(0))]
    await settle()
    # Two want the same key, and one of them leaves; so does the one that started the first flight.
    calls += [asyncio.create_task(batcher.get(key)) for key in (5, 5, 6)]
    await settle()
    calls[0].cancel()
    calls[1].cancel()
    await settle()
    loader.gate.set()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert isinstance(results[1], asyncio.CancelledError)
    assert results[2:] == [50, 60]


async def test_a_storm_gets_every_answer_right() -> None:
    async def load(keys: list[int]) -> list[int | Exception]:
        await asyncio.sleep(0)
        return [key * 10 for key in keys]

    batcher = Batcher(load, max_batch=16)
    results = await asyncio.gather(*(batcher.get(key % 97) for key in range(5000)))
    assert results == [key % 97 * 10 for key in range(5000)]


async def test_whoever_holds_a_connection_is_refused_instead_of_waiting_for_a_batch(
    pool: Pool,
) -> None:
    """The batch needs a connection too: enough callers that each hold one would wait for ever."""
    loader = Loader()
    loader.gate.set()
    batcher = Batcher(loader)
    async with pool.acquire():
        with pytest.raises(NestedAcquisition):
            await batcher.get(1)
    assert loader.batches == []
    assert await batcher.get(1) == 10


async def test_who_waits_is_told_a_few_at_a_time() -> None:
    """What they do then must not keep the loop from others."""
    loader = Loader()
    batcher = Batcher(loader, max_in_flight=1)
    turn = 0
    told: list[int] = []

    async def ask(key: int) -> None:
        await batcher.get(key)
        told.append(turn)

    calls = [asyncio.create_task(ask(key)) for key in range(12)]
    await settle()
    loader.gate.set()
    while not all(call.done() for call in calls):
        turn += 1
        await asyncio.sleep(0)
    assert loader.batches == [[0], list(range(1, 12))]
    assert len(told) == 12
    assert max(map(told.count, told)) <= 4


async def test_who_waits_is_told_also_when_the_telling_is_cancelled() -> None:
    told: list[int] = []
    telling = asyncio.create_task(in_slices(range(10), told.append))
    await asyncio.sleep(0)
    assert 0 < len(told) < 10
    telling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await telling
    assert told == list(range(10))
