"""What looking for tenants with due rows reads is bounded by the tenants, however much one of them has."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.tenants import NOON, job_start, make_child, make_partner
from tests.support.working import claim

from partner_api.credits import operator_store as credit_store
from partner_api.jobs import operator_store
from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

    Look = Callable[[Connection], Awaitable[list[int]]]
    Grow = Callable[[Connection, Wallet, int], Awaitable[None]]

_LATER = NOON + timedelta(days=40)
_MANY = 300


async def _start(connection: Connection, partner: Wallet, count: int) -> None:
    for _ in range(0, count, 100):
        items = [job_start(partner, 1) for _ in range(min(count, 100))]
        await job_store.start_jobs(connection, partner.tenant_id, NOON, items)


async def _start_and_claim(connection: Connection, partner: Wallet, count: int) -> None:
    await _start(connection, partner, count)
    for _ in range(0, count, 100):
        assert await claim(connection, partner, min(count, 100))


async def _open_wallets(connection: Connection, partner: Wallet, count: int) -> None:
    for _ in range(count):
        await make_child(connection, partner, prepaid=0)


def _expired(connection: Connection) -> Awaitable[list[int]]:
    return operator_store.tenants_with_expired_jobs(connection, _LATER, 1_000_000)


def _silent(connection: Connection) -> Awaitable[list[int]]:
    return operator_store.tenants_with_silent_workers(connection, _LATER, 1_000_000)


def _waiting(connection: Connection) -> Awaitable[list[int]]:
    return operator_store.tenants_with_waiting_jobs(connection, ["video_remix"], 0, 1_000_000)


def _overdue(connection: Connection) -> Awaitable[list[int]]:
    return credit_store.tenants_with_overdue_wallets(connection, _LATER, 1_000_000)


async def _rows_read(connection: Connection, look: Look) -> int:
    """The rows that a look for tenants reads, index entries included, which are in no table's count."""
    # Counts of transactions that are over would be among those of this one.
    await connection.execute("SELECT pg_stat_force_next_flush()")
    async with connection.transaction():
        await look(connection)
        read = await connection.fetchval(
            """
            SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))
                   + (SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid))
                        FROM pg_stat_user_indexes)
              FROM pg_stat_xact_user_tables
            """
        )
    return int(read)


@pytest.mark.parametrize(
    ("grow", "look"),
    [
        (_start, _expired),
        (_start, _waiting),
        (_start_and_claim, _silent),
        (_open_wallets, _overdue),
    ],
)
async def test_a_look_for_tenants_does_not_read_all_that_one_has(
    connection: Connection, owner_connection: Connection, grow: Grow, look: Look
) -> None:
    """Also with plans that were made before anybody counted its rows."""
    partner = await make_partner(connection, prepaid=10_000)
    await grow(connection, partner, 1)
    before = await _rows_read(owner_connection, look)
    await grow(connection, partner, _MANY)
    assert partner.tenant_id in await look(connection)
    assert await _rows_read(owner_connection, look) < before + _MANY / 10
