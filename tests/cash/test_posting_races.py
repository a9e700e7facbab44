"""The same payment at the same instant: it comes in once, wherever the record of its key is."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import pytest
from tests.support.holding import Held
from tests.support.operations import refused
from tests.support.tenants import NOON, make_partner

from partner_api.cash import store as cash
from partner_api.database.arguments import Actor, Idempotency
from partner_api.edge.idempotency.records import OPERATOR_TENANT

if TYPE_CHECKING:
    from datetime import datetime

    from tests.support.tenants import Wallet

    from partner_api.database.arguments import Outcome
    from partner_api.database.connection import Connection, Pool

LATER = NOON + timedelta(days=2)


def payment(wallet: Wallet) -> cash.CashPosting:
    """A payment with a key, as an operator's system reports it."""
    operator = uuid4()
    key = Idempotency(OPERATOR_TENANT, operator, "POST", "/topup", uuid4().hex, b"request")
    caller = Actor("operator", None, operator, "Grace")
    return cash.CashPosting(wallet.organization_id, "topup", 500, "Wire", None, caller, key)


async def pay(
    connection: Connection, wallet: Wallet, item: cash.CashPosting, now: datetime = NOON
) -> Outcome:
    (outcome,) = await cash.post(connection, wallet.tenant_id, now, [item])
    return outcome


@pytest.mark.one_server(
    reason="on a cluster, a call within a transaction takes the key's lock at the coordinator, others at the node"
)
@pytest.mark.parametrize("purged", [False, True])
async def test_a_repetition_in_the_middle_of_another_is_told_so(
    pool: Pool, connection: Connection, owner_connection: Connection, purged: bool
) -> None:
    wallet = await make_partner(connection)
    item = payment(wallet)
    first = await pay(connection, wallet, item)
    if purged:
        assert item.idempotency is not None
        await owner_connection.execute(
            "DELETE FROM idempotency_keys WHERE key = $1", item.idempotency.key
        )
    async with pool.acquire() as another, another.transaction():
        assert (await pay(another, wallet, item, LATER)).facts == first.facts
        outcome = await pay(connection, wallet, item, LATER)
        assert refused(outcome) == ("IDEMPOTENCY_IN_PROGRESS", None)
    again = await pay(connection, wallet, item, LATER)
    assert (again.status, again.facts) == ("replayed", first.facts)
    assert await cash.read_balance(connection, wallet.tenant_id, wallet.organization_id) == 500


async def test_what_neither_lock_nor_record_tells_apart_the_key_of_the_payment_does(
    pool: Pool, connection: Connection
) -> None:
    """As on a cluster, where a key's lock and its record may be on another node: here, in another tenant."""
    wallet = await make_partner(connection)
    item = payment(wallet)
    assert item.idempotency is not None
    elsewhere = item._replace(idempotency=item.idempotency._replace(tenant_id=wallet.tenant_id))
    async with pool.acquire() as another:
        async with another.transaction():
            first = await pay(another, wallet, item)
            assert first.status == "done"
            late = asyncio.create_task(pay(connection, wallet, elsewhere))
            await Held(another).until_waited_for()
        with pytest.raises(asyncpg.SerializationError):
            await late
    again = await pay(connection, wallet, elsewhere)
    assert (again.status, again.facts) == ("replayed", first.facts)
    assert await cash.read_balance(connection, wallet.tenant_id, wallet.organization_id) == 500
