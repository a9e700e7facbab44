"""One wallet of the model: its balances, its periods, and the rows that explain both.

What can be derived (reserved, used this period) is derived, so that the counters of the real wallet have something
to be compared with.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from tests.properties.calendar_model import add_months


@dataclass(frozen=True)
class Event:
    """A ledger row."""

    event_type: str
    included_delta: int
    prepaid_delta: int
    included_after: int
    prepaid_after: int
    usage_after: int
    reason: str | None
    created_at: datetime


@dataclass
class Wallet:
    """One organization's credits."""

    created_on: date
    partner: str | None
    state: str = "active"
    project_archived: bool = False
    tier: str = "free"
    billing_status: str = "active"
    included_credits: int = 0
    started_on: date | None = None
    period: int = 0
    included_this_period: int = 0
    granted_peak: int = 0
    included_remaining: int = 0
    prepaid: int = 0
    cap: int | None = None
    refill_threshold: int | None = None
    refill_amount: int | None = None
    refill_failed_at: datetime | None = None
    refill_failures: int = 0
    was_low: bool = False
    times_low: int = 0
    open_jobs: dict[str, int] = field(default_factory=dict)
    usage: list[tuple[datetime, int]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def anchor(self) -> date:
        """The day that periods count from."""
        return self.started_on or self.created_on

    @property
    def period_start(self) -> datetime:
        return _midnight(add_months(self.anchor, self.period))

    @property
    def period_end(self) -> datetime:
        return _midnight(add_months(self.anchor, self.period + 1))

    @property
    def auto_refill(self) -> bool:
        return self.refill_threshold is not None and self.refill_amount is not None

    @property
    def balance(self) -> int:
        return self.included_remaining + self.prepaid

    @property
    def reserved(self) -> int:
        return sum(self.open_jobs.values())

    @property
    def available(self) -> int:
        return self.balance - self.reserved

    @property
    def spendable_prepaid(self) -> int:
        return min(self.prepaid, self.available)

    @property
    def is_low(self) -> bool:
        """Whether less is available than the refill threshold, if it has one."""
        return self.refill_threshold is not None and self.available < self.refill_threshold

    @property
    def used(self) -> int:
        """What settled in the current period."""
        return sum(credits for at, credits in self.usage if at >= self.period_start)

    def seen(self, now: datetime) -> datetime:
        """The wallet's time: a node whose clock lags does nothing before what has already happened."""
        return max([now, self.period_start, *(event.created_at for event in self.events[-1:])])

    def record(
        self,
        now: datetime,
        event_type: str,
        *,
        included: int = 0,
        prepaid: int = 0,
        reason: str | None = None,
    ) -> None:
        """Change the balances and leave the row that says so."""
        at = self.seen(now)
        self.included_remaining += included
        self.prepaid += prepaid
        if event_type == "usage":
            self.usage.append((at, -included - prepaid))
        after = (self.included_remaining, self.prepaid, self.used)
        self.events.append(Event(event_type, included, prepaid, *after, reason, at))

    def roll(self, now: datetime) -> None:
        """End every period that is over, one after the other."""
        while self.period_end <= now:
            self.end_period(self.period_end, self.started_on, self.period + 1)
        self.look_whether_low()

    def look_whether_low(self) -> None:
        """Count how often it has got low: looked at after each operation, not in the midst of one."""
        self.times_low += self.is_low and not self.was_low
        self.was_low = self.is_low

    def end_period(self, at: datetime, started_on: date | None, period: int) -> None:
        """Lapse what is left but for what open reservations need, then grant the new allotment."""
        allotment = self.included_credits if self.billing_status == "active" else 0
        carried = min(self.included_remaining, max(0, self.reserved - self.prepaid - allotment))
        lapsing = self.included_remaining - carried
        self.started_on, self.period = started_on, period
        self.included_this_period = carried + allotment
        self.granted_peak = allotment
        if lapsing:
            self.record(at, "adjustment", included=-lapsing, reason="period_lapse")
        if allotment:
            self.record(at, "grant", included=allotment, reason="period_allotment")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
