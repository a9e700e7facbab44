"""Drawing what partners do with jobs: they start and cancel them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from partner_api.jobs import claim_store
from partner_api.jobs import store as job_store
from partner_api.simulation import store, work
from partner_api.simulation.operations import Item, Operation, Recovery
from partner_api.simulation.world import Job

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.arguments import Outcome
    from partner_api.simulation.chances import Chances
    from partner_api.simulation.world import Organization

PRICES = {
    "slideshow_builder": 50,
    "slideshow_remix": 50,
    "video_remix": 120,
    "ugc_remix": 120,
    "auto": 120,
}
_SLIDESHOW_PRICE = 50
_JOB_HOURS = 24


def start(chances: Chances, now: datetime) -> Operation:
    """Start a job, or several of one partner and its children in one batch."""
    first = chances.organization()
    family = [first.payer, *first.payer.children]
    count = 1 if chances.happens(0.6) else chances.random.randint(2, 5)
    owners = [first, *(chances.choose(family) for _ in range(count - 1))]
    items = [_start(chances, now, owner) for owner in owners]
    refusals = {"KILL_SWITCH", "RATE_LIMITED", "BILLING_EXHAUSTED", "NOT_FOUND", "VALIDATION"}
    return Operation(
        "job start",
        partial(work.move_money, job_store.start_jobs),
        first.tenant_id,
        now,
        items,
        Recovery.LOOK_FIRST,
        refusals=frozenset(refusals),
        count=store.count_started_jobs,
    )


def _start(chances: Chances, now: datetime, owner: Organization) -> Item:
    content_format = chances.choose(tuple(PRICES))
    project = chances.project(owner)
    # Mostly at the price of its format.
    estimate = None if chances.happens(0.7) else chances.amount(owner.available)
    credits = PRICES[content_format] if estimate is None else estimate
    # What it became decides what it costs, and without files it is a slideshow.
    is_slideshow = content_format == "auto" and estimate is None
    most = _SLIDESHOW_PRICE if is_slideshow else credits
    job = Job(chances.ids.ulid(now), owner, credits, most, now + timedelta(hours=_JOB_HOURS))
    # Perhaps no longer leased.
    accounts = [
        lease.social_account_id
        for lease in chances.world.leases.values()
        if lease.project is project
    ]

    def learn(outcome: Outcome) -> None:
        if outcome.status != "refused":
            chances.world.running.append(job)
            owner.available -= credits

    return Item(
        job_store.JobStart(
            job.job_id,
            chances.ids.uuid7(now),
            owner.organization_id,
            project.project_id,
            content_format,
            {},
            estimate,
            chances.choose((None, None, None, 10, 3)),
            job.expires_at,
            chances.client(owner, now),
            chances.choose(accounts) if accounts and chances.happens(0.3) else None,
        ),
        answer=("reserved_credits", credits),
        learn=learn,
    )


def cancel(chances: Chances, now: datetime) -> Operation | None:
    """Cancel a job, as its organization or as the operator, now and then one that is over or another's."""
    world = chances.world
    pool = world.running if not world.ended or chances.happens(0.9) else world.ended
    if not pool:
        return None
    job = chances.choose(pool)
    by_operator = chances.happens(0.2)
    acting = chances.organization() if chances.happens(0.02) else job.organization
    caller = chances.operator(now) if by_operator else chances.client(acting, now)
    tenant_id = job.organization.tenant_id

    def learn(outcome: Outcome) -> None:
        if outcome.status == "refused" or outcome.facts is None:
            return
        if job.claim is not None and outcome.facts["accepted"]:
            job.is_canceled = True
        else:
            world.end_job(job, 0)

    argument = claim_store.CancelItem(
        job.job_id,
        None if by_operator else acting.organization_id,
        caller,
        chances.key(caller, tenant_id, "/jobs/cancel", now),
    )
    # One that runs, as far as the driver knows, may have expired since.
    item = Item(argument, answer=("accepted", False) if job.is_over else None, learn=learn)
    return Operation(
        "job cancel",
        partial(work.move_money, claim_store.cancel_jobs),
        tenant_id,
        now,
        [item],
        Recovery.SAME_KEY,
        refusals=frozenset({"NOT_FOUND", "CONFLICT"}),
        count=store.count_records,
    )
