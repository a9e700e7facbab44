"""What lists of jobs show of each."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import htpy as h

from partner_api.console.components.markup import element
from partner_api.console.components.table import Column
from partner_api.console.components.text import (
    badge,
    credits,
    elapsed,
    identifier,
    instant,
    other,
)
from partner_api.ops.jobs.overview_schemas import OpsJob


def state_of(job: OpsJob) -> str:
    """Return a job's status in a word; one that runs may wait for a worker."""
    return (
        "waiting"
        if job.status == "running" and job.env == "live" and not job.worker_id
        else job.status
    )


def why(job: OpsJob) -> h.Node:
    """Return why the last try of a job failed."""
    if job.last_error is None:
        return None
    return [h.code[job.last_error.code], " ", other(job.last_error.message)]


def progress_of(job: OpsJob) -> h.Node:
    """Return how far a job is."""
    percent = round(job.progress * 100)
    return [
        h.progress(max="100", value=str(percent), aria_label=f"{job.stage}: {percent} %"),
        f" {percent} % {job.stage}",
    ]


def claim_end(job: OpsJob, now: datetime) -> h.Node:
    """Return when the claim of a job ends if its worker stays silent."""
    if job.lease_until is None:
        return None
    is_over = datetime.fromisoformat(job.lease_until) < now
    return [instant(job.lease_until), " ", badge("silent", "bad") if is_over else None]


ID: Final = Column[OpsJob]("Job", lambda one: identifier(one.id), lambda one: one.id)
FORMAT: Final = Column[OpsJob](
    "Format", lambda one: one.format.replace("_", " "), lambda one: one.format
)
OWNER: Final = Column[OpsJob](
    "Organization",
    lambda one: element(
        "a", other(one.organization_name), href=f"/console/organizations/{one.organization_id}"
    ),
    lambda one: one.organization_id,
)
ENVIRONMENT: Final = Column[OpsJob]("Environment", lambda one: one.env, lambda one: one.env)
TRIES: Final = Column[OpsJob](
    "Tries", lambda one: one.attempt, lambda one: one.attempt, number=True
)
WORKER: Final = Column[OpsJob](
    "Worker", lambda one: other(one.worker_id), lambda one: one.worker_id
)
RESERVED: Final = Column[OpsJob](
    "Reserved",
    lambda one: credits(one.reserved_credits),
    lambda one: one.reserved_credits,
    number=True,
)
CHARGED: Final = Column[OpsJob](
    "Charged",
    lambda one: credits(one.credits_charged),
    lambda one: one.credits_charged,
    number=True,
)
STARTED: Final = Column[OpsJob](
    "Started", lambda one: instant(one.started_at), lambda one: one.started_at
)
FINISHED: Final = Column[OpsJob](
    "Ended", lambda one: instant(one.finished_at), lambda one: one.finished_at
)
STATUS: Final = Column[OpsJob]("Status", lambda one: badge(state_of(one)), lambda one: one.status)
ERROR: Final = Column[OpsJob](
    "Why the last try failed",
    why,
    lambda one: one.last_error and f"{one.last_error.code}: {one.last_error.message}",
)
PROGRESS: Final = Column[OpsJob]("Progress", progress_of, lambda one: round(one.progress, 3))


def waits(now: datetime) -> Column[OpsJob]:
    """Return the column with how long a job has waited."""
    return Column[OpsJob](
        "Waits", lambda one: elapsed(one.started_at, now), lambda one: one.started_at
    )


def has_had(now: datetime) -> Column[OpsJob]:
    """Return the column with how long a worker has had a job."""
    return Column[OpsJob](
        "For",
        lambda one: elapsed(one.claimed_at, now) if one.claimed_at else None,
        lambda one: one.claimed_at,
    )


def claim_ends(now: datetime) -> Column[OpsJob]:
    """Return the column with when the claim of a job ends."""
    return Column[OpsJob](
        "Claim ends",
        lambda one: claim_end(one, now),
        lambda one: one.lease_until,
    )
