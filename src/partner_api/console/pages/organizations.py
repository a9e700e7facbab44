"""Partners and their children: who they are, what they have, and what may be done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.form import Field, form
from partner_api.console.components.money import before_and_after, confirm_above
from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import (
    badge,
    cents,
    credits,
    facts,
    identifier,
    instant,
    other,
    section,
)
from partner_api.console.declare import Done, Pages, View
from partner_api.errors import Issue, invalid
from partner_api.ops.cash import routes as cash
from partner_api.ops.organizations import routes as organizations
from partner_api.ops.organizations.schemas import OpsOrganization

if TYPE_CHECKING:
    from partner_api.console.visit import Visit

pages = Pages()
PLACE: Final = "Organizations"
_LIST: Final = "/console/organizations"
_COLUMNS: Final = [
    Column[OpsOrganization]("Name", lambda one: other(one.name), lambda one: one.name),
    Column[OpsOrganization]("Id", lambda one: identifier(one.id), lambda one: one.id),
    Column[OpsOrganization]("Status", lambda one: badge(one.status), lambda one: one.status),
    Column[OpsOrganization](
        "Created", lambda one: instant(one.created_at), lambda one: one.created_at
    ),
]
_FILTERS: Final = [
    Field("search", "Name", attributes={"maxlength": "128"}),
    Field(
        "status",
        "Status",
        "select",
        options=[
            ("", "all"),
            ("active", "active"),
            ("suspended", "suspended"),
            ("archived", "archived"),
        ],
    ),
]


@pages.page("/organizations")
async def list_organizations(visit: Visit) -> View:
    """Show all organizations."""
    return View(
        title="Organizations",
        place=PLACE,
        body=await listing(
            visit,
            organizations.list_organizations,
            _COLUMNS,
            name="organizations",
            filters=_FILTERS,
            href=lambda one: f"{_LIST}/{one.id}",
            empty="No organization has these.",
        ),
    )


@pages.page("/organizations/{orgId}")
async def show_organization(visit: Visit, org_id: str) -> View:
    """Show one organization."""
    found = await visit.ask(organizations.read_organization, org_id=org_id)
    return View(
        title=found.name,
        place=PLACE,
        trail=((PLACE, _LIST),),
        body=[
            facts(
                ("Id", identifier(found.id)),
                ("Status", badge(found.status)),
                ("Credits", credits(found.credits.balance)),
                ("Cash", cents(found.cash_balance_cents)),
                ("Created", instant(found.created_at)),
            ),
            _top_up(visit, found.id, found.cash_balance_cents)
            if found.cash_balance_cents is not None
            else None,
        ],
    )


@pages.action(
    "/organizations/{orgId}/cash/topup", shows=show_organization, does=(cash.top_up_cash,)
)
async def top_up(visit: Visit, org_id: str) -> Done:
    """Record money that a partner has paid in."""
    amount = visit.whole_number("amountCents")
    if amount is None:
        raise invalid([Issue("amountCents", "Expected an amount")])
    found = await visit.ask(organizations.read_organization, org_id=org_id)
    before = found.cash_balance_cents or 0
    confirm_above(
        visit,
        amount,
        "cents",
        f"{found.name} is credited with what it has paid in.",
        [("Cash", before, before + amount)],
    )
    await visit.do(
        cash.top_up_cash,
        {
            "amountCents": amount,
            "description": visit.field("description"),
            "reference": visit.optional("reference"),
        },
        org_id=org_id,
    )
    return Done(f"{_LIST}/{org_id}", "The payment is recorded.")


def _top_up(visit: Visit, org_id: str, balance: int) -> h.Node:
    return section(
        "Record a payment",
        form(
            visit,
            "topup",
            f"{_LIST}/{org_id}/cash/topup",
            [
                Field("amountCents", "Amount in cents", "cents", required=True),
                Field(
                    "description",
                    "Description",
                    required=True,
                    hint="The partner sees it.",
                    attributes={"maxlength": "500"},
                ),
                Field("reference", "Reference", hint="Of the payment, such as an invoice."),
            ],
            submit="Record the payment",
            above=before_and_after(balance, "cents", "amountCents"),
        ),
    )
