"""An event is there if and only if its change committed, and it is there once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.events.changes import CHANGES
from tests.support.outbox import decoded, told

from partner_api.database.arguments import Idempotency

if TYPE_CHECKING:
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection

every_type = pytest.mark.parametrize("event_type", CHANGES)


def record(wallet: Wallet) -> Idempotency:
    """The record of a request that carries a key."""
    return Idempotency(wallet.tenant_id, uuid4(), "POST", "/change", str(uuid4()), b"same")


@every_type
async def test_a_change_is_told_once_and_says_what_its_type_does(
    connection: Connection, event_type: str
) -> None:
    change = await CHANGES[event_type](connection)
    tenant_id = change.whose.tenant_id
    assert await told(connection, tenant_id, event_type) == []
    assert await change.act(connection, None) == "done"
    (event,) = await told(connection, tenant_id, event_type)
    assert event.organization_id == change.whose.organization_id
    decoded(event)
    # There is nothing left to change.
    if event_type not in ("credits.low", "credits.allocated"):
        await change.act(connection, None)
        assert await told(connection, tenant_id, event_type) == [event]


@every_type
async def test_a_change_that_is_asked_for_again_is_not_told_again(
    connection: Connection, event_type: str
) -> None:
    change = await CHANGES[event_type](connection)
    key = record(change.whose)
    assert await change.act(connection, key) == "done"
    assert await change.act(connection, key) != "done"
    assert len(await told(connection, change.whose.tenant_id, event_type)) == 1


@every_type
async def test_what_is_refused_is_not_told(connection: Connection, event_type: str) -> None:
    change = await CHANGES[event_type](connection)
    assert await change.refused(connection, None) == "refused"
    assert await told(connection, change.whose.tenant_id, event_type) == []


@every_type
async def test_what_is_rolled_back_is_not_told(connection: Connection, event_type: str) -> None:
    change = await CHANGES[event_type](connection)
    transaction = connection.transaction()
    await transaction.start()
    assert await change.act(connection, None) == "done"
    assert len(await told(connection, change.whose.tenant_id, event_type)) == 1
    await transaction.rollback()
    assert await told(connection, change.whose.tenant_id, event_type) == []
