"""Deliveries in hand: who has how many slots is exact, whatever becomes of the tasks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import UUID, uuid4

from tests.support.receiver import LONG, Receiver, Reply

from partner_api.crypto import SecretKeys
from partner_api.webhooks.sending.sender import Outgoing, Sender
from partner_api.webhooks.sending.signatures import new_signing_secret
from partner_api.webhooks.sending.slots import IN_FLIGHT
from partner_api.webhooks.sending_store import ClaimedDelivery, Finished

KEYS = SecretKeys.parse("test:" + "0f" * 32)
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def claimed(url: str, tenant_id: int = 7, endpoint_id: UUID | None = None) -> ClaimedDelivery:
    """A delivery that was claimed."""
    endpoint_id = endpoint_id or uuid4()
    secret = KEYS.seal(new_signing_secret().encode(), f"webhook:{tenant_id}:{endpoint_id}".encode())
    return ClaimedDelivery(
        tenant_id=tenant_id,
        id=uuid4(),
        endpoint_id=endpoint_id,
        claim_token=uuid4(),
        url=url,
        secret=secret,
        previous_secret=None,
        event_id=uuid4(),
        event_type="job.completed",
        event_created_at=NOW,
        organization_id=uuid4(),
        data={"jobId": "job_1"},
        replay_of=None,
        attempt=1,
    )


def begin(sender: Sender, *deliveries: ClaimedDelivery) -> None:
    for delivery in deliveries:
        sender.begin(delivery, NOW)


def is_empty(sender: Sender) -> bool:
    slots = sender.slots
    return (slots.free, slots.of_tenants, slots.of_endpoints) == (IN_FLIGHT, {}, {})


async def test_a_slot_is_taken_until_what_came_of_it_is_noted() -> None:
    sender = Sender(Outgoing(KEYS, development=True, proxy=None))
    async with Receiver() as receiver:
        one, other = claimed(receiver.url()), claimed(receiver.url(), tenant_id=3)
        same = claimed(receiver.url(), endpoint_id=one.endpoint_id)
        begin(sender, one, other, same)
        await sender.wait()
        assert sender.news.is_set()
        assert (sender.sending, sender.slots.taken) == (0, 3)
        assert sender.slots.of_tenants == {7: 2, 3: 1}
        assert sender.slots.of_endpoints == {one.endpoint_id: 2, other.endpoint_id: 1}
        # Tenant by tenant.
        first, *rest = sender.sent
        assert (first.delivery, first.result.status) == (other, 204)
        sender.note([first], [Finished(other.id, "delivered", False)])
        assert sender.slots.of_tenants == {7: 2}
        for sent in rest:
            sender.forget(sent)
        assert is_empty(sender)
    await sender.close()


async def test_what_is_cut_off_frees_its_slot_also_before_it_has_begun() -> None:
    sender = Sender(Outgoing(KEYS, development=True, proxy=None))
    never = asyncio.Event()

    async def hang(_: object) -> Reply:
        await never.wait()
        return Reply()

    async with Receiver(hang) as receiver:
        begin(sender, *(claimed(receiver.url()) for _ in range(3)))
        await receiver.until(lambda: len(receiver.requests) == 3)
        begin(sender, *(claimed(receiver.url()) for _ in range(2)))
        async with asyncio.timeout(LONG):
            await sender.cut_off()
        assert is_empty(sender)
        assert sender.sent == []
        assert len(receiver.requests) == 3
    await sender.close()


async def test_one_that_is_done_is_kept_when_the_others_are_cut_off() -> None:
    sender = Sender(Outgoing(KEYS, development=True, proxy=None))
    never = asyncio.Event()

    async def hang_by_path(request: object) -> Reply:
        if getattr(request, "path", "") == "/held":
            await never.wait()
        return Reply()

    async with Receiver(hang_by_path) as receiver:
        done = claimed(receiver.url())
        begin(sender, done, claimed(receiver.url("/held")))
        await sender.wait(LONG)
        await sender.close()
        (sent,) = sender.sent
        assert sent.delivery == done
        assert sender.slots.taken == 1
