"""Lease requests: the queue, and one request beside the accounts that fit it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import htpy as h

from partner_api.console.components import choosing
from partner_api.console.components.form import Field
from partner_api.console.components.lease_request import (
    MOST_CANDIDATES,
    about,
    accounts,
    answer,
    choice,
    countries,
    list_candidates,
)
from partner_api.console.components.money import confirm_above
from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import (
    age,
    badge,
    cents,
    identifier,
    other,
)
from partner_api.console.declare import Done, Pages, View
from partner_api.console.mount import redirection
from partner_api.errors import Issue, invalid
from partner_api.ops.lease_requests import routes as lease_requests
from partner_api.ops.lease_requests.schemas import QueuedLeaseRequest
from partner_api.ops.pool import history_routes as pool_history

if TYPE_CHECKING:
    from typing import Any

    from partner_api.console.visit import Visit
    from partner_api.edge.wire.reply import Reply

pages = Pages()
PLACE: Final = "Requests"
_LIST: Final = "/console/lease-requests"
# What the address of a request may have: the filter of the queue, and what was chosen to see what it costs.
_CHOICE: Final = (choosing.FIELD, "note", "monthlyPriceCents")
_FILTERS: Final = [
    Field(
        "status",
        "Status",
        "select",
        options=[
            ("", "waiting"),
            ("assigned", "assigned"),
            ("partial", "partly assigned"),
            ("rejected", "rejected"),
        ],
    ),
    Field(
        "organizationId",
        "Organization",
        attributes={"placeholder": "org_…", "maxlength": "40"},
    ),
]


@pages.page("/lease-requests")
async def list_lease_requests(visit: Visit) -> View | Reply[Any]:
    """Show the queue; with `next`, the request that comes behind another one instead."""
    if visit.parameter("next"):
        return redirection(await _next_address(visit, visit.parameter("next")))
    now = visit.request.now
    columns = [
        Column[QueuedLeaseRequest](
            "Vertical", lambda one: other(one.niche.vertical), lambda one: one.niche.vertical
        ),
        Column[QueuedLeaseRequest](
            "Accounts", lambda one: str(one.count), lambda one: one.count, number=True
        ),
        Column[QueuedLeaseRequest](
            "Age", lambda one: age(one.submitted_at, now), lambda one: one.submitted_at
        ),
        Column[QueuedLeaseRequest](
            "Organization",
            lambda one: other(one.organization_name),
            lambda one: one.organization_name,
        ),
        Column[QueuedLeaseRequest](
            "Partner", lambda one: other(one.partner_name), lambda one: one.partner_name
        ),
        Column[QueuedLeaseRequest](
            "Project", lambda one: other(one.project_name), lambda one: one.project_name
        ),
        Column[QueuedLeaseRequest](
            "Language", lambda one: one.niche.language or "any", lambda one: one.niche.language
        ),
        Column[QueuedLeaseRequest](
            "Countries", lambda one: countries(one.niche.geo), lambda one: " ".join(one.niche.geo)
        ),
        Column[QueuedLeaseRequest](
            "Cash",
            lambda one: cents(one.cash_balance_cents),
            lambda one: one.cash_balance_cents,
            number=True,
        ),
        Column[QueuedLeaseRequest]("Status", lambda one: badge(one.status), lambda one: one.status),
        Column[QueuedLeaseRequest]("Id", lambda one: identifier(one.id), lambda one: one.id),
    ]
    return View(
        title="Lease requests",
        place=PLACE,
        live_seconds=30,
        body=[
            await listing(
                visit,
                lease_requests.list_queue,
                columns,
                name="lease-requests",
                filters=_FILTERS,
                href=lambda one: _address(visit, one.id),
                empty="Nobody waits for accounts. New requests appear here by themselves.",
            ),
            h.p(".quiet")[
                "The oldest is first. Enter opens a request; when it is answered, the next one opens."
            ],
        ],
    )


@pages.page("/lease-requests/{leaseRequestId}")
async def show_lease_request(visit: Visit, lease_request_id: str) -> View:
    """Show one request: as it was answered, or beside the accounts that can be chosen for it."""
    visit.query = {
        name: values
        for name, values in visit.query.items()
        if name in ("organizationId", "candidates", "csv", *_CHOICE)
    }
    found = await visit.ask(lease_requests.read_lease_request, lease_request_id=lease_request_id)
    return View(
        title=f"{found.count} {accounts(found.count)} for {found.organization_name}",
        place=PLACE,
        trail=((PLACE, _queue_address(visit)),),
        body=[
            h.div(".beside")[
                h.div[_skip(visit, found), about(visit, found)],
                h.div[
                    await choice(visit, found)
                    if found.status == "requested"
                    else await answer(visit, found)
                ],
            ]
        ],
    )


@pages.action(
    "/lease-requests/{leaseRequestId}/fulfil",
    shows=show_lease_request,
    does=(lease_requests.fulfil_lease_request,),
)
async def fulfil(visit: Visit, lease_request_id: str) -> Done:
    """Assign the accounts that were chosen, and go on to the next request."""
    chosen = visit.fields.get(choosing.FIELD, [])
    if not chosen:
        raise invalid([Issue(choosing.FIELD, "Choose at least one account")])
    price = visit.whole_number("monthlyPriceCents")
    found = await visit.ask(lease_requests.read_lease_request, lease_request_id=lease_request_id)
    if found.status == "requested":
        total = await _total_cents(visit, found, chosen, price)
        before = found.cash_balance_cents or 0
        confirm_above(
            visit,
            total,
            "cents",
            f"{found.organization_name} gets {len(chosen)} {accounts(len(chosen))}. "
            f"{found.partner_name} pays their first month.",
            [("Cash", before, before - total)],
        )
    answered = await visit.do(
        lease_requests.fulfil_lease_request,
        {
            "poolAccountIds": chosen,
            "monthlyPriceCents": price,
            "note": visit.optional("note"),
        },
        lease_request_id=lease_request_id,
    )
    given = len(answered.assigned_social_account_ids)
    return Done(
        await _next_address(visit, lease_request_id),
        f"{given} of {answered.count} {accounts(answered.count)} assigned to {found.organization_name}.",
    )


@pages.action(
    "/lease-requests/{leaseRequestId}/reject",
    shows=show_lease_request,
    does=(lease_requests.reject_lease_request,),
)
async def reject(visit: Visit, lease_request_id: str) -> Done:
    """Refuse the request with a note for the partner, and go on to the next one."""
    await visit.do(
        lease_requests.reject_lease_request,
        {"note": visit.field("note")},
        lease_request_id=lease_request_id,
    )
    return Done(await _next_address(visit, lease_request_id), "The request is rejected.")


async def _total_cents(
    visit: Visit, found: QueuedLeaseRequest, chosen: list[str], price: int | None
) -> int:
    """Return what the first month of the chosen accounts costs, also of those that are no longer among the best.

    Raises:
        ApiError: VALIDATION, NOT_FOUND: an account is none.
    """
    if price is not None:
        return len(chosen) * price
    prices = {
        one.id: one.monthly_price_cents
        for one in await list_candidates(visit, found, MOST_CANDIDATES)
    }
    # What is more than was asked for, the API refuses.
    for one in chosen[: found.count]:
        if one not in prices:
            account = await visit.ask(pool_history.read_pool_account, pool_account_id=one)
            prices[one] = account.monthly_price_cents
    return sum(prices.get(one, 0) for one in chosen)


async def _next_address(visit: Visit, lease_request_id: str) -> str:
    """Return the address of the open request behind another one, else of the first; of the queue if there is none."""
    for after in (lease_request_id, None):
        page = await visit.ask(
            lease_requests.list_queue,
            query={"after": after, "organizationId": visit.parameter("organizationId"), "limit": 1},
        )
        if page.items and page.items[0].id != lease_request_id:
            return _address(visit, page.items[0].id)
    return _queue_address(visit)


def _address(visit: Visit, lease_request_id: str) -> str:
    return f"{_LIST}/{lease_request_id}{_filter(visit)}"


def _queue_address(visit: Visit) -> str:
    return f"{_LIST}{_filter(visit)}"


def _filter(visit: Visit, **others: str) -> str:
    """Return the query that keeps whose requests are answered."""
    query = {"organizationId": visit.parameter("organizationId"), **others}
    kept = {name: value for name, value in query.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


def _skip(visit: Visit, found: QueuedLeaseRequest) -> h.Node:
    address = f"{_LIST}{_filter(visit, next=found.id)}"
    return h.p[h.a(href=address, data_key="n")["Next request"], " ", h.kbd["n"]]
