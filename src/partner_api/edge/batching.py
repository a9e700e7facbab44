"""Loading many keys in one round trip, without making anyone wait for company.

A call that arrives while nothing is in flight starts at once. Those that arrive meanwhile form the
next batch, which leaves as soon as a flight ends. So batches grow with the load, and there is no
timer to tune.
"""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from partner_api.database.outages import NODE_UNREACHABLE
from partner_api.database.pool import require_no_connection
from partner_api.tracing import live
from partner_api.tracing.batches import begin_batch, begin_flight, begin_wait

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence

    from partner_api.tracing.span import Span

T = TypeVar("T")
K = TypeVar("K", bound="Hashable")
V = TypeVar("V")
# With something to do for a quarter of a millisecond each.
_SLICE = 4


class Batcher(Generic[K, V]):
    """Turns single calls into batches.

    Args:
        load: gets a list of distinct keys and gives, in the same order, the value or the
            exception of each. If it raises, every caller of that batch gets the exception.
        apart: names what a key is part of, such as its tenant. If some of that cannot be reached, as when a node of a
            cluster is down, the keys of each are loaded by themselves.
        name: what is loaded, in traces.
        max_batch: most keys in one call of ``load``.
        max_in_flight: most calls of ``load`` at a time.
    """

    def __init__(
        self,
        load: Callable[[list[K]], Awaitable[Sequence[V | Exception]]],
        *,
        apart: Callable[[K], Hashable] | None = None,
        name: str = "values",
        max_batch: int = 256,
        max_in_flight: int = 2,
    ) -> None:
        self._load = load
        self._name = name
        self._apart = apart
        self._max_batch = max_batch
        self._max_in_flight = max_in_flight
        self._in_flight: set[asyncio.Task[None]] = set()
        # One future per caller, so that a caller that is cancelled leaves the others alone.
        self._waiting: dict[K, list[asyncio.Future[V]]] = {}
        # Of those who are traced.
        self._waits: dict[asyncio.Future[V], Span] = {}

    async def get(self, key: K) -> V:
        """Load one key, together with those that others ask for at the same time.

        What it gives was read after the call: a call never joins a flight that has left.

        Raises:
            Exception: the one that ``load`` gave for this key, or raised.
            NestedAcquisition: the caller holds a connection, and ``load`` will need one.
        """
        require_no_connection()
        future: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(future)
        wait = None if live.tracer is None else self._begin_wait(future)
        self._start()
        try:
            return await future
        finally:
            if wait is not None:
                self._end_wait(wait, future)
            # An exception in it has a traceback that leads here: a circle that only the collector would open.
            del future

    async def get_many(self, keys: Sequence[K]) -> list[V]:
        """Load several keys, which leave together as far as a batch has room; see ``get``.

        Raises:
            Exception: the first one that ``load`` gave for one of these keys, or raised.
            NestedAcquisition: the caller holds a connection, and ``load`` will need one.
        """
        require_no_connection()
        loop = asyncio.get_running_loop()
        futures: list[asyncio.Future[V]] = []
        for key in keys:
            futures.append(loop.create_future())
            self._waiting.setdefault(key, []).append(futures[-1])
        wait = None if live.tracer is None else self._begin_wait(*futures)
        self._start()
        try:
            return await asyncio.gather(*futures)
        finally:
            if wait is not None:
                self._end_wait(wait, *futures)
            # As in ``get``.
            futures.clear()

    def _begin_wait(self, *futures: asyncio.Future[V]) -> Span | None:
        wait = begin_wait(self._name)
        if wait is not None:
            self._waits.update(dict.fromkeys(futures, wait))
        return wait

    def _end_wait(self, wait: Span, *futures: asyncio.Future[V]) -> None:
        wait.end()
        for future in futures:
            self._waits.pop(future, None)

    def _start(self) -> None:
        while self._waiting and len(self._in_flight) < self._max_in_flight:
            if len(self._waiting) <= self._max_batch:
                batch, self._waiting = self._waiting, {}
            else:
                keys = list(islice(self._waiting, self._max_batch))
                batch = {key: self._waiting.pop(key) for key in keys}
            task = asyncio.create_task(self._run(batch))
            self._in_flight.add(task)
            task.add_done_callback(self._in_flight.discard)

    def _land(self) -> None:
        """Let the next batch leave, before those of this one are told."""
        self._in_flight.discard(asyncio.current_task())
        self._start()

    async def _run(self, batch: dict[K, list[asyncio.Future[V]]]) -> None:
        values: Sequence[V | Exception]
        span = None
        if live.tracer is not None:
            waits = [self._waits.get(future) for futures in batch.values() for future in futures]
            span = begin_batch(self._name, waits, len(batch), begin_flight())
        try:
            values = await self._load_reachable(list(batch))
            if len(values) != len(batch):
                raise RuntimeError(f"asked for {len(batch)} values and got {len(values)}")
        except asyncio.CancelledError:
            for futures in batch.values():
                for future in futures:
                    future.cancel()
            raise
        except Exception as error:
            values = [error] * len(batch)
            if span is not None:
                span.error = type(error).__name__
        finally:
            if span is not None:
                span.end()
        self._land()
        answers = zip(batch.values(), values, strict=True)
        await in_slices(
            ((future, value) for futures, value in answers for future in futures), _tell
        )

    async def _load_reachable(self, keys: list[K]) -> Sequence[V | Exception]:
        try:
            return await self._load(keys)
        except NODE_UNREACHABLE:
            apart: dict[Hashable, list[K]] = {}
            for key in keys:
                apart.setdefault(self._apart and self._apart(key), []).append(key)
            if len(apart) == 1:
                raise
        found: dict[K, V | Exception] = {}
        for part in apart.values():
            try:
                found |= zip(part, await self._load(part), strict=True)
            except NODE_UNREACHABLE as error:
                found |= dict.fromkeys(part, error)
        return [found[key] for key in keys]


def _tell(answer: tuple[asyncio.Future[V], V | Exception]) -> None:
    future, value = answer
    if future.done():
        return
    if isinstance(value, Exception):
        future.set_exception(value)
    else:
        future.set_result(value)


async def in_slices(answers: Iterable[T], tell: Callable[[T], None]) -> None:
    """Call a function with many answers, a few at a time.

    Each of them then has something to do. All at once, they would keep the loop, and whoever has nothing to do with
    them would wait until the last was done.
    """
    told = iter(answers)
    try:
        for place, answer in enumerate(told, 1):
            tell(answer)
            if place % _SLICE == 0:
                await asyncio.sleep(0)
    finally:
        # It was cancelled: what is known is told all the same.
        for answer in told:
            tell(answer)
