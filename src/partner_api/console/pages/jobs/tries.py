"""What happened to a job, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.text import identifier, other
from partner_api.console.components.timeline import Moment

if TYPE_CHECKING:
    from partner_api.ops.jobs.history_schemas import JobActor, JobHistory, JobTry
    from partner_api.ops.jobs.overview_schemas import OpsJob

_LOST: Final = "WORKER_LOST"
_EXPIRED: Final = "EXPIRED"


def moments_of(job: OpsJob, history: JobHistory) -> list[Moment]:
    """Return what happened to a job, newest first."""
    moments: list[Moment] = []
    if history.started is not None:
        reserved = f"{job.reserved_credits:,} credits reserved."
        moments.append(Moment(history.started.at, f"Started; {reserved}", _who(history.started)))
    for one in history.tries:
        moments.append(
            Moment(
                one.claimed_at,
                [f"Try {one.attempt}: ", other(one.worker_id), " took it."],
                ["With the token of ", other(one.operator)] if one.operator else None,
            )
        )
        if one.ended_at is not None:
            moments.append(Moment(one.ended_at, _end_of(one)))
    if history.cancel_requested is not None:
        asked = history.cancel_requested
        moments.append(Moment(asked.at, "Cancel accepted; the worker is told.", _who(asked)))
    if history.ended is not None:
        moments.append(Moment(history.ended.at, _result(job), _who(history.ended)))
    return sorted(moments, key=lambda one: one.at)[::-1]


def _end_of(one: JobTry) -> h.Node:
    try_ = f"Try {one.attempt} is over: "
    then = "; the job waits for another worker." if one.end == "requeued" else "."
    if one.end == "completed":
        return [try_, other(one.worker_id), " completed it."]
    if one.end == "canceled":
        return [try_, "the job had been canceled."]
    if one.code == _LOST:
        return [try_, other(one.worker_id), f" was not heard of in time{then}"]
    if one.code == _EXPIRED:
        return [try_, "the 24 hours of the job were over."]
    return [try_, other(one.worker_id), " gave it back with ", h.code[one.code], then]


def _result(job: OpsJob) -> h.Node:
    if job.status == "completed":
        freed = job.reserved_credits - job.credits_charged
        return f"Completed: {job.credits_charged:,} credits charged, {freed:,} free again."
    freed_all = f"Nothing charged, {job.reserved_credits:,} credits free again."
    if job.status == "failed" and job.last_error is not None:
        return ["Failed with ", h.code[job.last_error.code], f". {freed_all}"]
    return f"Canceled. {freed_all}"


def _who(actor: JobActor) -> h.Node:
    request = [" · ", identifier(actor.request_id)] if actor.request_id else None
    if actor.operator is not None:
        return ["By ", other(actor.operator), request]
    if actor.api_key_id is not None:
        return ["By the API key ", identifier(actor.api_key_id), request]
    return ["By the server" if actor.actor == "system" else "By the partner", request]
