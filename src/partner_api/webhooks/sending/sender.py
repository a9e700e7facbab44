"""Deliveries in hand: each is sent by a task of its own, in a slot that it has until it was reported.

If the process dies in between, the claim is lost after ``WEBHOOK_CLAIM_SECONDS``, and the delivery is due again: so it
arrives at least once.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

import structlog

from partner_api.database.pool import require_no_connection
from partner_api.webhooks.sending import metrics
from partner_api.webhooks.sending.attempts import attempt
from partner_api.webhooks.sending.client import WebhookClient
from partner_api.webhooks.sending.slots import Slots

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from partner_api.crypto import SecretKeys
    from partner_api.webhooks.sending_store import ClaimedDelivery, DeliveryResult, Finished

_log = structlog.get_logger(__name__)


class Outgoing(NamedTuple):
    """What deliveries are sent with.

    Args:
        secret_keys: open the signing secrets of endpoints.
        development: whether they may go to this machine.
        proxy: the address of the proxy that they go through; None for none.
    """

    secret_keys: SecretKeys
    development: bool
    proxy: str | None


class Sent(NamedTuple):
    """A delivery with what came of an attempt to send it."""

    delivery: ClaimedDelivery
    result: DeliveryResult


class Sender:
    """Sends deliveries that somebody has claimed, and keeps what came of them for whoever reports it.

    Args:
        outgoing: what they are sent with.
    """

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing
        self._client: WebhookClient | None = None
        self._tasks: dict[asyncio.Task[DeliveryResult], ClaimedDelivery] = {}
        self._sent: dict[UUID, Sent] = {}
        self.slots = Slots()
        """The deliveries in hand: those that are being sent, and those that were sent and not reported yet."""
        self.news = asyncio.Event()
        """Set when one has been sent; whoever reports it clears it."""
        metrics.begin()

    @property
    def sending(self) -> int:
        """How many are being sent."""
        return len(self._tasks)

    @property
    def sent(self) -> list[Sent]:
        """What was sent and is not reported yet, tenant by tenant."""
        return sorted(self._sent.values(), key=lambda each: each.delivery.tenant_id)

    def begin(self, delivery: ClaimedDelivery, now: datetime) -> None:
        """Begin to send a delivery; ``now`` is the installation's time."""
        if self._client is None:
            self._client = WebhookClient(
                development=self._outgoing.development, proxy=self._outgoing.proxy
            )
        task = asyncio.create_task(
            attempt(self._client, self._outgoing.secret_keys, delivery, now), name="webhook"
        )
        self.slots.take(delivery)
        self._tasks[task] = delivery
        # Called also for a task that was cancelled before it began.
        task.add_done_callback(self._end)
        metrics.set_in_flight(len(self._tasks))

    def _end(self, task: asyncio.Task[DeliveryResult]) -> None:
        delivery = self._tasks.pop(task)
        if task.cancelled():
            self.slots.give_back(delivery)
        else:
            self._sent[delivery.claim_token] = Sent(delivery, task.result())
        metrics.set_in_flight(len(self._tasks))
        self.news.set()

    async def wait(self, seconds: float | None = None) -> None:
        """Wait until something has been sent, at most so many seconds; None: until all is."""
        require_no_connection()
        if self._tasks:
            when = asyncio.ALL_COMPLETED if seconds is None else asyncio.FIRST_COMPLETED
            await asyncio.wait(self._tasks, timeout=seconds, return_when=when)

    def note(self, sent: Iterable[Sent], finished: Iterable[Finished]) -> None:
        """Note, count and log what came of deliveries, which has been reported; their slots are free again."""
        ends = {each.delivery_id: each for each in finished}
        for each in sent:
            self.forget(each)
            _note_attempt(each, ends[each.delivery.id])

    def forget(self, sent: Sent) -> None:
        """Let go of what has been reported, or never can be."""
        del self._sent[sent.delivery.claim_token]
        self.slots.give_back(sent.delivery)

    async def cut_off(self) -> None:
        """End what is being sent. It is due again when its claim is lost."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Cut off what is being sent, and close what was opened for it."""
        await self.cut_off()
        if self._client is not None:
            await self._client.aclose()
            self._client = None


def _note_attempt(sent: Sent, finished: Finished) -> None:
    """Count an attempt and log it, without its URL, which may contain secrets."""
    delivery, result = sent
    metrics.count_attempt(finished.status)
    log = _log.debug if finished.status == "delivered" else _log.info
    log(
        "webhook_attempt",
        outcome=finished.status,
        delivery_id=str(delivery.id),
        endpoint_id=str(delivery.endpoint_id),
        event_type=delivery.event_type,
        attempt=delivery.attempt,
        status=result.status,
        error=result.error,
        duration_ms=result.duration_ms,
    )
    if finished.auto_paused:
        _log.warning("webhook_endpoint_auto_paused", endpoint_id=str(delivery.endpoint_id))
