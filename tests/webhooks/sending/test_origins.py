"""Which requests are behind an event, as the audit log has it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec
from tests.support.tenants import NOON, allocation, job_start, make_child, make_partner

from partner_api.credits import store as credit
from partner_api.database.arguments import Actor
from partner_api.ids import format_id, new_request_id
from partner_api.jobs import claim_store, store
from partner_api.webhooks.sending.origins import with_requests
from partner_api.webhooks.sending_store import ClaimedDelivery

if TYPE_CHECKING:
    from tests.support.tenants import Wallet

    from partner_api.database.connection import Connection


def somebody() -> Actor:
    """A partner's program, with a request of its own."""
    return Actor("partner_api", api_key_id=uuid4(), request_id=new_request_id(1_790_000_000_000))


async def told(connection: Connection, partner: Wallet, event_type: str) -> list[ClaimedDelivery]:
    """The events of a type, as they are delivered; with the requests behind them."""
    rows = await connection.fetch(
        "SELECT * FROM outbox WHERE tenant_id = $1 AND event_type = $2",
        partner.tenant_id,
        event_type,
    )
    deliveries = [
        ClaimedDelivery(
            tenant_id=partner.tenant_id,
            id=uuid4(),
            endpoint_id=uuid4(),
            claim_token=uuid4(),
            url="https://receiver.example",
            secret=b"",
            previous_secret=None,
            event_id=row["id"],
            event_type=event_type,
            event_created_at=row["created_at"],
            organization_id=row["organization_id"],
            data=row["data"],
            replay_of=None,
            attempt=1,
        )
        for row in rows
    ]
    return await with_requests(connection, partner.tenant_id, deliveries)


async def test_each_of_a_batch_has_its_own(connection: Connection) -> None:
    """Two of them to the same child, all at the same instant."""
    partner = await make_partner(connection, prepaid=1_000)
    children = [await make_child(connection, partner) for _ in range(2)]
    items = [
        allocation(child, 7)._replace(caller=somebody())
        for child in (children[0], children[0], children[1])
    ]
    await credit.allocate(connection, partner.tenant_id, NOON, items)
    found = {
        each.data["transferId"]: each.request_ids
        for each in await told(connection, partner, "credits.allocated")
    }
    assert found == {
        format_id("txn", item.transfer_id): (item.caller.request_id,) for item in items
    }


async def test_ids_are_the_same_however_they_are_written(connection: Connection) -> None:
    """The event of a job names it as partners see it; the audit log does not."""
    partner = await make_partner(connection, prepaid=1_000)
    starts = [job_start(partner, 10) for _ in range(3)]
    await store.start_jobs(connection, partner.tenant_id, NOON, starts)
    items = [claim_store.CancelItem(start.job_id, None, somebody()) for start in starts]
    await claim_store.cancel_jobs(connection, partner.tenant_id, NOON, items)
    found = {
        each.data["jobId"]: each.request_ids
        for each in await told(connection, partner, "job.canceled")
    }
    assert found == {format_id("job", item.job_id): (item.caller.request_id,) for item in items}


async def test_what_nobody_asked_for_has_none(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=1_000)
    child = await make_child(connection, partner)
    items = [allocation(child, 7)._replace(caller=somebody())]
    await credit.allocate(connection, partner.tenant_id, NOON, items)
    (known,) = await told(connection, partner, "credits.allocated")
    assert len(known.request_ids) == 1
    replay = msgspec.structs.replace(known, request_ids=(), replay_of=uuid4())
    elsewhere = msgspec.structs.replace(known, request_ids=(), tenant_id=partner.tenant_id + 1)
    of_replay, again = await with_requests(connection, partner.tenant_id, [replay, known])
    assert again == known
    (of_other,) = await with_requests(connection, partner.tenant_id + 1, [elsewhere])
    assert of_replay.request_ids == of_other.request_ids == ()


async def test_an_audit_log_that_cannot_be_read_stops_no_delivery(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=1_000)
    child = await make_child(connection, partner)
    await credit.allocate(connection, partner.tenant_id, NOON, [allocation(child, 7)])
    (known,) = await told(connection, partner, "credits.allocated")
    await connection.close()
    assert await with_requests(connection, partner.tenant_id, [known]) == [known]
