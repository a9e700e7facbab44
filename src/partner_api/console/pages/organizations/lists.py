"""The list of all partners and children."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.form import Field, offered
from partner_api.console.components.table import Column, listing
from partner_api.console.components.text import NONE, badge, identifier, instant, other
from partner_api.console.declare import Pages, View
from partner_api.console.pages.organizations.frame import LIST, PLACE, address
from partner_api.ops.organizations import routes as organizations
from partner_api.ops.organizations.schemas import OpsOrganization

if TYPE_CHECKING:
    from partner_api.console.visit import Visit

pages = Pages()
STATUSES: Final = [
    ("", "all"),
    ("active", "active"),
    ("suspended", "suspended"),
    ("archived", "archived"),
]
NAME_FILTER: Final = Field("search", "Name", attributes={"maxlength": "128"})


def _partner(one: OpsOrganization) -> h.Node:
    parent_id = one.parent_organization_id
    return NONE if parent_id is None else identifier(parent_id, address(parent_id))


NAME: Final = Column[OpsOrganization]("Name", lambda one: other(one.name), lambda one: one.name)
STATUS: Final = Column[OpsOrganization](
    "Status", lambda one: badge(one.status), lambda one: one.status
)
EMAIL: Final = Column[OpsOrganization](
    "Billing e-mail", lambda one: other(one.billing_email), lambda one: one.billing_email
)
CREATED: Final = Column[OpsOrganization](
    "Created", lambda one: instant(one.created_at), lambda one: one.created_at
)
ID: Final = Column[OpsOrganization]("Id", lambda one: identifier(one.id), lambda one: one.id)
_COLUMNS: Final = [
    NAME,
    STATUS,
    Column[OpsOrganization]("Child of", _partner, lambda one: one.parent_organization_id),
    Column[OpsOrganization](
        "Tier", lambda one: one.rate_limit_tier or "—", lambda one: one.rate_limit_tier
    ),
    EMAIL,
    CREATED,
    ID,
]
_FILTERS: Final = [
    NAME_FILTER,
    Field("status", "Status", "select", options=STATUSES),
    Field(
        "partnersOnly",
        "Which",
        "select",
        options=[("", "partners and children"), ("true", "partners only")],
    ),
    Field("parentOrganizationId", "Children of", attributes={"placeholder": "org_…"}),
]


@pages.page("/organizations")
async def list_organizations(visit: Visit) -> View:
    """Show all organizations."""
    return View(
        title="Organizations",
        place=PLACE,
        body=[
            offered(
                visit,
                organizations.create_partner,
                h.p[h.a(".button", href=f"{LIST}/new")["Onboard a partner"]],
            ),
            await listing(
                visit,
                organizations.list_organizations,
                _COLUMNS,
                name="organizations",
                filters=_FILTERS,
                href=lambda one: address(one.id),
                empty="No organization is like this. Clear the filters, or onboard a partner.",
            ),
        ],
    )
