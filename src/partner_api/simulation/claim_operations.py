"""Drawing what workers do with jobs: they claim them, report, and end them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from partner_api.ids import format_id
from partner_api.jobs import claim_store
from partner_api.simulation import store, work, writes
from partner_api.simulation.job_operations import PRICES
from partner_api.simulation.operations import Effect, Item, Operation, Recovery
from partner_api.simulation.world import Claim

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from partner_api.database.arguments import Idempotency, Outcome
    from partner_api.simulation.chances import Chances
    from partner_api.simulation.operations import Count
    from partner_api.simulation.world import Job

_LEASE_SECONDS = (10, 60, 900, 900)
_WORKERS = ("worker-1", "worker-2", "worker-3")
_STAGES = (None, "processing", "generating", "rendering", "uploading", "finalizing")
_ATTEMPTS = 3
_NO_JOB = UUID(int=0)
_NO_TOKEN = UUID(int=1)


def work_on(chances: Chances, now: datetime) -> Operation | None:
    """Do what is next for a worker: report on jobs that it has, or claim those that wait."""
    draw = chances.choose((heartbeat, fail, complete, complete, complete, complete))
    return draw(chances, now) or claim(chances, now)


def claim(chances: Chances, now: datetime) -> Operation | None:
    """Claim a tenant's waiting jobs for a worker."""
    world = chances.world
    alive = [job for job in world.running if job.expires_at > now]
    # The claims of some have lapsed.
    waiting = [job for job in alive if job.claim is None] or alive
    if not waiting:
        return None
    tenant_id = chances.choose(waiting).organization.tenant_id
    worker_id = chances.choose(_WORKERS)
    caller = chances.operator(now)
    argument = writes.JobClaim(
        worker_id,
        tuple(PRICES) if chances.happens(0.8) else ("slideshow_builder", "auto"),
        chances.choose(_LEASE_SECONDS),
        [chances.ids.uuid7(now) for _ in range(chances.random.randint(1, 5))],
        caller,
        chances.key(caller, tenant_id, "/jobs/claim", now),
    )

    def check(outcome: Outcome) -> str | None:
        findings = (_wrong_claim(world.running, job) for job in _claimed(outcome))
        return next((finding for finding in findings if finding is not None), None)

    def learn(outcome: Outcome) -> None:
        jobs = {job.job_id: job for job in world.running}
        for claimed in _claimed(outcome):
            job = jobs[UUID(claimed["job_id"])]
            job.claim = Claim(worker_id, UUID(claimed["claim_token"]))
            job.attempts = claimed["attempt"]

    return Operation(
        "job claim",
        writes.claim_jobs,
        tenant_id,
        now,
        [Item(argument, answer=("skipped", 0), learn=learn, check=check)],
        Recovery.SAME_KEY,
        count=store.count_records,
        statements=4,
    )


def _claimed(outcome: Outcome) -> list[dict[str, Any]]:
    return [] if outcome.facts is None else outcome.facts["jobs"]


def _wrong_claim(running: list[Job], claimed: dict[str, Any]) -> str | None:
    """Compare a claim with the job as the driver knows it; return what is wrong, if something is."""
    job = next((one for one in running if str(one.job_id) == claimed["job_id"]), None)
    if job is None:
        return f"expected a running job, found {claimed}"
    expected = {
        "organization_id": str(job.organization.organization_id),
        "reserved_credits": job.credits,
        "attempt": job.attempts + 1,
    }
    for name, value in expected.items():
        if claimed[name] != value:
            return f"{format_id('job', job.job_id)}: expected {name} {value}, found {claimed[name]}"
    return None


def heartbeat(chances: Chances, now: datetime) -> Operation | None:
    """Report that workers are alive, and how far they are."""

    def report(job: Job, claimed: Claim, idempotency: Idempotency) -> Item:
        argument = claim_store.JobHeartbeat(
            _named(chances, job),
            claimed.worker_id,
            claimed.token,
            chances.choose(_STAGES),
            chances.choose((None, 0.3, 0.6)),
            idempotency,
        )
        return Item(
            argument,
            answer=("cancel_requested", job.is_canceled),
            learn=partial(_learn_refusal, chances, job, claimed),
            check=partial(_check_refusal, job),
        )

    return _reporting(
        chances, now, "job heartbeat", claim_store.heartbeat, report, store.count_records
    )


def complete(chances: Chances, now: datetime) -> Operation | None:
    """Charge jobs what they really cost, now and then more than they may, or report it again without the key."""
    report = partial(_completion, chances, now)
    return _reporting(
        chances,
        now,
        "job completion",
        claim_store.complete_jobs,
        report,
        store.count_completed_jobs,
    )


