"""The credit ledger as the contract describes it, in plain Python.

Written to be read beside the contract, not to be fast: one partner with its children, one operation after the other.
It knows nothing of SQL, locks or batches; a batch is its items in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.properties.calendar_model import period_at
from tests.properties.wallet_model import Wallet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

HOUR = timedelta(hours=1)


class Answer(NamedTuple):
    """What an operation answers; of the facts, those that the contract promises."""

    status: str
    code: str | None = None
    facts: Mapping[str, Any] | None = None


NOT_FOUND = Answer("refused", "NOT_FOUND")
KILL_SWITCH = Answer("refused", "KILL_SWITCH", {"scope": "organization"})
CONFLICT = Answer("refused", "CONFLICT")


@dataclass
class Job:
    """A job and what it reserved."""

    organization: str
    credits: int
    expires_at: datetime
    status: str = "running"
    charged: int = 0
    refunded: int = 0


class Ledger:
    """A partner and its children, by name."""

    def __init__(self) -> None:
        self.wallets: dict[str, Wallet] = {}
        self.jobs: dict[str, Job] = {}

    def open_wallet(self, name: str, now: datetime, partner: str | None = None) -> None:
        """An organization comes into being, with an empty wallet."""
        self.wallets[name] = Wallet(now.date(), partner)

    def touch(self, name: str, now: datetime) -> Wallet:
        """Read a wallet: whatever first touches it after a boundary writes the rollover."""
        wallet = self.wallets[name]
        wallet.roll(now)
        return wallet

    def post(self, now: datetime, name: str, event_type: str, credits: int) -> Answer:
        """Operator: grant, purchase or adjustment."""
        wallet = self.touch(name, now)
        if wallet.state == "archived":
            return CONFLICT
        if -credits > wallet.spendable_prepaid:
            return _exhausted("insufficient_prepaid", -credits, wallet.spendable_prepaid)
        wallet.record(now, event_type, prepaid=credits)
        wallet.look_whether_low()
        return _balances(wallet)

    def refund(self, now: datetime, name: str, job_id: str, credits: int) -> Answer:
        """Operator: give back at most what the job was charged, to prepaid, to the wallet that paid."""
        job = self.jobs.get(job_id)
        if job is None or job.organization != name:
            return NOT_FOUND
        if job.refunded + credits > job.charged:
            return CONFLICT
        wallet = self.touch(name, now)
        job.refunded += credits
        wallet.record(now, "refund", prepaid=credits)
        self._sweep(now, wallet)
        wallet.look_whether_low()
        return _balances(wallet)

    def allocate(self, now: datetime, name: str, credits: int) -> Answer:
        """Move prepaid credits from the partner to its child."""
        if self.wallets[name].partner is None:
            return NOT_FOUND
        child, partner = self.touch(name, now), self._partner_of(name, now)
        # Both sides of a transfer are at one time, the later one's.
        now = max(child.seen(now), partner.seen(now))
        child.roll(now)
        partner.roll(now)
        if child.state != "active":
            return KILL_SWITCH
        if credits > partner.spendable_prepaid:
            return _exhausted("insufficient_prepaid", credits, partner.spendable_prepaid)
        self._transfer(now, partner, child, credits, None)
        child.look_whether_low()
        return Answer(
            "done",
            None,
            {"allocated": credits, "balance": child.balance, "available": child.available},
        )

    def configure(self, now: datetime, name: str, patch: Mapping[str, Any]) -> Answer:
        """Set or clear cap and refill of a child; a key that is not there stays."""
        if self.wallets[name].partner is None:
            return NOT_FOUND
        wallet = self.touch(name, now)
        if wallet.state == "archived":
            return KILL_SWITCH
        config = {
            "monthly_credit_cap": wallet.cap,
            "refill_threshold": wallet.refill_threshold,
            "refill_amount": wallet.refill_amount,
            **patch,
        }
        if (config["refill_threshold"] is None) != (config["refill_amount"] is None):
            return Answer("refused", "VALIDATION")
        wallet.cap = config["monthly_credit_cap"]
        wallet.refill_threshold = config["refill_threshold"]
        wallet.refill_amount = config["refill_amount"]
        wallet.look_whether_low()
        config["auto_refill_enabled"] = wallet.auto_refill
        facts = {"config": config, "balance": wallet.balance, "available": wallet.available}
        return Answer("done", None, facts)

    def subscribe(
        self,
        now: datetime,
        name: str,
        tier: str,
        credits: int,
        billing_status: str,
        started_on: date | None,
    ) -> Answer:
        """Operator: set the whole subscription."""
        wallet = self.touch(name, now)
        now = wallet.seen(now)
        if wallet.state == "archived":
            return CONFLICT
        if started_on is not None and started_on > now.date():
            return Answer("refused", "VALIDATION")
        started_on = started_on or wallet.started_on or now.date()
        wallet.tier, wallet.billing_status, wallet.included_credits = tier, billing_status, credits
        if started_on != wallet.anchor:
            wallet.end_period(now, started_on, period_at(started_on, now.date()))
        else:
            wallet.started_on = started_on
            extra = credits - wallet.granted_peak
            if billing_status == "active" and extra > 0:
                wallet.granted_peak = credits
                wallet.included_this_period += extra
                wallet.record(now, "grant", included=extra)
        wallet.look_whether_low()
        return _balances(wallet)

    def start(
        self,
        now: datetime,
        name: str,
        job_id: str,
        credits: int,
        *,
        project_of: str,
        limit: int | None,
        expires_at: datetime,
    ) -> Answer:
        """Reserve an estimate; before that the cap, and the refill that makes it fit."""
        wallet = self.touch(name, now)
        if project_of != name:
            return NOT_FOUND
        if wallet.state != "active":
            return KILL_SWITCH
        if wallet.project_archived:
            return CONFLICT
        if limit is not None and len(wallet.open_jobs) >= limit:
            return Answer("refused", "RATE_LIMITED", {"limit": "concurrent_jobs"})
        if wallet.cap is not None and wallet.used + wallet.reserved + credits > wallet.cap:
            reason = {"reason": "monthly_credit_cap", "required": credits}
            return Answer("refused", "BILLING_EXHAUSTED", reason)
        if (
            wallet.refill_threshold is not None
            and wallet.available - credits < wallet.refill_threshold
        ):
            self._refill(now, name, credits)
        if credits > wallet.available:
            wallet.look_whether_low()
            return _exhausted("insufficient_credits", credits, wallet.available)
        wallet.open_jobs[job_id] = credits
        wallet.look_whether_low()
        self.jobs[job_id] = Job(name, credits, expires_at)
        return Answer("done", None, {"reserved_credits": credits})

    def settle(self, now: datetime, job_id: str, charged: int) -> Answer:
        """Take the real cost, included credits first, and free the rest of the reservation."""
        job = self.jobs.get(job_id)
        if job is None:
            return NOT_FOUND
        if job.status != "running":
            return Answer("refused", "CONFLICT", {"status": job.status})
        if charged > job.credits:
            return Answer("refused", "VALIDATION")
        wallet = self._close(now, job_id, "completed")
        job.charged = charged
        if charged:
            included = min(charged, wallet.included_remaining)
            wallet.record(now, "usage", included=-included, prepaid=included - charged)
        self._sweep(now, wallet)
        wallet.look_whether_low()
        return Answer("done", None, {"credits_charged": charged})

    def release(self, now: datetime, job_id: str, status: str) -> Answer:
        """Failed, canceled or expired: everything reserved is free again, without a row."""
        job = self.jobs.get(job_id)
        if job is None:
            return NOT_FOUND
        if job.status != "running":
            return Answer("refused", "CONFLICT", {"status": job.status})
        wallet = self._close(now, job_id, status)
        self._sweep(now, wallet)
        wallet.look_whether_low()
        return Answer("done", None, {"released_credits": job.credits})

    def expire(self, now: datetime) -> int:
        """Fail every job whose time is up; gives how many."""
        overdue = [
            job_id
            for job_id, job in self.jobs.items()
            if job.status == "running" and job.expires_at <= now
        ]
        for job_id in overdue:
            self._close(now, job_id, "failed")
        for name in sorted({self.jobs[job_id].organization for job_id in overdue}):
            self._sweep(now, self.wallets[name])
            self.wallets[name].look_whether_low()
        return len(overdue)

    def suspend(self, name: str, suspended: bool) -> None:
        """Suspend or resume an organization that is not archived. Moves no credits."""
        self.wallets[name].state = "suspended" if suspended else "active"

    def archive(self, now: datetime, name: str) -> int:
        """End a child: what no reservation needs goes to the partner, or lapses. Gives what went."""
        child = self.touch(name, now)
        child.state, child.refill_threshold, child.refill_amount = "archived", None, None
        child.included_credits, child.billing_status = 0, "canceled"
        child.look_whether_low()
        return self._sweep(now, child)

    def _sweep(self, now: datetime, wallet: Wallet) -> int:
        """Take out of an archived wallet what has come free in it."""
        if wallet.state != "archived":
            return 0
        assert wallet.partner is not None
        partner, moved = self.touch(wallet.partner, now), wallet.spendable_prepaid
        if moved:
            self._transfer(now, wallet, partner, moved, "archive_sweep")
        lapsing = min(wallet.included_remaining, wallet.available)
        if lapsing:
            wallet.record(now, "adjustment", included=-lapsing)
        return moved

    def _close(self, now: datetime, job_id: str, status: str) -> Wallet:
        job = self.jobs[job_id]
        wallet = self.touch(job.organization, now)
        job.status = status
        del wallet.open_jobs[job_id]
        return wallet

    def _refill(self, now: datetime, name: str, credits: int) -> None:
        wallet, partner = self.wallets[name], self._partner_of(name, now)
        assert wallet.refill_amount is not None
        if partner.spendable_prepaid < wallet.refill_amount:
            if wallet.refill_failed_at is None or now - wallet.refill_failed_at >= HOUR:
                wallet.refill_failed_at = now
                wallet.refill_failures += 1
        elif wallet.available + wallet.refill_amount >= credits:
            self._transfer(now, partner, wallet, wallet.refill_amount, "auto_refill")

    def _transfer(
        self, now: datetime, giver: Wallet, receiver: Wallet, credits: int, reason: str | None
    ) -> None:
        giver.record(now, "allocation", prepaid=-credits, reason=reason)
        receiver.record(now, "allocation", prepaid=credits, reason=reason)

    def _partner_of(self, name: str, now: datetime) -> Wallet:
        partner = self.wallets[name].partner
        assert partner is not None
        return self.touch(partner, now)


def _exhausted(reason: str, required: int, available: int) -> Answer:
    facts = {"reason": reason, "required": required, "available": available}
    return Answer("refused", "BILLING_EXHAUSTED", facts)


def _balances(wallet: Wallet) -> Answer:
    return Answer("done", None, {"balance": wallet.balance, "available": wallet.available})
