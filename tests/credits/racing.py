"""Letting many clients loose at the same time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from partner_api.database.connection import Connection, Pool

T = TypeVar("T")


def one_for_each(
    client: Callable[[Connection, T], Awaitable[Any]], values: Iterable[T]
) -> list[Callable[[Connection], Awaitable[Any]]]:
    """A client for each value."""

    def given(value: T) -> Callable[[Connection], Awaitable[Any]]:
        return lambda connection: client(connection, value)

    return [given(value) for value in values]


async def all_at_once(
    pool: Pool, clients: Sequence[Callable[[Connection], Awaitable[Any]]]
) -> list[Any]:
    """Run every client on a connection of its own; their answers in the same order.

    Raises:
        Exception: the first that a client raised. Every client has ended by then: what still ran would disturb the
            next test.
    """

    async def serve(client: Callable[[Connection], Awaitable[Any]]) -> Any:
        async with pool.acquire() as connection:
            return await client(connection)

    answers = await asyncio.gather(*(serve(client) for client in clients), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return list(answers)
