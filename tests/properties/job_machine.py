"""Jobs in the hands of several workers, real and modelled, while time passes; after each rule both must agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.support import working
from tests.support.tenants import NOON, job_start, make_partner

from partner_api.database.arguments import SYSTEM
from partner_api.jobs import claim_store
from partner_api.jobs import store as job_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tests.properties.driver import Driver
    from tests.support.working import Claim

    from partner_api.database.arguments import Outcome
    from partner_api.edge.money_queues import MoneyFunction

TRIES = 3
PREPAID = 2_000
LEASE = timedelta(seconds=60)
STAGES = ("", "queued", "processing", "rendering", "finalizing")
which = st.integers(0, 1_000)


@dataclass
class Job:
    """What the rules say of a job."""

    job_id: UUID
    credits: int
    expires_at: datetime
    status: str = "running"
    stage: str = "queued"
    progress: float = 0
    attempt: int = 0
    token: UUID | None = None
    lease_until: datetime | None = None
    cancel_requested: bool = False
    charged: int = 0
    error: str | None = None
    completed_with: int | None = None

    def end(self, status: str, *, error: str | None = None, charged: int = 0) -> str:
        """It is over."""
        self.status, self.error, self.charged = status, error, charged
        if status == "completed":
            self.stage, self.progress = "completed", 1
        return status

    def give_back(self, error: str, *, retryable: bool) -> str:
        """Its claim ended without a result."""
        if self.cancel_requested:
            return self.end("canceled")
        if not retryable or self.attempt == TRIES:
            return self.end("failed", error=error)
        self.token = self.lease_until = None
        self.stage = "queued"
        return "running"

    def expire(self) -> str:
        """Its time is up."""
        if self.cancel_requested:
            return self.end("canceled")
        return self.end("failed", error="EXPIRED")

    def stale(self, held: Claim, now: datetime) -> str | None:
        """What a report of this claim is refused with; a job whose time is up ends by that."""
        if self.token != held.claim_token or self.status != "running":
            return self.status
        return self.expire() if self.expires_at <= now else None


class JobMachine(RuleBasedStateMachine):
    """One partner, two workers, and a clock."""

    driver: ClassVar[Driver]

    @initialize()
    def open_wallet(self) -> None:
        self.now = NOON
        self.wallet = self.driver.run(make_partner(self.driver.connection, prepaid=PREPAID))
        self.jobs: list[Job] = []
        self.claims: list[Claim] = []
        self.charged = 0
        self.seen: dict[UUID, tuple[str, float]] = {}

    @rule(amounts=st.lists(st.integers(0, 400), min_size=1, max_size=4), seconds=st.integers(0, 2))
    def start(self, amounts: list[int], seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        items = [job_start(self.wallet, credits, now=self.now) for credits in amounts]
        outcomes = self._together(job_store.start_jobs, items)
        for item, credits, outcome in zip(items, amounts, outcomes, strict=True):
            available = PREPAID - self.charged - sum(job.credits for job in self._running())
            assert (outcome.status == "done") == (credits <= available), outcome
            if outcome.status == "done":
                self.jobs.append(Job(item.job_id, credits, item.expires_at))

    @rule(worker=st.sampled_from(["w1", "w1", "w2"]), count=st.integers(1, 3))
    def claim(self, worker: str, count: int) -> None:
        waiting = [
            job for job in self._running() if job.token is None and job.expires_at > self.now
        ]
        found = self.driver.run(
            working.claim(self.driver.connection, self.wallet, count, now=self.now, worker=worker)
        )
        assert len(found) == min(count, len(waiting))
        assert {held.job_id for held in found} <= {job.job_id for job in waiting}
        for held in found:
            job = self._job(held)
            job.token, job.lease_until = held.claim_token, self.now + LEASE
            job.attempt += 1
            job.stage = "processing"
            assert held.attempt == job.attempt
        self.claims += found

    @precondition(lambda self: self.claims)
    @rule(
        reports=st.lists(
            st.tuples(
                which,
                st.sampled_from([None, "rendering", "finalizing"]),
                st.sampled_from([None, 0.0, 0.25, 0.5, 0.99]),
            ),
            min_size=1,
            max_size=3,
        )
    )
    def beat(self, reports: list[tuple[int, str | None, float | None]]) -> None:
        held = [self._claim(position) for position, _, _ in reports]
        items = [
            claim_store.JobHeartbeat(one.job_id, one.worker_id, one.claim_token, stage, progress)
            for one, (_, stage, progress) in zip(held, reports, strict=True)
        ]
        outcomes = self._together(claim_store.heartbeat, items)
        for one, item, outcome in zip(held, items, outcomes, strict=True):
            job = self._job(one)
            if not self._refused(outcome, job.stale(one, self.now)):
                assert (outcome.facts or {})["cancel_requested"] is job.cancel_requested
                job.lease_until = self.now + LEASE
                job.stage = max(job.stage, item.stage or "", key=STAGES.index)
                job.progress = max(job.progress, item.progress or 0)

    @precondition(lambda self: self.claims)
    @rule(
        reports=st.lists(
            st.tuples(which, st.sampled_from([0, 1, 40, 100, 400, 401, -1])),
            min_size=1,
            max_size=4,
        )
    )
    def complete(self, reports: list[tuple[int, int]]) -> None:
        held = [self._claim(position) for position, _ in reports]
        items = [
            working.completion(one, charge) for one, (_, charge) in zip(held, reports, strict=True)
        ]
        outcomes = self._together(claim_store.complete_jobs, items)
        for one, item, outcome in zip(held, items, outcomes, strict=True):
            self._completed(one, item.charged, outcome)

    def _completed(self, held: Claim, charge: int, outcome: Outcome) -> None:
        job = self._job(held)
        if job.token == held.claim_token and job.completed_with == charge:
            assert outcome.status == "replayed", outcome
            assert outcome.facts == {"status": job.status, "credits_charged": job.charged}
            return
        if self._refused(outcome, job.stale(held, self.now)):
            return
        if job.cancel_requested:
            job.end("canceled")
        elif not 0 <= charge <= job.credits:
            assert outcome.code == "VALIDATION", outcome
            return
        else:
            job.end("completed", charged=charge)
            self.charged += charge
        job.completed_with = charge
        assert outcome.facts == {"status": job.status, "credits_charged": job.charged}

    @precondition(lambda self: self.claims)
    @rule(reports=st.lists(st.tuples(which, st.booleans()), min_size=1, max_size=3))
    def fail(self, reports: list[tuple[int, bool]]) -> None:
        held = [self._claim(position) for position, _ in reports]
        items = [
            working.failure(one, retryable=retryable)
            for one, (_, retryable) in zip(held, reports, strict=True)
        ]
        outcomes = self._together(claim_store.fail_jobs, items)
        for one, item, outcome in zip(held, items, outcomes, strict=True):
            job = self._job(one)
            if not self._refused(outcome, job.stale(one, self.now)):
                status = job.give_back("RENDER_FAILED", retryable=item.retryable)
                assert outcome.facts == {"status": status}

    @precondition(lambda self: self.jobs)
    @rule(positions=st.lists(which, min_size=1, max_size=3))
    def cancel(self, positions: list[int]) -> None:
        running = self._running()
        jobs = []
        for position in positions:
            choice = running if running and position % 4 else self.jobs
            jobs.append(choice[position % len(choice)])
        items = [
            claim_store.CancelItem(job.job_id, self.wallet.organization_id, SYSTEM) for job in jobs
        ]
        outcomes = self._together(claim_store.cancel_jobs, items)
        for job, outcome in zip(jobs, outcomes, strict=True):
            facts = outcome.facts or {}
            if job.status != "running":
                assert facts["reason"] == f"ALREADY_{job.status.upper()}"
            elif job.token is not None and not job.cancel_requested and job.stage == "finalizing":
                assert outcome.code == "CONFLICT"
            else:
                assert facts["accepted"] is True
                if job.token is None:
                    job.end("canceled")
                job.cancel_requested = True

    @rule(
        wait=st.sampled_from(
            [timedelta(seconds=30)] * 3 + [timedelta(minutes=2)] * 2 + [timedelta(hours=9)]
        )
    )
    def pass_time(self, wait: timedelta) -> None:
        self.now += wait

    @rule()
    @precondition(lambda self: self.claims)
    def expire_claims(self) -> None:
        silent = [
            job
            for job in self._running()
            if job.lease_until is not None and job.lease_until <= self.now
        ]
        ended = self.driver.run(
            working.expire_claims(self.driver.connection, self.wallet.tenant_id, self.now, 1_000)
        )
        assert ended == len(silent)
        for job in silent:
            job.give_back("WORKER_LOST", retryable=True)

    @rule()
    def expire_jobs(self) -> None:
        overdue = [job for job in self._running() if job.expires_at <= self.now]
        ended = self.driver.run(
            job_store.expire_jobs(self.driver.connection, self.wallet.tenant_id, self.now, 1_000)
        )
        assert ended == len(overdue)
        for job in overdue:
            job.expire()

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "wallet"):
            return
        rows = self.driver.run(
            self.driver.connection.fetch(
                """
                SELECT j.*, r.charged, r.status AS reservation, c.status AS container_status
                  FROM jobs j
                  JOIN reservations r ON r.tenant_id = j.tenant_id AND r.job_id = j.id
                  JOIN containers c ON c.tenant_id = j.tenant_id AND c.job_id = j.id
                 WHERE j.tenant_id = $1
                """,
                self.wallet.tenant_id,
            )
        )
        found = {row["id"]: row for row in rows}
        assert set(found) == {job.job_id for job in self.jobs}
        for job in self.jobs:
            row = found[job.job_id]
            assert (row["status"], row["stage"], row["progress"], row["attempt"]) == (
                job.status,
                job.stage,
                job.progress,
                job.attempt,
            )
            assert (row["error_code"], row["charged"]) == (job.error, job.charged)
            if job.status == "running":
                assert (row["claim_token"], row["lease_until"]) == (job.token, job.lease_until)
                waiting = "queued" if job.token is None else "processing"
                assert (row["container_status"], row["reservation"]) == (waiting, "open")
            else:
                closed = "settled" if job.status == "completed" else "released"
                assert (row["container_status"], row["reservation"]) == (job.status, closed)
            # What holds of any two looks, whatever happened between them.
            status, progress = self.seen.get(job.job_id, ("running", 0))
            assert row["progress"] >= progress
            assert status in ("running", row["status"])
            self.seen[job.job_id] = (row["status"], row["progress"])
        assert self.driver.violations(self.wallet.tenant_id) == []

    def teardown(self) -> None:
        """Whatever has happened, the books agree."""
        if hasattr(self, "wallet"):
            assert self.driver.mismatches(self.wallet.tenant_id) == []

    def _together(self, function: MoneyFunction[Any], items: Sequence[Any]) -> list[Outcome]:
        return self.driver.call(function, self.wallet.tenant_id, self.now, items)

    def _running(self) -> list[Job]:
        return [job for job in self.jobs if job.status == "running"]

    def _claim(self, position: int) -> Claim:
        """A claim: one that is the current one, one that a running job had before, or any."""
        running = [held for held in self.claims if self._job(held).status == "running"]
        current = [held for held in running if self._job(held).token == held.claim_token]
        former = [held for held in running if held not in current]
        choice = (current, former, current, self.claims)[position % 4] or self.claims
        return choice[position // 4 % len(choice)]

    def _job(self, held: Claim) -> Job:
        (job,) = [job for job in self.jobs if job.job_id == held.job_id]
        return job

    def _refused(self, outcome: Outcome, stale: str | None) -> bool:
        """Return whether the model refuses a report, in which case the outcome must be that."""
        if stale is None:
            assert outcome.code != "CONFLICT", outcome
            return False
        assert (outcome.code, outcome.facts) == ("CONFLICT", {"status": stale})
        return True
