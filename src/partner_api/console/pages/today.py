"""Today: what waits for somebody, what is about to be lost, and what was spent and taken."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.cash.schemas import OUTLOOK_DAYS
from partner_api.console.components.csv_file import csv_link, rows_link
from partner_api.console.components.errors import error_notice
from partner_api.console.components.table import Column, table
from partner_api.console.components.text import (
    badge,
    cents,
    counted,
    elapsed,
    facts,
    instant,
    left,
    other,
    section,
)
from partner_api.console.declare import Pages, View
from partner_api.console.pages.books import result
from partner_api.console.pages.cover import show_cover
from partner_api.console.pages.spent import DAYS, show_spent
from partner_api.errors import ApiError
from partner_api.jobs.summary_store import COUNTED
from partner_api.ops.jobs import summary_routes as jobs
from partner_api.ops.lease_requests import routes as lease_requests
from partner_api.ops.lease_requests import summary_routes as open_requests
from partner_api.ops.lease_requests.schemas import QueuedLeaseRequest
from partner_api.ops.lease_requests.summary_schemas import RequestAge
from partner_api.ops.reconciliation import routes as reconciliation
from partner_api.ops.renewals import past_due_routes
from partner_api.ops.renewals.past_due_schemas import PartnerPastDue
from partner_api.ops.webhooks import routes as webhooks
from partner_api.ops.webhooks.schemas import OpsWebhookEndpoint

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from partner_api.console.visit import Visit

pages = Pages()
PLACE: Final = "Today"
_LIVE_SECONDS: Final = 30
# Of each kind so many stand here; the others are a link away.
_MOST: Final = 5


@pages.page("")
async def show_today(visit: Visit) -> View:
    """Show everything that somebody has to look at today."""
    blocks = await asyncio.gather(
        _block(visit, "Open lease requests", _requests),
        _block(visit, "Past due", _past_due),
        _block(visit, f"Cover of the next {OUTLOOK_DAYS} days", show_cover),
        _block(visit, "Failing webhook endpoints", _endpoints),
        _block(visit, "Jobs", _jobs),
        _block(visit, "Books", _books),
        _block(visit, f"The last {DAYS} days", show_spent),
    )
    *cards, spent = blocks
    return View(
        title="Today",
        place=PLACE,
        live_seconds=_LIVE_SECONDS,
        body=[h.div(".cards")[cards], spent],
    )


async def _block(visit: Visit, title: str, read: Callable[[Visit], Awaitable[h.Node]]) -> h.Node:
    """Return a part of the page; what cannot be read says so, and leaves the others alone."""
    try:
        body = await read(visit)
    except ApiError as error:
        body = error_notice(error)
    return section(title, body)


async def _requests(visit: Visit) -> h.Node:
    found, oldest = await asyncio.gather(
        visit.ask(open_requests.summarize_lease_requests),
        visit.ask(lease_requests.list_queue, query={"limit": _MOST}),
    )
    if not found.count:
        return h.p(".empty")["Every request is answered."]
    by_age = [one for one in reversed(found.by_age) if one.count]
    ages = [
        Column[RequestAge]("Waiting for", _age, lambda one: one.from_hours),
        Column[RequestAge](
            "Requests", lambda one: f"{one.count:,}", lambda one: one.count, number=True
        ),
    ]
    requests = [
        Column[QueuedLeaseRequest](
            "Asked for",
            lambda one: [f"{one.count:,} about ", other(one.niche.vertical)],
            lambda one: one.niche.vertical,
        ),
        Column[QueuedLeaseRequest](
            "By", lambda one: other(one.partner_name), lambda one: one.partner_name
        ),
        Column[QueuedLeaseRequest](
            "Since", lambda one: instant(one.submitted_at), lambda one: one.submitted_at
        ),
    ]
    return [
        h.p[
            h.a(href="/console/lease-requests")[counted(found.count, "request")],
            f" for {counted(found.accounts, 'account')}",
        ],
        table(ages, by_age, caption="By age"),
        h.p[rows_link(visit, by_age, ages, name="requests-by-age")],
        table(
            requests,
            oldest.items,
            href=lambda one: f"/console/lease-requests/{one.id}",
            caption="The oldest",
        ),
    ]


async def _past_due(visit: Visit) -> h.Node:
    found = await visit.ask(past_due_routes.list_past_due, query={"limit": _MOST})
    now = visit.request.now
    columns = [
        Column[PartnerPastDue]("Partner", lambda one: other(one.name), lambda one: one.name),
        Column[PartnerPastDue](
            "Leases", lambda one: f"{one.leases:,}", lambda one: one.leases, number=True
        ),
        Column[PartnerPastDue](
            "First is lost in",
            lambda one: left(one.first_ends_at, now),
            lambda one: one.first_ends_at,
        ),
        Column[PartnerPastDue](
            "A month",
            lambda one: cents(one.monthly_cents),
            lambda one: one.monthly_cents,
            number=True,
        ),
    ]
    csv = await csv_link(
        visit, past_due_routes.list_past_due, columns, name="past-due", query={}, cursor="cursor"
    )
    return [
        table(
            columns,
            found.items,
            href=lambda one: f"/console/organizations/{one.organization_id}/cash",
            empty="Every lease is paid.",
            caption="Leases that end unless they are paid" if found.items else None,
        ),
        h.p[
            h.a(href="/console/leases?billingStatus=past_due")["All leases that are past due"],
            " · ",
            csv,
        ]
        if found.items
        else None,
    ]


async def _endpoints(visit: Visit) -> h.Node:
    found = await visit.ask(
        webhooks.list_webhook_endpoints, query={"failing": True, "limit": _MOST}
    )
    columns = [
        Column[OpsWebhookEndpoint]("Endpoint", lambda one: other(one.url), lambda one: one.url),
        Column[OpsWebhookEndpoint](
            "Of", lambda one: other(one.organization_name), lambda one: one.organization_name
        ),
        Column[OpsWebhookEndpoint]("Status", lambda one: badge(one.status), lambda one: one.status),
        Column[OpsWebhookEndpoint](
            "Failing since", lambda one: instant(one.failing_since), lambda one: one.failing_since
        ),
        Column[OpsWebhookEndpoint](
            "Waiting",
            lambda one: f"{one.waiting_deliveries:,}",
            lambda one: one.waiting_deliveries,
            number=True,
        ),
    ]
    return [
        table(
            columns,
            found.items,
            href=lambda one: f"/console/webhooks/{one.id}",
            empty="None of the newest endpoints fails."
            if found.next_cursor
            else "Every endpoint that was sent something has taken it.",
            caption="The last attempt failed" if found.items else None,
        ),
        h.p[h.a(href="/console/webhooks?failing=true")["All that fail"]]
        if found.next_cursor
        else None,
    ]


async def _jobs(visit: Visit) -> h.Node:
    found = await visit.ask(jobs.summarize_jobs)
    waits = found.oldest_waiting_at
    return [
        facts(
            ("Waiting", _many(found.waiting)),
            ("Longest wait", elapsed(waits, visit.request.now) if waits else "none waits"),
            ("With a worker", _many(found.running)),
            ("Worker silent", badge(_many(found.silent), "warn") if found.silent else "0"),
            (
                "Lost in 24 hours",
                badge(_many(found.lost_within_day), "bad") if found.lost_within_day else "0",
            ),
        ),
        h.p[h.a(href="/console/jobs")["All jobs"]],
    ]


async def _books(visit: Visit) -> h.Node:
    checks = (await visit.ask(reconciliation.list_reconciliations, query={"limit": 2})).items
    last = next((one for one in checks if one.finished_at is not None), None)
    if last is None:
        return h.p(".empty")["No check has finished yet."]
    return [
        facts(("Result", result(last.mismatches_found)), ("Checked", instant(last.started_at))),
        h.p[h.a(href="/console/books")["The books"]],
    ]


def _age(age: RequestAge) -> str:
    if age.to_hours is None:
        return f"more than {age.from_hours // 24} days"
    if age.from_hours >= 24:
        return f"{age.from_hours // 24} to {age.to_hours // 24} days"
    return f"{age.from_hours} to {age.to_hours} hours"


def _many(number: int) -> str:
    return f"{number:,}" if number < COUNTED else f"{number:,} or more"
