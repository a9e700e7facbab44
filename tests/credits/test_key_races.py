"""One idempotency key from many clients at once: the credits move once, whoever was first."""

from __future__ import annotations

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg
import pytest
from tests.credits.clients import allocate_in_process
from tests.credits.racing import all_at_once, one_for_each
from tests.support.invariants import assert_books_balance
from tests.support.operations import read
from tests.support.tenants import NOON, allocation, make_child, make_partner

from partner_api.credits import store as credit
from partner_api.database.arguments import Idempotency, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tests.support.databases import DatabaseUrls
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection, Pool


def _same_key(child: Wallet, key: str, times: int) -> list[credit.CreditAllocation]:
    """One request that was sent many times: each attempt brings its own transfer id."""
    assert child.partner_id is not None
    record = Idempotency(child.tenant_id, child.partner_id, "POST", "/allocate", key, b"same")
    return [allocation(child, 300)._replace(idempotency=record) for _ in range(times)]


def _assert_moved_once(outcomes: Sequence[Outcome]) -> None:
    done = [outcome for outcome in outcomes if outcome.status == "done"]
    assert len(done) == 1
    for outcome in outcomes:
        if outcome.status == "replayed":
            assert outcome.facts == done[0].facts
        elif outcome.status == "refused":
            assert outcome.code == "IDEMPOTENCY_IN_PROGRESS"


async def test_one_key_from_many_connections_moves_once(
    crowd: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=10_000)
    child = await make_child(connection, partner)
    outcomes = await all_at_once(
        crowd,
        one_for_each(
            lambda own, item: credit.allocate(own, partner.tenant_id, NOON, [item]),
            _same_key(child, "once", 100),
        ),
    )
    _assert_moved_once([outcome for (outcome,) in outcomes])
    assert (await read(connection, child)).balance == 300
    assert (await read(connection, partner)).balance == 9700
    await assert_books_balance(connection, partner.tenant_id)


async def test_one_key_to_different_children_moves_to_one(
    crowd: Pool, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=10_000)
    children = [await make_child(connection, partner) for _ in range(10)]
    items = []
    for child in children:
        (item,) = _same_key(child, "one of them", 1)
        assert item.idempotency is not None
        fingerprint = child.organization_id.bytes
        items.append(item._replace(idempotency=item.idempotency._replace(fingerprint=fingerprint)))
    outcomes = await all_at_once(
        crowd,
        one_for_each(
            lambda own, item: credit.allocate(own, partner.tenant_id, NOON, [item]), items * 5
        ),
    )
    done = [outcome for (outcome,) in outcomes if outcome.status == "done"]
    assert len(done) == 1
    assert {outcome.code for (outcome,) in outcomes} <= {
        None,
        "IDEMPOTENCY_CONFLICT",
        "IDEMPOTENCY_IN_PROGRESS",
    }
    assert (await read(connection, partner)).balance == 9700
    await assert_books_balance(connection, partner.tenant_id)


async def test_one_key_from_many_processes_moves_once(
    database_urls: DatabaseUrls, connection: Connection
) -> None:
    partner = await make_partner(connection, prepaid=10_000)
    child = await make_child(connection, partner)
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as processes:
        batches = await asyncio.gather(
            *(
                loop.run_in_executor(
                    processes,
                    allocate_in_process,
                    database_urls.app,
                    partner.tenant_id,
                    NOON + timedelta(hours=30 * (number % 2)),
                    _same_key(child, "once", 10),
                )
                for number in range(3)
            )
        )
    _assert_moved_once([outcome for batch in batches for outcome in batch])
    assert (await read(connection, child, NOON + timedelta(hours=30))).balance == 300
    await assert_books_balance(connection, partner.tenant_id)


@pytest.mark.parametrize("together", [1, 2])
async def test_a_record_that_is_there_undoes_what_had_its_effect_a_second_time(
    owner_connection: Connection, together: int
) -> None:
    """On a cluster, two requests may each have found the lock of their key free."""
    tenant = await make_partner(owner_connection)
    records = [
        Idempotency(tenant.tenant_id, tenant.organization_id, "POST", "/allocate", key, b"same")
        for key in ("first", "second")[:together]
    ]
    done = [Outcome("done", None, {}) for _ in records]

    async def keep(now: datetime) -> None:
        await owner_connection.execute(
            "SELECT idempotency_keep_all($1, $2::idempotency[], $3::outcome[])", now, records, done
        )

    await keep(NOON)
    with pytest.raises(asyncpg.SerializationError):
        await keep(NOON + timedelta(hours=23))
    # A day later the record has had its time, and the next takes its place.
    await keep(NOON + timedelta(hours=24))