def _completion(
    chances: Chances, now: datetime, job: Job, claimed: Claim, idempotency: Idempotency
) -> Item:
    job_id = _named(chances, job)
    charged = chances.random.randint(0, min(job.most, 10**9))
    if chances.happens(0.5):
        charged = job.most
    elif chances.happens(0.04):
        charged = job.most + 1
    repeats = None
    if job.completion is not None and job_id == job.job_id and claimed is job.claim:
        charged, repeats = job.completion
    # A cancel that was accepted is final.
    paid = 0 if job.is_canceled else charged

    def learn(outcome: Outcome) -> None:
        if outcome.status != "refused" and not job.is_over:
            job.completion = (charged, outcome.facts or {})
            chances.world.end_job(job, paid)
        _learn_refusal(chances, job, claimed, outcome)

    caller = chances.operator(now)
    return Item(
        claim_store.JobCompletion(
            job_id, claimed.worker_id, claimed.token, charged, [], caller, idempotency
        ),
        [Effect("credits", job.organization.organization_id, "usage", -paid)] if paid else [],
        ("credits_charged", paid),
        learn,
        partial(_check_refusal, job),
        repeats,
    )


def fail(chances: Chances, now: datetime) -> Operation | None:
    """Hand jobs back, to be tried again or to fail."""

    def report(job: Job, claimed: Claim, idempotency: Idempotency) -> Item:
        retryable = chances.happens(0.6)
        status = "running" if retryable and job.attempts < _ATTEMPTS else "failed"
        if job.is_canceled:
            status = "canceled"

        def learn(outcome: Outcome) -> None:
            if outcome.status == "refused":
                _learn_refusal(chances, job, claimed, outcome)
            elif status == "running":
                job.claim = None
            else:
                chances.world.end_job(job, 0)

        argument = claim_store.JobFailure(
            _named(chances, job),
            claimed.worker_id,
            claimed.token,
            "RENDER_FAILED",
            "It did not render.",
            retryable,
            chances.operator(now),
            idempotency,
        )
        check = partial(_check_refusal, job)
        return Item(argument, answer=("status", status), learn=learn, check=check)

    count = store.count_audit_rows
    return _reporting(chances, now, "job failure", claim_store.fail_jobs, report, count)


def _reporting(
    chances: Chances,
    now: datetime,
    kind: str,
    function: Callable[..., Any],
    report: Callable[[Job, Claim, Idempotency], Item],
    count: Count,
) -> Operation | None:
    """Report on up to five claimed jobs of one tenant."""
    items = []
    jobs = [(job, job.claim) for job in _jobs(chances, now) if job.claim is not None]
    if not jobs:
        return None
    tenant_id = jobs[0][0].organization.tenant_id
    for job, current in jobs:
        claimed = Claim(current.worker_id, _NO_TOKEN) if chances.happens(0.02) else current
        key = chances.key(chances.operator(now), tenant_id, f"/jobs/{function.__name__}", now)
        items.append(report(job, claimed, key))
    return Operation(
        kind,
        partial(work.move_money, function),
        tenant_id,
        now,
        items,
        Recovery.SAME_KEY,
        refusals=frozenset({"NOT_FOUND", "CONFLICT", "VALIDATION"}),
        count=count,
    )


def _jobs(chances: Chances, now: datetime) -> list[Job]:
    """Up to five claimed jobs of one tenant, mostly running ones that have time left."""
    world = chances.world
    running = [job for job in world.running if job.claim is not None]
    pool = [job for job in running if job.expires_at > now]
    if not pool:
        return []
    if chances.happens(0.05):
        pool = running
    elif world.ended and chances.happens(0.05):
        pool = [job for job in world.ended if job.claim is not None] or pool
    first = chances.choose(pool)
    if chances.happens(0.6):
        return [first]
    tenant_id = first.organization.tenant_id
    siblings = [job for job in pool if job.organization.tenant_id == tenant_id]
    return chances.random.sample(siblings, min(len(siblings), chances.random.randint(2, 5)))


def _named(chances: Chances, job: Job) -> UUID:
    return _NO_JOB if chances.happens(0.005) else job.job_id


def _learn_refusal(chances: Chances, job: Job, claimed: Claim, outcome: Outcome) -> None:
    """Learn from a claim that is no longer the current one what became of its job."""
    if outcome.code != "CONFLICT" or outcome.facts is None:
        return
    if outcome.facts["status"] != "running":
        chances.world.end_job(job, 0)
    elif claimed is job.claim:
        # Its worker was silent for too long.
        job.claim = None


def _check_refusal(job: Job, outcome: Outcome) -> str | None:
    """Check that nobody completed a job whose completion the driver was not told."""
    status = (outcome.facts or {}).get("status") if outcome.status == "refused" else None
    if status == "completed" and not job.is_over:
        return (
            f"{format_id('job', job.job_id)}: expected that nobody has completed it, found {status}"
        )
    return None
