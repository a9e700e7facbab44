"""The list of all leases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partner_api.console.components.form import Field
from partner_api.console.components.table import Column, listing
from partner_api.console.declare import Pages, View
from partner_api.console.pages.leases.cells import (
    handle_column,
    lease_address,
    price_column,
    status_column,
    when,
    whose_columns,
)
from partner_api.ops.leases import routes as leases
from partner_api.ops.leases.schemas import ListedLease

if TYPE_CHECKING:
    from partner_api.console.visit import Visit

pages = Pages()
PLACE: Final = "Leases"
_COLUMNS: Final[list[Column[ListedLease]]] = [
    handle_column(),
    *whose_columns(),
    status_column(),
    price_column(),
    Column("Paid through", lambda one: when(one.paid_through), lambda one: one.paid_through),
    Column("Next renewal", lambda one: when(one.next_renewal_at), lambda one: one.next_renewal_at),
    Column("Assigned", lambda one: when(one.assigned_at), lambda one: one.assigned_at),
]
_FILTERS: Final = [
    Field("handle", "Handle", attributes={"maxlength": "64"}),
    Field(
        "status",
        "Status",
        "select",
        options=[("", "all"), ("assigned", "assigned"), ("disconnected", "over")],
    ),
    Field(
        "billingStatus",
        "Billing",
        "select",
        options=[("", "all"), ("current", "current"), ("past_due", "past due")],
    ),
    Field("partnerId", "Partner's id", attributes={"maxlength": "64"}),
    Field("organizationId", "Organization's id", attributes={"maxlength": "64"}),
    Field("dueBefore", "Unpaid before", "date"),
]


@pages.page("/leases")
async def list_leases(visit: Visit) -> View:
    """Show all leases."""
    return View(
        title="Leases",
        place=PLACE,
        body=await listing(
            visit,
            leases.list_leases,
            _COLUMNS,
            name="leases",
            filters=_FILTERS,
            href=lease_address,
            empty="No lease is like this. Leases begin when a request of a partner is fulfilled, on the page Requests.",
        ),
    )
