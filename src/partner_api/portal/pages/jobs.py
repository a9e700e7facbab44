"""What is reserved, and by which job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import badge, credits, facts, identifier, instant, other
from partner_api.console.declare import Pages, View
from partner_api.credits import reservation_routes
from partner_api.credits.reservation_schemas import Reservation
from partner_api.jobs import routes as jobs
from partner_api.jobs.schemas import Job
from partner_api.portal.names import project_name, project_names
from partner_api.portal.session import PREFIX
from partner_api.portal.words import content

if TYPE_CHECKING:
    from partner_api.portal.visit import PortalVisit

pages = Pages()
PLACE: Final = "Reserved"
LIST: Final = f"{PREFIX}/jobs"
_LIVE_SECONDS: Final = 20
NOTHING: Final = "Nothing is reserved: no job is running."


@pages.page("/jobs")
async def list_reserved(visit: PortalVisit) -> View:
    """Show which jobs hold credits."""
    names = await project_names(visit)
    return View(
        title="Reserved",
        place=PLACE,
        live_seconds=_LIVE_SECONDS,
        body=[
            h.p(".quiet")[
                "A job reserves the most that it can cost. When it ends, what it really cost is charged, and the rest "
                "is available again."
            ],
            await listing(
                visit,
                reservation_routes.list_reservations,
                reservation_columns(visit, names),
                name="reserved",
                empty=NOTHING,
                href=(lambda one: f"{LIST}/{one.job_id}") if visit.may(jobs.read_job) else None,
            ),
        ],
    )


@pages.page("/jobs/{jobId}")
async def show_job(visit: PortalVisit, job_id: str) -> View:
    """Show a job, and what it has cost."""
    job: Job = await visit.ask(jobs.read_job, job_id=job_id)
    names = await project_names(visit)
    result, error = job.result, job.error
    return View(
        title="Job",
        place=PLACE,
        trail=((PLACE, LIST),),
        live_seconds=_LIVE_SECONDS if job.status == "running" else None,
        body=[
            facts(
                ("Id", identifier(job.job_id)),
                ("Status", badge(job.status)),
                ("Stage", other(job.stage)),
                ("Done", f"{job.progress:.0%}"),
                ("Project", project_name(names, job.project_id)),
                ("Reserved at its start", credits(job.reserved_credits)),
                ("Charged", credits(result.credits_charged) if result else "nothing"),
                ("Started", instant(job.started_at)),
                ("Ended", instant(job.finished_at or None)),
            ),
            h.p["Why it failed: ", other(error.message)] if error else None,
        ],
    )


def reservation_columns(visit: PortalVisit, names: dict[str, str]) -> list[Column[Reservation]]:
    """Return the columns of a table of reservations; ``names`` are those of projects, by their ids."""
    return [
        Column[Reservation]("Job", lambda one: identifier(one.job_id), lambda one: one.job_id),
        Column[Reservation]("For", lambda one: content(one.format), lambda one: one.format),
        Column[Reservation](
            "Project",
            lambda one: project_name(names, one.project_id),
            lambda one: names.get(one.project_id, one.project_id),
        ),
        Column[Reservation](
            "Credits",
            lambda one: credits(one.reserved_credits),
            lambda one: one.reserved_credits,
            number=True,
        ),
        Column[Reservation](
            "Since", lambda one: instant(one.reserved_at), lambda one: one.reserved_at
        ),
        Column[Reservation](
            "At most until", lambda one: instant(one.expires_at), lambda one: one.expires_at
        ),
    ]
