"""Moving money in batches: what arrives for a tenant while a call is in flight for it goes together in the next.

A wallet is one row, and whoever moves credits has to hold it. Alone, each movement would wait for the commits of all
before it, every one with a connection in hand; together they take one lock, one update and one commit. Nobody waits for
company: with nothing in flight, an operation leaves at once.

A tenant has one call of each function in flight in this process, and two in all, so its busiest wallet occupies two
connections, however many of its requests wait here.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg

from partner_api.database.connection import ending_within
from partner_api.database.lanes import MOST_WAITING, Lane, TooMuchInFlight
from partner_api.database.outages import (
    MET_OTHERS,
    TOOK_TOO_LONG,
    OutcomeUnknown,
    is_lost,
    is_unavailable,
)
from partner_api.database.pool import require_no_connection
from partner_api.edge.batching import in_slices
from partner_api.edge.money_queues import Operation, TenantQueues
from partner_api.metrics import lanes as metrics
from partner_api.time_limits import LOCK_SECONDS, REQUEST_SECONDS
from partner_api.tracing import live
from partner_api.tracing.batches import (
    begin_alone,
    begin_batch,
    begin_flight,
    begin_wait,
    note_put_back,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.clock import Clock
    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection, Pool
    from partner_api.edge.money_queues import Answer, MoneyFunction
    from partner_api.tracing.span import Span

Item = TypeVar("Item")
_CALLS_OF_TENANT = 2
# A call that has less time than this would be cancelled before it is planned.
_SHORTEST_SECONDS = 0.01


class MoneyCalls:
    """Calls money functions, each tenant's operations in batches.

    A call is its own task and one transaction, so a client that goes away leaves its operation whole or not done at
    all, and leaves its neighbours alone.

    Args:
        pool: where they are called.
        clock: the time of a call is that at which it leaves.
        batch_size: most operations in one commit; 1 commits each alone.
        most_waiting: most operations of one tenant that wait.
    """

    def __init__(
        self, pool: Pool, clock: Clock, batch_size: int, *, most_waiting: int = MOST_WAITING
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._batch_size = batch_size
        self._most_waiting = most_waiting
        self._tenants: dict[int, TenantQueues] = {}

    async def call(
        self,
        function: MoneyFunction[Item],
        tenant_id: int,
        item: Item,
        deadline: float | None = None,
    ) -> Outcome:
        """Do one operation, together with others of the tenant that are asked for at the same time.

        Operations of a function are done in the order of these calls.

        Args:
            function: of a store.
            tenant_id: whose wallets it touches.
            item: the operation.
            deadline: when it must have left, or be given up, as the loop counts; usually a request's time from now.

        Raises:
            TooMuchInFlight: too many wait, or its time was over before it left. Nothing was done.
            OutcomeUnknown: the answer got lost.
            Exception: what the database raised for this very item, tried alone. Nothing was done.
        """
        require_no_connection()
        loop = asyncio.get_running_loop()
        if deadline is None:
            deadline = loop.time() + REQUEST_SECONDS
        tenant = self._tenants.get(tenant_id)
        if tenant is None:
            tenant = self._tenants[tenant_id] = TenantQueues(tenant_id)
        elif sum(map(len, tenant.waiting.values())) >= self._most_waiting:
            raise TooMuchInFlight("full")
        operation = Operation(item, deadline, loop.create_future())
        if live.tracer is not None:
            operation.wait = begin_wait(metrics.call_name(function))
        tenant.waiting.setdefault(function, deque()).append(operation)
        self._start(tenant)
        timer = loop.call_at(deadline, _give_up, tenant, function, operation)
        try:
            return await operation.answer
        except asyncio.CancelledError:
            tenant.withdraw(function, operation)
            raise
        finally:
            timer.cancel()
            if operation.wait is not None:
                operation.wait.end()
            # An exception in it has a traceback that leads here: a circle that only the collector would open.
            del operation

    def _start(self, tenant: TenantQueues) -> None:
        for function in tenant.waiting:
            if len(tenant.in_flight) >= _CALLS_OF_TENANT:
                return
            if function not in tenant.in_flight:
                tenant.in_flight[function] = asyncio.create_task(self._fly(tenant, function))

    async def _fly(self, tenant: TenantQueues, function: MoneyFunction[Any]) -> None:
        """Take what waits as soon as there is a connection for it, call the function, and tell what became of each."""
        taken: list[Operation] = []
        answers: list[Answer] = []
        since_ns = 0 if live.tracer is None else begin_flight()
        span = None
        try:
            async with self._pool.acquire(Lane(tenant.id, writes=True)) as connection:
                taken = tenant.take(function, self._batch_size)
                if since_ns:
                    span = _begin_batch(function, taken, since_ns)
                if taken:
                    answers = await self._answers(connection, tenant, function, taken)
        except Exception as error:
            if span is not None:
                span.error = type(error).__name__
            # Without a connection nobody who waits would get one.
            answers = [
                (operation, error)
                for operation in taken or tenant.take(function, self._most_waiting)
            ]
        except BaseException:
            for operation in taken:
                operation.answer.cancel()
            raise
        finally:
            if span is not None:
                span.end()
            del tenant.in_flight[function]
            # The database works on the next call while this process writes the answers.
            self._start(tenant)
            if not tenant.in_flight and not tenant.waiting:
                self._tenants.pop(tenant.id, None)
        await in_slices(answers, _tell)

    async def _answers(
        self,
        connection: Connection,
        tenant: TenantQueues,
        function: MoneyFunction[Any],
        operations: list[Operation],
    ) -> list[Answer]:
        """Call the function; return what became of the operations, but for those that are put back."""
        try:
            return await self._call(connection, tenant, function, operations)
        except TOOK_TOO_LONG as error:
            return self._put_back(tenant, function, operations, error)
        except asyncpg.PostgresError as error:
            if len(operations) == 1 or is_unavailable(error) or isinstance(error, MET_OTHERS):
                raise
        # The statement has had no effect. Whose fault it was shows when each is alone.
        answers: list[Answer] = []
        for operation in operations:
            try:
                answers += await self._call_alone(connection, tenant, function, operation)
            except TOOK_TOO_LONG as late:
                answers += self._put_back(tenant, function, [operation], late)
            except Exception as own:
                # Whatever it is, those before have their outcomes.
                answers.append((operation, own))
        return answers

    async def _call_alone(
        self,
        connection: Connection,
        tenant: TenantQueues,
        function: MoneyFunction[Any],
        operation: Operation,
    ) -> list[Answer]:
        """Call the function for an operation of a batch that failed; see ``_call``."""
        span = None if live.tracer is None else begin_alone(operation.wait)
        with span or contextlib.nullcontext():
            return await self._call(connection, tenant, function, [operation])

    async def _call(
        self,
        connection: Connection,
        tenant: TenantQueues,
        function: MoneyFunction[Any],
        operations: list[Operation],
    ) -> list[Answer]:
        """Call the function, within the time that each of the operations has left."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        limit = min(operation.deadline for operation in operations) - began
        if any(operation.seconds_left < LOCK_SECONDS for operation in operations):
            limit = min(limit, *(operation.seconds_left for operation in operations))
        async with ending_within(connection, max(limit, _SHORTEST_SECONDS)):
            metrics.count_call(function, len(operations))
            items = [operation.item for operation in operations]
            try:
                outcomes = await function(connection, tenant.id, self._clock.now(), items)
            except Exception as error:
                if is_lost(error):
                    raise OutcomeUnknown from error
                raise
            finally:
                spent = loop.time() - began
                for operation in operations:
                    operation.seconds_left -= spent
        return list(zip(operations, outcomes, strict=True))

    def _put_back(
        self,
        tenant: TenantQueues,
        function: MoneyFunction[Any],
        operations: list[Operation],
        error: Exception,
    ) -> list[Answer]:
        """Refuse those that have waited for locks as long as they may; the others go on, as the first."""
        now = asyncio.get_running_loop().time()
        refused: list[Answer] = []
        going_on = []
        for operation in operations:
            if min(operation.deadline - now, operation.seconds_left) > _SHORTEST_SECONDS:
                going_on.append(operation)
            else:
                refused.append((operation, error))
        if live.tracer is not None:
            note_put_back()
        tenant.put_back(function, going_on)
        return refused


def _begin_batch(
    function: MoneyFunction[Any], operations: Sequence[Operation], since_ns: int
) -> Span | None:
    waits = [operation.wait for operation in operations]
    return begin_batch(metrics.call_name(function), waits, len(operations), since_ns)


def _tell(answer: Answer) -> None:
    operation, outcome = answer
    if operation.answer.done():
        return
    if isinstance(outcome, Exception):
        operation.answer.set_exception(outcome)
    else:
        operation.answer.set_result(outcome)


def _give_up(tenant: TenantQueues, function: MoneyFunction[Any], operation: Operation) -> None:
    """Refuse an operation whose time is over and which has not left. One that has is bounded by the database."""
    if tenant.withdraw(function, operation):
        _tell((operation, TooMuchInFlight("late")))
