"""A job: what it was given, who worked on it, what it cost, why it failed, and what it has made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.code import json_code
from partner_api.console.components.text import (
    badge,
    credits,
    elapsed,
    facts,
    identifier,
    instant,
    other,
    section,
)
from partner_api.console.components.timeline import timeline
from partner_api.console.declare import Done, Pages, View
from partner_api.console.pages.jobs import acting, columns, lists
from partner_api.console.pages.jobs.pictures import pictures
from partner_api.console.pages.jobs.tries import moments_of
from partner_api.ops.jobs import routes as jobs

if TYPE_CHECKING:
    from partner_api.console.visit import Visit
    from partner_api.ops.jobs.overview_schemas import OpsJob

pages = Pages()
_LIVE_SECONDS: Final = 5
_WORDS: Final = {
    "WORKER_LOST": "Each worker that took it fell silent: it crashed, was stopped, or lost its connection. Look at "
    "that worker's log, then retry.",
    "EXPIRED": "It was not finished within 24 hours of its start: either no worker for its format was running, or none "
    "got through. Start a worker for the format, then retry.",
}


@pages.page("/jobs/{jobId}")
async def show_job(visit: Visit, job_id: str) -> View:
    """Show one job."""
    job = await visit.ask(jobs.show_job, job_id=job_id)
    history = await visit.ask(jobs.show_job_history, job_id=job_id)
    content = await visit.ask(jobs.show_job_content, job_id=job_id)
    is_over = job.status != "running"
    return View(
        title=job.id,
        place=lists.PLACE,
        trail=((lists.PLACE, lists.LIST),),
        live_seconds=None if is_over else _LIVE_SECONDS,
        body=[
            _why(job),
            _facts(visit, job),
            await acting.forms(visit, job),
            section("What it has made", pictures(job, content), id="made")
            if job.status == "completed"
            else None,
            section(
                "What happened",
                timeline(
                    moments_of(job, history),
                    empty="It is in the audit log no more, which is kept for 90 days.",
                ),
                id="history",
            ),
            section("What it was given", json_code("Inputs", content.inputs, id="inputs")),
        ],
    )


@pages.action("/jobs/{jobId}/retry", shows=show_job, does=(jobs.retry_job,))
async def retry_job(visit: Visit, job_id: str) -> Done:
    """Start a job again, as a new one."""
    await acting.confirm_retry(visit, await visit.ask(jobs.show_job, job_id=job_id))
    started = await visit.do(jobs.retry_job, job_id=job_id)
    return Done(
        f"{lists.LIST}/{started.job_id}",
        f"This job is the new try. {started.reserved_credits:,} credits are reserved for it.",
    )


@pages.action("/jobs/{jobId}/cancel", shows=show_job, does=(jobs.cancel_any_job,))
async def cancel_job(visit: Visit, job_id: str) -> Done:
    """Cancel a job."""
    answer = await visit.do(jobs.cancel_any_job, job_id=job_id)
    to = f"{lists.LIST}/{job_id}"
    if not answer.accepted:
        return Done(to, "It was over already, so nothing was done.")
    return Done(to, "The cancel is accepted, and final. Nothing will be charged.")


def _why(job: OpsJob) -> h.Node:
    """Say why a job failed, or why its last try did."""
    if job.last_error is None or job.status == "completed":
        return None
    code = job.last_error.code
    if job.status == "running":
        tells = "Its last try failed; it is tried again, at most 3 times in all."
        tone = ".notice"
    else:
        tells = "It failed. Nothing was charged."
        tone = ".error"
    if job.status == "canceled":
        tells, tone = "It was canceled. Before that, a try had failed.", ".notice"
    return h.div(tone)[
        h.p[tells],
        h.p[h.code[code], " ", other(job.last_error.message)],
        h.p[_WORDS[code]] if code in _WORDS else None,
    ]


def _facts(visit: Visit, job: OpsJob) -> h.Node:
    return facts(
        ("Status", badge(columns.state_of(job))),
        (
            "Organization",
            h.a(href=f"/console/organizations/{job.organization_id}")[other(job.organization_name)],
        ),
        ("Environment", job.env),
        ("Format", job.format.replace("_", " ")),
        ("Progress", columns.progress_of(job)),
        *_work(visit, job),
        *_money(job),
        ("Started", _with_age(job.started_at, visit)),
        ("Expires", instant(job.expires_at))
        if job.finished_at is None
        else ("Ended", instant(job.finished_at)),
        ("Project", identifier(job.project_id)),
        ("Container", identifier(job.container_id)),
    )


def _work(visit: Visit, job: OpsJob) -> list[tuple[str, h.Node]]:
    """Return who works on a job, as far as anybody does."""
    rows: list[tuple[str, h.Node]] = [("Tries", f"{job.attempt} of 3")]
    if job.worker_id is not None:
        rows.append(("Worker", other(job.worker_id)))
    if job.claimed_at is not None:
        rows.append(("Claimed", _with_age(job.claimed_at, visit)))
    if job.lease_until is not None and job.status == "running":
        rows.append(("Claim ends", columns.claim_end(job, visit.request.now)))
    if job.cancel_requested_at is not None:
        rows.append(("Cancel accepted", instant(job.cancel_requested_at)))
    return rows


def _money(job: OpsJob) -> list[tuple[str, h.Node]]:
    """Return what a job costs, with the way to its rows in the ledger."""
    state = {"running": "held", "completed": "settled"}.get(job.status, "released")
    wallet = f"/console/organizations/{job.wallet_organization_id}/credits?jobId={job.id}"
    return [
        ("Credits reserved", [credits(job.reserved_credits), f" {state}"]),
        (
            "Credits charged",
            [credits(job.credits_charged), " ", h.a(href=wallet)["in the ledger"]],
        ),
        ("Credits refunded", credits(job.credits_refunded)),
    ]


def _with_age(at: str, visit: Visit) -> h.Node:
    return [instant(at), f" ({elapsed(at, visit.request.now)} ago)"]
