"""What the rules say of endpoints, events and deliveries: a small model, without a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LADDER = [MINUTE / 2, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR]
CLAIM = timedelta(seconds=30)
OVERLAP = timedelta(hours=24)
AUTO_PAUSED = "webhook_endpoint.auto_paused"


class Answer(NamedTuple):
    """What a receiver answers, or why it does not."""

    status: int | None
    error: str | None = None
    retry_after_seconds: int | None = None

    @property
    def is_success(self) -> bool:
        return self.error is None and self.status is not None and self.status < 300


@dataclass
class Organization:
    """Who has endpoints and events; of a child, with its partner."""

    id: UUID
    parent: Organization | None = None
    status: str = "active"

    @property
    def is_suspended(self) -> bool:
        return "suspended" in (self.status, self.parent.status if self.parent else "")


@dataclass
class Endpoint:
    """An endpoint and how sending to it goes."""

    id: UUID
    owner: Organization
    scope: str
    types: list[str]
    secret: bytes
    status: str = "active"
    reason: str | None = None
    failures: int = 0
    failing_since: datetime | None = None
    previous: tuple[bytes, datetime] | None = None
    deleted: bool = False

    @property
    def hindrance(self) -> str | None:
        """Why nothing can be sent to it."""
        if self.owner.is_suspended:
            return "organization_suspended"
        return None if self.status == "active" else f"endpoint_{self.status}"

    def takes(self, event: Event) -> bool:
        """Whether an event is for it."""
        of_child = self.scope == "all_children" and event.owner.parent is self.owner
        return (
            not self.deleted
            and (event.owner is self.owner or of_child)
            and (self.types == ["*"] or event.type in self.types)
        )

    def secrets(self, now: datetime) -> tuple[bytes, bytes | None]:
        """What signs now: the secret, and the previous one in its last day."""
        live = self.previous is not None and self.previous[1] > now
        return self.secret, self.previous[0] if live and self.previous else None


@dataclass
class Event:
    """Something that happened."""

    owner: Organization
    type: str
    created_at: datetime
    id: UUID | None = None
    """None until it was seen: the database makes those of its own events."""


@dataclass
class Delivery:
    """An event on its way."""

    endpoint: Endpoint
    event: Event
    event_id: UUID | None
    replay_of: UUID | None = None
    id: UUID | None = None
    status: str = "pending"
    attempts: int = 0
    due_at: datetime | None = None
    token: UUID | None = None
    reason: str | None = None
    recovered: bool = False

    def abandon(self, reason: str) -> None:
        """Nobody tries it again."""
        self.status, self.reason = "abandoned", reason
        self.due_at = self.token = None


def turn_of(delivery: Delivery) -> tuple[bool, datetime | None]:
    """Where one that is due stands in the line of its endpoint."""
    return delivery.status != "delivering", delivery.due_at


@dataclass
class Webhooks:
    """All of one partner."""

    endpoints: list[Endpoint] = field(default_factory=list)
    unpublished: list[Event] = field(default_factory=list)
    published: list[Event] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)

    def publish(self, events: list[Event], now: datetime) -> int:
        """Put events into the feed; how many deliveries that makes."""
        made = 0
        for event in events:
            self.unpublished.remove(event)
            self.published.append(event)
            for endpoint in self.endpoints:
                if endpoint.takes(event):
                    self.add(endpoint, event, event.id, now)
                    made += 1
        return made

    def add(
        self,
        endpoint: Endpoint,
        event: Event,
        event_id: UUID | None,
        now: datetime,
        replay_of: UUID | None = None,
    ) -> Delivery:
        """A new delivery, abandoned at once if nothing can be sent there."""
        delivery = Delivery(endpoint, event, event_id, replay_of, due_at=now)
        if endpoint.hindrance is not None:
            delivery.abandon(endpoint.hindrance)
        self.deliveries.append(delivery)
        return delivery

    def of(self, endpoint: Endpoint) -> list[Delivery]:
        """The deliveries of an endpoint."""
        return [delivery for delivery in self.deliveries if delivery.endpoint is endpoint]

    def due(self, endpoint: Endpoint, now: datetime) -> list[Delivery]:
        """Those that are due, in their turn: first those whose claim is lost, then the longest due."""
        waiting = [one for one in self.of(endpoint) if one.due_at is not None and one.due_at <= now]
        return sorted(waiting, key=turn_of)

    def abandon_due(self, now: datetime) -> None:
        """A claim gives up what is due and cannot be sent."""
        for endpoint in self.endpoints:
            if endpoint.hindrance is not None and not endpoint.deleted:
                for delivery in self.due(endpoint, now):
                    delivery.abandon(endpoint.hindrance)

    def finish(
        self, delivery: Delivery, answer: Answer, now: datetime, jitter: float
    ) -> tuple[str, bool]:
        """An attempt has ended: what the delivery is then, and whether its endpoint was paused by it."""
        delivery.attempts += 1
        delivery.token = delivery.due_at = None
        if answer.is_success:
            delivery.status = "delivered"
        elif answer.status == 410:
            delivery.abandon("endpoint_gone")
        elif delivery.attempts == 8:
            delivery.abandon("attempts_exhausted")
        else:
            delivery.status = "failed"
            wait = LADDER[delivery.attempts - 1] * jitter
            if answer.status in (429, 503) and answer.retry_after_seconds is not None:
                wait = max(wait, timedelta(seconds=answer.retry_after_seconds))
            delivery.due_at = now + wait
        return delivery.status, self._count(delivery.endpoint, answer, now)

    def _count(self, endpoint: Endpoint, answer: Answer, now: datetime) -> bool:
        if answer.is_success:
            endpoint.failures, endpoint.failing_since = 0, None
            return False
        endpoint.failures += 1
        endpoint.failing_since = endpoint.failing_since or now
        long = endpoint.failures >= 20 and now - endpoint.failing_since >= HOUR
        if endpoint.status != "active" or endpoint.deleted or not (answer.status == 410 or long):
            return False
        endpoint.status = "auto_paused"
        endpoint.reason = "gone" if answer.status == 410 else "failures"
        self.unpublished.append(Event(endpoint.owner, AUTO_PAUSED, now))
        return True

    def recover(self, endpoint: Endpoint, since: datetime, now: datetime) -> int:
        """Send again what was not delivered of the events since then; how many that are."""
        old = [one for one in self.of(endpoint) if one.event.created_at >= since]
        lost = [one for one in old if one.status == "abandoned" and not one.recovered]
        waiting = [one for one in old if one.status == "failed" and one.due_at and one.due_at > now]
        for one in lost:
            one.recovered = True
            self.deliveries.append(
                Delivery(endpoint, one.event, one.event_id, one.replay_of, due_at=now)
            )
        for one in waiting:
            one.due_at = now
        return len(lost) + len(waiting)
