"""Leases and the cash wallet that pays them, as the rules say: one lease and one month at a time.

What the database does in sets is done here in the plainest way, so that the two have nothing in common but the rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.properties.calendar_model import add_months

if TYPE_CHECKING:
    from uuid import UUID

_PATIENCE = timedelta(days=7)
_DAY = timedelta(days=1)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Charge:
    """What became of a month."""

    price: int
    status: str
    refunded: int = 0


@dataclass
class Lease:
    """One leased account."""

    id: UUID
    organization: str
    assigned_at: datetime
    price: int
    prices: dict[int, int] = field(default_factory=dict)
    """Of months that had begun when the price changed."""
    charges: dict[int, Charge] = field(default_factory=dict)
    past_due_since: datetime | None = None
    next_attempt_at: datetime | None = None
    ended: str | None = None

    @property
    def unpaid_month(self) -> int:
        """The first month that is neither paid nor given up."""
        month = 0
        while month in self.charges and self.charges[month].status != "due":
            month += 1
        return month

    def time(self, now: datetime) -> datetime:
        """When something happens to it now: not before it was tried, nor before a month that is paid began."""
        known = (now, self.past_due_since, self.start(self.unpaid_month - 1))
        return max(time for time in known if time is not None)

    def start(self, month: int) -> datetime:
        """When a month begins."""
        return datetime.combine(
            add_months(self.assigned_at.date(), month), self.assigned_at.timetz()
        )

    @property
    def due_at(self) -> datetime:
        return self.start(self.unpaid_month)

    def price_of(self, month: int) -> int:
        return self.prices.get(month, self.price)

    def next_renewal(self, now: datetime) -> datetime:
        """The first month to begin after now."""
        month = 1
        while self.start(month) <= now:
            month += 1
        return self.start(month)

    def settle(self, month: int, status: str) -> None:
        charge = self.charges.setdefault(month, Charge(self.price_of(month), status))
        charge.status = status
        self.past_due_since = self.next_attempt_at = None

    def end(self, reason: str) -> None:
        self.ended = reason
        self.past_due_since = self.next_attempt_at = None


@dataclass
class CashModel:
    """A partner's cash, its leases and those of its children."""

    balance: int = 0
    leases: list[Lease] = field(default_factory=list)
    events: list[tuple[str, int, int, UUID | None, int | None]] = field(default_factory=list)
    """Type, amount, balance after, lease, month."""
    woken_at: datetime | None = None
    """When a worker looks at the wallet next."""
    last_event_at: datetime = _LONG_AGO

    def time(self, now: datetime) -> datetime:
        """When something happens now: a request that arrived earlier comes after what was done meanwhile."""
        return max(now, self.last_event_at)

    def record(
        self,
        now: datetime,
        event_type: str,
        cents: int,
        lease: Lease | None = None,
        month: int | None = None,
    ) -> None:
        self.last_event_at = self.time(now)
        self.balance += cents
        self.events.append((event_type, cents, self.balance, lease.id if lease else None, month))

    def assign(self, now: datetime, new: list[Lease]) -> bool:
        """All of them or none; the first month is paid at once, after what was due before."""
        self.worker(self.time(now))
        if sum(lease.price for lease in new) > self.balance:
            return False
        now = self.time(now)
        for lease in new:
            lease.assigned_at = now.replace(microsecond=0)
            self.pay(now, lease, 0, "lease_charge")
            self.leases.append(lease)
            self.woken_at = min(filter(None, (self.woken_at, lease.start(1))))
        return True

    def pay(
        self, now: datetime, lease: Lease, month: int, event_type: str = "lease_renewal"
    ) -> None:
        price = lease.price_of(month)
        if price:
            self.record(now, event_type, -price, lease, month)
        lease.settle(month, "paid")

    def line(self, now: datetime) -> list[Lease]:
        """Who waits to be paid, in the order of being paid."""
        due = [
            lease
            for lease in self.leases
            if not lease.ended and (lease.past_due_since is not None or lease.due_at <= now)
        ]
        return sorted(due, key=lambda lease: (lease.due_at, lease.id))

    def worker(self, now: datetime) -> None:
        if self.woken_at is not None and self.woken_at <= now:
            self.renew(now)

    def renew(self, now: datetime) -> None:
        """Bring the whole line to now."""
        while self._pay_one(self.time(now).replace(microsecond=0)):
            pass
        waits = [lease.next_attempt_at or lease.due_at for lease in self.leases if not lease.ended]
        self.woken_at = min(waits, default=None)

    def _pay_one(self, now: datetime) -> bool:
        blocked = False
        for lease in self.line(now):
            month = lease.unpaid_month
            since = lease.past_due_since
            if not blocked and lease.price_of(month) <= self.balance:
                self.pay(lease.time(now), lease, month)
                return True
            if since is not None and since <= now - _PATIENCE:
                lease.settle(month, "uncollected")
                lease.end("payment_failed")
                continue
            blocked = True
            if since is None:
                lease.charges[month] = Charge(lease.price_of(month), "due")
                lease.past_due_since, lease.next_attempt_at = now, now + _DAY
            elif lease.next_attempt_at is not None and lease.next_attempt_at <= now:
                lease.next_attempt_at = since + ((now - since) // _DAY + 1) * _DAY
        return False

    def top_up(self, now: datetime, cents: int) -> None:
        self.record(now, "topup", cents)
        if self.woken_at is not None:
            self.renew(now)

    def adjust(self, now: datetime, cents: int) -> bool:
        if cents < 0:
            self.worker(self.time(now))
        if self.balance + cents < 0:
            return False
        self.record(now, "adjustment", cents)
        return True

    def release(self, now: datetime, lease: Lease, reason: str) -> bool:
        """End one; a recall charges nothing."""
        charges = reason != "recalled_by_operator"
        if charges:
            self.renew(now)
        if lease.ended:
            return False
        self._leave(lease.time(self.time(now)), lease, reason, charges=charges)
        return True

    def _leave(self, now: datetime, lease: Lease, reason: str, *, charges: bool) -> None:
        while lease.due_at <= now:
            month = lease.unpaid_month
            if charges and lease.price_of(month) <= self.balance:
                self.pay(now, lease, month)
            else:
                lease.settle(month, "uncollected")
        lease.end(reason)

    def archive(self, now: datetime, organization: str) -> None:
        self.renew(now)
        leases = [lease for lease in self.leases if lease.organization == organization]
        for lease in sorted(leases, key=lambda lease: (lease.due_at, lease.id)):
            if not lease.ended:
                now = lease.time(self.time(now))
                self._leave(now, lease, "organization_archived", charges=True)

    def set_price(self, now: datetime, lease: Lease, price: int) -> bool:
        if lease.ended:
            return False
        now = lease.time(self.time(now))
        month = lease.unpaid_month
        while month in lease.charges or lease.start(month) <= now:
            lease.prices.setdefault(month, lease.price)
            month += 1
        lease.price = price
        return True

    def refund(self, now: datetime, lease: Lease, month: int, cents: int) -> bool:
        charge = lease.charges.get(month)
        if charge is None or charge.status != "paid" or charge.refunded + cents > charge.price:
            return False
        charge.refunded += cents
        self.record(now, "refund", cents, lease, month)
        return True
