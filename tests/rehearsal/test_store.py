"""One database is either ahead in time or production's: whoever comes second is told, however close they come."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest

from partner_api.rehearsal.store import (
    Installation,
    enter_production,
    is_for_development,
    raise_offset,
)

if TYPE_CHECKING:
    from tests.rehearsal.conftest import Place

# What the previous release sends, which may run beside this one.
MOVES_AS_BEFORE = (
    "UPDATE installation SET clock_offset_seconds = 60 WHERE clock_offset_seconds < 60"
)
ENTERS_AS_BEFORE = "UPDATE installation SET ever_production = true WHERE NOT ever_production"


async def move(place: Place, seconds: int) -> int | None:
    async with place.pool.acquire() as connection:
        return await raise_offset(connection, seconds)


async def enter(place: Place) -> bool:
    async with place.pool.acquire() as connection:
        return await enter_production(connection)


async def test_time_goes_forward_and_never_back(place: Place) -> None:
    assert await move(place, 60) == 60
    assert await move(place, 30) == 60
    assert await place.row() == Installation(60, False)


async def test_production_is_entered_again_and_again(place: Place) -> None:
    assert await enter(place)
    assert await enter(place)
    assert await place.row() == Installation(0, True)


async def test_the_time_of_a_production_database_stands(place: Place) -> None:
    assert await enter(place)
    for seconds in (0, 1, 60):
        assert await move(place, seconds) is None
    assert await place.row() == Installation(0, True)


async def test_a_database_that_is_ahead_is_not_for_production(place: Place) -> None:
    await move(place, 1)
    assert not await enter(place)
    assert await place.row() == Installation(1, False)


async def test_a_move_that_meets_an_entry_waits_for_it_and_is_refused(place: Place) -> None:
    async with place.pool.acquire() as connection, connection.transaction():
        assert await enter_production(connection)
        moving = asyncio.create_task(move(place, 60))
        await place.until_someone_waits()
    assert await moving is None
    assert await place.row() == Installation(0, True)


async def test_an_entry_that_meets_a_move_waits_for_it_and_is_refused(place: Place) -> None:
    async with place.pool.acquire() as connection, connection.transaction():
        assert await raise_offset(connection, 60) == 60
        entering = asyncio.create_task(enter(place))
        await place.until_someone_waits()
    assert await entering is False
    assert await place.row() == Installation(60, False)


@pytest.mark.parametrize("first", ["move", "enter"])
async def test_what_is_undone_stands_in_nobody_s_way(place: Place, first: str) -> None:
    async with place.pool.acquire() as connection:
        undone = connection.transaction()
        await undone.start()
        if first == "move":
            await raise_offset(connection, 60)
            other: asyncio.Task[object] = asyncio.create_task(enter(place))
        else:
            await enter_production(connection)
            other = asyncio.create_task(move(place, 60))
        await place.until_someone_waits()
        await undone.rollback()
    assert await other
    assert await place.row() == (
        Installation(0, True) if first == "move" else Installation(60, False)
    )


async def test_of_many_that_come_at_once_only_one_kind_succeeds(place: Place) -> None:
    winners = set()
    for round_number in range(60):
        await place.set()
        tasks = [move(place, 60), enter(place), move(place, 90), enter(place)]
        if round_number % 2:
            tasks.reverse()
        answers = await asyncio.gather(*tasks)
        if round_number % 2:
            answers.reverse()
        moved, entered = set(answers[::2]), set(answers[1::2])
        row = await place.row()
        assert row in (Installation(90, False), Installation(0, True))
        if row.ever_production:
            assert (moved, entered) == ({None}, {True})
        else:
            assert None not in moved
            assert entered == {False}
        winners.add(row)
    assert winners == {Installation(90, False), Installation(0, True)}, "only one order was tried"


async def test_a_start_in_development_mode_waits_for_one_that_enters_production(
    place: Place,
) -> None:
    async def look() -> bool:
        async with place.pool.acquire() as connection:
            return await is_for_development(connection)

    assert await look()
    async with place.pool.acquire() as connection, connection.transaction():
        await enter_production(connection)
        looking = asyncio.create_task(look())
        await place.until_someone_waits()
    assert await looking is False


async def test_production_waits_for_what_needs_development_mode_until_its_end(place: Place) -> None:
    async with place.pool.acquire() as connection, connection.transaction():
        assert await is_for_development(connection)
        entering = asyncio.create_task(enter(place))
        await place.until_someone_waits()
    assert await entering is True


async def test_the_constraint_holds_for_every_other_statement(place: Place) -> None:
    for already, statement in (
        ({"production": True}, MOVES_AS_BEFORE),
        ({"offset": 60}, ENTERS_AS_BEFORE),
    ):
        await place.set(**already)
        with pytest.raises(asyncpg.CheckViolationError, match="installation_production_time"):
            await place.pool.execute(statement)
    await place.set()
    await place.pool.execute(ENTERS_AS_BEFORE)
    await place.pool.execute(ENTERS_AS_BEFORE)
    assert await place.row() == Installation(0, True)


async def test_the_constraint_decides_between_servers_of_two_releases(place: Place) -> None:
    async with place.pool.acquire() as connection, connection.transaction():
        await connection.execute(ENTERS_AS_BEFORE)
        moving = asyncio.create_task(place.pool.execute(MOVES_AS_BEFORE))
        await place.until_someone_waits()
    with pytest.raises(asyncpg.CheckViolationError):
        await moving
    assert await place.row() == Installation(0, True)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO installation DEFAULT VALUES",
        "DELETE FROM installation",
        "UPDATE installation SET only_row = true",
        "ALTER TABLE installation DROP CONSTRAINT installation_production_time",
    ],
)
@pytest.mark.usefixtures("two_roles")
async def test_the_server_s_role_cannot_begin_the_installation_anew(
    place: Place, statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await place.pool.execute(statement)
