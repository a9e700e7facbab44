"""Every movement of credits, in sentences."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, get_args

import htpy as h

from partner_api.console.components.filters import one_of
from partner_api.console.components.form import Field
from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import credits, instant, other
from partner_api.console.declare import Pages, View
from partner_api.credits import routes
from partner_api.credits.event_schemas import CreditEvent
from partner_api.credits.event_store import CreditEventType
from partner_api.jobs import routes as jobs
from partner_api.portal.names import child_names, project_name, project_names
from partner_api.portal.session import PREFIX
from partner_api.portal.words import credit_sentence

if TYPE_CHECKING:
    from partner_api.portal.visit import PortalVisit

pages = Pages()
PLACE: Final = "Ledger"
_ONLY_CSV: Final = [
    Column[CreditEvent]("Description", lambda e: other(e.description), lambda e: e.description),
    Column[CreditEvent]("Job", lambda e: e.workflow_id or "", lambda e: e.workflow_id),
    Column[CreditEvent]("Event", lambda e: e.event_id, lambda e: e.event_id),
]


@pages.page("/ledger")
async def list_movements(visit: PortalVisit) -> View:
    """Show every movement of credits."""
    names, children = await asyncio.gather(project_names(visit), child_names(visit))
    filters = [
        one_of("eventType", "Kind", get_args(CreditEventType)),
        Field("since", "From", "date"),
        Field("until", "Up to", "date"),
    ]
    if names:
        filters.append(
            Field("projectId", "Project", "select", options=[("", "all"), *names.items()])
        )
    return View(
        title="Ledger",
        place=PLACE,
        body=[
            h.p(".quiet")["Every movement of credits, newest first. They add up to the balance."],
            await listing(
                visit,
                routes.list_own_events,
                movement_columns(visit, names, children),
                only_csv=_ONLY_CSV,
                name="ledger",
                filters=filters,
                empty="No movement has these. Clear the filters to see all.",
            ),
        ],
    )


def movement_columns(
    visit: PortalVisit, names: dict[str, str], children: dict[str, str]
) -> list[Column[CreditEvent]]:
    """Return the columns of a table of movements.

    Args:
        visit: of the page that it is on.
        names: of projects, by their ids.
        children: the names of children, by their ids.
    """

    def sentence(event: CreditEvent) -> str:
        return credit_sentence(event, children, is_childs=visit.is_childs)

    def what(event: CreditEvent) -> h.Node:
        job = event.workflow_id
        return h.div(".sentence")[
            sentence(event),
            h.div(".quiet")[other(event.description)] if event.description else None,
            h.div[h.a(href=f"{PREFIX}/jobs/{job}")["The job"]]
            if job and visit.may(jobs.read_job)
            else None,
        ]

    return [
        Column[CreditEvent]("When", lambda e: instant(e.created_at), lambda e: e.created_at),
        Column[CreditEvent]("What", what, sentence),
        Column[CreditEvent](
            "Credits", lambda e: credits(e.credits, signed=True), lambda e: e.credits, number=True
        ),
        Column[CreditEvent](
            "Balance", lambda e: credits(e.balance_after), lambda e: e.balance_after, number=True
        ),
        Column[CreditEvent](
            "Project",
            lambda e: project_name(names, e.project_id),
            lambda e: names.get(e.project_id or "", e.project_id),
        ),
        Column[CreditEvent]("Kind", lambda e: e.event_type, lambda e: e.event_type),
    ]
