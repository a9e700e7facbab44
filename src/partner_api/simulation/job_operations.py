"""Drawing the starts and ends of jobs."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from partner_api.jobs import store as generation
from partner_api.simulation import store, work
from partner_api.simulation.operations import Effect, Item, Operation, Recovery
from partner_api.simulation.world import Job

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.arguments import Outcome
    from partner_api.simulation.chances import Chances
    from partner_api.simulation.world import Organization

_ESTIMATES = {
    "slideshow_builder": 50,
    "slideshow_remix": 50,
    "video_remix": 120,
    "ugc_remix": 120,
    "auto": 120,
}
_JOB_HOURS = 24
_NO_JOB = UUID(int=0)


def start(chances: Chances, now: datetime) -> Operation:
    """Start a job, or several of one partner and its children in one batch."""
    first = chances.organization()
    family = [first.partner or first, *(first.partner or first).children]
    count = 1 if chances.happens(0.6) else chances.random.randint(2, 5)
    owners = [first, *(chances.choose(family) for _ in range(count - 1))]
    items = [_start(chances, now, owner) for owner in owners]
    return Operation(
        "job start",
        partial(work.move_money, generation.start_jobs),
        first.tenant_id,
        now,
        items,
        Recovery.LOOK_FIRST,
        refusals=frozenset({"KILL_SWITCH", "RATE_LIMITED", "BILLING_EXHAUSTED", "NOT_FOUND"}),
        count=store.count_started_jobs,
    )


def _start(chances: Chances, now: datetime, owner: Organization) -> Item:
    content_format = chances.choose(tuple(_ESTIMATES))
    credits = (
        _ESTIMATES[content_format] if chances.happens(0.7) else chances.amount(owner.available)
    )
    job = Job(chances.ids.ulid(now), owner, credits)
    project = chances.partner() if chances.happens(0.01) else owner

    def learn(outcome: Outcome) -> None:
        if outcome.status != "refused":
            chances.world.running.append(job)
            owner.available -= credits

    return Item(
        generation.JobStart(
            job.job_id,
            chances.ids.uuid7(now),
            owner.organization_id,
            project.project_id,
            content_format,
            {},
            credits,
            chances.choose((None, None, None, 10, 3)),
            now + timedelta(hours=_JOB_HOURS),
            chances.client(owner, now),
        ),
        answer=("reserved_credits", credits),
        learn=learn,
    )


def settle(chances: Chances, now: datetime) -> Operation | None:
    """Charge jobs what they really cost, now and then one that is over or never was."""
    jobs = _jobs(chances)
    if not jobs:
        return None
    items = []
    for job in jobs:
        charged = (
            job.credits
            if chances.happens(0.5)
            else chances.random.randint(0, min(job.credits, 10**9))
        )
        if chances.happens(0.02):
            charged = job.credits + 1
        items.append(_settlement(chances, now, job, charged))
    return _ending(chances, now, "settlement", jobs, items)


def _settlement(chances: Chances, now: datetime, job: Job, charged: int) -> Item:
    def learn(outcome: Outcome) -> None:
        if outcome.status != "refused":
            chances.world.end_job(job, charged)
        elif outcome.code == "CONFLICT":
            chances.world.end_job(job, 0)

    effect = Effect("credits", job.organization.organization_id, "usage", -charged)
    return Item(
        generation.JobSettlement(
            _named(chances, job), charged, chances.client(job.organization, now)
        ),
        effects=[effect] if charged else [],
        answer=("credits_charged", charged),
        learn=learn,
    )


def release(chances: Chances, now: datetime) -> Operation | None:
    """End jobs without a charge."""
    jobs = _jobs(chances)
    if not jobs:
        return None
    items = [_release(chances, now, job) for job in jobs]
    return _ending(chances, now, "release", jobs, items)


def _release(chances: Chances, now: datetime, job: Job) -> Item:
    failed = chances.happens(0.5)

    def learn(outcome: Outcome) -> None:
        if outcome.status != "refused" or outcome.code == "CONFLICT":
            chances.world.end_job(job, 0)

    return Item(
        generation.JobRelease(
            _named(chances, job),
            "failed" if failed else "canceled",
            "RENDER_FAILED" if failed else None,
            "It did not render." if failed else None,
            chances.client(job.organization, now),
        ),
        answer=("released_credits", job.credits),
        learn=learn,
    )


def _jobs(chances: Chances) -> list[Job]:
    """Up to five jobs of one tenant, mostly running ones."""
    world = chances.world
    pool = world.running if not world.ended or chances.happens(0.97) else world.ended
    if not pool:
        return []
    first = chances.choose(pool)
    if chances.happens(0.6):
        return [first]
    tenant_id = first.organization.tenant_id
    siblings = [job for job in pool if job.organization.tenant_id == tenant_id]
    return chances.random.sample(siblings, min(len(siblings), chances.random.randint(2, 5)))


def _named(chances: Chances, job: Job) -> UUID:
    return _NO_JOB if chances.happens(0.005) else job.job_id


def _ending(
    chances: Chances, now: datetime, kind: str, jobs: list[Job], items: list[Item]
) -> Operation:
    function = generation.settle_jobs if kind == "settlement" else generation.release_jobs
    return Operation(
        kind,
        partial(work.move_money, function),
        jobs[0].organization.tenant_id,
        now,
        items,
        Recovery.ASK_AGAIN,
        refusals=frozenset({"NOT_FOUND", "CONFLICT", "VALIDATION"}),
        count=store.count_ended_jobs,
        over=frozenset({"CONFLICT"}),
    )
