"""Lists of jobs: the queue, what workers have, what failed, and whatever is looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

import htpy as h

from partner_api.console.components.filters import filter_form, one_of
from partner_api.console.components.form import Field
from partner_api.console.components.table import listing
from partner_api.console.components.text import section
from partner_api.console.declare import Pages, View
from partner_api.console.pages.jobs import columns
from partner_api.content.store import ContentFormat
from partner_api.jobs.store import JobStatus
from partner_api.ops.jobs import routes as jobs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partner_api.console.components.table import Column
    from partner_api.console.visit import Visit
    from partner_api.ops.jobs.overview_schemas import OpsJob

pages = Pages()
PLACE: Final = "Jobs"
LIST: Final = "/console/jobs"
_LIVE_SECONDS: Final = 10
_ROWS: Final = 20
_FILTERS: Final = [
    one_of("status", "Status", get_args(JobStatus)),
    Field(
        "claimed",
        "Of those that run",
        "select",
        options=[("", "all"), ("false", "wait for a worker"), ("true", "a worker has")],
    ),
    one_of("format", "Format", get_args(ContentFormat)),
    Field(
        "organizationId",
        "Organization",
        attributes={"placeholder": "org_…", "maxlength": "64"},
    ),
    Field("workerId", "Worker", attributes={"maxlength": "128"}),
    Field("since", "Since (UTC)", "date"),
]


@pages.page("/jobs")
async def show_jobs(visit: Visit) -> View:
    """Show jobs: those that wait, those that workers have, those that failed; or those that are looked for."""
    is_search = any(visit.parameter(one.name) for one in _FILTERS)
    body = await (_found(visit) if is_search else _overview(visit))
    return View(title="Jobs", place=PLACE, body=body, live_seconds=_LIVE_SECONDS)


def address_of(job: OpsJob) -> str:
    """Return the address of a job's page."""
    return f"{LIST}/{job.id}"


async def _found(visit: Visit) -> h.Node:
    return await listing(
        visit,
        jobs.list_jobs,
        [
            columns.ID,
            columns.STATUS,
            columns.FORMAT,
            columns.OWNER,
            columns.ENVIRONMENT,
            columns.STARTED,
            columns.FINISHED,
            columns.TRIES,
            columns.WORKER,
            columns.CHARGED,
            columns.ERROR,
        ],
        name="jobs",
        filters=_FILTERS,
        href=address_of,
        empty="No job is like this here. An older page may have some: follow the link, if there is one.",
        label="Jobs",
    )


async def _overview(visit: Visit) -> h.Node:
    return [
        filter_form(visit, _FILTERS),
        section("Waiting for a worker", await _waiting(visit), id="waiting"),
        section("With a worker", await _working(visit), id="working"),
        section("Failed and canceled", await _failed(visit), id="failed"),
        h.p[h.a(href=f"{LIST}?status=completed")["Completed jobs"]],
    ]


async def _waiting(visit: Visit) -> h.Node:
    shown = [
        columns.ID,
        columns.waits(visit.request.now),
        columns.FORMAT,
        columns.OWNER,
        columns.RESERVED,
        columns.TRIES,
        columns.ERROR,
    ]
    return await _some(visit, "waiting", shown, {"claimed": False}, "Nothing waits.")


async def _working(visit: Visit) -> h.Node:
    now = visit.request.now
    shown = [
        columns.ID,
        columns.WORKER,
        columns.PROGRESS,
        columns.has_had(now),
        columns.claim_ends(now),
        columns.FORMAT,
        columns.OWNER,
        columns.TRIES,
    ]
    return await _some(visit, "working", shown, {"claimed": True}, "No worker has a job now.")


async def _failed(visit: Visit) -> h.Node:
    shown = [
        columns.ID,
        columns.STATUS,
        columns.FINISHED,
        columns.ERROR,
        columns.TRIES,
        columns.FORMAT,
        columns.OWNER,
        columns.ENVIRONMENT,
    ]
    wanted = {"status": ["failed", "canceled"]}
    return await _some(visit, "failed", shown, wanted, "No job has failed.")


async def _some(
    visit: Visit,
    name: str,
    shown: Sequence[Column[OpsJob]],
    query: Mapping[str, object],
    empty: str,
) -> h.Node:
    return await listing(
        visit,
        jobs.list_jobs,
        shown,
        name=name,
        query={"limit": _ROWS, **query},
        href=address_of,
        empty=empty,
        label=f"Jobs: {name}",
        cursor=f"{name}Cursor",
    )
